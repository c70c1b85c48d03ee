"""The figures of a log: sums, times to answer, and who may be named."""

from collections import Counter

import pytest

from log_helpers import private_words, random_log
from protestgen.log.entry import ANSWER, LogEntry
from protestgen.log.figures import Row, Thanks, make_figures
from protestgen.schema.types import PartialDate


def entry(when: str = "2011-05-04", **fields: object) -> LogEntry:
    """Return a letter from Austria, unless *fields* say otherwise."""
    values = {"kind": "letter", "country": "at", "date": PartialDate.parse(when)}
    return LogEntry(**(values | fields))  # type: ignore[arg-type]


def test_figures_are_sums_of_the_log(pytestconfig: pytest.Config) -> None:
    """
    Every figure is the sum of what entries count, by channel, country, week and result.
    """
    for seed in range(pytestconfig.getoption("logs")):
        log = random_log(seed)
        figures = make_figures(log)
        done = [e for e in log.values() if e.kind != ANSWER]
        came = [e for e in log.values() if e.kind == ANSWER]

        assert figures.actions == sum(e.count for e in done)
        assert figures.answers == sum(
            e.count for e in came if e.result not in {"none", "acknowledgement"}
        )
        for key, field in (("channel", "kind"), ("country", "country")):
            sums: Counter[str] = Counter()
            for one in done:
                sums[getattr(one, field)] += one.count
            assert figures.count(key) == sums  # type: ignore[arg-type]
        assert sum(figures.count("week").values()) == figures.actions
        for key in ("week", "country", "channel"):
            counts = figures.count(key, of_answers=True)  # type: ignore[arg-type]
            assert sum(counts.values()) == figures.answers
        assert sum(figures.by_result().values()) == sum(e.count for e in came)
        assert figures.people == sum(e.people or 0 for e in log.values())
        shown = str(figures)
        assert [word for word in private_words(log) if word in shown] == []


def test_weeks_begin_on_monday() -> None:
    """
    A day is in the week of its Monday; a month or year stays what it is.
    """
    log = {
        when: entry(when) for when in ("2011-05-01", "2011-05-02", "2011-05", "2011")
    }

    assert make_figures(log).count("week") == {
        "2011": 1,
        "2011-05": 1,
        "2011-04-25": 1,
        "2011-05-02": 1,
    }


def test_an_answer_has_the_channel_of_its_letter() -> None:
    """
    Answers count for the channel of what they answer, or for none.
    """
    log = {
        "a": entry(kind="fax", count=3),
        "b": entry("2011-05-24", kind="answer", result="refusal", answers="a"),
        "c": entry("2011-05", kind="answer", result="answer", answers="gone"),
    }

    assert make_figures(log).rows == (
        Row("2011-05", "at", "", "answer", 1, 0),
        Row("2011-05-02", "at", "fax", "", 3, 0),
        Row("2011-05-23", "at", "fax", "refusal", 1, 0),
    )


def test_time_to_answer_ends_with_the_first_answer() -> None:
    """
    The time runs from a letter to its first answer; an acknowledgement is none.
    """
    log = {
        "a": entry("2011-05-01"),
        "b": entry("2011-05-03", kind="answer", result="acknowledgement", answers="a"),
        "c": entry("2011-05-31", kind="answer", result="refusal", answers="a"),
        "d": entry("2011-05-11", kind="answer", result="ongoing", answers="a"),
        "e": entry("2011-05"),
        "f": entry("2011-06-01", kind="answer", result="answer", answers="e"),
        "g": entry("2011-05-01"),
        "h": entry("2011-05-05", kind="answer", result="answer", answers="g"),
    }
    figures = make_figures(log)

    assert (figures.days, figures.median_days) == ((4, 10), 7)
    assert figures.answers == 4


def test_thanks_name_only_those_who_agreed() -> None:
    """
    A country is thanked for any action; names and towns need consent.
    """
    log = {
        "a": entry(by="Ada Example", organisation="A Union", town="Graz"),
        "b": entry(
            organisation="B Union", town="Wien", public=("organisation", "town")
        ),
        "c": entry(
            organisation="B Union", town="Wien", public=("organisation", "town")
        ),
        "d": entry(country="de", by="Bob Example", town="Ulm", public=("by",)),
        "e": entry(country="gb", kind="answer", result="none", by="C", public=("by",)),
    }

    assert make_figures(log).thanks == (
        Thanks("at", ("B Union, Wien",), ()),
        Thanks("de", (), ("Bob Example",)),
    )


@pytest.mark.parametrize(
    ("name", "text", "is_shown"),
    [
        ("Bo Li", "Bo Li handed over the letter.", False),
        ("李明", "李明交了信。", False),
        ("Ada Example", "Adas Brief wurde verlesen.", False),
        ("Анна Пример", "Письмо Анны прочли вслух.", False),
        ("A. Example", "A letter was handed over.", True),
        ("Mark Example", "They met in March.", True),
    ],
)
def test_a_public_text_hides_with_a_form_of_a_private_name(
    name: str, text: str, *, is_shown: bool
) -> None:
    """
    A short name or one with another ending is found, and an initial does not count.
    """
    told = entry(by=name, text=text, public=("text",)).shown("text")

    assert told == (text if is_shown else None)


def test_a_public_text_hides_with_a_private_name_in_it() -> None:
    """
    A text that may be published is not told if it has a name in it that may not.
    """
    log = {
        "a": entry(by="Ada Example", text="ADA EXAMPLE wrote.", public=("text",)),
        "b": entry("2011-05-02", by="Ada", text="In Canada.", public=("text",)),
        "d": entry(by="Ada Example", text="Ada's letter.", public=("text",)),
        "e": entry(town="Ulm", text="A call from Ulm.", public=("text",)),
        "c": entry("2011-05-01", by="Ada", text="Ada wrote.", public=("text", "by")),
    }
    told = make_figures(log).told

    assert [action.text for action in told] == ["Ada wrote.", "In Canada."]
