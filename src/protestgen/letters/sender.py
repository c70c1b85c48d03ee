"""Who signs a letter."""

from pathlib import Path

from msgspec import Struct, to_builtins
from msgspec.structs import force_setattr

from protestgen.countries import country_code
from protestgen.schema.reader import read_yaml
from protestgen.schema.types import CountryCode, Email, Id, Line, Prose
from protestgen.schema.yaml_text import format_yaml


class Sender(Struct, frozen=True, kw_only=True):
    """
    The person who signs, as typed once into a profile, a roster or on the command line.

    *address* is the lines of the postal address without the country; *residence* is how
    the place is named in a sentence ("Leeds, England"); *reply_to* is where answers
    go, if not to *email*; *why* is their own words, *language* that of their letters.
    """

    name: Line | None = None
    address: tuple[Line, ...] = ()
    city: Line | None = None
    country: CountryCode | None = None
    residence: Line | None = None
    email: Email | None = None
    reply_to: Email | None = None
    organisation: Line | None = None
    role: Line | None = None
    why: Prose | None = None
    language: Id | None = None
    cosigners: tuple[Line, ...] = ()
    omit_address: bool = False

    def __post_init__(self) -> None:
        """Refuse the name of a country in place of its code."""
        if self.country is not None:
            force_setattr(self, "country", country_code(self.country))

    @property
    def place(self) -> str | None:
        """Where they write from, as a sentence names it."""
        return self.residence or self.city


def read_profile(path: Path) -> Sender:
    """Read the profile of a sender from the YAML file *path*."""
    return read_yaml(path, Sender)


def profile_text(sender: Sender) -> str:
    """Return *sender* as the text of a profile; empty fields are left out."""
    fields = {name: value for name, value in to_builtins(sender).items() if value}
    return format_yaml(fields)
