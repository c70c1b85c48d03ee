"""The command `report`: what was done about a case, and what came back."""

from typing import Any

import click

from protestgen.formats import REPORT_FORMATS
from protestgen.letters.report import make_report

from .context import App
from .document import DocumentOptions, document_options, write_document
from .param_types import Command


@click.command(cls=Command, epilog="Example: protestgen report kurmanov -o report.html")
@document_options("report", REPORT_FORMATS)
@click.pass_obj
def report(app: App, /, **values: Any) -> None:
    """
    Report what was done about a case, from the log.

    It counts letters, other actions and answers by country, channel and week. Names,
    towns and texts are shown only where the log says that they are public.
    """
    options = DocumentOptions(**values)
    app.need((options.case_id,), missions=False)
    case = app.campaign.case(options.case_id)
    choice = options.document_choice(app, REPORT_FORMATS)
    made, notes = make_report(
        options.writer(app), case, options.code(app), fallback=options.fallback
    )
    write_document(made, notes, choice)
