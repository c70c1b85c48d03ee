"""A batch of letters: composed in chunks, here or elsewhere, delivered and counted."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import date
from pathlib import Path
from typing import IO, Literal

from protestgen import __version__
from protestgen.campaign.data_files import campaign_hash
from protestgen.campaign.loader import Campaign
from protestgen.errors import OutputError
from protestgen.formats import Options
from protestgen.formats.pdf_merge import PdfMerger
from protestgen.letters.letter import other_style

from .dispatch import QUEUE_DEPTH, chunk_size, tasks_of, write_chunks
from .file_store import KnownFile, PreparedFile, is_edited
from .filenames import key_of, may_be_about
from .manifest import ManifestEntry, RunHeader
from .output_folder import FAILED, OutputFolder
from .planner import BatchPlan, JobPlanner, RosterJob
from .report import BatchStats, Reporter
from .roster import Roster, failed_for, report_columns, report_row
from .roster_row import FieldError
from .seen_index import SeenIndex
from .state import BatchState
from .worker import BatchSpec, ChunkResult, LetterTask

# What happens to the table of rows that failed before: the run reads all of these rows
# again, or reads others and writes a table of its own, or reads none.
FailedBefore = Literal["read", "aside", "kept"]

_KEPT_DATE = "the letter keeps the date of an earlier run: '--date' changes it"
_RETURNED = "workers do not see the folder: they sent their letters here"


class Batch:
    """
    A run of a *plan* that tells a *reporter* how it goes.

    Letters become files in *folder*, or are joined in *stream*, or are pages of
    *merger*. Without any of these, *first* is the first of them, as it would be in a
    folder that has *state*.
    """

    def __init__(
        self,
        plan: BatchPlan,
        reporter: Reporter,
        *,
        folder: OutputFolder | None = None,
        state: BatchState | None = None,
        stream: IO[bytes] | None = None,
        merger: PdfMerger | None = None,
    ) -> None:
        self.tally = BatchStats()
        self.first = b""
        self._plan = plan
        self._reporter = reporter
        self._folder = folder
        self._state = folder.state if folder else state
        self._stream = stream
        self._merger = merger
        self._seen = SeenIndex()
        self._to = {id_: plan.spec.campaign.case(id_).ways[0].to for id_ in plan.cases}

    def run(
        self,
        roster: Roster,
        executor: Executor | None = None,
        *,
        is_stopped: Callable[[], bool] = bool,
        ahead: int = QUEUE_DEPTH,
    ) -> None:
        """
        Write the letters of *roster*, here and by *executor* if there is one.

        The executor gets up to *ahead* chunks at a time. When *is_stopped* turns true,
        the letters in hand are finished.
        """
        spec = self._plan.spec
        if self._folder:
            header = run_header(spec.campaign, spec.on, spec.options)
            self._folder.begin(header, durable=spec.durable)
        for note in roster.notes:
            self._reporter.noted(note)
        jobs = JobPlanner(
            *(self._plan, roster.rows, self._seen),
            lambda: is_stopped() or self._is_over(),
            size=chunk_size(spec, is_shared=executor is not None),
            known=self._state.known if self._state else lambda _: KnownFile(),
        )
        for chunk, written in write_chunks(spec, jobs, executor, ahead):
            if written.stopped:
                raise OutputError(written.stopped)
            self._take(chunk, written, roster)
            self._reporter.progress(self.tally)
        self.tally.is_whole = jobs.is_whole and not self._is_over()

    def _is_over(self) -> bool:
        """Whether a row failed that ends the run."""
        return self._plan.strict and bool(self.tally.failed)

    def finish(
        self, *, adds: bool = False, before: FailedBefore = "read", prune: bool = False
    ) -> None:
        """
        Finish the PDF; or report orphaned files, and write the manifest of the folder.

        With *prune* orphaned files are removed, unless somebody has edited them, or a
        row failed that they may belong to. A run that *adds* letters leaves them alone.
        The table of rows that failed *before* is kept if they failed for other cases or
        are not among the rows of this run.
        """
        if self._merger:
            self.tally.size = self._merger.finish()
        if self._folder is None:
            return
        folder = self._folder
        self._take_orphans(
            *(folder.state, folder.folder),
            is_reported=self.tally.is_whole and not adds,
            remove=folder.remove if prune and not self.tally.failed else None,
        )
        folder.finish(
            keeps_failed=before == "kept" or (adds and not self.tally.is_whole),
            backs_up_failed=before == "aside"
            or _has_failed_for_others(folder.folder / FAILED, self._plan.cases),
        )

    def preview(self, folder: Path) -> None:
        """Report which files in *folder* would be orphaned."""
        if self.tally.is_whole and self._state:
            self._take_orphans(self._state, folder, is_reported=True)

    def _take_orphans(
        self,
        state: BatchState,
        folder: Path,
        *,
        is_reported: bool,
        remove: Callable[[ManifestEntry], None] | None = None,
    ) -> None:
        """Report or *remove* the letters of earlier runs that no row asks for."""
        for letter in state.earlier_letters():
            if self._seen.has_letter(key_of(letter.file)):
                continue
            if not (folder / letter.file).is_file():
                state.forget(letter)
            elif not (is_reported and _is_about(letter, self._plan.cases)):
                continue
            elif is_edited(folder, letter.file, letter.sha256.split()):
                self._reporter.edited(letter.file, is_orphaned=True)
            elif remove:
                remove(letter)
                self.tally.removed += 1
            else:
                self.tally.orphaned += 1
                self._reporter.orphaned(letter.file, is_certain=not self.tally.failed)

    def _take(
        self, chunk: list[RosterJob], written: ChunkResult, roster: Roster
    ) -> None:
        """Deliver the letters of *chunk*, count them, and report what failed."""
        self._deliver(written, chunk)
        tally = self.tally
        tally.rows += len(chunk)
        tally.size += written.size
        tally.add_notes(written.notes)
        tasks = ((job, task) for job in chunk for task in job.tasks)
        for index, (job, task) in enumerate(tasks):
            if remarks := written.remarks.get(index):
                tally.add_remarks(remarks, job.at)
            if faults := written.faults.get(index):
                self._seen.fail(key_of(task.name))
                job.faults += [fault for fault in faults if fault not in job.faults]
            else:
                tally.letters += 1
                tally.countries[_country(task)] += 1
                if not self._folder:
                    self._count_new(task)
                if task.date:
                    tally.notes[_KEPT_DATE] += 1
        for job in chunk:
            self._report(job, roster)

    def _deliver(self, written: ChunkResult, chunk: list[RosterJob]) -> None:
        """Put what was *written* of *chunk* where the letters go."""
        if self._folder:
            self._store(self._folder, written, tasks_of(chunk))
        elif self._stream:
            self._stream.write(written.data)
        elif self._merger:
            for document in written.documents:
                self._merger.add(document)
        else:
            self.first = self.first or written.data

    def _store(
        self, folder: OutputFolder, written: ChunkResult, tasks: Sequence[LetterTask]
    ) -> None:
        """Store the files of a chunk in *folder*; some of them may have come back."""
        files: list[PreparedFile] = []
        chosen = [tasks[index] for index in written.files]
        for task, file in zip(chosen, written.files.values(), strict=True):
            if data := file.returned:
                self.tally.notes[_RETURNED] += 1
                file = folder.prepare(task.name, data, task.known.hashes)  # noqa: PLW2901
            files.append(file)
        dates = _dates(self._plan.spec)
        letters = [_entry(*each, dates) for each in zip(chosen, files, strict=True)]
        statuses = folder.store(letters, files)
        self.tally.statuses.update(statuses)
        for task, letter, status in zip(chosen, letters, statuses, strict=True):
            if status == "edited":
                self._reporter.edited(letter.file, is_orphaned=False)
            elif status == "new" and not task.known.date:
                self._count_new(task)

    def _count_new(self, task: LetterTask) -> None:
        """Count a letter that was not there before, if it is a first letter."""
        if not other_style(task.choices.style):
            to = task.choices.to or self._to[task.case][task.choices.nth or 0]
            self.tally.new[task.case, _country(task), to, task.to] += 1

    def _report(self, job: RosterJob, roster: Roster) -> None:
        """Report the notes on a row, its duplicate letters, and why it failed."""
        for note in job.row.notes:
            self._reporter.noted(note)
        if job.repeats:
            self._report_repeats(job)
        if not job.faults:
            return
        self.tally.failed += 1
        for fault in job.faults:
            self._reporter.failed(job.at, fault)
        if self._folder and roster.columns:
            row = report_row(roster, job.row, job.faults, job.cases)
            columns = report_columns(roster)
            self._folder.record_failed_row(columns, row, roster.delimiter)

    def _report_repeats(self, job: RosterJob) -> None:
        """Report the letters of a row that an earlier row asked for."""
        firsts: dict[int, None] = {}
        for first, key in job.repeats:
            if self._seen.has_failed(key):
                hint = "correct that row, or remove it and keep this one"
                fault = FieldError(
                    f"line {first} is the same person, and failed: {hint}",
                    kind="duplicate of a failed row",
                )
                job.faults.append(fault)
            else:
                self.tally.duplicate += 1
                firsts[first] = None
        if job.row.member and job.country is None:
            for first in firsts:
                self._reporter.duplicate(job.at, first, job.row.member.sender)


def _country(task: LetterTask) -> str:
    return task.choices.country or task.sender.country or ""


def _has_failed_for_others(path: Path, cases: Sequence[str]) -> bool:
    """Whether the table at *path* has rows that failed for other cases than *cases*."""
    if not path.is_file():  # a pipe would be waited for
        return False
    with path.open("rb") as file:
        return not failed_for(file) <= {*cases}


def _is_about(letter: ManifestEntry, cases: tuple[str, ...]) -> bool:
    """Whether *letter* is, or may be, about one of *cases*."""
    return letter.case in cases if letter.case else may_be_about(letter.file, cases)


def run_header(campaign: Campaign, on: date, options: Options) -> RunHeader:
    """What a run notes of itself in the manifest."""
    states = {case.state for case in campaign.cases.values()}
    return RunHeader(
        protestgen=__version__,
        data=campaign_hash(campaign.folders, states),
        date=on.isoformat(),
        time=options.time_of(on).isoformat(),
    )


def _dates(spec: BatchSpec) -> tuple[str, str]:
    """Return the date of new letters and the time of new e-mails, as text."""
    return spec.on.isoformat(), spec.options.time_of(spec.on).isoformat()


def _entry(
    task: LetterTask, file: PreparedFile, dates: tuple[str, str]
) -> ManifestEntry:
    """The entry of the manifest for the letter of *task*; *dates* are of a new one."""
    date, time = task.date or dates[0], task.time or dates[1]
    if file.status == "edited":
        date, time = task.known.date, task.known.time
    return ManifestEntry(
        file=task.name,
        case=task.case,
        to=task.to,
        name=task.sender.name or "",
        sha256=file.sha256,
        date=date,
        time=time,
        style=other_style(task.choices.style),
    )
