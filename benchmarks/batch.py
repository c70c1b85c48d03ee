"""How long batches take, beside mailmerge and a bare loop, and how much memory."""

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from . import mailmerge
from .mailmerge import mbox
from .others import python_with
from .process import BATCH, Command, Measured, Usage, measured, output
from .roster import write_roster
from .tables import cell, table

# A batch to files must have at least this part of the speed of the bare loop, one to
# mbox be so many times as fast as mailmerge, two processes so many times as one.
BARE_BAR = 0.6
MAILMERGE_BAR = 3
JOBS_BAR = 1.7
# The memory for most rows at most this many times that for the fewest, and MB each.
MEMORY_RATIO_BAR = 1.1
MEMORY_BAR = 120
# With more rows it takes too long, and the bare loop, which holds all letters, much.
_MOST = 100_000
# There are no more turns than it takes to write so many letters in each way.
_ENOUGH = 300_000
_MOST_TURNS = 5

# The ways that letters are written in.
BARE = "bare loop"
FILES, FILES_BY_TWO = "files", "files, two processes"
MBOX, MBOX_BY_TWO = "mbox", "mbox, two processes"
JSONL, JSONL_BY_TWO = "jsonl", "jsonl, two processes"
MERGED, MERGED_RAW = "mailmerge", "mailmerge, raw"
WAYS = (
    *(BARE, FILES, FILES_BY_TWO, MBOX, MBOX_BY_TWO),
    *(MERGED, MERGED_RAW, JSONL, JSONL_BY_TWO),
)


def measure(rows: int, runs: int) -> Measured:
    """Measure all ways to write the letters of *rows* members, in at most *runs*."""
    turns = max(1, min(runs, _MOST_TURNS, _ENOUGH // rows))
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_roster(folder / "members.csv", rows)
        write_roster(folder / "one.csv", rows, mailmerge.COUNTRIES)
        streams = _streams(folder, raw=rows <= _MOST)
        taken = []
        for _ in range(turns):
            turn = {way: measured(line, folder) for way, line in streams.items()}
            taken.append(turn | (_files(folder) if rows <= _MOST else {}))
        return Measured(rows, taken)


def _streams(folder: Path, *, raw: bool) -> dict[str, Command]:
    """Return the ways to write letters as one stream, from the rosters in *folder*."""
    jsonl = (*BATCH, "--roster", "members.csv", "--format", "jsonl", "-o", "-")
    streams: dict[str, Command] = {
        MBOX: mbox("one.csv", 1),
        MBOX_BY_TWO: mbox("one.csv", 2),
        JSONL: (*jsonl, "--jobs", "1"),
        JSONL_BY_TWO: (*jsonl, "--jobs", "2"),
    }
    if python := python_with(mailmerge.REQUIREMENT):
        mailmerge.write_template(folder)
        mailmerge.check_words(folder, python)
        streams[MERGED] = mailmerge.dry_run(python, "one.csv")
        if raw:
            streams[MERGED_RAW] = mailmerge.dry_run(python, "one.csv", raw=True)
    return streams


def _files(folder: Path) -> dict[str, Usage]:
    """Write the letters as files in each way once."""
    files = (*BATCH, "--roster", "members.csv", "-o")
    taken = {FILES: measured((*files, "one", "--jobs", "1"), folder)}
    (folder / "bare").mkdir()
    paths = (folder / name for name in ("members.csv", "one", "bare"))
    bare: Command = (sys.executable, "-m", "benchmarks.bare", *paths)
    wall, cpu = json.loads(output(bare, Path(__file__).parents[1]))
    taken[BARE] = Usage(wall, cpu, memory=0)
    taken[FILES_BY_TWO] = measured((*files, "two", "--jobs", "2"), folder)
    for name in ("one", "bare", "two"):
        rmtree(folder / name)
    return taken


def report(sizes: Sequence[Measured]) -> str:
    """Return what was measured with rosters of several *sizes*, the smallest first."""
    head = tuple(f"{size.letters:,} rows" for size in sizes)
    turns = ("turns", *(str(len(size.turns)) for size in sizes))
    ratios = table(("speed", *head, "bar"), ((*turns, ""), *_ratios(sizes)))
    memories = table(("memory", *head, "bar"), _memories(sizes))
    figures = table(("letters a second, and memory", *head), _figures(sizes))
    return f"""\
Medians of the turns, in which the ways were taken alternately: of times on the clock
where two processes are compared with one, else of the CPU's. The start counts, but for
the bare loop. {mailmerge.REQUIREMENT} is at its dry run, as it comes or *raw*.

{ratios}

{memories}

{figures}"""


def _ratios(sizes: Sequence[Measured]) -> Iterator[Sequence[str]]:
    """Yield how many times as fast one way is as another."""
    for fast, slow, bar, on_clock in (
        (FILES, BARE, BARE_BAR, False),
        (MBOX, MERGED, MAILMERGE_BAR, False),
        (MBOX, MERGED_RAW, None, False),
        (FILES_BY_TWO, FILES, JOBS_BAR, True),
        (MBOX_BY_TWO, MBOX, JOBS_BAR, True),
        (JSONL_BY_TWO, JSONL, JOBS_BAR, True),
    ):
        ratios = (cell(size.ratio(slow, fast, wall=on_clock)) for size in sizes)
        yield (f"{fast} / {slow}", *ratios, f"≥ {bar}" if bar else "")


def _memories(sizes: Sequence[Measured]) -> Iterator[Sequence[str]]:
    """Yield how much memory it takes, and how much more with more rows."""
    for way in (JSONL, JSONL_BY_TWO):
        peaks = [usage.memory for size in sizes if (usage := size.middle(way))]
        yield (way, *(f"{peak:.1f} MB" for peak in peaks), f"< {MEMORY_BAR} MB")
        more = (cell(peak / peaks[0]) for peak in peaks)
        yield (f"... / {sizes[0].letters:,} rows", *more, f"≤ {MEMORY_RATIO_BAR}")


def _figures(sizes: Sequence[Measured]) -> Iterator[Sequence[str]]:
    """Yield how fast each way is, with its memory."""
    for way in WAYS:
        usages = [(size.letters, size.middle(way)) for size in sizes]
        yield (way, *(_figure(letters, usage) for letters, usage in usages))


def _figure(letters: int, usage: Usage | None) -> str:
    if usage is None:
        return cell(None)
    memory = f" ({usage.memory:.0f} MB)" if usage.memory else ""
    return f"{letters / usage.wall:,.0f}{memory}"
