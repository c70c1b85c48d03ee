"""YAML text as a tree of nodes with line and column; no value is converted."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from protestgen.errors import DataError, Location, Problem, data_error, quoted
from protestgen.limits import MAX_DEPTH, MAX_VALUES
from protestgen.schema.place import location_of
from protestgen.schema.source import count_values, too_many_values

TEXT_TAG = "tag:yaml.org,2002:str"
# Every node gets the tag of its kind; a node with any other tag was tagged in the file.
_TAGS = {
    yaml.ScalarNode: TEXT_TAG,
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
DEFAULT_TAGS = frozenset(_TAGS.values())

# The line breaks of YAML 1.1.
_LINE_BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")

# PyYAML's words for common mistakes, and plain ones.
_PLAIN_WORDS = {
    "mapping values": (
        "a colon is not allowed here: look at the indentation, or use quotes"
    ),
    "scanning an alias": "a text cannot begin with '*': put it in quotes",
    "scanning an anchor": "a text cannot begin with '&': put it in quotes",
    "tab character": "a tab is not allowed here: indent with spaces",
    "<document start>": "this belongs to nothing before it: look at the indentation",
    "another document": "a second document begins here: keep one a file",
    "occurrence": "this anchor ('&...') appears twice: give it another name",
}


class _RefusedError(yaml.MarkedYAMLError):
    """Valid YAML that is refused; *problem* is the sentence for the user."""

    def __init__(self, problem: str, mark: Any) -> None:
        super().__init__(problem=problem, problem_mark=mark)


class NodeHooks:
    """
    PyYAML's hooks for each node: give it the tag of its kind, and bound the depth.

    PyYAML composes nested nodes by recursion, also in C, where deep nesting would
    overflow the stack.
    """

    depth = 0

    def resolve(self, kind: type[yaml.Node], _value: object, _implicit: object) -> str:
        """Return the tag of a node without one."""
        return _TAGS[kind]

    def descend_resolver(self, parent: yaml.Node | None, _index: object) -> None:
        """Enter a child of *parent*; raise if *parent* is nested too deep."""
        self.depth += 1
        if self.depth > MAX_DEPTH + 1 and parent:
            reason = f"nested deeper than {MAX_DEPTH} levels: write it flatter"
            raise _RefusedError(reason, parent.start_mark)

    def ascend_resolver(self) -> None:
        """Leave a node."""
        self.depth -= 1


class _Loader(NodeHooks, getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """Composes YAML in C where PyYAML was built with its C library."""


def compose(text: str, name: str) -> yaml.Node:
    """
    Return the root node of *text*, the content of the file *name*.

    Raises `DataError` where the text is empty or no YAML, nested deeper than
    `MAX_DEPTH`, has more than `MAX_VALUES` values, or an alias.
    """
    if count_values(text) > MAX_VALUES:
        raise DataError([too_many_values(name)])
    try:
        _refuse_aliases(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = location_of(name, mark) if mark else Location(name)
        raise DataError([Problem(_within(at, text), _reason(error, text))]) from None
    except yaml.reader.ReaderError:
        raise DataError([_unprintable(text, name)]) from None
    except ValueError as error:  # an escape such as \U00110000, in the loader without C
        reason = f"not valid YAML ({error}): look at the indentation, quotes and colons"
        raise data_error(name, reason, 1, 1) from None
    if node is None or is_blank(node):
        raise data_error(name, "the file is empty", 1, 1)
    return node


def _refuse_aliases(text: str) -> None:
    """Raise for an alias of an anchor: nested aliases could fill the memory."""
    if "*" not in text or "&" not in text:
        return
    anchors: set[str | None] = set()
    for event in yaml.parse(text, Loader=_Loader):
        if not isinstance(event, yaml.AliasEvent):
            anchors.add(getattr(event, "anchor", None))
        elif event.anchor in anchors:  # without an anchor it is text that lacks quotes
            reason = f"'*{event.anchor}' is an alias: write out what it repeats"
            raise _RefusedError(reason, event.start_mark)


def _within(at: Location, text: str) -> Location:
    """Return *at*, or the end of *text* for an error that PyYAML puts behind it."""
    lines = _LINE_BREAK.split(text.rstrip())
    if (at.line or 0) <= len(lines):
        return at
    return Location(at.path, len(lines), len(lines[-1]) + 1)


def _unprintable(text: str, name: str) -> Problem:
    # PyYAML's loaders count differently: in bytes, and in characters.
    match = yaml.reader.Reader.NON_PRINTABLE.search(text)
    before = text[: match.start()] if match else ""
    at = Location(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
    character = f"U+{ord(match[0]):04X}" if match else "there"
    hint = "remove it, and save the file with the encoding UTF-8"
    return Problem(at, f"the character {character} is not allowed here: {hint}")


def _reason(error: yaml.MarkedYAMLError, text: str) -> str:
    """Return in plain words why a file is refused."""
    problem, mark = error.problem or "", error.problem_mark or error.context_mark
    if isinstance(error, _RefusedError):
        return problem
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


def is_blank(node: yaml.Node) -> bool:
    """Whether *node* is the absent value of a key; an empty text has quotes."""
    return (
        isinstance(node, yaml.ScalarNode)
        and not node.value.strip()
        and node.style not in ("'", '"')
    )


def texts_of_entries(text: str, name: str, group: str, field: str) -> dict[str, str]:
    """
    Return the text of a *field* of each entry in a *group*, by key, without any check.

    *text* is the content of the file *name*. Raises `DataError` for text that is no
    YAML.
    """
    entries = dict(_unchecked(dict(_unchecked(compose(text, name))).get(group)))
    fields_ = {key: dict(_unchecked(node)) for key, node in entries.items()}
    nodes = {key: found.get(field) for key, found in fields_.items()}
    return {
        key: node.value if isinstance(node, yaml.ScalarNode) else ""
        for key, node in nodes.items()
    }


def _unchecked(node: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """Yield the keys of a mapping and their nodes; those of others are none."""
    for key, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if isinstance(key, yaml.ScalarNode):
            yield key.value, value
