"""Adding entries to the log: each is a new file, so that no two people's conflict."""

import os
from pathlib import Path
from secrets import token_hex
from typing import Any

from msgspec.structs import fields, replace

from protestgen.errors import OutputError, data_error, quoted
from protestgen.files import write_file
from protestgen.schema.source import UnreadError, read_data
from protestgen.schema.types import parse_file_name
from protestgen.schema.yaml_text import format_yaml

from .entry import LogEntry
from .loader import LOG


def add_to_log(
    folder: Path, case: str, entry: LogEntry, attached: Path | None = None
) -> Path:
    """
    Write *entry* of *case* to the log of the campaign in *folder*; return its file.

    The file *attached* is copied beside it, under the name of the entry. Raises
    `DataError` if that cannot be read, or has an unusual suffix.
    """
    target = folder / LOG / case
    if not target.resolve().is_relative_to(folder.resolve()):
        reason = "a link that leads out of its folder: put the folder itself here"
        raise data_error(target, reason)
    data = _attachment(attached) if attached else None
    suffix = _suffix(attached) if attached else ""
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{target}: {error.strerror}: nothing is written") from None
    path = target / f"{_new_name(entry)}.yaml"
    while os.path.lexists(path):
        path = target / f"{_new_name(entry)}.yaml"
    if data is not None:
        beside = path.with_suffix(suffix)
        write_file(beside, data)
        entry = replace(entry, file=beside.name)
    write_file(path, entry_text(entry).encode())
    return path


def _attachment(path: Path) -> bytes:
    try:
        return read_data(path, path.resolve().parent)
    except UnreadError as error:
        raise data_error(path, str(error)) from None
    except OSError as error:
        reason = f"cannot be read: {error.strerror or 'this is a folder'}"
        raise data_error(path, reason) from None


def _suffix(path: Path) -> str:
    """Return the suffix of an attached file, which makes it no entry of the log."""
    suffix = path.suffix.lower()
    try:
        parse_file_name(f"file{suffix}")
    except ValueError:
        reason = (
            f"the suffix {quoted(suffix)} is unusual: rename the file, as in scan.pdf"
        )
        raise data_error(path, reason) from None
    return ".txt" if suffix in {"", ".yaml", ".yml"} else suffix


def _new_name(entry: LogEntry) -> str:
    """Return a name that no other entry has, here or in another person's folder."""
    return f"{entry.date}-{entry.kind}-{entry.country}-{token_hex(4)}"


def entry_text(entry: LogEntry) -> str:
    """Return *entry* as YAML, without the fields that have their default."""
    values: dict[str, Any] = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if value != field.default:
            values[field.name] = [*value] if isinstance(value, tuple) else str(value)
    return format_yaml(values)
