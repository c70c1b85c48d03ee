"""Time and memory of batches, beside mailmerge and a plain Jinja loop."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from . import mailmerge
from .mailmerge import mbox
from .others import python_with
from .process import BATCH, Command, Measured, Usage, measured
from .roster import write_roster
from .tables import cell, table

# The most CPU time of a batch to files, as a multiple of the plain loop's.
PLAIN_BAR = 2.5
# The least ratios of speed: of a batch to mbox and mailmerge as it comes or raw, of two
# processes and one.
MAILMERGE_BAR = 3
MAILMERGE_RAW_BAR = 4.3
JOBS_BAR = 1.65
# The most memory: for the largest roster as a multiple of the smallest, and in MB.
MEMORY_RATIO_BAR = 1.1
MEMORY_BAR = 60
# Rows above which only streams are measured: files take too long to write and remove.
_MAX_ROWS = 100_000
# The most letters to write in each way, over all turns.
_MAX_LETTERS = 300_000
_MAX_TURNS = 5

_LOOP = Path(__file__).with_name("plain.py")

# The ways to write letters.
PLAIN = "plain loop"
FILES, FILES_BY_TWO = "files", "files, two processes"
MBOX, MBOX_BY_TWO = "mbox", "mbox, two processes"
JSONL, JSONL_BY_TWO = "jsonl", "jsonl, two processes"
MERGED, MERGED_RAW = "mailmerge", "mailmerge, raw"
WAYS = (
    *(PLAIN, FILES, FILES_BY_TWO, MBOX, MBOX_BY_TWO),
    *(MERGED, MERGED_RAW, JSONL, JSONL_BY_TWO),
)


def measure(rows: int, runs: int) -> Measured:
    """Measure all ways to write the letters of *rows* members, in at most *runs*."""
    turns = max(1, min(runs, _MAX_TURNS, _MAX_LETTERS // rows))
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_roster(folder / "members.csv", rows)
        write_roster(folder / "one.csv", rows, mailmerge.COUNTRIES)
        mailmerge.write_plain_template(folder)
        streams = _streams(folder, raw=rows <= _MAX_ROWS)
        taken = []
        for _ in range(turns):
            turn = {way: measured(line, folder) for way, line in streams.items()}
            taken.append(turn | (_files(folder) if rows <= _MAX_ROWS else {}))
        return Measured(rows, taken)


def _streams(folder: Path, *, raw: bool) -> dict[str, Command]:
    """Return the commands that write the rosters in *folder* as one stream."""
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
    """Measure each way to write files once."""
    files = (*BATCH, "--roster", "one.csv", "-o")
    ways: dict[str, Command] = {
        PLAIN: (sys.executable, _LOOP, "letter.txt", "one.csv", "plain"),
        FILES: (*files, "one", "--jobs", "1"),
        FILES_BY_TWO: (*files, "two", "--jobs", "2"),
    }
    taken = {way: measured(line, folder) for way, line in ways.items()}
    for name in ("plain", "one", "two"):
        rmtree(folder / name)
    return taken


def report(sizes: Sequence[Measured]) -> str:
    """Return tables for rosters of several *sizes*, the smallest first."""
    head = tuple(f"{size.letters:,} rows" for size in sizes)
    turns = ("turns", *(str(len(size.turns)) for size in sizes))
    ratios = table(("speed", *head, "bar"), ((*turns, ""), *_ratios(sizes)))
    memories = table(("memory", *head, "bar"), _memories(sizes))
    figures = table(("letters a second, and memory", *head), _figures(sizes))
    return f"""\
Medians of several turns, each of which runs every way once. Ratios are of wall-clock
time where two processes are compared with one, and of CPU time otherwise. Times include
the start. {mailmerge.REQUIREMENT} does a dry run, as it comes or *raw*.

{ratios}

{memories}

{figures}"""


def _ratios(sizes: Sequence[Measured]) -> Iterator[Sequence[str]]:
    """Yield the ratio of time to the plain loop, and those of speed of two ways."""
    ratios = (cell(size.ratio(FILES, PLAIN)) for size in sizes)
    yield (f"{PLAIN} / {FILES}", *ratios, f"≤ {PLAIN_BAR}")
    for fast, slow, bar, on_clock in (
        (MBOX, MERGED, MAILMERGE_BAR, False),
        (MBOX, MERGED_RAW, MAILMERGE_RAW_BAR, False),
        (FILES_BY_TWO, FILES, JOBS_BAR, True),
        (MBOX_BY_TWO, MBOX, JOBS_BAR, True),
        (JSONL_BY_TWO, JSONL, JOBS_BAR, True),
    ):
        ratios = (cell(size.ratio(slow, fast, wall=on_clock)) for size in sizes)
        yield (f"{fast} / {slow}", *ratios, f"≥ {bar}")


def _memories(sizes: Sequence[Measured]) -> Iterator[Sequence[str]]:
    """Yield the memory, and its growth with the number of rows."""
    for way in (JSONL, JSONL_BY_TWO):
        peaks = [usage.memory for size in sizes if (usage := size.middle(way))]
        yield (way, *(f"{peak:.1f} MB" for peak in peaks), f"< {MEMORY_BAR} MB")
        more = (cell(peak / peaks[0]) for peak in peaks)
        yield (f"... / {sizes[0].letters:,} rows", *more, f"≤ {MEMORY_RATIO_BAR}")


def _figures(sizes: Sequence[Measured]) -> Iterator[Sequence[str]]:
    """Yield the speed and the memory of each way."""
    for way in WAYS:
        usages = [(size.letters, size.middle(way)) for size in sizes]
        yield (way, *(_figure(letters, usage) for letters, usage in usages))


def _figure(letters: int, usage: Usage | None) -> str:
    if usage is None:
        return cell(None)
    memory = f" ({usage.memory:.0f} MB)" if usage.memory else ""
    return f"{letters / usage.wall:,.0f}{memory}"
