"""The command `log`: note what was done for a case, and what came back."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from protestgen.campaign.case import Case
from protestgen.campaign.loader import Campaign, load_campaign
from protestgen.countries import find_country
from protestgen.errors import UnknownNameError
from protestgen.log.entry import (
    ANSWER,
    CHANNELS,
    PUBLIC_FIELDS,
    RESULTS,
    WRITTEN,
    LogEntry,
    mismatches,
    wrong_references,
)
from protestgen.log.loader import load_log
from protestgen.log.writer import add_to_log
from protestgen.schema.types import (
    PartialDate,
    parse_count,
    parse_id,
    parse_prose,
)

from .common_options import common_options, option_group
from .console import show_note
from .context import now, own_campaign_folders
from .option_values import require_case
from .options import organisation_option
from .param_types import (
    COUNTRY,
    Command,
    ParsedParam,
    complete_addressee,
    complete_case,
    line_option,
    past_date,
)
from .prompts import answered_by, ask, ask_or_skip, one_of

KINDS = (*CHANNELS, ANSWER)
_PAST = past_date("log it when it is done")
_ID = ParsedParam(parse_id)
_COUNT = ParsedParam(parse_count, "number")

_action_options = option_group(
    click.option(
        "--case",
        "case_id",
        metavar="ID",
        shell_complete=complete_case,
        help="The case that it was about.",
    ),
    click.option(
        "--date",
        type=_PAST,
        help="Day, month or year: 2026-11-22; default: today.",
    ),
    click.option("--country", type=COUNTRY, help="Country where it was done."),
    line_option("--town", help="Town where it was done."),
    click.option(
        "--count",
        type=_COUNT,
        metavar="N",
        help="Number of letters, calls and so on.",
    ),
    click.option("--people", type=_COUNT, metavar="N", help="Number who took part."),
    click.option(
        "--to",
        type=_ID,
        metavar="ADDRESSEE",
        shell_complete=complete_addressee,
        help="embassy, or an office like 'osce'.",
    ),
    organisation_option("Organisation that did it."),
    line_option("--by", metavar="NAME", help="Name of a person; only if they want it."),
    click.option(
        "--public",
        type=click.Choice(PUBLIC_FIELDS),
        metavar="FIELD",
        multiple=True,
        help="A field that may be published.  [repeatable]",
    ),
    click.option(
        "--text", type=ParsedParam(parse_prose), help="What was done or said."
    ),
    click.option(
        "--file",
        "attached",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Letter or answer to copy beside the entry.",
    ),
    title="The entry",
)
_answer_options = option_group(
    click.option(
        "--answers",
        type=_ID,
        metavar="ENTRY",
        help="The entry that it answers: see 'protestgen due'.",
    ),
    click.option(
        "--result",
        type=click.Choice(RESULTS),
        metavar="RESULT",
        help="none, acknowledgement, answer, refusal ...",
    ),
    click.option(
        "--reminds",
        type=_ID,
        metavar="ENTRY",
        help="The entry of the first letter.",
    ),
    title="An answer, or a reminder",
)


class LogOptions(Struct, frozen=True, kw_only=True):
    """Values of the options of `log`."""

    kind: Any = None
    case_id: str | None = None
    date: PartialDate | None = None
    country: str | None = None
    town: str | None = None
    count: int | None = None
    people: int | None = None
    to: str | None = None
    organisation: str | None = None
    by: str | None = None
    public: tuple[str, ...] = ()
    text: str | None = None
    attached: Path | None = None
    answers: str | None = None
    result: str | None = None
    reminds: str | None = None

    @property
    def about(self) -> str:
        """The name of the entry that this one is about, if any."""
        return self.answers or self.reminds or ""


@click.command(
    cls=Command,
    epilog="Example: protestgen log picket --case kurmanov --country at --people 20",
)
@click.argument("kind", metavar="[KIND]", type=click.Choice(KINDS), required=False)
@_action_options
@_answer_options
@common_options
@click.pass_context
def log(ctx: click.Context, /, **values: Any) -> None:
    """
    Note what was done for a case, or an answer that came.

    KIND is letter, email, fax, call, picket, statement, meeting, press or answer;
    without it, the command asks for everything. Each entry is a new file in the folder
    'log' of the first campaign folder. No report shows a name, a town or a text without
    '--public'.
    """
    log_entry(own_campaign_folders(ctx), LogOptions(**values))


def log_entry(folders: list[Path], options: LogOptions) -> None:
    """Add an entry to the log in the first of *folders*; without a kind, ask."""
    campaign = load_campaign(*folders)
    if options.kind is None:
        with answered_by("name the kind of entry, and use options"):
            options = _asked(campaign, options)
    case = campaign.case(require_case(options.case_id))
    known = load_log(campaign.layers, case.id).of(case.id) if options.about else {}
    first = _first_entry(known, options)
    country = options.country or (first.country if first else None)
    if country is None:
        raise click.UsageError("missing option '--country'")
    if options.to:
        _check_addressee(campaign, case, country, options)
    to = options.to or (first.to if first else None)
    date = options.date or PartialDate.parse(now().date().isoformat())
    entry = _entry(replace(options, country=country, to=to, date=date))
    if wrong := [*mismatches(entry), *wrong_references(entry, known)]:
        _, hint = wrong[0]
        raise click.UsageError(hint)
    path = add_to_log(folders[0], case.id, entry, options.attached)
    show_note(f"logged in {path}")
    if entry.by and "by" not in entry.public:
        hint = "add 'public: [by]' there if they agree, or remove it"
        show_note(f"the entry has a name that no report shows: {hint}")


def _first_entry(known: Mapping[str, LogEntry], options: LogOptions) -> LogEntry | None:
    """Return the *known* entry that this one is about, or raise `UnknownNameError`."""
    if not options.about:
        return None
    if options.about not in known:
        raise UnknownNameError("entry", options.about, known, see="protestgen due")
    return known[options.about]


def _check_addressee(
    campaign: Campaign, case: Case, country: str, options: LogOptions
) -> None:
    """Refuse an addressee that the campaign does not have for a sender in *country*."""
    known = campaign.directory.names(case.state, country)
    if options.kind == "press":
        known |= campaign.outlets.keys()
    if options.to not in known:
        see = "protestgen embassies"
        raise UnknownNameError("addressee", options.to or "", known, see=see)


def _entry(options: LogOptions) -> LogEntry:
    """Make an entry of the *options* that are given."""
    given = {
        field: value
        for field in LogEntry.__struct_fields__
        if (value := getattr(options, field, None)) is not None
    }
    return LogEntry(**given)


def _asked(campaign: Campaign, given: LogOptions) -> LogOptions:
    """Ask for the kind of an entry, and for everything else that is not *given*."""
    kind = ask(f"kind ({', '.join(KINDS)})", one_of(KINDS))
    case = given.case_id or ask("case", one_of(campaign.cases))
    options = replace(given, kind=kind, case_id=case)
    if kind == ANSWER and not given.about:
        options = replace(options, answers=_ask_for_answered(campaign, case))
    if kind == ANSWER and not given.result:
        question = f"result ({', '.join(RESULTS)})"
        options = replace(options, result=ask(question, one_of(RESULTS)))
    today = now().date().isoformat()
    date = given.date or ask("date", _PAST.parse, default=today)
    options = replace(options, date=date)
    if not (given.country or options.about):
        options = replace(options, country=ask("country", find_country))
    if kind != ANSWER:
        options = _asked_of_action(options)
    return _asked_of_texts(options)


def _ask_for_answered(campaign: Campaign, case: str) -> str | None:
    """Ask for the name of the entry that an answer is about."""
    entries = load_log(campaign.layers, case).of(case)
    first = [name for name, entry in entries.items() if entry.is_first]
    question = "entry that it answers, as 'protestgen due' names it"
    name: str | None = ask_or_skip(question, one_of(first))
    return name


def _asked_of_action(options: LogOptions) -> LogOptions:
    people = options.people
    if options.kind not in (*WRITTEN, "call"):
        people = people or ask_or_skip("number who took part", parse_count)
    return replace(
        options,
        town=options.town or ask_or_skip("town"),
        count=options.count or ask("number of them", parse_count, default="1"),
        people=people,
        to=options.to or ask_or_skip("addressee: embassy, or an office", parse_id),
        organisation=options.organisation or ask_or_skip("organisation"),
        by=options.by or ask_or_skip("name of a person, only if they want it"),
    )


def _asked_of_texts(options: LogOptions) -> LogOptions:
    """Ask for text and file, and for consent to publish what there is."""
    options = replace(
        options,
        text=options.text or ask_or_skip("what was done or said", parse_prose),
        attached=options.attached or ask_or_skip("file to keep beside it", Path),
    )
    public = [*options.public]
    for field in PUBLIC_FIELDS:
        if getattr(options, field) and field not in public:
            question = f"may reports show the field '{field}' (yes or no)"
            if ask(question, one_of(("yes", "no")), default="no") == "yes":
                public.append(field)
    return replace(options, public=tuple(public))
