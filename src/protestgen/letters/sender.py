"""The sender of a letter."""

from pathlib import Path

from msgspec import Struct, to_builtins
from msgspec.structs import force_setattr

from protestgen.countries import country_code
from protestgen.schema.reader import read_yaml
from protestgen.schema.types import CountryCode, Email, Id, Line, Prose
from protestgen.schema.yaml_text import format_yaml


class Sender(Struct, frozen=True, kw_only=True):
    """
    The person who signs: from a profile, a roster or the command line.

    *address* holds the lines of the postal address without the country. *residence*
    names the place in a sentence ("Leeds, England"). Answers go to *reply_to*, by
    default to *email*. *organisation_of* is the organisation as a sentence names it
    after "on behalf of". *about* says who the sender is ("a nurse in Leeds"), and *why*
    is a text in their own words. *language* is the code of the language of their
    letters.
    """

    name: Line | None = None
    address: tuple[Line, ...] = ()
    city: Line | None = None
    country: CountryCode | None = None
    residence: Line | None = None
    email: Email | None = None
    reply_to: Email | None = None
    organisation: Line | None = None
    organisation_of: Line | None = None
    role: Line | None = None
    about: Line | None = None
    why: Prose | None = None
    language: Id | None = None
    cosigners: tuple[Line, ...] = ()
    omit_address: bool = False

    def __post_init__(self) -> None:
        """Accept only the code of a country, not its name."""
        if self.country is not None:
            force_setattr(self, "country", country_code(self.country))

    @property
    def place(self) -> str | None:
        """The place that the sender writes from, as a sentence names it."""
        return self.residence or self.city


def read_profile(path: Path) -> Sender:
    """Read a sender from the YAML file *path*."""
    return read_yaml(path, Sender)


def profile_text(sender: Sender) -> str:
    """The YAML text of a profile, without empty fields."""
    fields = {name: value for name, value in to_builtins(sender).items() if value}
    return format_yaml(fields)
