"""The options of the command `batch`, and the struct that holds their values."""

from pathlib import Path

import click

from protestgen.batch.worker import OutputKind
from protestgen.formats import FORMATS
from protestgen.limits import MAX_JOBS

from .options import (
    WritingOptions,
    common_options,
    date_option,
    format_detail_options,
    letter_options,
    option_group,
)
from .param_types import complete_case, complete_country

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


_people_options = option_group(
    click.option(
        "--case",
        "cases",
        metavar="ID",
        multiple=True,
        shell_complete=complete_case,
        help="A case to write about: see 'protestgen cases'.  [repeatable]",
    ),
    click.option(
        "--roster",
        "rosters",
        type=click.Path(path_type=Path),
        multiple=True,
        metavar="FILE",
        help="The members, as CSV or JSON Lines; '-' is standard input.",
    ),
    click.option(
        "--example", is_flag=True, help="Print an example of a roster, and stop."
    ),
    click.option(
        "--country",
        "countries",
        multiple=True,
        shell_complete=complete_country,
        help="With a roster: the country of members whose row names none. Without: a "
        "country whose embassy you write to, or 'all'.  [repeatable]",
    ),
    click.option(
        "--sender",
        "profile",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Without a roster: your profile; default: that of 'protestgen profile'.",
    ),
)

_target_options = option_group(
    click.option(
        "--format",
        "format_name",
        type=click.Choice([*FORMATS, *STREAM_FORMATS]),
        help="Format of the letters; default: by PATH's name, or text.",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(readable=False),
        metavar="PATH",
        help="A folder, for one file per letter; or one file (.mbox, .jsonl, .pdf); "
        "or '-'.",
    ),
    format_detail_options,
    click.option(
        "--duplex",
        is_flag=True,
        help="In one PDF, start each letter on a new sheet of paper.",
    ),
)

_run_options = option_group(
    click.option(
        "--jobs",
        type=click.IntRange(1, MAX_JOBS),
        metavar="N",
        help="Number of processes; default: one per core.",
    ),
    click.option(
        "--cluster",
        metavar="ADDRESS",
        help="Dask scheduler whose workers write: tcp://127.0.0.1:8786.",
    ),
    click.option("--strict", is_flag=True, help="Stop at the first row that fails."),
    click.option(
        "--prune",
        is_flag=True,
        help="Remove letters of earlier runs whose row is no longer in the roster.",
    ),
    click.option(
        "--durable",
        is_flag=True,
        help="Write each letter to the disk at once.",
    ),
    click.option(
        "--dry-run",
        "dry",
        is_flag=True,
        help="Write nothing; show the first letter and the counts by country.",
    ),
)

batch_options = option_group(
    _people_options,
    letter_options,
    date_option("letters"),
    _target_options,
    _run_options,
    common_options,
)
