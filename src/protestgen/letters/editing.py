"""A letter as text to be edited, and the letter that edited text makes."""

import re
from itertools import groupby

from msgspec.structs import replace

from protestgen.errors import (
    ChoiceError,
)
from protestgen.letters.letter import Letter, block_text
from protestgen.templating.blocks import Block, Paragraph, parse_blocks

# A last paragraph that is longer than this, and than the closing was, closes no letter.
_LONGEST_CLOSING = 80


def editable(letter: Letter) -> str:
    """Return the words of *letter* as text to be edited; `edited` reads it back."""
    paragraphs = [block_text(block) for block in letter.body]
    words = [letter.subject, letter.salutation, *paragraphs, letter.closing]
    return "\n\n".join(words) + "\n"


def edited(letter: Letter, text: str) -> Letter:
    """
    Return *letter* with the words of *text*, laid out as `editable` gives them.

    What was not changed stays as it is, even where it looks like a list.
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
    whole = len(blocks) >= 4 and all(
        isinstance(block, Paragraph) for block in (*blocks[:2], blocks[-1])
    )
    longest = max(_LONGEST_CLOSING, len(letter.closing))
    if not whole or len(block_text(blocks[-1])) > longest:
        raise ChoiceError(
            "the edited letter needs a subject, a salutation, a text and a closing "
            f"like '{letter.closing}', blank lines between them: nothing is written"
        )
    subject, salutation, *body, closing = blocks
    words = {
        "subject": block_text(subject),
        "salutation": block_text(salutation),
        "closing": block_text(closing),
    }
    subject_line = letter.subject_line.replace(letter.subject, words["subject"])
    return replace(letter, body=tuple(body), subject_line=subject_line, **words)
