"""A folder of letters, which one run at a time writes to."""

import csv
import errno
import filecmp
import os
import sqlite3
import stat
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import StringIO
from itertools import chain, count
from pathlib import Path
from typing import Self

from protestgen.errors import OutputError

from .file_store import (
    TEMPORARY,
    FileStatus,
    PreparedFile,
    create_file,
    folder_error,
    name_file,
    prepare_file,
    sync_folder,
)
from .manifest import MANIFEST, ManifestEntry, RunHeader, header_of, manifest_line
from .state import DATABASE, SIDECARS, BatchState, database_error

FAILED = "failed.csv"
# A lock is refused with these where another process has it, or where there are none.
_HELD = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}
_NO_LOCKS = {
    *(errno.ENOLCK, errno.ENOSYS, errno.EINVAL),
    *(errno.ENOTSUP, errno.EOPNOTSUPP),
}


class OutputFolder:
    """
    The *folder* that a run writes letters to, locked for other runs.

    Call `begin` first, `store` for each chunk of letters, and `finish` at the end. A
    run that ends before that can be resumed. *state* is the database of the folder.
    *unlocked* says why another run could write there too, if it could. *backup_failed*
    is the new name of the table of rows that failed before, if it got one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.unlocked = ""
        self.backup_failed: Path | None = None
        self._header: RunHeader | None = None
        self._is_durable = False
        with self._output_errors():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _check_foreign_files(folder)
            self._lock = _open_private(folder / DATABASE)
        try:
            with self._output_errors():
                self.unlocked = _lock(self._lock, folder)
                self.state = BatchState(folder)
                _remove_temporary_files(folder)
        except BaseException:
            os.close(self._lock)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: object, error: object, _traceback: object) -> None:
        """Leave the folder to another run."""
        with suppress(OSError, OutputError):
            _remove_temporary_files(self.folder)
        self.state.close()
        os.close(self._lock)
        if isinstance(error, sqlite3.Error):
            raise database_error(self.folder, error) from None

    def begin(self, header: RunHeader, *, durable: bool = False) -> None:
        """Begin a run whose letters have *header* in common."""
        self._header = header
        self._is_durable = durable
        self.state.begin(header, durable=durable)

    def prepare(
        self, name: str, data: bytes, known_hashes: Collection[str]
    ) -> PreparedFile:
        """Prepare a letter as `prepare_file` does."""
        with self._output_errors():
            return prepare_file(
                self.folder, name, data, known_hashes, durable=self._is_durable
            )

    def store(
        self, letters: Sequence[ManifestEntry], files: Sequence[PreparedFile]
    ) -> list[FileStatus]:
        """
        Give the prepared *files* of *letters* their names, and return what was done.

        The database knows of the letters before, so that a killed run can be resumed.
        """
        with self._output_errors():
            replaced = (file.replaced for file in files)
            self.state.record(zip(letters, replaced, strict=True))
            statuses = [
                name_file(self.folder, letter.file, file)
                for letter, file in zip(letters, files, strict=True)
            ]
            if self._is_durable:
                sync_folder(self.folder)
        return statuses

    def record_failed_row(
        self, columns: Iterable[str], cells: Iterable[str], delimiter: str = ","
    ) -> None:
        """Note the *cells* of a row that failed, for a table with these *columns*."""
        if not any(self.state.failed_rows()):
            # Without the mark, a spreadsheet would not read the file as UTF-8.
            head = BOM_UTF8 + _csv_line(columns, delimiter)
            self.state.record_failed_row(head)
        self.state.record_failed_row(_csv_line(cells, delimiter))

    def remove(self, letter: ManifestEntry) -> None:
        """Remove the file of *letter*."""
        with self._output_errors():
            (self.folder / letter.file).unlink(missing_ok=True)
        self.state.forget(letter)

    def finish(
        self, *, keeps_failed: bool = False, backs_up_failed: bool = False
    ) -> None:
        """
        Write the manifest, and the table of rows that failed.

        A run that *keeps_failed* leaves the table of an earlier run alone; one that
        *backs_up_failed* renames it.
        """
        assert self._header  # noqa: S101 - `begin` has set it
        self.state.finish()
        letters = map(manifest_line, self.state.letters())
        lines = chain([manifest_line(self._header)], letters)
        with self._output_errors():
            _write_temporary(self.folder / MANIFEST, lines).replace(
                self.folder / MANIFEST
            )
            if not keeps_failed:
                self._replace_failed(backs_up_failed=backs_up_failed)
            sync_folder(self.folder)

    def _replace_failed(self, *, backs_up_failed: bool) -> None:
        path = self.folder / FAILED
        new = _write_temporary(path, self.state.failed_rows())
        if (
            backs_up_failed
            and path.exists()
            and not filecmp.cmp(path, new, shallow=False)
        ):
            self.backup_failed = _back_up(path)
        if new.stat().st_size:
            new.replace(path)
        else:
            new.unlink()
            path.unlink(missing_ok=True)

    @contextmanager
    def _output_errors(self) -> Iterator[None]:
        """Convert the errors of files and of the database."""
        try:
            yield
        except OSError as error:
            raise folder_error(self.folder, error) from None
        except sqlite3.Error as error:
            raise database_error(self.folder, error) from None


def _back_up(path: Path) -> Path | None:
    """Rename the file at *path*, unless there is a copy of it; return its new name."""
    names = map("failed-before-{}.csv".format, count(2))
    for other in map(path.with_name, chain(["failed-before.csv"], names)):
        if not other.exists():
            path.rename(other)
            return other
        if filecmp.cmp(path, other, shallow=False):
            break
    return None


def _write_temporary(path: Path, lines: Iterable[bytes]) -> Path:
    """Write a new file to the disk that can take the place of the one at *path*."""
    new = path.with_name(f"{TEMPORARY}{path.name}")
    with os.fdopen(create_file(new), "wb") as file:
        file.writelines(lines)
        file.flush()
        os.fsync(file.fileno())
    return new


def _check_foreign_files(folder: Path) -> None:
    """Raise if another program has made a file that a run would replace."""
    if header_of(folder / MANIFEST):
        return
    # The first run to a folder writes its manifest before the rows that failed.
    for name in (MANIFEST, FAILED):
        if os.path.lexists(folder / name):
            hint = "another program has made this file: choose another folder"
            raise OutputError(f"{folder / name}: {hint}")


def _remove_temporary_files(folder: Path) -> None:
    with os.scandir(folder) as found:
        for file in found:
            if file.name.startswith(TEMPORARY):
                (folder / file.name).unlink()


def _open_private(path: Path) -> int:
    """Open the database at *path*, which no other user has made or can read."""
    for sidecar in (path, *(path.with_name(f"{path.name}{s}") for s in SIDECARS)):
        with suppress(FileNotFoundError):
            _check_own(sidecar, sidecar.lstat())
    flags = os.O_RDWR | os.O_CREAT
    for name in ("O_NOFOLLOW", "O_BINARY"):
        flags |= getattr(os, name, 0)
    descriptor = os.open(path, flags, 0o600)
    status = os.fstat(descriptor)
    try:
        _check_own(path, status)
        if os.name == "posix" and status.st_mode & 0o077:
            with suppress(OSError):  # not all file systems have modes
                os.fchmod(descriptor, 0o600)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check_own(path: Path, status: os.stat_result) -> None:
    is_own = os.name != "posix" or status.st_uid in {os.geteuid(), 0}
    if not (stat.S_ISREG(status.st_mode) and is_own):
        hint = "remove it, or choose another folder"
        raise OutputError(f"{path}: somebody else has put this here: {hint}")


def _lock(descriptor: int, folder: Path) -> str:
    """Lock a file in *folder*, or return why it cannot be locked."""
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:  # a system without such locks
        return ""
    try:
        flock(descriptor, LOCK_EX | LOCK_NB)
    except OSError as error:
        if error.errno in _NO_LOCKS:  # letters can be written there all the same
            return str(error.strerror)
        if error.errno in _HELD:
            hint = "wait until it has ended"
            reason = f"another run is writing to this folder: {hint}"
            raise OutputError(f"{folder}: {reason}") from None
        raise
    return ""


def _csv_line(cells: Iterable[str], delimiter: str) -> bytes:
    line = StringIO()
    # Cells are put in quotes if there is a character of the line's end in them.
    csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    text = line.getvalue().removesuffix("\r\n")
    return f"{text}\n".encode("utf-8", "replace")
