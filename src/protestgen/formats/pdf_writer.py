"""Write a PDF object by object. Sections are those of ISO 32000-1:2008 (PDF 1.7)."""

import zlib
from collections.abc import Sequence
from typing import IO

# Cross-reference entries (7.5.8.3): a type, an offset or an object number, an index.
_FREE, _AT_OFFSET, _IN_OBJECT_STREAM = range(3)
_WIDTHS = (1, 5, 3)
_ENTRY_SIZE = sum(_WIDTHS)


class PdfWriter:
    """
    Writes objects to *stream*, in any order, and a cross-reference stream at the end.

    The caller takes numbers for the objects; those up to *reserved* are taken.
    """

    def __init__(self, stream: IO[bytes], *, reserved: int) -> None:
        self.size = 0
        self._stream = stream
        # Each entry is at the place of its number.
        self._entries = bytearray(_entry(_FREE, 0, 0xFFFF))
        self.take_numbers(reserved)

    def take_numbers(self, count: int) -> int:
        """Reserve *count* object numbers and return the first."""
        first = len(self._entries) // _ENTRY_SIZE
        self._entries += bytes(count * _ENTRY_SIZE)
        return first

    def write(self, data: bytes) -> None:
        """Write *data* unchanged."""
        self._stream.write(data)
        self.size += len(data)

    def write_object(self, number: int, value: bytes) -> None:
        """Write an indirect object (7.3.10)."""
        self._set_entries(number, _entry(_AT_OFFSET, self.size))
        self.write(b"%d 0 obj\n%b\nendobj\n" % (number, value))

    def write_stream(self, number: int, dictionary: bytes, data: bytes) -> None:
        """Write a stream (7.3.8), whose *dictionary* has its length."""
        value = b"%b\nstream\n%b\nendstream" % (dictionary, data)
        self.write_object(number, value)

    def write_object_stream(self, first_number: int, values: Sequence[bytes]) -> None:
        """Write objects, counted from *first_number*, in an object stream (7.5.7)."""
        stream = self.take_numbers(1)
        indexes = range(len(values))
        entries = b"".join(_entry(_IN_OBJECT_STREAM, stream, i) for i in indexes)
        self._set_entries(first_number, entries)
        offsets: list[bytes] = []
        offset = 0
        for number, value in enumerate(values, first_number):
            offsets.append(b"%d %d" % (number, offset))
            offset += len(value) + 1
        header = b" ".join(offsets) + b"\n"
        data = zlib.compress(header + b"\n".join(values))
        dictionary = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>"
        sizes = (len(values), len(header), len(data))
        self.write_stream(stream, dictionary % sizes, data)

    def finish(self, catalog: int, info: int, file_id: bytes) -> None:
        """Write the cross-reference stream (7.5.8), which serves as the trailer."""
        number, start = self.take_numbers(1), self.size
        self._set_entries(number, _entry(_AT_OFFSET, start))
        data = zlib.compress(self._entries)
        dictionary = (
            b"<</Type/XRef/Size %d/W[%d %d %d]/Root %d 0 R/Info %d 0 R"
            b"/ID[<%b><%b>]/Filter/FlateDecode/Length %d>>"
            % (number + 1, *_WIDTHS, catalog, info, file_id, file_id, len(data))
        )
        self.write_stream(number, dictionary, data)
        self.write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _set_entries(self, first_number: int, entries: bytes) -> None:
        """Store the *entries* of objects from *first_number*."""
        start = first_number * _ENTRY_SIZE
        self._entries[start : start + len(entries)] = entries


def _entry(type_: int, place: int, index: int = 0) -> bytes:
    """Return a cross-reference entry, whose fields have the `_WIDTHS`."""
    return b"%c%b%b" % (type_, place.to_bytes(5), index.to_bytes(3))
