"""A lot of letters, written in one go: in this process, or in another one."""

import pickle
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import chain
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Literal

from msgspec import Struct, msgpack
from msgspec.structs import replace

from protestgen.campaign.loader import Campaign
from protestgen.errors import MissingExtraError, OutputError, ProtestgenError
from protestgen.formats import FORMATS, Options, json, mbox, pdf
from protestgen.letters.letter import Letter
from protestgen.letters.sender import Sender
from protestgen.letters.service import LetterOptions, LetterService

from .file_store import PreparedFile, can_see_folder, folder_error, prepare_file
from .roster_row import FieldError, fault_of

OutputKind = Literal["folder", "mbox", "jsonl", "pdf", "nothing"]

# So many letters are set on paper at a time: more take more memory, little less time.
PDF_CHUNK = 50

# What writes letters is not made for several threads, which a process may have.
_ALONE = Lock()


class LetterTask(Struct, frozen=True, array_like=True):
    """
    A letter to be written: of *sender* about *case*, to a file *name*.

    *known_hashes* are those that the file may have from earlier runs.
    """

    case: str
    sender: Sender
    wish: LetterOptions
    name: str
    known_hashes: tuple[str, ...] = ()


class BatchSpec(Struct, frozen=True, kw_only=True):
    """
    What all lots of a batch have in common.

    The letters are dated *on* a day, and leave in the format *format_name*: each as a
    file of its own in *folder*, which is *durable* once it is there; or for one stream.
    On paper that is *duplex* each begins on the front of a sheet.
    With a *folder_token*, only processes that see it in the folder write files there.
    In the folder *spool* other processes of this machine leave what is too large to be
    sent.
    """

    campaign: Campaign
    on: date
    format_name: str
    options: Options
    kind: OutputKind = "nothing"
    folder: Path = Path()
    durable: bool = False
    duplex: bool = False
    folder_token: str = ""
    spool: Path | None = None


class ChunkResult(Struct, frozen=True, kw_only=True):
    """
    What became of a lot.

    *data* is the letters, or the first of them where all of them go nowhere. It may be
    in the file *left* for it. *files* are those of letters that get a file each, by the
    index of the letter. Letters to be bound are in *documents*. *faults* are those of
    letters that there cannot be, by their index. *notes* tell what is to be known, with
    the number of letters that it goes for; *remarks* do so of single letters, by their
    index. *stopped* says what keeps all letters from being written.
    """

    data: bytes = b""
    left: Path | None = None
    documents: list[bytes] = []
    files: dict[int, PreparedFile] = {}
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
        self.spool = order.spool
        self._order = order
        self._writer = LetterService(order.campaign, order.on)
        self._format = FORMATS[order.format_name]
        # Where a process is taken for dead, another one may write the same letters.
        self._name = f"{token_hex(4)}-"

    def write(self, tasks: Sequence[LetterTask]) -> ChunkResult:
        """Write the letters of *tasks*, as far as they can be."""
        order = self._order
        faults: dict[int, list[FieldError]] = {}
        # All at first, since what does the same again and again is done faster.
        composed = self._composed(tasks, faults)
        if order.kind == "pdf":
            return self._set(composed, faults)
        data = b""
        files: dict[int, PreparedFile] = {}
        try:
            rendered = self._rendered(tasks, composed, faults)
            if order.kind == "folder":
                files = self._prepare_files(tasks, composed, rendered)
            elif order.kind != "nothing":
                data = b"".join(rendered.values())
            else:
                data = self._first(composed, rendered)
        except (MissingExtraError, OutputError) as error:
            return ChunkResult(stopped=str(error))
        return ChunkResult(
            data=data,
            files=files,
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

    def _prepare_files(
        self,
        tasks: Sequence[LetterTask],
        composed: _Composed,
        rendered: dict[int, bytes],
    ) -> dict[int, PreparedFile]:
        """Prepare the files of letters that were *rendered*."""
        try:
            return {
                index: self._prepare_file(tasks[index], composed[index][0], data)
                for index, data in rendered.items()
            }
        except OSError as error:
            raise folder_error(self._order.folder, error) from None

    def _prepare_file(
        self, task: LetterTask, letter: Letter, data: bytes
    ) -> PreparedFile:
        """Prepare the file of *letter*, or return it if its folder cannot be seen."""
        order = self._order
        to = letter.addressee.label if letter.addressee else "support"
        token = order.folder_token
        if token and not can_see_folder(order.folder, token):
            return PreparedFile("new", "", to=to, returned=data)
        return prepare_file(
            *(order.folder, task.name, data, task.known_hashes),
            durable=order.durable,
            writer=self._name,
            to=to,
        )

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

    def _faults(self, task: LetterTask, error: Exception) -> list[FieldError]:
        """Return all that is wrong with *task*, of which *error* was met first."""
        if not isinstance(error, ProtestgenError):
            return [fault_of(error)]
        try:
            faults = choice_faults(self._writer, task.case, task.sender, task.wish)
        except Exception as other:  # noqa: BLE001 - it fails this letter only
            return [fault_of(other)]
        return faults or [fault_of(error, _blamed(str(error), task))]

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
    return [fault_of(error, field) for field, error in errors]


def write_lot(order: bytes, tasks: bytes) -> ChunkResult:
    """
    Write a lot in another process, which got both as bytes.

    They are what `pack_order` and `pack_tasks` give.
    """
    with _ALONE:
        desk = _desk(order)
        written = desk.write(msgpack.decode(tasks, type=list[LetterTask]))
    return _left(written, desk.spool)


def _left(written: ChunkResult, spool: Path | None) -> ChunkResult:
    """
    Return *written*, its data in a file.

    Who waits for it has other work, and would be slow to take it from a pipe.
    """
    if spool is None or not written.data:
        return written
    path = spool / token_hex(8)
    path.write_bytes(written.data)
    return replace(written, data=b"", left=path)


def fetched(written: ChunkResult) -> ChunkResult:
    """Return *written* with its data, whose file is removed."""
    if written.left is None:
        return written
    data = written.left.read_bytes()
    written.left.unlink()
    return replace(written, data=data, left=None)


def pack_order(order: BatchSpec) -> bytes:
    """Return *order* for `write_lot`."""
    return pickle.dumps(order)


def pack_tasks(tasks: Sequence[LetterTask]) -> bytes:
    """Return *tasks* for `write_lot`."""
    return msgpack.encode(tasks)


@lru_cache(maxsize=1)
def _desk(order: bytes) -> LetterWorker:
    theirs: BatchSpec = pickle.loads(order)  # noqa: S301 - it comes from our own program
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


def _blamed(reason: str, task: LetterTask) -> str:
    """Return the field of a row whose value *reason* names."""
    values = {
        "style": task.wish.style,
        "to": task.wish.to,
        "email": task.sender.email,
        "reply_to": task.sender.reply_to,
    }
    for column, value in values.items():
        if value and f"'{value}'" in reason:
            return column
    return ""
