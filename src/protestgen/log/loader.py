"""Reading the log of a campaign: one YAML file for each entry, in folders of cases."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from protestgen.campaign.data_files import misnamed
from protestgen.errors import (
    DataError,
    Location,
    Problem,
    data_error,
    noted_problems,
    read_error,
)
from protestgen.limits import MAX_LOG
from protestgen.schema.place import SourceMap
from protestgen.schema.reader import parse_yaml
from protestgen.schema.source import read_small_text
from protestgen.schema.types import parse_id
from protestgen.schema.yaml_nodes import compose

from .entry import LogEntry, mismatches

# The folder of a campaign that its log is in.
LOG = "log"
_SUFFIX = ".yaml"


class Log(Struct, frozen=True):
    """
    The entries of each case by their names, oldest name first.

    *paths* are their files. An entry is called as its file, without `.yaml`.
    """

    cases: dict[str, dict[str, LogEntry]] = {}
    paths: dict[tuple[str, str], str] = {}

    def of(self, case: str) -> Mapping[str, LogEntry]:
        """Return the entries of *case* by their names."""
        return self.cases.get(case, {})

    def place(self, case: str, name: str) -> SourceMap:
        """Return the place of the entry *name* of *case*; this reads its file again."""
        path = self.paths[case, name]
        return SourceMap(path, compose(read_small_text(path), path))


def load_log(layers: Sequence[Path], *cases: str) -> Log:
    """
    Read the log of *cases*, or of all, in *layers* of a campaign, the first on top.

    Raises `DataError` with all problems of all entries.
    """
    log, problems = read_log(layers, *cases)
    if problems:
        raise DataError(problems)
    return log


def read_log(
    layers: Sequence[Path], *cases: str, tolerant: bool = False
) -> tuple[Log, list[Problem]]:
    """
    Read the valid entries of what `load_log` reads, and all problems.

    *tolerant* is as for `noted_problems`.
    """
    log = Log()
    problems: list[Problem] = []
    for layer in layers:
        for case, path in _files(layer, cases, problems):
            if len(log.paths) >= MAX_LOG:
                reason = f"more than {MAX_LOG:,} entries: move some elsewhere"
                problems.append(Problem(Location(path), reason))
                return log, problems
            with noted_problems(Path(path), problems, tolerant=tolerant):
                _add_entry(log, case, path)
    return log, problems


def _add_entry(log: Log, case: str, path: str) -> None:
    name = os.path.basename(path).removesuffix(_SUFFIX)  # noqa: PTH119 - of many files
    try:
        parse_id(name)
    except ValueError as error:
        raise data_error(path, f"the name of the file: {error}") from None
    entries = log.cases.setdefault(case, {})
    if name not in entries:
        entries[name] = _read_entry(path)
        log.paths[case, name] = path


def _read_entry(path: str) -> LogEntry:
    text = read_small_text(path)
    entry = parse_yaml(text, path, LogEntry)
    if wrong := list(mismatches(entry)):
        place = SourceMap(path, compose(text, path))
        raise DataError(Problem(place.of_key(field), why) for field, why in wrong)
    return entry


def _files(
    layer: Path, cases: Sequence[str], problems: list[Problem]
) -> Iterator[tuple[str, str]]:
    """Yield the case and path of each entry in *layer*, sorted."""
    folder = layer / LOG
    try:
        if not folder.is_dir():
            return
        root = layer.resolve()
        for part in sorted(os.scandir(folder), key=lambda part: part.name):
            if part.name.startswith("."):
                continue
            if not part.is_dir():
                if part.name.endswith(_SUFFIX) or misnamed(part.name):
                    reason = f"not read here: put it into {LOG}/CASE/"
                    problems.append(Problem(Location(part.path), reason))
            elif not Path(part.path).resolve().is_relative_to(root):
                reason = "a link that leads out of its folder: put the folder here"
                problems.append(Problem(Location(part.path), reason))
            elif not cases or part.name in cases:
                for path in _entries(part.path, problems):
                    yield part.name, path
    except OSError as error:
        problems += read_error(error.filename, error).problems


def _entries(folder: str, problems: list[Problem]) -> Iterator[str]:
    for name in sorted(os.listdir(folder)):  # noqa: PTH208 - quick for many files
        if name.startswith("."):
            continue
        if name.endswith(_SUFFIX):
            yield f"{folder}{os.sep}{name}"
        elif right := misnamed(name):
            hint = f"this file is not read: name it {right}"
            problems.append(Problem(Location(f"{folder}{os.sep}{name}"), hint))
