"""The letter on paper: where things lie, what it says of itself, what it refuses."""

import re
from pathlib import Path
from time import process_time
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conftest import EPOCH, Result, Run, Shell
from pdf_helpers import (
    CAMPAIGN,
    READ_PDF,
    SIGNS,
    Word,
    facts_of,
    letter,
    letter_to,
    letter_with,
    metadata_of,
    options,
    picture_of,
    text_of,
    words_of,
)
from protestgen.campaign.directory import Addressee
from protestgen.countries import LANGUAGES, country_line
from protestgen.country_names import COUNTRY_CODES
from protestgen.errors import FormatError
from protestgen.formats import FORMATS, LAYOUTS
from protestgen.formats import pdf as pdf_format
from protestgen.formats.pdf import page
from protestgen.letters.letter import Letter
from protestgen.templating.blocks import ItemList, Paragraph
from protestgen.templating.environment import Templates

pytestmark = READ_PDF

# Where an address may lie, in millimetres: left, top, right, bottom. In France, what
# both the window of the standard and the box of the post office show.
ZONES = {
    "din": (20, 62.7, 105, 90),
    "din-a": (20, 44.7, 105, 72),
    "french": (110, 55, 195, 80),
    "swiss": (112, 50, 202, 90),
    "us": (25.4, 55.1, 108, 77.2),
}
MARKS = {
    "din": (105, 148.5, 210),
    "din-a": (87, 148.5, 192),
    "french": (99, 198),
    "swiss": (105, 210),
    "us": (),
    "a4": (),
}
TOLERANCE = 0.5
HOME = ("Senderstreet", "Sendertown")
HOSTILE = (
    '#panic("x")',
    '#read("/etc/passwd")',
    "#sys.inputs",
    "$x^2$",
    "*b*",
    "_i_",
    "// gone",
    "/* gone */",
    "= Title",
    "+ item",
    "- item",
    "/ Term: x",
    "@label",
    "<label>",
    "[content]",
    "{code}",
    "`raw`",
    "\\",
    "\\u{41}",
    "~",
    "--",
    "---",
    "...",
    '"quoted"',
    "'quoted'",
    '"}]}',
    "https://example.org",
    "%PDF",
    "(a) Tj",
    "Ελλάδα",
    "Қазақстан",
    "ёлка",
)


def typeset(written: Letter, **chosen: str) -> bytes:
    """Return a letter as a PDF."""
    return FORMATS["pdf"].render(written, options(**chosen))


def address_of(written: Letter, words: list[Word]) -> list[Word]:
    """Return those of the *words* of a page above its first line, but the sender's."""
    above = written.subject_above
    first = (written.subject_line if above else written.salutation).split()
    end = next(
        i
        for i, _ in enumerate(words)
        if [word.text for word in words[i : i + len(first)]] == first
        and words[i].top > 40
    )
    theirs = (*HOME, *written.dateline.split())
    return [word for word in words[:end] if word.text not in theirs]


def addressees() -> list[Addressee]:
    """Return everybody whom the bundled campaign writes to."""
    return [*CAMPAIGN.directory.missions, *CAMPAIGN.directory.offices.values()]


@pytest.mark.parametrize(
    ("home", "line"),
    [
        ("jp", "KAZAKHSTAN"),
        ("bd", "KAZAKHSTAN"),
        ("ge", "KAZAKHSTAN"),
        ("gr", "ΚΑΖΑΚΣΤΑΝ / KAZAKHSTAN"),
    ],
)
@pytest.mark.parametrize("format_", ["pdf", "fax"])
def test_country_is_in_english_where_the_fonts_lack_the_script(
    format_: str, home: str, line: str
) -> None:
    """
    A post office reads the English name anywhere; other scripts stay in other formats.
    """
    president = replace(
        CAMPAIGN.directory.offices["president"], fax="+7 7172 555 5555", city=None
    )
    written = letter_to(president, country=home)
    text = text_of(FORMATS[format_].render(written, options()), "-layout")

    assert line in [part.strip() for part in text.splitlines()]
    assert f" / {line.rpartition(' ')[2]}\n" in FORMATS["text"].render(written).decode()


def test_country_lines_that_are_set_are_of_scripts_that_the_fonts_have() -> None:
    """
    The line of no country, in no country, stops a letter on paper.
    """
    written = letter()
    lines: set[str] = set()
    for code in COUNTRY_CODES:
        block = tuple({country_line(code, home, "en") for home in COUNTRY_CODES})
        to = replace(CAMPAIGN.directory.offices["osce"], country=code)
        abroad = replace(written, addressee=to, addressee_block=block)
        lines.update(cast("list[str]", page(abroad, "a4")["addressee_block"]))
    letters = "".join(sorted(set("".join(lines))))
    pdf = typeset(replace(written, body=(Paragraph(letters),)))

    assert pdf.startswith(b"%PDF")


@pytest.mark.parametrize("layout", ZONES)
@pytest.mark.parametrize("sender_country", ["gb", "same"])
def test_address_lies_in_the_window(layout: str, sender_country: str) -> None:
    """
    Every address of the campaign shows in the window, with its country and without.
    """
    left, top, right, bottom = ZONES[layout]
    letters = []
    for addressee in addressees():
        country = addressee.country if sender_country == "same" else "gb"
        written = letter_to(addressee, name=None, address=HOME, country=country)
        body = written.body[:1]  # has room on one page
        letters.append(replace(written, sender_block=HOME, body=body))
    found = words_of(pdf_format.render_all(letters, options(layout=layout)))

    assert found[-1].page == len(letters)
    for number, written in enumerate(letters, 1):
        words = address_of(written, [word for word in found if word.page == number])
        theirs = (*HOME, *written.dateline.split())
        expected = " ".join(written.addressee_block).split()
        expected = [word for word in expected if word not in theirs]
        assert sorted(word.text for word in words) == sorted(expected)
        assert min(word.left for word in words) >= left - TOLERANCE
        assert min(word.top for word in words) >= top - TOLERANCE
        assert max(word.right for word in words) <= right + TOLERANCE
        assert max(word.bottom for word in words) <= bottom + TOLERANCE


@pytest.mark.parametrize("layout", LAYOUTS)
def test_fold_marks(layout: str) -> None:
    """
    Marks stand at the left edge where the sheet is folded, and nowhere else.
    """
    dpi = 300
    page = picture_of(typeset(letter(), layout=layout), dpi)[0]
    x = round(5 / 25.4 * dpi)
    dark = [y for y in range(page.height) if page.dark(x, y)]
    starts = [y for y in dark if y - 1 not in dark]

    found = [y / dpi * 25.4 for y in starts]
    assert found == pytest.approx(MARKS[layout], abs=TOLERANCE)


@pytest.mark.parametrize(
    ("country", "layout", "size"),
    [
        ("at", "din", "A4"),
        ("ca", "us", "letter"),
        ("ch", "swiss", "A4"),
        ("de", "din", "A4"),
        ("fr", "french", "A4"),
        ("gb", "a4", "A4"),
        ("us", "us", "letter"),
        (None, "a4", "A4"),
    ],
)
def test_layout_of_a_country(country: str | None, layout: str, size: str) -> None:
    """
    The sheet and the window are those of the country that the sender lives in.
    """
    written = letter(country=country)
    pdf = typeset(written)

    assert f"({size})" in facts_of(pdf)["Page size"]
    assert pdf == typeset(written, layout=layout)


def test_layout_overrides_the_country(run: Run, tmp_path: Path) -> None:
    """
    `--layout` decides, wherever the sender lives.
    """
    file = tmp_path / "letter.pdf"
    result = run(
        *("letter", "--case", "kurmanov", "--country", "uk", "--name", "Ada"),
        *("--layout", "us", "-o", file),
    )

    assert (result.exit_code, result.stdout) == (0, "")
    assert "(letter)" in facts_of(file.read_bytes())["Page size"]


def test_long_address_is_refused() -> None:
    """
    An address that the window would cut off is an error, not a letter sent astray.
    """
    block = tuple(f"Line {number} of an address" for number in range(9))
    written = replace(letter(country="de"), addressee_block=block)

    with pytest.raises(FormatError) as caught:
        typeset(written)
    assert str(caught.value) == (
        "the address has 9 lines, which are more than the window of the layout 'din' "
        "shows: add '--layout a4'"
    )
    assert "Line 8 of an address" in text_of(typeset(written, layout="a4"))


def test_long_sender_is_refused() -> None:
    """
    A sender's address that would run into the window is an error.
    """
    written = letter(country="us", address=[f"Line {number}" for number in range(30)])

    with pytest.raises(FormatError) as caught:
        typeset(written)
    assert str(caught.value) == (
        "your address is longer than the layout 'us' has room for: shorten it, or add "
        "'--layout a4'"
    )


@pytest.mark.parametrize(("count", "shown"), [(2, True), (14, False)])
def test_long_return_line_is_left_out(count: int, *, shown: bool) -> None:
    """
    A return line that does not fit is left out, since the sender stands beside it.
    """
    address = [
        f"Building {number} of an address that is rather long"
        for number in range(count)
    ]
    text = text_of(typeset(letter(country="de", name="Ada", address=address)))

    assert ("·" in text) == shown
    assert "".join(address[-1].split()) in "".join(text.split())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_parts_in_their_order(layout: str) -> None:
    """
    The text of a PDF is the letter's parts, in the order in which they are read.
    """
    written = letter(
        country="gb",
        address=("12 Example Road", "Leeds LS1 1AA"),
        email="ada@example.org",
        role="Teacher",
        organisation="Leeds Readers",
    )
    raw = " ".join(text_of(typeset(written, layout=layout), "-raw").split())
    text = raw.replace("\N{SOFT HYPHEN} ", "")  # a divided word is one word

    parts = [
        *written.sender_block,
        written.salutation,
        written.subject_line,
        *(
            part
            for block in written.body
            for part in (block.items if isinstance(block, ItemList) else (block.text,))
        ),
        written.closing,
        *written.signature,
    ]
    place = 0
    for part in parts:
        assert part in text[place:]
        place = text.index(part, place) + len(part)
    assert written.dateline in text


def test_what_a_pdf_says_of_itself() -> None:
    """
    A PDF has tags, a title, an author, its language, and keeps PDF/UA-1.
    """
    pdf = typeset(letter(country="de"))
    facts = facts_of(pdf)
    metadata = metadata_of(pdf)

    assert facts["Tagged"] == "yes"
    assert facts["Title"] == "The Almaty May Day marchers, May 2011"
    assert facts["Author"] == "Ada Example"
    assert re.search(r"pdfuaid:part\D+1\D", metadata)
    assert re.search(r"dc:language.*\ben\b", metadata, re.DOTALL)
    assert re.search(rb"/Lang ?\(en", pdf)


def test_same_letter_same_bytes(shell: Shell) -> None:
    """
    A letter of the same time is the same bytes, in another process too.
    """
    line = "letter --case kurmanov --country de --name Ada --quiet --format pdf"
    first = shell(f"protestgen {line} -o a.pdf && sha256sum < a.pdf")
    second = shell(f"protestgen {line} | sha256sum")
    later = shell(
        f"protestgen {line} | sha256sum", SOURCE_DATE_EPOCH=str(EPOCH + 86400)
    )

    assert first.exit_code == second.exit_code == later.exit_code == 0
    assert first.stdout == second.stdout != later.stdout


def test_page_numbers_from_page_two() -> None:
    """
    A letter of several pages has numbers, of how many, but for the first page.
    """
    written = letter(country="gb", why="I have followed this for years. " * 350)
    pages = text_of(typeset(written), "-layout").split("\f")[:-1]
    last = [page.strip().splitlines()[-1].strip() for page in pages]

    assert len(pages) >= 3
    assert "/" not in last[0]
    numbers = [f"{number}/{len(pages)}" for number in range(2, len(pages) + 1)]
    assert [line.replace(" ", "") for line in last[1:]] == numbers


@pytest.mark.parametrize("layout", ["din", "us", "a4"])
def test_no_widow_signature(layout: str) -> None:
    """
    However long a letter is, who signs stands below lines of its text.
    """
    written = letter(country="de", name="Signatory")
    split = 0
    for count in range(8, 30):
        words = " ".join(["Lastly"] + ["word"] * 40)
        body = (*[Paragraph("A paragraph of its own.")] * count, Paragraph(words))
        pages = text_of(typeset(replace(written, body=body), layout=layout)).split("\f")
        closing = [page for page in pages if "Yours sincerely" in page]
        split += len(pages) > 2

        assert len(closing) == 1
        assert "Signatory" in closing[0].split("Yours sincerely")[1]
        assert closing[0].split("Yours sincerely")[0].count("word") >= 20
    assert split


def test_no_widow_signature_below_a_list() -> None:
    """
    A list longer than a page lets go of its last item only for the signature.
    """
    items = ItemList(tuple(f"point {number}" for number in range(1, 91)), numbered=True)
    written = letter(country="gb")
    for block in (items, replace(items, numbered=False)):
        body = (*written.body[:1], block)
        pages = text_of(typeset(replace(written, body=body))).split("\f")[:-1]

        assert len(pages) > 1
        assert "point 90" in pages[-1].split("Yours sincerely")[0]


def test_a_little_too_long_is_set_smaller() -> None:
    """
    A letter that is a few lines longer than a page is set smaller, and fits.
    """
    written = letter(country="gb")
    pages = []
    for count in range(3, 22):
        body = (*written.body, *[Paragraph("A paragraph of its own.")] * count)
        pdf = typeset(replace(written, body=body))
        height = next(w for w in words_of(pdf) if w.text == "Excellency,")
        pages.append((int(facts_of(pdf)["Pages"]), height.bottom - height.top))

    small = [height for number, height in pages if number == 1]
    large = [height for number, height in pages if number == 2]
    assert min(small) < max(large) < max(small)


def test_letters_of_three_scripts() -> None:
    """
    Names in Latin, Greek, Russian and Kazakh letters are printed as they are.
    """
    names = (
        "Þórður Ğüneş Łukasz Ștefan Ẩn",
        "Άννα Ϊωάννου ΐΰ ᾠδή Ἀθηνᾶ",
        "Ёлка Щукина № 5",
        "Әсел Іңкәр Ғұмар Үміт Қобланды Өтеген Һәкім",
        "გიორგი Հայկ",
        "€ ₸ ₽ «a» „b“ — … \u2019",
    )
    text = text_of(typeset(letter(country="gb", cosigners=names)))

    for name in names:
        assert name in text


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("王小明", "'王' (U+738B), '小' (U+5C0F), '明' (U+660E)"),
        ("Ada 😀 Example", "'😀' (U+1F600)"),
        ("محمد", "'د' (U+062F), 'م' (U+0645), 'ح' (U+062D)"),
        ("一二三四五六七", ""),
    ],
    ids=["chinese", "emoji", "arabic", "many"],
)
def test_character_that_the_fonts_lack(
    name: str, missing: str, run: Run, tmp_path: Path
) -> None:
    """
    A character without a glyph is an error that names it, and nothing is written.
    """
    file = tmp_path / "letter.pdf"
    result = run(
        *("letter", "--case", "shanyrak", "--country", "uk", "--name", name),
        *("--quiet", "-o", file),
    )

    assert (result.exit_code, result.stdout) == (1, "")
    assert not file.exists()
    if missing:
        named = {f"'{c}' (U+{ord(c):04X})" for c in name if not c.isascii()}
        start, _, end = result.stderr.partition(" lack ")
        listed, _, hint = end.partition(": ")
        assert start == "error: the fonts of the PDF"
        assert set(listed.split(", ")) == named == set(missing.split(", "))
        assert hint == "use Latin, Greek or Cyrillic letters instead\n"
    else:
        assert " and 2 more: use Latin" in result.stderr


def test_long_words_stay_on_the_sheet() -> None:
    """
    A word longer than a line is broken: nothing leaves the sheet.
    """
    written = letter(country="de", name="A" * 200, address=("B" * 90,), why="C" * 300)
    for layout in LAYOUTS:
        words = words_of(typeset(written, layout=layout))

        assert max(word.right for word in words) < 200
        found = "".join(word.text for word in words).replace("\u200b", "")
        assert found.count("C") >= 300


HOSTILE_LINE = st.lists(
    st.one_of(
        st.sampled_from(HOSTILE),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=5),
    ),
    min_size=1,
    max_size=3,
).map(lambda parts: f"X{' '.join(' '.join(parts).split())}Y")


@pytest.mark.slow
@settings(max_examples=60)
@given(st.lists(HOSTILE_LINE, min_size=9, max_size=9))
def test_nothing_in_a_letter_is_markup(values: list[str]) -> None:
    """
    Whatever a sender writes in whatever field is printed as it was written, fax or not.
    """
    *shown, city = values
    written = letter_with(shown, city=city)
    for pdf in (typeset(written), FORMATS["fax"].render(written, options())):
        text = "".join(text_of(pdf, "-raw").split())

        # Words get the quotation marks, apostrophes and dashes of the language.
        text = SIGNS.sub("", text)
        for value in shown:
            assert SIGNS.sub("", "".join(value.split())) in text
        assert facts_of(pdf)["Author"] == shown[0]
        for act in (b"/URI", b"/JavaScript", b"/Launch", b"/EmbeddedFile"):
            # As a whole word: a font may be called "/URIQPR+...".
            assert not re.search(act + rb"\b", pdf)


def test_missing_extra_is_named(shell: Shell) -> None:
    """
    Without Typst the formats on paper say what to install, and nothing else.

    They name Typst itself: another package may be called protestgen somewhere.
    """
    line = (
        "import sys; sys.modules['typst'] = None; from protestgen.cli import run; "
        "sys.exit(run(sys.argv[1:]))"
    )
    arguments = "letter --case shanyrak --country uk --name Ada -q -o a.pdf"
    result = shell(f'python -c "{line}" {arguments}; status=$?; ls; exit $status')

    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(
        r"error: the format 'pdf' needs more packages: run "
        r"pip install 'typst[<>=.,0-9]+'\n",
        result.stderr,
    )


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "The facts. " * 130_000,
            "the letter is too long for paper: 1,431,011 bytes of at most 80,000, a "
            "line counted as 15 more: shorten it, or choose another '--format'",
        ),
        (
            "\N{MAN}\N{ZERO WIDTH JOINER}" * 800,
            "the letter has a word of 1,600 characters, and paper takes at most 1,000: "
            "shorten it, or choose another '--format'",
        ),
        (
            "x" * 20_000,
            "the letter has a word of 20,000 characters, and paper takes at most 1,000: "
            "shorten it, or choose another '--format'",
        ),
        (
            "1\N{NO-BREAK SPACE}" * 800,
            "the letter has a word of 1,600 characters, and paper takes at most 1,000: "
            "shorten it, or choose another '--format'",
        ),
        (
            ("x" * 50 + " ") * 600,
            "the letter has 30,000 characters in words of 46 or more, and paper takes "
            "at most 5,000: shorten them, or choose another '--format'",
        ),
        (
            "A\N{SOFT HYPHEN} " * 4_000,
            "the letter has 4,000 invisible characters, and paper takes at "
            "most 2,000: remove them, or choose another '--format'",
        ),
        (
            "\N{SOFT HYPHEN} \N{VARIATION SELECTOR-16} " * 2_000,
            "the letter has 4,000 invisible characters, and paper takes at "
            "most 2,000: remove them, or choose another '--format'",
        ),
    ],
    ids=["size", "emoji", "word", "no-break", "words", "invisible", "spaced"],
)
def test_a_text_that_paper_cannot_take_is_refused(body: str, message: str) -> None:
    """
    Typst takes gigabytes for a long text, and minutes for words that never end.
    """
    with pytest.raises(FormatError) as caught:
        typeset(replace(letter(), body=(Paragraph(body),)))

    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["pdf", "fax"])
def test_an_endless_word_of_a_sender_is_refused(name: str) -> None:
    """
    A fax is set as a PDF is; the formats of text take what paper does not.
    """
    endless = letter(organisation="A" + "\N{SOFT HYPHEN}" * 4_000 + "b")

    with pytest.raises(FormatError, match=r"has a word of 4,00\d characters"):
        FORMATS[name].render(endless, options())
    assert endless.signature[-1].encode() in FORMATS["text"].render(endless, options())


@pytest.mark.parametrize(
    "body",
    [
        " ".join("x" * 999 for _ in range(5)),
        ("\N{SOFT HYPHEN}" * 999 + " ") * 2,
        "\N{SOFT HYPHEN} " * 2_000,
    ],
    ids=["words", "invisible", "spaced"],
)
def test_the_longest_words_that_paper_takes(body: str) -> None:
    """
    What is not refused takes a few seconds, and no gigabyte.
    """
    start = process_time()
    pdf = typeset(replace(letter(), body=(Paragraph(body),)))

    assert pdf.startswith(b"%PDF")
    assert process_time() - start < 10


def test_a_text_that_stops_typst_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Where Typst itself fails at a word, which no bound foresees, the sender is told.
    """
    for bound in ("MAX_WORD", "MAX_LONG_WORDS", "MAX_INVISIBLE"):
        monkeypatch.setattr(pdf_format, bound, 100_000)
    body = (Paragraph("\N{MAN}\N{ZERO WIDTH JOINER}" * 10_500),)

    with pytest.raises(FormatError) as caught:
        typeset(replace(letter(), body=body))

    message = "Typst cannot set this text on paper: shorten its longest words"
    assert str(caught.value) == message


def test_a_long_letter_is_set() -> None:
    """
    Twenty pages and a thousand names are no reason to refuse a letter.
    """
    names = tuple(f"Ada Example the {number}th" for number in range(1_000))
    paragraphs = (Paragraph("The facts are known to all. " * 20),) * 50
    written = letter(country="gb", cosigners=names)
    pdf = typeset(replace(written, body=paragraphs))

    assert int(facts_of(pdf)["Pages"]) > 20
    assert names[-1] in text_of(pdf)


@pytest.mark.parametrize(
    "arguments",
    [
        "letter --case shanyrak --country uk --name Ada -q -o a.pdf",
        "batch --case shanyrak --roster m.csv -q --jobs 1 -o a.pdf",
    ],
    ids=["letter", "batch"],
)
def test_another_version_of_typst(shell: Shell, arguments: str) -> None:
    """
    With a Typst that was not tested, it says which is installed and what to install.
    """
    line = (
        "import sys, typst; typst.__version__ = '0.16.0'; "
        "from protestgen.cli import run; sys.exit(run(sys.argv[1:]))"
    )
    result = shell(
        "printf 'name,country\\nAda,uk\\nBea,uk\\n' >m.csv; "
        f'python -c "{line}" {arguments}; status=$?; ls; exit $status'
    )

    assert result == Result(
        1,
        "m.csv\n",
        "error: the format 'pdf' needs typst 0.15, and 0.16.0 is installed: run "
        "pip install 'typst==0.15.*'\n",
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_style_is_set_in_each_language(
    language: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Every style can be printed, alone and in a batch: also a card, without a subject.
    """
    monkeypatch.chdir(tmp_path)
    styles = Templates(CAMPAIGN.folders).styles("en")
    rows = [f"Ada {style},Readers,gb,{style},{language}" for style in styles]
    roster = "\n".join(("name,organisation,country,style,language", *rows))
    Path("members.csv").write_text(roster)
    run("batch", "--case", "temir-bank", "--roster", "members.csv", "-o", "all.pdf")
    together = text_of(Path("all.pdf").read_bytes())
    sender = ("--country", "gb", "--organisation", "Readers", "--lang", language)
    for style in styles:
        choices = ("--name", f"Ada {style}", "--style", style, "-o", f"{style}.pdf")
        run("letter", "--case", "temir-bank", *sender, *choices)

        assert f"Ada {style}" in together
        assert f"Ada {style}" in text_of(Path(f"{style}.pdf").read_bytes())
