"""Letters written by Dask workers: with a real scheduler, and workers that die."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace

from batch_helpers import contents, finish, members, start, wait_until
from conftest import ROOT, Result, Run
from protestgen import __version__
from protestgen.batch.dispatch import chunk_size
from protestgen.batch.worker import BatchSpec
from protestgen.campaign.loader import load_campaign
from protestgen.formats import Options

pytestmark = pytest.mark.slow

LETTERS = 3_000
NO_GAIN = (
    "note: these letters are written faster without '--cluster': "
    "a cluster saves time only where PDFs are made"
)
NAMESPACE = shutil.which("unshare") or "unshare"

Process = subprocess.Popen[bytes]


class Cluster(Struct, frozen=True):
    """A scheduler at *address*, and its workers, with *places* that they are known by."""

    address: str
    scheduler: Process
    workers: list[Process]
    places: list[str]


@contextmanager
def program(name: str, log: Path, *arguments: str, **options: str) -> Iterator[Process]:
    """Run a program of Dask's, whose words go to *log*, until it is done with."""
    hidden = options.pop("hidden", "")
    command = [sys.executable, "-m", f"distributed.cli.dask_{name}", *arguments]
    if hidden:  # behind an empty file system, which this process alone has
        script = 'mount -t tmpfs tmpfs "$0" && exec "$@"'
        command = [NAMESPACE, "-m", "sh", "-c", script, hidden, *command]
    with log.open("wb") as words:
        process = subprocess.Popen(
            [*command, "--no-dashboard"],
            env=os.environ | options,
            cwd=log.parent,
            stdout=words,
            stderr=words,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def cluster(
    folder: Path, workers: int = 2, options: Mapping[str, str] | None = None
) -> Iterator[Cluster]:
    """Run a cluster on this machine, which keeps its files in *folder*."""
    folder.mkdir()
    file = folder / "scheduler.json"
    place = ("--host", "127.0.0.1", "--scheduler-file", str(file))
    with ExitStack() as stack:
        log = folder / "scheduler.log"
        arguments = (*place, "--port", "0")
        scheduler = stack.enter_context(program("scheduler", log, *arguments))
        wait_until(file.exists, scheduler)
        wait_until(lambda: file.read_bytes().endswith(b"}"), scheduler)
        address = json.loads(file.read_bytes())["address"]
        processes, places = [], []
        for number in range(workers):
            log = folder / f"worker{number}.log"
            kind = ("--no-nanny", "--nthreads", "2", "--memory-limit", "0")
            worker = program("worker", log, *place, *kind, **(options or {}))
            processes.append(stack.enter_context(worker))
        for number, process in enumerate(processes):
            log = folder / f"worker{number}.log"
            if "hidden" in (options or {}) and os.geteuid() != 0:
                pytest.skip("file systems are mounted by root only")
            wait_until(lambda log=log: "Registered to" in log.read_text(), process)  # type: ignore[misc]
            _, _, rest = log.read_text().partition("Start worker at:")
            places.append(rest.split()[0])
        yield Cluster(address, scheduler, processes, places)


def write(*arguments: object) -> Result:
    """Run a batch to its end."""
    return finish(start(*map(str, arguments)))


@pytest.fixture(name="roster", scope="module")
def _roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a roster."""
    path = tmp_path_factory.mktemp("roster") / "m.csv"
    path.write_text(members(LETTERS), encoding="utf-8")
    return path


@pytest.fixture(name="whole", scope="module")
def _whole(roster: Path) -> dict[str, bytes]:
    """Return the files that one process writes."""
    folder = roster.parent / "whole"
    assert write("--roster", roster, "-q", "--jobs", "1", "-o", folder).exit_code == 0
    return contents(folder)


@pytest.fixture(name="healthy", scope="module")
def _healthy(roster: Path) -> Iterator[str]:
    """Return the address of a cluster whose workers see all folders."""
    with cluster(roster.parent / "healthy") as there:
        yield there.address


@pytest.fixture(name="hidden", scope="module")
def _hidden(roster: Path) -> Iterator[tuple[str, Path]]:
    """Return the address of a cluster, and a folder that its workers cannot see."""
    out = roster.parent / "out"
    out.mkdir()
    with cluster(roster.parent / "apart", options={"hidden": str(out)}) as there:
        yield there.address, out


def test_cluster_writes_what_one_process_does(
    tmp_path: Path, roster: Path, whole: dict[str, bytes], healthy: str
) -> None:
    """
    Folders and single files are byte for byte the same; a second run changes nothing.
    """
    folder, one, other = (
        tmp_path / "letters",
        tmp_path / "1.jsonl",
        tmp_path / "2.jsonl",
    )
    command = ("--roster", roster, "-q", "--cluster", healthy, "-o")
    first = write(*command, folder)
    before = {path.name: path.stat().st_ino for path in folder.glob("kurmanov-*.txt")}
    second = write(*command, folder)
    file = write(*command, one)
    write("--roster", roster, "-q", "--jobs", "1", "-o", other)

    assert first == second == file == Result(0, "", "")
    assert contents(folder) == whole
    assert before == {
        path.name: path.stat().st_ino for path in folder.glob("kurmanov-*.txt")
    }
    assert one.read_bytes() == other.read_bytes()


def test_cluster_sets_documents(tmp_path: Path, healthy: str) -> None:
    """
    Byte for byte as one process does; only for other letters is a cluster no gain.
    """
    roster = tmp_path / "m.csv"
    roster.write_text(members(60), encoding="utf-8")
    folder, one = tmp_path / "1", tmp_path / "1.pdf"
    command = ("--roster", roster, "--date", "2011-04-01")
    shared = (*command, "--cluster", healthy)
    files = write(*shared, "--format", "pdf", "-o", folder)
    file = write(*shared, "-q", "-o", one)
    texts = write(*shared, "-o", tmp_path / "texts")
    own = ("--jobs", "1", "-q", *command)
    write(*own, "--format", "pdf", "-o", tmp_path / "2")
    write(*own, "-o", tmp_path / "2.pdf")

    assert [result.exit_code for result in (files, file, texts)] == [0, 0, 0]
    assert file.stderr == ""
    assert NO_GAIN not in files.stderr
    assert NO_GAIN in texts.stderr
    assert contents(folder) == contents(tmp_path / "2")
    assert one.read_bytes() == (tmp_path / "2.pdf").read_bytes()


@pytest.mark.parametrize(
    ("format_name", "attach"), [("pdf", None), ("fax", None), ("eml", "pdf")]
)
def test_costly_letters_are_handed_out_a_few_at_a_time(
    format_name: str, attach: str | None
) -> None:
    """
    Letters on paper go to processes a few at a time, other letters many at a time.
    """
    text = BatchSpec(
        campaign=load_campaign(),
        on=date(2011, 4, 1),
        format_name="eml",
        options=Options(),
        kind="folder",
    )
    costly = replace(text, format_name=format_name, options=Options(attach=attach))

    assert chunk_size(costly, is_shared=True) <= 300 / 2 / 10
    assert chunk_size(text, is_shared=True) >= 200
    assert chunk_size(costly, is_shared=False) == chunk_size(text, is_shared=False)


@pytest.mark.parametrize("dying", ["a worker", "all workers", "the scheduler"])
def test_dead_workers_cost_time_only(
    tmp_path: Path, roster: Path, whole: dict[str, bytes], dying: str
) -> None:
    """
    Letters of dead workers are written by others, or by the client.
    """
    folder = tmp_path / "letters"
    with cluster(tmp_path / "cluster") as there:
        command = ("--roster", str(roster), "-q", "--cluster", there.address)
        process = start(*command, "-o", str(folder))
        wait_until(lambda: len(list(folder.glob("kurmanov-*.txt"))) > 100, process)
        mortals = {"a worker": there.workers[:1], "all workers": there.workers}
        for mortal in mortals.get(dying, [there.scheduler]):
            mortal.send_signal(signal.SIGKILL)
        assert process.poll() is None
        result = finish(process)

    assert result == Result(0, "", "")
    assert contents(folder) == whole


def test_dead_process_costs_time_only(
    tmp_path: Path, roster: Path, whole: dict[str, bytes]
) -> None:
    """
    Letters of a dead process are written by others on this machine as well.
    """
    folder = tmp_path / "letters"
    process = start("--roster", str(roster), "-q", "--jobs", "2", "-o", str(folder))
    wait_until(lambda: len(list(folder.glob("kurmanov-*.txt"))) > 100, process)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    os.kill(int(children.split()[0]), signal.SIGKILL)

    assert finish(process) == Result(0, "", "")
    assert contents(folder) == whole


def test_workers_without_the_folder_return_their_letters(
    roster: Path, whole: dict[str, bytes], hidden: tuple[str, Path]
) -> None:
    """
    The client writes the letters of workers that cannot see the folder.
    """
    address, out = hidden
    result = write("--roster", roster, "--cluster", address, "-o", out / "letters")

    away = "note: workers do not see the folder: they sent their letters here ("
    assert result.exit_code == 0
    assert away in result.stderr
    assert contents(out / "letters") == whole


@pytest.mark.parametrize("is_seen", [True, False])
def test_edited_letters_are_kept(
    tmp_path: Path,
    roster: Path,
    healthy: str,
    hidden: tuple[str, Path],
    *,
    is_seen: bool,
) -> None:
    """
    Edited letters are kept, whether workers see the folder or return their letters.
    """
    address, out = (healthy, tmp_path) if is_seen else hidden
    folder = out / "edited"
    other = tmp_path / "m.csv"
    other.write_text(roster.read_text("utf-8").replace("Word", "A word"), "utf-8")
    write("--roster", roster, "-q", "-o", folder)
    before = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    edited = sorted(folder.glob("kurmanov-*.txt"))[:: LETTERS // 5]
    for path in edited:
        path.write_text("By hand.")
    result = write("--roster", other, "--cluster", address, "-o", folder)

    reason = "edited after it was written, and kept: remove it to have it written again"
    told = {f"note: {path.name} was {reason}" for path in edited}
    after = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    count = f"({LETTERS - 5:,} changed, 5 edited and kept)"
    assert result.exit_code == 0
    assert f"note: {LETTERS:,} letters in {folder} {count}; " in result.stderr
    assert told == {
        line for line in result.stderr.splitlines() if "was edited after" in line
    }
    assert {path.read_text("utf-8") for path in edited} == {"By hand."}
    assert sum(line in before for line in after[1:]) == len(edited) == 5


def test_workers_need_the_campaign(tmp_path: Path, roster: Path) -> None:
    """
    A worker that cannot see the campaign is an error before anything is written.
    """
    campaign = tmp_path / "own"
    shutil.copytree(ROOT / "templates", campaign / "templates")
    with cluster(tmp_path / "cluster", 1, {"hidden": str(campaign)}) as there:
        result = write(
            *("--roster", roster, "--campaign", campaign),
            *("--cluster", there.address, "-o", tmp_path / "letters"),
        )
        (worker,) = there.places

    fault = f"the campaign is not there as it is here: let it see the same {campaign}"
    assert result == Result(1, "", f"error: worker {worker}: {fault}\n")
    assert not (tmp_path / "letters").exists()


def test_workers_need_the_same_version(tmp_path: Path, roster: Path) -> None:
    """
    A worker with another version is an error before anything is written.
    """
    other = tmp_path / "other"
    for name in ("src", "data", "templates"):
        shutil.copytree(ROOT / name, other / name)
    package = other / "src" / "protestgen" / "__init__.py"
    package.write_text(package.read_text().replace(f'"{__version__}"', '"0.0.9"'))
    path = str(other / "src")
    with cluster(tmp_path / "cluster", 1, {"PYTHONPATH": path}) as there:
        result = write(
            *("--roster", roster, "--cluster", there.address),
            *("-o", tmp_path / "letters"),
        )
        (worker,) = there.places

    fault = f"protestgen 0.0.9 is there, {__version__} here: install the same"
    assert result == Result(1, "", f"error: worker {worker}: {fault}\n")
    assert not (tmp_path / "letters").exists()


def test_workers_need_the_program(tmp_path: Path, roster: Path) -> None:
    """
    A worker without protestgen, or with one too old, is an error.
    """
    old = tmp_path / "old" / "protestgen"
    old.mkdir(parents=True)
    (old / "__init__.py").touch()
    path = str(old.parent)
    with cluster(tmp_path / "cluster", 1, {"PYTHONPATH": path}) as there:
        result = write(
            *("--roster", roster, "--cluster", there.address),
            *("-o", tmp_path / "letters"),
        )
        (worker,) = there.places

    fault = f"protestgen {__version__} does not run there: install it"
    assert result == Result(1, "", f"error: worker {worker}: {fault}\n")


def test_cluster_without_workers_is_an_error(tmp_path: Path, roster: Path) -> None:
    """
    A scheduler without workers is an error, not an endless wait.
    """
    with cluster(tmp_path / "cluster", 0) as there:
        result = write(
            *("--roster", roster, "--cluster", there.address),
            *("-o", tmp_path / "letters"),
        )

    hint = f"see that 'dask worker {there.address}' runs on each machine"
    reason = f"{there.address}: no worker of this scheduler answers: {hint}"
    assert result == Result(1, "", f"error: {reason}\n")


# Hands out what nobody hands on any more, as long as one that does is looked for, and
# wants it no more after that.
LATE = """
import os, sys, time
from contextlib import suppress
from protestgen.batch.dask_cluster import connected_cluster
from protestgen.campaign.bundled import shipped_folder
with connected_cluster(sys.argv[1], [shipped_folder()]) as workers:
    os.kill(int(sys.argv[2]), 9)
    futures = []
    with suppress(Exception):  # each version has its own
        while True:
            futures.append(workers.submit(print))
            time.sleep(0.01)
    workers.shutdown()
"""


def test_lost_cluster_prints_nothing(tmp_path: Path) -> None:
    """
    Futures that cannot be cancelled after the scheduler died print nothing.
    """
    with cluster(tmp_path / "cluster", 1) as there:
        program = [sys.executable, "-c", LATE, there.address, str(there.scheduler.pid)]
        done = subprocess.run(program, capture_output=True, check=True, timeout=180)

    assert (done.stdout, done.stderr) == (b"", b"")


@pytest.mark.parametrize("is_mute", [False, True])
def test_address_without_a_scheduler_is_an_error(
    tmp_path: Path, roster: Path, *, is_mute: bool
) -> None:
    """
    The error comes soon, whether nothing listens there or another program.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"tcp://127.0.0.1:{server.getsockname()[1]}"
        if not is_mute:
            server.close()
        began = time.monotonic()
        result = write(
            *("--roster", roster, "--cluster", address, "-o", tmp_path / "letters")
        )

    hint = f"start one, or see that {address} is its address"
    reason = f"{address}: no Dask scheduler answers there: {hint}"
    assert result == Result(1, "", f"error: {reason}\n")
    assert time.monotonic() - began < 120
    assert not (tmp_path / "letters").exists()


def test_wrong_address_is_an_error(tmp_path: Path, roster: Path) -> None:
    """
    The error shows what an address looks like.
    """
    result = write(*("--roster", roster, "--cluster", "x", "-o", tmp_path / "letters"))

    reason = "missing port number in address 'x': name it as in tcp://127.0.0.1:8786"
    assert result == Result(1, "", f"error: x: {reason}\n")


def test_cluster_needs_an_extra(
    run: Run, roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Without Dask the error shows the line that installs it.
    """
    monkeypatch.setitem(sys.modules, "dask", None)
    result = run(
        *("batch", "--case", "kurmanov", "--roster", roster),
        *("--cluster", "tcp://127.0.0.1:1", "-o", tmp_path / "letters"),
    )

    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(
        r"error: a cluster needs more packages: run "
        r"pip install 'distributed[<>=.,0-9]+'\n",
        result.stderr,
    )


def test_jobs_and_cluster_exclude_each_other(
    run: Run, roster: Path, tmp_path: Path
) -> None:
    """
    `--jobs` with `--cluster` is a usage error.
    """
    result = run(
        *("batch", "--case", "kurmanov", "--roster", roster, "--jobs", "2"),
        *("--cluster", "tcp://127.0.0.1:1", "-o", tmp_path / "letters"),
    )

    reason = "'--jobs' goes without '--cluster': a cluster writes with all of its workers (see 'protestgen batch --help')"
    assert result == Result(2, "", f"error: {reason}\n")
