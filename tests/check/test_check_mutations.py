"""
The check finds a mistake in a campaign, and says in which line it was made.

Each mutation is drawn from its own number, so that one that fails can be repeated.
"""

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from msgspec import Struct

from conftest import ROOT
from protestgen.campaign import loader as campaign
from protestgen.check import check_campaign, context
from protestgen.templating import environment as templates

NAMES = (
    "demands.de.yaml",
    "demands.yaml",
    "embassies.yaml",
    "forms.de.yaml",
    "forms.yaml",
)
ON = date(2026, 11, 22)
# The least share of each kind of mutation that is found. The others leave a valid
# campaign: they drop an optional key, misspell the name of a role, which may have any
# name, or write a text that is a text as well.
FOUND = {"drop": 0.6, "double": 1.0, "misspell": 0.85, "retype": 0.85, "cut": 0.9}
# A value of each type, and some of none.
VALUES = (
    "[]",
    "{}",
    "''",
    "[a, b]",
    "{a: b}",
    "[[a]]",
    "soon!",
    "-1",
    "'{x}'",
    "2026-13",
)


class Mutation(Struct, frozen=True):
    """
    A text with one mistake of a *kind*, which is expected at one of *lines*.

    A missing key is expected at the beginning of its group of keys; a file that was cut
    off, at the beginning of an entry that ends there.
    """

    kind: str
    text: str
    lines: frozenset[int]


class Entry(Struct):
    """A key, its value and the group of keys that they are in, as YAML nodes."""

    key: yaml.Node
    value: yaml.Node
    group: yaml.MappingNode


def entries(node: yaml.Node) -> Iterator[Entry]:
    """Yield every entry below *node*."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield Entry(key, value, node)
            yield from entries(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from entries(item)


def root(text: str) -> yaml.Node:
    """Return the YAML in *text* as its nodes."""
    node = yaml.compose(text, Loader=yaml.CSafeLoader)
    assert node
    return node


def line(text: str, index: int) -> int:
    """Return the line number of the character at *index*."""
    return text.count("\n", 0, index) + 1


def drop(_draw: random.Random, text: str, entry: Entry) -> Mutation | None:
    """Drop a key with its value."""
    at = [key.start_mark.index for key, _ in entry.group.value]
    start = entry.key.start_mark.index
    later = [index for index in at if index > start]
    if entry.group.flow_style or not at[1:]:
        return None
    if later:
        mutated = text[:start] + text[later[0] :]
    else:
        written = text[start : entry.value.end_mark.index].rstrip()
        mutated = text[:start].rstrip() + text[start + len(written) :]
    place = line(text, entry.group.start_mark.index)
    return Mutation("drop", mutated, frozenset({place}))


def double(_draw: random.Random, text: str, entry: Entry) -> Mutation | None:
    """Write a key with its value twice."""
    start, end = entry.key.start_mark.index, entry.value.end_mark.index
    if entry.group.flow_style:
        mutated = f"{text[:end]}, {text[start:end]}{text[end:]}"
        place = line(text, end)
    else:
        written = text[start:end].rstrip("\n ")
        margin = "\n" + " " * entry.key.start_mark.column
        rest = start + len(written)
        mutated = text[:rest] + margin + written + text[rest:]
        place = line(text, rest) + 1
    return Mutation("double", mutated, frozenset({place}))


def misspell(draw: random.Random, text: str, entry: Entry) -> Mutation | None:
    """Drop, double, swap or change a letter of a key."""
    start, end = entry.key.start_mark.index, entry.key.end_mark.index
    key = text[start:end]
    at = draw.randrange(len(key))
    other = draw.choice(
        (
            key[:at] + key[at + 1 :],
            key[:at] + key[at] + key[at:],
            key[:at] + draw.choice("aeinrstx") + key[at + 1 :],
            key[:at] + key[at : at + 2][::-1] + key[at + 2 :],
        )
    )
    if not other or other == key:
        return None
    place = line(text, start)
    return Mutation("misspell", text[:start] + other + text[end:], frozenset({place}))


def retype(draw: random.Random, text: str, entry: Entry) -> Mutation | None:
    """Write a value of another type."""
    value, nodes = draw.choice(VALUES), [entry.value]
    if isinstance(entry.value, yaml.SequenceNode):
        nodes += entry.value.value  # one of the items, too
    node = draw.choice(nodes)
    start, end = node.start_mark.index, node.end_mark.index
    written = text[start:end].rstrip("\n ")
    gap = "" if text[start - 1 : start] in " [{" else " "
    mutated = text[:start] + gap + value + text[start + len(written) :]
    place = line(text, start)
    return Mutation("retype", mutated, frozenset({place}))


def cut(draw: random.Random, text: str, _entry: Entry) -> Mutation | None:
    """Cut the rest of the file off."""
    end = draw.randrange(len(text))
    lines = {line(text, node.start_mark.index) for node in around(root(text), end)}
    return Mutation("cut", text[:end], frozenset({*(lines or {1}), line(text, end)}))


def around(node: yaml.Node, index: int) -> Iterator[yaml.Node]:
    """Yield the nodes around the character at *index*, and their keys."""
    if not node.start_mark.index <= index <= node.end_mark.index:
        return
    yield node
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.start_mark.index <= index <= value.end_mark.index:
                yield key
            yield from around(value, index)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from around(item, index)


MUTATIONS = (drop, double, misspell, retype, cut)


def mutated(number: int, text: str) -> Mutation | None:
    """Return the mutation of this number, or None if it changes nothing."""
    draw = random.Random(number)  # noqa: S311 - no secret
    known = [*entries(root(text))]
    return draw.choice(MUTATIONS)(draw, text, draw.choice(known))


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small valid campaign, which stands in for the bundled one."""
    folder = tmp_path / "small"
    shutil.copytree(ROOT / "tests" / "small", folder)
    for name in ("forms.yaml", "forms.de.yaml"):
        shutil.copy(ROOT / "data" / name, folder / "data")
    for module in (campaign, context, templates):
        monkeypatch.setattr(module, "shipped_folder", lambda: folder)
    return folder


def test_the_campaign_is_valid(folder: Path) -> None:
    """
    The check finds nothing in the campaign before it is mutated.
    """
    assert folder.is_dir()
    assert list(map(str, check_campaign((), ON))) == []


@pytest.mark.slow
@pytest.mark.no_cover
def test_a_mistake_is_found_at_its_line(
    folder: Path, request: pytest.FixtureRequest
) -> None:
    """
    The check finds most mistakes, and 95 of 100 errors are at the line of the mistake.

    The other errors are where something refers to what the mistake has changed.
    """
    made, found, wrong, exact = (Counter[str]() for _ in range(4))
    for number in range(request.config.getoption("mutations")):
        path = folder / "data" / NAMES[number % len(NAMES)]
        text = path.read_text(encoding="utf-8")
        if (mutation := mutated(number, text)) is None:
            continue
        path.write_text(mutation.text, encoding="utf-8")
        findings = check_campaign((), ON)
        path.write_text(text, encoding="utf-8")
        errors = {(f.file, f.line) for f in findings if f.severity == "error"}
        places = {(str(path), line) for line in mutation.lines}
        made[mutation.kind] += 1
        found[mutation.kind] += bool(findings)
        wrong[mutation.kind] += bool(errors)
        exact[mutation.kind] += bool(errors) and errors <= places

    shares = {kind: found[kind] / count for kind, count in made.items()}
    assert {kind: share for kind, share in shares.items() if share < FOUND[kind]} == {}
    assert min(exact[kind] for kind in FOUND) > wrong.total() / 20
    assert exact.total() >= 0.95 * wrong.total()
