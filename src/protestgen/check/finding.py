"""What a check comes to: one thing that is wrong, or to be looked at."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from protestgen.errors import Location, Problem

Severity = Literal["error", "warning"]


class Finding(Struct, frozen=True, order=True):
    """
    One thing that is found, at a line and column that count from 1.

    After an *error*, a letter would be wrong, refused or harmful; a *warning* is to be
    looked at.
    """

    file: str
    line: int
    column: int
    severity: Severity
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.severity}: {self.message}"


def finding(severity: Severity, at: Location, message: str) -> Finding:
    """Return what is found *at* a place; the first line stands for a whole file."""
    return Finding(at.path, at.line or 1, at.column or 1, severity, message)


def error(at: Location, message: str) -> Finding:
    """Return an error."""
    return finding("error", at, message)


def warning(at: Location, message: str) -> Finding:
    """Return a warning."""
    return finding("warning", at, message)


def of_problems(problems: Iterable[Problem]) -> Iterator[Finding]:
    """Yield what the loader has found; a letter is refused for each of it."""
    return (error(problem.at, problem.message) for problem in problems)
