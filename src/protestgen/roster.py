"""
A roster: a file of members, each with the choices for their letter.

It is read as a stream, row by row. A row that cannot be used says why, and does not
keep the others from being read.
"""

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from typing import BinaryIO

from msgspec import DecodeError, Struct, json
from msgspec.structs import replace

from .errors import DataError, Location, Problem, nearest, quoted
from .member import FIELDS, Fault, Member, bare_heading, field_of, read_member
from .textstream import LOST, Lines

EXAMPLE = """\
name,address,city,country,email,organisation,role,why,cosigners,language,style,to,demands
Ada Example,"12 Sample Street
Leeds LS1 9ZZ",Leeds,gb,ada@home.example,,nurse,I follow the case from Leeds.,,,personal,,
Jürgen Beispiel,"Musterweg 3
00000 Musterstadt",Musterstadt,Germany,juergen@home.example,,Lehrer,,"Eva Beispiel, Musterstadt
Max Beispiel, Musterstadt",German,,embassy,
Zoé Exemple,,Lyon,France,zoe@home.example,Example Solidarity Committee,secretary,,,,organisation,,
"""  # noqa: E501 - a row is as long as it is

# What failed rows are told with; a mended roster may still have these columns.
REPORT = ("line", "field", "problem")

_SEE = "see 'protestgen batch --example'"
_CUT = "the roster ends in the middle of this row: get the whole file"
_TORN = "this may belong to the row above: mend the quotes there"
# The first line by which spreadsheets tell one another what parts cells.
_DELIMITER = re.compile(r'"?sep=([^\w\s"]|\t)"?[\r\n]*', re.IGNORECASE)
# So many keys that are not used are told of objects in JSON.
_MOST_UNKNOWN = 100
# What the reader of CSV says, and what a volunteer makes of it.
_PLAIN_WORDS = {
    "expected after": "text behind the closing quotes: double the quotes in a cell",
    "field larger": "a cell is too long, or its quotes are not closed: look for them",
}


class Row(Struct, frozen=True, kw_only=True):
    """
    A row of a roster: a *member*, as far as one can be read, and the *faults* in it.

    *cells* are as they stand in the file, in the order of the roster's columns. *notes*
    tell what in the row is not used.
    """

    at: Location
    cells: tuple[str, ...] = ()
    member: Member | None = None
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()


class Roster(Struct, frozen=True):
    """
    A roster called *name*, its headings and its rows, which can be read once.

    *notes* tell which of its columns are not used.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterator[Row]
    notes: tuple[str, ...] = ()

    @property
    def has_failed(self) -> bool:
        """Whether these are rows that failed, out of another roster."""
        return {*REPORT} <= {*map(bare_heading, self.columns)}


def read_roster(stream: BinaryIO, name: str) -> Roster:
    """
    Read the roster *name* from *stream*: CSV of any usual kind, or JSON Lines.

    Raises `DataError` for a file that is no roster at all, or has no row.
    """
    lines = Lines(stream, name)
    first = _first_line(lines, name)
    delimiter = _DELIMITER.fullmatch(first)
    if delimiter:
        first = _first_line(lines, name)
    if not first:
        raise _refused(name, 1, f"the roster is empty: {_SEE}")
    if first.startswith("["):
        reason = "this is a list in JSON: write one object a line, without brackets"
        raise _refused(name, lines.number, reason)
    line = lines.number
    if first.startswith("{"):
        roster = Roster(name, FIELDS, _json_rows(name, first, lines))
    else:
        parting = delimiter[1] if delimiter else _delimiter(first)
        roster = _csv_roster(name, first, lines, parting)
    row = next(roster.rows, None)
    if row is None:
        raise _refused(name, line, "the roster has no rows: add one for each member")
    return replace(roster, rows=chain([row], roster.rows))


def report_columns(roster: Roster) -> list[str]:
    """Return the columns of a table of rows that failed."""
    return [*(column for column in roster.columns if _is_kept(column)), *REPORT]


def report_row(roster: Roster, row: Row, faults: Sequence[Fault]) -> list[str]:
    """Return *row* for a table of rows that failed, to be mended and read again."""
    cells = zip_longest(roster.columns, row.cells, fillvalue="")
    kept = [cell for column, cell in cells if _is_kept(column)]
    fields = ", ".join(dict.fromkeys(fault.field for fault in faults if fault.field))
    reasons = "; ".join(fault.reason for fault in faults)
    return [*kept[: len(roster.columns)], str(row.at.line), fields, reasons]


def _is_kept(column: str) -> bool:
    return bare_heading(column) not in REPORT


def _refused(name: str, line: int, reason: str) -> DataError:
    return DataError([Problem(Location(name, line), reason)])


def _first_line(lines: Lines, name: str) -> str:
    """Return the next line that is not blank, or nothing."""
    try:
        return next((line for line in lines if line.strip()), "")
    except ValueError as error:
        raise _refused(name, lines.number, str(error)) from None


def _csv_roster(name: str, first: str, lines: Lines, delimiter: str) -> Roster:
    line = lines.number
    reader = csv.reader(chain([first], lines), delimiter=delimiter, strict=True)
    try:
        columns = tuple(next(reader))
    except (csv.Error, ValueError) as error:
        raise _refused(name, line, f"the headings: {_plain(error)}") from None
    held = [field_of(column) for column in columns]
    for field in FIELDS:
        if held.count(field) > 1:
            reason = f"the column '{field}' stands twice: remove one of them"
            raise _refused(name, line, reason)
    unknown = [
        column
        for column, field in zip(columns, held, strict=True)
        if field is None and column.strip() and bare_heading(column) not in REPORT
    ]
    if "name" not in held:
        found = ", ".join(map(quoted, unknown[:5]))
        hint = f"name one so ({found})" if found else "the first line names the columns"
        raise _refused(name, line, f"there is no column 'name': {hint}; {_SEE}")
    rows = _csv_rows(name, reader, held, lines)
    notes = tuple(_unknown(column, held) for column in unknown)
    return Roster(name, columns, rows, notes)


def _csv_rows(
    name: str, reader: Iterator[list[str]], held: Sequence[str | None], lines: Lines
) -> Iterator[Row]:
    is_torn = False
    while True:
        at = Location(name, lines.number + 1)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            is_torn = True
            ended = "unexpected end" in str(error)
            yield Row(at=at, faults=(Fault(_CUT if ended else _plain(error)),))
        except ValueError as error:
            yield Row(at=at, faults=(Fault(str(error)),))
        else:
            if not any(map(str.strip, cells)):
                continue
            # What follows may be the rest of a cell, until a row is whole again.
            is_torn = is_torn and len(cells) != len(held)
            if is_torn:
                yield Row(at=at, cells=tuple(cells), faults=(Fault(_TORN),))
            else:
                yield _csv_row(at, cells, held, is_cut=lines.is_cut)


def _csv_row(
    at: Location, cells: list[str], held: Sequence[str | None], *, is_cut: bool
) -> Row:
    if is_cut and (len(cells) < len(held) or LOST in cells[-1]):
        return Row(at=at, cells=tuple(cells), faults=(Fault(_CUT),))
    if any(map(str.strip, cells[len(held) :])):
        reason = (
            f"{len(cells)} cells where there are {len(held)} columns: put quotes round "
            "a cell that has the delimiter in it"
        )
        return Row(at=at, cells=tuple(cells), faults=(Fault(reason),))
    values = {field: cell for field, cell in zip(held, cells, strict=False) if field}
    member, faults = read_member(values)
    return Row(at=at, cells=tuple(cells), member=member, faults=faults)


def _json_rows(name: str, first: str, lines: Lines) -> Iterator[Row]:
    following = chain([first], lines)
    told: set[str] = set()
    while True:
        try:
            line = next(following)
            values = _json_values(line)
        except StopIteration:
            return
        except ValueError as error:
            reason = _CUT if lines.is_cut else str(error)
            yield Row(at=Location(name, lines.number), faults=(Fault(reason),))
            continue
        known = {field_of(key) for key in values}
        notes: tuple[str, ...] = ()
        if None in known and len(told) < _MOST_UNKNOWN:
            unknown = [k for k in values if field_of(k) is None and k not in told]
            told.update(unknown)
            notes = tuple(_unknown(key, known) for key in unknown)
        if values:
            yield _json_row(Location(name, lines.number), values, notes)


def _json_row(at: Location, values: Mapping[str, str], notes: tuple[str, ...]) -> Row:
    given = [(field_of(key), value) for key, value in values.items() if value]
    held = {field: value for field, value in given if field}
    cells = tuple(held.get(field, "") for field in FIELDS)
    fields = [field for field, _ in given if field]
    member, faults = read_member(held)
    if twice := next((field for field in fields if fields.count(field) > 1), None):
        fault = Fault("it stands here twice: remove one of them", twice)
        faults = (fault, *(other for other in faults if other.field != twice))
    return Row(at=at, cells=cells, member=member, faults=faults, notes=notes)


def _json_values(line: str) -> dict[str, str]:
    """Return the values of an object in JSON as cells of a table."""
    if not line.strip():
        return {}
    try:
        found = json.decode(line, type=dict[str, bool | str | list[str] | None])
    except DecodeError as error:
        raise ValueError(f"not an object of texts in JSON: {error}") from None
    return {key: _cell(value) for key, value in found.items()}


def _cell(value: bool | str | list[str] | None) -> str:  # noqa: FBT001 - a JSON value
    if isinstance(value, list):
        return "\n".join(value)
    return str(value or "")


def _delimiter(line: str) -> str:
    """Return what parts the headings in *line*: by which most of them are known."""

    def known(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=delimiter), [])
        return sum(field_of(cell) is not None for cell in cells), len(cells)

    return max(",;\t", key=known)


def _unknown(column: str, held: Collection[str | None]) -> str:
    near = nearest(column, [field for field in FIELDS if field not in held])
    hint = f": did you mean '{near}'?" if near else ""
    return f"the column {quoted(column)} is not used{hint}"


def _plain(error: Exception) -> str:
    """Return in plain words what is wrong with a row."""
    for words, reason in _PLAIN_WORDS.items():
        if words in str(error):
            return reason
    return str(error)
