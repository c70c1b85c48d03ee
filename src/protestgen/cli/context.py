"""The campaign, the clock and other settings, from options and environment."""

import os
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.data_files import SETTINGS_FILE, campaign_around
from protestgen.errors import ChoiceError, quoted
from protestgen.schema.cache import NO_CACHE, FileCache

from .console import show_note

if TYPE_CHECKING:
    from protestgen.campaign.loader import Campaign

# Key of the folders of `--campaign` in the context of Click.
FOLDERS_KEY = "protestgen.folders"
# The last second of the year 3000.
_MAX_EPOCH = 32_535_215_999


def chosen_campaign(
    ctx: click.Context, cases: tuple[str, ...] | None = None, *, missions: bool = True
) -> "Campaign":
    """Read the campaign, with nothing but *cases* or without *missions* if so asked."""
    from protestgen.campaign.layer import Wanted
    from protestgen.campaign.loader import load_campaign

    # Without missions, reading the files takes no longer than the cache.
    cache = _file_cache() if missions else NO_CACHE
    folders = campaign_folders(ctx)
    return load_campaign(*folders, wanted=Wanted(cases, missions), cache=cache)


def campaign_folders(ctx: click.Context) -> list[Path]:
    """
    Return the campaign folders, the most important first.

    They come from `--campaign`, the environment, and the current folder or its parents.
    """
    environment = os.environ.get("PROTESTGEN_CAMPAIGN", "").split(os.pathsep)
    named = [*ctx.meta.get(FOLDERS_KEY, ()), *(Path(f) for f in environment if f)]
    around = _folder_around()
    if around is None or os.path.realpath(around) in map(os.path.realpath, named):
        return named
    paths = (around / name for name in (SETTINGS_FILE, "data", "log", "templates"))
    if others := list(filter(_is_anothers, paths)):
        if not ctx.resilient_parsing:
            note = f"{others[0]} belongs to another user, so it is not used"
            show_note(f"{note}: add '--campaign {around}' if you trust it")
        return named
    return [*named, around]


def own_campaign_folders(ctx: click.Context) -> list[Path]:
    """Return the campaign folders; the first one is the user's own, to write to."""
    folders = campaign_folders(ctx)
    if not folders or folders[0].resolve() == shipped_folder().resolve():
        hint = "go to its folder or add '--campaign', or see 'protestgen init --help'"
        raise ChoiceError(f"which campaign of your own is it for? {hint}")
    return folders


def _folder_around() -> Path | None:
    """Return a relative path to the campaign around the current folder."""
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
    """Check whether *file*, or a link of that name, belongs to another user."""
    if os.name != "posix" or not os.path.lexists(file):
        return False
    return file.lstat().st_uid not in {os.getuid(), 0}


def default_profile() -> Path | None:
    """Return the path of the user's profile, or None for a user without a home."""
    folder = Path(click.get_app_dir("protestgen"))
    return folder / "profile.yaml" if folder.is_absolute() else None


def _file_cache() -> FileCache:
    """Return the user's cache of what is made from bundled files."""
    if os.name != "posix":  # others have no modes that keep other users out
        return NO_CACHE
    path = "Library/Caches" if sys.platform == "darwin" else ".cache"
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / path)
    except RuntimeError:  # a user without a home
        return NO_CACHE
    if not folder.is_absolute():
        return NO_CACHE
    bundled = shipped_folder()
    trusted = (bundled / "data", bundled / "templates")
    return FileCache(folder / "protestgen", trusted)


def wants_traceback() -> bool:
    """Check whether the user wants the traceback of an unexpected error."""
    return os.environ.get("PROTESTGEN_TRACEBACK") == "1"


def check_time_zone() -> None:
    """Refuse a TZ that names a file without a time zone: Babel would crash."""
    zone = os.environ.get("TZ", "").removeprefix(":")
    if not os.path.exists(zone):  # noqa: PTH110 - False for what is no path
        return
    from zoneinfo import ZoneInfo

    try:
        if not Path(zone).is_file():
            raise _zone_error()
        with Path(zone).open("rb") as file:
            ZoneInfo.from_file(file)
    except (OSError, ValueError):
        raise _zone_error() from None


def _zone_error() -> ChoiceError:
    zone = quoted(os.environ.get("TZ", ""))
    return ChoiceError(f"TZ is {zone}: write a time zone like Europe/Athens")


def is_date_fixed() -> bool:
    """Whether the environment sets the date, which no earlier run then changes."""
    return bool(os.environ.get("SOURCE_DATE_EPOCH"))


def now() -> datetime:
    """Return the time by `SOURCE_DATE_EPOCH`, or else by the clock."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        try:
            return datetime.now().astimezone()
        except ValueError:  # a day or more from UTC
            raise _zone_error() from None
    if not re.fullmatch(r"[0-9]{1,11}", epoch) or int(epoch) > _MAX_EPOCH:
        hint = "write seconds since 1970, up to the year 3000"
        raise ChoiceError(f"SOURCE_DATE_EPOCH is {quoted(epoch)}: {hint}")
    return datetime.fromtimestamp(int(epoch), tz=UTC)


def check_output(output: Path, folders: Iterable[Path]) -> None:
    """Refuse an *output* that is a file of the campaigns in *folders*."""
    real = Path(os.path.realpath(output))
    for folder in folders:
        for name in ("data", "log", "templates", SETTINGS_FILE):
            if real.is_relative_to(os.path.realpath(folder / name)):
                reason = f"is where the campaign has its own {name}"
                raise click.UsageError(f"'-o {output}' {reason}: name another place")


def check_style(style: str, codes: Iterable[str], folders: tuple[Path, ...]) -> None:
    """Refuse a *style* that none of the languages *codes* has."""
    from protestgen.templating.environment import Templates, unknown_style

    templates = Templates(folders)
    known = [name for code in codes for name in templates.styles(code)]
    if style not in known:
        raise unknown_style(style, known)


def usable_cores() -> int:
    """Count the processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on all systems
    return len(affinity(0)) if affinity else os.cpu_count() or 1
