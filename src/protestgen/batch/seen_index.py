"""The letters of a run, on disk, so that each is written once."""

import sqlite3

from protestgen.errors import temp_space_error


class SeenIndex:
    """
    The keys of the letters that a run was asked for, each with a line of the roster.

    They are in a temporary file, which takes little memory and ends with the process.
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._execute("PRAGMA journal_mode = OFF")
        self._execute("PRAGMA cache_size = -1000")
        self._execute(
            "CREATE TABLE seen (key INTEGER PRIMARY KEY, line, failed DEFAULT 0)"
        )
        self._execute("BEGIN")

    def first_line(self, key: int, line: int) -> int | None:
        """The line in which *key* was first seen, or None if it is new in *line*."""
        query = "INSERT OR IGNORE INTO seen (key, line) VALUES (?, ?)"
        if self._execute(query, key, line).rowcount:
            return None
        return self._value("line", key)

    def fail(self, key: int) -> None:
        """Note that the letter with this *key* failed."""
        self._execute("UPDATE seen SET failed = 1 WHERE key = ?", key)

    def has_failed(self, key: int) -> bool:
        """Whether the letter with this *key* failed."""
        return self._value("failed", key) == 1

    def has_letter(self, key: int) -> bool:
        """Whether the letter with this *key* was seen and did not fail."""
        return self._value("failed", key) == 0

    def _value(self, column: str, key: int) -> int | None:
        query = f"SELECT {column} FROM seen WHERE key = ?"  # noqa: S608 - our own words
        found = self._execute(query, key).fetchone()
        return int(found[0]) if found else None

    def _execute(self, query: str, *values: int) -> sqlite3.Cursor:
        try:
            return self._database.execute(query, values)
        except sqlite3.Error as error:
            raise temp_space_error(str(error)) from None
