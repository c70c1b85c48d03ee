"""A letter as bytes, or an appeal: one module a format, and the tables of them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path, PurePath
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING, Literal, cast

from msgspec import Struct

from protestgen.letters.ascii import to_ascii_punctuation
from protestgen.letters.letter import Letter

if TYPE_CHECKING:
    from protestgen.letters.appeal import Appeal

DEFAULT_FORMAT = "text"
# How a letter lies on paper, for the envelopes of different countries.
LAYOUTS = ("din", "din-a", "french", "swiss", "us", "a4")


class Options(Struct, frozen=True, kw_only=True):
    """
    What a user may choose about a format, and the time *now*, with its zone.

    *eol* ends the lines of an e-mail; *attach* names the format of its attachment.
    *ascii* asks for spaces, quotation marks and dashes that old gateways know.
    *folders* are the campaign's, whose templates may change the page for a browser.
    *layout* is one of `LAYOUTS`; without it, the sender's country decides. *output* is
    the file that is written to, if it is one.
    """

    width: int = 72
    eol: Literal["crlf", "lf"] = "crlf"
    attach: str | None = None
    ascii: bool = False
    folders: tuple[Path, ...] = ()
    layout: str | None = None
    output: Path | None = None
    now: datetime = datetime.fromtimestamp(0, UTC)


class Format(Struct, frozen=True, kw_only=True):
    """
    A way to write a letter down.

    Its module is the one of its name in this package; the function `render` there takes
    a letter and the options and returns bytes; `remarks`, if it has one, returns what
    the sender should know about these. *suffixes* are those of file names that ask for
    it; *mails_copies* tells that what it writes goes to those who get a copy as well.
    What has a *media_type* can be attached to an e-mail.
    """

    name: str
    suffixes: tuple[str, ...] = ()
    about: str
    mails_copies: bool = False
    media_type: str | None = None

    def render(self, letter: Letter, options: Options | None = None) -> bytes:
        """Return *letter* in this format."""
        options = options or Options()
        text = to_ascii_punctuation(letter) if options.ascii else letter
        return cast("bytes", self._module.render(text, options))

    def render_appeal(self, appeal: "Appeal", options: Options | None = None) -> bytes:
        """Return *appeal* in this format, if it is one of `APPEAL_FORMATS`."""
        rendered = self._module.render_appeal(appeal, options or Options())
        return cast("bytes", rendered)

    def remarks(self, letter: Letter, options: Options | None = None) -> list[str]:
        """Return what the sender should know about *letter* in this format."""
        remarks = getattr(self._module, "remarks", None)
        return remarks(letter, options or Options()) if remarks else []

    @property
    def _module(self) -> ModuleType:
        return _module(self.name)


@cache
def _module(name: str) -> ModuleType:
    return import_module(f".{name}", __name__)


FORMATS = {
    format_.name: format_
    for format_ in (
        Format(name="text", suffixes=(".txt",), about="plain text, wrapped"),
        Format(
            name="eml", suffixes=(".eml",), about="an e-mail message", mails_copies=True
        ),
        Format(name="subject", about="the subject of an e-mail"),
        Format(name="body", about="the text of an e-mail"),
        Format(name="mailto", about="a link for a mail program", mails_copies=True),
        Format(name="json", suffixes=(".json",), about="the parts, for programs"),
        Format(name="html", suffixes=(".html", ".htm"), about="a page for a browser"),
        Format(
            name="pdf",
            suffixes=(".pdf",),
            about="paper, for a window envelope",
            media_type="application/pdf",
        ),
        Format(name="fax", about="the PDF in black, with a cover page"),
    )
}

# Those of an appeal, whose modules have a function `render_appeal`.
APPEAL_FORMATS = {
    format_.name: format_
    for format_ in (
        Format(name="markdown", suffixes=(".md", ".markdown"), about="Markdown"),
        FORMATS["html"],
        FORMATS["pdf"],
    )
}


def format_for(
    path: PurePath, formats: Mapping[str, Format] = MappingProxyType(FORMATS)
) -> str | None:
    """Return the name of the format that a file called *path* is in, if it tells."""
    suffix = path.suffix.lower()
    return next((f.name for f in formats.values() if suffix in f.suffixes), None)
