"""Values of options that several commands share, and what is made of them."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import click
from msgspec import Struct

from protestgen.countries import find_country
from protestgen.errors import ChoiceError
from protestgen.formats import (
    FORMATS,
    REPORT_FORMATS,
    Format,
    Options,
    format_for,
)
from protestgen.letters.letter import REMINDER_STYLE, SUPPORT_STYLE
from protestgen.letters.options import LetterOptions
from protestgen.schema.types import PartialDate

from .console import show_note
from .context import check_output, now

# Suffixes of word processors, whose formats no letter has.
_OTHER_PROGRAMS = {".doc", ".docx", ".odt", ".rtf"}


def require_case(id_: str | None) -> str:
    """Return the id of the case to write about, or refuse its absence."""
    if not id_:
        raise ChoiceError("which case? add '--case': see 'protestgen cases'")
    return id_


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
    large: bool

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
        if self.large and not (format_.has_large or choice.options.attach):
            names = [f"'{f.name}'" for f in FORMATS.values() if f.has_large]
            goes = f"goes with the formats {' and '.join(names)}"
            message = f"'--large' {goes}, this is '{format_.name}'"
            raise click.UsageError(message)
        if output and not by_file:
            _check_suffix(output, format_, is_chosen=bool(self.format_name))
        return choice

    def format_options(
        self, folders: tuple[Path, ...], output: Path | None = None
    ) -> Options:
        """Return the settings of the format, of which some are options."""
        names = {*Options.__struct_fields__}.intersection(self.__struct_fields__)
        chosen: dict[str, Any] = {name: getattr(self, name) for name in names}
        return Options(**chosen | {"folders": folders, "output": output, "now": now()})


def _check_suffix(output: Path, format_: Format, *, is_chosen: bool) -> None:
    """Refuse an *output* that is named for another format, unless one *is_chosen*."""
    is_office = output.suffix.lower() in _OTHER_PROGRAMS
    other = format_for(output, FORMATS | REPORT_FORMATS)
    if is_chosen:
        if is_office or other not in {None, format_.name}:
            show_note(f"{output} holds {format_.about}, whatever its name says")
    elif is_office:
        hint = f"write '-o {output.with_suffix('.html')}' and open it there"
        raise click.UsageError(f"'-o {output}' is a file of a word processor: {hint}")
    elif other:
        hint = f"add '--format {format_.name}', or choose another name"
        raise click.UsageError(f"'-o {output}' is for the format '{other}': {hint}")


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
        from protestgen.language.loader import find_languages

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

    def check_copies(self, format_: Format) -> None:
        """Refuse to print copies in a format that is not for paper."""
        if self.print_copies and not format_.prints_copies:
            names = [f"'{f.name}'" for f in FORMATS.values() if f.prints_copies]
            goes = f"goes with the formats {', '.join(names)}"
            reason = f"this is '{format_.name}'"
            raise click.UsageError(f"'--print-copies' {goes}, {reason}")
