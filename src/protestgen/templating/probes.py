"""Templates that the sandbox must refuse, to show that its limits hold."""

from jinja2 import (
    TemplateSyntaxError,
)

from protestgen.templating.undefined import UndefinedNameError

from .metering import ForbiddenOperationError, SlotUsedError, StepLimitError

# Templates that show whether the limits hold, each with the error that it must end in.
# 's' is a text that is longer than the steps that they have; 'f' is a function.
_PROBE_STEPS = 3_000


_MANY = f"[{'1,' * 125}]"


_CLOSED = (SlotUsedError, ForbiddenOperationError)


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
