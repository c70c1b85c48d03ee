"""
The sandbox of templates: what they may reach, and how much work they may make.

A template is a stranger's. It reads the data of the letter and calls the filters, tests
and macros that there are: no method, no file, nothing of Python. Whatever it does costs
steps, and a letter has so many of them and no more, however fast the machine is.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property, partial, wraps
from typing import Any

from jinja2 import (
    BaseLoader,
    DictLoader,
    Environment,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    nodes,
    pass_environment,
    pass_eval_context,
)
from jinja2.environment import TemplateModule
from jinja2.filters import FILTERS, ignore_case, make_attrgetter
from jinja2.nodes import EvalContext
from jinja2.runtime import (
    BlockReference,
    Context,
    LoopContext,
    Macro,
    TemplateReference,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS
from jinja2.utils import Namespace, missing
from markupsafe import Markup, escape
from msgspec import Struct

from .errors import TemplateError, nearest
from .steps import (
    MAX_STEPS,
    SLOT,
    BoundContext,
    Compiler,
    ExhaustedError,
    RefusedError,
    SlotUsedError,
    budget,
    join_output,
    kind,
    printable,
    spend,
    text_of,
    weigh,
    without_slot,
)
from .values import PartialDate

MAX_TEMPLATES = 20
MAX_SOURCE = 50_000
_MAX_NUMBER = 10**9


class UnknownInTemplateError(UndefinedError):
    """A name that there is not: of the object *obj*, or among the variables."""

    def __init__(self, name: object, obj: object, message: str) -> None:
        self.name = name
        self.obj = obj
        super().__init__(message)


# Templates that show whether the limits hold, each with the error that it must end in.
# 's' is a text that is longer than the steps that they have; 'f' is a function.
_PROBE_STEPS = 3_000
_MANY = f"[{'1,' * 125}]"
_CLOSED = (SlotUsedError, RefusedError)
_PROBES: tuple[tuple[str, type[Exception] | tuple[type[Exception], ...]], ...] = (
    ("{{ s }}", ExhaustedError),
    ("{% for a in s %}{% endfor %}", ExhaustedError),
    ("{% for a in s if not a %}{% endfor %}", ExhaustedError),
    ("{% for a in s recursive %}{% endfor %}", ExhaustedError),
    ("{% macro m(x=" + _MANY + ") %}{% endmacro %}{{ m() }}", ExhaustedError),
    (
        "{% macro m() %}{{ caller() }}{% endmacro %}"
        "{% call(x=" + _MANY + ") m() %}{% endcall %}",
        ExhaustedError,
    ),
    ("{% block a %}{% for a in s %}{% endfor %}{% endblock %}", ExhaustedError),
    ("{% set x = s ~ s %}", ExhaustedError),
    ("{% set x = s + s %}", ExhaustedError),
    ("{% set x = s == s %}", ExhaustedError),
    ("{% set x = 1 in s %}", ExhaustedError),
    ("{% set x = s[:1] %}", ExhaustedError),
    ("{% set x = {s: 1} %}", ExhaustedError),
    ("{% set x = s is eq s %}", ExhaustedError),
    ("{% set x = s|list %}", ExhaustedError),
    ("{% set x = s|upper %}", ExhaustedError),
    ("{% set x = [s]|map(attribute=0)|list %}", ExhaustedError),
    ("{% set x = s.partition('a') %}", ExhaustedError),
    ("{% macro m() %}{{ varargs[0] }}{% endmacro %}{{ m(*s) }}", ExhaustedError),
    # Without the variables of the letter, these would be kept for the next one.
    ("{% include 'probe' without context %}", ExhaustedError),
    ("{% import 'probe' as x without context %}", ExhaustedError),
    ("{% from 'probe' import x without context %}", ExhaustedError),
    (f"{{% include {list('abcdefghijklmnop')} ignore missing %}}", ExhaustedError),
    ("{% set x = s * 2 %}", RefusedError),
    ("{% set x = '%r' % f %}", RefusedError),
    ("{% set x = 2 ** 2 %}", RefusedError),
    ("{% set x = f() %}", RefusedError),
    ("{{ f }}", RefusedError),
    ("{% set x = f|upper %}", RefusedError),
    ("{% set x = f.__call__ %}{{ x }}", UnknownInTemplateError),
    ("{% set x = f['__call__'] %}{{ x }}", UnknownInTemplateError),
    (
        "{% set x = [f]|map(attribute='__call__')|first %}{{ x }}",
        UnknownInTemplateError,
    ),
    # In 'w', one letter's words stand for another's: nothing may look into them.
    ("{% set x %}{{ w }}{% endset %}", _CLOSED),
    ("{% macro m() %}{{ w }}{% endmacro %}{{ m() }}", _CLOSED),
    ("{% filter length %}{{ w }}{% endfilter %}", _CLOSED),
    ("{% block a %}{{ w }}{% endblock %}{{ self.a() }}", _CLOSED),
    ("{% for a in 'a' recursive %}{{ w }}{{ loop('') }}{% endfor %}", _CLOSED),
    ("{% set x = w == w %}", _CLOSED),
    ("{% set x = [w] == [w] %}", _CLOSED),
    ("{% set x = w is string %}", _CLOSED),
    ("{% set x = w|length %}", _CLOSED),
    ("{% set x = w.startswith is defined %}", _CLOSED),
    ("{% set x = w[0] is defined %}", _CLOSED),
    ("{% set x = w ~ '' %}", _CLOSED),
    ("{% set x = s|attr('upper') %}", TemplateSyntaxError),
    ("{% autoescape false %}{% endautoescape %}", TemplateSyntaxError),
)
# What it costs to look for a template, and for an item.
_LOOK = 200
_ITEM = 10

_TEXT_FILTERS = ("capitalize", "lower", "title", "upper")
_FILTERS = ("list", "map", "reject", "rejectattr", "reverse", "select", "selectattr")
_CHEAP_FILTERS = ("default", "first", "last", "length")
_TESTS = ("eq", "ge", "gt", "in", "le", "lt", "ne")
_CHEAP_TESTS = ("defined", "none", "number", "string", "undefined")

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
SEEN: dict[type, frozenset[str]] = {
    PartialDate: _OF_DATES,
    dt.date: _OF_DATES,
    str: frozenset({"startswith", "endswith", "partition"}),
    LoopContext: _OF_LOOPS,
    BlockReference: frozenset({"super"}),
}
# What '+' puts together.
_JOINED = (str, list, tuple)
_CALLABLE = (Macro, BlockReference, LoopContext)


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
        error = partial(UnknownInTemplateError, None if hint else name, obj)
        super().__init__(hint, without_slot(obj), name, error)  # type: ignore[arg-type]


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment that templates run in."""

    code_generator_class = Compiler
    context_class = BoundContext
    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))
    spend = staticmethod(spend)
    weigh = staticmethod(weigh)
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
    def unrefused(self) -> str | None:
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
            raise RefusedError("the name of a template is a text: write it in quotes")
        spend(_LOOK)
        budget.templates.add(template)
        if len(budget.templates) > MAX_TEMPLATES:
            message = f"a letter is made of at most {MAX_TEMPLATES} templates"
            raise RefusedError(f"{message}: put some of them together")
        return template

    def check_blocks(self, context: BoundContext) -> None:
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
                raise TemplateError(f"{path}:{line}: unknown block '{name}': {hint}")

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
            for type_, seen in SEEN.items():
                if isinstance(obj, type_) and attribute in seen:
                    return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item of *obj*, or its attribute; filters get many."""
        spend(_ITEM)
        if isinstance(argument, str):
            return weigh(self.getattr(obj, argument))
        if isinstance(argument, int) and isinstance(obj, (str, list, tuple, dict)):
            with suppress(LookupError):
                return weigh(obj[argument])
        elif isinstance(obj, Undefined):
            str(obj)
        return self.undefined(obj=obj, name=argument)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call a macro, a block, or one of the few methods that may be seen."""
        if isinstance(obj, Undefined):
            obj()
        if not isinstance(obj, _CALLABLE) and obj is not Namespace:
            if not isinstance(getattr(obj, "__self__", None), (str, LoopContext)):
                raise RefusedError(f"{kind(obj)} cannot be called: remove the '()'")
            weigh(args)
        spend(len(args) + len(kwargs))
        return weigh(context.call(obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Reckon with numbers, or put together texts or lists."""
        for value in (left, right):
            if isinstance(value, Undefined):
                str(value)
        alike = any(isinstance(left, of) and isinstance(right, of) for of in _JOINED)
        if operator == "+" and alike:
            return weigh(left) + weigh(right)
        if operator == "**" or not (_is_number(left) and _is_number(right)):
            raise RefusedError(
                f"'{operator}' is not for {kind(left)} and {kind(right)} in a letter: "
                "join texts with '~', and reckon with small numbers"
            )
        return super().call_binop(context, operator, left, right)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and -_MAX_NUMBER <= value <= _MAX_NUMBER


def _cheap(function: Any) -> Callable[..., Any]:
    """Return a filter or test that takes no steps, and looks into no slot."""

    @wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            without_slot(value)
        return function(*args, **kwargs)

    return checked


def _metered(function: Any) -> Callable[..., Any]:
    """Return a filter or test that takes as many steps as what it takes and gives."""

    @wraps(function)
    def metered(*args: Any, **kwargs: Any) -> Any:
        weigh(args)
        weigh(kwargs)
        result = function(*args, **kwargs)
        return weigh(list(result) if isinstance(result, Iterator) else result)

    return metered


def _of_text(function: Callable[[str], str]) -> Callable[[object], str]:
    """Return a filter that refuses what is no text before it makes one of it."""

    @wraps(function)
    def checked(value: object) -> str:
        return weigh(function(text_of(value)))

    return checked


def _trim(value: object, characters: str | None = None) -> str:
    """Remove spaces, or *characters*, from both ends of a text."""
    text = text_of(value)
    if characters is None:
        return text.strip()
    spend(len(text) * len(text_of(characters)))
    return text.strip(text_of(characters))


@pass_environment
def _sort(
    environment: Environment, value: Iterable[Any], *args: Any, **kwargs: Any
) -> list[Any]:
    """Sort a list; each item is compared as often as their number has bits."""
    items = list(value)
    for _ in range(len(items).bit_length()):
        weigh(items)
    ordered: list[Any] = FILTERS["sort"](environment, items, *args, **kwargs)
    return ordered


@pass_environment
def _unique(
    environment: Environment,
    value: Iterable[Any],
    case_sensitive: bool = False,  # noqa: FBT001, FBT002 - as in Jinja
    attribute: str | int | None = None,
) -> list[Any]:
    """Return the first of all items that are alike."""
    fold = None if case_sensitive else ignore_case
    key_of = make_attrgetter(environment, attribute, postprocess=fold)
    found: dict[object, Any] = {}
    for item in value:
        key = key_of(item)
        if isinstance(key, (list, tuple)):  # many can have the same hash
            raise RefusedError("lists cannot be compared here: name an attribute")
        found.setdefault(key, item)
    return list(found.values())


@pass_eval_context
def _join(context: EvalContext, value: Iterable[object], between: str = "") -> str:
    """Put together the texts of a list."""
    parts = [printable(part) for part in value]
    spend(len(parts) * (1 + len(text_of(between))))
    joined: str = FILTERS["join"](context, parts, between)
    return joined


def _replace(text: object, old: object, new: object) -> str:
    """Put *new* wherever *old* stands in a text."""
    text, old, new = (printable(part) for part in (text, old, new))
    if isinstance(text, Markup):
        old, new = escape(old), escape(new)
    spend(str(text).count(str(old)) * len(str(new)))
    replaced = str(text).replace(str(old), str(new))
    return Markup(replaced) if isinstance(text, Markup) else replaced  # noqa: S704 - as it was


def _safe(text: object) -> Markup:
    """Take a text as the template's own."""
    return Markup(printable(text))  # noqa: S704 - what the filter is for
