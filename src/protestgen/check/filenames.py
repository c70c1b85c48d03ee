"""Checks the names of many data files: those of another form make letters slow."""

from collections.abc import Iterator

from protestgen.campaign.data_files import data_files
from protestgen.campaign.layer import FEW_PARTS, is_of_state
from protestgen.errors import Location

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


def check_filenames(context: CheckContext) -> Iterator[Finding]:
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
