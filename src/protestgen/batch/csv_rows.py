"""The rows of a roster in CSV, and what to do about wrong quotes in them."""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress

from protestgen.errors import Location
from protestgen.limits import MAX_ROW

from .roster_row import FieldError, Row, field_of, read_member
from .text_stream import LOST, LineTooLongError, TextLines, has_end

UNCLOSED = "the quotes of a cell are not closed, or stand in it: close, or double them"
CUT_OFF = "the roster ends in the middle of this row: get the whole file"
_TORN = "possibly the continuation of the row above: fix its quotes"
_UNQUOTED = "put quotes round a cell that has the delimiter in it"
_UNNAMED = "there is text below an empty heading: name that column, or empty the cell"
_SURPLUS = "the surplus cells belong to this row: fix it, and clear them"
# What the `csv` module says of a row, and what to tell a volunteer.
_REASONS = {
    "expected after": "text behind the closing quotes: double the quotes in a cell",
    "field larger": "a cell is too long, or its quotes are not closed: look for them",
    "unexpected end": CUT_OFF,
}
# Columns whose values no sentence has between its commas.
_TELLING = ("country", "email", "reply_to")
# What a spreadsheet would run as a formula, behind any number of apostrophes.
_FORMULA = re.compile(r"'*(?:\s*[=+@＝＋－＠-]|[\t\r\n])")
# Quotes round words, and the text of a quoted cell in which others are not doubled.
_WORDS = r'(?<!\w)"(?=\w)[^"{}\r\n]*+(?<!\s)"(?!\w)'
_QUOTED = rf'(?:[^"]++|{_WORDS.format("")}|"")*+'


def csv_reader(lines: TextLines, delimiter: str) -> Iterator[list[str]]:
    """Parse *lines* into cells; wrong quotes raise `csv.Error`."""
    return csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)


def strip_padding(cells: list[str], width: int = 0) -> list[str]:
    """Strip trailing empty cells beyond *width*, which spreadsheets add."""
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    return cells


def defuse_formula(cell: str) -> str:
    """Put an apostrophe before *cell* if a spreadsheet would run it."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restore_formula(cell: str) -> str:
    """Undo `defuse_formula`."""
    is_defused = cell.startswith("'") and _FORMULA.match(cell)
    return cell[1:] if is_defused else cell


class CsvRows:
    """
    The rows below the *headings* of a table, called *name*.

    Behind a row with wrong quotes, any line may be the rest of a cell. Such lines fail
    until one is certainly a row, lest a sentence be taken for a member. In a table of
    *failed* rows, formulas are defused, and surplus cells stand behind the columns.
    """

    def __init__(
        self,
        name: str,
        headings: Sequence[str],
        lines: TextLines,
        delimiter: str,
        *,
        failed: bool,
    ) -> None:
        self._name = name
        self._width = len(headings)
        self._fields = [field_of(heading) for heading in strip_padding([*headings])]
        self._lines = lines
        self._reader = csv_reader(lines, delimiter)
        self._delimiter = delimiter
        self._failed = failed
        self._is_torn = False
        self._follows_torn = False  # the row above was torn, but its end was found
        end = re.escape(delimiter)
        bare = rf'(?:[^"{end}\r\n]++|{_WORDS.format(end)})*+'
        cell = rf' *+(?:"(?:[^"]++|"")*+" *+|{bare})'
        self._sound = re.compile(rf"{cell}(?:{end}{cell})*+[\r\n]*")

    def __iter__(self) -> "CsvRows":
        return self

    def __next__(self) -> Row:
        while True:
            self._lines.begin_row()
            try:
                cells = next(self._reader)
            except (csv.Error, ValueError) as error:
                return self._unreadable_row(error)
            if any(map(str.strip, cells)):
                return self._row(
                    [*map(restore_formula, cells)] if self._failed else cells
                )

    def _row(self, cells: list[str]) -> Row:
        """Read *cells*, unless the row is cut off or its quotes are wrong."""
        text, width = self._lines.row, len(cells)
        if (width < self._width or LOST in cells[-1]) and not has_end(text):
            return self._failed_row(_TORN if self._is_torn else CUT_OFF)
        if '"' in text and not self._sound.fullmatch(text):
            return self._torn_row(_TORN if self._is_torn else UNCLOSED)
        row = self._member_row(strip_padding(cells, len(self._fields)))
        if self._is_torn or (self._follows_torn and width != self._width):
            if not self._is_certain(row, text, width):
                return self._torn_row(_TORN)
            self._is_torn = False
        elif width > self._width and '"' in text and not self._failed:
            self._is_torn = True  # a quote in a cell may have closed it
        self._follows_torn = False
        return row

    def _member_row(self, cells: list[str]) -> Row:
        """Read the member in *cells*, unless some of them are surplus."""
        at = Location(self._name, self._lines.number)
        columns = len(self._fields)
        kept, rest = tuple(cells[:columns]), tuple(cells[columns:])
        if rest:
            hint = _UNNAMED if len(cells) <= self._width else _UNQUOTED
            reason = f"{len(cells)} cells where there are {columns} columns"
            fault = FieldError(f"{reason}: {_SURPLUS if self._failed else hint}")
            return Row(at=at, cells=kept, rest=rest, faults=(fault,))
        cells_of_fields = zip(self._fields, kept, strict=False)
        values = {f: cell for f, cell in cells_of_fields if f and cell}
        member, faults = read_member(values)
        return Row(at=at, cells=kept, member=member, faults=faults)

    def _is_certain(self, row: Row, text: str, width: int) -> bool:
        """Whether *row*, which is *text* of *width* cells, cannot be part of a cell."""
        if width != self._width or row.faults or any('"' in cell for cell in row.cells):
            return False
        if self._delimiter == "\t":
            return width > 1
        bare = f"{self._delimiter}{text}".replace('"', "")
        return any(
            cell.strip() and f"{self._delimiter}{cell}" in bare  # not behind a space
            for field, cell in zip(self._fields, row.cells, strict=False)
            if field in _TELLING
        )

    def _unreadable_row(self, error: Exception) -> Row:
        """Fail a row that is no CSV, with all of its lines if its end can be found."""
        reason = UNCLOSED if self._lines.is_long else _reason(error)
        if isinstance(error, LineTooLongError):
            return self._torn_row(reason)
        if self._is_torn:
            return self._torn_row(_TORN)
        if self._has_found_end():
            self._follows_torn = True
            return self._failed_row(_reason(error))
        return self._torn_row(reason)

    def _has_found_end(self) -> bool:
        """Read the row to the end that it has if quotes in its cells come in pairs."""
        self._lines.go_back(keep=0)
        scanner = _CellScanner(self._delimiter)
        size = 0
        with suppress(StopIteration, ValueError):
            while size < MAX_ROW and not scanner.has_ended:
                line = self._lines.read_line()
                scanner.read(line)
                size += len(line)
        return scanner.has_ended and scanner.count == self._width

    def _torn_row(self, reason: str) -> Row:
        """Fail the first line of a row, since the other lines may be rows."""
        self._lines.go_back()
        row = self._failed_row(reason)
        self._is_torn = True
        return row

    def _failed_row(self, reason: str) -> Row:
        at = Location(self._name, self._lines.number)
        text = self._lines.row.rstrip("\r\n")
        return Row(at=at, rest=(text,), faults=(FieldError(reason),))


class _CellScanner:
    """
    Counts the cells of a row, line by line, until it *has_ended*.

    Quotes round words in a cell are part of it; any others raise `ValueError`.
    """

    def __init__(self, delimiter: str) -> None:
        self.count = 1
        self.has_ended = False
        self._delimiter = delimiter
        escaped = re.escape(delimiter)
        end = rf"({escaped}|[\r\n]*\Z)"
        self._start = re.compile(rf' *+(?:"|[^"{escaped}\r\n]*+{end})')
        self._quoted = re.compile(rf'{_QUOTED}(?:\Z|" *+{end}(?! ))')
        self._pattern = self._start

    def read(self, line: str) -> None:
        position = 0
        while position < len(line):
            match = self._pattern.match(line, position)
            if match is None:
                raise ValueError
            position = match.end()
            self._pattern = self._quoted if match[1] is None else self._start
            self.count += match[1] == self._delimiter
            self.has_ended = match[1] not in {None, self._delimiter}


def _reason(error: Exception) -> str:
    """Say in plain words what is wrong with a row."""
    found = (reason for words, reason in _REASONS.items() if words in str(error))
    return next(found, str(error))
