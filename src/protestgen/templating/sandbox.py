"""
The sandbox of templates: what they may reach, and how much work they may make.

A template is a stranger's. It reads the data of the letter and calls the filters, tests
and macros that there are: no method, no file, nothing of Python. Whatever it does costs
steps, and a letter has so many of them and no more, however fast the machine is.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from jinja2 import (
    BaseLoader,
    DictLoader,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    nodes,
)
from jinja2.environment import TemplateModule
from jinja2.filters import FILTERS
from jinja2.runtime import (
    BlockReference,
    Context,
    LoopContext,
    Macro,
    TemplateReference,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import Namespace
from msgspec import Struct

from protestgen.errors import Location, TemplateError, nearest
from protestgen.schema.types import PartialDate
from protestgen.templating.probes import _PROBE_STEPS, _PROBES
from protestgen.templating.sandbox_filters import (
    _CHEAP_FILTERS,
    _CHEAP_TESTS,
    _FILTERS,
    _ITEM,
    _TESTS,
    _TEXT_FILTERS,
    _cheap,
    _join,
    _metered,
    _of_text,
    _replace,
    _safe,
    _sort,
    _trim,
    _unique,
)
from protestgen.templating.undefined import _Unknown

from .code_generator import BlockTrackingContext, MeteringCodeGenerator
from .metering import (
    MAX_STEPS,
    SLOT,
    ForbiddenOperationError,
    budget,
    charge,
    charge_for_value,
    join_output,
    kind,
    printable,
)

MAX_TEMPLATES = 20
MAX_SOURCE = 50_000
_MAX_NUMBER = 10**9


# What it costs to look for a template, and for an item.
_LOOK = 200


# What templates may see of a struct: its data, and none of this.
_DATA = (str, int, float, tuple, dict, Struct, dt.date, type(None))
_HIDDEN = frozenset({"sender"})
_OF_DATES = frozenset({"year", "month", "day"})
_OF_LOOPS = frozenset(
    """
    cycle first index index0 last length nextitem previtem revindex revindex0
    """.split()  # noqa: SIM905 - quicker to read
)
# And of everything else, by its type.
VISIBLE_ATTRIBUTES: dict[type, frozenset[str]] = {
    PartialDate: _OF_DATES,
    dt.date: _OF_DATES,
    str: frozenset({"startswith", "endswith", "partition"}),
    LoopContext: _OF_LOOPS,
    BlockReference: frozenset({"super"}),
}
# What '+' puts together.
_JOINED = (str, list, tuple)
_CALLABLE = (Macro, BlockReference, LoopContext)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment that templates run in."""

    code_generator_class = MeteringCodeGenerator
    context_class = BlockTrackingContext
    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))
    charge = staticmethod(charge)
    charge_for_value = staticmethod(charge_for_value)
    printable = staticmethod(printable)
    concat = staticmethod(join_output)

    loader: BaseLoader

    def __init__(
        self,
        loader: BaseLoader,
        filters: Mapping[str, Callable[..., Any]],
        finalize: Callable[[object], object],
    ) -> None:
        super().__init__(
            loader=loader,
            undefined=_Unknown,
            autoescape=True,
            finalize=finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,  # to fold constants takes longer than one letter gains
        )
        self.filters = {
            **{name: _cheap(FILTERS[name]) for name in _CHEAP_FILTERS},
            **{name: _metered(FILTERS[name]) for name in _FILTERS},
            **{name: _of_text(FILTERS[name]) for name in _TEXT_FILTERS},
            "join": _join,
            "replace": _replace,
            "safe": _safe,
            "sort": _metered(_sort),
            "trim": _trim,
            "unique": _metered(_unique),
            **filters,
        }
        self.tests = {
            **{name: _cheap(TESTS[name]) for name in _CHEAP_TESTS},
            **{name: _metered(TESTS[name]) for name in _TESTS},
        }
        self.globals = {"namespace": Namespace}

    def rendered(self, name: str, values: Mapping[str, object]) -> str:
        """Return what the template *name* makes of *values*."""
        budget.steps = MAX_STEPS
        budget.templates = set()
        name = self.join_path(name, "")
        # What Jinja joins itself is what templates capture.
        return "".join(self.get_template(name).generate(values))

    def sources(self) -> Iterator[nodes.Template]:
        """Yield the templates that the last letter was made of, parsed."""
        for name in sorted(budget.templates):
            with suppress(TemplateNotFound, TemplateSyntaxError, TemplateError):
                yield self.parse(self.loader.get_source(self, name)[0])

    def names(self) -> list[str]:
        """Return the names of all templates."""
        return self.loader.list_templates()

    def attributes(self, obj: object) -> list[str]:
        """Return the names of what templates may see of *obj*."""
        return [n for n in dir(obj) if not isinstance(self.getattr(obj, n), Undefined)]

    @cached_property
    def accepted_probe(self) -> str | None:
        """The first probe that this does not refuse, with the Jinja that is there."""
        steps, templates = budget.steps, budget.templates
        sources = {str(n): source for n, (source, _) in enumerate(_PROBES)}
        sandbox = self.overlay(loader=DictLoader({**sources, "probe": "{{ s }}"}))
        values = {"s": "a" * 10 * _PROBE_STEPS, "f": kind, "w": SLOT}
        try:
            for number, (source, refusal) in enumerate(_PROBES):
                budget.steps, budget.templates = _PROBE_STEPS, set()
                try:
                    "".join(sandbox.get_template(str(number)).generate(values))
                except refusal:
                    continue
                except Exception:  # noqa: BLE001, S110 - Jinja has changed
                    pass
                return source
        finally:
            budget.steps, budget.templates = steps, templates
        return None

    def join_path(self, template: str, parent: str) -> str:
        """Return the name *template*, one of those that the letter is made of."""
        del parent
        if not isinstance(template, str):
            raise ForbiddenOperationError(
                "the name of a template is a text: write it in quotes"
            )
        charge(_LOOK)
        budget.templates.add(template)
        if len(budget.templates) > MAX_TEMPLATES:
            message = f"a letter is made of at most {MAX_TEMPLATES} templates"
            raise ForbiddenOperationError(f"{message}: put some of them together")
        return template

    def check_blocks(self, context: BlockTrackingContext) -> None:
        """Raise for a block that fills none: Jinja would leave it out."""
        for name, known in context.blocks.items():
            filling = [
                (path, all_[name]) for path, all_ in context.filled if name in all_
            ]
            if len(filling) == len(known):
                others = context.blocks.keys() - {name}
                near = nearest(name, others)
                hint = (
                    f"did you mean '{near}'?"
                    if near
                    else f"there are {', '.join(sorted(others))}"
                )
                path, line = filling[0]
                message = f"unknown block '{name}': {hint}"
                raise TemplateError(message, at=Location(path, line))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return the *attribute* of *obj* if templates may see it."""
        if isinstance(obj, Struct):
            value = getattr(obj, attribute, self)
            if (
                isinstance(value, _DATA)
                and attribute[:1] != "_"
                and attribute not in _HIDDEN
            ):
                return value
        elif isinstance(obj, Undefined):
            str(obj)  # raises
        elif isinstance(obj, (dict, TemplateReference)):
            with suppress(KeyError):
                return obj[attribute]
        elif isinstance(obj, (Namespace, TemplateModule)):
            if attribute[:1] != "_" and hasattr(obj, attribute):
                return getattr(obj, attribute)
        else:
            for type_, seen in VISIBLE_ATTRIBUTES.items():
                if isinstance(obj, type_) and attribute in seen:
                    return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item of *obj*, or its attribute; filters get many."""
        charge(_ITEM)
        if isinstance(argument, str):
            return charge_for_value(self.getattr(obj, argument))
        if isinstance(argument, int) and isinstance(obj, (str, list, tuple, dict)):
            with suppress(LookupError):
                return charge_for_value(obj[argument])
        elif isinstance(obj, Undefined):
            str(obj)
        return self.undefined(obj=obj, name=argument)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro, a block, or one of the few methods that may be seen."""
        if isinstance(obj, Undefined):
            obj()
        if not isinstance(obj, _CALLABLE) and obj is not Namespace:
            if not isinstance(getattr(obj, "__self__", None), (str, LoopContext)):
                raise ForbiddenOperationError(
                    f"{kind(obj)} cannot be called: remove the '()'"
                )
            charge_for_value(args)
        charge(len(args) + len(kwargs))
        return charge_for_value(context.call(obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Reckon with numbers, or put together texts or lists."""
        for value in (left, right):
            if isinstance(value, Undefined):
                str(value)
        alike = any(isinstance(left, of) and isinstance(right, of) for of in _JOINED)
        if operator == "+" and alike:
            return charge_for_value(left) + charge_for_value(right)
        if operator == "**" or not (_is_number(left) and _is_number(right)):
            raise ForbiddenOperationError(
                f"'{operator}' is not for {kind(left)} and {kind(right)} in a letter: "
                "join texts with '~', and reckon with small numbers"
            )
        return super().call_binop(context, operator, left, right)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and -_MAX_NUMBER <= value <= _MAX_NUMBER
