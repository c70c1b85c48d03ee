"""Tables, as they stand in Markdown."""

from collections.abc import Iterable, Sequence

# Stands for what there is no figure of.
_NONE = "not measured"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of *rows* under a *head*, the first column to the left."""
    rule = ("---", *("---:" for _ in head[1:]))
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def cell(figure: float | None) -> str:
    """Return a *figure* with two decimals, or with those that count."""
    if figure is None:
        return _NONE
    return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2f}"
