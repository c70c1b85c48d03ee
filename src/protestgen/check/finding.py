"""A finding of the check: an error or a warning at a place in a file."""

from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from protestgen.errors import Location, Problem

Severity = Literal["error", "warning"]


class Finding(Struct, frozen=True, order=True):
    """
    A fault at a *line* and *column*, which count from 1.

    An *error* makes a letter wrong, harmful or impossible; a *warning* needs a look.
    """

    file: str
    line: int
    column: int
    severity: Severity
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.severity}: {self.message}"


def _finding(severity: Severity, at: Location, message: str) -> Finding:
    """Return the finding *at* a place; a whole file is its first line."""
    return Finding(at.path, at.line or 1, at.column or 1, severity, message)


def error(at: Location, message: str) -> Finding:
    """Return the error *at* a place."""
    return _finding("error", at, message)


def warning(at: Location, message: str) -> Finding:
    """Return the warning *at* a place."""
    return _finding("warning", at, message)


def of_problems(problems: Iterable[Problem]) -> Iterator[Finding]:
    """Yield the problems of the loader as errors, since each prevents letters."""
    return (error(problem.at, problem.message) for problem in problems)
