"""Where the members of a batch come from: a roster, or the user's own profile."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import click
from msgspec import Struct
from msgspec.structs import replace

from protestgen.batch.output_folder import FAILED
from protestgen.batch.roster import Roster, read_roster
from protestgen.batch.roster_row import Member, Row
from protestgen.batch.runner import FailedBefore
from protestgen.errors import ChoiceError, Location, read_error
from protestgen.letters.sender import read_profile

from .batch_options import BatchOptions
from .batch_target import Target
from .context import default_profile
from .signals import GracefulShutdown


class Source(Struct, frozen=True):
    """
    The members to write for; *position* counts how many of *size* bytes are read.

    Those that are not the whole roster only *add* to a folder. *before* says what to do
    with the table of rows that failed in an earlier run. A *unit* is what may fail.
    """

    roster: Roster
    position: Callable[[], int] = int
    size: int | None = None
    adds: bool = False
    before: FailedBefore = "read"
    unit: str = "row"


class InterruptibleStream(Struct, frozen=True):
    """A *stream* from another program, which ends at the first signal."""

    stream: IO[bytes]
    interrupts: GracefulShutdown

    def read(self, size: int) -> bytes:
        """Read at most *size* bytes, or none at the end."""
        return self.interrupts.read(self.stream, size)


def open_source(
    options: BatchOptions,
    target: Target,
    interrupts: GracefulShutdown,
    stack: ExitStack,
) -> Source:
    """Open the roster, or else the profile of the user alone."""
    path = options.roster
    if path is None:
        return _own_source(options, target)
    source = _roster_source(path, interrupts, stack)
    failed = (target.path or path) / FAILED
    is_failed = failed.exists() and path.exists() and failed.samefile(path)
    if not (is_failed or source.roster.has_failed):
        return source
    if options.prune:
        hint = "'--prune' goes with the whole roster"
        raise click.UsageError(f"{path} holds only the rows that failed: {hint}")
    return replace(source, adds=True, before="read" if is_failed else "aside")


def _own_source(options: BatchOptions, target: Target) -> Source:
    """Return a roster of the user alone."""
    profile = options.profile or default_profile()
    if profile is None or not (options.profile or profile.exists()):
        hint = "run 'protestgen profile', or add '--sender FILE'"
        raise ChoiceError(f"{profile or 'profile'}: there is no such file: {hint}")
    if options.prune:
        raise click.UsageError("'--prune' goes with '--roster' only: leave it out")
    sender = read_profile(profile)
    hint = "run 'protestgen profile'"
    if not sender.name:
        raise ChoiceError(f"{profile}: a letter needs the name of its sender: {hint}")
    if target.format_name == "eml" and not sender.email:
        raise ChoiceError(f"{profile}: an e-mail needs the sender's address: {hint}")
    row = Row(at=Location(str(profile)), member=Member(sender=sender))
    roster = Roster((), iter([row]))
    return Source(roster, adds=True, before="kept", unit="letter")


def _roster_source(
    path: Path, interrupts: GracefulShutdown, stack: ExitStack
) -> Source:
    """Open the roster at *path*, or on standard input for '-'."""
    if str(path) == "-":
        if sys.stdin is None:
            raise click.ClickException("standard input is closed: name a file")
        piped = InterruptibleStream(sys.stdin.buffer, interrupts)
        return Source(read_roster(piped, "standard input"))
    try:
        stream = stack.enter_context(path.open("rb"))
    except OSError as error:
        raise read_error(str(path), error) from None
    if stream.seekable():
        size = path.stat().st_size
        return Source(read_roster(stream, str(path)), stream.tell, size)
    return Source(read_roster(InterruptibleStream(stream, interrupts), str(path)))
