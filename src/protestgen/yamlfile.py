"""
YAML read with places, against a schema of structs.

Files are read through their nodes, so that every value is known by file, line and
column, and every scalar is text until its field says otherwise: `no` is Norway, `01309`
a postcode. All that is wrong with a file is reported at once.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import cache
from pathlib import Path
from stat import S_ISREG
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    BinaryIO,
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

from .errors import DataError, Location, Problem, Suggester, quoted, unreadable
from .limits import MAX_DEPTH, MAX_ENTRY, MAX_FILE, MAX_ITEMS, MAX_VALUES

# The C loader composes nested nodes by recursion on the machine's stack, which a
# hostile file can exhaust. Nesting needs brackets or a deep left margin: only a file
# that has plenty of either is measured before it is composed. A margin shows in every
# 20th character, which is quick to search.
_SAMPLE = 20
_DEEP_MARGIN = re.compile(r"[ \-?:]{10}")
_MANY_BRACKETS = 250
# What an alias may begin with; most of such text is in a scalar, and is none.
_LIKE_ALIAS = re.compile(r"(?:^|[\s\[{,:])\*\S")

# Nothing is resolved: a scalar is text, and what has another tag than these was given
# it in the file.
_TEXT_TAG = "tag:yaml.org,2002:str"
_TAGS = {
    yaml.ScalarNode: _TEXT_TAG,
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
_PLAIN_TAGS = set(_TAGS.values())


class _Loader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """Reads YAML without looking for what a scalar may mean."""

    def resolve(self, kind: type[yaml.Node], _value: object, _implicit: object) -> str:
        return _TAGS[kind]

    def descend_resolver(self, _node: object, _index: object) -> None:
        pass

    def ascend_resolver(self) -> None:
        pass


_LOADER = _Loader

# Text longer than this is written in lines of its own.
_LINE = 72

# What PyYAML says of common mistakes, and what a volunteer makes of it.
_PLAIN_WORDS = {
    "mapping values": (
        "a colon is not allowed here: look at the indentation, or use quotes"
    ),
    "scanning an alias": "a text cannot begin with '*': put it in quotes",
    "scanning an anchor": "a text cannot begin with '&': put it in quotes",
    "tab character": "a tab is not allowed here: indent with spaces",
    "<document start>": "this belongs to nothing before it: look at the indentation",
    "another document": "a second document begins here: keep one a file",
    "occurrence": "this anchor ('&...') stands twice: give it another name",
}


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
        return _location(self.path, self._at_end(keys).start_mark)

    def of_key(self, *keys: str | int) -> Location:
        """Return the location of the last of *keys* itself, not of what it leads to."""
        *groups, last = keys
        node = self._at_end(groups)
        if isinstance(node, yaml.MappingNode):
            node = next((k for k, _ in node.value if k.value == last), node)
        return _location(self.path, node.start_mark)

    def _at_end(self, keys: Iterable[str | int]) -> yaml.Node:
        node = self._node
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                node = next((v for k, v in node.value if k.value == key), node)
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
                node = node.value[key]
        return node

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

    of_key = of

    def __reduce__(self) -> tuple[Any, ...]:
        return (FixedPlace, (self._at,))


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


def read_text(path: Path, *, within: Path | None = None) -> str:
    """Return what stands in the file *path*, under the conditions of `read_yaml`."""
    name = str(path)
    try:
        data = read_data(path, within) if within else _bounded(path.open("rb"))
        return data.decode("utf-8-sig")
    except UnreadError as error:
        raise DataError([Problem(Location(name), str(error))]) from None
    except OSError as error:
        raise unreadable(name, error) from None
    except UnicodeDecodeError as error:
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        at = Location(name, line, error.start - before.rfind(b"\n"))
        reason = "not UTF-8: save the file with the encoding UTF-8"
        raise DataError([Problem(at, reason)]) from None


class UnreadError(Exception):
    """A file that is not read, being none of its campaign's or too large."""


def read_data(path: Path, within: Path) -> bytes:
    """
    Return the bytes of the file *path* of the campaign *within*.

    Raises `UnreadError` for a file elsewhere, a device or pipe, or one that is too
    large.
    """
    target = path.resolve(strict=True)
    if not target.is_relative_to(within.resolve()):
        raise UnreadError(
            "a link that leads out of its folder: put the file itself here"
        )
    if target.is_dir():
        raise IsADirectoryError
    # A pipe would wait for its writer; a link was not there when *path* was resolved.
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0)
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    file = os.fdopen(os.open(target, flags), "rb")
    if not S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise UnreadError("this is no file: put one here")
    return _bounded(file)


def _bounded(file: BinaryIO) -> bytes:
    """Return what *file* holds, and close it."""
    with file:
        data = file.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise UnreadError(f"larger than {MAX_FILE // 1_000_000} MB: divide it")
    return data


def parse_yaml(text: str, name: str, schema: type[T]) -> T:
    """Read *text*, which stands in the file *name*, as a *schema*."""
    file = _File(name)
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
    file = _File(name)
    value = _reader(schema)(node, file)
    if not file.problems:
        return cast("T", value), []
    return _sound(node, name, schema), file.problems


def _sound(node: yaml.Node, name: str, schema: type[T]) -> T | None:
    """Return the *schema* with the entries of *node* that have no problems."""
    file = _File(name)  # what it notes is known
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


def format_yaml(value: dict[str, Any], *, step: int = 2, width: int = 88) -> str:
    """
    Return *value* as YAML for a person to read and edit, as they would write it.

    What is deeper is indented by *step*; lines have *width* columns where they can.
    """
    return yaml.dump(
        value,
        Dumper=_Dumper,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        indent=step,
        width=width,
    )


class _Dumper(yaml.SafeDumper):
    """Writes what our files are read as: all is text, and long text is folded."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - as PyYAML calls it
        del indentless
        super().increase_indent(flow, indentless=False)

    def represent_text(self, value: str) -> yaml.ScalarNode:
        style = ">" if len(value) > _LINE or "\n" in value else None
        return self.represent_scalar(_TEXT_TAG, value, style)

    def represent_flag(self, value: bool) -> yaml.ScalarNode:  # noqa: FBT001 - as PyYAML calls it
        return self.represent_scalar(_TEXT_TAG, "true" if value else "false")


_Dumper.yaml_implicit_resolvers = {}
_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_multi_representer(str, _Dumper.represent_text)  # dates
_Dumper.add_representer(bool, _Dumper.represent_flag)


class Section(Struct, frozen=True):
    """
    Where the entries of a list or a group of keys stand in a text.

    They begin in the column *indent*, counted from 0, and what is in them *step*
    columns further right. A next one goes before the line of the index *end*.
    """

    indent: int = 2
    step: int = 2
    end: int = 0
    is_empty: bool = True


def find_section(text: str, name: str, key: str) -> Section | None:
    """
    Return where the entries of *key* stand in *text*, which is the file *name*.

    None if the key is not there. Raises `DataError` for entries in brackets, which
    cannot be added to line by line.
    """
    if not re.search(r"^[ \t]*[^\s#]", text, re.MULTILINE):
        return None
    root = _compose(text, name)
    if not isinstance(root, yaml.MappingNode):
        return None
    pairs = {k.value: (k, value) for k, value in root.value}
    if key not in pairs:
        return None
    key_node, node = pairs[key]
    if _is_blank(node):
        return Section(end=key_node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        reason = "entries in brackets cannot be added to: give each lines of its own"
        raise DataError([Problem(_location(name, node.start_mark), reason)])
    starts = [k.start_mark.line for k, _ in pairs.values()]
    behind = [line for line in starts if line > key_node.start_mark.line]
    lines = split_lines(text)
    indent = node.start_mark.column
    first = node.value[0]
    inner = first[1] if isinstance(node, yaml.MappingNode) else first
    deeper = inner.start_mark.column - indent
    inline = isinstance(inner, yaml.ScalarNode) or inner.flow_style
    return Section(
        indent=indent,
        step=Section().step if inline else deeper,
        end=_end(lines[: min(behind, default=len(lines))], indent),
        is_empty=False,
    )


def split_lines(text: str) -> list[str]:
    """Return the lines of *text*, with their ends, as YAML counts them."""
    return [
        line
        for line in re.split(r"(?<=\n|\x85|\u2028|\u2029)|(?<=\r)(?!\n)", text)
        if line
    ]


def _end(lines: Sequence[str], indent: int) -> int:
    """Return the number of *lines* up to the last one that is of the last entry."""
    count = len(lines)
    while count:
        line = lines[count - 1].expandtabs()
        bare = line.lstrip()
        is_of_entry = len(line) - len(bare) > indent or not bare.startswith("#")
        if bare and is_of_entry:
            break
        count -= 1
    return count


class _File:
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


def _location(path: str, mark: Any) -> Location:
    return Location(path, mark.line + 1, mark.column + 1)


def count_values(text: str) -> int:
    """Return how many keys and items *text* may hold at most, without reading it."""
    return sum(map(text.count, (*"\n\r\x85\u2028\u2029,:[{-", "? ")))


def _compose(text: str, name: str) -> yaml.Node:
    if count_values(text) > MAX_VALUES:
        raise DataError([too_many_values(name)])
    try:
        _check_events(text, name)
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = _location(name, mark) if mark else Location(name)
        raise DataError([Problem(_within(at, text), _syntax(error, text))]) from None
    except yaml.reader.ReaderError:
        raise DataError([_unprintable(text, name)]) from None
    except (RecursionError, ValueError) as error:  # the loader without C: too deep, \U
        reason = f"not valid YAML ({error}): look at the indentation, quotes and colons"
        raise DataError([Problem(Location(name, 1, 1), reason)]) from None
    if node is None or _is_blank(node):
        raise DataError([Problem(Location(name, 1, 1), "the file is empty")])
    return node


def _within(at: Location, text: str) -> Location:
    """Return *at*, or the end of *text* for what is only missed behind it."""
    lines = text.rstrip().split("\n")
    if (at.line or 0) <= len(lines):
        return at
    return Location(at.path, len(lines), len(lines[-1]) + 1)


def _unprintable(text: str, name: str) -> Problem:
    # The two loaders count differently: by bytes and by characters.
    match = yaml.reader.Reader.NON_PRINTABLE.search(text)
    before = text[: match.start()] if match else ""
    at = Location(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
    character = f"U+{ord(match[0]):04X}" if match else "there"
    hint = "remove it, and save the file with the encoding UTF-8"
    return Problem(at, f"the character {character} is not allowed here: {hint}")


def _syntax(error: yaml.MarkedYAMLError, text: str) -> str:
    """Return in plain words what keeps a file from being YAML."""
    problem, mark = error.problem or "", error.problem_mark or error.context_mark
    for words, reason in _PLAIN_WORDS.items():
        if words in f"{error.context} {problem}":
            return reason
    if "cannot start any token" in problem or "undefined alias" in problem:
        character = text[mark.index : mark.index + 1] if mark else ""
        if character == "\t":
            return "a tab is not allowed here: indent with spaces"
        return f"a text cannot begin with {quoted(character)}: put it in quotes"
    if mark and error.context_mark and error.context_mark.line < mark.line:
        problem += f", from line {error.context_mark.line + 1} on"
    return f"not valid YAML ({problem}): look at the indentation, quotes and colons"


def too_many_values(name: str) -> Problem:
    """Return the problem of data that would fill the memory, in the file *name*."""
    reason = f"more than {MAX_VALUES:,} keys and items: make it two campaigns"
    return Problem(Location(name), reason)


def _check_events(text: str, name: str) -> None:
    """Refuse aliases and deep nesting, in a file that may have either."""
    brackets = text.count("[") + text.count("{")
    may_be_deep = brackets >= _MANY_BRACKETS or _DEEP_MARGIN.search(text[::_SAMPLE])
    if not may_be_deep and not ("*" in text and _LIKE_ALIAS.search(text)):
        return
    depth, anchors = 0, set()
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            if event.anchor in anchors:  # else it is text without quotes
                reason = f"'*{event.anchor}' is an alias: write out what it repeats"
                raise DataError([Problem(_location(name, event.start_mark), reason)])
            continue
        anchors.add(getattr(event, "anchor", None))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            at = _location(name, event.start_mark)
            reason = f"nested deeper than {MAX_DEPTH} levels: write it flatter"
            raise DataError([Problem(at, reason)])


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
    def read(node: yaml.Node, file: _File) -> Any:
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

    def read(node: yaml.Node, file: _File) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return file.reject(node, f"a list is expected here, not a {_kind(node)}")
        if file.refuses(node) or (not placed and _is_long(node, file)):
            return _INVALID
        items = tuple([read_item(item, file) for item in node.value])
        if has_ids:
            _reject_doubled(items, node, file)
        return items

    return read


def _reject_doubled(items: Iterable[Any], node: yaml.Node, file: _File) -> None:
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

    def read(node: yaml.Node, file: _File) -> Any:
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

    A field named `at` is not read: it is the struct's `Place`. Where *keyed*, `id` is
    the key that the mapping stands under, and what is returned still waits for it.
    """
    types = _types(struct)
    filled = {"at", "id"} if keyed else {"at"}
    readers = {name: _reader(types[name]) for name in types if name not in filled}
    required = {f.name for f in fields(struct) if f.required} - filled
    readers |= {name: _required_reader(name, readers[name]) for name in required}
    placed = "at" in types

    def read(node: yaml.Node, file: _File) -> Any:
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
            values["at"] = Place(file.path, node)
        if keyed:
            return lambda **key: struct(**values, **key)
        return struct(**values)

    return read


def _required_reader(name: str, read_value: _Read) -> _Read:
    def read(node: yaml.Node, file: _File) -> Any:
        if _is_blank(node):
            return file.reject(node, f"the key '{name}' has no value: write one")
        value = read_value(node, file)
        if value == ():
            return file.reject(node, "the list is empty: write one item at least")
        return value

    return read


def _entries(
    node: yaml.Node, file: _File
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


def _is_long(node: yaml.Node, file: _File) -> bool:
    """Note a list or group of keys in an entry that is longer than it may be."""
    if isinstance(node, yaml.ScalarNode) or len(node.value) <= MAX_ITEMS:
        return False
    count, kind = len(node.value), _kind(node)
    file.reject(
        node, f"a {kind} of {count:,}, at most {MAX_ITEMS} are read: shorten it"
    )
    return True


def _is_blank(node: yaml.Node) -> bool:
    """Tell whether nothing stands behind a key; a volunteer may leave it so."""
    return (
        isinstance(node, yaml.ScalarNode)
        and not node.value.strip()
        and node.style not in ("'", '"')
    )


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
