"""Folders, in layers, to the cases and addressees of a campaign."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from protestgen.errors import (
    DataError,
    Location,
    Problem,
    Suggester,
    UnknownNameError,
    nearest,
    quoted,
    read_error,
    unexpected,
)
from protestgen.limits import MAX_CASES, MAX_MISSIONS, MAX_OFFICES, MAX_VALUES
from protestgen.schema.place import SourceMap
from protestgen.schema.reader import parse_entries, read_yaml
from protestgen.schema.source import (
    UnreadError,
    count_values,
    read_data,
    read_text,
    too_many_values,
)
from protestgen.schema.types import Id

from .bundled import shipped_folder
from .case import Case
from .directory import MISSION_KINDS, Mission, Office
from .routing import Directory

K = TypeVar("K")
V = TypeVar("V")

# What `data/` holds: `demands.yaml`, and for large campaigns `demands/*.yaml`; so for
# the directory. The forms of address are read with the language.
_PARTED = ("demands", "embassies")
_KINDS = (*_PARTED, "forms")

# Marks the folder of a campaign, so that it is found from within.
SETTINGS_FILE = "protestgen.yaml"
# What an entry comes from that stands in no folder of the user's.
BUNDLED = "bundled"


class Settings(Struct, frozen=True, kw_only=True):
    """
    A file `protestgen.yaml`.

    With `extends: none` the bundled cases, missions and offices are left out. The
    languages and styles that come with the program remain. There is nothing in it that
    leads out of its folder: it may be a stranger's.
    """

    extends: Literal["bundled", "none"]


class DemandsFile(Struct, frozen=True):
    """A file `demands.yaml`."""

    cases: dict[Id, Case] = {}


class EmbassiesFile(Struct, frozen=True):
    """A file `embassies.yaml`."""

    embassies: tuple[Mission, ...] = ()
    offices: dict[Id, Office] = {}


class Campaign(Struct, frozen=True):
    """
    Cases, and the directory of whom to write to about them.

    Both are from *layers*, the first on top; languages and styles are from all of
    *folders*, which are the same and in any case the bundled one.
    """

    folders: tuple[Path, ...]
    layers: tuple[Path, ...]
    cases: dict[str, Case]
    directory: Directory

    def absolute(self) -> "Campaign":
        """Return this campaign as it is found from anywhere on this machine."""
        return self._moved(Path.absolute)

    def here(self) -> "Campaign":
        """Return a campaign of another machine as it is found on this one."""
        theirs, ours = self.folders[-1], shipped_folder()
        return self._moved(lambda folder: ours if folder == theirs else folder)

    def _moved(self, move: Callable[[Path], Path]) -> "Campaign":
        folders, layers = (tuple(map(move, f)) for f in (self.folders, self.layers))
        return replace(self, folders=folders, layers=layers)

    def case(self, id_: str) -> Case:
        """Return the case *id_*."""
        if id_ not in self.cases:
            raise UnknownNameError("case", id_, self.cases, see="protestgen cases")
        return self.cases[id_]

    def origin(self, place: SourceMap) -> str:
        """Return the name of the folder that *place* is in, or that it is bundled."""
        path = Path(place.path)
        folder = next(f for f in self.layers if path.is_relative_to(f / "data"))
        return BUNDLED if folder == shipped_folder() else folder.resolve().name


def load_campaign(
    *folders: Path | str, texts: Mapping[Path, str] = MappingProxyType({})
) -> Campaign:
    """
    Read the campaigns in *folders*, the first on top, over the bundled one.

    A case of the same id, an office of the same id, or a mission of the same state,
    host, kind and city replaces the one below it. A folder may hold templates only; its
    `Settings` may leave the bundled entries out. *texts* are read instead of what is in
    the files of their paths, which need not be there yet. Raises `DataError` with
    everything that is wrong with any of the files.
    """
    campaign, problems = read_campaign(*folders, texts=texts)
    if problems:
        raise DataError(problems)
    return campaign


def read_campaign(
    *names: Path | str,
    texts: Mapping[Path, str] = MappingProxyType({}),
    tolerant: bool = False,
) -> tuple[Campaign, list[Problem]]:
    """
    Read what `load_campaign` does as far as it is sound; return all problems too.

    Where *tolerant*, an unexpected error is a problem of the file that it is met in.
    """
    bundled = shipped_folder()
    folders = tuple(map(Path, names))
    problems: list[Problem] = []
    extended = [_extends_bundled(folder, problems) for folder in folders]
    layers = (*folders, bundled) if all(extended) else folders
    cases: dict[str, Case] = {}
    missions: dict[tuple[str, ...], Mission] = {}
    offices: dict[str, Office] = {}
    for folder in layers:
        found = _read_layer(_Layer(folder, texts), problems, tolerant=tolerant)
        problems += _too_many(found)
        problems += _doubled_missions(found.missions)
        problems += _doubly_covered(found.missions)
        cases |= _new(found.cases, cases)
        missions |= _new({_key(m): m for m in found.missions}, missions)
        offices |= _new(found.offices, offices)
    directory = Directory(tuple(missions.values()), offices)
    campaign = Campaign((*folders, bundled), layers, cases, directory)
    if not problems:
        problems += _dangling(campaign)
    return campaign, problems


def campaign_around(folder: Path, top: Path) -> Path | None:
    """
    Return the nearest folder of a campaign that *folder* is in, or is itself.

    It has a `protestgen.yaml`. Nothing above *top* is looked at.
    """
    for place in (folder, *folder.parents):
        if os.path.isfile(place / SETTINGS_FILE):  # noqa: PTH113 - False where it is forbidden to look
            return place
        if place == top:
            break
    return None


def _extends_bundled(folder: Path, problems: list[Problem]) -> bool:
    path = folder / SETTINGS_FILE
    if not os.path.lexists(path):
        return True
    try:
        return read_yaml(path, Settings, within=folder).extends == BUNDLED
    except DataError as error:
        problems += error.problems
        return True


def _new(found: dict[K, V], known: dict[K, V]) -> dict[K, V]:
    """Return the entries of a layer that no layer above it replaces."""
    return {key: value for key, value in found.items() if key not in known}


class _Layer(Struct):
    """What stands in one *folder*; *texts* are read instead of the files there."""

    folder: Path
    texts: Mapping[Path, str]
    cases: dict[str, Case] = {}
    missions: tuple[Mission, ...] = ()
    offices: dict[str, Office] = {}
    values: int = 0


def _read_layer(layer: _Layer, problems: list[Problem], *, tolerant: bool) -> _Layer:
    try:
        files = {path: kind for kind, path in data_files(layer.folder, problems)}
        for path in layer.texts:
            if path.parent == layer.folder / "data":
                files.setdefault(path, path.stem)
        for path, kind in files.items():
            try:
                _read_file(kind, path, layer, problems)
            except Exception as error:
                if not tolerant:
                    raise
                problems.append(Problem(Location(str(path)), unexpected(error)))
    except OSError as error:
        problems += read_error(error.filename, error).problems
    return layer


def _read_file(kind: str, path: Path, layer: _Layer, problems: list[Problem]) -> None:
    try:
        text = layer.texts.get(path)
        if text is None:
            text = read_text(path, within=layer.folder)
    except DataError as error:
        problems += error.problems
        return
    layer.values += count_values(text)
    if layer.values > MAX_VALUES:
        problems.append(too_many_values(str(path)))
        return
    if kind == "demands":
        demands, wrong = parse_entries(text, str(path), DemandsFile)
        if demands:
            problems += _doubled(demands.cases, layer.cases, "case")
            layer.cases |= _new(demands.cases, layer.cases)
    else:
        found, wrong = parse_entries(text, str(path), EmbassiesFile)
        if found:
            problems += _doubled(found.offices, layer.offices, "office")
            layer.missions += found.embassies
            layer.offices |= _new(found.offices, layer.offices)
    problems += wrong


def _too_many(layer: _Layer) -> Iterator[Problem]:
    counted: tuple[tuple[Iterable[Case | Mission | Office], int, str], ...] = (
        (layer.cases.values(), MAX_CASES, "cases"),
        (layer.missions, MAX_MISSIONS, "missions"),
        (layer.offices.values(), MAX_OFFICES, "offices"),
    )
    for entries, most, kind in counted:
        for entry in islice(entries, most, most + 1):
            message = f"more than {most:,} {kind}: move some to another campaign"
            yield Problem(entry.at.of(), message)


def campaign_hash(folders: Sequence[Path]) -> str:
    """Return what tells the campaign in *folders* apart from any other."""
    digest = sha256()
    for folder in folders:
        for path in sorted(_read_files(folder)):
            name = path.relative_to(folder).as_posix()
            try:
                data = read_data(path, folder)
            except (UnreadError, OSError):  # as for a letter
                continue
            digest.update(os.fsencode(f"{name}\0{len(data)}\0"))
            digest.update(data)
    return digest.hexdigest()


def _read_files(folder: Path) -> Iterator[Path]:
    """Yield the files of *folder* that its letters may be made of."""
    yield folder / SETTINGS_FILE
    yield from folder.glob("data/*.yaml")
    for name in _PARTED:
        yield from folder.glob(f"data/{name}/*.yaml")
    yield from filter(Path.is_file, folder.glob("templates/**/*"))


def data_files(
    folder: Path, problems: list[Problem], language: str = ""
) -> Iterator[tuple[str, Path]]:
    """
    Yield the files to read, with their kinds; note what would be overlooked.

    Those of a *language* have its code before their suffix: `demands.de.yaml`.
    """
    data = folder / "data"
    if not data.is_dir():
        others = ("templates", SETTINGS_FILE)
        if not any((folder / name).exists() for name in others):
            hint = "there is no folder 'data' in it: name the folder of a campaign"
            problems.append(Problem(Location(str(folder)), hint))
        return
    for path in sorted(data.iterdir(), key=lambda path: (not path.suffix, path)):
        if path.name in _PARTED and path.is_dir():
            for part in sorted(path.iterdir()):
                if _is_yaml(part, problems) and _language(part) == language:
                    yield path.name, part
        elif _is_yaml(path, problems):
            kind = path.name.partition(".")[0]
            if kind not in _KINDS:
                near = nearest(path.stem, _KINDS) or ".yaml or ".join(_PARTED)
                hint = f"this file is not read: name it {near}.yaml"
                problems.append(Problem(Location(str(path)), hint))
            elif kind in _PARTED and _language(path) == language:
                yield kind, path


def _language(path: Path) -> str:
    return path.stem.partition(".")[2]


def _is_yaml(path: Path, problems: list[Problem]) -> bool:
    if path.suffix == ".yml":
        hint = f"this file is not read: name it {path.stem}.yaml"
        problems.append(Problem(Location(str(path)), hint))
    return path.suffix == ".yaml" and not path.name.startswith(".")


def _doubled(
    found: dict[str, Case] | dict[str, Office],
    known: dict[str, Case] | dict[str, Office],
    kind: str,
) -> Iterator[Problem]:
    for id_ in found.keys() & known.keys():
        first = known[id_].at
        message = f"the {kind} '{id_}' is in {first} already: choose another id"
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
    cases, offices = campaign.cases, campaign.directory.offices
    suggest = Suggester()
    circular = _circular(cases)
    goals: dict[str, dict[str, None]] = {}
    for case in cases.values():
        if case.follows and case.follows not in cases:
            hint = _hint(suggest(case.follows, cases))
            message = f"unknown case {quoted(case.follows)}: {hint}"
            yield Problem(case.at.of("follows"), message)
        elif case.id in circular:
            message = "the case follows itself in the end: remove this line"
            yield Problem(case.at.of("follows"), message)
        if case.state not in goals:
            near = (id_ for id_, o in offices.items() if o.handles(case.state))
            goals[case.state] = dict.fromkeys((*MISSION_KINDS, *near))
        for field in ("write_to", "copies_to"):
            for index, goal in enumerate(getattr(case, field)):
                if goal not in goals[case.state]:
                    hint = _hint(suggest(goal, goals[case.state]))
                    message = f"unknown addressee {quoted(goal)}: {hint}"
                    yield Problem(case.at.of(field, index), message)
        if all(demand.optional for demand in case.demands):
            message = "all demands are optional: make one that every letter has"
            yield Problem(case.at.of("demands"), message)
    for id_ in offices.keys() & set(MISSION_KINDS):
        message = f"'{id_}' is a kind of mission: choose another id"
        yield Problem(offices[id_].at.of(), message)


def _hint(near: str | None) -> str:
    return f"did you mean '{near}'?" if near else "add it, or remove this line"


def _circular(cases: dict[str, Case]) -> set[str]:
    """Return the cases that follow themselves in the end."""
    circular: set[str] = set()
    seen: set[str] = set()
    for first in cases:
        chain: dict[str, int] = {}
        id_ = first
        while id_ in cases and id_ not in seen:
            seen.add(id_)
            chain[id_] = len(chain)
            id_ = cases[id_].follows or ""
        if id_ in chain:
            circular.update(islice(chain, chain[id_], None))
    return circular


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
