"""A letter for a fax machine: the PDF with a cover page."""

from pathlib import PurePath

from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.directory import Addressee, Mission
from protestgen.countries import country_name
from protestgen.errors import FormatError
from protestgen.language.language import Language
from protestgen.language.loader import load_language
from protestgen.letters.letter import Letter

from . import Options, layout_for
from .pdf import Setting, page, typeset

# A fax has 98 or 196 lines to the inch, too few for smaller letters.
_SETTINGS = (Setting(12), Setting(11.5), Setting(11))


def render(letter: Letter, options: Options) -> bytes:
    """
    Return *letter* as a PDF that begins with a cover page.

    Raises `FormatError` without a fax number or a sender's name.
    """
    addressee, number = _recipient(letter)
    if not letter.sender.name:
        raise FormatError("a fax says who it is from: add '--name'")
    language = load_language(letter.language, options.folders or (shipped_folder(),))
    labels = language.forms.fax
    layout = "letter" if layout_for(letter, options) == "us" else "a4"
    letters = (letter, *letter.also)
    pages = [page(text, layout) for text in letters]
    pages[0]["cover"] = {
        "title": labels.fax,
        "groups": _cover_fields(letter, addressee, number, language),
        "pages": (labels.pages, labels.besides),
    }
    return typeset(letters, pages, options, settings=_SETTINGS)


def remarks(letter: Letter, options: Options) -> list[str]:
    """Return the command that sends the written file, if *letter* goes to a file."""
    if options.output is None:
        return []
    from shlex import join

    line = join(sendfax(letter, options, options.output))
    return [f"to send it with HylaFAX: {line}"]


def sendfax(letter: Letter, options: Options, file: PurePath) -> list[str]:
    """Return the arguments with which HylaFAX's `sendfax` sends *file*."""
    _, number = _recipient(letter)
    sender = letter.sender
    name = f"{sender.name} <{sender.email}>" if sender.email else sender.name or ""
    size = "na-let" if layout_for(letter, options) == "us" else "a4"
    # Options apply to the numbers that follow; "-n" leaves out HylaFAX's cover page.
    line = ["sendfax", "-n", "-m", "-s", size, "-f", name]
    return [*line, "-d", _dialled(number), str(file)]


def _dialled(number: str) -> str:
    return "".join(c for c in number if c == "+" or c.isdecimal())


def _recipient(letter: Letter) -> tuple[Addressee, str]:
    """Return the addressee and its fax number, or raise `FormatError`."""
    addressee = letter.addressee
    if addressee is None:
        raise FormatError(
            "a message of support has no fax number: choose another '--format'"
        )
    if addressee.fax:
        return addressee, addressee.fax
    hint = addressee.alternative_contacts("fax")
    raise FormatError(f"no fax number is known for the {addressee.label}: {hint}")


def _cover_fields(
    letter: Letter, addressee: Addressee, number: str, language: Language
) -> list[list[tuple[str, str]]]:
    """Return labels and values of the cover page: recipient, sender, letter."""
    sender, labels = letter.sender, language.forms.fax
    title, name = language.title(addressee), language.display_name(addressee)
    city = addressee.city if isinstance(addressee, Mission) else None
    country = country_name(addressee.country, language.code)
    place = ", ".join(part for part in (city, country) if part)
    groups = (
        (
            (labels.to, title or name),
            (labels.organisation, name if title else None),
            (labels.place, place),
            (labels.fax, number),
            (labels.telephone, addressee.phone),
        ),
        (
            (labels.sender, sender.name),
            (labels.organisation, sender.organisation),
            (labels.place, sender.place),
            (labels.email, sender.email),
        ),
        ((labels.regarding, letter.subject), (labels.date, letter.dateline)),
    )
    return [[(label, value) for label, value in rows if value] for rows in groups]
