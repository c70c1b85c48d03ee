"""The letters of a run, on disk, so that each is written once."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from protestgen.errors import temp_space_error


class SeenIndex:
    """
    The keys of the letters that a run was asked for, each with a line of the roster.

    They are in a temporary file, which takes little memory and ends with the process.
    """

    def __init__(self) -> None:
        with _temporary_file_errors():
            self._database = sqlite3.connect("", isolation_level=None)
            self._database.execute("PRAGMA journal_mode = OFF")
            self._database.execute("PRAGMA cache_size = -1000")
            self._database.execute(
                "CREATE TABLE seen (key INTEGER PRIMARY KEY, line, failed DEFAULT 0)"
            )
            self._database.execute("BEGIN")

    def first_line(self, key: int, line: int) -> int | None:
        """The line in which *key* was first seen, or None if it is new in *line*."""
        with _temporary_file_errors():
            query = "INSERT OR IGNORE INTO seen (key, line) VALUES (?, ?)"
            if self._database.execute(query, (key, line)).rowcount:
                return None
            return self._value("line", key)

    def fail(self, key: int) -> None:
        """Note that the letter with this *key* failed."""
        with _temporary_file_errors():
            self._database.execute("UPDATE seen SET failed = 1 WHERE key = ?", (key,))

    def has_failed(self, key: int) -> bool:
        """Whether the letter with this *key* failed."""
        with _temporary_file_errors():
            return self._value("failed", key) == 1

    def has_letter(self, key: int) -> bool:
        """Whether the letter with this *key* was seen and did not fail."""
        with _temporary_file_errors():
            return self._value("failed", key) == 0

    def _value(self, column: str, key: int) -> int | None:
        query = f"SELECT {column} FROM seen WHERE key = ?"  # noqa: S608 - our own words
        found = self._database.execute(query, (key,)).fetchone()
        return int(found[0]) if found else None


@contextmanager
def _temporary_file_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise temp_space_error(str(error)) from None
