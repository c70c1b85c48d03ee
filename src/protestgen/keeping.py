"""
Blocks of templates that are rendered once for many letters.

Of a thousand letters about one case most blocks are the same: all that do not read what
is particular to a sender. What a block reads is in its source; where that does not
tell, it is rendered for each letter.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextvars import ContextVar
from types import CodeType
from typing import Any

from jinja2 import Environment, Template, nodes
from jinja2.runtime import Context

# What the values of a template are called that differ from sender to sender. Their own
# words are hardly ever the same.
PERSONAL = ("cosigners", "joint", "organisation", "place", "plural")
OWN_WORDS = "why"
# So many texts are kept for letters that differ in nothing but the sender.
_MOST_TEXTS = 200

_Block = Callable[[Context], Iterator[str]]
Kept = MutableMapping[tuple[object, ...], str]

# Where the texts are that the letter which is being rendered can take.
KEPT: ContextVar[Kept | None] = ContextVar("KEPT", default=None)

# What may read anything.
_OPAQUE: tuple[type[nodes.Node], ...] = (
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.ContextReference,
)


class KeepingTemplate(Template):
    """A template that renders its blocks as often as it must."""

    @classmethod
    def from_code(
        cls,
        environment: Environment,
        code: CodeType,
        globals: MutableMapping[str, Any],  # noqa: A002 - the name that Jinja has
        uptodate: Callable[[], bool] | None = None,
    ) -> Template:
        """Return the template that *code* was compiled to."""
        template = super().from_code(environment, code, globals, uptodate)
        template.blocks = {
            name: _KeepingBlock(template, name, block)
            for name, block in template.blocks.items()
        }
        return template


class _KeepingBlock:
    """A *block* of a template that is rendered as often as it must be."""

    def __init__(self, template: Template, name: str, block: _Block) -> None:
        self._template = template
        self._name = name
        self._block = block
        # By the template that is rendered, which may be one that extends this one.
        self._read: dict[str | None, tuple[str, ...] | None] = {}

    def __eq__(self, other: object) -> bool:
        # Jinja looks for the block that calls `super()` by its function.
        return other is self or other is self._block

    def __hash__(self) -> int:
        return hash(self._block)

    def __call__(self, context: Context) -> Iterator[str]:
        kept = KEPT.get()
        if kept is None:
            return self._block(context)
        if context.name not in self._read:
            read = _personal(self._template, self._name, context.name)
            self._read[context.name] = read
        names = self._read[context.name]
        if names is None or (OWN_WORDS in names and context.get(OWN_WORDS)):
            return self._block(context)
        key = (self._template.name, self._name, *map(context.get, names))
        text = kept.get(key)
        if text is None:
            text = "".join(self._block(context))
            if len(kept) < _MOST_TEXTS:
                kept[key] = text
        return iter((text,))


def _personal(
    template: Template, block: str, rendered: str | None
) -> tuple[str, ...] | None:
    """
    Return which personal values a *block* of *template* may read, if that can be told.

    *rendered* is the template that is this one, or extends it.
    """
    reads: dict[str, set[str]] = {}
    own: nodes.Block | None = None
    name = rendered
    while name:
        tree = _tree(template.environment, name)
        if any(tree.find(kind) for kind in _OPAQUE):
            return None
        for node in tree.find_all((nodes.Macro, nodes.Assign, nodes.AssignBlock)):
            for target in _targets(node):
                reads.setdefault(target, set()).update(_names(node))
        if name == template.name:
            blocks = tree.find_all(nodes.Block)
            own = next(found for found in blocks if found.name == block)
        extended = tree.find(nodes.Extends)
        name = getattr(extended.template, "value", None) if extended else None
        if extended and not name:
            return None
    if own is None or own.scoped or own.find(nodes.Block):
        return None
    return _reached(_names(own), reads)


def _reached(names: set[str], reads: Mapping[str, set[str]]) -> tuple[str, ...] | None:
    """Return the personal ones of *names*, and of those that they lead to."""
    waiting, met = list(names), set(names)
    while waiting:
        for name in reads.get(waiting.pop(), set()) - met:
            met.add(name)
            waiting.append(name)
    if met & {"self", "super", "caller"}:
        return None
    return tuple(name for name in (*PERSONAL, OWN_WORDS) if name in met)


def _tree(environment: Environment, name: str) -> nodes.Template:
    assert environment.loader  # noqa: S101 - the template was loaded by it
    source, _, _ = environment.loader.get_source(environment, name)
    return environment.parse(source, name)


def _targets(node: nodes.Node) -> Iterator[str]:
    """Yield the names that *node* gives a meaning to."""
    if isinstance(node, nodes.Macro):
        yield node.name
    for name in node.find_all(nodes.Name):
        if name.ctx == "store":
            yield name.name


def _names(node: nodes.Node) -> set[str]:
    return {name.name for name in node.find_all(nodes.Name)}
