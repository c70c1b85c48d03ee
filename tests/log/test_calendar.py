"""The calendar of a case, read back by two programs that read calendars."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import vobject  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from conftest import Run
from protestgen import load_campaign
from protestgen.campaign.case import Case, Hearing
from protestgen.log.calendar import make_calendar
from protestgen.schema.types import PartialDate

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HEARING = Hearing(
    date=PartialDate(2026, 12, 1), place="Exampleville", text="the appeal"
)
ENTRY = (
    "kind: letter\ndate: {day}\ncountry: gb\nto: embassy\ncount: 2\nby: Carol Example\n"
)


def case_with(*hearings: Hearing, write_by: PartialDate | None = None) -> Case:
    """Return an open case of the bundled campaign with these dates."""
    case = load_campaign().case("kurmanov")
    return replace(case, status="open", hearings=hearings, write_by=write_by)


def read_by_icalendar(data: bytes) -> list[tuple[Any, ...]]:
    """Return UID, first day, end, summary and description of events, by `icalendar`."""
    calendar: Any = icalendar.Calendar.from_ical(data.decode())
    events = calendar.walk("VEVENT")
    return [
        (str(e["UID"]), e["DTSTART"].dt, e["DTEND"].dt, str(e["SUMMARY"]), str(e["DESCRIPTION"]))
        for e in events
    ]  # fmt: skip


def read_by_vobject(data: bytes) -> list[tuple[Any, ...]]:
    """Return the same, read by `vobject`."""
    found = vobject.readOne(data.decode())
    return [
        (e.uid.value, e.dtstart.value, e.dtend.value, e.summary.value, e.description.value)
        for e in found.vevent_list
    ]  # fmt: skip


@pytest.fixture(name="campaign")
def _campaign(tmp_path: Path) -> Path:
    """Return a campaign of its own whose case has a deadline, a hearing and letters."""
    (tmp_path / "protestgen.yaml").write_text("extends: bundled\n")
    bundled = (Path(__file__).parents[2] / "data" / "demands.yaml").read_text()
    text = bundled.split("\n  kurmanov:\n")[1].split("\n\n  ")[0]
    text = text.replace("status: closed", "status: open\n    write_by: 2026-12-20\n    hearings: [{date: 2026-12-01, text: 'the appeal, again; \\ more'}]")  # fmt: skip
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demands.yaml").write_text(f"cases:\n  kurmanov:\n{text}\n")
    log = tmp_path / "log" / "kurmanov"
    log.mkdir(parents=True)
    for day in ("2026-11-10", "2026-11-20"):
        (log / f"{day}.yaml").write_text(ENTRY.format(day=day))
    return tmp_path


def test_a_file_without_a_name_is_an_error(campaign: Path, run: Run) -> None:
    """
    An empty name, as of a variable that is not set, does not mean standard output.
    """
    result = run("--campaign", campaign, "calendar", "kurmanov", "-o", "")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: .: Is a directory: nothing is written\n"


def test_two_readers_read_the_same(campaign: Path, tmp_path: Path, run: Run) -> None:
    """
    Both readers find deadline, hearing and reminders, each on its day.
    """
    result = run(
        "--campaign", campaign, "calendar", "kurmanov", "-o", tmp_path / "c.ics"
    )

    data = (tmp_path / "c.ics").read_bytes()
    found = read_by_icalendar(data)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert found == read_by_vobject(data)
    assert [(str(first), summary) for _, first, _, summary, _ in found] == [
        ("2026-12-20", f"Last day for letters about {load_campaign().case('kurmanov').title}"),
        ("2026-12-01", "Hearing: the appeal, again; \\ more"),
        ("2026-11-24", "Reminder 1 of 2: 2 letters without an answer"),
        ("2026-12-01", "Reminder 2 of 2: 2 letters without an answer"),
        ("2026-12-04", "Reminder 1 of 2: 2 letters without an answer"),
        ("2026-12-11", "Reminder 2 of 2: 2 letters without an answer"),
    ]  # fmt: skip
    assert b"Carol" not in data


WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=200
).map(lambda text: " ".join(text.split()) or "x")


@given(text=WORDS, place=WORDS)
def test_any_text_is_read_back(text: str, place: str) -> None:
    """
    Every text comes back as it was, in lines of at most 75 bytes.
    """
    data, _ = make_calendar(
        case_with(replace(HEARING, text=text, place=place)), (), NOW
    )

    ((_, first, end, summary, _),) = read_by_icalendar(data)
    assert summary == f"Hearing in {place}: {text}"
    assert end - first == timedelta(days=1)
    assert read_by_icalendar(data) == read_by_vobject(data)
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert b"\n" not in data.replace(b"\r\n", b"")


def test_a_later_calendar_replaces_an_earlier_one() -> None:
    """
    An event keeps its UID when its day changes.
    """
    moved = replace(HEARING, date=PartialDate(2026, 12, 8))
    before, after = (
        read_by_icalendar(make_calendar(case_with(hearing), (), NOW)[0])[0]
        for hearing in (HEARING, moved)
    )

    assert (before[0], before[1]) == (after[0], date(2026, 12, 1))
    assert after[1] == date(2026, 12, 8)


def test_a_hearing_without_a_day_is_noted() -> None:
    """
    A hearing whose day is not known is left out with a note.
    """
    data, notes = make_calendar(
        case_with(replace(HEARING, date=PartialDate(2026, 12))), (), NOW
    )

    assert data == b""
    assert notes == ["the hearing of 2026-12 is on no certain day, so it is left out"]


@pytest.mark.parametrize("case", ["kurmanov", "shanyrak"])
def test_a_case_without_dates_has_no_calendar(case: str, run: Run) -> None:
    """
    A calendar without an event is an error: calendar programs refuse it.
    """
    result = run("calendar", case)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"error: case '{case}' has no dates ahead: add 'write_by' or 'hearings' to it, or log letters\n"
    )
