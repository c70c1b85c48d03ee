"""Batches as programs: their rosters, their ends and the files that they write."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from conftest import EPOCH, Result, coverage_variables
from protestgen.batch.state import DATABASE

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
    return os.environ | coverage_variables() | {"SOURCE_DATE_EPOCH": str(EPOCH)}


def start(*arguments: str, before: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """Start a batch in a process group of its own, by the program *before* it."""
    return subprocess.Popen(
        (*before, *PROGRAM, *arguments),
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def wait_until(
    condition: Callable[[], object], process: subprocess.Popen[bytes]
) -> None:
    """Wait until *condition* holds; fail if *process* ends first, or after three minutes."""
    deadline = time.monotonic() + 180
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            pytest.fail(
                f"what the test waits for did not happen: {process.communicate()}"
            )
        time.sleep(0.005)


def finish(process: subprocess.Popen[bytes]) -> Result:
    """Wait for *process* to end."""
    try:
        _, stderr = process.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Result(process.returncode, "", stderr.decode())


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in each file in *folder*, and in the tables of the database."""
    return {
        path.name: table_rows(path) if path.name == DATABASE else path.read_bytes()
        for path in sorted(folder.iterdir())
    }


def table_rows(path: Path) -> bytes:
    """Return the rows of the database at *path*, in their order."""
    with closing(sqlite3.connect(path)) as database:
        letters = "SELECT key, file, case_id, addressee, name, sha256, previous"
        queries = (
            "SELECT * FROM run",
            f"{letters} FROM letters ORDER BY position",
            "SELECT * FROM failed",
        )
        return repr([database.execute(query).fetchall() for query in queries]).encode()


def file_names(folder: Path | str) -> list[str]:
    """Return the names of all files in *folder* but the database."""
    names = sorted(path.name for path in Path(folder).iterdir())
    return [name for name in names if name != DATABASE]
