"""A batch that meets errors, files and rows that nobody expects."""

import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from batch_helpers import wait_until
from conftest import Result, Run, Shell, has_written
from protestgen import Sender, load_campaign
from protestgen.batch.planner import BatchPlan
from protestgen.batch.roster import Roster
from protestgen.batch.roster_row import FIELDS, Member, Row
from protestgen.batch.runner import Batch
from protestgen.batch.worker import BatchSpec, OutputKind
from protestgen.cli.progress import ProgressReporter
from protestgen.errors import Location
from protestgen.formats import Options
from protestgen.formats.pdf_merge import PdfMerger

HEAD = "name,email,city,country,why\n"
ADA = "Ada Example,ada@home.example,Leeds,uk,I have friends in Almaty.\n"
BOB = "Bob Example,bob@home.example,Cork,Ireland,\n"
EVE = "Eve Example,eve@home.example,Seoul,South Korea,\n"
REPORT = "please report it; PROTESTGEN_TRACEBACK=1 shows the details"

READ_ONLY = "Read-only file system"

RunBatch = Callable[..., Result]


@pytest.fixture(name="batch")
def _batch(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunBatch:
    """Return a function that runs `batch` about a case, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.csv").write_text(HEAD + ADA + BOB + EVE, encoding="utf-8")

    def batch(*arguments: object) -> Result:
        return run("batch", "--case", "kurmanov", "-q", *arguments)

    return batch


def a_row(line: int, **fields: Any) -> Row:
    """Return the row of a member; fields of a wrong type are met by nobody's check."""
    known = {"name": f"Ada {line}", "email": f"{line}@home.example", "country": "gb"}
    sender = Sender(**known | fields)
    return Row(at=Location("m.csv", line), member=Member(sender=sender))


def written(kind: OutputKind, form: str, *rows: Row) -> Batch:
    """Return the batch of *rows* that has run, in one stream."""
    spec = BatchSpec(
        campaign=load_campaign(),
        on=date(2026, 11, 22),
        format_name=form,
        options=Options(),
        kind=kind,
    )
    plan = BatchPlan(spec=spec, cases=("kurmanov",))
    batch = Batch(
        plan,
        ProgressReporter(int, None),
        stream=BytesIO(),
        merger=PdfMerger(BytesIO()) if kind == "pdf" else None,
    )
    batch.run(Roster(FIELDS, iter(rows)))
    return batch


@pytest.mark.parametrize(
    ("kind", "form", "fields"),
    [
        ("mbox", "eml", {"name": 5}),
        ("mbox", "eml", {"role": 5}),
        ("mbox", "eml", {"reply_to": 5}),
        ("jsonl", "json", {"role": 5}),
        ("pdf", "pdf", {"role": 5}),
    ],
    ids=["planned", "composed", "rendered", "json", "pdf"],
)
def test_unexpected_error_fails_its_row_only(
    kind: OutputKind,
    form: str,
    fields: dict[str, Any],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    An unexpected error fails its row, asks to be reported, and other rows are written.
    """
    monkeypatch.delenv("PROTESTGEN_TRACEBACK", raising=False)
    rows = [a_row(2), a_row(3, **fields), a_row(4)]

    batch = written(kind, form, *rows)

    assert (batch.tally.letters, batch.tally.failed) == (2, 1)
    stderr = capfd.readouterr().err
    assert stderr.startswith("error: m.csv:3: unexpected ")
    assert stderr.endswith(f": {REPORT}\n")
    assert stderr.count("\n") == 1


def test_unexpected_error_has_a_traceback_on_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    With PROTESTGEN_TRACEBACK=1 the run ends with the traceback of the row.
    """
    monkeypatch.setenv("PROTESTGEN_TRACEBACK", "1")

    with pytest.raises(RuntimeError, match=r"m\.csv:3: unexpected .*\nTraceback "):
        written("mbox", "eml", a_row(3, name=5))


@pytest.mark.parametrize("name", ["data/demands.yaml", "templates/en/x.txt", "link"])
@pytest.mark.parametrize("command", ["letter", "appeal", "batch"])
@pytest.mark.usefixtures("batch")
def test_output_does_not_overwrite_the_campaign(
    command: str, name: str, run: Run
) -> None:
    """
    A campaign's own files are never overwritten, and none is added to its folders.
    """
    for folder in ("mine/data", "mine/templates"):
        Path(folder).mkdir(parents=True)
    own = Path("mine/data/demands.yaml")
    own.write_text("cases: {}\n")
    Path("mine/link").symlink_to("data/demands.yaml")
    path = f"mine/{name}"
    arguments = {
        "letter": ("letter", "--case", "kurmanov", "--country", "uk", "-o", path),
        "appeal": ("appeal", "kurmanov", "-o", path),
        "batch": ("batch", "--case", "kurmanov", "--roster", "m.csv"),
    }[command]
    if command == "batch":
        path += ".mbox"
        arguments += ("-o", path)
        if name == "link":
            Path(path).symlink_to("data/demands.yaml")

    result = run("--campaign", "mine", *arguments)

    place = "templates" if "templates" in name else "data"
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(
        f"error: '-o {path}' is where the campaign has its own {place}: name another place"
    )
    assert own.read_text() == "cases: {}\n"


@pytest.mark.usefixtures("batch")
def test_output_does_not_overwrite_the_settings(run: Run) -> None:
    """
    The protestgen.yaml of a campaign is never overwritten.
    """
    Path("protestgen.yaml").write_text("extends: bundled\n")

    result = run(
        "letter", "--case", "kurmanov", "--country", "uk", "-o", "protestgen.yaml"
    )

    assert (result.exit_code, result.stdout) == (2, "")
    assert "'-o protestgen.yaml' is where the campaign has its own" in result.stderr
    assert Path("protestgen.yaml").read_text() == "extends: bundled\n"


@pytest.mark.parametrize("jobs", [0, -1, 100_000, 999_999_999_999_999_999_999])
def test_jobs_have_a_bound(batch: RunBatch, jobs: int) -> None:
    """
    Too many processes are refused in one line.
    """
    result = batch("--roster", "m.csv", "-o", "letters", "--jobs", jobs)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"error: invalid value for '--jobs': {jobs} is not in the range 1<=x<=256 "
        "(see 'protestgen batch --help')\n"
    )


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("unshare -rm bash -c 'mount -t tmpfs -o ro none /dev/shm && {}'", READ_ONLY),
        ("ulimit -n 15 && {}", "Too many open files"),
    ],
    ids=["semaphores", "handles"],
)
@pytest.mark.usefixtures("batch")
def test_one_process_writes_where_others_cannot_start(
    shell: Shell, before: str, reason: str
) -> None:
    """
    Where no process can be started, the run is slower and complete.
    """
    if reason == READ_ONLY and shell("unshare -rm true").exit_code:
        pytest.skip("nobody may mount here")
    line = "protestgen batch --case kurmanov --roster m.csv -o letters --jobs 2"

    result = shell(before.format(line))

    told = f"note: no other processes ({reason}): this one writes all letters\n"
    assert (result.exit_code, result.stdout) == (0, "")
    assert told in result.stderr
    assert len(list(Path("letters").glob("kurmanov-*.txt"))) == 3


@pytest.mark.usefixtures("batch")
def test_reader_that_ends_too_early_is_an_error(shell: Shell) -> None:
    """
    Letters that the reader of a pipe did not take are not counted as written.
    """
    rows = "".join(f"Ada {number},a@home.example,,uk,\n" for number in range(500))
    Path("m.csv").write_text(HEAD + rows)
    line = "protestgen batch --case kurmanov -q --format mbox --roster m.csv --jobs 1"

    result = shell(f"{line} | head -n 1; exit ${{PIPESTATUS[0]}}")

    reason = "its reader ended before it had all letters"
    assert (result.exit_code, result.stderr) == (
        1,
        f"error: standard output: {reason}\n",
    )
    assert shell(f"{line} | tail -n 1; exit ${{PIPESTATUS[0]}}").exit_code == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.usefixtures("batch")
def test_ended_run_leaves_no_part_of_its_file(
    tmp_path: Path, number: signal.Signals
) -> None:
    """
    However a run ends, no part of its one file stays in the folder.
    """
    program = Path(sys.executable).with_name("protestgen")
    options = ("--case", "kurmanov", "--roster", "-", "-o", "out/all.mbox")
    Path("out").mkdir()
    with subprocess.Popen(
        [program, "batch", *options, "--jobs", "1"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    ) as process:
        assert process.stdin
        rows = "".join(f"Ada {number},a@home.example,,uk,\n" for number in range(5_000))
        process.stdin.write((HEAD + rows).encode())
        process.stdin.flush()
        wait_until(lambda: has_written(process.pid, tmp_path / "out"), process)
        process.send_signal(number)
        process.wait(180)

    assert list(Path("out").iterdir()) == []
