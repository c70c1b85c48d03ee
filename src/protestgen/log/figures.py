"""Figures of a log: how much was done where, when and how, and what came back."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from statistics import median
from typing import Literal

from msgspec import Struct

from protestgen.schema.types import PartialDate

from .entry import ANSWER, CHANNELS, NO_ANSWER, RESULTS, LogEntry

# What a row of figures can be grouped by.
Key = Literal["week", "country", "channel"]


class Row(Struct, frozen=True):
    """
    Actions or answers that have the same *week*, *country*, *channel* and *result*.

    *week* is the Monday of the week; where the day is not known, the month or year.
    Actions have no *result*. An answer has the channel of what it answers, or "" if
    that is not known.
    """

    week: str
    country: str
    channel: str
    result: str
    count: int
    people: int

    @property
    def is_action(self) -> bool:
        """Whether the row counts actions."""
        return not self.result

    @property
    def is_answer(self) -> bool:
        """Whether the row counts answers, and not mere acknowledgements."""
        return bool(self.result) and self.result not in NO_ANSWER


class Thanks(Struct, frozen=True):
    """Those in a *country* who agreed to be named, each "NAME" or "NAME, TOWN"."""

    country: str
    organisations: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


class PublicAction(Struct, frozen=True):
    """An entry whose text may be published; the other fields as far as they may."""

    date: PartialDate
    kind: str
    country: str
    town: str | None
    text: str


class Figures(Struct, frozen=True, kw_only=True):
    """
    The figures of a log.

    *days* are the times to an answer in days, the shortest first. *told* are the
    actions and answers that reports may tell, the earliest first.
    """

    rows: tuple[Row, ...] = ()
    days: tuple[int, ...] = ()
    thanks: tuple[Thanks, ...] = ()
    told: tuple[PublicAction, ...] = ()

    @property
    def actions(self) -> int:
        """How many actions there were: letters, calls and everything else."""
        return sum(row.count for row in self.rows if row.is_action)

    @property
    def answers(self) -> int:
        """How many answers came, not counting mere acknowledgements."""
        return sum(row.count for row in self.rows if row.is_answer)

    @property
    def countries(self) -> tuple[str, ...]:
        """The codes of the countries with actions."""
        found = (row.country for row in self.rows if row.is_action)
        return tuple(sorted(set(found)))

    @property
    def median_days(self) -> float | None:
        """The median time to an answer in days, if any is known."""
        return median(self.days) if self.days else None

    def by_channel(self) -> dict[str, int]:
        """Count the actions by channel, in the order of `CHANNELS`."""
        counts = self.count("channel")
        return {key: counts[key] for key in CHANNELS if counts[key]}

    def by_result(self) -> dict[str, int]:
        """Count the answers by result, in the order of `RESULTS`."""
        counts: Counter[str] = Counter()
        for row in self.rows:
            counts[row.result] += row.count
        return {key: counts[key] for key in RESULTS if counts[key]}

    @property
    def people(self) -> int:
        """How many took part, as far as that was counted."""
        return sum(row.people for row in self.rows)

    def count(self, key: Key, *, of_answers: bool = False) -> Counter[str]:
        """Count the actions by *key*, or the answers."""
        counts: Counter[str] = Counter()
        for row in self.rows:
            if row.is_answer if of_answers else row.is_action:
                counts[getattr(row, key)] += row.count
        return counts


def make_figures(entries: Mapping[str, LogEntry]) -> Figures:
    """Make the figures of *entries*, which are those of a case by their names."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    people: Counter[tuple[str, str, str, str]] = Counter()
    first_answers: dict[str, date] = {}
    for entry in entries.values():
        when = entry.date
        channel: str = entry.kind
        if channel == ANSWER:
            asked = entries.get(entry.answers or "")
            channel = asked.kind if asked and asked.kind != ANSWER else ""
            if asked and entry.answers and entry.result not in NO_ANSWER and when.day:
                known = first_answers.get(entry.answers, when.first_day)
                first_answers[entry.answers] = min(known, when.first_day)
        key = (_week(when), entry.country, channel, entry.result or "")
        counts[key] += entry.count
        people[key] += entry.people or 0
    days = (
        (came - entries[name].date.first_day).days
        for name, came in first_answers.items()
        if entries[name].date.day
    )
    return Figures(
        rows=tuple(Row(*key, counts[key], people[key]) for key in sorted(counts)),
        days=tuple(sorted(number for number in days if number >= 0)),
        thanks=tuple(_thanks(entries.values())),
        told=tuple(_told(entries)),
    )


@lru_cache(maxsize=1_000)
def _week(when: PartialDate) -> str:
    """Return the Monday of the week of *when*; for less than a day, *when* itself."""
    if not when.day:
        return str(when)
    day = when.first_day
    return (day - timedelta(days=day.weekday())).isoformat()


def _thanks(entries: Iterable[LogEntry]) -> Iterator[Thanks]:
    """Yield thanks to those in each country who did something, sorted by its code."""
    named: dict[str, tuple[set[str], set[str]]] = {}
    for entry in entries:
        if entry.kind == ANSWER:
            continue
        organisations, people = named.setdefault(entry.country, (set(), set()))
        town = entry.shown("town")
        for names, name in (
            (organisations, entry.shown("organisation")),
            (people, entry.shown("by")),
        ):
            if name:
                names.add(f"{name}, {town}" if town else name)
    for country in sorted(named):
        organisations, people = named[country]
        yield Thanks(country, tuple(sorted(organisations)), tuple(sorted(people)))


def _told(entries: Mapping[str, LogEntry]) -> list[PublicAction]:
    found = [
        PublicAction(entry.date, entry.kind, entry.country, entry.shown("town"), text)
        for _, entry in sorted(entries.items())
        if (text := entry.shown("text"))
    ]
    return sorted(found, key=lambda action: action.date)
