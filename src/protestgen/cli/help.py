"""The command `help`: the pages of the manual."""

import re
from collections.abc import Iterable
from pathlib import Path
from shutil import get_terminal_size

import click

from protestgen.campaign.bundled import shipped_folder
from protestgen.errors import UnknownNameError

from .console import is_terminal, write_product, write_table
from .param_types import Command

# Widest line of a page on a terminal, in columns.
_MAX_WIDTH = 88
# What a terminal cannot show: comments, and pictures with their line.
_HIDDEN = re.compile(r"^(?:<!--.*?-->|!\[[^\n]*)\n", re.DOTALL | re.MULTILINE)
# Links to another page, and to a heading or another file.
_PAGE_LINK = re.compile(r"\[([^]]+)\]\((\w+)\.md(?:#[^)]*)?\)")
_LOCAL_LINK = re.compile(r"\[([^]]+)\]\((?!https?:)[^)]*\)")


def _pages() -> dict[str, Path]:
    """The pages, by topic."""
    found = (shipped_folder() / "docs").glob("*.md")
    return {page.stem: page for page in sorted(found, key=lambda page: page.stem)}


def _complete_topic(_ctx: object, _parameter: object, incomplete: str) -> list[str]:
    return [topic for topic in _pages() if topic.startswith(incomplete)]


@click.command(cls=Command, epilog="Example: protestgen help sending")
@click.argument("topic", required=False, shell_complete=_complete_topic)
@click.pass_context
def help(ctx: click.Context, /, *, topic: str | None) -> None:  # noqa: A001
    """
    Show a page of the manual, or the options of a command.

    Without TOPIC, it lists the pages.
    """
    pages = _pages()
    if topic is None:
        about = [(name, _purpose(page)) for name, page in pages.items()]
        write_table(("Topic", "What it is for"), about, whole="Topic")
    elif topic in pages:
        _show(pages[topic].read_text(encoding="utf-8"))
    else:
        _show_command(ctx, topic, pages)


def _show_command(ctx: click.Context, topic: str, pages: Iterable[str]) -> None:
    """Show the options of the command *topic*, if there is one."""
    from . import COMMANDS, cli

    if topic not in COMMANDS:
        known = [*pages, *COMMANDS]
        raise UnknownNameError("topic", topic, known, see=ctx.command_path)
    command = cli.get_command(ctx, topic)
    assert command is not None  # noqa: S101 - for the type checker
    with click.Context(command, info_name=topic, parent=ctx.parent) as inner:
        write_product(f"{command.get_help(inner)}\n".encode())


def _purpose(page: Path) -> str:
    """The first paragraph of *page*, which says what the page is for."""
    text = page.read_text(encoding="utf-8").split("\n\n")[1].replace("\n", " ")
    return _LOCAL_LINK.sub(r"\1", text)


def _show(page: str) -> None:
    """Show a *page*: as it is in a pipe, set as text on a terminal."""
    if not is_terminal():
        write_product(page.encode())
        return
    from rich.console import Console
    from rich.markdown import Markdown

    text = _PAGE_LINK.sub(r"\1 (`protestgen help \2`)", _HIDDEN.sub("", page))
    text = _LOCAL_LINK.sub(r"\1", text)
    width = min(get_terminal_size().columns, _MAX_WIDTH)
    markdown = Markdown(text, code_theme="bw", hyperlinks=False)
    Console(width=width, emoji=False).print(markdown)
