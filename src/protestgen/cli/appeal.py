"""The command `appeal`: a case as a document for those who would write."""

from datetime import date
from typing import Any

import click

from protestgen.countries import find_country
from protestgen.files import write_file
from protestgen.formats import APPEAL_FORMATS
from protestgen.language.language import ENGLISH
from protestgen.letters.appeal import AppealOptions, make_appeal
from protestgen.letters.letter import DEFAULT_STYLE
from protestgen.letters.service import LetterService
from protestgen.schema.types import parse_id

from .console import show_notes, write_product
from .context import App, now
from .options import common_options, output_options, take_form
from .param_types import (
    Command,
    ParsedParam,
    complete_case,
    complete_country,
    complete_language,
    complete_style,
    parse_date,
)

DEFAULT_FORMAT = "markdown"
# What stands for every country.
_ALL = "all"


@click.command(
    cls=Command, epilog="Example: protestgen appeal kurmanov --lang de -o appeal.html"
)
@click.argument("case_id", metavar="CASE", shell_complete=complete_case)
@click.option(
    "--lang",
    "language",
    type=ParsedParam(parse_id),
    default=ENGLISH,
    show_default=True,
    metavar="CODE",
    shell_complete=complete_language,
    help="Language of the appeal.",
)
@click.option(
    "--fallback",
    is_flag=True,
    help="Write in English where texts are missing in the language asked for.",
)
@click.option(
    "--country",
    "countries",
    multiple=True,
    shell_complete=complete_country,
    help="Only addresses for this country, instead of 'all'.  [repeatable]",
)
@click.option(
    "--style",
    default=DEFAULT_STYLE,
    show_default=True,
    shell_complete=complete_style,
    help="The kind of the model letter: see 'protestgen styles'.",
)
@click.option(
    "--date",
    "on",
    type=ParsedParam(parse_date, "date"),
    help="Date of the appeal, 2026-11-22; without it, today.",
)
@output_options(APPEAL_FORMATS, "appeal", DEFAULT_FORMAT)
@common_options
@click.pass_obj
def appeal(
    app: App,
    /,
    *,
    case_id: str,
    countries: tuple[str, ...],
    on: date | None,
    **choices: Any,
) -> None:
    """Write a case as a document: what happened, who to write to, a model letter."""
    campaign = app.campaign
    case = campaign.case(case_id)
    form = take_form(
        choices, campaign.folders, default=DEFAULT_FORMAT, formats=APPEAL_FORMATS
    )
    wish = AppealOptions(countries=_codes(countries), **choices)
    made, notes = make_appeal(LetterService(campaign, on or now().date()), case, wish)
    data = form.format.render_appeal(made, form.options)
    show_notes(notes)
    if form.options.output:
        write_file(form.options.output, data)
    else:
        write_product(data)


def _codes(countries: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of *countries*; none where all are wanted."""
    if any(country.casefold() == _ALL for country in countries):
        return ()
    return tuple(dict.fromkeys(map(find_country, countries)))
