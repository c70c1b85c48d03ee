"""Cases: what happened, to whom, and the demands."""

from datetime import date
from typing import Literal

from msgspec import Struct

from protestgen.schema.place import SourceMap
from protestgen.schema.types import CountryCode, Date, Email, Id, Line, Phrase, Prose


class Incident(Struct, frozen=True, kw_only=True):
    """One event. *text* continues a sentence that begins with its date and place."""

    date: Date
    place: Line
    text: Prose
    sources: tuple[Line, ...]


class Demand(Struct, frozen=True, kw_only=True):
    """
    One demand. *text* continues "the authorities are called on to".

    An *optional* demand is made only where the sender chooses it. A demand *met* on a
    date is not made in later letters.
    """

    id: Id
    text: Line
    reason: Line
    optional: bool = False
    met: Date | None = None

    def is_met(self, on: date) -> bool:
        """Whether it was met before the day *on*."""
        return self.met is not None and on > self.met.last_day


class Hearing(Struct, frozen=True, kw_only=True):
    """A hearing before a court; *text* is its subject: "the appeal against a fine"."""

    date: Date
    place: Line | None = None
    text: Line


class SupportTo(Struct, frozen=True, kw_only=True):
    """The receiver of a message of support; the *bereaved* get condolences."""

    name: Line | None = None
    salutation: Line | None = None
    bereaved: bool = False
    address: tuple[Line, ...] = ()
    email: Email | None = None


class Case(Struct, frozen=True, kw_only=True):
    """
    A case of a campaign.

    *title* is a noun phrase ("the attack on ..."), and *title_in* the same in the
    grammatical cases that the templates of a language need ("accusative"). *write_to*
    and *copies_to* are kinds of mission and ids of offices; the first of *write_to* is
    the default addressee. *updated* is the date of the last news: for a closed case,
    the date when it was closed. *hearings* are for the calendar. *follows* is the id of
    an earlier case.
    """

    id: Id
    title: Line
    title_in: dict[Line, Line] = {}
    state: CountryCode
    people: tuple[Line, ...] = ()
    status: Literal["open", "closed"]
    opened: Date
    updated: Date
    write_by: Date | None = None
    hearings: tuple[Hearing, ...] = ()
    outcome: Prose | None = None
    follows: Id | None = None
    summary: Prose
    incidents: tuple[Incident, ...]
    demands: tuple[Demand, ...]
    write_to: tuple[Id, ...]
    copies_to: tuple[Id, ...] = ()
    support_to: SupportTo = SupportTo()
    avoid: tuple[Phrase, ...] = ()
    sources: tuple[Line, ...]
    at: SourceMap

    def is_archived(self, on: date) -> bool:
        """Whether the case was closed before the day *on*."""
        return self.status == "closed" and on > self.updated.last_day

    def default_demands(self, on: date) -> tuple[Demand, ...]:
        """Return the demands of a letter of the day *on* whose sender chooses none."""
        return tuple(
            demand
            for demand in self.demands
            if not demand.optional and not demand.is_met(on)
        )
