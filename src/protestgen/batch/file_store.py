"""Writing the files of letters, and telling what becomes of each."""

import os
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Literal

# What the names of files begin with that only a killed run leaves.
_TEMPORARY = ".protestgen-batch-"


# So much of a file is read at a time.
BUFFER_SIZE = 1 << 16


# What becomes of the file of a letter: it is as it was, or left as somebody edited it.
FileStatus = Literal["new", "changed", "as before", "edited"]


def put(
    folder: Path,
    name: str,
    data: bytes,
    *,
    before: str = "",
    durable: bool = False,
    writer: str = "",
) -> FileStatus:
    """
    Let *folder* have a file *name* with *data*, and return what became of it.

    The file is complete, or as it was, and can be read by its owner only. One that has
    none of the hashes that were noted *before* is left as it is. Of those who may write
    it at the same time, each is another *writer*.
    """
    path, temporary = f"{folder}/{name}", f"{folder}/{_TEMPORARY}{writer}{name}"
    status = _fate(path, data, before)
    if status in {"as before", "edited"}:
        return status
    try:
        _write(temporary, data, durable=durable)
        os.replace(temporary, path)  # noqa: PTH105 - a path object takes longer
        if durable:  # or else the name may be lost
            _sync(folder)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink(missing_ok=True)
        raise
    return status


def _fate(path: str, data: bytes, before: str) -> FileStatus:
    """Return what is to become of the file at *path*, which is to have *data*."""
    try:
        status = os.lstat(path)
    except OSError:
        return "new"
    found = None
    if stat.S_ISREG(status.st_mode) and (before or status.st_size == len(data)):
        with suppress(OSError):
            found = _read(path)
    if found == data:
        return "as before"
    if before and (found is None or not _is_among(found, before)):
        return "edited"
    return "changed"


def _is_among(data: bytes, hashes: str) -> bool:
    return sha256(data).hexdigest() in hashes.split()


def _read(path: str) -> bytes:
    """Return what is in a file, much sooner than a path object would."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    parts = []
    try:
        while part := os.read(descriptor, BUFFER_SIZE):
            parts.append(part)
    finally:
        os.close(descriptor)
    return b"".join(parts)


def _write(path: str, data: bytes, *, durable: bool) -> None:
    descriptor = _create(path)
    try:
        _write_all(descriptor, data)
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _create(path: str) -> int:
    """Open a new file that only its owner can read, in place of what is at *path*."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags, 0o600)
    except FileExistsError:  # a killed run left it, or somebody else put it there
        Path(path).unlink()
        return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    """Let the names in *folder* outlast the machine."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
