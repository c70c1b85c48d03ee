"""Where structs and their fields stand in their file."""

from typing import Any

import yaml

from protestgen.errors import Location


class SourceMap:
    """The location of a struct in its file, and of each of its fields."""

    __slots__ = ("_node", "path")

    def __init__(self, path: str, node: yaml.Node) -> None:
        self.path = path
        self._node = node

    def of(self, *keys: str | int) -> Location:
        """
        Return the location of the value at the end of *keys*.

        A key is the name of a field, a key of a group, or an index in a list; where the
        file lacks one, the location is that of the last value found.
        """
        return location_of(self.path, self._find(*keys).start_mark)

    def of_key(self, *keys: str | int) -> Location:
        """Return the location of the last of *keys* itself, not of its value."""
        *groups, last = keys
        node = self._find(*groups)
        if isinstance(node, yaml.MappingNode):
            node = next((k for k, _ in node.value if k.value == last), node)
        return location_of(self.path, node.start_mark)

    def _find(self, *keys: str | int) -> yaml.Node:
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
        # The marks of the C parser cannot be pickled.
        return (StaticLocation, (self.of(),))


class StaticLocation(SourceMap):
    """A `SourceMap` that knows the location of the struct only, and can be pickled."""

    __slots__ = ("_at",)

    def __init__(self, at: Location) -> None:
        self.path = at.path
        self._at = at

    def of(self, *_keys: str | int) -> Location:
        """Return the location of the struct, whatever the keys."""
        return self._at

    of_key = of


def location_of(path: str, mark: yaml.Mark) -> Location:
    """Return the location of PyYAML's *mark*, which counts from 0."""
    return Location(path, mark.line + 1, mark.column + 1)
