"""The command `batch`: a letter for each member of a roster."""

import errno
import os
import re
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, datetime
from mmap import ACCESS_READ, mmap
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from threading import Thread
from typing import IO, Any, NoReturn

import click
from msgspec import Struct
from msgspec.structs import replace

from protestgen.batch import AHEAD, Batch, FailedBefore, Tally, edition
from protestgen.campaign import Campaign
from protestgen.country import find_country
from protestgen.errors import (
    ChoiceError,
    Location,
    OutputError,
    UnknownNameError,
    unreadable,
)
from protestgen.formats import (
    DEFAULT_FORMAT,
    FORMATS,
    binder,
    format_for,
    json,
    mbox,
)
from protestgen.formats.binder import Binder
from protestgen.jobs import Plan
from protestgen.language import ENGLISH, load_language
from protestgen.letter import choose_demands
from protestgen.limits import MAX_JOBS
from protestgen.lots import Kind, Order
from protestgen.member import FIELDS, Member
from protestgen.outbox import FAILED, Edition, Outbox, last_edition
from protestgen.output import growing_file
from protestgen.roster import EXAMPLE, Roster, Row, read_roster
from protestgen.sender import read_profile
from protestgen.templates import Templates
from protestgen.writer import Wish

from . import App
from .board import Board
from .console import show_error, show_note, write_product
from .interrupts import Interrupts
from .options import (
    check_output,
    common_options,
    date_option,
    detail_options,
    now,
    take_details,
    take_wish,
    wish_options,
)
from .parameters import Command, complete_case, complete_country
from .profile import default_profile

# What all letters can be written to as one, and the format that each of them has there.
_STREAMS: dict[Kind, str] = {"mbox": "eml", "jsonl": "json"}
_FILES: dict[Kind, str] = {**_STREAMS, "pdf": "pdf"}
_WHERE = "a folder, or a file that ends in .mbox, .jsonl or .pdf"
# What a folder of letters is hardly called, though people try.
_OTHER_FILES = frozenset(
    ".csv .doc .docx .json .mbx .ods .odt .rtf .tsv .xls .xlsx .yaml .zip".split()  # noqa: SIM905 - a line of names is easier to read
)
# How each of these begins where a batch has written it, and how much of it that may be.
_BEGINNINGS: dict[Kind, re.Pattern[bytes]] = {
    "mbox": mbox.BEGINNING,
    "jsonl": json.BEGINNING,
    "pdf": binder.BEGINNING,
}
_BEGINNING = 1 << 14
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
    with Interrupts() as interrupts:
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


class _Target(Struct, frozen=True):
    """Where letters go, and in which form; without a *path*, to stdout."""

    kind: Kind
    format_name: str
    path: Path | None = None


class _Source(Struct, frozen=True):
    """
    Where members come from: *position* tells how many of *size* bytes are read.

    A part of them only *adds* to what is in a folder. *before* tells whether those
    who failed there are among them.
    """

    roster: Roster
    position: Callable[[], int] = int
    size: int | None = None
    adds: bool = False
    before: FailedBefore = "read"
    unit: str = "row"


def _write(
    campaign: Campaign,
    choices: dict[str, Any],
    interrupts: Interrupts,
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
    board = Board(
        *(source.position, source.size, source.unit),
        has_table=outbox is not None,
    )
    stream = _stream(target, stack) if order.kind in _FILES else None
    if stream and order.kind == "pdf":
        binder = stack.enter_context(Binder(stream, duplex=order.duplex))
        batch = Batch(plan, board, binder=binder)
    else:
        batch = Batch(plan, board, outbox=outbox, stream=stream)
    with board, interrupts.awaited():
        executor, ahead = cluster, AHEAD
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
    tally: Tally, roster: Roster, outbox: Outbox | None, *, prune: bool
) -> None:
    """Tell what to do about the rows that failed, all of which were read."""
    if outbox and outbox.set_aside:
        show_note(f"the rows that failed before are in {outbox.set_aside}")
    if not (tally.failed and tally.is_whole):
        return
    if outbox and roster.columns:
        hint = "mend them there, and run that as the roster"
        show_note(f"rows that failed are in {outbox.folder / FAILED}: {hint}")
    if prune and tally.stale:
        hint = "mend them, and run the whole roster again"
        show_note(f"'--prune' removes nothing while rows fail: {hint}")


def _outbox(target: _Target, interrupts: Interrupts, stack: ExitStack) -> Outbox | None:
    """Return the folder that letters go to, if they do."""
    if target.kind != "folder" or target.path is None:
        return None
    outbox = stack.enter_context(Outbox(target.path))
    interrupts.hint = _GO_ON
    if outbox.unlocked:
        hint = "see that no other run writes there"
        show_note(f"{target.path}: no locks ({outbox.unlocked}): {hint}")
    return outbox


def _order(
    campaign: Campaign,
    choices: dict[str, Any],
    target: _Target,
    outbox: Outbox | None,
) -> Order:
    """Return what letters have in common; the *outbox* begins with it."""
    last = outbox.last if outbox else _last(target)
    on, time = _dated(choices["on"], last)
    options = replace(take_details(choices, campaign.folders), now=time)
    if target.kind == "mbox":
        options = replace(options, eol="lf")
    order = Order(
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


def _last(target: _Target) -> Edition | None:
    """Return the edition of the last run to a folder, if there was one."""
    return (
        last_edition(target.path) if target.kind == "folder" and target.path else None
    )


def _plan(
    order: Order, choices: dict[str, Any], wish: Wish, countries: tuple[str, ...]
) -> Plan:
    """Return who writes what: members to their own embassy, or one to many."""
    return Plan(
        order=order,
        cases=choices["cases"],
        wish=wish,
        countries=() if choices["roster"] else countries,
        home=countries[0] if countries and choices["roster"] else None,
        suffix=_suffix(order.format_name),
        strict=choices["strict"],
    )


def _suffix(format_name: str) -> str:
    """Return the suffix of files in a format, which no other format has."""
    if suffixes := FORMATS[format_name].suffixes:
        return suffixes[0]
    return ".fax.pdf" if format_name == "fax" else f".{format_name}.txt"


def _checked_target(choices: dict[str, Any], folders: tuple[Path, ...]) -> _Target:
    """Return where letters go, if they can, and in which form."""
    try:
        target = _target(choices)
        if target.path:
            check_output(target.path, folders)
        _check_free(target, choices["roster"])
    except OSError as error:
        reason = f"{choices['output']}: {error.strerror}: name another place"
        raise OutputError(reason) from None
    if choices["prune"] and target.kind != "folder":
        raise click.UsageError("'--prune' goes with a folder: leave it out")
    if choices["duplex"] and target.kind != "pdf":
        raise click.UsageError("'--duplex' goes with one PDF: add '-o letters.pdf'")
    return target


def _target(choices: dict[str, Any]) -> _Target:
    """Return where letters go, and in which form."""
    given: str | None = choices["output"]
    if given is not None and not given.strip():
        raise click.UsageError(f"'-o' is empty: name {_WHERE}")
    path = Path(given) if given else None
    name: str | None = choices["format_name"]
    if given == "-":
        path = None
    elif path is None and name not in _STREAMS:
        if not choices["dry"]:
            raise click.UsageError(f"name with '-o' where the letters go: {_WHERE}")
        return _Target("folder", name or DEFAULT_FORMAT)
    by_file = path.suffix.lower().removeprefix(".") if path else ""
    kind = by_file if by_file in _FILES else name if name in _STREAMS else None
    if kind is None:
        if path is None:
            hint = "with '--format mbox' or '--format jsonl'"
            raise click.UsageError(f"letters go to standard output {hint} only")
        _check_folder(path)
        return _Target("folder", name or DEFAULT_FORMAT, path)
    if path and (path.is_dir() or not by_file):
        raise click.UsageError(
            f"'--format {kind}' is one file: add '-o letters.{kind}'"
        )
    if name not in {None, kind, _FILES[kind]}:
        hint = "leave '--format' out, or name a folder"
        raise click.UsageError(
            f"'-o {path}' holds {_FILES[kind]}, this is '{name}': {hint}"
        )
    return _Target(kind, _FILES[kind], path)


def _check_folder(path: Path) -> None:
    """Raise if *path* is not for many files."""
    if path.is_dir():
        return
    if single := format_for(path):
        raise click.UsageError(f"'-o {path}' is one file for {single}: name {_WHERE}")
    if path.exists() or path.suffix.lower() in _OTHER_FILES:
        raise click.UsageError(f"'-o {path}' is no place for letters: name {_WHERE}")


def _check_free(target: _Target, roster: Path | None) -> None:
    """Raise if letters would take the place of what somebody else has in one file."""
    path = target.path
    if path is None or not path.is_file():
        return
    if roster and roster.exists() and path.samefile(roster):
        raise click.UsageError(f"'-o {path}' is the roster: name another file")
    if target.kind not in _BEGINNINGS:
        return
    hint = "choose another name, or move it away"
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING)
        if beginning and not _BEGINNINGS[target.kind].match(beginning):
            raise OutputError(f"{path}: no batch has written this file: {hint}")
        if beginning and target.kind == "mbox":
            with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
                if not mbox.is_ours(data):
                    reason = "a message was added to it that no batch has written"
                    raise OutputError(f"{path}: {reason}: {hint}")


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


def _check(campaign: Campaign, wish: Wish, choices: dict[str, Any]) -> None:
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


class _Piped:
    """What another program writes to *stream*, as long as nobody wants an end."""

    def __init__(self, stream: IO[bytes], interrupts: Interrupts) -> None:
        self._stream = stream
        self._interrupts = interrupts

    def read(self, size: int) -> bytes:
        """Read at most *size* bytes, or none at the end."""
        return self._interrupts.read(self._stream, size)


def _source(
    choices: dict[str, Any], target: _Target, interrupts: Interrupts, stack: ExitStack
) -> _Source:
    """Return where members come from: a roster, or else the profile alone."""
    path: Path | None = choices["roster"]
    if path is None:
        profile = choices["profile"] or default_profile()
        if profile is None or not (choices["profile"] or profile.exists()):
            hint = "run 'protestgen profile', or add '--sender FILE'"
            raise ChoiceError(f"{profile or 'profile'}: there is no such file: {hint}")
        if choices["prune"]:
            hint = "whoever writes alone knows nothing of others"
            raise click.UsageError(f"'--prune' goes with a roster: {hint}")
        roster = _alone(profile, target)
        return _Source(roster, adds=True, before="kept", unit="letter")
    source = _read(path, interrupts, stack)
    failed = (target.path or path) / FAILED
    is_failed = failed.exists() and path.exists() and failed.samefile(path)
    if not (is_failed or source.roster.has_failed):
        return source
    if choices["prune"]:
        hint = "'--prune' goes with the whole roster"
        raise click.UsageError(f"{path} holds only the rows that failed: {hint}")
    return replace(source, adds=True, before="read" if is_failed else "aside")


def _read(path: Path, interrupts: Interrupts, stack: ExitStack) -> _Source:
    """Return the members in the roster at *path*, or in that on standard input."""
    if str(path) == "-":
        if sys.stdin is None:
            raise click.ClickException("standard input is closed: name a file")
        piped = _Piped(sys.stdin.buffer, interrupts)
        return _Source(read_roster(piped, "standard input"))
    try:
        stream = stack.enter_context(path.open("rb"))
    except OSError as error:
        raise unreadable(str(path), error) from None
    if stream.seekable():
        size = path.stat().st_size
        return _Source(read_roster(stream, str(path)), stream.tell, size)
    return _Source(read_roster(_Piped(stream, interrupts), str(path)))


def _alone(profile: Path, target: _Target) -> Roster:
    """Return a roster of the sender of *profile* only."""
    sender = read_profile(profile)
    if not sender.name:
        hint = "run 'protestgen profile'"
        raise ChoiceError(f"{profile}: letters are signed with a name: {hint}")
    if target.format_name == "eml" and not sender.email:
        hint = "run 'protestgen profile'"
        raise ChoiceError(f"{profile}: an e-mail is from an address: {hint}")
    row = Row(at=Location(str(profile)), member=Member(sender=sender))
    return Roster(str(profile), (), iter([row]))


def _dated(on: date | None, last: Edition | None) -> tuple[date, datetime]:
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
    from protestgen.cluster import connected_cluster

    return stack.enter_context(connected_cluster(address, campaign.folders))


def _jobs(choices: dict[str, Any], source: _Source, kind: Kind) -> int:
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


def _begin(spool: Path | None) -> None:
    """
    Begin a process that writes letters for the one that hands them out.

    That one alone is interrupted; once it has gone, however it ended, this one does so
    too, removes the *spool* and leaves the folder to another run. If this one is ended,
    its letters are written by that one.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if parent := parent_process():
        arguments = (parent.sentinel, spool)
        Thread(target=_end_with, args=arguments, daemon=True).start()


def _end_with(sentinel: int, spool: Path | None) -> None:
    wait([sentinel])
    if spool:
        gone = spool.with_name(f"{spool.name}-gone")
        with suppress(OSError):  # it is another process that removes it
            spool.rename(gone)  # or else a letter might be left there meanwhile
            rmtree(gone, ignore_errors=True)
    os._exit(1)


def _give_up(*, is_interrupted: bool) -> NoReturn:
    """Raise, so that the one file of all letters is as it was."""
    if is_interrupted:
        raise click.Abort
    raise click.ClickException("stopped at the row that failed: nothing is written")


def _exit_code(tally: Tally, interrupts: Interrupts) -> int:
    """Return how the command ends, and tell of its failures."""
    if interrupts:
        show_error(f"interrupted: {_GO_ON}")
        return interrupts.exit_code
    if not tally.is_whole:
        show_error("stopped at the row that failed: mend it, and run the same again")
        return 1
    return _SOME_FAILED if tally.failed else 0
