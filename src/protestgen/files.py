"""Files that are written completely or not at all."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from .errors import OutputError

# Folder of the open files of a process on Linux, by descriptor.
_OPEN_FILES = "/proc/self/fd"


def write_file(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """
    Write *data* to *path* completely, or leave the old file as it was.

    Only its owner can read a new file, since letters hold people's addresses; an old
    file keeps its mode, unless *mode* is given. Devices and pipes are written directly.
    """
    with growing_file(path, mode=mode) as file:
        file.write(data)


@contextmanager
def growing_file(path: Path, *, mode: int | None = None) -> Iterator[IO[bytes]]:
    """Open a file to write piece by piece, with the promises of `write_file`."""
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                yield device
        else:
            with _replacing(Path(os.path.realpath(path)), mode) as file:
                yield file
    except OSError as error:
        is_lost = isinstance(error, FileNotFoundError)
        reason = "there is no such folder" if is_lost else error.strerror
        raise OutputError(f"{path}: {reason}: nothing is written") from None


@contextmanager
def _replacing(path: Path, mode: int | None) -> Iterator[IO[bytes]]:
    """Open a temporary file that replaces *path* at the end."""
    temporary = path.with_name(f".protestgen-{os.urandom(8).hex()}")
    with _temporary_file(temporary) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if not temporary.exists():
                _give_name(file, temporary)
            if mode is None and path.exists():
                mode = stat.S_IMODE(path.stat().st_mode)
            temporary.chmod(mode or 0o600)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _temporary_file(path: Path) -> IO[bytes]:
    """
    Open a new file that only its owner can read, at *path* or without a name.

    A file without a name disappears with the process, however that ends.
    """
    if os.path.isdir(_OPEN_FILES):  # noqa: PTH112 - it needs no path object
        with suppress(AttributeError, OSError):  # not on all systems
            flags = os.O_TMPFILE | os.O_WRONLY
            return os.fdopen(os.open(path.parent, flags, 0o600), "wb")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def _give_name(file: IO[bytes], path: Path) -> None:
    """Give *file*, which has no name, the name *path*."""
    # With `dst_dir_fd`, `os.link` follows the link to the file, as needed here.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.link(f"{_OPEN_FILES}/{file.fileno()}", path, dst_dir_fd=folder)
    finally:
        os.close(folder)
