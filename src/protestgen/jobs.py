"""Who writes to whom: the letters of each member of a roster, each of them once."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from .country import country_name
from .errors import Location, ProtestgenError
from .letter import SUPPORT_STYLE
from .lots import Order, Task
from .member import Fault, Member
from .naming import file_stem, key_of
from .roster import Row
from .seen import Seen
from .writer import Wish, Writer

# So many letters are written in one go.
_LOT = 100


class Plan(Struct, frozen=True, kw_only=True):
    """
    What is to be written: of each member a letter in each of the *cases*.

    They go to the embassy in the member's own country, which is *home* where the roster
    does not say; or else those of one sender to the embassies in *countries*. *wish* is
    what members do not choose themselves. The names of files have *suffix*. A *strict*
    batch ends with the first row that fails.
    """

    order: Order
    cases: tuple[str, ...]
    wish: Wish = Wish()
    countries: tuple[str, ...] = ()
    home: str | None = None
    suffix: str = ".txt"
    strict: bool = False


class Job(Struct, kw_only=True):
    """
    A row and what became of it so far; or of one letter of it, to a *country*.

    *tasks* are its letters, about *cases*, *repeats* the lines in which others of its
    letters were asked for before.
    """

    row: Row
    cases: tuple[str, ...]
    country: str | None = None
    tasks: list[Task] = []
    faults: list[Fault] = []
    repeats: list[int] = []

    @property
    def at(self) -> Location:
        """What to call it."""
        if self.country is None:
            return self.row.at
        return Location(f"{self.cases[0]} to {country_name(self.country)}")


class Jobs:
    """The jobs that *plan* makes of *rows*, in lots, until it *is_stopped*."""

    def __init__(
        self,
        plan: Plan,
        rows: Iterable[Row],
        seen: Seen,
        is_stopped: Callable[[], bool],
    ) -> None:
        self._plan = plan
        self._rows = rows
        self._seen = seen
        self._is_stopped = is_stopped
        self._writer = Writer(plan.order.campaign, plan.order.on)
        self.is_whole = True

    def __iter__(self) -> Iterator[list[Job]]:
        lot: list[Job] = []
        letters = 0
        for job in chain.from_iterable(map(self._jobs, self._rows)):
            if self._is_stopped():
                self.is_whole = False
                break
            self._fill(job)
            lot.append(job)
            letters += len(job.tasks)
            if job.faults and self._plan.strict:
                self.is_whole = False
                break
            if letters >= _LOT or len(lot) >= _LOT:
                yield lot
                lot, letters = [], 0
        if lot:
            yield lot

    def _jobs(self, row: Row) -> Iterable[Job]:
        """Return the job of *row*, or one for each of its letters to many countries."""
        cases = self._plan.cases
        if not self._plan.countries:
            return (Job(row=row, cases=cases, faults=list(row.faults)),)
        return (
            Job(row=row, cases=(case,), country=country)
            for case in cases
            for country in self._plan.countries
        )

    def _fill(self, job: Job) -> None:
        """Add its letters to *job*, or why there are none."""
        member = job.row.member
        if member is None:
            return
        if self._plan.order.format_name == "eml" and not member.sender.email:
            job.faults.append(Fault("empty: an e-mail is from an address", "email"))
            return
        for case in job.cases:
            self._add(job, case, member)

    def _add(self, job: Job, case: str, member: Member) -> None:
        """Add a letter to *job*, or why there is none."""
        country = job.country
        wish = self._wish(member, country)
        sender = member.sender
        if sender.country is None and self._plan.home:
            sender = replace(sender, country=self._plan.home)
        to = None if wish.style == SUPPORT_STYLE else wish.to or ""
        try:
            addressee, _, _ = self._writer.addressees(
                case, country or sender.country, to
            )
        except ProtestgenError as error:
            field = "to" if member.to else "country"
            job.faults.append(Fault(str(error), "" if country else field))
            return
        name = file_stem(case, addressee, sender) + self._plan.suffix
        line = job.row.at.line or 0
        first = self._seen.first_line(key_of(name), line)
        if first is None:
            job.tasks.append(Task(case, sender, wish, name))
        else:
            job.repeats.append(first)

    def _wish(self, member: Member, country: str | None) -> Wish:
        wish = self._plan.wish
        return Wish(
            country=country,
            to=member.to or wish.to,
            style=member.style or wish.style,
            languages=() if member.sender.language else wish.languages,
            demands=member.demands or wish.demands,
            fallback=wish.fallback,
        )
