"""A letter as text for an editor, and back."""

import re
from itertools import groupby

from msgspec.structs import replace

from protestgen.errors import ChoiceError
from protestgen.letters.letter import Letter, block_text
from protestgen.templating.blocks import Block, Paragraph, parse_blocks

# A last paragraph that is longer than this, and than the closing was, is no closing.
_LONGEST_CLOSING = 80


def editable(letter: Letter) -> str:
    """The text of *letter* for an editor; `edited` reads it back."""
    paragraphs = [block_text(block) for block in letter.body]
    parts = [letter.subject, letter.salutation, *paragraphs, letter.closing]
    return "\n\n".join(parts) + "\n"


def edited(letter: Letter, text: str) -> Letter:
    """
    The *letter* with the words of *text*, which is laid out as by `editable`.

    Unchanged paragraphs stay as they are, even if they look like a list. Raises
    `ChoiceError` for a text without subject, salutation, body or closing.
    """
    known = {block_text(block): block for block in letter.body}
    chunks = re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").strip())
    blocks: list[Block] = []
    try:
        for is_known, group in groupby(chunks, key=lambda chunk: chunk in known):
            if is_known:
                blocks += [known[chunk] for chunk in group]
            else:
                blocks += parse_blocks("\n\n".join(group))
    except ValueError as error:
        raise ChoiceError(f"the edited letter: {error}") from None
    is_complete = len(blocks) >= 4 and all(
        isinstance(block, Paragraph) for block in (*blocks[:2], blocks[-1])
    )
    longest = max(_LONGEST_CLOSING, len(letter.closing))
    if not is_complete or len(block_text(blocks[-1])) > longest:
        raise ChoiceError(
            "the edited letter needs a subject, a salutation, a text and a closing "
            f"like '{letter.closing}', blank lines between them: nothing is written"
        )
    subject, salutation, *body, closing = blocks
    return replace(
        letter,
        subject=block_text(subject),
        subject_line=letter.subject_line.replace(letter.subject, block_text(subject)),
        salutation=block_text(salutation),
        body=tuple(body),
        closing=block_text(closing),
    )
