"""Options, fixtures and helpers of all tests."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from msgspec import Struct

from protestgen.cli import run as run_cli
from protestgen.cli.console import QUIET

ROOT = Path(__file__).parents[1]
# 22 November 2026, noon UTC: the date of the letters in `golden`.
EPOCH = 1795348800


class Result(Struct, frozen=True):
    """The exit code and the output of a command."""

    exit_code: int
    stdout: str
    stderr: str


Run = Callable[..., Result]
Shell = Callable[..., Result]
Golden = Callable[[str, str], None]

# An example, or drawing it, may take long where the machine is busy.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that accepts changed letters, and those for longer tests."""
    group = parser.getgroup("protestgen")
    group.addoption(
        "--update-golden", action="store_true", help="write committed results anew"
    )
    group.addoption(
        "--mutations", type=int, default=400, help="mistakes made in a campaign"
    )
    group.addoption(
        "--kills", type=int, default=12, help="runs of a batch that are killed"
    )
    group.addoption(
        "--all-outputs", action="store_true", help="compare all outputs, not a sample"
    )
    group.addoption(
        "--members", type=int, default=40, help="hostile members that write letters"
    )
    group.addoption(
        "--campaigns", type=int, default=8, help="hostile campaigns that are used"
    )
    group.addoption("--logs", type=int, default=30, help="generated logs of a campaign")
    group.addoption(
        "--every-country", action="store_true", help="write all letters of the world"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Run files and tests that are named in this process, all tests in several."""
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return None if is_whole else 0


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the slow tests first, so that no process is left with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Look for the programs that the test is marked with."""
    for mark in item.iter_markers("programs"):
        for name in mark.args:
            find_program(name)


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """Escape lone surrogates: a process cannot send them to the one that reports."""
    return _escaped((yield))


def _escaped(value: object) -> object:
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {key: _escaped(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(_escaped, value))
    return value


def find_program(name: str) -> str:
    """Return the path of a program; without it skip the test, or fail it in CI."""
    path = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"
    if found := which(name, path=path):
        return found
    message = f"the program '{name}' is not installed"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(autouse=True, scope="session")
def _default_signals() -> Iterator[None]:
    """Restore signals that are ignored, as a shell's background jobs ignore SIGINT."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    for number, handler in before.items():
        if handler is signal.SIG_IGN:
            signal.signal(number, signal.SIG_DFL)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the profile and the settings of the user out of the tests."""
    with TemporaryDirectory() as home:
        monkeypatch.setenv("HOME", home)
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(EPOCH))
        monkeypatch.setenv("TZ", "UTC")
        monkeypatch.setenv("PROTESTGEN_TRACEBACK", "1")  # no unexpected error is hidden
        for name in (
            "XDG_CACHE_HOME",
            "XDG_CONFIG_HOME",
            "PROTESTGEN_CAMPAIGN",
            "NO_COLOR",
            "EDITOR",
            "VISUAL",
        ):
            monkeypatch.delenv(name, raising=False)
        yield


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


def coverage_variables() -> dict[str, str]:
    """Return variables that make a program measure its coverage, if this one does."""
    coverage = sys.modules.get("coverage")
    if coverage is None or coverage.Coverage.current() is None:
        return {}
    return {
        "COVERAGE_FILE": str(ROOT / ".coverage"),
        "COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"),
    }


@pytest.fixture(name="shell")
def _shell(tmp_path: Path) -> Shell:
    """Return a function that runs a line of shell, with `protestgen` on its path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

    def shell(line: str, **environment: str) -> Result:
        done = subprocess.run(  # noqa: S602 - a line of a README is a line of shell
            line,
            shell=True,
            executable="/bin/bash",
            cwd=tmp_path,
            env=os.environ | coverage_variables() | {"PATH": path} | environment,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            check=False,
            timeout=180,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return shell


def has_written(pid: int, folder: Path) -> bool:
    """Return whether a process writes to a temporary file in *folder*, even unnamed."""
    beginnings = (f"{folder}/#", f"{folder}/.protestgen-")
    with suppress(FileNotFoundError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            if str(link.readlink()).startswith(beginnings) and link.stat().st_size:
                return True
    return False


@pytest.fixture(name="committed")
def _committed(request: pytest.FixtureRequest) -> Callable[[Path, bytes], None]:
    """Return a function that compares bytes with those of a file of the project."""

    def check(path: Path, actual: bytes) -> None:
        if request.config.getoption("update_golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(actual)
        assert actual == path.read_bytes(), "--update-golden writes it anew"

    return check


@pytest.fixture(name="golden")
def _golden(request: pytest.FixtureRequest) -> Golden:
    """Return a function that compares a text with the file of that name in `golden`."""

    def check(name: str, actual: str) -> None:
        path = ROOT / "tests" / "golden" / name
        if request.config.getoption("update_golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(actual, encoding="utf-8")
        assert actual == path.read_text(encoding="utf-8")

    return check
