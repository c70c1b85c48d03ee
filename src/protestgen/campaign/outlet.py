"""Media outlets: where press releases go."""

from msgspec import Struct

from protestgen.schema.place import SourceMap
from protestgen.schema.types import CountryCode, Date, Email, Id, Line, Phone, Prose

from .directory import Confidence


class Outlet(Struct, frozen=True, kw_only=True):
    """
    A newspaper, station, agency or site, with the address of its newsroom.

    *languages* are the codes of those that releases are read in. *verified*,
    *confidence*, *sources* and *note* are as for an addressee of letters.
    """

    id: Id
    name: Line
    country: CountryCode
    languages: tuple[Id, ...]
    email: Email | None = None
    phone: Phone | None = None
    website: Line | None = None
    verified: Date | None = None
    confidence: Confidence
    sources: tuple[Line, ...]
    note: Prose | None = None
    at: SourceMap
