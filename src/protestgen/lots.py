"""A lot of letters, written in one go: in this process, or in another one."""

import pickle
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import Literal

from msgspec import Struct, field, msgpack
from msgspec.structs import replace

from .campaign import Campaign
from .errors import FormatError, MissingExtraError, OutputError, ProtestgenError
from .formats import FORMATS, Options, json, mbox, pdf
from .letter import Letter
from .member import Fault
from .outbox import Entry, Fate, folder_error, is_marked, manifest_line, put
from .sender import Sender
from .writer import Wish, Writer

Kind = Literal["folder", "mbox", "jsonl", "pdf", "nothing"]

# So many letters are set on paper at a time: more need more memory, and are no faster.
_SHEAF = 25

_AWAY = "workers do not see the folder: they sent their letters here"
# What writes letters is not made for several threads, which a process may have.
_ALONE = Lock()


class Task(Struct, frozen=True, array_like=True):
    """
    A letter to be written: of *sender* about *case*, to a file *name*.

    *before* is the hash of that file as it was written by an earlier run.
    """

    case: str
    sender: Sender
    wish: Wish
    name: str
    before: str = ""


class Order(Struct, frozen=True, kw_only=True):
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
    kind: Kind = "nothing"
    folder: Path = Path()
    durable: bool = False
    duplex: bool = False
    mark: str = ""


class Filed(Struct):
    """
    What became of the files of a lot.

    *fates* count them, *edited* names those that were left as they are. Those in *away*
    could not be written where the letters were.
    """

    fates: Counter[Fate] = field(default_factory=Counter)
    edited: list[str] = []
    away: dict[str, bytes] = {}


class Written(Struct, frozen=True, kw_only=True):
    """
    What became of a lot.

    *data* is the letters, or of files what the manifest says of them; the first letter
    where all of them go nowhere. Letters to be bound are in *documents*. *faults* are
    those of letters that there cannot be, by their index in the lot. *notes* tell
    what is to be known, with the number of letters that it goes for. *stopped* says
    what keeps all letters from being written.
    """

    data: bytes = b""
    documents: list[bytes] = []
    filed: Filed = field(default_factory=Filed)
    faults: dict[int, Fault] = {}
    notes: dict[str, int] = {}
    size: int = 0
    stopped: str = ""


class Desk:
    """Where the letters of an *order* are written."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._writer = Writer(order.campaign, order.on)
        self._format = FORMATS[order.format_name]
        # Where a process is taken for dead, another one may write the same letters.
        self._name = f"{token_hex(4)}-" if order.mark else ""

    def write(self, tasks: Sequence[Task]) -> Written:
        """Write the letters of *tasks*, as far as they can be."""
        if self._order.kind == "pdf":
            return self._set(tasks)
        parts: list[bytes] = []
        filed = Filed()
        faults: dict[int, Fault] = {}
        notes: Counter[str] = Counter()
        size = 0
        order = self._order
        for index, task in enumerate(tasks):
            try:
                letter, told = self.compose(task)
                data = self.render(letter)
                if order.kind == "folder":
                    hash_ = self._put(task, data, filed)
                    parts.append(_manifest_line(task, letter, hash_))
                elif order.kind != "nothing":
                    parts.append(data)
                elif not parts:
                    parts.append(self._shown(letter, data))
            except (MissingExtraError, OutputError) as error:
                return Written(stopped=str(error))
            except ProtestgenError as error:
                faults[index] = Fault(str(error), _blamed(str(error), task))
            else:
                size += len(data)
                notes.update(told)
        if filed.away:
            notes[_AWAY] = len(filed.away)
        return Written(
            data=b"".join(parts),
            filed=filed,
            faults=faults,
            notes=notes,
            size=size,
        )

    def _set(self, tasks: Sequence[Task]) -> Written:
        """Set the letters of *tasks* on paper, as far as they can be."""
        letters: dict[int, Letter] = {}
        told: dict[int, list[str]] = {}
        faults: dict[int, Fault] = {}
        documents: list[bytes] = []
        for index, task in enumerate(tasks):
            try:
                letters[index], told[index] = self.compose(task)
            except ProtestgenError as error:
                faults[index] = Fault(str(error), _blamed(str(error), task))
        indexes = list(letters)
        for start in range(0, len(indexes), _SHEAF):
            sheaf = {index: letters[index] for index in indexes[start : start + _SHEAF]}
            try:
                documents += self._documents(sheaf, faults)
            except MissingExtraError as error:
                return Written(stopped=str(error))
        notes = Counter(n for i, own in told.items() if i not in faults for n in own)
        return Written(documents=documents, faults=faults, notes=notes)

    def _documents(
        self, letters: dict[int, Letter], faults: dict[int, Fault]
    ) -> list[bytes]:
        """Return *letters* on paper; what cannot be set is put among the *faults*."""
        order = self._order
        try:
            texts = list(letters.values())
            return [pdf.render_all(texts, order.options, duplex=order.duplex)]
        except FormatError as error:
            if len(letters) == 1:
                faults[next(iter(letters))] = Fault(str(error))
                return []
        halves = list(letters.items())
        middle = len(halves) // 2
        return [
            document
            for half in (halves[:middle], halves[middle:])
            for document in self._documents(dict(half), faults)
        ]

    def _put(self, task: Task, data: bytes, filed: Filed) -> str:
        """Write a file, if its folder is to be seen, and return the hash to note."""
        order = self._order
        if order.mark and not is_marked(order.folder, order.mark):
            filed.away[task.name] = data
            return sha256(data).hexdigest()
        try:
            fate = put(
                *(order.folder, task.name, data),
                before=task.before,
                durable=order.durable,
                writer=self._name,
            )
        except OSError as error:
            raise folder_error(order.folder, error) from None
        filed.fates[fate] += 1
        if fate == "edited":
            filed.edited.append(task.name)
            return task.before
        return sha256(data).hexdigest()

    def compose(self, task: Task) -> tuple[Letter, list[str]]:
        """Return the letter of *task*, and what is to be known about it."""
        case = self._order.campaign.case(task.case)
        letter, notes = self._writer.write(case, task.sender, task.wish)
        return letter, [*notes, *self._writer.remarks(letter)]

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


def write_lot(order: bytes, tasks: bytes) -> Written:
    """
    Write a lot in another process, which got both as bytes.

    They are what `pack_order` and `pack_tasks` give.
    """
    with _ALONE:
        return _desk(order).write(msgpack.decode(tasks, type=list[Task]))


def pack_order(order: Order) -> bytes:
    """Return *order* for `write_lot`."""
    return pickle.dumps(order)


def pack_tasks(tasks: Sequence[Task]) -> bytes:
    """Return *tasks* for `write_lot`."""
    return msgpack.encode(tasks)


@lru_cache(maxsize=1)
def _desk(order: bytes) -> Desk:
    theirs: Order = pickle.loads(order)  # noqa: S301 - it comes from our own program
    campaign = theirs.campaign.here()
    options = replace(theirs.options, folders=campaign.folders)
    return Desk(replace(theirs, campaign=campaign, options=options))


def _manifest_line(task: Task, letter: Letter, hash_: str) -> bytes:
    to = letter.addressee.label if letter.addressee else "support"
    entry = Entry(
        file=task.name,
        case=letter.case,
        to=to,
        name=letter.sender.name or "",
        sha256=hash_,
    )
    return manifest_line(entry)


def _blamed(reason: str, task: Task) -> str:
    """Return the field of a row whose value *reason* names."""
    wish, sender = task.wish, task.sender
    values = {
        "style": (wish.style,),
        "language": (*wish.languages, sender.language),
        "demands": wish.demands,
        "to": (wish.to,),
        "email": (sender.email,),
        "reply_to": (sender.reply_to,),
    }
    for column, named in values.items():
        if any(f"'{value}'" in reason for value in named if value):
            return column
    return ""
