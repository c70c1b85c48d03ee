"""What was made from files, kept in a folder that only its user can write to."""

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

_DIGEST_SIZE = 32  # of SHA-256, in bytes
# Of a file in the folder, in bytes: the largest has 60,000.
_MAX_FILE = 1_000_000
S = TypeVar("S")
T = TypeVar("T")

# The modules whose code makes what is kept.
_MAKERS = ("*.py", "schema/*.py", "campaign/*.py", "language/*.py", "templating/*.py")


class FileCache:
    """
    Keeps in *folder* what takes long to make from the files in *trusted* folders.

    It is used only if the text of the file, this package, msgspec and Python are those
    that it was made from and by, and if nobody else could have written it. Where the
    folder cannot be used, nothing is kept.
    """

    def __init__(self, folder: Path, trusted: Iterable[Path]) -> None:
        self._folder = folder
        self._trusted = tuple(f"{path}{os.sep}" for path in trusted)

    def parsed(
        self,
        parse: Callable[[str, str, type[S]], T],
        text: str,
        file: str,
        schema: type[S],
    ) -> T:
        """
        Return what *parse* makes of *text*, the content of *file*, and of *schema*.

        Entries that were kept know where they stand, but not where their fields do.
        """
        kind = f"{parse.__name__} {schema.__name__}"
        value = self.load(kind, file, text)
        if value is None:
            value = parse(text, file, schema)
            self.keep(kind, file, text, value)
        return cast("T", value)

    def load(self, kind: str, file: str, text: str) -> Any:
        """Return the *kind* of value that was kept, made from *text*; or None."""
        if not self._trusts(file):
            return None
        import pickle

        with suppress(Exception), _opened(self._folder) as folder:
            data = _read(_name(kind, file), folder)
            made = data[_DIGEST_SIZE:]
            if data[:_DIGEST_SIZE] == _digest(kind, file, text, made):
                return pickle.loads(made)  # noqa: S301 - nobody else wrote it
        return None

    def keep(self, kind: str, file: str, text: str, value: object) -> None:
        """Keep a *value* made from *text*, the content of *file*, if possible."""
        if not self._trusts(file):
            return
        import pickle

        made = pickle.dumps(value)
        with suppress(OSError):
            self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._folder.mkdir(exist_ok=True, mode=0o700)
            with _opened(self._folder) as folder:
                data = _digest(kind, file, text, made) + made
                _write(_name(kind, file), data, folder)

    def _trusts(self, file: str) -> bool:
        return file.startswith(self._trusted) and os.pardir not in Path(file).parts


# Keeps nothing: it trusts no files.
NO_CACHE = FileCache(Path(), ())


@contextmanager
def _opened(folder: Path) -> Iterator[int]:
    """Open *folder*; raise `PermissionError` if others may use it."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
    descriptor = os.open(folder, flags)
    try:
        _check_private(os.fstat(descriptor), 0o077)
        yield descriptor
    finally:
        os.close(descriptor)


def _name(kind: str, file: str) -> str:
    return _sha256(kind.encode(), os.fsencode(file)).hex()[:40]


def _digest(kind: str, file: str, text: str, made: bytes) -> bytes:
    """The hash of *made*, which proves it whole and made from *text*."""
    named = (kind.encode(), os.fsencode(file), text.encode())
    return _sha256(_makers_hash(), *named, made)


@cache
def _makers_hash() -> bytes:
    """The hash of the code that makes what is kept, and of msgspec and Python."""
    package = Path(__file__).parents[1]
    paths = sorted(path for name in _MAKERS for path in package.glob(name))
    if not paths:
        raise FileNotFoundError  # an installation without sources
    versions = f"{sys.version}\0{msgspec.__version__}"
    return _sha256(versions.encode(), *(path.read_bytes() for path in paths))


def _sha256(*parts: bytes) -> bytes:
    """The hash of *parts*, each with its length."""
    from hashlib import sha256

    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


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
