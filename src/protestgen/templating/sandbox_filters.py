"""Jinja's filters and tests, metered and without access to objects."""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any

from jinja2 import Environment, pass_environment, pass_eval_context
from jinja2.filters import FILTERS, ignore_case, make_attrgetter
from jinja2.nodes import EvalContext
from jinja2.tests import TESTS
from markupsafe import Markup, escape

from .metering import (
    ForbiddenOperationError,
    charge,
    charge_for_value,
    printable,
    text_of,
    without_slot,
)

_TEXT_FILTERS = ("capitalize", "lower", "title", "upper")
_METERED_FILTERS = (
    "list",
    "map",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
)
_CHEAP_FILTERS = ("default", "first", "last", "length")
_METERED_TESTS = ("eq", "ge", "gt", "in", "le", "lt", "ne")
_CHEAP_TESTS = ("defined", "none", "number", "string", "undefined")


def _cheap(function: Any) -> Callable[..., Any]:
    """A filter or test that costs no steps and accepts no slot."""

    @wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            without_slot(value)
        return function(*args, **kwargs)

    return checked


def _metered(function: Any) -> Callable[..., Any]:
    """A filter or test that is charged for its arguments and its result."""

    @wraps(function)
    def metered(*args: Any, **kwargs: Any) -> Any:
        charge_for_value(args)
        charge_for_value(kwargs)
        result = function(*args, **kwargs)
        return charge_for_value(
            list(result) if isinstance(result, Iterator) else result
        )

    return metered


def _of_text(function: Callable[[str], str]) -> Callable[[object], str]:
    """A filter that accepts only texts, and is charged for its result."""

    @wraps(function)
    def checked(value: object) -> str:
        return charge_for_value(function(text_of(value)))

    return checked


def _trim(value: object, characters: str | None = None) -> str:
    """Remove spaces, or *characters*, from both ends of a text."""
    text = text_of(value)
    if characters is None:
        return text.strip()
    charge(len(text) * len(text_of(characters)))
    return text.strip(text_of(characters))


@pass_environment
def _sort(
    environment: Environment, value: Iterable[Any], *args: Any, **kwargs: Any
) -> list[Any]:
    """Sort a list, charged for about as many comparisons as that takes."""
    items = list(value)
    for _ in range(len(items).bit_length()):
        charge_for_value(items)
    ordered: list[Any] = FILTERS["sort"](environment, items, *args, **kwargs)
    return ordered


@pass_environment
def _unique(
    environment: Environment,
    value: Iterable[Any],
    case_sensitive: bool = False,  # noqa: FBT001, FBT002 - as in Jinja
    attribute: str | int | None = None,
) -> list[Any]:
    """The first of all equal items."""
    fold = None if case_sensitive else ignore_case
    key_of = make_attrgetter(environment, attribute, postprocess=fold)
    found: dict[object, Any] = {}
    for item in value:
        key = key_of(item)
        if isinstance(key, (list, tuple)):  # many can have the same hash
            raise ForbiddenOperationError(
                "lists cannot be compared here: name an attribute"
            )
        found.setdefault(key, item)
    return list(found.values())


@pass_eval_context
def _join(context: EvalContext, value: Iterable[object], between: str = "") -> str:
    """Join the texts of a list."""
    parts = [printable(part) for part in value]
    charge(len(parts) * (1 + len(text_of(between))))
    joined: str = FILTERS["join"](context, parts, between)
    return joined


def _replace(text: object, old: object, new: object) -> str:
    """Replace *old* by *new* in a text."""
    text, old, new = (printable(part) for part in (text, old, new))
    if isinstance(text, Markup):
        old, new = escape(old), escape(new)
    charge(str(text).count(str(old)) * len(str(new)))
    replaced = str(text).replace(str(old), str(new))
    return Markup(replaced) if isinstance(text, Markup) else replaced  # noqa: S704 - as it was


def _safe(text: object) -> Markup:
    """Mark a text as part of the template, which is not escaped."""
    return Markup(printable(text))  # noqa: S704 - what the filter is for


SANDBOX_FILTERS: dict[str, Callable[..., Any]] = {
    **{name: _cheap(FILTERS[name]) for name in _CHEAP_FILTERS},
    **{name: _metered(FILTERS[name]) for name in _METERED_FILTERS},
    **{name: _of_text(FILTERS[name]) for name in _TEXT_FILTERS},
    "join": _join,
    "replace": _replace,
    "safe": _safe,
    "sort": _metered(_sort),
    "trim": _trim,
    "unique": _metered(_unique),
}
SANDBOX_TESTS: dict[str, Callable[..., Any]] = {
    **{name: _cheap(TESTS[name]) for name in _CHEAP_TESTS},
    **{name: _metered(TESTS[name]) for name in _METERED_TESTS},
}
