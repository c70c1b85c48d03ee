"""New entries for data files, whose other bytes stay as they are."""

import os
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from textwrap import wrap
from typing import Any

from msgspec import Struct
from msgspec.structs import fields, replace

from protestgen.campaign.case import Case, Person, PersonEntry
from protestgen.campaign.directory import Mission, Office
from protestgen.campaign.outlet import Outlet
from protestgen.errors import Location, Problem, data_error
from protestgen.schema.reader import read_yaml
from protestgen.schema.source import read_text
from protestgen.schema.yaml_text import YamlSpan, find_section, format_yaml, split_lines

# Hints about fields: asked as questions, and written as comments above the fields. The
# fields that are not here are listed below an entry.
_CASE = {
    "id": "the name of the case on the command line, such as reading-room",
    "title": 'a noun phrase with a small first letter, no date: "the arrest of Ada"',
    "topic": 'the same in a few words, if it is long: "the case of Ada"',
    "state": "the state whose authorities are written to",
    "people": "the people concerned: the whole name, then the name when it comes again",
    "status": "open, or closed for a case of the past",
    "opened": "the date when it began: 2026-11-22, 2026-11 or 2026",
    "updated": "the date of the last news",
    "write_by": "the last day on which letters can help",
    "after": "what letters do after that day: ask, without the date, or stop",
    "report_to": "where answers to letters go: an address, e-mail or page",
    "summary": "two or three sentences that stand by themselves, with their date",
    "incidents": 'what happened; `text` continues "On 1 May in Leeds, ..."',
    "demands": '`text` continues "they are asked to"; `reason` argues for it',
    "write_to": "kinds of mission, ids of offices, also new ones; the usual one first",
    "sources": "pages with the campaign's own account",
}
_MISSION = {
    "state": "the state that it is a mission of",
    "host": "the country that it is in",
    "kind": "embassy, consulate-general, consulate, permanent-mission or branch",
    "name": "as on the envelope",
    "city": "",
    "address": "the lines as on the envelope, without the country",
    "phone": "as dialled from abroad: +44 20 7946 0958",
    "fax": "",
    "email": "",
    "website": "",
    "covers": "other countries that it is accredited to",
    "verified": "the date of the source: 2026-11-22, 2026-11 or 2026",
    "confidence": "high (official, or two sources), medium (one) or low",
    "sources": "pages or documents with this address",
}
_OFFICE = {
    "id": "the name of the office on the command line, such as ombudsman",
    "name": "as on the envelope",
    "role": "how its head is addressed: office, minister, prosecutor_general ...",
    "title": "the line above the name: The Prosecutor General",
    "state": "the only state that it handles letters about, if there is one",
    "country": "the country that it is in",
    **{
        field: _MISSION[field]
        for field in _MISSION
        if field not in ("state", "host", "kind", "name", "covers")
    },
}

_OUTLET = {
    "id": "the name of the outlet in the file, such as example-daily",
    "name": "as it calls itself",
    "country": "the country that it is in",
    "languages": "the languages that it reads press releases in: en, de ...",
    "email": "the address of its newsroom",
    "website": "",
    **{field: _MISSION[field] for field in ("verified", "confidence", "sources")},
}

# Fields that are not listed below an entry.
_UNLISTED = ("at", "title_in")


class EntryType(Struct, frozen=True):
    """A type of entry: its schema, its file, its section there, and hints by field."""

    schema: type[Struct]
    file: str
    section: str
    hints: dict[str, str]

    @property
    def is_keyed(self) -> bool:
        """Whether the entries are a group with ids as keys, and not a list."""
        return "id" in self.hints

    @property
    def order(self) -> tuple[str, ...]:
        """The fields in the order of an entry: those with a hint come first."""
        return tuple(dict.fromkeys((*self.hints, *self.schema.__struct_fields__)))


KINDS = {
    "case": EntryType(Case, "demands.yaml", "cases", _CASE),
    "embassy": EntryType(Mission, "embassies.yaml", "embassies", _MISSION),
    "office": EntryType(Office, "embassies.yaml", "offices", _OFFICE),
    "outlet": EntryType(Outlet, "media.yaml", "outlets", _OUTLET),
}


class FileEdit(Struct, frozen=True):
    """
    A new content of a file, as *text* and as *data*, with an entry in its *lines*.

    *before* is the content without the entry, or None without a file.
    """

    path: Path
    text: str
    data: bytes
    lines: range
    before: bytes | None

    def check_unchanged(self) -> None:
        """Raise `DataError` if the file has changed since it was read."""
        if _bytes(self.path) != self.before:
            reason = "changed while the entry was added: run this again"
            raise data_error(self.path, reason)

    def traced(self, problem: Problem, source: str) -> Problem:
        """Return *problem* in the old file, or in the *source* of the entry."""
        at = problem.at
        if at.path != str(self.path) or at.line is None or at.line < self.lines.start:
            return problem
        if at.line in self.lines:
            return Problem(Location(source), problem.message)
        return Problem(replace(at, line=at.line - len(self.lines)), problem.message)


def read_entry(kind: EntryType, path: Path) -> dict[str, Any]:
    """Read the only entry of the file *path*, with its id among its keys."""
    return entry_values(read_yaml(path, kind.schema))


def add_entry(kind: EntryType, entry: Mapping[str, Any], folder: Path) -> FileEdit:
    """
    Add *entry* to its file in the campaign in *folder*, without writing the file.

    Raises `DataError` for a file that is not read, or that no lines can be added to.
    """
    path = folder / "data" / kind.file
    if not path.parent.resolve().is_relative_to(folder.resolve()):
        reason = "a link that leads out of its folder: put the folder itself here"
        raise data_error(path.parent, reason)
    text = read_text(path, within=folder) if os.path.lexists(path) else ""
    old = _bytes(path)
    lines = split_lines(text)
    for number, line in enumerate(lines, 1):
        if line.rstrip() == "...":
            reason = "nothing is read behind '...': remove this line"
            raise data_error(path, reason, number)
    section = find_section(text, str(path), kind.section)
    if section is None:
        section = YamlSpan(end=len(lines))
        heading = [*([""] if lines else []), f"{kind.section}:"]
    else:
        heading = [] if section.is_empty else [""]
    end = _line_end(lines)
    own = [*heading, *_entry_lines(kind, entry, section)]
    new_lines = range(section.end + len(heading) + 1, section.end + len(own) + 1)
    before, after = "".join(lines[: section.end]), "".join(lines[section.end :])
    if before and not _line_end(lines[section.end - 1 : section.end], ""):
        new = before + end + end.join(own)
    else:
        new = before + end.join([*own, ""]) + after
    mark = BOM_UTF8 if old and old.startswith(BOM_UTF8) else b""
    return FileEdit(path, new, mark + new.encode(), new_lines, old)


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if os.path.lexists(path) else None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a lock on *folder*, so that one `protestgen new` at a time adds to it."""
    try:
        from fcntl import LOCK_EX, flock
    except ImportError:  # not on Windows
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            flock(handle, LOCK_EX)
        yield
    finally:
        os.close(handle)


def _line_end(lines: Sequence[str], default: str = "\n") -> str:
    """Return the line break of the first of *lines*."""
    first = lines[0] if lines else ""
    return first[len(first.rstrip("\r\n")) :] or default


def _entry_lines(
    kind: EntryType, entry: Mapping[str, Any], section: YamlSpan
) -> Iterator[str]:
    """Yield the lines of *entry*, with hints above its fields."""
    step = min(max(section.step, 2), 9)
    margin = " " * section.indent
    inner = margin + " " * step
    lines = [*_field_lines(kind, entry, step, 88 - len(inner))]
    if kind.is_keyed:
        yield f"{margin}{entry['id']}:"
    else:
        first, *lines = lines
        if first.startswith("#"):
            yield margin + first
            first, *lines = lines
        yield f"{margin}-{' ' * (step - 1)}{first}"
    for line in lines:
        yield inner + line if line else line


def _field_lines(
    kind: EntryType, entry: Mapping[str, Any], step: int, width: int
) -> Iterator[str]:
    for name in kind.order:
        if name in entry and not (kind.is_keyed and name == "id"):
            if hint := kind.hints.get(name):
                yield f"# {hint}"
            yield from format_yaml(
                {name: entry[name]}, step=step, width=width
            ).splitlines()
    names = kind.schema.__struct_fields__
    if others := [name for name in names if name not in {*entry, *_UNLISTED}]:
        more = f"there may also be: {', '.join(others)}"
        yield from wrap(more, width, initial_indent="# ", subsequent_indent="# ")


def entry_values(entry: Struct) -> dict[str, Any]:
    """Return the fields of *entry* but for its place, empty ones and defaults."""
    values = {f.name: getattr(entry, f.name) for f in fields(entry) if f.name != "at"}
    defaults = {f.name: f.default for f in fields(entry)}
    plain = {k: _plain_value(v) for k, v in values.items() if v != defaults[k]}
    return {name: value for name, value in plain.items() if value or value is False}


def _plain_value(value: Any) -> Any:
    """Return *value* as dictionaries, lists, strings and booleans."""
    if isinstance(value, Person) and value.entry != PersonEntry(name=value):
        value = value.entry
    if isinstance(value, Struct):
        return entry_values(value)
    if isinstance(value, dict):
        plain = {str(key): _plain_value(item) for key, item in value.items()}
        return {key: item for key, item in plain.items() if item}
    if isinstance(value, tuple):
        return [_plain_value(item) for item in value]
    return str(value) if isinstance(value, str) else value
