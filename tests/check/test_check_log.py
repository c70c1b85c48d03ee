"""What `check` finds in the log."""

from pathlib import Path

import pytest

from conftest import Run

LETTER = "kind: letter\ndate: 2026-11-10\ncountry: gb\n"
OUTLET = (
    "outlets:\n  example-daily: {name: The Daily, country: gb, languages: [en], "
    "email: news@daily.example, verified: 2026-11-20, confidence: high, sources: [a page]}\n"
)


@pytest.fixture(name="mine")
def _mine(tmp_path: Path, run: Run) -> Path:
    """Return the folder of a campaign that `init` has made, with an outlet."""
    mine = tmp_path / "mine"
    made = run("init", mine, "--state", "turkey", "--country", "uk", "--lang", "de")
    assert made.exit_code == 0
    (mine / "data" / "media.yaml").write_text(OUTLET)
    return mine


def log(mine: Path, text: str, name: str = "one", case: str = "reading-room") -> Path:
    """Write an entry of the log."""
    path = mine / "log" / case / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_a_sound_log_has_no_findings(mine: Path, run: Run) -> None:
    """
    A letter, its reminder, its answer with a file, and press work are all right.
    """
    log(mine, LETTER + "to: embassy\nby: Ada Example\npublic: [by]\n")
    log(mine, LETTER + "reminds: one\n", "two")
    log(mine, LETTER.replace("letter", "press") + "to: example-daily\n", "three")
    answer = LETTER.replace("letter", "answer") + "answers: one\nresult: refusal\n"
    log(mine, answer + "file: scan.pdf\n", "four").with_name("scan.pdf").touch()
    without = run("check", mine)

    assert "/log/" not in without.stdout


@pytest.mark.parametrize(
    ("more", "severity", "message"),
    [
        ("to: embasy", "error", "unknown addressee 'embasy': correct or remove it"),
        ("reminds: two", "error", "there is no entry 'two' of this case: correct it"),
        ("reminds: call", "error", "'call' is no letter: only those are reminded of"),
        ("reminds: reminder", "error", "'reminder' is no first letter: name 'first'"),
        ("answers: reminder", "error", "'reminder' is no first letter: name 'first'"),
        ("file: scan.pdf", "error", "there is no file 'scan.pdf' here: add it"),
        ("by: Ada Example", "warning", "the name of a person, who has not agreed to be named: remove it, or add 'public: [by]' if they agree"),
        ("text: At Unity Hall.\norganisation: Unity\npublic: [text]", "warning", "not shown, since it names somebody who has not agreed: reword it, or add the field to 'public'"),
        ("cuont: 3", "error", "unknown key 'cuont': did you mean 'count'?"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_log_is_found(
    more: str, severity: str, message: str, mine: Path, run: Run
) -> None:
    """
    What an entry refers to in vain, or names without consent, is found at its line.
    """
    log(mine, LETTER.replace("letter", "call"), "call")
    log(mine, LETTER + "reminds: first\n", "reminder")
    log(mine, LETTER, "first")
    kind = "kind: answer\nresult: none" if "answers" in more else "kind: letter"
    path = log(mine, LETTER.replace("kind: letter", kind) + f"{more}\n")
    result = run("check", mine)

    found = [text for text in result.stdout.splitlines() if "/log/" in text]
    assert [text.split(": ", 1) for text in found] == [
        [found[0].split(": ", 1)[0], f"{severity}: {message}"]
    ]
    assert found[0].startswith(f"{path}:{kind.count(chr(10)) + 4}:")


@pytest.mark.parametrize(
    ("day", "errors"),
    [("2026-11-09", 1), ("2026-10", 1), ("2026-11-10", 0), ("2026", 0)],
)
@pytest.mark.parametrize(
    "about", ["kind: letter\nreminds: one", "kind: answer\nresult: none\nanswers: one"]
)
def test_what_certainly_precedes_its_letter_is_found(
    day: str, errors: int, about: str, mine: Path, run: Run
) -> None:
    """
    An answer or reminder of a day before its letter is an error at its date.
    """
    log(mine, LETTER)
    path = log(mine, f"date: {day}\ncountry: gb\n{about}\n", "two")
    found = [text for text in run("check", mine).stdout.splitlines() if "/log/" in text]

    message = f"{day} is before 'one', which is of 2026-11-10: correct the date"
    assert found == [f"{path}:1:7: error: {message}"] * errors


def test_dates_and_cases_are_checked(mine: Path, run: Run) -> None:
    """
    A date in the future and the folder of an unknown case are errors.
    """
    future = log(mine, LETTER.replace("2026-11-10", "2026-12-10"))
    lost = log(mine, LETTER, case="reading-rom")
    result = run("check", mine)

    assert (
        f"{future}:2:7: error: 2026-12-10 is in the future: correct the date\n"
        in result.stdout
    )
    assert (
        f"{lost}:1:1: error: there is no case 'reading-rom': rename the folder\n"
        in result.stdout
    )


def test_forgotten_reminders_are_found(mine: Path, run: Run) -> None:
    """
    Reminders that are long overdue are one warning for each case.
    """
    old = LETTER.replace("2026-11-10", "2026-08-01")
    path = log(mine, old)
    log(mine, old, "two")
    result = run("check", mine)

    found = [text for text in result.stdout.splitlines() if "/log/" in text]
    assert found == [
        f"{path}:1:1: warning: 2 reminders are overdue for more than 60 days: see 'protestgen due', or log an answer 'none'"
    ]
