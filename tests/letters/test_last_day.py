"""After the last day for letters: letters, appeals, lists and checks go on, or stop."""

from pathlib import Path

import pytest

from campaign_helpers import change, small_campaign
from conftest import ROOT, Result, Run

STOP = ("write_by: 2026-12-01", "write_by: 2026-12-01\n    after: stop")
LATE = ("--date", "2026-12-02")
PASSED = "note: the last day for letters, 2026-12-01, has passed: look for news "
LETTER = ("letter", "--case", "picket", "--country", "uk", "--name", "Ada")


@pytest.fixture(name="mine")
def _mine(tmp_path: Path) -> Path:
    """Return a campaign whose case is open, with a last day for letters."""
    return small_campaign(tmp_path / "mine")


def test_a_letter_asks_still_without_the_date(mine: Path, run: Run) -> None:
    """
    A letter of the day after is written as those before, and a note asks for news.
    """
    (mine / "templates" / "en" / "mine.txt.j2").write_text(
        "Subject\n\n{{ case.write_by|date if case.write_by else 'no date' }}, "
        "{{ 'past' if archived else 'present' }}.\n"
    )
    written = [
        run("--campaign", mine, *LETTER, "--style", "mine", "--date", day)
        for day in ("2026-12-01", "2026-12-02")
    ]

    assert "\n1 December 2026, present.\n" in written[0].stdout
    assert PASSED not in written[0].stderr
    assert "\nno date, present.\n" in written[1].stdout
    assert f"{PASSED}before you send this\n" in written[1].stderr
    assert [result.exit_code for result in written] == [0, 0]


@pytest.mark.parametrize(
    "command",
    [LETTER, ("batch", "--case", "picket", "--country", "gb", "-o", "letters")],
    ids=["letter", "batch"],
)
def test_letters_stop_where_the_case_says_so(
    command: tuple[str, ...], mine: Path, run: Run
) -> None:
    """
    With `after: stop`, letters of later days are refused in one line.
    """
    change(mine, STOP)
    assert run("-q", "--campaign", mine, *LETTER, "--date", "2026-12-01").exit_code == 0

    assert run("-q", "--campaign", mine, *command, *LATE) == Result(
        1,
        "",
        "error: letters about case 'picket' were wanted until 2026-12-01 only: "
        "'--style support' goes on\n",
    )


def test_letters_that_have_stopped_are_not_waited_for(mine: Path, run: Run) -> None:
    """
    After the last day with `after: stop`, `due`, calendars and `check` await no answer.
    """
    log = mine / "log" / "picket"
    log.mkdir(parents=True)
    (log / "old.yaml").write_text("kind: letter\ndate: 2026-08-01\ncountry: gb\n")
    reminder, overdue = "Reminder 1 of 2", "1 reminder is overdue"

    def outputs() -> tuple[Result, Result, str, str]:
        line = ("--campaign", mine)
        due, named = run(*line, "due"), run(*line, "due", "picket")
        calendar = run(*line, "calendar", "picket")
        return due, named, calendar.stdout + calendar.stderr, run("check", mine).stdout

    change(mine, ("write_by: 2026-12-01", "write_by: 2026-11-22\n    after: stop"))
    due, named, calendar, found = outputs()
    assert due.stdout == named.stdout
    assert "picket old (1): reminder 1 of 2" in due.stdout
    assert reminder in calendar
    assert overdue in found

    change(mine, ("write_by: 2026-11-22", "write_by: 2026-11-21"))
    due, named, calendar, found = outputs()
    note = "note: case 'picket' wants no more letters: nobody is reminded\n"
    assert (due.stdout, named.stdout) == ("", "")
    assert note not in due.stderr
    assert named.stderr.startswith(note)
    assert reminder not in calendar
    assert note in calendar
    assert overdue not in found


def test_messages_of_support_go_on(mine: Path, run: Run) -> None:
    """
    A case that wants no more letters does not refuse messages of support.
    """
    change(mine, STOP)
    line = ("letter", "--case", "picket", "--style", "support", "--name", "Ada", *LATE)

    assert run("-q", "--campaign", mine, *line).exit_code == 0


def test_an_appeal_says_that_the_day_has_passed(mine: Path, run: Run) -> None:
    """
    After the last day an appeal still asks for letters; with `after: stop` it has ended.
    """
    line = ("--campaign", mine, "appeal", "picket", *LATE)
    result = run(*line)
    assert (result.exit_code, f"{PASSED}first\n" in result.stderr) == (0, True)
    assert "The last day for letters has passed: please look for news" in result.stdout
    assert "1 December" not in result.stdout

    change(mine, STOP)
    assert "This appeal is over" in run(*line).stdout


@pytest.mark.parametrize("code", ["en", "de", "fr", "es", "el", "ru"])
def test_appeals_of_all_languages_know_the_day(code: str) -> None:
    """
    The appeal of each language has a sentence for a passed day, and for `report_to`.
    """
    words = (ROOT / "templates" / code / "appeal.j2").read_text(encoding="utf-8")

    assert "{% if late %}" in words
    assert "{{ case.report_to }}" in words


def test_cases_are_found_by_their_status(
    mine: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An open case is expired after its last day; a closed one never is.
    """
    on = {"before": "1796083200", "after": "1796169600"}  # 1 and 2 December 2026

    def listed(status: str) -> Result:
        return run("--campaign", mine, "cases", "--status", status)

    monkeypatch.setenv("SOURCE_DATE_EPOCH", on["before"])
    assert "picket" in listed("open").stdout
    assert listed("expired") == Result(0, "", "note: no case is expired\n")
    assert "march" in listed("closed").stdout

    monkeypatch.setenv("SOURCE_DATE_EPOCH", on["after"])
    assert "picket" in listed("expired").stdout
    assert "picket" not in listed("open").stdout
    assert "picket" not in listed("closed").stdout


def test_check_accepts_a_case_that_stopped(mine: Path, run: Run) -> None:
    """
    A passed day is a warning, unless the case says what happens after it.
    """
    line = ("check", mine)
    change(mine, ("write_by: 2026-12-01", "write_by: 2026-11-20"))
    assert "write another one, 'after: stop', or close the case" in run(*line).stdout

    change(mine, ("write_by: 2026-11-20", "write_by: 2026-11-20\n    after: stop"))
    assert run(*line).stdout == ""


def test_answers_go_where_the_case_says(mine: Path, run: Run) -> None:
    """
    A note with each letter, `show` and the appeal name where copies and answers go.
    """
    change(
        mine, ("follows: march", "follows: march\n    report_to: us@campaign.example")
    )
    note = "note: send a copy of the letter, and any answer, to us@campaign.example\n"

    assert note in run("--campaign", mine, *LETTER).stderr
    shown = run("--campaign", mine, "show", "picket").stdout
    assert "\nsend answers to us@campaign.example\n" in shown
    appeal = run("--campaign", mine, "appeal", "picket").stdout
    assert "us@campaign.example" in appeal
