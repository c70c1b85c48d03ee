"""Errors and notes about rows: each once, with its place and a hint."""

import csv
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Result, Run
from protestgen.batch.roster import EXAMPLE
from protestgen.batch.roster_row import FIELDS, Member
from protestgen.letters.sender import Sender

SUMMARY = re.compile(r"; [0-9.]+ (?:bytes|[kM]B) in [0-9.]+ s$")
MEND = (
    "note: rows that failed are in letters/failed.csv: correct them there, and use "
    "that file as the roster"
)
EMPTY = "email: empty: an e-mail needs the sender's address"
PARTED = (
    "4 cells where there are 3 columns: put quotes round a cell that has the delimiter "
    "in it"
)
UNCLOSED = "the quotes of a cell are not closed, or stand in it: close, or double them"
CUT = "the roster ends in the middle of this row: get the whole file"
SHAPE = "not an object of texts in JSON: put each value in quotes"

Batch = Callable[..., Result]


@pytest.fixture(name="batch")
def _batch(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Return a function that runs `batch` on a roster with a text."""
    monkeypatch.chdir(tmp_path)

    def batch(roster: str, *arguments: object, name: str = "m.csv") -> Result:
        Path(name).write_text(roster, "utf-8")
        return run("batch", "--case", "kurmanov", "--roster", name, *arguments)

    return batch


def said(result: Result) -> list[str]:
    """Return the lines on stderr but for notes on case and addressees."""
    known = ("note: case '", "note: the address of the")
    lines = [SUMMARY.sub("", line) for line in result.stderr.splitlines()]
    return [line for line in lines if not line.startswith(known)]


def letters(folder: str = "letters") -> dict[str, str]:
    """Return the letters in *folder*, by who signs them."""
    return {
        path.name.split("-")[2]: path.read_text("utf-8")
        for path in sorted(Path(folder).glob("*.txt"))
    }


@pytest.mark.parametrize("jobs", [1, 2])
def test_note_on_the_heading_comes_first(batch: Batch, jobs: int) -> None:
    """
    The note on an unused column comes first; errors that repeat are counted in one line.
    """
    rows = "".join(f"Ada Example {i},a{i}@home.example,uk\n" for i in range(1_000))
    arguments = ("--format", "eml", "--jobs", jobs)
    result = batch(f"name,e-mial,country\n{rows}", "-o", "letters", *arguments)

    assert result.exit_code == 3
    assert said(result) == [
        "note: the column 'e-mial' is not used: did you mean 'email'?",
        *(f"error: m.csv:{line}: {EMPTY}" for line in range(2, 7)),
        f"error: 995 more like m.csv:2: {EMPTY}",
        "note: 0 letters in letters; 1,000 rows failed",
        MEND,
    ]
    with Path("letters/failed.csv").open(encoding="utf-8-sig", newline="") as table:
        assert sum(1 for _ in csv.reader(table)) == 1_001


def test_unknown_key_is_reported_at_its_first_row(batch: Batch) -> None:
    """
    In JSON Lines an unknown key is reported at the first row that has it.
    """
    result = batch(
        '{"name": "Ada Example", "country": "gb", "number": "1"}\n'
        '{"name": "Bob Example", "contry": "gb", "number": "2"}\n',
        "--format",
        "jsonl",
        name="m.jsonl",
    )

    home = "country: empty: name the country that the member lives in"
    assert said(result) == [
        "note: the column 'number' is not used",
        "note: the column 'contry' is not used: did you mean 'country'?",
        f"error: m.jsonl:2: {home}",
        "note: 1 letter; 1 row failed",
    ]


def test_errors_are_grouped_by_kind(batch: Batch) -> None:
    """
    Errors that differ in their value only are one line, with the count of the others.
    """
    rows = [f"Ada Example {i},a{i}@home,uk\n" for i in range(7)]
    rows[6] = "Ada Example,a'b'@home,uk\n,ada@home.example,uk\n"
    roster = "name,email,country\n" + "".join(rows)
    result = batch(roster, "-o", "letters", "--format", "eml")
    single = batch(roster, "-o", "all.mbox")

    def mail(value: object) -> str:
        mend = "write name@domain.example"
        return f"email: '{value}@home' is not an e-mail address: {mend}"

    assert said(result) == [
        *(f"error: m.csv:{i + 2}: {mail(f'a{i}')}" for i in range(5)),
        "error: m.csv:9: name: empty: each letter is signed with a name",
        f"error: 2 more like m.csv:2: {mail('a0')}",
        "note: 0 letters in letters; 8 rows failed",
        MEND,
    ]
    assert said(single) == [
        *(f"error: m.csv:{i + 2}: {mail(f'a{i}')}" for i in range(6)),
        "error: m.csv:8: " + mail("a'b'"),
        "error: m.csv:9: name: empty: each letter is signed with a name",
        "note: 0 letters in all.mbox; 8 rows failed",
    ]


def test_all_errors_of_a_row_are_reported_together(batch: Batch) -> None:
    """
    One run reports the faults of a row's cells, addressee and choices.
    """
    result = batch(
        "name,email,country,language,style,to,demands,omit_address\n"
        "Ada Example,,germony,Klingon,Personal,,peace bread,\n"
        "Bob Example,bob@home,uk,,,nowhere,press-freedom,Ja\n"
        "Cid Example,cid@home.example,kp,,sonnet,,,\n"
        "Dan Example,dan@home.example,Germny,,,consulate,,\n"
        "Eve Example,eve@home.example,,,,consulate,,\n",
        *("-o", "letters", "--format", "eml"),
    )

    known = (
        "end-harassment, drop-tikhonov, no-charges-kurmanov, public-inquiry, "
        "press-freedom, prosecute-violence, protect-workers, nationalise"
    )
    missing = "demands: case 'kurmanov' has no demand"
    kp = "no mission of Kazakhstan is known in North Korea, and none that covers it"
    assert said(result) == [
        "error: m.csv:2: country: unknown country 'germony': did you mean 'Germany'?",
        f"error: m.csv:2: {EMPTY}",
        "error: m.csv:2: language: unknown language 'Klingon': choose from de, el, en, es, fr, ru",
        "error: m.csv:2: style: unknown style 'Personal': did you mean 'personal'?",
        f"error: m.csv:2: {missing} 'peace': choose from {known}",
        f"error: m.csv:2: {missing} 'bread': choose from {known}",
        "error: m.csv:3: email: 'bob@home' is not an e-mail address: write name@domain.example",
        "error: m.csv:3: omit_address: 'Ja' is not an answer: write yes or no",
        "error: m.csv:3: to: unknown addressee 'nowhere': see 'protestgen embassies'",
        f"error: m.csv:4: country: {kp}: choose '--to osce', or another country (see 'protestgen embassies')",
        "error: m.csv:4: style: unknown style 'sonnet': see 'protestgen styles'",
        "error: m.csv:5: country: unknown country 'Germny': did you mean 'Germany'?",
        "error: m.csv:6: country: empty: name the country that the member lives in",
        "note: 0 letters in letters; 5 rows failed",
        MEND,
    ]


@pytest.mark.usefixtures("batch")
def test_error_for_all_cases_is_reported_once(run: Run) -> None:
    """
    A row without a country fails for every case, and is reported once.
    """
    Path("m.csv").write_text("name,demands\nAda Example,press-freedom\n")
    cases = ("--case", "kurmanov", "--case", "shanyrak", "--case", "kolov")
    result = run("batch", *cases, "--roster", "m.csv", "--format", "jsonl")

    home = "country: empty: name the country that the member lives in"
    lines = [line.partition(": choose from")[0] for line in said(result)]
    assert lines == [
        f"error: m.csv:2: {home}",
        "error: m.csv:2: demands: case 'shanyrak' has no demand 'press-freedom'",
        "error: m.csv:2: demands: case 'kolov' has no demand 'press-freedom'",
        "note: 0 letters; 1 row failed",
    ]


@pytest.mark.parametrize("jobs", [1, 2])
def test_strict_stops_at_a_failed_letter(batch: Batch, jobs: int) -> None:
    """
    With `--strict` a letter that fails ends the run after the letters in hand.
    """
    rows = "".join(f"Ada Example {i},uk,\n" for i in range(5_000))
    roster = f"name,country,style\nBob Example,uk,sonnet\n{rows}"
    result = batch(roster, "-o", "letters", "--strict", "--jobs", jobs)
    single = batch(roster, "-o", "all.jsonl", "--strict", "--jobs", jobs)

    style = "error: m.csv:2: style: unknown style 'sonnet': see 'protestgen styles'"
    stopped = "error: stopped at the row that failed"
    assert (result.exit_code, single.exit_code) == (1, 1)
    assert said(result)[0] == style
    assert said(result)[-1] == f"{stopped}: correct it, and run the same again"
    assert len([*Path("letters").glob("*.txt")]) < 5_000
    assert said(single) == [style, f"{stopped}: nothing is written"]
    assert not Path("all.jsonl").exists()


def test_empty_roster_writes_and_prunes_nothing(batch: Batch) -> None:
    """
    An empty export does not remove the letters of the run before.
    """
    batch("name,country\nAda Example,uk\n", "-o", "letters")
    before = {path: path.read_bytes() for path in Path("letters").iterdir()}
    result = batch("name,country\n\n", "-o", "letters", "--prune")
    single = batch("name,country\n", "-o", "all.mbox")

    problem = "error: m.csv:1: the roster has no rows: add one for each member\n"
    assert (result.exit_code, result.stderr) == (1, problem)
    assert (single.exit_code, single.stderr) == (1, problem)
    assert {path: path.read_bytes() for path in Path("letters").iterdir()} == before
    assert not Path("all.mbox").exists()


def test_language_has_names_and_codes(batch: Batch) -> None:
    """
    A language is given by name or code, with or without region; a cell may hold several.
    """
    result = batch(
        "name,country,language\n"
        "Ada Example,uk,German\nBob Example,uk,DEUTSCH\nCid Example,uk,de-AT\n"
        'Dan Example,uk,"русский, de_DE"\nEve Example,uk,\n',
        *("-o", "letters", "--lang", "fr"),
    )

    assert said(result) == ["note: 5 letters in letters"]
    written = letters()
    beginnings = {
        name: [
            word
            for word in ("Exzellenz,", "Ваше Превосходительство", "Monsieur l")
            if word in text
        ]
        for name, text in written.items()
    }
    assert written["ada"].replace("Ada", "Bob") == written["bob"]
    assert beginnings == {
        "ada": ["Exzellenz,"],
        "bob": ["Exzellenz,"],
        "cid": ["Exzellenz,"],
        "dan": ["Exzellenz,", "Ваше Превосходительство"],
        "eve": ["Monsieur l"],
    }


@pytest.mark.parametrize(
    ("arguments", "greeting"), [((), "Exzellenz,"), (("--lang", "en"), "Your Excell")]
)
@pytest.mark.usefixtures("batch")
def test_language_option_overrides_the_profile(
    run: Run, arguments: tuple[str, ...], greeting: str
) -> None:
    """
    `--lang` overrides the language of the profile, as for a single letter.
    """
    Path("ada.yaml").write_text("name: Ada Example\nlanguage: de\n")
    sender = ("--sender", "ada.yaml", "--country", "uk", *arguments)
    result = run("batch", "--case", "kurmanov", *sender, "-o", "letters")

    assert result.exit_code == 0
    assert greeting in letters()["ada"]


def test_note_on_own_words_names_the_member(batch: Batch) -> None:
    """
    A note on own words names the first member and counts the others.
    """
    long = "word " * 500
    rows = [
        "Ada Example,uk,You are a liar.",
        f"Bob Example,uk,{long}",
        "Cid Example,fr,Liar!",
        "Dan Example,fr,thug",
        f"Eve Example,fr,{long}{long}",
        "Fay Example,fr,liar",
    ]
    roster = "name,country,why\n" + "".join(f"{row}\n" for row in rows)
    harm = "may do harm to those the letter is for: find another word"
    for arguments in (("-o", "letters"), ("-o", "two", "--jobs", 2)):
        *notes, _ = said(batch(roster, *arguments))
        notes[1] = re.sub(r"\d{3,} words", "many words", notes[1])
        assert notes == [
            f"note: m.csv:2: 'liar' {harm} (and in 2 letters more)",
            "note: m.csv:3: the letter has many words, too many to be read: leave some out (and in 1 letter more)",
            f"note: m.csv:5: 'thug' {harm}",
        ]


def test_note_on_missing_fields_names_the_member(batch: Batch) -> None:
    """
    A note on a missing field names the member; a note on an addressee appears once.
    """
    result = batch(
        "name,country,style,why,language\n"
        "Ada Example,uk,,,\n"
        "Bob Example,uk,,,\n"
        'Cid Example,uk,,Mine.,"en,ru"\n',
        *("-o", "letters"),
    )

    address = "note: the address of the embassy in London is from a source of 2022"
    assert said(result) == [
        "note: m.csv:4: your own words are not translated: each letter has them as written",
        "note: 3 letters in letters",
    ]
    assert f"{address}: look at" in result.stderr
    assert "?lang=en (3 letters)\n" in result.stderr


def test_members_of_the_same_name_are_noted(batch: Batch) -> None:
    """
    Two members of one name without an address count as one, and a note says so.
    """
    result = batch(
        "name,city,country,address,email\n"
        "Ada Example,Leeds,uk,,\n"
        "Ada Example,Leeds,uk,,\n"
        "Ada Example,Leeds,uk,1 Sample Street,\n"
        "Ada Example,Leeds,uk,1 Sample Street,\n"
        "Ada Example,Leeds,uk,1 Sample Street,ada@home.example\n",
        "-o",
        "letters",
    )

    mend = "if these are two people, give each an e-mail or an address"
    assert said(result) == [
        f"note: m.csv:3: 'Ada Example' is a duplicate of line 2, skipped; {mend}",
        "note: m.csv:5: 'Ada Example' is a duplicate of line 4, skipped",
        "note: 3 letters in letters; 2 duplicates skipped",
    ]


@pytest.mark.parametrize("arguments", [(), ("--style", "support")])
def test_support_letter_refuses_an_addressee(
    batch: Batch, arguments: tuple[str, ...]
) -> None:
    """
    A row that chooses an addressee for a letter without one fails.
    """
    style = "" if arguments else "support"
    result = batch(
        "name,style,to,demands\n"
        f"Ada Example,{style},osce,\nBob Example,{style},,press-freedom\n"
        f"Cid Example,{style},,\n",
        *("--format", "jsonl", *arguments),
    )

    unfit = "does not go with the style 'support': leave it empty"
    assert result.exit_code == 3
    assert said(result)[:2] == [
        f"error: m.csv:2: to: {unfit}",
        f"error: m.csv:3: demands: {unfit}",
    ]
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize("name", ["letters.docx", "members.csv", "there"])
def test_output_name_of_a_file_is_refused(batch: Batch, name: str) -> None:
    """
    Letters go to a folder: an existing file or an unknown suffix is refused.
    """
    Path("there").write_text("mine")
    roster = "name,country\nAda Example,uk\n"
    result = batch(roster, "-o", name)

    places = "name a folder, or a file that ends in .mbox, .jsonl or .pdf"
    assert (result.exit_code, result.stderr) == (
        2,
        f"error: '-o {name}' is no place for letters: {places} (see 'protestgen batch --help')\n",
    )
    assert sorted(path.name for path in Path().iterdir()) == ["m.csv", "there"]
    Path("there").unlink()
    Path(name).mkdir()
    assert batch(roster, "-o", name).exit_code == 0


def test_help_names_all_columns(run: Run) -> None:
    """
    The help lists every column, on lines that fit a terminal; the example has the common ones.
    """
    lines = run("batch", "--help").stdout.splitlines()
    (columns,) = re.findall(r"Columns of a roster: ([^.]*)\.", " ".join(lines))
    head = next(csv.reader(EXAMPLE.splitlines()))

    assert [name.strip() for name in columns.split(",")] == list(FIELDS)
    assert max(map(len, lines)) <= 80
    assert {*FIELDS} - {*head} == {
        *("about", "copy", "first_letter", "omit_address", "organisation_of"),
        *("reply_to", "residence"),
    }


def test_every_field_has_a_column() -> None:
    """
    Whatever a sender or a member may have can stand in a roster.
    """
    fields = {*Sender.__struct_fields__, *Member.__struct_fields__} - {"sender"}

    assert {*FIELDS} == fields


def test_example_uses_its_columns(batch: Batch) -> None:
    """
    The columns of the example show in its letters.
    """
    result = batch(EXAMPLE, "-o", "letters")

    assert said(result) == ["note: 3 letters in letters"]
    written = letters()
    assert "I follow the case from Leeds." in written["ada"]
    assert "Exzellenz," in written["jurgen"]
    assert (
        "\nEva Beispiel, Musterstadt\nMax Beispiel, Musterstadt\n" in written["jurgen"]
    )
    assert "writing on behalf of the Example Solidarity Committee" in written["zoe"]


def test_member_chooses_who_gets_a_copy(batch: Batch) -> None:
    """
    The column `copy` names who else gets a letter; an empty cell takes `--copy`.
    """
    roster = (
        "name,country,copy,style\n"
        'Ada,uk,"ohchr, osce",\nBob,uk,,\nEva,uk,osec,\nZoe,uk,osce,support\n'
    )
    result = batch(roster, "--copy", "ilo", "-o", "letters")
    copies = {name: text.partition("\ncc: ")[2] for name, text in letters().items()}

    assert result.exit_code == 3
    assert copies["ada"].count("\n") == 2
    assert "Human Rights" in copies["ada"]
    assert "OSCE Secretariat" in copies["ada"]
    assert "International Labour" in copies["bob"]
    assert said(result)[:2] == [
        "error: m.csv:4: copy: unknown addressee 'osec': did you mean 'osce'?",
        "error: m.csv:5: copy: does not go with the style 'support': leave it empty",
    ]


def test_note_on_a_letter_in_two_languages_counts_once(batch: Batch) -> None:
    """
    A note that holds for both languages of a letter counts once.
    """
    words = " ".join(["word"] * 420)
    result = batch(
        f'name,country,language,why\nAda Example,uk,"en,ru",{words}\n', "--dry-run"
    )

    (remark,) = [note for note in said(result) if "too many to be read" in note]
    assert re.fullmatch(
        r"note: m\.csv:2: the letter has \d+ words, too many to be read: leave some out",
        remark,
    )


@pytest.mark.parametrize(
    ("roster", "kept"),
    [
        (
            "name;country;why\nAda Example;uk;I, for one\nBob Example;uk;See;this\n",
            ["Bob Example", "uk", "See", "3", "", PARTED, "kurmanov", "this"],
        ),
        (
            'name;country;why\nBob Example;"uk;So\nAda Example;uk;I, for one\n',
            ["", "", "", "2", "", UNCLOSED, "kurmanov", 'Bob Example;"uk;So'],
        ),
        (
            'name;country;why\nAda Example;uk;I, for one\nBob Example;"uk',
            ["", "", "", "3", "", CUT, "kurmanov", 'Bob Example;"uk'],
        ),
        (
            '{"name":"Ada Example","country":"uk"}\n{"name":"Bob Example","why":3}\n',
            [
                *[""] * len(FIELDS),
                "2",
                "",
                SHAPE,
                "kurmanov",
                '{"name":"Bob Example","why":3}',
            ],
        ),
    ],
    ids=["surplus", "quotes", "cut", "json"],
)
def test_surplus_cells_are_kept_in_failed_csv(
    batch: Batch, roster: str, kept: list[str]
) -> None:
    """
    Surplus cells stand behind the columns of failed.csv, and fail until they are cleared.
    """
    failed = Path("letters/failed.csv")
    first = batch(roster, "-o", "letters")
    text = failed.read_text("utf-8-sig")
    delimiter = "," if roster.startswith("{") else ";"
    _, row = csv.reader(text.splitlines(), delimiter=delimiter)
    again = batch(text, "-o", "letters", name="letters/failed.csv")

    assert (first.exit_code, again.exit_code) == (3, 3)
    assert row == kept
    counts = f"{len(kept)} cells where there are {len(kept) - 1} columns"
    behind = "the surplus cells belong to this row: fix it, and clear them"
    assert said(again)[-3:] == [
        f"error: letters/failed.csv:2: {counts}: {behind}",
        "note: 0 letters in letters; 1 row failed",
        MEND,
    ]
    text = failed.read_text("utf-8-sig")
    _, row = csv.reader(text.splitlines(), delimiter=delimiter)
    assert row[-1] == kept[-1]
    assert set(letters()) == {"ada"}


def test_duplicate_of_a_failed_row_fails_too(batch: Batch) -> None:
    """
    If the first of two duplicate rows fails, the second is in failed.csv as well.
    """
    result = batch(
        "name,email,country,style\n"
        "Ada Example,ada@home.example,uk,sonnet\n"
        "Ada Example,ada@home.example,uk,personal\n",
        *("-o", "letters"),
    )

    failed = "line 2 is the same person, and failed"
    assert [line.partition(": did")[0] for line in said(result)][1:] == [
        f"error: m.csv:3: {failed}: correct that row, or remove it and keep this one",
        "note: 0 letters in letters; 2 rows failed",
        MEND,
    ]
    assert Path("letters/failed.csv").read_text("utf-8").count("Ada Example") == 2


def test_errors_of_rows_name_cells_not_options(batch: Batch) -> None:
    """
    An error about a cell does not name an option of the command line.
    """
    roster = "name,country,to\nAda Example,germany,consulate\nBob Example,uk,\n"
    chosen = batch(roster, "-o", "letters")
    general = batch("name,country\nBob Example,uk\n", "-o", "own", "--to", "mars")

    assert said(chosen)[0].startswith("error: m.csv:2: to: 'consulate' may mean ")
    assert "--to" not in said(chosen)[0]
    assert said(general)[0].startswith("error: m.csv:2: unknown addressee 'mars'")


def test_organisation_style_needs_an_organisation(batch: Batch) -> None:
    """
    A letter with a placeholder for the organisation is not written.
    """
    result = batch(
        "name,country,style,organisation\n"
        "Ada Example,uk,organisation,\n"
        "Bob Example,uk,organisation,Example Committee\n",
        *("-o", "letters"),
    )

    reason = "empty: the style 'organisation' is written for one"
    assert said(result) == [
        f"error: m.csv:2: organisation: {reason}",
        "note: 1 letter in letters; 1 row failed",
        MEND,
    ]
    assert [*letters()] == ["bob"]


@pytest.mark.parametrize("headings", ["name,country,why", "name,country,why,,"])
def test_words_behind_the_columns_are_kept(batch: Batch, headings: str) -> None:
    """
    failed.csv saved by a spreadsheet, with all rows equally long, loses no cell.
    """
    roster = (
        f"{headings}\nAda Example,gb,I think, therefore I write.\nBob,atlantis,Me.\n"
    )
    batch(roster, "-o", "letters")
    failed = Path("letters/failed.csv")
    with failed.open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.reader(table))
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    with failed.open("w", encoding="utf-8", newline="") as table:
        csv.writer(table).writerows(padded)
    text = failed.read_text("utf-8").replace("atlantis", "gb")
    again = batch(text, "-o", "letters", name="letters/failed.csv")

    assert again.exit_code == 3
    assert [*letters()] == ["bob"]
    with failed.open(encoding="utf-8-sig", newline="") as table:
        _, ada = csv.reader(table)
    assert (ada[:3], ada[6:]) == (
        ["Ada Example", "gb", "I think"],
        ["kurmanov", "therefore I write."],
    )


def test_spaces_after_delimiters_are_ignored(batch: Batch) -> None:
    """
    Spaces after a delimiter are not part of a cell, nor do they hide its quotes.
    """
    batch(
        'name, city, country, why\nAda Example, "Leeds", gb, "One, two."\n', "-o", "o"
    )

    assert "I am writing from Leeds" in letters("o")["ada"]
    assert "One, two." in letters("o")["ada"]


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n"])
def test_failed_csv_is_read_as_it_was_written(batch: Batch, ends: str) -> None:
    """
    Line ends inside cells survive, also in columns that are not used.
    """
    cell = f'"one{ends}two"'
    roster = f"name,country,why,notes\nAda Example,atlantis,{cell},{cell}\n"
    batch(roster, "-o", "letters")
    failed = Path("letters/failed.csv")
    with failed.open(encoding="utf-8-sig", newline="") as table:
        _, row = csv.reader(table)
    mended = failed.read_bytes().decode("utf-8-sig").replace("atlantis", "gb")
    again = batch(mended, "-o", "letters", name="letters/failed.csv")

    assert row[:4] == ["Ada Example", "atlantis", f"one{ends}two", f"one{ends}two"]
    assert again.exit_code == 0
    assert "one two" in letters()["ada"]


def test_delimiter_of_failed_csv_is_detected(batch: Batch) -> None:
    """
    failed.csv is read whatever delimiter the roster had.
    """
    batch("sep=|\nname|country\nAda Example|atlantis\n", "-o", "letters")
    failed = Path("letters/failed.csv")
    text = failed.read_text("utf-8-sig").replace("atlantis", "gb")
    again = batch(text, "-o", "letters", name="letters/failed.csv")

    assert again.exit_code == 0
    assert [*letters()] == ["ada"]


def test_part_of_failed_csv_does_not_replace_it(batch: Batch) -> None:
    """
    If some rows are fixed in another file, failed.csv keeps all rows.
    """
    batch("name,country\nAda,atlantis\nBob,mordor\nCid,gb\n", "-o", "letters")
    before = Path("letters/failed.csv").read_bytes()
    ada = "".join(before.decode("utf-8-sig").splitlines(keepends=True)[:2])
    first = batch(ada.replace("atlantis", "gb"), "-o", "letters")
    second = batch(ada.replace("atlantis", "gondor"), "-o", "letters")
    third = batch("name,country\nEve,narnia\n", "-o", "letters")

    kept = "note: the rows that failed before are in letters/failed-before.csv"
    assert (first.exit_code, second.exit_code) == (0, 3)
    assert kept in said(first)
    assert not any("failed-before" in line for line in said(second))
    assert Path("letters/failed-before.csv").read_bytes() == before
    assert third.exit_code == 3
    assert "narnia" in Path("letters/failed.csv").read_text("utf-8")
    assert not Path("letters/failed-before-2.csv").exists()


def test_failed_rows_of_another_case_are_kept(batch: Batch, run: Run) -> None:
    """
    failed.csv of another case is backed up once, however often it would be replaced.
    """
    roster = "name,country\nAda,gb\nBob,mordor\n"
    other = ("batch", "--case", "shanyrak", "--roster", "m.csv", "-o", "letters")
    Path("eve.yaml").write_text("name: Eve Example\n", "utf-8")
    alone = ("--sender", "eve.yaml", "--country", "uk", "-o", "letters")
    batch(roster, "-o", "letters")
    run("batch", "--case", "shanyrak", *alone)
    for _ in range(3):
        run(*other)
        batch(roster, "-o", "letters")

    tables = sorted(Path("letters").glob("*.csv"))
    assert [(table.name, *cases_in(table)) for table in tables] == [
        ("failed-before-2.csv", "shanyrak"),
        ("failed-before.csv", "kurmanov"),
        ("failed.csv", "kurmanov"),
    ]
    assert batch("name,country\nAda,gb\n", "-o", "letters").exit_code == 0
    assert not Path("letters/failed.csv").exists()


def test_failed_rows_without_cases_are_kept(batch: Batch) -> None:
    """
    A failed.csv that does not say its case is backed up.
    """
    batch("name,country\nAda,gb\nBob,mordor\n", "-o", "letters")
    failed = Path("letters/failed.csv")
    failed.write_text(failed.read_text("utf-8").replace("failed for", ""), "utf-8")
    result = batch("name,country\nAda,gb\n", "-o", "letters")

    assert result.exit_code == 0
    assert "mordor" in Path("letters/failed-before.csv").read_text("utf-8")


def test_resumed_run_keeps_failed_rows_of_another_case(batch: Batch, run: Run) -> None:
    """
    A run that was stopped and resumed keeps the failed.csv of another case.
    """
    batch("name,country\nBob,mordor\n", "-o", "letters")
    Path("m.csv").write_text("name,country,email\nAda,gb,ada@home.example\n", "utf-8")
    other = ("batch", "--case", "shanyrak", "--roster", "m.csv", "-o")
    run(*other, "other")
    (name,) = (path.name for path in Path("other").glob("*.txt"))
    Path("letters", name).mkdir()
    assert run(*other, "letters").exit_code == 1
    Path("letters", name).rmdir()
    assert run(*other, "letters").exit_code == 0

    assert cases_in(Path("letters/failed-before.csv")) == ["kurmanov"]


def cases_in(table: Path) -> list[str]:
    """Return the cases that rows of a *table* failed for."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        return [row["failed for"] for row in csv.DictReader(file)]


@pytest.mark.parametrize("padding", ["", ",,,"])
def test_rest_of_a_torn_cell_is_no_member(batch: Batch, padding: str) -> None:
    """
    The rest of a torn cell makes no letter, also in a table saved by a spreadsheet.
    """
    roster = (
        f"name,country,why{padding}\n"
        f'Ada,gb,"She said "no" to them\nand left Leeds."{padding}\n'
        f"Bob,gb,ok{padding}\n"
    )
    result = batch(roster, "-o", "letters", "--country", "gb")

    reason = "text behind the closing quotes: double the quotes in a cell"
    assert f"error: m.csv:2: {reason}" in said(result)
    assert [*letters()] == ["bob"]


def test_cut_off_roster_with_empty_columns_is_an_error(batch: Batch) -> None:
    """
    A last row with too few cells is reported as cut off.
    """
    result = batch("name,country,why,,\nAda,gb,hi,,\nBob,fr,cut o", "-o", "letters")

    assert said(result)[0] == f"error: m.csv:3: {CUT}"
    assert [*letters()] == ["ada"]


def test_text_below_an_empty_heading_is_an_error(batch: Batch) -> None:
    """
    Text in a column without heading is reported as that.
    """
    result = batch("name,country,,,\nAda,gb,,note,\n", "-o", "letters")

    reason = "there is text below an empty heading: name that column, or empty the cell"
    assert (
        said(result)[0]
        == f"error: m.csv:2: 4 cells where there are 2 columns: {reason}"
    )


def test_failed_rows_can_come_from_a_pipe(
    batch: Batch, shell: Callable[[str], Result]
) -> None:
    """
    failed.csv from a pipe does not make the letters of other rows orphans.
    """
    batch("name,country\nAda,atlantis\nBob,gb\n", "-o", "letters")
    mend = "sed s/atlantis/gb/ letters/failed.csv"
    line = f"{mend} | protestgen batch --case kurmanov --roster - -o letters"
    pruned = shell(f"{line} --prune")
    piped = shell(line)

    assert (pruned.exit_code, piped.exit_code) == (2, 0)
    assert not any("belongs to no row" in line for line in said(piped))
    assert [*letters()] == ["ada", "bob"]


def test_link_without_the_letter_is_noted(batch: Batch) -> None:
    """
    A mailto link too short for the letter is noted, as for a single one.
    """
    result = batch("name,country\nAda,gb\nBob,gb\n", "-o", "o", "--format", "mailto")

    told = [line for line in said(result) if "it opens an empty message" in line]
    assert len(told) == 1
    assert told[0].startswith("note: m.csv:2: with its text the link has ")
    assert told[0].endswith("or use '--format eml' (and in 1 letter more)")


def test_formats_of_a_letter_have_their_own_names(batch: Batch) -> None:
    """
    Letters in different formats do not replace each other.
    """
    roster = "name,country,email\nAda,us,ada@home.example\n"
    forms = ("text", "eml", "subject", "body", "mailto", "json", "html", "pdf", "fax")
    for form in forms:
        batch(roster, "-o", "letters", "--format", form)

    files = [path.name for path in Path("letters").iterdir()]
    suffixes = {name.partition(".")[2] for name in files if name.startswith("kurmanov")}
    assert suffixes == {
        *("txt", "eml", "subject.txt", "body.txt", "mailto.txt"),
        *("json", "html", "pdf", "fax.pdf"),
    }


def test_single_sender_leaves_files_of_members_alone(batch: Batch, run: Run) -> None:
    """
    A run without roster keeps the letters and failed rows of members.
    """
    batch("name,country\nAda,gb\nBob,mordor\n", "-o", "letters")
    Path("eve.yaml").write_text("name: Eve Example\ncountry: gb\n", "utf-8")
    command = ("batch", "--case", "kurmanov", "--sender", "eve.yaml", "--country", "uk")
    result = run(*command, "-o", "letters")
    pruned = run(*command, "-o", "letters", "--prune")

    assert said(result) == ["note: 1 letter in letters"]
    assert (pruned.exit_code, said(pruned)) == (
        2,
        [
            "error: '--prune' goes with '--roster' only: leave it out (see 'protestgen batch --help')"
        ],
    )
    assert [*letters()] == ["ada", "eve"]
    assert "mordor" in Path("letters/failed.csv").read_text("utf-8")
