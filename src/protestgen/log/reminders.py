"""Reminders: which letters of the log wait for an answer, and until when."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from msgspec import Struct

from .entry import WRITTEN, LogEntry

# A letter without an answer is reminded of after so many days, each counted from the
# letter or reminder before it; after the last one, no more.
WAITS = (14, 7)


class Waiting(Struct, frozen=True, kw_only=True):
    """
    A letter of the log that waits for an answer.

    *number* is that of its next reminder, counted from 1; it is *due* on a day.
    """

    case: str
    name: str
    entry: LogEntry
    number: int
    due: date

    @property
    def later(self) -> tuple[date, ...]:
        """The days of the reminders after the next one, if no answer comes."""
        days = [self.due]
        for wait in WAITS[self.number :]:
            days.append(days[-1] + timedelta(days=wait))
        return tuple(days[1:])


def waiting_letters(case: str, entries: Mapping[str, LogEntry]) -> list[Waiting]:
    """
    Return the letters among the *entries* of a case that wait, by the day of reminder.

    Any answer ends the wait, also one that says no answer will come. An acknowledgement
    does not, but the wait begins anew with it.
    """
    last: dict[str, date] = {}
    reminders: Counter[str] = Counter()
    ended: set[str] = set()
    for entry in entries.values():
        about = entry.reminds or entry.answers
        if not about:
            continue
        if entry.answers and entry.result != "acknowledgement":
            ended.add(about)
        day = entry.date.last_day
        last[about] = max(last.get(about, day), day)
        reminders[about] += bool(entry.reminds)
    found = [
        _waiting(case, name, entry, last.get(name), reminders[name])
        for name, entry in entries.items()
        if entry.kind in WRITTEN and not entry.reminds and name not in ended
        if reminders[name] < len(WAITS)
    ]
    return sorted(found, key=lambda letter: (letter.due, letter.name))


def _waiting(
    case: str, name: str, entry: LogEntry, last: date | None, reminders: int
) -> Waiting:
    since = max(entry.date.last_day, last or entry.date.last_day)
    return Waiting(
        case=case,
        name=name,
        entry=entry,
        number=reminders + 1,
        due=since + timedelta(days=WAITS[reminders]),
    )
