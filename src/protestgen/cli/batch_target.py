"""Where the letters of a batch go: a folder, one file, or standard output."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO, cast

import click
from msgspec import Struct

from protestgen.batch.worker import OutputKind
from protestgen.errors import OutputError
from protestgen.files import growing_file
from protestgen.formats import (
    DEFAULT_FORMAT,
    FORMATS,
    format_for,
    json,
    mbox,
    pdf_merge,
)

from .batch_options import STREAM_FORMATS, BatchOptions
from .console import Stdout, StdoutError
from .context import check_output

# Kinds of one file for all letters, and the format that each letter has in it.
FILE_FORMATS: dict[OutputKind, str] = {**STREAM_FORMATS, "pdf": "pdf"}

_WHERE = "a folder, or a file that ends in .mbox, .jsonl or .pdf"
# Suffixes that people give by mistake; no folder of letters has one.
_OTHER_SUFFIXES = frozenset(
    ".csv .doc .docx .json .mbx .ods .odt .rtf .tsv .xls .xlsx .yaml .zip".split()  # noqa: SIM905 - a line of names is easier to read
)
# How a file of each kind begins if a batch wrote it, and how many bytes that takes.
_BEGINNINGS: dict[OutputKind, re.Pattern[bytes]] = {
    "mbox": mbox.BEGINNING,
    "jsonl": json.BEGINNING,
    "pdf": pdf_merge.BEGINNING,
}
_BEGINNING = 1 << 14


class Target(Struct, frozen=True):
    """Where letters go, and in which format; without a *path*, to stdout."""

    kind: OutputKind
    format_name: str
    path: Path | None = None


def checked_target(options: BatchOptions, folders: tuple[Path, ...]) -> Target:
    """Choose where letters go, and refuse what does not fit or would be lost."""
    try:
        target = _target(options)
        if target.path:
            check_output(target.path, folders)
        check_free(target, options.roster)
    except OSError as error:
        reason = f"{options.output}: {error.strerror}: name another place"
        raise OutputError(reason) from None
    if options.prune and target.kind != "folder":
        raise click.UsageError("'--prune' goes with a folder: leave it out")
    options.check_copies(FORMATS[target.format_name])
    if options.duplex and target.kind != "pdf":
        raise click.UsageError("'--duplex' goes with one PDF: add '-o letters.pdf'")
    return target


def _target(options: BatchOptions) -> Target:
    """Choose where letters go by '-o' and '--format'."""
    given = options.output
    if given is not None and not given.strip():
        raise click.UsageError(f"'-o' is empty: name {_WHERE}")
    path = Path(given) if given else None
    name = options.format_name
    if given == "-":
        path = None
    elif path is None and name not in STREAM_FORMATS:
        if not options.dry:
            raise click.UsageError(f"name with '-o' where the letters go: {_WHERE}")
        return Target("folder", name or DEFAULT_FORMAT)
    by_file = path.suffix.lower().removeprefix(".") if path else ""
    kind = (
        by_file if by_file in FILE_FORMATS else name if name in STREAM_FORMATS else None
    )
    if kind is None:
        if path is None:
            hint = "with '--format mbox' or '--format jsonl'"
            raise click.UsageError(f"letters go to standard output {hint} only")
        _check_folder(path)
        return Target("folder", name or DEFAULT_FORMAT, path)
    if path and (path.is_dir() or not by_file):
        raise click.UsageError(
            f"'--format {kind}' is one file: add '-o letters.{kind}'"
        )
    if name not in {None, kind, FILE_FORMATS[kind]}:
        hint = "leave '--format' out, or name a folder"
        raise click.UsageError(
            f"'-o {path}' holds {FILE_FORMATS[kind]}, this is '{name}': {hint}"
        )
    return Target(kind, FILE_FORMATS[kind], path)


def _check_folder(path: Path) -> None:
    """Refuse a *path* that is not meant for a folder."""
    if path.is_dir():
        return
    if single := format_for(path):
        raise click.UsageError(f"'-o {path}' is one file for {single}: name {_WHERE}")
    if path.exists() or path.suffix.lower() in _OTHER_SUFFIXES:
        raise click.UsageError(f"'-o {path}' is no place for letters: name {_WHERE}")


def check_free(target: Target, roster: Path | None = None) -> None:
    """Refuse to replace a file that no batch has written."""
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


def open_stream(target: Target, stack: ExitStack) -> IO[bytes]:
    """Open the one file of all letters, or stdout, until *stack* ends."""
    if target.path:
        return stack.enter_context(growing_file(target.path))
    return stack.enter_context(_standard_output())


@contextmanager
def _standard_output() -> Iterator[IO[bytes]]:
    """Yield stdout for letters; a reader that does not take all of them is an error."""
    try:
        yield cast("IO[bytes]", Stdout())
    except StdoutError as error:
        if not error.is_closed_pipe:
            raise
        reason = "standard output: its reader ended before it had all letters"
        raise OutputError(reason) from None
