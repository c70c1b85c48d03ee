"""The command `update`: the news of a case for supporters."""

from typing import Any

import click

from protestgen.letters.update import make_update
from protestgen.schema.types import PartialDate

from .context import chosen_campaign
from .document import DocumentOptions, document_options, write_document
from .param_types import Command, ParsedParam


class _Options(DocumentOptions, frozen=True, kw_only=True):
    since: PartialDate | None


@click.command(
    cls=Command, epilog="Example: protestgen update temir-bank --since 2010-05"
)
@click.option(
    "--since",
    type=ParsedParam(PartialDate.parse, "date"),
    help="Tell what is new since this date; default: since the case began.",
)
@document_options("update")
@click.pass_context
def update(ctx: click.Context, /, **values: Any) -> None:
    """
    Tell supporters the news of a case.

    It says what has happened, which demands are met, what was done and what is asked
    now, and thanks those who took part.
    """
    options = _Options(**values)
    campaign = chosen_campaign(ctx, (options.case_id,), missions=False)
    case = campaign.case(options.case_id)
    choice = options.document_choice(campaign)
    made, notes = make_update(
        options.writer(campaign),
        case,
        since=options.since,
        language=options.code(campaign),
        fallback=options.fallback,
    )
    write_document(made, notes, choice)
