"""Errors that are shown to users, and the parts of their sentences."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from os import PathLike

from msgspec import Struct

from .limits import MAX_COMPARED

# Characters of a wrong value that a message quotes.
_MAX_QUOTED = 60
# How similar a name must be to be suggested, and one among very many or short names.
SIMILAR = 0.6
VERY_SIMILAR = 0.7


class Location(Struct, frozen=True):
    """A place in a file. Lines and columns count from 1."""

    path: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = (self.path, self.line, self.column)
        return ":".join(str(part) for part in parts if part is not None)


class Problem(Struct, frozen=True):
    """One fault in a campaign's data, and what to do about it."""

    at: Location
    message: str

    def __str__(self) -> str:
        return f"{self.at}: {self.message}"


class ProtestgenError(Exception):
    """
    Base of all errors that end as one line and one exit code.

    *at* is the place of the fault, and *field* the name of the wrong field, if known.
    """

    exit_code = 1

    def __init__(
        self, message: str, *, at: Location | None = None, field: str = ""
    ) -> None:
        super().__init__(f"{at}: {message}" if at else message)
        self.message = message
        self.at = at
        self.field = field

    def lines(self) -> Sequence[str]:
        """Return the lines to show, one for each fault."""
        return [str(self)]


class DataError(ProtestgenError):
    """All faults in the files of a campaign, sorted by place."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(dict.fromkeys(problems), key=_place))
        super().__init__("\n".join(map(str, self.problems)))

    def lines(self) -> Sequence[str]:
        """Return a line for each problem."""
        return [str(problem) for problem in self.problems]


@contextmanager
def noted_problems(
    path: PathLike[str], problems: list[Problem], *, tolerant: bool
) -> Iterator[None]:
    """
    Add a `DataError` that is raised while the file *path* is read to *problems*.

    Where *tolerant*, an unexpected error is added as well, as a problem of the file.
    """
    try:
        yield
    except DataError as error:
        problems += error.problems
    except Exception as error:
        if not tolerant:
            raise
        problems.append(Problem(Location(str(path)), unexpected(error)))


def read_error(name: str, error: OSError) -> DataError:
    """Return the error for the file *name*, which the system cannot read."""
    if isinstance(error, FileNotFoundError):
        reason = "there is no such file"
    elif isinstance(error, IsADirectoryError):
        reason = "this is a folder: name a file"
    else:
        reason = f"cannot be read: {error.strerror}"
    return data_error(name, reason)


def data_error(path: object, reason: str, *position: int | None) -> DataError:
    """Return the error for one fault in the file *path*, at a line and column."""
    return DataError([Problem(Location(str(path), *position), reason)])


def _place(problem: Problem) -> tuple[str, int, int]:
    at = problem.at
    return at.path, at.line or 0, at.column or 0


class TemplateError(ProtestgenError):
    """A template that cannot be read or rendered."""


class OutputError(ProtestgenError):
    """A file or stream that cannot be written."""


def temp_space_error(reason: str) -> OutputError:
    """Return the error for temporary files that cannot be written."""
    hint = "set the variable TMPDIR to a folder with more room"
    return OutputError(f"temporary files: {reason}: {hint}")


class FormatError(ProtestgenError):
    """A letter that cannot be written in the format asked for."""


class MissingExtraError(ProtestgenError):
    """A feature whose packages are not installed, or in another version."""


def missing_extra(what: str, extra: str) -> MissingExtraError:
    """Return the error for a feature, *what*, that needs the packages of *extra*."""
    packages = " ".join(f"'{package}'" for package in _packages(extra))
    install = f"run pip install {packages}"
    if not packages:
        install = f"install those of the extra '{extra}' in pyproject.toml"
    return MissingExtraError(f"{what} needs more packages: {install}")


def _packages(extra: str) -> list[str]:
    """Return the packages that the installed protestgen requires for an *extra*."""
    from importlib.metadata import PackageNotFoundError, requires

    try:
        lines = requires("protestgen") or []
    except PackageNotFoundError:  # run from its source, not installed
        return []
    parted = (line.partition(";") for line in lines)
    marker = f"extra == '{extra}'"
    return [
        package.strip()
        for package, _, condition in parted
        if condition.strip().replace('"', "'") == marker
    ]


class ClusterError(ProtestgenError):
    """A cluster whose workers cannot write the letters."""


class ExpiredCaseError(ProtestgenError):
    """A case that wants no letters any more."""


class ChoiceError(ProtestgenError):
    """A choice of the user that does not exist, or is ambiguous."""

    exit_code = 2


class UnknownNameError(ChoiceError):
    """
    A name of a *kind* of thing that is not *known*; *see* is a command to run.

    A known name that is at least as similar as *cutoff* is suggested.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        known: Iterable[str],
        *,
        see: str,
        field: str = "",
        cutoff: float = SIMILAR,
    ) -> None:
        self.name = name
        hint = did_you_mean(nearest(name, known, cutoff), f"see '{see}'")
        super().__init__(f"unknown {kind} {quoted(name)}: {hint}", field=field)


class AddresseeError(ChoiceError):
    """
    A letter without an addressee, or one whose *wanted* addressee may be several.

    *options* are values that would do of the option that *field* names.
    """

    def __init__(
        self, problem: str, options: Iterable[str], *, wanted: str = "", rest: str = ""
    ) -> None:
        self._problem = problem
        self._options = tuple(options)
        self._wanted = wanted
        self._rest = rest
        super().__init__(problem, field="to")

    def __str__(self) -> str:
        return self.sentence(f"--{self.field} ")

    def sentence(self, prefix: str = "") -> str:
        """Say what to choose; each value has the *prefix* that a command needs."""
        named = [f"'{prefix}{option}'" for option in self._options] or ["an office"]
        subject = f"'{prefix}{self._wanted}' " if self._wanted else ""
        return f"{subject}{self._problem}: choose {alternatives(named)}{self._rest}"


class UnknownLanguageError(ChoiceError):
    """A language that is not *known*."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        choice = f"choose from {', '.join(known)}"
        super().__init__(f"unknown language {quoted(name)}: {choice}")


def unexpected(error: BaseException) -> str:
    """Return one line about an *error* that is a bug of the program."""
    kind = f"{type(error).__name__}: {_shortened(str(error))}".removesuffix(": ")
    hint = "please report it; PROTESTGEN_TRACEBACK=1 shows the details"
    return f"unexpected error ({kind}): {hint}"


def quoted(text: str) -> str:
    """Return *text* in quotes, on one line, and shortened."""
    return f"'{_shortened(text)}'"


def alternatives(names: Iterable[str]) -> str:
    """Return *names*, at least one, as in "a, b or c"."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def did_you_mean(near: str | None, otherwise: str) -> str:
    """Return the question for a name that is *near*, or what to do *otherwise*."""
    return f"did you mean '{near}'?" if near else otherwise


def _shortened(text: str) -> str:
    line = " ".join(text[: 2 * _MAX_QUOTED].splitlines())
    return line if len(line) <= _MAX_QUOTED else f"{line[: _MAX_QUOTED - 1]}…"


def nearest(word: str, known: Iterable[str], cutoff: float = SIMILAR) -> str | None:
    """
    Return the name among *known* that is most similar to *word*, or None.

    The similarity is from 0 to 1, and at least *cutoff*.
    """
    if len(word) > _MAX_QUOTED:
        return None
    names = (name for name in known if len(name) <= _MAX_QUOTED)
    return _nearest(word, tuple(islice(names, MAX_COMPARED)), cutoff)


class Suggester:
    """Suggests names like `nearest`, until `MAX_COMPARED` names are compared."""

    def __init__(self) -> None:
        self._left = MAX_COMPARED

    def __call__(self, word: str, known: Collection[str]) -> str | None:
        """Return the name among *known* that is most similar to *word*, or None."""
        if self._left <= 0:
            return None
        self._left -= len(known)
        return nearest(word, known)


@lru_cache(maxsize=100)
def _nearest(word: str, known: tuple[str, ...], cutoff: float) -> str | None:
    from difflib import get_close_matches

    by_folded = {name.casefold(): name for name in known}
    matches = get_close_matches(word.casefold(), by_folded, n=1, cutoff=cutoff)
    return by_folded[matches[0]] if matches else None
