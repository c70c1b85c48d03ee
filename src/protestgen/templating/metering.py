"""
What a template costs: the steps of a letter, and the compiler that writes them in.

A template costs the length of its code, and so does each body in it (of a loop, macro,
block, branch) whenever it runs; what is done with a text or a list costs its length as
well, before it is done.
"""

import datetime as dt
from collections.abc import Iterable
from os import urandom
from threading import local
from typing import NoReturn, TypeVar

from jinja2 import Undefined
from jinja2.runtime import Macro
from msgspec import Struct

# A letter of one page takes about 40,000.
MAX_STEPS = 3_000_000

_KINDS: tuple[tuple[type, str], ...] = (
    (str, "a text"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (tuple, "a list"),
    (Macro, "a macro"),
)

T = TypeVar("T")


class StepBudget(local):
    """What is left of the steps of a letter, and the templates that it is made of."""

    steps = MAX_STEPS
    templates: set[str] = set()  # noqa: RUF012 - a new one for each letter


budget = StepBudget()


class StepLimitError(Exception):
    """A letter takes more steps than it has."""

    def __init__(self) -> None:
        super().__init__(
            "this is too much work for a letter: "
            "look for a loop without end or a text that grows and grows"
        )


class ForbiddenOperationError(Exception):
    """Something that a template may not do."""


class SlotUsedError(Exception):
    """A template does more with a slot than to test it for truth and to print it."""


class Slot:
    """Stands for words that a template may test for truth and print, and no more."""

    __slots__ = ()

    def _refuse(self, *_: object) -> NoReturn:
        raise SlotUsedError

    __eq__ = __hash__ = __repr__ = __str__ = __format__ = _refuse


SLOT = Slot()
# What a slot prints, until the words are put in its place: no template can know it.
SLOT_MARK = f"\x03{urandom(16).hex()}\x03"


def join_output(parts: Iterable[str]) -> str:
    """Return the output of a body as a text, in which no template may find a slot."""
    text = "".join(parts)
    if SLOT_MARK in text:
        raise SlotUsedError
    return text


def without_slot(value: T) -> T:
    """Return *value*, which is to be looked into, if it is no slot."""
    if isinstance(value, Slot):
        raise SlotUsedError
    return value


def charge(steps: int) -> bool:
    """Take *steps* from those that the letter has."""
    budget.steps -= steps
    if budget.steps < 0:
        raise StepLimitError
    return True


def charge_for_value(value: T) -> T:
    """Return *value*, for as many steps as it is long with all that is in it."""
    if isinstance(value, str):
        charge(len(value))
    elif isinstance(value, (list, tuple)):
        charge(len(value))
        for item in value:
            charge_for_value(item)
    elif isinstance(value, dict):
        for entry in value.items():
            charge_for_value(entry)
    elif isinstance(value, Struct):  # they are compared and hashed by their fields
        for field in value.__struct_fields__:
            charge_for_value(getattr(value, field))
    return without_slot(value)


def printable(value: object) -> object:
    """Return *value*, which is to be part of a text, if it is a text or a number."""
    if isinstance(value, str):
        charge(len(value))
    elif isinstance(value, Macro):
        raise ForbiddenOperationError(
            f"'{value.name}' is a macro: write '{value.name}()'"
        )
    elif isinstance(value, Undefined):
        return str(value)
    elif not isinstance(value, (int, float, dt.date)) or isinstance(value, bool):
        raise ForbiddenOperationError(
            f"{kind(value)} cannot be printed: print a text of it"
        )
    return value


def text_of(value: object) -> str:
    """Return *value* as a text, if it is a text or a number."""
    value = printable(value)
    return value if isinstance(value, str) else str(value)


def kind(value: object) -> str:
    """Return what to call *value* in a message."""
    if value is None or isinstance(value, bool):
        return f"'{value}'"
    if isinstance(value, Struct):
        name = type(value).__name__.lower()
        return f"{'an' if name[0] in 'aeio' else 'a'} {name}"
    return next((name for type_, name in _KINDS if isinstance(value, type_)), "this")
