"""The command `press`: a press release, and messages with it to media outlets."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from msgspec import convert
from msgspec.structs import replace

from protestgen.batch.file_store import KnownFile
from protestgen.batch.mailing import as_mbox, known_message, mailing, write_folder
from protestgen.batch.runner import run_header
from protestgen.campaign.loader import Campaign
from protestgen.countries import find_country
from protestgen.formats import DOCUMENT_FORMATS, FORMATS
from protestgen.formats.mail_message import Mailbox, ascii_address, header_text
from protestgen.language.language import ENGLISH
from protestgen.letters.press import (
    PressOptions,
    choose_outlets,
    make_press_release,
    outlet_notes,
)
from protestgen.schema.types import parse_email

from .batch_target import Target, check_free
from .common_options import option_group
from .console import show_note, show_notes, write_output
from .context import chosen_campaign, is_date_fixed, now
from .document import DocumentOptions, document_options, write_document
from .options import countries_option, organisation_option
from .param_types import Command, ParsedParam, line_option

_MBOX = ".mbox"
# Of messages to outlets, one suffix is that of a file; other names are of a folder.
_FORMATS = {**DOCUMENT_FORMATS, "eml": replace(FORMATS["eml"], suffixes=(_MBOX,))}
_WHERE = f"a folder, or a file that ends in {_MBOX}"

_press_options = option_group(
    line_option("--headline", help="Headline; default: the case's title."),
    organisation_option("Who issues the release."),
    line_option("--city", help="Where it is issued."),
    line_option(
        "--contact",
        multiple=True,
        metavar="LINE",
        help="Whom the press can ask: a name, a telephone number; default: "
        "'report_to' of the case.  [repeatable]",
    ),
    click.option(
        "--email",
        type=ParsedParam(parse_email),
        help="With '--format eml': the address that messages are from.",
    ),
    countries_option(
        "With '--format eml': write to outlets of this country; default: all.  "
        "[repeatable]"
    ),
)


class _Options(DocumentOptions, frozen=True, kw_only=True):
    headline: str | None
    organisation: str | None
    city: str | None
    contact: tuple[str, ...]
    email: str | None
    countries: tuple[str, ...]


@click.command(
    cls=Command,
    epilog="Example: protestgen press temir-bank --lang de -o presse.pdf",
)
@_press_options
@document_options("press release", _FORMATS)
@click.pass_context
def press(ctx: click.Context, /, **values: Any) -> None:
    """
    Write a press release about a case.

    With '--format eml', it is one e-mail message to each media outlet of the campaign
    that reads the language: files in a folder, or one mailbox file. Nothing is sent.
    """
    options = _Options(**values)
    campaign = chosen_campaign(ctx)
    case = campaign.case(options.case_id)
    choice = options.document_choice(campaign, _FORMATS)
    choices = replace(
        convert(options, PressOptions, from_attributes=True),
        language=options.code(campaign),
    )
    if choice.format.name == "eml":
        _write_messages(campaign, options, choices)
        return
    release, notes = make_press_release(options.writer(campaign), case, choices)
    if options.email or options.countries:
        unfit = "--email" if options.email else "--country"
        choice.require_format("eml", of=unfit)
    write_document(release, notes, choice)


def _write_messages(
    campaign: Campaign, options: _Options, choices: PressOptions
) -> None:
    """Write a message with the release to each outlet that reads its language."""
    target = _target(options.output)
    if not options.email:
        raise click.UsageError("messages need an address that they are from: '--email'")
    known = _known_message(campaign, target, options.case_id, choices)
    day, time = _dated(options.on, known)
    writer = replace(options, on=day).writer(campaign)
    case = campaign.case(options.case_id)
    release, notes = make_press_release(writer, case, choices)
    what = "the address of '--email'"
    name = header_text(options.organisation or "", "the organisation")
    sender = Mailbox(name, ascii_address(options.email, what))
    countries = [find_country(country) for country in options.countries]
    outlets = choose_outlets(campaign, release.language, countries)
    settings = replace(
        options.format_options(campaign.folders),
        now=time,
        eol="crlf" if target.kind == "folder" else "lf",
    )
    messages = mailing(release, options.case_id, outlets, sender, settings)
    if target.kind == "folder" and target.path:
        header = run_header(campaign, writer.on, settings)
        for file in write_folder(messages, target.path, header):
            show_note(f"{target.path / file} was edited: it is left as it is")
    else:
        check_free(target)
        write_output(
            target.path, as_mbox(messages, sender, settings.time_of(writer.on))
        )
    show_notes([*notes, *outlet_notes(outlets, writer)])
    show_note(f"messages written: {len(messages)}; none is sent")


def _known_message(
    campaign: Campaign, target: Target, case: str, choices: PressOptions
) -> KnownFile:
    """Return what an earlier run noted of a message that this one would write again."""
    if target.kind != "folder" or target.path is None:
        return KnownFile()
    languages = [choices.language, *([ENGLISH] if choices.fallback else [])]
    return known_message(target.path, "press", case, campaign.outlets, languages)


def _dated(on: date | None, known: KnownFile) -> tuple[date, datetime]:
    """
    Return the date of the release and the time of e-mails.

    A second run keeps those of *known* messages, so that these stay the same.
    """
    time = now()
    before = date.fromisoformat(known.date) if known.date else None
    if before is None or on not in {None, before} or is_date_fixed():
        return on or time.date(), time
    if on is None and before != time.date():
        show_note(f"messages keep the date of the run before, {before}: see '--date'")
    return before, datetime.fromisoformat(known.time)


def _target(output: str | None) -> Target:
    """Choose where messages go by '-o'."""
    if not output:
        raise click.UsageError(f"name with '-o' where the messages go: {_WHERE}")
    if output == "-":
        return Target("mbox", "eml")
    path = Path(output)
    if path.suffix.lower() == _MBOX:
        return Target("mbox", "eml", path)
    if not path.is_dir() and (path.suffix or path.exists()):
        raise click.UsageError(f"'-o {path}' is no place for messages: name {_WHERE}")
    return Target("folder", "eml", path)
