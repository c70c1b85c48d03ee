"""A page for a browser, which loads no other file."""

import re
from collections.abc import Mapping
from functools import cache

from msgspec.structs import replace

from protestgen.errors import FormatError, quoted
from protestgen.language.typography import tied
from protestgen.letters.document import Document
from protestgen.letters.letter import Letter
from protestgen.schema.types import normalize
from protestgen.templating.environment import Templates

from . import NAMED_LAYOUTS, Options, layout_for

# Languages that are written from right to left.
_RIGHT_TO_LEFT = frozenset(
    ("ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi")
)
# The layout may be a stranger's. Pages have only these tags, in this notation, so that
# no browser finds scripts, links or addresses to load in them.
_TAG = re.compile(
    r"""
    <!doctype\ html>
    | </? (?: html | head | title | style | body | main | header | footer | section
            | article | div | p | span | br | hr | h[1-6] | ol | ul | li | strong | em
            | blockquote | table | thead | tbody | tr | th | td | meta | svg | rect
            | sup | text )
      (?: \ (?: aria-hidden | charset | class | content | dir | height | id | lang
            | name | scope | start | width | x | y )
          ="[^"<>]*" )* >
    | <meta\ http-equiv="Content-Security-Policy"\ content="default-src\ 'none';
      \ style-src\ 'unsafe-inline'">
    """,
    re.VERBOSE,
)
_STYLE = re.compile(r"<style>(.*?)(?:</style>|\Z)", re.DOTALL)
# In text: "1er" in French, and words such as "e-mail", which lines do not break.
_ORDINAL = re.compile(r"(?<![\w./@<-])1er(?![\w.@>-])")
_HYPHENED = re.compile(r"(?<![\w.@/&\"-])[^\W\d_]-[^\W\d_]{2,}(?![\w.-]*[@\"])\b")
_FETCHES = re.compile(r"\\|@import|(?:url|src|image|image-set) *\(", re.IGNORECASE)

_templates = cache(Templates)


def render(letter: Letter, options: Options) -> bytes:
    """Return *letter* as a page in UTF-8, everything in it escaped."""
    letters = [_with_name(text, options) for text in (letter, *letter.also)]
    return _page("letter", letter.language, {"letters": letters}, options)


def _with_name(letter: Letter, options: Options) -> Letter:
    """Return *letter* with a subject that breaks well, and its head as on paper."""
    block = letter.sender_block
    if layout_for(letter, options) in NAMED_LAYOUTS and letter.sender.name:
        block = (letter.sender.name, *block)
    return replace(letter, sender_block=block, subject_line=tied(letter.subject_line))


def render_document(document: Document, options: Options) -> bytes:
    """
    Return *document* as a page in UTF-8, everything in it escaped.

    A campaign may have a layout of its own for a kind of document.
    """
    own = _templates(options.folders).has(f"layout/{document.kind}.html.j2")
    values = {"document": document, document.kind: document}
    kind = document.kind if own else "document"
    return _page(kind, document.language, values, options)


def _page(
    kind: str, language: str, values: Mapping[str, object], options: Options
) -> bytes:
    """Return the page that the layout of a *kind* makes of *values*, in UTF-8."""
    direction = "rtl" if language in _RIGHT_TO_LEFT else "ltr"
    layout = f"{kind}.html.j2"
    values = {**values, "direction": direction, "large": options.large}
    page = _templates(options.folders).layout(layout, values)
    head, body, text = page.partition("<body>")
    text = _ORDINAL.sub("1<sup>er</sup>", text)
    if kind != "letter":
        text = _HYPHENED.sub(r'<span class="whole">\g<0></span>', text)
    page = head + body + text
    _check_page(page, layout)
    try:
        return f"{normalize(page)}\n".encode()
    except ValueError as error:
        raise FormatError(f"the page of the {kind}: {error}") from None


def _check_page(page: str, layout: str) -> None:
    """Raise `FormatError` if *page* is more than text and styles."""
    rest = _TAG.sub("", page)
    found = re.search(r"<[^>\n]*>?", rest)
    for style in _STYLE.findall(page):
        found = found or _FETCHES.search(style)
    if found:
        reason = f"{quoted(found[0])} may run or fetch something: remove it"
        raise FormatError(f"the layout '{layout}': {reason}")
