"""Reading the files of a campaign as text, within its folder and bounds."""

import os
from pathlib import Path
from stat import S_ISREG
from typing import (
    BinaryIO,
)

from protestgen.errors import (
    DataError,
    Location,
    Problem,
    read_error,
)
from protestgen.limits import MAX_FILE, MAX_VALUES


def read_text(path: Path, *, within: Path | None = None) -> str:
    """Return what stands in the file *path*, under the conditions of `read_yaml`."""
    name = str(path)
    try:
        data = read_data(path, within) if within else _bounded(path.open("rb"))
        return data.decode("utf-8-sig")
    except UnreadError as error:
        raise DataError([Problem(Location(name), str(error))]) from None
    except OSError as error:
        raise read_error(name, error) from None
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        at = Location(name, line, error.start - before.rfind(b"\n"))
        reason = "not UTF-8: save the file with the encoding UTF-8"
        raise DataError([Problem(at, reason)]) from None


class UnreadError(Exception):
    """A file that is not read, being none of its campaign's or too large."""


def read_data(path: Path, within: Path) -> bytes:
    """
    Return the bytes of the file *path* of the campaign *within*.

    Raises `UnreadError` for a file elsewhere, a device or pipe, or one that is too
    large.
    """
    target = path.resolve(strict=True)
    if not target.is_relative_to(within.resolve()):
        raise UnreadError(
            "a link that leads out of its folder: put the file itself here"
        )
    if target.is_dir():
        raise IsADirectoryError
    # A pipe would wait for its writer; a link was not there when *path* was resolved.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.fdopen(os.open(target, flags), "rb")
    if not S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise UnreadError("this is no file: put one here")
    return _bounded(file)


def _bounded(file: BinaryIO) -> bytes:
    """Return what *file* holds, and close it."""
    with file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise UnreadError(f"larger than {MAX_FILE // 1_000_000} MB: divide it")
    return data


def count_values(text: str) -> int:
    """Return how many keys and items *text* may hold at most, without reading it."""
    return sum(map(text.count, (*"\n\r\x85\u2028\u2029,:[{-", "? ")))


def too_many_values(name: str) -> Problem:
    """Return the problem of data that would fill the memory, in the file *name*."""
    reason = f"more than {MAX_VALUES:,} keys and items: make it two campaigns"
    return Problem(Location(name), reason)
