"""The text of a campaign's files, read from inside its folder only, and bounded."""

import os
from contextlib import suppress
from errno import ELOOP
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from protestgen.errors import Location, Problem, data_error, read_error
from protestgen.limits import MAX_ENTRY, MAX_FILE, MAX_VALUES

# NONBLOCK: do not wait for the writer of a pipe. NOFOLLOW: refuse a link, also one that
# has taken the place of a resolved file. Windows lacks both, and alone has BINARY.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_FLAGS |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def read_text(path: Path, *, within: Path | None = None) -> str:
    """
    Return the text of the UTF-8 file *path*, without a byte order mark.

    *within* is the folder of a stranger's campaign, which the file has to be in. Raises
    `DataError` for a file that is not read, cannot be read or is not UTF-8.
    """
    name = str(path)
    try:
        data = read_data(path, within) if within else _bounded(path.open("rb"))
    except UnreadError as error:
        raise data_error(name, str(error)) from None
    except OSError as error:
        raise read_error(name, error) from None
    return decoded(data, name)


def decoded(data: bytes, name: str) -> str:
    """Return the text of the UTF-8 file *name*, or raise `DataError` with the place."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        reason = "not UTF-8: save the file with the encoding UTF-8"
        raise data_error(name, reason, line, column) from None


def read_small_text(path: str) -> str:
    """
    Return the text of one of many small files, in a folder known to be a campaign's.

    Raises `DataError` as `read_text` does, also for any link and for a file of more
    than `MAX_ENTRY` bytes.
    """
    try:
        handle = os.open(path, _FLAGS)
        try:
            data = os.read(handle, MAX_ENTRY + 1)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno == ELOOP:
            raise data_error(path, "a link: put the file itself here") from None
        raise read_error(path, error) from None
    if len(data) > MAX_ENTRY:
        reason = f"larger than {MAX_ENTRY // 1_000} kB: leave some out"
        raise data_error(path, reason)
    return decoded(data, path)


class UnreadError(Exception):
    """A file outside its campaign, of a special kind, or too large."""


def read_data(path: Path, within: Path) -> bytes:
    """
    Return the bytes of the file *path* of the campaign in the folder *within*.

    Raises `UnreadError` for a link that leads elsewhere, a device or pipe, and a file
    of more than `MAX_FILE` bytes; `OSError` where the system cannot read it.
    """
    try:
        target = path.resolve(strict=True)
    except RuntimeError:  # of a link to itself, before Python 3.13
        raise UnreadError("a link to itself: put the file itself here") from None
    if not target.is_relative_to(within.resolve()):
        raise UnreadError(
            "a link that leads out of its folder: put the file itself here"
        )
    if target.is_dir():
        raise IsADirectoryError
    file = os.fdopen(os.open(target, _FLAGS), "rb")
    if not S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise UnreadError("this is no file: put one here")
    return _bounded(file)


def peek(folder: Path, name: str) -> bytes | None:
    """
    Return the bytes of a plain file, quickly, to see if it is worth reading.

    Returns None for anything else, such as a link or a large file, or if not all of it
    came at once: read it to know.
    """
    with suppress(OSError):
        descriptor = os.open(f"{folder}{os.sep}{name}", _FLAGS)
        try:
            status = os.fstat(descriptor)
            if S_ISREG(status.st_mode) and status.st_size <= MAX_FILE:
                data = os.read(descriptor, status.st_size)
                return data if len(data) == status.st_size else None
        finally:
            os.close(descriptor)
    return None


def _bounded(file: BinaryIO) -> bytes:
    """Read *file* up to `MAX_FILE`, and close it."""
    with file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise UnreadError(f"larger than {MAX_FILE // 1_000_000} MB: divide it")
    return data


def count_values(text: str) -> int:
    """Return an upper bound of the keys and items in the YAML *text*, unparsed."""
    return sum(map(text.count, (*"\n\r\x85\u2028\u2029,:[{-", "? ")))


def too_many_values(name: str) -> Problem:
    """Return the problem of the file *name*, with which there are too many values."""
    reason = f"more than {MAX_VALUES:,} keys and items: make it two campaigns"
    return Problem(Location(name), reason)
