"""
Counting the steps that a letter takes.

A template costs the length of its code, and so does each body in it (of a loop, macro,
block, branch) each time it runs. An operation on a text or a list costs its length as
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

from protestgen.errors import TemplateError

# A letter of one page takes about 40,000.
MAX_STEPS = 3_000_000
# The letters of a check have these steps together, beyond so many that each may have.
SHARED_STEPS_PER_LETTER = 200_000
MAX_SHARED_STEPS = 150_000_000

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
    """The steps that a letter has left, and the templates that it is made of."""

    steps = MAX_STEPS
    templates: set[str] = set()  # noqa: RUF012 - a new one for each letter


budget = StepBudget()


class SharedSteps:
    """The steps that many letters have left together, as those of a check."""

    def __init__(self) -> None:
        self.left = MAX_SHARED_STEPS

    def check(self) -> None:
        """Raise `SharedStepLimitError` if no steps are left."""
        if self.left < 0:
            raise SharedStepLimitError

    def take(self, steps: int) -> None:
        """Take the *steps* of one letter, beyond those that each may have."""
        self.left -= max(0, steps - SHARED_STEPS_PER_LETTER)


class SharedStepLimitError(TemplateError):
    """Many letters take more steps than they have together."""

    def __init__(self) -> None:
        super().__init__(
            "the letters take too much work together, so the others are not written: "
            "look for long loops in the templates"
        )


class StepLimitError(Exception):
    """A letter takes more steps than it has."""

    def __init__(self) -> None:
        super().__init__(
            "this is too much work for a letter: "
            "look for a loop without end or a text that grows and grows"
        )


class ForbiddenOperationError(Exception):
    """An operation that templates may not use."""


class SlotUsedError(Exception):
    """A template does more with a slot than test it for truth and print it."""


class Slot:
    """A placeholder for text that a template may only test for truth and print."""

    __slots__ = ()

    def _refuse(self, *_: object) -> NoReturn:
        raise SlotUsedError

    __eq__ = __hash__ = __repr__ = __str__ = __format__ = _refuse


SLOT = Slot()
# A slot prints this, which the text replaces later; no template can guess it.
SLOT_MARK = f"\x03{urandom(16).hex()}\x03"


def join_output(parts: Iterable[str]) -> str:
    """Join the output of a body to a text, which may hold no slot."""
    text = "".join(parts)
    if SLOT_MARK in text:
        raise SlotUsedError
    return text


def without_slot(value: T) -> T:
    """The *value*; raise `SlotUsedError` if it is a slot."""
    if isinstance(value, Slot):
        raise SlotUsedError
    return value


def charge(steps: int) -> bool:
    """Take *steps* from the letter's budget."""
    budget.steps -= steps
    if budget.steps < 0:
        raise StepLimitError
    return True


def charge_for_value(value: T) -> T:
    """The *value*, after a charge for its length with everything in it."""
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
    """The *value* if it may be part of a text: a text, a number or a date."""
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
    """The *value* as a text, if it is `printable`."""
    value = printable(value)
    return value if isinstance(value, str) else str(value)


def kind(value: object) -> str:
    """The name for a *value* of this kind in a message."""
    if value is None or isinstance(value, bool):
        return f"'{value}'"
    if isinstance(value, Struct):
        name = type(value).__name__.lower()
        return f"{'an' if name[0] in 'aeio' else 'a'} {name}"
    return next((name for type_, name in _KINDS if isinstance(value, type_)), "this")
