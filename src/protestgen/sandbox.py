# ruff: noqa: N802 - the compiler of Jinja names its methods so
"""
The sandbox of templates: what they may reach, and how much work they may make.

A template is a stranger's. It reads the data of the letter and calls the filters, tests
and macros that there are: no method, no file, nothing of Python. Whatever it does costs
steps, and a letter has so many of them and no more, however fast the machine is. The
compiler writes into each body what it costs, which is the length of its code; what is
done with a text or a list costs its length as well, before it is done.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial, wraps
from io import StringIO
from threading import local
from typing import Any, TypeVar

from jinja2 import (
    BaseLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    Undefined,
    UndefinedError,
    nodes,
    pass_eval_context,
)
from jinja2.compiler import CodeGenerator, Frame, operators
from jinja2.environment import TemplateModule
from jinja2.filters import FILTERS
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
from .values import PartialDate

# A letter of one page takes about 15,000 steps.
MAX_STEPS = 3_000_000
MAX_TEMPLATES = 20
MAX_SOURCE = 50_000
_MAX_NUMBER = 10**9
# What a node of an expression costs, where the length of its code is not known; and
# what it costs to look for a template.
_NODE = 30
_LOOK = 200

_FILTERS = """
    capitalize list lower map reject rejectattr reverse select selectattr sort title
    trim unique upper
""".split()  # noqa: SIM905 - quicker to read
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
    str: frozenset({"startswith", "endswith"}),
    LoopContext: _OF_LOOPS,
    BlockReference: frozenset({"super"}),
}
# What '+' puts together.
_JOINED = (str, list, tuple)
_CALLABLE = (Macro, BlockReference, LoopContext)

_KINDS: tuple[tuple[type, str], ...] = (
    (str, "a text"),
    (int, "a number"),
    (float, "a number"),
    (list, "a list"),
    (tuple, "a list"),
    (Macro, "a macro"),
)

T = TypeVar("T")


class _Budget(local):
    """What is left of the steps of a letter, and the templates that it is made of."""

    steps = MAX_STEPS
    templates: set[str] = set()  # noqa: RUF012 - a new one for each letter


_budget = _Budget()


class ExhaustedError(Exception):
    """A letter takes more steps than it has."""

    def __init__(self) -> None:
        super().__init__(
            "this is too much work for a letter: "
            "look for a loop without end or a text that grows and grows"
        )


class RefusedError(Exception):
    """Something that a template may not do."""


class UnknownInTemplateError(UndefinedError):
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
        error = partial(UnknownInTemplateError, None if hint else name, obj)
        super().__init__(hint, obj, name, error)  # type: ignore[arg-type]


def spend(steps: int) -> bool:
    """Take *steps* from those that the letter has."""
    _budget.steps -= steps
    if _budget.steps < 0:
        raise ExhaustedError
    return True


def weigh(value: T) -> T:
    """Return *value*, for as many steps as it is long with all that is in it."""
    if isinstance(value, str):
        spend(len(value))
    elif isinstance(value, (list, tuple)):
        spend(len(value))
        for item in value:
            weigh(item)
    elif isinstance(value, dict):
        for entry in value.items():
            weigh(entry)
    return value


def printable(value: object) -> object:
    """Return *value*, which is to be part of a text, if it is a text or a number."""
    if isinstance(value, str):
        spend(len(value))
    elif isinstance(value, Macro):
        raise RefusedError(f"'{value.name}' is a macro: write '{value.name}()'")
    elif isinstance(value, Undefined):
        return str(value)
    elif not isinstance(value, (int, float, dt.date)) or isinstance(value, bool):
        raise RefusedError(f"{kind(value)} cannot be printed: print a text of it")
    return value


def kind(value: object) -> str:
    """Return what to call *value* in a message."""
    if value is None or isinstance(value, bool):
        return f"'{value}'"
    if isinstance(value, Struct):
        name = type(value).__name__.lower()
        return f"{'an' if name[0] in 'aeio' else 'a'} {name}"
    return next((name for type_, name in _KINDS if isinstance(value, type_)), "this")


class _Context(Context):
    """The variables of a template, and the blocks that it means to fill of others."""

    filled: tuple[tuple[str, dict[str, int]], ...] = ()


class _Compiler(CodeGenerator):
    """Writes into the code of a template what it costs, and what Jinja lets pass."""

    def write_commons(self) -> None:
        self.writeline("spend, weigh = environment.spend, environment.weigh")
        super().write_commons()

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        start = self._length()
        super().blockvisit(nodes, frame)
        self.writeline(f"spend({self._length() - start})")
        if frame.rootlevel and not self.extends_so_far:
            self.writeline("if context.filled: environment.check_blocks(context)")

    def _length(self) -> int:
        assert isinstance(self.stream, StringIO)  # noqa: S101 - for the type checker
        return self.stream.tell()

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:
        self._filled = {
            block.name: block.lineno
            for block in node.body
            if isinstance(block, nodes.Block)
        }
        super().visit_Template(node, frame)

    def visit_Extends(self, node: nodes.Extends, frame: Frame) -> None:
        super().visit_Extends(node, frame)
        if frame.rootlevel:
            filled = (self.filename, self._filled)
            self.writeline(f"context.filled += ({filled!r},)")

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        node.with_context = True  # without, Jinja would keep it for the next letter
        super().visit_Include(node, frame)

    def visit_Import(self, node: nodes.Import, frame: Frame) -> None:
        node.with_context = True
        super().visit_Import(node, frame)

    def visit_FromImport(self, node: nodes.FromImport, frame: Frame) -> None:
        node.with_context = True
        super().visit_FromImport(node, frame)

    def visit_For(self, node: nodes.For, frame: Frame) -> None:
        if node.test is not None:
            node.test = _paid(node.test)
        super().visit_For(node, frame)

    def visit_Macro(self, node: nodes.Macro, frame: Frame) -> None:
        node.defaults = [_paid(default) for default in node.defaults]
        super().visit_Macro(node, frame)

    def visit_CallBlock(self, node: nodes.CallBlock, frame: Frame) -> None:
        node.defaults = [_paid(default) for default in node.defaults]
        super().visit_CallBlock(node, frame)

    def visit_ScopedEvalContextModifier(
        self, node: nodes.ScopedEvalContextModifier, frame: Frame
    ) -> None:
        del frame
        self.fail("the tag 'autoescape' is not for letters: remove it", node.lineno)

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:
        if self.has_known_extends and frame.require_output_check:
            for child in node.nodes:
                text = child.data if isinstance(child, nodes.TemplateData) else "{{"
                if text.strip():
                    blank = text[: len(text) - len(text.lstrip())]
                    message = "this stands in no block, so no letter has it: move it"
                    self.fail(message, child.lineno + blank.count("\n"))
        super().visit_Output(node, frame)

    def visit_Assign(self, node: nodes.Assign, frame: Frame) -> None:
        self.newline(node)  # an error in the checks to come has its line
        super().visit_Assign(node, frame)

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("markup_join((")
        for part in node.nodes:
            self._inside("environment.printable", part, frame)
            self.write(", ")
        self.write("))")

    def visit_Compare(self, node: nodes.Compare, frame: Frame) -> None:
        self.write("(")
        self._weighed(node.expr, frame)
        for operand in node.ops:
            self.write(f" {operators[operand.op]} ")
            self._weighed(operand.expr, frame)
        self.write(")")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:
        if isinstance(node.arg, nodes.Slice):
            self._weighed(node.node, frame)
            self.write("[")
            self.visit(node.arg, frame)
            self.write("]")
        else:
            super().visit_Getitem(node, frame)

    def visit_Dict(self, node: nodes.Dict, frame: Frame) -> None:
        self.write("{")
        for item in node.items:
            self._weighed(item.key, frame)
            self.write(": ")
            self.visit(item.value, frame)
            self.write(", ")
        self.write("}")

    def _weighed(self, node: nodes.Expr, frame: Frame) -> None:
        """Write *node* so that it is paid for; a constant is, by its code."""
        if isinstance(node, nodes.Const):
            self.visit(node, frame)
        else:
            self._inside("weigh", node, frame)

    def _inside(self, function: str, node: nodes.Expr, frame: Frame) -> None:
        self.write(f"{function}(")
        self.visit(node, frame)
        self.write(")")


def _paid(node: nodes.Node) -> nodes.Expr:
    """Return *node* as it costs steps whenever it is evaluated."""
    assert isinstance(node, nodes.Expr)  # noqa: S101 - for the type checker
    if isinstance(node, nodes.Const):
        return node
    count = 1 + sum(1 for _ in node.find_all(nodes.Node))
    price = object.__new__(nodes.InternalName)  # as Jinja's parser makes them
    nodes.Node.__init__(price, f"spend({count * _NODE})", lineno=node.lineno)
    return nodes.And(price, node, lineno=node.lineno)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment that templates run in."""

    code_generator_class = _Compiler
    context_class = _Context
    intercepted_binops = frozenset(("+", "-", "*", "/", "//", "%", "**"))
    spend = staticmethod(spend)
    weigh = staticmethod(weigh)
    printable = staticmethod(printable)

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
            **{name: FILTERS[name] for name in _CHEAP_FILTERS},
            **{name: _metered(FILTERS[name]) for name in _FILTERS},
            "join": _join,
            "replace": _replace,
            "safe": _safe,
            **filters,
        }
        self.tests = {
            **{name: TESTS[name] for name in _CHEAP_TESTS},
            **{name: _metered(TESTS[name]) for name in _TESTS},
        }
        self.globals = {"namespace": Namespace}

    def rendered(self, name: str, values: Mapping[str, object]) -> str:
        """Return what the template *name* makes of *values*."""
        _budget.steps = MAX_STEPS
        _budget.templates = set()
        return self.get_template(self.join_path(name, "")).render(values)

    def sources(self) -> Iterator[nodes.Template]:
        """Yield the templates that the last letter was made of, parsed."""
        for name in sorted(_budget.templates):
            with suppress(TemplateNotFound, TemplateSyntaxError, TemplateError):
                yield self.parse(self.loader.get_source(self, name)[0])

    def names(self) -> list[str]:
        """Return the names of all templates."""
        return self.loader.list_templates()

    def attributes(self, obj: object) -> list[str]:
        """Return the names of what templates may see of *obj*."""
        return [n for n in dir(obj) if not isinstance(self.getattr(obj, n), Undefined)]

    def join_path(self, template: str, parent: str) -> str:
        """Return the name *template*, one of those that the letter is made of."""
        del parent
        if not isinstance(template, str):
            raise RefusedError("the name of a template is a text: write it in quotes")
        spend(_LOOK)
        _budget.templates.add(template)
        if len(_budget.templates) > MAX_TEMPLATES:
            message = f"a letter is made of at most {MAX_TEMPLATES} templates"
            raise RefusedError(f"{message}: put some of them together")
        return template

    def check_blocks(self, context: _Context) -> None:
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
        """Return an item of *obj*, or its attribute."""
        if isinstance(argument, str):
            return self.getattr(obj, argument)
        if isinstance(argument, int) and isinstance(obj, (str, list, tuple, dict)):
            with suppress(LookupError):
                return obj[argument]
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


def _metered(function: Any) -> Callable[..., Any]:
    """Return a filter or test that takes as many steps as what it takes and gives."""

    @wraps(function)
    def metered(*args: Any, **kwargs: Any) -> Any:
        weigh(args)
        weigh(kwargs)
        result = function(*args, **kwargs)
        return weigh(list(result) if isinstance(result, Iterator) else result)

    return metered


@pass_eval_context
def _join(context: EvalContext, value: Iterable[object], between: str = "") -> str:
    """Put together the texts of a list."""
    parts = [printable(part) for part in value]
    spend(len(parts) * len(str(printable(between))))
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
