"""YAML text that is written: formatted values, and where a new entry goes in a file."""

import re
from collections.abc import Sequence
from typing import Any

import yaml
from msgspec import Struct

from protestgen.errors import DataError, Problem
from protestgen.schema.place import location_of
from protestgen.schema.yaml_nodes import TEXT_TAG, compose, is_blank

# Longer text, in characters, is folded over lines of its own.
_LINE = 72


def format_yaml(value: dict[str, Any], *, step: int = 2, width: int = 88) -> str:
    """
    Return *value* as YAML for a person to read and edit.

    Each level is indented by *step* columns; long text is folded at *width* columns.
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
    """Writes all scalars as text, as our files are read, and folds long ones."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001, FBT002 - as PyYAML calls it
        del indentless
        super().increase_indent(flow, indentless=False)

    def represent_text(self, value: str) -> yaml.ScalarNode:
        style = ">" if len(value) > _LINE or "\n" in value else None
        return self.represent_scalar(TEXT_TAG, value, style)

    def represent_flag(self, value: bool) -> yaml.ScalarNode:  # noqa: FBT001 - as PyYAML calls it
        return self.represent_scalar(TEXT_TAG, "true" if value else "false")


_Dumper.yaml_implicit_resolvers = {}
_Dumper.add_representer(str, _Dumper.represent_text)
_Dumper.add_multi_representer(str, _Dumper.represent_text)  # PartialDate
_Dumper.add_representer(bool, _Dumper.represent_flag)


class YamlSpan(Struct, frozen=True):
    """
    Where the entries of a list or group stand in a file.

    They are indented by *indent* columns, and their content by *step* more. A new entry
    goes before the line with the index *end*, counted from 0.
    """

    indent: int = 2
    step: int = 2
    end: int = 0
    is_empty: bool = True


def find_section(text: str, name: str, key: str) -> YamlSpan | None:
    """
    Find the entries of *key* in *text*, the content of the file *name*.

    Returns None without the key. Raises `DataError` for entries in brackets, which
    cannot be extended line by line.
    """
    if all(line.lstrip()[:1] in {"", "#"} for line in split_lines(text)):
        return None
    root = compose(text, name)
    if not isinstance(root, yaml.MappingNode):
        return None
    pairs = {k.value: (k, value) for k, value in root.value}
    if key not in pairs:
        return None
    key_node, node = pairs[key]
    if is_blank(node):
        return YamlSpan(end=key_node.start_mark.line + 1)
    if isinstance(node, yaml.ScalarNode) or node.flow_style:
        reason = "entries in brackets cannot be added to: give each lines of its own"
        raise DataError([Problem(location_of(name, node.start_mark), reason)])
    starts = [k.start_mark.line for k, _ in pairs.values()]
    behind = [line for line in starts if line > key_node.start_mark.line]
    lines = split_lines(text)
    indent = node.start_mark.column
    first = node.value[0]
    inner = first[1] if isinstance(node, yaml.MappingNode) else first
    deeper = inner.start_mark.column - indent
    inline = isinstance(inner, yaml.ScalarNode) or inner.flow_style
    return YamlSpan(
        indent=indent,
        step=YamlSpan().step if inline else deeper,
        end=_end(lines[: min(behind, default=len(lines))], indent),
        is_empty=False,
    )


def split_lines(text: str) -> list[str]:
    """Split *text* at YAML's line breaks, and keep them."""
    lines = re.split(r"(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n)", text)
    return [line for line in lines if line]


def _end(lines: Sequence[str], indent: int) -> int:
    """Count *lines* up to the end of the last entry, without the comments behind it."""
    count = len(lines)
    while count:
        line = lines[count - 1].expandtabs()
        bare = line.lstrip()
        is_of_entry = len(line) - len(bare) > indent or not bare.startswith("#")
        if bare and is_of_entry:
            break
        count -= 1
    return count
