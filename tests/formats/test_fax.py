"""The fax: its cover page, its one colour, and who cannot be sent one."""

from pathlib import Path, PurePath

import pytest
from msgspec.structs import replace

from conftest import Run, Shell
from pdf_helpers import (
    READ_PDF,
    embassy,
    facts_of,
    letter,
    letter_to,
    options,
    picture_of,
    text_of,
)
from protestgen.errors import FormatError
from protestgen.formats import FORMATS
from protestgen.formats.fax import sendfax
from protestgen.letters.letter import Letter

pytestmark = READ_PDF


def fax(written: Letter) -> bytes:
    """Return a letter as a fax."""
    return FORMATS["fax"].render(written, options())


def test_cover_page() -> None:
    """
    The cover page says to whom, from whom, about what, when, and how many pages follow.
    """
    written = letter(
        country="gb",
        city="Leeds",
        email="ada@example.org",
        organisation="Leeds Readers",
        address=("12 Example Road", "Leeds LS1 1AA"),
    )
    cover, first, *_ = text_of(fax(written), "-layout").split("\f")
    fields = [" ".join(line.split()) for line in cover.splitlines() if line.strip()]

    assert fields == [
        "Fax",
        "To The Ambassador",
        "Organisation Embassy of the Republic of Kazakhstan in the United Kingdom",
        "Place London, United Kingdom",
        "Fax +44 20 7930 8990",
        "Telephone +44 20 7925 1757",
        "From Ada Example",
        "Organisation Leeds Readers",
        "Place Leeds",
        "E-mail ada@example.org",
        "Regarding The Almaty May Day marchers, May 2011",
        "Date 22 November 2026",
        "Pages 1 and this cover page",
    ]
    assert "Your Excellency," in first


@pytest.mark.parametrize("repeated", [0, 150, 400])
def test_page_count(repeated: int) -> None:
    """
    The cover page counts the pages of the letter, whose numbers begin behind it.
    """
    why = "I have followed this for years. " * repeated or None
    pdf = fax(letter(country="gb", why=why))
    cover, *pages = text_of(pdf, "-layout").split("\f")[:-1]

    assert f"{len(pages)} and this cover page" in cover
    assert int(facts_of(pdf)["Pages"]) == len(pages) + 1
    numbers = [page.strip().splitlines()[-1].replace(" ", "") for page in pages]
    expected = [f"{number}/{len(pages)}" for number in range(2, len(pages) + 1)]
    assert numbers[1:] == expected


def test_black_and_white() -> None:
    """
    A fax is black on white, with nothing in between and nothing near the edges.
    """
    pages = picture_of(fax(letter(country="de")), 100, "-aa", "no", "-aaVector", "no")
    edge = round(15 / 25.4 * 100)

    for page in pages:
        assert set(page.pixels) == {0, 255}
        for y in range(page.height):
            row = page.pixels[y * page.width : (y + 1) * page.width]
            assert 0 not in row[:edge]
            assert 0 not in row[-edge:]


@pytest.mark.parametrize(
    ("country", "size"),
    [("de", "A4"), ("gb", "A4"), ("us", "letter"), ("ca", "letter")],
)
def test_sheet(country: str, size: str) -> None:
    """
    The sheet is that of the sender's country.
    """
    assert f"({size})" in facts_of(fax(letter(country=country)))["Page size"]


def test_addressee_without_a_number(run: Run, tmp_path: Path) -> None:
    """
    Without a number there is no fax, but a line that says what the addressee has.
    """
    file = tmp_path / "fax.pdf"
    result = run(
        *("letter", "--case", "shanyrak", "--country", "uk", "--to", "osce"),
        *("--name", "Ada", "--format", "fax", "--quiet", "-o", file),
    )

    assert (result.exit_code, result.stdout) == (1, "")
    assert not file.exists()
    assert result.stderr == (
        "error: no fax number is known for the OSCE Secretariat: use e-mail "
        "(info@osce.org), post ('--format pdf'), telephone (+43 1 514 36 0) or its "
        "website (https://www.osce.org)\n"
    )


def test_addressee_without_anything() -> None:
    """
    An addressee of whom nothing is known is left for another one.
    """
    bare = replace(embassy("az"), website=None)

    with pytest.raises(FormatError) as caught:
        fax(letter_to(bare))
    assert str(caught.value) == (
        "no fax number is known for the embassy in Baku: choose another addressee "
        "with '--to'"
    )


def test_message_of_support() -> None:
    """
    A message of support goes to nobody in office, and so to no fax machine.
    """
    with pytest.raises(FormatError) as caught:
        fax(letter_to(None, style="support"))
    assert str(caught.value) == (
        "a message of support has no fax number: choose another '--format'"
    )


def test_sender_without_a_name() -> None:
    """
    A fax is sent as it is, and so not without a name.
    """
    with pytest.raises(FormatError) as caught:
        fax(letter(name=None))
    assert str(caught.value) == "a fax says who it is from: add '--name'"


def test_sendfax_arguments() -> None:
    """
    Options stand before the number that they hold for; the number is plus and digits.
    """
    number = "+44 20 7930 8990"
    written = letter_to(
        replace(embassy(), fax=number), country="gb", email="ada@example.org"
    )

    assert sendfax(written, options(), PurePath("letter.pdf")) == [
        *("sendfax", "-n", "-m", "-s", "a4"),
        *("-f", "Ada Example <ada@example.org>"),
        *("-d", "+442079308990", "letter.pdf"),
    ]
    assert sendfax(letter(country="us"), options(), PurePath("letter.pdf")) == [
        *("sendfax", "-n", "-m", "-s", "na-let", "-f", "Ada Example"),
        *("-d", "+442079308990", "letter.pdf"),
    ]


def test_how_to_send_it_is_said(shell: Shell) -> None:
    """
    The line that sends the fax stands on stderr, and is a line of shell.
    """
    result = shell(
        'protestgen letter --case shanyrak --country uk --name "Ada O\'Neill; x" '
        "--format fax -o 'my fax.pdf' 2>&1 | sed -n 's/^note: to send it.*: //p' "
        "> line; sendfax() { printf '<%s>' \"$@\"; }; . ./line"
    )

    assert result.stdout == (
        "<-n><-m><-s><a4><-f><Ada O'Neill; x><-d><+442079308990><my fax.pdf>"
    )
