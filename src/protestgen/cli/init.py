"""The command `init`: a campaign of one's own, which runs at once."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

import click
from msgspec.structs import replace

from protestgen.authoring.scaffold import (
    CASE,
    CampaignSpec,
    obstacles,
    scaffold,
    scaffold_languages,
    unnamed,
    write_scaffold,
)
from protestgen.countries import country_in_sentence, language_name
from protestgen.errors import quoted
from protestgen.language.language import ENGLISH
from protestgen.schema.types import parse_id, parse_line

from .console import show_note
from .context import now
from .param_types import Command, ParsedParam, parse_country, parse_languages
from .prompts import answered_by, ask, ask_or_skip, ask_several


def _parse_languages(text: str) -> tuple[str, ...]:
    """Read codes of languages that the example is written in."""
    known = scaffold_languages()
    codes = [code for code in parse_languages(text) if code != ENGLISH]
    for code in codes:
        if code not in known:
            raise ValueError(f"no example is in '{code}': choose from {_named(known)}")
    return tuple(codes)


def _named(codes: Iterable[str]) -> str:
    """Return *codes* of languages, each with its name."""
    return ", ".join(f"{code} ({language_name(code)})" for code in codes)


def _parse_name(text: str) -> tuple[str, str]:
    """Read the name of a state behind the language that it is in."""
    code, sign, name = text.partition("=")
    if not sign or not name.strip():
        raise ValueError(f"{quoted(text)} is no name in a language: write ru=Турции")
    return parse_id(code), parse_line(name)


_COUNTRY = ParsedParam(parse_country, "country")


@click.command(
    cls=Command, epilog="Example: protestgen init mine --state turkey --country uk"
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--state", type=_COUNTRY, help="Whose authorities letters are about.")
@click.option(
    "--country",
    "countries",
    type=_COUNTRY,
    multiple=True,
    help="A country that letters are written from.  [repeatable]",
)
@click.option(
    "--lang",
    "languages",
    type=ParsedParam(_parse_languages),
    metavar="CODES",
    help="Languages of the letters besides English: 'de,fr'.",
)
@click.option(
    "--state-name",
    "names",
    type=ParsedParam(_parse_name),
    multiple=True,
    metavar="CODE=NAME",
    help="The state behind 'the authorities', in a language that cannot tell: "
    "'ru=Турции'.  [repeatable]",
)
def init(
    *,
    folder: Path,
    state: str | None,
    countries: tuple[str, ...],
    languages: tuple[str, ...] | None,
    names: tuple[tuple[str, str], ...],
) -> None:
    """
    Make a campaign of your own in the folder DIR: an example to be written over.

    It asks which state, countries and languages it is for, unless options say so.
    """
    if found := obstacles(folder):
        some = ", ".join(map(quoted, found[:3])) + (" ..." if found[3:] else "")
        reason = f"not empty, there is {some}" if folder.is_dir() else "this is a file"
        raise click.ClickException(f"{folder}: {reason}: name a new folder")
    with answered_by("add '--state', '--country' and '--lang'"):
        outline = _outline(state, countries, languages)
    outline = _with_names(outline, dict(names))
    write_scaffold(folder, scaffold(outline, now().date()))
    show_note(f"written to {folder}: go on with {folder / 'README.md'}")
    country = outline.countries[0]
    show_note(
        f"its first letter: protestgen --campaign {_typed(folder)} letter "
        f"--case {CASE} --country {country}"
    )


def _typed(path: Path) -> str:
    """Return *path* as it is typed in a shell."""
    return str(path) if os.name == "nt" else shlex.quote(str(path))


def _outline(
    state: str | None, countries: tuple[str, ...], languages: tuple[str, ...] | None
) -> CampaignSpec:
    """Return what the options say; what they do not, is asked."""
    state = state or ask("State whose authorities letters are about", parse_country)

    def parse_host(text: str) -> str:
        return _checked_host(parse_country(text), state)

    if countries:
        countries = tuple(_checked_host(country, state) for country in countries)
    else:
        question = "Country that letters are written from"
        countries = ask_several(question, parse_host, needed=True)
    if languages is None:
        question = f"Languages besides English, of {_named(scaffold_languages())}"
        languages = ask_or_skip(question, _parse_languages) or ()
    return CampaignSpec(
        state=state, countries=tuple(dict.fromkeys(countries)), languages=languages
    )


def _with_names(outline: CampaignSpec, names: dict[str, str]) -> CampaignSpec:
    """Return *outline* with the *names* of the state that its languages cannot tell."""
    names = {code: name for code, name in names.items() if code in outline.languages}
    outline = replace(outline, state_names=names)
    for code in unnamed(outline):
        state = f"of {country_in_sentence(outline.state)}"
        question = f"{language_name(code)} for '{state}' in 'the authorities {state}'"
        with answered_by(f"add '--state-name {code}=...'"):
            names[code] = ask(question)
    return replace(outline, state_names=names)


def _checked_host(country: str, state: str) -> str:
    if country == state:
        name = country_in_sentence(state)
        message = f"no embassy of {name} is in {name}: name another country"
        raise click.UsageError(message)
    return country
