"""Measure how long letters take from a cold start, and print a table."""

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median
from time import perf_counter

FLOOR = (sys.executable, "-c", "import click, jinja2, yaml")
LETTER = (
    sys.executable,
    "-m",
    "protestgen",
    "letter",
    "--case",
    "kurmanov",
    "--country",
    "uk",
)
RUSSIAN = (*LETTER, "--lang", "ru")
PDF = (*LETTER, "--format", "pdf")
PACKAGES = ("babel", "click", "jinja2", "msgspec", "pyyaml", "typst")
# How many times as long a letter may take as the imports, and one in Russian or a PDF
# as the letter.
LETTER_BAR = 1.5
RUSSIAN_BAR = 1.3
PDF_BAR = 3


def main() -> None:
    """Measure, and print what was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=31, help="runs of each command")
    runs = parser.parse_args().runs
    floor, letter, russian, pdf = cold_starts(FLOOR, LETTER, RUSSIAN, PDF, runs=runs)
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    print(
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {versions}"
    )
    print(f"{os.cpu_count()} cores, {platform.machine()}, median of {runs} runs each\n")
    print("| what | ms | ratio | bar |")
    print("|---|---|---|---|")
    print(_row("import click, jinja2, yaml", floor))
    print(_row("protestgen letter", letter, letter / floor, LETTER_BAR))
    print(_row("protestgen letter --lang ru", russian, russian / letter, RUSSIAN_BAR))
    print(_row("protestgen letter --format pdf", pdf, pdf / letter, PDF_BAR))


def _row(what: str, seconds: float, ratio: float = 1, bar: float | str = "") -> str:
    return f"| {what} | {seconds * 1000:.0f} | {ratio:.2f} | {bar} |"


def cold_starts(*commands: Sequence[str], runs: int) -> list[float]:
    """
    Return the median seconds of each of *commands* as a whole process.

    They take turns, so that whatever else the machine does meets all of them.
    """
    environment = {
        k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"
    }
    seconds: list[list[float]] = [[] for _ in commands]
    for turn in range(runs + 1):
        for command, taken in zip(commands, seconds, strict=True):
            start = perf_counter()
            subprocess.run(command, check=True, env=environment, capture_output=True)
            if turn:  # the first one compiles
                taken.append(perf_counter() - start)
    return [median(taken) for taken in seconds]


if __name__ == "__main__":
    main()
