"""Measure protestgen beside other programs, and print tables."""

import argparse
import os
import platform
import re
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from . import batch, cold, pdf
from .picture import picture

PACKAGES = ("protestgen", "babel", "click", "jinja2", "msgspec", "pyyaml", "typst")
PARTS = ("cold", "batch", "pdf")
_CPU_NAME = re.compile(r"^model name\s*: (.*)", re.MULTILINE)


def main() -> None:
    """Run the benchmarks and print their tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("--only", choices=PARTS, help="one part only")
    add("--runs", type=int, default=31, help="most runs of each command")
    add("--rows", type=int, nargs="+", default=[2_000, 10_000], help="sizes of rosters")
    add(
        "--write",
        type=Path,
        metavar="DOCS",
        help="the folder of performance.md, to be updated",
    )
    options = parser.parse_args()
    command = " ".join(("python -m benchmarks", *sys.argv[1:]))
    for part in (options.only,) if options.only else PARTS:
        if part == "cold":
            figures = cold.report(cold.measure(options.runs))
        elif part == "pdf":
            figures = pdf.report(pdf.measure(min(options.rows), options.runs))
        else:
            sizes = [batch.measure(rows, options.runs) for rows in sorted(options.rows)]
            figures = batch.report(sizes)
            if options.write:
                drawing = picture(sizes)
                (options.write / "performance.svg").write_text(drawing, "utf-8")
        figures = f"{machine()}\n\n{figures}\n\n`{command}`"
        print(f"## {part}\n\n{figures}\n", flush=True)
        if options.write:
            write_figures(options.write / "performance.md", part, figures)


def machine() -> str:
    """Return the date, the machine and the versions of packages."""
    cpu = _CPU_NAME.search(Path("/proc/cpuinfo").read_text("utf-8"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores"
        f" ({cpu[1] if cpu else platform.machine()}), {memory:.0f} GB,"
        f" {platform.system()}, Python {platform.python_version()}, {versions}"
    )


def write_figures(page: Path, part: str, figures: str) -> None:
    """Write the *figures* of a *part* to *page*, between the comments that mark it."""
    begin, end = f"<!-- {part} -->\n", f"<!-- end of {part} -->\n"
    before, _, rest = page.read_text("utf-8").partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}{figures}\n{end}{after}", "utf-8")


if __name__ == "__main__":
    main()
