"""Files that appear whole or not at all."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from .errors import OutputError


def write_file(path: Path, data: bytes, *, mode: int | None = None) -> None:
    """
    Write *data* to *path*: the file is complete, or it is as it was.

    A new file can be read by its owner only, since letters hold people's addresses; an
    old one keeps its mode, unless *mode* is given. Devices and pipes are written to
    directly.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            with _replacing(Path(os.path.realpath(path)), mode) as file:
                file.write(data)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}: nothing is written") from None


@contextmanager
def growing_file(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for what is written bit by bit, as `write_file` does for the rest."""
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                yield device
        else:
            with _replacing(Path(os.path.realpath(path)), None) as file:
                yield file
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}: nothing is written") from None


@contextmanager
def _replacing(path: Path, mode: int | None) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of *path* if all goes well."""
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile(
        dir=path.parent, prefix=".protestgen-", delete=False
    ) as file:
        temporary = Path(file.name)
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if mode is None and path.exists():
                mode = stat.S_IMODE(path.stat().st_mode)
            temporary.chmod(mode or 0o600)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
