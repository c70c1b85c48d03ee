"""The manifest of an output folder: which file holds whose letter."""

import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from msgspec import DecodeError, Struct, json

from protestgen.limits import MAX_LINE

from .filenames import is_letter_name

MANIFEST = "manifest.jsonl"
# Version 0.1.0 left such a manifest behind when it was killed.
OLD_JOURNAL = ".protestgen-batch-journal"


class RunHeader(Struct, frozen=True, kw_only=True):
    """
    The last run; the first line of a manifest.

    *protestgen* is the version of the program, *data* a hash of the campaign's files;
    *date* is that of new letters, *time* that of new e-mails.
    """

    protestgen: str
    data: str
    date: str
    time: str


class ManifestEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    A line of a manifest: a file and the letter in it; *to* is the addressee.

    *sha256* has all hashes that the file may have, with spaces between them. *date* is
    that of the letter and *time* that of its e-mail, in the form of ISO 8601; manifests
    of version 0.1.0 lack them. A reminder or thanks has its *style*.
    """

    file: str
    case: str = ""
    to: str = ""
    name: str = ""
    sha256: str = ""
    date: str = ""
    time: str = ""
    style: str = ""


def manifest_line(value: RunHeader | ManifestEntry) -> bytes:
    """The line of a manifest for *value*."""
    return json.encode(value) + b"\n"


def read_header(folder: Path) -> RunHeader | None:
    """The header of the last run to *folder*, as its manifest has it."""
    return header_of(folder / OLD_JOURNAL) or header_of(folder / MANIFEST)


def read_entries(folder: Path) -> Iterator[ManifestEntry]:
    """Yield the entries of the manifest in *folder*; the last one for a file counts."""
    lines = chain(_lines(folder / MANIFEST), _lines(folder / OLD_JOURNAL))
    return filter(None, map(_entry, lines))


def header_of(path: Path) -> RunHeader | None:
    """The header of the manifest at *path*, if it is one."""
    try:
        found = json.decode(next(_lines(path), b""), type=RunHeader)
        _check_dates(found)
    except (DecodeError, ValueError):
        return None
    return found


def _check_dates(value: RunHeader | ManifestEntry) -> None:
    """Raise `ValueError` if *value* has a date or time that is none."""
    date.fromisoformat(value.date)
    datetime.fromisoformat(value.time)


def _entry(line: bytes) -> ManifestEntry | None:
    """The entry in *line*, unless it is damaged or names a file of somebody else."""
    try:
        entry = json.decode(line, type=ManifestEntry)
        if entry.date or entry.time:
            _check_dates(entry)
    except (DecodeError, ValueError):
        return None
    return entry if is_letter_name(entry.file) else None


def _lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of the file at *path*; a pipe in its place would block."""
    with suppress(FileNotFoundError):
        if stat.S_ISREG(path.lstat().st_mode):
            with path.open("rb") as file:
                while line := file.readline(MAX_LINE):
                    yield line
