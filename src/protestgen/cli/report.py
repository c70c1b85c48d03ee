"""The command `report`: what was done about a case, and what came back."""

from typing import Any

import click

from protestgen.formats import REPORT_FORMATS
from protestgen.letters.report import make_report

from .context import chosen_campaign
from .document import DocumentOptions, document_options, write_document
from .param_types import Command


@click.command(cls=Command, epilog="Example: protestgen report kurmanov -o report.html")
@document_options("report", REPORT_FORMATS)
@click.pass_context
def report(ctx: click.Context, /, **values: Any) -> None:
    """
    Report what was done about a case, from the log.

    It counts letters, other actions and answers by country, channel and week. Names,
    towns and texts are shown only where the log says that they are public.
    """
    options = DocumentOptions(**values)
    campaign = chosen_campaign(ctx, (options.case_id,), missions=False)
    case = campaign.case(options.case_id)
    choice = options.document_choice(campaign, REPORT_FORMATS)
    made, notes = make_report(
        options.writer(campaign),
        case,
        options.code(campaign),
        fallback=options.fallback,
    )
    write_document(made, notes, choice)
