"""The page for a browser: what it is made of, and what a browser makes of it."""

import re
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conftest import Run
from html_helpers import HOSTILE, Outline
from pdf_helpers import (
    SIGNS,
    browse,
    facts_of,
    letter,
    letter_to,
    letter_with,
    options,
    text_of,
)
from protestgen.formats import FORMATS
from protestgen.letters.letter import Letter
from protestgen.templating.blocks import ItemList


def page_of(written: Letter) -> str:
    """Return a letter as a page."""
    return FORMATS["html"].render(written, options()).decode()


HARMLESS = Outline(page_of(letter_with(["x"] * 8)))


@settings(max_examples=250)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(HOSTILE),
            st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"))),
        ).map(lambda text: f"X{text}Y"),
        min_size=8,
        max_size=8,
    )
)
def test_nothing_in_a_letter_is_markup(values: list[str]) -> None:
    """
    Whatever a sender writes in whatever field is text: no tag, attribute or comment.
    """
    outline = Outline(page_of(letter_with(values)))

    assert outline.tags == HARMLESS.tags
    text = SIGNS.sub("", outline.text)
    for value in values:
        assert SIGNS.sub("", normalize("NFC", value)) in text


def test_page_stands_alone() -> None:
    """
    A page has its language and direction, one style sheet, and asks for nothing else.
    """
    outline = Outline(page_of(letter()))
    names = {name for name, _ in outline.tags}

    assert ("html", (("lang", "en"), ("dir", "ltr"))) in outline.tags
    assert not names & {"script", "link", "img", "iframe", "object", "base", "a"}
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert (
        "meta",
        (("http-equiv", "Content-Security-Policy"), ("content", policy)),
    ) in outline.tags
    assert not {"src", "href"} & {
        name for _, found in outline.tags for name, _ in found
    }
    assert "url(" not in outline.text
    assert "@import" not in outline.text


@pytest.mark.parametrize("language", ["ar", "fa", "he"])
def test_direction(language: str) -> None:
    """
    A letter in a language that is written from the right says so.
    """
    page = page_of(replace(letter(), language=language))

    assert f'<html lang="{language}" dir="rtl">' in page


def test_campaign_may_change_the_page(run: Run, tmp_path: Path) -> None:
    """
    The layout of a campaign's own folder comes first, and can extend the shipped one.
    """
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demands.yaml").write_text("cases: {}\n", encoding="utf-8")
    (tmp_path / "data" / "embassies.yaml").write_text("embassies: []\n", "utf-8")
    layout = tmp_path / "templates" / "layout" / "letter.html.j2"
    layout.parent.mkdir(parents=True)
    layout.write_text("<h1>{{ letters[0].signature[0] }}</h1>", encoding="utf-8")
    line = ("letter", "--case", "shanyrak", "--country", "uk", "--name", "A<b>", "-q")

    result = run("--campaign", tmp_path, *line, "--format", "html")
    assert (result.exit_code, result.stdout) == (0, "<h1>A&lt;b&gt;</h1>\n")

    layout.write_text("{{ letters[0].nothing }}", encoding="utf-8")
    result = run("--campaign", tmp_path, *line, "--format", "html")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: {layout}:1: ")


def test_card_has_no_heading() -> None:
    """
    A card has no subject, and so no empty heading above its text.
    """
    assert "<h1>" not in page_of(letter_to(None, style="support"))


def parts_of(written: Letter) -> list[str]:
    """Return the parts of a letter in the order of a page."""
    body = (
        part
        for block in written.body
        for part in (block.items if isinstance(block, ItemList) else (block.text,))
    )
    return [
        *written.sender_block,
        written.dateline,
        *written.addressee_block,
        written.salutation,
        written.subject_line,
        *body,
        written.closing,
        *written.signature,
    ]


@pytest.mark.programs("chromium", "pdfinfo", "pdftotext")
@pytest.mark.parametrize("sheet", ["A4", "letter"])
@pytest.mark.parametrize(
    "style", ["statement", "personal", "organisation", "points", "support"]
)
def test_printed_from_a_browser(style: str, sheet: str, tmp_path: Path) -> None:
    """
    A browser prints a letter of any style, the longest there is, on one sheet.
    """
    written = letter(
        "repression-2010",
        style,
        address=("12 Example Road", "Leeds LS1 1AA"),
        email="ada@example.org",
        organisation="Leeds Readers",
        role="Secretary",
        country="gb",
    )
    page, printed = tmp_path / "letter.html", tmp_path / "printed.pdf"
    # A browser without a head does not ask for the paper.
    text = page_of(written).replace("@page {", f"@page {{ size: {sheet};")
    page.write_text(text, encoding="utf-8")
    browse(page, f"--print-to-pdf={printed}")
    pdf = printed.read_bytes()

    assert facts_of(pdf)["Pages"] == "1"
    assert f"({sheet})" in facts_of(pdf)["Page size"]
    seen = " ".join(text_of(pdf, "-raw").split())
    place = 0
    for part in parts_of(written):
        assert part in seen[place:]
        place = seen.index(part, place) + len(part)


@pytest.mark.programs("chromium", "pdfinfo", "pdftotext")
def test_browser_takes_text_as_text(tmp_path: Path) -> None:
    """
    A browser finds in a hostile letter the elements of a harmless one, no more.
    """
    page = tmp_path / "letter.html"

    def dom(values: list[str]) -> Outline:
        page.write_text(page_of(letter_with(values)), encoding="utf-8")
        return Outline(browse(page, "--dump-dom"))

    harmless = dom(["x"] * 8)
    for start in range(0, len(HOSTILE), 4):
        values = [*HOSTILE[start : start + 4], *HOSTILE[start : start + 4]]
        hostile = dom(values)

        assert hostile.tags == harmless.tags
        for value in values:
            assert value in hostile.text


def without_signs(text: str) -> str:
    """Return *text* without quotation marks and dashes."""
    return re.sub("[\"'\u2018-\u201d\u2013\u2014-]", "", text)


@pytest.mark.programs("chromium", "pdfinfo", "pdftotext")
def test_browser_takes_many_values_as_text(tmp_path: Path) -> None:
    """
    Two hundred pairs of hostile values in lines and paragraphs stay text.
    """
    page = tmp_path / "letter.html"

    def dom(values: list[str]) -> Outline:
        written = letter(
            name="Ada",
            country="gb",
            why="\n\n".join(values),
            address=tuple(values),
            cosigners=tuple(values),
        )
        page.write_text(page_of(written), encoding="utf-8")
        return Outline(browse(page, "--dump-dom"))

    pairs = [f"X{first}{second}Y" for first in HOSTILE for second in HOSTILE][:240]
    assert len(pairs) >= 200
    hostile, harmless = dom(pairs), dom(["x"] * len(pairs))

    assert hostile.tags == harmless.tags
    text = without_signs(hostile.text)  # own words get those of the language
    assert [pair for pair in pairs if text.count(without_signs(pair)) < 3] == []
