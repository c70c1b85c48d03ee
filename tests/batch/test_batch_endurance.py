"""A batch that is killed, runs out of room or meets hostile rows leaves no torn file."""

import json
import os
import random
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from batch_helpers import (
    HEAD,
    PROGRAM,
    contents,
    environment,
    finish,
    members,
    start,
    wait_until,
)
from conftest import Result, Run, has_written
from protestgen.batch.output_folder import OutputFolder
from protestgen.batch.state import DATABASE

pytestmark = pytest.mark.slow

MOUNT, UMOUNT, SETSID = (
    shutil.which(name) or name for name in ("mount", "umount", "setsid")
)
# What is done to a run comes long before it has written so many letters.
MANY = 100_000
# What a run does to files and to its database, by the names of system calls.
WRITES = (
    *("mkdir", "openat", "write", "pwrite64", "rename", "unlink"),
    *("ftruncate", "fsync", "fdatasync"),
)


def hidden(folder: Path) -> list[str]:
    """Return the names in *folder* that begin with a dot."""
    return sorted(path.name for path in folder.glob(".*"))


def _has_begun(path: Path, pid: int) -> bool:
    """Tell whether letters are written to a folder, or to a file for all."""
    if path.suffix:
        return has_written(pid, path.parent)
    return len(list(path.glob("kurmanov-*.txt"))) >= 100


@pytest.fixture(name="kills", scope="module")
def _kills(request: pytest.FixtureRequest) -> int:
    """Return how many runs are to be killed."""
    return int(request.config.getoption("kills"))


@pytest.fixture(name="strace", scope="module")
def _strace() -> str:
    """Return the path of the program that kills another at a system call."""
    path = shutil.which("strace")
    if path is None and not os.environ.get("CI"):
        pytest.skip("strace is not installed")
    assert path
    return path


@pytest.fixture(name="undisturbed", scope="module")
def _undisturbed(tmp_path_factory: pytest.TempPathFactory, kills: int) -> Path:
    """Return a folder with a roster, its letters in `old`, and others in `changed`."""
    folder = tmp_path_factory.mktemp("undisturbed")
    count = 5_000 if kills > 100 else 400
    (folder / "m.csv").write_text(members(count), encoding="utf-8")
    for name, style in (("old", "statement"), ("changed", "points")):
        command = ("--roster", str(folder / "m.csv"), "--style", style, "-q", "-o")
        assert finish(start(*command, str(folder / name))) == Result(0, "", "")
        if name == "old":
            shutil.copytree(folder / "old", folder / "changed")
    return folder


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("kind", ["moments", "writes"])
def test_killed_run_can_be_resumed(  # noqa: PLR0917 - they are fixtures
    undisturbed: Path, tmp_path: Path, kind: str, jobs: str, strace: str, kills: int
) -> None:
    """
    A killed run that is run again ends as one that nothing disturbed.

    Letters are new or have changed. The run is killed once or twice: at any moment, or just before any kind of write.
    """
    roster = undisturbed / "m.csv"
    command = ("--roster", str(roster), "--jobs", jobs, "--style", "points", "-q", "-o")
    new = tmp_path / "new"
    counts = count_writes(strace, [*command, str(new)])
    wholes = {False: contents(new), True: contents(undisturbed / "changed")}
    begin = time.monotonic()
    finish(start(*command, str(tmp_path / "timed")))
    whole_time = time.monotonic() - begin
    chance = random.Random(f"{kind} {jobs}")  # noqa: S311 - the same ones each time
    done = attempts = 0
    while done < kills / 4:
        folder = tmp_path / "killed"
        attempts += 1
        assert attempts < 3 * kills
        has_old = attempts % 2 == 0
        if has_old:
            shutil.copytree(undisturbed / "old", folder)
        for _ in range(chance.randint(1, 2)):
            arguments = [*command, str(folder)]
            if kind == "moments":
                # Programs and data are loaded in the first third.
                part = chance.uniform(0.3, 1)
                done += killed_after(arguments, whole_time * part)
            else:
                call = chance.choice([*counts])
                number = chance.randint(1, counts[call])
                done += killed_at_call(strace, arguments, call, number)
        assert finish(start(*command, str(folder))) == Result(0, "", "")
        assert contents(folder) == wholes[has_old]
        shutil.rmtree(folder)


def killed_after(arguments: list[str], seconds: float) -> bool:
    """Kill a batch and its processes after some *seconds*, if they run."""
    process = start(*arguments)
    end = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.001)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def killed_at_call(strace: str, arguments: list[str], call: str, number: int) -> bool:
    """Kill a batch just before a system call that it makes for the *number*th time."""
    kill = f"inject={call}:signal=KILL:when={number}"
    options = ["-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", kill]
    process = start(*arguments, before=(strace, *options))
    process.communicate(timeout=120)
    return process.returncode == -signal.SIGKILL


def count_writes(strace: str, arguments: list[str]) -> Counter[str]:
    """Return how often a batch makes each of the system calls that write."""
    with TemporaryDirectory() as folder:
        log = Path(folder, "log")
        trace = f"trace={','.join(WRITES)}"
        options = ["-qq", "-o", str(log), "-e", trace]
        finish(start(*arguments, before=(strace, *options)))
        calls = (line.partition("(")[0] for line in log.read_text().splitlines())
        return Counter(call for call in calls if call in WRITES)


def test_worker_processes_end_with_a_killed_run(tmp_path: Path) -> None:
    """
    Worker processes end with the run that started them, and release the folder.
    """
    roster, folder = tmp_path / "m.csv", tmp_path / "letters"
    roster.write_text(members(MANY), encoding="utf-8")
    command = ("--roster", str(roster), "--jobs", "2", "-q", "-o", str(folder))
    process = start(*command)
    wait_until(lambda: _has_begun(folder, process.pid), process)
    process.kill()
    process.communicate()  # which waits until nobody holds its stderr any more
    roster.write_text(members(3), encoding="utf-8")

    assert finish(start(*command)).exit_code == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupted_run_finishes_its_letters(
    tmp_path: Path, number: signal.Signals
) -> None:
    """
    After a signal the manifest lists each letter written, and the error says how to resume.
    """
    roster, folder = tmp_path / "m.csv", tmp_path / "letters"
    roster.write_text(members(MANY), encoding="utf-8")
    command = ("--roster", str(roster), "--jobs", "2", "-o", str(folder))
    process = start(*command)
    wait_until(lambda: _has_begun(folder, process.pid), process)
    os.killpg(process.pid, number)
    result = finish(process)

    assert result.exit_code == 128 + number
    assert result.stderr.endswith(
        "\nerror: interrupted: run the same again to resume\n"
    )
    written = {path.name for path in folder.glob("kurmanov-*.txt")}
    manifest = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    assert 100 <= len(written) < MANY
    assert len(manifest) == len(written) + 1
    assert all(f'"{name}"' in "\n".join(manifest) for name in written)
    assert hidden(folder) == [DATABASE]


def test_interrupted_run_creates_no_single_file(tmp_path: Path) -> None:
    """
    One file for all letters is complete, or is not created.
    """
    roster, file = tmp_path / "m.csv", tmp_path / "all.jsonl"
    roster.write_text(members(MANY), encoding="utf-8")
    process = start("--roster", str(roster), "--jobs", "1", "-o", str(file))
    wait_until(lambda: _has_begun(file, process.pid), process)
    process.send_signal(signal.SIGINT)
    result = finish(process)

    assert result == Result(130, "", "error: interrupted: nothing is written\n")
    assert list(tmp_path.iterdir()) == [roster]


@pytest.mark.parametrize(
    ("number", "output", "hint"),
    [
        (signal.SIGTERM, "all.jsonl", "nothing is written"),
        (signal.SIGHUP, "letters", "run the same again to resume"),
    ],
)
def test_interrupted_run_ends_while_it_waits_for_rows(
    tmp_path: Path, number: signal.Signals, output: str, hint: str
) -> None:
    """
    A signal ends a run that waits for its roster; rows read so far are written.
    """
    path = tmp_path / output
    command = (*PROGRAM, "--roster", "-", "--jobs", "1", "-o", str(path))
    with subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stderr
        process.stdin.write(members(2_000).encode())
        process.stdin.flush()
        # Until lots are written; the last one waits for more rows.
        wait_until(lambda: _has_begun(path, process.pid), process)
        process.send_signal(number)
        problem = process.stderr.read().decode()

    assert process.returncode == 128 + number
    assert problem.endswith(f"error: interrupted: {hint}\n")
    assert hidden(path) == ([DATABASE] if output == "letters" else [])
    assert hidden(tmp_path) == []
    assert not (tmp_path / "all.jsonl").exists()
    if output == "letters":
        manifest = (path / "manifest.jsonl").read_text("utf-8").splitlines()
        assert len(list(path.glob("kurmanov-*.txt"))) == len(manifest) - 1 >= 100


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_closed_stderr_is_no_error(tmp_path: Path, jobs: str) -> None:
    """
    A run goes on if the reader of its messages has gone, or there never was one.
    """
    roster = tmp_path / "m.csv"
    bad = "".join(f"Bob Example {i},bob@home,,,uk,\n" for i in range(50))
    roster.write_text(members(200) + bad, encoding="utf-8")
    command = [*PROGRAM, "--roster", str(roster), "--jobs", jobs, "-o"]
    line = 'exec "$@" 2>&-'
    closed = ["/bin/sh", "-c", line, "sh", *command, str(tmp_path / "closed")]
    reading, writing = os.pipe()
    os.close(reading)
    folder = str(tmp_path / "gone")
    gone = subprocess.run(
        [*command, folder], env=environment(), stderr=writing, check=False
    )
    os.close(writing)
    silent = subprocess.run(closed, env=environment(), check=False)

    assert (gone.returncode, silent.returncode) == (3, 3)
    assert contents(tmp_path / "gone") == contents(tmp_path / "closed")
    assert len(list((tmp_path / "gone").glob("kurmanov-*.txt"))) == 200


def test_progress_bar_is_drawn_and_removed(tmp_path: Path) -> None:
    """
    The progress bar works on a terminal also where the length of the roster is unknown.
    """
    roster, folder = tmp_path / "m.csv", tmp_path / "letters"
    roster.write_text(members(1_000) + "Bob,bob@home,,,uk,\n", encoding="utf-8")
    program = " ".join(map(shlex.quote, PROGRAM))
    line = f"{program} --jobs 2 --roster <(cat {roster}) -o {folder}"
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        ("/bin/bash", "-c", line),
        env=environment() | {"TERM": "xterm"},
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):  # that is how a terminal ends
        while part := os.read(ours, 1 << 16):
            shown += part
    os.close(ours)

    assert process.wait(timeout=180) == 3
    text = shown.decode()
    assert "letters" in text
    left = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", text)
    assert "\x1b" not in left
    assert "[2K" not in left
    assert "\r\x1b[2K\x1b[31m\x1b[1merror:\x1b[0m /dev/fd/" in text
    assert len(list(folder.glob("kurmanov-*.txt"))) == 1_000


def test_closed_terminal_ends_the_run_gracefully(tmp_path: Path) -> None:
    """
    When its terminal closes, a run finishes its letters and writes the manifest.
    """
    roster, folder = tmp_path / "m.csv", tmp_path / "letters"
    roster.write_text(members(MANY), encoding="utf-8")
    ours, theirs = os.openpty()
    command = ("--roster", str(roster), "--jobs", "2", "-o", str(folder))
    process = subprocess.Popen(
        (SETSID, "--ctty", "--wait", *PROGRAM, *command),
        env=environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    wait_until(lambda: _has_begun(folder, process.pid), process)
    os.close(ours)

    assert process.wait(timeout=60) == 128 + signal.SIGHUP
    written = {path.name for path in folder.glob("kurmanov-*.txt")}
    manifest = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    assert 100 <= len(written) == len(manifest) - 1 < MANY
    assert hidden(folder) == [DATABASE]


def test_ignored_signal_stays_ignored(tmp_path: Path) -> None:
    """
    With `nohup` a run outlives its terminal.
    """
    roster, file = tmp_path / "m.csv", tmp_path / "all.jsonl"
    roster.write_text(members(10_000), encoding="utf-8")
    command = ("--roster", str(roster), "--jobs", "1", "-q", "-o", str(file))
    process = start(*command, before=("nohup",))
    wait_until(lambda: has_written(process.pid, tmp_path), process)
    assert process.poll() is None
    process.send_signal(signal.SIGHUP)
    result = finish(process)

    assert result.exit_code == 0
    assert len(file.read_bytes().splitlines()) == 10_000


def test_edited_letters_survive_killed_runs(tmp_path: Path) -> None:
    """
    A resumed run keeps letters edited before it was killed and since.
    """
    roster, folder = tmp_path / "m.csv", tmp_path / "letters"
    roster.write_text(members(2_000), encoding="utf-8")
    command = ("--roster", str(roster), "--jobs", "1", "-q", "-o", str(folder))
    finish(start(*command))
    lines = (folder / "manifest.jsonl").read_bytes().splitlines()[1:]
    names = [re.findall(rb'"file":"([^"]+)"', line)[0].decode() for line in lines]
    (folder / names[0]).write_text("By hand.")
    (folder / names[-1]).write_text("By hand.")
    roster.write_text(members(2_000).replace("Word", "A word"), encoding="utf-8")
    process = start(*command)
    begun = (folder / names[1]).stat().st_mtime_ns
    while (folder / names[1]).stat().st_mtime_ns == begun:
        assert process.poll() is None
    process.kill()
    process.communicate()
    (folder / names[1]).write_text("By hand.")
    roster.write_text(members(2_000).replace("Word", "Another word"), encoding="utf-8")
    result = finish(start(*[word for word in command if word != "-q"]))

    assert result.exit_code == 0
    assert "1,997 changed, 3 edited and kept)" in result.stderr
    by_hand = {n for n in names if (folder / n).read_text("utf-8") == "By hand."}
    assert by_hand == {names[0], names[1], names[-1]}


def test_letters_edited_after_a_killed_run_are_kept(tmp_path: Path) -> None:
    """
    Each of those that are there, also where the run was killed in the middle of them.
    """
    roster, folder = tmp_path / "m.csv", tmp_path / "letters"
    roster.write_text(members(MANY), encoding="utf-8")
    command = ("--roster", str(roster), "--jobs", "2", "-o", str(folder))
    process = start(*command)
    while len(list(folder.glob("kurmanov-*.txt"))) < 500:
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    roster.write_text(members(2_000), encoding="utf-8")
    letters = sorted(folder.glob("kurmanov-*.txt"))
    for letter in letters[::2]:
        letter.write_text("By hand.")
    stopped = finish(start(*command, "--prune"))

    assert stopped.exit_code == 0
    by_hand = [path for path in letters[::2] if path.read_text("utf-8") == "By hand."]
    assert by_hand == letters[::2]


def test_letters_edited_before_a_killed_run_are_kept(tmp_path: Path) -> None:
    """
    Letters edited before a run are kept, also those it planned to write when killed.
    """
    roster, folder = tmp_path / "m.csv", tmp_path / "letters"
    roster.write_text(members(4_000), encoding="utf-8")
    command = ("--roster", str(roster), "--jobs", "2", "-q", "-o", str(folder))
    finish(start(*command))
    for letter in folder.glob("kurmanov-*.txt"):
        letter.write_text("By hand.")
    process = start(*command, "--style", "points")
    log = folder / f"{DATABASE}-wal"
    while not (log.exists() and log.stat().st_size > 100_000):
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    result = finish(start(*[word for word in command if word != "-q"]))

    assert "4,000 letters" in result.stderr
    assert "(4,000 edited and kept)" in result.stderr
    assert {path.read_text("utf-8") for path in folder.glob("kurmanov-*.txt")} == {
        "By hand."
    }


def test_run_about_another_case_keeps_letters_of_a_killed_run(
    tmp_path: Path,
) -> None:
    """
    A run about another case keeps the letters of a killed run and lists them in the manifest.
    """
    roster, folder = tmp_path / "m.csv", tmp_path / "letters"
    roster.write_text(members(MANY), encoding="utf-8")
    command = ("--roster", str(roster), "-q", "-o", str(folder))
    process = start(*command, "--jobs", "2")
    wait_until(lambda: _has_begun(folder, process.pid), process)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    letters = {path.name for path in folder.glob("kurmanov-*.txt")}
    roster.write_text(members(1), encoding="utf-8")
    other = [word.replace("kurmanov", "shanyrak") for word in PROGRAM]
    subprocess.run([*other, *command, "--prune"], check=True)

    _, *lines = (folder / "manifest.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    assert {entry["file"] for entry in entries} >= letters
    assert len(entries) == len(letters) + 1
    assert {entry["case"] for entry in entries} == {"kurmanov", "shanyrak"}
    assert all(entry["name"] and entry["to"] for entry in entries)
    assert {path.name for path in folder.glob("kurmanov-*.txt")} == letters


def test_full_temporary_folder_is_named(tmp_path: Path) -> None:
    """
    The error names the temporary folder, not the output, as full.
    """
    roster, file = tmp_path / "m.csv", tmp_path / "all.jsonl"
    roster.write_text(members(70_000), encoding="utf-8")
    with small_disk(tmp_path / "small", "32k") as small:
        (small / "rest").write_bytes(bytes(28_000))
        command = ("--roster", str(roster), "-q", "--jobs", "1", "-o", str(file))
        result = finish(start(*command, before=("env", f"TMPDIR={small}")))

    assert result.exit_code == 1
    assert result.stderr.startswith("error: temporary files: ")
    assert result.stderr.endswith(
        "set the variable TMPDIR to a folder with more room\n"
    )
    assert len(result.stderr.splitlines()) == 1
    assert not file.exists()


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a file system of *size* at *folder*."""
    folder.mkdir()
    mount = (MOUNT, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("file systems are mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run((UMOUNT, str(folder)), check=True)


# Two processes may fill the disk before the first letters get their names.
@pytest.mark.parametrize(("jobs", "least"), [("1", 100), ("2", 0)])
def test_full_disk_is_an_error(tmp_path: Path, jobs: str, least: int) -> None:
    """
    A full disk gives one line; each letter on it is complete, and the run can be resumed.
    """
    roster = tmp_path / "m.csv"
    roster.write_text(members(1_000), encoding="utf-8")
    command = ("--roster", str(roster), "--jobs", jobs, "-q", "-o")
    finish(start(*command, str(tmp_path / "whole")))
    whole = contents(tmp_path / "whole")
    with small_disk(tmp_path / "disk", "3m") as disk:
        result = finish(start(*command, str(disk / "letters")))
        found = (disk / "letters").glob("*.txt")
        letters = {path.name: path.read_bytes() for path in found}
        subprocess.run((MOUNT, "-o", "remount,size=64m", str(disk)), check=True)
        again = finish(start(*command, str(disk / "letters")))
        assert contents(disk / "letters") == whole

    hint = "files already written are complete; fix this and run again to resume"
    full = f"error: {disk / 'letters'}: No space left on device: {hint}\n"
    assert (result.exit_code, result.stderr) == (1, full)
    assert least <= len(letters) < 1_000
    assert letters.items() <= whole.items()
    assert (again.exit_code, again.stderr) == (0, "")


def test_letters_are_written_without_room_for_spool_files(
    tmp_path: Path,
) -> None:
    """
    Letters are the same if worker processes have no room for spool files.
    """
    roster = tmp_path / "m.csv"
    roster.write_text(members(2_000), encoding="utf-8")
    command = ("--roster", str(roster), "-q", "--jobs")
    with small_disk(tmp_path / "small", "32k") as small:
        for jobs, before in (("1", ()), ("3", ("env", f"TMPDIR={small}"))):
            file = tmp_path / f"{jobs}.jsonl"
            process = start(*command, jobs, "-o", str(file), before=before)
            assert finish(process) == Result(0, "", "")

    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "3.jsonl").read_bytes()


@pytest.mark.parametrize("file", ["all.jsonl", "all.mbox"])
def test_full_disk_keeps_the_old_file(tmp_path: Path, file: str) -> None:
    """
    A full disk leaves one file for all letters as it was.
    """
    roster = tmp_path / "m.csv"
    rows = (f"Ada {i},ada{i}@home.example,,Leeds,uk,\n" for i in range(2_000))
    roster.write_text(HEAD + "Ada,ada@home.example,,Leeds,uk,\n", encoding="utf-8")
    finish(start("--roster", str(roster), "-q", "-o", str(tmp_path / file)))
    as_it_was = (tmp_path / file).read_bytes()
    roster.write_text(HEAD + "".join(rows), encoding="utf-8")
    with small_disk(tmp_path / "disk", "1m") as disk:
        path = disk / file
        path.write_bytes(as_it_was)
        result = finish(start("--roster", str(roster), "-q", "-o", str(path)))

        assert contents(disk) == {file: as_it_was}
    problem = f"error: {path}: No space left on device: nothing is written\n"
    assert (result.exit_code, result.stderr) == (1, problem)


def test_folder_that_turns_read_only_is_an_error(tmp_path: Path) -> None:
    """
    The error is one line, and letters written so far are complete.
    """
    roster, folder = tmp_path / "m.csv", tmp_path / "letters"
    roster.write_text(members(MANY), encoding="utf-8")
    # Root may write where nobody may, unless these rights of its own are taken away.
    before = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
    process = start(
        *("--roster", str(roster), "--jobs", "1", "-q", "-o", str(folder)),
        before=before if os.geteuid() == 0 else (),
    )
    wait_until(lambda: _has_begun(folder, process.pid), process)
    folder.chmod(0o500)
    result = finish(process)
    folder.chmod(0o700)

    hint = "files already written are complete; fix this and run again to resume"
    reason = f"error: {folder}: Permission denied: {hint}\n"
    assert (result.exit_code, result.stderr) == (1, reason)
    assert len(list(folder.glob("kurmanov-*.txt"))) >= 100
    with OutputFolder(folder):  # as the next run begins
        assert hidden(folder) in ([DATABASE], [DATABASE, f"{DATABASE}-wal"])


def test_roster_cut_off_is_written_up_to_its_last_row(tmp_path: Path, run: Run) -> None:
    """
    A roster cut off anywhere gives one error, and no torn letter.
    """
    data = members(3).encode() + 'Zoë Example,zoe@home.example,,"Zürich'.encode()
    row_ends = data.index(b"Zo")
    whole = tmp_path / "whole"
    (tmp_path / "w.csv").write_bytes(data[:row_ends])
    run("batch", "--case", "kurmanov", "--roster", tmp_path / "w.csv", "-o", whole)
    (whole / DATABASE).unlink()
    letters = contents(whole)
    for end in (
        row_ends + 1,
        row_ends + 3,
        row_ends + 4,
        *range(row_ends + 9, len(data) + 1, 7),
    ):
        roster, folder = tmp_path / "m.csv", tmp_path / f"to{end}"
        roster.write_bytes(data[:end])
        command = ("batch", "--case", "kurmanov", "--roster", roster, "-o", folder)
        result = run(*command, "-q")

        cut = "the roster ends in the middle of this row: get the whole file"
        assert (result.exit_code, result.stderr) == (3, f"error: {roster}:8: {cut}\n")
        (folder / "failed.csv").unlink()
        (folder / DATABASE).unlink()  # it has the row that failed
        assert contents(folder) == letters


@pytest.mark.parametrize("file", ["letters", "all.jsonl", "all.mbox"])
def test_unreadable_roster_is_an_error(tmp_path: Path, run: Run, file: str) -> None:
    """
    The error names the roster, and no output is created.
    """
    roster = "/proc/self/mem"
    path = tmp_path / "out" / file
    path.parent.mkdir()
    result = run("batch", "--case", "kurmanov", "--roster", roster, "-o", path)

    problem = f"error: {roster}: cannot be read: Input/output error\n"
    assert result == Result(1, "", problem)
    assert not list(path.parent.iterdir())


def hostile_rows(count: int) -> Iterator[str]:
    """Yield names that were chosen to do harm, and some that are good."""
    chance = random.Random(5)  # noqa: S311 - the same ones each time
    scripts = (
        "latin",
        "Кириллица",
        "ελληνικά",
        "العربية",
        "עברית",
        "हिन्दी",
        "汉字",
        "かな",
        "한글",
        "ไทย",
        "ქართული",
        "አማርኛ",
        "𓀀𓂀",
    )
    nasty = (
        "../../../etc/passwd", "..\\..\\windows", "/abs/olute", "CON", "nul.txt", "a/b", "~root",
        "=cmd|' /C calc'!A0", "+1+1", "-2", "@SUM(A1)", "{{ 7*7 }}", "{% include 'x' %}", "<script>",
        "[red]x[/red]", "\x1b[31mred", "a\x00b", "\x07", "\u202egnp.exe", "\u2066x", "\ufeffx", "\u200b",
        "e\u0301" * 50, "Z\u0300\u0301\u0302" * 30, "👩‍👩‍👧‍👦", "🏴‍☠️", "x" * 5_000, "word " * 2_000,
        "Bcc: eve@evil.example", "a\r\nBcc: eve@evil.example", "=?utf-8?q?x?=", "From here", "\ud800", "'; DROP TABLE", "${HOME}", "$(id)", "`id`",
        "\u0085", "\u2028", "\uffff", "\U0010ffff", "ﬁﬂ", "ẞ", "İ", "",
    )  # fmt: skip
    for number in range(count):
        if number % 10 == 0:
            yield f"Good Member {number}"
        else:
            yield (
                chance.choice(nasty)
                + chance.choice(scripts) * chance.randint(0, 2)
                + chance.choice(nasty)
            )


@pytest.mark.no_cover
@pytest.mark.parametrize(
    ("count", "format_"), [(2_000, "text"), (500, "eml"), (500, "html")]
)
def test_hostile_rows_do_no_harm(
    tmp_path: Path, run: Run, count: int, format_: str
) -> None:
    """
    Hostile rows write no file outside the folder, and every good row has its letter.
    """
    import csv

    roster = tmp_path / "in" / "m.csv"
    roster.parent.mkdir()
    names = list(hostile_rows(count))
    with roster.open("w", encoding="utf-8", errors="replace", newline="") as file:
        table = csv.writer(file)
        table.writerow(["name", "city", "role", "why", "address", "email", "country"])
        for number, name in enumerate(names):
            good = name.startswith("Good")
            field = "Leeds" if good else name
            mail = f"m{number}@home.example"
            table.writerow([name, field, field, field, field, mail, "uk"])
    folder = tmp_path / "out" / "letters"
    result = run(
        "batch",
        "--case",
        "kurmanov",
        "--roster",
        roster,
        "-o",
        folder,
        "--format",
        format_,
    )

    assert result.exit_code == 3
    assert not any(c in result.stderr for c in "\x1b\x00\x07\u202e\u2066\ufeff")
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out"}
    assert list(folder.parent.iterdir()) == [folder]
    assert not [path for path in folder.iterdir() if not path.is_file()]
    manifest = (folder / "manifest.jsonl").read_text("utf-8")
    assert [
        name
        for name in names
        if name.startswith("Good") and f'"{name}"' not in manifest
    ] == []
