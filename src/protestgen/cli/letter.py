"""The command `letter`: one letter of one supporter."""

import os
from datetime import date
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from protestgen.addressee import Addressee
from protestgen.campaign import Campaign
from protestgen.case import Case
from protestgen.country import find_country
from protestgen.formats import Options
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

from . import App
from .console import show_note, write_product
from .options import (
    choose_format,
    format_options,
    now,
    personal_options,
    quiet_option,
)
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
@format_options
@quiet_option
@click.pass_obj
def letter(
    app: App,
    /,
    *,
    output: Path | None,
    format_name: str | None,
    width: int,
    layout: str | None,
    edit: bool,
    **choices: Any,
) -> None:
    """Write a letter about a case to the embassy in your country."""
    format_ = choose_format(format_name, output)
    finished = _compose(app.campaign, **choices)
    if edit:
        finished = _edit(finished)
    options = Options(
        folders=app.campaign.folders, width=width, layout=layout, now=now()
    )
    data = format_.render(finished, options)
    if output is None or str(output) == "-":
        write_product(data)
    else:
        write_file(output, data)
        if advice := format_.advice(finished, options, output):
            show_note(advice)


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
        on=on or now().date(),
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
