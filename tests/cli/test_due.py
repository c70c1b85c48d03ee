"""The command `due`: what it lists, and the commands it shows."""

import json
from pathlib import Path

import pytest

from conftest import Run

NOTE = "note: {} waiting, {} due: a reminder after 14 days, one more after 7, then no more\n"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path, run: Run) -> Path:
    """Return the folder of a campaign with three letters, one of them answered."""
    folder = tmp_path / "mine"
    made = run("init", folder, "--state", "turkey", "--country", "uk", "--lang", "de")
    assert made.exit_code == 0
    log = folder / "log" / "reading-room"
    log.mkdir(parents=True)
    start = "country: gb\nby: Carol Example\n"
    (log / "a.yaml").write_text(f"kind: letter\ndate: 2026-11-01\nto: embassy\n{start}")
    (log / "b.yaml").write_text(f"kind: email\ndate: 2026-11-02\ncount: 30\n{start}")
    (log / "c.yaml").write_text(f"kind: fax\ndate: 2026-11-20\n{start}")
    (log / "d.yaml").write_text(f"kind: letter\ndate: 2026-11-01\n{start}")
    (log / "e.yaml").write_text(
        f"kind: answer\ndate: 2026-11-05\nresult: refusal\nanswers: d\n{start}"
    )
    return folder


def test_letters_that_wait_are_listed(folder: Path, run: Run) -> None:
    """
    Letters that are due come with the commands that write and log the reminder.
    """
    result = run("--campaign", folder, "due")
    program = f"protestgen --campaign {folder}"

    assert result.exit_code == 0
    roster = "those who wrote that letter, and nobody else"
    assert result.stderr == (
        f"note: make the roster that a batch names: {roster}\n{NOTE.format(3, 2)}"
    )
    assert result.stdout == (
        "2026-11-15 reading-room a (1 to embassy): reminder 1 of 2\n"
        f"  {program} letter --case reading-room --country gb --to embassy --style reminder --first-letter 2026-11-01\n"
        f"  {program} log letter --case reading-room --reminds a\n"
        "2026-11-16 reading-room b (30): reminder 1 of 2\n"
        f"  {program} batch --case reading-room --country gb --style reminder --first-letter 2026-11-02 --format eml --roster b.csv -o b-reminder-1\n"
        f"  {program} log email --case reading-room --reminds b --count 30\n"
        "2026-12-04 reading-room c (1): reminder 1 of 2\n"
    )


def test_a_logged_reminder_counts(folder: Path, run: Run) -> None:
    """
    The command shown logs the reminder: the next one is due 7 days later, then none.
    """
    reminder = (
        "--campaign",
        folder,
        "log",
        "letter",
        "--case",
        "reading-room",
        "--reminds",
        "a",
    )
    assert run(*reminder, "--date", "2026-11-15").exit_code == 0
    first = run("--campaign", folder, "due", "reading-room")
    assert run(*reminder, "--date", "2026-11-22").exit_code == 0
    second = run("--campaign", folder, "due", "reading-room")

    assert "2026-11-22 reading-room a (1 to embassy): reminder 2 of 2\n" in first.stdout
    assert " a (" not in second.stdout
    assert second.stderr.endswith(NOTE.format(2, 1))


def test_programs_read_the_list(folder: Path, run: Run) -> None:
    """
    `--json` has the same, by `--date`.
    """
    result = run("--campaign", folder, "due", "--date", "2026-11-15", "--json")

    found = json.loads(result.stdout)
    assert [(one["entry"], one["is_due"], one["due"]) for one in found] == [
        ("a", True, "2026-11-15"),
        ("b", False, "2026-11-16"),
        ("c", False, "2026-12-04"),
    ]
    log = "log letter --case reading-room --reminds a"
    assert found[0]["log"] == f"protestgen --campaign {folder} {log}"
    assert "Carol" not in result.stdout


def test_letters_that_have_stopped_need_no_reminder(folder: Path, run: Run) -> None:
    """
    Nobody is reminded after the last day for letters, by `--date`.
    """
    cases = folder / "data" / "demands.yaml"
    text = cases.read_text("utf-8")
    status, stop = "status: open", "write_by: 2026-12-01\n    after: stop"
    cases.write_text(text.replace(status, f"{status}\n    {stop}"), "utf-8")
    due = ("--campaign", folder, "due", "reading-room", "--date")
    before, after = run(*due, "2026-12-01"), run(*due, "2026-12-02")

    assert " a (1 to embassy)" in before.stdout
    assert (after.exit_code, after.stdout) == (0, "")
    assert after.stderr == (
        "note: case 'reading-room' wants no more letters: nobody is reminded\n"
        + NOTE.format(0, 0)
    )


def test_a_closed_case_needs_no_reminder(run: Run) -> None:
    """
    Nobody is reminded of a closed case.
    """
    result = run("due", "kurmanov")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "note: case 'kurmanov' is closed: nobody is reminded\n" + NOTE.format(0, 0)
    )
