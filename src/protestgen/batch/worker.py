"""A lot of letters, written in one go: in this process, or in another one."""

import pickle
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Literal

from msgspec import Struct, field, msgpack
from msgspec.structs import replace

from protestgen.campaign.loader import Campaign
from protestgen.errors import MissingExtraError, OutputError, ProtestgenError
from protestgen.formats import FORMATS, Options, json, mbox, pdf
from protestgen.letters.letter import Letter
from protestgen.letters.sender import Sender
from protestgen.letters.service import LetterOptions, LetterService

from .file_store import FileStatus, put
from .manifest import ManifestEntry, folder_error, manifest_line
from .output_folder import announce, can_see_folder
from .roster_row import FieldError, fault_of

OutputKind = Literal["folder", "mbox", "jsonl", "pdf", "nothing"]

# So many letters are set on paper at a time: more take more memory, little less time.
PDF_CHUNK = 50

# A worker of Dask has several threads, and a `LetterWorker` is not made for that.
_LOCK = Lock()


class LetterTask(Struct, frozen=True, array_like=True):
    """
    A letter to be written: of *sender* about *case*, to a file *name*.

    *before* are the hashes which that file may have from earlier runs.
    """

    case: str
    sender: Sender
    wish: LetterOptions
    name: str
    before: str = ""


class BatchSpec(Struct, frozen=True, kw_only=True):
    """
    What all lots of a batch have in common.

    The letters are dated *on* a day, and leave in the format *format_name*: each as a
    file of its own in *folder*, which is *durable* once it is there; or for one stream.
    On paper that is *duplex* each begins on the front of a sheet.
    With a *mark*, only who sees the folder with it writes files there.
    """

    campaign: Campaign
    on: date
    format_name: str
    options: Options
    kind: OutputKind = "nothing"
    folder: Path = Path()
    durable: bool = False
    duplex: bool = False
    mark: str = ""

    @property
    def is_costly(self) -> bool:
        """Whether each letter is set in type, which takes far longer than the rest."""
        return "pdf" in {self.kind, self.format_name, self.options.attach} or (
            self.format_name == "fax"
        )


class FileCounts(Struct):
    """
    The files of a chunk.

    *statuses* counts them by what became of them; *edited* names those left alone
    because somebody had edited them; *away* holds those that could not be written here.
    """

    statuses: Counter[FileStatus] = field(default_factory=Counter)
    edited: list[str] = []
    away: dict[str, bytes] = {}


class ChunkResult(Struct, frozen=True, kw_only=True):
    """
    The result of a chunk.

    *data* is the letters, for files what the manifest says of them, or the first letter
    where all of them go nowhere; *documents* are letters for one PDF. By the index of a
    letter in the chunk, *faults* are why there is none, and *remarks* what its sender
    should know; *notes* are what several should, with how many. *stopped* says what
    keeps all letters from being written.
    """

    data: bytes = b""
    documents: list[bytes] = []
    filed: FileCounts = field(default_factory=FileCounts)
    faults: dict[int, list[FieldError]] = {}
    notes: dict[str, int] = {}
    remarks: dict[int, list[str]] = {}
    size: int = 0
    stopped: str = ""


# Letters by their index in a lot, with notes on what was chosen, and on each alone.
_Composed = dict[int, tuple[Letter, list[str], list[str]]]


class LetterWorker:
    """Where the letters of an *order* are written."""

    def __init__(self, order: BatchSpec) -> None:
        self._order = order
        self._writer = LetterService(order.campaign, order.on)
        self._format = FORMATS[order.format_name]
        # Where a process is taken for dead, another one may write the same letters.
        self._name = f"{token_hex(4)}-" if order.mark else ""

    def write(self, tasks: Sequence[LetterTask]) -> ChunkResult:
        """Write the letters of *tasks*, as far as they can be."""
        order = self._order
        faults: dict[int, list[FieldError]] = {}
        # All at first, since what does the same again and again is done faster.
        composed = self._composed(tasks, faults)
        if order.kind == "pdf":
            return self._set(composed, faults)
        filed = FileCounts()
        try:
            rendered = self._rendered(tasks, composed, faults)
            if order.kind == "folder":
                data = self._put_all(tasks, composed, rendered, filed)
            elif order.kind != "nothing":
                data = b"".join(rendered.values())
            else:
                data = self._first(composed, rendered)
        except (MissingExtraError, OutputError) as error:
            return ChunkResult(stopped=str(error))
        return ChunkResult(
            data=data,
            filed=filed,
            faults=faults,
            notes=_notes(composed, faults),
            remarks=_remarks(composed, faults),
            size=sum(map(len, rendered.values())),
        )

    def _rendered(
        self,
        tasks: Sequence[LetterTask],
        composed: _Composed,
        faults: dict[int, list[FieldError]],
    ) -> dict[int, bytes]:
        """
        Return letters that were *composed* as bytes, or put why not in *faults*.

        What is to be known of their format is added to the notes on each.
        """
        rendered: dict[int, bytes] = {}
        for index, (letter, _, own) in composed.items():
            try:
                data = self.render(letter)
                own.extend(self._format.remarks(letter, self._order.options))
                rendered[index] = data
            except (MissingExtraError, OutputError):
                raise
            except Exception as error:  # noqa: BLE001 - it fails this letter only
                faults[index] = self._faults(tasks[index], error)
        return rendered

    def _put_all(
        self,
        tasks: Sequence[LetterTask],
        composed: _Composed,
        rendered: dict[int, bytes],
        filed: FileCounts,
    ) -> bytes:
        """Write files of letters that were *rendered*; return their manifest."""
        hashes = {i: sha256(data).hexdigest() for i, data in rendered.items()}
        if not self._order.mark:
            self._announce(
                _entry(tasks[i], composed[i][0], f"{tasks[i].before} {hash_}".strip())
                for i, hash_ in hashes.items()
            )
        lines = []
        for index, data in rendered.items():
            task = tasks[index]
            is_ours = self._put(task, data, filed)
            hash_ = hashes[index] if is_ours else task.before
            lines.append(manifest_line(_entry(task, composed[index][0], hash_)))
        return b"".join(lines)

    def _announce(self, entries: Iterable[ManifestEntry]) -> None:
        folder = self._order.folder
        try:
            announce(folder, entries)
        except OSError as error:
            raise folder_error(folder, error) from None

    def _first(self, composed: _Composed, rendered: dict[int, bytes]) -> bytes:
        """Return the first letter for a person to look at, if there is one."""
        for index, data in rendered.items():
            return self._shown(composed[index][0], data)
        return b""

    def _composed(
        self, tasks: Sequence[LetterTask], faults: dict[int, list[FieldError]]
    ) -> _Composed:
        """Return the letters of *tasks*, or put why there is none among *faults*."""
        letters: dict[int, tuple[Letter, list[str]]] = {}
        for index, task in enumerate(tasks):
            case = self._order.campaign.case(task.case)
            try:
                letters[index] = self._writer.write(case, task.sender, task.wish)
            except Exception as error:  # noqa: BLE001 - it fails this letter only
                faults[index] = self._faults(task, error)
        composed: _Composed = {}
        for index, (letter, notes) in letters.items():
            try:
                chosen, own = self._writer.remarks(letter)
                composed[index] = (letter, [*notes, *chosen], own)
            except Exception as error:  # noqa: BLE001 - as above
                faults[index] = self._faults(tasks[index], error)
        return composed

    def _set(
        self, composed: _Composed, faults: dict[int, list[FieldError]]
    ) -> ChunkResult:
        """Set letters that were *composed* on paper, as far as they can be."""
        documents: list[bytes] = []
        indexes = list(composed)
        for start in range(0, len(indexes), PDF_CHUNK):
            sheaf = {i: composed[i][0] for i in indexes[start : start + PDF_CHUNK]}
            try:
                documents += self._documents(sheaf, faults)
            except MissingExtraError as error:
                return ChunkResult(stopped=str(error))
        return ChunkResult(
            documents=documents,
            faults=faults,
            notes=_notes(composed, faults),
            remarks=_remarks(composed, faults),
        )

    def _documents(
        self, letters: dict[int, Letter], faults: dict[int, list[FieldError]]
    ) -> list[bytes]:
        """Return *letters* on paper; what cannot be set is put among the *faults*."""
        order = self._order
        try:
            texts = list(letters.values())
            return [pdf.render_all(texts, order.options, duplex=order.duplex)]
        except MissingExtraError:
            raise
        except Exception as error:  # noqa: BLE001 - it fails one letter only
            if len(letters) == 1:
                faults[next(iter(letters))] = [fault_of(error)]
                return []
        halves = list(letters.items())
        middle = len(halves) // 2
        return [
            document
            for half in (halves[:middle], halves[middle:])
            for document in self._documents(dict(half), faults)
        ]

    def _put(self, task: LetterTask, data: bytes, filed: FileCounts) -> bool:
        """Write a file, if its folder is to be seen, unless it was edited."""
        order = self._order
        if order.mark and not can_see_folder(order.folder, order.mark):
            filed.away[task.name] = data
            return True
        try:
            status = put(
                *(order.folder, task.name, data),
                before=task.before,
                durable=order.durable,
                writer=self._name,
            )
        except OSError as error:
            raise folder_error(order.folder, error) from None
        filed.statuses[status] += 1
        if status == "edited":
            filed.edited.append(task.name)
        return status != "edited"

    def _faults(self, task: LetterTask, error: Exception) -> list[FieldError]:
        """Return all that is wrong with *task*, of which *error* was met first."""
        if not isinstance(error, ProtestgenError):
            return [fault_of(error)]
        try:
            faults = choice_faults(self._writer, task.case, task.sender, task.wish)
        except Exception as other:  # noqa: BLE001 - it fails this letter only
            return [fault_of(other)]
        return faults or [fault_of(error)]

    def render(self, letter: Letter) -> bytes:
        """Return *letter* as it stands in its file, or in that of all letters."""
        order = self._order
        if order.kind == "jsonl":
            return json.render_line(letter)
        data = self._format.render(letter, order.options)
        if order.kind == "mbox":
            return mbox.entry(data, letter.sender.email or "", order.options.now)
        return data

    def _shown(self, letter: Letter, data: bytes) -> bytes:
        """Return *letter* for a person to look at, which has *data* in its format."""
        if self._order.format_name in ("pdf", "fax"):
            return FORMATS["text"].render(letter, self._order.options)
        return data


def choice_faults(
    writer: LetterService, case: str, sender: Sender, wish: LetterOptions
) -> list[FieldError]:
    """Return what was chosen for a letter about *case* that there is not."""
    errors = writer.errors(writer.campaign.case(case), sender, wish)
    return [FieldError(str(error), field) for field, error in errors]


def write_chunk(spec: bytes, tasks: bytes) -> ChunkResult:
    """Write letters in another process, from `pack_spec` and `pack_tasks`."""
    with _LOCK:
        return _worker(spec).write(msgpack.decode(tasks, type=list[LetterTask]))


def pack_spec(spec: BatchSpec) -> bytes:
    """Serialise *spec* for `write_chunk`."""
    return pickle.dumps(spec)


def pack_tasks(tasks: Sequence[LetterTask]) -> bytes:
    """Serialise *tasks* for `write_chunk`."""
    return msgpack.encode(tasks)


@lru_cache(maxsize=1)
def _worker(spec: bytes) -> LetterWorker:
    theirs: BatchSpec = pickle.loads(spec)  # noqa: S301 - it comes from our own program
    campaign = theirs.campaign.here()
    options = replace(theirs.options, folders=campaign.folders)
    return LetterWorker(replace(theirs, campaign=campaign, options=options))


def _notes(composed: _Composed, faults: Mapping[int, object]) -> Counter[str]:
    """Return the notes on what was chosen for letters without *faults*."""
    told = (notes for index, (_, notes, _) in composed.items() if index not in faults)
    return Counter(chain.from_iterable(told))


def _remarks(composed: _Composed, faults: Mapping[int, object]) -> dict[int, list[str]]:
    """Return the notes on single letters without *faults*."""
    return {i: own for i, (_, _, own) in composed.items() if own and i not in faults}


def _entry(task: LetterTask, letter: Letter, hashes: str) -> ManifestEntry:
    """Return what is noted of the file of *task*, which has one of *hashes*."""
    return ManifestEntry(
        file=task.name,
        case=letter.case,
        to=letter.addressee.label if letter.addressee else "support",
        name=letter.sender.name or "",
        sha256=hashes,
    )
