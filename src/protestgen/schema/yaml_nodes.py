"""YAML text as nodes with line and column, read without interpretation."""

import re

import yaml

from protestgen.errors import DataError, Location, Problem, quoted
from protestgen.limits import MAX_DEPTH, MAX_VALUES
from protestgen.schema.place import _location
from protestgen.schema.source import count_values, too_many_values

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


def _is_blank(node: yaml.Node) -> bool:
    """Tell whether nothing stands behind a key; a volunteer may leave it so."""
    return (
        isinstance(node, yaml.ScalarNode)
        and not node.value.strip()
        and node.style not in ("'", '"')
    )
