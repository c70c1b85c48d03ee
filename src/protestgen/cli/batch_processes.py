"""The processes that write the letters of a batch, here or in a cluster."""

import os
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from protestgen.batch.process_pool import _begin
from protestgen.batch.worker import OutputKind
from protestgen.campaign.loader import Campaign

from .batch_options import BatchOptions
from .batch_source import Source
from .console import show_note

# Smaller rosters, in bytes, are done before other processes have started.
_SMALL = 1 << 15
_SMALL_ON_PAPER = 1 << 13


def connect_cluster(
    campaign: Campaign, options: BatchOptions, stack: ExitStack
) -> Executor | None:
    """Connect to the cluster, if one is asked for."""
    address = options.cluster
    if address is None:
        return None
    if options.jobs:
        hint = "a cluster writes with all of its workers"
        raise click.UsageError(f"'--jobs' goes without '--cluster': {hint}")
    from protestgen.batch.dask_cluster import connected_cluster

    return stack.enter_context(connected_cluster(address, campaign.folders))


def count_jobs(options: BatchOptions, source: Source, kind: OutputKind) -> int:
    """Return the number of processes of this machine that write letters."""
    if options.cluster:
        return 1
    jobs = options.jobs
    if jobs is None:
        known = source.size is not None or source.roster.columns == ()
        small = _SMALL_ON_PAPER if kind == "pdf" else _SMALL
        is_small = known and (source.size or 0) < small
        jobs = 1 if is_small else os.cpu_count() or 1
    return jobs


def spool_folder(stack: ExitStack) -> Path | None:
    """Create a folder for data between processes, if that is possible."""
    try:
        folder = TemporaryDirectory(prefix="protestgen-", ignore_cleanup_errors=True)
    except OSError:
        return None
    return Path(stack.enter_context(folder))


def start_executor(
    jobs: int, spool: Path | None, stack: ExitStack
) -> ProcessPoolExecutor | None:
    """Start the processes besides this one, if that is possible."""
    try:
        with ExitStack() as room:  # there are handles for pipes, and then for files
            for _ in range(10 + 3 * jobs):
                room.enter_context(Path(os.devnull).open("rb"))
        executor = ProcessPoolExecutor(jobs - 1, initializer=_begin, initargs=(spool,))
    except (OSError, ImportError, NotImplementedError) as error:  # no semaphores
        reason = getattr(error, "strerror", None) or error
        show_note(f"no other processes ({reason}): this one writes all letters")
        return None
    stack.callback(executor.shutdown, cancel_futures=True)
    return executor
