"""The entries that a batch adds to the log: numbers of letters, without names."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import click

from protestgen.batch.worker import BatchSpec
from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.directory import MISSION_KINDS
from protestgen.campaign.loader import Campaign
from protestgen.errors import ChoiceError
from protestgen.letters.letter import other_style
from protestgen.log.entry import Channel, LogEntry
from protestgen.log.loader import LOG
from protestgen.log.writer import add_to_log
from protestgen.schema.types import PartialDate

from .batch_options import BatchOptions
from .console import show_note

# The channels of formats that are no letters on paper.
_CHANNELS: dict[str, Channel] = {"eml": "email", "mailto": "email", "fax": "fax"}


def log_folder(campaign: Campaign, options: BatchOptions) -> Path | None:
    """Return the folder whose log a batch is added to, if '--log' asks for it."""
    if not options.log:
        return None
    if options.dry:
        raise click.UsageError("'--log' goes without '--dry-run': nothing is written")
    if other_style(options.style):
        reason = f"'--log' counts first letters, this is '--style {options.style}'"
        raise click.UsageError(f"{reason}: use 'protestgen log'")
    folder = campaign.layers[0]
    if folder.resolve() == shipped_folder().resolve():
        hint = "go to its folder or add '--campaign'"
        raise ChoiceError(f"'--log' needs a campaign of your own: {hint}")
    return folder


def log_letters(
    folder: Path,
    new: Mapping[tuple[str, str, str, str], int],
    spec: BatchSpec,
) -> None:
    """Log how many letters are *new* by case, country and addressee, and say so."""
    counts: Counter[tuple[str, str, str | None]] = Counter()
    for (case, country, wanted, label), count in new.items():
        to = _name(spec.campaign, case, country, wanted, label)
        counts[case, country, to] += count
    unknown = sum(count for (_, country, _), count in counts.items() if not country)
    known = {key: count for key, count in sorted(counts.items(), key=str) if key[1]}
    for (case, country, to), count in known.items():
        entry = LogEntry(
            kind=_CHANNELS.get(spec.format_name, "letter"),
            date=PartialDate.parse(spec.on.isoformat()),
            country=country,
            to=to,
            count=count,
        )
        add_to_log(folder, case, entry)
    show_note(f"new letters logged in {folder / LOG}: {sum(known.values()):,}")
    if unknown:
        hint = "use 'protestgen log'"
        show_note(f"{unknown:,} letters from no known country are not logged: {hint}")


def _name(
    campaign: Campaign, case: str, country: str, wanted: str, label: str
) -> str | None:
    """Return the name of an addressee in the log: as *wanted*, or by its *label*."""
    directory = campaign.directory
    if wanted in {*MISSION_KINDS, *directory.offices}:
        return wanted
    values = directory.values_of_to(campaign.case(case).state, [country])
    return next((value for value, known in values if known == label), None)
