"""What a check comes to: one thing that is wrong, or to be looked at."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal

from msgspec import Struct

from protestgen.errors import Location, Problem

Severity = Literal["error", "warning"]

_IN_TEMPLATE = re.compile(
    r"(?P<path>.+?\.j2)(?::(?P<line>\d+))?: (?P<what>.+)", re.DOTALL
)


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


def in_template(message: str, otherwise: Location) -> Finding:
    """Return the error of a template, whose *message* begins with its place."""
    match = _IN_TEMPLATE.fullmatch(message)
    if not match:
        return error(otherwise, message)
    return error(Location(match["path"], int(match["line"] or 1)), match["what"])
