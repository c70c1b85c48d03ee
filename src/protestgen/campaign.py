"""Folders, in layers, to the cases and addressees of a campaign."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from .addressee import MISSION_KINDS, Directory, Mission, Office
from .case import Case
from .errors import DataError, Location, Problem, UnknownNameError, nearest
from .shipped import shipped_folder
from .values import Id
from .yamlfile import read_yaml


class _DemandsFile(Struct, frozen=True):
    """A file `demands.yaml`."""

    cases: dict[Id, Case]


class _EmbassiesFile(Struct, frozen=True):
    """A file `embassies.yaml`."""

    embassies: tuple[Mission, ...] = ()
    offices: dict[Id, Office] = {}


class Campaign(Struct, frozen=True):
    """Cases, and the directory of whom to write to about them."""

    folders: tuple[Path, ...]
    cases: dict[str, Case]
    directory: Directory

    def case(self, id_: str) -> Case:
        """Return the case *id_*."""
        if id_ not in self.cases:
            raise UnknownNameError("case", id_, self.cases, see="protestgen cases")
        return self.cases[id_]


def load_campaign(*folders: Path) -> Campaign:
    """
    Read the campaigns in *folders*, the first on top, over the bundled one.

    A case of the same id, an office of the same id, or a mission of the same state,
    host, kind and city replaces the one below it. Raises `DataError` with everything
    that is wrong with any of the files.
    """
    layers = (*folders, shipped_folder())
    problems: list[Problem] = []
    cases: dict[str, Case] = {}
    missions: dict[tuple[str, ...], Mission] = {}
    offices: dict[str, Office] = {}
    for folder in reversed(layers):
        found, found_problems = _read_layer(folder)
        problems += found_problems
        problems += _doubled_missions(found.missions)
        cases |= found.cases
        missions |= {_key(mission): mission for mission in found.missions}
        offices |= found.offices
    campaign = Campaign(layers, cases, Directory(tuple(missions.values()), offices))
    if not problems:
        problems += _dangling(campaign)
    if problems:
        raise DataError(problems)
    return campaign


class _Layer(Struct):
    """What stands in one folder."""

    cases: dict[str, Case] = {}
    missions: tuple[Mission, ...] = ()
    offices: dict[str, Office] = {}


def _read_layer(folder: Path) -> tuple[_Layer, list[Problem]]:
    layer = _Layer()
    problems: list[Problem] = []
    data = folder / "data"
    if not data.is_dir():
        hint = "there is no folder 'data' in it: name the folder of a campaign"
        return layer, [Problem(Location(str(folder)), hint)]
    for path in _files(data, "demands"):
        try:
            found = read_yaml(path, _DemandsFile).cases
        except DataError as error:
            problems += error.problems
            continue
        problems += _doubled(found, layer.cases, "case")
        layer.cases |= found
    for path in _files(data, "embassies"):
        try:
            directory = read_yaml(path, _EmbassiesFile)
        except DataError as error:
            problems += error.problems
            continue
        problems += _doubled(directory.offices, layer.offices, "office")
        layer.missions += directory.embassies
        layer.offices |= directory.offices
    return layer, problems


def _files(data: Path, name: str) -> Iterator[Path]:
    """Yield `demands.yaml` and, for large campaigns, the files of `demands/`."""
    if not (more := data / name).is_dir() or (data / f"{name}.yaml").exists():
        yield data / f"{name}.yaml"
    yield from sorted(more.glob("*.yaml"))


def _doubled(
    found: dict[str, Case] | dict[str, Office],
    known: dict[str, Case] | dict[str, Office],
    kind: str,
) -> Iterator[Problem]:
    for id_ in found.keys() & known.keys():
        first = known[id_].at
        message = f"the {kind} '{id_}' stands in {first} already: choose another id"
        yield Problem(found[id_].at.of(), message)


def _key(mission: Mission) -> tuple[str, ...]:
    return (mission.state, mission.host, mission.kind, mission.city.casefold())


def _doubled_missions(missions: Sequence[Mission]) -> Iterator[Problem]:
    known: dict[tuple[str, ...], Mission] = {}
    for mission in missions:
        first = known.setdefault(_key(mission), mission)
        if first is not mission:
            message = (
                f"a second {mission.kind} of '{mission.state}' in {mission.city}: "
                f"remove one of them, the other is {first.at}"
            )
            yield Problem(mission.at.of(), message)


def _dangling(campaign: Campaign) -> Iterator[Problem]:
    """Yield a problem for each reference to what is not there."""
    offices = campaign.directory.offices
    goals = [*MISSION_KINDS, *offices]
    for case in campaign.cases.values():
        yield from _doubled_demands(case)
        if case.follows and case.follows not in campaign.cases:
            yield _unknown(case.at.of("follows"), "case", case.follows, campaign.cases)
        for field in ("write_to", "copies_to"):
            for index, goal in enumerate(getattr(case, field)):
                if goal not in goals:
                    yield _unknown(case.at.of(field, index), "addressee", goal, goals)
        if not case.write_to:
            message = "nobody to write to: name 'embassy' or the id of an office"
            yield Problem(case.at.of("write_to"), message)
    yield from _doubly_covered(campaign.directory.missions)


def _doubled_demands(case: Case) -> Iterator[Problem]:
    seen = set()
    for index, demand in enumerate(case.demands):
        if demand.id in seen:
            message = f"the demand '{demand.id}' stands twice: choose another id"
            yield Problem(case.at.of("demands", index, "id"), message)
        seen.add(demand.id)


def _doubly_covered(missions: Sequence[Mission]) -> Iterator[Problem]:
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


def _unknown(
    at: Location, kind: str, name: str, known: Sequence[str] | dict[str, Case]
) -> Problem:
    near = nearest(name, known)
    hint = f"did you mean '{near}'?" if near else "add it, or remove this line"
    return Problem(at, f"unknown {kind} '{name}': {hint}")
