"""Options that several commands share."""

from collections.abc import Mapping
from pathlib import Path

import click

from protestgen.formats import FORMATS, LAYOUTS, Format, Options
from protestgen.letters.letter import DEFAULT_STYLE, REMINDER_STYLE
from protestgen.schema.types import PartialDate, parse_email, parse_prose

from .common_options import Decorator, flag_option, option_group
from .param_types import (
    ParsedParam,
    complete_addressee,
    complete_country,
    complete_demand,
    complete_language,
    complete_style,
    line_option,
    parse_date,
    parse_languages,
)


def output_options(formats: Mapping[str, Format], default: str) -> Decorator:
    """Return the options for one of the *formats* and for the file."""
    return option_group(
        click.option(
            "--format",
            "format_name",
            type=click.Choice(list(formats)),
            metavar="FORMAT",
            help=f"{', '.join([default, *(f for f in formats if f != default)])}.",
        ),
        click.option(
            "-o",
            "--output",
            type=click.Path(),
            metavar="FILE",
            help="File to write; its name chooses the format: NAME.pdf.",
        ),
    )


def date_option(product: str) -> Decorator:
    """Return the option for the date of a *product*."""
    return click.option(
        "--date",
        "on",
        type=ParsedParam(parse_date, "date"),
        help=f"Date of the {product}: 2026-11-22; default: today.",
    )


def style_option(help_: str) -> Decorator:
    """Return the option for the style of a letter."""
    return click.option(
        "--style",
        default=DEFAULT_STYLE,
        show_default=True,
        metavar="STYLE",
        shell_complete=complete_style,
        help=help_,
    )


def countries_option(help_: str) -> Decorator:
    """Return the option for several countries."""
    return click.option(
        "--country",
        "countries",
        multiple=True,
        metavar="COUNTRY",
        shell_complete=complete_country,
        help=help_,
    )


def organisation_option(help_: str, metavar: str | None = None) -> Decorator:
    """Return the option for the name of an organisation."""
    return line_option(
        "--organisation", "--organization", "organisation", metavar=metavar, help=help_
    )


fallback_option = flag_option(
    "--fallback", help="Use English if the language lacks a text."
)

addressee_options = option_group(
    click.option(
        "--to",
        shell_complete=complete_addressee,
        metavar="ADDRESSEE",
        help="An embassy, a consulate's city, or an office like 'osce'.",
    ),
    click.option(
        "--copy",
        "copies",
        multiple=True,
        metavar="ADDRESSEE",
        shell_complete=complete_addressee,
        help="Somebody else who gets a copy.  [repeatable]",
    ),
)

letter_options = option_group(
    style_option("See 'protestgen styles'."),
    click.option(
        "--demand",
        "demands",
        multiple=True,
        metavar="ID",
        shell_complete=complete_demand,
        help="A demand to make: see 'protestgen show'.  [repeatable]",
    ),
    click.option(
        "--lang",
        "languages",
        type=ParsedParam(parse_languages),
        metavar="LANGUAGE",
        shell_complete=complete_language,
        help="Language, or several: 'en,ru'; default: the sender's.",
    ),
    click.option(
        "--first-letter",
        type=ParsedParam(PartialDate.parse, "date"),
        help=f"Date of the letter that '--style {REMINDER_STYLE}' is about.",
    ),
    fallback_option,
)

sender_options = option_group(
    click.option(
        "--sender",
        "profile",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Profile to use; default: your own.",
    ),
    line_option("--name", metavar="NAME", help="Your name."),
    line_option(
        "--address",
        multiple=True,
        metavar="LINE",
        help="A line of your postal address.  [repeatable]",
    ),
    line_option("--city", metavar="CITY", help="City you live in."),
    line_option(
        "--residence",
        metavar="PLACE",
        help="Your place in a sentence: 'Leeds, England'.",
    ),
    click.option(
        "--email",
        type=ParsedParam(parse_email),
        metavar="ADDRESS",
        help="Your e-mail address.",
    ),
    click.option(
        "--reply-to",
        type=ParsedParam(parse_email),
        metavar="ADDRESS",
        help="Where answers go, if not to --email.",
    ),
    organisation_option("Organisation you write for.", "NAME"),
    line_option(
        "--organisation-of", metavar="NAME", help="Its name after 'on behalf of'."
    ),
    line_option("--role", metavar="ROLE", help="Your role in it, or your occupation."),
    line_option("--about", help="Who you are: 'a nurse in Leeds'."),
    click.option(
        "--why",
        type=ParsedParam(parse_prose),
        help="Why you write, in your own words.",
    ),
    line_option(
        "--cosigner",
        "cosigners",
        multiple=True,
        metavar="'NAME, PLACE'",
        help="A person who signs with you.  [repeatable]",
    ),
    flag_option("--omit-address", help="Leave out your postal address."),
    title="You",
)

large_option = flag_option("--large", help="Large print (16 pt), as PDF or HTML.")

format_detail_options = option_group(
    click.option(
        "--width",
        type=click.IntRange(30, 500),
        default=Options().width,
        show_default=True,
        metavar="COLUMNS",
        help="Width of the text.",
    ),
    click.option(
        "--eol",
        type=click.Choice(["crlf", "lf"]),
        default=Options().eol,
        show_default=True,
        help="Line ends of an e-mail.",
    ),
    click.option(
        "--attach",
        type=click.Choice([f.name for f in FORMATS.values() if f.media_type]),
        help="Attach the letter to the e-mail as PDF.",
    ),
    flag_option("--ascii", help="Plain spaces, quotes and dashes; accents stay."),
    flag_option(
        "--print-copies",
        help="After each letter, a page with the address of each copy.",
    ),
    click.option(
        "--layout",
        type=click.Choice(LAYOUTS),
        metavar="LAYOUT",
        help=f"{', '.join(LAYOUTS)}; default: by country.",
    ),
    large_option,
)
