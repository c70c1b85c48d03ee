"""Output: errors and notes on stderr; letters, tables and JSON on stdout."""

import errno
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from io import TextIOWrapper
from pathlib import Path

import click
from msgspec import to_builtins

from protestgen.campaign.bundled import BUNDLED, shipped_folder
from protestgen.errors import OutputError
from protestgen.files import write_file
from protestgen.schema.types import CONTROLS, spelt_out, visible

# Bounds on the lines shown at once, and on the characters of one line.
_MAX_LINES = 100
_MAX_LENGTH = 10_000
# Narrowest width of a table or text, in columns.
_MIN_WIDTH = 20
# Columns between those of a table.
_GAP = 2

QUIET: ContextVar[bool] = ContextVar("QUIET", default=False)


def show_error(*messages: str) -> None:
    """Show *messages* on stderr, one line each; the first hundred of them."""
    for message in _first(messages):
        _show(click.style("error:", fg="red", bold=True), message)


def show_notes(messages: Iterable[str], *, below: bool = False) -> None:
    """
    Show *messages* as notes, the most important first; the first hundred of them.

    A blank line parts them from a text that they are *below*.
    """
    from protestgen.letters.notes import HarmNote, rank_of_note

    notes = sorted(messages, key=rank_of_note)
    if below and any(isinstance(n, HarmNote) or not QUIET.get() for n in notes):
        click.echo(err=True)
    for note in _first(notes):
        show_note(note, always=isinstance(note, HarmNote))


def show_note(message: str, *, always: bool = False) -> None:
    """Show *message* on stderr; `--quiet` hides it, unless *always*."""
    if always or not QUIET.get():
        _show(click.style("note:", fg="yellow"), message)


def _first(messages: Sequence[str]) -> Iterator[str]:
    yield from messages[:_MAX_LINES]
    if more := len(messages[_MAX_LINES:]):
        yield f"... and {more:,} more"


def _show(label: str, message: str) -> None:
    color = False if os.environ.get("NO_COLOR") else None
    line = visible(" ".join(message[: _MAX_LENGTH + 1].split()))
    if len(message) > _MAX_LENGTH:
        line += f"… ({len(message):,} characters)"
    try:
        click.echo(f"{label} {line}", err=True, color=color)
    except OSError:  # without a reader the work goes on
        discard(2)


def _cell(text: str) -> str:
    """Escape *text* for a table: it must not contain tabs or line breaks."""
    return re.sub(r"[\t\n]", spelt_out, visible(text))


def usage_message(error: click.UsageError) -> str:
    """Return the message of *error* in the style of our own, with a hint."""
    command = error.ctx.command_path if error.ctx else "protestgen"
    if isinstance(error, click.NoSuchOption):
        near = " or ".join(f"'{option}'" for option in error.possibilities or ())
        hint = f"did you mean {near}?" if near else f"see '{command} --help'"
        return f"unknown option '{error.option_name}': {hint}"
    missing = error.param if isinstance(error, click.MissingParameter) else None
    if missing and missing.name == "case_id":
        return "which case? name it: see 'protestgen cases'"
    message = error.format_message().rstrip(".")
    message = message.replace("requires an argument", "needs a value after it")
    if message[1:2].islower():
        message = message[:1].lower() + message[1:]
    hint = f"see '{command} --help'"
    if "unexpected extra argument" in message:
        hint = "put quotation marks around text with spaces"
    return f"{message} ({hint})"


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def _terminal_width() -> int:
    from shutil import get_terminal_size

    return max(get_terminal_size().columns, _MIN_WIDTH)


def discard(descriptor: int) -> None:
    """Let output to *descriptor* go nowhere from now on."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)


class StdoutError(OutputError):
    """Standard output takes no more data; a reader that has enough is no error."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"standard output: {error.strerror}")
        self.is_closed_pipe = error.errno == errno.EPIPE
        if self.is_closed_pipe:
            self.exit_code = 0
        discard(1)

    def lines(self) -> Sequence[str]:
        """Return the message, or nothing for a reader that has enough."""
        return [] if self.is_closed_pipe else super().lines()


@contextmanager
def stdout_errors() -> Iterator[None]:
    """Raise an error of writing to stdout as `StdoutError`."""
    try:
        yield
    except OSError as error:
        raise StdoutError(error) from None


class Stdout:
    """Standard output as a stream of bytes, which raises `StdoutError`."""

    def __init__(self) -> None:
        if sys.stdout is None:
            raise OutputError("standard output is closed: add '-o FILE'")
        self._stream = sys.stdout.buffer

    def write(self, data: bytes) -> None:
        """Write *data* as it is."""
        with stdout_errors():
            self._stream.write(data)

    def flush(self) -> None:
        """Hand over all data."""
        with stdout_errors():
            self._stream.flush()


def write_product(data: bytes) -> None:
    """Write *data* to stdout as it is."""
    stdout = Stdout()
    stdout.write(data)
    stdout.flush()


def write_output(path: Path | None, data: bytes) -> None:
    """Write *data* to the file *path*, or to stdout."""
    if path:
        write_file(path, data)
    else:
        write_product(data)


def write_json(value: object) -> None:
    """
    Write *value* to stdout as indented JSON.

    Control characters are escaped; bundled files are named without the folder of the
    installation.
    """
    import json

    plain = to_builtins(value, enc_hook=str)
    text = json.dumps(plain, ensure_ascii=False, indent=2)
    text = CONTROLS.sub(_json_escape, text)
    bundled = shipped_folder()
    for name in ("data", "templates"):
        folder = json.dumps(str(bundled / name), ensure_ascii=False)[1:-1]
        text = text.replace(folder, f"{BUNDLED}/{name}")
    write_product(f"{text}\n".encode())


def _json_escape(match: re.Match[str]) -> str:
    """Escape a control character, or a byte of a name that is not UTF-8."""
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0xD800 or code > 0xDFFF else f"\\\\x{code:x}"


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, whole: str
) -> None:
    """
    Write a table to stdout.

    On a terminal it has a header and fits the width. No word is broken; on a narrow one
    at least those of the column *whole*, which people type, are not. A question mark
    stands for a character that the terminal lacks. In a pipe each row is a line of
    cells between tabs.
    """
    if not is_terminal():
        lines = ("\t".join(map(_cell, row)) + "\n" for row in rows)
        write_product("".join(lines).encode())
        return
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines_of = [[_cell(cell) for cell in row] for row in rows]
    total = _terminal_width()
    room = total - _GAP * (len(columns) - 1)
    widths = _widths([columns, *lines_of], room)
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True, show_edge=False
    )
    for column, width in zip(columns, widths, strict=True):
        must_fit = width is None and column == whole
        table.add_column(column, overflow="fold", no_wrap=must_fit, width=width)
    for line in lines_of:
        table.add_row(*map(Text, line))
    Console(width=total, highlight=False, markup=False, emoji=False).print(table)


def _widths(rows: Sequence[Sequence[str]], room: int) -> list[int] | list[None]:
    """The widths of columns that fit *room* and break no word, or only None."""
    from protestgen.formats.text import cells

    columns = list(zip(*rows, strict=True))
    widths = [max(map(cells, column)) for column in columns]
    least = [max(cells(w) for cell in c for w in cell.split(" ")) for c in columns]
    while sum(widths) > room:
        wide = [i for i, width in enumerate(widths) if width > least[i]]
        if not wide:
            return [None] * len(columns)
        widths[max(wide, key=widths.__getitem__)] -= 1
    return widths


def write_lines(lines: Iterable[str], *, wrapped: bool = False) -> None:
    """Write *lines* to stdout, *wrapped* to the width of a terminal on request."""
    shown = [visible(line) for line in lines]
    if wrapped and is_terminal():
        width = _terminal_width()
        shown = [_hang(line, width) for line in shown]
    write_product("".join(f"{line}\n" for line in shown).encode())


def _hang(line: str, width: int) -> str:
    from protestgen.formats.text import wrap

    label = re.match(r"- | *\w* {2,}|", line)
    first = label[0] if label else ""
    return wrap(line.removeprefix(first), width, first, " " * len(first))
