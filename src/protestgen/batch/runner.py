"""Many letters: written in lots, here or elsewhere, and what becomes of them."""

import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import IO, Literal

from msgspec.structs import replace

from protestgen import __version__
from protestgen.batch.dispatch import (
    QUEUE_DEPTH,
    chunk_size,
    tasks_of,
    write_chunks,
)
from protestgen.batch.report import AggregatedNote, BatchStats, Reporter
from protestgen.campaign.loader import Campaign, fingerprint
from protestgen.errors import OutputError
from protestgen.formats.pdf_merge import PdfMerger
from protestgen.letters.sender import Sender

from .filenames import key_of, may_be_about
from .manifest import (
    ManifestEntry,
    RunHeader,
    is_edited,
    manifest_line,
    orphaned_files,
    with_hashes,
)
from .output_folder import FAILED, OutputFolder
from .planner import BatchPlan, JobPlanner, RosterJob
from .roster import Roster, failed_for, report_columns, report_row
from .roster_row import FieldError
from .seen_index import SeenIndex
from .worker import (
    BatchSpec,
    ChunkResult,
    LetterTask,
)

# So many different notes are kept.
_MOST_NOTES = 1_000

# What becomes of a table of rows that failed before: a run reads all of them again, or
# reads others and has its own table, or reads none.
FailedBefore = Literal["read", "aside", "kept"]

_AWAY = "workers do not see the folder: they sent their letters here"


class Batch:
    """
    The run of a *plan*, of which a *reporter* is told.

    Letters go to files in *outbox* or, one behind the other, to *stream*, or to
    *binder* as pages. Without any of these they go nowhere, and the *first* of them is
    kept.
    """

    def __init__(
        self,
        plan: BatchPlan,
        reporter: Reporter,
        *,
        outbox: OutputFolder | None = None,
        stream: IO[bytes] | None = None,
        binder: PdfMerger | None = None,
    ) -> None:
        self.tally = BatchStats()
        self.first = b""
        self._plan = plan
        self._reporter = reporter
        self._outbox = outbox
        self._stream = stream
        self._binder = binder
        self._seen = SeenIndex()

    def run(
        self,
        roster: Roster,
        executor: Executor | None = None,
        *,
        is_stopped: Callable[[], bool] = bool,
        ahead: int = QUEUE_DEPTH,
    ) -> None:
        """
        Write the letters of *roster* here, and by *executor* if there is one.

        That one is given so many lots *ahead*. Once it *is_stopped*, the letters in
        hand are finished.
        """
        for note in roster.notes:
            self._reporter.noted(note)
        strict = self._plan.strict
        ends = (lambda: is_stopped() or self._is_over()) if strict else is_stopped
        size = chunk_size(self._plan.order, is_shared=executor is not None)
        jobs = JobPlanner(self._plan, roster.rows, self._seen, ends, size=size)
        lots = self._announced(jobs)
        for lot, written in write_chunks(self._plan.order, lots, executor, ahead):
            if written.stopped:
                raise OutputError(written.stopped)
            self._take(lot, written, roster)
            self._reporter.progress(self.tally)
        self.tally.is_whole = jobs.is_whole and not self._is_over()

    def _is_over(self) -> bool:
        """Tell whether a row failed that is the last."""
        return self._plan.strict and bool(self.tally.failed)

    def finish(
        self, *, adds: bool = False, before: FailedBefore = "read", prune: bool = False
    ) -> None:
        """
        End what is bound, or let the manifest tell of this run and of files of no row.

        With *prune* the latter are removed, unless somebody has edited them, or a row
        failed that they may belong to. A run that *adds* to a folder takes no file for
        one of these, nor does any run the letters about other cases than its own. What
        is known of rows that failed *before* is not lost, if they failed for other
        cases or are not among those of this run.
        """
        if self._binder:
            self._binder.finish()
            self.tally.size = self._binder.size
        if self._outbox is None:
            return
        self._seen.forget_failed()
        is_whole = self.tally.is_whole and not adds
        for entry in self._outbox.others(self._is_known):
            if is_whole and self._is_ours(entry):
                if prune and not self.tally.failed and self._outbox.remove(entry):
                    self.tally.removed += 1
                    continue
                self._tell_stale(entry, self._outbox.folder)
            self._outbox.record(manifest_line(entry))
        self._outbox.finish(
            keeps_failed=before == "kept" or (adds and not self.tally.is_whole),
            backs_up_failed=before == "aside" or self._has_failed_for_others(),
        )

    def _has_failed_for_others(self) -> bool:
        """Tell whether rows failed before for cases that this run is not about."""
        assert self._outbox  # noqa: S101 - or else there is no such table
        path = self._outbox.folder / FAILED
        if not path.is_file():  # a pipe would be waited for
            return False
        with path.open("rb") as file:
            return not failed_for(file) <= {*self._plan.cases}

    def preview(self, folder: Path) -> None:
        """Tell of the files in *folder* that belong to no row any more."""
        if not self.tally.is_whole:
            return
        self._seen.forget_failed()
        for entry in orphaned_files(folder, self._is_known):
            if self._is_ours(entry):
                self._tell_stale(entry, folder)

    def _is_ours(self, entry: ManifestEntry) -> bool:
        """Tell whether *entry* is a letter about one of the cases of this run."""
        cases = self._plan.cases
        return entry.case in cases if entry.case else may_be_about(entry.file, cases)

    def _tell_stale(self, entry: ManifestEntry, folder: Path) -> None:
        if is_edited(folder, entry):
            self._reporter.edited(entry.file, is_stale=True)
            return
        self.tally.stale += 1
        self._reporter.stale(entry.file, is_certain=not self.tally.failed)

    def _is_known(self, key: int) -> bool:
        return self._seen.first_line(key, 0) is not None

    def _announced(self, lots: Iterable[list[RosterJob]]) -> Iterator[list[RosterJob]]:
        """Yield *lots*, of whose files the outbox knows."""
        for lot in lots:
            if self._outbox:
                if self._outbox.last:
                    for job in lot:
                        job.tasks = [*map(self._known, job.tasks)]
                if self._plan.order.mark:
                    self._outbox.plan(map(_planned, tasks_of(lot)))
            yield lot

    def _known(self, task: LetterTask) -> LetterTask:
        """Return *task* with what is known of its file."""
        assert self._outbox  # noqa: S101 - or else there are no files
        return replace(task, before=self._outbox.before(task.name))

    def _take(self, lot: list[RosterJob], written: ChunkResult, roster: Roster) -> None:
        """Take note of what became of *lot*."""
        self._put_away(written, lot)
        tally = self.tally
        tally.rows += len(lot)
        tally.size += written.size
        for note, count in written.notes.items():
            if note in tally.notes or len(tally.notes) < _MOST_NOTES:
                tally.notes[note] += count
        if written.filed.away:
            tally.notes[_AWAY] += len(written.filed.away)
        if written.remarks:
            self._take_remarks(lot, written.remarks)
        tasks = ((job, task) for job in lot for task in job.tasks)
        for index, (job, task) in enumerate(tasks):
            if faults := written.faults.get(index):
                self._seen.fail(key_of(task.name))
                job.faults += [fault for fault in faults if fault not in job.faults]
            else:
                tally.letters += 1
                tally.countries[task.wish.country or task.sender.country or ""] += 1
        for job in lot:
            self._report(job, roster)

    def _take_remarks(
        self, lot: list[RosterJob], remarks: dict[int, list[str]]
    ) -> None:
        """Take note of *remarks* on letters of *lot*."""
        places = [job.at for job in lot for _ in job.tasks]
        for index, texts in sorted(remarks.items()):
            kinds = {re.sub(r"\d+", "", text): text for text in reversed(texts)}
            for kind, text in kinds.items():
                if kind in self.tally.remarks or len(self.tally.remarks) < _MOST_NOTES:
                    new = AggregatedNote(at=places[index], text=text)
                    self.tally.remarks.setdefault(kind, new).letters += 1

    def _put_away(self, written: ChunkResult, lot: list[RosterJob]) -> None:
        """Let what was *written* of *lot* go to where letters go."""
        if self._outbox:
            lines = written.data
            if written.filed.away:
                lines = self._files_put_away(self._outbox, written, tasks_of(lot))
            self.tally.statuses.update(written.filed.statuses)
            for name in written.filed.edited:
                self._reporter.edited(name, is_stale=False)
            self._outbox.record(lines)
        elif self._stream:
            self._stream.write(written.data)
        elif self._binder:
            for document in written.documents:
                self._binder.add(document)
        else:
            self.first = self.first or written.data

    def _files_put_away(
        self, outbox: OutputFolder, written: ChunkResult, tasks: Iterable[LetterTask]
    ) -> bytes:
        """Let files that came back go to *outbox*, and return the lines on all."""
        before = {task.name: task.before for task in tasks}
        filed = written.filed
        hashes = {}
        durable = self._plan.order.durable
        for name, data in filed.away.items():
            status = outbox.put(name, data, before=before[name], durable=durable)
            filed.statuses[status] += 1
            if status == "edited":
                filed.edited.append(name)
                hashes[name] = before[name]
        return with_hashes(written.data, hashes) if hashes else written.data

    def _report(self, job: RosterJob, roster: Roster) -> None:
        """Report what did not come of a row."""
        for note in job.row.notes:
            self._reporter.noted(note)
        if job.repeats:
            self._report_repeats(job)
        if not job.faults:
            return
        self.tally.failed += 1
        for fault in job.faults:
            self._reporter.failed(job.at, fault)
        if self._outbox and roster.columns:
            row = report_row(roster, job.row, job.faults, job.cases)
            self._outbox.fail(report_columns(roster), row, roster.delimiter)

    def _report_repeats(self, job: RosterJob) -> None:
        """Report which letters of a row are there already, or failed before."""
        firsts: dict[int, None] = {}
        for first, key in job.repeats:
            if self._seen.has_failed(key):
                hint = "mend it, or this one and remove that"
                fault = FieldError(
                    f"line {first} is of the same person, and failed: {hint}"
                )
                job.faults.append(fault)
            else:
                self.tally.duplicate += 1
                firsts[first] = None
        if job.country is None:
            sender = job.row.member.sender if job.row.member else Sender()
            is_certain = bool(sender.email or sender.address)
            for first in firsts:
                self._reporter.duplicate(job.at, first, is_certain=is_certain)


def edition(campaign: Campaign, order: BatchSpec) -> RunHeader:
    """Return what the letters of *order* have in common."""
    return RunHeader(
        protestgen=__version__,
        data=fingerprint(campaign.folders),
        date=order.on.isoformat(),
        time=order.options.now.isoformat(),
    )


def _planned(task: LetterTask) -> ManifestEntry:
    """Return what is noted of the file of *task* before anybody writes it."""
    name = task.sender.name or ""
    return ManifestEntry(file=task.name, case=task.case, name=name, sha256=task.before)
