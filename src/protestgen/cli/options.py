"""Options that several commands share, and what their values come to."""

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from protestgen.campaign.loader import SETTINGS_FILE
from protestgen.cli.context import FOLDERS_KEY, now
from protestgen.countries import find_country
from protestgen.formats import (
    DEFAULT_FORMAT,
    FORMATS,
    LAYOUTS,
    Format,
    Options,
    format_for,
)
from protestgen.letters.letter import DEFAULT_STYLE, SUPPORT_STYLE
from protestgen.letters.service import LetterOptions
from protestgen.schema.types import parse_email, parse_line, parse_prose

from .console import QUIET, show_note
from .param_types import (
    ParsedParam,
    complete_addressee,
    complete_demand,
    complete_language,
    complete_style,
    parse_date,
    parse_languages,
)

Command = Callable[..., int | None]

# The options of a format that are named like the fields of `Options`.
_DETAILS = ("width", "eol", "attach", "ascii", "layout")

_WRITTEN_BY_OTHERS = {".doc", ".docx", ".odt", ".rtf"}


# The fields of a sender that are options of the same name.
PERSONAL = (
    "name",
    "address",
    "city",
    "residence",
    "email",
    "reply_to",
    "organisation",
    "role",
    "why",
    "cosigners",
    "omit_address",
)

_LINE = ParsedParam(parse_line)


def wish_options(command: Command) -> Command:
    """Add the options that say what letter is wanted."""
    options = (
        click.option(
            "--to",
            shell_complete=complete_addressee,
            metavar="ADDRESSEE",
            help="embassy, consulate, a city of a consulate, or an office like 'osce'.",
        ),
        click.option(
            "--style",
            default=DEFAULT_STYLE,
            show_default=True,
            shell_complete=complete_style,
            help="The kind of letter: see 'protestgen styles'.",
        ),
        click.option(
            "--demand",
            "demands",
            multiple=True,
            metavar="ID",
            shell_complete=complete_demand,
            help="A demand to make; given several times, in this order.  [repeatable]",
        ),
        click.option(
            "--lang",
            "languages",
            type=ParsedParam(parse_languages),
            metavar="CODES",
            shell_complete=complete_language,
            help="Language of a letter, or several: 'en,ru'; without it, the sender's.",
        ),
        click.option(
            "--fallback",
            is_flag=True,
            help="Write in English where texts are missing in the language asked for.",
        ),
    )
    return _with_options(command, *options)


def date_option(command: Command) -> Command:
    """Add the option that says of which day the letter is."""
    option = click.option(
        "--date",
        "on",
        type=ParsedParam(parse_date, "date"),
        help="Date of the letter, 2026-11-22; without it, today.",
    )
    return option(command)


def personal_options(command: Command) -> Command:
    """Add the options that say who signs."""
    options = (
        click.option(
            "--sender",
            "profile",
            metavar="FILE",
            type=click.Path(path_type=Path),
            help="Profile of the sender; without it, the one of 'protestgen profile'.",
        ),
        click.option("--name", type=_LINE, help="Your name."),
        click.option(
            "--address",
            type=_LINE,
            multiple=True,
            metavar="LINE",
            help="A line of your postal address.  [repeatable]",
        ),
        click.option("--city", type=_LINE, help="The city that you live in."),
        click.option(
            "--residence",
            type=_LINE,
            help="Your place as a sentence names it: 'Leeds, England'.",
        ),
        click.option(
            "--email", type=ParsedParam(parse_email), help="Your e-mail address."
        ),
        click.option(
            "--reply-to",
            type=ParsedParam(parse_email),
            metavar="ADDRESS",
            help="Where answers to an e-mail go, if not to your own address.",
        ),
        click.option(
            "--organisation",
            "--organization",
            type=_LINE,
            help="The organisation that you write for.",
        ),
        click.option("--role", type=_LINE, help="Your role in it, or your occupation."),
        click.option(
            "--why",
            type=ParsedParam(parse_prose),
            metavar="TEXT",
            help="Why you write, in your own words.",
        ),
        click.option(
            "--cosigner",
            "cosigners",
            type=_LINE,
            multiple=True,
            metavar="'NAME, PLACE'",
            help="Somebody who signs with you.  [repeatable]",
        ),
        click.option(
            "--omit-address", is_flag=True, help="Leave your postal address out."
        ),
    )
    return _with_options(command, *options)


def format_options(command: Command) -> Command:
    """Add the options that say in which form the letter leaves, and where to."""
    leaves = output_options(FORMATS, "letter", DEFAULT_FORMAT)
    return leaves(detail_options(command))


def detail_options(command: Command) -> Command:
    """Add the options that say what a form of the letter is like."""
    options = (
        click.option(
            "--width",
            type=click.IntRange(30, 500),
            default=Options().width,
            show_default=True,
            help="Columns of a line of text.",
        ),
        click.option(
            "--eol",
            type=click.Choice(["crlf", "lf"]),
            default=Options().eol,
            show_default=True,
            help="How the lines of an e-mail end.",
        ),
        click.option(
            "--attach",
            type=click.Choice([f.name for f in FORMATS.values() if f.media_type]),
            help="Add the letter to the e-mail as a file of this form.",
        ),
        click.option(
            "--ascii",
            is_flag=True,
            help="Plain spaces, quotes and dashes, for old gateways; letters stay.",
        ),
        click.option(
            "--layout",
            type=click.Choice(LAYOUTS),
            help="Where the address lies on paper; without it, as in your country.",
        ),
    )
    return _with_options(command, *options)


def output_options(
    formats: Mapping[str, Format], product: str, default: str
) -> Callable[[Command], Command]:
    """Return what adds the options of how a *product* leaves, and where to."""
    by = f"without it, by the name of FILE, else {default}"
    options = (
        click.option(
            "--format",
            "format_name",
            type=click.Choice(list(formats)),
            help=f"The form of the {product}; {by}.",
        ),
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write to this file instead of stdout.",
        ),
    )
    return lambda command: _with_options(command, *options)


def common_options(command: Command) -> Command:
    """Add the options that may stand before a command as well as behind it."""
    options = (
        click.option(
            "--campaign",
            multiple=True,
            type=click.Path(path_type=Path),
            metavar="DIR",
            expose_value=False,
            callback=_add_folders,
            help="Folder of a campaign, over the one that you are in, marked by "
            f"{SETTINGS_FILE}, and the bundled one.  [repeatable]",
        ),
        click.option(
            "-q",
            "--quiet",
            is_flag=True,
            expose_value=False,
            callback=_be_quiet,
            help="No notes but of words that may do harm, only errors.",
        ),
    )
    return _with_options(command, *options)


def _with_options(command: Command, *options: Callable[[Command], Command]) -> Command:
    """Decorate *command* with *options*, the first on top."""
    for option in reversed(options):
        command = option(command)
    return command


def _add_folders(
    ctx: click.Context, _param: click.Parameter, folders: tuple[Path, ...]
) -> None:
    ctx.meta.setdefault(FOLDERS_KEY, []).extend(folders)


def _be_quiet(_ctx: click.Context, _param: click.Parameter, value: object) -> None:
    if value:
        QUIET.set(True)


def take_wish(choices: dict[str, Any]) -> LetterOptions:
    """Take what `wish_options` added, and a country, out of *choices* as a wish."""
    country, languages = choices.pop("country", None), choices.pop("languages")
    wish = LetterOptions(
        country=find_country(country) if country else None,
        languages=languages or (),
        **{name: choices.pop(name) for name in ("to", "style", "demands", "fallback")},
    )
    unfit = "--to" if wish.to else "--demand" if wish.demands else ""
    if wish.style == SUPPORT_STYLE and unfit:
        raise click.UsageError(f"'{unfit}' does not go with '--style {wish.style}'")
    return wish


class OutputChoice(Struct, frozen=True):
    """In which form the letter leaves: what `format_options` came to."""

    format: Format
    options: Options

    def check_only_for(self, option: str, name: str) -> None:
        """Raise if *option* stands with another format than the one called *name*."""
        if self.format.name != name:
            raise click.UsageError(
                f"'{option}' goes with '--format {name}' only, "
                f"this is '{self.format.name}'"
            )


def check_output(output: Path, folders: Iterable[Path]) -> None:
    """Raise if *output* is a file of the campaigns in *folders*, or among these."""
    real = Path(os.path.realpath(output))
    for folder in folders:
        for name in ("data", "templates", SETTINGS_FILE):
            if real.is_relative_to(os.path.realpath(folder / name)):
                reason = f"is where the campaign has its own {name}"
                raise click.UsageError(f"'-o {output}' {reason}: name another place")


def take_form(
    choices: dict[str, Any],
    folders: tuple[Path, ...],
    *,
    default: str,
    formats: Mapping[str, Format] = FORMATS,
) -> OutputChoice:
    """
    Take what was said of the form out of *choices* and return what it comes to.

    Without a format, the name of the file decides, else it is the *default*.
    """
    output = choices.pop("output")
    if output is not None and str(output) == "-":
        output = None
    if output:
        check_output(output, folders)
    by_file = format_for(output, formats) if output else None
    name = choices.pop("format_name") or by_file or default
    options = take_details(choices, folders, output=output)
    form = OutputChoice(formats[name], options)
    if options.attach:
        form.check_only_for("--attach", "eml")
    if output and output.suffix.lower() in _WRITTEN_BY_OTHERS and not by_file:
        show_note(f"{output} holds {form.format.about}, whatever its name says")
    return form


def take_details(
    choices: dict[str, Any], folders: tuple[Path, ...], *, output: Path | None = None
) -> Options:
    """Take what `detail_options` added out of *choices* and return it."""
    details = {field: choices.pop(field) for field in _DETAILS if field in choices}
    return Options(folders=folders, output=output, now=now(), **details)
