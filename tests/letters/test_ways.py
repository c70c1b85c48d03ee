"""Ways to act: who gets a letter, who a copy, and what each is asked for."""

import email
import json
from pathlib import Path

import pytest

from campaign_helpers import case, mission
from conftest import Result, Run
from pdf_helpers import text_of
from protestgen import write_letter

OFFICES = """\
offices:
  president:
    name: Office of the President
    role: head_of_state
    title: The President
    state: kz
    country: kz
    address: [1 Palace Square, 010000 Exampleville]
    confidence: low
    sources: [https://office.example]
  court:
    name: Court of Example
    role: office
    state: kz
    country: kz
    email: court@office.example
    confidence: low
    sources: [https://office.example]
  league:
    name: League of Examples
    role: office
    country: ch
    address: [2 Rue Exemple, 1200 Exempleville]
    email: league@office.example
    confidence: low
    sources: [https://office.example]
"""
RELEASE = "      - {id: release, text: release her, reason: She did no wrong.}\n"
DEMANDS = f"""\
{RELEASE}\
      - {{id: visit, text: let her see a lawyer, reason: It is her right.}}
      - {{id: inquiry, text: open an inquiry, reason: It is owed., optional: true}}
"""
WAYS = """
      - to: [president, embassy]
        copy: league
        ask: [inquiry, release]
      - to: court
        copy: [embassy, league]
      - league"""
NAMED = ("--name", "Ada Example")


@pytest.fixture(name="mine")
def _mine(tmp_path: Path) -> Path:
    """Return the folder of a campaign with a case that has three ways to act."""
    return campaign(tmp_path / "mine", WAYS)


def campaign(folder: Path, ways: str, demands: str = DEMANDS) -> Path:
    """Write a campaign with a case that has these *ways* to act."""
    data = folder / "data"
    data.mkdir(parents=True)
    (folder / "protestgen.yaml").write_text("extends: none\n")
    text = case("ada", write_to=ways).replace(RELEASE, demands)
    (data / "demands.yaml").write_text(f"cases:\n{text}")
    missions = mission("gb", "London") + mission("gb", "Leeds", "consulate")
    missions += mission("nr", "Yaren", "consulate-general")
    (data / "embassies.yaml").write_text(f"embassies:\n{missions}{OFFICES}")
    return folder


def write(run: Run, folder: Path, *arguments: str) -> Result:
    """Write the letter of a sender in the United Kingdom."""
    return run("--campaign", folder, "letter", "ada", "--country", "uk", *arguments)


def test_letter_takes_the_first_way(run: Run, mine: Path) -> None:
    """
    `letter` writes the first letter, with the copies and demands of its way.

    A note names the others who are to get one.
    """
    result = write(run, mine, *NAMED)

    assert result.exit_code == 0
    assert "The President\n" in result.stdout
    assert "1. open an inquiry; and\n2. release her." in result.stdout
    assert "see a lawyer" not in result.stdout
    assert result.stdout.endswith("\ncc: League of Examples\n")
    others = "note: the case asks for a letter to others as well: '--to embassy'"
    assert others in result.stderr.splitlines()


@pytest.mark.parametrize(
    ("to", "copies", "asked"),
    [
        ("president", ["League of Examples"], ["inquiry", "release"]),
        ("embassy", ["League of Examples"], ["inquiry", "release"]),
        ("leeds", ["League of Examples"], ["inquiry", "release"]),
        (
            "court",
            ["Embassy of Kazakhstan", "League of Examples"],
            ["release", "visit"],
        ),
        ("league", [], ["release", "visit"]),
    ],
)
def test_to_chooses_the_way_of_the_addressee(
    to: str, copies: list[str], asked: list[str], mine: Path
) -> None:
    """
    `--to` writes one letter, with the copies and demands of the way that it is part of.

    A consulate stands for the embassy.
    """
    notes: list[str] = []
    letter = write_letter(
        case="ada", country="uk", to=to, campaign=mine, on_note=notes.append
    )

    assert [copy.name for copy in letter.copied] == copies
    assert list(letter.demands) == asked
    assert not any("to others as well" in note for note in notes)


def test_demand_of_the_sender_comes_before_that_of_the_way(mine: Path) -> None:
    """
    `--demand` makes any demand of the case, whatever the way asks for.
    """
    letter = write_letter(case="ada", country="uk", demands=["visit"], campaign=mine)

    assert letter.demands == ("visit",)


def test_way_does_not_ask_for_what_was_met(run: Run, tmp_path: Path) -> None:
    """
    A demand that was met is left out; if nothing is left, the letter is refused.
    """
    met = DEMANDS.replace("wrong.}", "wrong., met: 2026-05-03}")
    some = campaign(tmp_path / "some", WAYS, demands=met)
    only = "\n      - {to: embassy, ask: release}"
    none = campaign(tmp_path / "none", only, demands=met)

    assert "to open an inquiry." in " ".join(write(run, some).stdout.split())
    assert write(run, none) == Result(
        2,
        "",
        "error: all demands of case 'ada' were met: choose with '--demand', or "
        "'--style support'\n",
    )


def test_batch_writes_to_each(run: Run, mine: Path, tmp_path: Path) -> None:
    """
    `batch` writes all letters of the first way.

    A consulate does where there is no embassy. A row that names an addressee gets that
    letter only.
    """
    roster = tmp_path / "members.csv"
    roster.write_text("name,country,to\nAda,uk,\nBob,nr,\nCid,uk,court\n")
    out = tmp_path / "out"
    result = run(
        "--campaign", mine, "batch", "ada", "--roster", roster, "-o", out
    )  # fmt: skip
    names = sorted(path.name.rpartition("-")[0] for path in out.glob("*.txt"))

    assert (result.exit_code, result.stdout) == (0, "")
    assert names == [
        "ada-consulate-general-yaren-bob",
        "ada-court-cid",
        "ada-london-ada",
        "ada-president-ada",
        "ada-president-bob",
    ]
    assert "to others as well" not in result.stderr
    copies = "the letter names a copy: send it to the League of Examples as well"
    assert f"note: {copies} (league@office.example) (5 letters)" in result.stderr


def test_batch_fails_the_letter_without_an_addressee(
    run: Run, mine: Path, tmp_path: Path
) -> None:
    """
    Where one of several letters has no addressee, the row fails.

    The others are written.
    """
    roster = tmp_path / "members.csv"
    roster.write_text("name,country\nAda,tv\n")
    out = tmp_path / "out"
    result = run("--campaign", mine, "batch", "ada", "--roster", roster, "-o", out)

    assert result.exit_code == 3
    assert "no mission of Kazakhstan is known in Tuvalu" in result.stderr
    assert [path.name[:13] for path in out.glob("*.txt")] == ["ada-president"]


def test_sender_adds_copies(run: Run, mine: Path) -> None:
    """
    Copies of the sender follow those of the way, none twice, and not the addressee.
    """
    extra = ("--copy", "court", "--copy", "league", "--copy", "president")
    result = write(run, mine, *extra, *NAMED, "--copy", "leeds")

    assert result.stdout.endswith(
        "\ncc: League of Examples\ncc: Court of Example\ncc: Embassy of Kazakhstan\n"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cort", "unknown addressee 'cort': did you mean 'court'?"),
        (
            "consulate-general",
            "no consulate general of Kazakhstan is known in the United Kingdom: choose "
            "'--copy london' or '--copy leeds'",
        ),
    ],
)
def test_copy_that_cannot_be_is_an_error(
    name: str, message: str, run: Run, mine: Path
) -> None:
    """
    A copy that a sender adds is not left out in silence.
    """
    assert write(run, mine, "--copy", name) == Result(2, "", f"error: {message}\n")


def test_copies_are_recipients_of_an_email(run: Run, mine: Path) -> None:
    """
    Copies with an e-mail address are in Cc; a note names those without.
    """
    own = (*NAMED, "--email", "ada@example.org", "--format", "eml")
    result = write(run, mine, "--to", "court", *own)
    message = email.message_from_string(result.stdout)

    assert message["Cc"] == "League of Examples <league@office.example>"
    assert "note: the letter names a copy: send it to the embassy in London" in (
        result.stderr
    )


def test_copies_are_printed_with_their_address(run: Run, mine: Path) -> None:
    """
    `--print-copies` adds a page with the address of each copy, and the letter again.

    A note names the copy without a street.
    """
    plain = write(run, mine, *NAMED).stdout
    result = write(run, mine, *NAMED, "--copy", "court", "--print-copies")
    letter, page, again = result.stdout.split("\n* * *\n")

    assert letter.strip().replace("\ncc: Court of Example", "") == plain.strip()
    assert again.strip() == letter.strip()
    assert page == (
        "\n22 November 2026\n\nLeague of Examples\n2 Rue Exemple\n1200 Exempleville\n"
        "SWITZERLAND\n\nRe: The arrest of Ada Example, May 2026\n\n"
        "For your information, here is a copy of a letter to: Office of the\n"
        "President\n\nAda Example\n\ncc: League of Examples\n"
    )
    assert "send it to the Court of Example as well (court@office.example)" in (
        result.stderr
    )
    assert "League" not in result.stderr


@pytest.mark.parametrize(
    ("fields", "way"),
    [
        ("fax: +44 20 7946 0959", "fax +44 20 7946 0959"),
        ("fax: +44 20 7946 0959\n    address: [3 Example Street]", "by post"),
        ("city: Exampleville", "by post"),
    ],
)
def test_note_on_a_copy_says_how_to_send_it(
    fields: str, way: str, run: Run, mine: Path
) -> None:
    """
    Without an e-mail address a copy goes by post, or by fax if no street is known.
    """
    path = mine / "data" / "embassies.yaml"
    path.write_text(path.read_text().replace("email: court@office.example", fields))
    result = write(run, mine, *NAMED, "--copy", "court")

    assert f"send it to the Court of Example as well ({way})\n" in result.stderr


def test_copies_are_pages_of_the_pdf(run: Run, mine: Path, tmp_path: Path) -> None:
    """
    On paper each copy has its address in the window, in a letter and in a batch.
    """
    path, roster = tmp_path / "a.pdf", tmp_path / "members.csv"
    roster.write_text("name,country\nAda,uk\n")
    alone = write(run, mine, *NAMED, "--print-copies", "-o", str(path))
    many = run(
        "--campaign", mine, "batch", "ada", "--roster", roster, "--to", "president",
        "--print-copies", "-o", tmp_path / "all.pdf",
    )  # fmt: skip

    assert (alone.exit_code, many.exit_code) == (0, 0)
    for file in (path, tmp_path / "all.pdf"):
        first, page, again = text_of(file.read_bytes()).strip("\f").split("\f")
        assert "2 Rue Exemple" in page
        assert "Your Excellency" not in page
        assert "Your Excellency" in first
        assert first.split() == again.split()


@pytest.mark.parametrize(
    "arguments",
    [
        ("letter", "ada", "--country", "uk", "--format", "eml"),
        ("letter", "ada", "--country", "uk", "--open"),
        ("batch", "ada", "--country", "uk", "-o", "all.mbox"),
        ("batch", "ada", "--country", "uk", "-o", "all.jsonl"),
    ],
)
def test_copies_are_printed_on_paper_only(
    arguments: tuple[str, ...], run: Run, mine: Path
) -> None:
    """
    `--print-copies` is refused for letters that are not printed.
    """
    result = run("--campaign", mine, *arguments, "--print-copies")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "'--print-copies' goes with the formats 'text', 'html', 'pdf'" in (
        result.stderr
    )


def test_support_has_no_copies(run: Run, mine: Path) -> None:
    """
    A message of support goes to the people of the case alone.
    """
    result = write(run, mine, "--style", "support", "--copy", "court")

    assert result.exit_code == 2
    assert "'--copy' does not go with '--style support'" in result.stderr


def test_appeal_lists_the_ways_in_order(run: Run, mine: Path) -> None:
    """
    The appeal lists who to write to in the order of the case, with copies and demands.

    The embassy is that in the reader's country. Offices are first if they are in the case.
    """
    text = run("--campaign", mine, "appeal", "ada").stdout

    assert (
        "Please write to one of these, preferably the first:\n\n"
        "- Office of the President; the embassy in your country (a letter to each); copy "
        "to: League of Examples; demands 3, 1.\n"
        "- Court of Example; copy to: the embassy in your country; League of Examples.\n"
        "- League of Examples.\n"
    ) in text
    assert "3. open an inquiry." in text
    assert text.index("- Office of the President, 1") < text.index("### Nauru")
    assert "> 1. open an inquiry; and\n> 2. release her." in text
    assert "> cc: League of Examples" in text


@pytest.mark.parametrize("language", ["de", "el", "es", "fr", "ru"])
def test_appeal_has_the_ways_in_each_language(
    language: str, run: Run, tmp_path: Path
) -> None:
    """
    The example of `init` may name ways, and its appeal lists them in each language.
    """
    mine = tmp_path / "mine"
    run("-q", "init", mine, "--state", "tr", "--country", "uk", "--lang", language)
    path = mine / "data" / "demands.yaml"
    text = path.read_text()
    assert "write_to: [ombudsman, embassy]" in text
    ways = "write_to: [{to: [embassy, ombudsman], copy: consulate}, ombudsman]"
    path.write_text(text.replace("write_to: [ombudsman, embassy]", ways))
    result = run("--campaign", mine, "appeal", "reading-room", "--lang", language)
    bullets = [line for line in result.stdout.splitlines() if line.startswith("- ")]

    assert result.exit_code == 0
    assert any(
        "(" in line and line.count(";") + line.count("·") == 2 for line in bullets
    )


def test_wrong_ways_are_errors_at_their_place(run: Run, tmp_path: Path) -> None:
    """
    Names that lead nowhere are found in each part of a way, by letters and by `check`.
    """
    wrong = """
      - to: [president, cort]
        copy: leage
        ask: [relase]
      - {to: []}
      - {copy: league}
      - {to: league, cc: court}"""
    dangling = wrong[: wrong.index("\n      - {to: []}")]
    mine = campaign(tmp_path / "mine", dangling)
    broken = campaign(tmp_path / "broken", wrong)
    found = [
        "16:25: error: unknown addressee 'cort': did you mean 'court'?",
        "17:15: error: unknown addressee 'leage': did you mean 'league'?",
        "18:15: error: unknown demand 'relase': did you mean 'release'?",
    ]
    checked = run("check", mine).stdout
    letter = write(run, mine)

    for line in found:
        assert f"{mine}/data/demands.yaml:{line}\n" in checked
    assert letter.exit_code == 1
    assert letter.stderr.count("error: ") == 3
    lines = run("check", broken).stdout
    assert ":19:14: error: the list is empty: write one item at least" in lines
    assert ":20:9: error: the key 'to' is missing: add it" in lines
    assert ":21:22: error: unknown key 'cc': known are to, copy or ask" in lines


def test_show_lists_the_ways(run: Run, mine: Path) -> None:
    """
    `show` lists the ways with the names to type; as JSON they are as in the file.
    """
    text = run("--campaign", mine, "show", "ada").stdout
    shown = json.loads(run("--campaign", mine, "show", "ada", "--json").stdout)

    assert (
        "Letters go to one of these (--to NAME)\n"
        "- president, embassy (a letter to each), copy to league: inquiry, release\n"
        "- court, copy to embassy, league\n"
        "- league\n"
    ) in text
    assert shown["write_to"][1:] == [
        {"to": "court", "copy": ["embassy", "league"], "ask": []},
        "league",
    ]


def test_library_adds_copies(mine: Path) -> None:
    """
    `write_letter` takes *copy* as the command takes `--copy`.
    """
    letter = write_letter(case="ada", country="uk", copy=["court"], campaign=mine)

    assert letter.copies == ("cc: League of Examples", "cc: Court of Example")
