"""The mission or office that a letter goes to, and those that get a copy."""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from protestgen.campaign.directory import MISSION_KINDS, Addressee, Mission, Office
from protestgen.countries import country_code, country_in_sentence, country_name
from protestgen.errors import AddresseeError, ChoiceError, UnknownNameError

from .world import with_lower, world_missions

# How many offices a message offers.
_OFFERED = 3


class Directory(Struct, frozen=True):
    """
    The *missions* and *offices* of a campaign.

    The missions that come with the program are below them.
    """

    missions: tuple[Mission, ...]
    offices: dict[str, Office]

    def of_state(self, state: str) -> tuple[Mission, ...]:
        """Return the missions of *state*; the file of no other state is read."""
        return with_lower(self.own(state), world_missions(state))

    def own(self, state: str) -> tuple[Mission, ...]:
        """Return the missions of *state* in the campaign's own files."""
        return tuple(m for m in self.missions if m.state == state)

    def choose(
        self,
        *,
        state: str,
        country: str | None,
        to: str | None,
        write_to: Sequence[str],
    ) -> tuple[Addressee, str | None]:
        """
        Return the addressee of a letter about *state* from *country*, and a note.

        *to* is a kind of mission, a city, both, or the id of an office; the default is
        the first of *write_to*. The note is about a mission outside *country*, else
        None. Raises `ChoiceError` where nobody or more than one mission fits.
        """
        wanted = (to or "").strip().casefold() or write_to[0]
        office = self.offices.get(wanted)
        if office and office.handles(state):
            if office.refusal:
                raise ChoiceError(office.refusal, field="to")
            return office, None
        if country is None:
            raise ChoiceError(
                "no country: add '--country' with the one that you live in",
                field="country",
            )
        among = _Missions(self, state, country_code(country), write_to)
        if wanted == "embassy":
            return among.embassy(exact=bool(to))
        return among.by_name(wanted)

    def values_of_to(
        self, state: str, countries: Iterable[str]
    ) -> Iterator[tuple[str, str]]:
        """
        Yield the missions for *countries* and the offices that deal with *state*.

        Each is a value of `--to` that means it alone, with its name.
        """
        for country in countries:
            among = _Missions(self, state, country, ())
            for mission in (*among.local, *among.covering):
                yield among.option(mission), mission.label
        for id_, office in self.offices_for(state).items():
            yield id_, office.name

    def names(self, state: str, country: str) -> set[str]:
        """
        Return the names that the log may have for who gets a letter about *state*.

        A sender in *country* may give them as `--to`.
        """
        values = (value for value, _ in self.values_of_to(state, [country]))
        offices = (id_ for id_, office in self.offices.items() if office.handles(state))
        return {*MISSION_KINDS, *offices, *values}

    def offices_for(self, state: str) -> dict[str, Office]:
        """Return the offices that get letters about *state*, by their ids."""
        return {
            id_: office
            for id_, office in self.offices.items()
            if office.handles(state) and not office.refusal
        }

    def copies(
        self,
        state: str,
        country: str | None,
        copies_to: Sequence[str],
        addressee: Addressee,
    ) -> tuple[list[Addressee], list[str]]:
        """
        Return the other receivers of a letter to *addressee*, and notes.

        A note is about one of *copies_to* for which there is no single addressee.
        """
        found: list[Addressee] = []
        notes: list[str] = []
        for to in copies_to:
            try:
                copy, _ = self.choose(
                    state=state, country=country, to=None, write_to=(to,)
                )
            except ChoiceError:
                office = self.offices.get(to)
                unknown = "there is none in your country, or more than one"
                reason = (office and office.refusal) or unknown
                notes.append(f"no copy to '{to}' is named: {reason}")
                continue
            if copy != addressee and copy not in found:
                found.append(copy)
        return found, notes

    def added_copies(
        self, state: str, country: str | None, names: Iterable[str]
    ) -> Iterator[Addressee]:
        """Yield the receiver of each copy that a sender adds, as `choose` finds it."""
        for name in names:
            try:
                copy, _ = self.choose(
                    state=state, country=country, to=name, write_to=(name,)
                )
            except ChoiceError as error:
                if error.field == "to":
                    error.field = "copy"
                raise
            yield copy


class _Missions:
    """The missions of a *state* for a sender who lives in *country*."""

    def __init__(
        self, directory: Directory, state: str, country: str, write_to: Sequence[str]
    ) -> None:
        self.state = state
        self.country = country
        self.all = directory.of_state(state)
        self.local = [m for m in self.all if m.host == country]
        self.covering = [
            m for m in self.all if country in m.covers and m.kind == "embassy"
        ]
        offices = directory.offices_for(state)
        self.offices = list(offices)
        chosen = [id_ for id_ in write_to if id_ in offices]
        near = [id_ for id_, office in offices.items() if office.country == country]
        self.offered = (near or chosen or self.offices)[:_OFFERED]

    def embassy(self, *, exact: bool) -> tuple[Mission, str | None]:
        """Return the embassy for the country; unless *exact*, else another mission."""
        for mission in self.local:
            if mission.kind == "embassy":
                return mission, None
        if self.covering:
            mission = self.covering[0]
            served = f"{country_name(self.country)} is served by the {_at(mission)}"
            return mission, served + self._alternatives(self.local)
        if self.local and not exact:
            mission, none = self.local[0], self._none("embassy")
            note = f"{none}: this letter is to the {mission.label}"
            return mission, note + self._alternatives(self.local[1:])
        raise self._nobody("embassy")

    def _alternatives(self, missions: Iterable[Mission]) -> str:
        named = [f"; '--to {self.option(m)}' is the {m.label}" for m in missions]
        return "".join(named[:_OFFERED])

    def by_name(self, wanted: str) -> tuple[Mission, str | None]:
        """Return the mission whose kind, city or both are *wanted*."""
        if found := _matches(wanted, self.local):
            note = None
        else:
            found = [m for m in _matches(wanted, self.all) if _names_one(wanted, m)]
            note = "".join(f"this letter is to the {_at(mission)}" for mission in found)
        if len(found) == 1:
            return found[0], note
        if found:
            problem = f"may mean {len(found)} missions"
            options = map(self.option, found)
            raise AddresseeError(problem, options, wanted=wanted)
        if wanted in MISSION_KINDS:
            raise self._nobody(wanted)
        near = map(self.option, self.local)
        known = [*near, *self.offices, *MISSION_KINDS]
        see = "protestgen embassies"
        raise UnknownNameError("addressee", wanted, known, see=see, field="to")

    def option(self, mission: Mission) -> str:
        """Return the value of `--to` that means *mission* only."""
        alike = [other for other in self.all if other.city == mission.city]
        is_unique = mission.city and len(alike) == 1
        name = mission.city if is_unique else f"{mission.kind} {mission.city}"
        return "-".join(re.findall(r"\w+", name.casefold()))

    def _none(self, kind: str) -> str:
        state = country_in_sentence(self.state)
        where = country_in_sentence(self.country)
        return f"no {kind.replace('-', ' ')} of {state} is known in {where}"

    def _nobody(self, kind: str) -> AddresseeError:
        """Make the error for want of a mission of this *kind*."""
        if near := self.local or self.covering:
            return AddresseeError(self._none(kind), map(self.option, near))
        if self.state == self.country:
            problem = "a state has no embassy in its own country"
            return AddresseeError(problem, self.offered)
        problem = f"{self._none('mission')}, and none that covers it"
        rest = ", or another country (see 'protestgen embassies')"
        return AddresseeError(problem, self.offered, rest=rest)


def _matches(wanted: str, missions: Iterable[Mission]) -> list[Mission]:
    """Return the missions named by all words of *wanted*, or the exact matches only."""
    words = _words(wanted)
    found = [m for m in missions if words and words <= _words(f"{m.kind} {m.city}")]
    exact = [m for m in found if words in (_words(m.kind), _words(m.city))]
    return exact or found


def _names_one(wanted: str, mission: Mission) -> bool:
    """Whether *wanted* names *mission* clearly enough to choose it from abroad."""
    return bool(_words(wanted) & _words(mission.city)) or wanted == "permanent-mission"


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _at(mission: Mission) -> str:
    """Return the name of a mission in a sentence, with its country."""
    host = country_name(mission.host)
    if mission.city in {"", host}:
        return mission.label
    return f"{mission.label} ({host})"
