"""How fast letters become one PDF, and how fast WeasyPrint makes pages of the same."""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

COUNTRIES = ("uk", "ie", "de", "fr", "kr", "us")
HEAD = "name,email,address,city,country,why\n"
BATCH = (sys.executable, "-m", "protestgen", "batch", "--case", "kurmanov")
# At least so many letters a second by two processes, and so many times WeasyPrint.
RATE_BAR = 200
RATIO_BAR = 20
# What WeasyPrint does with the pages that it is given; the first is not counted.
WEASYPRINT = """
import sys
from time import perf_counter
from weasyprint import HTML
first, *pages = sys.argv[1:]
HTML(filename=first).write_pdf()
start = perf_counter()
for page in pages:
    HTML(filename=page).write_pdf()
print(perf_counter() - start)
"""


def write_roster(path: Path, members: int) -> None:
    """Write a roster of *members* to *path*."""
    rows = (
        f'Ada Example {i},ada{i}@home.example,"{i} Street\nTown",Leeds,'
        f"{COUNTRIES[i % len(COUNTRIES)]},Word {i}: I have followed this for years.\n"
        for i in range(members)
    )
    path.write_text(HEAD + "".join(rows), encoding="utf-8")


def seconds_for_pdf(folder: Path, members: int, jobs: int) -> float:
    """Return how long a batch of *members* takes to become one PDF in *folder*."""
    write_roster(folder / "members.csv", members)
    start = perf_counter()
    _batch(folder, "--jobs", str(jobs), "-o", "all.pdf")
    return perf_counter() - start


def seconds_for_weasyprint(folder: Path, members: int, python: str) -> float:
    """
    Return how long WeasyPrint takes for the letters of *members*, by one process.

    *python* is the program of the environment that has it. Its start is not counted.
    """
    write_roster(folder / "members.csv", members + 1)
    _batch(folder, "--format", "html", "-o", "pages")
    pages = sorted(str(page) for page in (folder / "pages").glob("*.html"))
    line = (python, "-c", WEASYPRINT, *pages)
    done = subprocess.run(line, check=True, capture_output=True, text=True)
    return float(done.stdout)


def measure(members: int, python: str, pages: int = 40) -> tuple[float, float]:
    """Return letters a second as one PDF, and how many times that is WeasyPrint's."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        slow = seconds_for_weasyprint(folder, pages, python) / pages
        fast = seconds_for_pdf(folder, members, 2) / members
    return 1 / fast, slow / fast


def _batch(folder: Path, *arguments: str) -> None:
    environment = {
        k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"
    }
    subprocess.run(
        (*BATCH, "--roster", "members.csv", "-q", *arguments),
        check=True,
        capture_output=True,
        cwd=folder,
        env=environment,
    )
