"""Letters and documents as bytes: one module for each format, and tables of them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from importlib import import_module
from pathlib import Path, PurePath
from types import ModuleType
from typing import TYPE_CHECKING, Literal, cast

from msgspec import Struct

from protestgen.letters.copies import with_copies
from protestgen.letters.letter import Letter

if TYPE_CHECKING:
    from protestgen.letters.document import Document

DEFAULT_FORMAT = "text"
# The layouts of letters on paper, for the window envelopes of different countries.
LAYOUTS = ("din", "din-a", "french", "swiss", "us", "a4")
# The layout for the envelopes of a country; elsewhere it is "a4", without a window.
_LAYOUTS = {
    "at": "din",
    "ca": "us",
    "ch": "swiss",
    "de": "din",
    "fr": "french",
    "us": "us",
}
# Those whose windows show the addressee alone: the sender's name is in the head.
NAMED_LAYOUTS = ("din", "din-a", "french", "swiss")
_import = cache(import_module)


class Options(Struct, frozen=True, kw_only=True):
    """
    The options of all formats; each format uses some of them.

    *width* is the longest line of plain text, in columns. *eol* ends the lines of an
    e-mail, and *attach* is the format of its attachment. *ascii* replaces spaces,
    quotation marks and dashes by those of ASCII. *folders* are the campaign's, whose
    templates may change the page for a browser. *layout* is one of `LAYOUTS`; without
    it, the sender's country decides. *output* is the file to write, if it is one. With
    *print_copies*, pages for those who get a copy by post follow the letter. *large*
    means large print, in a browser and on paper. *now* is the time of an e-mail, with
    its zone; without it, the day of the letter begins.
    """

    width: int = 72
    eol: Literal["crlf", "lf"] = "crlf"
    attach: str | None = None
    ascii: bool = False
    folders: tuple[Path, ...] = ()
    layout: str | None = None
    output: Path | None = None
    print_copies: bool = False
    large: bool = False
    now: datetime | None = None

    def time_of(self, day: date) -> datetime:
        """Return the time of an e-mail with a letter of that *day*."""
        return self.now or datetime.combine(day, time(), UTC)


class Format(Struct, frozen=True, kw_only=True):
    """
    A format of letters or documents.

    The module of its *name* in this package has a function `render`, which makes bytes
    of a letter and options, and may have `remarks`, which makes notes for the sender.
    File names with one of the *suffixes* choose it. *mails_copies* is true if those
    who get a copy are recipients, and *prints_copies* if pages for them may follow. One
    that *has_large* can be in large print, one with a *media_type* can be attached.
    """

    name: str
    suffixes: tuple[str, ...] = ()
    about: str
    mails_copies: bool = False
    prints_copies: bool = False
    has_large: bool = False
    media_type: str | None = None

    def render(self, letter: Letter, options: Options | None = None) -> bytes:
        """Return *letter* in this format, or raise `FormatError` if that fails."""
        options = options or Options()
        return cast("bytes", self._module.render(prepared(letter, options), options))

    def render_document(
        self, document: "Document", options: Options | None = None
    ) -> bytes:
        """Return *document* in this format, which is one of `DOCUMENT_FORMATS`."""
        rendered = self._module.render_document(document, options or Options())
        return cast("bytes", rendered)

    def remarks(self, letter: Letter, options: Options | None = None) -> list[str]:
        """Return notes for the sender about *letter* in this format."""
        remarks = getattr(self._module, "remarks", None)
        return remarks(letter, options or Options()) if remarks else []

    @property
    def _module(self) -> ModuleType:
        return _import(f".{self.name}", __name__)


def layout_for(letter: Letter, options: Options) -> str:
    """Return the layout in *options*, or else that of the sender's country."""
    return options.layout or _LAYOUTS.get(letter.sender.country or "", "a4")


def prepared(letter: Letter, options: Options) -> Letter:
    """Return *letter* with the copies and the punctuation that *options* ask for."""
    if options.print_copies:
        letter = with_copies(letter)
    if not options.ascii:
        return letter
    from protestgen.letters.ascii import to_ascii_punctuation

    return to_ascii_punctuation(letter)


FORMATS = {
    format_.name: format_
    for format_ in (
        Format(
            name="text",
            suffixes=(".txt",),
            about="plain text, wrapped",
            prints_copies=True,
        ),
        Format(
            name="eml", suffixes=(".eml",), about="an e-mail message", mails_copies=True
        ),
        Format(name="subject", about="the subject of an e-mail"),
        Format(name="body", about="the text of an e-mail"),
        Format(name="mailto", about="a link for a mail program", mails_copies=True),
        Format(name="json", suffixes=(".json",), about="the parts, for programs"),
        Format(
            name="html",
            suffixes=(".html", ".htm"),
            about="a page for a browser",
            prints_copies=True,
            has_large=True,
        ),
        Format(
            name="pdf",
            suffixes=(".pdf",),
            about="paper, for a window envelope",
            prints_copies=True,
            has_large=True,
            media_type="application/pdf",
        ),
        Format(name="fax", about="the PDF in black, with a cover page"),
    )
}

# The formats of documents, whose modules have a function `render_document`.
DOCUMENT_FORMATS = {
    format_.name: format_
    for format_ in (
        Format(name="markdown", suffixes=(".md", ".markdown"), about="Markdown"),
        FORMATS["text"],
        FORMATS["html"],
        FORMATS["pdf"],
    )
}

# The formats of reports: documents, and the figures for programs.
REPORT_FORMATS = {
    **DOCUMENT_FORMATS,
    "csv": Format(name="csv", suffixes=(".csv",), about="the figures, as a table"),
    "json": FORMATS["json"],
}


def format_for(path: PurePath, formats: Mapping[str, Format] = FORMATS) -> str | None:
    """Return the name of the format that the suffix of *path* stands for, or None."""
    suffix = path.suffix.lower()
    return next((f.name for f in formats.values() if suffix in f.suffixes), None)
