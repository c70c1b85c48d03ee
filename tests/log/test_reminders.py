"""Letters that wait for an answer: when to remind of them, and when no more."""

from datetime import date

import pytest

from protestgen.log.entry import LogEntry
from protestgen.log.reminders import Waiting, waiting_letters
from protestgen.schema.types import PartialDate

LETTER = {"kind": "letter", "date": "2026-11-01", "country": "gb"}


def entry(**fields: str) -> LogEntry:
    """Return a letter of 1 November, unless *fields* say otherwise."""
    values = LETTER | fields
    return LogEntry(**(values | {"date": PartialDate.parse(values["date"])}))  # type: ignore[arg-type]


def waiting(**entries: LogEntry) -> list[Waiting]:
    """Return what waits among *entries*."""
    return waiting_letters("ada", entries)


def test_reminders_come_after_14_days_and_7_more() -> None:
    """
    The first reminder is due after 14 days, the second 7 days later, and no third.
    """
    first = entry()
    one = entry(date="2026-11-16", reminds="a")
    two = entry(date="2026-11-25", reminds="a")

    assert waiting(a=first) == [
        Waiting(case="ada", name="a", entry=first, number=1, due=date(2026, 11, 15))
    ]
    assert waiting(a=first)[0].later == (date(2026, 11, 22),)
    (second,) = waiting(a=first, b=one)
    assert (second.number, second.due, second.later) == (2, date(2026, 11, 23), ())
    assert waiting(a=first, b=one, c=two) == []


@pytest.mark.parametrize(
    "result", ["none", "answer", "refusal", "unsatisfactory", "ongoing"]
)
def test_any_answer_ends_the_wait(result: str) -> None:
    """
    Whatever the answer, and if none is expected any more, nobody is reminded.
    """
    answer = entry(kind="answer", date="2026-11-03", answers="a", result=result)

    assert waiting(a=entry(), b=answer) == []


def test_an_acknowledgement_begins_the_wait_anew() -> None:
    """
    An acknowledgement is no answer; the 14 days run from it.
    """
    answer = entry(
        kind="answer", date="2026-11-10", answers="a", result="acknowledgement"
    )
    (found,) = waiting(a=entry(), b=answer)

    assert (found.number, found.due) == (1, date(2026, 11, 24))


def test_only_letters_wait() -> None:
    """
    Faxes and e-mails wait like letters; a picket waits for nothing.
    """
    found = waiting(a=entry(kind="fax"), b=entry(kind="email"), c=entry(kind="picket"))

    assert [letter.name for letter in found] == ["a", "b"]


def test_an_uncertain_day_is_taken_as_the_last() -> None:
    """
    A letter of some day in November waits from the end of the month.
    """
    (found,) = waiting(a=entry(date="2026-11"))

    assert found.due == date(2026, 12, 14)
