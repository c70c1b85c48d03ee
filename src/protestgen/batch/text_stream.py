"""Lines of text from a stream of bytes that a spreadsheet or a program has written."""

import io
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections import deque
from typing import Any, Protocol

from protestgen.errors import data_error, read_error
from protestgen.limits import MAX_LINE, MAX_ROW_LINES

# Stands for bytes that are no text in the encoding of the file.
LOST = "\ufffd"
NOT_TEXT = "save it as CSV with the encoding UTF-8 ('CSV UTF-8' in Excel)"
# Bytes that are checked before the first line is used.
_HEAD = 1 << 16

_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Read at most *size* bytes, or none at the end."""


class LineTooLongError(ValueError):
    """A line that is longer than `MAX_LINE`; only its *beginning* was read."""

    def __init__(self, beginning: str) -> None:
        reason = f"the line is longer than {MAX_LINE} characters: shorten it"
        super().__init__(reason)
        self.beginning = beginning


class TextLines:
    """
    The lines of *stream*, called *name*, with their ends, grouped into rows.

    A row begins with `begin_row`, and each line that is read belongs to it until
    `go_back` returns it. Iterating raises `DataError` if the stream cannot be read on,
    and `ValueError` for a line or a row that is too long. Bytes that are no text are
    read as `LOST`; the constructor raises `DataError` if there are any near the start.
    """

    def __init__(self, stream: Readable, name: str) -> None:
        buffer = io.BufferedReader(_RawStream(stream, name), _HEAD)
        encoding = _encoding(buffer.peek(), name)
        self._text = io.TextIOWrapper(buffer, encoding, errors="replace", newline="")
        self._read_count = 0
        self._is_too_long = False
        self._row: list[str | LineTooLongError] = []
        self._ahead: deque[str | LineTooLongError] = deque()

    def __iter__(self) -> "TextLines":
        return self

    def __next__(self) -> str:
        if len(self._row) >= MAX_ROW_LINES:
            reason = f"the row is longer than {MAX_ROW_LINES:,} lines: shorten it"
            raise ValueError(reason)
        return self.read_line()

    def read_line(self) -> str:
        """Read a line, however many the row has already."""
        line = self._ahead.popleft() if self._ahead else self._read()
        self._row.append(line)
        if isinstance(line, LineTooLongError):
            raise line
        return line

    def begin_row(self) -> None:
        """Begin a new row."""
        self._row.clear()

    def go_back(self, *, keep: int = 1) -> None:
        """Keep the first lines of the row only, and read the others again."""
        self._ahead.extendleft(reversed(self._row[keep:]))
        del self._row[keep:]

    @property
    def number(self) -> int:
        """The number of the row's first line, from 1."""
        return self._read_count - len(self._ahead) - len(self._row) + 1

    @property
    def is_long(self) -> bool:
        """Whether the row has several lines."""
        return len(self._row) > 1

    @property
    def row(self) -> str:
        """The text of the row, without lines that are too long."""
        return "".join([line for line in self._row if isinstance(line, str)])

    def _read(self) -> str | LineTooLongError:
        while self._is_too_long:  # skip the rest of the line before
            rest = self._text.readline(MAX_LINE)
            self._is_too_long = len(rest) == MAX_LINE and not has_end(rest)
        line = self._text.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self._read_count += 1
        self._is_too_long = len(line) == MAX_LINE and not has_end(line)
        return LineTooLongError(line) if self._is_too_long else line


def has_end(text: str) -> bool:
    """Whether the last line of *text* ends; one that does not may be cut off."""
    return text.endswith(("\n", "\r"))


class _RawStream(io.RawIOBase):
    """A `Readable`, called *name*, for `io.BufferedReader`."""

    def __init__(self, stream: Readable, name: str) -> None:
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._stream.read(len(buffer))
        except OSError as error:
            raise read_error(self._name, error) from None
        buffer[: len(data)] = data
        return len(data)


def _encoding(head: bytes, name: str) -> str:
    """Detect the encoding of a text that begins with *head*."""
    if head.startswith(_SPREADSHEETS):
        raise data_error(name, f"this is a spreadsheet: {NOT_TEXT}")
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        encoding = "utf-16"
    elif head.startswith(b"\0"):
        encoding = "utf-16-be"
    elif head[1:2] == b"\0":
        encoding = "utf-16-le"
    else:
        encoding = "utf-8-sig"  # with or without its mark
    try:
        getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise data_error(name, f"not UTF-8: {NOT_TEXT}", line) from None
    return encoding
