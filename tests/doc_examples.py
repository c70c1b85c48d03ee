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

from conftest import EPOCH, ROOT, Result

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
    """Assert that *result* is as *example* shows; "..." stands for any lines."""
    output = _SECONDS.sub("in 0 s", result.stdout.strip("\n") + "\n").lstrip("\n")
    shown = [_SECONDS.sub("in 0 s", line) for line in example.shown]
    fails = any(re.search(r"(?:^|: )error: ", line) for line in shown)
    lines = (r"(?:.*\n)+?" if s == "..." else re.escape(f"{s}\n") for s in shown)

    assert fails == (result.exit_code != 0), f"{example.command}\n{output}"
    assert re.fullmatch("".join(lines), output), f"{example.command}\n{output}"


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

    def type(self, command: str, answers: str = "") -> Result:
        """Run a line of shell; *answers* are its input, and all output is on stdout."""
        if command.startswith("cd "):
            self.folder = (self.folder / command[3:]).resolve()
            return Result(0 if self.folder.is_dir() else 1, "", "")
        code, output = self.run(command, answers, TERM="dumb", NO_COLOR="1")
        text = _ESCAPES.sub("", output)
        # Rich pads lines; a bar is drawn over itself.
        lines = (line.split("\r")[-1].rstrip() for line in text.split("\n"))
        return Result(code, "\n".join(lines), "")

    def run(
        self, command: str, answers: str = "", **environment: str
    ) -> tuple[int, str]:
        """Run a line of shell; return its exit code and output as the terminal gets it."""
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
        return process.returncode, output.decode().replace("\r\n", "\n")


def _environment() -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "SOURCE_DATE_EPOCH": str(EPOCH)}
    return os.environ | own


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
