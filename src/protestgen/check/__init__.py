"""All faults of a campaign, as a list."""

import gc
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import date
from functools import cache, partial
from itertools import chain
from pathlib import Path

from .contacts import check_contacts
from .context import CheckContext
from .dates import check_dates
from .filenames import check_filenames
from .finding import Finding, of_problems
from .languages import check_languages
from .letters import check_letters
from .log import check_log
from .rights import check_rights
from .texts import check_texts

__all__ = ("Finding", "check_campaign")

# With fewer cases, one process is faster than the start of several.
PARALLEL_THRESHOLD = 40
# Cases that a process checks at a time.
PARALLEL_CHUNK = 20


def check_campaign(
    folders: Sequence[Path], on: date, *, processes: int = 1, tolerant: bool = False
) -> list[Finding]:
    """
    Return the findings of the day *on* for the campaign in *folders*, by place.

    The campaign lies over the bundled one, as for a letter, but findings are in its own
    files only. Without *folders*, the bundled campaign itself is checked. Where
    *tolerant*, an unexpected error is a finding, and the check goes on.
    """
    _read_context.cache_clear()
    context = _read_context(tuple(folders), tolerant=tolerant)
    ids = list(context.campaign.cases)
    pool = _pool(processes) if len(ids) >= PARALLEL_THRESHOLD else None
    if pool is None:
        found = {*_check_data(context, on), *check_letters(context, ids, on)}
    else:
        check = partial(_check_chunk, context.folders, on, tolerant=tolerant)
        chunks = [
            ids[start : start + PARALLEL_CHUNK]
            for start in range(0, len(ids), PARALLEL_CHUNK)
        ]
        with pool:
            letters = pool.map(check, chunks)  # starts at once
            found = {*_check_data(context, on), *chain.from_iterable(letters)}
    return sorted(finding for finding in found if context.is_own(finding.file))


def _pool(processes: int) -> ProcessPoolExecutor | None:
    """Return several *processes* that check letters, if that is possible."""
    if processes > 1:
        with suppress(ImportError, NotImplementedError, OSError):  # no semaphores
            return ProcessPoolExecutor(processes)
    return None


def _check_data(context: CheckContext, on: date) -> Iterator[Finding]:
    """Yield the findings that need no letter."""
    yield from of_problems(context.problems)
    yield from check_filenames(context)
    yield from check_texts(context)
    yield from check_dates(context, on)
    yield from check_contacts(context, on)
    yield from check_languages(context)
    yield from check_rights(context, on)
    yield from check_log(context, on)


def _check_chunk(
    folders: tuple[Path, ...], on: date, ids: Sequence[str], *, tolerant: bool
) -> set[Finding]:
    return check_letters(_read_context(folders, tolerant=tolerant), ids, on)


@cache
def _read_context(folders: tuple[Path, ...], *, tolerant: bool) -> CheckContext:
    """
    Return the campaign in *folders*, which each process reads once, or inherits.

    The garbage collector rests meanwhile: it would scan the growing campaign again and
    again, and find nothing.
    """
    gc.disable()
    try:
        return CheckContext(folders, tolerant=tolerant)
    finally:
        gc.freeze()
        gc.enable()
