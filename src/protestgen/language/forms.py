"""The schema of the files `forms.yaml` and `forms.LANGUAGE.yaml`."""

import re
from collections.abc import Callable
from typing import Annotated, Literal

from msgspec import Struct, defstruct
from msgspec.structs import fields

from protestgen.campaign.directory import MISSION_ROLES
from protestgen.errors import quoted
from protestgen.limits import MAX_PATTERN
from protestgen.schema.place import SourceMap
from protestgen.schema.types import CountryCode, Id, Line, Phrase, parse_line

# The roles that every language needs: who heads a mission, and the people of a case.
_ROLES = (*MISSION_ROLES, "friends")


# Those for which no other form can stand in.
_LAST_RESORTS = ("office", "friends")


def _pattern(*names: str) -> Callable[[str], str]:
    """Return what reads a pattern that holds *names* in braces, and no other braces."""
    held = [f"{{{name}}}" for name in names]

    def parse(text: str) -> str:
        line = parse_line(text)
        if len(line) > MAX_PATTERN:
            raise ValueError(
                f"{len(line):,} characters, of at most {MAX_PATTERN}: shorten it"
            )
        if re.search(r"[{}]", re.sub("|".join(map(re.escape, held)), "", line)):
            message = (
                f"{quoted(line)} has braces other than {', '.join(held)}: remove them"
            )
            raise ValueError(message)
        return line

    return parse


DatePattern = Annotated[str, _pattern("day", "month", "year")]


DatelinePattern = Annotated[str, _pattern("city", "date")]


SubjectPattern = Annotated[str, _pattern("subject")]


ClosingPattern = Annotated[str, _pattern("salutation")]


StatePattern = Annotated[str, _pattern("state")]


Confidence = Literal["sourced", "pattern", "unconfirmed"]


class GenderedForm(Struct, frozen=True, kw_only=True):
    """What differs where it is known that a woman, or a man, holds the office."""

    title: StatePattern | None = None
    salutation: Line
    confidence: Confidence


class AddressForm(Struct, frozen=True, kw_only=True):
    """
    How a person in a role is addressed.

    The *title* may hold `{state}`, the official name of the state behind "of"; the
    *closing* may hold `{salutation}`. Of several senders, it is *closing_plural*.
    """

    title: StatePattern | None = None
    salutation: Line
    closing: ClosingPattern
    closing_plural: ClosingPattern | None = None
    confidence: Confidence
    male: GenderedForm | None = None
    female: GenderedForm | None = None


class Dates(Struct, frozen=True, kw_only=True):
    """
    How dates are written: by themselves, and in a sentence ("on 1 May", "in May").

    Patterns hold `{day}`, `{month}` and `{year}`. The *months* are as they stand behind
    a day; *months_alone* without a day, *months_in* in `in_month`, where these differ.
    *first_day* is what is written for the day 1, *on_first* the pattern with it.
    *dateline* is the line above a letter from a known city.
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


class DatesVariant(Struct, frozen=True, kw_only=True):
    """What a country writes differently from its language's `Dates`."""

    months: tuple[Line, ...] = ()
    day: DatePattern | None = None
    on_day: DatePattern | None = None


class Placeholders(Struct, frozen=True, kw_only=True):
    """What stands where the sender has yet to write something."""

    name: Line
    organisation: Line
    people: Line


class FaxLabels(Struct, frozen=True, kw_only=True):
    """The words on the cover page of a fax; *besides* follows the number of pages."""

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
    How an office is named and addressed; *of* is the name that the directory has.

    Where the directory has another name by now, the text is of no use.
    """

    of: Line
    name: Line
    title: StatePattern | None = None
    salutation: Line | None = None


class Variant(Struct, frozen=True, kw_only=True):
    """What is different for senders in one country."""

    salutation_end: Line | None = None
    closings: dict[Line, ClosingPattern] = {}
    dates: DatesVariant = DatesVariant()


class Forms(Struct, frozen=True, kw_only=True):
    """
    The file `forms.yaml`, or `forms.LANGUAGE.yaml`.

    *subject_above* puts the subject above the salutation. *conjunction_before* has what
    takes the place of *conjunction* before words that begin so; the longest beginning
    counts. Before each of the characters *glue_before*, and behind those of
    *glue_after*, a line is not broken at a space; nor, with *glue_days*, between a day
    and its month.

    *missions* names missions by kind, *offices* by their id, *cities* those where the
    language is read, so that post without a street arrives. *states* are how those are
    named behind "the authorities" that the pattern *of_state* does not fit; without it,
    only they can be written about. *official_states* are how they are named in a title
    or behind "embassy". *title_cases* are the grammatical cases in which the templates
    need the title of a case.
    """

    salutation_end: Line = ""
    closing_end: Line = ""
    subject: SubjectPattern
    subject_above: bool = False
    copy: Line
    semicolon: Line = ";"
    conjunction: Line
    conjunction_before: dict[Line, Line] = {}
    glue_before: Line = ""
    glue_after: Line = ""
    quotes: Line | None = None
    glue_days: bool = False
    avoid: tuple[Phrase, ...] = ()
    title_cases: tuple[Line, ...] = ()
    placeholders: Placeholders
    fax: FaxLabels
    dates: Dates
    roles: dict[Line, AddressForm]
    missions: dict[Id, StatePattern] = {}
    offices: dict[Id, OfficeText] = {}
    cities: dict[Line, Line] = {}
    of_state: StatePattern | None = None
    states: dict[CountryCode, Line] = {}
    official_states: dict[CountryCode, Line] = {}
    variants: dict[CountryCode, Variant] = {}
    at: SourceMap


# What a campaign writes otherwise than the one below it: any of the keys.
_SomeForms = defstruct(
    "_SomeForms",
    [
        (field.name, field.type if field.name == "at" else field.type | None, None)
        for field in fields(Forms)
    ],
    frozen=True,
    kw_only=True,
)
