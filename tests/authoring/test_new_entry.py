"""The `new` command: adds an entry to a file and leaves the rest as it is."""

import re
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaign_helpers import OFFICE, case, mission
from conftest import ROOT, Run, Shell
from protestgen import load_campaign
from protestgen.authoring.new_entry import KINDS, add_entry, read_entry
from protestgen.errors import DataError
from protestgen.schema.types import parse_line, parse_prose
from protestgen.schema.yaml_text import format_yaml

EMBASSY = """\
state: kz
host: fr
kind: embassy
name: Embassy of Kazakhstan
address: [1 rue Exemple, 01309 Exempleville]
city: Exempleville
covers: [mc, no]
languages: [fr, en]
verified: 2026-11
confidence: medium
sources: [https://embassy.example]
"""
# An entry of a list with an indentation of two.
ADDED = """\
  # the state that it is a mission of
  - state: kz
    # the country that it is in
    host: fr
    # embassy, consulate-general, consulate, permanent-mission or branch
    kind: embassy
    # as on the envelope
    name: Embassy of Kazakhstan
    city: Exempleville
    # the lines as on the envelope, without the country
    address:
      - 1 rue Exemple
      - 01309 Exempleville
    # other countries that it is accredited to
    covers:
      - mc
      - no
    # the date of the source: 2026-11-22, 2026-11 or 2026
    verified: 2026-11
    # high (official, or two sources), medium (one) or low
    confidence: medium
    # pages or documents with this address
    sources:
      - https://embassy.example
    languages:
      - fr
      - en
    # there may also be: phone, fax, email, website, salutation, gender,
    # numbers_verified, note, located_in
"""
CASE = """\
id: strike
title: the arrest of Ada Example
state: kz
status: open
opened: 2026-11-01
updated: 2026-11-02
summary: >-
  On 1 November 2026 Ada Example was reportedly arrested at a strike: she has been held
  since then, and nobody has been told why.
incidents:
  - {date: 2026-11-01, place: Leeds, text: police arrested her., sources: [a page]}
demands:
  - {id: release, text: release her, reason: She did no wrong.}
  - {id: inquiry, text: open an inquiry, reason: It is owed to her., optional: true}
write_to: [embassy]
support_to: {email: ada@strike.example}
sources: [a page]
"""
# The answers that make the same case, some of them invalid.
CASE_ANSWERS = (
    "Strike", "strike", "the arrest of Ada Example", "", "kasakhstan", "kz", "",
    "opn", "open", "yesterday", "2026-11-01", "2026-11-02", "", "",
    "On 1 November 2026 Ada Example was reportedly arrested at a strike: she has been"
    " held since then, and nobody has been told why.",
    "2026-11-01", "Leeds", "police arrested her.", "a page", "", "",
    "release", "release her", "She did no wrong.", "", "embasy", "embassy", "", "", "",
)  # fmt: skip
# The answers that make a case with two new offices.
OFFICE_ANSWERS = (
    "strike", "the arrest of Ada Example", "the case of Ada Example", "kz",
    "Ada Example", "Ms Example", "femal", "female", "a lawyer",
    "Bob Example", "", "", "", "",
    "open", "2026-11-01", "2026-11-02", "2026-12-01", "stop", "us@strike.example",
    "On 1 November 2026 Ada Example was arrested.",
    "2026-11-01", "Leeds", "police arrested her.", "a page", "", "",
    "release", "release her", "She did no wrong.", "",
    "president", "embasy-office", "embasy-office", "president", "", "a page", "",
    # the president
    "Office of the President", "head_of_state", "The President", "kz", "kz",
    "", "1 Palace Square", "", "", "", "", "", "", "low", "a page", "",
    # the other office
    "Other Office", "office", "", "", "ch",
    "", "", "", "", "", "", "", "low", "a page", "",
)  # fmt: skip


def campaign(folder: Path, **files: str) -> Path:
    """Make a campaign in *folder* with these *files* in `data`."""
    (folder / "data").mkdir(parents=True)
    (folder / "protestgen.yaml").write_text("extends: none\n")
    for name, text in files.items():
        (folder / "data" / f"{name}.yaml").write_bytes(text.encode())
    return folder


def entries(folder: Path) -> list[str]:
    """Return the hosts of missions, ids of offices and of cases in *folder*."""
    found = load_campaign(folder)
    directory = found.directory
    hosts = [mission.host for mission in directory.missions]
    own = (
        o.id for o in directory.offices.values() if o.at.path.startswith(str(folder))
    )
    return [*found.cases, *hosts, *own]


def entry_file(folder: Path, text: str) -> Path:
    """Return a file for `--from`."""
    path = folder / "entry.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_an_embassy_is_added_after_the_embassies(run: Run, tmp_path: Path) -> None:
    """
    A new embassy follows the last one, with hints above its fields.
    """
    before = f"# Ours.\nembassies:\n{indent(mission('gb', 'London'), '  ')}"
    after = f"\n# Offices:\noffices:\n{OFFICE.format(id='ours')}# The end.\n"
    mine = campaign(tmp_path / "mine", embassies=before + after)
    path = mine / "data" / "embassies.yaml"
    path.chmod(0o640)
    result = run("--campaign", mine, "new", "embassy", "--from", entry_file(tmp_path, EMBASSY))  # fmt: skip

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"note: added to {path}, line 11\n"
    assert path.read_text() == f"{before}\n{ADDED}{after}"
    assert path.stat().st_mode & 0o777 == 0o640
    assert "01309 Exempleville\nFRANCE\n" in (
        run("--campaign", mine, "embassies", "--host", "fr").stdout
    )


@pytest.mark.parametrize(
    ("kind", "files", "line"),
    [
        ("embassy", {}, 2),
        ("embassy", {"embassies": "embassies:\n"}, 2),
        ("embassy", {"embassies": "embassies:\n# None yet.\noffices:\n"}, 2),
        ("embassy", {"embassies": f"offices:\n{OFFICE.format(id='ours')}"}, 5),
        ("embassy", {"embassies": f"embassies:\n{mission('gb', 'London')}"}, 10),
        ("embassy", {"embassies": f"embassies:\n{mission('gb', 'London')}"[:-1]}, 10),
        ("embassy", {"embassies": f"offices:\n{OFFICE.format(id='o')}embassies:\n{mission('gb', 'London')}\n\n\n"}, 12),
        ("embassy", {"embassies": "embassies:\n" + indent(mission("gb", "London"), "    ").replace("\n", "\r\n") + "\r\n# end"}, 10),
        ("embassy", {"embassies": "\ufeffembassies:\n" + mission("gb", "London") + "# end"}, 10),
        ("embassy", {"embassies": "embassies:\n" + mission("gb", "London") + "  note: |\n    # no comment\n\n# end"}, 12),
        ("embassy", {"embassies": "embassies:\n" + mission("gb", "London") + "  # a comment in it\n# end"}, 11),
        ("embassy", {"embassies": "embassies:\n-   state: kz\n    host: gb\n    kind: embassy\n    name: E\n    city: London\n    confidence: low\n    sources: [a]\n"}, 10),
        ("embassy", {"embassies": "embassies:\n  - {state: kz, host: gb, kind: embassy, name: E, city: London, confidence: low, sources: [a]}\n"}, 4),
        ("case", {}, 2),
        ("case", {"demands": "cases:\n"}, 2),
        ("case", {"demands": f"cases:\n{case('ada')}# end"}, 16),
        ("case", {"demands": f"cases:\n{case('ada')}".replace("  ", "    ")}, 16),
        ("case", {"demands": "cases:\n ada:\n" + indent(dedent(case("ada").split("\n", 1)[1]), "    ")}, 16),
        ("case", {"demands": f"cases:\n{case('ada')}".replace("\n", "\r\n")[:-2]}, 16),
        ("office", {"embassies": f"embassies:\n{mission('gb', 'London')}"}, 11),
        ("office", {"embassies": f"offices:\n{OFFICE.format(id='o')}embassies:\n"}, 4),
    ],
)  # fmt: skip
def test_the_rest_stays_byte_for_byte(
    kind: str, files: dict[str, str], line: int, run: Run, tmp_path: Path
) -> None:
    """
    An entry is inserted into any valid file, and nothing else changes.
    """
    mine = campaign(tmp_path / "mine", **files)
    texts = {
        "embassy": EMBASSY,
        "case": CASE,
        "office": "id: court\nname: Court\nrole: office\ncountry: gb\nconfidence: low\nsources: [a]\n",
    }
    known = entries(mine)
    path = mine / "data" / KINDS[kind].file
    old = path.read_bytes() if path.exists() else b""
    result = run("--campaign", mine, "new", kind, "--from", entry_file(tmp_path, texts[kind]))  # fmt: skip
    new = path.read_bytes()

    assert result.stderr == f"note: added to {path}, line {line}\n"
    same = next((n for n, byte in enumerate(old) if new[n] != byte), len(old))
    assert new.endswith(old[same:])
    assert new.endswith(b"\n") == (not old or old.endswith(b"\n"))
    ends = set(re.findall(rb"\r?\n", old)) or {b"\n"}
    assert set(re.findall(rb"\r?\n", new)) == ends
    added = {"embassy": "fr", "case": "strike", "office": "court"}[kind]
    assert sorted(entries(mine)) == sorted([*known, added])


def test_a_new_case_has_hints(run: Run, tmp_path: Path) -> None:
    """
    A new case has hints, folded long texts, and a list of its other fields.
    """
    mine = campaign(tmp_path / "mine")
    run("--campaign", mine, "new", "case", "--from", entry_file(tmp_path, CASE))

    assert (mine / "data" / "demands.yaml").read_text() == dedent(
        """\
        cases:
          strike:
            # a noun phrase with a small first letter, no date: "the arrest of Ada"
            title: the arrest of Ada Example
            # the state whose authorities are written to
            state: kz
            # open, or closed for a case of the past
            status: open
            # the date when it began: 2026-11-22, 2026-11 or 2026
            opened: 2026-11-01
            # the date of the last news
            updated: 2026-11-02
            # two or three sentences that stand by themselves, with their date
            summary: >-
              On 1 November 2026 Ada Example was reportedly arrested at a strike: she has been held
              since then, and nobody has been told why.
            # what happened; `text` continues "On 1 May in Leeds, ..."
            incidents:
              - date: 2026-11-01
                place: Leeds
                text: police arrested her.
                sources:
                  - a page
            # `text` continues "they are asked to"; `reason` argues for it
            demands:
              - id: release
                text: release her
                reason: She did no wrong.
              - id: inquiry
                text: open an inquiry
                reason: It is owed to her.
                optional: true
            # kinds of mission, ids of offices, also new ones; the usual one first
            write_to:
              - embassy
            # pages with the campaign's own account
            sources:
              - a page
            support_to:
              email: ada@strike.example
            # there may also be: topic, subject, people, since, write_by, after, hearings,
            # report_to, outcome, follows, copies_to, quotation, avoid, rights
        """
    )


def test_a_case_from_questions(shell: Shell, tmp_path: Path) -> None:
    """
    Each answer is checked by the parser of its field at once.
    """
    mine = campaign(tmp_path / "mine")
    answers = entry_file(tmp_path, "\n".join(CASE_ANSWERS) + "\n")
    result = shell(f"protestgen --campaign mine new case < {answers}")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.endswith("note: added to mine/data/demands.yaml, line 2\n")
    assert re.findall(r"Error: (.*)", result.stderr) == [
        "'Strike' is not an id: use a-z, 0-9 and single hyphens",
        "unknown country 'kasakhstan': did you mean 'Kazakhstan'?",
        "'opn' is not a choice: did you mean 'open'?",
        "'yesterday' is not a date: write 2011-05-01, 2011-05 or 2011",
        "'embasy' is not known: did you mean 'embassy'? for a new office, write it again",
    ]
    asked = (mine / "data" / "demands.yaml").read_text()
    shorter = re.sub(r"support_to:.*\n|  - \{id: inquiry.*\n", "", CASE)
    other = campaign(tmp_path / "other")
    (tmp_path / "case.yaml").write_text(shorter)
    shell("protestgen --campaign other new case --from case.yaml")
    assert asked == (other / "data" / "demands.yaml").read_text()


def test_a_case_names_offices_that_are_new(shell: Shell, tmp_path: Path) -> None:
    """
    An addressee that is not there yet is asked for after the case, and added before it.

    A name that is like a known one is asked for twice. People may have more than a name.
    """
    mine = campaign(tmp_path / "mine")
    answers = entry_file(tmp_path, "\n".join(OFFICE_ANSWERS) + "\n")
    result = shell(f"protestgen --campaign mine new case < {answers}")

    assert (result.exit_code, result.stdout) == (0, "")
    assert re.findall(r"Error: (.*)", result.stderr) == [
        "'femal' is not a choice: did you mean 'female'?",
        "'embasy-office' is not known: did you mean 'embassy'? for a new office, write it "
        "again",
    ]
    assert re.findall(r"# ('.*)", result.stderr) == [
        "'president' is a new office: where is it written to?",
        "'embasy-office' is a new office: where is it written to?",
    ]
    found = load_campaign(mine)
    strike = found.cases["strike"]
    assert strike.write_to == ("president", "embasy-office", "president")
    assert (strike.topic, strike.after) == ("the case of Ada Example", "stop")
    assert strike.report_to == "us@strike.example"
    ada, bob = strike.people
    assert (ada, ada.short, ada.gender) == ("Ada Example", "Ms Example", "female")
    assert (ada.about, bob, bob.about) == ("a lawyer", "Bob Example", "")
    assert found.directory.offices["president"].address == ("1 Palace Square",)
    assert "      - Bob Example\n" in (mine / "data" / "demands.yaml").read_text()


def test_an_office_that_a_case_lacks_can_be_added(run: Run, tmp_path: Path) -> None:
    """
    Where a case names offices that are missing, they can be added one by one.

    Nothing else can be added meanwhile, nor an office with a fault of its own.
    """
    mine = campaign(
        tmp_path / "mine", demands=f"cases:\n{case('ada', write_to='[court, league]')}"
    )
    office = OFFICE.format(id="x").split(": ", 1)[1].strip()[1:-1].replace(", ", "\n")
    court = entry_file(tmp_path, f"id: court\n{office}\n")
    first = run("--campaign", mine, "new", "office", "--from", court)
    other = run("--campaign", mine, "new", "embassy", "--from", entry_file(tmp_path, EMBASSY))  # fmt: skip
    entry_file(tmp_path, f"id: court\n{office}\n")
    wrong = run("--campaign", mine, "new", "office", "--from", court)
    entry_file(tmp_path, f"id: league\n{office}\n")
    second = run("--campaign", mine, "new", "office", "--from", court)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert other.exit_code == 1
    assert "unknown addressee 'league'" in other.stderr
    assert wrong.exit_code == 1
    assert "'court' appears twice" in wrong.stderr
    assert [*load_campaign(mine).directory.offices][:2] == ["court", "league"]


def test_an_office_and_an_embassy_from_questions(shell: Shell, tmp_path: Path) -> None:
    """
    Usual answers are the defaults, and Enter skips an optional field.
    """
    mine = campaign(tmp_path / "mine", demands=f"cases:\n{case('ada')}")
    office = r"court\nThe Court\noffise\n\n\nkz\n\n\n\n\n\n\n\n\n\nmedium\na page\n\n"
    embassy = r"\nFrance\n\nEmbassy\nParis\n1 rue Exemple\n\n01\n+33 1 23 45 67\n\n\n\nMonaco\n\n\n\na page\n\n"
    made = shell(f"printf '{office}' | protestgen --campaign mine new office")
    also = shell(f"printf '{embassy}' | protestgen --campaign mine new embassy")

    assert made.stderr.endswith("note: added to mine/data/embassies.yaml, line 2\n")
    assert re.findall(r"Error: (.*)", made.stderr) == [
        "'offise' is not a choice: did you mean 'office'?"
    ]
    assert also.stderr.endswith("note: added to mine/data/embassies.yaml, line 21\n")
    assert re.findall(r"Error: (.*)", also.stderr) == [
        "'01' is not a number to dial: write it like +44 20 7946 0958"
    ]
    directory = load_campaign(mine).directory
    court = directory.offices["court"]
    assert (court.role, court.state, court.country) == ("office", "kz", "kz")
    (paris,) = directory.missions
    assert (paris.state, paris.host, paris.kind) == ("kz", "fr", "embassy")
    assert (paris.address, paris.phone) == (("1 rue Exemple",), "+33 1 23 45 67")
    assert (paris.covers, paris.confidence) == (("mc",), "low")


def test_a_new_id_is_unique(shell: Shell, tmp_path: Path) -> None:
    """
    An id of the campaign is refused at once; a bundled id may be replaced.
    """
    mine = campaign(tmp_path / "mine", demands=f"cases:\n{case('ada')}")
    (mine / "protestgen.yaml").write_text("extends: bundled\n")
    result = shell(r"printf 'ada\nkolov\n' | protestgen --campaign mine new case")

    assert re.findall(r"Error: (.*)", result.stderr) == [
        "'ada' is in mine/data/demands.yaml:3:5 already: choose another id"
    ]
    assert result.exit_code == 2
    assert result.stderr.endswith(
        "title: error: nobody can answer the questions here: add '--from FILE.yaml'\n"
    )


def test_answers_are_kept_after_an_error(shell: Shell, tmp_path: Path) -> None:
    """
    If the new campaign is invalid, the answers are kept in a file.
    """
    london = f"embassies:\n{mission('fr', 'Paris')}"
    mine = campaign(tmp_path / "mine", embassies=london)
    answers = r"kz\nFrance\n\nEmbassy\nParis\n\n\n\n\n\n\n\n\na page\n\n"
    result = shell(f"printf '{answers}' | protestgen -q --campaign mine new embassy")
    error, note = result.stderr.splitlines()[-1], result.stderr.splitlines()[-2]

    assert result.exit_code == 1
    assert error == (
        "error: the new entry: a second embassy of 'kz' in Paris: "
        "remove one of them, the other is mine/data/embassies.yaml:2:3"
    )
    assert (mine / "data" / "embassies.yaml").read_text() == london
    kept = re.search(r"your answers are kept in (\S+\.yaml): correct them there", note)
    assert kept
    path = Path(kept[1])
    path.write_text(path.read_text().replace("Paris", "Lyon"))
    again = shell(f"protestgen --campaign mine new embassy --from {path}")
    path.unlink()
    assert again.stderr == "note: added to mine/data/embassies.yaml, line 10\n"


@pytest.mark.parametrize(
    ("kind", "text", "problem"),
    [
        (
            "case",
            CASE.replace("title:", "titel:"),
            "{entry}:2:1: unknown key 'titel': did you mean 'title'?",
        ),
        (
            "case",
            CASE.replace("id: strike\n", ""),
            "{entry}:1:1: the key 'id' is missing: add it",
        ),
        (
            "case",
            CASE.replace("[embassy]", "[ombudsman]"),
            "{entry}: unknown addressee 'ombudsman': add it to 'offices' in data/embassies.yaml, or remove this line",
        ),
        (
            "case",
            CASE.replace("strike\n", "ada\n", 1),
            "{entry}: the key 'ada' appears twice: it is in line 2 already",
        ),
        (
            "embassy",
            EMBASSY.replace("mc, no", "mc, fr"),
            "{entry}: 'fr' has an embassy of its own: remove it here",
        ),
        (
            "office",
            "{id: embassy, name: E, role: office, country: gb, confidence: low, sources: [a]}",
            "{entry}: 'embassy' is a kind of mission: choose another id",
        ),
    ],
    ids=["key", "id", "addressee", "doubled", "covers", "kind"],
)
def test_an_invalid_entry_is_not_written(
    kind: str, text: str, problem: str, run: Run, tmp_path: Path
) -> None:
    """
    The campaign is read with the entry before the file is written.
    """
    mine = campaign(tmp_path / "mine", demands=f"cases:\n{case('ada')}")
    entry = entry_file(tmp_path, text)
    result = run("--campaign", mine, "new", kind, "--from", entry)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (f"error: {problem.format(entry=entry)}\n")
    assert entries(mine) == ["ada"]
    assert not (mine / "data" / "embassies.yaml").exists()


def test_entries_added_at_the_same_time_are_kept(shell: Shell, tmp_path: Path) -> None:
    """
    Two `new` commands wait for each other.
    """
    own = campaign(tmp_path / "own", demands="cases:\n" + case())
    for number in range(4):
        text = CASE.replace("id: strike", f"id: strike-{number}")
        (tmp_path / f"{number}.yaml").write_text(text, encoding="utf-8")
    result = shell(
        "for n in 0 1 2 3; do protestgen --campaign own new case --from $n.yaml & done;"
        "wait"
    )

    assert result.stderr.count("note: added to own/data/demands.yaml") == 4
    assert {*entries(own)} == {"ada", *(f"strike-{n}" for n in range(4))}


def test_a_file_that_has_changed_is_not_overwritten(tmp_path: Path) -> None:
    """
    A file that has changed since it was read is not written.
    """
    own = campaign(tmp_path / "own", demands="cases:\n" + case())
    path = own / "data" / "demands.yaml"
    entry = read_entry(KINDS["case"], entry_file(tmp_path, CASE))
    addition = add_entry(KINDS["case"], entry, own)
    addition.check_unchanged()
    path.write_text("cases:\n" + case("eve"), encoding="utf-8")

    with pytest.raises(DataError) as caught:
        addition.check_unchanged()
    assert caught.value.lines() == [
        f"{path}: changed while the entry was added: run this again"
    ]


@pytest.mark.parametrize("text", ["cases: {}\n", "{cases: {}}\n"])
def test_entries_in_brackets_are_refused(text: str, run: Run, tmp_path: Path) -> None:
    """
    No entry is added to entries in brackets, which would have to be reformatted.
    """
    mine = campaign(tmp_path / "mine", demands=text)
    path = mine / "data" / "demands.yaml"
    result = run("--campaign", mine, "new", "case", "--from", entry_file(tmp_path, CASE))  # fmt: skip

    column = text.index("{}") + 1
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"error: {path}:1:{column}: entries in brackets cannot be added to: "
        "give each lines of its own\n"
    )
    assert path.read_text() == text


def test_a_file_with_an_end_is_refused(run: Run, tmp_path: Path) -> None:
    """
    Where a line ends the YAML above the new entry, the error is at that line.
    """
    text = f"cases:\n{case()}...\n"
    mine = campaign(tmp_path / "mine", demands=text)
    path = mine / "data" / "demands.yaml"
    result = run("--campaign", mine, "new", "case", "--from", entry_file(tmp_path, CASE))  # fmt: skip

    line = text.count("\n")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"error: {path}:{line}: nothing is read behind '...': remove this line\n"
    )
    assert path.read_text() == text


def test_an_entry_is_added_below_a_comment_of_any_line_end(
    run: Run, tmp_path: Path
) -> None:
    """
    A comment that ends in a carriage return alone does not hide what is below it.
    """
    text = f"# mine\ncases:\n{case()}".replace("\n", "\r")
    mine = campaign(tmp_path / "mine", demands=text)
    result = run("--campaign", mine, "new", "case", "--from", entry_file(tmp_path, CASE))  # fmt: skip

    assert (result.exit_code, result.stdout) == (0, "")
    assert {"ada", "strike"} <= load_campaign(mine).cases.keys()


@pytest.mark.parametrize("folders", [(), ("--campaign", ROOT)])
def test_the_bundled_campaign_is_not_changed(
    folders: tuple[object, ...], run: Run, tmp_path: Path
) -> None:
    """
    Without a campaign of the user, `new` is an error that says how to get one.
    """
    result = run(*folders, "new", "case", "--from", entry_file(tmp_path, CASE))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: which campaign of your own is it for? go to its folder or add "
        "'--campaign', or see 'protestgen init --help'\n"
    )


def test_an_entry_is_added_to_the_first_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An entry goes to the first folder, and may refer to entries of the others.
    """
    lower = campaign(tmp_path / "lower", embassies=f"offices:\n{OFFICE.format(id='o')}")
    upper = campaign(tmp_path / "upper")
    monkeypatch.chdir(lower)
    text = CASE.replace("[embassy]", "[o]")
    result = run("--campaign", upper, "new", "case", "--from", entry_file(tmp_path, text))  # fmt: skip

    assert (
        result.stderr == f"note: added to {upper / 'data' / 'demands.yaml'}, line 2\n"
    )
    assert not (lower / "data" / "demands.yaml").exists()


def test_the_first_entry_creates_its_file(run: Run, tmp_path: Path) -> None:
    """
    The first entry of a campaign creates the file that it belongs in.
    """
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "protestgen.yaml").write_text("extends: bundled\n")
    run("--campaign", mine, "new", "case", "--from", entry_file(tmp_path, CASE))

    assert entries(mine)[0] == "strike"


def test_a_link_out_of_the_campaign_is_not_followed(run: Run, tmp_path: Path) -> None:
    """
    An entry in a stranger's campaign cannot change a file outside it.
    """
    mine = campaign(tmp_path / "mine")
    other = tmp_path / "other.yaml"
    other.write_text("cases:\n")
    path = mine / "data" / "demands.yaml"
    path.symlink_to(other)
    result = run("--campaign", mine, "new", "case", "--from", entry_file(tmp_path, CASE))  # fmt: skip

    assert result.exit_code == 1
    assert result.stderr == (
        f"error: {path}: a link that leads out of its folder: put the file itself here\n"
    )
    assert other.read_text() == "cases:\n"


def test_a_file_is_created_in_the_campaign_only(run: Run, tmp_path: Path) -> None:
    """
    No file is created through a link to a folder outside the campaign.
    """
    mine, other = campaign(tmp_path / "mine"), tmp_path / "other"
    (mine / "data").rename(other)
    (mine / "data").symlink_to(other)
    result = run("--campaign", mine, "new", "case", "--from", entry_file(tmp_path, CASE))  # fmt: skip

    assert (result.exit_code, result.stderr) == (
        1,
        f"error: {mine / 'data'}: a link that leads out of its folder: "
        "put the folder itself here\n",
    )
    assert list(other.iterdir()) == []


LINES = st.text(min_size=1).filter(lambda text: is_read(parse_line, text))
PROSE = st.text(min_size=1, max_size=400).filter(
    lambda text: is_read(parse_prose, text)
)


def is_read(parse: Callable[[str], str], text: str) -> bool:
    """Whether *text* is valid in a field."""
    try:
        return bool(parse(text).strip())
    except ValueError:
        return False


@pytest.mark.slow
@given(title=LINES, summary=PROSE, people=st.lists(LINES, max_size=3))
@settings(max_examples=100, suppress_health_check=list(HealthCheck))
def test_any_text_survives_writing(
    title: str, summary: str, people: list[str], tmp_path: Path
) -> None:
    """
    Any text of an entry reads back unchanged; nothing in it acts as YAML.
    """
    mine = tmp_path / "mine"
    if not mine.exists():
        campaign(mine, demands=f"cases:\n{case('ada')}    # the last of it")
    texts = {
        "title": parse_line(title),
        "summary": parse_prose(summary),
        "people": [parse_line(person) for person in people],
    }
    plain = re.sub(r"title:.*\n|summary:(\n|.)*?(?=incidents)", "", CASE)
    path = entry_file(tmp_path, plain + format_yaml(texts))
    entry = read_entry(KINDS["case"], path)
    addition = add_entry(KINDS["case"], entry, mine)
    loaded = load_campaign(mine, texts={addition.path: addition.text}).case("strike")

    assert loaded.title == texts["title"]
    assert loaded.summary == texts["summary"]
    assert list(loaded.people) == texts["people"]
