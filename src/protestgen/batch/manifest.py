"""The manifest of an output folder: which file holds whose letter."""

import errno
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from itertools import chain
from pathlib import Path

from msgspec import DecodeError, Struct, json
from msgspec.structs import replace

from protestgen.batch.file_store import _TEMPORARY, BUFFER_SIZE, _is_among, _read
from protestgen.errors import OutputError

from .filenames import is_letter_name, key_of

MANIFEST = "manifest.jsonl"


_JOURNAL = f"{_TEMPORARY}journal"


class RunHeader(Struct, frozen=True, kw_only=True):
    """
    What the letters of a run have in common; the first line of a manifest.

    *protestgen* is the version of the program, *data* a hash of the campaign's files;
    *date* is that of the letters, *time* that of e-mails.
    """

    protestgen: str
    data: str
    date: str
    time: str


class ManifestEntry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """
    A line of a manifest: a file, and the letter in it; *to* is the addressee.

    Where it is not known whether a file was written, *sha256* holds all hashes that it
    may have, with spaces between them.
    """

    file: str
    case: str = ""
    to: str = ""
    name: str = ""
    sha256: str = ""


def manifest_line(value: RunHeader | ManifestEntry) -> bytes:
    """Return *value* as it stands in a manifest."""
    return json.encode(value) + b"\n"


def with_hashes(lines: bytes, hashes: Mapping[str, str]) -> bytes:
    """Return *lines* of a manifest with other *hashes*, by the names of files."""
    entries = map(json.Decoder(ManifestEntry).decode, lines.splitlines())
    return b"".join(
        manifest_line(replace(entry, sha256=hashes.get(entry.file, entry.sha256)))
        for entry in entries
    )


def last_edition(folder: Path) -> RunHeader | None:
    """Return the edition of the last run to *folder*, if there was one."""
    return _edition(folder / _JOURNAL) or _edition(folder / MANIFEST)


def orphaned_files(
    folder: Path, is_known: Callable[[int], bool], size: int | None = None
) -> Iterator[ManifestEntry]:
    """Yield what is in *folder* of `earlier_files`, but for those that are known."""
    for entry in earlier_files(folder, size):
        if not is_known(key_of(entry.file)) and (folder / entry.file).is_file():
            yield entry


def is_edited(folder: Path, entry: ManifestEntry) -> bool:
    """Tell whether the file of *entry* is not as a run wrote it."""
    try:
        data = _read(f"{folder}/{entry.file}")
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link
            return True
        raise folder_error(folder, error) from None
    return not _is_among(data, entry.sha256)


def earlier_files(folder: Path, size: int | None = None) -> Iterator[ManifestEntry]:
    """
    Yield what is noted in *folder* of files, some of them several times.

    *size* is that of the journal where the notes of a run begin that is not meant.
    """
    lines = chain(_lines(folder / MANIFEST), _lines(folder / _JOURNAL, size))
    return filter(None, map(_entry, lines))


def folder_error(folder: Path, error: OSError) -> OutputError:
    """Return what to say where *error* keeps a *folder* from being written to."""
    hint = "what is there is whole; once that is mended, run this again to go on"
    # A file that cannot take its name because something else has it.
    taken = error.filename2 if os.path.lexists(error.filename2 or "") else None
    return OutputError(f"{taken or folder}: {error.strerror}: {hint}")


def _edition(path: Path) -> RunHeader | None:
    """Return the edition that the first line of a manifest or journal tells of."""
    try:
        found = json.decode(next(_lines(path), b""), type=RunHeader)
        date.fromisoformat(found.date)
        datetime.fromisoformat(found.time)
    except (DecodeError, ValueError):
        return None
    return found


def _entry(line: bytes) -> ManifestEntry | None:
    """Return what *line* of a manifest or journal says of a letter, if it does."""
    try:
        entry = json.decode(line, type=ManifestEntry)
    except (DecodeError, UnicodeDecodeError):
        return None
    return entry if is_letter_name(entry.file) else None


def _is_regular(path: Path) -> bool:
    with suppress(OSError):
        return stat.S_ISREG(path.lstat().st_mode)
    return False


def _lines(path: Path, size: int | None = None) -> Iterator[bytes]:
    """Yield the lines of the file at *path*, if it is there, in its first *size*."""
    if size == 0:
        return
    if not _is_regular(path):  # a pipe would be waited for
        return
    with suppress(FileNotFoundError), path.open("rb") as file:
        while line := file.readline(BUFFER_SIZE):
            yield line
            if size is not None and (size := size - len(line)) <= 0:
                return
