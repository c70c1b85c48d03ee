"""Options that several commands share, and the structs that hold their values."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

import click
from msgspec import Struct

from protestgen.countries import find_country, find_language
from protestgen.errors import ChoiceError
from protestgen.formats import (
    DEFAULT_FORMAT,
    FORMATS,
    LAYOUTS,
    Format,
    Options,
    format_for,
)
from protestgen.letters.letter import DEFAULT_STYLE, REMINDER_STYLE, SUPPORT_STYLE
from protestgen.letters.options import LetterOptions
from protestgen.schema.types import PartialDate, parse_email, parse_line, parse_prose

from .common_options import Decorator, option_group
from .console import show_note
from .context import check_output, now
from .param_types import (
    ParsedParam,
    complete_addressee,
    complete_demand,
    complete_language,
    complete_style,
    parse_date,
    parse_languages,
)

# Suffixes of word processors, whose formats no letter has.
_OTHER_PROGRAMS = {".doc", ".docx", ".odt", ".rtf"}
_LINE = ParsedParam(parse_line)


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


fallback_option = click.option(
    "--fallback",
    is_flag=True,
    help="Use English if the language lacks a text.",
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
    click.option(
        "--style",
        default=DEFAULT_STYLE,
        show_default=True,
        metavar="STYLE",
        shell_complete=complete_style,
        help="See 'protestgen styles'.",
    ),
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
    click.option("--name", type=_LINE, metavar="NAME", help="Your name."),
    click.option(
        "--address",
        type=_LINE,
        multiple=True,
        metavar="LINE",
        help="A line of your postal address.  [repeatable]",
    ),
    click.option("--city", type=_LINE, metavar="CITY", help="City you live in."),
    click.option(
        "--residence",
        type=_LINE,
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
    click.option(
        "--organisation",
        "--organization",
        "organisation",
        type=_LINE,
        metavar="NAME",
        help="Organisation you write for.",
    ),
    click.option(
        "--organisation-of",
        type=_LINE,
        metavar="NAME",
        help="Its name after 'on behalf of'.",
    ),
    click.option(
        "--role",
        type=_LINE,
        metavar="ROLE",
        help="Your role in it, or your occupation.",
    ),
    click.option(
        "--about",
        type=_LINE,
        metavar="TEXT",
        help="Who you are: 'a nurse in Leeds'.",
    ),
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
        help="A person who signs with you.  [repeatable]",
    ),
    click.option("--omit-address", is_flag=True, help="Leave out your postal address."),
    title="You",
)

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
    click.option(
        "--ascii",
        is_flag=True,
        help="Plain spaces, quotes and dashes; accents stay.",
    ),
    click.option(
        "--print-copies",
        is_flag=True,
        help="After each letter, a page with the address of each copy.",
    ),
    click.option(
        "--layout",
        type=click.Choice(LAYOUTS),
        metavar="LAYOUT",
        help=f"{', '.join(LAYOUTS)}; default: by country.",
    ),
)

letter_output_options = option_group(
    output_options(FORMATS, DEFAULT_FORMAT), format_detail_options
)


def require_case(id_: str | None) -> str:
    """Return the id of the case to write about, or refuse its absence."""
    if not id_:
        raise ChoiceError("which case? add '--case': see 'protestgen cases'")
    return id_


def find_languages(names: Iterable[str], folders: tuple[Path, ...]) -> tuple[str, ...]:
    """Return the codes of the languages that are called by *names*."""
    from protestgen.language.loader import languages

    known = languages(folders) if names else ()
    return tuple(dict.fromkeys(find_language(name, known) for name in names))


class OutputChoice(Struct, frozen=True):
    """The format of a letter, and the settings of that format."""

    format: Format
    options: Options

    def require_format(self, name: str, *, of: str) -> None:
        """Refuse the option *of* with any format but the one called *name*."""
        if self.format.name != name:
            raise click.UsageError(
                f"'{of}' goes with '--format {name}' only, this is '{self.format.name}'"
            )


class OutputOptions(Struct, frozen=True, kw_only=True):
    """Values of `output_options`."""

    format_name: str | None
    output: str | None

    def output_choice(
        self,
        folders: tuple[Path, ...],
        *,
        default: str,
        formats: Mapping[str, Format] = FORMATS,
    ) -> OutputChoice:
        """Choose the format: by '--format', the name of the file, or *default*."""
        output = None
        if self.output is not None and self.output != "-":
            output = Path(self.output)
            check_output(output, folders)
        by_file = format_for(output, formats) if output else None
        format_ = formats[self.format_name or by_file or default]
        choice = OutputChoice(format_, self.format_options(folders, output))
        if choice.options.attach:
            choice.require_format("eml", of="--attach")
        if output and output.suffix.lower() in _OTHER_PROGRAMS and not by_file:
            if not self.format_name:
                hint = f"write '-o {output.with_suffix('.html')}' and open it there"
                reason = "is a file of a word processor"
                raise click.UsageError(f"'-o {output}' {reason}: {hint}")
            show_note(f"{output} holds {format_.about}, whatever its name says")
        return choice

    def format_options(
        self, folders: tuple[Path, ...], output: Path | None = None
    ) -> Options:
        """Return the settings of the format."""
        return Options(folders=folders, output=output, now=now())


class WritingOptions(OutputOptions, frozen=True, kw_only=True):
    """Values of the options that `letter` and `batch` share."""

    to: str | None
    copies: tuple[str, ...]
    style: str
    demands: tuple[str, ...]
    languages: tuple[str, ...] | None
    first_letter: PartialDate | None
    fallback: bool
    on: date | None
    width: int
    eol: Literal["crlf", "lf"]
    attach: str | None
    ascii: bool
    layout: str | None
    print_copies: bool

    def letter_options(
        self, folders: tuple[Path, ...], country: str | None = None
    ) -> LetterOptions:
        """Return what is asked of a letter whose sender lives in *country*."""
        unfitting = {"--to": self.to, "--copy": self.copies, "--demand": self.demands}
        unfit = next((name for name, value in unfitting.items() if value), "")
        if self.style == SUPPORT_STYLE and unfit:
            raise click.UsageError(f"'{unfit}' does not go with '--style {self.style}'")
        if self.first_letter and self.style != REMINDER_STYLE:
            message = f"'--first-letter' goes with '--style {REMINDER_STYLE}' only"
            raise click.UsageError(message)
        return LetterOptions(
            country=find_country(country) if country else None,
            to=self.to,
            copy=self.copies,
            style=self.style,
            languages=find_languages(self.languages or (), folders),
            demands=self.demands,
            first_letter=self.first_letter,
            fallback=self.fallback,
        )

    def format_options(
        self, folders: tuple[Path, ...], output: Path | None = None
    ) -> Options:
        """Return the settings of the format."""
        return Options(
            folders=folders,
            output=output,
            now=now(),
            width=self.width,
            eol=self.eol,
            attach=self.attach,
            ascii=self.ascii,
            layout=self.layout,
            print_copies=self.print_copies,
        )

    def check_copies(self, format_: Format) -> None:
        """Refuse to print copies in a format that is not for paper."""
        if self.print_copies and not format_.prints_copies:
            names = [f"'{f.name}'" for f in FORMATS.values() if f.prints_copies]
            goes = f"goes with the formats {', '.join(names)}"
            reason = f"this is '{format_.name}'"
            raise click.UsageError(f"'--print-copies' {goes}, {reason}")
