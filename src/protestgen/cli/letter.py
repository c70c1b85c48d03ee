"""The command `letter`: one letter of one supporter."""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from protestgen.addressee import Addressee
from protestgen.campaign import Campaign
from protestgen.case import Case
from protestgen.country import find_country
from protestgen.formats import DEFAULT_FORMAT, FORMATS, Options
from protestgen.language import load_language
from protestgen.letter import (
    DEFAULT_STYLE,
    SUPPORT_STYLE,
    Letter,
    compose,
    editable,
    edited,
    remarks,
)
from protestgen.output import write_file
from protestgen.sender import Sender, read_profile
from protestgen.templates import Templates
from protestgen.values import parse_email, parse_line, parse_prose

from . import App
from .console import show_note, write_product
from .parameters import (
    Checked,
    complete_addressee,
    complete_case,
    complete_country,
    complete_demand,
    complete_style,
    parse_date,
)
from .profile import default_profile

_LINE = Checked(parse_line)
_PERSONAL = ("name", "city", "residence", "email", "organisation", "role", "why")


def personal_options(command: Callable[..., None]) -> Callable[..., None]:
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


@click.command(
    epilog="Example: protestgen letter --case kurmanov --country uk --name 'Ada Ex'"
)
@click.option(
    "--case",
    "case_id",
    metavar="ID",
    required=True,
    shell_complete=complete_case,
    help="The case: see 'protestgen cases'.",
)
@click.option(
    "--country",
    shell_complete=complete_country,
    help="The country that you live in: its embassy is written to.",
)
@click.option(
    "--to",
    shell_complete=complete_addressee,
    metavar="ADDRESSEE",
    help="embassy, consulate, a city of a consulate, or an office such as 'osce'.",
)
@click.option(
    "--style",
    default=DEFAULT_STYLE,
    show_default=True,
    shell_complete=complete_style,
    help="The kind of letter: see 'protestgen styles'.",
)
@click.option(
    "--demand",
    "demands",
    multiple=True,
    metavar="ID",
    shell_complete=complete_demand,
    help="A demand to make; given several times, in this order.  [repeatable]",
)
@personal_options
@click.option(
    "--edit", is_flag=True, help="Open the finished letter in your editor first."
)
@click.option(
    "--date",
    "on",
    type=Checked(parse_date, "date"),
    help="Date of the letter, 2026-11-22; without it, today.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to this file instead of stdout.",
)
@click.option(
    "--width",
    type=click.IntRange(30, 500),
    default=Options().width,
    show_default=True,
    help="Columns of a line.",
)
@click.pass_obj
def letter(
    app: App, /, *, output: Path | None, width: int, edit: bool, **choices: Any
) -> None:
    """Write a letter about a case to the embassy in your country."""
    finished = _compose(app.campaign, **choices)
    if edit:
        finished = _edit(finished)
    data = FORMATS[DEFAULT_FORMAT].render(finished, Options(width=width))
    if output is None or str(output) == "-":
        write_product(data)
    else:
        write_file(output, data)


def _compose(
    campaign: Campaign,
    *,
    case_id: str,
    country: str | None,
    to: str | None,
    style: str,
    demands: tuple[str, ...],
    on: date | None,
    profile: Path | None,
    **personal: Any,
) -> Letter:
    case = campaign.case(case_id)
    sender = _sender(profile, personal)
    code = find_country(country) if country else sender.country
    if sender.country is None:
        sender = replace(sender, country=code)
    addressee, copies = None, []
    if style != SUPPORT_STYLE:
        addressee, note = campaign.directory.choose(
            state=case.state, country=code, to=to, write_to=case.write_to
        )
        if note:
            show_note(note)
        copies = _copies(campaign, case, addressee, code)
    language = load_language("en", campaign.folders)
    finished = compose(
        case,
        addressee,
        sender,
        style=style,
        language=language,
        templates=Templates(campaign.folders),
        on=on or today(),
        demands=demands,
        copies=copies,
    )
    for remark in remarks(case, finished, language):
        show_note(remark)
    return finished


def _copies(
    campaign: Campaign, case: Case, addressee: Addressee, country: str | None
) -> list[Addressee]:
    copies = campaign.directory.copies(case.state, country, case.copies_to, addressee)
    for copy in copies:
        by = copy.email or copy.fax or "by post"
        show_note(
            f"the letter names a copy: send it to the {copy.label} as well ({by})"
        )
    return copies


def _sender(profile: Path | None, personal: dict[str, Any]) -> Sender:
    """Return the sender of the profile, with what was typed over it."""
    path = profile or default_profile()
    sender = read_profile(path) if profile or path.exists() else Sender()
    typed = {name: value for name, value in personal.items() if value}
    return replace(sender, **typed)


def today() -> date:
    """Return the date of the environment's `SOURCE_DATE_EPOCH`, else today's."""
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        try:
            return datetime.fromtimestamp(int(epoch), tz=UTC).date()
        except (ValueError, OverflowError, OSError):
            raise click.UsageError(
                f"SOURCE_DATE_EPOCH is '{epoch}': write seconds since 1970"
            ) from None
    return datetime.now().astimezone().date()


def _edit(finished: Letter) -> Letter:
    """Open the letter in the user's editor, even when stdout is a pipe."""
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        text = click.edit(editable(finished), extension=".txt", require_save=False)
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)
    return edited(finished, text or "")
