"""Who writes to whom: the letters of each member of a roster, each of them once."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from protestgen.campaign.directory import Addressee
from protestgen.countries import country_name
from protestgen.errors import AddresseeError, Location, ProtestgenError
from protestgen.language.loader import find_languages
from protestgen.letters.letter import (
    ORGANISATION_STYLE,
    REMINDER_STYLE,
    SUPPORT_STYLE,
    other_style,
)
from protestgen.letters.options import LetterOptions
from protestgen.letters.sender import Sender
from protestgen.letters.service import LetterService

from .file_store import KnownFile
from .filenames import file_stem, file_suffix, key_of
from .roster_row import FieldError, Member, Row, fault_of, kind_of
from .seen_index import SeenIndex
from .worker import BatchSpec, LetterTask, choice_faults

_CARD = f"'{SUPPORT_STYLE}': a card asks for no answer, remove this row"
_OTHER_LETTER = (
    "the folder has another letter of this member to the same addressee: write "
    "reminders and thanks to a folder of their own"
)


class BatchPlan(Struct, frozen=True, kw_only=True):
    """
    What to write: for each member a letter about each of the *cases*.

    It goes to the embassy in the member's own country, or in *home* if the roster names
    none. With *countries*, one sender writes to the embassies there. *choices* are
    for what members do not choose themselves. A *strict* batch ends with the first row
    that fails.
    """

    spec: BatchSpec
    cases: tuple[str, ...]
    choices: LetterOptions = LetterOptions()
    countries: tuple[str, ...] = ()
    home: str | None = None
    strict: bool = False


class RosterJob(Struct, kw_only=True):
    """
    A roster row's letters and faults; or one *country* that a single sender writes to.

    *tasks* are its letters, about *cases*. *repeats* are letters that another row asked
    for before: its line, and the key of the file's name.
    """

    row: Row
    cases: tuple[str, ...]
    country: str | None = None
    tasks: list[LetterTask] = []
    faults: list[FieldError] = []
    repeats: list[tuple[int, int]] = []

    def add_fault(self, fault: FieldError) -> None:
        """Add *fault*, unless its field could not even be read."""
        fields = {read.field for read in self.row.faults}
        if fault.field not in fields and fault not in self.faults:
            self.faults.append(fault)

    @property
    def at(self) -> Location:
        """The place to name in messages."""
        if self.country is None:
            return self.row.at
        return Location(f"{self.cases[0]} to {country_name(self.country)}")


class JobPlanner:
    """
    The jobs that *plan* makes of *rows*, in chunks of *size* letters.

    *known* tells what earlier runs noted of a file, by its name.
    It ends early, and *is_whole* is False, once *is_stopped* or if a strict plan fails.
    """

    def __init__(
        self,
        plan: BatchPlan,
        rows: Iterable[Row],
        seen: SeenIndex,
        is_stopped: Callable[[], bool],
        *,
        size: int,
        known: Callable[[str], KnownFile],
    ) -> None:
        self._plan = plan
        self._rows = rows
        self._seen = seen
        self._is_stopped = is_stopped
        self._size = size
        self._known = known
        self._service = LetterService(plan.spec.campaign, plan.spec.on)
        self._codes = lru_cache(
            partial(find_languages, folders=plan.spec.campaign.folders)
        )
        self._suffix = file_suffix(plan.spec.format_name)
        cases = map(plan.spec.campaign.case, plan.cases)
        self._counts = {case.id: len(case.ways[0].to) for case in cases}
        self.is_whole = True

    def __iter__(self) -> Iterator[list[RosterJob]]:
        chunk: list[RosterJob] = []
        letters = 0
        for job in self._jobs():
            chunk.append(job)
            letters += len(job.tasks)
            if letters >= self._size or len(chunk) >= self._size:
                yield chunk
                chunk, letters = [], 0
        if chunk:
            yield chunk

    def _jobs(self) -> Iterator[RosterJob]:
        """Yield jobs with their letters and faults, until the end of the plan."""
        for job in chain.from_iterable(map(self._empty_jobs, self._rows)):
            if self._is_stopped():
                self.is_whole = False
                return
            try:
                self._build(job)
            except (ProtestgenError, sqlite3.Error):
                raise
            except Exception as error:  # noqa: BLE001 - it fails this row only
                job.faults.append(fault_of(error))
            yield job
            if job.faults and self._plan.strict:
                self.is_whole = False
                return
        self.is_whole = not self._is_stopped()  # a pipe may have ended for that

    def _empty_jobs(self, row: Row) -> Iterable[RosterJob]:
        """Return the job of *row*, or one for each case and country."""
        cases = self._plan.cases
        if not self._plan.countries:
            return (RosterJob(row=row, cases=cases, faults=list(row.faults)),)
        return (
            RosterJob(row=row, cases=(case,), country=country)
            for case in cases
            for country in self._plan.countries
        )

    def _build(self, job: RosterJob) -> None:
        """Add its letters to *job*, or the reasons why there are none."""
        member = job.row.member
        if member is None:
            return
        codes = self._check_member(job, member)
        sender = member.sender
        if sender.country is None and self._plan.home:
            sender = replace(sender, country=self._plan.home)
        is_sound = not job.faults
        choices = _combined(member, self._plan.choices, job.country, codes)
        for case in job.cases:
            for each in self._by_addressee(case, choices):
                if not is_sound or not self._add_task(job, case, sender, each):
                    self._add_faults(job, case, sender, each)

    def _by_addressee(
        self, case: str, choices: LetterOptions
    ) -> Iterable[LetterOptions]:
        """Return *choices* once for each addressee who is to get a letter."""
        count = self._counts[case]
        if count == 1 or choices.to or choices.style == SUPPORT_STYLE:
            return (choices,)
        return [replace(choices, nth=nth) for nth in range(count)]

    def _check_member(self, job: RosterJob, member: Member) -> tuple[str, ...]:
        """Add the faults in what a member chose; return the codes of the languages."""
        sender, style = member.sender, _style(member, self._plan.choices)
        if self._plan.spec.format_name == "eml" and not sender.email:
            job.add_fault(
                FieldError("empty: an e-mail needs the sender's address", "email")
            )
        codes = self._language_codes(job, member.language) if member.language else ()
        for field in ("to", "copy", "demands") if style == SUPPORT_STYLE else ():
            if getattr(member, field):
                reason = f"does not go with the style '{style}': leave it empty"
                job.add_fault(FieldError(reason, field))
        if member.first_letter and style != REMINDER_STYLE:
            reason = f"goes with the style '{REMINDER_STYLE}' only: leave it empty"
            job.add_fault(FieldError(reason, "first_letter"))
        if style == REMINDER_STYLE and member.style == SUPPORT_STYLE:
            job.add_fault(FieldError(_CARD, "style"))
        if style == ORGANISATION_STYLE and not sender.organisation:
            reason = f"empty: the style '{style}' is written for one"
            job.add_fault(FieldError(reason, "organisation"))
        return codes

    def _language_codes(
        self, job: RosterJob, names: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return the codes of the languages that a row calls by *names*."""
        try:
            return self._codes(names)
        except ProtestgenError as error:
            job.add_fault(fault_of(error, "language"))
            return ()

    def _add_task(
        self, job: RosterJob, case: str, sender: Sender, choices: LetterOptions
    ) -> bool:
        """Add a letter to *job*, or return False if it has no addressee."""
        try:
            addressee = self._addressee(case, sender, choices)
        except ProtestgenError:
            return False
        name = file_stem(case, addressee, sender) + self._suffix
        key = key_of(name)
        first = self._seen.first_line(key, job.row.at.line or 0)
        if first is None:
            to = addressee.label if addressee else "support"
            task = LetterTask(case, sender, choices, name, to, self._known(name))
            _add_letter(job, task, self._plan.spec)
        else:
            job.repeats.append((first, key))
        return True

    def _addressee(
        self, case: str, sender: Sender, choices: LetterOptions
    ) -> Addressee | None:
        country = choices.country or sender.country
        return self._service.recipients(case, country, choices).addressee

    def _add_faults(
        self, job: RosterJob, case: str, sender: Sender, choices: LetterOptions
    ) -> None:
        """Add all faults that keep *job* from having a letter about *case*."""
        try:
            if not {"country", "to"} & {fault.field for fault in job.row.faults}:
                self._addressee(case, sender, choices)
        except ProtestgenError as error:
            job.add_fault(self._addressee_fault(job, sender, choices, error))
        for fault in choice_faults(self._service, case, sender, choices):
            job.add_fault(fault)

    def _addressee_fault(
        self,
        job: RosterJob,
        sender: Sender,
        choices: LetterOptions,
        error: ProtestgenError,
    ) -> FieldError:
        """Make a fault of an *error* in choosing the addressee, and name its field."""
        member, kind = job.row.member, kind_of(error)
        if job.country or member is None:
            return FieldError(str(error), kind=kind)
        if not (choices.country or sender.country):
            reason = "empty: name the country that the member lives in"
            return FieldError(reason, "country")
        chosen = "copy" if error.field == "copy" else "to"
        if getattr(member, chosen):
            reason = str(error)
            if isinstance(error, AddresseeError):
                reason = error.sentence()
            return FieldError(reason, chosen, kind=kind)
        field = "" if getattr(self._plan.choices, chosen) else "country"
        return FieldError(str(error), field, kind=kind)


def _add_letter(job: RosterJob, task: LetterTask, spec: BatchSpec) -> None:
    """Add *task* to *job*, with the date and time of an earlier run that it keeps."""
    known = task.known
    if not known.date:
        job.tasks.append(task)
    elif known.style != other_style(task.choices.style):
        job.add_fault(FieldError(_OTHER_LETTER))
    elif known.date == spec.on.isoformat():
        job.tasks.append(replace(task, time=known.time))
    elif spec.redated:
        job.tasks.append(task)
    else:
        job.tasks.append(replace(task, date=known.date, time=known.time))


def _style(member: Member, common: LetterOptions) -> str:
    """Return the style of the letter of a *member*, whose own is for first letters."""
    return other_style(common.style) or member.style or common.style


def _combined(
    member: Member, common: LetterOptions, country: str | None, codes: tuple[str, ...]
) -> LetterOptions:
    """Return the choices of a *member*, with the *common* ones where there are none."""
    return replace(
        common,
        country=country,
        to=member.to or common.to,
        copy=member.copy or common.copy,
        style=_style(member, common),
        languages=codes or common.languages,
        demands=member.demands or common.demands,
        first_letter=member.first_letter or common.first_letter,
    )
