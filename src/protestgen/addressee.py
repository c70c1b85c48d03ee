"""Who letters go to: missions abroad and offices; which of them serves a country."""

from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

from .country import country_name
from .errors import ChoiceError, UnknownNameError
from .values import CountryCode, Date, Email, Id, Line, Phone, Prose
from .yamlfile import Place

MissionKind = Literal[
    "embassy", "consulate-general", "consulate", "permanent-mission", "branch"
]
MISSION_KINDS: tuple[str, ...] = get_args(MissionKind)

_ROLES = {
    "embassy": "ambassador",
    "consulate-general": "consul_general",
    "consulate": "consul",
    "permanent-mission": "permanent_representative",
    "branch": "office",
}


class _Contact(Struct, frozen=True, kw_only=True):
    """
    What missions and offices have in common.

    *address* holds the lines as printed, without the country; it is empty where no
    source gives a street. *verified* is when the source said so; *note* is for editors
    of the data.
    """

    name: Line
    address: tuple[Line, ...] = ()
    phone: Phone | None = None
    fax: Phone | None = None
    email: Email | None = None
    website: Line | None = None
    languages: tuple[Id, ...] = ()
    salutation: Line | None = None
    verified: Date | None = None
    confidence: Literal["high", "medium", "low"]
    sources: tuple[Line, ...]
    note: Prose | None = None
    at: Place


class Mission(_Contact, frozen=True, kw_only=True):
    """
    An embassy, consulate or permanent mission of a *state* in a *host* country.

    *covers* lists other countries to which it is accredited.
    """

    state: CountryCode
    host: CountryCode
    kind: MissionKind
    city: Line
    covers: tuple[CountryCode, ...] = ()

    @property
    def country(self) -> str:
        """The country that the mission stands in."""
        return self.host

    @property
    def role(self) -> str:
        """The key of its form of address in `forms.yaml`."""
        return _ROLES[self.kind]

    @property
    def title(self) -> str | None:
        """The title of who heads it, where it differs from that of the role."""
        return None

    @property
    def label(self) -> str:
        """What to call it in a sentence: "embassy in London"."""
        return f"{self.kind.replace('-', ' ')} in {self.city}"


class Office(_Contact, frozen=True, kw_only=True):
    """
    An office or body that is no mission, such as the OSCE or a ministry.

    *title* is that of the person who heads it, where letters are addressed to them.
    """

    id: Id
    role: Line
    title: Line | None = None
    country: CountryCode
    city: Line | None = None

    @property
    def label(self) -> str:
        """What to call it in a sentence."""
        return self.name


Addressee = Mission | Office


class Directory(Struct, frozen=True):
    """The missions and offices of a campaign."""

    missions: tuple[Mission, ...]
    offices: dict[str, Office]

    def choose(
        self,
        *,
        state: str,
        country: str | None,
        to: str | None,
        write_to: Sequence[str],
    ) -> tuple[Addressee, str | None]:
        """
        Return the addressee for a letter to *state* from *country*, and a note on it.

        *to* is a kind of mission, a city, both, or the id of an office; without it the
        first of *write_to* decides. The note says when it is not the embassy in
        *country* itself.
        """
        wanted = to or write_to[0]
        if wanted in self.offices:
            return self.offices[wanted], None
        if country is None:
            raise ChoiceError(
                "no country: add '--country' with the one that you live in"
            )
        if to is None or to == "embassy":
            return self._embassy_for(state, country, exact=to is not None)
        return self._mission_called(to, state, country), None

    def copies(
        self,
        state: str,
        country: str | None,
        copies_to: Sequence[str],
        addressee: Addressee,
    ) -> list[Addressee]:
        """Return who gets a copy of a letter to *addressee* from *country*."""
        found: list[Addressee] = []
        for goal in copies_to:
            try:
                copy, _ = self.choose(
                    state=state, country=country, to=goal, write_to=copies_to
                )
            except ChoiceError:
                continue  # no such mission in this country: there is no copy to send
            if copy != addressee:
                found.append(copy)
        return found

    def _embassy_for(
        self, state: str, country: str, *, exact: bool
    ) -> tuple[Mission, str | None]:
        missions = [mission for mission in self.missions if mission.state == state]
        local = [mission for mission in missions if mission.host == country]
        for mission in local:
            if mission.kind == "embassy":
                return mission, None
        for mission in missions:
            if country in mission.covers and mission.kind == "embassy":
                served = f"{country_name(country)} is served by the {mission.label}"
                nearer = "".join(f"; '--to {m.kind}' is the {m.label}" for m in local)
                return mission, f"{served} ({country_name(mission.host)}){nearer}"
        if local and not exact:
            missing = f"no embassy of {country_name(state)} is known in "
            return local[0], (
                f"{missing}{country_name(country)}: "
                f"this letter is to the {local[0].label}"
            )
        raise ChoiceError(self._nobody(state, country, local))

    def _mission_called(self, to: str, state: str, country: str) -> Mission:
        local = [m for m in self.missions if m.state == state and m.host == country]
        words = set(to.casefold().replace("-", " ").split())
        found = [mission for mission in local if words <= _words(mission)]
        exact = [mission for mission in found if mission.kind == to]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if found:
            choices = " or ".join(f"'--to {_option(m, found)}'" for m in found)
            raise ChoiceError(
                f"{country_name(country)} has {len(found)} missions that '--to {to}' "
                f"may mean: choose {choices}"
            )
        if to in MISSION_KINDS and not local:
            raise ChoiceError(self._nobody(state, country, local))
        options = [_option(mission, local) for mission in local]
        raise UnknownNameError(
            "addressee",
            to,
            [*options, *self.offices],
            see="protestgen embassies",
        )

    def _nobody(self, state: str, country: str, local: Sequence[Mission]) -> str:
        where = country_name(country)
        if local:
            choices = " or ".join(f"'--to {_option(m, local)}'" for m in local)
            missing = f"no embassy of {country_name(state)} is known in {where}"
            return f"{missing}: add {choices}"
        near = [
            id_ for id_, office in self.offices.items() if office.country == country
        ]
        offices = " or ".join(f"'--to {id_}'" for id_ in near or self.offices)
        return (
            f"no mission of {country_name(state)} is known in {where}, and none that "
            f"covers it: choose an office with {offices}, or another country "
            f"(see 'protestgen embassies')"
        )


def _words(mission: Mission) -> set[str]:
    """Return the words by which a mission may be asked for."""
    words = f"{mission.kind} {mission.city}".casefold().replace("-", " ").split()
    return set(words)


def _option(mission: Mission, among: Sequence[Mission]) -> str:
    """Return the value of `--to` that means *mission* only."""
    city = mission.city.casefold().replace(" ", "-")
    alike = [other for other in among if other.city == mission.city]
    return city if len(alike) == 1 else f"{mission.kind}-{city}"
