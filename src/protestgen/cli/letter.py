"""The command `letter`: one letter of one supporter."""

import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from protestgen.addressee import Addressee
from protestgen.campaign import Campaign
from protestgen.country import find_country
from protestgen.formats import DEFAULT_FORMAT, Format
from protestgen.language import load_language
from protestgen.letter import (
    DEFAULT_STYLE,
    SUPPORT_STYLE,
    Letter,
    compose,
    editable,
    edited,
)
from protestgen.output import write_file
from protestgen.remarks import remarks
from protestgen.sender import Sender, read_profile
from protestgen.templates import Templates

from . import App
from .console import show_note, write_product
from .options import (
    common_options,
    format_options,
    now,
    personal_options,
    take_form,
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
@click.option(
    "--open",
    "opens",
    is_flag=True,
    help="Open your mail program with the letter in it, by '--format mailto'.",
)
@common_options
@click.pass_obj
def letter(app: App, /, *, opens: bool, **choices: Any) -> None:
    """Write a letter about a case to the embassy in your country."""
    default = "mailto" if opens else DEFAULT_FORMAT
    form = take_form(choices, app.campaign.folders, default=default)
    if opens:
        form.check_only_for("--open", "mailto")
    finished, notes = _compose(app.campaign, form.format, **choices)
    data = form.format.render(finished, form.options)
    for note in (*notes, *form.format.remarks(finished, form.options)):
        show_note(note)
    if form.options.output:
        write_file(form.options.output, data)
    elif not opens:
        write_product(data)
    if opens:
        _open(data.decode().strip())


def _compose(
    campaign: Campaign,
    format_: Format,
    *,
    case_id: str,
    country: str | None,
    to: str | None,
    style: str,
    demands: tuple[str, ...],
    on: date | None,
    edit: bool,
    profile: Path | None,
    **personal: Any,
) -> tuple[Letter, list[str]]:
    """Return the letter, and what is to be noted on it."""
    case = campaign.case(case_id)
    sender, notes = _sender(profile, personal)
    code = find_country(country) if country else sender.country
    if sender.country is None:
        sender = replace(sender, country=code)
    addressee, copies = None, []
    if style == SUPPORT_STYLE:
        if to:
            raise click.UsageError(f"'--to' does not go with '--style {style}'")
    else:
        addressee, note = campaign.directory.choose(
            state=case.state, country=code, to=to, write_to=case.write_to
        )
        if note:
            notes.append(note)
        copies = campaign.directory.copies(case.state, code, case.copies_to, addressee)
        notes += _copy_notes(copies, format_)
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
    if edit:
        finished = _edit(finished)
    return finished, [*notes, *remarks(case, finished, language)]


def _copy_notes(copies: Sequence[Addressee], format_: Format) -> Iterator[str]:
    for copy in copies:
        if not (copy.email and format_.mails_copies):
            by = copy.email or copy.fax or "by post"
            yield f"the letter names a copy: send it to the {copy.label} as well ({by})"


def _sender(profile: Path | None, typed: dict[str, Any]) -> tuple[Sender, list[str]]:
    """Return the sender, the profile with what was *typed* over it, and notes on it."""
    typed = {name: value for name, value in typed.items() if value}
    path = profile or default_profile()
    if profile is None and not path.exists():
        return Sender(**typed), []
    sender = read_profile(path)
    if (
        profile is None
        and sender.name
        and typed.get("name", sender.name) != sender.name
    ):
        return Sender(**typed), [
            f"the profile is that of {sender.name}, so nothing of it is used here"
        ]
    return replace(sender, **typed), []


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


def _open(link: str) -> None:
    """Open *link* in the mail program of the desktop."""
    # Elsewhere the launcher's own exit code comes without waiting, and to wait would be
    # to wait until the mail program is closed.
    if click.launch(link, wait=sys.platform == "linux"):
        raise click.ClickException(
            "no mail program could be opened: leave '--open' out, "
            "or write the letter with '-o letter.eml' and open that"
        )
