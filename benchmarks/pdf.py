"""Time of letters as one PDF, beside WeasyPrint."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from .others import python_with
from .process import BATCH, Measured, Usage, measured, output
from .roster import write_roster
from .tables import cell, table

REQUIREMENT = "weasyprint==70.0"
# The least letters a second with two processes, and ratio of speed to WeasyPrint.
RATE_BAR = 200
WEASYPRINT_BAR = 20
_MAX_LETTERS = 3_000
_MAX_TURNS = 5
# The letters that WeasyPrint sets in each turn.
_PAGES = 40
# Sets the pages that it is given, and measures all but the first: that loads the fonts.
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
    Measure PDFs of letters of at most *rows* members, in at most *runs* turns.

    Times are those of one letter.
    """
    letters = min(rows, _MAX_LETTERS)
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
            [_turn(folder, letters, python) for _ in range(min(runs, _MAX_TURNS))],
        )


def _turn(folder: Path, letters: int, python: Path | None) -> dict[str, Usage]:
    """Return the usage for a letter, in each way."""
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
    """Return the measurements as a table."""
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
Medians of {len(pdf.turns)} turns: of wall-clock time, or of CPU time where one process
is compared with one. A batch includes its start; {REQUIREMENT} is one
process, and sets {_PAGES} letters after its start.

{table(("what", f"{pdf.letters:,} letters", "bar"), (*rates, *ratios))}"""


def _rate(usage: Usage | None) -> str:
    return cell(1 / usage.wall if usage else None)
