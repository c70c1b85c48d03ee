"""The files that a campaign's folder is made of."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from protestgen.errors import Location, Problem, nearest
from protestgen.schema.source import UnreadError, read_data

# Marks the folder of a campaign, so that it is found from any folder inside it.
SETTINGS_FILE = "protestgen.yaml"

# Kinds of data that may be split: `demands.yaml`, and any `demands/*.yaml`.
_SPLIT_KINDS = ("demands", "embassies", "media")
_KINDS = (*_SPLIT_KINDS, "forms", "rights")
# The folders in `data` that are read.
DATA_FOLDERS = (*_SPLIT_KINDS, "rights", "directory")
# How the name of a YAML file ends, if by mistake: Notepad adds ".txt".
_YAML_ENDS = re.compile(r"\.ya?ml(?:\.txt)?\Z", re.IGNORECASE)


def campaign_around(folder: Path, top: Path) -> Path | None:
    """
    Return the nearest folder of a campaign that *folder* is in, or is itself.

    Such a folder has a `protestgen.yaml`. The search ends at *top*.
    """
    for place in (folder, *folder.parents):
        if os.path.isfile(place / SETTINGS_FILE):  # noqa: PTH113 - False for a forbidden folder
            return place
        if place == top:
            break
    return None


class DataFile(NamedTuple):
    """
    A file *name* of a *kind* ("demands", "embassies" or "media") in a *folder*.

    A part of a split kind has the *id* of the case or the code of the state that it is
    named after.
    """

    kind: str
    folder: Path
    name: str
    id: str = ""

    @property
    def path(self) -> Path:
        """The path of the file."""
        return self.folder / self.name


def data_files(
    folder: Path, problems: list[Problem], language: str = ""
) -> Iterator[DataFile]:
    """
    Yield the data files of *folder* for cases, the directory and media outlets.

    The files of a *language* have its code before their suffix: `demands.de.yaml`.
    Files whose names are probably mistakes are added to *problems*.
    """
    data = folder / "data"
    if not data.is_dir():
        others = ("templates", "log", SETTINGS_FILE)
        if not any((folder / name).exists() for name in others):
            what = "folder 'data' in it" if folder.exists() else "such folder"
            hint = f"there is no {what}: name the folder of a campaign"
            problems.append(Problem(Location(str(folder)), hint))
        return
    for path in sorted(data.iterdir(), key=lambda path: (not path.suffix, path)):
        name = path.name
        if name in _SPLIT_KINDS and path.is_dir():
            yield from _parts(path, problems, language)
        elif _is_yaml(data, name, problems):
            kind, code = _split(name)
            if kind not in _KINDS:
                near = nearest(path.stem, _KINDS) or ".yaml or ".join(_SPLIT_KINDS)
                hint = f"this file is not read: name it {near}.yaml"
                problems.append(Problem(Location(str(path)), hint))
            elif kind in _SPLIT_KINDS and code == language:
                yield DataFile(kind, data, name)


def _parts(folder: Path, problems: list[Problem], language: str) -> Iterator[DataFile]:
    """Yield the files in the *folder* of a split kind; there may be thousands."""
    for name in sorted(os.listdir(str(folder))):  # noqa: PTH208 - paths are slower
        if _is_yaml(folder, name, problems):
            id_, code = _split(name)
            if code == language:
                yield DataFile(folder.name, folder, name, id_)


def _split(name: str) -> tuple[str, str]:
    """Return what the file *name* is about, and the code of its language."""
    about, _, language = name.removesuffix(".yaml").partition(".")
    return about, language


def _is_yaml(folder: Path, name: str, problems: list[Problem]) -> bool:
    if right := misnamed(name):
        hint = f"this file is not read: name it {right}"
        problems.append(Problem(Location(str(folder / name)), hint))
    return name.endswith(".yaml") and not name.startswith(".")


def misnamed(name: str) -> str:
    """Return what to call a YAML file that is not read as *name*, or ""."""
    if name.endswith(".yaml") or name.startswith("."):
        return ""
    right, ends = _YAML_ENDS.subn(".yaml", name)
    return right if ends else ""


def campaign_hash(folders: Sequence[Path], states: Iterable[str] = ("??",)) -> str:
    """
    Return a SHA-256 hash of all files in *folders* that letters are made from.

    Of the world's missions, those of *states* count; all by default.
    """
    from hashlib import sha256

    digest = sha256()
    for folder in folders:
        directory = (folder.glob(f"data/directory/{state}.json") for state in states)
        for path in sorted(chain(_sources_of_letters(folder), *directory)):
            name = path.relative_to(folder).as_posix()
            try:
                data = read_data(path, folder)
            except (UnreadError, OSError):  # letters do not read it either
                continue
            digest.update(os.fsencode(f"{name}\0{len(data)}\0"))
            digest.update(data)
    return digest.hexdigest()


def _sources_of_letters(folder: Path) -> Iterator[Path]:
    yield folder / SETTINGS_FILE
    yield from folder.glob("data/*.yaml")
    for name in _SPLIT_KINDS:
        yield from folder.glob(f"data/{name}/*.yaml")
    yield from filter(Path.is_file, folder.glob("templates/**/*"))
