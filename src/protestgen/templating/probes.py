"""Templates that the sandbox must refuse, to show that its limits hold."""

from jinja2 import DictLoader, Environment, TemplateSyntaxError

from .metering import (
    SLOT,
    ForbiddenOperationError,
    SlotUsedError,
    StepLimitError,
    budget,
    kind,
)
from .undefined import UndefinedNameError

_STEPS = 3_000
_MANY = f"[{'1,' * 125}]"
_CLOSED = (SlotUsedError, ForbiddenOperationError)
# Each template with the error that must end it. 's' is a text that is longer than the
# steps allow; 'f' is a function; 'w' is a slot.
_PROBES: tuple[tuple[str, type[Exception] | tuple[type[Exception], ...]], ...] = (
    ("{{ s }}", StepLimitError),
    ("{% for a in s %}{% endfor %}", StepLimitError),
    ("{% for a in s if not a %}{% endfor %}", StepLimitError),
    ("{% for a in s recursive %}{% endfor %}", StepLimitError),
    ("{% macro m(x=" + _MANY + ") %}{% endmacro %}{{ m() }}", StepLimitError),
    (
        "{% macro m() %}{{ caller() }}{% endmacro %}"
        "{% call(x=" + _MANY + ") m() %}{% endcall %}",
        StepLimitError,
    ),
    ("{% block a %}{% for a in s %}{% endfor %}{% endblock %}", StepLimitError),
    ("{% set x = s ~ s %}", StepLimitError),
    ("{% set x = s + s %}", StepLimitError),
    ("{% set x = s == s %}", StepLimitError),
    ("{% set x = 1 in s %}", StepLimitError),
    ("{% set x = s[:1] %}", StepLimitError),
    ("{% set x = {s: 1} %}", StepLimitError),
    ("{% set x = s is eq s %}", StepLimitError),
    ("{% set x = s|list %}", StepLimitError),
    ("{% set x = s|upper %}", StepLimitError),
    ("{% set x = [s]|map(attribute=0)|list %}", StepLimitError),
    ("{% set x = s.partition('a') %}", StepLimitError),
    ("{% macro m() %}{{ varargs[0] }}{% endmacro %}{{ m(*s) }}", StepLimitError),
    # Without the variables of the letter, these would be kept for the next one.
    ("{% include 'probe' without context %}", StepLimitError),
    ("{% import 'probe' as x without context %}", StepLimitError),
    ("{% from 'probe' import x without context %}", StepLimitError),
    (f"{{% include {list('abcdefghijklmnop')} ignore missing %}}", StepLimitError),
    ("{% set x = s * 2 %}", ForbiddenOperationError),
    ("{% set x = '%r' % f %}", ForbiddenOperationError),
    ("{% set x = 2 ** 2 %}", ForbiddenOperationError),
    ("{% set x = f() %}", ForbiddenOperationError),
    ("{{ f }}", ForbiddenOperationError),
    ("{% set x = f|upper %}", ForbiddenOperationError),
    ("{% set x = f.__call__ %}{{ x }}", UndefinedNameError),
    ("{% set x = f['__call__'] %}{{ x }}", UndefinedNameError),
    (
        "{% set x = [f]|map(attribute='__call__')|first %}{{ x }}",
        UndefinedNameError,
    ),
    # One letter's words stand for another's in a slot: nothing may read them.
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


def accepted_probe(sandbox: Environment) -> str | None:
    """The first probe that *sandbox* does not refuse with the installed Jinja."""
    steps, templates = budget.steps, budget.templates
    sources = {str(number): source for number, (source, _) in enumerate(_PROBES)}
    probed = sandbox.overlay(loader=DictLoader({**sources, "probe": "{{ s }}"}))
    values = {"s": "a" * 10 * _STEPS, "f": kind, "w": SLOT}
    try:
        for number, (source, refusal) in enumerate(_PROBES):
            budget.steps, budget.templates = _STEPS, set()
            try:
                "".join(probed.get_template(str(number)).generate(values))
            except refusal:
                continue
            except Exception:  # noqa: BLE001, S110 - Jinja has changed
                pass
            return source
    finally:
        budget.steps, budget.templates = steps, templates
    return None
