"""The filters of this program for templates, besides Jinja's own."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from protestgen.campaign.case import Person
from protestgen.countries import country_name
from protestgen.country_names import COUNTRY_CODES
from protestgen.errors import quoted
from protestgen.language.language import Language
from protestgen.schema.types import PartialDate

from .blocks import INSERTION_MARK, LINE_START
from .metering import SLOT_MARK, Slot, charge, printable, text_of

# Greek and Russian letters.
_INFLECTED = re.compile(r"[\u0370-\u052f]")
# Letters have most texts in common; long ones would take much memory.
_SHORT = 1_000


def _sentence(value: object) -> str:
    """The text with a capital letter at its beginning."""
    text = text_of(value)
    return text[:1].upper() + text[1:]


def _names(text: object, people: Sequence[Person]) -> bool:
    """Whether *text* has the family name of one of *people*, in any form."""
    said = text_of(text)
    return any(re.search(_family_name(person.name), said) for person in people)


def _family_name(name: str) -> str:
    """The pattern of a family name: in Greek and Russian its end varies."""
    family = name.rpartition(" ")[2]
    if _INFLECTED.search(family):
        return rf"\b{re.escape(family[: max(4, len(family) - 2)])}\w{{0,3}}\b"
    return rf"\b{re.escape(family)}s?\b"


def _month(when: PartialDate) -> PartialDate:
    """The month of the date *when*."""
    return PartialDate(when.year, when.month)


@pass_context
def _date(context: Context, when: PartialDate) -> str:
    return _language(context).date(when)


@pass_context
def _when(context: Context, when: PartialDate) -> str:
    return _language(context).when(when)


@pass_context
def _country(context: Context, code: str) -> str:
    text = text_of(code)
    if text not in COUNTRY_CODES:
        raise ValueError(
            f"there is no country {quoted(text)}: use the codes of the data"
        )
    return country_name(text, _language(context).code)


def _language(context: Context) -> Language:
    language = context["language"]
    assert isinstance(language, Language)  # noqa: S101 - set by `render`
    return language


LETTER_FILTERS: dict[str, Callable[..., object]] = {
    "country": _country,
    "date": _date,
    "month": _month,
    "names": _names,
    "sentence": _sentence,
    "when": _when,
}


def insert(value: object) -> object:
    """
    Mark each line of a *value* that a template prints; markup is its own and stays.

    An empty value is a mark alone, as a blank line would end the paragraph.
    """
    if isinstance(value, Markup):
        charge(len(value))
        return value or Markup(INSERTION_MARK)  # noqa: S704 - a constant
    if isinstance(value, Slot):
        return Markup(SLOT_MARK)  # noqa: S704 - a constant
    if isinstance(value, str):
        charge(len(value))
        return _marked_short(value) if len(value) < _SHORT else _marked(value)
    return printable(value)


def _marked(text: str) -> Markup:
    return escape(LINE_START.sub(INSERTION_MARK, text))


_marked_short = lru_cache(maxsize=500)(_marked)
