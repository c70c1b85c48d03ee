# ruff: noqa: D102, N802 - the methods of the compiler are as Jinja has them
"""Jinja's code generator, whose code counts the steps it takes."""

from collections.abc import Iterable
from io import StringIO

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame, operators
from jinja2.runtime import Context

# Of a compiled template, in characters: the longest bundled one has 20,000.
_MAX_CODE = 1_000_000


# What a node of an expression costs where the length of its code is not known.
_NODE = 30


class BlockTrackingContext(Context):
    """The variables of a template, and the blocks that it means to fill of others."""

    filled: tuple[tuple[str, dict[str, int]], ...] = ()


class MeteringCodeGenerator(CodeGenerator):
    """Writes into the code of a template what it costs, and what Jinja lets pass."""

    def write_commons(self) -> None:
        self.writeline(
            "spend, weigh = environment.charge, environment.charge_for_value"
        )
        super().write_commons()

    def blockvisit(self, nodes: Iterable[nodes.Node], frame: Frame) -> None:
        start = self._length()
        if frame.rootlevel:
            self.writeline("spend(code_length)")
        super().blockvisit(nodes, frame)
        self.writeline(f"spend({self._length() - start})")
        if frame.rootlevel and not self.extends_so_far:
            self.writeline("if context.filled: environment.check_blocks(context)")

    def dump_local_context(self, frame: Frame) -> str:
        if self._length() > _MAX_CODE:  # the variables are written out each time
            message = "too many variables are passed on here: set or include fewer"
            self.fail(message, self._last_line)
        return super().dump_local_context(frame)

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
        self.writeline(f"code_length = {self._length()}")

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
            node.test = _charged(node.test)
        super().visit_For(node, frame)

    def visit_Macro(self, node: nodes.Macro, frame: Frame) -> None:
        node.defaults = [_charged(default) for default in node.defaults]
        super().visit_Macro(node, frame)

    def visit_CallBlock(self, node: nodes.CallBlock, frame: Frame) -> None:
        node.defaults = [_charged(default) for default in node.defaults]
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


def _charged(node: nodes.Node) -> nodes.Expr:
    """Return *node* as it costs steps whenever it is evaluated."""
    assert isinstance(node, nodes.Expr)  # noqa: S101 - for the type checker
    if isinstance(node, nodes.Const):
        return node
    count = 1 + sum(1 for _ in node.find_all(nodes.Node))
    price = object.__new__(nodes.InternalName)  # as Jinja's parser makes them
    nodes.Node.__init__(price, f"spend({count * _NODE})", lineno=node.lineno)
    return nodes.And(price, node, lineno=node.lineno)
