"""Errors of templates in plain words, with file, line and a hint."""

import re
from collections.abc import Iterable, Iterator, Mapping

from jinja2 import TemplateNotFound, TemplateSyntaxError, nodes
from jinja2.environment import TemplateModule
from jinja2.runtime import LoopContext
from jinja2.utils import Namespace, missing
from msgspec import Struct

from protestgen.errors import (
    Location,
    TemplateError,
    did_you_mean,
    nearest,
    quoted,
)

from .metering import kind
from .sandbox import Sandbox
from .undefined import UndefinedNameError

# More names than this are not listed.
_MAX_LISTED = 12
_TAGS = frozenset(
    """
    block call elif else endblock endcall endfilter endfor endif endmacro endraw endset
    endwith extends filter for from if import include macro raw set with
    """.split()  # noqa: SIM905 - a block of words is easier to read and check
)
# Patterns of Jinja's messages, with what an author can understand and do.
_EXPLANATIONS = tuple(
    (re.compile(said), meant)
    for said, meant in (
        (
            r"Unexpected end of template\..* needs to be closed is '(.*)'\.",
            "the tag '{0}' is not closed: add '{{% end{0} %}}'",
        ),
        (r"Missing end of comment tag", "a comment is not closed: add '#}}'"),
        (
            r"Missing end of raw directive",
            "the tag 'raw' is not closed: add '{{% endraw %}}'",
        ),
        (
            r"tag name expected",
            "a tag begins here without its name: write it, or remove the '{{%'",
        ),
        (
            r"expected name or number",
            "a name is missing behind the full stop: write it",
        ),
        (
            r"Can't assign to special loop variable in for-loop target",
            "'loop' is a word of Jinja: give the variable another name",
        ),
        (
            r"unexpected end of template.*|.*unexpected 'end of template'",
            "the template ends within a tag: close it with '}}}}' or '%}}'",
        ),
        (
            r".*(?:unexpected|got) 'end of (?:print statement|statement block)'",
            "something is missing at the end of this tag: add it",
        ),
        (
            r"expected token 'end of (?:print statement|statement block)', got '='",
            "'=' gives a value: compare with '=='",
        ),
        (
            r"expected token 'end of (?:print |)statement(?: block|)', got 'string'",
            "a text is not expected here: close the tag before it, or join with '~'",
        ),
        (
            r"expected token 'end of (?:print statement|statement block)', got '(.*)'",
            "{0!r} is not expected here: close the tag before it, or join with '~'",
        ),
        (
            r"expected token '(.*)', got '(.*)'",
            "'{0}' is expected here, not {1!r}: write it before",
        ),
        (
            r"unexpected '(.*)', expected '(.*)'",
            "{0!r} is not expected here: '{1}' is missing before it",
        ),
        (
            r"unexpected char (\"'\"|'\"') at .*",
            "a quotation mark has no partner: put one at each end of the text",
        ),
        (
            r"unexpected char (.*) at .*",
            "the sign {0} means nothing here: remove it, or put the text in quotes",
        ),
        (
            r"unexpected '(.*)'",
            "{0!r} is not expected here: remove it, or add what is missing before it",
        ),
        (
            r"block '(.*)' defined twice",
            "the block '{0}' appears twice: keep one, or give it another name",
        ),
        (
            r"cannot use extend from a non top-level scope",
            "the tag 'extends' cannot stand within another: put it first",
        ),
        (
            r"cannot assign attribute on non-namespace object",
            "this cannot be changed: change what 'namespace()' gave",
        ),
        (r"'.*' object is not iterable", "this is no list: name one"),
        (
            r"there is no parent block called '(.*)'\.",
            "no template above has the block '{0}': remove 'super()'",
        ),
        (
            r"there is no (?:previous|next) item",
            "nothing is there at this end of the list: test it with 'if' first",
        ),
        (
            r"parameter '(.*)' was not provided",
            "the macro needs '{0}': write it between its brackets",
        ),
        (r"extended multiple times", "the tag 'extends' appears twice: keep one"),
    )
)


def as_template_error(
    error: Exception, sandbox: Sandbox, values: Mapping[str, object]
) -> TemplateError:
    """The *error* of a template that was given *values*, in plain words."""
    if isinstance(error, TemplateError):
        return error
    if isinstance(error, TemplateSyntaxError):
        at = Location(str(error.filename), error.lineno)
        return TemplateError(_explained(str(error.message), sandbox), at=at)
    if isinstance(error, UndefinedNameError):
        message = _unknown_name(error, sandbox, values)
    elif isinstance(error, TemplateNotFound):
        name = str(error.name)
        near = nearest(name, sandbox.names())
        hint = did_you_mean(near, "name one of a folder 'templates'")
        message = f"unknown template {quoted(name)}: {hint}"
    elif isinstance(error, RecursionError):
        message = "a macro, block or template uses itself without end: let it stop"
    elif isinstance(error, MemoryError):
        message = "out of memory: look for a text or list that grows and grows"
    else:
        message = _explained(str(error), sandbox) or type(error).__name__
    return TemplateError(message, at=_place(error))


def _place(error: BaseException) -> Location | None:
    """The file and line of the template in which *error* was raised."""
    place, trace = None, error.__traceback__
    while trace:
        frame = trace.tb_frame
        if "__jinja_exception__" in frame.f_globals:  # as Jinja rewrites its frames
            place = Location(frame.f_code.co_filename, trace.tb_lineno)
        trace = trace.tb_next
    return place


def _unknown_name(
    error: UndefinedNameError, sandbox: Sandbox, values: Mapping[str, object]
) -> str:
    """The message for an unknown name."""
    name, obj = str(error.name), error.obj
    if error.name is None:
        return _explained(str(error), sandbox)
    if obj is missing:
        known = {*values, *sandbox.globals, *_defined(sandbox)}
        hint = "it is set later or elsewhere" if name in known else _hint(name, known)
        return f"unknown variable {quoted(name)}: {hint}"
    return _unknown_attribute(error, sandbox, values)


def _unknown_attribute(
    error: UndefinedNameError, sandbox: Sandbox, values: Mapping[str, object]
) -> str:
    """The message for an unknown attribute or item of an object."""
    name, obj = str(error.name), error.obj
    if isinstance(error.name, int):
        return f"there is no item {name} in {kind(obj)}: test its length first"
    if obj is None:
        return f"nothing is there that could have '{name}': test it with 'if' first"
    if isinstance(obj, (dict, Namespace, TemplateModule)):
        keys = map(str, obj) if isinstance(obj, dict) else sandbox.attributes(obj)
        return f"there is no {quoted(name)} in this: {_hint(name, keys)}"
    if not isinstance(obj, (Struct, LoopContext)):
        return f"{kind(obj)} has no {quoted(name)}: use a filter, or remove it"
    where = "loop" if isinstance(obj, LoopContext) else type(obj).__name__.lower()
    where = next((key for key, value in values.items() if value is obj), where)
    seen = sandbox.attributes(obj)
    near = nearest(name, seen)
    hint = f"did you mean '{where}.{near}'?" if near else _choice(seen)
    return f"unknown attribute {quoted(f'{where}.{name}')}: {hint}"


def _defined(sandbox: Sandbox) -> Iterator[str]:
    """The names of the macros and variables in the templates of the letter."""
    for template in sandbox.sources():
        yield from (macro.name for macro in template.find_all(nodes.Macro))
        names = template.find_all(nodes.Name)
        yield from (name.name for name in names if name.ctx != "load")


def _explained(message: str, sandbox: Sandbox) -> str:
    """The *message* of Jinja in plain words."""
    if named := re.fullmatch(r"No (filter|test) named '(.*)'( found)?\.", message):
        known = sandbox.filters if named[1] == "filter" else sandbox.tests
        return f"unknown {named[1]} {quoted(named[2])}: {_hint(named[2], known)}"
    if named := re.match(r"the template '(.*)' \(imported .* name '(.*)'", message):
        hint = _hint(named[2], _defined(sandbox))
        return f"the template {quoted(named[1])} has no {quoted(named[2])}: {hint}"
    if named := re.match(r"Encountered unknown tag '(.*?)'\.", message):
        return _wrong_tag(named[1], message)
    for said, meant in _EXPLANATIONS:
        if match := said.fullmatch(message):
            return meant.format(*match.groups())
    return message


def _wrong_tag(tag: str, message: str) -> str:
    if tag not in _TAGS:
        return f"unknown tag {quoted(tag)}: {_hint(tag, _TAGS)}"
    if open_ := re.search(r"needs to be closed is '(.*)'\.", message):
        hint = f"close '{open_[1]}' first, with '{{% end{open_[1]} %}}'"
        return f"the tag '{tag}' is not expected here: {hint}"
    return f"the tag '{tag}' belongs to nothing before it: remove it"


def _hint(name: str, known: Iterable[str]) -> str:
    known = set(known)
    return did_you_mean(nearest(name, known), _choice(known))


def _choice(known: Iterable[str]) -> str:
    names = sorted(known)
    few = names and len(names) <= _MAX_LISTED
    return f"there are {', '.join(names)}" if few else "see 'protestgen help templates'"
