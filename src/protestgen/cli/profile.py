"""The command `profile`: the details of the sender, typed once."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click
from msgspec.structs import replace

from protestgen.campaign.bundled import shipped_folder
from protestgen.countries import find_country
from protestgen.errors import ChoiceError
from protestgen.files import write_file
from protestgen.language.loader import languages
from protestgen.letters.sender import Sender, profile_text, read_profile
from protestgen.schema.types import parse_email, parse_line

from .console import show_note
from .context import campaign_folders, default_profile
from .param_types import Command
from .prompts import ask

# Removes an answer of the old profile.
_REMOVE = "-"


@click.command(cls=Command, epilog="Example: protestgen profile --omit-address")
@click.option(
    "--omit-address/--with-address",
    default=None,
    help="Leave out your postal address, or use it again.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write to this file instead of the default profile.",
)
@click.pass_context
def profile(
    ctx: click.Context, /, *, output: Path | None, omit_address: bool | None
) -> None:
    """Ask for your name and address, and save them for your letters."""
    path = output or default_profile()
    if path is None:
        raise ChoiceError("you have no home folder: name a file with '-o'")
    _make_folder(path.parent)
    old = read_profile(path) if path.exists() else Sender()
    click.echo(
        f"Enter skips a question, or keeps [the answer]; '{_REMOVE}' removes it.",
        err=True,
    )
    known = languages([*campaign_folders(ctx), shipped_folder()])
    omit = old.omit_address if omit_address is None else omit_address
    name = _ask("Name", old.name)
    if old.name and name != old.name:
        old = _without_unasked(old)
    sender = replace(
        old,
        name=name,
        omit_address=omit,
        address=old.address if omit else _ask_address(old.address),
        city=_ask("City", old.city),
        country=_ask("Country", old.country, find_country),
        residence=_ask(
            "Your place as a sentence names it, such as 'Leeds, England'", old.residence
        ),
        email=_ask("E-mail address", old.email, parse_email),
        language=_ask(
            f"Language of your letters ({', '.join(known)})",
            old.language,
            partial(_language, known=known),
        ),
        organisation=_ask("Organisation you write for", old.organisation),
        role=_ask("Role or occupation", old.role),
        about=_ask("Who you are, such as 'a nurse in Leeds'", old.about),
    )
    write_file(path, profile_text(sender).encode(), mode=0o600)
    show_note(f"saved in {path}; only you can read it")


def _without_unasked(old: Sender) -> Sender:
    """Return *old* without the fields that nobody is asked for, with a note."""
    fields = ("reply_to", "organisation_of", "why", "cosigners")
    if had := [field for field in fields if getattr(old, field)]:
        what = ", ".join(had)
        show_note(f"left out, since they were of {old.name}: {what}", always=True)
    return replace(old, reply_to=None, organisation_of=None, why=None, cosigners=())


def _make_folder(folder: Path) -> None:
    """Create the folder of the profile, before any question is asked."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        reason = f"{folder}: {error.strerror}: name another file with '-o'"
        raise click.ClickException(reason) from None


def _ask(
    question: str, old: str | None, parse: Callable[[str], str] = parse_line
) -> str | None:
    answer: str | None = ask(
        question,
        lambda text: None if text in {"", _REMOVE} else parse(text),
        default=old or "",
        show_default=bool(old),
    )
    return answer


def _language(text: str, known: Sequence[str]) -> str:
    if text.lower() not in known:
        message = f"no letters are in '{text}': choose from {', '.join(known)}"
        raise ValueError(message)
    return text.lower()


def _ask_address(old: tuple[str, ...]) -> tuple[str, ...]:
    lines: list[str] = []
    while line := _ask(
        f"Address, line {len(lines) + 1} (without the country)",
        old[len(lines)] if len(lines) < len(old) else None,
    ):
        lines.append(line)
    return tuple(lines)
