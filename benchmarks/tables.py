"""Tables in Markdown."""

from collections.abc import Iterable, Sequence

# The cell for a missing figure.
_NONE = "not measured"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table with *head* and *rows*, its first column aligned to the left."""
    rule = ("---", *("---:" for _ in head[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def cell(figure: float | None) -> str:
    """Return a *figure* with two decimals, or none from 100 on."""
    if figure is None:
        return _NONE
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2f}"
