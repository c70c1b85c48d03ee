"""The figures of a batch, and the base class of its progress reports."""

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from protestgen.errors import Location
from protestgen.letters.notes import kind_of_note
from protestgen.letters.sender import Sender

from .file_store import FileStatus
from .roster_row import FieldError

# Different notes that are kept.
_MOST_NOTES = 1_000


class AggregatedNote(Struct, kw_only=True):
    """A note on single *letters*, counted; the first of them is *at* a place."""

    at: Location
    text: str
    letters: int = 0


class BatchStats(Struct, kw_only=True):
    """
    The figures of a batch so far.

    *statuses* counts the files of the *letters* by what the run did to them. *failed*
    counts rows, or letters of one sender; *duplicate* counts letters. *orphaned* counts
    orphaned files that stay, *removed* those that were removed. *is_whole* is False if
    the run stopped early. *new* counts first letters that were not there before, by
    case, country, the addressee asked for and the one in the manifest. *notes* has the
    number of letters for each text, *remarks* for each kind.
    """

    rows: int = 0
    letters: int = 0
    statuses: Counter[FileStatus] = field(default_factory=Counter)
    failed: int = 0
    duplicate: int = 0
    size: int = 0
    orphaned: int = 0
    removed: int = 0
    is_whole: bool = True
    countries: Counter[str] = field(default_factory=Counter)
    new: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    remarks: dict[str, AggregatedNote] = {}

    def add_notes(self, notes: Mapping[str, int]) -> None:
        """Add *notes*, each with its number of letters."""
        for note, count in notes.items():
            if note in self.notes or len(self.notes) < _MOST_NOTES:
                self.notes[note] += count

    def add_remarks(self, texts: Sequence[str], at: Location) -> None:
        """Add the remarks on one letter, *at* a place; those of a kind count once."""
        kinds = {kind_of_note(text): text for text in reversed(texts)}
        for kind, text in kinds.items():
            if kind in self.remarks or len(self.remarks) < _MOST_NOTES:
                new = AggregatedNote(at=at, text=text)
                self.remarks.setdefault(kind, new).letters += 1


class Reporter:
    """Takes reports of a batch, in the order of the roster; ignores them by default."""

    def failed(self, at: Location, fault: FieldError) -> None:
        """Report that the row or letter *at* a place failed."""

    def noted(self, note: str) -> None:
        """Report a part of the roster that is not used."""

    def duplicate(self, at: Location, first: int, sender: Sender) -> None:
        """Report that *sender*, *at* a place, is also the one in the line *first*."""

    def edited(self, file: str, *, is_orphaned: bool) -> None:
        """Report that a *file* that somebody has edited is left as it is."""

    def orphaned(self, file: str, *, is_certain: bool) -> None:
        """Report that a *file* of an earlier run is orphaned: no row asks for it."""

    def progress(self, tally: BatchStats) -> None:
        """Report the figures so far."""
