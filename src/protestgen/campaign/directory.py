"""Who letters go to: missions abroad and offices; which of them serves a country."""

from typing import Literal, get_args

from msgspec import Struct

from protestgen.schema.place import SourceMap
from protestgen.schema.types import CountryCode, Date, Email, Id, Line, Phone, Prose

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
MISSION_ROLES = tuple(_ROLES.values())


class _Contact(Struct, frozen=True, kw_only=True, cache_hash=True):
    """
    What missions and offices have in common.

    *address* holds the lines as printed, without the country; it is empty where no
    source gives a street. *languages* are those that letters are read in, the preferred
    one first; *gender* is that of who heads it, where it is known. *verified* is when
    the source said so; *note* is for editors of the data.
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
    confidence: Literal["high", "medium", "low"]
    sources: tuple[Line, ...]
    note: Prose | None = None
    at: SourceMap

    def alternative_contacts(self, without: str) -> str:
        """Return what to use instead of the field *without*, which there is none of."""
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
        *first, last = map(str, ways)
        return f"use {', '.join(first)} or {last}" if first else f"use {last}"


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
    *state* is the one that it belongs to; letters to other states are not for it.
    """

    id: Id
    state: CountryCode | None = None
    role: Line
    title: Line | None = None
    country: CountryCode
    city: Line | None = None

    @property
    def label(self) -> str:
        """What to call it in a sentence."""
        return self.name

    def handles(self, state: str) -> bool:
        """Tell whether letters about *state* may go to it."""
        return self.state in {None, state}


Addressee = Mission | Office
