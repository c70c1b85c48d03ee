"""The `init` command: a new campaign that works at once."""

import json
import os
import pty
import re
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from campaign_helpers import change
from conftest import Result, Run, Shell
from protestgen import load_campaign
from protestgen.authoring.scaffold import (
    CampaignSpec,
    scaffold,
    scaffold_languages,
    write_scaffold,
)
from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.translations import (
    load_translation,
    source_text_hash,
)
from protestgen.countries import find_country
from protestgen.country_names import COUNTRY_CODES
from protestgen.language.loader import languages, load_language
from protestgen.letters.completeness import missing_texts

OPTIONS = ("--state", "turkey", "--country", "uk", "--lang", "en")
FILES = [
    ".github/workflows/check.yml",
    "README.md",
    "data/demands.yaml",
    "data/embassies.yaml",
    "members.csv",
    "protestgen.yaml",
]


def files(folder: Path) -> list[str]:
    """Return the names of the files in *folder*."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(folder)) for path in paths)


def test_a_new_campaign_works(run: Run, tmp_path: Path) -> None:
    """
    `init` with options makes a campaign from which letters can be written.
    """
    mine = tmp_path / "mine"
    made = run("init", mine, *OPTIONS)

    assert (made.exit_code, made.stdout) == (0, "")
    assert made.stderr == (
        f"note: written to {mine}: go on with {mine}/README.md\n"
        "note: the case in it is made up: do not send its "
        "letters\n"
        f"note: to try it, type: protestgen --campaign {mine} letter "
        "--case reading-room --country gb\n"
    )
    assert files(mine) == FILES
    assert run("--campaign", mine, "cases").stdout == (
        "reading-room\t2026-11-22\topen\t"
        "the closing of the reading room in Example Town\n"
    )
    letter = run("--campaign", mine, "letter", "--case", "reading-room", "--country", "gb", "--name", "Ada")  # fmt: skip
    assert letter.exit_code == 0
    assert letter.stderr == (
        "note: the address of the Office of the Ombudsman of Türkiye is uncertain: look at "
        "https://ombudsman.example\n"
    )
    assert letter.stdout.startswith(
        "22 November 2026\n\nOffice of the Ombudsman of Türkiye\n2 Example Square\n"
        "Example Town\nTÜRKIYE\n\nDear Sir or Madam,\n\n"
        "Re: The closing of the reading room in Example Town, November 2026\n\n"
    )
    assert (
        "urge you, and all the authorities concerned, to:\n\n1. open the"
        in letter.stdout
    )


def test_the_suggested_command_is_quoted(shell: Shell) -> None:
    """
    The command that `init` suggests works for any name of the folder.
    """
    options = " ".join(OPTIONS)
    made = shell(f"protestgen init 'our $HOME; echo \\`x' {options}")
    command = made.stderr.splitlines()[-1].partition("type: ")[2]
    result = shell(f"{command} -q")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("22 November 2026")


def test_a_new_campaign_changes_no_style(run: Run, tmp_path: Path) -> None:
    """
    Letters of a new campaign are in the bundled words.
    """
    run("init", tmp_path / "mine", *OPTIONS)
    letter = run(
        "-q", "--campaign", tmp_path / "mine", "letter", "--case", "reading-room",
        "--country", "gb", "--style", "personal", "--cosigner", "Bob Example, York",
    ).stdout  # fmt: skip

    assert not (tmp_path / "mine" / "templates").exists()
    assert "\n\nWe are writing to you about the closing of the" in letter
    assert "hope that there will soon be good news." in " ".join(letter.split())


def test_the_example_office_can_be_chosen(run: Run, tmp_path: Path) -> None:
    """
    The case of the example names its office, and a letter can go to it.
    """
    run("init", tmp_path / "mine", *OPTIONS)
    letter = run(
        "-q", "--campaign", tmp_path / "mine", "letter", "--case", "reading-room",
        "--country", "gb", "--to", "ombudsman",
    ).stdout  # fmt: skip

    assert "\n\nOffice of the Ombudsman of Türkiye\n2 Example Square\n" in letter


@pytest.mark.parametrize("code", ["de", "el", "ru"])
def test_the_notes_explain_both_forms_of_a_topic(
    code: str, run: Run, tmp_path: Path
) -> None:
    """
    A topic as in the notes of the file gives a correct subject and a correct sentence.
    """
    mine = tmp_path / "mine"
    run("init", mine, *OPTIONS[:-1], code)
    place = mine / "data" / f"demands.{code}.yaml"
    text = place.read_text(encoding="utf-8")
    notes = " ".join(text.partition("cases:")[0].replace("#", "").split())
    subject = re.findall('the subject of letters, "(.*?)"', notes)[0]
    within = re.findall(r'[|] (.*?)(?: [|]|")', notes)[0]
    topic = f"    topic: {subject}\n    title_in:\n      topic: {within}\n"
    place.write_text(text.replace("    title_in:\n", topic), encoding="utf-8")
    change(mine, ("    state: ", "    topic: the case of Ada Example\n    state: "))

    letter = run(
        "-q", "--campaign", mine, "letter", "--case", "reading-room", "--style",
        "reminder", "--country", "gb", "--lang", code, "--width", "200",
    ).stdout  # fmt: skip
    assert f"{subject[0].upper()}{subject[1:]} (" in letter
    assert f" {within}" in letter
    assert subject != within


@pytest.mark.parametrize("folder", ["mine", "mine/"])
def test_missing_options_are_asked_for(
    folder: str, shell: Shell, tmp_path: Path
) -> None:
    """
    The questions accept names, and ask again after an invalid answer.
    """
    answers = r"Turky\nTurkey\nTürkiye\nUK\nGermany\nuk\n\nit\n\n"
    result = shell(f"printf '{answers}' | protestgen init {folder}")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.startswith(
        "State whose authorities the letters are about: "
        "Error: unknown country 'Turky': did you mean 'turkey'?\n"
        "State whose authorities the letters are about: "
        "Country where letters are written: "
        "Error: no embassy of Türkiye is in Türkiye: name another country\n"
        "Country where letters are written: "
        "Country where letters are written, another one (or Enter): "
        "Country where letters are written, another one (or Enter): "
        "Country where letters are written, another one (or Enter): "
        "Languages besides English, from de (German), el (Greek), "
    )
    assert "Error: no example is in 'it': choose from de (German), el" in result.stderr
    roster = (tmp_path / "mine" / "members.csv").read_text()
    assert {line.split(",")[3] for line in roster.splitlines()[1:]} == {"gb", "de"}


@pytest.mark.parametrize(
    ("country", "to", "hosts"), [("gb", "london", []), ("mn", "embassy", ["mn"])]
)
def test_an_embassy_is_invented_only_where_none_is_known(
    country: str, to: str, hosts: list[str], run: Run, tmp_path: Path
) -> None:
    """
    Letters go to the embassy in the directory, and to an example where it has none.
    """
    run("init", tmp_path, "--state", "tv", "--country", country, "--lang", "en")
    campaign = load_campaign(tmp_path)
    missions = campaign.directory.own("tv")
    letter = run("-q", "--campaign", tmp_path, "letter", "--case", "reading-room", "--country", country, "--to", to)  # fmt: skip

    assert [mission.host for mission in missions] == hosts
    assert (letter.exit_code, letter.stderr) == (0, "")
    assert ("Example City" in letter.stdout) == bool(hosts)


def test_given_options_are_not_asked_for(shell: Shell, tmp_path: Path) -> None:
    """
    There is one question for each missing option.
    """
    result = shell(r"printf 'France\n\n' | protestgen init mine --state kz --lang en")

    assert result.exit_code == 0
    assert "State" not in result.stderr
    assert "Languages" not in result.stderr
    rows = (tmp_path / "mine" / "members.csv").read_text().splitlines()[1:]
    assert {row.split(",")[3] for row in rows} == {"fr"}


def test_without_answers_missing_options_are_an_error(
    shell: Shell, tmp_path: Path
) -> None:
    """
    Without input, nothing is written, and the error names the options.
    """
    result = shell("protestgen init mine --state kz")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "Country where letters are written: "
        "error: nobody can answer the questions here: add '--state', '--country' and "
        "'--lang'\n"
    )
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("typed", "code", "end"),
    [
        (b"kz\nuk\n\n\n", 0, "--case reading-room --country gb\n"),
        (b"kz\n\x04", 130, "error: interrupted: nothing is written\n"),
    ],
    ids=["answered", "given-up"],
)
def test_questions_are_asked_on_a_terminal(
    typed: bytes, code: int, end: str, tmp_path: Path
) -> None:
    """
    Answers on a terminal make a campaign; giving up writes nothing.
    """
    ours, theirs = pty.openpty()
    os.write(ours, typed)
    done = subprocess.run(
        [sys.executable, "-m", "protestgen", "init", "mine"],
        stdin=theirs,
        capture_output=True,
        cwd=tmp_path,
        check=False,
        timeout=180,
    )
    os.close(ours)
    os.close(theirs)

    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.decode().endswith(end)
    assert (tmp_path / "mine").exists() == (code == 0)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            ("--state", "Turky", "--country", "uk"),
            "unknown country 'Turky': did you mean 'turkey'?",
        ),
        (
            ("--state", "uk", "--country", "gb"),
            "no embassy of United Kingdom is in United Kingdom: name another country",
        ),
    ],
)
def test_invalid_options_are_errors(
    options: tuple[str, ...], problem: str, run: Run, tmp_path: Path
) -> None:
    """
    An invalid option is an error before anything is written.
    """
    result = run("init", tmp_path / "mine", *options, "--lang", "en")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {problem}\n".replace(
        "of United Kingdom is in United", "of the United Kingdom is in the United"
    )
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("names", "some"),
    [
        (["notes.txt"], "'notes.txt'"),
        (["data/demands.yaml", ".env", "x", "y"], "'.env', 'data', 'x' ..."),
    ],
)
def test_a_folder_with_files_is_refused(
    names: list[str], some: str, run: Run, tmp_path: Path
) -> None:
    """
    Nothing is overwritten, and the error names the files in the way.
    """
    mine = tmp_path / "mine"
    for name in names:
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text("my own")
    result = run("init", mine, *OPTIONS)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (f"error: {mine}: not empty ({some}): name a new folder\n")
    assert files(mine) == sorted(names)


def test_a_file_in_place_of_the_folder_is_refused(run: Run, tmp_path: Path) -> None:
    """
    `init` does not replace a file by a folder.
    """
    mine = tmp_path / "mine"
    mine.write_text("my own")
    result = run("init", mine, *OPTIONS)

    assert result.stderr == f"error: {mine}: this is a file: name a new folder\n"
    assert mine.read_text() == "my own"


def test_a_broken_link_is_refused(run: Run, tmp_path: Path) -> None:
    """
    `init` does not write through a broken link.
    """
    mine = tmp_path / "mine"
    mine.symlink_to("nowhere")
    result = run("init", mine, *OPTIONS)

    assert result.stderr == f"error: {mine}: File exists: nothing is written\n"
    assert mine.is_symlink()


def test_an_empty_repository_may_become_a_campaign(run: Run, tmp_path: Path) -> None:
    """
    The folder of a new campaign may exist if it is empty or holds only git's files.
    """
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("ref")

    assert run("init", tmp_path, *OPTIONS).exit_code == 0
    assert files(tmp_path) == sorted([".git/HEAD", *FILES])


@pytest.mark.parametrize("folders", [["mine"], []], ids=["folder", "none"])
def test_a_campaign_is_written_completely_or_not_at_all(
    folders: list[str], tmp_path: Path
) -> None:
    """
    If one file cannot be written, no file and no new folder stays.
    """
    mine = tmp_path / "mine"
    for name in folders:
        (tmp_path / name).mkdir()
    outline = CampaignSpec(state="kz", countries=("gb",))
    texts = scaffold(outline, date(2026, 11, 22)) | {"README.md/x": "in a file"}
    with pytest.raises(Exception, match="nothing is written"):
        write_scaffold(mine, texts)

    assert [path.name for path in tmp_path.rglob("*")] == folders


def test_the_roster_is_private(run: Run, tmp_path: Path) -> None:
    """
    Only the owner can read the roster; the other files are public.
    """
    run("init", tmp_path / "mine", *OPTIONS)
    modes = {
        name: stat.S_IMODE((tmp_path / "mine" / name).stat().st_mode) for name in FILES
    }

    assert modes.pop("members.csv") == 0o600
    assert set(modes.values()) == {0o644}


def test_the_roster_has_all_countries_and_languages() -> None:
    """
    Each country and each language of the campaign has a member in the roster.
    """
    outline = CampaignSpec(
        state="kz",
        countries=("gb", "de", "fr", "gr", "es"),
        languages=tuple(scaffold_languages()),
    )
    rows = [
        line.split(",")
        for line in scaffold(outline, date(2026, 11, 22))["members.csv"].splitlines()
    ]

    assert rows[0] == ["name", "role", "city", "country", "email", "language", "why"]
    assert {row[3] for row in rows[1:]} == set(outline.countries)
    assert {row[5] for row in rows[1:]} == {"en", *outline.languages}
    assert all(row[4].endswith(".example") for row in rows[1:])


def test_the_example_is_in_every_language() -> None:
    """
    A campaign can begin in any language of the letters.
    """
    known = languages([shipped_folder()])

    assert ["en", *scaffold_languages()] == sorted(known, key=lambda code: code != "en")


@pytest.mark.parametrize("language", scaffold_languages())
@pytest.mark.parametrize("style", ["points", "statement"])
def test_the_example_is_fully_translated(
    style: str, language: str, run: Run, tmp_path: Path
) -> None:
    """
    The letters of the example are complete in each language.
    """
    run("init", tmp_path, "--state", "kz", "--country", "de", "--lang", language)
    letter = run(
        "-q", "--campaign", tmp_path, "letter", "--case", "reading-room",
        "--country", "de", "--lang", language, "--style", style, "--to", "embassy",
    )  # fmt: skip
    (text,) = load_translation(load_campaign(tmp_path), language).values()
    made = [text.demands[id_] for id_ in ("reopen", "reinstate")]
    needed: dict[str, list[str]] = {
        # A reason may be the end of an item, before a semicolon.
        "points": [str(text.summary), *(d.reason.rstrip(".") for d in made)],
        "statement": [
            text.incidents[0].text.partition(". ")[2],
            *(demand.text for demand in made),
        ],
    }

    assert (letter.exit_code, letter.stderr) == (0, "")
    words = " ".join(letter.stdout.split()).lower()  # items may begin with a capital
    parts = (" ".join(part.split()).lower() for part in needed[style])
    assert [part for part in parts if part not in words] == []


@pytest.mark.parametrize("language", scaffold_languages())
def test_the_example_texts_are_current(language: str, tmp_path: Path) -> None:
    """
    Each translation of the example names the hash of its English texts.
    """
    outline = CampaignSpec(state="kz", countries=("gb",), languages=(language,))
    write_scaffold(tmp_path, scaffold(outline, date(2026, 11, 22)))
    campaign = load_campaign(tmp_path)
    case = campaign.case("reading-room")
    (text,) = load_translation(campaign, language).values()

    assert text.translates == source_text_hash(case)
    assert missing_texts(case, text, load_language(language, campaign.folders)) == []


def test_an_unknown_genitive_is_asked_for(shell: Shell, tmp_path: Path) -> None:
    """
    `init` asks for the genitive of a state that a language does not know.
    """
    line = "protestgen init mine --state bermuda --country fj --lang ru"
    unanswered = shell(line)
    asked = "Russian for 'of Bermuda' in 'the authorities of Bermuda': "
    assert (unanswered.exit_code, unanswered.stderr) == (
        2,
        f"{asked}error: nobody can answer the questions here: add '--state-name ru=...'\n",
    )
    assert files(tmp_path) == []
    answered = shell(f"echo Бермуд | {line}")

    assert answered.stderr.startswith(f"{asked}note: written to mine")
    assert (tmp_path / "mine" / "data" / "forms.ru.yaml").read_text() == (
        "# Words that letters in this language use in this campaign instead of protestgen's own.\n"
        '# `states`: the names of states behind "the authorities".\n'
        "states:\n  bm: Бермуд\n"
    )
    letter = shell(
        "protestgen -q --campaign mine letter --case reading-room --country fj --lang ru --to embassy"
    )
    assert "власти Бермуд" in letter.stdout


def test_a_genitive_may_be_an_option(run: Run, tmp_path: Path) -> None:
    """
    `--state-name` answers the question, for a language that is chosen.
    """
    options = ("--state", "nr", "--country", "fj", "--lang", "ru,de")
    mine = tmp_path / "mine"
    run("init", mine, *options, "--state-name", "ru=Науру")
    unused = run("init", tmp_path / "more", *options, "--state-name", "fr=Nauru")
    wrong = run("init", tmp_path / "other", *options, "--state-name", "Науру")

    assert [name for name in files(mine) if "forms" in name] == ["data/forms.ru.yaml"]
    assert wrong.stderr == (
        "error: invalid value for '--state-name': 'Науру' is not CODE=NAME: "
        "write ru=Турции (see 'protestgen init --help')\n"
    )
    assert unused.stderr == (
        "error: '--state-name fr=...' is for no chosen language: add 'fr' to '--lang', or "
        "leave it out\n"
    )


@pytest.mark.slow
@pytest.mark.no_cover
def test_a_campaign_may_be_about_any_state(
    run: Run, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    """
    A campaign about any state is valid, and a letter can be written.

    Every eighth state is tried; `--every-country` tries all.
    """
    step = 1 if pytestconfig.getoption("every_country") else 8
    for state in sorted(COUNTRY_CODES)[::step]:
        country = "ie" if state != "ie" else "gb"
        spec = CampaignSpec(state=state, countries=(country,))
        write_scaffold(tmp_path / state, scaffold(spec, date(2026, 11, 22)))
        letter = run(
            *("-q", "--campaign", tmp_path / state, "letter"),
            *("--case", "reading-room", "--country", country),
        )

        assert (letter.exit_code, letter.stderr) == (0, ""), state
        assert find_country(state) == state


def test_the_workflow_runs_the_check(run: Run, tmp_path: Path) -> None:
    """
    The last step of the workflow is the command in its comment.
    """
    run("init", tmp_path / "mine", *OPTIONS)
    text = (tmp_path / "mine" / FILES[0]).read_text()

    assert "run it yourself: protestgen check .\n" in text
    assert text.endswith("\n      - run: protestgen check --format github .\n")


@pytest.mark.parametrize(
    ("origin", "address"),
    [
        (None, ""),
        ({"url": "file:///home/ada/protestgen", "dir_info": {}}, ""),
        (
            {
                "url": "https://ada:secret@code.example/p",
                "vcs_info": {"vcs": "git", "commit_id": "a1"},
            },
            "",
        ),
        (
            {
                "url": "https://code.example/p.git",
                "vcs_info": {"vcs": "git", "commit_id": "a1"},
            },
            "git+https://code.example/p.git@a1",
        ),
        (
            {"url": "https://code.example/p-1.0.tar.gz", "archive_info": {}},
            "https://code.example/p-1.0.tar.gz",
        ),
    ],
)
def test_the_workflow_installs_this_copy(
    origin: object, address: str, shell: Shell, tmp_path: Path
) -> None:
    """
    The workflow installs protestgen from the origin of this copy, and no other package.
    """
    info = tmp_path / "site" / "protestgen-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: protestgen\n")
    if origin:
        (info / "direct_url.json").write_text(json.dumps(origin))
    shell(
        f"python -m protestgen init mine {' '.join(OPTIONS)}",
        PYTHONPATH=str(info.parent),
    )
    text = (tmp_path / "mine" / FILES[0]).read_text()
    step = next(line for line in text.splitlines() if "pip install" in line)
    command = step.partition("run: ")[2].replace("pip install", "echo")
    result = shell(command, PROTESTGEN=address)

    assert f'\n  PROTESTGEN: "{address}"\n' in text
    if address:
        assert result == Result(0, f"{address}\n", "")
    else:
        assert result.exit_code != 0
        assert "PROTESTGEN: write above where protestgen is" in result.stderr
