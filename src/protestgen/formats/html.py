"""A page for a browser: one file that needs no other, and prints on a sheet."""

from functools import cache
from pathlib import Path

from protestgen.letter import Letter
from protestgen.templates import Templates

from . import Options

# Languages that are written from the right.
_FROM_THE_RIGHT = frozenset(
    ("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")
)


def render(letter: Letter, options: Options) -> bytes:
    """Return *letter* as a page in UTF-8, everything in it escaped."""
    direction = "rtl" if letter.language in _FROM_THE_RIGHT else "ltr"
    values = {"letter": letter, "direction": direction}
    page = _templates(options.folders).layout("letter.html.j2", values)
    return f"{page}\n".encode()


@cache
def _templates(folders: tuple[Path, ...]) -> Templates:
    return Templates(folders)
