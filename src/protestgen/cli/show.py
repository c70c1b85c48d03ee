"""The command `show`: one case in plain text."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from protestgen.campaign.case import Case
from protestgen.campaign.directory import Office
from protestgen.language.language import Language
from protestgen.language.loader import load_language

from .common_options import common_options, flag_option
from .console import write_json, write_lines
from .context import chosen_campaign
from .embassies import card
from .param_types import Command, complete_case


@click.command(cls=Command, epilog="Example: protestgen show kurmanov")
@click.argument("case_id", metavar="CASE", shell_complete=complete_case)
@flag_option("--json", "as_json", help="Print JSON.")
@common_options
@click.pass_context
def show(ctx: click.Context, /, *, case_id: str, as_json: bool) -> None:
    """
    Show the events, demands and addressees of a case.

    For the id of an office, show its address with the note for editors.
    """
    # If there is no such case, everything is read.
    campaign = chosen_campaign(ctx, (case_id,))
    office = campaign.directory.offices.get(case_id)
    if office and case_id not in campaign.cases:
        found: Case | Office = office
        lines = _office_lines(office)
    else:
        found = campaign.case(case_id)
        lines = _case_lines(found, campaign.folders)
    if as_json:
        write_json(found)
    else:
        write_lines(lines, wrapped=True)


def _office_lines(office: Office) -> Iterator[str]:
    yield from card(office)
    if office.note:
        yield f"note     {office.note}"


def _case_lines(case: Case, folders: Sequence[Path]) -> Iterator[str]:
    language = load_language("en", folders)
    yield from _heading(case, language)
    yield from ("", case.summary)
    if case.outcome:
        yield from ("", f"Outcome: {case.outcome}")
    yield from ("", "What happened")
    for incident in case.incidents:
        yield f"- {language.date(incident.date)}, {incident.place}: {incident.text}"
    if case.hearings:
        yield from ("", "Hearings")
    for hearing in case.hearings:
        where = f", {hearing.place}" if hearing.place else ""
        yield f"- {language.date(hearing.date)}{where}: {hearing.text}"
    yield from ("", "Demands (--demand ID)")
    for demand in case.demands:
        mark = " (optional)" if demand.optional else ""
        mark += f" (met {language.date(demand.met)})" if demand.met else ""
        yield f"- {demand.id}{mark}: {demand.text}"
    yield from _ways(case)
    if case.copies_to:
        yield f"Copies go to: {', '.join(case.copies_to)}"
    if case.follows:
        yield f"Follows: {case.follows}"
    yield from ("", "Sources", *(f"- {source}" for source in case.sources))


def _heading(case: Case, language: Language) -> Iterator[str]:
    yield f"{case.title[:1].upper()}{case.title[1:]} ({case.id})"
    yield f"{case.status}, last news {language.date(case.updated)}"
    if case.write_by:
        until = ", then no more" if case.after == "stop" else ""
        yield f"write by {language.date(case.write_by)}{until}"
    if case.report_to:
        yield f"send answers to {case.report_to}"
    if case.people:
        yield f"People: {language.series(case.people)}"


def _ways(case: Case) -> Iterator[str]:
    """Yield lines on who is written to: names alone are on one line."""
    names = [entry for entry in case.write_to if isinstance(entry, str)]
    if len(names) == len(case.write_to):
        yield from ("", f"Letters go to: {', '.join(names)}")
        return
    yield from ("", "Letters go to one of these (--to NAME)")
    for way in case.ways:
        line = ", ".join(way.to) + (" (a letter to each)" if way.to[1:] else "")
        line += f", copy to {', '.join(way.copy)}" if way.copy else ""
        asked = f": {', '.join(way.ask)}" if way.ask else ""
        yield f"- {line}{asked}"
