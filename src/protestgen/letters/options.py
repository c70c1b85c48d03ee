"""The choices for a letter."""

from msgspec import Struct

from protestgen.schema.types import PartialDate

from .letter import DEFAULT_STYLE


class LetterOptions(Struct, frozen=True, kw_only=True):
    """
    A sender's choices for a letter.

    *country* is where the sender lives. *to* names an addressee; by default it is the
    first of the case, or the one at the index *nth* of those of its first way. *copy*
    names others who get a copy. *languages* are codes, by default the sender's language
    or English. *demands* are ids in the order wanted. *first_letter* is the date of the
    letter that a reminder is about. With *fallback*, a letter is in English if a
    language lacks something for it.
    """

    country: str | None = None
    to: str | None = None
    nth: int | None = None
    copy: tuple[str, ...] = ()
    style: str = DEFAULT_STYLE
    languages: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    first_letter: PartialDate | None = None
    fallback: bool = False
