"""What is known of an output folder, in a database that outlives a killed run."""

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from urllib.parse import quote

from msgspec.structs import astuple, replace

from protestgen.errors import OutputError

from .file_store import KnownFile, folder_error
from .filenames import key_of
from .manifest import (
    MANIFEST,
    OLD_JOURNAL,
    ManifestEntry,
    RunHeader,
    read_entries,
    read_header,
)

DATABASE = ".protestgen.sqlite"
# SQLite also has files with these suffixes, while it is open or if it was killed.
SIDECARS = ("-wal", "-journal")
DAMAGED = f"{DATABASE}.damaged"

# Stands for the hashes of a file that a run may have written, if they were lost.
_UNKNOWN_HASH = "unknown"
_UNKNOWN = KnownFile()
_VERSION = 2
_SCHEMA = """
CREATE TABLE run (protestgen, data, date, time, is_rebuilt);
CREATE TABLE letters (
    position INTEGER PRIMARY KEY, key INTEGER UNIQUE,
    file, case_id, addressee, name, sha256, date, time, style, previous
);
CREATE TABLE failed (line)
"""
_UPGRADE = """
ALTER TABLE letters ADD COLUMN date;
ALTER TABLE letters ADD COLUMN time;
ALTER TABLE letters ADD COLUMN style;
UPDATE letters SET (date, time, style) = (SELECT date, time, '' FROM run)
"""
_HASHES = "trim(previous || ' ' || sha256)"
_SELECT = (
    f"SELECT file, case_id, addressee, name, {_HASHES}, date, time, style "  # noqa: S608 - names of our own
    "FROM letters WHERE"
)
_INSERT = (
    "INSERT OR REPLACE INTO letters "
    "(key, file, case_id, addressee, name, sha256, date, time, style, previous) "
    "VALUES (?, ?,?,?,?,?,?,?,?, ?)"
)


class BatchState:
    """
    The database of the output *folder*: the last run, its letters, rows that failed.

    *last* is the header of the last run. What `record` has noted survives the end of
    the process. Only one process may have the database open; `OutputFolder` sees to it.
    Methods raise `sqlite3.Error`, for which `database_error` has the message.
    """

    def __init__(self, folder: Path, database_folder: Path | None = None) -> None:
        self._database = _connect((database_folder or folder) / DATABASE)
        try:
            _prepare_tables(self._database, folder)
            self._database.execute("BEGIN")
            *header, self._is_rebuilt = self._database.execute(
                "SELECT * FROM run"
            ).fetchone()
            fields = dict(zip(RunHeader.__struct_fields__, header, strict=True))
            self.last = RunHeader(**fields) if all(header) else None
            query = "SELECT coalesce(max(position), 0) FROM letters"
            # The letters of this run have higher positions.
            (self._last_position,) = self._database.execute(query).fetchone()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the database; this cannot fail."""
        with suppress(sqlite3.Error):
            self._database.close()

    def begin(self, header: RunHeader, *, durable: bool) -> None:
        """Begin a run, which is *durable* if its records survive a power failure."""
        query = "UPDATE run SET protestgen = ?, data = ?, date = ?, time = ?"
        self._database.execute(query, astuple(header))
        self._database.execute("DELETE FROM failed")
        self._database.execute("COMMIT")
        if durable:
            self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("BEGIN")

    def known(self, file: str) -> KnownFile:
        """What earlier runs noted of *file*."""
        if not (self.last or self._is_rebuilt):
            return _UNKNOWN
        query = f"SELECT {_HASHES}, date, time, style FROM letters WHERE key = ?"  # noqa: S608 - as above
        if row := self._database.execute(query, (key_of(file),)).fetchone():
            hashes, *others = row
            return KnownFile(tuple(hashes.split()), *others)
        return KnownFile((_UNKNOWN_HASH,)) if self._is_rebuilt else _UNKNOWN

    def record(self, letters: Iterable[tuple[ManifestEntry, str]]) -> None:
        """
        Note *letters* whose files are about to get their names.

        With each is the hash of the file that it replaces, until the run has ended. If
        somebody edited a file, its letter has no hash, and that file keeps its hashes.
        """
        rows = (
            (key_of(entry.file), *astuple(entry), previous)
            for entry, previous in letters
        )
        self._database.executemany(_INSERT, rows)
        _commit(self._database)

    def record_failed_row(self, line: bytes) -> None:
        """Note a *line* of the table of rows that failed."""
        self._database.execute("INSERT INTO failed VALUES (?)", (line,))

    def failed_rows(self) -> Iterator[bytes]:
        """Yield the lines of the table of rows that failed."""
        return (line for (line,) in self._database.execute("SELECT line FROM failed"))

    def earlier_letters(self) -> Iterator[ManifestEntry]:
        """Yield the letters of earlier runs that this one has not recorded."""
        return self._letters("position <= ?")

    def forget(self, letter: ManifestEntry) -> None:
        """Remove the record of a *letter* whose file does not exist."""
        self._database.execute(
            "DELETE FROM letters WHERE key = ?", (key_of(letter.file),)
        )

    def finish(self) -> None:
        """Note that all letters of this run have their names."""
        query = "UPDATE letters SET previous = '' WHERE previous != '' AND sha256 != ''"
        self._database.execute(f"{query} AND position > ?", (self._last_position,))
        _commit(self._database)

    def letters(self) -> Iterator[ManifestEntry]:
        """Yield all letters: first those of this run, in the order of the roster."""
        yield from self._letters("position > ?")
        yield from self._letters("position <= ?")

    def _letters(self, condition: str) -> Iterator[ManifestEntry]:
        query = f"{_SELECT} {condition} ORDER BY position"
        names = ManifestEntry.__struct_fields__
        for row in self._database.execute(query, [self._last_position]):
            yield ManifestEntry(**dict(zip(names, row, strict=True)))


def _commit(database: sqlite3.Connection) -> None:
    """Keep what was recorded so far, and begin anew."""
    database.execute("COMMIT")
    database.execute("BEGIN")


def database_error(folder: Path, error: sqlite3.Error) -> OutputError:
    """The error that says why the database of *folder* cannot be used."""
    kind = getattr(error, "sqlite_errorname", "")
    if kind.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        hint = f"rename it to '{DAMAGED}', and run again to resume from {MANIFEST}"
        return OutputError(f"{folder / DATABASE}: {error}: {hint}")
    if kind == "SQLITE_FULL":
        return folder_error(folder, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    return folder_error(folder, OSError(0, str(error)))


@contextmanager
def copied_state(folder: Path) -> Iterator[BatchState]:
    """Give the state of *folder* to a dry run, which changes a copy of it only."""
    with TemporaryDirectory(prefix="protestgen-") as name:
        for file in (DATABASE, *(f"{DATABASE}{suffix}" for suffix in SIDECARS)):
            with suppress(FileNotFoundError):
                copyfile(folder / file, Path(name, file), follow_symlinks=False)
        try:
            state = BatchState(folder, Path(name))
            yield state
            state.close()
        except sqlite3.Error as error:
            raise database_error(folder, error) from None


def _connect(path: Path) -> sqlite3.Connection:
    """
    Open the database at *path* for this process alone.

    SQLite locks nothing, as not all file systems have its kind of locks.
    """
    locks = "?vfs=unix-none" if os.name == "posix" else ""
    uri = f"file:{quote(os.fsencode(path.absolute()))}{locks}"
    database = sqlite3.connect(uri, uri=True, isolation_level=None)
    for pragma in (
        "locking_mode = EXCLUSIVE",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "wal_autocheckpoint = 200",
    ):
        database.execute(f"PRAGMA {pragma}")
    return database


def _prepare_tables(database: sqlite3.Connection, folder: Path) -> None:
    """Create the tables, or upgrade those of an earlier version."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version > _VERSION:
        hint = "use that one, or choose another folder"
        reason = f"a newer version of protestgen has written this: {hint}"
        raise OutputError(f"{folder / DATABASE}: {reason}")
    if version == _VERSION:
        return
    database.execute("BEGIN")
    for statement in (_UPGRADE if version else _SCHEMA).split(";"):
        database.execute(statement)
    if not version:
        _read_manifest(database, folder)
    database.execute(f"PRAGMA user_version = {_VERSION}")
    database.execute("COMMIT")


def _read_manifest(database: sqlite3.Connection, folder: Path) -> None:
    """Fill new tables with what the manifest in *folder* says, if there is one."""
    names = (MANIFEST, OLD_JOURNAL, DAMAGED)
    is_rebuilt = any(os.path.lexists(folder / name) for name in names)
    header = read_header(folder)
    values = astuple(header) if header else (None,) * 4
    database.execute("INSERT INTO run VALUES (?,?,?,?, ?)", (*values, is_rebuilt))
    rows = (_row(entry, header) for entry in read_entries(folder))
    database.executemany(_INSERT, rows)


def _row(entry: ManifestEntry, header: RunHeader | None) -> tuple[int | str, ...]:
    """The row of the table of letters for an *entry* of a manifest with *header*."""
    *previous, sha256 = entry.sha256.split() or [_UNKNOWN_HASH]
    entry = replace(entry, sha256=sha256)
    if header and not entry.time:
        entry = replace(entry, date=header.date, time=header.time)
    return key_of(entry.file), *astuple(entry), " ".join(previous)
