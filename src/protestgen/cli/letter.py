"""The command `letter`: one letter of one supporter."""

import os
import signal
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import mkstemp
from typing import Any

import click
from msgspec.structs import replace

from protestgen.countries import find_country
from protestgen.errors import ChoiceError, temp_space_error
from protestgen.files import write_file
from protestgen.formats import DEFAULT_FORMAT, Format
from protestgen.letters.editing import editable, edited
from protestgen.letters.letter import Letter
from protestgen.letters.sender import Sender, read_profile
from protestgen.letters.service import LetterService

from .console import show_note, show_notes, write_product
from .context import App, now
from .options import (
    PERSONAL,
    common_options,
    date_option,
    format_options,
    personal_options,
    take_form,
    take_wish,
    wish_options,
)
from .param_types import Command, complete_case, complete_country
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
    writer = LetterService(app.campaign, choices.pop("on") or now().date())
    finished, chosen = writer.write(case, sender, take_wish(choices))
    if edit and finished.also:
        raise click.UsageError("'--edit' goes with one language: leave one out")
    with _editing(editable(finished) if edit else None) as draft:
        if draft:
            form.format.render(finished, form.options)  # may refuse, before the editor
            finished = edited(finished, draft.edit())
        data = form.format.render(finished, form.options)
        notes += (*chosen, *_copy_notes(finished, form.format))
        lost = form.format.remarks(finished, form.options)
        show_notes(chain(notes, *writer.remarks(finished), lost))
        _leave(data, form.options.output, opens=opens)
        if draft and opens and lost:
            draft.keep()


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


class _Draft:
    """The words of a letter in a temporary file, for the user's editor."""

    is_kept = False

    def __init__(self, text: str) -> None:
        self._original = text.encode().strip()
        try:
            descriptor, name = mkstemp(prefix="protestgen-", suffix=".txt")
            self._path = Path(name)
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode())
        except OSError as error:
            raise temp_space_error(str(error.strerror)) from None

    def edit(self) -> str:
        """Open the words in the user's editor and return what it leaves."""
        # An editor has its own use for Ctrl-C; what is ignored here would be so there.
        interrupt = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            with _stdout_to_stderr():
                click.edit(filename=str(self._path))
        except (click.ClickException, ValueError) as error:
            reason = getattr(error, "message", "EDITOR has a quote without an end")
            hint = "set the variable EDITOR to the name of your editor"
            raise click.ClickException(f"{reason}: {hint}") from None
        finally:
            signal.signal(signal.SIGINT, interrupt)
        data = self._path.read_bytes()
        is_utf16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
        try:
            return data.decode("utf-16" if is_utf16 else "utf-8-sig")
        except UnicodeDecodeError:
            hint = "save it with the encoding UTF-8"
            raise ChoiceError(f"the edited letter is not UTF-8: {hint}") from None

    def keep(self) -> None:
        """Leave the words in their file, and say where, if the user changed them."""
        data = self._path.read_bytes() if self._path.exists() else b""
        self.is_kept = data.strip() not in {b"", self._original}
        if self.is_kept:
            show_note(f"your words are kept in {self._path}", always=True)

    def close(self) -> None:
        """Delete the file, unless it is to be kept."""
        if not self.is_kept:
            self._path.unlink(missing_ok=True)


@contextmanager
def _editing(text: str | None) -> Iterator[_Draft | None]:
    """Yield a draft of *text*, whose words are kept if their letter is not written."""
    if text is None:
        yield None
        return
    draft = _Draft(text)
    try:
        yield draft
    except BrokenPipeError:
        raise
    except BaseException:
        draft.keep()
        raise
    finally:
        draft.close()


@contextmanager
def _stdout_to_stderr() -> Iterator[None]:
    """Let what other programs print go to stderr, if both streams are open."""
    try:
        stdout = os.dup(1)
        os.dup2(2, 1)
    except OSError:
        yield
        return
    try:
        yield
    finally:
        os.dup2(stdout, 1)
        os.close(stdout)


def _open(link: str) -> None:
    """Open *link* in the mail program of the desktop."""
    # Elsewhere the launcher's own exit code comes without waiting, and to wait would be
    # to wait until the mail program is closed.
    if click.launch(link, wait=sys.platform == "linux"):
        raise click.ClickException(
            "no mail program could be opened: leave '--open' out, "
            "or write the letter with '-o letter.eml' and open that"
        )
