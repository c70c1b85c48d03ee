"""The text of an e-mail alone, for mail programs that make the message themselves."""

from protestgen.formats import Options
from protestgen.formats.mail import message_text
from protestgen.letter import Letter


def render(letter: Letter, options: Options) -> bytes:
    """Return *letter* as the text of an e-mail, wrapped."""
    return message_text(letter, options.width).encode()
