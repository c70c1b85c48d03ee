"""The command `batch`: a letter for each member of a roster."""

import errno
import os
import sys
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, NoReturn

import click
from msgspec.structs import replace

from protestgen.batch.dispatch import QUEUE_DEPTH
from protestgen.batch.manifest import RunHeader, last_edition
from protestgen.batch.output_folder import FAILED, OutputFolder
from protestgen.batch.planner import BatchPlan
from protestgen.batch.process_pool import _begin
from protestgen.batch.report import BatchStats
from protestgen.batch.roster import EXAMPLE, Roster
from protestgen.batch.roster_row import FIELDS
from protestgen.batch.runner import Batch, edition
from protestgen.batch.worker import BatchSpec, OutputKind
from protestgen.campaign.loader import Campaign
from protestgen.cli.batch_source import _Source, _source
from protestgen.cli.batch_target import (
    _FILES,
    _STREAMS,
    _checked_target,
    _suffix,
    _Target,
)
from protestgen.countries import find_country
from protestgen.errors import (
    UnknownNameError,
)
from protestgen.files import growing_file
from protestgen.formats import FORMATS
from protestgen.formats.pdf_merge import PdfMerger
from protestgen.language.language import ENGLISH
from protestgen.language.loader import load_language
from protestgen.letters.compose import choose_demands
from protestgen.letters.service import LetterOptions
from protestgen.limits import MAX_JOBS
from protestgen.templating.environment import Templates

from .console import show_error, show_note, write_product
from .context import App, now
from .options import (
    common_options,
    date_option,
    detail_options,
    take_details,
    take_wish,
    wish_options,
)
from .param_types import Command, complete_case, complete_country
from .progress import ProgressReporter
from .signals import GracefulShutdown

# A roster that is smaller, in bytes, is done before other processes have begun.
_SMALL = 1 << 15
_SMALL_ON_PAPER = 1 << 13
_SOME_FAILED = 3
_GO_ON = "run the same again to go on"


@click.command(
    cls=Command,
    epilog=f"Columns of a roster: {', '.join(FIELDS)}. Each row needs a name; what it "
    "leaves open is as for all. An address has its lines in one cell, and so have "
    "cosigners; a language is a code or a name, or several: 'de, ru'; demands are ids, "
    "as 'protestgen show' has them.\n\n"
    "Example: protestgen batch --case kurmanov --roster members.csv -o letters",
)
@click.option(
    "--case",
    "cases",
    metavar="ID",
    multiple=True,
    shell_complete=complete_case,
    help="A case: see 'protestgen cases'.  [repeatable]",
)
@click.option(
    "--roster",
    "rosters",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="The members: CSV or JSON Lines; '-' is stdin.",
)
@click.option(
    "--example", is_flag=True, help="Print a roster to start from, and nothing else."
)
@click.option(
    "--country",
    "countries",
    multiple=True,
    shell_complete=complete_country,
    help="Without a roster, whose embassies are written to, or 'all'; with one, where "
    "members live whose row does not say.  [repeatable]",
)
@click.option(
    "--sender",
    "profile",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Without a roster, who signs; or else the one of 'protestgen profile'.",
)
@wish_options
@date_option
@click.option(
    "--format",
    "format_name",
    type=click.Choice([*FORMATS, *_STREAMS]),
    help="The form of the letters; without it, by the name of PATH, else text.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(readable=False),
    metavar="PATH",
    help="A folder for a file a letter; or one file: .mbox, .jsonl, .pdf; or '-'.",
)
@detail_options
@click.option(
    "--duplex",
    is_flag=True,
    help="Have each letter of one PDF begin on the front of a sheet.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, MAX_JOBS),
    metavar="N",
    help="Processes that write; without it, one for each core.",
)
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="A Dask scheduler whose workers write, as in tcp://127.0.0.1:8786.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="Stop at a row that fails, once the letters in hand are written.",
)
@click.option(
    "--prune",
    is_flag=True,
    help="Remove the letters of earlier runs that belong to no row any more.",
)
@click.option(
    "--durable", is_flag=True, help="Have each letter on the disk before the next."
)
@click.option(
    "--dry-run",
    "dry",
    is_flag=True,
    help="Write nothing: show what would be, by country, and the first letter.",
)
@common_options
@click.pass_obj
def batch(app: App, /, *, example: bool, **choices: Any) -> int:
    """Write a letter for each member of a roster."""
    if example:
        write_product(EXAMPLE.encode())
        return 0
    if not choices["cases"]:
        raise click.UsageError("missing option '--case'")
    choices["cases"] = tuple(dict.fromkeys(choices["cases"]))
    choices["roster"] = _single(choices.pop("rosters"))
    with GracefulShutdown() as interrupts:
        try:
            with ExitStack() as stack:
                return _write(app.campaign, choices, interrupts, stack)
        except (click.Abort, KeyboardInterrupt):
            show_error(f"interrupted: {interrupts.hint}")
            return interrupts.exit_code


def _single(rosters: tuple[Path, ...]) -> Path | None:
    """Return the roster, if there is one."""
    if len(rosters) > 1:  # with the last one alone, those in the others would be lost
        raise click.UsageError("'--roster' goes once: put all members in one file")
    return rosters[0] if rosters else None


def _write(
    campaign: Campaign,
    choices: dict[str, Any],
    interrupts: GracefulShutdown,
    stack: ExitStack,
) -> int:
    target = _checked_target(choices, campaign.folders)
    wish = take_wish(choices)
    countries = _countries(campaign, choices)
    _check(campaign, wish, choices)
    source = _source(choices, target, interrupts, stack)
    if choices["cluster"]:
        campaign = campaign.absolute()
    cluster = _cluster(campaign, choices, stack)
    outbox = None if choices["dry"] else _outbox(target, interrupts, stack)
    order = _order(campaign, choices, target, outbox)
    if outbox and cluster:
        folder = outbox.folder.absolute()
        order = replace(order, folder=folder, mark=outbox.mark())
    if (jobs := _jobs(choices, source, order.kind)) > 1:
        order = replace(order, spool=_spool(stack))
    plan = _plan(order, choices, wish, countries)
    board = ProgressReporter(
        *(source.position, source.size, source.unit),
        has_table=outbox is not None,
    )
    stream = _stream(target, stack) if order.kind in _FILES else None
    if stream and order.kind == "pdf":
        binder = stack.enter_context(PdfMerger(stream, duplex=order.duplex))
        batch = Batch(plan, board, binder=binder)
    else:
        batch = Batch(plan, board, outbox=outbox, stream=stream)
    with board, interrupts.awaited():
        executor, ahead = cluster, QUEUE_DEPTH
        if jobs > 1:
            # To each of the other processes, one lot to write and one to go on with.
            executor, ahead = _executor(jobs, order.spool, stack), 2 * jobs - 1
        batch.run(source.roster, executor, is_stopped=interrupts.__bool__, ahead=ahead)
    board.tell_more()
    if stream and target.path and not batch.tally.is_whole:
        _give_up(is_interrupted=bool(interrupts))
    batch.finish(adds=source.adds, before=source.before, prune=choices["prune"])
    if stream:
        stream.flush()
    if choices["dry"]:
        _preview(batch, target, source)
    where = f" in {target.path}" if target.path and not choices["dry"] else ""
    board.sum_up(batch.tally, where, by_country=choices["dry"])
    _tell_failed(batch.tally, source.roster, outbox, prune=choices["prune"])
    return _exit_code(batch.tally, interrupts)


def _preview(batch: Batch, target: _Target, source: _Source) -> None:
    """Show the first letter, and which files in the folder would be of no row."""
    write_product(batch.first)
    if target.kind == "folder" and target.path and not source.adds:
        batch.preview(target.path)


def _tell_failed(
    tally: BatchStats, roster: Roster, outbox: OutputFolder | None, *, prune: bool
) -> None:
    """Tell what to do about the rows that failed, all of which were read."""
    if outbox and outbox.backup_failed:
        show_note(f"the rows that failed before are in {outbox.backup_failed}")
    if not (tally.failed and tally.is_whole):
        return
    if outbox and roster.columns:
        hint = "mend them there, and run that as the roster"
        show_note(f"rows that failed are in {outbox.folder / FAILED}: {hint}")
    if prune and tally.stale:
        hint = "mend them, and run the whole roster again"
        show_note(f"'--prune' removes nothing while rows fail: {hint}")


def _outbox(
    target: _Target, interrupts: GracefulShutdown, stack: ExitStack
) -> OutputFolder | None:
    """Return the folder that letters go to, if they do."""
    if target.kind != "folder" or target.path is None:
        return None
    outbox = stack.enter_context(OutputFolder(target.path))
    interrupts.hint = _GO_ON
    if outbox.unlocked:
        hint = "see that no other run writes there"
        show_note(f"{target.path}: no locks ({outbox.unlocked}): {hint}")
    return outbox


def _order(
    campaign: Campaign,
    choices: dict[str, Any],
    target: _Target,
    outbox: OutputFolder | None,
) -> BatchSpec:
    """Return what letters have in common; the *outbox* begins with it."""
    last = outbox.last if outbox else _last(target)
    on, time = _dated(choices["on"], last)
    options = replace(take_details(choices, campaign.folders), now=time)
    if target.kind == "mbox":
        options = replace(options, eol="lf")
    order = BatchSpec(
        campaign=campaign,
        on=on,
        format_name=target.format_name,
        options=options,
        kind="nothing" if choices["dry"] else target.kind,
        folder=target.path or Path(),
        durable=choices["durable"],
        duplex=choices["duplex"],
    )
    if outbox:
        outbox.begin(edition(campaign, order))
    return order


def _last(target: _Target) -> RunHeader | None:
    """Return the edition of the last run to a folder, if there was one."""
    return (
        last_edition(target.path) if target.kind == "folder" and target.path else None
    )


def _plan(
    order: BatchSpec,
    choices: dict[str, Any],
    wish: LetterOptions,
    countries: tuple[str, ...],
) -> BatchPlan:
    """Return who writes what: members to their own embassy, or one to many."""
    return BatchPlan(
        order=order,
        cases=choices["cases"],
        wish=wish,
        countries=() if choices["roster"] else countries,
        home=countries[0] if countries and choices["roster"] else None,
        suffix=_suffix(order.format_name),
        strict=choices["strict"],
    )


def _countries(campaign: Campaign, choices: dict[str, Any]) -> tuple[str, ...]:
    """Return the codes of the countries that were named."""
    names: tuple[str, ...] = choices["countries"]
    if choices["roster"]:
        if choices["profile"]:
            hint = "its members sign their letters themselves"
            raise click.UsageError(f"'--sender' goes without '--roster': {hint}")
        if len(names) > 1 or "all" in names:
            hint = "its members write to the embassy in their own country"
            raise click.UsageError(f"'--country' goes once with '--roster': {hint}")
    elif not names:
        hint = "or '--country', for yourself to write to the embassies there"
        raise click.UsageError(f"add '--roster' with your members, {hint}")
    if "all" not in names:
        return tuple(dict.fromkeys(map(find_country, names)))
    states = {campaign.case(case).state for case in choices["cases"]}
    hosts = {
        mission.host
        for mission in campaign.directory.missions
        if mission.kind == "embassy" and mission.state in states
    }
    return tuple(sorted(hosts))


def _check(campaign: Campaign, wish: LetterOptions, choices: dict[str, Any]) -> None:
    """Raise for what would be wrong with all letters alike."""
    for case in map(campaign.case, choices["cases"]):
        if wish.demands:
            choose_demands(case, wish.demands, now().date())
    for code in wish.languages or (ENGLISH,):
        load_language(code, campaign.folders)
        styles = Templates(campaign.folders).styles(code)
        if wish.style not in styles and not wish.fallback:
            see = "protestgen styles"
            raise UnknownNameError("style", wish.style, styles, see=see)


def _dated(on: date | None, last: RunHeader | None) -> tuple[date, datetime]:
    """
    Return the date of letters and the time of e-mails.

    They are those of the run before, so that letters that are there stay as they are.
    """
    time = now()
    if last is None or "SOURCE_DATE_EPOCH" in os.environ:
        return on or time.date(), time
    before = date.fromisoformat(last.date)
    if on not in {None, before}:
        return on or before, time
    if on is None and before != time.date():
        show_note(f"letters keep the date of the run before, {before}: see '--date'")
    return before, datetime.fromisoformat(last.time)


def _stream(target: _Target, stack: ExitStack) -> IO[bytes]:
    if target.path:
        return stack.enter_context(growing_file(target.path))
    if sys.stdout is None:
        raise click.ClickException("standard output is closed: add '-o FILE'")
    return stack.enter_context(_standard_output(sys.stdout.buffer))


@contextmanager
def _standard_output(stream: IO[bytes]) -> Iterator[IO[bytes]]:
    """Give *stream* for letters; none of them is lost in silence with its reader."""
    try:
        yield stream
        stream.flush()
    except BrokenPipeError:
        reason = "its reader ended before it had all letters"
        raise OSError(errno.ECONNABORTED, reason) from None


def _cluster(
    campaign: Campaign, choices: dict[str, Any], stack: ExitStack
) -> Executor | None:
    """Return what writes letters on other machines, if that is asked for."""
    address: str | None = choices["cluster"]
    if address is None:
        return None
    if choices["jobs"]:
        hint = "a cluster writes with all of its workers"
        raise click.UsageError(f"'--jobs' goes without '--cluster': {hint}")
    from protestgen.batch.dask_cluster import connected_cluster

    return stack.enter_context(connected_cluster(address, campaign.folders))


def _jobs(choices: dict[str, Any], source: _Source, kind: OutputKind) -> int:
    """Return how many processes write letters, other machines apart."""
    if choices["cluster"]:
        return 1
    jobs: int | None = choices["jobs"]
    if jobs is None:
        known = source.size is not None or source.roster.columns == ()
        small = _SMALL_ON_PAPER if kind == "pdf" else _SMALL
        is_small = known and (source.size or 0) < small
        jobs = 1 if is_small else os.cpu_count() or 1
    return jobs


def _spool(stack: ExitStack) -> Path | None:
    """Return a folder for what processes have for one another, if it can be made."""
    try:
        folder = TemporaryDirectory(prefix="protestgen-", ignore_cleanup_errors=True)
    except OSError:
        return None
    return Path(stack.enter_context(folder))


def _executor(
    jobs: int, spool: Path | None, stack: ExitStack
) -> ProcessPoolExecutor | None:
    """Return what writes letters in all of the processes but this one, if it can be."""
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


def _give_up(*, is_interrupted: bool) -> NoReturn:
    """Raise, so that the one file of all letters is as it was."""
    if is_interrupted:
        raise click.Abort
    raise click.ClickException("stopped at the row that failed: nothing is written")


def _exit_code(tally: BatchStats, interrupts: GracefulShutdown) -> int:
    """Return how the command ends, and tell of its failures."""
    if interrupts:
        show_error(f"interrupted: {_GO_ON}")
        return interrupts.exit_code
    if not tally.is_whole:
        show_error("stopped at the row that failed: mend it, and run the same again")
        return 1
    return _SOME_FAILED if tally.failed else 0
