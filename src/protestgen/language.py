"""What is particular to a language: forms of address, dates, names of states."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Struct
from msgspec.structs import asdict, replace

from .addressee import MISSION_ROLES, Addressee
from .country import country_name
from .errors import DataError, Problem, UnknownNameError, nearest, quoted
from .values import CountryCode, Line, PartialDate, parse_line
from .yamlfile import Place, read_yaml

# The roles that every language needs: who heads a mission, and the people of a case.
_ROLES = (*MISSION_ROLES, "friends")


def _parse_date_pattern(text: str) -> str:
    """Read a pattern that holds `{day}`, `{month}` and `{year}` and no other braces."""
    return _parse_pattern(text, "day", "month", "year")


def _parse_subject_pattern(text: str) -> str:
    """Read a pattern that holds `{subject}` and no other braces."""
    return _parse_pattern(text, "subject")


def _parse_pattern(text: str, *names: str) -> str:
    line = parse_line(text)
    held = [f"{{{name}}}" for name in names]
    if re.search(r"[{}]", re.sub("|".join(map(re.escape, held)), "", line)):
        message = f"{quoted(line)} has braces other than {', '.join(held)}: remove them"
        raise ValueError(message)
    return line


DatePattern = Annotated[str, _parse_date_pattern]
SubjectPattern = Annotated[str, _parse_subject_pattern]


class Form(Struct, frozen=True, kw_only=True):
    """How a person in a role is addressed."""

    title: Line | None = None
    salutation: Line
    closing: Line
    confidence: Literal["sourced", "pattern", "unconfirmed"]


class Dates(Struct, frozen=True, kw_only=True):
    """
    How dates are written: by themselves, and in a sentence ("on 1 May", "in May").

    Patterns hold `{day}`, `{month}` and `{year}`.
    """

    months: tuple[Line, ...]
    day: DatePattern
    month: DatePattern
    year: DatePattern
    on_day: DatePattern
    in_month: DatePattern
    in_year: DatePattern


class DatesVariant(Struct, frozen=True, kw_only=True):
    """What a country writes differently from its language's `Dates`."""

    day: DatePattern | None = None
    on_day: DatePattern | None = None


class Placeholders(Struct, frozen=True, kw_only=True):
    """What stands where the sender has yet to write something."""

    name: Line
    organisation: Line
    people: Line


class Variant(Struct, frozen=True, kw_only=True):
    """What is different for senders in one country."""

    salutation_end: Line | None = None
    closings: dict[Line, Line] = {}
    dates: DatesVariant = DatesVariant()


class Forms(Struct, frozen=True, kw_only=True):
    """An entry of `forms.yaml`."""

    name: Line
    salutation_end: Line
    closing_end: Line
    subject: SubjectPattern
    copy: Line
    conjunction: Line
    avoid: tuple[Line, ...] = ()
    placeholders: Placeholders
    dates: Dates
    roles: dict[Line, Form]
    states: dict[CountryCode, Line] = {}
    variants: dict[CountryCode, Variant] = {}
    at: Place


class Language(Struct, frozen=True):
    """One language, as written in the sender's country."""

    code: str
    forms: Forms

    def date(self, when: PartialDate | dt.date) -> str:
        """Return *when* as it is written by itself: "1 May 2011", "May 2011"."""
        dates = self.forms.dates
        return self._date(when, dates.day, dates.month, dates.year)

    def when(self, when: PartialDate | dt.date) -> str:
        """Return *when* as it stands in a sentence: "on 1 May 2011", "in May 2011"."""
        dates = self.forms.dates
        return self._date(when, dates.on_day, dates.in_month, dates.in_year)

    def _date(self, when: PartialDate | dt.date, *patterns: str) -> str:
        pattern = patterns[0 if when.day else 1 if when.month else 2]
        month = self.forms.dates.months[when.month - 1] if when.month else ""
        return pattern.format(day=when.day, month=month, year=when.year)

    def series(self, items: Sequence[str]) -> str:
        """Join *items* to "a, b and c", or "a; b; and c" where they hold commas."""
        if len(items) < 2:
            return "".join(items)
        last = f" {self.forms.conjunction} "
        if any("," in item or last in item for item in items):
            comma = ";" if len(items) > 2 else ","
            return f"{comma} ".join(items[:-1]) + f"{comma}{last}{items[-1]}"
        return ", ".join(items[:-1]) + f"{last}{items[-1]}"

    def state(self, code: str) -> str:
        """Return how the state *code* is named in a sentence."""
        return self.forms.states.get(code) or country_name(code, self.code)

    def form(self, role: str) -> Form:
        """Return the form of address for *role*."""
        return self.forms.roles[role]

    def salutation(self, addressee: Addressee) -> str:
        """Return the line that opens a letter to *addressee*."""
        own = addressee.salutation
        return (own or self.form(addressee.role).salutation) + self.forms.salutation_end

    def closing(self, role: str) -> str:
        """Return the line that closes a letter to somebody in *role*."""
        return self.form(role).closing + self.forms.closing_end

    def in_country(self, country: str | None) -> "Language":
        """Return the language as senders in *country* write it."""
        variant = self.forms.variants.get(country or "")
        if variant is None:
            return self
        dates = {key: value for key, value in asdict(variant.dates).items() if value}
        roles = {
            role: replace(
                form, closing=variant.closings.get(form.closing, form.closing)
            )
            for role, form in self.forms.roles.items()
        }
        forms = replace(
            self.forms,
            salutation_end=variant.salutation_end or self.forms.salutation_end,
            dates=replace(self.forms.dates, **dates),
            roles=roles,
        )
        return Language(self.code, forms)


class _FormsFile(Struct, frozen=True):
    """A file `forms.yaml`."""

    en: Forms


def load_language(code: str, folders: Sequence[Path]) -> Language:
    """Read the language *code* from the first of *folders* that has a `forms.yaml`."""
    for folder in folders:
        path = folder / "data" / "forms.yaml"
        if path.exists():
            forms = read_yaml(path, _FormsFile).en
            if problems := [*_gaps(forms)]:
                raise DataError(problems)
            return Language(code, forms)
    raise UnknownNameError("language", code, (), see="data/forms.yaml")


def _gaps(forms: Forms) -> Iterator[Problem]:
    """Yield a problem for each thing that a letter may need and *forms* have not."""
    if (count := len(forms.dates.months)) != 12:
        message = f"{count} months: write the names of all twelve"
        yield Problem(forms.at.of("dates", "months"), message)
    for role in _ROLES:
        if role not in forms.roles:
            message = f"the role '{role}' is missing: add it"
            yield Problem(forms.at.of("roles"), message)
    closings = {form.closing for form in forms.roles.values()}
    for country, variant in forms.variants.items():
        for closing in variant.closings:
            if closing not in closings:
                near = nearest(closing, closings)
                hint = f"did you mean '{near}'?" if near else "add it to a role first"
                message = f"no role has the closing {quoted(closing)}: {hint}"
                at = forms.at.of("variants", country, "closings", closing)
                yield Problem(at, message)
