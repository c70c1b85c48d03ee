"""A letter as bytes: one module a format, and the table of them."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path, PurePath
from typing import cast

from msgspec import Struct

from protestgen.letter import Letter

DEFAULT_FORMAT = "text"
# How a letter lies on paper, for the envelopes of different countries.
LAYOUTS = ("din", "din-a", "french", "swiss", "us", "a4")


class Options(Struct, frozen=True, kw_only=True):
    """
    What a user may choose about a format, and the time *now*, with its zone.

    *folders* are the campaign's, whose templates may change the page for a browser.
    *layout* is one of `LAYOUTS`; without it, the sender's country decides.
    """

    width: int = 72
    folders: tuple[Path, ...] = ()
    layout: str | None = None
    now: datetime = datetime.fromtimestamp(0, UTC)


class Format(Struct, frozen=True, kw_only=True):
    """
    A way to write a letter down.

    Its module is the one of its name in this package; the function `render` there takes
    a letter and the options and returns bytes; where it has a function `advice`, that
    tells what to do with the file. *suffixes* are those of file names that ask for it.
    """

    name: str
    suffixes: tuple[str, ...] = ()
    about: str

    def render(self, letter: Letter, options: Options | None = None) -> bytes:
        """Return *letter* in this format."""
        module = import_module(f".{self.name}", __name__)
        return cast("bytes", module.render(letter, options or Options()))

    def advice(self, letter: Letter, options: Options, file: PurePath) -> str | None:
        """Return what to do with *file*, which *letter* was written to, if anything."""
        module = import_module(f".{self.name}", __name__)
        if not hasattr(module, "advice"):
            return None
        return cast("str", module.advice(letter, options, file))


FORMATS = {
    format_.name: format_
    for format_ in (
        Format(name="text", suffixes=(".txt",), about="plain text, wrapped"),
        Format(name="html", suffixes=(".html", ".htm"), about="a page for a browser"),
        Format(name="pdf", suffixes=(".pdf",), about="paper, for a window envelope"),
        Format(name="fax", about="the PDF in black, with a cover page"),
    )
}


def format_for(path: PurePath) -> str | None:
    """Return the name of the format that a file called *path* is in, if it tells."""
    suffix = path.suffix.lower()
    return next((f.name for f in FORMATS.values() if suffix in f.suffixes), None)
