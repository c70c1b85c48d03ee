"""The commands `letter` and `batch` as functions; they take today from the clock."""

from collections.abc import Callable, Sequence
from datetime import date as Date  # noqa: N812 - `date` is what callers write
from datetime import datetime
from pathlib import Path
from typing import IO

from msgspec.structs import replace

from .batch.output_folder import OutputFolder
from .batch.planner import BatchPlan
from .batch.report import BatchStats, Reporter
from .batch.roster import read_roster
from .batch.roster_row import FieldError
from .batch.runner import Batch
from .batch.worker import BatchSpec
from .campaign.layer import Wanted
from .campaign.loader import Campaign, load_campaign
from .countries import find_country
from .errors import ChoiceError, Location, UnknownNameError, read_error
from .formats import DEFAULT_FORMAT, FORMATS, Options
from .language.loader import find_languages
from .letters.letter import DEFAULT_STYLE, REMINDER_STYLE, SUPPORT_STYLE, Letter
from .letters.options import LetterOptions
from .letters.sender import Sender
from .letters.service import LetterService
from .schema.types import PartialDate

# The folder of a campaign over the bundled one, or a campaign that was read.
CampaignSource = Campaign | Path | str
_NOBODY = Sender()
_DEFAULTS = Options()


def write_letter(
    *,
    case: str,
    country: str | None = None,
    language: str | Sequence[str] = (),
    sender: Sender = _NOBODY,
    to: str | None = None,
    copy: Sequence[str] = (),
    style: str = DEFAULT_STYLE,
    demands: Sequence[str] = (),
    first_letter: Date | None = None,
    fallback: bool = False,
    date: Date | None = None,
    campaign: CampaignSource | None = None,
    on_note: Callable[[str], object] | None = None,
) -> Letter:
    """
    Write the letter of *sender* about the case with the id *case*.

    *country* is where the sender lives, by default that of *sender*. Countries and
    languages are codes or names; several languages make a letter in all of them. *to*
    names an addressee, by default the embassy or office that the case names first, and
    *copy* others who get a copy. *demands* are ids in the order wanted. *first_letter*
    is the date of the letter that the style `reminder` is about. With *fallback* the
    letter is in English if the language lacks a text. The default of *date* is today,
    that of *campaign* the bundled one. *on_note* gets each note on the letter; those on
    a format are what its `remarks` returns.

    Raises `ProtestgenError`, whose text says what to change.
    """
    used = _campaign(campaign, case)
    service = LetterService(used, date or _now().date())
    codes = _codes(language, used)
    choices = _choices(country, codes, to, style, demands, copy=copy, fallback=fallback)
    if first_letter:
        if style != REMINDER_STYLE:
            reason = f"'first_letter' goes with the style '{REMINDER_STYLE}' only"
            raise ChoiceError(f"{reason}: omit it")
        day = PartialDate(first_letter.year, first_letter.month, first_letter.day)
        choices = replace(choices, first_letter=day)
    letter, notes = service.write(used.case(case), sender, choices)
    if on_note:
        for note in (*notes, *(n for part in service.remarks(letter) for n in part)):
            on_note(note)
    return letter


def write_batch(
    *,
    case: str,
    roster: Path | str,
    output: Path | str,
    format: str = DEFAULT_FORMAT,  # noqa: A002 - as the option is called
    options: Options = _DEFAULTS,
    country: str | None = None,
    language: str | Sequence[str] = (),
    to: str | None = None,
    copy: Sequence[str] = (),
    style: str = DEFAULT_STYLE,
    demands: Sequence[str] = (),
    fallback: bool = False,
    date: Date | None = None,
    campaign: CampaignSource | None = None,
    on_progress: Callable[[BatchStats], object] | None = None,
    on_failure: Callable[[str], object] | None = None,
) -> BatchStats:
    """
    Write a letter for each row of the file *roster* to the folder *output*.

    A row's own choices come before those given here; *country* is for rows without one.
    The folder is that of the command: a second run goes on where the first ended, and
    `failed.csv` has the rows that failed. Letters keep their date in a second run,
    unless a *date* is given; new ones have today's. *on_progress* gets the figures
    after every hundred letters, and *on_failure* a line for each fault of a row. This
    process writes all letters.

    Raises `ProtestgenError` if no letter can be written.
    """
    used = _campaign(campaign, case)
    if format not in FORMATS:
        raise UnknownNameError("format", format, FORMATS, see="protestgen letter -h")
    codes = _codes(language, used)
    choices = _choices(None, codes, to, style, demands, copy=copy, fallback=fallback)
    home = find_country(country) if country else None
    with _open_roster(Path(roster)) as stream, OutputFolder(Path(output)) as folder:
        rows = read_roster(stream, str(roster))
        spec = _batch_spec(used, folder.folder, format, options, date)
        plan = BatchPlan(spec=spec, cases=(case,), choices=choices, home=home)
        batch = Batch(plan, _Callbacks(on_progress, on_failure), folder=folder)
        batch.run(rows)
        batch.finish()
    return batch.tally


def _batch_spec(
    campaign: Campaign,
    folder: Path,
    format_name: str,
    options: Options,
    date: Date | None,
) -> BatchSpec:
    """Return what all letters in *folder* have in common."""
    now = options.now or _now()
    return BatchSpec(
        campaign=campaign,
        on=date or now.date(),
        redated=date is not None,
        format_name=format_name,
        options=replace(options, now=now, folders=campaign.folders),
        kind="folder",
        folder=folder,
    )


class _Callbacks(Reporter):
    """Reports figures and failed rows to functions; the figures count all else."""

    def __init__(
        self,
        on_progress: Callable[[BatchStats], object] | None,
        on_failure: Callable[[str], object] | None,
    ) -> None:
        self._on_progress = on_progress
        self._on_failure = on_failure

    def progress(self, tally: BatchStats) -> None:
        """Report the figures so far."""
        if self._on_progress:
            self._on_progress(tally)

    def failed(self, at: Location, fault: FieldError) -> None:
        """Report why a row failed."""
        if self._on_failure:
            self._on_failure(f"{at}: {fault}")


def _campaign(source: CampaignSource | None, case: str) -> Campaign:
    """Return the campaign that a caller means; raise if it does not have *case*."""
    if not isinstance(source, Campaign):
        folders = () if source is None else (source,)
        source = load_campaign(*folders, wanted=Wanted(cases=(case,)))
    source.case(case)
    return source


def _codes(names: str | Sequence[str], campaign: Campaign) -> tuple[str, ...]:
    """Return the codes of languages; a text is the name of one."""
    return find_languages(
        [names] if isinstance(names, str) else names, campaign.folders
    )


def _choices(
    country: str | None,
    languages: tuple[str, ...],
    to: str | None,
    style: str,
    demands: Sequence[str],
    *,
    copy: Sequence[str],
    fallback: bool,
) -> LetterOptions:
    """Return the choices of a letter, and refuse those that do not go together."""
    unfit = "to" if to else "copy" if copy else "demands" if demands else ""
    if style == SUPPORT_STYLE and unfit:
        raise ChoiceError(f"'{unfit}' does not go with the style '{style}': omit it")
    return LetterOptions(
        country=find_country(country) if country else None,
        to=to,
        copy=tuple(copy),
        style=style,
        languages=languages,
        demands=tuple(demands),
        fallback=fallback,
    )


def _open_roster(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise read_error(str(path), error) from None


def _now() -> datetime:
    """Return the time by the clock, with its zone."""
    return datetime.now().astimezone()
