"""Campaign folders and the clock, from options and environment."""

import os
import re
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import click

from protestgen.campaign.loader import (
    SETTINGS_FILE,
    Campaign,
    campaign_around,
    load_campaign,
)
from protestgen.errors import quoted

from .console import show_note

# Where the folders of `--campaign` are kept while the command line is read.
FOLDERS_KEY = "protestgen.folders"


# The last second of the year 3000, as a time of `SOURCE_DATE_EPOCH`.
_MAX_EPOCH = 32_535_215_999


class App:
    """The campaign of one run, which its commands share."""

    def __init__(self, ctx: click.Context) -> None:
        self._ctx = ctx

    @cached_property
    def campaign(self) -> Campaign:
        """The campaign, read when a command first asks for it."""
        return load_campaign(*campaign_folders(self._ctx))


def campaign_folders(ctx: click.Context) -> list[Path]:
    """
    Return the folders of campaigns, the first on top.

    These are the ones of `--campaign`, of the environment, and around the current one.
    """
    environment = os.environ.get("PROTESTGEN_CAMPAIGN", "").split(os.pathsep)
    named = [*ctx.meta.get(FOLDERS_KEY, ()), *(Path(f) for f in environment if f)]
    around = _folder_around()
    if around is None or os.path.realpath(around) in map(os.path.realpath, named):
        return named
    paths = (around / name for name in (SETTINGS_FILE, "data", "templates"))
    if others := list(filter(_is_anothers, paths)):
        if not ctx.resilient_parsing:
            note = f"{others[0]} is somebody else's, so it is not used"
            show_note(f"{note}: add '--campaign {around}' if you trust it")
        return named
    return [*named, around]


def _folder_around() -> Path | None:
    """Return the campaign that the current folder is in, as a path from there."""
    try:
        top = Path.home()
    except RuntimeError:  # a user without a home, as in a container
        top = Path(os.sep)
    try:
        found = campaign_around(Path.cwd(), top)
    except OSError:  # the current folder was removed meanwhile
        return None
    return found and Path(os.path.relpath(found))


def _is_anothers(file: Path) -> bool:
    """Tell whether another user may have put *file*, or a link, where it is found."""
    if os.name != "posix" or not os.path.lexists(file):
        return False
    return file.lstat().st_uid not in {os.getuid(), 0}


def wants_traceback() -> bool:
    """Tell whether an unexpected error is to be raised as it is."""
    return os.environ.get("PROTESTGEN_TRACEBACK") == "1"


def check_time_zone() -> None:
    """Raise if TZ names a file without a time zone, which Babel would not survive."""
    zone = os.environ.get("TZ", "").removeprefix(":")
    if not os.path.exists(zone):  # noqa: PTH110 - False for what is no path
        return
    from zoneinfo import ZoneInfo

    try:
        if not Path(zone).is_file():
            raise _unusable_zone()
        with Path(zone).open("rb") as file:
            ZoneInfo.from_file(file)
    except (OSError, ValueError):
        raise _unusable_zone() from None


def _unusable_zone() -> click.UsageError:
    zone = quoted(os.environ.get("TZ", ""))
    return click.UsageError(f"TZ is {zone}: write a time zone like Europe/Athens")


def now() -> datetime:
    """Return the time of the environment's `SOURCE_DATE_EPOCH`, else the present."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        try:
            return datetime.now().astimezone()
        except ValueError:  # a day or more from UTC
            raise _unusable_zone() from None
    if not re.fullmatch(r"[0-9]{1,11}", epoch) or int(epoch) > _MAX_EPOCH:
        hint = "write seconds since 1970, up to the year 3000"
        raise click.UsageError(f"SOURCE_DATE_EPOCH is {quoted(epoch)}: {hint}")
    return datetime.fromtimestamp(int(epoch), tz=UTC)
