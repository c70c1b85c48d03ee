"""Time of a letter from a cold start."""

import sys
from pathlib import Path

from .process import Measured, measured
from .tables import cell, table

# The longest times: of a letter, a list of cases and a completion, as multiples of the
# imports; of a letter in Russian and a PDF, as multiples of the letter.
LETTER_BAR = 1.25
LIST_BAR = 1.0
RUSSIAN_BAR = 1.3
PDF_BAR = 3

FLOOR = "import click, jinja2, yaml"
LETTER = "protestgen letter"
NAMED = "protestgen letter --country germany"
CASES = "protestgen cases"
CASE_TAB = "protestgen letter --case k<Tab>"
TAB = "protestgen <Tab>"
RUSSIAN = "protestgen letter --lang ru"
PDF = "protestgen letter --format pdf"
_LETTER = ("-m", "protestgen", "letter", "--case", "kurmanov", "--country", "uk")
_COMMANDS = {
    FLOOR: ("-c", FLOOR),
    LETTER: _LETTER,
    NAMED: (*_LETTER[:-1], "germany"),
    CASES: ("-m", "protestgen", "cases"),
    CASE_TAB: ("-m", "protestgen"),
    TAB: ("-m", "protestgen"),
    RUSSIAN: (*_LETTER, "--lang", "ru"),
    PDF: (*_LETTER, "--format", "pdf"),
}
# What a shell asks for at the key Tab.
_VARIABLES = {
    what: {
        "_PROTESTGEN_COMPLETE": "bash_complete",
        "COMP_WORDS": what.removesuffix("<Tab>"),
        "COMP_CWORD": str(what.count(" ")),
    }
    for what in (CASE_TAB, TAB)
}


def measure(runs: int) -> Measured:
    """Measure whole processes, each of which writes one letter."""
    folder = Path.cwd()
    turns = [
        {
            what: measured((sys.executable, *line), folder, _VARIABLES.get(what))
            for what, line in _COMMANDS.items()
        }
        for _ in range(runs + 1)
    ]
    return Measured(
        1, turns[1:]
    )  # without the first, which compiles Python files and templates


def report(cold: Measured) -> str:
    """Return the measurements as a table."""
    rows = (
        (
            what,
            f"{usage.cpu * 1000:.0f}" if (usage := cold.middle(what)) else cell(None),
            cell(cold.ratio(what, than)),
            f"≤ {bar}" if bar else "",
        )
        for what, than, bar in (
            (FLOOR, FLOOR, None),
            (LETTER, FLOOR, LETTER_BAR),
            (NAMED, FLOOR, None),
            (CASES, FLOOR, LIST_BAR),
            (CASE_TAB, FLOOR, LIST_BAR),
            (TAB, FLOOR, LIST_BAR),
            (RUSSIAN, LETTER, RUSSIAN_BAR),
            (PDF, LETTER, PDF_BAR),
        )
    )
    return f"""\
Medians of {len(cold.turns)} turns, CPU time.

{table(("what", "ms", "ratio", "bar"), rows)}"""
