"""Starting and ending batches, and what is in their folders."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from conftest import EPOCH, Result

PROGRAM = (sys.executable, "-m", "protestgen", "batch", "--case", "kurmanov")


HEAD = "name,email,address,city,country,why\n"


COUNTRIES = ("uk", "ie", "de", "fr", "kr", "us")


def members(count: int) -> str:
    """Return a roster of *count* members."""
    rows = (
        f'Ada Example {i},ada{i}@home.example,"{i} Street\nTown",Leeds,{COUNTRIES[i % 6]},Word {i}.\n'
        for i in range(count)
    )
    return HEAD + "".join(rows)


def environment() -> dict[str, str]:
    """Return variables with which two runs write the same letters."""
    return os.environ | {"SOURCE_DATE_EPOCH": str(EPOCH)}


def start(*arguments: str, before: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """Start a batch in a process group of its own, by the program *before* it."""
    return subprocess.Popen(
        (*before, *PROGRAM, *arguments),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finish(process: subprocess.Popen[bytes]) -> Result:
    """Wait for *process* to end."""
    _, stderr = process.communicate(timeout=120)
    return Result(process.returncode, "", stderr.decode())


def contents(folder: Path) -> dict[str, bytes]:
    """Return all that is in *folder*."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
