"""How fast letters become one PDF, and how fast WeasyPrint makes pages of the same."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from .others import python_with
from .process import BATCH, Measured, Usage, measured, output
from .roster import write_roster
from .tables import cell, table

REQUIREMENT = "weasyprint==70.0"
# At least so many letters a second by two processes, and so many times WeasyPrint.
RATE_BAR = 200
WEASYPRINT_BAR = 20
_MOST_LETTERS = 3_000
_MOST_TURNS = 5
# So many letters does WeasyPrint set in each turn.
_PAGES = 40
# What it does with the pages that it is given; the first, for which it looks for the
# fonts, is not counted.
_SCRIPT = """
import json, sys
from time import perf_counter, process_time
from weasyprint import HTML
first, *pages = sys.argv[1:]
HTML(filename=first).write_pdf()
wall, cpu = perf_counter(), process_time()
for page in pages:
    HTML(filename=page).write_pdf()
print(json.dumps((perf_counter() - wall, process_time() - cpu)))
"""

ONE, TWO, WEASYPRINT = "all.pdf, one process", "all.pdf, two processes", "WeasyPrint"


def measure(rows: int, runs: int) -> Measured:
    """
    Measure how letters of at most *rows* members are set, in at most *runs* turns.

    What is taken is for one letter.
    """
    letters = min(rows, _MOST_LETTERS)
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_roster(folder / "members.csv", letters)
        write_roster(folder / "few.csv", _PAGES + 1)
        python = python_with(REQUIREMENT)
        output(
            (*BATCH, "--roster", "few.csv", "--format", "html", "-o", "pages"), folder
        )
        return Measured(
            letters,
            [_turn(folder, letters, python) for _ in range(min(runs, _MOST_TURNS))],
        )


def _turn(folder: Path, letters: int, python: Path | None) -> dict[str, Usage]:
    """Return what a letter took, in each way."""
    bound = (*BATCH, "--roster", "members.csv", "-o", "all.pdf", "--jobs")
    taken = {}
    for way, jobs in ((ONE, "1"), (TWO, "2")):
        wall, cpu, memory = measured((*bound, jobs), folder)
        taken[way] = Usage(wall / letters, cpu / letters, memory)
        (folder / "all.pdf").unlink()
    if python:
        pages = sorted((folder / "pages").glob("*.html"))
        seconds = json.loads(output((python, "-c", _SCRIPT, *pages), folder))
        wall, cpu = (each / _PAGES for each in seconds)
        taken[WEASYPRINT] = Usage(wall, cpu, memory=0)
    return taken


def report(pdf: Measured) -> str:
    """Return what was measured as a table, and how."""
    rates = (
        (f"{way}: letters a second", _rate(pdf.middle(way)), bar)
        for way, bar in ((ONE, ""), (TWO, f"≥ {RATE_BAR}"), (WEASYPRINT, ""))
    )
    ratios = (
        (
            f"{way} / {WEASYPRINT}",
            cell(pdf.ratio(WEASYPRINT, way, wall=on_clock)),
            f"≥ {WEASYPRINT_BAR}",
        )
        for way, on_clock in ((ONE, False), (TWO, True))
    )
    return f"""\
Medians of {len(pdf.turns)} turns: of times on the clock, or of the CPU's where one
process is compared with one. A batch with its start, of {REQUIREMENT},
which is one process, {_PAGES} letters without it.

{table(("what", f"{pdf.letters:,} letters", "bar"), (*rates, *ratios))}"""


def _rate(usage: Usage | None) -> str:
    return cell(1 / usage.wall if usage else None)
