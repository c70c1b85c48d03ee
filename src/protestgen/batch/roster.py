"""
A roster: a file of members, each with the choices for their letter.

It is read as a stream, row by row. A row that cannot be used says why, and does not
keep the others from being read.
"""

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, zip_longest
from json import JSONDecoder
from typing import Any

from msgspec import DecodeError, Struct, ValidationError, json
from msgspec.structs import replace

from protestgen.errors import (
    VERY_SIMILAR,
    DataError,
    Location,
    data_error,
    nearest,
    quoted,
)
from protestgen.limits import MAX_COLUMNS
from protestgen.schema.types import visible

from .csv_rows import (
    CUT_OFF,
    UNCLOSED,
    CsvRows,
    csv_reader,
    defuse_formula,
    restore_formula,
    strip_padding,
)
from .roster_row import FIELDS, FieldError, Row, bare_heading, field_of, read_member
from .text_stream import LineTooLongError, Readable, TextLines, has_end

EXAMPLE = """\
name,address,city,country,email,organisation,role,why,cosigners,language,style,to,demands
Ada Example,"12 Sample Street
Leeds LS1 9ZZ",Leeds,gb,ada@home.example,,nurse,I follow the case from Leeds.,,,personal,,
Jürgen Beispiel,"Musterweg 3
00000 Musterstadt",Musterstadt,Germany,juergen@home.example,,Lehrer,,"Eva Beispiel, Musterstadt
Max Beispiel, Musterstadt",German,,embassy,
Zoé Exemple,,Lyon,France,zoe@home.example,Example Solidarity Committee,secretary,,,,organisation,,
"""  # noqa: E501 - a row is as long as it is

# The columns that a table of failed rows adds. Those of earlier versions lack the last.
REPORT = ("line", "field", "problem")
_FAILED_FOR = "failed for"
_REPORT_HEADINGS = {*REPORT, *map(bare_heading, [_FAILED_FOR])}

_SEE = "see 'protestgen batch --example'"
# The first line by which spreadsheets tell one another the delimiter.
_DELIMITER = re.compile(r'"?sep=([^\w\s"]|\t)"?[\r\n]*', re.IGNORECASE)
_USUAL_DELIMITERS = ",;\t"
# Unused columns that are named.
_MAX_UNKNOWN = 100


class Roster(Struct, frozen=True):
    """
    The headings of a roster and its rows, which can be read once.

    *notes* name columns that are not used; *delimiter* separates the cells.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row]
    notes: tuple[str, ...] = ()
    delimiter: str = ","

    @property
    def has_failed(self) -> bool:
        """Whether these are rows of another roster that failed."""
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
        next(lines)
        first = _first_line(lines, name)
    line = lines.number
    if not first:
        raise data_error(name, f"the roster is empty: {_SEE}", 1)
    if first.startswith("["):
        reason = "this is a list in JSON: write one object a line, without brackets"
        raise data_error(name, reason, line)
    if first.startswith("{"):
        roster = Roster(FIELDS, _json_rows(name, lines))
    else:
        separator = delimiter[1] if delimiter else _detect_delimiter(first)
        roster = _csv_roster(name, lines, separator)
    row = next(roster.rows, None)
    if row is None:
        raise data_error(name, "the roster has no rows: add one for each member", line)
    return replace(roster, rows=chain([row], roster.rows))


def report_columns(roster: Roster) -> list[str]:
    """Return the headings of a table of failed rows."""
    kept = (column for column in roster.columns if _is_own(column))
    return [*map(defuse_formula, kept), *REPORT, _FAILED_FOR]


def report_row(
    roster: Roster, row: Row, faults: Sequence[FieldError], cases: Iterable[str]
) -> list[str]:
    """
    Return *row*, which failed for *cases*, for a table to be fixed and read again.

    Surplus cells are appended. An apostrophe keeps a spreadsheet from running a cell;
    `read_roster` removes it.
    """
    cells = zip_longest(roster.columns, row.cells, fillvalue="")
    kept = [cell for column, cell in cells if _is_own(column)]
    fields = ", ".join(dict.fromkeys(fault.field for fault in faults if fault.field))
    reasons = "; ".join(fault.reason for fault in faults)
    report = (str(row.at.line), fields, visible(reasons), ", ".join(cases))
    row_cells = (*kept[: len(roster.columns)], *report, *row.rest)
    return [*map(defuse_formula, row_cells)]


def failed_for(stream: Readable) -> set[str]:
    """Return the cases that the rows of a table failed for; '' is an unknown one."""
    try:
        roster = read_roster(stream, "")
        place = [*map(bare_heading, roster.columns)].index(bare_heading(_FAILED_FOR))
        found = (row.cells[place] if row.cells[place:] else "" for row in roster.rows)
        return {case.strip() for cell in found for case in cell.split(",")}
    except (DataError, ValueError):
        return {""}


def _has_failed(columns: Iterable[str]) -> bool:
    return {*REPORT} <= {*map(bare_heading, columns)}


def _is_own(column: str) -> bool:
    """Whether a column belongs to the roster itself, not to the report on it."""
    return bare_heading(column) not in _REPORT_HEADINGS


def _first_line(lines: TextLines, name: str) -> str:
    """Look at the next line that is not blank; return '' if there is none."""
    line = "\n"
    while line and not line.strip():
        lines.begin_row()
        try:
            line = next(lines, "")
        except LineTooLongError as error:
            line = error.beginning
            if not line.startswith("{"):
                raise data_error(name, str(error), lines.number) from None
    lines.go_back(keep=0)
    return line


def _csv_roster(name: str, lines: TextLines, delimiter: str) -> Roster:
    """Read the headings of a table."""
    line = lines.number
    try:
        headings = next(csv_reader(lines, delimiter))
    except (csv.Error, ValueError) as error:
        reason = UNCLOSED if isinstance(error, csv.Error) else error
        raise data_error(name, f"the headings: {reason}", line) from None
    failed = _has_failed(headings)
    if failed:
        headings = [*map(restore_formula, headings)]
    columns = tuple(strip_padding([*headings]))
    _check_columns(name, line, columns)
    rows = _without_headings(
        CsvRows(name, headings, lines, delimiter, failed=failed), columns
    )
    # Others would not be detected when the rows that failed are read again.
    delimiter = delimiter if delimiter in _USUAL_DELIMITERS else ","
    return Roster(columns, rows, _notes_on_columns(columns), delimiter)


def _without_headings(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[Row]:
    """Fail those of *rows* that repeat the headings, as in two rosters made one."""
    fault = FieldError("the headings again: remove this row")
    for row in rows:
        is_heading = row.cells == columns
        yield replace(row, member=None, faults=(fault,)) if is_heading else row


def _check_columns(name: str, line: int, columns: Sequence[str]) -> None:
    """Raise if there are too many columns, a field twice, or no names."""
    if len(columns) > MAX_COLUMNS:
        reason = f"there are {len(columns):,} columns, but {MAX_COLUMNS:,} at most"
        raise data_error(name, f"{reason}: remove those that are not used", line)
    fields = [field_of(column) for column in columns]
    for field in FIELDS:
        if fields.count(field) > 1:
            reason = f"the column '{field}' appears twice: remove one of them"
            raise data_error(name, reason, line)
    if "name" not in fields:
        found = ", ".join(map(quoted, _unknown_columns(columns)[:5]))
        hint = f"rename one ({found})" if found else "the first line names the columns"
        missing = "there is no column 'name', for whole names"
        raise data_error(name, f"{missing}: {hint}; {_SEE}", line)


def _unknown_columns(columns: Sequence[str]) -> list[str]:
    return [c for c in columns if field_of(c) is None and c.strip() and _is_own(c)]


def _notes_on_columns(columns: Sequence[str]) -> tuple[str, ...]:
    fields = [field_of(column) for column in columns]
    unknown = _unknown_columns(columns)
    notes = [_unused(column, fields) for column in unknown[:_MAX_UNKNOWN]]
    if more := len(unknown) - len(notes):
        notes.append(f"{more:,} more columns are not used")
    return tuple(notes)


def _json_rows(name: str, lines: TextLines) -> Iterator[Row]:
    """Yield the rows of JSON Lines, and with each the unknown keys that are new."""
    noted: set[str] = set()
    while True:
        lines.begin_row()
        try:
            values = _json_values(next(lines))
        except StopIteration:
            return
        except ValueError as error:
            text = lines.row
            reason = CUT_OFF if text and not has_end(text) else str(error)
            at = Location(name, lines.number)
            faults = (FieldError(reason),)
            yield Row(at=at, rest=(text.rstrip("\r\n"),), faults=faults)
            continue
        fields = {field_of(key) for key in values}
        notes: tuple[str, ...] = ()
        if None in fields and len(noted) < _MAX_UNKNOWN:
            unknown = [k for k in values if field_of(k) is None and k not in noted]
            unknown = unknown[: _MAX_UNKNOWN - len(noted)]
            noted.update(unknown)
            notes = tuple(_unused(key, fields) for key in unknown)
        if values:
            yield _json_row(Location(name, lines.number), values, notes)


def _json_row(at: Location, values: Mapping[str, str], notes: tuple[str, ...]) -> Row:
    given = [(field_of(key), value) for key, value in values.items() if value]
    texts = {field: value for field, value in given if field}
    cells = tuple(texts.get(field, "") for field in FIELDS)
    fields = [field for field, _ in given if field]
    member, faults = read_member(texts)
    if twice := next((field for field in fields if fields.count(field) > 1), None):
        fault = FieldError("it appears twice here: remove one of them", twice)
        faults = (fault, *(other for other in faults if other.field != twice))
    return Row(at=at, cells=cells, member=member, faults=faults, notes=notes)


def _json_values(line: str) -> dict[str, str]:
    """Read the values of a JSON object as the cells of a table would hold them."""
    if not line.strip():
        return {}
    try:
        found = json.decode(line, type=dict[str, bool | str | list[str] | None])
    except ValidationError:
        reason = "not an object of texts in JSON: put each value in quotes"
        raise ValueError(reason) from None
    except DecodeError as error:
        raise ValueError(f"not an object of texts in JSON: {error}") from None
    _check_double_keys(line)
    return {key: _cell(value) for key, value in found.items()}


def _refuse_double_keys(pairs: list[tuple[str, Any]]) -> None:
    keys = [key for key, _ in pairs]
    if len({*keys}) < len(keys):
        double = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{quoted(double)} appears twice here: remove one of them")


_check_double_keys = JSONDecoder(object_pairs_hook=_refuse_double_keys).decode


def _cell(value: bool | str | list[str] | None) -> str:  # noqa: FBT001 - a JSON value
    if isinstance(value, list):
        return "\n".join(value)
    return str(value or "")


def _detect_delimiter(line: str) -> str:
    """Return the delimiter with which most headings in *line* are known."""

    def known(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([line], delimiter=delimiter), [])
        return sum(field_of(cell) is not None for cell in cells), len(cells)

    return max(_USUAL_DELIMITERS, key=known)


def _unused(column: str, fields: Collection[str | None]) -> str:
    """Say that *column* is not used, and which of the missing *fields* it may be."""
    missing = [field for field in FIELDS if field not in fields]
    near = nearest(column, missing, VERY_SIMILAR)
    hint = f": did you mean '{near}'?" if near else ""
    return f"the column {quoted(column)} is not used{hint}"
