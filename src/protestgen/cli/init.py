"""The command `init`: a new campaign with an example that works at once."""

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
from protestgen.countries import (
    country_in_sentence,
    find_country,
    find_language,
    language_name,
)
from protestgen.errors import ChoiceError, UnknownLanguageError, quoted
from protestgen.language.language import ENGLISH
from protestgen.schema.types import parse_id, parse_line

from .console import show_note
from .context import now
from .param_types import (
    COUNTRY,
    Command,
    ParsedParam,
    complete_any_country,
    parse_languages,
)
from .prompts import answered_by, ask, ask_or_skip, ask_several


def _parse_languages(text: str) -> tuple[str, ...]:
    """Parse codes or names of languages that have an example."""
    known = scaffold_languages()
    codes = []
    for name in parse_languages(text):
        try:
            codes.append(find_language(name, (ENGLISH, *known)))
        except UnknownLanguageError:
            message = f"no example is in '{name}': choose from {_named(known)}"
            raise ValueError(message) from None
    return tuple(code for code in dict.fromkeys(codes) if code != ENGLISH)


def _named(codes: Iterable[str]) -> str:
    """List *codes* of languages with their names."""
    return ", ".join(f"{code} ({language_name(code)})" for code in codes)


def _parse_name(text: str) -> tuple[str, str]:
    """Parse a language and the name of a state in it: `ru=Турции`."""
    code, sign, name = text.partition("=")
    if not sign or not name.strip():
        raise ValueError(f"{quoted(text)} is not CODE=NAME: write ru=Турции")
    return parse_id(code), parse_line(name)


@click.command(
    cls=Command, epilog="Example: protestgen init mine --state turkey --country uk"
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--state",
    type=COUNTRY,
    shell_complete=complete_any_country,
    help="State whose authorities the letters are about.",
)
@click.option(
    "--country",
    "countries",
    type=COUNTRY,
    shell_complete=complete_any_country,
    multiple=True,
    help="A country where letters are written.  [repeatable]",
)
@click.option(
    "--lang",
    "languages",
    type=ParsedParam(_parse_languages),
    metavar="CODES",
    help="Languages besides English: 'de,fr'.",
)
@click.option(
    "--state-name",
    "names",
    type=ParsedParam(_parse_name),
    multiple=True,
    metavar="CODE=NAME",
    help="Name of the state after 'the authorities', in a language where it cannot "
    "be derived: 'ru=Турции'.  [repeatable]",
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
    Create a campaign of your own in a new folder DIR.

    It asks for the state, the countries and the languages, unless options name them,
    and writes an example for you to change.
    """
    if found := obstacles(folder):
        some = ", ".join(map(quoted, found[:3])) + (" ..." if found[3:] else "")
        reason = f"not empty ({some})" if folder.is_dir() else "this is a file"
        raise click.ClickException(f"{folder}: {reason}: name a new folder")
    with answered_by("add '--state', '--country' and '--lang'"):
        spec = _spec(state, countries, languages)
    spec = _with_names(spec, dict(names))
    write_scaffold(folder, scaffold(spec, now().date()))
    show_note(f"written to {folder}: go on with {folder / 'README.md'}")
    show_note("the case in it is made up: do not send its letters")
    country = spec.countries[0]
    show_note(
        f"to try it, type: protestgen --campaign {_typed(folder)} letter "
        f"--case {CASE} --country {country}"
    )


def _typed(path: Path) -> str:
    """Quote *path* for a shell."""
    return str(path) if os.name == "nt" else shlex.quote(str(path))


def _spec(
    state: str | None, countries: tuple[str, ...], languages: tuple[str, ...] | None
) -> CampaignSpec:
    """Collect the choices from the options, and ask for those left out."""
    state = state or ask("State whose authorities the letters are about", find_country)

    def parse_host(text: str) -> str:
        return _checked_host(find_country(text), state)

    if countries:
        countries = tuple(_checked_host(country, state) for country in countries)
    else:
        question = "Country where letters are written"
        countries = ask_several(question, parse_host, needed=True)
    if languages is None:
        question = f"Languages besides English, from {_named(scaffold_languages())}"
        languages = ask_or_skip(question, _parse_languages) or ()
    return CampaignSpec(
        state=state, countries=tuple(dict.fromkeys(countries)), languages=languages
    )


def _with_names(spec: CampaignSpec, names: dict[str, str]) -> CampaignSpec:
    """Add the *names* of the state in languages where they cannot be derived."""
    if unused := names.keys() - {*spec.languages}:
        code = min(unused)
        hint = f"add '{code}' to '--lang', or leave it out"
        raise ChoiceError(
            f"'--state-name {code}=...' is for no chosen language: {hint}"
        )
    spec = replace(spec, state_names=names)
    for code in unnamed(spec):
        state = f"of {country_in_sentence(spec.state)}"
        question = f"{language_name(code)} for '{state}' in 'the authorities {state}'"
        with answered_by(f"add '--state-name {code}=...'"):
            names[code] = ask(question)
    return replace(spec, state_names=names)


def _checked_host(country: str, state: str) -> str:
    if country == state:
        name = country_in_sentence(state)
        raise ChoiceError(f"no embassy of {name} is in {name}: name another country")
    return country
