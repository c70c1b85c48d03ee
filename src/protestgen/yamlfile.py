"""
YAML read with places, against a schema of structs.

Files are read through their nodes, so that every value is known by file, line and
column, and every scalar is text until its field says otherwise: `no` is Norway, `01309`
a postcode. All that is wrong with a file is reported at once.
"""

import re
from collections.abc import Callable, Iterator
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
    get_type_hints,
)

import yaml
from msgspec import Struct
from msgspec.structs import fields

from .errors import DataError, Location, Problem, nearest

# The C loader composes nested nodes by recursion on the machine's stack, which a
# hostile file can exhaust. Nesting needs brackets or a deep left margin: only a file
# that has plenty of either is measured before it is composed.
MAX_DEPTH = 50
_DEEP_MARGIN = re.compile(r"^[ \-?:]{200}", re.MULTILINE)
_MANY_BRACKETS = 2_000

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Invalid(Enum):
    """The value of a field whose problem has been noted."""

    INVALID = "invalid"


_INVALID = _Invalid.INVALID
T = TypeVar("T", bound=Struct)

_Read = Callable[[yaml.Node, "_File"], Any]


class Place:
    """Where a struct stands in its file; knows the places of its fields as well."""

    __slots__ = ("_node", "path")

    def __init__(self, path: str, node: yaml.Node) -> None:
        self.path = path
        self._node = node

    def of(self, *keys: str | int) -> Location:
        """Return the location of the field or item that *keys* lead to."""
        node = self._node
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                node = next((v for k, v in node.value if k.value == key), node)
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
                node = node.value[key]
        return _location(self.path, node.start_mark)

    def __str__(self) -> str:
        return str(self.of())

    def __reduce__(self) -> tuple[Any, ...]:
        # Nodes hold the C parser's marks, which cannot go to another process.
        return (FixedPlace, (self.of(),))


class FixedPlace(Place):
    """A place that has left its file's nodes behind."""

    __slots__ = ("_at",)

    def __init__(self, at: Location) -> None:
        self.path = at.path
        self._at = at

    def of(self, *_keys: str | int) -> Location:
        """Return the location of the struct itself."""
        return self._at

    def __reduce__(self) -> tuple[Any, ...]:
        return (FixedPlace, (self._at,))


def read_yaml(path: Path, schema: type[T]) -> T:
    """Read the file *path* as a *schema*, or raise `DataError` with all problems."""
    name = str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise DataError([Problem(Location(name), "there is no such file")]) from None
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise DataError([Problem(Location(name), reason)]) from None
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        at = Location(name, line, error.start - before.rfind(b"\n"))
        reason = "not UTF-8: save the file with the encoding UTF-8"
        raise DataError([Problem(at, reason)]) from None
    return parse_yaml(text, name, schema)


def parse_yaml(text: str, name: str, schema: type[T]) -> T:
    """Read *text*, which stands in the file *name*, as a *schema*."""
    file = _File(name)
    node = _compose(text, name)
    value = _reader(schema)(node, file)
    if file.problems:
        raise DataError(file.problems)
    return cast("T", value)


def format_yaml(value: dict[str, Any]) -> str:
    """Return *value* as YAML for a person to read and edit."""
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=88)


class _File:
    """What is noted while a file is read."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.seen: set[int] = set()

    def reject(self, node: yaml.Node, message: str) -> _Invalid:
        self.problems.append(Problem(_location(self.path, node.start_mark), message))
        return _INVALID

    def is_alias(self, node: yaml.Node) -> bool:
        """Note a collection that was met before: its alias might nest without end."""
        if id(node) in self.seen:
            self.reject(
                node, "used by an alias ('*...'): write it out where it is needed"
            )
            return True
        self.seen.add(id(node))
        return False


def _location(path: str, mark: Any) -> Location:
    return Location(path, mark.line + 1, mark.column + 1)


def _compose(text: str, name: str) -> yaml.Node:
    try:
        _check_depth(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = _location(name, mark) if mark else Location(name)
        hint = "look at the indentation, quotes and colons"
        reason = f"not valid YAML ({error.problem}): {hint}"
        raise DataError([Problem(at, reason)]) from None
    except yaml.reader.ReaderError as error:
        position = error.position if isinstance(error.position, int) else 0
        before = text.encode()[:position].decode(errors="replace")
        at = Location(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
        reason = "a control character is not allowed here: remove it"
        raise DataError([Problem(at, reason)]) from None
    if node is None:
        raise DataError([Problem(Location(name), "the file is empty")])
    return node


def _check_depth(text: str, name: str) -> None:
    if text.count("[") + text.count("{") < _MANY_BRACKETS and not _DEEP_MARGIN.search(
        text
    ):
        return
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            at = _location(name, event.start_mark)
            raise DataError([Problem(at, f"nested deeper than {MAX_DEPTH} levels")])


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
        return _sequence_reader(_reader(arguments[0]))
    if origin is dict:
        return _mapping_reader(_reader(arguments[0]), arguments[1])
    if origin is Literal or kind is bool:
        choices = {choice: choice for choice in arguments}
        return _choice_reader(choices or {"true": True, "false": False})
    return _struct_reader(kind)


def _scalar_reader(parse: Callable[[str], Any]) -> _Read:
    def read(node: yaml.Node, file: _File) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return file.reject(
                node, f"a single value is expected here, not a {_kind(node)}"
            )
        if not node.value.strip():
            return file.reject(node, "empty: write a value or remove the key")
        try:
            return parse(node.value)
        except ValueError as error:
            return file.reject(node, str(error))

    return read


def _choice_reader(choices: dict[str, Any]) -> _Read:
    def parse(text: str) -> Any:
        if text not in choices:
            raise ValueError(
                f"'{text}' is not known here: write {_alternatives(choices)}"
            )
        return choices[text]

    return _scalar_reader(parse)


def _sequence_reader(read_item: _Read) -> _Read:
    def read(node: yaml.Node, file: _File) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return file.reject(node, f"a list is expected here, not a {_kind(node)}")
        if file.is_alias(node):
            return _INVALID
        return tuple([read_item(item, file) for item in node.value])

    return read


def _mapping_reader(read_key: _Read, kind: Any) -> _Read:
    takes_id = (
        isinstance(kind, type) and issubclass(kind, Struct) and "id" in _types(kind)
    )
    read_value = _struct_reader(kind, keyed=True) if takes_id else _reader(kind)

    def read(node: yaml.Node, file: _File) -> Any:
        found: dict[Any, Any] = {}
        for key, key_node, value_node in _entries(node, file):
            checked = read_key(key_node, file)
            value = read_value(value_node, file)
            if takes_id and not isinstance(value, _Invalid):
                value = value(id=checked)
            found[key] = value
        return found

    return read


def _struct_reader(struct: type[Struct], *, keyed: bool = False) -> _Read:
    """
    Return the function that reads a mapping as a *struct*.

    A field named `at` is not read: it is the struct's `Place`. Where *keyed*, `id` is
    the key that the mapping stands under, and what is returned still waits for it.
    """
    types = _types(struct)
    filled = {"at", "id"} if keyed else {"at"}
    readers = {name: _reader(types[name]) for name in types if name not in filled}
    required = {f.name for f in fields(struct) if f.required} - filled
    placed = "at" in types

    def read(node: yaml.Node, file: _File) -> Any:
        noted = len(file.problems)
        values: dict[str, Any] = {}
        for key, key_node, value_node in _entries(node, file):
            if read_value := readers.get(key):
                if _is_blank(value_node) and key not in required:
                    continue
                values[key] = read_value(value_node, file)
            else:
                file.reject(key_node, _unknown_key(key, readers))
        if isinstance(node, yaml.MappingNode):
            for name in sorted(required - values.keys()):
                file.reject(node, f"the key '{name}' is missing: add it")
        if len(file.problems) > noted:
            return _INVALID
        if placed:
            values["at"] = Place(file.path, node)
        if keyed:
            return lambda **key: struct(**values, **key)
        return struct(**values)

    return read


def _entries(
    node: yaml.Node, file: _File
) -> Iterator[tuple[str, yaml.ScalarNode, yaml.Node]]:
    """Yield the entries of a mapping; note what is not one, and doubled keys."""
    if not isinstance(node, yaml.MappingNode):
        file.reject(node, f"keys and values are expected here, not a {_kind(node)}")
        return
    if file.is_alias(node):
        return
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            file.reject(key_node, f"a key is expected here, not a {_kind(key_node)}")
            continue
        key = key_node.value
        if key in lines:
            again = f"the key '{key}' stands twice: it is in line {lines[key]} already"
            file.reject(key_node, again)
            continue
        lines[key] = key_node.start_mark.line + 1
        yield key, key_node, value_node


def _types(struct: type[Struct]) -> dict[str, Any]:
    return get_type_hints(struct, include_extras=True)


def _is_blank(node: yaml.Node) -> bool:
    """Tell whether nothing stands behind a key; a volunteer may leave it so."""
    return isinstance(node, yaml.ScalarNode) and not node.value and not node.style


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        return "single value"
    return "list" if isinstance(node, yaml.SequenceNode) else "group of keys"


def _unknown_key(key: str, known: dict[str, Any]) -> str:
    near = nearest(key, known)
    hint = f"did you mean '{near}'?" if near else f"known are {_alternatives(known)}"
    return f"unknown key '{key}': {hint}"


def _alternatives(names: dict[str, Any]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last
