"""Commands that are measured as a whole: their time, and the memory of a process."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter
from typing import NamedTuple

Command = Sequence[str | Path]

BATCH = (sys.executable, "-m", "protestgen", "batch", "--case", "kurmanov", "-q")
# With them, Python compiles each time what it imports, and writes each line by itself.
_SLOWING = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")


class Usage(NamedTuple):
    """
    What a command took: seconds on the clock and of CPU, and megabytes.

    The CPU's are those of all of its processes, the memory is the largest one's.
    """

    wall: float
    cpu: float
    memory: float


class Measured(NamedTuple):
    """What the ways to write *letters* took, in turns that had each of them once."""

    letters: int
    turns: list[dict[str, Usage]]

    def ratio(self, slow: str, fast: str, *, wall: bool = False) -> float | None:
        """
        Return how many times as long the way *slow* takes as the way *fast*.

        It is the median of all turns; None where a way was not measured.
        """
        field = "wall" if wall else "cpu"
        ratios = [
            getattr(turn[slow], field) / getattr(turn[fast], field)
            for turn in self.turns
            if {slow, fast} <= turn.keys()
        ]
        return median(ratios) if ratios else None

    def middle(self, way: str) -> Usage | None:
        """Return what a *way* took, each figure the median of all turns."""
        taken = [turn[way] for turn in self.turns if way in turn]
        return Usage(*map(median, zip(*taken, strict=True))) if taken else None


def environment() -> dict[str, str]:
    """Return the variables to run a command with, which does not have to be slow."""
    return {key: value for key, value in os.environ.items() if key not in _SLOWING}


def output(command: Command, folder: Path) -> bytes:
    """Return what *command*, run in *folder*, prints."""
    return subprocess.run(
        command, cwd=folder, env=environment(), check=True, stdout=subprocess.PIPE
    ).stdout


def measured(command: Command, folder: Path) -> Usage:
    """Return what *command* takes, run in *folder*; what it prints goes nowhere."""
    with TemporaryFile() as said, Path(os.devnull).open("wb") as nowhere:
        start = perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=nowhere, stderr=said
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{' '.join(map(str, command))}: {said.read().decode()}")
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
