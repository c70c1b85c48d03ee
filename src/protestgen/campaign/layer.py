"""The entries of one folder, one layer of a campaign."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct

from protestgen.country_names import COUNTRY_CODES
from protestgen.errors import DataError, Problem, noted_problems, read_error
from protestgen.limits import (
    MAX_CASES,
    MAX_MISSIONS,
    MAX_OFFICES,
    MAX_OUTLETS,
    MAX_VALUES,
)
from protestgen.schema.cache import NO_CACHE, FileCache
from protestgen.schema.reader import parse_entries
from protestgen.schema.source import (
    count_values,
    peek,
    read_text,
    too_many_values,
)
from protestgen.schema.types import Id
from protestgen.schema.yaml_nodes import texts_of_entries

from .case import Case
from .data_files import DataFile, data_files
from .directory import Mission, Office
from .outlet import Outlet

K = TypeVar("K")
V = TypeVar("V")
E = TypeVar("E", Case, Office, Outlet)

# A folder with more parts of a split kind is not read as a whole for a completion.
FEW_PARTS = 50


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


# The schema of each kind of file, and the groups of entries that have an id.
_SCHEMAS: dict[str, type[Struct]] = {
    "demands": DemandsFile,
    "embassies": EmbassiesFile,
    "media": MediaFile,
}
_GROUPS = ("cases", "offices", "outlets")


class Layer(Struct):
    """The entries of one folder; of entries with the same id, the first is kept."""

    cases: dict[str, Case] = {}
    missions: tuple[Mission, ...] = ()
    offices: dict[str, Office] = {}
    outlets: dict[str, Outlet] = {}


class Wanted(Struct, frozen=True):
    """
    What to read of a campaign: the *cases* with these ids, or all.

    With *missions*, the directory is read for the states of these cases. Media outlets
    are read with everything only.
    """

    cases: tuple[str, ...] | None = None
    missions: bool = True


EVERYTHING = Wanted()


class LayerReader:
    """
    Reads the valid entries of *folder* into *layer*, and all *problems*.

    *texts* replace the content of files, by their paths. *tolerant* is as for
    `noted_problems`, *cache* as for `load_campaign`.
    """

    def __init__(
        self,
        folder: Path,
        texts: Mapping[Path, str] = MappingProxyType({}),
        *,
        tolerant: bool = False,
        cache: FileCache = NO_CACHE,
    ) -> None:
        self.layer = Layer()
        self.problems: list[Problem] = []
        self._folder, self._texts, self._tolerant = folder, texts, tolerant
        self._cache = cache
        self._values = 0
        try:
            self._files = [*data_files(folder, self.problems)]
        except OSError as error:
            self._files = []
            self.problems += read_error(error.filename, error).problems
        known = {file.path for file in self._files} if texts else ()
        for path in texts:
            if path in known:
                continue
            if path.parent == folder / "data":
                self._files.append(DataFile(path.stem, path.parent, path.name))
            elif path.parent.parent == folder / "data":
                kind = path.parent.name
                self._files.append(DataFile(kind, path.parent, path.name, path.stem))

    def read_cases(self, wanted: Iterable[str] | None) -> None:
        """Read all cases, or those with the ids *wanted*, wherever they are."""
        whole, parts = self._by_kind("demands")
        self._read(whole)
        if wanted is None:
            self._read(parts)
            return
        ids = {*wanted}
        self._read(part for part in parts if part.id in ids)
        if missing := ids - self.layer.cases.keys():
            others = (part for part in parts if part.id not in ids)
            self._read(part for part in others if may_name(part, missing))

    def read_directory(self, states: Iterable[str] | None) -> None:
        """Read all missions and offices, or those that letters to *states* need."""
        whole, parts = self._by_kind("embassies")
        self._read(whole)
        known = None if states is None else {*states}
        self._read(
            part
            for part in parts
            if known is None or part.id in known or not is_of_state(part)
        )

    def read_outlets(self) -> None:
        """Read all media outlets."""
        for files in self._by_kind("media"):
            self._read(files)

    def titles(self, prefix: str) -> dict[str, str]:
        """
        Return the titles of cases by id, for a completion of *prefix*.

        Of many parts, only those with a name that begins so are read; of these, if
        there are many, only the names.
        """
        whole, parts = self._by_kind("demands")
        if len(parts) > FEW_PARTS:
            parts = [part for part in parts if part.id.startswith(prefix)]
        names = parts if len(parts) > FEW_PARTS else []
        titles = {part.id: "" for part in names}
        for file in (*whole, *([] if names else parts)):
            with suppress(DataError):  # other files have names to complete
                text = read_text(file.path, within=self._folder)
                titles |= texts_of_entries(text, str(file.path), "cases", "title")
        return titles

    def finish(self) -> None:
        """Note what is wrong with the entries as a whole."""
        self.problems += _too_many(self.layer)
        self.problems += _duplicate_missions(self.layer.missions)
        self.problems += _covered_twice(self.layer.missions)

    def _by_kind(self, kind: str) -> tuple[list[DataFile], list[DataFile]]:
        """Return the whole files of a *kind*, and its parts."""
        files = [file for file in self._files if file.kind == kind]
        return [f for f in files if not f.id], [f for f in files if f.id]

    def _read(self, files: Iterable[DataFile]) -> None:
        for file in files:
            path = file.path
            with noted_problems(path, self.problems, tolerant=self._tolerant):
                text = self._texts.get(path)
                if text is None:
                    text = read_text(path, within=self._folder)
                self._values += count_values(text)
                if self._values > MAX_VALUES:
                    raise DataError([too_many_values(str(path))])
                schema = _SCHEMAS[file.kind]
                entries, wrong = self._cache.parsed(
                    parse_entries, text, str(path), schema
                )
                self.problems += [*wrong, *_add_entries(self.layer, entries)]


def may_name(file: DataFile, ids: Collection[str]) -> bool:
    """Whether *file* may have one of *ids* as a key; True where that is not sure."""
    if not ids:
        return False
    data = peek(file.folder, file.name)
    return data is None or b"\\" in data or any(id_.encode() in data for id_ in ids)


def is_of_state(file: DataFile) -> bool:
    """Whether *file* is named after a state, and surely has only missions of it."""
    if file.id not in COUNTRY_CODES:
        return False
    data = peek(file.folder, file.name)
    if data is None or b"offices" in data or b"\\" in data:
        return False
    return data.count(b"state") == data.count(f"state: {file.id}\n".encode())


def merge_layers(layers: Iterable[Layer]) -> Layer:
    """Return the entries of *layers*; each replaces those with its id further back."""
    merged = Layer()
    missions: dict[tuple[str, ...], Mission] = {}
    for layer in layers:
        for group in _GROUPS:
            _add_missing(getattr(merged, group), getattr(layer, group))
        _add_missing(missions, {_key(mission): mission for mission in layer.missions})
    merged.missions = tuple(missions.values())
    return merged


def _add_missing(known: dict[K, V], found: Mapping[K, V]) -> None:
    for key, entry in found.items():
        known.setdefault(key, entry)


def _add_entries(layer: Layer, file: Struct | None) -> list[Problem]:
    """Add the entries of *file* to *layer*; return a problem for each doubled id."""
    problems: list[Problem] = []
    for group in _GROUPS:
        known, found = getattr(layer, group), getattr(file, group, {})
        problems += _duplicates(found, known, group.removesuffix("s"))
        _add_missing(known, found)
    layer.missions += getattr(file, "embassies", ())
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
