"""A row of a roster, and the member that is read from its cells."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from traceback import format_exception
from typing import Any

from msgspec import Struct

from protestgen.countries import find_country
from protestgen.errors import Location, ProtestgenError, quoted, unexpected
from protestgen.letters.sender import Sender
from protestgen.limits import MAX_CELL
from protestgen.schema.types import (
    PartialDate,
    parse_email,
    parse_id,
    parse_line,
    parse_prose,
)

from .text_stream import LOST, NOT_TEXT

# Headings that mean a field of another name.
_ALIASES = {
    "copies": "copy",
    "cosigner": "cosigners",
    "demand": "demands",
    "lang": "language",
    "languages": "language",
    "organization": "organisation",
    "organizationof": "organisationof",
}
# Shown by spreadsheets in a cell that they cannot compute.
_ERRORS = frozenset(
    ("#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DIV/0!", "#SPILL!")
)
_YES_OR_NO = {"yes": True, "true": True, "no": False, "false": False}


class Member(Struct, frozen=True, kw_only=True):
    """
    A person who signs, and the choices for their letter.

    *language* holds names or codes of languages, as people write them; *copy* names
    others who get a copy.
    """

    sender: Sender
    language: tuple[str, ...] = ()
    style: str | None = None
    to: str | None = None
    copy: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    first_letter: PartialDate | None = None


class FieldError(Struct, frozen=True):
    """
    A fault in a row, and the *field* that it is in, if any.

    Errors of one *kind* differ in their values only; without a kind, the *reason* alone
    tells them apart. An unexpected error has a *traceback*.
    """

    reason: str
    field: str = ""
    traceback: str = ""
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}" if self.field else self.reason


class Row(Struct, frozen=True, kw_only=True):
    """
    A row of a roster: its *member*, as far as one can be read, and the *faults* in it.

    *cells* are as they stand in the file, in the order of the roster's columns, and the
    *rest* is what does not fit into these. *notes* tell what in the row is not used.
    """

    at: Location
    cells: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    member: Member | None = None
    faults: tuple[FieldError, ...] = ()
    notes: tuple[str, ...] = ()


def fault_of(error: Exception, field: str = "") -> FieldError:
    """Make a fault of *error*, expected or not; *field* is used if it has none."""
    kind = kind_of(error)
    if isinstance(error, ProtestgenError):
        return FieldError(str(error), error.field or field, kind=kind)
    details = "".join(format_exception(error))
    return FieldError(unexpected(error), field, details, kind)


def kind_of(error: Exception) -> str:
    """Return the place in the program that raised *error*: one for each kind of it."""
    name, place = type(error).__name__, error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    if place is None:  # made, and not raised
        return name
    return f"{name} in {place.tb_frame.f_code.co_qualname}:{place.tb_lineno}"


def field_of(heading: str) -> str | None:
    """Return the field that a column with this *heading* holds, or None."""
    bare = bare_heading(heading)
    return _FIELDS.get(_ALIASES.get(bare, bare))


def bare_heading(heading: str) -> str:
    """Return *heading* in one spelling: without spaces, hyphens and capitals."""
    return re.sub(r"[\s_-]+", "", heading).casefold()


def read_member(values: Mapping[str, str]) -> tuple[Member, tuple[FieldError, ...]]:
    """
    Read the member whose fields have the texts *values*, and find all faults in them.

    A field with a fault is left empty.
    """
    found: dict[str, Any] = {}
    faults = []
    for field, value in values.items():
        if len(value) > MAX_CELL:
            reason = f"longer than {MAX_CELL:,} characters: shorten it"
            faults.append(FieldError(reason, field))
        elif LOST in value:
            faults.append(FieldError(f"not UTF-8: {NOT_TEXT}", field))
        elif value in _ERRORS:
            hint = "correct the cell there, and save it again"
            reason = f"'{value}' is an error of the spreadsheet: {hint}"
            faults.append(FieldError(reason, field, kind="spreadsheet error"))
        elif text := value.strip():
            if "\r" in text:
                text = text.replace("\r\n", "\n").replace("\r", "\n")
            try:
                found[field] = _READERS[field](text)
            except ValueError as error:
                faults.append(FieldError(str(error), field, kind=kind_of(error)))
            except Exception as error:  # noqa: BLE001 - it fails this row only
                faults.append(fault_of(error, field))
    if not values.get("name", "").strip():
        faults.append(FieldError("empty: each letter is signed with a name", "name"))
    own = {field: found.pop(field) for field in _CHOICES & found.keys()}
    return Member(sender=Sender(**found), **own), tuple(faults)


def _sequence_reader(
    parse: Callable[[str], Any], separator: str
) -> Callable[[str], tuple[Any, ...]]:
    split = re.compile(separator).split

    def read(text: str) -> tuple[Any, ...]:
        return tuple([parse(item) for item in split(text) if item.strip()])

    return read


def _yes_or_no(text: str) -> bool:
    answer = text.strip().casefold()
    if answer not in _YES_OR_NO:
        raise ValueError(f"{quoted(text)} is not an answer: write yes or no")
    return _YES_OR_NO[answer]


def _name(text: str) -> str:
    """Read a name, but not the dash or dot that some programs write for none."""
    name = parse_line(text)
    if not any(map(str.isalnum, name)):
        raise ValueError(f"{quoted(name)} is not a name")
    return name


_CHOICES = {*Member.__struct_fields__} - {"sender"}
# How a cell is read. Countries and languages have the names that people use.
_READERS: dict[str, Callable[[str], Any]] = {
    "name": _name,
    "address": _sequence_reader(parse_line, r"\n"),
    "city": parse_line,
    "country": lru_cache(1_000)(find_country),
    "residence": parse_line,
    "email": parse_email,
    "reply_to": parse_email,
    "organisation": parse_line,
    "organisation_of": parse_line,
    "role": parse_line,
    "about": parse_line,
    "why": parse_prose,
    "language": _sequence_reader(parse_line, r"[\n,;/]+"),
    "cosigners": _sequence_reader(parse_line, r"\n"),
    "omit_address": _yes_or_no,
    "style": parse_line,
    "to": parse_line,
    "copy": _sequence_reader(parse_line, r"[\n,;]+"),
    "demands": _sequence_reader(parse_id, r"[\s,;]+"),
    "first_letter": PartialDate.parse,
}
_FIELDS = {bare_heading(field): field for field in _READERS}
FIELDS = tuple(_READERS)
