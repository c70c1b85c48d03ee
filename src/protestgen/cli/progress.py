"""Progress of a batch for a person: failures, a bar on a terminal, a summary."""

import sys
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from protestgen.batch.report import BatchStats, Reporter
from protestgen.batch.roster_row import FieldError
from protestgen.countries import country_name
from protestgen.errors import Location, quoted
from protestgen.letters.notes import HarmNote
from protestgen.letters.sender import Sender

from .console import show_error, show_note
from .context import wants_traceback

if TYPE_CHECKING:
    from rich.progress import Progress

# Seconds between two updates of the bar.
_INTERVAL_S = 0.1
# Rows of each kind of problem to show: if a table lists all of them, or if none does.
_SHOWN, _SHOWN_WITHOUT_TABLE = 5, 200
# Kinds of problem to count.
_MAX_KINDS = 1_000


class _Problem(Struct):
    """A kind of problem: its *first* message, and the number of rows that have it."""

    first: str
    rows: int = 0


class ProgressReporter(Reporter):
    """
    Shows the progress of a batch.

    *position* counts the bytes read of the roster, *total* all of them, if known. A
    *unit* is what may fail. Few failures are shown if the batch *has_table* of them.
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
        self._most = _SHOWN if has_table else _SHOWN_WITHOUT_TABLE
        self._start = monotonic()
        self._drawn = 0.0
        self._problems: dict[tuple[str, str], _Problem] = {}
        self._bar = _bar() if sys.stderr and sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
            self._row = self._bar.add_task(
                "", total=self._total, letters=_count(0, "letter"), failed=0, rate=0
            )
        return self

    def __exit__(self, *_error: object) -> None:
        if self._bar:
            self._bar.stop()

    def failed(self, at: Location, fault: FieldError) -> None:
        """Show why the row *at* a place failed, unless many did for the same reason."""
        shown = f"{at}: {fault}"
        if fault.traceback and wants_traceback():
            raise RuntimeError(f"{shown}\n{fault.traceback}")
        kind = (fault.field, fault.kind or fault.reason)
        if len(self._problems) >= _MAX_KINDS and kind not in self._problems:
            kind = ("", "")
        problem = self._problems.setdefault(kind, _Problem(shown))
        problem.rows += 1
        if problem.rows <= self._most:
            self._clear()
            show_error(shown)

    def show_hidden_failures(self) -> None:
        """Show how many failures of each kind were not shown."""
        for problem in self._problems.values():
            if problem.rows > self._most:
                show_error(f"{problem.rows - self._most:,} more like {problem.first}")

    def noted(self, note: str) -> None:
        """Show a *note* on unused data in the roster."""
        self._clear()
        show_note(note)

    def duplicate(self, at: Location, first: int, sender: Sender) -> None:
        """
        Show that *sender*, *at* a place, is also the one in the line *first*.

        Without an address, they may be two people with the same name and city.
        """
        self._clear()
        is_certain = sender.email or sender.address
        hint = "if these are two people, give each an e-mail or an address"
        more = "" if is_certain else f"; {hint}"
        name = quoted(sender.name or "")
        show_note(f"{at}: {name} is a duplicate of line {first}, skipped{more}")

    def edited(self, file: str, *, is_orphaned: bool) -> None:
        """Show that a *file* is kept because somebody edited it."""
        self._clear()
        hint = "if nobody needs it" if is_orphaned else "to have it written again"
        show_note(f"{file} was edited after it was written, and kept: remove it {hint}")

    def orphaned(self, file: str, *, is_certain: bool) -> None:
        """Show that a *file* is orphaned: its row is no longer in the roster."""
        hint = "'--prune' removes it" if is_certain else "or its row failed"
        show_note(f"{file} is orphaned{': ' if is_certain else ', '}{hint}")

    def _clear(self) -> None:
        """Clear the line of the bar, which is drawn again below."""
        if self._bar:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()

    def progress(self, tally: BatchStats) -> None:
        """Update the bar, if it is time."""
        if self._bar and monotonic() - self._drawn > _INTERVAL_S:
            self._drawn = monotonic()
            self._bar.update(
                self._row,
                completed=self._position(),
                letters=_count(tally.letters, "letter"),
                failed=tally.failed,
                rate=tally.letters / (monotonic() - self._start),
                refresh=True,
            )

    def sum_up(self, tally: BatchStats, where: str, *, by_country: bool) -> None:
        """Show the result of the batch, and *where* its letters are."""
        from rich.filesize import decimal

        for note, letters in tally.notes.items():
            show_note(note if letters == 1 else f"{note} ({letters:,} letters)")
        for remark in tally.remarks.values():
            others = _count(remark.letters - 1, "letter")
            more = f" (and in {others} more)" if remark.letters > 1 else ""
            always = isinstance(remark.text, HarmNote)
            show_note(f"{remark.at}: {remark.text}{more}", always=always)
        seconds = monotonic() - self._start
        parts = [f"{_count(tally.letters, 'letter')}{where}{_statuses(tally)}"]
        parts += [
            f"{_count(number, noun)} {what}".rstrip()
            for number, noun, what in (
                (tally.failed, self._unit, "failed"),
                (tally.duplicate, "duplicate", "skipped"),
                (tally.orphaned, "orphaned file", ""),
                (tally.removed, "file", "removed"),
            )
            if number
        ]
        parts.append(f"{decimal(tally.size)} in {seconds:.1f} s")
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
        TextColumn("{task.fields[letters]}"),
        TextColumn("{task.fields[failed]:,} failed"),
        TextColumn("{task.fields[rate]:,.0f} a second"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        # Errors and notes go to the terminal as they are.
        redirect_stdout=False,
        redirect_stderr=False,
        auto_refresh=False,
        transient=True,
    )


def _statuses(tally: BatchStats) -> str:
    """Count the files by their status, unless all are new."""
    statuses = tally.statuses
    if statuses.total() == statuses["new"]:
        return ""
    counts = (
        (statuses["new"], "new"),
        (statuses["changed"], "changed"),
        (statuses["as before"], "unchanged"),
        (statuses["edited"], "edited and kept"),
    )
    return f" ({', '.join(f'{number:,} {kind}' for number, kind in counts if number)})"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
