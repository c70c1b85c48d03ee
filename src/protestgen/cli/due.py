"""The command `due`: letters that wait for an answer, and how to remind of them."""

import shlex
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain

import click

from protestgen.campaign.loader import Campaign
from protestgen.letters.letter import REMINDER_STYLE
from protestgen.log.loader import load_log
from protestgen.log.reminders import WAITS, Waiting, waiting_letters

from .common_options import common_options, flag_option
from .console import show_note, write_json, write_lines
from .context import FOLDERS_KEY, chosen_campaign, now
from .options import date_option
from .param_types import Command, complete_case

# The formats of batches of letters that are not on paper.
_FORMATS = {"email": ("--format", "eml"), "fax": ("--format", "fax")}


@click.command(cls=Command, epilog="Example: protestgen due kurmanov")
@click.argument(
    "case_id", metavar="[CASE]", required=False, shell_complete=complete_case
)
@date_option("reminders")
@flag_option("--json", "as_json", help="Print JSON.")
@common_options
@click.pass_context
def due(
    ctx: click.Context, /, *, case_id: str | None, on: date | None, as_json: bool
) -> None:
    """
    List the letters in the log that wait for an answer.

    A letter without one is due for a reminder after 14 days, for another one 7 days
    after that, and then for no more. For each that is due, the commands to write the
    reminder and to log it are shown.
    """
    today = on or now().date()
    cases = (case_id,) if case_id else None
    campaign = chosen_campaign(ctx, cases, missions=False)
    named = ctx.meta.get(FOLDERS_KEY, ())
    chosen = (("--campaign", str(folder)) for folder in named)
    program = ["protestgen", *chain.from_iterable(chosen)]
    if case_id and campaign.case(case_id).status == "closed":
        show_note(f"case '{case_id}' is closed: nobody is reminded")
    waiting = all_waiting(campaign, case_id, today)
    if as_json:
        write_json([_as_json(letter, program, today) for letter in waiting])
        return
    write_lines(line for letter in waiting for line in _lines(letter, program, today))
    due = [letter for letter in waiting if letter.due <= today]
    if any(letter.entry.count > 1 for letter in due):
        show_note(
            "make the roster that a batch names: those who wrote that letter, and "
            "nobody else"
        )
    show_note(
        f"{len(waiting)} waiting, {len(due)} due: a reminder after {WAITS[0]} days, "
        f"one more after {WAITS[1]}, then no more"
    )


def all_waiting(campaign: Campaign, case_id: str | None, on: date) -> list[Waiting]:
    """
    Return the waiting letters of a case, or of all open ones, by their day.

    None waits where letters have stopped on the day *on*.
    """
    cases = [campaign.case(case_id)] if case_id else campaign.cases.values()
    open_ = [case for case in cases if case.status == "open"]
    ids = [case.id for case in open_ if not case.is_stopped(on)]
    if case_id and open_ and not ids:
        show_note(f"case '{case_id}' wants no more letters: nobody is reminded")
    if not ids:
        return []
    log = load_log(campaign.layers, *ids)
    found = [letter for id_ in ids for letter in waiting_letters(id_, log.of(id_))]
    return sorted(found, key=lambda letter: letter.due)


def _lines(letter: Waiting, program: Sequence[str], today: date) -> Iterator[str]:
    entry = letter.entry
    about = f"{entry.count} to {entry.to}" if entry.to else str(entry.count)
    which = f"reminder {letter.number} of {len(WAITS)}"
    yield f"{letter.due} {letter.case} {letter.name} ({about}): {which}"
    if letter.due <= today:
        yield from (f"  {command}" for command in _commands(letter, program))


def _commands(letter: Waiting, program: Sequence[str]) -> tuple[str, str]:
    """
    Return the commands of *program* that write a reminder and that log it.

    For letters of several people, the roster and the folder have names that no other
    reminder has: only those who wrote are to write again.
    """
    entry, name = letter.entry, letter.name
    case = ("--case", letter.case)
    to = ("--to", entry.to) if entry.to else ()
    style = ("--style", REMINDER_STYLE, "--first-letter", str(entry.date))
    asked = (*case, "--country", entry.country, *to, *style)
    write = [*program, "letter", *asked]
    log = [*program, "log", entry.kind, *case, "--reminds", name]
    if entry.count > 1:
        files = ("--roster", f"{name}.csv", "-o", f"{name}-reminder-{letter.number}")
        format_ = _FORMATS.get(entry.kind, ())
        write = [*program, "batch", *asked, *format_, *files]
        log += ["--count", str(entry.count)]
    return shlex.join(write), shlex.join(log)


def _as_json(letter: Waiting, program: Sequence[str], today: date) -> dict[str, object]:
    write, log = _commands(letter, program)
    return {
        "case": letter.case,
        "entry": letter.name,
        "date": letter.entry.date,
        "country": letter.entry.country,
        "to": letter.entry.to,
        "count": letter.entry.count,
        "reminder": letter.number,
        "reminders": len(WAITS),
        "due": letter.due,
        "is_due": letter.due <= today,
        "write": write,
        "log": log,
    }
