"""The finished letter as data, and how it is composed."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache, lru_cache, partial
from typing import Any

from msgspec.structs import replace

from protestgen.campaign.case import Case, Demand
from protestgen.campaign.directory import Addressee, Mission
from protestgen.countries import country_line, language_name
from protestgen.errors import (
    ChoiceError,
    DataError,
    MissingTextError,
    Problem,
    TemplateError,
    nearest,
    quoted,
)
from protestgen.language.language import ENGLISH, Language
from protestgen.letters.letter import _OF_ONE, DEFAULT_STYLE, ORGANISATION_STYLE, Letter
from protestgen.templating.blocks import Block, Paragraph, parse_blocks
from protestgen.templating.environment import Templates

from .sender import Sender

# For so many cities what is alike is kept, and so many blocks with no-break spaces.
_MOST_CITIES = 100
_MOST_BLOCKS = 200


def compose(
    case: Case,
    addressee: Addressee | None,
    sender: Sender,
    *,
    style: str = DEFAULT_STYLE,
    language: Language,
    templates: Templates,
    on: date,
    demands: Sequence[str] = (),
    copies: Sequence[Addressee] = (),
) -> Letter:
    """
    Return the letter of *sender* to *addressee* about *case*, dated *on*.

    *demands* are ids, in the order wanted; without them the case's own choice stands.
    The texts of *case* are in *language*, in which nothing is missing.
    """
    frame = SharedParts(
        case,
        addressee,
        country=sender.country,
        style=style,
        language=language,
        templates=templates,
        on=on,
        demands=demands,
        copies=copies,
    )
    return frame.letter(sender)


class SharedParts:
    """What letters have in common that differ in nothing but their sender."""

    def __init__(
        self,
        case: Case,
        addressee: Addressee | None,
        *,
        country: str | None,
        style: str,
        language: Language,
        templates: Templates,
        on: date,
        demands: Sequence[str],
        copies: Sequence[Addressee],
    ) -> None:
        missing = missing_translations(case, addressee, language, style, templates)
        missing += [
            f"title_in.{name}"
            for name in language.forms.title_cases
            if name not in case.title_in
        ]
        if missing:
            raise MissingTextError(case.id, language_name(language.code), missing)
        self._language = language = language.in_country(country)
        self._style = style
        role = addressee.role if addressee else "friends"
        salutation = _salutation(case, addressee, language)
        self._closing = cache(partial(language.closing, role, salutation))
        self._dateline = lru_cache(_MOST_CITIES)(partial(language.dateline, on))
        # Who has no words of their own sends what others send.
        self._usual_words = lru_cache(_MOST_CITIES)(self._words)
        self._with_no_break_spaces = lru_cache(_MOST_BLOCKS)(
            partial(with_no_break_spaces, language=language)
        )
        self._abroad = addressee is not None and addressee.country != country
        self._country_line = cache(
            partial(country_line, country, country, language.code)
            if self._abroad and country
            else str
        )
        people = language.series(case.people) or language.forms.placeholders.people
        supported = case.support_to.name or people
        chosen = choose_demands(case, demands, on) if addressee else ()
        shared = {
            "addressee": addressee,
            "archived": case.is_archived(on),
            "case": case,
            "demands": chosen,
            "relation": _relation(case, addressee),
            "of_state": language.state_genitive(case.state) or "",
            "supported": supported,
        }
        self._texts = templates.cache(language, style, shared)
        self._parts: dict[str, Any] = {
            "case": case.id,
            "demands": tuple(demand.id for demand in chosen),
            "style": style,
            "language": language.code,
            "date": on,
            "addressee": addressee,
            "support_to": (
                None if addressee else replace(case.support_to, name=supported)
            ),
            "copied": tuple(copies),
            "addressee_block": _addressee_block(
                case, addressee, country, language, abroad=self._abroad
            ),
            "salutation": salutation + language.forms.salutation_end,
            "subject_above": language.forms.subject_above,
            "copies": tuple(
                f"{language.forms.copy} {language.display_name(copy)}"
                for copy in copies
            ),
        }

    def letter(self, sender: Sender) -> Letter:
        """Return the letter of *sender*, who is in the country that this is for."""
        language = self._language
        placeholders = language.forms.placeholders
        organisation = sender.organisation or ""
        if self._style == ORGANISATION_STYLE and not organisation:
            organisation = placeholders.organisation
        joint = bool(sender.cosigners)
        plural = joint or (bool(organisation) and self._style not in _OF_ONE)
        words = self._words if sender.why else self._usual_words
        subject, body = words(
            sender.cosigners, organisation, sender.place or "", sender.why or "", plural
        )
        return Letter(
            **self._parts,
            sender=sender,
            sender_block=_sender_block(sender, self._country_line),
            dateline=self._dateline(sender.city),
            subject=subject,
            subject_line=language.forms.subject.format(subject=subject),
            body=body,
            closing=self._closing(plural=plural),
            signature=_signature(sender, organisation, placeholders.name),
        )

    def _words(
        self,
        cosigners: tuple[str, ...],
        organisation: str,
        place: str,
        why: str,
        plural: bool,  # noqa: FBT001 - one of the keys that words are kept by
    ) -> tuple[str, tuple[Block, ...]]:
        """Return the subject and the body of a letter with what is personal in it."""
        own = {
            "cosigners": cosigners,
            "joint": bool(cosigners),
            "organisation": organisation,
            "place": place,
            "plural": plural,
            "why": why,
        }
        texts = self._texts.paragraphs(own)
        subject, body = _subject_and_body(texts, self._style)
        return subject, tuple(map(self._with_no_break_spaces, body))


def missing_translations(
    case: Case,
    addressee: Addressee | None,
    language: Language,
    style: str | None,
    templates: Templates,
) -> list[str]:
    """Return what *language* lacks for a letter, apart from the texts of *case*."""
    missing = []
    if addressee and addressee.role not in language.forms.roles:
        if language.code == ENGLISH:
            raise unknown_role(addressee, language)
        missing.append(f"the form of address '{addressee.role}'")
    if not language.state_genitive(case.state):
        missing.append(f"the name of the state '{case.state}'")
    translated = language.code != ENGLISH
    if style and translated and style not in templates.styles(language.code):
        missing.append(f"the style '{style}'")
    return missing


def with_no_break_spaces(block: Block, language: Language) -> Block:
    """Return *block* with no-break spaces where *language* has them."""
    if isinstance(block, Paragraph):
        return Paragraph(language.with_no_break_spaces(block.text))
    return replace(block, items=tuple(map(language.with_no_break_spaces, block.items)))


def _subject_and_body(
    texts: Sequence[str], style: str
) -> tuple[str, tuple[Block, ...]]:
    """Read what the template of *style* gave."""
    try:
        subject, *body = parse_blocks(*texts) or (None,)
    except ValueError as error:
        raise TemplateError(f"style '{style}': {error}") from None
    if not body or not isinstance(subject, Paragraph):
        raise TemplateError(
            f"style '{style}' gives no text: it needs a subject and paragraphs"
        )
    return subject.text, tuple(body)


def choose_demands(case: Case, ids: Sequence[str], on: date) -> tuple[Demand, ...]:
    """Return the demands *ids* of *case*, or those that it makes by default."""
    if not ids:
        if not (found := case.default_demands(on)):
            raise ChoiceError(
                f"all demands of case '{case.id}' were met: choose with '--demand', or "
                "'--style support'"
            )
        return found
    by_id = {demand.id: demand for demand in case.demands}
    for id_ in ids:
        if id_ not in by_id:
            known = ", ".join(by_id)
            raise ChoiceError(
                f"case '{case.id}' has no demand '{id_}': choose from {known}"
            )
    return tuple(by_id[id_] for id_ in dict.fromkeys(ids))


def unknown_role(addressee: Addressee, language: Language) -> DataError:
    """Return the error for an *addressee* whose role *language* has no form for."""
    near = nearest(addressee.role, language.forms.roles)
    hint = f"did you mean '{near}'?" if near else "it is not in forms.yaml"
    message = f"unknown role {quoted(addressee.role)}: {hint}"
    return DataError([Problem(addressee.at.of("role"), message)])


def _relation(case: Case, addressee: Addressee | None) -> str:
    """Return what the addressee can do: a mission passes a letter on, others act."""
    if addressee is None:
        return ""
    if isinstance(addressee, Mission):
        return "mission"
    return "authority" if addressee.state == case.state else "body"


def _sender_block(sender: Sender, country: Callable[[], str]) -> tuple[str, ...]:
    """Return where the sender is, with the line of the *country* if there is one."""
    lines = [] if sender.omit_address else list(sender.address)
    if lines and (line := country()):
        lines.append(line)
    if sender.email:
        lines.append(sender.email)
    return tuple(lines)


def _addressee_block(
    case: Case,
    addressee: Addressee | None,
    country: str | None,
    language: Language,
    *,
    abroad: bool,
) -> tuple[str, ...]:
    if addressee is None:
        to = case.support_to
        return (
            (to.name or language.series(case.people), *to.address) if to.address else ()
        )
    lines = language.address(addressee)
    if abroad:
        lines.append(country_line(addressee.country, country, language.code))
    return tuple(lines)


def _salutation(case: Case, addressee: Addressee | None, language: Language) -> str:
    if addressee is not None:
        return language.salutation(addressee)
    return case.support_to.salutation or language.forms.form("friends").salutation


def _signature(sender: Sender, organisation: str, placeholder: str) -> tuple[str, ...]:
    lines = [sender.name or placeholder, sender.role, organisation]
    if sender.omit_address or not sender.address or sender.cosigners:
        lines.append(sender.place)
    own = tuple(line for line in lines if line)
    parted = ("",) if own[1:] and sender.cosigners else ()
    return (*own, *parted, *sender.cosigners)
