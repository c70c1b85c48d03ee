"""The command `appeal`: a case as a document that asks people to write."""

from datetime import date
from typing import Any

import click

from protestgen.countries import find_country
from protestgen.formats import APPEAL_FORMATS
from protestgen.language.language import ENGLISH
from protestgen.letters.appeal import AppealOptions, make_appeal
from protestgen.letters.letter import DEFAULT_STYLE
from protestgen.letters.service import LetterService
from protestgen.schema.types import parse_id

from .console import show_notes, write_output
from .context import App, check_style, now
from .options import (
    OutputOptions,
    common_options,
    date_option,
    fallback_option,
    output_options,
)
from .param_types import (
    Command,
    ParsedParam,
    complete_case,
    complete_country,
    complete_language,
    complete_style,
)

DEFAULT_FORMAT = "markdown"
_ALL_COUNTRIES = "all"


class _Options(OutputOptions, frozen=True, kw_only=True):
    case_id: str
    language: str
    fallback: bool
    countries: tuple[str, ...]
    style: str
    on: date | None


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
@fallback_option
@click.option(
    "--country",
    "countries",
    multiple=True,
    shell_complete=complete_country,
    help="Show the addresses for this country only; default: all.  [repeatable]",
)
@click.option(
    "--style",
    default=DEFAULT_STYLE,
    show_default=True,
    shell_complete=complete_style,
    help="Style of the model letter: see 'protestgen styles'.",
)
@date_option("appeal")
@output_options(APPEAL_FORMATS, "appeal", DEFAULT_FORMAT)
@common_options
@click.pass_obj
def appeal(app: App, /, **values: Any) -> None:
    """Write a case as a document with a model letter and addresses."""
    options = _Options(**values)
    campaign = app.campaign
    case = campaign.case(options.case_id)
    choice = options.output_choice(
        campaign.folders, default=DEFAULT_FORMAT, formats=APPEAL_FORMATS
    )
    check_style(options.style, (ENGLISH, options.language), campaign.folders)
    made, notes = make_appeal(
        LetterService(campaign, options.on or now().date()),
        case,
        AppealOptions(
            language=options.language,
            fallback=options.fallback,
            countries=_codes(options.countries),
            style=options.style,
        ),
    )
    data = choice.format.render_appeal(made, choice.options)
    show_notes(notes)
    write_output(choice.options.output, data)


def _codes(countries: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of *countries*, or none for all of them."""
    if any(country.casefold() == _ALL_COUNTRIES for country in countries):
        return ()
    return tuple(dict.fromkeys(map(find_country, countries)))
