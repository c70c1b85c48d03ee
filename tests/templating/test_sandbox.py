"""
A stranger's campaign cannot read files, run code, fill the memory or run forever.

Most attacks run as a whole program with limits, and each ends with one line.
"""

import os
import re
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import pytest

from campaign_helpers import case
from conftest import Result, Run
from protestgen import Sender, compose, load_campaign
from protestgen.campaign.data_files import campaign_hash
from protestgen.errors import DataError
from protestgen.language.loader import load_language
from protestgen.schema.types import normalize
from protestgen.templating.diagnostics import as_template_error
from protestgen.templating.environment import Templates
from protestgen.templating.metering import SharedSteps

SECRET = "secret"  # noqa: S105 - a word to look for
# Seconds of processor time, and until a program that waits for something is ended.
SECONDS = 10
TIMEOUT = 120
MEMORY = 400 * 2**20
LETTER = ("letter", "--case", "kolov", "--country", "uk", "--style", "mine", "-q")

LONG = '{% set s = "' + "a" * 2000 + '" %}'
WORK = "this is too much work for a letter: look for a loop without end or a text that grows and grows"


def grown(start: str, step: str, then: str = "{{ ns.x|length }}") -> str:
    """Return a template that takes a *step* from *start* fifty-two times."""
    letters = "abcdefghijklmnopqrstuvwxyz" * 2
    return (
        f"{{% set ns = namespace(x={start}) %}}{{% for c in '{letters}' %}}"
        f"{{% set ns.x = {step} %}}{{% endfor %}}{then}"
    )


REFUSED = {
    "class": (
        "{{ ''.__class__ }}",
        ":3: a text has no '__class__': use a filter, or remove it",
    ),
    "mro": (
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        ":3: a text has no '__class__': use a filter, or remove it",
    ),
    "subscript": (
        "{{ ''['__class__'] }}",
        ":3: a text has no '__class__': use a filter, or remove it",
    ),
    "subscript-joined": (
        "{{ case['__cl' ~ 'ass__'] }}",
        ":3: unknown attribute 'case.__class__': see 'protestgen help templates'",
    ),
    "base": (
        "{{ ().__class__.__base__ }}",
        ":3: a list has no '__class__': use a filter, or remove it",
    ),
    "struct-fields": (
        "{{ case.__struct_fields__ }}",
        ":3: unknown attribute 'case.__struct_fields__': see 'protestgen help templates'",
    ),
    "struct-class": (
        "{{ case.__class__.__init__.__globals__ }}",
        ":3: unknown attribute 'case.__class__': see 'protestgen help templates'",
    ),
    "method-of-case": (
        "{{ case.is_archived.__globals__ }}",
        ":3: unknown attribute 'case.is_archived': see 'protestgen help templates'",
    ),
    "method-of-language": (
        "{{ language.date.__func__ }}",
        ":3: unknown attribute 'language.date': there are code, forms",
    ),
    "place-of-case": (
        "{{ case.at }}",
        ":3: unknown attribute 'case.at': see 'protestgen help templates'",
    ),
    "path-of-case": (
        "{{ case.at.path }}",
        ":3: unknown attribute 'case.at': see 'protestgen help templates'",
    ),
    "attr-filter": (
        "{{ case|attr('__class__') }}",
        ":3: unknown filter 'attr': see 'protestgen help templates'",
    ),
    "map-attribute": (
        "{{ [case]|map(attribute='__class__')|list|first }}",
        ":3: unknown attribute 'case.__class__': see 'protestgen help templates'",
    ),
    "map-attribute-path": (
        "{{ [case]|map(attribute='at.path')|join }}",
        ":3: unknown attribute 'case.at': see 'protestgen help templates'",
    ),
    "sort-attribute": (
        "{{ demands|sort(attribute='__class__') }}",
        ":3: unknown attribute 'demand.__class__': there are id, met, optional, question, "
        "reason, request, rights, text, to",
    ),
    "groupby": (
        "{{ demands|groupby('__class__') }}",
        ":3: unknown filter 'groupby': see 'protestgen help templates'",
    ),
    "macro-globals": (
        "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
        ":3: a macro has no '__globals__': use a filter, or remove it",
    ),
    "macro-environment": (
        "{% macro m() %}{% endmacro %}{{ m._environment }}",
        ":3: a macro has no '_environment': use a filter, or remove it",
    ),
    "macro-function": (
        "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
        ":3: a macro has no '_func': use a filter, or remove it",
    ),
    "self-context": (
        "{{ self._TemplateReference__context }}",
        ":3: this has no '_TemplateReference__context': use a filter, or remove it",
    ),
    "self-subscript": (
        "{{ self['_TemplateReference__context'] }}",
        ":3: this has no '_TemplateReference__context': use a filter, or remove it",
    ),
    "super-context": (
        "{% block a %}{{ self.a._context }}{% endblock %}",
        ":3: this has no '_context': use a filter, or remove it",
    ),
    "loop-iterable": (
        "{% for a in 'ab' %}{{ loop._iterable }}{% endfor %}",
        ":3: unknown attribute 'loop._iterable': there are cycle, first, index, index0, last, length, nextitem, revindex, revindex0",
    ),
    "loop-class": (
        "{% for a in 'ab' %}{{ loop.__init__.__globals__ }}{% endfor %}",
        ":3: unknown attribute 'loop.__init__': there are cycle, first, index, index0, last, length, nextitem, revindex, revindex0",
    ),
    "loop-changed": (
        "{% for a in 'ab' %}{{ loop.changed(a) }}{% endfor %}",
        ":3: unknown attribute 'loop.changed': there are cycle, first, index, index0, last, length, nextitem, revindex, revindex0",
    ),
    "generator-frame": (
        "{{ ('ab'|map('upper')).gi_frame }}",
        ":3: a list has no 'gi_frame': use a filter, or remove it",
    ),
    "namespace-attributes": (
        "{% set ns = namespace(a=1) %}{{ ns._Namespace__attrs }}",
        ":3: there is no '_Namespace__attrs' in this: see 'protestgen help templates'",
    ),
    "namespace-class": (
        "{{ namespace.__init__.__globals__ }}",
        ":3: this has no '__init__': use a filter, or remove it",
    ),
    "module-body": (
        "{% import 'en/empty.j2' as e %}{{ e._body_stream }}",
        ":3: there is no '_body_stream' in this: see 'protestgen help templates'",
    ),
    "undefined-class": (
        "{{ nothing.__class__ }}",
        ":3: unknown variable 'nothing': see 'protestgen help templates'",
    ),
    "caller-globals": (
        "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
        ":3: a macro has no '__globals__': use a filter, or remove it",
    ),
    "varargs": (
        "{% macro m() %}{{ varargs.__class__ }}{% endmacro %}{{ m(1) }}",
        ":3: a list has no '__class__': use a filter, or remove it",
    ),
    "cycler": (
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        ":3: unknown variable 'cycler': see 'protestgen help templates'",
    ),
    "joiner": (
        "{{ joiner.__init__.__globals__ }}",
        ":3: unknown variable 'joiner': did you mean 'joint'?",
    ),
    "lipsum": (
        "{{ lipsum.__globals__['os'].popen('id').read() }}",
        ":3: unknown variable 'lipsum': see 'protestgen help templates'",
    ),
    "dict-class": (
        "{{ dict.__base__ }}",
        ":3: unknown variable 'dict': see 'protestgen help templates'",
    ),
    "environment": (
        "{{ environment }}",
        ":3: unknown variable 'environment': see 'protestgen help templates'",
    ),
    "context": (
        "{{ context }}",
        ":3: unknown variable 'context': see 'protestgen help templates'",
    ),
    "config": (
        "{{ config.items() }}",
        ":3: unknown variable 'config': see 'protestgen help templates'",
    ),
    "request": (
        "{{ request.application.__globals__ }}",
        ":3: unknown variable 'request': did you mean 'questions'?",
    ),
    "builtins": (
        "{{ __builtins__ }}",
        ":3: unknown variable '__builtins__': see 'protestgen help templates'",
    ),
    "import-os": (
        "{% import os %}",
        ":3: something is missing at the end of this tag: add it",
    ),
    "import-module": (
        "{% from 'os' import popen %}",
        ":3: unknown template 'os': name one of a folder 'templates'",
    ),
    "format": (
        "{{ '{0.__class__}'.format(case) }}",
        ":3: a text has no 'format': use a filter, or remove it",
    ),
    "format-map": (
        "{{ '{a.__class__}'.format_map({'a': case}) }}",
        ":3: a text has no 'format_map': use a filter, or remove it",
    ),
    "format-filter": (
        "{{ '%s'|format(case) }}",
        ":3: unknown filter 'format': did you mean 'sort'?",
    ),
    "format-attr": (
        "{{ ('{0.__class__}'|attr('format'))(case) }}",
        ":3: unknown filter 'attr': see 'protestgen help templates'",
    ),
    "format-mapped": (
        "{{ ['{0.__class__}']|map('format', case)|join }}",
        ":3: unknown filter 'format': did you mean 'sort'?",
    ),
    "format-bound": (
        "{% set f = 'x'.format %}{{ f() }}",
        ":3: a text has no 'format': use a filter, or remove it",
    ),
    "markup-format": (
        "{{ ('{0.__class__}'|safe).format(case) }}",
        ":3: a text has no 'format': use a filter, or remove it",
    ),
    "percent": (
        "{{ '%r' % case }}",
        ":3: '%' is not for a text and a case in a letter: join texts with '~', and calculate with small numbers",
    ),
    "percent-wide": (
        "{{ '%1000000000d' % 1 }}",
        ":3: '%' is not for a text and a number in a letter: join texts with '~', and calculate with small numbers",
    ),
    "format-wide": (
        "{{ '{:>1000000000}'.format(1) }}",
        ":3: a text has no 'format': use a filter, or remove it",
    ),
    "test-percent": (
        "{{ '%1000000000d' is odd }}",
        ":3: unknown test 'odd': there are defined, eq, ge, gt, in, le, lt, ne, none, number, string, undefined",
    ),
    "test-divisible": (
        "{{ '%1000000000d' is divisibleby 5 }}",
        ":3: unknown test 'divisibleby': there are defined, eq, ge, gt, in, le, lt, ne, none, number, string, undefined",
    ),
    "append": (
        "{{ demands.append(1) }}",
        ":3: a list has no 'append': use a filter, or remove it",
    ),
    "update": (
        "{{ {'a': 1}.update({'b': 2}) }}",
        ":3: there is no 'update' in this: there are a",
    ),
    "set-attribute": (
        "{% set case.title = 'mine' %}",
        ":3: this cannot be changed: change what 'namespace()' gave",
    ),
    "set-item": (
        "{% set ns = namespace() %}{% set ns['a'] = 1 %}",
        ":3: '[' is not expected here: close the tag before it, or join with '~'",
    ),
    "do": (
        "{% do demands.clear() %}",
        ":3: unknown tag 'do': see 'protestgen help templates'",
    ),
    "repeat": (
        "{{ 'a' * 1000000000 }}",
        ":3: '*' is not for a text and a number in a letter: join texts with '~', and calculate with small numbers",
    ),
    "repeat-twice": (
        "{{ 'a' * 999999999 * 999999999 }}",
        ":3: '*' is not for a text and a number in a letter: join texts with '~', and calculate with small numbers",
    ),
    "repeat-list": (
        "{{ [1] * 999999999 }}",
        ":3: '*' is not for a list and a number in a letter: join texts with '~', and calculate with small numbers",
    ),
    "repeat-left": (
        "{{ 999999999 * 'a' }}",
        ":3: '*' is not for a number and a text in a letter: join texts with '~', and calculate with small numbers",
    ),
    "power": (
        "{{ 10 ** 10 ** 10 }}",
        ":3: '**' is not for a number and a number in a letter: join texts with '~', and calculate with small numbers",
    ),
    "multiply": (
        "{{ 999999999 * 999999999 * 999999999 }}",
        ":3: '*' is not for a number and a number in a letter: join texts with '~', and calculate with small numbers",
    ),
    "range": (
        "{% for n in range(1000000000) %}x{% endfor %}",
        ":3: unknown variable 'range': did you mean 'language'?",
    ),
    "range-list": (
        "{{ range(1000000000)|list }}",
        ":3: unknown variable 'range': did you mean 'language'?",
    ),
    "center": (
        "{{ 'a'|center(1000000000) }}",
        ":3: unknown filter 'center': did you mean 'country'?",
    ),
    "center-method": (
        "{{ 'a'.center(1000000000) }}",
        ":3: a text has no 'center': use a filter, or remove it",
    ),
    "ljust": (
        "{{ 'a'.ljust(1000000000) }}",
        ":3: a text has no 'ljust': use a filter, or remove it",
    ),
    "zfill": (
        "{{ 'a'.zfill(1000000000) }}",
        ":3: a text has no 'zfill': use a filter, or remove it",
    ),
    "expandtabs": (
        "{{ '\\t'.expandtabs(1000000000) }}",
        ":3: a text has no 'expandtabs': use a filter, or remove it",
    ),
    "join-method": (
        "{{ ('a' ~ 'b').join(case.summary) }}",
        ":3: a text has no 'join': use a filter, or remove it",
    ),
    "replace-method": (
        "{{ 'aaaa'.replace('', case.summary) }}",
        ":3: a text has no 'replace': use a filter, or remove it",
    ),
    "encode": (
        "{{ 'a'.encode('utf-32') }}",
        ":3: a text has no 'encode': use a filter, or remove it",
    ),
    "indent": (
        "{{ 'a'|indent(1000000000, first=true) }}",
        ":3: unknown filter 'indent': see 'protestgen help templates'",
    ),
    "wordwrap": (
        "{{ 'a b'|wordwrap(1, wrapstring='a') }}",
        ":3: unknown filter 'wordwrap': see 'protestgen help templates'",
    ),
    "batch": (
        "{{ [1]|batch(1000000000, 'x')|list }}",
        ":3: unknown filter 'batch': see 'protestgen help templates'",
    ),
    "slice": (
        "{{ [1]|slice(1000000000)|list }}",
        ":3: unknown filter 'slice': see 'protestgen help templates'",
    ),
    "urlize": (
        "{{ 'http://a.example'|urlize }}",
        ":3: unknown filter 'urlize': see 'protestgen help templates'",
    ),
    "xmlattr": (
        "{{ {'a': 1}|xmlattr }}",
        ":3: unknown filter 'xmlattr': see 'protestgen help templates'",
    ),
    "pprint": (
        "{{ case|pprint }}",
        ":3: unknown filter 'pprint': see 'protestgen help templates'",
    ),
    "tojson": (
        "{{ case|tojson }}",
        ":3: unknown filter 'tojson': did you mean 'join'?",
    ),
    "filesizeformat": (
        "{{ 1000|filesizeformat }}",
        ":3: unknown filter 'filesizeformat': see 'protestgen help templates'",
    ),
    "round": (
        "{{ 1.5|round(1000000000) }}",
        ":3: unknown filter 'round': see 'protestgen help templates'",
    ),
    "int": (
        "{{ 'f'|int(0, 36) }}",
        ":3: unknown filter 'int': see 'protestgen help templates'",
    ),
    "sum": (
        "{{ [[1]]|sum(start=[]) }}",
        ":3: unknown filter 'sum': see 'protestgen help templates'",
    ),
    "random": (
        "{{ demands|random }}",
        ":3: unknown filter 'random': see 'protestgen help templates'",
    ),
    "lipsum-long": (
        "{{ lipsum(n=1000000) }}",
        ":3: unknown variable 'lipsum': see 'protestgen help templates'",
    ),
    "digits": ("{{ " + "9" * 5000 + " }}", ": a number is too long: write it shorter"),
    "many-templates": (
        "{% for a in 'abcdefghijklmnopqrstuvwxyz' %}{% include a ignore missing %}{% endfor %}",
        ":3: a letter is made of at most 20 templates: put some of them together",
    ),
    **{
        f"{name}-of-object": (
            f"{{{{ case|{name} }}}}",
            ":3: a case cannot be printed: print a text of it",
        )
        for name in ("capitalize", "lower", "sentence", "title", "trim", "upper")
    },
    "mapped-text-of-object": (
        "{{ [case]|map('upper')|join }}",
        ":3: a case cannot be printed: print a text of it",
    ),
    "trim-with-object": (
        "{{ 'a'|trim(case) }}",
        ":3: a case cannot be printed: print a text of it",
    ),
    "text-of-list": (
        "{{ demands|trim }}",
        ":3: a list cannot be printed: print a text of it",
    ),
    "unique-lists": (
        "{{ [(1, 2), (1, 2)]|unique|length }}",
        ":3: lists cannot be compared here: name an attribute",
    ),
    **{
        f"variables-passed-to-{name}": (
            "".join(f"{{% set a{n} = 1 %}}" for n in range(1200)) + tag * 700,
            ":3: too many variables are passed on here: set or include fewer",
        )
        for name, tag in (
            ("include", "{% include 'en/empty.j2' %}"),
            ("import", "{% import 'en/empty.j2' as x %}"),
        )
    },
    "nested-lists-printed": (
        grown("'a'", "[ns.x, ns.x]", "{{ ns.x }}"),
        ":3: a list cannot be printed: print a text of it",
    ),
    "nested-lists-joined": (
        grown("'a'", "[ns.x, ns.x]", "{{ ns.x|join }}"),
        ":3: a list cannot be printed: print a text of it",
    ),
    "too-long": ("Text. " * 9000, ": longer than 50,000 bytes: a letter needs less"),
}
ENDLESS = {
    "loops": LONG
    + "{% for a in s %}{% for b in s %}{% for c in s %}{% endfor %}{% endfor %}{% endfor %}",
    "loops-filtered": LONG
    + "{% for a in s %}{% for b in s if b in s ~ a %}{% endfor %}{% endfor %}",
    "loops-comparing": LONG
    + "{% for a in s %}{% for b in s %}{% if s ~ a == s ~ b %}{% endif %}{% endfor %}{% endfor %}",
    "much-text": LONG + "{% for a in s %}{{ s }}{% endfor %}",
    "much-own-text": LONG + "{% for a in s %}" + "Much text. " * 200 + "{% endfor %}",
    "many-blank-lines": LONG
    + "{% for a in s %}{% for b in s %}\n\n{% endfor %}{% endfor %}",
    "branching-macro": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "doubling-macro": "{% macro m(n) %}{{ m(n - 1) ~ m(n - 1) if n else 'a' }}{% endmacro %}{{ m(40) }}",
    "default-of-macro": "{% macro m(a='a' in '"
    + "b" * 20000
    + "') %}{% endmacro %}"
    + LONG
    + "{% for b in s %}{% for c in s %}{{ m() }}{% endfor %}{% endfor %}",
    "many-includes": LONG
    + "{% for a in s %}{% for b in s %}{% include 'en/empty.j2' %}{% endfor %}{% endfor %}",
    "many-misses": LONG
    + "{% for a in s %}{% include ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] ignore missing %}{% for b in s %}{% include 'x' ignore missing %}{% endfor %}{% endfor %}",
    "doubling-text": grown("'a'", "ns.x ~ ns.x"),
    "doubling-sum": grown("'a'", "ns.x + ns.x"),
    "doubling-list": grown("['a']", "ns.x + ns.x"),
    "doubling-join": grown("'ab'", "[ns.x, ns.x]|join(ns.x)"),
    "doubling-replace": grown("'aa'", "ns.x|replace('a', ns.x)"),
    "doubling-block": "{% set x = 'ab' %}"
    + "{% set x %}{{ x }}{{ x }}{% endset %}" * 50,
    "doubling-call": "{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}"
    + "{% call m() %}" * 15
    + "Text. " * 60
    + "{% endcall %}" * 15,
    "nested-lists-compared": grown("'a'", "[ns.x, ns.x]", "{% set a = ns.x %}")
    + grown("'b'", "[ns.x, ns.x]", "{{ 'x' if ns.x == a }}"),
    "nested-lists-searched": grown("'a'", "[ns.x, ns.x]", "{{ 'x' if 'b' in ns.x }}"),
    "nested-lists-sorted": grown("'a'", "[ns.x, ns.x]", "{{ ns.x|sort|length }}"),
    "nested-tuples-hashed": grown("'a'", "(ns.x, ns.x)", "{% set d = {ns.x: 1} %}"),
    "nested-lists-tested": grown("'a'", "[ns.x, ns.x]", "{{ 'x' if ns.x is eq ns.x }}"),
    **{
        f"long-attribute-{name}": LONG
        + f"{{{{ s|{call.replace('PATH', '.'.join('0' * 15_000))}|list|length }}}}"
        for name, call in {
            "map": "map(attribute='PATH')",
            "rejectattr": "rejectattr('PATH')",
            "selectattr": "selectattr('PATH', 'string')",
            "sort": "sort(attribute='PATH')",
            "unique": "unique(attribute='PATH')",
        }.items()
    },
    "many-attributes": LONG
    + f"{{{{ s|sort(attribute='{','.join('0' * 15_000)}')|length }}}}",
    "trimming": "{% set x = 'a' %}{% set y = 'b' %}"
    + "{% set x = x ~ x %}{% set y = y ~ y %}" * 18
    + "{{ x|trim(y ~ 'a')|length }}",
    "joining-nothing": "{% set x = [''] %}"
    + "{% set x = x + x %}" * 16
    + LONG
    + "{% for a in s %}{% set y = x|join %}{% endfor %}",
    "hashing-objects": "{% set x = [case] %}"
    + "{% set x = x + x %}" * 17
    + "{% for a in 'abcdefghijklmnopqrst' %}{{ x|unique|length }}{% endfor %}",
    "sorting": LONG + "{% for a in s %}{% set x = s|sort|list %}{% endfor %}",
    "mapping": LONG
    + "{% for a in s %}{% set x = s|map('upper')|map('lower')|list %}{% endfor %}",
    "selecting": LONG
    + "{% for a in s %}{% set x = s|select('in', s)|list %}{% endfor %}",
    "spread-arguments": LONG
    + "{% macro m() %}{{ varargs|length }}{% endmacro %}{% for a in s %}{% for b in s %}{{ m(*s) }}{% endfor %}{% endfor %}",
    "cycling": LONG
    + "{% for a in s %}{% for b in s %}{{ loop.cycle(*s) }}{% endfor %}{% endfor %}",
}
# Runs the program with a Jinja whose compiler has another name for one of its methods.
RENAMED = """
import sys
from importlib.machinery import SourceFileLoader

original = SourceFileLoader.get_code
old, new = sys.argv[1:3]
del sys.argv[1:3]

def get_code(self, name):
    if name != "jinja2.compiler":
        return original(self, name)
    source = self.get_source(name).replace(old, new)
    return compile(source, self.path, "exec")

SourceFileLoader.get_code = get_code

from protestgen.__main__ import main

sys.exit(main())
"""
CIRCLES = {
    "recursive-macro": (
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "mine.txt.j2:3",
    ),
    "recursive-macros": (
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
        "mine.txt.j2:3",
    ),
    "recursive-block": ("{% block a %}{{ self.a() }}{% endblock %}", "mine.txt.j2:3"),
    "recursive-loop": (
        "{% for a in 'ab' recursive %}{{ loop('ab') }}{% endfor %}",
        "mine.txt.j2:3",
    ),
    "recursive-call": (
        "{% macro m() %}{% call m() %}{% endcall %}{{ caller() }}{% endmacro %}{{ m() }}",
        "mine.txt.j2:3",
    ),
    "recursive-include": ("{% include 'en/mine.txt.j2' %}", "mine.txt.j2:3"),
    "branching-include": ("{% include 'en/twice.j2' %}", "twice.j2:1"),
    "recursive-import": ("{% import 'en/mine.txt.j2' as m %}", "mine.txt.j2:3"),
    "recursive-extends": ("{% extends 'en/mine.txt.j2' %}", "mine.txt.j2:1"),
}
NESTED = {
    "deep-brackets": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "deep-lists": "{{ " + "[" * 5000 + "]" * 5000 + " }}",
    "deep-sum": "{{ " + "1 + " * 9000 + "1 }}",
    "deep-not": "{{ " + "not " * 9000 + "1 }}",
    "deep-attributes": "{{ case" + ".title" * 6000 + " }}",
    "deep-filters": "{{ case.title" + "|upper" * 6000 + " }}",
    "deep-loops": "{% for a in 'ab' %}" * 500 + "{% endfor %}" * 500,
    "deep-tests": "{% if 1 %}" * 2000 + "{% endif %}" * 2000,
}
FILES = {
    "file": (
        "{% include '/etc/passwd' %}",
        "mine.txt.j2:3: unknown template '/etc/passwd': name one of a folder 'templates'",
    ),
    "file-extended": (
        "{% extends '/etc/passwd' %}",
        "mine.txt.j2:1: unknown template '/etc/passwd': name one of a folder 'templates'",
    ),
    "file-imported": (
        "{% import '/etc/passwd' as p %}",
        "mine.txt.j2:3: unknown template '/etc/passwd': name one of a folder 'templates'",
    ),
    "file-relative": (
        "{% include '../../../../../../../etc/passwd' %}",
        "mine.txt.j2:3: unknown template '../../../../../../../etc/passwd': name one of a folder 'templates'",
    ),
    "file-dotted": (
        "{% include 'en/../../../../../../etc/passwd' %}",
        "mine.txt.j2:3: unknown template 'en/../../../../../../etc/passwd': name one of a folder 'templates'",
    ),
    "file-shipped": (
        "{% include 'shipped/../../../../../etc/passwd' %}",
        "mine.txt.j2:3: unknown template 'shipped/../../../../../etc/passwd': name one of a folder 'templates'",
    ),
    "file-shipped-absolute": (
        "{% include 'shipped//etc/passwd' %}",
        "mine.txt.j2:3: unknown template 'shipped//etc/passwd': did you mean 'shipped/es/press.j2'?",
    ),
    "file-encoded": (
        "{% include '%2e%2e/%2e%2e/%2e%2e/etc/passwd' %}",
        "mine.txt.j2:3: unknown template '%2e%2e/%2e%2e/%2e%2e/etc/passwd': name one of a folder 'templates'",
    ),
    "file-backslash": (
        "{% include '..\\\\..\\\\..\\\\etc\\\\passwd' %}",
        "mine.txt.j2:3: unknown template '..\\..\\..\\etc\\passwd': name one of a folder 'templates'",
    ),
    "file-null": (
        "{% include 'en/mine.txt.j2\\0' %}",
        "mine.txt.j2:3: unknown template 'en/mine.txt.j2\\x00': did you mean 'en/mine.txt.j2'?",
    ),
    "file-null-cut": (
        "{% include '/etc/passwd\\0.j2' %}",
        "mine.txt.j2:3: unknown template '/etc/passwd\\x00.j2': did you mean 'es/press.j2'?",
    ),
    "file-url": (
        "{% include 'file:///etc/passwd' %}",
        "mine.txt.j2:3: unknown template 'file:///etc/passwd': name one of a folder 'templates'",
    ),
    "file-home": (
        "{% include '~/.config/protestgen/profile.yaml' %}",
        "mine.txt.j2:3: unknown template '~/.config/protestgen/profile.yaml': name one of a folder 'templates'",
    ),
    "file-link": (
        "{% include 'en/link.j2' %}",
        "link.j2: a link that leads out of its folder",
    ),
    "file-link-folder": (
        "{% include 'en/folder/secret.txt' %}",
        "folder/secret.txt: a link that leads out of its folder",
    ),
    "file-link-extended": (
        "{% extends 'en/link.j2' %}",
        "link.j2: a link that leads out of its folder",
    ),
    "file-data": (
        "{% include '../data/demands.yaml' %}",
        "mine.txt.j2:3: unknown template '../data/demands.yaml': name one of a folder 'templates'",
    ),
    "file-list": (
        "{% include ['/etc/passwd', '../secret.txt'] %}",
        "mine.txt.j2:3: unknown template '../secret.txt': name one of a folder 'templates'",
    ),
    "file-fifo": (
        "{% include 'en/fifo.j2' %}",
        "mine.txt.j2:3: unknown template 'en/fifo.j2': did you mean 'en/link.j2'?",
    ),
    "file-device": (
        "{% include 'en/device.j2' %}",
        "mine.txt.j2:3: unknown template 'en/device.j2': did you mean 'en/twice.j2'?",
    ),
    "file-folder": (
        "{% include 'en' %}",
        "mine.txt.j2:3: unknown template 'en': name one of a folder 'templates'",
    ),
    "file-empty-name": (
        "{% include '' %}",
        "mine.txt.j2:3: unknown template '': name one of a folder 'templates'",
    ),
    "file-long-name": (
        "{% include 'a" + "b" * 5000 + "' %}",
        "mine.txt.j2:3: unknown template 'abbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb…': name one of a folder 'templates'",
    ),
    "file-computed": ("{% include case %}", "mine.txt.j2:3: this is no list: name one"),
    "file-number": ("{% include 1 %}", "mine.txt.j2:3: this is no list: name one"),
}


def within_bounds(
    *arguments: object, command: Sequence[str] = ("-m", "protestgen")
) -> Result:
    """Run the program, or another *command*, with little time and memory."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    done = subprocess.run(
        [sys.executable, *command, *map(str, arguments)],
        capture_output=True,
        check=False,
        encoding="utf-8",
        preexec_fn=bound,
        timeout=TIMEOUT,
    )
    return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture(name="run_bounded")
def _run_bounded(run: Run) -> Iterator[Run]:
    """
    Return a function that runs the command line with little time and memory.

    An attack that succeeds ends this process at worst, never the machine.
    """

    def too_late(_number: int, _frame: object) -> None:
        raise TimeoutError

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    used = resource.getrusage(resource.RUSAGE_SELF)
    bounds = {
        resource.RLIMIT_AS: pages * resource.getpagesize() + MEMORY,
        resource.RLIMIT_CPU: int(used.ru_utime + used.ru_stime) + 2 * SECONDS,
    }
    before = {kind: resource.getrlimit(kind) for kind in bounds}
    handler = signal.signal(signal.SIGALRM, too_late)
    signal.alarm(TIMEOUT)
    for kind, bound in bounds.items():
        resource.setrlimit(kind, (bound, before[kind][1]))
    yield run
    for kind, limits in before.items():
        resource.setrlimit(kind, limits)
    signal.alarm(0)
    signal.signal(signal.SIGALRM, handler)


@pytest.fixture(name="templates")
def _templates(tmp_path: Path) -> Path:
    """Return the folder of a stranger's templates, with ways out of it."""
    folder = tmp_path / "mine" / "templates" / "en"
    folder.mkdir(parents=True)
    (tmp_path / "secret.txt").write_text(SECRET, encoding="utf-8")
    (folder / "link.j2").symlink_to("../../../secret.txt")
    (folder / "folder").symlink_to("../../..")
    (folder / "device.j2").symlink_to("/dev/zero")
    os.mkfifo(folder / "fifo.j2")
    (folder / "empty.j2").write_text("")
    (folder / "twice.j2").write_text("{% include 'en/twice.j2' %}" * 2)
    return folder


def attack(templates: Path, text: str, run: Run = within_bounds) -> Result:
    """Write a letter in a style that is *text*, in a program of its own or by *run*."""
    first = "" if text.startswith("{% extends") else "Subject\n\n"
    (templates / "mine.txt.j2").write_text(f"{first}{text}\n", encoding="utf-8")
    return run("--campaign", templates.parents[1], *LETTER)


@pytest.mark.parametrize(("text", "error"), REFUSED.values(), ids=REFUSED)
def test_what_letters_do_not_need_is_refused(
    text: str, error: str, templates: Path, run_bounded: Run
) -> None:
    """
    A template reaches data and nothing of Python, and repeats nothing without bound.
    """
    assert attack(templates, text, run_bounded) == Result(
        1, "", f"error: {templates}/mine.txt.j2{error}\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize("text", ENDLESS.values(), ids=ENDLESS)
def test_work_is_bounded(text: str, templates: Path) -> None:
    """
    Work that takes too long or grows too large ends with one line.
    """
    result = attack(templates, text)

    assert (result.exit_code, result.stdout) == (1, "")
    places = ("mine.txt.j2:3", "empty.j2:1")  # or in the file that it includes
    assert result.stderr in {f"error: {templates}/{at}: {WORK}\n" for at in places}


@pytest.mark.parametrize(
    ("old", "new", "probe"),
    [
        ("blockvisit", "visit_body", "{% for a in s %}{% endfor %}"),
        ("environment.concat", "''.join", "{% set x %}{{ w }}{% endset %}"),
    ],
)
def test_campaign_templates_need_a_jinja_with_limits(
    old: str, new: str, probe: str, templates: Path
) -> None:
    """
    Templates of a campaign are refused if Jinja ignores the limits.
    """
    path = templates / "mine.txt.j2"
    loops = "{% for a in s %}{% for b in s %}{% for c in 'abc' %}"
    text = f"Subject\n\n{LONG}{loops}{'{% endfor %}' * 3}Text\n"
    path.write_text(text, encoding="utf-8")
    program = ("-c", RENAMED, old, new)
    mine = within_bounds("--campaign", templates.parents[1], *LETTER, command=program)
    bundled = within_bounds(*LETTER[:-2], "points", "-q", command=program)

    assert mine == Result(
        1,
        "",
        f"error: {path}: jinja2 {version('jinja2')} does not refuse "
        f"'{probe}', so only bundled templates are used: "
        "install 'jinja2<3.2'\n",
    )
    assert bundled == within_bounds(*LETTER[:-2], "points", "-q")
    assert bundled.exit_code == 0


@pytest.mark.parametrize(("text", "place"), CIRCLES.values(), ids=CIRCLES)
def test_endless_recursion_is_an_error(text: str, place: str, templates: Path) -> None:
    """
    Endless recursion has an error of its own.
    """
    assert attack(templates, text) == Result(
        1,
        "",
        f"error: {templates}/{place}: "
        "a macro, block or template uses itself without end: let it stop\n",
    )


@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_depth_is_bounded(text: str, templates: Path) -> None:
    """
    A template nested too deeply for the compiler is an error.
    """
    assert attack(templates, text) == Result(
        1,
        "",
        f"error: {templates}/mine.txt.j2: "
        "tags or brackets are nested too deeply: write it flatter\n",
    )


@pytest.mark.parametrize(("text", "error"), FILES.values(), ids=FILES)
def test_no_other_file_is_read(
    text: str, error: str, templates: Path, run_bounded: Run
) -> None:
    """
    No name of a template leads out of the campaign's folder.
    """
    result = attack(templates, text, run_bounded)

    assert result == Result(1, "", f"error: {templates}/{error}\n")


def test_folder_of_templates_may_not_be_a_link(templates: Path) -> None:
    """
    A folder of templates that is a link out of the campaign is refused.
    """
    campaign = templates.parents[2] / "other"
    campaign.mkdir()
    (campaign / "templates").symlink_to("/etc")
    line = (*LETTER[:-2], "../passwd", "-q")

    assert within_bounds("--campaign", campaign, *line).exit_code == 2
    (campaign / "templates").unlink()
    (campaign / "templates").symlink_to(templates.parent)
    (templates / "mine.txt.j2").write_text("Subject\n\nText\n")
    assert within_bounds("--campaign", campaign, *LETTER) == Result(
        1,
        "",
        f"error: {campaign}/templates/en/mine.txt.j2: "
        "a link that leads out of its folder\n",
    )


HARMLESS = {
    "text-as-template": ("{{ why }}", "{{ 1 + 1 }} {% include '/etc/passwd' %}"),
    "braces": ("{{ why }}", "{0.__class__} %(a)s %s."),
    "marks": ("{{ why|safe }}", "- a <b>"),
}


@pytest.mark.parametrize(("text", "why"), HARMLESS.values(), ids=HARMLESS)
def test_words_are_no_template(
    text: str, why: str, templates: Path, run_bounded: Run
) -> None:
    """
    Text of a sender or of data is never run as a template.
    """
    (templates / "mine.txt.j2").write_text(f"Subject\n\n{text}\n", encoding="utf-8")
    result = run_bounded("--campaign", templates.parents[1], *LETTER, "--why", why)

    assert (result.exit_code, result.stderr) == (0, "")
    assert f"\n\n{why}\n\n" in result.stdout


def test_letters_share_no_state(templates: Path) -> None:
    """
    A template keeps no values of one letter for the next.
    """
    (templates / "kept.j2").write_text("{% set ns = namespace(x='') %}{{ place }}")
    (templates / "mine.txt.j2").write_text(
        "{% import 'en/kept.j2' as kept without context %}{% set ns = kept.ns %}"
        "{{ ns.x }}{% set ns.x = ns.x ~ place %}"
        "{% include 'en/kept.j2' without context %}"
    )
    campaign = load_campaign(templates.parents[1])
    kept = Templates(campaign.folders)
    english = load_language("en", campaign.folders)
    first = "".join(kept.render(english, "mine", {"place": "Leeds"}))
    second = "".join(kept.render(english, "mine", {"place": "York"}))

    assert "Leeds" in first
    assert "Leeds" not in second


DATA = {
    "python-tag": ("cases: !!python/object/apply:os.system {a: {}}", "1:8: the tag '!!python/object/apply:os.system' has no meaning here: remove it"),
    "python-name": ("cases: {a: {title: !!python/name:os.system x}}", "1:20: the tag '!!python/name:os.system' has no meaning here: remove it"),
    "local-tag": ("cases: {a: {title: !include /etc/passwd}}", "1:20: the tag '!include' has no meaning here: remove it"),
    "binary": ("cases: {a: {title: !!binary aGVsbG8=}}", "1:20: the tag '!!binary' has no meaning here: remove it"),
    "merge": ("cases: {a: {<<: *b}}", "1:17: a text cannot begin with '*': put it in quotes"),
    "alias-bomb": ("a: &a [x, x]\n" + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in pairwise("abcdefghijkl")), "2:8: '*a' is an alias: write out what it repeats"),
    "aliases-of-text": ("cases: {a: {sources: [&a " + "x" * 900 + ", *a" * 1_500_000 + "]}}", "1:928: '*a' is an alias: write out what it repeats"),
    "values": ("cases: {a: {people: [" + "x," * 2_000_000 + "]}}", " more than 2,000,000 keys and items: make it two campaigns"),
    "unknown-keys": ("cases:\n" + "".join(f"  a{n // 2_000}:\n" * (n % 2_000 == 0) + f"    titel{n}: x\n" for n in range(120_000)), "3:5: unknown key 'titel0': did you mean 'title'?"),
    "long-case": ("cases:\n  a:\n    summary: " + "x " * 50_000, "3:5: longer than 100,000 characters: leave some out"),
    "alias-to-itself": ("cases: &a {b: *a}", "1:15: '*a' is an alias: write out what it repeats"),
    "deep": ("[" * 900, "1:51: nested deeper than 50 levels: write it flatter"),
    "deep-keys": ("cases: " + "{a: " * 100_000, "1:204: nested deeper than 50 levels: write it flatter"),
    "accents": ("cases: {a: {title: e" + "\u0323\u0300" * 40_000 + "}}", "1:20: 40 accents stand on one letter: remove them"),
    "large": ("# " + "x" * 10_000_001, " larger than 10 MB: divide it"),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("text", "error"), DATA.values(), ids=DATA)
def test_data_is_only_data(text: str, error: str, tmp_path: Path) -> None:
    """
    YAML names no code and no file, and does not expand.
    """
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "demands.yaml"
    path.write_text(text, encoding="utf-8")
    result = within_bounds("--campaign", tmp_path, "cases")

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"error: {path}:{error}" in result.stderr.splitlines()
    assert all(line.startswith("error: ") for line in result.stderr.splitlines())


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("../../secret.yaml", "a link that leads out of its folder: put the file itself here"),
        ("/dev/zero", "a link that leads out of its folder: put the file itself here"),
        (None, "this is no file: put one here"),
    ],
    ids=["link", "device", "fifo"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["demands.yaml", "embassies.yaml", "forms.yaml"])
def test_no_other_data_is_read(
    name: str, target: str | None, message: str, tmp_path: Path, run_bounded: Run
) -> None:
    """
    Data files that are links or pipes are refused.
    """
    (tmp_path / "secret.yaml").write_text(f"{SECRET}: 1\n", encoding="utf-8")
    path = tmp_path / "mine" / "data" / name
    path.parent.mkdir(parents=True)
    if target:
        path.symlink_to(target)
    else:
        os.mkfifo(path)
    result = run_bounded("--campaign", tmp_path / "mine", *LETTER[:5])

    assert result == Result(1, "", f"error: {path}: {message}\n")


def write_cases(folder: Path, *entries: str) -> Path:
    """Write the *entries* of cases to the campaign in *folder*; return the file."""
    path = folder / "data" / "demands.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("cases:\n" + "".join(entries), encoding="utf-8")
    return path


def problems_of(folder: Path, *entries: str) -> list[str]:
    """Return what is wrong with the *entries* of cases."""
    write_cases(folder, *entries)
    with pytest.raises(DataError) as caught:
        load_campaign(folder)
    return [f"{p.at.line}:{p.at.column}: {p.message}" for p in caught.value.problems]


def test_suggestions_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Only the first of many unknown names get a suggestion.
    """
    monkeypatch.setattr("protestgen.errors.MAX_COMPARED", 100)
    cases = (case(f"ada-{n}", follows=f"adam-{n}") for n in range(20))
    problems = problems_of(tmp_path, *cases)

    assert len(problems) == 20
    assert problems[0] == "15:14: unknown case 'adam-0': did you mean 'ada-0'?"
    assert problems[5].endswith("unknown case 'adam-5': add it, or remove this line")


def test_long_chains_of_cases_end(tmp_path: Path) -> None:
    """
    A cycle is found at the end of a chain of more cases than Python nests calls.
    """
    cases = (case(f"a{n}", follows=f"a{n + 1}") for n in range(1_200))
    ring = case("a1200", follows="a1199")

    assert problems_of(tmp_path, *cases, ring) == [
        f"{line}:14: the case follows itself in the end: remove this line"
        for line in (16_801, 16_815)
    ]


def test_entries_of_a_campaign_are_bounded(tmp_path: Path) -> None:
    """
    A campaign with too many offices is refused.
    """
    path = tmp_path / "data" / "embassies.yaml"
    path.parent.mkdir()
    office = (
        "  o{}: {{name: O, role: office, country: gb, confidence: low, sources: [a]}}\n"
    )
    path.write_text("offices:\n" + "".join(map(office.format, range(5_001))))
    result = within_bounds("--campaign", tmp_path, "embassies")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"error: {path}:5002:10: more than 5,000 offices: move some to another campaign\n"
    )


def test_styles_of_a_language_are_bounded(tmp_path: Path) -> None:
    """
    A language with too many styles is refused.
    """
    folder = tmp_path / "templates" / "en"
    folder.mkdir(parents=True)
    for number in range(101):
        (folder / f"s{number}.txt.j2").write_text("Subject\n\nText.\n")
    error = f"error: {folder}: more than 100 styles: remove some\n"

    assert within_bounds("--campaign", tmp_path, "styles") == Result(1, "", error)
    assert within_bounds("check", tmp_path) == Result(1, "", error)


def test_hash_is_of_the_files_that_are_read(tmp_path: Path) -> None:
    """
    The hash of a campaign reads no link out of it, no pipe and no huge file.
    """
    mine = tmp_path / "mine"
    path = write_cases(mine, case())
    (mine / "templates").mkdir()
    before = campaign_hash([mine])
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    for folder in (mine / "data", mine / "templates"):
        (folder / "link.yaml").symlink_to(tmp_path / "secret")
        (folder / "device.yaml").symlink_to("/dev/zero")
        (folder / "notes").mkdir()
        os.mkfifo(folder / "fifo.yaml")
        with (folder / "huge.yaml").open("wb") as file:
            file.truncate(2**40)
    (mine / "data" / "notes.txt").write_text("nothing of a letter")
    program = (
        "import sys; from pathlib import Path; from protestgen.campaign.data_files import campaign_hash\n"
        "print(campaign_hash([Path(sys.argv[1])]))"
    )

    assert within_bounds(mine, command=("-c", program)) == Result(0, f"{before}\n", "")

    path.write_text(path.read_text().replace("Leeds", "York"))
    assert campaign_hash([mine]) != before


PAGES = {
    "script": ("<script>fetch('//a.example')</script>", "'<script>'"),
    "handler": ('<p onclick="a()">', "'<p onclick=\"a()\">'"),
    "image": ('<img src="https://a.example">', "'<img src=\"https://a.example\">'"),
    "link": ('<a href="javascript:a()">', "'<a href=\"javascript:a()\">'"),
    "refresh": (
        '<meta http-equiv="refresh" content="0;url=//a.example">',
        '\'<meta http-equiv="refresh" content="0;url=//a.example">\'',
    ),
    "frame": ("<iframe>", "'<iframe>'"),
    "form": ("<form>", "'<form>'"),
    "base": ("<base>", "'<base>'"),
    "svg": ("<svg/onload=a()>", "'<svg/onload=a()>'"),
    "comment": ("<!--><script>-->", "'<!-->'"),
    "open": ("<p <script>", "'<p <script>'"),
    "capital": ("<SCRIPT>", "'<SCRIPT>'"),
    "attribute": ("<p style=x>", "'<p style=x>'"),
    "style": ("<style>p { background: URL(//a.example) }</style>", "'URL('"),
    "style-imported": ("<style>@import '//a.example';</style>", "'@import'"),
    "style-escaped": ("<style>p { background: u\\72l(a) }</style>", "'\\'"),
    "style-unclosed": ("<style>p { background: url(a) }", "'url('"),
    "safe": ("{{ '<script>'|safe }}", "'<script>'"),
}


@pytest.mark.parametrize(("text", "found"), PAGES.values(), ids=PAGES)
def test_page_runs_and_fetches_nothing(
    text: str, found: str, run: Run, tmp_path: Path
) -> None:
    """
    A layout whose page would run or fetch something is refused.
    """
    layout = tmp_path / "templates" / "layout" / "letter.html.j2"
    layout.parent.mkdir(parents=True)
    layout.write_text(text, encoding="utf-8")
    result = run(
        "--campaign", tmp_path, *LETTER[:5], "-q", "-o", tmp_path / "letter.html"
    )

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"error: the layout 'letter.html.j2': {found} may run or fetch something: "
        "remove it\n"
    )
    assert not (tmp_path / "letter.html").exists()


@pytest.mark.parametrize(
    "text",
    ["{{ letters[0]|trim }}", "{{ letters|map('upper')|join }}", "{{ letters|title }}"],
)
def test_layout_prints_no_object(text: str, run: Run, tmp_path: Path) -> None:
    """
    A layout cannot print an object, whose text would reveal an omitted address.
    """
    layout = tmp_path / "templates" / "layout" / "letter.html.j2"
    layout.parent.mkdir(parents=True)
    layout.write_text(text, encoding="utf-8")
    output = tmp_path / "letter.html"
    address = ("--name", "Ada", "--address", "1 Hidden Road", "--omit-address")
    result = run("--campaign", tmp_path, *LETTER[:5], *address, "-q", "-o", output)
    kind = "list" if "title" in text else "letter"

    assert result == Result(
        1, "", f"error: {layout}:1: a {kind} cannot be printed: print a text of it\n"
    )
    assert not output.exists()


@pytest.mark.slow
def test_long_templates_are_bounded(templates: Path) -> None:
    """
    Compiling many long templates costs steps, even if nothing in them runs.
    """
    for name in "abcdefghijklmnopqrs":
        text = "{% if 0 %}{% block a %}" + "{{ a ~ a }}" * 4_000
        text += "{% endblock %}{% endif %}"
        (templates / f"{name}.j2").write_text(text, encoding="utf-8")
    result = attack(
        templates,
        "{% for a in 'abcdefghijklmnopqrs' %}{% include 'en/' ~ a ~ '.j2' %}{% endfor %}",
    )

    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(f"error: .*: {WORK}\n", result.stderr)


def test_layout_is_sandboxed(run: Run, tmp_path: Path) -> None:
    """
    The layout of a page has the limits of all templates.
    """
    layout = tmp_path / "templates" / "layout" / "letter.html.j2"
    layout.parent.mkdir(parents=True)
    for text, message in (
        (LONG + "{% for a in s %}{{ s }}{% endfor %}", WORK),
        ("{{ letters[0].sender }}", "unknown attribute 'letter.sender': did you mean 'letter.sender_block'?"),
    ):  # fmt: skip
        layout.write_text(text, encoding="utf-8")
        output = tmp_path / f"{len(text)}.html"
        result = run("--campaign", tmp_path, *LETTER[:5], "-q", "-o", output)

        assert result == Result(1, "", f"error: {layout}:1: {message}\n")


def test_accents_are_bounded() -> None:
    """
    More accents on one letter than any script has are refused.
    """
    with pytest.raises(ValueError, match=r"^40 accents stand on one letter"):
        normalize("e" + "\u0323\u0300" * 500_000)
    assert normalize("e\u0323\u0302" + "—" * 100) == "ệ" + "—" * 100


def test_letters_of_a_check_share_their_work(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A check whose styles each use all steps of a letter ends early with one error.
    """
    monkeypatch.setattr("protestgen.templating.metering.MAX_SHARED_STEPS", 2_000_000)
    path = write_cases(tmp_path, *(case(f"a{n}") for n in range(9)))
    folder = tmp_path / "templates" / "en"
    folder.mkdir(parents=True)
    loop = "{% for a in s[:1000] %}{% for b in s[:50] %}{% endfor %}{% endfor %}"
    for number in range(3):
        text = f"Subject\n\n{LONG}{loop}Ada Example: release her, in Leeds.\n"
        (folder / f"s{number}.txt.j2").write_text(text, encoding="utf-8")
    result = run("check", tmp_path)
    limits = [line for line in result.stdout.splitlines() if " together" in line]

    assert result.exit_code == 1
    assert limits == [
        f"{folder}/s0.txt.j2:1:1: error: the letters take too much work together, so "
        "the others are not written: look for long loops in the templates"
    ]
    assert path.exists()


def test_usual_letters_take_nothing_of_the_work_that_is_shared() -> None:
    """
    Bundled styles never use the steps that all letters of a check share.
    """
    campaign, shared = load_campaign(), SharedSteps()
    templates = Templates(campaign.folders, shared)
    before = shared.left
    for style in templates.styles("en"):
        compose(
            campaign.case("temir-bank"),
            campaign.directory.missions[0],
            Sender(country="gb"),
            style=style,
            language=load_language("en", campaign.folders),
            templates=templates,
            on=date(2026, 11, 22),
        )

    assert shared.left == before


def test_an_error_without_a_reason_is_named() -> None:
    """
    An error for which Python has no text gets one.
    """
    sandbox = Templates(load_campaign().folders).environment
    messages = [
        as_template_error(error, sandbox, {}).message
        for error in (MemoryError(), OverflowError())
    ]

    assert messages == [
        "out of memory: look for a text or list that grows and grows",
        "OverflowError",
    ]
