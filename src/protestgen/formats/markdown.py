"""A document as Markdown (CommonMark), in which all markup is the program's."""

import re
from collections.abc import Iterable, Iterator

from protestgen.letters.document import Document
from protestgen.letters.letter import Letter, block_text
from protestgen.templating.blocks import Block, Section, Table, map_text

from . import Options
from .text import clean, joined

# Markup anywhere in a line. "_" within a word is not, so that URLs and e-mail addresses
# stay as they are; "&" only starts an entity.
_ANYWHERE = re.compile(r"[\\`*\[\]<>#|~$]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|!(?=\[)")
# Markup at the start of a line: lists, rules, underlines of headings.
_AT_START = re.compile(r"^(\d+(?=[.)])|)([-+=:.)])")


def render_document(document: Document, _options: Options) -> bytes:
    """Return *document* in UTF-8, each paragraph on a line of its own."""
    chunks = [f"# {_escaped(document.title)}", *map(_block, document.lead)]
    for section in document.sections:
        chunks += _section(section, document.letter, 2)
    return joined(clean(chunks, "document")).encode()


def _section(section: Section, letter: Letter | None, level: int) -> Iterator[str]:
    yield f"{'#' * level} {_escaped(section.heading)}"
    yield from map(_block, section.body)
    if section.has_letter and letter:
        yield "\n>\n".join(map(_quoted, _letter(letter)))
    for part in section.parts:
        yield from _section(part, letter, level + 1)


def _letter(letter: Letter) -> Iterator[str]:
    """Yield the model letter, without the addresses above and below it."""
    head = [_escaped(letter.salutation), f"**{_escaped(letter.subject_line)}**"]
    yield from reversed(head) if letter.subject_above else head
    yield from map(_block, letter.body)
    yield _escaped(letter.closing)
    yield _lines(letter.signature)
    if letter.copies:
        yield _lines(letter.copies)


def _quoted(chunk: str) -> str:
    return "\n".join(f"> {line}" for line in chunk.split("\n"))


def _block(block: Block | Table) -> str:
    if isinstance(block, Table):
        return "\n".join(_table_lines(block))
    return block_text(map_text(_escaped, block))


def _table_lines(table: Table) -> Iterator[str]:
    """Yield *table* as that of GitHub's Markdown; other readers show its lines."""
    header, *rows = (" | ".join(map(_escaped, r)) for r in (table.header, *table.rows))
    rule = " | ".join(("---", *("--:" for _ in table.header[1:])))
    yield from (f"| {row} |" for row in (header, rule, *rows))


def _lines(lines: Iterable[str]) -> str:
    """Return *lines* with hard line breaks between them."""
    return "\\\n".join(map(_escaped, lines))


def _escaped(text: str) -> str:
    """Return *text*, which is one line, with a backslash before all markup."""
    return _AT_START.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\g<0>", text))
