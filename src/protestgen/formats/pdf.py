"""A letter on paper: PDF, set with Typst, its address where an envelope shows it."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Raw, json

from protestgen.campaign.bundled import shipped_folder
from protestgen.countries import without_local_name
from protestgen.errors import FormatError, MissingExtraError, UntestedVersionError
from protestgen.letters.appeal import Appeal
from protestgen.letters.ascii import to_ascii_punctuation
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
from protestgen.templating.blocks import Section

from . import Options

if TYPE_CHECKING:
    from typst import Compiler

# Layouts and the merging of PDFs depend on this version of the package.
TESTED_TYPST = "0.15"
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
        "sender_block": _settable(letter.sender_block, sender.country),
        "return_line": " · ".join((name, *address) if name and address else ()),
        "dateline": letter.dateline,
        "addressee_block": _settable(
            letter.addressee_block,
            letter.addressee.country if letter.addressee else None,
        ),
        "salutation": letter.salutation,
        "subject_line": letter.subject_line,
        "subject_above": letter.subject_above,
        "body": letter.body,
        "closing": letter.closing,
        "signature": letter.signature,
        "copies": letter.copies,
    }


def _settable(lines: Sequence[str], country: str | None) -> list[str]:
    """Return *lines*, the *country* in English alone where the fonts lack a script."""
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
    Return *letters* of many senders as one PDF with tags, which has no author.

    Where it is *duplex*, each begins on the front of a sheet. Raises `FormatError` as
    `render` does; about which letter it is, only one that was alone can tell.
    """
    chosen = map(to_ascii_punctuation, letters) if options.ascii else letters
    texts = [text for letter in chosen for text in (letter, *letter.also)]
    pages = [page(text, layout_for(text, options)) for text in texts]
    return typeset(texts, pages, options, is_bulk=True, duplex=duplex)


def typeset(
    letters: Sequence[Letter],
    pages: Sequence[Mapping[str, object]],
    options: Options,
    *,
    is_bulk: bool = False,
    duplex: bool = False,
) -> bytes:
    """
    Return *letters*, of which the layout is told *pages*, as one PDF.

    The document has the title of the first letter, and its author unless it *is_bulk*.
    """
    first = letters[0]
    encoded = [json.encode(page) for page in pages]
    for text in encoded:
        _check_size("the letter", text, MAX_LETTER)
        _check_words("the letter", text.decode())
    data = {
        "title": first.subject or first.subject_line or first.salutation,
        "author": "" if is_bulk else first.sender.name or "",
        "bookmarks": not is_bulk,
        "letters": [Raw(page) for page in encoded],
        "duplex": duplex,
    }
    return _compiled(
        "letter",
        json.encode(data),
        options,
        lambda said: _problem(said, first, str(pages[0]["layout"])),
    )


def render_appeal(appeal: Appeal, options: Options) -> bytes:
    """
    Return *appeal* as a PDF with tags (PDF/UA-1).

    Raises `FormatError` for a character that the fonts do not have.
    """
    letter = appeal.letter
    layout = options.layout or (layout_for(letter, options) if letter else "a4")
    data = {
        "title": appeal.title,
        "language": appeal.language,
        "paper": "us-letter" if layout == "us" else "a4",
        "lead": appeal.lead,
        "sections": [_section(section, letter) for section in appeal.sections],
    }
    encoded = json.encode(data)
    _check_words("the document", encoded.decode())
    return _compiled("appeal", encoded, options, _missing)


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
    problem: Callable[[str], str | None],
) -> bytes:
    """
    Return the PDF that the *layout* makes of data, *encoded* in JSON.

    *problem* returns what the user can do about an error, or None where that is
    nothing.
    """
    compiler = _compiler(layout)
    from typst import TypstError

    _check_size("the document", encoded, MAX_DOCUMENT)
    try:
        pdf = compiler.compile(
            format="pdf",
            sys_inputs={"data": encoded.decode()},
            pdf_standards=["ua-1"],
            timestamp=int(options.now.timestamp()),
        )
    except TypstError as error:
        if (message := problem(error.diagnostic)) is None:
            raise
        raise FormatError(message) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # it has no type to import
            raise
        message = "Typst cannot set this text on paper: shorten its longest words"
        raise FormatError(message) from None
    assert isinstance(pdf, bytes)  # noqa: S101 - one PDF, not the pages as pictures
    return pdf


def _check_size(what: str, encoded: bytes, most: int) -> None:
    """Raise if *encoded*, in JSON, would take too much time or memory on paper."""
    lines = encoded.count(b'"') // 2
    size = len(encoded) + BYTES_OF_LINE * lines
    if size > most:
        raise FormatError(
            f"{what} is too long for paper: {size:,} bytes of at most {most:,}, a line "
            f"counted as {BYTES_OF_LINE} more: shorten it, or choose another '--format'"
        )


def _check_words(what: str, encoded: str) -> None:
    """Raise if the words of *encoded*, in JSON, would take minutes to break."""
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
        raise MissingExtraError("the format 'pdf'", "pdf") from None
    version = getattr(typst, "__version__", "an unknown version")  # not in its stubs
    if not version.startswith(f"{TESTED_TYPST}."):
        raise UntestedVersionError("the format 'pdf'", "typst", version, TESTED_TYPST)
    folder = shipped_folder() / "templates" / "layout"
    # The same letter looks the same on every machine, whatever fonts it has.
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(folder / f"{layout}.typ", root=folder, font_paths=fonts)


def _problem(diagnostic: str, letter: Letter, layout: str) -> str | None:
    """Return what the sender can do about an error, or None where that is nothing."""
    if missing_fields := _missing(diagnostic):
        return missing_fields
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


def _missing(diagnostic: str) -> str | None:
    """Return which characters the fonts lack, if that is the error."""
    missing = dict.fromkeys("".join(map(_unescaped, _MISSING.findall(diagnostic))))
    if not missing:
        return None
    named = [_named(character) for character in missing][:_NAMED]
    more = f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else ""
    return (
        f"the fonts of the PDF lack {', '.join(named)}{more}: use Latin, Greek or "
        "Cyrillic letters instead"
    )


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)


def _named(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return f"'{character}' ({code})" if character.isprintable() else code
