"""The files that a campaign's folder is made of."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from protestgen.errors import Location, Problem, nearest
from protestgen.schema.source import UnreadError, read_data

# Marks the folder of a campaign, so that it is found from any folder inside it.
SETTINGS_FILE = "protestgen.yaml"

# Kinds of data that may be split: `demands.yaml`, and any `demands/*.yaml`.
_SPLIT_KINDS = ("demands", "embassies", "media")
_KINDS = (*_SPLIT_KINDS, "forms", "rights")


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


def data_files(
    folder: Path, problems: list[Problem], language: str = ""
) -> Iterator[tuple[str, Path]]:
    """
    Yield the kind and path of each data file of *folder*.

    The kind is that of its name: "demands", "embassies" or "media". The files of a
    *language* have its code before their suffix: `demands.de.yaml`. Files whose names
    are probably mistakes are added to *problems*.
    """
    data = folder / "data"
    if not data.is_dir():
        others = ("templates", SETTINGS_FILE)
        if not any((folder / name).exists() for name in others):
            hint = "there is no folder 'data' in it: name the folder of a campaign"
            problems.append(Problem(Location(str(folder)), hint))
        return
    for path in sorted(data.iterdir(), key=lambda path: (not path.suffix, path)):
        if path.name in _SPLIT_KINDS and path.is_dir():
            for part in sorted(path.iterdir()):
                if _is_yaml(part, problems) and _language(part) == language:
                    yield path.name, part
        elif _is_yaml(path, problems):
            kind = path.name.partition(".")[0]
            if kind not in _KINDS:
                near = nearest(path.stem, _KINDS) or ".yaml or ".join(_SPLIT_KINDS)
                hint = f"this file is not read: name it {near}.yaml"
                problems.append(Problem(Location(str(path)), hint))
            elif kind in _SPLIT_KINDS and _language(path) == language:
                yield kind, path


def _language(path: Path) -> str:
    return path.stem.partition(".")[2]


def _is_yaml(path: Path, problems: list[Problem]) -> bool:
    if path.suffix == ".yml":
        hint = f"this file is not read: name it {path.stem}.yaml"
        problems.append(Problem(Location(str(path)), hint))
    return path.suffix == ".yaml" and not path.name.startswith(".")


def campaign_hash(folders: Sequence[Path]) -> str:
    """Return a SHA-256 hash of all files in *folders* that letters are made from."""
    from hashlib import sha256

    digest = sha256()
    for folder in folders:
        for path in sorted(_sources_of_letters(folder)):
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
    yield from folder.glob("data/directory/*.json")
    for name in _SPLIT_KINDS:
        yield from folder.glob(f"data/{name}/*.yaml")
    yield from filter(Path.is_file, folder.glob("templates/**/*"))
