"""The subject of an e-mail alone, to paste into a mail program."""

from protestgen.letters.letter import Letter

from . import Options
from .mail_message import subject_text


def render(letter: Letter, _options: Options) -> bytes:
    """Return the subject of *letter* as a line in UTF-8."""
    return f"{subject_text(letter)}\n".encode()
