"""The command `letter`: one letter of one supporter."""

import os
import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click
from msgspec.structs import replace

from protestgen.countries import find_country
from protestgen.errors import ChoiceError, temp_space_error
from protestgen.formats import DEFAULT_FORMAT, FORMATS
from protestgen.letters.letter import Letter
from protestgen.letters.sender import Sender, read_profile

from .common_options import common_options, flag_option, option_group
from .console import StdoutError, is_terminal, show_note, show_notes, write_output
from .context import chosen_campaign, default_profile, now
from .option_values import OutputChoice, WritingOptions, require_case
from .options import (
    addressee_options,
    date_option,
    format_detail_options,
    letter_options,
    output_options,
    sender_options,
)
from .param_types import Command, complete_case, complete_country

if TYPE_CHECKING:
    from protestgen.letters.service import LetterService


class _Options(WritingOptions, frozen=True, kw_only=True):
    case_id: str
    country: str | None
    profile: Path | None
    name: str | None
    address: tuple[str, ...]
    city: str | None
    residence: str | None
    email: str | None
    reply_to: str | None
    organisation: str | None
    organisation_of: str | None
    role: str | None
    about: str | None
    why: str | None
    cosigners: tuple[str, ...]
    omit_address: bool
    edit: bool
    opens: bool


# The fields of a sender that have an option, and the values of options left out.
_SENDER_FIELDS = tuple(
    name
    for name in Sender.__struct_fields__
    if name in _Options.__annotations__ and name != "country"
)
_LEFT_OUT = (None, (), False)
_UNCHANGED = (
    "nothing was changed in the editor: if it was still open, let EDITOR wait for it, "
    "as in 'code --wait'"
)


@click.command(
    cls=Command,
    epilog="Example: protestgen letter --case kurmanov --country uk --name 'Ada Ex'",
)
@click.argument(
    "argument", metavar="[CASE]", required=False, shell_complete=complete_case
)
@option_group(
    click.option(
        "--case",
        "case_id",
        metavar="ID",
        shell_complete=complete_case,
        help="The case: see 'protestgen cases'.",
    ),
    click.option(
        "--country",
        metavar="COUNTRY",
        shell_complete=complete_country,
        help="Where you live; the embassy there gets the letter.",
    ),
    addressee_options,
    title="Whom to write to",
)
@option_group(
    letter_options,
    date_option("letter"),
    flag_option("--edit", help="Open the finished letter in your editor first."),
    title="What it says",
)
@sender_options
@option_group(
    output_options(FORMATS, DEFAULT_FORMAT),
    format_detail_options,
    flag_option("--open", "opens", help="Open the letter in your mail program."),
    title="Output",
)
@common_options
@click.pass_context
def letter(
    ctx: click.Context, /, *, argument: str | None, case_id: str | None, **values: Any
) -> None:
    """Write a letter about a case to the embassy in your country."""
    from protestgen.letters.service import LetterService

    if argument and case_id:
        hint = "put quotation marks around text with spaces"
        raise ChoiceError(f"'{argument}' is not the case, which is '{case_id}': {hint}")
    options = _Options(case_id=require_case(case_id or argument), **values)
    campaign = chosen_campaign(ctx, (options.case_id,))
    case = campaign.case(options.case_id)
    default = "mailto" if options.opens else DEFAULT_FORMAT
    choice = options.output_choice(campaign.folders, default=default)
    options.check_copies(choice.format)
    if options.opens:
        choice.require_format("mailto", of="--open")
    sender, notes = _sender(options, choice.options.output)
    service = LetterService(campaign, options.on or now().date())
    choices = options.letter_options(campaign.folders, options.country)
    finished, choice_notes = service.write(case, sender, choices)
    if options.edit and finished.also:
        raise click.UsageError("'--edit' goes with one language: leave one out")
    _write(finished, service, [*notes, *choice_notes], choice, options)


def _write(
    letter: Letter,
    service: "LetterService",
    notes: list[str],
    choice: OutputChoice,
    options: _Options,
) -> None:
    """Write *letter*, with '--edit' as the user changes it, and show the *notes*."""
    from protestgen.letters.editing import editable, edited
    from protestgen.letters.notes import copy_notes

    format_, settings = choice.format, choice.options
    with _Draft(editable(letter)) if options.edit else nullcontext() as draft:
        if draft:
            format_.render(letter, settings)  # may refuse, before the editor opens
            letter = edited(letter, draft.edit())
            if not draft.is_changed:
                notes.append(_UNCHANGED)
        data = format_.render(letter, settings)
        notes += copy_notes(
            letter, mailed=format_.mails_copies, printed=options.print_copies
        )
        lost = format_.remarks(letter, settings)
        notes += (*chain(*service.remarks(letter)), *lost)
        # A terminal shows the notes below the letter, where a reader sees them.
        on_screen = is_terminal() and not (settings.output or options.opens)
        if not on_screen:
            show_notes(notes)
        if settings.output or not options.opens:
            write_output(settings.output, data)
        if on_screen:
            show_notes(notes, below=True)
        if options.opens:
            _open(data.decode().strip())
            if draft and lost:
                draft.keep()


def _sender(options: _Options, output: Path | None) -> tuple[Sender, list[str]]:
    """Return the profile with the values typed over it, and notes on that."""
    path = options.profile or default_profile()
    typed = _typed_fields(options)
    if path is None or not (options.profile or os.path.lexists(path)):
        return Sender(**typed), []
    if output and output.exists() and output.samefile(path):
        raise click.UsageError(f"'-o {output}' is your profile: choose another file")
    sender = read_profile(path)
    other = typed.get("name", sender.name) != sender.name
    if not options.profile and sender.name and other:
        note = f"the profile is that of {sender.name}, so nothing of it is used here"
        return Sender(**typed), [note]
    return replace(sender, **typed), []


def _typed_fields(options: _Options) -> dict[str, Any]:
    """Return the fields of the sender to set; an empty value removes the profile's."""
    values = ((field, getattr(options, field)) for field in _SENDER_FIELDS)
    typed = {field: value for field, value in values if value not in _LEFT_OUT}
    # Another address, or city, makes the place in the profile wrong.
    if typed.get("address") and options.country:
        typed["country"] = find_country(options.country)
        typed.setdefault("city", None)
    if "city" in typed:
        typed.setdefault("residence", None)
    return {
        field: tuple(filter(None, value)) if isinstance(value, tuple) else value or None
        for field, value in typed.items()
    }


class _Draft:
    """
    The text of a letter in a temporary file, for the user's editor.

    The file is deleted at the end, unless an error follows its editing.
    """

    is_kept = False

    def __init__(self, text: str) -> None:
        self._original = text.encode().strip()
        try:
            from tempfile import mkstemp

            descriptor, name = mkstemp(prefix="protestgen-", suffix=".txt")
            self._path = Path(name)
            with os.fdopen(descriptor, "wb") as file:
                file.write(text.encode())
        except OSError as error:
            raise temp_space_error(str(error.strerror)) from None

    def edit(self) -> str:
        """Open the file in the user's editor and return the edited text."""
        import signal

        # Ctrl-C is for the editor, which would inherit SIG_IGN.
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

    @property
    def is_changed(self) -> bool:
        """Whether the user has written anything else into the file."""
        data = self._path.read_bytes() if self._path.exists() else b""
        return data.strip() not in {b"", self._original}

    def keep(self) -> None:
        """Keep the file, and say where it is, if the user changed it."""
        self.is_kept = self.is_changed
        if self.is_kept:
            show_note(f"your words are kept in {self._path}", always=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _type: object, error: BaseException | None, _at: object) -> None:
        has_reader = not (isinstance(error, StdoutError) and error.is_closed_pipe)
        if error and has_reader:
            self.keep()
        if not self.is_kept:
            self._path.unlink(missing_ok=True)


@contextmanager
def _stdout_to_stderr() -> Iterator[None]:
    """Redirect what other programs print to stderr, if both streams are open."""
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
    # Waiting ends with the launcher on Linux only, elsewhere with the mail program.
    if click.launch(link, wait=sys.platform == "linux"):
        raise click.ClickException(
            "no mail program could be opened: leave '--open' out, "
            "or write the letter with '-o letter.eml' and open that"
        )
