"""The command `appeal`: a case as a document that asks people to write."""

from typing import Any

import click

from protestgen.countries import find_country
from protestgen.language.language import ENGLISH
from protestgen.letters.appeal import make_appeal

from .common_options import option_group
from .context import check_style, chosen_campaign
from .document import DocumentOptions, document_options, write_document
from .options import countries_option, style_option
from .param_types import Command, is_all

_letter_options = option_group(
    countries_option("Addresses for this country; default: all.  [repeatable]"),
    style_option("Style of the model letter: see 'protestgen styles'."),
)


class _Options(DocumentOptions, frozen=True, kw_only=True):
    countries: tuple[str, ...]
    style: str


@click.command(
    cls=Command, epilog="Example: protestgen appeal kurmanov --lang de -o appeal.html"
)
@_letter_options
@document_options("appeal")
@click.pass_context
def appeal(ctx: click.Context, /, **values: Any) -> None:
    """Write a page that asks supporters to write letters."""
    options = _Options(**values)
    campaign = chosen_campaign(ctx, (options.case_id,))
    case = campaign.case(options.case_id)
    choice, code = options.document_choice(campaign), options.code(campaign)
    check_style(options.style, (ENGLISH, code), campaign.folders)
    made, notes = make_appeal(
        options.writer(campaign),
        case,
        language=code,
        countries=_codes(options.countries),
        style=options.style,
        fallback=options.fallback,
    )
    write_document(made, notes, choice)


def _codes(countries: tuple[str, ...]) -> tuple[str, ...]:
    """Return the codes of *countries*, or none for all of them."""
    if any(map(is_all, countries)):
        return ()
    return tuple(dict.fromkeys(map(find_country, countries)))
