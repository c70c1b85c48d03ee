"""A campaign, read from the layers of folders that it is made of."""

import os
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from protestgen.errors import DataError, Problem, UnknownNameError, noted_problems
from protestgen.schema.place import SourceMap
from protestgen.schema.reader import read_yaml

from .bundled import BUNDLED, shipped_folder
from .case import Case
from .data_files import SETTINGS_FILE
from .layer import merge_layers, read_layer
from .outlet import Outlet
from .references import broken_references
from .routing import Directory


class Settings(Struct, frozen=True, kw_only=True):
    """
    A file `protestgen.yaml`.

    `extends: none` leaves out the bundled cases, missions and offices, but not the
    bundled languages and styles. A setting must not lead out of the campaign's folder,
    which may be a stranger's.
    """

    extends: Literal["bundled", "none"]


class Campaign(Struct, frozen=True):
    """
    The cases of a campaign, the directory of their addressees, and media outlets.

    They are read from *layers*, the first on top; languages and styles are read from
    *folders*, which are the layers and the bundled folder in any case.
    """

    folders: tuple[Path, ...]
    layers: tuple[Path, ...]
    cases: dict[str, Case]
    directory: Directory
    outlets: dict[str, Outlet]

    def absolute(self) -> "Campaign":
        """Return this campaign with absolute paths, for any working folder."""
        return self._moved(Path.absolute)

    def here(self) -> "Campaign":
        """Return a campaign of another machine with the bundled folder of this one."""
        theirs, ours = self.folders[-1], shipped_folder()
        return self._moved(lambda folder: ours if folder == theirs else folder)

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
    *folders: Path | str, texts: Mapping[Path, str] = MappingProxyType({})
) -> Campaign:
    """
    Read the campaigns in *folders*, the first on top, over the bundled one.

    An entry replaces those below it with the same id; for a mission, with the same
    state, host, kind and city. A folder may hold nothing but templates. *texts* replace
    the content of data files, by their paths; the files need not exist.

    Raises `DataError` with all problems of all files: a folder or file that cannot be
    read, invalid YAML, unknown or missing keys, invalid values, broken references.
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
    Read the valid entries of what `load_campaign` reads, and all problems.

    *tolerant* is as for `noted_problems`.
    """
    bundled = shipped_folder()
    folders = tuple(map(Path, names))
    problems: list[Problem] = []
    extended = [
        _extends_bundled(folder, problems, tolerant=tolerant) for folder in folders
    ]
    layers = (*folders, bundled) if all(extended) else folders
    found = [read_layer(folder, texts, tolerant=tolerant) for folder in layers]
    problems += chain.from_iterable(wrong for _, wrong in found)
    entries = merge_layers(layer for layer, _ in found)
    if not problems:
        problems += broken_references(entries.cases, entries.offices)
    directory = Directory(entries.missions, entries.offices, world=True)
    campaign = Campaign(
        (*folders, bundled), layers, entries.cases, directory, entries.outlets
    )
    return campaign, problems


def _extends_bundled(folder: Path, problems: list[Problem], *, tolerant: bool) -> bool:
    path = folder / SETTINGS_FILE
    if not os.path.lexists(path):
        return True
    with noted_problems(path, problems, tolerant=tolerant):
        return read_yaml(path, Settings, within=folder).extends == BUNDLED
    return True
