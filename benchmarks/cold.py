"""Time of a letter from a cold start."""

import sys
from pathlib import Path

from .process import Measured, measured
from .tables import cell, table

# The longest times: of a letter and a list of cases, as multiples of the imports; of a
# letter in Russian and a PDF, as multiples of the letter.
LETTER_BAR = 1.25
CASES_BAR = 1.0
RUSSIAN_BAR = 1.3
PDF_BAR = 3

FLOOR = "import click, jinja2, yaml"
LETTER = "protestgen letter"
CASES = "protestgen cases"
RUSSIAN = "protestgen letter --lang ru"
PDF = "protestgen letter --format pdf"
_LETTER = ("-m", "protestgen", "letter", "--case", "kurmanov", "--country", "uk")
_COMMANDS = {
    FLOOR: ("-c", FLOOR),
    LETTER: _LETTER,
    CASES: ("-m", "protestgen", "cases"),
    RUSSIAN: (*_LETTER, "--lang", "ru"),
    PDF: (*_LETTER, "--format", "pdf"),
}


def measure(runs: int) -> Measured:
    """Measure whole processes, each of which writes one letter."""
    folder = Path.cwd()
    turns = [
        {
            what: measured((sys.executable, *line), folder)
            for what, line in _COMMANDS.items()
        }
        for _ in range(runs + 1)
    ]
    return Measured(1, turns[1:])  # without the first, which compiles Python files


def report(cold: Measured) -> str:
    """Return the measurements as a table."""
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
            (CASES, FLOOR, CASES_BAR),
            (RUSSIAN, LETTER, RUSSIAN_BAR),
            (PDF, LETTER, PDF_BAR),
        )
    )
    return f"""\
Medians of {len(cold.turns)} turns, wall-clock time.

{table(("what", "ms", "ratio", "bar"), rows)}"""
