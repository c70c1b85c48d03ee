"""
A folder of letters, and its manifest of what was written for whom.

A run notes in a journal which files it is about to write, so that one that was killed
can be gone on with, and none of its files is ever forgotten.
"""

import csv
import os
import stat
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from io import BufferedWriter, FileIO, StringIO
from itertools import chain
from pathlib import Path
from secrets import token_hex
from typing import Self

from msgspec import DecodeError, Struct, json

from .errors import OutputError
from .naming import is_letter_name, key_of

MANIFEST = "manifest.jsonl"
FAILED = "failed.csv"
# What the names of files begin with that only a killed run leaves.
_TEMPORARY = ".protestgen-batch-"
_JOURNAL = f"{_TEMPORARY}journal"


class Edition(Struct, frozen=True, kw_only=True):
    """
    What the letters of a run have in common; the first line of a manifest.

    *protestgen* is the version of the program, *data* a hash of the campaign's files;
    *date* is that of the letters, *time* that of e-mails.
    """

    protestgen: str
    data: str
    date: str
    time: str


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of a manifest: a file, and the letter in it; *to* is the addressee."""

    file: str
    case: str = ""
    to: str = ""
    name: str = ""
    sha256: str = ""


def manifest_line(value: Edition | Entry) -> bytes:
    """Return *value* as it stands in a manifest."""
    return json.encode(value) + b"\n"


def put(
    folder: Path, name: str, data: bytes, *, durable: bool = False, writer: str = ""
) -> bool:
    """
    Let *folder* have a file *name* with *data*; tell whether it had to be written.

    The file is complete, or as it was, and can be read by its owner only. Of those who
    may write it at the same time, each is another *writer*.
    """
    path, temporary = f"{folder}/{name}", f"{folder}/{_TEMPORARY}{writer}{name}"
    if _holds(path, data):
        return False
    try:
        _write(temporary, data, durable=durable)
        os.replace(temporary, path)  # noqa: PTH105 - a path object takes longer
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink(missing_ok=True)
        raise
    return True


def is_marked(folder: Path, mark: str) -> bool:
    """Tell whether *folder* is, as seen from here, one with this `Outbox.mark`."""
    try:
        return _mark_path(folder, mark).read_text("ascii") == mark
    except (OSError, UnicodeDecodeError):
        return False


def _mark_path(folder: Path, mark: str) -> Path:
    return folder / f"{_TEMPORARY}mark-{mark[:16]}"


def _holds(path: str, data: bytes) -> bool:
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size != len(data):
            return False
        return Path(path).read_bytes() == data
    except OSError:
        return False


def _write(path: str, data: bytes, *, durable: bool) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0), 0o600)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Outbox:
    """
    The *folder* that a run writes letters to, which it has to itself.

    `begin` comes first, then `plan` before each lot of letters and `record` behind it,
    and at last `finish`; or `stop` at any time, and another run can go on. *last* is
    the edition of the run before.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest: BufferedWriter | None = None
        self._failed: BufferedWriter | None = None
        self._mark = ""
        with self._told():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._journal = _opened(folder / _JOURNAL, "a")
        try:
            self._lock()
            with self._told():
                self._check_owned()
                self._remove_temporary_files()
                self.last = self._edition(_JOURNAL) or self._edition(MANIFEST)
        except BaseException:
            self.stop()
            raise

    def begin(self, edition: Edition) -> None:
        """Begin a run of *edition*."""
        with self._told():
            if self._edition(_JOURNAL) is None:
                self._journal.truncate(0)
                self._journal.write(manifest_line(edition))
            else:  # a line that was cut off ends here
                self._journal.write(b"\n")
            self._journal.flush()
            self._manifest = _opened(self._path(f"{_TEMPORARY}manifest"), "w")
            self._manifest.write(manifest_line(edition))

    def plan(self, names: Iterable[str]) -> None:
        """Note that files called *names* are about to be written."""
        lines = b"".join(manifest_line(Entry(file=name)) for name in names)
        with self._told():
            self._journal.write(lines)
            self._journal.flush()

    def mark(self) -> str:
        """
        Mark the folder for processes on other machines, and return the mark.

        It is there as long as they may write letters to the folder.
        """
        mark = token_hex(32)
        with self._told(), _opened(_mark_path(self.folder, mark), "x") as file:
            file.write(mark.encode())
        self._mark = mark
        return mark

    def put(self, name: str, data: bytes, *, durable: bool) -> bool:
        """Do as `put` does, in this folder."""
        with self._told():
            return put(self.folder, name, data, durable=durable)

    def record(self, lines: bytes) -> None:
        """Note *lines* of the manifest for files that are there."""
        assert self._manifest  # noqa: S101 - `begin` has opened it
        with self._told():
            self._manifest.write(lines)

    def fail(self, columns: Iterable[str], cells: Iterable[str]) -> None:
        """Note the *cells* of a row that failed, in a table with these *columns*."""
        with self._told():
            if self._failed is None:
                self._failed = _opened(self._path(f"{_TEMPORARY}failed"), "w")
                # Without this mark a spreadsheet would not take it for UTF-8.
                self._failed.write(BOM_UTF8 + _csv_line(columns))
            self._failed.write(_csv_line(cells))

    def others(self, is_known: Callable[[int], bool]) -> Iterator[Entry]:
        """
        Yield the files of earlier runs that are there, but for those that are known.

        *is_known* is asked with what `key_of` gives, and takes note of it.
        """
        lines = chain(self._lines(MANIFEST), self._lines(_JOURNAL))
        for entry in filter(None, map(_entry, lines)):
            if not is_known(key_of(entry.file)) and self._path(entry.file).is_file():
                yield entry

    def remove(self, name: str) -> None:
        """Remove the file *name*."""
        with self._told():
            self._path(name).unlink(missing_ok=True)

    def finish(self, *, keeps_failed: bool = False) -> None:
        """
        Let the manifest tell of this run, all of whose letters are there.

        A run that *keeps_failed* has not read all of the rows that failed before.
        """
        assert self._manifest  # noqa: S101 - `begin` has opened it
        with self._told():
            _commit(self._manifest, self._path(MANIFEST))
            if keeps_failed:
                _discard(self._failed)
            elif self._failed:
                _commit(self._failed, self._path(FAILED))
            else:
                self._path(FAILED).unlink(missing_ok=True)
            if self._mark:  # processes that have died may have left files
                self._remove_temporary_files()
            _sync(self.folder)
            self._path(_JOURNAL).unlink()
            self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Leave the folder to another run, if this one has not finished."""
        if self._journal.closed:
            return
        if self._mark:
            with suppress(OSError):
                _mark_path(self.folder, self._mark).unlink(missing_ok=True)
        for file in (self._manifest, self._failed):
            _discard(file)
        with suppress(OSError):
            if not self._journal.tell():
                self._path(_JOURNAL).unlink()
            self._journal.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Tell what keeps the folder from being written to."""
        try:
            yield
        except OSError as error:
            raise folder_error(self.folder, error) from None

    def _path(self, name: str) -> Path:
        return self.folder / name

    def _lock(self) -> None:
        try:
            from fcntl import LOCK_EX, LOCK_NB, flock
        except ImportError:  # a system without such locks
            return
        try:
            flock(self._journal, LOCK_EX | LOCK_NB)
            # The other run may have ended meanwhile, and removed the file.
            is_held = os.path.samestat(
                os.fstat(self._journal.fileno()), self._path(_JOURNAL).stat()
            )
        except OSError:
            is_held = False
        if not is_held:
            self._journal.close()  # it is not ours to remove
            reason = "another run is writing to this folder: wait until it has ended"
            raise OutputError(f"{self.folder}: {reason}") from None

    def _check_owned(self) -> None:
        """Raise if a file that is about to be replaced is not one of ours."""
        if self._edition(MANIFEST):
            return
        # In the first run to a folder, failed rows are there once the manifest is.
        for name in (MANIFEST, FAILED):
            if os.path.lexists(self._path(name)):
                hint = "another program has made this file: choose another folder"
                raise OutputError(f"{self._path(name)}: {hint}")

    def _remove_temporary_files(self) -> None:
        if not self._journal.tell():
            return
        with os.scandir(self.folder) as found:
            for file in found:
                if file.name.startswith(_TEMPORARY) and file.name != _JOURNAL:
                    self._path(file.name).unlink()

    def _edition(self, name: str) -> Edition | None:
        try:
            found = json.decode(next(self._lines(name), b""), type=Edition)
            date.fromisoformat(found.date)
            datetime.fromisoformat(found.time)
        except (DecodeError, ValueError):
            return None
        return found

    def _lines(self, name: str) -> Iterator[bytes]:
        with suppress(FileNotFoundError), self._path(name).open("rb") as file:
            yield from file


def folder_error(folder: Path, error: OSError) -> OutputError:
    """Return what to say where *error* keeps a *folder* from being written to."""
    hint = "what is there is whole; once that is mended, run this again to go on"
    return OutputError(f"{folder}: {error.strerror}: {hint}")


def _entry(line: bytes) -> Entry | None:
    """Return what *line* of a manifest or journal says of a letter, if it does."""
    try:
        entry = json.decode(line, type=Entry)
    except (DecodeError, UnicodeDecodeError):
        return None
    return entry if is_letter_name(entry.file) else None


def _opened(path: Path, mode: str) -> BufferedWriter:
    """Open a file that only its owner can read, through no link."""

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)

    return BufferedWriter(FileIO(str(path), mode, opener=opener))


def _csv_line(cells: Iterable[str]) -> bytes:
    line = StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue().encode("utf-8", "replace")


def _commit(file: BufferedWriter, path: Path) -> None:
    """Let *file*, which is complete, be the one at *path*."""
    file.flush()
    os.fsync(file.fileno())
    file.close()
    Path(file.name).replace(path)


def _discard(file: BufferedWriter | None) -> None:
    """Let *file* not be there, if it is."""
    if file:
        with suppress(OSError):
            Path(file.name).unlink(missing_ok=True)
        with suppress(OSError):
            file.close()


def _sync(folder: Path) -> None:
    """Let the names in *folder* outlast the machine."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
