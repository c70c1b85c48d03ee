"""Plain text, wrapped: a letter in the layout of paper, or a document."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from textwrap import indent
from typing import TYPE_CHECKING

from protestgen.errors import FormatError
from protestgen.letters.letter import Letter
from protestgen.schema.types import normalize
from protestgen.templating.blocks import Block, ItemList, Section, Table

from . import Options

if TYPE_CHECKING:
    from protestgen.letters.document import Document

# The line between the same letter in two languages.
_SEPARATOR = "* * *"
# Before each line of a letter in a document.
_INDENT = "    "
# Many letters share a part.
_clean = lru_cache(maxsize=2_000)(normalize)


def render(letter: Letter, options: Options) -> bytes:
    """
    Return *letter* as UTF-8 text, in lines of at most `options.width` columns.

    Lines of addresses and words are never broken, so that a URL may be longer.
    """
    return joined(in_all_languages(letter, options.width, _parts)).encode()


def render_document(document: "Document", options: Options) -> bytes:
    """Return *document* as UTF-8 text, wrapped as letters are, headings underlined."""
    title = clean([_underlined(document.title, options.width, "=")], "document")
    return joined([*title, *document_parts(document, options.width)]).encode()


def document_parts(document: "Document", width: int) -> list[str]:
    """Return the parts of *document* below its title."""
    parts = [_block(block, width) for block in document.lead]
    for section in document.sections:
        parts += _section(section, document.letter, width)
    return clean(parts, "document")


def _section(section: Section, letter: Letter | None, width: int) -> Iterator[str]:
    yield _underlined(section.heading, width, "-")
    yield from (_block(block, width) for block in section.body)
    if section.has_letter and letter:
        for words in filter(None, _words(letter, width - len(_INDENT))):
            yield indent(words, _INDENT)
    for part in section.parts:
        yield wrap(part.heading, width)
        yield from (_block(block, width) for block in part.body)


def _underlined(heading: str, width: int, line: str) -> str:
    lines = wrap(heading, width).split("\n")
    return "\n".join((*lines, line * max(map(cells, lines))))


def _parts(letter: Letter, width: int) -> list[str]:
    parts = [
        "\n".join(letter.sender_block),
        letter.dateline,
        "\n".join(letter.addressee_block),
        *_words(letter, width),
    ]
    return clean(parts)


def _words(letter: Letter, width: int) -> list[str]:
    """The parts of *letter* below the addresses."""
    subject, salutation = wrap(letter.subject_line, width), letter.salutation
    return [
        *((subject, salutation) if letter.subject_above else (salutation, subject)),
        *paragraphs(letter, width),
        "\n".join((wrap(letter.closing, width), "", *letter.signature)).strip("\n"),
        "\n".join(letter.copies),
    ]


def in_all_languages(
    letter: Letter, width: int, parts: Callable[[Letter, int], list[str]]
) -> list[str]:
    """Return the *parts* of *letter* in all languages, with a line between them."""
    found = parts(letter, width)
    for other in letter.also:
        found += [_SEPARATOR, *parts(other, width)]
    return found


def joined(parts: Iterable[str]) -> str:
    """Return *parts* as one text, with blank lines between them."""
    return "\n\n".join(parts) + "\n"


def clean(parts: Iterable[str], of: str = "letter") -> list[str]:
    """
    Return the *parts* of a text that are not empty, in the Unicode form NFC.

    Raises `FormatError` for a control character.
    """
    try:
        return [_clean(part) for part in parts if part]
    except ValueError as error:
        raise FormatError(f"the text of the {of}: {error}") from None


def paragraphs(letter: Letter, width: int) -> list[str]:
    """Return the blocks between the salutation and the closing, wrapped."""
    return [_block(block, width) for block in letter.body]


def wrap(text: str, width: int, first: str = "", rest: str = "") -> str:
    """
    Return *text* in lines of at most *width* columns of a terminal.

    The first line begins with *first*, the others with *rest*. Lines break at ordinary
    spaces only.
    """
    if text.isascii() and len(first) + len(text) <= width:
        return first + text
    lines, columns, gap = [first], cells(first), ""
    for word in text.split(" "):
        word_columns = cells(word)
        if gap and columns + 1 + word_columns > width:
            lines.append(rest)
            columns, gap = cells(rest), ""
        lines[-1] += gap + word
        columns += len(gap) + word_columns
        gap = " "
    return "\n".join(lines)


def cells(text: str) -> int:
    """Return the width of *text* in a terminal, in columns."""
    if text.isascii():
        return len(text)
    from wcwidth import wcswidth

    columns: int = wcswidth(text)
    return columns if columns >= 0 else len(text)


@lru_cache(maxsize=2_000)
def _block(block: Block | Table, width: int) -> str:
    if isinstance(block, Table):
        return "\n".join(_table_lines(block))
    if not isinstance(block, ItemList):
        return wrap(block.text, width)
    return "\n".join(_items(block, width))


def _table_lines(table: Table) -> Iterable[str]:
    """Yield the lines of *table*, names on the left and numbers on the right."""
    rows = (table.header, *table.rows)
    widths = [max(map(cells, column)) for column in zip(*rows, strict=True)]
    for name, *numbers in rows:
        padded = [
            " " * (width - cells(number)) + number
            for number, width in zip(numbers, widths[1:], strict=True)
        ]
        yield "  ".join([name + " " * (widths[0] - cells(name)), *padded])


def _items(block: ItemList, width: int) -> Iterable[str]:
    last = len(str(len(block.items))) + len(". ")
    for number, item in enumerate(block.items, 1):
        marker = f"{number}.".ljust(last) if block.numbered else "- "
        yield wrap(item, width, marker, " " * len(marker))
