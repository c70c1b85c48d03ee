"""The command `batch`: a letter for each member of a roster."""

from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import click
from msgspec import Struct
from msgspec.structs import replace

from protestgen.batch.dispatch import QUEUE_DEPTH
from protestgen.batch.file_store import create_folder_token
from protestgen.batch.output_folder import FAILED, OutputFolder
from protestgen.batch.planner import BatchPlan
from protestgen.batch.report import BatchStats
from protestgen.batch.roster import EXAMPLE
from protestgen.batch.roster_row import FIELDS
from protestgen.batch.runner import Batch
from protestgen.batch.state import BatchState, copied_state
from protestgen.batch.worker import BatchSpec
from protestgen.campaign.loader import Campaign
from protestgen.countries import find_country
from protestgen.formats.pdf_merge import PdfMerger
from protestgen.language.language import ENGLISH
from protestgen.language.loader import load_language
from protestgen.letters.letter import SUPPORT_STYLE
from protestgen.letters.options import LetterOptions
from protestgen.letters.template_values import choose_demands

from .batch_log import log_folder, log_letters
from .batch_options import BatchOptions, batch_options
from .batch_processes import connect_cluster, count_jobs, start_executor
from .batch_source import Source, open_source
from .batch_target import (
    FILE_FORMATS,
    Target,
    checked_target,
    open_stream,
)
from .console import show_error, show_note, write_product
from .context import check_style, chosen_campaign, is_date_fixed, now
from .option_values import require_case
from .param_types import Command, complete_case, is_all
from .progress import ProgressReporter
from .signals import GracefulShutdown

_SOME_FAILED = 3
_RESUME = "run the same again to resume"


@click.command(
    cls=Command,
    epilog=f"Columns of a roster: {', '.join(FIELDS)}. Each row needs a name; the "
    "options above apply to empty cells. An address takes several lines in one cell, "
    "and so do cosigners; a language is a name or a code, or several ('de, ru'); "
    "demands are the ids that 'protestgen show' lists, and copy names who else "
    "gets one.\n\n"
    "Example: protestgen batch --case kurmanov --roster members.csv -o letters",
)
@click.argument(
    "arguments", metavar="[CASE]...", nargs=-1, shell_complete=complete_case
)
@batch_options
@click.pass_context
def batch(
    ctx: click.Context,
    /,
    *,
    arguments: tuple[str, ...],
    example: bool,
    cases: tuple[str, ...],
    rosters: tuple[Path, ...],
    **values: Any,
) -> int:
    """Write a letter for each member of a roster."""
    if example:
        write_product(EXAMPLE.encode())
        return 0
    if not (cases := (*cases, *arguments)):
        require_case(None)
    if len(rosters) > 1:  # the last one alone would leave out members of the others
        raise click.UsageError("'--roster' goes once: put all members in one file")
    options = BatchOptions(
        cases=tuple(dict.fromkeys(cases)),
        roster=rosters[0] if rosters else None,
        **values,
    )
    with GracefulShutdown() as interrupts:
        try:
            with ExitStack() as stack:
                campaign = chosen_campaign(ctx, options.cases)
                return _write(campaign, options, interrupts, stack)
        except (click.Abort, KeyboardInterrupt):
            show_error(f"interrupted: {interrupts.hint}")
            return interrupts.exit_code


class _Run(Struct, frozen=True):
    """A batch, and what its summary needs."""

    batch: Batch
    options: BatchOptions
    target: Target
    source: Source
    outbox: OutputFolder | None
    stream: IO[bytes] | None
    spec: BatchSpec
    log_folder: Path | None


def _write(
    campaign: Campaign,
    options: BatchOptions,
    interrupts: GracefulShutdown,
    stack: ExitStack,
) -> int:
    target = checked_target(options, campaign.folders)
    choices = options.letter_options(campaign.folders)
    countries = _countries(campaign, options)
    _check(campaign, choices, options)
    log = log_folder(campaign, options)
    source = open_source(options, target, interrupts, stack)
    if options.cluster:
        campaign = campaign.absolute()
    cluster = connect_cluster(campaign, options, stack)
    outbox = None if options.dry else _outbox(target, interrupts, stack)
    spec = _batch_spec(campaign, options, target)
    if outbox and cluster:
        folder = outbox.folder.absolute()
        token = create_folder_token(outbox.folder)
        spec = replace(spec, folder=folder, folder_token=token)
    jobs = count_jobs(options, source, spec)
    plan = _plan(spec, options, choices, countries)
    reporter = ProgressReporter(
        *(source.position, source.size, source.unit),
        has_table=outbox is not None,
    )
    stream = open_stream(target, stack) if spec.kind in FILE_FORMATS else None
    batch = _batch(plan, reporter, outbox, stream, _state(target, options, stack))
    with reporter, interrupts.awaited():
        executor, ahead = cluster, QUEUE_DEPTH
        if jobs > 1:
            # One chunk for each other process to write, and one to write next.
            executor, ahead = start_executor(jobs, stack), 2 * jobs - 1
        batch.run(source.roster, executor, is_stopped=interrupts.__bool__, ahead=ahead)
    run = _Run(batch, options, target, source, outbox, stream, spec, log)
    _finish(run, reporter, is_interrupted=bool(interrupts))
    return _exit_code(batch.tally, interrupts)


def _batch(
    plan: BatchPlan,
    reporter: ProgressReporter,
    outbox: OutputFolder | None,
    stream: IO[bytes] | None,
    state: BatchState | None,
) -> Batch:
    if stream and plan.spec.kind == "pdf":
        merger = PdfMerger(stream, duplex=plan.spec.duplex)
        return Batch(plan, reporter, merger=merger)
    return Batch(plan, reporter, folder=outbox, stream=stream, state=state)


def _state(
    target: Target, options: BatchOptions, stack: ExitStack
) -> BatchState | None:
    """Return the state of the folder that a dry run would write to."""
    if options.dry and target.kind == "folder" and target.path:
        return stack.enter_context(copied_state(target.path))
    return None


def _finish(run: _Run, reporter: ProgressReporter, *, is_interrupted: bool) -> None:
    """Complete the files of a batch and show its summary."""
    tally, target, dry = run.batch.tally, run.target, run.options.dry
    reporter.show_hidden_failures()
    if run.stream and target.path and not tally.is_whole:
        if is_interrupted:
            raise click.Abort
        raise click.ClickException("stopped at the row that failed: nothing is written")
    source = run.source
    run.batch.finish(adds=source.adds, before=source.before, prune=run.options.prune)
    if run.stream:
        run.stream.flush()
    if dry:
        _preview(run)
    where = f" in {target.path}" if target.path and not dry else ""
    reporter.sum_up(tally, where, by_country=dry)
    if run.log_folder:
        log_letters(run.log_folder, tally.new, run.spec)
    _show_hints(run)


def _preview(run: _Run) -> None:
    """Show the first letter, and the files that would be orphaned."""
    write_product(run.batch.first)
    if run.target.path and not run.source.adds:
        run.batch.preview(run.target.path)


def _show_hints(run: _Run) -> None:
    """Say what to do about the rows that failed, unless some were not read."""
    outbox, tally = run.outbox, run.batch.tally
    if outbox and outbox.backup_failed:
        show_note(f"the rows that failed before are in {outbox.backup_failed}")
    if not (tally.failed and tally.is_whole):
        return
    if outbox and run.source.roster.columns:
        hint = "correct them there, and use that file as the roster"
        show_note(f"rows that failed are in {outbox.folder / FAILED}: {hint}")
    if run.options.prune and tally.orphaned:
        hint = "correct them, and run the whole roster again"
        show_note(f"'--prune' removes nothing while rows fail: {hint}")


def _outbox(
    target: Target, interrupts: GracefulShutdown, stack: ExitStack
) -> OutputFolder | None:
    """Return the folder that letters go to, if they do."""
    if target.kind != "folder" or target.path is None:
        return None
    outbox = stack.enter_context(OutputFolder(target.path))
    interrupts.hint = _RESUME
    if outbox.unlocked:
        hint = "see that no other run writes there"
        show_note(f"{target.path}: no locks ({outbox.unlocked}): {hint}")
    return outbox


def _batch_spec(
    campaign: Campaign,
    options: BatchOptions,
    target: Target,
) -> BatchSpec:
    """Return what letters have in common."""
    on, settings = options.on, options.format_options(campaign.folders)
    if target.kind == "mbox":
        settings = replace(settings, eol="lf")
    return BatchSpec(
        campaign=campaign,
        on=on or now().date(),
        redated=bool(on) or is_date_fixed(),
        format_name=target.format_name,
        options=settings,
        kind="nothing" if options.dry else target.kind,
        folder=target.path or Path(),
        durable=options.durable,
        duplex=options.duplex,
    )


def _plan(
    spec: BatchSpec,
    options: BatchOptions,
    choices: LetterOptions,
    countries: tuple[str, ...],
) -> BatchPlan:
    """Plan the letters: of members to their own embassy, or of the user to many."""
    return BatchPlan(
        spec=spec,
        cases=options.cases,
        choices=choices,
        countries=() if options.roster else countries,
        home=countries[0] if countries and options.roster else None,
        strict=options.strict,
    )


def _countries(campaign: Campaign, options: BatchOptions) -> tuple[str, ...]:
    """Return the codes of the countries of `--country`."""
    names = options.countries
    are_all = any(map(is_all, names))
    if options.roster:
        if options.profile:
            hint = "members sign their letters themselves"
            raise click.UsageError(f"'--sender' goes without '--roster': {hint}")
        if len(names) > 1 or are_all:
            hint = "members write to the embassy in their own country"
            raise click.UsageError(f"'--country' goes once with '--roster': {hint}")
    elif not names:
        hint = "or '--country' to write yourself"
        raise click.UsageError(
            f"no letters to write: add '--roster' with members, {hint}"
        )
    if not are_all:
        return tuple(dict.fromkeys(map(find_country, names)))
    states = {campaign.case(case).state for case in options.cases}
    hosts = {
        mission.host
        for state in states
        for mission in campaign.directory.of_state(state)
        if mission.kind == "embassy"
    }
    return tuple(sorted(hosts))


def _check(campaign: Campaign, choices: LetterOptions, options: BatchOptions) -> None:
    """Refuse what would fail every letter."""
    on = options.on or now().date()
    for case in map(campaign.case, options.cases):
        is_stopped = case.is_stopped(on) and choices.style != SUPPORT_STYLE
        if choices.demands or is_stopped:
            choose_demands(case, choices.demands, on, style=choices.style)
    for code in choices.languages or (ENGLISH,):
        load_language(code, campaign.folders, campaign.cache)
        codes = (code, ENGLISH) if choices.fallback else (code,)
        check_style(choices.style, codes, campaign.folders)


def _exit_code(tally: BatchStats, interrupts: GracefulShutdown) -> int:
    """Return the exit code, and say how to go on."""
    if interrupts:
        show_error(f"interrupted: {_RESUME}")
        return interrupts.exit_code
    if not tally.is_whole:
        show_error("stopped at the row that failed: correct it, and run the same again")
        return 1
    return _SOME_FAILED if tally.failed else 0
