"""What is shown to a person: notes and errors on stderr, tables on stdout."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextvars import ContextVar
from shutil import get_terminal_size

import click
from msgspec import to_builtins

from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.loader import BUNDLED
from protestgen.formats.text import wrap
from protestgen.letters.notes import HarmNote
from protestgen.schema.types import CONTROLS, spelt_out, visible

# Lines of one kind that are shown, and characters of one of them.
_MAX_LINES = 100
_MAX_LENGTH = 10_000
# Columns of a table or text, however narrow the terminal says that it is.
_MIN_WIDTH = 20

QUIET: ContextVar[bool] = ContextVar("QUIET", default=False)


def show_error(*messages: str) -> None:
    """Show each of *messages* as one line on stderr; of very many, the first ones."""
    for message in _first(messages):
        _show(click.style("error:", fg="red", bold=True), message)


def show_notes(messages: Iterable[str]) -> None:
    """Show *messages* as notes, those about harm first; of very many, the first."""
    harm_first = sorted(messages, key=lambda note: not isinstance(note, HarmNote))
    for note in _first(harm_first):
        show_note(note, always=isinstance(note, HarmNote))


def show_note(message: str, *, always: bool = False) -> None:
    """Show *message* on stderr, unless the user wants it quiet and it can be missed."""
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
    except OSError:  # nobody listens any more, but the work is to be done
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _cell(text: str) -> str:
    """Return *text* for the cell of a table, which has neither tabs nor lines."""
    return re.sub(r"[\t\n]", spelt_out, visible(text))


def usage_message(error: click.UsageError) -> str:
    """Return the message of *error* in the words of all our errors, with what to do."""
    command = error.ctx.command_path if error.ctx else "protestgen"
    if isinstance(error, click.NoSuchOption):
        near = " or ".join(f"'{option}'" for option in error.possibilities or ())
        hint = f"did you mean {near}?" if near else f"see '{command} --help'"
        return f"unknown option '{error.option_name}': {hint}"
    message = error.format_message().rstrip(".")
    if message[1:2].islower():
        message = message[:1].lower() + message[1:]
    hint = f"see '{command} --help'"
    if "unexpected extra argument" in message:
        hint = "put quotes round what has spaces in it"
    return f"{message} ({hint})"


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def write_product(data: bytes) -> None:
    """Write *data* to stdout as it is."""
    if sys.stdout is None:
        raise click.ClickException("standard output is closed: add '-o FILE'")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_json(value: object) -> None:
    """
    Write *value* to stdout as indented JSON.

    It has no raw control characters, and says of bundled files where they are among
    those, not on this machine.
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
    """Escape a control character; spell out a byte of a name that is no UTF-8."""
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0xD800 or code > 0xDFFF else f"\\\\x{code:x}"


def write_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, whole: str
) -> None:
    """
    Write a table to stdout.

    On a terminal it has a header and fits the width, without folding the cells of the
    column *whole*, which people type; in a pipe each row is one line, its cells parted
    by tabs.
    """
    if not _is_terminal():
        for row in rows:
            write_product(("\t".join(map(_cell, row)) + "\n").encode())
        return
    from rich import box
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    folded = (
        Column(column, overflow="fold", no_wrap=column == whole) for column in columns
    )
    table = Table(*folded, box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for row in rows:
        table.add_row(*(Text(_cell(cell)) for cell in row))
    width = max(get_terminal_size().columns, _MIN_WIDTH)
    Console(width=width, highlight=False, markup=False, emoji=False).print(table)


def write_lines(lines: Iterable[str], *, wrapped: bool = False) -> None:
    """Write *lines* to stdout; those to be *wrapped* fit the width of a terminal."""
    shown = [visible(line) for line in lines]
    if wrapped and _is_terminal():
        width = max(get_terminal_size().columns, _MIN_WIDTH)
        shown = [_hang(line, width) for line in shown]
    write_product("".join(f"{line}\n" for line in shown).encode())


def _hang(line: str, width: int) -> str:
    bullet = "- " if line.startswith("- ") else ""
    return wrap(line.removeprefix(bullet), width, bullet, " " * len(bullet))
