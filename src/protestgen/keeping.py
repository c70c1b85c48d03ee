"""
Blocks of templates that are rendered once for many letters.

Of a thousand letters about one case most blocks are the same: all that do not read what
is particular to a sender. What a block reads is in its source; where that does not
tell, it is rendered for each letter.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextvars import ContextVar
from functools import lru_cache
from itertools import takewhile
from types import CodeType
from typing import Any

from jinja2 import Environment, Template, nodes
from jinja2.runtime import Context
from msgspec import Struct

# What the values of a template are called that differ from sender to sender. Their own
# words are hardly ever the same.
PERSONAL = ("cosigners", "joint", "organisation", "place", "plural")
OWN_WORDS = "why"
# So many texts are kept for letters that differ in nothing but the sender.
_MOST_TEXTS = 500

_Block = Callable[[Context], Iterator[str]]

# What may read anything.
_OPAQUE: tuple[type[nodes.Node], ...] = (
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.ContextReference,
    nodes.NSRef,
)
# What does something to the text in it.
_CHANGING = (nodes.FilterBlock, nodes.AssignBlock, nodes.CallBlock, nodes.Macro)
# What gives a meaning to a name.
_DEFINING = (nodes.Macro, nodes.Assign, nodes.AssignBlock)
# Stand for a block in the text that a template itself gives.
_MARK = "\x03"


class Kept:
    """The texts of blocks for all letters that have the same values but personal."""

    def __init__(self) -> None:
        self.texts: dict[tuple[object, ...], str] = {}
        # What a block runs in that needs nothing but the values.
        self.context: Context | None = None
        # The text of the template itself, and the blocks in it; empty if not known.
        self._layout: tuple[str | _KeepingBlock, ...] | None = None
        # By personal values: what letters are made of, but for own words.
        self._patterns: dict[tuple[object, ...], list[str | _KeepingBlock]] = {}
        self._whole: dict[tuple[str, str], str] = {}

    def put_together(
        self, environment: Environment, name: str, values: Mapping[str, object]
    ) -> list[str] | None:
        """
        Return the letter of *values*, if what is kept is enough for it.

        It is in parts that end with a blank line.
        """
        key = (bool(values[OWN_WORDS]), *[values[name] for name in PERSONAL])
        pattern = self._patterns.get(key)
        if pattern is None:
            pattern = self._pattern(environment, name, values)
            if not pattern:
                return None
            if len(self._patterns) < _MOST_TEXTS:
                self._patterns[key] = pattern
        parts: list[str] = []
        begun = ""
        for part in pattern:
            begun += part if isinstance(part, str) else part.new_text(values, self)
            if begun.endswith("\n\n"):
                parts.append(begun)
                begun = ""
        return [*parts, begun]

    def _pattern(
        self, environment: Environment, name: str, values: Mapping[str, object]
    ) -> "list[str | _KeepingBlock]":
        """Return what the letter of *values* is made of; nothing if that may vary."""
        if self._layout is None:
            self._layout = _layout(environment, name, values)
        pattern: list[str | _KeepingBlock] = []
        for part in self._layout:
            if not isinstance(part, str):
                found = part.kept(name, values, self)
                if found is None:
                    return []
                pattern.append(found)
            elif pattern and isinstance(last := pattern[-1], str):
                # The same text in all patterns takes room once, and is known again.
                pattern[-1] = self._whole.setdefault((last, part), last + part)
            else:
                pattern.append(part)
        return pattern


# What is kept for the letter that is being rendered, if it is one of many.
KEPT: ContextVar[Kept | None] = ContextVar("KEPT", default=None)
# The blocks that were met so far, while it is found out where they stand.
_MET: ContextVar[list["_KeepingBlock"] | None] = ContextVar("_MET", default=None)


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


class _Reads(Struct, frozen=True):
    """
    What a block may read of personal values, in *names*; anything, if that is None.

    One that *is_plain* needs nothing that the template has defined outside of it.
    """

    names: tuple[str, ...] | None
    is_plain: bool = False


class _KeepingBlock:
    """A *block* of a template that is rendered as often as it must be."""

    def __init__(self, template: Template, name: str, block: _Block) -> None:
        self._template = template
        self._name = name
        self._label = f"{template.filename}:{name}"
        self._block = block
        # By the template that is rendered, which may be one that extends this one.
        self._reads: dict[str, _Reads] = {}

    def __eq__(self, other: object) -> bool:
        # Jinja looks for the block that calls `super()` by its function.
        return other is self or other is self._block

    def __hash__(self) -> int:
        return hash(self._block)

    def __call__(self, context: Context) -> Iterator[str]:
        met, kept = _MET.get(), KEPT.get()
        if met is not None:
            met.append(self)
            return iter((f"{_MARK}{len(met) - 1}{_MARK}",))
        if kept is None or context.name is None:
            return self._block(context)
        reads = self._read(context.name)
        if reads.names is None or (OWN_WORDS in reads.names and context.get(OWN_WORDS)):
            return self._block(context)
        key = (self._label, *map(context.get, reads.names))
        text = kept.texts.get(key)
        if text is None:
            text = "".join(self._block(context))
            if len(kept.texts) < _MOST_TEXTS:
                kept.texts[key] = text
        return iter((text,))

    def kept(
        self, rendered: str, values: Mapping[str, object], kept: Kept
    ) -> "str | _KeepingBlock | None":
        """Return its kept text for a letter of *values*, or itself if it makes that."""
        reads = self._read(rendered)
        if reads.names is None:
            return None
        if OWN_WORDS in reads.names and values[OWN_WORDS]:
            return self if reads.is_plain else None
        return kept.texts.get((self._label, *map(values.get, reads.names)))

    def new_text(self, values: Mapping[str, object], kept: Kept) -> str:
        """Return its text, where it is made of *values* alone."""
        if kept.context is None:
            kept.context = self._template.new_context(dict(values))
        kept.context.parent.update(values)
        return "".join(self._block(kept.context))

    def _read(self, rendered: str) -> _Reads:
        if rendered not in self._reads:
            self._reads[rendered] = _reads(self._template, self._name, rendered)
        return self._reads[rendered]


def _layout(
    environment: Environment, name: str, values: Mapping[str, object]
) -> tuple[str | _KeepingBlock, ...]:
    """Return what the template *name* is put together of; nothing if it may vary."""
    chain = list(_chain(environment, name).values())
    definitions = _definitions(environment, name)
    if not chain or _reached(_outer_names(chain[-1]), definitions) != ():
        return ()
    met: list[_KeepingBlock] = []
    token = _MET.set(met)
    try:
        text = environment.get_template(name).render(values)
    finally:
        _MET.reset(token)
    parts = text.split(_MARK)
    if len(parts) != 2 * len(met) + 1:
        return ()
    return tuple(met[int(part)] if i % 2 else part for i, part in enumerate(parts))


def _reads(template: Template, block: str, rendered: str) -> _Reads:
    """
    Return what a *block* of *template* may read.

    *rendered* is the template that is this one, or extends it.
    """
    chain = _chain(template.environment, rendered)
    if template.filename not in chain:
        return _Reads(None)
    blocks = chain[template.filename].find_all(nodes.Block)
    own = next(b for b in blocks if b.name == block)
    # A block of a template that is extended lends its scope to the one that fills it.
    if own.find(nodes.Block) or block in _scoped(chain.values()):
        return _Reads(None)
    names, definitions = _names(own), _definitions(template.environment, rendered)
    return _Reads(_reached(names, definitions), not names & definitions.keys())


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


@lru_cache(maxsize=100)
def _chain(environment: Environment, name: str) -> dict[str, nodes.Template]:
    """
    Return a template and those that it extends, parsed; none if they may differ.

    They are told apart by their files: one that extends `shipped/...` has the name of
    the other.
    """
    chain: dict[str, nodes.Template] = {}
    following: str | None = name
    while following:
        assert environment.loader  # noqa: S101 - it has loaded the template
        source, path, _ = environment.loader.get_source(environment, following)
        if path is None or path in chain:
            return {}
        tree = chain[path] = environment.parse(source, following)
        if any(tree.find_all(_OPAQUE)) or _changes_blocks(tree):
            return {}
        extended = tree.find(nodes.Extends)
        following = getattr(extended.template, "value", None) if extended else None
        if extended and not (following and _begins_with(tree, extended)):
            return {}
    return chain


def _changes_blocks(tree: nodes.Template) -> bool:
    """Tell whether a template does something to the text of its blocks."""
    return any(node.find(nodes.Block) for node in tree.find_all(_CHANGING))


def _begins_with(tree: nodes.Template, extended: nodes.Extends) -> bool:
    """Tell whether a template gives no text before it extends another one."""
    before = list(takewhile(lambda node: node is not extended, tree.body))
    return extended in tree.body and all(map(_is_silent, before))


def _is_silent(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Output):
        return all(
            isinstance(part, nodes.TemplateData) and not part.data.strip()
            for part in node.nodes
        )
    return isinstance(node, (*_DEFINING, nodes.Block))


def _scoped(trees: Iterable[nodes.Template]) -> set[str]:
    blocks = (block for tree in trees for block in tree.find_all(nodes.Block))
    return {block.name for block in blocks if block.scoped}


@lru_cache(maxsize=100)
def _definitions(environment: Environment, name: str) -> dict[str, set[str]]:
    """
    Return the names that a template defines, and those that it does it with.

    So does what it extends.
    """
    found: dict[str, set[str]] = {}
    trees = _chain(environment, name).values()
    for outer in (node for tree in trees for node in tree.body):
        for node in (outer, *outer.find_all(_DEFINING)):
            if isinstance(node, _DEFINING):
                # On a condition around it depends which meaning a name has.
                means = node if isinstance(outer, nodes.Block) else outer
                for target in _targets(node):
                    found.setdefault(target, set()).update(_names(means))
    return found


def _outer_names(tree: nodes.Template) -> set[str]:
    """Return the names that stand in a template outside of blocks and macros."""
    outer = [n for n in tree.body if not isinstance(n, nodes.Block | nodes.Macro)]
    return {name for node in outer for name in _names(node)}


def _targets(node: nodes.Node) -> Iterator[str]:
    """Yield the names that *node* gives a meaning to."""
    if isinstance(node, nodes.Macro):
        yield node.name
    for name in node.find_all(nodes.Name):
        if name.ctx == "store":
            yield name.name


def _names(node: nodes.Node) -> set[str]:
    return {name.name for name in node.find_all(nodes.Name)}
