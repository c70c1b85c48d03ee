"""The text of an e-mail alone, to paste into a mail program."""

from protestgen.letters.letter import Letter

from . import Options
from .mail_message import message_text


def render(letter: Letter, options: Options) -> bytes:
    """Return *letter* as the text of an e-mail in UTF-8, wrapped."""
    return message_text(letter, options.width).encode()
