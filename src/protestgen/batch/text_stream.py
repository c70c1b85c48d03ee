"""Lines of text from a stream of bytes that comes from a spreadsheet or a program."""

import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from typing import Any, Protocol

from protestgen.errors import DataError, Location, Problem, read_error
from protestgen.limits import MAX_LINE

# Stands for bytes that are no text in the encoding of the file.
LOST = "\ufffd"
NOT_TEXT = "save it as CSV with the encoding UTF-8 ('CSV UTF-8' in Excel)"
# So much is looked at, in bytes, before the first line is used.
_HEAD = 1 << 16

_MARKS = {
    BOM_UTF8: "utf-8-sig",
    BOM_UTF16_LE: "utf-16",
    BOM_UTF16_BE: "utf-16",
}
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return at most *size* of them, or none at the end."""


class TextLines:
    """
    The lines of *stream*, called *name*, with their ends; they are numbered from 1.

    Raises `DataError` for what is plainly no text, or cannot be read on; a line that
    has something else in it further down has the character `LOST` in it, and one too
    long is a `ValueError`.
    """

    def __init__(self, stream: Readable, name: str) -> None:
        head = _read(stream, _HEAD, name)
        encoding = _encoding(head, name)
        rejoined = io.BufferedReader(_Rejoined(head, stream, name))
        self._text = io.TextIOWrapper(rejoined, encoding, errors="replace", newline="")
        self.number = 0
        # Whether the line that was read last has no end, so that it may not be whole.
        self.is_cut = False
        # Whether the rest of that line is to be passed over; it may be without an end.
        self._is_too_long = False

    def __iter__(self) -> "TextLines":
        return self

    def __next__(self) -> str:
        while self._is_too_long and self._read() and self.is_cut:
            pass
        line = self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self._is_too_long = self.is_cut and len(line) == MAX_LINE
        if self._is_too_long:
            reason = f"the line is longer than {MAX_LINE} characters: shorten it"
            raise ValueError(reason)
        return line

    def _read(self) -> str:
        line = self._text.readline(MAX_LINE)
        self.is_cut = not line.endswith(("\n", "\r"))
        return line


class _Rejoined(io.RawIOBase):
    """A *stream*, called *name*, of which the *head* was read already."""

    def __init__(self, head: bytes, stream: Readable, name: str) -> None:
        self._head = memoryview(head)
        self._stream = stream
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        data = self._head[: len(view)] or _read(self._stream, len(view), self._name)
        self._head = self._head[len(data) :]
        view[: len(data)] = data
        return len(data)


def _read(stream: Readable, size: int, name: str) -> bytes:
    try:
        return stream.read(size)
    except OSError as error:
        raise read_error(name, error) from None


def _encoding(head: bytes, name: str) -> str:
    """Return the encoding of a text that begins with *head*."""
    if head.startswith(_SPREADSHEETS):
        reason = f"this is a spreadsheet: {NOT_TEXT}"
        raise DataError([Problem(Location(name), reason)])
    encoding = next((e for m, e in _MARKS.items() if head.startswith(m)), None)
    if encoding is None:
        encoding = {b"\0": "utf-16-be"}.get(head[:1]) or (
            "utf-16-le" if head[1:2] == b"\0" else "utf-8"
        )
    try:
        getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        reason = f"not UTF-8: {NOT_TEXT}"
        raise DataError([Problem(Location(name, line), reason)]) from None
    return encoding
