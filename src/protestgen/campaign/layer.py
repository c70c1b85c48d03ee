"""The entries of one folder, one layer of a campaign."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from protestgen.errors import DataError, Problem, noted_problems, read_error
from protestgen.limits import (
    MAX_CASES,
    MAX_MISSIONS,
    MAX_OFFICES,
    MAX_OUTLETS,
    MAX_VALUES,
)
from protestgen.schema.reader import parse_entries
from protestgen.schema.source import count_values, read_text, too_many_values
from protestgen.schema.types import Id

from .case import Case
from .data_files import data_files
from .directory import Mission, Office
from .outlet import Outlet

K = TypeVar("K")
V = TypeVar("V")
E = TypeVar("E", Case, Office, Outlet)


class DemandsFile(Struct, frozen=True):
    """A file `demands.yaml`."""

    cases: dict[Id, Case] = {}


class EmbassiesFile(Struct, frozen=True):
    """A file `embassies.yaml`."""

    embassies: tuple[Mission, ...] = ()
    offices: dict[Id, Office] = {}


class MediaFile(Struct, frozen=True):
    """A file `media.yaml`."""

    outlets: dict[Id, Outlet] = {}


class Layer(Struct):
    """The entries of one folder; of entries with the same id, the first is kept."""

    cases: dict[str, Case] = {}
    missions: tuple[Mission, ...] = ()
    offices: dict[str, Office] = {}
    outlets: dict[str, Outlet] = {}


def read_layer(
    folder: Path, texts: Mapping[Path, str], *, tolerant: bool
) -> tuple[Layer, list[Problem]]:
    """
    Read the valid entries of *folder*, and all problems.

    *texts* replace the content of files, by their paths. *tolerant* is as for
    `noted_problems`.
    """
    layer = Layer()
    problems: list[Problem] = []
    try:
        files = {path: kind for kind, path in data_files(folder, problems)}
    except OSError as error:
        return layer, [*problems, *read_error(error.filename, error).problems]
    for path in texts:
        if path.parent == folder / "data":
            files.setdefault(path, path.stem)
    values = 0
    for path, kind in files.items():
        with noted_problems(path, problems, tolerant=tolerant):
            text = texts.get(path)
            if text is None:
                text = read_text(path, within=folder)
            values += count_values(text)
            if values > MAX_VALUES:
                raise DataError([too_many_values(str(path))])
            problems += _add_entries(layer, kind, text, str(path))
    problems += _too_many(layer)
    problems += _duplicate_missions(layer.missions)
    problems += _covered_twice(layer.missions)
    return layer, problems


def merge_layers(layers: Iterable[Layer]) -> Layer:
    """Return the entries of *layers*; each replaces those with its id further back."""
    merged = Layer()
    missions: dict[tuple[str, ...], Mission] = {}
    for layer in layers:
        _add_missing(merged.cases, layer.cases)
        _add_missing(missions, {_key(mission): mission for mission in layer.missions})
        _add_missing(merged.offices, layer.offices)
        _add_missing(merged.outlets, layer.outlets)
    merged.missions = tuple(missions.values())
    return merged


def _add_missing(known: dict[K, V], found: Mapping[K, V]) -> None:
    for key, entry in found.items():
        known.setdefault(key, entry)


def _add_entries(layer: Layer, kind: str, text: str, name: str) -> list[Problem]:
    if kind == "demands":
        demands, problems = parse_entries(text, name, DemandsFile)
        if demands:
            problems += _duplicates(demands.cases, layer.cases, "case")
            _add_missing(layer.cases, demands.cases)
    elif kind == "media":
        media, problems = parse_entries(text, name, MediaFile)
        if media:
            problems += _duplicates(media.outlets, layer.outlets, "outlet")
            _add_missing(layer.outlets, media.outlets)
    else:
        directory, problems = parse_entries(text, name, EmbassiesFile)
        if directory:
            problems += _duplicates(directory.offices, layer.offices, "office")
            _add_missing(layer.offices, directory.offices)
            layer.missions += directory.embassies
    return problems


def _duplicates(
    found: Mapping[str, E], known: Mapping[str, E], kind: str
) -> Iterator[Problem]:
    for id_ in found.keys() & known.keys():
        first = known[id_].at
        message = f"the {kind} '{id_}' is in {first} already: choose another id"
        yield Problem(found[id_].at.of(), message)


def _too_many(layer: Layer) -> Iterator[Problem]:
    counted: tuple[tuple[Iterable[Case | Mission | Office | Outlet], int, str], ...] = (
        (layer.cases.values(), MAX_CASES, "cases"),
        (layer.missions, MAX_MISSIONS, "missions"),
        (layer.offices.values(), MAX_OFFICES, "offices"),
        (layer.outlets.values(), MAX_OUTLETS, "outlets"),
    )
    for entries, most, kind in counted:
        for entry in islice(entries, most, most + 1):
            message = f"more than {most:,} {kind}: move some to another campaign"
            yield Problem(entry.at.of(), message)


def _key(mission: Mission) -> tuple[str, ...]:
    """What identifies a mission: one in an upper layer replaces it."""
    return (mission.state, mission.host, mission.kind, mission.city.casefold())


def _duplicate_missions(missions: Sequence[Mission]) -> Iterator[Problem]:
    known: dict[tuple[str, ...], Mission] = {}
    for mission in missions:
        first = known.setdefault(_key(mission), mission)
        if first is not mission:
            message = (
                f"a second {mission.kind} of '{mission.state}' in {mission.city}: "
                f"remove one of them, the other is {first.at}"
            )
            yield Problem(mission.at.of(), message)


def _covered_twice(missions: Sequence[Mission]) -> Iterator[Problem]:
    """Yield the countries covered by two missions, or that have an embassy."""
    covering: dict[tuple[str, str], Mission] = {}
    hosts = {(m.state, m.host) for m in missions if m.kind == "embassy"}
    for mission in missions:
        for index, country in enumerate(mission.covers):
            at = mission.at.of("covers", index)
            first = covering.setdefault((mission.state, country), mission)
            if first is not mission:
                message = f"'{country}' is covered by {first.at} already: keep one"
                yield Problem(at, message)
            elif (mission.state, country) in hosts:
                message = f"'{country}' has an embassy of its own: remove it here"
                yield Problem(at, message)
