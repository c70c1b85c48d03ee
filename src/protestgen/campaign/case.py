"""What happened, to whom, and what is demanded about it."""

from datetime import date
from typing import Literal

from msgspec import Struct

from protestgen.schema.place import SourceMap
from protestgen.schema.types import CountryCode, Date, Email, Id, Line, Phrase, Prose


class Incident(Struct, frozen=True, kw_only=True):
    """One thing that happened. *text* goes on from the date and place before it."""

    date: Date
    place: Line
    text: Prose
    sources: tuple[Line, ...]


class Demand(Struct, frozen=True, kw_only=True):
    """
    One thing asked for. *text* goes on from "the authorities are called on to".

    An *optional* demand is only made when the sender chooses it; one that was *met* is
    not made in letters of a later date.
    """

    id: Id
    text: Line
    reason: Line
    optional: bool = False
    met: Date | None = None

    def is_met(self, on: date) -> bool:
        """Tell whether it was met before the day *on*."""
        return self.met is not None and on > self.met.last_day


class SupportTo(Struct, frozen=True, kw_only=True):
    """Who a message of support goes to, and where; the *bereaved* get condolences."""

    name: Line | None = None
    salutation: Line | None = None
    bereaved: bool = False
    address: tuple[Line, ...] = ()
    email: Email | None = None


class Case(Struct, frozen=True, kw_only=True):
    """
    A case of a campaign.

    *title* is a noun phrase ("the attack on ..."); *title_in* has it in the grammatical
    cases that the templates of a language ask for ("accusative"). *write_to* and
    *copies_to* name kinds of mission and ids of offices; the first to write to is the
    default. *updated* is the date of the last news, which for a closed case is when it
    was closed.
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
        """Tell whether the case is over on the day *on*."""
        return self.status == "closed" and on > self.updated.last_day

    def default_demands(self, on: date) -> tuple[Demand, ...]:
        """Return the demands of a letter of the day *on*, unless others are chosen."""
        return tuple(
            demand
            for demand in self.demands
            if not demand.optional and not demand.is_met(on)
        )
