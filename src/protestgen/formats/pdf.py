"""A letter on paper: a PDF set with Typst, for window envelopes (such as DIN 5008)."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Raw, Struct, json

from protestgen.campaign.bundled import shipped_folder
from protestgen.countries import without_local_name
from protestgen.errors import FormatError, MissingExtraError, missing_extra
from protestgen.language.typography import tied
from protestgen.letters.document import Document
from protestgen.letters.letter import Letter
from protestgen.limits import (
    BYTES_OF_LINE,
    LONG_WORD,
    MAX_DOCUMENT,
    MAX_INVISIBLE,
    MAX_LETTER,
    MAX_LONG_WORDS,
    MAX_WORD,
)
from protestgen.templating.blocks import Section, map_text

from . import Options, layout_for, prepared

if TYPE_CHECKING:
    from typst import Compiler


class Setting(Struct, frozen=True, omit_defaults=True):
    """
    A *size* of type in points, and the *width* of the text in millimetres.

    Without a width the text is as wide as the layout. *below* is a lower margin, in
    millimetres, that replaces that of the layout.
    """

    size: float
    width: float | None = None
    below: float | None = None


# The layouts and the merging of PDFs are tested with this version of the package.
TESTED_TYPST = "0.15"
# A letter is set in the first of these in which it fits on a page.
_SETTINGS = (
    Setting(12, 145),
    Setting(11.5, 152),
    Setting(11),
    Setting(10.5),
    Setting(10),
    Setting(10, below=16),
)
_LONG = Setting(11)
# The parts of a page that are the same in many letters.
_COMMON = ("language", "salutation", "subject_line", "subject_above", "body")
_LARGE = Setting(16)
# The most missing characters that a message names.
_MAX_NAMED = 5
_MISSING = re.compile(r'the text `"([^`]*)"` could not be displayed')
_PANIC = re.compile(r'panicked with: "?(address|sender)\b')
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
# The fonts lack letters of all scripts but Latin, Greek, Cyrillic, Armenian and Hebrew.
_OTHER_SCRIPT = re.compile(r"[^\0-\u05ff\u1e00-\u206f]")
# A long word in a string of JSON, which does not end at a no-break space.
_LONG_WORD = re.compile(rf'(?:[^\s"\\]|\\.|[\u00a0\u2007\u202f]){{{LONG_WORD},}}')
_IN_LONG_WORDS = f"{{:,}} characters in words of {LONG_WORD} or more"
# Characters without a width, such as the soft hyphen: those that have the property
# Default_Ignorable_Code_Point of Unicode.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)


def render(letter: Letter, options: Options) -> bytes:
    """
    Return *letter* as a tagged PDF (PDF/UA-1).

    Raises `FormatError` for an address that is too long for the window, a text that is
    too long for paper, or a character that the fonts lack.
    """
    letters = (letter, *letter.also)
    pages = [page(text, layout_for(text, options)) for text in letters]
    return typeset(letters, pages, options)


def page(letter: Letter, layout: str) -> dict[str, object]:
    """Return the data of *letter* for the layout."""
    sender = letter.sender
    name = sender.name or ""
    address = () if sender.omit_address else sender.address
    return {
        "layout": layout,
        "language": letter.language,
        "author": name,
        "sender_block": _displayable(letter.sender_block, sender.country),
        "return_line": " · ".join((name, *address) if name and address else ()),
        "dateline": letter.dateline,
        "addressee_block": _displayable(
            letter.addressee_block,
            letter.addressee.country if letter.addressee else None,
        ),
        "salutation": letter.salutation,
        "subject_line": tied(letter.subject_line),
        "subject_above": letter.subject_above,
        "body": [map_text(tied, block) for block in letter.body],
        "closing": tied(letter.closing),
        "signature": letter.signature,
        "copies": letter.copies,
    }


def _displayable(lines: Sequence[str], country: str | None) -> list[str]:
    """Return *lines*, with *country* in English only if the fonts lack its script."""
    return [
        without_local_name(line, country)
        if country and _OTHER_SCRIPT.search(line)
        else line
        for line in lines
    ]


def render_all(
    letters: Sequence[Letter], options: Options, *, duplex: bool = False
) -> bytes:
    """
    Return *letters* of many senders as one tagged PDF without an author.

    If *duplex*, each begins on the front of a sheet. Raises `FormatError` as `render`
    does, which does not say which of the letters is at fault.
    """
    chosen = (prepared(letter, options) for letter in letters)
    texts = [text for letter in chosen for text in (letter, *letter.also)]
    pages = [page(text, layout_for(text, options)) for text in texts]
    return typeset(texts, pages, options, is_bulk=True, duplex=duplex)


def typeset(
    letters: Sequence[Letter],
    pages: Sequence[Mapping[str, object]],
    options: Options,
    *,
    settings: Sequence[Setting] = _SETTINGS,
    is_bulk: bool = False,
    duplex: bool = False,
) -> bytes:
    """
    Return *letters* as one PDF; *pages* are their data for the layout.

    A letter is set in the first of *settings* in which it fits on a page. The document
    has the title of the first letter, and its author unless *is_bulk*.
    """
    long = _LONG if settings is _SETTINGS else settings[0]
    if options.large:
        settings, long = (), _LARGE
    first = letters[0]
    encoded = [_encoded(page) for page in pages]
    texts = {text: number for number, text in enumerate(dict(encoded))}
    for text in texts:
        _check_words("the letter", text.decode())
    for text, own in encoded:
        _check_size("the letter", text + own, MAX_LETTER)
        _check_words("the letter", own.decode())
    data = {
        "title": first.subject or first.subject_line or first.salutation,
        "author": "" if is_bulk else first.sender.name or "",
        "bookmarks": not is_bulk,
        "texts": [Raw(text) for text in texts],
        "letters": [(texts[text], Raw(own)) for text, own in encoded],
        "settings": settings,
        "long": long,
        "duplex": duplex,
    }
    return _compiled(
        "letter",
        json.encode(data),
        options,
        lambda diagnostic: _explain(diagnostic, first, str(pages[0]["layout"])),
    )


def _encoded(page: Mapping[str, object]) -> tuple[bytes, bytes]:
    """Return what many letters have in common, and the rest of *page*, as JSON."""
    text = {name: page[name] for name in _COMMON}
    own = {name: value for name, value in page.items() if name not in _COMMON}
    return json.encode(text), json.encode(own)


def render_document(document: Document, options: Options) -> bytes:
    """
    Return *document* as a tagged PDF (PDF/UA-1).

    Raises `FormatError` for a text that is too long, or a character without a glyph.
    """
    letter = document.letter
    layout = options.layout or (layout_for(letter, options) if letter else "a4")
    data = {
        "title": document.title,
        "language": document.language,
        "paper": "us-letter" if layout == "us" else "a4",
        "large": options.large,
        "lead": document.lead,
        "sections": [_section(section, letter) for section in document.sections],
    }
    encoded = json.encode(data)
    _check_words("the document", encoded.decode())
    return _compiled("document", encoded, options, _missing_characters)


def _section(section: Section, letter: Letter | None) -> dict[str, object]:
    model = page(letter, "a4") if section.has_letter and letter else None
    return {
        "heading": section.heading,
        "body": section.body,
        "letter": model,
        "parts": [_section(part, letter) for part in section.parts],
    }


def _compiled(
    layout: str,
    encoded: bytes,
    options: Options,
    explain: Callable[[str], str | None],
) -> bytes:
    """
    Return the PDF that the *layout* makes of data, *encoded* in JSON.

    *explain* makes a message for the user of an error of Typst, or None if it cannot.
    """
    compiler = _compiler(layout)
    from typst import TypstError

    _check_size("the document", encoded, MAX_DOCUMENT)
    try:
        pdf = compiler.compile(
            format="pdf",
            sys_inputs={"data": encoded.decode()},
            pdf_standards=["ua-1"],
            timestamp=int(options.now.timestamp()) if options.now else None,
        )
    except TypstError as error:
        if (message := explain(error.diagnostic)) is None:
            raise
        raise FormatError(message) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # which cannot be imported
            raise
        message = "Typst cannot set this text on paper: shorten its longest words"
        raise FormatError(message) from None
    assert isinstance(pdf, bytes)  # noqa: S101 - one PDF, not the pages as pictures
    return pdf


def _check_size(what: str, encoded: bytes, most: int) -> None:
    """Raise `FormatError` if *encoded* is more than *most* bytes for the layout."""
    lines = encoded.count(b'"') // 2
    size = len(encoded) + BYTES_OF_LINE * lines
    if size > most:
        raise FormatError(
            f"{what} is too long for paper: {size:,} bytes of at most {most:,}, a line "
            f"counted as {BYTES_OF_LINE} more: shorten it, or choose another '--format'"
        )


def _check_words(what: str, encoded: str) -> None:
    """Raise `FormatError` if Typst would take minutes to break lines in *encoded*."""
    lengths = [len(word) for word in _LONG_WORD.findall(encoded)]
    invisible = len(_INVISIBLE.findall(encoded))
    for found, most, description, remedy in (
        (max(lengths, default=0), MAX_WORD, "a word of {:,} characters", "shorten it"),
        (sum(lengths), MAX_LONG_WORDS, _IN_LONG_WORDS, "shorten them"),
        (invisible, MAX_INVISIBLE, "{:,} invisible characters", "remove them"),
    ):
        if found > most:
            raise FormatError(
                f"{what} has {description.format(found)}, and paper takes at most "
                f"{most:,}: {remedy}, or choose another '--format'"
            )


@cache
def _compiler(layout: str) -> "Compiler":
    try:
        import typst
    except ImportError:
        raise missing_extra("the format 'pdf'", "pdf") from None
    version = getattr(typst, "__version__", "an unknown version")  # not in its stubs
    if not version.startswith(f"{TESTED_TYPST}."):
        raise MissingExtraError(
            f"the format 'pdf' needs typst {TESTED_TYPST}, and {version} is installed: "
            f"run pip install 'typst=={TESTED_TYPST}.*'"
        )
    folder = shipped_folder() / "templates" / "layout"
    # A letter looks the same on every machine, whatever fonts are installed.
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(folder / f"{layout}.typ", root=folder, font_paths=fonts)


def _explain(diagnostic: str, letter: Letter, layout: str) -> str | None:
    """Return a message for the sender about an error of the layout, or None."""
    if message := _missing_characters(diagnostic):
        return message
    panic = _PANIC.search(diagnostic)
    if panic is None:
        return None
    if panic[1] == "address":
        return (
            f"the address has {len(letter.addressee_block)} lines, which are more than "
            f"the window of the layout '{layout}' shows: add '--layout a4'"
        )
    return (
        f"your address is longer than the layout '{layout}' has room for: shorten it, "
        "or add '--layout a4'"
    )


def _missing_characters(diagnostic: str) -> str | None:
    """Return a message about characters that the fonts lack, or None."""
    missing = dict.fromkeys("".join(map(_unescaped, _MISSING.findall(diagnostic))))
    if not missing:
        return None
    described = [_described(character) for character in missing][:_MAX_NAMED]
    more = f" and {len(missing) - _MAX_NAMED} more" if len(missing) > _MAX_NAMED else ""
    return (
        f"the fonts of the PDF lack {', '.join(described)}{more}: use Latin, Greek or "
        "Cyrillic letters instead"
    )


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _described(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"'{character}' ({code})" if character.isprintable() else code
