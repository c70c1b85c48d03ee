"""Templates that the sandbox must refuse, to show that its limits hold."""

from jinja2 import (
    TemplateSyntaxError,
)

from protestgen.templating.undefined import UnknownInTemplateError

from .metering import ExhaustedError, RefusedError, SlotUsedError

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
