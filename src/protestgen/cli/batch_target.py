"""Where the letters of a batch go, from the options."""

import re
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from protestgen.batch.worker import OutputKind
from protestgen.errors import OutputError
from protestgen.formats import DEFAULT_FORMAT, FORMATS, format_for, json, mbox
from protestgen.formats import pdf_merge as binder

from .options import check_output

# What all letters can be written to as one, and the format that each of them has there.
_STREAMS: dict[OutputKind, str] = {"mbox": "eml", "jsonl": "json"}


_FILES: dict[OutputKind, str] = {**_STREAMS, "pdf": "pdf"}


_WHERE = "a folder, or a file that ends in .mbox, .jsonl or .pdf"


# What a folder of letters is hardly called, though people try.
_OTHER_FILES = frozenset(
    ".csv .doc .docx .json .mbx .ods .odt .rtf .tsv .xls .xlsx .yaml .zip".split()  # noqa: SIM905 - a line of names is easier to read
)


# How each of these begins where a batch has written it, and how much of it that may be.
_BEGINNINGS: dict[OutputKind, re.Pattern[bytes]] = {
    "mbox": mbox.BEGINNING,
    "jsonl": json.BEGINNING,
    "pdf": binder.BEGINNING,
}


_BEGINNING = 1 << 14


class _Target(Struct, frozen=True):
    """Where letters go, and in which form; without a *path*, to stdout."""

    kind: OutputKind
    format_name: str
    path: Path | None = None


def _suffix(format_name: str) -> str:
    """Return the suffix of files in a format, which no other format has."""
    if suffixes := FORMATS[format_name].suffixes:
        return suffixes[0]
    return ".fax.pdf" if format_name == "fax" else f".{format_name}.txt"


def _checked_target(choices: dict[str, Any], folders: tuple[Path, ...]) -> _Target:
    """Return where letters go, if they can, and in which form."""
    try:
        target = _target(choices)
        if target.path:
            check_output(target.path, folders)
        _check_free(target, choices["roster"])
    except OSError as error:
        reason = f"{choices['output']}: {error.strerror}: name another place"
        raise OutputError(reason) from None
    if choices["prune"] and target.kind != "folder":
        raise click.UsageError("'--prune' goes with a folder: leave it out")
    if choices["duplex"] and target.kind != "pdf":
        raise click.UsageError("'--duplex' goes with one PDF: add '-o letters.pdf'")
    return target


def _target(choices: dict[str, Any]) -> _Target:
    """Return where letters go, and in which form."""
    given: str | None = choices["output"]
    if given is not None and not given.strip():
        raise click.UsageError(f"'-o' is empty: name {_WHERE}")
    path = Path(given) if given else None
    name: str | None = choices["format_name"]
    if given == "-":
        path = None
    elif path is None and name not in _STREAMS:
        if not choices["dry"]:
            raise click.UsageError(f"name with '-o' where the letters go: {_WHERE}")
        return _Target("folder", name or DEFAULT_FORMAT)
    by_file = path.suffix.lower().removeprefix(".") if path else ""
    kind = by_file if by_file in _FILES else name if name in _STREAMS else None
    if kind is None:
        if path is None:
            hint = "with '--format mbox' or '--format jsonl'"
            raise click.UsageError(f"letters go to standard output {hint} only")
        _check_folder(path)
        return _Target("folder", name or DEFAULT_FORMAT, path)
    if path and (path.is_dir() or not by_file):
        raise click.UsageError(
            f"'--format {kind}' is one file: add '-o letters.{kind}'"
        )
    if name not in {None, kind, _FILES[kind]}:
        hint = "leave '--format' out, or name a folder"
        raise click.UsageError(
            f"'-o {path}' holds {_FILES[kind]}, this is '{name}': {hint}"
        )
    return _Target(kind, _FILES[kind], path)


def _check_folder(path: Path) -> None:
    """Raise if *path* is not for many files."""
    if path.is_dir():
        return
    if single := format_for(path):
        raise click.UsageError(f"'-o {path}' is one file for {single}: name {_WHERE}")
    if path.exists() or path.suffix.lower() in _OTHER_FILES:
        raise click.UsageError(f"'-o {path}' is no place for letters: name {_WHERE}")


def _check_free(target: _Target, roster: Path | None) -> None:
    """Raise if letters would take the place of what somebody else has in one file."""
    path = target.path
    if path is None or not path.is_file():
        return
    if roster and roster.exists() and path.samefile(roster):
        raise click.UsageError(f"'-o {path}' is the roster: name another file")
    if target.kind not in _BEGINNINGS:
        return
    hint = "choose another name, or move it away"
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING)
        if beginning and not _BEGINNINGS[target.kind].match(beginning):
            raise OutputError(f"{path}: no batch has written this file: {hint}")
        if beginning and target.kind == "mbox":
            with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
                if not mbox.is_ours(data):
                    reason = "a message was added to it that no batch has written"
                    raise OutputError(f"{path}: {reason}: {hint}")
