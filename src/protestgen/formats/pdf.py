"""A letter on paper: PDF, set with Typst, its address where an envelope shows it."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import json

from protestgen.errors import FormatError, MissingExtraError
from protestgen.letter import Letter
from protestgen.shipped import shipped_folder
from protestgen.templates import Block, ItemList

from . import Options

if TYPE_CHECKING:
    from typst import Compiler

# Where people use the envelopes that a layout is made for; elsewhere it is plain A4.
_LAYOUTS = {
    "at": "din",
    "ca": "us",
    "ch": "swiss",
    "de": "din",
    "fr": "french",
    "us": "us",
}
# A letter that would be a little longer than a page is set a little smaller.
_SIZES = (11, 10.5, 10)
# So many of the characters that the fonts lack are named.
_NAMED = 5
_MISSING = re.compile(r'the text `"([^`]*)"` could not be displayed')
_PANIC = re.compile(r'panicked with: "?(address|sender)\b')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")


def render(letter: Letter, options: Options) -> bytes:
    """
    Return *letter* as a PDF with tags (PDF/UA-1).

    Raises `FormatError` for an address that is longer than the window of its layout,
    or a character that the fonts do not have.
    """
    letters = (letter, *letter.also)
    pages = [page(text, layout_for(text, options)) for text in letters]
    return typeset(letters, pages, options)


def layout_for(letter: Letter, options: Options) -> str:
    """Return the layout that *options* ask for, or that of the sender's country."""
    return options.layout or _LAYOUTS.get(letter.sender.country or "", "a4")


def page(
    letter: Letter, layout: str, sizes: tuple[float, ...] = _SIZES
) -> dict[str, object]:
    """
    Return what the layout is told of *letter*.

    It is set in the first of *sizes*, in points, in which it fits on a page.
    """
    sender = letter.sender
    name = sender.name or ""
    address = () if sender.omit_address else sender.address
    return {
        "layout": layout,
        "sizes": sizes,
        "language": letter.language,
        "author": name,
        "sender_block": letter.sender_block,
        "return_line": " · ".join((name, *address) if name and address else ()),
        "dateline": letter.dateline,
        "addressee_block": letter.addressee_block,
        "salutation": letter.salutation,
        "subject_line": letter.subject_line,
        "subject_above": letter.subject_above,
        "body": [_block(block) for block in letter.body],
        "closing": letter.closing,
        "signature": letter.signature,
        "copies": letter.copies,
    }


def typeset(
    letters: Sequence[Letter],
    pages: Sequence[Mapping[str, object]],
    options: Options,
    *,
    duplex: bool = False,
) -> bytes:
    """
    Return *letters*, of which the layout is told *pages*, as one PDF.

    Where it is *duplex*, each begins on the front of a sheet. The document has the
    title of the first letter.
    """
    compiler = _compiler()
    from typst import TypstError

    first = letters[0]
    data = {
        "title": first.subject or first.subject_line or first.salutation,
        "author": first.sender.name or "",
        "letters": pages,
        "duplex": duplex,
    }
    try:
        pdf = compiler.compile(
            format="pdf",
            sys_inputs={"data": json.encode(data).decode()},
            pdf_standards=["ua-1"],
            timestamp=int(options.now.timestamp()),
        )
    except TypstError as error:
        problem = _problem(error.diagnostic, first, str(pages[0]["layout"]))
        if problem is None:
            raise
        raise FormatError(problem) from None
    assert isinstance(pdf, bytes)  # noqa: S101 - one PDF, not the pages as pictures
    return pdf


@cache
def _compiler() -> "Compiler":
    try:
        from typst import Compiler, Fonts
    except ImportError:
        raise MissingExtraError("the format 'pdf'", "pdf") from None
    folder = shipped_folder() / "templates" / "layout"
    # The same letter looks the same on every machine, whatever fonts it has.
    fonts = Fonts(include_system_fonts=False)
    return Compiler(folder / "letter.typ", root=folder, font_paths=fonts)


def _block(block: Block) -> dict[str, object]:
    if isinstance(block, ItemList):
        return {"items": block.items, "numbered": block.numbered}
    return {"text": block.text}


def _problem(diagnostic: str, letter: Letter, layout: str) -> str | None:
    """Return what the sender can do about an error, or None where that is nothing."""
    missing = dict.fromkeys("".join(map(_unescaped, _MISSING.findall(diagnostic))))
    if missing:
        named = [_named(character) for character in missing][:_NAMED]
        more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
        return (
            f"the fonts of the PDF lack {', '.join(named)}{more}: use Latin, Greek or "
            "Cyrillic letters instead"
        )
    panic = _PANIC.search(diagnostic)
    part = panic[1] if panic else ""
    if part == "address":
        return (
            f"the address has {len(letter.addressee_block)} lines, which are more than "
            f"the window of the layout '{layout}' shows: add '--layout a4'"
        )
    if part == "sender":
        return (
            f"your address is longer than the layout '{layout}' has room for: shorten "
            "it, or add '--layout a4'"
        )
    return None


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _named(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"'{character}' ({code})" if character.isprintable() else code
