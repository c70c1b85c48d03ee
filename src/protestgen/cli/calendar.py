"""The command `calendar`: the dates of a case for a calendar program."""

from pathlib import Path

import click

from protestgen.errors import ChoiceError
from protestgen.log.calendar import make_calendar

from .common_options import common_options
from .console import show_notes, write_output
from .context import check_output, chosen_campaign, now
from .due import all_waiting
from .param_types import Command, complete_case


@click.command(cls=Command, epilog="Example: protestgen calendar kurmanov -o case.ics")
@click.argument("case_id", metavar="CASE", shell_complete=complete_case)
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    metavar="FILE",
    help="Write to this file instead of standard output.",
)
@common_options
@click.pass_context
def calendar(ctx: click.Context, /, *, case_id: str, output: str | None) -> None:
    """
    Write the dates of a case as a calendar (.ics).

    It has the last day to write, the hearings, and the reminders of letters in the log
    that wait for an answer. Import it into a calendar of its own, and empty that before
    you import it again: reminders that are no longer due would stay.
    """
    campaign = chosen_campaign(ctx, (case_id,), missions=False)
    case = campaign.case(case_id)
    path = None if output in {None, "-"} else Path(output)
    if path:
        check_output(path, campaign.folders)
    waiting = all_waiting(campaign, case_id, now().date())
    data, notes = make_calendar(case, waiting, now())
    show_notes(notes)
    if not data:
        hint = "add 'write_by' or 'hearings' to it, or log letters"
        raise ChoiceError(f"case '{case_id}' has no dates ahead: {hint}")
    write_output(path, data)
