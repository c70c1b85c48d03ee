"""Who writes to whom: the letters of each member of a roster, each of them once."""

from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from .errors import ProtestgenError
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

    They go to the embassies in *countries*, or else to that in the member's own, which
    is *home* where the roster does not say. *wish* is what members do not choose
    themselves. The names of files have *suffix*. A *strict* batch ends with the first
    row that fails.
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
    A row and what became of it so far.

    *tasks* are its letters, *repeats* the lines in which others of its letters were
    asked for before.
    """

    row: Row
    tasks: list[Task] = []
    faults: list[Fault] = []
    repeats: list[int] = []


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
        for row in self._rows:
            if self._is_stopped():
                self.is_whole = False
                break
            lot.append(job := self._job(row))
            letters += len(job.tasks)
            if job.faults and self._plan.strict:
                self.is_whole = False
                break
            if letters >= _LOT or len(lot) >= _LOT:
                yield lot
                lot, letters = [], 0
        if lot:
            yield lot

    def _job(self, row: Row) -> Job:
        job = Job(row=row, faults=list(row.faults))
        if row.member is None:
            return job
        if self._plan.order.format_name == "eml" and not row.member.sender.email:
            job.faults.append(Fault("empty: an e-mail is from an address", "email"))
            return job
        for case in self._plan.cases:
            for country in self._plan.countries or (None,):
                self._add(job, case, country, row.member)
        return job

    def _add(self, job: Job, case: str, country: str | None, member: Member) -> None:
        """Add a letter to *job*, or why there is none."""
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
            job.faults.append(Fault(str(error), "to" if member.to else "country"))
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
