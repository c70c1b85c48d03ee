"""What all tests share."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings
from msgspec import Struct

from protestgen.cli import run as run_cli
from protestgen.cli.console import QUIET

ROOT = Path(__file__).parents[1]
# 22 November 2026, noon UTC: the date of the letters in `golden`.
EPOCH = 1795348800


class Result(Struct, frozen=True):
    """What a run of the command line came to."""

    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Result]

# How long an example may take hangs on what else the machine does.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the flag that accepts changed letters, and those for longer tests."""
    parser.addoption(
        "--update-golden", action="store_true", help="write tests/golden anew"
    )
    parser.addoption(
        "--mutations", type=int, default=600, help="mistakes made in a campaign"
    )
    parser.addoption(
        "--kills", type=int, default=12, help="runs of a batch that are killed"
    )
    parser.addoption(
        "--all-outputs", action="store_true", help="compare all outputs, not a sample"
    )
    parser.addoption(
        "--members", type=int, default=60, help="hostile members that write letters"
    )
    parser.addoption(
        "--campaigns", type=int, default=12, help="hostile campaigns that are used"
    )
    parser.addoption(
        "--every-country", action="store_true", help="write all letters of the world"
    )


@pytest.fixture(autouse=True, scope="session")
def _heeded() -> Iterator[None]:
    """Let programs heed the signals that whoever runs the tests may have ignored."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def _home(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keep the tests away from the profile and the settings of whoever runs them."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("PROTESTGEN_TRACEBACK", "1")  # no unexpected error is hidden
    for name in (
        "XDG_CONFIG_HOME",
        "PROTESTGEN_CAMPAIGN",
        "NO_COLOR",
        "EDITOR",
        "VISUAL",
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(name="run")
def _run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs the command line in this process."""

    def run(*arguments: object) -> Result:
        QUIET.set(False)
        code = run_cli([str(argument) for argument in arguments])
        sys.stdout.flush()
        captured = capfd.readouterr()
        return Result(code, captured.out, captured.err)

    return run


@pytest.fixture(name="shell")
def _shell(tmp_path: Path) -> Callable[..., Result]:
    """Return a function that runs a line of shell, with `protestgen` on its path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def shell(line: str, **environment: str) -> Result:
        done = subprocess.run(  # noqa: S602 - a line of a README is a line of shell
            line,
            shell=True,
            executable="/bin/bash",
            cwd=tmp_path,
            env=os.environ | {"PATH": path} | environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=60,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return shell


def has_open_file(pid: int, folder: Path) -> bool:
    """Tell whether a process has a temporary file in *folder*, with or without name."""
    with suppress(FileNotFoundError):
        links = list(Path(f"/proc/{pid}/fd").iterdir())
        beginnings = (f"{folder}/#", f"{folder}/.protestgen-")
        return any(path.startswith(beginnings) for path in map(os.readlink, links))
    return False


@pytest.fixture(name="golden")
def _golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return a function that holds a text against the file of that name in `golden`."""

    def check(name: str, actual: str) -> None:
        path = ROOT / "tests" / "golden" / name
        if request.config.getoption("update_golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, encoding="utf-8")
        assert actual == path.read_text(encoding="utf-8")

    return check
