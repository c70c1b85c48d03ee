"""Cases: what happened, to whom, and the demands."""

from datetime import date
from typing import Annotated, Any, Literal, Self, cast

from msgspec import Struct
from msgspec.structs import replace

from protestgen.schema.place import SourceMap
from protestgen.schema.types import (
    CountryCode,
    Date,
    Email,
    Id,
    Line,
    Phrase,
    Prose,
    parse_line,
)

Gender = Literal["female", "male", "other"]
# What an addressee can do: a mission passes a letter on, an authority acts, and a body
# raises the case.
Relation = Literal["mission", "authority", "body"]


class PersonEntry(Struct, frozen=True, kw_only=True):
    """
    A person of a case, as a group of keys.

    *short* is the name after the first naming ("Mr Ex"). *about* says what they are ("a
    lawyer"). The *gender* is given only where it is known.
    """

    name: Line
    short: Line | None = None
    gender: Gender | None = None
    about: Line | None = None


class Person(str):
    """The name of a person, with what else is known of them; see `PersonEntry`."""

    __slots__ = ("about", "gender", "short")

    short: str
    gender: str
    about: str

    def __new__(
        cls, name: str, short: str = "", gender: str = "", about: str = ""
    ) -> Self:
        """Make the person; *short* is the whole name if it is empty."""
        person = super().__new__(cls, name)
        person.short, person.gender, person.about = short or name, gender, about
        return person

    @property
    def name(self) -> str:
        """The whole name."""
        return str(self)

    @property
    def entry(self) -> PersonEntry:
        """The person as an entry of a file."""
        return PersonEntry(
            name=self.name,
            short=self.short if self.short != self.name else None,
            gender=cast("Gender | None", self.gender or None),
            about=self.about or None,
        )

    @classmethod
    def parse(cls, entry: str | PersonEntry) -> "Person":
        """Read a name, or a `PersonEntry`."""
        if isinstance(entry, str):
            return cls(parse_line(entry))
        return cls(entry.name, entry.short or "", entry.gender or "", entry.about or "")

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.short, self.gender, self.about)


PersonLine = Annotated[Person, Person.parse, PersonEntry]


class Incident(Struct, frozen=True, kw_only=True):
    """One event. *text* continues a sentence that begins with its date and place."""

    date: Date
    place: Line
    text: Prose
    sources: tuple[Line, ...]


class Demand(Struct, frozen=True, kw_only=True):
    """
    One demand. *text* continues "the authorities are called on to".

    *request* is the form for an addressee who can act, where that differs. *question*
    asks, as a whole sentence, whether the demand was met: letters about the past have
    it. An *optional* demand is made only where the sender chooses it. A demand *met* on
    a date is not made in later letters. Letters make it by default to those whose
    relation is in *to*, if that is not empty. *rights* are ids of `rights.yaml`.
    """

    id: Id
    text: Line
    request: Line | None = None
    reason: Line
    question: Line | None = None
    optional: bool = False
    met: Date | None = None
    to: tuple[Relation, ...] = ()
    rights: tuple[Id, ...] = ()

    def is_met(self, on: date) -> bool:
        """Whether it was met before the day *on*."""
        return self.met is not None and on > self.met.last_day


class Hearing(Struct, frozen=True, kw_only=True):
    """A hearing before a court; *text* is its subject: "the appeal against a fine"."""

    date: Date
    place: Line | None = None
    text: Line


class SupportTo(Struct, frozen=True, kw_only=True):
    """
    The receiver of a message of support.

    The *bereaved* get condolences. A *neutral* message says nothing of the case.
    """

    name: Line | None = None
    salutation: Line | None = None
    bereaved: bool = False
    neutral: bool = False
    address: tuple[Line, ...] = ()
    email: Email | None = None


class Quotation(Struct, frozen=True, kw_only=True):
    """Words for the press, *by* a person who said or wrote them on a *date*."""

    text: Prose
    by: Line
    date: Date
    source: Line


class WayEntry(Struct, frozen=True, kw_only=True):
    """A `Way` as it is written: one name, or a list."""

    to: Id | tuple[Id, ...]
    copy: Id | tuple[Id, ...] = ()
    ask: Id | tuple[Id, ...] = ()


class Way(Struct, frozen=True):
    """
    A way to act: a letter *to* each of some addressees, with a *copy* to others.

    They are kinds of mission and ids of offices. *ask* are the ids of the demands that
    these letters make, by default those of all letters.
    """

    to: tuple[str, ...]
    copy: tuple[str, ...] = ()
    ask: tuple[str, ...] = ()

    @classmethod
    def of(cls, entry: str | WayEntry) -> Self:
        """Make the way of an *entry* of `write_to`, which may be a name alone."""
        if isinstance(entry, str):
            return cls((entry,))
        return cls(*map(_listed, (entry.to, entry.copy, entry.ask)))


def _listed(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


class Case(Struct, frozen=True, kw_only=True):
    """
    A case of a campaign.

    *title* is a noun phrase ("the attack on ..."), and *title_in* the same in the
    grammatical cases that the templates of a language need ("accusative"). *topic* is a
    short one ("the case of Ada Ex"), and *subject* the whole subject of a letter.
    *write_to* are the ways to act, the usual one first, and *copies_to* those who get a
    copy of every letter. *updated* is the date of the last news: for a closed case, the
    date when it was closed. What has gone on *since* a date has not ended. *hearings*
    are for the calendar. *follows* is the id of an earlier case.

    After *write_by*, letters `ask` still, without that date, or `stop`: *after* says
    which. *report_to* is where answers to letters go. Without *rights*, letters name no
    right.
    """

    id: Id
    title: Line
    title_in: dict[Line, Line] = {}
    topic: Line | None = None
    subject: Line | None = None
    state: CountryCode
    people: tuple[PersonLine, ...] = ()
    status: Literal["open", "closed"]
    opened: Date
    since: Date | None = None
    updated: Date
    write_by: Date | None = None
    after: Literal["ask", "stop"] = "ask"
    hearings: tuple[Hearing, ...] = ()
    report_to: Line | None = None
    outcome: Prose | None = None
    follows: Id | None = None
    summary: Prose
    incidents: tuple[Incident, ...]
    demands: tuple[Demand, ...]
    write_to: tuple[Id | WayEntry, ...]
    copies_to: tuple[Id, ...] = ()
    support_to: SupportTo = SupportTo()
    quotation: Quotation | None = None
    avoid: tuple[Phrase, ...] = ()
    rights: bool = True
    sources: tuple[Line, ...]
    at: SourceMap

    def is_late(self, on: date) -> bool:
        """Whether the day *on* is after the last one on which letters were to come."""
        return self.write_by is not None and on > self.write_by.last_day

    def status_on(self, on: date) -> Literal["open", "closed", "expired"]:
        """The status on the day *on*: an open case expires after *write_by*."""
        if self.status == "open" and self.is_late(on):
            return "expired"
        return self.status

    def is_stopped(self, on: date) -> bool:
        """Whether no letters are wanted any more on the day *on*."""
        return self.after == "stop" and self.is_late(on)

    def is_over(self, on: date) -> bool:
        """Whether no letters are asked for any more on the day *on*."""
        is_ended = self.is_archived(on) or self.is_stopped(on)
        return is_ended or not self.default_demands(on)

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways to act, the usual one first."""
        return tuple(map(Way.of, self.write_to))

    def for_way(self, way: Way) -> Self:
        """Return this case with the demands that letters of *way* make, if it says."""
        if not way.ask:
            return self
        by_id = {demand.id: demand for demand in self.demands}
        asked = (replace(by_id[id_], optional=False, to=()) for id_ in way.ask)
        return replace(self, demands=tuple(asked))

    def is_archived(self, on: date) -> bool:
        """Whether the case was closed before the day *on*."""
        return self.status == "closed" and on > self.updated.last_day

    def default_demands(
        self, on: date, relation: Relation | None = None
    ) -> tuple[Demand, ...]:
        """
        Return the demands of a letter of the day *on* whose sender chooses none.

        With a *relation*, only those that are meant for such an addressee.
        """
        return tuple(
            demand
            for demand in self.demands
            if not demand.optional
            and not demand.is_met(on)
            and (relation is None or not demand.to or relation in demand.to)
        )
