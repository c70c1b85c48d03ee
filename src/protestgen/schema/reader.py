"""
YAML files read into structs, which are their schema.

Values are read from the nodes of the file: each has its line and column, and a scalar
is text until the type of its field says otherwise, so that `no` is Norway and `01309` a
postcode. Everything that is wrong with a file is reported at once.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

import yaml
from msgspec import Struct
from msgspec.structs import fields

from protestgen.errors import (
    DataError,
    Problem,
    Suggester,
    alternatives,
    did_you_mean,
    quoted,
)
from protestgen.limits import MAX_ENTRY, MAX_ITEMS
from protestgen.schema.cache import NO_CACHE, FileCache
from protestgen.schema.place import SourceMap, location_of
from protestgen.schema.source import read_text
from protestgen.schema.yaml_nodes import DEFAULT_TAGS, compose, is_blank

# Stands for a value whose problem has been noted.
_INVALID: Any = object()
T = TypeVar("T", bound=Struct)

# Called with a node and the context of its file.
_Reader = Callable[..., Any]


def read_yaml(
    path: Path,
    schema: type[T],
    *,
    within: Path | None = None,
    cache: FileCache = NO_CACHE,
) -> T:
    """
    Read the file *path* into a *schema*; *within* is as for `read_text`.

    Raises `DataError` with everything that is wrong with the file.
    """
    text = read_text(path, within=within)
    return cache.parsed(parse_yaml, text, str(path), schema)


def parse_yaml(text: str, name: str, schema: type[T]) -> T:
    """Read *text*, the content of the file *name*, as `read_yaml` does."""
    file = _ReadContext(name)
    value = _reader(schema)(compose(text, name), file)
    if file.problems:
        raise DataError(file.problems)
    return cast("T", value)


def parse_entries(
    text: str, name: str, schema: type[T]
) -> tuple[T | None, list[Problem]]:
    """
    Read the valid entries of *text*, the content of the file *name*, and all problems.

    Each field of *schema* is a list or group of entries. Returns None instead of a
    *schema* where nothing of a required field can be read. Raises `DataError` for text
    that is no YAML.
    """
    file = _ReadContext(name)
    found = _fields_reader(schema)(compose(text, name), file)
    valid = {
        key: _valid(group) for key, group in found.items() if group is not _INVALID
    }
    required = {field.name for field in fields(schema) if field.required}
    return schema(**valid) if required <= valid.keys() else None, file.problems


def _valid(entries: Any) -> Any:
    """Return the valid ones of *entries*, a dict or a tuple."""
    if isinstance(entries, dict):
        pairs = entries.items()
        return {k: v for k, v in pairs if k is not _INVALID and v is not _INVALID}
    return tuple(entry for entry in entries if entry is not _INVALID)


class _ReadContext:
    """The file that is being read, and its problems so far."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.nearest = Suggester()

    def reject(self, node: yaml.Node, message: str) -> Any:
        """Note a problem at *node*, and return `_INVALID`."""
        self.problems.append(Problem(location_of(self.path, node.start_mark), message))
        return _INVALID

    def rejects_tag(self, node: yaml.Node) -> bool:
        """Note the tag of *node*, if it has one: none is allowed."""
        if node.tag in DEFAULT_TAGS:
            return False
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        self.reject(node, f"the tag {quoted(tag)} has no meaning here: remove it")
        return True

    def rejects_length(self, node: yaml.Node) -> bool:
        """Note that *node* is a list or group of more than `MAX_ITEMS`."""
        if isinstance(node, yaml.ScalarNode) or len(node.value) <= MAX_ITEMS:
            return False
        count = f"a {_kind(node)} of {len(node.value):,}"
        self.reject(node, f"{count}, at most {MAX_ITEMS} are read: shorten it")
        return True


@cache
def _reader(kind: Any) -> _Reader:
    """Return the function that reads a node as the type *kind*, and notes problems."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _scalar_reader(*arguments[1:])
    if origin in (Union, UnionType):
        kinds = [argument for argument in arguments if argument is not NoneType]
        return _union_reader(kinds) if kinds[1:] else _reader(kinds[0])
    if origin is tuple:
        return _sequence_reader(arguments[0])
    if origin is dict:
        return _mapping_reader(_reader(arguments[0]), arguments[1])
    if origin is Literal or kind is bool:
        choices = {choice: choice for choice in arguments}
        return _choice_reader(choices or {"true": True, "false": False})
    return _struct_reader(kind)


def _scalar_reader(
    parse: Callable[[Any], Any], struct: type[Struct] | None = None
) -> _Reader:
    """Return the reader of a text, or of a *struct*, that *parse* takes."""
    read_struct = struct and _struct_reader(struct)

    def read(node: yaml.Node, file: _ReadContext) -> Any:
        if read_struct and isinstance(node, yaml.MappingNode):
            value = read_struct(node, file)
            return value if value is _INVALID else parse(value)
        if not isinstance(node, yaml.ScalarNode):
            return file.reject(
                node, f"a single value is expected here, not a {_kind(node)}"
            )
        if file.rejects_tag(node):
            return _INVALID
        if not node.value.strip():
            return file.reject(node, "empty: write a value, or leave it out")
        try:
            return parse(node.value)
        except ValueError as error:
            return file.reject(node, str(error))

    return read


def _union_reader(kinds: Iterable[Any]) -> _Reader:
    """Return the reader of a value, list or group: of the kind that is written."""
    readers = {_node_type(kind): _reader(kind) for kind in kinds}
    first = next(iter(readers.values()))
    return lambda node, file: readers.get(type(node), first)(node, file)


def _node_type(kind: Any) -> type[yaml.Node]:
    if get_origin(kind) is tuple:
        return yaml.SequenceNode
    return yaml.MappingNode if isinstance(kind, type) else yaml.ScalarNode


def _choice_reader(choices: dict[str, Any]) -> _Reader:
    def parse(text: str) -> Any:
        if text not in choices:
            raise ValueError(
                f"{quoted(text)} is not known here: write {alternatives(choices)}"
            )
        return choices[text]

    return _scalar_reader(parse)


def _sequence_reader(kind: Any) -> _Reader:
    read_item, has_ids = _reader(kind), _has_field(kind, "id")
    bounded = not _has_field(kind, "at")

    def read(node: yaml.Node, file: _ReadContext) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return file.reject(node, f"a list is expected here, not a {_kind(node)}")
        if file.rejects_tag(node) or (bounded and file.rejects_length(node)):
            return _INVALID
        items = tuple([read_item(item, file) for item in node.value])
        if has_ids:
            _reject_duplicates(items, node, file)
        return items

    return read


def _reject_duplicates(
    items: Iterable[Any], node: yaml.Node, file: _ReadContext
) -> None:
    """Note each item of a list that has the id of an item before it."""
    seen = set()
    for item, item_node in zip(items, node.value, strict=True):
        if item is _INVALID:
            continue
        if item.id in seen:
            id_node = next(v for k, v in item_node.value if k.value == "id")
            file.reject(
                id_node, f"the id '{item.id}' appears twice: choose another one"
            )
        seen.add(item.id)


def _mapping_reader(read_key: _Reader, kind: Any) -> _Reader:
    """Return the reader of a group; the key of an entry with an id is its id."""
    has_ids, bounded = _has_field(kind, "id"), not _has_field(kind, "at")
    read_value = _struct_reader(kind, given=("id",)) if has_ids else _reader(kind)

    def read(node: yaml.Node, file: _ReadContext) -> Any:
        if bounded and file.rejects_length(node):
            return _INVALID
        found: dict[Any, Any] = {}
        for _, key_node, value_node in _pairs(node, file):
            key = read_key(key_node, file)
            given = {"id": key} if has_ids else {}
            value = read_value(value_node, file, **given)
            if key in found and key is not _INVALID:
                file.reject(key_node, f"the key '{key}' appears twice: keep one")
            found[key] = value
        return found

    return read


def _struct_reader(struct: type[Struct], *, given: tuple[str, ...] = ()) -> _Reader:
    """
    Return the reader of mappings as a *struct*; its caller passes the *given* fields.

    A struct with the field `at` is an entry of a file: `at` is set to its `SourceMap`.
    """
    read_fields, is_entry = _fields_reader(struct, given), _has_field(struct, "at")

    def read(node: yaml.Node, file: _ReadContext, **given: Any) -> Any:
        noted = len(file.problems)
        if is_entry and node.end_mark.index - node.start_mark.index > MAX_ENTRY:
            return file.reject(
                node, f"longer than {MAX_ENTRY:,} characters: leave some out"
            )
        values = read_fields(node, file)
        if len(file.problems) > noted:
            return _INVALID
        if is_entry:
            values["at"] = SourceMap(file.path, node)
        return struct(**values, **given)

    return read


def _fields_reader(struct: type[Struct], given: tuple[str, ...] = ()) -> _Reader:
    """Return the reader of the fields of *struct*, except `at` and *given* ones."""
    known = [field for field in fields(struct) if field.name not in {"at", *given}]
    readers = {field.name: _reader(field.type) for field in known}
    required = {field.name for field in known if field.required}
    readers |= {name: _required_reader(name, readers[name]) for name in required}

    def read(node: yaml.Node, file: _ReadContext) -> dict[str, Any]:
        values: dict[str, Any] = {}
        missing = set(required)
        for key, key_node, value_node in _pairs(node, file):
            if key not in readers:
                near = file.nearest(key, readers)
                missing.discard(near or "")
                file.reject(key_node, _unknown_key(key, near, readers))
            elif key in required or not is_blank(value_node):
                missing.discard(key)
                values[key] = readers[key](value_node, file)
        if missing and isinstance(node, yaml.MappingNode):
            file.reject(node, _missing_keys(sorted(missing)))
        return values

    return read


def _required_reader(name: str, read_value: _Reader) -> _Reader:
    def read(node: yaml.Node, file: _ReadContext) -> Any:
        if is_blank(node):
            return file.reject(node, f"the key '{name}' has no value: write one")
        value = read_value(node, file)
        if value == ():
            return file.reject(node, "the list is empty: write one item at least")
        return value

    return read


def _pairs(
    node: yaml.Node, file: _ReadContext
) -> Iterator[tuple[str, yaml.ScalarNode, yaml.Node]]:
    """Yield each key with its node and its value's; note what is wrong with keys."""
    if not isinstance(node, yaml.MappingNode):
        file.reject(node, f"keys and values are expected here, not a {_kind(node)}")
        return
    if file.rejects_tag(node):
        return
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            file.reject(key_node, f"a key is expected here, not a {_kind(key_node)}")
        elif (key := key_node.value) in lines:
            again = f"appears twice: it is in line {lines[key]} already"
            file.reject(key_node, f"the key {quoted(key)} {again}")
        else:
            lines[key] = key_node.start_mark.line + 1
            yield key, key_node, value_node


def _has_field(kind: Any, name: str) -> bool:
    is_struct = isinstance(kind, type) and issubclass(kind, Struct)
    return is_struct and name in kind.__struct_fields__


def _kind(node: yaml.Node) -> str:
    if is_blank(node):
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
    hint = did_you_mean(near, f"known are {alternatives(known)}")
    return f"unknown key {quoted(key)}: {hint}"
