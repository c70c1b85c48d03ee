"""The blocks of a rendered template: paragraphs and lists; in a document, tables."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain, groupby

from msgspec import Struct
from msgspec.structs import replace

from protestgen.schema.types import normalize, single_spaces

# Stands before each line that a template inserts, so that it is not read as an item of
# a list. No text of a user or a data file can hold this character.
INSERTION_MARK = "\x02"
LINE_START = re.compile(r"^(?!\n)", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_ITEM = re.compile(r"[ \t]*(?:(?P<number>[0-9]{1,2}\.)|(?P<bullet>-))[ \t]+")
_HEADING = re.compile(r"^[ \t]*(##?)[ \t]+(\S.*)$", re.MULTILINE)
_LETTER = re.compile(r"^[ \t]*\[letter\][ \t]*$", re.MULTILINE)
# Before a table: it is drawn as a chart as well.
_CHART = "[chart]"
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


def map_text(function: Callable[[str], str], block: Block) -> Block:
    """The *block* with the results of *function* for its texts."""
    if isinstance(block, Paragraph):
        return Paragraph(function(block.text))
    return ItemList(tuple(map(function, block.items)), block.numbered)


class Table(Struct, frozen=True, tag="table"):
    """
    A table of a document; in each row the first cell is a name, the others are numbers.

    For a chart, *shares* are the first numbers in percent of the largest one.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[float, ...] = ()


class Section(Struct, frozen=True, kw_only=True):
    """
    A section of a document, with *parts* that have headings of their own.

    The model letter follows the *body* if *has_letter* is true.
    """

    heading: str
    body: tuple[Block | Table, ...] = ()
    has_letter: bool = False
    parts: tuple["Section", ...] = ()


def parse_blocks(*texts: str) -> tuple[Block, ...]:
    """
    Parse the output of a template or an editor as paragraphs and lists.

    All *texts* but the last end with a blank line. A list begins after a blank line or
    a colon; elsewhere a line that begins with "12." or "-" belongs to its paragraph.
    Items are renumbered. Raises `ValueError` for a control character.
    """
    blocks: list[Block] = []
    for parsed in map(_parsed, texts):
        if blocks and parsed and isinstance(parsed[0], ItemList):
            _append(blocks, parsed[0])
            blocks += parsed[1:]
        else:
            blocks += parsed
    return tuple(blocks)


@lru_cache(maxsize=2_000)
def _parsed(text: str) -> tuple[Block, ...]:
    """Parse one text; the cache helps where many letters share it."""
    blocks: list[Block] = []
    for block in chain.from_iterable(map(_parsed_chunk, _BLANK_LINE.split(text))):
        _append(blocks, block)
    return tuple(blocks)


def _append(blocks: list[Block], block: Block) -> None:
    """Append *block* to *blocks*; a list continues one of its kind before it."""
    if (
        isinstance(block, ItemList)
        and blocks
        and isinstance(last := blocks[-1], ItemList)
        and last.numbered == block.numbered
    ):
        blocks[-1] = ItemList(last.items + block.items, block.numbered)
    else:
        blocks.append(block)


def _parsed_chunk(chunk: str) -> tuple[Block, ...]:
    """Parse the text between two blank lines."""
    lines = chunk.strip("\n").split("\n")
    first = _first_item(lines)
    blocks: list[Block] = []
    if paragraph := _unescape(" ".join(lines[:first])):
        blocks.append(Paragraph(paragraph))
    if items := _items(lines[first:]):
        blocks.append(ItemList(items, _marker(lines[first]) == "number"))
    return tuple(blocks)


def parse_sections(text: str) -> tuple[tuple[Block, ...], tuple[Section, ...]]:
    """
    Parse a document: the blocks before its sections, and the sections.

    A line that begins with `#` is the heading of a section, with `##` that of a part of
    it; a line `[letter]` is the place of the model letter. Lines that begin with `|`
    are a table, with its header first and a line `[chart]` above it if it is one.
    Raises `ValueError` for a control character, and for a table with unequal rows.
    """
    first, *rest = _HEADING.split(text)
    sections: list[Section] = []
    for mark, heading, body in zip(*[iter(rest)] * 3, strict=True):
        words, letters = _LETTER.subn("", body)
        section = Section(
            heading=_unescape(heading),
            body=_blocks_and_tables(words),
            has_letter=letters > 0,
        )
        if mark == "##" and sections:
            last = sections[-1]
            sections[-1] = replace(last, parts=(*last.parts, section))
        else:
            sections.append(section)
    return parse_blocks(first), tuple(sections)


def _blocks_and_tables(text: str) -> tuple[Block | Table, ...]:
    """Parse the body of a section."""
    found: list[Block | Table] = []
    for is_table, chunks in groupby(_BLANK_LINE.split(text), key=_is_table):
        if is_table:
            found += map(_table, chunks)
        else:
            found += parse_blocks("\n\n".join(chunks))
    return tuple(found)


def _is_table(chunk: str) -> bool:
    return chunk.lstrip().startswith((_CHART, "|"))


def _table(chunk: str) -> Table:
    lines = [line.strip() for line in chunk.strip().splitlines()]
    has_chart = lines[0] == _CHART
    header, *rows = (
        tuple(_unescape(cell) for cell in line.strip("|").split("|"))
        for line in lines[has_chart:]
    )
    if len(header) < 2 or any(len(row) != len(header) for row in rows):
        raise ValueError("a table needs two columns or more, as many in each row")
    return Table(header, tuple(rows), _shares(rows) if has_chart else ())


def _shares(rows: Sequence[Sequence[str]]) -> tuple[float, ...]:
    """The numbers in the second column in percent of the largest one."""
    numbers = [int(row[1]) if row[1].isdecimal() else 0 for row in rows]
    most = max(numbers, default=0) or 1
    return tuple(round(100 * number / most, 1) for number in numbers)


def _first_item(lines: Sequence[str]) -> int:
    """The index of the line in which a list begins, or the number of lines."""
    for index, line in enumerate(lines):
        may_begin = index == 0 or lines[index - 1].rstrip().endswith(":")
        if may_begin and _marker(line):
            return index
    return len(lines)


def _items(lines: Sequence[str]) -> tuple[str, ...]:
    """The items of a list; a line without its kind of marker continues an item."""
    items: list[list[str]] = []
    for line in lines:
        if _marker(line) == _marker(lines[0]):
            items.append([_ITEM.sub("", line, count=1)])
        else:
            items[-1].append(line)
    texts = (_unescape(" ".join(item)) for item in items)
    return tuple(text for text in texts if text)


def _marker(line: str) -> str | None:
    """The kind of list item that *line* begins: `number`, `bullet` or none."""
    item = _ITEM.match(line)
    return item and item.lastgroup


def _unescape(text: str) -> str:
    """Remove escapes, marks of insertion and superfluous white space."""
    unescaped = _ENTITY.sub(lambda match: _ENTITIES[match[0]], text)
    return single_spaces(normalize(unescaped.replace(INSERTION_MARK, "")).strip())
