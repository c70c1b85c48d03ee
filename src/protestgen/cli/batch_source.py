"""Who the letters of a batch are for, from the options."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import click
from msgspec import Struct
from msgspec.structs import replace

from protestgen.batch.output_folder import FAILED
from protestgen.batch.roster import Roster, read_roster
from protestgen.batch.roster_row import Member, Row
from protestgen.batch.runner import FailedBefore
from protestgen.cli.batch_target import _Target
from protestgen.errors import ChoiceError, Location, read_error
from protestgen.letters.sender import read_profile

from .profile import default_profile
from .signals import GracefulShutdown


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


class InterruptibleStream:
    """What another program writes to *stream*, as long as nobody wants an end."""

    def __init__(self, stream: IO[bytes], interrupts: GracefulShutdown) -> None:
        self._stream = stream
        self._interrupts = interrupts

    def read(self, size: int) -> bytes:
        """Read at most *size* bytes, or none at the end."""
        return self._interrupts.read(self._stream, size)


def _source(
    choices: dict[str, Any],
    target: _Target,
    interrupts: GracefulShutdown,
    stack: ExitStack,
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


def _read(path: Path, interrupts: GracefulShutdown, stack: ExitStack) -> _Source:
    """Return the members in the roster at *path*, or in that on standard input."""
    if str(path) == "-":
        if sys.stdin is None:
            raise click.ClickException("standard input is closed: name a file")
        piped = InterruptibleStream(sys.stdin.buffer, interrupts)
        return _Source(read_roster(piped, "standard input"))
    try:
        stream = stack.enter_context(path.open("rb"))
    except OSError as error:
        raise read_error(str(path), error) from None
    if stream.seekable():
        size = path.stat().st_size
        return _Source(read_roster(stream, str(path)), stream.tell, size)
    return _Source(read_roster(InterruptibleStream(stream, interrupts), str(path)))


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
