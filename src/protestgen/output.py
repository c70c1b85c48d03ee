"""Files that appear whole or not at all."""

import os
import stat
from pathlib import Path

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
            _replace(Path(os.path.realpath(path)), data, mode)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror}: nothing is written") from None


def _replace(path: Path, data: bytes, mode: int | None) -> None:
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile(
        dir=path.parent, prefix=".protestgen-", delete=False
    ) as file:
        temporary = Path(file.name)
        try:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if mode is None and path.exists():
                mode = stat.S_IMODE(path.stat().st_mode)
            temporary.chmod(mode or 0o600)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
