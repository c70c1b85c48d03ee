"""
A roster: a file of members, each with the choices for their letter.

It is read as a stream, row by row. A row that cannot be used says why, and does not
keep the others from being read.
"""

import csv
import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from json import JSONDecoder
from typing import Any

from msgspec import DecodeError, Struct, ValidationError, json
from msgspec.structs import replace

from protestgen.errors import DataError, Location, Problem, nearest, quoted
from protestgen.limits import MAX_COLUMNS, MAX_ROW_LINES
from protestgen.schema.types import visible

from .roster_row import (
    FIELDS,
    FieldError,
    Member,
    bare_heading,
    field_of,
    kind_of,
    read_member,
)
from .text_stream import LOST, Readable, TextLines

EXAMPLE = """\
name,address,city,country,email,organisation,role,why,cosigners,language,style,to,demands
Ada Example,"12 Sample Street
Leeds LS1 9ZZ",Leeds,gb,ada@home.example,,nurse,I follow the case from Leeds.,,,personal,,
Jürgen Beispiel,"Musterweg 3
00000 Musterstadt",Musterstadt,Germany,juergen@home.example,,Lehrer,,"Eva Beispiel, Musterstadt
Max Beispiel, Musterstadt",German,,embassy,
Zoé Exemple,,Lyon,France,zoe@home.example,Example Solidarity Committee,secretary,,,,organisation,,
"""  # noqa: E501 - a row is as long as it is

# What failed rows are told with; a mended roster may still have these columns. Of older
# tables the cases are not known.
REPORT = ("line", "field", "problem")
_FAILED_FOR = "failed for"

_SEE = "see 'protestgen batch --example'"
_CUT = "the roster ends in the middle of this row: get the whole file"
_TORN = "this may belong to the row above: mend the quotes there"
_UNCLOSED = "the quotes of a cell are not closed, or stand in it: close, or double them"
_PARTED = "put quotes round a cell that has the delimiter in it"
_UNNAMED = "there is text below an empty heading: name that column, or empty the cell"
_LEFT_OVER = "what stands behind them is of this row: mend it, and empty that"
# The first line by which spreadsheets tell one another what parts cells.
_DELIMITER = re.compile(r'"?sep=([^\w\s"]|\t)"?[\r\n]*', re.IGNORECASE)
# What parts cells as a rule.
_USUAL = ",;\t"
# So many columns that are not used are named.
_MOST_UNKNOWN = 100
# What a spreadsheet would run as a formula, behind any number of apostrophes.
_FORMULA = re.compile(r"'*(?:\s*[=+@＝＋－＠-]|[\t\r\n])")
# What the reader of CSV says, and what a volunteer makes of it.
_PLAIN_WORDS = {
    "expected after": "text behind the closing quotes: double the quotes in a cell",
    "field larger": "a cell is too long, or its quotes are not closed: look for them",
    "unexpected end": _CUT,
}


class Row(Struct, frozen=True, kw_only=True):
    """
    A row of a roster: a *member*, as far as one can be read, and the *faults* in it.

    *cells* are as they stand in the file, in the order of the roster's columns; what
    does not go into these is the *rest*. *notes* tell what in the row is not used.
    """

    at: Location
    cells: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    member: Member | None = None
    faults: tuple[FieldError, ...] = ()
    notes: tuple[str, ...] = ()


class Roster(Struct, frozen=True):
    """
    A roster called *name*, its headings and its rows, which can be read once.

    *notes* tell which of its columns are not used; *delimiter* parts its cells.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterator[Row]
    notes: tuple[str, ...] = ()
    delimiter: str = ","

    @property
    def has_failed(self) -> bool:
        """Whether these are rows that failed, out of another roster."""
        return _has_failed(self.columns)


def read_roster(stream: Readable, name: str) -> Roster:
    """
    Read the roster *name* from *stream*: CSV of any usual kind, or JSON Lines.

    Raises `DataError` for a file that is no roster at all, or has no row.
    """
    lines = TextLines(stream, name)
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
    kept = (column for column in roster.columns if _is_kept(column))
    return [*map(_defused, kept), *REPORT, _FAILED_FOR]


def report_row(
    roster: Roster, row: Row, faults: Sequence[FieldError], cases: Iterable[str]
) -> list[str]:
    """
    Return *row*, which failed for *cases*, for a table to be mended and read again.

    What does not go into its columns stands behind them, where it is told again. An
    apostrophe keeps a spreadsheet from running a cell; `read_roster` removes it.
    """
    cells = zip_longest(roster.columns, row.cells, fillvalue="")
    kept = [cell for column, cell in cells if _is_kept(column)]
    fields = ", ".join(dict.fromkeys(fault.field for fault in faults if fault.field))
    reasons = "; ".join(fault.reason for fault in faults)
    told = (str(row.at.line), fields, visible(reasons), ", ".join(cases))
    return [*map(_defused, (*kept[: len(roster.columns)], *told, *row.rest))]


def _defused(cell: str) -> str:
    """Return *cell* as a text that no spreadsheet runs."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _as_it_was(cell: str) -> str:
    """Return what `_defused` was given for *cell*."""
    is_defused = cell.startswith("'") and _FORMULA.match(cell)
    return cell[1:] if is_defused else cell


def failed_for(stream: Readable) -> set[str]:
    """Return what cases the rows of a table failed for: '' where that is not known."""
    try:
        roster = read_roster(stream, "")
        place = [*map(bare_heading, roster.columns)].index(bare_heading(_FAILED_FOR))
        found = (row.cells[place] if row.cells[place:] else "" for row in roster.rows)
        return {case.strip() for cell in found for case in cell.split(",")}
    except (DataError, ValueError):
        return {""}


def _has_failed(columns: Iterable[str]) -> bool:
    return {*REPORT} <= {*map(bare_heading, columns)}


def _is_kept(column: str) -> bool:
    return bare_heading(column) not in (*REPORT, bare_heading(_FAILED_FOR))


def _refused(name: str, line: int, reason: str) -> DataError:
    return DataError([Problem(Location(name, line), reason)])


def _first_line(lines: TextLines, name: str) -> str:
    """Return the next line that is not blank, or nothing."""
    try:
        return next((line for line in lines if line.strip()), "")
    except ValueError as error:
        raise _refused(name, lines.number, str(error)) from None


def _csv_roster(name: str, first: str, lines: TextLines, delimiter: str) -> Roster:
    line = lines.number
    source = _Source(first, lines)
    reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True, strict=True)
    try:
        headings = next(reader)
    except csv.Error:
        raise _refused(name, line, f"the headings: {_UNCLOSED}") from None
    except ValueError as error:
        raise _refused(name, line, f"the headings: {error}") from None
    if _has_failed(headings):
        headings = [*map(_as_it_was, headings)]
    columns = tuple(_without_padding([*headings]))
    if len(columns) > MAX_COLUMNS:
        reason = f"there are {len(columns):,} columns, but {MAX_COLUMNS:,} at most"
        raise _refused(name, line, f"{reason}: remove those that are not used")
    held = [field_of(column) for column in columns]
    for field in FIELDS:
        if held.count(field) > 1:
            reason = f"the column '{field}' stands twice: remove one of them"
            raise _refused(name, line, reason)
    unknown = [
        column
        for column, field in zip(columns, held, strict=True)
        if field is None and column.strip() and _is_kept(column)
    ]
    if "name" not in held:
        found = ", ".join(map(quoted, unknown[:5]))
        hint = f"name one so ({found})" if found else "the first line names the columns"
        raise _refused(name, line, f"there is no column 'name': {hint}; {_SEE}")
    rows = _csv_rows(name, reader, headings, source)
    notes = [_unknown(column, held) for column in unknown[:_MOST_UNKNOWN]]
    if more := len(unknown) - len(notes):
        notes.append(f"{more:,} more columns are not used")
    # Another one would not be found out, where its rows that failed are read again.
    own = delimiter if delimiter in _USUAL else ","
    return Roster(name, columns, rows, tuple(notes), own)


class _Source:
    """The *lines* of a table from the *first* one on, which can go back in a row."""

    def __init__(self, first: str, lines: TextLines) -> None:
        self._lines = lines
        self._ahead: deque[str | ValueError] = deque([first])
        self._row: list[str | ValueError] = []

    def __iter__(self) -> "_Source":
        return self

    def __next__(self) -> str:
        if len(self._row) >= MAX_ROW_LINES:
            raise ValueError(f"the row is longer than {MAX_ROW_LINES:,} lines")
        try:
            line = self._ahead.popleft() if self._ahead else next(self._lines)
        except ValueError as error:
            line = error
        self._row.append(line)
        if isinstance(line, ValueError):
            raise line
        return line

    def begin(self) -> int:
        """Begin a row, and return the number of its first line."""
        self._row.clear()
        return self._lines.number - len(self._ahead) + 1

    def go_back(self) -> None:
        """Let the row be its first line only, and what follows be read once more."""
        self._ahead.extendleft(reversed(self._row[1:]))
        del self._row[1:]

    @property
    def row(self) -> str:
        """The text of the row, as far as it can be read, without its end."""
        texts = [line for line in self._row if isinstance(line, str)]
        return "".join(texts).rstrip("\r\n")

    @property
    def is_long(self) -> bool:
        """Whether the row has several lines."""
        return len(self._row) > 1

    @property
    def is_cut(self) -> bool:
        """Whether the last line of the row has no end, so that it may not be whole."""
        last = self._row[-1]
        return isinstance(last, str) and not last.endswith(("\n", "\r"))


def _csv_rows(
    name: str, reader: Iterator[list[str]], headings: Sequence[str], source: _Source
) -> Iterator[Row]:
    """Yield the rows of a table with *headings*, of which the last may be empty."""
    width = len(headings)
    held = [field_of(column) for column in _without_padding([*headings])]
    left_over = _LEFT_OVER if _has_failed(headings) else ""
    is_torn = False
    while True:
        at = Location(name, source.begin())
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, ValueError) as error:
            is_torn = True
            reason = _UNCLOSED if source.is_long else _plain(error)
            source.go_back()  # nobody below is lost with this row
            yield Row(at=at, rest=(source.row,), faults=(FieldError(reason),))
        else:
            if left_over:
                cells = [*map(_as_it_was, cells)]
            if not any(map(str.strip, cells)):
                continue
            # What follows may be the rest of a cell, until a row is whole again.
            is_torn = is_torn and len(cells) != width
            is_short = len(cells) < width or LOST in cells[-1]
            if is_torn or (is_short and source.is_cut):
                reason = _TORN if is_torn else _CUT
                yield Row(at=at, rest=(source.row,), faults=(FieldError(reason),))
            else:
                told = left_over or (_UNNAMED if len(cells) <= width else _PARTED)
                yield _csv_row(at, _without_padding(cells, len(held)), held, told)


def _without_padding(cells: list[str], width: int = 0) -> list[str]:
    """Return *cells*, but for empty ones that a spreadsheet has added to a *width*."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells


def _csv_row(
    at: Location, cells: list[str], held: Sequence[str | None], surplus: str
) -> Row:
    kept, rest = tuple(cells[: len(held)]), tuple(cells[len(held) :])
    if rest:
        counts = f"{len(cells)} cells where there are {len(held)} columns"
        fault = FieldError(f"{counts}: {surplus}", kind="surplus cells")
        return Row(at=at, cells=kept, rest=rest, faults=(fault,))
    values = {field: cell for field, cell in zip(held, kept, strict=False) if field}
    member, faults = read_member(values)
    return Row(at=at, cells=kept, member=member, faults=faults)


def _json_rows(name: str, first: str, lines: TextLines) -> Iterator[Row]:
    following = chain([first], lines)
    told: set[str] = set()
    while True:
        line = ""
        try:
            line = next(following)
            values = _json_values(line)
        except StopIteration:
            return
        except ValueError as error:
            reason = _CUT if lines.is_cut else str(error)
            faults = (FieldError(reason, kind=kind_of(error)),)
            at = Location(name, lines.number)
            yield Row(at=at, rest=(line.rstrip("\r\n"),), faults=faults)
            continue
        known = {field_of(key) for key in values}
        notes: tuple[str, ...] = ()
        if None in known and len(told) < _MOST_UNKNOWN:
            unknown = [k for k in values if field_of(k) is None and k not in told]
            unknown = unknown[: _MOST_UNKNOWN - len(told)]
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
        fault = FieldError("it stands here twice: remove one of them", twice)
        faults = (fault, *(other for other in faults if other.field != twice))
    return Row(at=at, cells=cells, member=member, faults=faults, notes=notes)


def _json_values(line: str) -> dict[str, str]:
    """Return the values of an object in JSON as cells of a table."""
    if not line.strip():
        return {}
    try:
        found = json.decode(line, type=dict[str, bool | str | list[str] | None])
    except ValidationError:
        reason = "not an object of texts in JSON: put each value in quotes"
        raise ValueError(reason) from None
    except DecodeError as error:
        raise ValueError(f"not an object of texts in JSON: {error}") from None
    _without_double_keys(line)
    return {key: _cell(value) for key, value in found.items()}


def _refuse_double_keys(pairs: list[tuple[str, Any]]) -> None:
    keys = [key for key, _ in pairs]
    if len({*keys}) < len(keys):
        double = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{quoted(double)} stands here twice: remove one of them")


_without_double_keys = JSONDecoder(object_pairs_hook=_refuse_double_keys).decode


def _cell(value: bool | str | list[str] | None) -> str:  # noqa: FBT001 - a JSON value
    if isinstance(value, list):
        return "\n".join(value)
    return str(value or "")


def _delimiter(line: str) -> str:
    """Return what parts the headings in *line*: by which most of them are known."""

    def known(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=delimiter), [])
        return sum(field_of(cell) is not None for cell in cells), len(cells)

    return max(_USUAL, key=known)


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
