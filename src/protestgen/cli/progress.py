"""What a person sees of a batch: failures, a bar on a terminal, and what came of it."""

import re
import sys
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from protestgen.batch.report import BatchStats
from protestgen.batch.roster_row import FieldError
from protestgen.countries import country_name
from protestgen.errors import Location
from protestgen.letters.notes import HarmNote

from .console import show_error, show_note
from .context import wants_traceback

if TYPE_CHECKING:
    from rich.progress import Progress

# So often, in seconds, the bar is drawn anew.
_INTERVAL = 0.1
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
# So many rows with the same problem are shown: where a table has all of them, or none.
_SHOWN, _SHOWN_ALONE = 5, 200
# So many problems are told apart.
_MOST_PROBLEMS = 1_000


class _Problem(Struct):
    """A problem of many rows, as it was in the *first* of them, and in how many."""

    first: str
    rows: int = 0


class ProgressReporter:
    """
    Shows how a batch goes.

    *position* tells how far its roster was read, of *total* bytes where that is known.
    A *unit* is what fails; where it *has_table* of them all, the first ones are shown.
    """

    def __init__(
        self,
        position: Callable[[], int],
        total: int | None,
        unit: str = "row",
        *,
        has_table: bool = True,
    ) -> None:
        self._position = position
        self._total = total
        self._unit = unit
        self._most = _SHOWN if has_table else _SHOWN_ALONE
        self._start = monotonic()
        self._drawn = 0.0
        self._problems: dict[str, _Problem] = {}
        self._bar = _bar() if sys.stderr and sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
            self._row = self._bar.add_task(
                "", total=self._total, letters=0, failed=0, rate=0
            )
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar:
            self._bar.stop()

    def failed(self, at: Location, fault: FieldError) -> None:
        """Show why the row *at* a place failed, if not many did so for the same."""
        shown = f"{at}: {fault}"
        if fault.traceback and wants_traceback():
            raise RuntimeError(f"{shown}\n{fault.traceback}")
        # Values and numbers do not make it another problem.
        kind = re.sub(r"'.*'|\d+", "", str(fault), flags=re.DOTALL)
        if len(self._problems) >= _MOST_PROBLEMS:
            kind = kind if kind in self._problems else ""
        problem = self._problems.setdefault(kind, _Problem(shown))
        problem.rows += 1
        if problem.rows <= self._most:
            self._clear()
            show_error(shown)

    def tell_more(self) -> None:
        """Show how many more rows failed than were shown."""
        for problem in self._problems.values():
            if problem.rows > self._most:
                show_error(f"{problem.rows - self._most:,} more like {problem.first}")

    def noted(self, note: str) -> None:
        """Show a *note* on what in the roster is not used."""
        self._clear()
        show_note(note)

    def duplicate(self, at: Location, first: int, *, is_certain: bool) -> None:
        """Show that the row *at* a place repeats the one in the line *first*."""
        self._clear()
        hint = "if these are two people, give each an e-mail or an address"
        more = "" if is_certain else f"; {hint}"
        show_note(f"{at}: the letter of line {first} again: only that is written{more}")

    def edited(self, file: str, *, is_stale: bool) -> None:
        """Show that a *file* that somebody has edited is left as it is."""
        self._clear()
        hint = "if nobody needs it" if is_stale else "to have it written anew"
        reason = "edited since it was written: it is left as it is"
        show_note(f"{file} was {reason}; remove it {hint}")

    def stale(self, file: str, *, is_certain: bool) -> None:
        """Show that a *file* belongs to no row."""
        hint = ": '--prune' removes it" if is_certain else ", or to one that failed"
        show_note(f"{file} belongs to no row any more{hint}")

    def _clear(self) -> None:
        """Take the bar away from the line that it is on; it is drawn anew below."""
        if self._bar:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def progress(self, tally: BatchStats) -> None:
        """Draw the bar anew, if it is time."""
        if self._bar and monotonic() - self._drawn > _INTERVAL:
            self._drawn = monotonic()
            self._bar.update(
                self._row,
                completed=self._position(),
                letters=tally.letters,
                failed=tally.failed,
                rate=tally.letters / (monotonic() - self._start),
                refresh=True,
            )

    def sum_up(self, tally: BatchStats, where: str, *, by_country: bool) -> None:
        """Show what has come of the batch; *where* its letters are."""
        for note, letters in tally.notes.items():
            show_note(note if letters == 1 else f"{note} ({letters:,} letters)")
        for remark in tally.remarks.values():
            others = _count(remark.letters - 1, "letter")
            more = f" (and in {others} more)" if remark.letters > 1 else ""
            always = isinstance(remark.text, HarmNote)
            show_note(f"{remark.at}: {remark.text}{more}", always=always)
        seconds = monotonic() - self._start
        parts = [f"{_count(tally.letters, 'letter')}{where}{_fates(tally)}"]
        parts += [
            f"{_count(number, one, many)} {what}"
            for number, one, many, what in (
                (tally.failed, self._unit, f"{self._unit}s", "failed"),
                (tally.duplicate, "letter", "letters", "asked for twice"),
                (tally.stale, "file", "files", "of no row any more"),
                (tally.removed, "file", "files", "removed"),
            )
            if number
        ]
        parts.append(f"{_size(tally.size)} in {seconds:.1f} s")
        show_note("; ".join(parts))
        if by_country or self._bar:
            named = (
                f"{country_name(code) if code else 'no country'} {letters:,}"
                for code, letters in tally.countries.most_common()
            )
            show_note(f"by country: {', '.join(named)}")


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        BarColumn(),
        TextColumn("{task.fields[letters]:,} letters"),
        TextColumn("{task.fields[failed]:,} failed"),
        TextColumn("{task.fields[rate]:,.0f} a second"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        # What is written between two bars is to reach the terminal as it is.
        redirect_stdout=False,
        redirect_stderr=False,
        auto_refresh=False,
        transient=True,
    )


def _fates(tally: BatchStats) -> str:
    """Return how many files are of which kind, unless all of them are new."""
    statuses = tally.statuses
    if statuses.total() == statuses["new"]:
        return ""
    counts = (
        (statuses["new"], "new"),
        (statuses["changed"], "changed"),
        (statuses["as before"], "as before"),
        (statuses["edited"], "left as edited"),
    )
    return f" ({', '.join(f'{number:,} {kind}' for number, kind in counts if number)})"


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def _size(size: float) -> str:
    unit = 0
    while size >= 1_000:
        size, unit = size / 1_000, unit + 1
    return f"{size:.1f} {_UNITS[unit]}" if unit else f"{size:.0f} {_UNITS[0]}"
