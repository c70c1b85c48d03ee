"""The filters that templates of letters use beside Jinja's own."""

from collections.abc import Callable

from jinja2 import (
    pass_context,
)
from jinja2.runtime import Context
from markupsafe import Markup, escape

from protestgen.countries import country_name
from protestgen.country_names import COUNTRY_CODES
from protestgen.errors import quoted
from protestgen.language.language import Language
from protestgen.schema.types import PartialDate
from protestgen.templating.blocks import _INSERTED, _LINE_START

from .metering import SLOT_MARK, Slot, charge, printable, text_of


def _sentence(value: object) -> str:
    """Return a text as the beginning of a sentence."""
    text = text_of(value)
    return text[:1].upper() + text[1:]


def _month(when: PartialDate) -> PartialDate:
    """Return *when* without its day."""
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


_FILTERS: dict[str, Callable[..., object]] = {
    "country": _country,
    "date": _date,
    "month": _month,
    "sentence": _sentence,
    "when": _when,
}


def _insert(value: object) -> object:
    """
    Mark what a template inserts; what it has built of its own passes.

    A mark stands for an empty value too, so that its line is not a blank one, which
    would end the paragraph.
    """
    if isinstance(value, Markup):
        charge(len(value))
        return value or Markup(_INSERTED)  # noqa: S704 - a constant
    if isinstance(value, Slot):
        return Markup(SLOT_MARK)  # noqa: S704 - a constant
    if isinstance(value, str):
        charge(len(value))
        marked = _LINE_START.sub(_INSERTED, value)
        return Markup(escape(marked))  # noqa: S704 - escaped on the same line
    return printable(value)
