"""How long letters take from a cold start."""

import sys
from pathlib import Path

from .process import Measured, measured
from .tables import cell, table

# How many times as long a letter may take as the imports, and one in Russian or a PDF
# as the letter.
LETTER_BAR = 1.5
RUSSIAN_BAR = 1.3
PDF_BAR = 3

FLOOR = "import click, jinja2, yaml"
LETTER = "protestgen letter"
RUSSIAN = "protestgen letter --lang ru"
PDF = "protestgen letter --format pdf"
_LETTER = ("-m", "protestgen", "letter", "--case", "kurmanov", "--country", "uk")
_COMMANDS = {
    FLOOR: ("-c", FLOOR),
    LETTER: _LETTER,
    RUSSIAN: (*_LETTER, "--lang", "ru"),
    PDF: (*_LETTER, "--format", "pdf"),
}


def measure(runs: int) -> Measured:
    """Measure whole processes, each for one letter."""
    folder = Path.cwd()
    turns = [
        {
            what: measured((sys.executable, *line), folder)
            for what, line in _COMMANDS.items()
        }
        for _ in range(runs + 1)
    ]
    return Measured(1, turns[1:])  # the first one compiles


def report(cold: Measured) -> str:
    """Return what was measured as a table, and how."""
    rows = (
        (
            what,
            f"{usage.wall * 1000:.0f}" if (usage := cold.middle(what)) else cell(None),
            cell(cold.ratio(what, than, wall=True)),
            f"≤ {bar}" if bar else "",
        )
        for what, than, bar in (
            (FLOOR, FLOOR, None),
            (LETTER, FLOOR, LETTER_BAR),
            (RUSSIAN, LETTER, RUSSIAN_BAR),
            (PDF, LETTER, PDF_BAR),
        )
    )
    return f"""\
Medians of {len(cold.turns)} turns, on the clock.

{table(("what", "ms", "ratio", "bar"), rows)}"""
