"""Writes chunks of letters, in this process or in another one."""

import pickle
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache, partial
from itertools import chain
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Literal, NamedTuple, TypeVar

from msgspec import Struct, msgpack
from msgspec.structs import replace

from protestgen.campaign.loader import Campaign
from protestgen.errors import MissingExtraError, OutputError, ProtestgenError
from protestgen.formats import FORMATS, Options, json, mbox, pdf
from protestgen.letters.letter import Letter
from protestgen.letters.notes import copy_notes
from protestgen.letters.options import LetterOptions
from protestgen.letters.sender import Sender
from protestgen.letters.service import LetterService

from .file_store import (
    KnownFile,
    PreparedFile,
    can_see_folder,
    folder_error,
    prepare_file,
)
from .roster_row import FieldError, fault_of

OutputKind = Literal["folder", "mbox", "jsonl", "pdf", "nothing"]

# Letters in a PDF document: more take more memory, little less time.
PDF_CHUNK = 50

# A worker of Dask has several threads, and a `LetterWorker` is not made for that.
_LOCK = Lock()

_T = TypeVar("_T")
_R = TypeVar("_R")


class LetterTask(Struct, frozen=True, array_like=True):
    """
    A letter to write: from *sender* about *case*, to a file *name*.

    *to* is what the manifest calls the addressee. *known* is what earlier runs noted of
    the file. *date* and *time*, in the form of ISO 8601, are of a letter that keeps
    those of an earlier run.
    """

    case: str
    sender: Sender
    choices: LetterOptions
    name: str
    to: str
    known: KnownFile = KnownFile()
    date: str = ""
    time: str = ""


class BatchSpec(Struct, frozen=True, kw_only=True):
    """
    What all chunks of a batch have in common.

    New letters are dated *on* a day, and so are all of them if they are *redated*. They
    are written in the format *format_name*: each to a file of its own in *folder*,
    *durable* at once, or all of them to one stream. In one PDF that is *duplex*, each
    begins on the front of a sheet.
    With a *folder_token*, only processes that see it in the folder write files there.
    """

    campaign: Campaign
    on: date
    format_name: str
    options: Options
    kind: OutputKind = "nothing"
    folder: Path = Path()
    redated: bool = False
    durable: bool = False
    duplex: bool = False
    folder_token: str = ""

    @property
    def is_costly(self) -> bool:
        """Whether each letter is set in type, which takes far longer than the rest."""
        return "pdf" in {self.kind, self.format_name, self.options.attach} or (
            self.format_name == "fax"
        )


class ChunkResult(Struct, frozen=True, kw_only=True):
    """
    The result of a chunk.

    *data* is the letters for one stream, or the first letter where all of them go
    nowhere; *documents* are letters for one PDF. By the index of a letter in the chunk,
    *files* are what is prepared of its file, *faults* are why there is none, and
    *remarks* what its sender should know; *notes* are what several should, with how
    many. *stopped* says what keeps all letters from being written.
    """

    data: bytes = b""
    documents: list[bytes] = []
    files: dict[int, PreparedFile] = {}
    faults: dict[int, list[FieldError]] = {}
    notes: dict[str, int] = {}
    remarks: dict[int, list[str]] = {}
    size: int = 0
    stopped: str = ""


class _Composed(NamedTuple):
    """
    A *letter* with *notes* on its choices, and *remarks* on this letter alone.

    It is rendered with *options*.
    """

    letter: Letter
    options: Options
    notes: list[str]
    remarks: list[str]


class LetterWorker:
    """Writes the letters of a *spec*."""

    def __init__(self, spec: BatchSpec) -> None:
        self._spec = spec
        # By the dates and times of letters that keep those of earlier runs.
        self._service = cache(partial(_service, spec))
        self._options = cache(partial(_options, spec))
        self._format = FORMATS[spec.format_name]
        # Where a process is taken for dead, another one may write the same letters.
        self._name = f"{token_hex(4)}-"

    def write(self, tasks: Sequence[LetterTask]) -> ChunkResult:
        """Write the letters of *tasks*; one that fails is among the faults."""
        kind = self._spec.kind
        faults: dict[int, list[FieldError]] = {}
        documents: list[bytes] = []
        rendered: dict[int, bytes] = {}
        files: dict[int, PreparedFile] = {}
        data = b""
        try:
            # Compose all before rendering any: better locality.
            composed = self._each(tasks, dict(enumerate(tasks)), self._compose, faults)
            if kind == "pdf":
                documents = self._typeset(composed, faults)
            else:
                rendered = self._each(tasks, composed, self._render, faults)
            if kind == "folder":
                files = {
                    index: self._prepare_file(tasks[index], letter)
                    for index, letter in rendered.items()
                }
            elif kind == "nothing":
                data = self._preview(composed, rendered)
            else:
                data = b"".join(rendered.values())
        except (MissingExtraError, OutputError) as error:
            return ChunkResult(stopped=str(error))
        sound = {i: each for i, each in composed.items() if i not in faults}
        return ChunkResult(
            data=data,
            documents=documents,
            files=files,
            faults=faults,
            notes=Counter(chain.from_iterable(each.notes for each in sound.values())),
            remarks={i: each.remarks for i, each in sound.items() if each.remarks},
            size=sum(map(len, rendered.values())),
        )

    def _each(
        self,
        tasks: Sequence[LetterTask],
        items: dict[int, _T],
        step: Callable[[_T], _R],
        faults: dict[int, list[FieldError]],
    ) -> dict[int, _R]:
        """Take a *step* for each of *items*, or put into *faults* why that fails."""
        results: dict[int, _R] = {}
        for index, item in items.items():
            try:
                results[index] = step(item)
            except (MissingExtraError, OutputError):
                raise
            except Exception as error:  # noqa: BLE001 - it fails this letter only
                faults[index] = self._faults(tasks[index], error)
        return results

    def _compose(self, task: LetterTask) -> _Composed:
        spec = self._spec
        case = spec.campaign.case(task.case)
        service = self._service(task.date)
        letter, notes = service.write(case, task.sender, task.choices)
        chosen, remarks = service.remarks(letter)
        notes += chosen
        if letter.copied:
            mailed, printed = self._format.mails_copies, spec.options.print_copies
            notes += copy_notes(letter, mailed=mailed, printed=printed)
        return _Composed(letter, self._options(task.time), notes, remarks)

    def _render(self, composed: _Composed) -> bytes:
        """Render a letter, and add the remarks of its format."""
        letter, options = composed.letter, composed.options
        data = self._rendered(letter, options)
        composed.remarks.extend(self._format.remarks(letter, options))
        return data

    def _rendered(self, letter: Letter, options: Options) -> bytes:
        """Render *letter* for its own file, or for that of all letters."""
        kind = self._spec.kind
        if kind == "jsonl":
            return json.render_line(letter)
        data = self._format.render(letter, options)
        if kind == "mbox":
            time = options.time_of(letter.date)
            return mbox.entry(data, letter.sender.email or "", time)
        return data

    def _prepare_file(self, task: LetterTask, data: bytes) -> PreparedFile:
        """Prepare the file of a letter, or return it if its folder cannot be seen."""
        spec = self._spec
        token = spec.folder_token
        if token and not can_see_folder(spec.folder, token):
            return PreparedFile("new", "", returned=data)
        try:
            return prepare_file(
                *(spec.folder, task.name, data, task.known.hashes),
                durable=spec.durable,
                writer=self._name,
            )
        except OSError as error:
            raise folder_error(spec.folder, error) from None

    def _preview(
        self, composed: dict[int, _Composed], rendered: dict[int, bytes]
    ) -> bytes:
        """Return the first letter, as a person can read it."""
        index = next(iter(rendered), None)
        if index is None:
            return b""
        if self._spec.format_name in ("pdf", "fax"):
            return FORMATS["text"].render(composed[index].letter, self._spec.options)
        return rendered[index]

    def _typeset(
        self, composed: dict[int, _Composed], faults: dict[int, list[FieldError]]
    ) -> list[bytes]:
        """Set letters in documents of several, as far as that succeeds."""
        items = [(index, each.letter) for index, each in composed.items()]
        parts = range(0, len(items), PDF_CHUNK)
        documents = (self._set(items[i : i + PDF_CHUNK], faults) for i in parts)
        return [*chain.from_iterable(documents)]

    def _set(
        self,
        letters: Sequence[tuple[int, Letter]],
        faults: dict[int, list[FieldError]],
    ) -> list[bytes]:
        """Set *letters* in one document, or in two if one of them fails."""
        spec = self._spec
        try:
            texts = [letter for _, letter in letters]
            return [pdf.render_all(texts, spec.options, duplex=spec.duplex)]
        except MissingExtraError:
            raise
        except Exception as error:  # noqa: BLE001 - it fails one letter only
            if len(letters) == 1:
                ((index, _),) = letters
                faults[index] = [fault_of(error)]
                return []
        middle = len(letters) // 2
        first = self._set(letters[:middle], faults)
        return [*first, *self._set(letters[middle:], faults)]

    def _faults(self, task: LetterTask, error: Exception) -> list[FieldError]:
        """Return all faults of *task*, of which *error* was found first."""
        if not isinstance(error, ProtestgenError):
            return [fault_of(error)]
        try:
            service = self._service(task.date)
            faults = choice_faults(service, task.case, task.sender, task.choices)
        except Exception as other:  # noqa: BLE001 - it fails this letter only
            return [fault_of(other)]
        return faults or [fault_of(error)]


def _service(spec: BatchSpec, day: str) -> LetterService:
    """Return the service for letters of a *day*, by default that of the batch."""
    on = date.fromisoformat(day) if day else spec.on
    return LetterService(spec.campaign, on)


def _options(spec: BatchSpec, time: str) -> Options:
    """Return the options for letters of a *time*, by default that of the batch."""
    options = spec.options
    return replace(options, now=datetime.fromisoformat(time)) if time else options


def choice_faults(
    service: LetterService, case: str, sender: Sender, choices: LetterOptions
) -> list[FieldError]:
    """Return the faults in what was chosen for a letter about *case*."""
    errors = service.errors(service.campaign.case(case), sender, choices)
    return [fault_of(error, field) for field, error in errors]


def write_chunk(spec: bytes, tasks: bytes) -> ChunkResult:
    """Write letters in another process; *spec* is pickled, *tasks* are MessagePack."""
    with _LOCK:
        return _worker(spec).write(msgpack.decode(tasks, type=list[LetterTask]))


@lru_cache(maxsize=1)
def _worker(spec: bytes) -> LetterWorker:
    theirs: BatchSpec = pickle.loads(spec)  # noqa: S301 - it comes from our own program
    campaign = theirs.campaign.here()
    options = replace(theirs.options, folders=campaign.folders)
    return LetterWorker(replace(theirs, campaign=campaign, options=options))
