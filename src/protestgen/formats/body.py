"""The text of an e-mail alone, for mail programs that make the message themselves."""

from protestgen.letters.letter import Letter

from . import Options
from .mail_message import message_text


def render(letter: Letter, options: Options) -> bytes:
    """Return *letter* as the text of an e-mail, wrapped."""
    return message_text(letter, options.width).encode()
