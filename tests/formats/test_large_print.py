"""Lines, lists and sizes on paper and screen, large print among them."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from conftest import Run
from pdf_helpers import READ_PDF, letter, options, text_of, words_of
from protestgen.formats import FORMATS, Options
from protestgen.formats.pdf import page
from protestgen.templating.blocks import ItemList, Paragraph

LETTER = ("letter", "--case", "kurmanov", "--country", "de", "--name", "Ada", "--quiet")


@READ_PDF
def test_short_letter_has_short_lines() -> None:
    """A letter that leaves room is set in 12 points, in lines of at most 92 signs."""
    pdf = FORMATS["pdf"].render(letter(style="personal", country="gb"), options())
    text = text_of(pdf, "-layout")
    height = next(w.bottom - w.top for w in words_of(pdf) if w.text == "Excellency,")

    assert max(map(len, text.splitlines())) <= 92
    assert height / 25.4 * 72 == pytest.approx(12 * 1.14, abs=0.1)


@READ_PDF
def test_two_items_of_a_list_on_a_new_page() -> None:
    """A list that goes on on a new page has two items there at least."""
    found = set()
    for count in range(12, 26):
        body = (
            *[Paragraph("A paragraph of its own.")] * count,
            ItemList(("first", "second", "third", "fourth"), numbered=True),
            *[Paragraph("A paragraph behind it.")] * 30,
        )
        pdf = FORMATS["pdf"].render(replace(letter(), body=body), options())
        pages = text_of(pdf).split("\f")
        end = next(text for text in pages if "fourth" in text)
        found.add("first" in end)
        assert "third" in end
    assert found == {True, False}


@READ_PDF
def test_first_of_a_month_in_french() -> None:
    """The letters of "1er" stand smaller and higher; as text they stay what they are."""
    body = (Paragraph("Le 1er mai 2011, une manifestation."),)
    written = replace(letter(), body=body)
    pdf = FORMATS["pdf"].render(written, options())
    html = FORMATS["html"].render(written).decode()

    assert "1er mai" in text_of(pdf)
    assert "Le 1<sup>er</sup> mai 2011" in html


def test_subject_on_paper_keeps_its_date_whole() -> None:
    """The last words of a subject, such as a month and its year, stay on one line."""
    subject = "Re: The arrest of a lawyer and of all who had come to see her, May 2011"
    written = replace(letter(), subject_line=subject)

    assert str(page(written, "a4")["subject_line"]).endswith("May\u00a02011")
    assert "May\u00a02011" in FORMATS["html"].render(written).decode()


@pytest.mark.parametrize(("country", "named"), [("de", True), ("gb", False)])
def test_head_of_a_page_names_the_sender_as_paper_does(
    country: str, *, named: bool
) -> None:
    """Where paper has the sender's name above the address, a page for a browser too."""
    written = letter(country=country, address=("1 Example Street",))
    html = FORMATS["html"].render(written).decode()

    assert ("<span>Ada Example</span><br><span>1 Example" in html) == named


@READ_PDF
def test_large_print_on_paper(run: Run, tmp_path: Path) -> None:
    """The text is at least 16 points high, and the address stays in the window."""
    file = tmp_path / "letter.pdf"
    result = run(*LETTER, "--large", "-o", file)
    words = words_of(file.read_bytes())
    body = [w for w in words if w.text in {"Excellency,", "marchers", "sincerely,"}]
    address = next(word for word in words if word.text == "Nordendstraße")

    assert (result.exit_code, result.stdout) == (0, "")
    assert len(body) >= 3
    assert min(w.bottom - w.top for w in body) / 25.4 * 72 >= 16
    assert address.left >= 20
    assert address.top >= 62.7
    assert address.bottom <= 90


def test_large_print_in_a_browser() -> None:
    """A page in large print has 16 points, on screen and printed, divides no words."""
    large = FORMATS["html"].render(letter(), Options(large=True)).decode()

    assert "html { font-size: 16pt; }" in large
    assert re.search(r"html li \{ font-size: 16pt; hyphens: manual; \}", large)
    assert "16pt" not in FORMATS["html"].render(letter()).decode()


@READ_PDF
def test_large_print_of_documents(run: Run, tmp_path: Path) -> None:
    """With `--large` an appeal on paper is in letters of 16 points."""
    file = tmp_path / "appeal.pdf"
    result = run("appeal", "kurmanov", "--large", "-o", file, "--quiet")
    words = [word for word in words_of(file.read_bytes()) if word.text == "police"]

    assert (result.exit_code, result.stdout) == (0, "")
    assert min(word.bottom - word.top for word in words) / 25.4 * 72 >= 16


@pytest.mark.parametrize("format_", ["text", "eml", "fax"])
def test_large_print_is_for_two_formats(format_: str, run: Run) -> None:
    """With other formats the option is refused, not dropped."""
    result = run(*LETTER, "--large", "--format", format_)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == (
        f"error: '--large' goes with the formats 'html' and 'pdf', this is '{format_}'"
        " (see 'protestgen letter --help')"
    )


@READ_PDF
def test_appeal_divides_no_address(run: Run, tmp_path: Path) -> None:
    """In the columns of an appeal no line ends within "https://" or "E-mail"."""
    file = tmp_path / "appeal.pdf"
    run("appeal", "kurmanov", "--date", "2011-05-10", "-o", file, "--quiet")
    lines = text_of(file.read_bytes()).splitlines()

    assert any("https://" in line for line in lines)
    assert [line for line in lines if re.search(r"(https?:/*|\bE-)$", line)] == []
