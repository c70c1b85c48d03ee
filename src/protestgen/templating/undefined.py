"""Unknown names in templates."""

from functools import partial

from jinja2 import StrictUndefined, UndefinedError
from jinja2.utils import missing

from .metering import without_slot


class UndefinedNameError(UndefinedError):
    """An unknown *name*: an attribute or item of *obj*, or a variable."""

    def __init__(self, name: object, obj: object, message: str) -> None:
        self.name = name
        self.obj = obj
        super().__init__(message)


class UndefinedName(StrictUndefined):
    """The value of an unknown name: every operation on it is an error."""

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
