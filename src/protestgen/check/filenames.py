"""Checks the names of files: of those that are not read, and that make letters slow."""

from collections.abc import Iterator
from pathlib import Path

from protestgen.campaign.data_files import (
    DATA_FOLDERS,
    SETTINGS_FILE,
    data_files,
    misnamed,
)
from protestgen.campaign.layer import FEW_PARTS, is_of_state
from protestgen.errors import Location
from protestgen.log.loader import LOG

from .context import CheckContext
from .finding import Finding, warning

_HINTS = {
    "demands": (
        "are not named after the one case in them, so letters look for it in all "
        "files: name each ID.yaml"
    ),
    "embassies": (
        "have more than the missions of the state that they are named after, so each "
        "letter reads them: name each STATE.yaml"
    ),
}

# What a campaign's folder has in it.
_PARTS = ("data", "templates", LOG, SETTINGS_FILE)
# What a template's name has behind its first dot, often by mistake, and should have.
_TEMPLATE_ENDS = {
    "txt": "txt.j2",
    "txt.j2": "txt.j2",
    "txt.j2.txt": "txt.j2",
    "j2": "j2",
    "j2.txt": "j2",
}


def check_filenames(context: CheckContext) -> Iterator[Finding]:
    """Yield warnings about files that are not read, or that letters read in vain."""
    for folder in context.own:
        for path, right in _misnamed(folder):
            kind = "folder" if path.is_dir() else "file"
            hint = f"this {kind} is not read: name it {right}"
            yield warning(Location(str(path)), hint)
        yield from _unread_folders(folder)
    yield from _slow_files(context)


def _misnamed(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield folders, settings, rights and templates, and what to call them."""
    for path in sorted(folder.glob("*")):
        lower = path.name.lower()
        right = misnamed(lower) or lower
        if right in _PARTS and path.name != right:
            yield path, right
    for path in sorted(folder.glob("data/rights/*")):
        if right := misnamed(path.name):
            yield path, right
    for path in sorted(folder.glob("templates/*/*")):
        stem, _, end = path.name.partition(".")
        right = _TEMPLATE_ENDS.get(end.lower(), end)
        if stem and end != right and not stem.isupper():  # such as README
            yield path, f"{stem}.{right}"


def _unread_folders(folder: Path) -> Iterator[Finding]:
    """Yield folders with data files or entries of the log that are not read there."""
    data, log = folder / "data", folder / LOG
    read = {data, *(data / name for name in DATA_FOLDERS), log, *log.glob("*")}
    for top, right in ((data, "data/"), (log, f"{LOG}/CASE/")):
        for unread in sorted({path.parent for path in top.rglob("*.yaml")} - read):
            parts = unread.relative_to(top).parts
            if not any(part.startswith(".") for part in parts):
                hint = f"nothing in this folder is read: put its files into {right}"
                yield warning(Location(str(unread)), hint)


def _slow_files(context: CheckContext) -> Iterator[Finding]:
    """Yield a warning for each folder of many files that letters read in vain."""
    ids: dict[str, set[str]] = {}
    for case in context.campaign.cases.values():
        ids.setdefault(case.at.path, set()).add(case.id)
    for folder in context.own:
        files = [file for file in data_files(folder, []) if file.id]
        for kind, hint in _HINTS.items():
            parts = [file for file in files if file.kind == kind]
            slow = [
                file
                for file in parts
                if not (
                    is_of_state(file)
                    if kind == "embassies"
                    else ids.get(str(file.path), set()) <= {file.id}
                )
            ]
            if slow and len(parts) > FEW_PARTS:
                count = f"{len(slow)} of {len(parts)} files in this folder"
                yield warning(Location(str(slow[0].path)), f"{count} {hint}")
