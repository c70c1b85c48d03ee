"""The library: its page runs as printed, and it does what the commands do."""

import re
import subprocess
import sys
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.utils import format_datetime
from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest

from batch_helpers import members
from conftest import ROOT, Run
from protestgen import (
    FORMATS,
    Options,
    ProtestgenError,
    Sender,
    load_campaign,
    write_batch,
    write_letter,
)
from protestgen.batch.report import BatchStats
from protestgen.countries import LANGUAGES
from protestgen.errors import ChoiceError, DataError, UnknownNameError

PAGE = (ROOT / "docs" / "library.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(
    r"^## (.+?)\n.*?```python\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE
)
ADA = Sender(name="Ada Example", city="Leeds", country="gb")
DAY = date(2026, 11, 22)


def snippet(title: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return what the snippet below *title* prints in a *folder* with its files."""
    (folder / "members.csv").write_text(members(250))
    copytree(ROOT / "tests" / "small", folder / "my-campaign")
    monkeypatch.chdir(folder)
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(dict(SNIPPETS)[title], title, "exec"), {})  # noqa: S102 - our own page
    return printed.getvalue()


@pytest.mark.parametrize("title", [title for title, _ in SNIPPETS])
def test_each_snippet_runs(
    title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Each snippet of the page runs as printed; none of a task has more than ten lines.
    """
    snippet(title, tmp_path, monkeypatch)
    code = dict(SNIPPETS)[title]
    lines = [line for line in code.splitlines() if line and "import" not in line]

    assert len(lines) <= 10


@pytest.mark.slow
def test_snippets_have_correct_types(tmp_path: Path) -> None:
    """
    The type checker finds nothing in the snippets, in its strict mode.
    """
    pytest.importorskip("mypy")
    for number, (_, code) in enumerate(SNIPPETS):
        (tmp_path / f"snippet_{number}.py").write_text(code)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=600,
    )

    assert (done.returncode, done.stderr) == (0, b""), done.stdout.decode()


def test_six_languages_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The snippet writes a letter of today in each of the six languages.
    """
    printed = snippet("A letter in six languages", tmp_path, monkeypatch)
    words = [line.split() for line in printed.splitlines()]

    assert [code for code, *_ in words] == [*LANGUAGES]
    assert {day for _, day, *_ in words} <= days()


def test_batch_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The snippet shows the progress of a batch, and writes a file for each member.
    """
    printed = snippet("A batch", tmp_path, monkeypatch)

    assert printed.splitlines() == [
        "100 letters",
        "200 letters",
        "250 letters",
        "250 written, 0 failed",
    ]
    assert len(list((tmp_path / "letters").glob("*.txt"))) == 250


def test_error_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The error is the one in the comment of the snippet.
    """
    printed = snippet("Errors", tmp_path, monkeypatch)

    assert printed.strip() == dict(SNIPPETS)["Errors"].partition("#")[2].strip()


def days() -> set[str]:
    """Return today and the two days around it, in case midnight passes."""
    today = datetime.now().astimezone().date()
    return {str(today + timedelta(days=day)) for day in (-1, 0, 1)}


@pytest.mark.parametrize(
    ("choices", "options"),
    [
        ({}, ()),
        ({"language": "German"}, ("--lang", "de")),
        ({"language": ["en", "ru"]}, ("--lang", "en,ru")),
        ({"to": "osce", "style": "points"}, ("--to", "osce", "--style", "points")),
        ({"country": "France"}, ("--country", "fr")),
    ],
)
def test_a_letter_is_that_of_the_command(
    choices: dict[str, str], options: tuple[str, ...], run: Run
) -> None:
    """
    The same choices give the same letter and the same notes as the command.
    """
    sender = Sender(name="Ada Example", city="Leeds")
    notes: list[str] = []
    letter = write_letter(
        case="kurmanov",
        sender=sender,
        date=DAY,
        on_note=notes.append,
        **({"country": "gb"} | choices),  # type: ignore[arg-type]
    )
    country = () if "country" in choices else ("--country", "gb")
    names = ("--name", "Ada Example", "--city", "Leeds")
    shown = run("letter", "--case", "kurmanov", *country, *names, *options)

    assert FORMATS["text"].render(letter).decode() == shown.stdout
    assert notes
    assert [note for note in notes if note not in shown.stderr] == []


def test_an_email_is_of_today() -> None:
    """
    An e-mail whose time is not given has the date of its letter, which is today.
    """
    ada = Sender(name="Ada Example", email="ada@mail.example")
    letter = write_letter(case="kurmanov", country="uk", sender=ada)
    message = message_from_bytes(FORMATS["eml"].render(letter))
    start = datetime.combine(letter.date, time(), UTC)

    assert str(letter.date) in days()
    assert message["Date"] == format_datetime(start)


def test_a_campaign_may_be_named_by_text() -> None:
    """
    The folder of a campaign is a path or a text; a campaign that was read is used.
    """
    folder = ROOT / "tests" / "small"
    campaign = load_campaign(str(folder))
    case = next(iter(campaign.cases))
    render = FORMATS["text"].render
    letters = [
        render(
            write_letter(
                case=case, country="gb", to="embassy", campaign=source, date=DAY
            )
        )
        for source in (campaign, folder, str(folder))
    ]

    assert letters[0] == letters[1] == letters[2]


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """
    Unknown names, choices that contradict and missing files are errors with a sentence.
    """
    with pytest.raises(UnknownNameError, match="unknown case 'nobody'"):
        write_letter(case="nobody", country="gb")
    with pytest.raises(UnknownNameError, match="unknown country 'atlantis'"):
        write_letter(case="kurmanov", country="atlantis")
    with pytest.raises(ProtestgenError, match="unknown language 'klingon'"):
        write_letter(case="kurmanov", country="gb", language="klingon")
    with pytest.raises(ChoiceError, match="'to' does not go with the style 'support'"):
        write_letter(case="kurmanov", country="gb", style="support", to="osce")
    with pytest.raises(DataError, match="there is no such file"):
        write_batch(case="kurmanov", roster="none.csv", output=tmp_path / "letters")
    with pytest.raises(UnknownNameError, match="unknown format 'odt'"):
        write_batch(case="kurmanov", roster="x", output=tmp_path, format="odt")
    assert not (tmp_path / "letters").exists()


def test_a_batch_is_that_of_the_command(run: Run, tmp_path: Path) -> None:
    """
    A batch writes the files of the command, tells of rows that fail, and is resumed.
    """
    roster = tmp_path / "members.csv"
    roster.write_text(members(3) + "Ben Example,ben@home.example,,,atlantis,\n")
    here, there = tmp_path / "here", tmp_path / "there"
    failures: list[str] = []
    figures: list[BatchStats] = []

    def write() -> BatchStats:
        return write_batch(
            case="kurmanov",
            roster=roster,
            output=str(here),
            date=DAY,
            options=Options(width=60),
            on_failure=failures.append,
            on_progress=figures.append,
        )

    first, second = write(), write()
    command = ("batch", "--case", "kurmanov", "--roster", roster, "-o", there)
    run(*command, "--width", 60)

    assert (first.letters, first.failed) == (3, 1)
    assert second.statuses == {"as before": 3}
    assert figures
    assert failures[0].startswith(f"{roster}:8: country: ")
    for path in there.glob("*.txt"):
        assert (here / path.name).read_bytes() == path.read_bytes()
    assert (here / "failed.csv").read_text() == (there / "failed.csv").read_text()
