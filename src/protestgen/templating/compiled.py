"""Compiled bundled templates, kept in a folder that only their user can write to."""

import marshal
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

import jinja2
from jinja2.bccache import Bucket

from protestgen.campaign.bundled import shipped_folder

_DIGEST_SIZE = sha256().digest_size
# Of a file in the folder, in bytes: the largest has 25,000.
_MAX_FILE = 1_000_000
_NOT_LOADED = (OSError, EOFError, TypeError, ValueError)


class CompiledTemplates(jinja2.BytecodeCache):
    """
    The code of bundled templates in the files of *folder*.

    Only bundled templates are kept: those of campaigns are compiled, and so checked,
    each time. Code is used only if its source, this package, Jinja and Python are those
    that it was made from and by, and if nobody else could have written it. Where the
    folder cannot be used, templates are compiled as without it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bundled = str(shipped_folder() / "templates") + os.sep

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The name of the file for a template; empty if it is not kept."""
        if not (filename or "").startswith(self._bundled):
            return ""
        return sha256(f"{name}\0{filename}".encode()).hexdigest()[:40]

    def get_source_checksum(self, source: str) -> str:
        """The hash of everything that the code of *source* depends on."""
        return sha256(f"{_compiler_hash()}\0{source}".encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Load the code of *bucket*, if it is there."""
        if not bucket.key:
            return
        with suppress(*_NOT_LOADED), self._opened_folder() as folder:
            data = _read(bucket.key, folder)
            code = data[_DIGEST_SIZE:]
            if data[:_DIGEST_SIZE] == _digest(bucket, code):
                bucket.code = marshal.loads(code)  # noqa: S302 - our own, see above

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of *bucket*, if that is possible."""
        if not bucket.key:
            return
        code = marshal.dumps(bucket.code)
        with suppress(*_NOT_LOADED):
            self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder.mkdir(exist_ok=True, mode=0o700)
            with self._opened_folder() as folder:
                _write(bucket.key, _digest(bucket, code) + code, folder)

    @contextmanager
    def _opened_folder(self) -> Iterator[int]:
        """Open the folder; raise `PermissionError` if others may use it."""
        flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
        descriptor = os.open(self._folder, flags)
        try:
            _check_private(os.fstat(descriptor), 0o077)
            yield descriptor
        finally:
            os.close(descriptor)


def _check_private(status: os.stat_result, forbidden: int) -> None:
    """Raise `PermissionError` for another's file, or one with *forbidden* modes."""
    if status.st_uid != os.geteuid() or status.st_mode & forbidden:
        raise PermissionError


def _read(name: str, folder: int) -> bytes:
    """The content of the file *name* in the *folder* with this descriptor."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with os.fdopen(os.open(name, flags, dir_fd=folder), "rb") as file:
        status = os.fstat(file.fileno())
        _check_private(status, 0o022)
        if not stat.S_ISREG(status.st_mode):
            raise PermissionError
        return file.read(_MAX_FILE)


def _write(name: str, data: bytes, folder: int) -> None:
    """Write *data* to the file *name* completely, or not at all."""
    temporary = f"{name}-{os.urandom(8).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=folder), "wb") as file:
        try:
            file.write(data)
            file.flush()
            os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            os.unlink(temporary, dir_fd=folder)
            raise


def _digest(bucket: Bucket, code: bytes) -> bytes:
    """The hash of *code*, which proves it whole and made for *bucket*."""
    return sha256(f"{bucket.key}\0{bucket.checksum}\0".encode() + code).digest()


@cache
def _compiler_hash() -> str:
    """The hash of what compiles templates: Python, Jinja and this package."""
    digest = sha256(f"{sys.version}\0{jinja2.__version__}".encode())
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
