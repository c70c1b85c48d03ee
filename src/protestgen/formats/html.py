"""A page for a browser: one file that needs no other, and prints on a sheet."""

from functools import cache
from pathlib import Path

from protestgen.errors import FormatError
from protestgen.letter import Letter
from protestgen.templates import Templates
from protestgen.values import normalize

from . import Options

# Languages that are written from the right.
_FROM_THE_RIGHT = frozenset(
    ("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")
)


def render(letter: Letter, options: Options) -> bytes:
    """Return *letter* as a page in UTF-8, everything in it escaped."""
    direction = "rtl" if letter.language in _FROM_THE_RIGHT else "ltr"
    values = {"letters": (letter, *letter.also), "direction": direction}
    page = _templates(options.folders).layout("letter.html.j2", values)
    try:
        return f"{normalize(page)}\n".encode()
    except ValueError as error:
        raise FormatError(f"the page of the letter: {error}") from None


@cache
def _templates(folders: tuple[Path, ...]) -> Templates:
    return Templates(folders)
