"""The schema of the files `forms.yaml` and `forms.LANGUAGE.yaml`."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

from msgspec import Struct, defstruct
from msgspec.structs import fields

from protestgen.campaign.directory import MISSION_ROLES, Addressee, Mission
from protestgen.errors import quoted
from protestgen.limits import MAX_PATTERN
from protestgen.schema.place import SourceMap
from protestgen.schema.types import (
    CountryCode,
    Id,
    Line,
    PartialDate,
    Phrase,
    parse_line,
)

# The roles that every language needs: the heads of missions, and the people of a case.
REQUIRED_ROLES = (*MISSION_ROLES, "friends")
# The required roles that no other form can replace.
IRREPLACEABLE_ROLES = ("office", "friends")


def _parser(*placeholders: str) -> Callable[[str], str]:
    """Return the parser of a line with some of *placeholders*, and no other braces."""
    allowed = [f"{{{name}}}" for name in placeholders]

    def parse(text: str) -> str:
        line = parse_line(text)
        if len(line) > MAX_PATTERN:
            raise ValueError(
                f"{len(line):,} characters, of at most {MAX_PATTERN}: shorten it"
            )
        if re.search(r"[{}]", re.sub("|".join(map(re.escape, allowed)), "", line)):
            others = f"braces other than {', '.join(allowed)}"
            raise ValueError(f"{quoted(line)} has {others}: remove them")
        return line

    return parse


# Lines with placeholders in braces, for `str.format`.
DatePattern = Annotated[str, _parser("day", "month", "year")]
DatelinePattern = Annotated[str, _parser("city", "date")]
SubjectPattern = Annotated[str, _parser("subject")]
CountPattern = Annotated[str, _parser("count")]
CitationPattern = Annotated[
    str, _parser("article", "treaty", "state", "of_state", "year")
]
ClosingPattern = Annotated[str, _parser("salutation")]
StatePattern = Annotated[str, _parser("state")]
AddresseePattern = Annotated[str, _parser("addressee")]

Confidence = Literal["sourced", "pattern", "unconfirmed"]


class GenderedForm(Struct, frozen=True, kw_only=True):
    """The words that differ where a woman, or a man, is known to hold the office."""

    title: StatePattern | None = None
    salutation: Line
    confidence: Confidence


class AddressForm(Struct, frozen=True, kw_only=True):
    """
    The form of address for a person in a role.

    `{state}` in the *title* is the genitive of the state's official name.
    `{salutation}` may stand in the *closing*, which is *closing_plural* for several
    senders. The *confidence* is "sourced", "pattern" for a form derived from sourced
    ones, or "unconfirmed" for one that is not used.
    """

    title: StatePattern | None = None
    salutation: Line
    closing: ClosingPattern
    closing_plural: ClosingPattern | None = None
    confidence: Confidence
    male: GenderedForm | None = None
    female: GenderedForm | None = None

    def for_gender(self, gender: str | None) -> GenderedForm | None:
        """Return the words for a *gender*, if they are confirmed."""
        gendered = {"male": self.male, "female": self.female}.get(gender or "")
        certain = gendered is not None and gendered.confidence != "unconfirmed"
        return gendered if certain else None


class DateStyle(Struct, frozen=True, kw_only=True):
    """
    The ways to write a date: by itself, and in a sentence ("on 1 May", "in May").

    Patterns hold `{day}`, `{month}` and `{year}`. The names of the *months* are those
    behind a day; *months_alone* are those without a day, and *months_in* those in
    `in_month`, where they differ. *first_day* replaces the number of a first day, and
    *on_first* the pattern. *dateline* is the line above a letter from a known city.
    """

    months: tuple[Line, ...]
    months_alone: tuple[Line, ...] = ()
    months_in: tuple[Line, ...] = ()
    first_day: Line = "1"
    day: DatePattern
    month: DatePattern
    year: DatePattern
    on_day: DatePattern
    on_first: DatePattern | None = None
    in_month: DatePattern
    in_year: DatePattern
    dateline: DatelinePattern = "{date}"

    def by_itself(self, when: PartialDate | dt.date) -> str:
        """Return a date by itself: "1 May 2011", "May 2011"."""
        if when.day:
            return self._fill(self.day, when, self.months)
        if when.month:
            return self._fill(self.month, when, self.months_alone or self.months)
        return self._fill(self.year, when)

    def in_sentence(self, when: PartialDate | dt.date) -> str:
        """Return a date with its preposition: "on 1 May 2011", "in May 2011"."""
        if when.day:
            first = self.on_first if when.day == 1 else None
            return self._fill(first or self.on_day, when, self.months)
        if when.month:
            return self._fill(self.in_month, when, self.months_in or self.months)
        return self._fill(self.in_year, when)

    def _fill(
        self, pattern: str, when: PartialDate | dt.date, months: Sequence[str] = ()
    ) -> str:
        day = self.first_day if when.day == 1 else when.day
        month = months[when.month - 1] if when.month else ""
        return pattern.format(day=day, month=month, year=when.year)


class DateStyleVariant(Struct, frozen=True, kw_only=True):
    """The fields of its language's `DateStyle` that a country replaces."""

    months: tuple[Line, ...] = ()
    day: DatePattern | None = None
    on_day: DatePattern | None = None


class Placeholders(Struct, frozen=True, kw_only=True):
    """The words that mark what the sender has yet to write."""

    name: Line
    organisation: Line
    people: Line


class Others(Struct, frozen=True, kw_only=True):
    """
    The words for people whom a sentence counts and does not name.

    *many* goes on from two names ("and {count} others"). *numbers* are the words for 2,
    3 and so on; higher numbers are in digits.
    """

    many: CountPattern
    numbers: tuple[Line, ...] = ()


class FaxLabels(Struct, frozen=True, kw_only=True):
    """The words on a fax's cover page; *besides* follows the number of pages."""

    to: Line
    sender: Line
    organisation: Line
    place: Line
    fax: Line
    telephone: Line
    email: Line
    regarding: Line
    date: Line
    pages: Line
    besides: Line


class OfficeText(Struct, frozen=True, kw_only=True):
    """
    The name and form of address of an office.

    *of* is the name in the directory that this text translates; where the directory has
    another name, the text is out of date and not used.
    """

    of: Line
    name: Line
    title: StatePattern | None = None
    salutation: Line | None = None


class Variant(Struct, frozen=True, kw_only=True):
    """
    The words that differ for senders in one country.

    *closings* are by closing, and *roles* replace whole forms of address. *spelling*
    gives their words for small words of the language, such as "organization" for
    "organisation", or for a letter in any word. The words of another country are meant
    with *like*.
    """

    like: CountryCode | None = None
    roles: dict[Line, AddressForm] = {}
    no_street: Line = ""
    salutation_end: Line | None = None
    subject_above: bool | None = None
    spelling: dict[Line, Line] = {}
    closings: dict[Line, ClosingPattern] = {}
    dates: DateStyleVariant = DateStyleVariant()


class Forms(Struct, frozen=True, kw_only=True):
    """
    The file `forms.yaml`, or `forms.LANGUAGE.yaml`.

    *subject_above* puts the subject above the salutation. *conjunction_before* replaces
    the *conjunction* before words with these beginnings; the longest one counts. A
    space does not break before the characters in *glue_before*, behind those in
    *glue_after*, behind *glue_words* such as "κ.", and with *glue_days* between a day
    and its month. Digits in *glue_after* are for numbers below 1000.

    *quotes* are the quotation marks, and *dash* stands between words. *others* counts
    people; without it, all are named.

    If there are *organisation_words*, parts of words such as "union", the name of an
    organisation with none of them stands in quotation marks. *role_first* puts
    the role of who signs for an organisation above the name.

    *no_street* stands in the place of a street that is not known. *copy_page* is what
    the page before a printed copy says to its receiver.

    *missions* are names of missions by kind, *offices* by id. *cities* are names of
    cities where the language is read, so that post without a street arrives. *states*
    are genitives, used behind "the authorities", of the states that the pattern
    *of_state* does not fit; without the pattern, letters are about these states only.
    *official_states* are genitives of official names, for titles and missions.
    *title_cases* are the grammatical cases of a case's title that the templates need.
    """

    salutation_end: Line = ""
    closing_end: Line = ""
    subject: SubjectPattern
    subject_above: bool = False
    copy: Line
    copy_page: AddresseePattern | None = None
    semicolon: Line = ";"
    conjunction: Line
    conjunction_before: dict[Line, Line] = {}
    glue_before: Line = ""
    glue_after: Line = ""
    quotes: Line | None = None
    dash: Line = "–"
    glue_days: bool = False
    glue_words: tuple[Line, ...] = ()
    avoid: tuple[Phrase, ...] = ()
    title_cases: tuple[Line, ...] = ()
    organisation_words: tuple[Line, ...] = ()
    role_first: bool = False
    others: Others | None = None
    placeholders: Placeholders
    fax: FaxLabels
    dates: DateStyle
    roles: dict[Line, AddressForm]
    missions: dict[Id, StatePattern] = {}
    offices: dict[Id, OfficeText] = {}
    cities: dict[Line, Line] = {}
    of_state: StatePattern | None = None
    states: dict[CountryCode, Line] = {}
    official_states: dict[CountryCode, Line] = {}
    variants: dict[CountryCode, Variant] = {}
    spelling: dict[Line, Line] = {}
    no_street: Line = ""
    at: SourceMap

    def form(self, role: str) -> AddressForm:
        """Return the form of address for *role*, or that of any office."""
        form = self.roles[role]
        return self.roles["office"] if form.confidence == "unconfirmed" else form

    def office_text(self, addressee: Addressee) -> OfficeText | None:
        """Return the text about an office, if there is one for its present name."""
        if isinstance(addressee, Mission):
            return None
        text = self.offices.get(addressee.id)
        return text if text and text.of == addressee.name else None

    def city(self, name: str | None) -> str | None:
        """Return the name of a city as the language has it."""
        return self.cities.get(name or "", name)

    def conjunction_for(self, item: str) -> str:
        """Return the word for "and" before *item*."""
        before = self.conjunction_before
        fitting = [start for start in before if item.casefold().startswith(start)]
        return before[max(fitting, key=len)] if fitting else self.conjunction


# The same file in a campaign over another one: any of its keys.
FormsOverride = defstruct(
    "FormsOverride",
    [
        (field.name, field.type if field.name == "at" else field.type | None, None)
        for field in fields(Forms)
    ],
    frozen=True,
    kw_only=True,
)
