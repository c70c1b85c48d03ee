"""The command `letter`: one letter of one supporter."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import click
from msgspec.structs import replace

from protestgen.country import find_country
from protestgen.formats import DEFAULT_FORMAT, Format
from protestgen.letter import (
    Letter,
    editable,
    edited,
)
from protestgen.output import write_file
from protestgen.remarks import HarmNote
from protestgen.sender import Sender, read_profile
from protestgen.writer import Writer

from . import App
from .console import show_note, write_product
from .options import (
    PERSONAL,
    common_options,
    date_option,
    format_options,
    now,
    personal_options,
    take_form,
    take_wish,
    wish_options,
)
from .parameters import (
    Command,
    complete_case,
    complete_country,
)
from .profile import default_profile

# What Click gives for an option that does not stand on the command line.
_NOT_TYPED = (None, (), False)


@click.command(
    cls=Command,
    epilog="Example: protestgen letter --case kurmanov --country uk --name 'Ada Ex'",
)
@click.option(
    "--case",
    "case_id",
    metavar="ID",
    required=True,
    shell_complete=complete_case,
    help="The case: see 'protestgen cases'.",
)
@click.option(
    "--country",
    shell_complete=complete_country,
    help="The country that you live in: its embassy is written to.",
)
@wish_options
@personal_options
@click.option(
    "--edit", is_flag=True, help="Open the finished letter in your editor first."
)
@date_option
@format_options
@click.option(
    "--open",
    "opens",
    is_flag=True,
    help="Open your mail program with the letter in it, by '--format mailto'.",
)
@common_options
@click.pass_obj
def letter(
    app: App, /, *, case_id: str, opens: bool, edit: bool, **choices: Any
) -> None:
    """Write a letter about a case to the embassy in your country."""
    case = app.campaign.case(case_id)
    default = "mailto" if opens else DEFAULT_FORMAT
    form = take_form(choices, app.campaign.folders, default=default)
    if opens:
        form.check_only_for("--open", "mailto")
    sender, notes = _take_sender(choices, form.options.output)
    writer = Writer(app.campaign, choices.pop("on") or now().date())
    finished, chosen = writer.write(case, sender, take_wish(choices))
    words = None
    if edit:
        if finished.also:
            raise click.UsageError("'--edit' goes with one language: leave one out")
        form.format.render(finished, form.options)  # may refuse, before words are lost
        words = _edit(finished)
    with _kept(words):
        if words is not None:
            finished = edited(finished, words)
        data = form.format.render(finished, form.options)
        notes += (*chosen, *_copy_notes(finished, form.format))
        lost = form.format.remarks(finished, form.options)
        for note in chain(notes, *writer.remarks(finished), lost):
            show_note(note, always=isinstance(note, HarmNote))
        _leave(data, form.options.output, opens=opens)
    if opens and lost and words is not None:
        _keep(words)


def _copy_notes(finished: Letter, format_: Format) -> Iterator[str]:
    for copy in finished.copied:
        if not (copy.email and format_.mails_copies):
            by = copy.email or copy.fax or "by post"
            yield f"the letter names a copy: send it to the {copy.label} as well ({by})"


def _take_sender(
    choices: dict[str, Any], output: Path | None
) -> tuple[Sender, list[str]]:
    """Take who signs out of *choices*: the profile, with what was typed; and notes."""
    profile = choices.pop("profile")
    path = profile or default_profile()
    typed = {field: choices.pop(field) for field in PERSONAL}
    typed = {field: value for field, value in typed.items() if value not in _NOT_TYPED}
    if typed.get("address") and choices["country"]:
        typed["country"] = find_country(choices["country"])
        typed.setdefault("city", None)  # that of the profile is somewhere else
    if "city" in typed:
        typed.setdefault("residence", None)
    typed = {field: _without_blanks(value) for field, value in typed.items()}
    if path is None or not (profile or os.path.lexists(path)):
        return Sender(**typed), []
    if output and output.exists() and output.samefile(path):
        raise click.UsageError(f"'-o {output}' is your profile: choose another file")
    sender = read_profile(path)
    other = typed.get("name", sender.name) != sender.name
    if not profile and sender.name and other:
        note = f"the profile is that of {sender.name}, so nothing of it is used here"
        return Sender(**typed), [note]
    return replace(sender, **typed), []


def _without_blanks(value: Any) -> Any:
    """Return what was typed for a field; nothing, to remove what the profile has."""
    return tuple(filter(None, value)) if isinstance(value, tuple) else value or None


def _leave(data: bytes, output: Path | None, *, opens: bool) -> None:
    """Let the letter go to where it was asked for."""
    if output:
        write_file(output, data)
    elif not opens:
        write_product(data)
    if opens:
        _open(data.decode().strip())


def _edit(finished: Letter) -> str:
    """Open the letter in the user's editor, even when stdout is a pipe."""
    stdout = os.dup(1)
    os.dup2(2, 1)
    # An editor has its own use for Ctrl-C; what is ignored here would be so there.
    interrupt = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        text = click.edit(editable(finished), extension=".txt", require_save=False)
    except click.ClickException as error:
        hint = "set the variable EDITOR to the name of your editor"
        raise click.ClickException(f"{error.format_message()}: {hint}") from None
    finally:
        signal.signal(signal.SIGINT, interrupt)
        os.dup2(stdout, 1)
        os.close(stdout)
    return text or ""


@contextmanager
def _kept(words: str | None) -> Iterator[None]:
    """Keep *words* from the editor in a file if their letter cannot be written."""
    try:
        yield
    except BrokenPipeError:
        raise
    except BaseException:
        if words and words.strip():
            _keep(words)
        raise


def _keep(words: str) -> None:
    with NamedTemporaryFile(
        "w", prefix="protestgen-", suffix=".txt", encoding="utf-8", delete=False
    ) as file:
        file.write(words)
    show_note(f"your words are kept in {file.name}", always=True)


def _open(link: str) -> None:
    """Open *link* in the mail program of the desktop."""
    # Elsewhere the launcher's own exit code comes without waiting, and to wait would be
    # to wait until the mail program is closed.
    if click.launch(link, wait=sys.platform == "linux"):
        raise click.ClickException(
            "no mail program could be opened: leave '--open' out, "
            "or write the letter with '-o letter.eml' and open that"
        )
