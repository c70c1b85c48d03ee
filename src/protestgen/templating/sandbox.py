"""
The sandbox of templates: what they may read and call, and how much work they may cause.

Templates may come from strangers. They read the data of the letter and call the known
filters, tests and macros: no method, no file, nothing of Python. Everything costs
steps, of which a letter has a fixed number, however fast the machine is.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property
from typing import Any

from jinja2 import (
    BaseLoader,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    nodes,
)
from jinja2.environment import TemplateModule
from jinja2.runtime import (
    BlockReference,
    Context,
    LoopContext,
    Macro,
    TemplateReference,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from msgspec import Struct

from protestgen.campaign.case import Person
from protestgen.errors import Location, TemplateError, did_you_mean, nearest
from protestgen.schema.types import PartialDate

from .code_generator import BlockTrackingContext, MeteringCodeGenerator
from .metering import (
    MAX_STEPS,
    ForbiddenOperationError,
    SharedSteps,
    budget,
    charge,
    charge_for_value,
    join_output,
    kind,
    printable,
)
from .sandbox_filters import SANDBOX_FILTERS, SANDBOX_TESTS
from .undefined import UndefinedName

MAX_TEMPLATES = 20
MAX_SOURCE = 50_000
_MAX_NUMBER = 10**9
# Steps to look up a template, and an item.
_TEMPLATE_STEPS = 200
_ITEM_STEPS = 10

# Templates may read the data of a struct, except the hidden fields.
_DATA = (str, int, float, tuple, dict, Struct, dt.date, type(None))
_HIDDEN = frozenset({"sender"})
_OF_DATES = frozenset({"year", "month", "day"})
_OF_LOOPS = frozenset(
    """
    cycle first index index0 last length nextitem previtem revindex revindex0
    """.split()  # noqa: SIM905 - quicker to read
)
# The attributes of other types that templates may read.
VISIBLE_ATTRIBUTES: dict[type, frozenset[str]] = {
    PartialDate: _OF_DATES,
    dt.date: _OF_DATES,
    Person: frozenset({"about", "gender", "name", "short"}),
    str: frozenset({"startswith", "endswith", "partition"}),
    LoopContext: _OF_LOOPS,
    BlockReference: frozenset({"super"}),
}
# Types that '+' joins.
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
        shared_steps: SharedSteps | None = None,
    ) -> None:
        super().__init__(
            loader=loader,
            undefined=UndefinedName,
            autoescape=True,
            finalize=finalize,
            trim_blocks=True,
            lstrip_blocks=True,
            optimized=False,  # to fold constants takes longer than one letter gains
        )
        self.filters = {**SANDBOX_FILTERS, **filters}
        self.tests = {**SANDBOX_TESTS}
        self.globals = {"namespace": Namespace}
        self.shared_steps = shared_steps

    def rendered(self, name: str, values: Mapping[str, object]) -> str:
        """The text that the template *name* makes of *values*."""
        if self.shared_steps:
            self.shared_steps.check()
        budget.steps = MAX_STEPS
        budget.templates = set()
        try:
            name = self.join_path(name, "")
            # Not by `concat`, which refuses a slot in the output of a body.
            return "".join(self.get_template(name).generate(values))
        finally:
            if self.shared_steps:
                self.shared_steps.take(MAX_STEPS - budget.steps)

    def sources(self) -> Iterator[nodes.Template]:
        """Parse the templates that the last letter was made of."""
        for name in sorted(budget.templates):
            with suppress(TemplateNotFound, TemplateSyntaxError, TemplateError):
                yield self.parse(self.loader.get_source(self, name)[0])

    def names(self) -> list[str]:
        """The names of all templates."""
        return self.loader.list_templates()

    def attributes(self, obj: object) -> list[str]:
        """The names of the attributes of *obj* that templates may read."""
        return [n for n in dir(obj) if not isinstance(self.getattr(obj, n), Undefined)]

    @cached_property
    def accepted_probe(self) -> str | None:
        """The first probe that this does not refuse, which it should."""
        from .probes import accepted_probe

        return accepted_probe(self)

    def join_path(self, template: str, parent: str) -> str:
        """The name *template*, which is counted among the templates of the letter."""
        del parent
        if not isinstance(template, str):
            raise ForbiddenOperationError(
                "the name of a template is a text: write it in quotes"
            )
        charge(_TEMPLATE_STEPS)
        budget.templates.add(template)
        if len(budget.templates) > MAX_TEMPLATES:
            message = f"a letter is made of at most {MAX_TEMPLATES} templates"
            raise ForbiddenOperationError(f"{message}: put some of them together")
        return template

    def check_blocks(self, context: BlockTrackingContext) -> None:
        """Raise `TemplateError` for a block that overrides none: Jinja ignores it."""
        for name, known in context.blocks.items():
            places = [
                (path, lines[name]) for path, lines in context.filled if name in lines
            ]
            if len(places) == len(known):
                others = context.blocks.keys() - {name}
                choice = f"there are {', '.join(sorted(others))}"
                hint = did_you_mean(nearest(name, others), choice)
                path, line = places[0]
                message = f"unknown block '{name}': {hint}"
                raise TemplateError(message, at=Location(path, line))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """The *attribute* of *obj* if templates may read it."""
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
        """An item or attribute of *obj*; charged, as filters get many."""
        charge(_ITEM_STEPS)
        if isinstance(argument, str):
            return charge_for_value(self.getattr(obj, argument))
        if isinstance(argument, int) and isinstance(obj, (str, list, tuple, dict)):
            with suppress(LookupError):
                return charge_for_value(obj[argument])
        elif isinstance(obj, Undefined):
            str(obj)
        return self.undefined(obj=obj, name=argument)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro, a block, or one of the few methods that templates may read."""
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
        """Calculate with numbers, or join texts or lists."""
        for value in (left, right):
            if isinstance(value, Undefined):
                str(value)
        alike = any(isinstance(left, of) and isinstance(right, of) for of in _JOINED)
        if operator == "+" and alike:
            return charge_for_value(left) + charge_for_value(right)
        if operator == "**" or not (_is_number(left) and _is_number(right)):
            raise ForbiddenOperationError(
                f"'{operator}' is not for {kind(left)} and {kind(right)} in a letter: "
                "join texts with '~', and calculate with small numbers"
            )
        return super().call_binop(context, operator, left, right)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and -_MAX_NUMBER <= value <= _MAX_NUMBER
