"""Where a value stands in its file."""

from collections.abc import Iterable
from typing import (
    Any,
)

import yaml

from protestgen.errors import Location


class SourceMap:
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
        return (StaticLocation, (self.of(),))


class StaticLocation(SourceMap):
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
        return (StaticLocation, (self._at,))


def _location(path: str, mark: Any) -> Location:
    return Location(path, mark.line + 1, mark.column + 1)
