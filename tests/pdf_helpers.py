"""Letters to set as PDF, and programs that read and measure the pages."""

import io
import re
import subprocess
import tempfile
from datetime import UTC, date, datetime
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from conftest import EPOCH, find_program
from protestgen import load_campaign
from protestgen.campaign.directory import Addressee
from protestgen.formats import Options
from protestgen.formats.pdf_merge import PdfMerger
from protestgen.language.loader import load_language
from protestgen.letters.compose import compose
from protestgen.letters.letter import Letter
from protestgen.letters.sender import Sender
from protestgen.templating.environment import Templates

READ_PDF = pytest.mark.programs("pdfinfo", "pdftoppm", "pdftotext")
CAMPAIGN = load_campaign()
NOW = datetime.fromtimestamp(EPOCH, UTC)
POINTS_TO_MM = 25.4 / 72
# Letters make quotation marks, apostrophes and dashes in own words typographic.
SIGNS = re.compile("[\"'\u2018-\u201d\u2013\u2014-]")
_BROWSER = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)


class Word(Struct, frozen=True):
    """A word on a page and its box, in millimetres from the upper left corner."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float


class Picture(Struct, frozen=True):
    """A page as grey pixels, row by row."""

    width: int
    height: int
    pixels: bytes

    def dark(self, x: int, y: int) -> bool:
        """Return whether the pixel is black rather than white."""
        return self.pixels[y * self.width + x] < 128


def letter(case: str = "kurmanov", style: str = "statement", **sender: Any) -> Letter:
    """Return a letter to the embassy in London, or from where its sender lives."""
    return letter_to(embassy(), case, style, **sender)


def letter_to(
    addressee: Addressee | None,
    case: str = "kurmanov",
    style: str = "statement",
    **sender: Any,
) -> Letter:
    """Return a letter to *addressee*, from *sender*'s fields."""
    language, templates = _words()
    return compose(
        CAMPAIGN.case(case),
        addressee,
        Sender(**{"name": "Ada Example"} | sender),
        style=style,
        language=language,
        templates=templates,
        on=date(2026, 11, 22),
    )


def letter_with(values: list[str], **sender: Any) -> Letter:
    """Return a letter whose sender has *values* in the personal fields."""
    name, street, home, email, organisation, role, why, cosigner = values
    return letter(
        name=name,
        address=(street,),
        residence=home,
        email=email,
        organisation=organisation,
        role=role,
        why=why,
        cosigners=(cosigner,),
        country="gb",
        **sender,
    )


def embassy(country: str = "gb") -> Addressee:
    """Return the embassy of Kazakhstan in *country*."""
    found, _ = CAMPAIGN.directory.choose(
        state="kz", country=country, to="embassy", write_to=()
    )
    return found


def options(**chosen: Any) -> Options:
    """Return options with the date of all tests."""
    return Options(**{"now": NOW} | chosen)


def merged(*documents: bytes, duplex: bool = False) -> bytes:
    """Return *documents* as one PDF."""
    stream = io.BytesIO()
    merger = PdfMerger(stream, duplex=duplex)
    for document in documents:
        merger.add(document)
    assert merger.finish() == len(stream.getvalue())
    return stream.getvalue()


def text_of(pdf: bytes, *arguments: str) -> str:
    """Return the text of *pdf*, a form feed behind each page."""
    return _read("pdftotext", *arguments, "-", "-", pdf=pdf).decode()


def facts_of(pdf: bytes) -> dict[str, str]:
    """Return the fields that pdfinfo prints."""
    lines = _read("pdfinfo", "-", pdf=pdf).decode().splitlines()
    return {key: value.strip() for key, _, value in (x.partition(":") for x in lines)}


def metadata_of(pdf: bytes) -> str:
    """Return the XML metadata of a PDF, which names the standards that it follows."""
    return _read("pdfinfo", "-meta", "-", pdf=pdf).decode()


def words_of(pdf: bytes) -> list[Word]:
    """Return the words of *pdf* with their boxes."""
    words: list[Word] = []
    page = 0
    pattern = re.compile(
        r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>'
    )
    for line in text_of(pdf, "-bbox").splitlines():
        page += "<page " in line
        if match := pattern.search(line):
            box = (float(edge) * POINTS_TO_MM for edge in match.groups()[:4])
            words.append(Word(unescape(match[5]), page, *box))
    return words


def picture_of(pdf: bytes, dpi: int, *arguments: str) -> list[Picture]:
    """Return the pages of *pdf* as pictures."""
    data = _read("pdftoppm", "-gray", "-r", str(dpi), *arguments, pdf=pdf)
    pictures = []
    while match := re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", data):
        width, height = int(match[1]), int(match[2])
        end = match.end() + width * height
        pictures.append(Picture(width, height, data[match.end() : end]))
        data = data[end:]
    return pictures


def browse(page: Path, *arguments: str) -> str:
    """Open *page* in a browser with an empty profile; return what it prints."""
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [
                find_program("chromium"),
                *_BROWSER,
                f"--user-data-dir={profile}",
                *arguments,
                page.as_uri(),
            ],
            capture_output=True,
            check=True,
            timeout=180,
        )
    return done.stdout.decode()


@cache
def _words() -> tuple[Any, Templates]:
    return load_language("en", CAMPAIGN.folders), Templates(CAMPAIGN.folders)


def _read(name: str, *arguments: str, pdf: bytes) -> bytes:
    line = (find_program(name), *arguments)
    return subprocess.run(line, input=pdf, capture_output=True, check=True).stdout
