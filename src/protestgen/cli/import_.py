"""The command `import`: missions from a file that the user has downloaded."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from protestgen.authoring.mission_import import MissionImport
from protestgen.authoring.mission_row import (
    FIELDS,
    MissionReader,
    TableFormat,
    find_columns,
    unknown_headings,
)
from protestgen.authoring.new_entry import locked
from protestgen.authoring.table_file import read_table
from protestgen.campaign.directory import MISSION_KINDS
from protestgen.campaign.loader import load_campaign, read_campaign
from protestgen.countries import country_in_sentence
from protestgen.errors import ChoiceError, DataError, UnknownNameError, quoted
from protestgen.files import write_file

from .common_options import common_options, flag_option
from .console import show_error, show_note, show_notes, write_table
from .context import campaign_folders, own_campaign_folders
from .param_types import COUNTRY, Command, ParsedParam, line_option, past_date

_SOME_FAILED = 3
_FOR_ALL = 0o644
# How many countries, or headings, a note names.
_NAMED = 5


def _parse_column(text: str) -> tuple[str, str]:
    """Parse a field and the heading of its column: `email=contact_email`."""
    field, sign, heading = text.partition("=")
    if not sign:
        raise ValueError(f"{quoted(text)} is not FIELD=HEADING: write email=contact")
    if field not in FIELDS:
        raise UnknownNameError("field", field, FIELDS, see="protestgen import --help")
    return field, heading


@click.command(
    "import",
    cls=Command,
    epilog="Example: protestgen import list.csv --state iran --source 'Ministry of "
    "Example, https://list.example' --date 2026-11",
)
@click.argument("file", type=click.Path(path_type=Path))
@line_option("--source", required=True, help="Who publishes the list, and where.")
@click.option(
    "--date",
    type=past_date("name the date of the file"),
    required=True,
    help="Date of the list: 2026-11-22, 2026-11 or 2026.",
)
@click.option(
    "--state",
    type=COUNTRY,
    help="State of rows that name none; rows of other states are left out.",
)
@click.option(
    "--host",
    type=COUNTRY,
    help="Country of rows that name none; rows of other countries are left out.",
)
@click.option(
    "--kind",
    type=click.Choice(MISSION_KINDS),
    metavar="KIND",
    help="Kind of the missions whose row does not say it, such as embassy.",
)
@click.option(
    "--column",
    "columns",
    type=ParsedParam(_parse_column),
    multiple=True,
    metavar="FIELD=HEADING",
    help=f"Column of a field, or 'FIELD=' to leave it out. Fields: {', '.join(FIELDS)}."
    "  [repeatable]",
)
@click.option(
    "--confidence",
    type=click.Choice(["high", "medium", "low"]),
    default="medium",
    help="How reliable the list is: high if the state or the host wrote it.  "
    "[default: medium]",
)
@flag_option("--write", help="Write the entries into your campaign; else only show.")
@common_options
@click.pass_context
def import_(
    ctx: click.Context,
    /,
    *,
    file: Path,
    columns: tuple[tuple[str, str], ...],
    write: bool,
    **values: Any,
) -> int:
    """
    Read missions from a list that you have downloaded.

    FILE is CSV, JSON or GeoJSON. The command shows what is new, changed or gone. Add
    '--write' to write the entries into 'data/embassies/STATE.yaml' of your campaign.
    """
    table = TableFormat(columns=dict(columns), **values)
    if not table.source:
        raise ChoiceError("'--source' is empty: say who publishes the list, and where")
    if write:
        folders = own_campaign_folders(ctx)
        with locked(folders[0]):
            found = _read(file, table, folders)
            _write(found, folders)
    else:
        found = _read(file, table, campaign_folders(ctx))
        if any(change.counts for change in found.changes):
            show_note("nothing is written yet: add '--write'")
    if not found.problems:
        return 0
    return _SOME_FAILED if found.changes else 1


def _read(file: Path, table: TableFormat, folders: list[Path]) -> MissionImport:
    """Read *file*, and show what it changes in the campaign in *folders*."""
    directory = load_campaign(*folders).directory
    rows = read_table(file)
    columns = find_columns(rows, table)
    reader = MissionReader(columns, table)
    found = MissionImport(directory, folders[0] if folders else None)
    found.read(rows, reader)
    shown = [change for change in found.changes if change.what != "same"]
    write_table(
        ("Change", "Of", "In", "Mission", "What"),
        [
            (c.what, c.mission.state, c.mission.host, c.mission.label, c.details())
            for c in shown
        ],
        whole="In",
    )
    if unknown := unknown_headings(rows, columns):
        named, hint = _first([*map(quoted, unknown)]), "'--column FIELD=HEADING'"
        show_note(f"headings not understood: {named}: add {hint} to read one")
    show_notes(reader.cut)
    show_error(*map(str, found.problems))
    _show_counts(found)
    return found


def _show_counts(found: MissionImport) -> None:
    counts = Counter(change.what for change in found.changes)
    counted = [f"{count} {what}" for what, count in counts.items()]
    if found.problems:
        counted.append(f"{len(found.problems)} refused")
    if found.others:
        counted.append(f"{found.others} of other states or in other countries")
    show_note(f"missions: {', '.join(counted) or 'none'}")
    missing = sorted(found.missing_hosts())
    if missing:
        names = _first([country_in_sentence(code) for code in missing])
        show_note(
            f"missions are known in {len(missing)} more countries, of which the file "
            f"says nothing: {names}"
        )
    if counts["gone"]:
        show_note("what is gone stays as it is: look if it has closed, or moved")


def _first(names: Sequence[str]) -> str:
    """Return the first of *names*, with dots if there are more."""
    return ", ".join(names[:_NAMED]) + (" ..." if names[_NAMED:] else "")


def _write(found: MissionImport, folders: list[Path]) -> None:
    """Write the files, if the campaign is valid with all of them."""
    texts = found.files(folders[0])
    _, problems = read_campaign(*folders, texts=texts)
    if problems:
        raise DataError(problems)
    show_notes(found.notes)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_file(path, text.encode(), mode=None if path.exists() else _FOR_ALL)
        show_note(f"written to {path}")
    if not texts:
        show_note("nothing to write")
