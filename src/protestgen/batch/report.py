"""The figures of a batch, and who is told how it goes."""

from collections import Counter
from typing import Protocol

from msgspec import Struct, field

from protestgen.errors import Location

from .file_store import Fate
from .roster_row import Fault


class Remark(Struct, kw_only=True):
    """What is to be known of so many single *letters*, the first *at* a place."""

    at: Location
    text: str
    letters: int = 0


class Tally(Struct, kw_only=True):
    """
    What has become of a batch so far.

    *fates* tell what became of the files of the *letters*. *failed* counts rows, or the
    letters of one sender, *doubled* letters. *stale* files belong to no row any more,
    and *removed* ones did so. A batch that was ended early *is_whole* not. *notes* are
    counted, *remarks* go by their words, whatever the numbers in them.
    """

    rows: int = 0
    letters: int = 0
    fates: Counter[Fate] = field(default_factory=Counter)
    failed: int = 0
    doubled: int = 0
    size: int = 0
    stale: int = 0
    removed: int = 0
    is_whole: bool = True
    countries: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    remarks: dict[str, Remark] = {}


class Reporter(Protocol):
    """Who is told how a batch goes, in the order of the roster."""

    def failed(self, at: Location, fault: Fault) -> None:
        """Tell that the row or letter *at* a place failed."""

    def noted(self, note: str) -> None:
        """Tell what in the roster is not used."""

    def doubled(self, at: Location, first: int, *, is_sure: bool) -> None:
        """
        Tell that the row *at* a place repeats the one in the line *first*.

        It *is_sure* by an address; a name and a city may be those of two people.
        """

    def edited(self, file: str, *, is_stale: bool) -> None:
        """Tell that a *file* that somebody has edited is left as it is."""

    def stale(self, file: str, *, is_sure: bool) -> None:
        """Tell that a *file* of an earlier run belongs to no row any more."""

    def progress(self, tally: Tally) -> None:
        """Tell how far it is."""
