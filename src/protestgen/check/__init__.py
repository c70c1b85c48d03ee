"""Everything that is wrong with a campaign, as a list."""

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import cache, partial
from itertools import chain
from pathlib import Path

from .contacts import check_contacts, check_sources
from .context import CheckContext
from .dates import check_times
from .finding import Finding, of_problems
from .languages import check_languages
from .letters import check_letters
from .texts import check_words

__all__ = ("Finding", "check_campaign")

# Fewer cases than this are written about faster than processes start; so many are given
# to one of them at a time.
PARALLEL_THRESHOLD = 40
PARALLEL_CHUNK = 20


def check_campaign(
    folders: Sequence[Path], on: date, *, processes: int = 1, tolerant: bool = False
) -> list[Finding]:
    """
    Return all that is wrong on the day *on* with the campaign in *folders*, by place.

    It is over the bundled one, as for a letter, and only what is in its own files is
    told; without *folders* the bundled campaign is checked itself. Where *tolerant*, an
    unexpected error is a finding too, and the rest is checked all the same.
    """
    _material.cache_clear()
    material = _material(tuple(folders), tolerant)
    ids = list(material.campaign.cases)
    if processes == 1 or len(ids) < PARALLEL_THRESHOLD:
        found = {*_check_data(material, on), *check_letters(material, ids, on)}
    else:
        check = partial(_check_part, material.folders, tolerant, on)
        parts = [
            ids[start : start + PARALLEL_CHUNK]
            for start in range(0, len(ids), PARALLEL_CHUNK)
        ]
        with ProcessPoolExecutor(processes) as pool:
            letters = pool.map(check, parts)  # begins at once
            found = {*_check_data(material, on), *chain.from_iterable(letters)}
    return sorted(finding for finding in found if material.is_own(finding.file))


def _check_data(material: CheckContext, on: date) -> Iterator[Finding]:
    """Yield what is seen without writing a letter."""
    yield from of_problems(material.problems)
    yield from check_words(material)
    yield from check_times(material, on)
    yield from check_contacts(material, on)
    yield from check_sources(material)
    yield from check_languages(material)


def _check_part(
    folders: tuple[Path, ...],
    tolerant: bool,  # noqa: FBT001 - given by `partial`
    on: date,
    ids: Sequence[str],
) -> set[Finding]:
    return check_letters(_material(folders, tolerant), ids, on)


@cache
def _material(folders: tuple[Path, ...], tolerant: bool) -> CheckContext:  # noqa: FBT001 - for the cache
    """
    Return the campaign in *folders*, which each process reads once, or inherits.

    Nothing of it is garbage: to look for some again and again while it grows would
    take longer than to read it.
    """
    gc.disable()
    try:
        return CheckContext(folders, tolerant=tolerant)
    finally:
        gc.freeze()
        gc.enable()
