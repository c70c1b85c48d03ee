"""The dates of a case as a calendar in iCalendar, the format of RFC 5545."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from protestgen import __version__
from protestgen.campaign.case import Case

from .reminders import WAITS, Waiting

# The longest line in bytes, without its end.
_LINE = 75
# Day, key that stays the same in the next calendar, summary, description.
_Event = tuple[date, str, str, str]


def make_calendar(
    case: Case, waiting: Sequence[Waiting], now: datetime
) -> tuple[bytes, list[str]]:
    """
    Make the calendar of *case* with reminders of *waiting* letters, and notes on it.

    It is empty if there is no date. It has no names of senders.
    """
    notes = [
        f"the hearing of {hearing.date} is on no certain day, so it is left out"
        for hearing in case.hearings
        if not hearing.date.day
    ]
    events = [*_case_events(case), *_reminder_events(waiting)]
    if not events:
        return b"", notes
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//protestgen//protestgen {__version__}//EN",
    ]
    for day, key, summary, description in events:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{case.id}-{key}@protestgen.invalid",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(summary)}",
            f"DESCRIPTION:{_escaped(description)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return b"".join(map(_folded, lines)), notes


def _case_events(case: Case) -> Iterator[_Event]:
    if case.write_by and case.status == "open":
        summary = f"Last day for letters about {case.title}"
        hint = f"Write with: protestgen letter --case {case.id}"
        yield case.write_by.last_day, "write-by", summary, hint
    for number, hearing in enumerate(case.hearings, 1):
        if hearing.date.day:
            where = f" in {hearing.place}" if hearing.place else ""
            summary = f"Hearing{where}: {hearing.text}"
            about = f"It concerns {case.title}."
            yield hearing.date.first_day, f"hearing-{number}", summary, about


def _reminder_events(waiting: Sequence[Waiting]) -> Iterator[_Event]:
    """Yield a reminder for each day on which letters are due."""
    counts: Counter[tuple[date, int]] = Counter()
    for letter in waiting:
        for number, day in enumerate((letter.due, *letter.later), letter.number):
            counts[day, number] += letter.entry.count
    for (day, number), count in sorted(counts.items()):
        letters = f"{count} letter{'s' if count > 1 else ''}"
        ends = "After it, no more." if number == len(WAITS) else "One more follows it."
        yield (
            day,
            f"reminder-{day}-{number}",
            f"Reminder {number} of {len(WAITS)}: {letters} without an answer",
            f"Only if no answer has come: protestgen due lists them. {ends}",
        )


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """Return *line* in UTF-8, divided between characters as RFC 5545 (3.1) asks for."""
    parts = [b""]
    for character in line:
        encoded = character.encode()
        if len(parts[-1]) + len(encoded) > _LINE:
            parts.append(b" ")
        parts[-1] += encoded
    return b"".join(part + b"\r\n" for part in parts)
