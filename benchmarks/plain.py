"""
A plain Jinja loop that writes the same letters, as a short script would.

It makes no layout, no manifest and no checks, and knows one addressee.
"""

import csv
import sys
from pathlib import Path

from jinja2 import Environment


def write(template: Path, roster: Path, folder: Path) -> None:
    """Write a letter to *folder* for each row of *roster*."""
    environment = Environment(keep_trailing_newline=True)  # noqa: S701 - no HTML
    letter = environment.from_string(template.read_text("utf-8"))
    folder.mkdir()
    with roster.open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            path = folder / f"{number}.txt"
            path.write_text(letter.render(row), encoding="utf-8")


if __name__ == "__main__":
    write(*map(Path, sys.argv[1:]))
