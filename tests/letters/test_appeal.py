"""The appeal of a campaign: what it asks for, and how it is printed."""

import re
from datetime import date
from pathlib import Path
from string import Template
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from campaign_helpers import change
from conftest import ROOT, Golden, Run
from html_helpers import HOSTILE, Outline
from pdf_helpers import (
    browse,
    facts_of,
    metadata_of,
    options,
    text_of,
    words_of,
)
from protestgen import load_campaign
from protestgen.countries import country_name
from protestgen.formats import DOCUMENT_FORMATS
from protestgen.letters.appeal import Appeal, make_appeal
from protestgen.letters.service import LetterService
from protestgen.templating.blocks import ItemList, Paragraph, Section

CAMPAIGN = load_campaign()
LANGUAGES = ("de", "el", "en", "es", "fr", "ru")
# Days on which the case `kurmanov` was still open, and long after.
THEN, NOW = date(2011, 5, 10), date(2026, 11, 22)
OPEN = ("appeal", "kurmanov", "--date", "2011-05-10")
ITALIAN = ROOT / "tests" / "italian"


def appeal(case: str = "kurmanov", on: date = THEN, **choices: Any) -> Appeal:
    """Return an appeal of the bundled campaign."""
    writer = LetterService(CAMPAIGN, on)
    return make_appeal(writer, CAMPAIGN.case(case), **choices)[0]


@pytest.fixture(name="readers")
def _readers(run: Run, tmp_path: Path) -> Path:
    """Return the folder of a campaign with an open case, in all languages."""
    folder = tmp_path / "readers"
    made = run(
        "-q", "init", folder, "--state", "turkey", "--country", "uk", "--country", "germany",
        "--lang", "de,el,es,fr,ru",
    )  # fmt: skip
    assert (made.exit_code, made.stderr) == (0, "")
    change(folder, ("write_to: [ombudsman, embassy]", "write_to: [embassy, ombudsman]"))
    entry = (ROOT / "templates" / "campaign" / "embassy.yaml").read_text("utf-8")
    entries = "".join(
        Template(entry).substitute(state="tr", host=host, state_name="Türkiye")
        for host in ("gb", "de")
    )
    change(
        folder,
        ("offices:\n", f"embassies:\n{entries}\noffices:\n"),
        name="data/embassies.yaml",
    )
    return folder


@pytest.mark.parametrize("case", ["kurmanov", "temir-bank"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_appeal_of_a_closed_case_reads_as_accepted(
    language: str, case: str, run: Run, golden: Golden
) -> None:
    """
    The appeal of a closed case reports the outcome and thanks, and asks for nothing.
    """
    result = run("appeal", case, "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    golden(f"{language}/{case}.appeal.md", result.stdout)


@pytest.mark.parametrize("language", LANGUAGES)
def test_appeal_of_an_open_case_reads_as_accepted(
    language: str, run: Run, golden: Golden, readers: Path
) -> None:
    """
    The appeal of an open case says what happened, what is demanded, and whom to write to.
    """
    change(readers, ("# write_by:", "write_by:"))
    result = run("--campaign", readers, "appeal", "reading-room", "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    golden(f"{language}/reading-room.appeal.md", result.stdout)


def test_closed_case_has_no_addresses_and_no_letter() -> None:
    """
    Nobody is asked to write about a closed case.
    """
    ended = appeal("temir-bank", NOW)

    assert (ended.over, ended.addressees, ended.letter) == (True, (), None)
    assert not [section for section in ended.sections if section.has_letter]
    assert not [section for section in ended.sections if section.parts]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_address_is_listed_once(language: str) -> None:
    """
    All missions of the state are listed by country, in order.
    """
    written = appeal(language=language)
    (section,) = [section for section in written.sections if section.parts]
    *countries, others = section.parts
    missions = CAMPAIGN.directory.own("kz")
    items = [
        item
        for part in section.parts
        for block in part.body
        if isinstance(block, ItemList)
        for item in block.items
    ]
    text = "\n".join(items).replace("\u00a0", " ")

    assert len(items) == len(missions) + 1 == len(written.addressees)
    assert others.heading not in {part.heading for part in countries}
    hosts = {code for m in missions for code in (m.host, *m.covers)}
    assert {part.heading for part in countries} == {
        country_name(code, language) for code in hosts
    }
    for mission in missions:
        known = (*mission.address, mission.email, mission.fax, mission.phone)
        assert [
            part for part in (*known, mission.website) if part and part not in text
        ] == []


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("de", ["Irland", "Österreich", "Schweden", "Vereinigtes Königreich"]),
        ("el", ["Αυστρία", "Ηνωμένο Βασίλειο", "Ιρλανδία", "Σουηδία"]),
        ("es", ["Austria", "Irlanda", "Reino Unido", "Suecia"]),
        ("fr", ["Autriche", "Irlande", "Royaume-Uni", "Suède"]),
        ("ru", ["Австрия", "Великобритания", "Ирландия", "Швеция"]),
    ],
)
def test_countries_may_be_chosen(language: str, names: list[str], run: Run) -> None:
    """
    Chosen countries are sorted by their names in the language.

    A country without an embassy refers to the embassy that serves it.
    """
    chosen = ("--country", "sweden", "--country", "Österreich", "--country", "ie")
    result = run(*OPEN, "--lang", language, *chosen)

    assert (result.exit_code, result.stderr) == (0, "")
    headings = re.findall(r"^### (.*)", result.stdout, re.MULTILINE)
    assert headings[:-1] == names


def test_all_countries_are_the_default(run: Run) -> None:
    """
    `all` means the default, also beside other countries.
    """
    everything = run(*OPEN).stdout

    assert run(*OPEN, "--country", "all").stdout == everything
    assert run(*OPEN, "--country", "uk", "--country", "ALL").stdout == everything


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((*OPEN, "--country", "nigeria"), 0, "note: no mission of Kazakhstan is known in Nigeria, and none that covers it"),
        (("appeal", "kurmanov", "--country", "uk"), 0, "note: case 'kurmanov' is over: its appeal has no addresses"),
        ((*OPEN, "--country", "brazl"), 2, "error: unknown country 'brazl': did you mean 'Brazil'?"),
        (("appeal", "kurmanow"), 2, "error: unknown case 'kurmanow': did you mean 'kurmanov'?"),
        ((*OPEN, "--style", "pionts"), 2, "error: unknown style 'pionts': did you mean 'points'?"),
        ((*OPEN, "--style", "support"), 2, "error: '--style support' is no letter to those who are called on: choose another style"),
        ((*OPEN, "--lang", "xx"), 2, "error: unknown language 'xx': choose from de, el, en, es, fr, ru"),
        ((*OPEN, "--format", "eml"), 2, "error: invalid value for '--format': 'eml' is not one of 'markdown', 'text', 'html', 'pdf' (see 'protestgen appeal --help')"),
        (("appeal", "shanyrak", "--date", "2006-08-21", "--country", "nigeria"), 2, "error: nobody is known to write to about case 'shanyrak': leave '--country' out, or add an addressee"),
    ],
)  # fmt: skip
def test_wrong_choices_are_errors(
    arguments: tuple[str, ...], code: int, message: str, run: Run
) -> None:
    """
    An option that cannot be met is a one-line error, and nothing is written.
    """
    result = run(*arguments)

    assert (result.exit_code, result.stderr) == (code, f"{message}\n")
    assert bool(result.stdout) == (code == 0)


def test_quiet_leaves_notes_out(run: Run) -> None:
    """
    `--quiet` hides the notes of an appeal.
    """
    assert run("-q", *OPEN, "--country", "nigeria").stderr == ""


def test_late_appeal_is_noted(run: Run, readers: Path) -> None:
    """
    A note says that the last day for letters is over.
    """
    change(readers, ("# write_by: 2026-12-31", "write_by: 2026-11-30"))
    line = ("--campaign", readers, "appeal", "reading-room", "--date")

    assert run(*line, "2026-11-30").stderr == ""
    assert run(*line, "2026-12-01").stderr == (
        "note: the last day for letters, 2026-11-30, has passed: look for news first\n"
    )


def test_met_demands_are_not_made_again(run: Run, readers: Path) -> None:
    """
    Met demands are reported and left out of the letter; if all are met, no letter is asked for.
    """
    change(readers, ("- id: reinstate\n", "- id: reinstate\n        met: 2026-11-24\n"))
    line = ("--campaign", readers, "appeal", "reading-room", "--date", "2026-11-25")

    open_ = run(*line).stdout
    assert (
        "authorities of Türkiye to open the reading room in Example Town again.\n\n"
        in open_
    )
    assert (
        "This demand has already been met:\n\n"
        "- give Ada Example and Bob Example their posts back (on 24 November 2026).\n"
    ) in open_
    assert "I ask the authorities of Türkiye to open the reading room" in open_

    change(readers, ("- id: reopen\n", "- id: reopen\n        met: 2026-11-24\n"))
    over = run(*line)
    assert (over.exit_code, over.stderr) == (0, "")
    assert "This appeal is over: please send no more letters." in over.stdout
    assert "again (met on 24 November 2026); and\n" in over.stdout
    assert "A model letter" not in over.stdout


def test_offices_alone_may_be_written_to(run: Run, readers: Path) -> None:
    """
    The appeal of a case without missions has no list of countries.
    """
    change(readers, ("write_to: [embassy, ombudsman]", "write_to: [ombudsman]"))
    result = run("--campaign", readers, "appeal", "reading-room")

    assert re.findall(r"^### (.*)", result.stdout, re.MULTILINE) == ["Addresses"]
    assert "> Dear Sir or Madam," in result.stdout
    assert "Write to the embassy" not in result.stdout


def test_copies_are_asked_for(run: Run, readers: Path) -> None:
    """
    Recipients of copies are named, and stand in the model letter.
    """
    both = "write_to: [embassy]\n    copies_to: [ombudsman]"
    change(readers, ("write_to: [embassy, ombudsman]", both))
    result = run("--campaign", readers, "appeal", "reading-room")

    assert "Please send a copy to: Office of the Ombudsman of Türkiye." in result.stdout
    assert "> cc: Office of the Ombudsman of Türkiye\n" in result.stdout


def test_model_letter_fits_all_who_write(run: Run, readers: Path) -> None:
    """
    The model letter has the salutation of one ambassador only if there is one.
    """
    own = "salutation: Dear Ambassador Example"
    hosts = ("host: gb\n", "host: de\n")
    changes = [(host, f"{host}    {own}\n") for host in hosts]
    change(readers, *changes, name="data/embassies.yaml")
    line = ("--campaign", readers, "appeal", "reading-room")

    assert "> Your Excellency,\n" in run(*line).stdout
    assert "> Dear Ambassador Example,\n" in run(*line, "--country", "uk").stdout


def test_model_letter_has_the_style_and_the_country(run: Run) -> None:
    """
    With one country, the model letter is written as from there.
    """
    line = (*OPEN, "--style", "points", "--country")

    assert "> Your Excellency:\n" in run(*line, "us").stdout
    assert "> Sincerely,\n" in run(*line, "us").stdout
    assert "> Yours sincerely,\n" in run(*line, "ie").stdout
    assert "> 1. " in run(*line, "ie").stdout


def test_incomplete_language_is_refused(run: Run) -> None:
    """
    A language without a template for appeals is refused, or English used.
    """
    line = ("--campaign", ITALIAN, "appeal", "reading-room", "--lang", "it")
    reason = (
        "case 'reading-room' is incomplete in Italian, "
        "missing the words of an appeal in templates/it/appeal.j2"
    )

    refused = run(*line)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert (
        refused.stderr
        == f"error: {reason}: add '--fallback' for an appeal in English\n"
    )
    result = run(*line, "--fallback")
    assert result.exit_code == 0
    assert result.stderr == f"note: the appeal is in English: {reason}\n"
    assert "## What happened\n" in result.stdout


def test_missing_translations_are_errors(run: Run, readers: Path) -> None:
    """
    A case without texts in the language is refused.
    """
    (readers / "data" / "demands.de.yaml").unlink()
    result = run("--campaign", readers, "appeal", "reading-room", "--lang", "de")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error: case 'reading-room' is incomplete in German, missing "
        "all its texts in data/demands.de.yaml: "
        "add '--fallback' for an appeal in English\n"
    )


def test_suffix_decides_the_format(run: Run, tmp_path: Path) -> None:
    """
    The format follows the suffix, unless an option names it.
    """
    for name, start in (
        ("a.md", b"# The police"),
        ("a.html", b"<!doctype html>"),
        ("a.pdf", b"%PDF-"),
        ("a", b"# The police"),
    ):
        result = run("appeal", "kurmanov", "-o", tmp_path / name)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
        assert (tmp_path / name).read_bytes().startswith(start)
    run("appeal", "kurmanov", "--format", "html", "-o", tmp_path / "b.md")
    assert (tmp_path / "b.md").read_bytes().startswith(b"<!doctype html>")


def test_suffix_of_a_word_processor_is_refused(run: Run, tmp_path: Path) -> None:
    """
    A suffix of a word processor is refused, unless a format is named for it.
    """
    refused = run("appeal", "kurmanov", "-o", tmp_path / "a.docx")
    result = run("appeal", "kurmanov", "-o", tmp_path / "a.docx", "--format=markdown")

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "is a file of a word processor: write '-o " in refused.stderr

    assert result.stderr == (
        f"note: {tmp_path}/a.docx holds Markdown, whatever its name says\n"
    )


def template(campaign: Path, text: str) -> Path:
    """Write the words of a campaign's own appeal."""
    path = campaign / "templates" / "en" / "appeal.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_campaign_can_replace_a_block(run: Run, readers: Path) -> None:
    """
    A campaign can replace one block of the appeal, as the guide shows.
    """
    guide = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    section = guide.partition("\n## The appeal\n")[2]
    template(readers, section.partition("```jinja\n")[2].partition("```")[0])
    result = run("--campaign", readers, "appeal", "reading-room")

    assert (
        "## Tell us\n\nPlease send a copy of your letter to Readers United, "
        "letters@readers.example.\n\n## Sources\n"
    ) in result.stdout
    assert "Tell the campaign" not in result.stdout


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Heading\n", "template 'en/appeal.j2' gives no title: it begins with a paragraph"),
        ("", "template 'en/appeal.j2' gives no title: it begins with a paragraph"),
        ("- a\n", "template 'en/appeal.j2' gives no title: it begins with a paragraph"),
        ("Title\n\n\u202e\n", "template 'en/appeal.j2': the character U+202E is not allowed in a text: remove it"),
        ("Title\n\n{{ cuontries }}\n", "PATH:3: unknown variable 'cuontries': did you mean 'countries'?"),
        ("Title\n\n{{ 'xyz'|country }}\n", "PATH:3: there is no country 'xyz': use the codes of the data"),
    ],
)  # fmt: skip
def test_template_error_is_located(
    text: str, message: str, run: Run, readers: Path
) -> None:
    """
    A mistake in the template of an appeal is one line with its place.
    """
    path = template(readers, text)
    result = run("--campaign", readers, "appeal", "reading-room")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"error: {message.replace('PATH', str(path))}\n"


def test_data_makes_no_structure(run: Run, readers: Path) -> None:
    """
    Text from the data begins no section, list or letter.
    """
    template(readers, "Title\n\n{{ case.outcome }}\n{{ case.outcome }}\n\nEnd.\n")
    for case in ("# Heading", "## Heading", "[letter]", "- item", "1. item"):
        change(readers, ("status: open\n", f"status: open\n    outcome: '{case}'\n"))
        result = run("--campaign", readers, "appeal", "reading-room")
        change(readers, (f"    outcome: '{case}'\n", ""))

        assert re.findall(r"^(#|-|1\.|>).*", result.stdout, re.MULTILINE) == ["#"]


APPEAL = appeal()


def hostile(values: list[str]) -> Appeal:
    """Return an appeal with *values* wherever a text may stand."""
    title, text, item, heading, part, name = values
    blocks = (Paragraph(text), ItemList((item, item), numbered=False))
    inner = Section(heading=part, body=blocks)
    section = Section(heading=heading, body=blocks, has_letter=True, parts=(inner,))
    assert APPEAL.letter
    letter = replace(
        APPEAL.letter,
        subject_line=title,
        salutation=text,
        body=(*blocks, ItemList((item,), numbered=True)),
        closing=item,
        signature=(name, text, name),
        copies=(name, item),
    )
    return replace(APPEAL, title=title, lead=blocks, sections=(section,), letter=letter)


MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
# What a sign may be, beside the hostile texts of pages.
SIGNS = (
    *HOSTILE,
    "*a* **b** _c_ __d__ `e` ~~f~~",
    "# a #",
    "## a",
    "1. a",
    "12) a",
    "- a",
    "+ a",
    "* a",
    "---",
    "===",
    "***",
    "```",
    "~~~",
    "> a",
    "[a](http://a.example)",
    "![a](http://a.example)",
    "[a]: http://a.example",
    "<http://a.example>",
    "a | b",
    "| a |",
    "|---|",
    "a\\",
    "\\*a\\*",
    "&amp; &#42; &copy",
    "a_b@example.org_",
    "http://a.example/a_b_c?d=e&f=g",
)
texts = (
    st.one_of(
        st.sampled_from(SIGNS),
        st.text("*_`#-+=[]()!<>&;|~\\.1a 2", min_size=1).map(lambda text: text.strip()),
    )
    .filter(bool)
    .map(lambda text: " ".join(text.split()))
)


def kinds(markdown: str) -> tuple[list[str], str]:
    """Return of what a Markdown document consists, and its text."""
    found, text = [], ""
    for token in MARKDOWN.parse(markdown):
        for part in (token, *(token.children or ())):
            if part.type == "text":
                text += part.content
            elif part.type not in {"inline", "text_special"}:
                found.append(part.type)
        text += "\n"
    return found, text


HARMLESS = kinds(
    DOCUMENT_FORMATS["markdown"].render_document(hostile(["x"] * 6)).decode()
)[0]


@pytest.mark.slow
@settings(max_examples=400)
@given(st.lists(texts, min_size=6, max_size=6))
def test_data_is_no_markdown(values: list[str]) -> None:
    """
    Text from the data is escaped in Markdown: no heading, list, link or emphasis.
    """
    data = DOCUMENT_FORMATS["markdown"].render_document(hostile(values)).decode()
    found, text = kinds(data)

    assert found == HARMLESS
    for value in values:
        assert value in text


def test_addresses_are_not_escaped_needlessly() -> None:
    """
    Only markup is escaped: addresses can be copied from the source.
    """
    plain = "A_b@example.org, http://a.example/a_b-c?d=e&f=g, AT&T (5 %) - 1.5 + 2!"
    data = DOCUMENT_FORMATS["markdown"].render_document(replace(appeal(), title=plain))

    assert data.decode().startswith(f"# {plain}\n")


def page_of(written: Appeal) -> str:
    """Return an appeal as a page."""
    return DOCUMENT_FORMATS["html"].render_document(written, options()).decode()


HARMLESS_PAGE = Outline(page_of(hostile(["x"] * 6)))


@pytest.mark.slow
@settings(max_examples=100)
@given(st.lists(texts, min_size=6, max_size=6))
def test_data_is_no_html(values: list[str]) -> None:
    """
    Text from the data is escaped in a page.
    """
    outline = Outline(page_of(hostile(values)))

    assert outline.tags == HARMLESS_PAGE.tags
    for value in values:
        assert value in outline.text


def test_page_fetches_nothing() -> None:
    """
    The page is one file, whose policy forbids it to fetch anything.
    """
    page = page_of(appeal())
    outline = Outline(page)

    assert ("html", (("lang", "en"), ("dir", "ltr"))) in outline.tags
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert f'content="{policy}"' in page
    assert not {"script", "link", "img", "a"} & {name for name, _ in outline.tags}


@pytest.mark.programs("chromium", "pdfinfo", "pdftotext")
def test_page_is_printed_from_a_browser(tmp_path: Path) -> None:
    """
    A browser prints all addresses on few sheets, in two columns.
    """
    page, printed = tmp_path / "appeal.html", tmp_path / "printed.pdf"
    text = page_of(appeal()).replace("@page {", "@page { size: A4;")
    page.write_text(text, encoding="utf-8")
    browse(page, f"--print-to-pdf={printed}")
    pdf = printed.read_bytes()

    assert int(facts_of(pdf)["Pages"]) <= 6
    seen = " ".join(text_of(pdf, "-raw").split())
    for part in ("Who to write to", "125 Pall Mall", "London@mfa.kz", "[your name]"):
        assert part in seen
    assert max(word.left for word in words_of(pdf) if word.text == "Embassy") > 100


def test_campaign_can_replace_the_layout(run: Run, readers: Path) -> None:
    """
    A campaign's own layout is used, and may have only the tags of all pages.
    """
    layout = readers / "templates" / "layout" / "appeal.html.j2"
    layout.parent.mkdir(parents=True)
    layout.write_text("<h1>{{ appeal.title }} &amp; more</h1>", encoding="utf-8")
    line = ("--campaign", readers, "appeal", "reading-room", "--format", "html")

    assert run(*line).stdout == (
        "<h1>The closing of the reading room in Example Town, November 2026"
        " &amp; more</h1>\n"
    )
    layout.write_text("<script>1</script>", encoding="utf-8")
    result = run(*line)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error: the layout 'appeal.html.j2': '<script>' may run or fetch something: "
        "remove it\n"
    )


@pytest.mark.programs("pdfinfo", "pdftotext")
@pytest.mark.parametrize("language", LANGUAGES)
def test_paper_has_everything(language: str) -> None:
    """
    A PDF has everything on few pages in every language, within the margins.
    """
    written = appeal(language=language)
    pdf = DOCUMENT_FORMATS["pdf"].render_document(written, options())
    facts = facts_of(pdf)

    assert int(facts["Pages"]) <= 5
    assert facts["Title"].split() == written.title.split()
    assert "pdfuaid:part>1<" in metadata_of(pdf).replace(" ", "")
    words = words_of(pdf)
    assert min(word.left for word in words) > 20
    assert max(word.right for word in words) < 190
    text = " ".join(text_of(pdf, "-raw").split())
    for mission in CAMPAIGN.directory.own("kz"):
        if mission.email:
            assert mission.email in text


@pytest.mark.programs("pdfinfo", "pdftotext")
def test_data_is_no_typst() -> None:
    """
    Text from the data is no code of Typst.
    """
    signs = ["#panic()", "*a* _b_", "= a", "@b", "$ x $", "`c` <d>"]
    pdf = DOCUMENT_FORMATS["pdf"].render_document(hostile(signs), options())
    text = " ".join(text_of(pdf, "-raw").split())

    assert [sign for sign in signs if sign not in text] == []


@pytest.mark.programs("pdfinfo", "pdftotext")
def test_paper_fits_the_country() -> None:
    """
    The paper of an appeal for the United States is Letter.
    """
    for country, size in (("us", "(letter)"), ("gb", "(A4)")):
        written = appeal(countries=(country,))
        pdf = DOCUMENT_FORMATS["pdf"].render_document(written, options())
        assert size in facts_of(pdf)["Page size"]


def test_character_without_a_glyph_is_an_error() -> None:
    """
    A character that no font has is an error.
    """
    with pytest.raises(Exception, match=r"^the fonts of the PDF lack '字' \(U\+5B57\)"):
        DOCUMENT_FORMATS["pdf"].render_document(
            replace(appeal(), title="字"), options()
        )


def test_plain_text_has_underlined_headings(run: Run, tmp_path: Path) -> None:
    """
    Plain text is wrapped like letters, its headings underlined, its letter indented.
    """
    result = run(*OPEN, "--country", "uk", "-o", tmp_path / "appeal.txt")
    text = (tmp_path / "appeal.txt").read_text(encoding="utf-8")

    assert (result.exit_code, result.stderr) == (0, "")
    assert text.startswith("The police attack on the May Day marchers in Almaty")
    assert "\n\nWhat is demanded\n----------------\n\nThe campaign calls" in text
    assert "\n\n    [your name]\n" in text
    assert all(len(line) <= 72 for line in text.splitlines() if "://" not in line)
