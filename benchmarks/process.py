"""Measurements of commands: their time and memory."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from time import perf_counter
from typing import NamedTuple

Command = Sequence[str | Path]

BATCH = (sys.executable, "-m", "protestgen", "batch", "--case", "kurmanov", "-q")
# Variables that make Python compile each time, and write each line by itself.
_SLOW_VARIABLES = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")


class Usage(NamedTuple):
    """
    The resources of a command: wall-clock and CPU seconds, and megabytes.

    *cpu* is the sum of all of its processes, *memory* the peak of the largest.
    """

    wall: float
    cpu: float
    memory: float


class Measured(NamedTuple):
    """The usage of each way to write *letters*, in several turns."""

    letters: int
    turns: list[dict[str, Usage]]

    def ratio(self, slow: str, fast: str, *, wall: bool = False) -> float | None:
        """
        Return the median ratio of the times of *slow* and *fast*.

        It is None if one of the two was not measured.
        """
        field = "wall" if wall else "cpu"
        ratios = [
            getattr(turn[slow], field) / getattr(turn[fast], field)
            for turn in self.turns
            if {slow, fast} <= turn.keys()
        ]
        return median(ratios) if ratios else None

    def middle(self, way: str) -> Usage | None:
        """Return the median usage of a *way*, or None if it was not measured."""
        taken = [turn[way] for turn in self.turns if way in turn]
        return Usage(*map(median, zip(*taken, strict=True))) if taken else None


def environment() -> dict[str, str]:
    """Return the environment for commands, without the variables that slow Python."""
    return {
        key: value for key, value in os.environ.items() if key not in _SLOW_VARIABLES
    }


def output(command: Command, folder: Path) -> bytes:
    """Run *command* in *folder* and return its output."""
    return subprocess.run(
        command, cwd=folder, env=environment(), check=True, stdout=subprocess.PIPE
    ).stdout


def measured(
    command: Command, folder: Path, variables: Mapping[str, str] | None = None
) -> Usage:
    """Run *command* in *folder*, discard its output, and return its usage."""
    env = environment() | dict(variables or {})
    with TemporaryFile() as errors, Path(os.devnull).open("wb") as nowhere:
        start = perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=env, stdout=nowhere, stderr=errors
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise SystemExit(f"{' '.join(map(str, command))}: {errors.read().decode()}")
    return Usage(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
