"""A campaign, read from the layers of folders that it is made of."""

import os
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from protestgen.errors import DataError, Problem, UnknownNameError, noted_problems
from protestgen.schema.cache import NO_CACHE, FileCache
from protestgen.schema.place import SourceMap
from protestgen.schema.reader import read_yaml

from .bundled import BUNDLED, shipped_folder
from .case import Case
from .data_files import SETTINGS_FILE
from .layer import EVERYTHING, Layer, LayerReader, Wanted, merge_layers
from .outlet import Outlet
from .references import broken_references
from .routing import Directory


class Settings(Struct, frozen=True, kw_only=True):
    """
    A file `protestgen.yaml`.

    `extends: none` leaves out the bundled cases, missions and offices of states, but
    not the international offices, the languages and the styles. A setting must not lead
    out of the campaign's folder, which may be a stranger's.
    """

    extends: Literal["bundled", "none"]


class Campaign(Struct, frozen=True):
    """
    The cases of a campaign, the directory of their addressees, and media outlets.

    They are read from *layers*, the first on top; languages and styles are read from
    *folders*, which are the layers and the bundled folder in any case. If *only* some
    cases were asked for, these are their ids. *cache* is as for `load_campaign`.
    """

    folders: tuple[Path, ...]
    layers: tuple[Path, ...]
    cases: dict[str, Case]
    directory: Directory
    outlets: dict[str, Outlet]
    only: tuple[str, ...] | None = None
    cache: FileCache = NO_CACHE

    def absolute(self) -> "Campaign":
        """Return this campaign with absolute paths, for any working folder."""
        return self._moved(Path.absolute)

    def here(self) -> "Campaign":
        """
        Return a campaign of another machine with the bundled folder of this one.

        It keeps nothing.
        """
        theirs, ours = self.folders[-1], shipped_folder()
        moved = self._moved(lambda folder: ours if folder == theirs else folder)
        return replace(moved, cache=NO_CACHE)

    def _moved(self, move: Callable[[Path], Path]) -> "Campaign":
        folders, layers = (tuple(map(move, f)) for f in (self.folders, self.layers))
        return replace(self, folders=folders, layers=layers)

    def case(self, id_: str) -> Case:
        """Return the case *id_*, or raise `UnknownNameError`."""
        if id_ not in self.cases:
            raise UnknownNameError("case", id_, self.cases, see="protestgen cases")
        return self.cases[id_]

    def origin(self, place: SourceMap) -> str:
        """Return the name of the folder that *place* is in, or `BUNDLED`."""
        path = Path(place.path)
        folder = next(f for f in self.layers if path.is_relative_to(f / "data"))
        return BUNDLED if folder == shipped_folder() else folder.resolve().name


def load_campaign(
    *folders: Path | str,
    texts: Mapping[Path, str] = MappingProxyType({}),
    wanted: Wanted = EVERYTHING,
    cache: FileCache = NO_CACHE,
) -> Campaign:
    """
    Read the campaigns in *folders*, the first on top, over the bundled one.

    An entry replaces those below it with the same id; for a mission, with the same
    state, host, kind and city. A folder may hold nothing but templates. *texts* replace
    the content of data files, by their paths; the files need not exist. Only what is
    *wanted* is read, and so checked. What is read of the files that *cache* trusts is
    kept there.

    Raises `DataError` with all problems of all files: a folder or file that cannot be
    read, invalid YAML, unknown or missing keys, invalid values, broken references.
    """
    campaign, problems = read_campaign(
        *map(Path, folders), texts=texts, wanted=wanted, cache=cache
    )
    if problems and cache is not NO_CACHE:
        # Kept entries do not know where their fields stand.
        return load_campaign(*folders, texts=texts, wanted=wanted)
    if problems:
        raise DataError(problems)
    return campaign


def read_campaign(
    *folders: Path,
    texts: Mapping[Path, str] = MappingProxyType({}),
    tolerant: bool = False,
    wanted: Wanted = EVERYTHING,
    cache: FileCache = NO_CACHE,
) -> tuple[Campaign, list[Problem]]:
    """
    Read the valid entries of what `load_campaign` reads, and all problems.

    *tolerant* is as for `noted_problems`.
    """
    bundled = shipped_folder()
    problems: list[Problem] = []
    layers = _layers(folders, problems, tolerant=tolerant)
    readers = [
        LayerReader(folder, texts, tolerant=tolerant, cache=cache) for folder in layers
    ]
    if not _read_wanted(readers, wanted):  # an unknown case: name it beside all others
        return read_campaign(*folders, texts=texts, tolerant=tolerant, cache=cache)
    for reader in readers:
        reader.finish()
    problems += chain.from_iterable(reader.problems for reader in readers)
    found = [reader.layer for reader in readers]
    if bundled not in layers and wanted.missions:
        found.append(_international_offices(cache))
    entries = merge_layers(found)
    if not problems and wanted.missions:
        whole = wanted.cases is None
        problems += broken_references(entries.cases, entries.offices, whole=whole)
    directory = Directory(entries.missions, entries.offices)
    campaign = Campaign(
        folders=(*folders, bundled),
        layers=layers,
        cases=entries.cases,
        directory=directory,
        outlets=entries.outlets,
        only=wanted.cases,
        cache=cache,
    )
    return campaign, problems


def _read_wanted(readers: Sequence[LayerReader], wanted: Wanted) -> bool:
    """Read what is *wanted*; return whether each case wanted was found."""
    missing = {*(wanted.cases or ())}
    states: set[str] = set()
    for reader in readers:
        if wanted.cases is None:
            reader.read_cases(None)
        elif missing:
            reader.read_cases(missing)
            found = missing & reader.layer.cases.keys()
            states |= {reader.layer.cases[id_].state for id_ in found}
            missing -= found
    for reader in readers if wanted.missions else ():
        reader.read_directory(None if wanted.cases is None else states)
    for reader in readers if wanted == EVERYTHING else ():
        reader.read_outlets()
    return not missing


def _international_offices(cache: FileCache) -> Layer:
    """Return the bundled offices that deal with all states."""
    reader = LayerReader(shipped_folder(), cache=cache)
    reader.read_directory(())
    offices = reader.layer.offices
    return Layer(offices={id_: o for id_, o in offices.items() if not o.state})


def case_titles(*folders: Path, prefix: str) -> dict[str, str]:
    """Return the titles of cases by id, for a completion of *prefix*."""
    problems: list[Problem] = []
    titles: dict[str, str] = {}
    for layer in reversed(_layers(folders, problems, tolerant=False)):
        titles |= LayerReader(layer).titles(prefix)
    return titles


def _layers(
    folders: tuple[Path, ...], problems: list[Problem], *, tolerant: bool
) -> tuple[Path, ...]:
    """Return the folders to read entries from, the first on top."""
    extended = [
        _extends_bundled(folder, problems, tolerant=tolerant) for folder in folders
    ]
    return (*folders, shipped_folder()) if all(extended) else folders


def _extends_bundled(folder: Path, problems: list[Problem], *, tolerant: bool) -> bool:
    path = folder / SETTINGS_FILE
    if not os.path.lexists(path):
        return True
    with noted_problems(path, problems, tolerant=tolerant):
        return read_yaml(path, Settings, within=folder).extends == BUNDLED
    return True
