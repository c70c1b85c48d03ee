"""The processes that write the letters of a batch, here or in a cluster."""

from concurrent.futures import Executor
from contextlib import ExitStack

import click

from protestgen.batch.process_pool import start_processes
from protestgen.batch.worker import BatchSpec
from protestgen.campaign.loader import Campaign

from .batch_options import BatchOptions
from .batch_source import Source
from .console import show_note
from .context import usable_cores

# Smaller rosters, in bytes, are done before other processes have started.
_SMALL = 1 << 15
_SMALL_AND_COSTLY = 1 << 13


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


def count_jobs(options: BatchOptions, source: Source, spec: BatchSpec) -> int:
    """Return the number of processes of this machine that write letters."""
    if options.cluster:
        if not spec.is_costly:
            hint = "a cluster saves time only where PDFs are made"
            show_note(f"these letters are written faster without '--cluster': {hint}")
        return 1
    if options.jobs:
        return options.jobs
    known = source.size is not None or source.roster.columns == ()
    small = _SMALL_AND_COSTLY if spec.is_costly else _SMALL
    is_small = known and (source.size or 0) < small
    return 1 if is_small else usable_cores()


def start_executor(jobs: int, stack: ExitStack) -> Executor | None:
    """Start the processes besides this one, if that is possible."""
    try:
        executor = start_processes(jobs - 1)
    except (OSError, ImportError, NotImplementedError) as error:  # no semaphores
        reason = getattr(error, "strerror", None) or error
        show_note(f"no other processes ({reason}): this one writes all letters")
        return None
    stack.callback(executor.shutdown, cancel_futures=True)
    return executor
