"""Commands in Markdown pages, and what a terminal shows below them."""

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from conftest import EPOCH, ROOT, Result, coverage_variables

# Columns of the terminal that the examples are typed into.
WIDTH = 80
_ESCAPES = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
# The duration of a batch, which differs each time.
_SECONDS = re.compile(r"in [\d.]+ s$", re.MULTILINE)


class Example(Struct, frozen=True):
    """A command of a page, and what is shown below it."""

    command: str
    shown: list[str]


def examples(page: str) -> Iterator[Example]:
    """Yield the commands of the console blocks of *page*."""
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            yield Example(command, shown)


def assert_shown(example: Example, result: Result) -> None:
    """Assert that *result* is as *example* shows; "..." stands for any further lines."""
    lines = _SECONDS.sub("in 0 s", result.stdout).strip("\n").splitlines()
    shown = _SECONDS.sub("in 0 s", "\n".join(example.shown)).splitlines()
    fails = any(re.search(r"(?:^|: )error: ", line) for line in shown)

    assert fails == (result.exit_code != 0), f"{example.command}\n{result.stdout}"
    if shown[-1:] == ["..."]:
        assert len(lines) >= len(shown), example.command
        assert lines[: len(shown) - 1] == shown[:-1], example.command
    else:
        assert lines == shown, example.command


class Terminal:
    """A terminal whose commands run one after the other, beginning in *folder*."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def follow(self, page: str) -> int:
        """Type the commands of *page*, assert what each shows, and count them."""
        typed = 0
        for typed, example in enumerate(examples(page), 1):  # noqa: B007
            assert_shown(example, self.type(example.command))
        return typed

    def type(self, command: str, answers: str = "", **environment: str) -> Result:
        """Run a line of shell; *answers* are its input, and all output is on stdout."""
        if command.startswith("cd "):
            self.folder = (self.folder / command[3:]).resolve()
            return Result(0 if self.folder.is_dir() else 1, "", "")
        controller, screen = os.openpty()
        fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("4H", 50, WIDTH, 0, 0))
        with subprocess.Popen(  # noqa: S602 - a line of a page is a line of shell
            command,
            shell=True,
            executable="/bin/bash",
            cwd=self.folder,
            env=_environment() | environment,
            stdin=subprocess.PIPE,
            stdout=screen,
            stderr=screen,
        ) as process:
            os.close(screen)
            assert process.stdin
            process.stdin.write(answers.encode())
            process.stdin.close()
            output = _read(controller)
        text = _ESCAPES.sub("", output.decode()).replace("\r\n", "\n")
        # Rich pads lines; a bar is drawn over itself.
        lines = (line.split("\r")[-1].rstrip() for line in text.split("\n"))
        return Result(process.returncode, "\n".join(lines), "")


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "SOURCE_DATE_EPOCH": str(EPOCH), "TERM": "dumb", "NO_COLOR": "1"}
    return os.environ | coverage_variables() | own


def _read(controller: int) -> bytes:
    """All output on the terminal; Linux ends it with an error."""
    output = b""
    try:
        while data := os.read(controller, 1 << 16):
            output += data
    except OSError:
        pass
    finally:
        os.close(controller)
    return output


def pages() -> Iterator[Path]:
    """The README and the pages of the manual."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").glob("*.md"))
