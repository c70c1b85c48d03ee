"""The files of letters: each is complete or as it was, and edited ones are kept."""

import errno
import os
import stat
from collections.abc import Collection
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Literal

from msgspec import Struct

from protestgen.errors import OutputError

# The names of files that only a killed run leaves behind begin with this.
TEMPORARY = ".protestgen-batch-"
_BUFFER_SIZE = 1 << 16

# What a run does to the file of a letter.
FileStatus = Literal["new", "changed", "as before", "edited"]


class KnownFile(Struct, frozen=True, array_like=True):
    """
    What earlier runs noted of the file of a letter.

    *hashes* are those that it may have; none if no run has written it. *date*, *time*
    and *style* are as in `ManifestEntry`, and empty if they are not known.
    """

    hashes: tuple[str, ...] = ()
    date: str = ""
    time: str = ""
    style: str = ""


class PreparedFile(Struct, frozen=True, array_like=True):
    """
    What is to become of the file of a letter.

    *sha256* is the hash of the letter. *replaced* is that of the file that the letter
    replaces, if a run wrote it. If the file was edited, *replaced* has its hashes from
    earlier runs, and *sha256* is empty. *temporary* is the name of the file in which
    the letter waits for `name_file`. A letter that could not be written is *returned*,
    to be prepared elsewhere.
    """

    status: FileStatus
    sha256: str
    replaced: str = ""
    temporary: str = ""
    returned: bytes = b""


def prepare_file(
    folder: Path,
    name: str,
    data: bytes,
    known_hashes: Collection[str] = (),
    *,
    durable: bool = False,
    writer: str = "",
) -> PreparedFile:
    """
    Write *data* to a temporary file, unless the file *name* stays as it is.

    A file with none of the *known_hashes*, if there are any, was edited. Processes that
    may write the same letter at the same time have different names as a *writer*.
    """
    status, replaced = _compare(f"{folder}/{name}", data, known_hashes)
    if status == "edited":
        return PreparedFile(status, "", " ".join(known_hashes))
    temporary = ""
    if status != "as before":
        temporary = f"{TEMPORARY}{writer}{name}"
        _write(f"{folder}/{temporary}", data, durable=durable)
    return PreparedFile(status, sha256(data).hexdigest(), replaced, temporary)


def name_file(folder: Path, name: str, file: PreparedFile) -> FileStatus:
    """Give a prepared *file* its *name*, unless the file there was edited meanwhile."""
    if not file.temporary:
        return file.status
    if file.replaced and is_edited(folder, name, [file.replaced]):
        Path(folder, file.temporary).unlink()
        return "edited"
    # A path object would take much longer.
    os.replace(f"{folder}/{file.temporary}", f"{folder}/{name}")  # noqa: PTH105
    return file.status


def is_edited(folder: Path, name: str, known_hashes: Collection[str]) -> bool:
    """Whether a file *name* is in *folder* that has none of the *known_hashes*."""
    try:
        return sha256(_read(f"{folder}/{name}")).hexdigest() not in known_hashes
    except FileNotFoundError:
        return False
    except OSError as error:
        if error.errno == errno.ELOOP:  # a link
            return True
        raise folder_error(folder, error) from None


def create_file(path: str | Path) -> int:
    """Open a new file that only its owner can read, in place of what is at *path*."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags, 0o600)
    except FileExistsError:  # a killed run left it, or somebody else put it there
        Path(path).unlink()
        return os.open(path, flags, 0o600)


def sync_folder(folder: Path) -> None:
    """Write the names of the files in *folder* to the disk."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def create_folder_token(folder: Path) -> str:
    """
    Create a file in *folder* by which other machines recognise it; return its token.

    `can_see_folder` looks for it. It is a temporary file.
    """
    token = token_hex(32)
    try:
        with os.fdopen(create_file(_token_path(folder, token)), "wb") as file:
            file.write(token.encode())
    except OSError as error:
        raise folder_error(folder, error) from None
    return token


def can_see_folder(folder: Path, token: str) -> bool:
    """Whether *folder*, as this machine sees it, has the file of this *token*."""
    try:
        return _token_path(folder, token).read_text("ascii") == token
    except (OSError, UnicodeDecodeError):
        return False


def folder_error(folder: Path, error: OSError) -> OutputError:
    """The error that says why nothing can be written to *folder*."""
    hint = "files already written are complete; fix this and run again to resume"
    # A file cannot take its name if something else has it.
    taken = error.filename2 if os.path.lexists(error.filename2 or "") else None
    return OutputError(f"{taken or folder}: {error.strerror}: {hint}")


def _token_path(folder: Path, token: str) -> Path:
    return folder / f"{TEMPORARY}token-{token[:16]}"


def _compare(
    path: str, data: bytes, known_hashes: Collection[str]
) -> tuple[FileStatus, str]:
    """The status of the file at *path*, and its hash if it is a known one."""
    try:
        status = os.lstat(path)
    except OSError:
        return "new", ""
    found = None
    if stat.S_ISREG(status.st_mode) and (known_hashes or status.st_size == len(data)):
        with suppress(OSError):
            found = _read(path)
    if found == data:
        return "as before", ""
    if not known_hashes:
        return "changed", ""
    hash_ = "" if found is None else sha256(found).hexdigest()
    return ("changed", hash_) if hash_ in known_hashes else ("edited", "")


def _read(path: str) -> bytes:
    """The content of a file, read faster than by a path object."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags | getattr(os, "O_BINARY", 0))
    parts = []
    try:
        while part := os.read(descriptor, _BUFFER_SIZE):
            parts.append(part)
    finally:
        os.close(descriptor)
    return b"".join(parts)


def _write(path: str, data: bytes, *, durable: bool) -> None:
    """Write a new file; where that fails, the end of the run removes it."""
    descriptor = create_file(path)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
