"""The figures of a batch, and who is told how it goes."""

from collections import Counter
from typing import Protocol

from msgspec import Struct, field

from protestgen.errors import Location

from .file_store import FileStatus
from .roster_row import FieldError


class AggregatedNote(Struct, kw_only=True):
    """What is to be known of so many single *letters*, the first *at* a place."""

    at: Location
    text: str
    letters: int = 0


class BatchStats(Struct, kw_only=True):
    """
    The figures of a batch so far.

    *statuses* counts the files of the *letters* by what became of them. *failed* counts
    rows, or letters of one sender; *duplicate* counts letters. *stale* counts orphaned
    files, *removed* those of them that are gone. *is_whole* is False if the run stopped
    early. *notes* are counted by their text, *remarks* by their kind.
    """

    rows: int = 0
    letters: int = 0
    statuses: Counter[FileStatus] = field(default_factory=Counter)
    failed: int = 0
    duplicate: int = 0
    size: int = 0
    stale: int = 0
    removed: int = 0
    is_whole: bool = True
    countries: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    remarks: dict[str, AggregatedNote] = {}


class Reporter(Protocol):
    """Who is told how a batch goes, in the order of the roster."""

    def failed(self, at: Location, fault: FieldError) -> None:
        """Tell that the row or letter *at* a place failed."""

    def noted(self, note: str) -> None:
        """Tell what in the roster is not used."""

    def duplicate(self, at: Location, first: int, *, is_certain: bool) -> None:
        """
        Tell that the row *at* a place repeats the one in the line *first*.

        It *is_certain* by an address; a name and a city may be those of two people.
        """

    def edited(self, file: str, *, is_stale: bool) -> None:
        """Tell that a *file* that somebody has edited is left as it is."""

    def stale(self, file: str, *, is_certain: bool) -> None:
        """Tell that a *file* of an earlier run belongs to no row any more."""

    def progress(self, tally: BatchStats) -> None:
        """Tell how far it is."""
