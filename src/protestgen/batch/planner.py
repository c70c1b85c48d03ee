"""Who writes to whom: the letters of each member of a roster, each of them once."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from protestgen.campaign.directory import Addressee
from protestgen.countries import country_name, find_language
from protestgen.errors import Location, ProtestgenError
from protestgen.language.loader import languages
from protestgen.letters.letter import ORGANISATION_STYLE, SUPPORT_STYLE
from protestgen.letters.sender import Sender
from protestgen.letters.service import LetterOptions, LetterService

from .filenames import file_stem, key_of
from .roster_row import FieldError, Member, Row, fault_of
from .seen_index import SeenIndex
from .worker import BatchSpec, LetterTask, choice_faults


class BatchPlan(Struct, frozen=True, kw_only=True):
    """
    What is to be written: of each member a letter in each of the *cases*.

    They go to the embassy in the member's own country, which is *home* where the roster
    does not say; or else those of one sender to the embassies in *countries*. *wish* is
    what members do not choose themselves. The names of files have *suffix*. A *strict*
    batch ends with the first row that fails.
    """

    order: BatchSpec
    cases: tuple[str, ...]
    wish: LetterOptions = LetterOptions()
    countries: tuple[str, ...] = ()
    home: str | None = None
    suffix: str = ".txt"
    strict: bool = False


class RosterJob(Struct, kw_only=True):
    """
    A row and what became of it so far; or of one letter of it, to a *country*.

    *tasks* are its letters, about *cases*; *repeats* are those that were asked for
    before: in which line, and what `key_of` gives for their files.
    """

    row: Row
    cases: tuple[str, ...]
    country: str | None = None
    tasks: list[LetterTask] = []
    faults: list[FieldError] = []
    repeats: list[tuple[int, int]] = []

    def add_fault(self, field: str, reason: str) -> None:
        """Note a *reason* why there is no letter, if *field* could be read."""
        if all(fault.field != field for fault in self.row.faults):
            self.faults.append(FieldError(reason, field))

    @property
    def at(self) -> Location:
        """What to call it."""
        if self.country is None:
            return self.row.at
        return Location(f"{self.cases[0]} to {country_name(self.country)}")


class JobPlanner:
    """The jobs that *plan* makes of *rows*, in lots of a *size*, until *is_stopped*."""

    def __init__(
        self,
        plan: BatchPlan,
        rows: Iterable[Row],
        seen: SeenIndex,
        is_stopped: Callable[[], bool],
        *,
        size: int,
    ) -> None:
        self._plan = plan
        self._rows = rows
        self._seen = seen
        self._is_stopped = is_stopped
        self._size = size
        self._writer = LetterService(plan.order.campaign, plan.order.on)
        self._codes = lru_cache(self._new_codes)
        self.is_whole = True

    def __iter__(self) -> Iterator[list[RosterJob]]:
        lot: list[RosterJob] = []
        letters = 0
        for job in chain.from_iterable(map(self._jobs, self._rows)):
            if self._is_stopped():
                self.is_whole = False
                break
            try:
                self._build(job)
            except ProtestgenError:
                raise
            except Exception as error:  # noqa: BLE001 - it fails this row only
                job.faults.append(fault_of(error))
            lot.append(job)
            letters += len(job.tasks)
            if job.faults and self._plan.strict:
                self.is_whole = False
                break
            if letters >= self._size or len(lot) >= self._size:
                yield lot
                lot, letters = [], 0
        else:  # what comes from a pipe may have ended for that
            self.is_whole = not self._is_stopped()
        if lot:
            yield lot

    def _jobs(self, row: Row) -> Iterable[RosterJob]:
        """Return the job of *row*, or one for each of its letters to many countries."""
        cases = self._plan.cases
        if not self._plan.countries:
            return (RosterJob(row=row, cases=cases, faults=list(row.faults)),)
        return (
            RosterJob(row=row, cases=(case,), country=country)
            for case in cases
            for country in self._plan.countries
        )

    def _build(self, job: RosterJob) -> None:
        """Add its letters to *job*, or why there are none."""
        member = job.row.member
        if member is None:
            return
        sender = member.sender
        codes: tuple[str, ...] = ()
        if self._plan.order.format_name == "eml" and not sender.email:
            job.add_fault("email", "empty: an e-mail is from an address")
        if member.language:
            codes = self._codes_of(job, member.language)
        if member.to or member.demands:
            self._check_support(job, member)
        style = member.style or self._plan.wish.style
        if style == ORGANISATION_STYLE and not sender.organisation:
            reason = f"empty: the style '{style}' is written for one"
            job.add_fault("organisation", reason)
        if sender.country is None and self._plan.home:
            sender = replace(sender, country=self._plan.home)
        is_sound = not job.faults
        wish = self._wish(member, job.country, codes)
        for case in job.cases:
            if not is_sound or not self._add_task(job, case, sender, wish):
                self._collect_faults(job, case, sender, wish)

    def _codes_of(self, job: RosterJob, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the codes of the languages that a row calls by *names*."""
        try:
            return self._codes(names)
        except ProtestgenError as error:
            job.add_fault("language", str(error))
            return ()

    def _new_codes(self, names: tuple[str, ...]) -> tuple[str, ...]:
        known = languages(self._plan.order.campaign.folders)
        return tuple(dict.fromkeys(find_language(name, known) for name in names))

    def _check_support(self, job: RosterJob, member: Member) -> None:
        """Note what does not go with a message of support, if that is to be written."""
        style = member.style or self._plan.wish.style
        for field in ("to", "demands") if style == SUPPORT_STYLE else ():
            if getattr(member, field):
                job.add_fault(
                    field, f"does not go with the style '{style}': leave it empty"
                )

    def _add_task(
        self, job: RosterJob, case: str, sender: Sender, wish: LetterOptions
    ) -> bool:
        """Add a letter to *job*, unless there is nobody that it goes to."""
        try:
            addressee = self._addressee(case, sender, wish)
        except ProtestgenError:
            return False
        name = file_stem(case, addressee, sender) + self._plan.suffix
        line = job.row.at.line or 0
        key = key_of(name)
        first = self._seen.first_line(key, line)
        if first is None:
            job.tasks.append(LetterTask(case, sender, wish, name))
        else:
            job.repeats.append((first, key))
        return True

    def _addressee(
        self, case: str, sender: Sender, wish: LetterOptions
    ) -> Addressee | None:
        to = None if wish.style == SUPPORT_STYLE else wish.to or ""
        country = wish.country or sender.country
        addressee, _, _ = self._writer.addressees(case, country, to)
        return addressee

    def _collect_faults(
        self, job: RosterJob, case: str, sender: Sender, wish: LetterOptions
    ) -> None:
        """Note all that keeps a letter from being one of *job*."""
        faults = choice_faults(self._writer, case, sender, wish)
        unread = {fault.field for fault in job.row.faults}
        try:
            if not unread & {"country", "to"}:
                self._addressee(case, sender, wish)
        except ProtestgenError as error:
            faults.insert(0, self._misaddressed(job, sender, wish, str(error)))
        for fault in faults:
            if fault.field not in unread and fault not in job.faults:
                job.faults.append(fault)

    def _misaddressed(
        self, job: RosterJob, sender: Sender, wish: LetterOptions, reason: str
    ) -> FieldError:
        """Return the *reason* why nobody is written to, as a fault of a cell."""
        member = job.row.member
        if job.country or member is None:
            return FieldError(reason)
        if not (wish.country or sender.country):
            return FieldError(
                "empty: name the country that the member lives in", "country"
            )
        if member.to:  # which is called so on the command line
            return FieldError(reason.replace("'--to ", "'"), "to")
        return FieldError(reason, "" if self._plan.wish.to else "country")

    def _wish(
        self, member: Member, country: str | None, codes: tuple[str, ...]
    ) -> LetterOptions:
        wish = self._plan.wish
        return LetterOptions(
            country=country,
            to=member.to or wish.to,
            style=member.style or wish.style,
            languages=codes or wish.languages,
            demands=member.demands or wish.demands,
            fallback=wish.fallback,
        )
