"""The options of the command `batch`, and the struct that holds their values."""

from pathlib import Path

import click

from protestgen.batch.worker import OutputKind
from protestgen.formats import FORMATS
from protestgen.limits import MAX_JOBS

from .common_options import common_options, flag_option, option_group
from .option_values import WritingOptions
from .options import (
    addressee_options,
    countries_option,
    date_option,
    format_detail_options,
    letter_options,
)
from .param_types import complete_case

# Kinds of one stream for all letters, and the format that each letter has in it.
STREAM_FORMATS: dict[OutputKind, str] = {"mbox": "eml", "jsonl": "json"}


class BatchOptions(WritingOptions, frozen=True, kw_only=True):
    """Values of the options of `batch`; without a *roster* the user writes alone."""

    cases: tuple[str, ...]
    roster: Path | None
    countries: tuple[str, ...]
    profile: Path | None
    duplex: bool
    jobs: int | None
    cluster: str | None
    strict: bool
    prune: bool
    durable: bool
    dry: bool
    log: bool


_people_options = option_group(
    click.option(
        "--case",
        "cases",
        metavar="ID",
        multiple=True,
        shell_complete=complete_case,
        help="A case: see 'protestgen cases'.  [repeatable]",
    ),
    click.option(
        "--roster",
        "rosters",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="FILE",
        help="The members, as CSV or JSON Lines; '-': standard input.",
    ),
    flag_option("--example", help="Print an example of a roster, and stop."),
    countries_option("For rows without one; without a roster, also 'all'."),
    click.option(
        "--sender",
        "profile",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Without a roster: the profile to use.",
    ),
    addressee_options,
    title="Who writes to whom",
)

_target_options = option_group(
    click.option(
        "--format",
        "format_name",
        type=click.Choice([*FORMATS, *STREAM_FORMATS]),
        metavar="FORMAT",
        help=f"{', '.join([*FORMATS, *STREAM_FORMATS])}.",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(readable=False),
        metavar="PATH",
        help="A folder, or one file: .mbox, .jsonl, .pdf; or '-'.",
    ),
    format_detail_options,
    flag_option("--duplex", help="In one PDF, begin each letter on a new sheet."),
    title="Output",
)

_run_options = option_group(
    click.option(
        "--jobs",
        type=click.IntRange(1, MAX_JOBS),
        metavar="N",
        help="Processes to use; default: one per core.",
    ),
    click.option(
        "--cluster",
        metavar="ADDRESS",
        help="Dask scheduler: tcp://127.0.0.1:8786.",
    ),
    flag_option("--strict", help="Stop at the first row that fails."),
    flag_option("--prune", help="Remove letters of members no longer in the roster."),
    flag_option("--durable", help="Write each letter to the disk at once."),
    flag_option(
        "--dry-run", "dry", help="Write nothing; show the first letter and the counts."
    ),
    flag_option("--log", help="Log how many new letters it wrote, without names."),
    title="How the batch runs",
)

batch_options = option_group(
    _people_options,
    option_group(letter_options, date_option("letters"), title="What they say"),
    _target_options,
    _run_options,
    common_options,
)
