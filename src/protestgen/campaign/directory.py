"""Addressees of letters: diplomatic missions, and offices."""

from typing import Literal, get_args

from msgspec import Struct

from protestgen.countries import country_in_sentence
from protestgen.errors import alternatives
from protestgen.schema.place import SourceMap
from protestgen.schema.types import CountryCode, Date, Email, Id, Line, Phone, Prose

MissionKind = Literal[
    "embassy",
    "consulate-general",
    "consulate",
    "permanent-mission",
    "branch",
    "representative-office",
    "interests-section",
]
MISSION_KINDS: tuple[str, ...] = get_args(MissionKind)

_ROLES = {
    "embassy": "ambassador",
    "consulate-general": "consul_general",
    "consulate": "consul",
    "permanent-mission": "permanent_representative",
    "branch": "office",
    "representative-office": "office",
    "interests-section": "office",
}
MISSION_ROLES = tuple(dict.fromkeys(_ROLES.values()))
Confidence = Literal["high", "medium", "low"]


class _Contact(Struct, frozen=True, kw_only=True, cache_hash=True):
    """
    The fields that missions and offices share.

    *address* is the printed lines without the country, empty if no source gives a
    street. *languages* are the codes of those that letters are read in, the preferred
    one first. *salutation* and *gender* are those of the head. *verified* is the date
    of the source, and *numbers_verified* that of the source of *phone* and *fax*, if it
    is known by itself. *confidence* is "high" for an official source or two others,
    "medium" for one, else "low". *note* is for editors of the data.
    """

    name: Line
    address: tuple[Line, ...] = ()
    phone: Phone | None = None
    fax: Phone | None = None
    email: Email | None = None
    website: Line | None = None
    languages: tuple[Id, ...] = ()
    salutation: Line | None = None
    gender: Literal["male", "female"] | None = None
    verified: Date | None = None
    numbers_verified: Date | None = None
    confidence: Confidence
    sources: tuple[Line, ...]
    note: Prose | None = None
    at: SourceMap

    def alternative_contacts(self, without: str) -> str:
        """Return advice on what to use instead of the field *without*."""
        known = {
            "email": self.email and f"e-mail ({self.email})",
            "address": self.address and "post ('--format pdf')",
            "fax": self.fax and f"fax ({self.fax}, '--format fax')",
            "phone": self.phone and f"telephone ({self.phone})",
            "website": self.website and f"its website ({self.website})",
        }
        ways = [way for field, way in known.items() if way and field != without]
        if not ways:
            return "choose another addressee with '--to'"
        return f"use {alternatives(ways)}"


class Mission(_Contact, frozen=True, kw_only=True):
    """
    An embassy, consulate or permanent mission of a *state* in a *host* country.

    *covers* are the other countries to which it is accredited. *located_in* is the
    country that it stands in, where that is not the host: embassies to the Holy See are
    in Italy. Without a known *city*, that is empty.
    """

    state: CountryCode
    host: CountryCode
    kind: MissionKind
    city: Line
    located_in: CountryCode | None = None
    covers: tuple[CountryCode, ...] = ()

    @property
    def country(self) -> str:
        """The country that the mission is in."""
        return self.located_in or self.host

    @property
    def role(self) -> str:
        """The key of the form of address of its head in `forms.yaml`."""
        return _ROLES[self.kind]

    @property
    def title(self) -> str | None:
        """The title of its head, where it differs from that of the role."""
        return None

    @property
    def label(self) -> str:
        """The name of the mission in a sentence: "embassy in London"."""
        where = self.city or country_in_sentence(self.host)
        return f"{self.kind.replace('-', ' ')} in {where}"


class Office(_Contact, frozen=True, kw_only=True):
    """
    An office or body other than a mission, such as the OSCE or a ministry.

    *role* is the key of a form of address in `forms.yaml`, and *title* that of the
    head, if letters are addressed to a person. An office with a *state* handles letters
    about that state only. One that *takes* a "form" on its website, or formal
    "applications" of those concerned, gets no letters. *advice* is for senders.
    """

    id: Id
    state: CountryCode | None = None
    role: Line
    takes: Literal["letters", "form", "applications"] = "letters"
    advice: Prose | None = None
    title: Line | None = None
    country: CountryCode
    city: Line | None = None

    @property
    def label(self) -> str:
        """The name of the office in a sentence."""
        return self.name

    def handles(self, state: str) -> bool:
        """Whether it deals with *state*."""
        return self.state in {None, state}

    @property
    def refusal(self) -> str | None:
        """Why it gets no letters, and what to do instead; None if it takes letters."""
        if self.takes == "letters":
            return None
        taken = {"form": "a form on its website", "applications": "formal applications"}
        where = self.website or "its website"
        return f"'{self.id}' takes {taken[self.takes]} only, no letters: use {where}"


Addressee = Mission | Office
