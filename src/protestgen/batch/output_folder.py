"""
A folder of letters, and its manifest of what was written for whom.

A run notes in a journal what it is about to write, and what it wrote, so that one that
was killed can be gone on with, and none of its files is ever forgotten. A file that is
not as a run wrote it was edited by somebody, and is left as it is.
"""

import csv
import errno
import filecmp
import os
import stat
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import BufferedWriter, FileIO, StringIO
from itertools import chain, count
from pathlib import Path
from secrets import token_hex
from typing import Self

from msgspec.structs import replace

from protestgen.batch.file_store import (
    _TEMPORARY,
    FileStatus,
    _create,
    _sync,
    _write_all,
    put,
)
from protestgen.batch.manifest import (
    _JOURNAL,
    MANIFEST,
    ManifestEntry,
    RunHeader,
    _edition,
    earlier_files,
    folder_error,
    is_edited,
    last_edition,
    manifest_line,
    orphaned_files,
)
from protestgen.errors import OutputError

from .filenames import key_of
from .seen_index import HashIndex

FAILED = "failed.csv"
# What a lock is refused with where another process has it, or where there are none.
_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
_NO_LOCKS = {
    *(errno.ENOLCK, errno.ENOSYS, errno.EINVAL),
    *(errno.ENOTSUP, errno.EOPNOTSUPP),
}


def announce(folder: Path, entries: Iterable[ManifestEntry]) -> None:
    """
    Note in the journal of *folder* what is about to be written there.

    Each of the *entries* has the hashes noted before and the one to come.
    """
    descriptor = _open_journal(folder)
    try:
        _write_all(descriptor, b"".join(map(manifest_line, entries)))
    finally:
        os.close(descriptor)


def can_see_folder(folder: Path, mark: str) -> bool:
    """Tell whether *folder* is, as seen from here, one with this `Outbox.mark`."""
    try:
        return _mark_path(folder, mark).read_text("ascii") == mark
    except (OSError, UnicodeDecodeError):
        return False


def _mark_path(folder: Path, mark: str) -> Path:
    return folder / f"{_TEMPORARY}mark-{mark[:16]}"


class OutputFolder:
    """
    The *folder* that a run writes letters to, which it has to itself.

    `begin` comes first, then `announce` before each lot of letters and `record` behind
    it, and at last `finish`; or `stop` at any time, and another run can go on. *last*
    is the header of the run before. *unlocked* says why another run could write there
    too, if it could. *backup_failed* is where the rows are that failed before, if this
    run has read others.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest: BufferedWriter | None = None
        self._failed: BufferedWriter | None = None
        self._mark = ""
        self._known: HashIndex | None = None
        self.unlocked = ""
        self.backup_failed: Path | None = None
        with self._told():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = _open_journal(folder, os.O_CREAT)
            self._journal = FileIO(descriptor, "a")
            # So much of the journal is of runs that were killed.
            self._began = self._journal.tell()
        try:
            self._lock()
            with self._told():
                self._check_owned()
                self._remove_temporary_files()
                self.last = last_edition(folder)
        except BaseException:
            self.stop()
            raise

    def begin(self, edition: RunHeader) -> None:
        """Begin a run of *edition*."""
        with self._told():
            if self.last:
                earlier = earlier_files(self.folder, self._began)
                pairs = ((key_of(entry.file), entry.sha256) for entry in earlier)
                self._known = HashIndex(pairs)
            if _edition(self._path(_JOURNAL)) is None:
                self._journal.truncate(0)
                self._began = 0
                self._note(manifest_line(edition))
            else:  # a line that was cut off ends here
                self._note(b"\n")
            self._manifest = _created(self._path(f"{_TEMPORARY}manifest"))
            self._manifest.write(manifest_line(edition))

    def plan(self, entries: Iterable[ManifestEntry]) -> None:
        """Note that the files of *entries* may be written on another machine."""
        with self._told():
            self._note(b"".join(map(manifest_line, entries)))

    def _note(self, lines: bytes) -> None:
        """Append *lines* to the journal at once: other processes do so as well."""
        _write_all(self._journal.fileno(), lines)

    def mark(self) -> str:
        """
        Mark the folder for processes on other machines, and return the mark.

        It is there as long as they may write letters to the folder.
        """
        mark = token_hex(32)
        with self._told(), _created(_mark_path(self.folder, mark)) as file:
            file.write(mark.encode())
        self._mark = mark
        return mark

    def before(self, name: str) -> str:
        """Return the hashes that the file *name* may have, as far as known."""
        return self._known.text(key_of(name)) if self._known else ""

    def put(self, name: str, data: bytes, *, before: str, durable: bool) -> FileStatus:
        """Do as `put` does, in this folder, and announce it."""
        hashes = f"{before} {sha256(data).hexdigest()}".strip()
        with self._told():
            announce(self.folder, [ManifestEntry(file=name, sha256=hashes)])
            return put(self.folder, name, data, before=before, durable=durable)

    def record(self, lines: bytes) -> None:
        """Note *lines* of the manifest for files that are there."""
        assert self._manifest  # noqa: S101 - `begin` has opened it
        with self._told():
            self._manifest.write(lines)
            self._note(lines)

    def fail(
        self, columns: Iterable[str], cells: Iterable[str], delimiter: str = ","
    ) -> None:
        """Note the *cells* of a row that failed, in a table with these *columns*."""
        with self._told():
            if self._failed is None:
                self._failed = _created(self._path(f"{_TEMPORARY}failed"))
                # Without this mark a spreadsheet would not take it for UTF-8.
                self._failed.write(BOM_UTF8 + _csv_line(columns, delimiter))
            self._failed.write(_csv_line(cells, delimiter))

    def others(self, is_known: Callable[[int], bool]) -> Iterator[ManifestEntry]:
        """
        Yield the files of earlier runs that are there, but for those that are known.

        *is_known* is asked with what `key_of` gives, and takes note of it.
        """
        for entry in orphaned_files(self.folder, is_known, self._began):
            yield replace(entry, sha256=self.before(entry.file))

    def remove(self, entry: ManifestEntry) -> bool:
        """Remove the file of *entry*, and tell so, unless somebody has edited it."""
        with self._told():
            if is_edited(self.folder, entry):
                return False
            self._path(entry.file).unlink(missing_ok=True)
            return True

    def finish(
        self, *, keeps_failed: bool = False, backs_up_failed: bool = False
    ) -> None:
        """
        Let the manifest tell of this run, all of whose letters are there.

        One that *keeps_failed* leaves the table of rows that failed before alone; one
        that *backs_up_failed* gives it another name.
        """
        assert self._manifest  # noqa: S101 - `begin` has opened it
        with self._told():
            _commit(self._manifest, self._path(MANIFEST))
            if keeps_failed:
                _discard(self._failed)
            else:
                if backs_up_failed:
                    self._set_aside()
                self._replace_failed()
            if self._mark:  # processes that have died may have left files
                self._remove_temporary_files()
            _sync(self.folder)
            self._path(_JOURNAL).unlink()
            self._journal.close()

    def _replace_failed(self) -> None:
        """Let the table of rows that failed be that of this run."""
        if self._failed:
            _commit(self._failed, self._path(FAILED))
        else:
            self._path(FAILED).unlink(missing_ok=True)

    def _set_aside(self) -> None:
        """Keep the rows that failed before under another name, if there are any."""
        path = self._path(FAILED)
        if not path.exists():
            return
        if self._failed:
            self._failed.flush()
            if filecmp.cmp(path, self._failed.name, shallow=False):
                return
        names = chain(
            ["failed-before.csv"], map("failed-before-{}.csv".format, count(2))
        )
        for other in map(self._path, names):
            if not other.exists():
                path.rename(other)
                self.backup_failed = other
                return
            if filecmp.cmp(path, other, shallow=False):
                return

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
        except OSError as error:
            if error.errno in _NO_LOCKS:  # letters can be written there all the same
                self.unlocked = str(error.strerror)
                return
            self._journal.close()  # it may not be ours to remove
            if error.errno in _HELD:
                raise self._shared() from None
            raise folder_error(self.folder, error) from None
        if not self._is_there():
            self._journal.close()
            raise self._shared()

    def _is_there(self) -> bool:
        """Tell whether no other run has ended meanwhile, and removed the journal."""
        with suppress(OSError):
            there = self._path(_JOURNAL).stat()
            return os.path.samestat(os.fstat(self._journal.fileno()), there)
        return False

    def _shared(self) -> OutputError:
        reason = "another run is writing to this folder: wait until it has ended"
        return OutputError(f"{self.folder}: {reason}")

    def _check_owned(self) -> None:
        """Raise if a file that is about to be replaced is not one of ours."""
        if _edition(self._path(MANIFEST)):
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


def _created(path: Path) -> BufferedWriter:
    """Create a file that only its owner can read."""
    return BufferedWriter(FileIO(str(path), "w", opener=lambda name, _: _create(name)))


def _open_journal(folder: Path, flags: int = 0) -> int:
    """Open the journal of *folder* to append to it, unless it is somebody else's."""
    path = folder / _JOURNAL
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags | os.O_WRONLY | os.O_APPEND, 0o600)
    except OSError as error:
        if error.errno not in {errno.ELOOP, errno.ENXIO}:  # a link, a pipe
            raise
    else:
        status = os.fstat(descriptor)
        if stat.S_ISREG(status.st_mode) and _is_own(status):
            if os.name == "posix" and status.st_mode & 0o077:
                with suppress(OSError):  # not all file systems have modes
                    os.fchmod(descriptor, 0o600)
            return descriptor
        os.close(descriptor)
    hint = "remove it, or choose another folder"
    raise OutputError(f"{path}: somebody else has put this here: {hint}")


def _is_own(status: os.stat_result) -> bool:
    return os.name != "posix" or status.st_uid in {os.geteuid(), 0}


def _csv_line(cells: Iterable[str], delimiter: str) -> bytes:
    line = StringIO()
    # Cells are put in quotes if there is a character of the line's end in them.
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    text = line.getvalue().removesuffix("\r\n")
    return f"{text}\n".encode("utf-8", "replace")


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
