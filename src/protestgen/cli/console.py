"""What is shown to a person: notes and errors on stderr, tables on stdout."""

import os
import sys
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from shutil import get_terminal_size
from typing import Any

import click
from msgspec import json, to_builtins

from protestgen.formats.text import wrap
from protestgen.values import CONTROLS

QUIET: ContextVar[bool] = ContextVar("QUIET", default=False)


def show_error(*messages: str) -> None:
    """Show each message as one line on stderr."""
    for message in messages:
        _show(click.style("error:", fg="red", bold=True), message)


def show_note(message: str, *, always: bool = False) -> None:
    """Show *message* on stderr, unless the user wants it quiet and it can be missed."""
    if always or not QUIET.get():
        _show(click.style("note:", fg="yellow"), message)


def _show(label: str, message: str) -> None:
    color = False if os.environ.get("NO_COLOR") else None
    line = visible(" ".join(message.split()))
    try:
        click.echo(f"{label} {line}", err=True, color=color)
    except OSError:  # nobody listens any more, but the work is to be done
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def visible(text: str) -> str:
    """Return *text* with its control characters spelt out, for a terminal."""
    return CONTROLS.sub(lambda match: f"\\x{ord(match[0]):02x}", text)


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
    """Write *value* to stdout as indented JSON."""
    data = json.encode(_visible_in(to_builtins(value, enc_hook=str)))
    write_product(json.format(data, indent=2) + b"\n")


def _visible_in(value: Any) -> Any:
    """Return *value* with all of its texts `visible`: names of files may be none."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: _visible_in(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_visible_in(item) for item in value]
    return value


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
            write_product(("\t".join(map(visible, row)) + "\n").encode())
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
        table.add_row(*(Text(visible(cell)) for cell in row))
    Console(highlight=False, markup=False, emoji=False).print(table)


def write_lines(lines: Iterable[str], *, wrapped: bool = False) -> None:
    """Write *lines* to stdout; those to be *wrapped* fit the width of a terminal."""
    shown = [visible(line) for line in lines]
    if wrapped and _is_terminal():
        width = get_terminal_size().columns
        shown = [_hang(line, width) for line in shown]
    write_product("".join(f"{line}\n" for line in shown).encode())


def _hang(line: str, width: int) -> str:
    bullet = "- " if line.startswith("- ") else ""
    return wrap(line.removeprefix(bullet), width, bullet, " " * len(bullet))
