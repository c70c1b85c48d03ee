"""Options that several commands share, and what their values come to."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from protestgen.formats import (
    DEFAULT_FORMAT,
    FORMATS,
    LAYOUTS,
    Format,
    Options,
    format_for,
)
from protestgen.values import parse_email, parse_line, parse_prose

from .console import QUIET
from .parameters import Checked

Command = Callable[..., None]

_LINE = Checked(parse_line)
_PERSONAL = ("name", "city", "residence", "email", "organisation", "role", "why")


def personal_options(command: Command) -> Command:
    """Add the options that say who signs."""
    options = (
        click.option(
            "--sender",
            "profile",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="Profile of the sender; without it, the one of 'protestgen profile'.",
        ),
        click.option("--name", type=_LINE, help="Your name."),
        click.option(
            "--address",
            type=_LINE,
            multiple=True,
            metavar="LINE",
            help="A line of your postal address.  [repeatable]",
        ),
        click.option("--city", type=_LINE, help="The city that you live in."),
        click.option(
            "--residence",
            type=_LINE,
            help="Your place as a sentence names it: 'Leeds, England'.",
        ),
        click.option("--email", type=Checked(parse_email), help="Your e-mail address."),
        click.option(
            "--organisation",
            "--organization",
            type=_LINE,
            help="The organisation that you write for.",
        ),
        click.option("--role", type=_LINE, help="Your role in it, or your occupation."),
        click.option(
            "--why",
            type=Checked(parse_prose),
            metavar="TEXT",
            help="Why you write, in your own words.",
        ),
        click.option(
            "--cosigner",
            "cosigners",
            type=_LINE,
            multiple=True,
            metavar="'NAME, PLACE'",
            help="Somebody who signs with you.  [repeatable]",
        ),
        click.option(
            "--omit-address", is_flag=True, help="Leave your postal address out."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def format_options(command: Command) -> Command:
    """Add the options that say in which form the letter leaves, and where to."""
    options = (
        click.option(
            "--format",
            "format_name",
            type=click.Choice(list(FORMATS)),
            help="The form of the letter; without it, by the name of FILE, else text.",
        ),
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write to this file instead of stdout.",
        ),
        click.option(
            "--width",
            type=click.IntRange(30, 500),
            default=Options().width,
            show_default=True,
            help="Columns of a line of text.",
        ),
        click.option(
            "--layout",
            type=click.Choice(LAYOUTS),
            help="Where the address lies on paper; without it, as in your country.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def quiet_option(command: Command) -> Command:
    """Add `--quiet`, which may stand before the command as well as behind it."""

    def be_quiet(_ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click passes it so
        if value:
            QUIET.set(True)

    option = click.option(
        "-q",
        "--quiet",
        is_flag=True,
        expose_value=False,
        callback=be_quiet,
        help="No notes, only errors.",
    )
    return option(command)


def choose_format(name: str | None, output: Path | None) -> Format:
    """Return the format called *name*, or the one that the file *output* is in."""
    by_file = format_for(output) if output else None
    return FORMATS[name or by_file or DEFAULT_FORMAT]


def now() -> datetime:
    """Return the time of the environment's `SOURCE_DATE_EPOCH`, else the present."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.now().astimezone()
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC)
    except (ValueError, OverflowError, OSError):
        message = f"SOURCE_DATE_EPOCH is '{epoch}': write seconds since 1970"
        raise click.UsageError(message) from None
