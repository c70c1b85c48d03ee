"""
YAML read with places, against a schema of structs.

Files are read through their nodes, so that every value is known by file, line and
column, and every scalar is text until its field says otherwise: `no` is Norway, `01309`
a postcode. All that is wrong with a file is reported at once.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)

import yaml
from msgspec import Struct
from msgspec.structs import fields

from protestgen.errors import DataError, Problem, Suggester, quoted
from protestgen.limits import MAX_ENTRY, MAX_ITEMS
from protestgen.schema.place import SourceMap, _location
from protestgen.schema.source import read_text
from protestgen.schema.yaml_nodes import _PLAIN_TAGS, _compose, _is_blank


class _Invalid(Enum):
    """The value of a field whose problem has been noted."""

    INVALID = "invalid"


_INVALID = _Invalid.INVALID
T = TypeVar("T", bound=Struct)

_Read = Callable[[yaml.Node, "_ReadContext"], Any]


def read_yaml(path: Path, schema: type[T], *, within: Path | None = None) -> T:
    """
    Read the file *path* as a *schema*, or raise `DataError` with all problems.

    Nothing but a file of the folder *within*, a stranger's campaign, is read.
    """
    return parse_yaml(read_text(path, within=within), str(path), schema)


def read_entries(
    path: Path, schema: type[T], *, within: Path | None = None
) -> tuple[T | None, list[Problem]]:
    """Read the file *path* as far as it is sound, as `parse_entries` does."""
    try:
        text = read_text(path, within=within)
    except DataError as error:
        return None, list(error.problems)
    return parse_entries(text, str(path), schema)


def parse_yaml(text: str, name: str, schema: type[T]) -> T:
    """Read *text*, which stands in the file *name*, as a *schema*."""
    file = _ReadContext(name)
    node = _compose(text, name)
    value = _reader(schema)(node, file)
    if file.problems:
        raise DataError(file.problems)
    return cast("T", value)


def parse_entries(
    text: str, name: str, schema: type[T]
) -> tuple[T | None, list[Problem]]:
    """
    Read *text* in the file *name* as far as it is sound; return all problems too.

    Each field of *schema* is a list or group of entries; those with problems are left
    out. There is None to return if nothing of a field that must be there can be read.
    """
    try:
        node = _compose(text, name)
    except DataError as error:
        return None, list(error.problems)
    file = _ReadContext(name)
    value = _reader(schema)(node, file)
    if not file.problems:
        return cast("T", value), []
    return _sound(node, name, schema), file.problems


def _sound(node: yaml.Node, name: str, schema: type[T]) -> T | None:
    """Return the *schema* with the entries of *node* that have no problems."""
    file = _ReadContext(name)  # what it notes is known
    types = _types(schema)
    values: dict[str, Any] = {}
    for key, _, value_node in _entries(node, file):
        found = _reader(types[key])(value_node, file) if key in types else _INVALID
        if isinstance(found, dict):
            pairs = found.items()
            values[key] = {
                k: v for k, v in pairs if k is not _INVALID and v is not _INVALID
            }
        elif isinstance(found, tuple):
            values[key] = tuple(entry for entry in found if entry is not _INVALID)
    required = {field.name for field in fields(schema) if field.required}
    return schema(**values) if required <= values.keys() else None


class _ReadContext:
    """What is noted while a file is read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.nearest = Suggester()

    def reject(self, node: yaml.Node, message: str) -> _Invalid:
        self.problems.append(Problem(_location(self.path, node.start_mark), message))
        return _INVALID

    def refuses(self, node: yaml.Node) -> bool:
        """Note a tag: nothing here needs one."""
        if node.tag in _PLAIN_TAGS:
            return False
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        self.reject(node, f"the tag {quoted(tag)} has no meaning here: remove it")
        return True


@cache
def _reader(kind: Any) -> _Read:
    """Return the function that reads a node as a *kind*."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _scalar_reader(arguments[1])
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return _reader(inner)
    if origin is tuple:
        return _sequence_reader(arguments[0])
    if origin is dict:
        return _mapping_reader(_reader(arguments[0]), arguments[1])
    if origin is Literal or kind is bool:
        choices = {choice: choice for choice in arguments}
        return _choice_reader(choices or {"true": True, "false": False})
    return _struct_reader(kind)


def _scalar_reader(parse: Callable[[str], Any]) -> _Read:
    def read(node: yaml.Node, file: _ReadContext) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return file.reject(
                node, f"a single value is expected here, not a {_kind(node)}"
            )
        if file.refuses(node):
            return _INVALID
        if not node.value.strip():
            return file.reject(node, "empty: write a value, or leave it out")
        try:
            return parse(node.value)
        except ValueError as error:
            return file.reject(node, str(error))

    return read


def _choice_reader(choices: dict[str, Any]) -> _Read:
    def parse(text: str) -> Any:
        if text not in choices:
            raise ValueError(
                f"{quoted(text)} is not known here: write {_alternatives(choices)}"
            )
        return choices[text]

    return _scalar_reader(parse)


def _sequence_reader(kind: Any) -> _Read:
    read_item, has_ids, placed = _reader(kind), _has_id(kind), _is_placed(kind)

    def read(node: yaml.Node, file: _ReadContext) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return file.reject(node, f"a list is expected here, not a {_kind(node)}")
        if file.refuses(node) or (not placed and _is_long(node, file)):
            return _INVALID
        items = tuple([read_item(item, file) for item in node.value])
        if has_ids:
            _reject_doubled(items, node, file)
        return items

    return read


def _reject_doubled(items: Iterable[Any], node: yaml.Node, file: _ReadContext) -> None:
    """Note the items of a list whose id another one before them has."""
    seen = set()
    for item, item_node in zip(items, node.value, strict=True):
        if item is _INVALID:
            continue
        if item.id in seen:
            id_node = next(v for k, v in item_node.value if k.value == "id")
            file.reject(id_node, f"the id '{item.id}' stands twice: choose another one")
        seen.add(item.id)


def _mapping_reader(read_key: _Read, kind: Any) -> _Read:
    takes_id, placed = _has_id(kind), _is_placed(kind)
    read_value = _struct_reader(kind, keyed=True) if takes_id else _reader(kind)

    def read(node: yaml.Node, file: _ReadContext) -> Any:
        if not placed and _is_long(node, file):
            return _INVALID
        found: dict[Any, Any] = {}
        for _, key_node, value_node in _entries(node, file):
            checked = read_key(key_node, file)
            value = read_value(value_node, file)
            if takes_id and value is not _INVALID:
                value = value(id=checked)
            if checked in found and checked is not _INVALID:
                file.reject(key_node, f"the key '{checked}' stands twice: keep one")
            found[checked] = value
        return found

    return read


def _struct_reader(struct: type[Struct], *, keyed: bool = False) -> _Read:
    """
    Return the function that reads a mapping as a *struct*.

    A field named `at` is not read: it is the struct's `SourceMap`. Where *keyed*, `id`
    is the key that the mapping stands under, and the function still waits for it.
    """
    types = _types(struct)
    filled = {"at", "id"} if keyed else {"at"}
    readers = {name: _reader(types[name]) for name in types if name not in filled}
    required = {f.name for f in fields(struct) if f.required} - filled
    readers |= {name: _required_reader(name, readers[name]) for name in required}
    placed = "at" in types

    def read(node: yaml.Node, file: _ReadContext) -> Any:
        noted = len(file.problems)
        if placed and node.end_mark.index - node.start_mark.index > MAX_ENTRY:
            return file.reject(
                node, f"longer than {MAX_ENTRY:,} characters: leave some out"
            )
        values: dict[str, Any] = {}
        meant = set()
        for key, key_node, value_node in _entries(node, file):
            if key not in readers:
                near = file.nearest(key, readers)
                meant.add(near)
                file.reject(key_node, _unknown_key(key, near, readers))
            elif key in required or not _is_blank(value_node):
                values[key] = readers[key](value_node, file)
        missing = sorted(required - values.keys() - meant)
        if missing and isinstance(node, yaml.MappingNode):
            file.reject(node, _missing_keys(missing))
        if len(file.problems) > noted:
            return _INVALID
        if placed:
            values["at"] = SourceMap(file.path, node)
        if keyed:
            return lambda **key: struct(**values, **key)
        return struct(**values)

    return read


def _required_reader(name: str, read_value: _Read) -> _Read:
    def read(node: yaml.Node, file: _ReadContext) -> Any:
        if _is_blank(node):
            return file.reject(node, f"the key '{name}' has no value: write one")
        value = read_value(node, file)
        if value == ():
            return file.reject(node, "the list is empty: write one item at least")
        return value

    return read


def _entries(
    node: yaml.Node, file: _ReadContext
) -> Iterator[tuple[str, yaml.ScalarNode, yaml.Node]]:
    """Yield the entries of a mapping; note what is not one, and doubled keys."""
    if not isinstance(node, yaml.MappingNode):
        file.reject(node, f"keys and values are expected here, not a {_kind(node)}")
        return
    if file.refuses(node):
        return
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            file.reject(key_node, f"a key is expected here, not a {_kind(key_node)}")
            continue
        key = key_node.value
        if key in lines:
            again = f"stands twice: it is in line {lines[key]} already"
            file.reject(key_node, f"the key {quoted(key)} {again}")
            continue
        lines[key] = key_node.start_mark.line + 1
        yield key, key_node, value_node


def _types(struct: type[Struct]) -> dict[str, Any]:
    return {field.name: field.type for field in fields(struct)}


def _has_id(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Struct) and "id" in _types(kind)


def _is_placed(kind: Any) -> bool:
    """Tell whether a *kind* is an entry of a file: it knows its place."""
    return isinstance(kind, type) and issubclass(kind, Struct) and "at" in _types(kind)


def _is_long(node: yaml.Node, file: _ReadContext) -> bool:
    """Note a list or group of keys in an entry that is longer than it may be."""
    if isinstance(node, yaml.ScalarNode) or len(node.value) <= MAX_ITEMS:
        return False
    count, kind = len(node.value), _kind(node)
    file.reject(
        node, f"a {kind} of {count:,}, at most {MAX_ITEMS} are read: shorten it"
    )
    return True


def _kind(node: yaml.Node) -> str:
    if _is_blank(node):
        return "blank"
    if isinstance(node, yaml.ScalarNode):
        return "single value"
    return "list" if isinstance(node, yaml.SequenceNode) else "group of keys"


def _missing_keys(names: list[str]) -> str:
    named = ", ".join(f"'{name}'" for name in names)
    if names[1:]:
        return f"the keys {named} are missing: add them"
    return f"the key {named} is missing: add it"


def _unknown_key(key: str, near: str | None, known: dict[str, Any]) -> str:
    hint = f"did you mean '{near}'?" if near else f"known are {_alternatives(known)}"
    return f"unknown key {quoted(key)}: {hint}"


def _alternatives(names: dict[str, Any]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
