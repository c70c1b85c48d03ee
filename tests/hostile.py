"""The worst values of each kind, and a process with bounds that commands are run in."""

import io
import multiprocessing
import os
import random
import resource
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from unittest.mock import patch

from msgspec import Struct

# Bytes of address space that a command may take, and of memory that it may use.
ADDRESS_SPACE = 1536 * 2**20
MEMORY = 2**30
# Seconds of processor time that a command may take for each letter, and to begin with.
SECONDS = 10
# Seconds of processor time after which a command is ended.
ENDLESS = 100
# Seconds after which a command that hardly works is taken to wait for something.
PATIENCE = 60
# How much of what a command prints is looked at.
_SEEN = 200_000

# A sentence in each of many scripts, and what folds, joins or grows in an odd way.
SCRIPTS = (
    "Ада Примерова",
    "Άντα Παραδείγματος",
    "عائشة مثال",
    "עדה דוגמה",
    "आदा उदाहरण",
    "আদা উদাহরণ",
    "ஆதா எடுத்துக்காட்டு",
    "อาดา ตัวอย่าง",
    "អាដា ឧទាហរណ៍",
    "ཨ་ད་དཔེ།",
    "ᠠᠳᠠ",
    "አዳ ምሳሌ",
    "ადა მაგალითი",
    "Ադա Օրինակ",
    "ᎠᏓ",
    "例子艾达",
    "エイダ・例",
    "에이다 예시",
    "𒀀𒁕",
    "𓀀𓂀",
    "𝓐𝓭𝓪",
    "Ａｄａ",
    "İstanbul ß ﬀ ŉ ǰ ΐ",
    "\ufdfa" * 500,
    "👩\u200d👩\u200d👧",
    "🇬🇧🇩🇪",
    "\U000e0041",
)
TEXTS: tuple[Callable[[], str], ...] = tuple(
    (lambda text=text: text)  # type: ignore[misc]
    for text in (
        *SCRIPTS,
        "",
        " ",
        "-",
        "--help",
        "\0",
        "a\0b",
        "".join(map(chr, range(1, 32))),
        "".join(map(chr, range(127, 160))),
        "\x1b[31mred\x1b]0;title\x07",
        "\u2028\u2029\x85\x0b\x0c",
        "\u202eabc\u202c",
        "\ufeffa\ufffe\uffff",
        "\U0010ffff\ue000",
        "{{ 7 * 7 }}",
        "{% include 'en/base.txt.j2' %}",
        "{# a",
        "<b>&amp;</b><script>alert(1)</script>",
        "]]><!--",
        '#include "/etc/passwd"',
        '#panic("x") #read("/etc/passwd") \\u{0} $ x $ *_`@a <b>',
        "=cmd|' /C calc'!A0",
        "@SUM(1)",
        "+1+1",
        "x\r\nBcc: other@home.example\r\n\r\nbody",
        "x\nBcc: other@home.example",
        "x\rBcc: other@home.example",
        "%0d%0aBcc:other@home.example",
        "From me\n.\n--=_",
        "=?utf-8?q?=0d=0aBcc:_x?=",
        "#N/A",
        "nan",
        "1e999",
        "null",
        "9" * 5_000,
        "../../etc/passwd",
        "/dev/zero",
        "CON",
        ".",
        "..",
        "a/b\\c:d*e?f",
        '"',
        '""',
        '"a',
        ",",
        ";\t|",
        "'",
        "\\",
        "{0.__class__}",
        "{salutation:>9000000}",
        "{",
        "%(x)s %n %1000000000d",
        "$(id) `id` ${HOME}",
        "TODO",
        "!!python/object/apply:os.system [id]",
        "&a *a",
    )
)
LONG_TEXTS: tuple[Callable[[], str], ...] = (
    lambda: "x" * 20_000,
    lambda: "x" * 140_000,
    lambda: "word " * 20_000,
    lambda: "a" + "\u0301" * 10_000,
    lambda: "a\u0301" * 20_000,
    lambda: "👩\u200d" * 5_000,
    lambda: "👩\u200d" * 17_000,
    lambda: "\u202e\u2066" * 5_000,
    lambda: "\u200b\u00ad\u2060" * 5_000,
    lambda: "\u0e33\u0e4d" * 5_000,
    lambda: "ﷺ" * 5_000,
    lambda: "a\n" * 100,
    lambda: "a\n" * 5_000,
    lambda: "\n" * 5_000,
    lambda: "a\n\n" * 3_000,
    lambda: "1. a\n" * 2_000,
    lambda: "- a\n" * 2_000,
    lambda: "> " * 10_000,
    lambda: "(" * 20_000,
    lambda: "{{" * 10_000,
    lambda: "[" * 20_000,
    lambda: " " * 100_000 + "a",
    lambda: "\t" * 20_000 + "a",
    lambda: ", " * 20_000,
    lambda: "https://news.example/" + "a" * 20_000,
    lambda: "例" * 20_000,
    lambda: "ب" * 20_000,
    lambda: "ab-" * 10_000,
    lambda: "'" * 20_000,
    lambda: '"' * 20_000,
    lambda: "".join(SCRIPTS) * 50,
)
NUMBERS = ("0", "-1", "1", "1.5", "1e309", "0x1F", "010", "9" * 400, "²", "٣", "true")
DATES = (
    *("2026-11-22", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "9999"),
    *("10000-01-01", "2026-13", "-2026", "2026-1-1", "٢٠٢٦-١١-٢٢", "yesterday", "2026"),
    *("1583-10-04", "2026-11-22T00:00:00Z", "22.11.2026", "0000", "2027-01-01"),
)
EMAILS = (
    "ada@home.example",
    "a@b",
    "@",
    "a@",
    "a@@b.example",
    "a b@c.example",
    '"a b"@c.example',
    "a@[127.0.0.1]",
    "ü@bücher.example",
    "a@xn--zzzzzzzz.example",
    "a@" + "b" * 300 + ".example",
    "a" * 300 + "@b.example",
    "a@" + "b." * 200 + "example",
    "Ada <a@b.example>",
    "a@b.example, c@d.example",
    "a@b.example\r\nBcc: c@d.example",
    "mailto:a@b.example?bcc=c@d.example",
    "a%0d%0a@b.example",
    "a@b.example.",
    "-a@-b.example",
    "a@例.example",
    "a@İ.example",
    "a+b=c&d?e#f%@b.example",
)
COUNTRIES = (
    *("gb", "GB", "uk", "United Kingdom", "Vereinigtes Königreich", "Великобритания"),
    *("Atlantis", "xx", "zz", "eu", "un", "001", "en-GB", "G B", "gb\u0301", "🇬🇧"),
    *("Кот-д’Ивуар", "Côte d'Ivoire", "CÔTE D’IVOIRE", "S\u0327\u0323a\u0302", "İran"),
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def draws(seed: object) -> random.Random:
    """Return a random generator for *seed*."""
    return random.Random(str(seed))  # noqa: S311 - no secret


def worst_text(draw: random.Random) -> str:
    """Return a text that something may stumble over."""
    if draw.random() < 0.1:
        return worst_text(draw) + worst_text(draw)
    return draw.choice(LONG_TEXTS if draw.random() < 0.25 else TEXTS)()


def worst_country(draw: random.Random) -> str:
    """Return any code of a country, or what is hardly one."""
    if draw.random() < 0.6:
        return "".join(draw.choices(_LETTERS, k=2))
    return draw.choice(COUNTRIES)


class Outcome(Struct):
    """What became of a command."""

    exit_code: int = -1
    stdout: str = ""
    stderr: str = ""
    unexpected: str = ""
    seconds: float = 0
    memory: int = 0

    def problem(self, letters: int = 1) -> str:
        """Return the first fault of a command that wrote so many *letters*, or nothing."""
        if self.unexpected:
            return self.unexpected
        for sign in ("Traceback (most recent call last)", "panicked at"):
            if sign in self.stderr:
                return self.stderr[self.stderr.index(sign) :]
        if self.exit_code not in {0, 1, 2, 3}:
            return f"exit code {self.exit_code}: {self.stderr}"
        if self.memory > MEMORY:
            return f"{self.memory // 2**20} MB of memory"
        if self.seconds > SECONDS * letters:
            return f"{self.seconds:.0f} seconds"
        return ""


class Worker:
    """A process with bounds that runs commands, and is replaced when it dies."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._process: Any = None
        self._connection: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._end()

    def run(self, folder: Path, *arguments: str | Path, stdin: bytes = b"") -> Outcome:
        """Run a command in *folder*."""
        if self._process is None:
            self._connection, theirs = self._context.Pipe()
            self._process = self._context.Process(
                target=_serve, args=(theirs,), daemon=True
            )
            self._process.start()
            theirs.close()
        self._connection.send((str(folder), [os.fspath(a) for a in arguments], stdin))
        if reason := self._hangs():
            self._end()
            return Outcome(unexpected=f"it hangs: {reason}")
        try:
            outcome: Outcome = self._connection.recv()
        except EOFError:
            self._process.join()
            code = self._process.exitcode
            self._end()
            return Outcome(unexpected=f"the process died: {code}")
        if outcome.memory > MEMORY // 2:  # what the next one needs is to be seen
            self._end()
        return outcome

    def _hangs(self) -> str:
        """Wait for the outcome, and return why it is not waited for any longer."""
        start, before = time.monotonic(), self._worked()
        while not self._connection.poll(1):
            worked = self._worked() - before
            if worked > ENDLESS:
                return f"no end after {worked:.0f} seconds of work"
            if time.monotonic() - start > PATIENCE and worked < 1:
                return "it waits for something that does not come"
        return ""

    def _worked(self) -> float:
        """Return the seconds of processor time that the process has taken."""
        try:
            status = Path(f"/proc/{self._process.pid}/stat").read_text("utf-8")
        except OSError:  # it has died
            return 0
        ticks = status.rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._connection.close()
            self._process = None


def _serve(connection: Connection) -> None:
    """Run what comes from *connection* within bounds."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
    os.environ |= {
        "PROTESTGEN_TRACEBACK": "1",
        "SOURCE_DATE_EPOCH": "1795348800",
        "TZ": "UTC",
    }
    from protestgen.cli import run
    from protestgen.cli.console import QUIET

    while True:
        try:
            folder, arguments, given = connection.recv()
        except EOFError:
            return
        os.chdir(folder)
        QUIET.set(False)
        connection.send(_run(run, arguments, given))


def _run(
    command: Callable[[list[str]], int], arguments: list[str], given: bytes
) -> Outcome:
    out, err = io.BytesIO(), io.BytesIO()
    stdin = io.TextIOWrapper(io.BytesIO(given), "utf-8")
    outcome = Outcome()
    start = time.process_time()
    with (
        tempfile.TemporaryFile() as raw,
        redirect_stdout(io.TextIOWrapper(out, "utf-8", write_through=True)),
        redirect_stderr(
            io.TextIOWrapper(err, "utf-8", "backslashreplace", write_through=True)
        ),
        patch("sys.stdin", stdin),
    ):
        stderr = os.dup(2)
        os.dup2(raw.fileno(), 2)  # where other languages than Python report
        try:
            outcome.exit_code = command(arguments)
        except BaseException:  # noqa: BLE001 - a panic is no `Exception`
            outcome.unexpected = traceback.format_exc(limit=-12)
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
        raw.seek(0)
        reported = raw.read(_SEEN)
        outcome.stdout = out.getvalue()[:_SEEN].decode(errors="replace")
        shown = err.getvalue()[-_SEEN:] + reported
        outcome.stderr = shown.decode(errors="replace")
    sys.stdout.flush()
    outcome.seconds = time.process_time() - start
    outcome.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return outcome
