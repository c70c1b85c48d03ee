"""The blocks that a rendered template consists of: paragraphs and lists."""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from protestgen.schema.types import normalize, single_spaces

# Stands before each line of what a template inserts, so that such a line is not taken
# for a list item. No text that a user or a data file gives can hold this character.
_INSERTED = "\x02"


_LINE_START = re.compile(r"^(?!\n)", re.MULTILINE)


_BLANK_LINE = re.compile(r"\n[ \t]*\n")


_ITEM = re.compile(r"[ \t]*(?:(?P<number>[0-9]{1,2}\.)|(?P<bullet>-))[ \t]+")


_HEADING = re.compile(r"^[ \t]*(##?)[ \t]+(\S.*)$", re.MULTILINE)


_LETTER = re.compile(r"^[ \t]*\[letter\][ \t]*$", re.MULTILINE)


_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'"}


_ENTITY = re.compile("|".join(_ENTITIES))


class Paragraph(Struct, frozen=True, cache_hash=True, tag="paragraph"):
    """A paragraph of running text."""

    text: str


class ItemList(Struct, frozen=True, cache_hash=True, tag="list"):
    """A numbered or bulleted list."""

    items: tuple[str, ...]
    numbered: bool


Block = Paragraph | ItemList


class Section(Struct, frozen=True, kw_only=True):
    """
    What stands under a heading of a document, and the *parts* with headings in it.

    The model letter follows the *body* where *has_letter* is true.
    """

    heading: str
    body: tuple[Block, ...] = ()
    has_letter: bool = False
    parts: tuple["Section", ...] = ()


def parse_blocks(*texts: str) -> tuple[Block, ...]:
    """
    Read what a template or an editor gave as paragraphs and lists.

    Of several *texts* all but the last end with a blank line. A list begins behind one
    or behind a colon: a line in the middle of a paragraph that happens to begin with
    "12." or "-" is none. Items are numbered anew. Raises `ValueError` for a control
    character.
    """
    blocks: list[Block] = []
    for first, *others in filter(None, map(_parsed, texts)):
        _append(blocks, first)
        blocks += others
    return tuple(blocks)


@lru_cache(maxsize=2_000)
def _parsed(text: str) -> tuple[Block, ...]:
    """Read a text that may be in many letters."""
    blocks: list[Block] = []
    for block in chain.from_iterable(map(_parsed_chunk, _BLANK_LINE.split(text))):
        _append(blocks, block)
    return tuple(blocks)


def _append(blocks: list[Block], block: Block) -> None:
    """Append *block* to *blocks*; a list behind one of its kind goes on with that."""
    if (
        isinstance(block, ItemList)
        and blocks
        and isinstance(last := blocks[-1], ItemList)
        and last.numbered == block.numbered
    ):
        blocks[-1] = ItemList(last.items + block.items, block.numbered)
    else:
        blocks.append(block)


@lru_cache(maxsize=2_000)
def _parsed_chunk(chunk: str) -> tuple[Block, ...]:
    """Read what stands between two blank lines; most of it is in many letters."""
    lines = chunk.strip("\n").split("\n")
    first = _first_item(lines)
    blocks: list[Block] = []
    if paragraph := _plain(" ".join(lines[:first])):
        blocks.append(Paragraph(paragraph))
    if items := _items(lines[first:]):
        blocks.append(ItemList(items, _marker(lines[first]) == "number"))
    return tuple(blocks)


def parse_sections(text: str) -> tuple[tuple[Block, ...], tuple[Section, ...]]:
    """
    Read what the template of a document gave: what precedes its sections, and these.

    A line that begins with `#` is the heading of a section, with `##` that of a part of
    it; `[letter]` on a line is where the model letter belongs. Raises `ValueError` for
    a control character.
    """
    first, *rest = _HEADING.split(text)
    sections: list[Section] = []
    for mark, heading, body in zip(*[iter(rest)] * 3, strict=True):
        words, letters = _LETTER.subn("", body)
        section = Section(
            heading=_plain(heading), body=parse_blocks(words), has_letter=letters > 0
        )
        if mark == "##" and sections:
            last = sections[-1]
            sections[-1] = replace(last, parts=(*last.parts, section))
        else:
            sections.append(section)
    return parse_blocks(first), tuple(sections)


def _first_item(lines: Sequence[str]) -> int:
    """Return the index of the line in which a list begins; behind the last if none."""
    for index, line in enumerate(lines):
        may_begin = index == 0 or lines[index - 1].rstrip().endswith(":")
        if may_begin and _marker(line):
            return index
    return len(lines)


def _items(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the items of a list; a line without its kind of marker goes on."""
    items: list[list[str]] = []
    for line in lines:
        if _marker(line) == _marker(lines[0]):
            items.append([_ITEM.sub("", line, count=1)])
        else:
            items[-1].append(line)
    plain = (_plain(" ".join(item)) for item in items)
    return tuple(item for item in plain if item)


def _marker(line: str) -> str | None:
    """Return the kind of list item that *line* begins: `number`, `bullet` or none."""
    item = _ITEM.match(line)
    return item and item.lastgroup


def _plain(text: str) -> str:
    """Take the marks of `_insert` away, and superfluous white space."""
    unescaped = _ENTITY.sub(lambda match: _ENTITIES[match[0]], text)
    return single_spaces(normalize(unescaped.replace(_INSERTED, "")).strip())
