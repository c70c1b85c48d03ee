"""What was met already, of however many things, in little memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from protestgen.errors import temp_space_error


class SeenIndex:
    """
    Numbers that were met, each with the line that it was first met in.

    They are in a file without a name, which is gone with the process.
    """

    def __init__(self) -> None:
        with _told():
            self._database = _database("seen (key INTEGER PRIMARY KEY, line)")
            self._database.execute("CREATE TABLE failed (key INTEGER PRIMARY KEY)")

    def first_line(self, key: int, line: int) -> int | None:
        """Return where *key* was met before *line*; without that it is met now."""
        try:
            found = self._database.execute(
                "INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, line)
            )
            if found.rowcount:
                return None
            query = "SELECT line FROM seen WHERE key = ?"
            (first,) = self._database.execute(query, (key,)).fetchone()
        except sqlite3.Error as error:
            raise temp_space_error(str(error)) from None
        assert isinstance(first, int)  # noqa: S101 - as it was stored
        return first

    def fail(self, key: int) -> None:
        """Note that nothing came of *key*."""
        with _told():
            self._database.execute("INSERT OR IGNORE INTO failed VALUES (?)", (key,))

    def has_failed(self, key: int) -> bool:
        """Tell whether nothing came of *key*."""
        with _told():
            query = "SELECT 1 FROM failed WHERE key = ?"
            return self._database.execute(query, (key,)).fetchone() is not None

    def forget_failed(self) -> None:
        """Let what nothing came of not have been met."""
        with _told():
            query = "DELETE FROM seen WHERE key IN (SELECT key FROM failed)"
            self._database.execute(query)


class HashIndex:
    """
    Texts that go with numbers: of *pairs* with the same number, the last one counts.

    They are in such a file as well.
    """

    def __init__(self, pairs: Iterable[tuple[int, str]]) -> None:
        with _told():
            self._database = _database("known (key INTEGER PRIMARY KEY, text)")
            query = "INSERT OR REPLACE INTO known VALUES (?, ?)"
            self._database.executemany(query, pairs)

    def text(self, key: int) -> str:
        """Return the text that goes with *key*, or an empty one."""
        with _told():
            query = "SELECT text FROM known WHERE key = ?"
            found = self._database.execute(query, (key,)).fetchone()
        return str(found[0]) if found else ""


def _database(table: str) -> sqlite3.Connection:
    database = sqlite3.connect("", isolation_level=None)
    database.execute("PRAGMA journal_mode = OFF")
    database.execute("PRAGMA cache_size = -1000")
    database.execute(f"CREATE TABLE {table}")
    database.execute("BEGIN")
    return database


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise temp_space_error(str(error)) from None
