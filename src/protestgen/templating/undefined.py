"""What an unknown name in a template stands for."""

from functools import partial

from jinja2 import (
    StrictUndefined,
    UndefinedError,
)
from jinja2.utils import missing

from .metering import without_slot


class UndefinedNameError(UndefinedError):
    """A name that there is not: of the object *obj*, or among the variables."""

    def __init__(self, name: object, obj: object, message: str) -> None:
        self.name = name
        self.obj = obj
        super().__init__(message)


class _Unknown(StrictUndefined):
    """What an unknown name stands for: whatever is done with it is an error."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: object = missing,
        name: str | None = None,
        _exc: object = None,
    ) -> None:
        error = partial(UndefinedNameError, None if hint else name, obj)
        super().__init__(hint, without_slot(obj), name, error)  # type: ignore[arg-type]
