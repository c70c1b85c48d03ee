"""The subject alone, for mail programs that make the message themselves."""

from protestgen.formats import Options
from protestgen.formats.mail import subject_text
from protestgen.letter import Letter


def render(letter: Letter, options: Options) -> bytes:
    """Return the subject of *letter* as one line."""
    del options
    return f"{subject_text(letter)}\n".encode()
