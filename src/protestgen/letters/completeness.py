"""What a language lacks for a letter about a case."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from protestgen.campaign.case import Case
from protestgen.campaign.directory import Addressee, Office
from protestgen.countries import language_name
from protestgen.errors import (
    DataError,
    Problem,
    ProtestgenError,
    did_you_mean,
    nearest,
    quoted,
)
from protestgen.language.language import ENGLISH, Language

if TYPE_CHECKING:
    from protestgen.campaign.translations import CaseText


class Missing(Struct, frozen=True):
    """
    Something that a language lacks.

    *field* is a key of the case's text, a role, the code of a state, the name of a
    style, or the template of a document.
    """

    kind: Literal["text", "role", "state", "style", "document"]
    field: str


_DESCRIPTIONS = {
    "role": "the form of address '{}'",
    "state": "the name of the state '{}'",
    "style": "the style '{}'",
    "document": "the words of {of} in {}",
}


class MissingTextError(ProtestgenError):
    """A text cannot be written: *missing* lists what the language lacks for it."""

    def __init__(
        self, case: str, code: str, missing: Sequence[Missing], *, of: str = "a letter"
    ) -> None:
        self.missing = tuple(missing)
        parts: list[str] = []
        for kind, items in groupby(missing, key=lambda item: item.kind):
            fields = [item.field for item in items]
            if kind == "text":
                parts.append(f"{', '.join(fields)} in data/demands.{code}.yaml")
            else:
                parts += [_DESCRIPTIONS[kind].format(field, of=of) for field in fields]
        self.reason = (
            f"case '{case}' is incomplete in {language_name(code)}, "
            f"missing {'; '.join(parts)}"
        )
        super().__init__(
            f"{self.reason}: add '--fallback' for {of} in English", field="language"
        )


def missing_parts(
    case: Case,
    text: "Case | CaseText | None",
    language: Language,
    *,
    addressee: Addressee | None = None,
    style: str | None = None,
    styles: Sequence[str] = (),
) -> list[Missing]:
    """
    Everything that *language* lacks for a letter about *case*.

    *text* holds the words of the case in that language, and is the case itself if its
    words are. *styles* are those that the language has. Raises `DataError` for a role
    that English does not know either.
    """
    missing = []
    if addressee and addressee.role not in language.forms.roles:
        if language.code == ENGLISH:
            raise unknown_role(addressee, language)
        missing.append(Missing("role", addressee.role))
    if not language.state_genitive(case.state):
        missing.append(Missing("state", case.state))
    if style and language.code != ENGLISH and style not in styles:
        missing.append(Missing("style", style))
    return [*missing, *missing_texts(case, text, language)]


def missing_for(addressee: Addressee, language: Language) -> list[str]:
    """What *language* lacks to address *addressee* as the directory does, in words."""
    role = addressee.role
    if role not in language.forms.roles:
        return [_DESCRIPTIONS["role"].format(role)]
    missing = []
    form, gender = language.forms.form(role), addressee.gender
    if gender and (form.male or form.female) and not form.for_gender(gender):
        missing.append(f"the {gender} form of address '{role}'")
    # A name alone may be the English one, but the line of a title is left out.
    lost = addressee.title and not language.title(addressee)
    if lost and isinstance(addressee, Office):
        is_named = addressee.id in language.forms.offices
        what = "title" if is_named else "name and title"
        missing.append(f"the {what} of '{addressee.id}' in 'offices'")
    return missing


def missing_texts(
    case: Case, text: "Case | CaseText | None", language: Language
) -> list[Missing]:
    """Everything that *text* lacks of the words of *case*."""
    if text is None:
        return [Missing("text", "all its texts")]
    fields = list(_missing_fields(case, text, language.forms.title_cases))
    return [Missing("text", field) for field in fields]


def _missing_fields(
    case: Case, text: "Case | CaseText", titles: Sequence[str]
) -> Iterator[str]:
    for field in ("title", "people", "outcome", "summary", "incidents"):
        if getattr(case, field) and not getattr(text, field):
            yield field
    yield from (f"title_in.{name}" for name in titles if name not in text.title_in)
    if text is case:
        return
    for demand in case.demands:
        if demand.id not in text.demands:
            yield f"demands.{demand.id}"
    for field in ("name", "salutation"):
        if getattr(case.support_to, field) and not getattr(text.support_to, field):
            yield f"support_to.{field}"


def unknown_role(addressee: Addressee, language: Language) -> DataError:
    """The error for an *addressee* whose role has no form of address."""
    near = nearest(addressee.role, language.forms.roles)
    hint = did_you_mean(near, "it is not in forms.yaml")
    message = f"unknown role {quoted(addressee.role)}: {hint}"
    return DataError([Problem(addressee.at.of("role"), message)])
