"""The command `embassies`: the directory of addressees."""

from collections.abc import Iterator, Sequence

import click

from protestgen.campaign.directory import Addressee, Mission
from protestgen.countries import country_name, find_country
from protestgen.letters.notes import is_old

from .common_options import common_options
from .console import show_note, write_json, write_lines, write_table
from .context import App, now
from .param_types import Command, complete_country


@click.command(cls=Command, epilog="Example: protestgen embassies --host germany")
@click.option("--state", help="Show only missions and offices of this state.")
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
@click.option("--json", "as_json", is_flag=True, help="Print all details as JSON.")
@common_options
@click.pass_obj
def embassies(
    app: App,
    /,
    *,
    state: str | None,
    host: str | None,
    stale: int | None,
    as_json: bool,
) -> None:
    """List embassies, consulates and offices with their addresses."""
    directory = app.campaign.directory
    missions = sorted(directory.missions, key=lambda entry: country_name(entry.host))
    found: list[Addressee] = [*missions, *directory.offices.values()]
    if state:
        code = find_country(state)
        found = [entry for entry in found if entry.state == code]
    if host:
        code = find_country(host)
        found = [entry for entry in found if code in (entry.country, *_covers(entry))]
    if stale is not None:
        on = now().date()
        found = [
            entry
            for entry in found
            if not entry.verified or is_old(entry.verified, on, stale)
        ]
    if not found:
        show_note("no matching embassy or office: see 'protestgen embassies'")
    if as_json:
        write_json(found)
    elif host:
        write_lines(line for entry in found for line in (*_card(entry), ""))
    else:
        write_table(
            ("Country", "Kind", "City", "By", "Source", "Sure"),
            [_row(entry) for entry in found],
            whole="Kind",
        )


def _covers(entry: Addressee) -> Sequence[str]:
    return entry.covers if isinstance(entry, Mission) else ()


def _row(entry: Addressee) -> tuple[str, ...]:
    ways = {"post": entry.address, "fax": entry.fax, "e-mail": entry.email}
    return (
        country_name(entry.country),
        entry.kind.replace("-", " ") if isinstance(entry, Mission) else entry.id,
        entry.city or "",
        ", ".join(way for way, known in ways.items() if known) or "?",
        str(entry.verified or "undated"),
        entry.confidence,
    )


def _card(entry: Addressee) -> Iterator[str]:
    yield entry.name
    yield from entry.address or [f"{entry.city or ''} (no street known)".strip()]
    yield country_name(entry.country).upper()
    if covered := _covers(entry):
        yield f"covers   {', '.join(country_name(code) for code in covered)}"
    for field in ("phone", "fax", "email", "website"):
        if value := getattr(entry, field):
            yield f"{field:8} {value}"
    yield f"source   {entry.verified or 'undated'}, confidence {entry.confidence}"
    for source in entry.sources:
        yield f"         {source}"
    if entry.note:
        yield f"note     {entry.note}"
