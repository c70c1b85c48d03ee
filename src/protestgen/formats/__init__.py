"""A letter as bytes: one module a format, and the table of them."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import PurePath
from typing import cast

from msgspec import Struct

from protestgen.letter import Letter

DEFAULT_FORMAT = "text"


class Options(Struct, frozen=True, kw_only=True):
    """What a user may choose about a format, and the time *now*, with its zone."""

    width: int = 72
    now: datetime = datetime.fromtimestamp(0, UTC)


class Format(Struct, frozen=True, kw_only=True):
    """
    A way to write a letter down.

    Its module is the one of its name in this package; the function `render` there takes
    a letter and the options and returns bytes. *suffixes* are those of file names that
    ask for it.
    """

    name: str
    suffixes: tuple[str, ...] = ()
    about: str

    def render(self, letter: Letter, options: Options | None = None) -> bytes:
        """Return *letter* in this format."""
        module = import_module(f".{self.name}", __name__)
        return cast("bytes", module.render(letter, options or Options()))


FORMATS = {
    format_.name: format_
    for format_ in (
        Format(name="text", suffixes=(".txt",), about="plain text, wrapped"),
    )
}


def format_for(path: PurePath) -> str | None:
    """Return the name of the format that a file called *path* is in, if it tells."""
    suffix = path.suffix.lower()
    return next((f.name for f in FORMATS.values() if suffix in f.suffixes), None)
