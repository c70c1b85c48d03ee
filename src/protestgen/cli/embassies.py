"""The command `embassies`: the directory of addressees."""

from collections.abc import Iterator, Sequence
from datetime import date

import click

from protestgen.campaign.directory import Addressee, Mission, Office
from protestgen.campaign.loader import Campaign
from protestgen.countries import country_name, find_country
from protestgen.letters.notes import is_old

from .common_options import common_options, flag_option
from .console import show_note, write_json, write_lines, write_table
from .context import chosen_campaign, now
from .param_types import Command, complete_any_country, complete_country


@click.command(
    cls=Command, epilog="Example: protestgen embassies --state iran --host germany"
)
@click.option(
    "--state",
    shell_complete=complete_any_country,
    help="Show only missions and offices of this state, which may be any; "
    "default: the states of the campaign.",
)
@click.option(
    "--host",
    shell_complete=complete_country,
    help="Show only those in this country or covering it, with all details.",
)
@click.option(
    "--stale",
    type=click.IntRange(0),
    metavar="YEARS",
    help="Show only addresses whose source is older than this, or undated.",
)
@flag_option("--without-address", help="Show only those whose street is unknown.")
@flag_option("--json", "as_json", help="Print all details as JSON.")
@common_options
@click.pass_context
def embassies(
    ctx: click.Context,
    /,
    *,
    state: str | None,
    host: str | None,
    stale: int | None,
    without_address: bool,
    as_json: bool,
) -> None:
    """List embassies, consulates and offices with their addresses."""
    campaign = chosen_campaign(ctx)
    found = [
        entry
        for entry in _of(campaign, find_country(state) if state else None)
        if (stale is None or _is_stale(entry, now().date(), stale))
        and not (without_address and entry.address)
    ]
    if host:
        code = find_country(host)
        found = [entry for entry in found if code in _served(entry)]
    if not found:
        show_note("no matching embassy or office: see 'protestgen embassies'")
    if as_json:
        write_json(found)
    elif host:
        lines = (line for entry in found for line in (*card(entry), ""))
        write_lines(lines, wrapped=True)
    else:
        write_table(
            ("Country", "Kind", "City", "By", "Source", "Sure"),
            [_row(entry) for entry in found],
            whole="Kind",
        )


def _of(campaign: Campaign, state: str | None) -> list[Addressee]:
    """The entries of *state*, or of the states of *campaign* and for all states."""
    directory = campaign.directory
    offices = directory.offices.values()
    states = {case.state for case in campaign.cases.values()}
    states |= {mission.state for mission in directory.missions}
    missions = [
        mission
        for code in sorted({state} if state else states)
        for mission in directory.of_state(code)
    ]
    missions.sort(key=lambda entry: country_name(entry.host))
    return [*missions, *(o for o in offices if not state or o.state == state)]


def _is_stale(entry: Addressee, on: date, years: int) -> bool:
    return not entry.verified or is_old(entry.verified, on, years)


def _served(entry: Addressee) -> Sequence[str]:
    """The country in which an entry is, or works, and those that it covers."""
    if isinstance(entry, Mission):
        return (entry.host, *entry.covers)
    return (entry.country,)


def _row(entry: Addressee) -> tuple[str, ...]:
    ways = {"post": entry.address, "fax": entry.fax, "e-mail": entry.email}
    by = ", ".join(way for way, known in ways.items() if known) or "?"
    if isinstance(entry, Mission):
        place, kind = entry.host, entry.kind.replace("-", " ")
    else:
        place, kind = entry.country, entry.id
        by = by if entry.takes == "letters" else "no letters"
    return (
        country_name(place),
        kind,
        entry.city or "",
        by,
        str(entry.verified or "undated"),
        entry.confidence,
    )


def card(entry: Addressee) -> Iterator[str]:
    """The lines about *entry*: its address, contacts and sources."""
    yield entry.name
    yield from entry.address or [f"{entry.city or ''} (no street known)".strip()]
    yield country_name(entry.country).upper()
    if isinstance(entry, Mission) and entry.covers:
        yield f"covers   {', '.join(map(country_name, entry.covers))}"
    for field in ("phone", "fax", "email", "website"):
        if value := getattr(entry, field):
            yield f"{field:8} {value}"
    if entry.numbers_verified not in {None, entry.verified}:
        yield f"numbers  from a source of {entry.numbers_verified}"
    if isinstance(entry, Office):
        if entry.takes != "letters":
            yield f"takes    {entry.takes} only, no letters"
        if entry.advice:
            yield f"advice   {entry.advice}"
    yield f"source   {entry.verified or 'undated'}, confidence {entry.confidence}"
    for source in entry.sources:
        yield f"         {source}"
