"""The subject alone, for mail programs that make the message themselves."""

from protestgen.letters.letter import Letter

from . import Options
from .mail_message import subject_text


def render(letter: Letter, options: Options) -> bytes:
    """Return the subject of *letter* as one line."""
    del options
    return f"{subject_text(letter)}\n".encode()
