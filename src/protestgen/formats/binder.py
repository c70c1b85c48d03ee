"""One PDF of many: documents bound together, of which one at a time is in memory."""

import re
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from tempfile import TemporaryFile
from typing import IO, Self

from protestgen.errors import OutputError, no_room

# The objects that the whole begins with, and where its own numbers end.
_CATALOGUE, _ABOUT, _METADATA, _PAGES, _TAGS, _WHOLE, _NEXT = range(1, 8)
# So much of a file is copied at a time.
_PORTION = 1 << 16
# Its third line, which readers pass over, tells that it was bound here.
_HEAD = b"%PDF-1.7\n%\x80\x80\x80\x80\n%protestgen batch\n"
BEGINNING = re.compile(re.escape(_HEAD))
_NOWHERE = bytes(7) + b"\xff\xff"
_REFERENCE = re.compile(rb"(\d+) 0 R\b|(?<=/StructParents )(\d+)")
_BRACKET = re.compile(rb"\\.|[()]", re.DOTALL)
_LANGUAGE = re.compile(rb"/Lang ?(?:\([^()\\]*\)|<[^<>]*>)")
_BOOKMARKS = re.compile(rb"/Outlines \d+ 0 R")
_ROLES = re.compile(rb"/RoleMap ?<<[^<>]*>>")
_TOP = re.compile(rb"/K ?\[(\d+) 0 R\]")
_KEYS = re.compile(rb"/ParentTree<</Nums\[([^\]]*)\]>>/ParentTreeNextKey (\d+)>>$")
_COUNT = re.compile(rb"/Count (\d+)")
_SHEET = re.compile(rb"/Type/Page/.*?(/MediaBox ?\[[^\]]*\])", re.DOTALL)


class Binder:
    """
    Writes documents to *stream*, one behind the other, as one PDF with all their tags.

    Where it is *duplex*, each begins on the front of a sheet. What the first document
    says of itself goes for the whole. They are such as Typst writes them, without
    bookmarks and links.
    """

    def __init__(self, stream: IO[bytes], *, duplex: bool = False) -> None:
        self.size = 0
        self.pages = 0
        self._stream = stream
        self._duplex = duplex
        self._next = _NEXT
        self._keys = 0
        self._first: _Document | None = None
        self._page_trees: list[int] = []
        self._tag_trees: list[int] = []
        self._key_trees: list[int] = []
        self._digest = sha256()
        # As many as there are objects, they would fill the memory.
        with _room():
            self._places = TemporaryFile()  # noqa: SIM115 - closed with the binder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(OSError):  # what there was no room for is tried once more
            self._places.close()

    def add(self, data: bytes) -> None:
        """Append the document *data*."""
        self._digest.update(data)
        document = _Document(data)
        if self._first is None:
            self._first = document
            self._write(_HEAD)
        if self._duplex and self.pages % 2:
            self._add_blank(document)
        self._add(document)

    def finish(self) -> None:
        """End the whole, or raise `OutputError` if nothing was added."""
        if self._first is None:
            raise OutputError("there is no letter to print: nothing is written")
        own = [_NOWHERE]
        for number, body in self._own_objects(self._first):
            own.append(_place(self.size))
            self._write_object(number, body)
        start = self.size
        self._note(_place(start))
        with self._table(b"".join(own)) as table:
            identity = self._digest.hexdigest()[:32].encode()
            self._write(
                b"%d 0 obj\n<</Type/XRef/Size %d/W[1 6 2]/Root %d 0 R/Info %d 0 R"
                b"/ID[<%b><%b>]/Filter/FlateDecode/Length %d>>\nstream\n"
                % (
                    *(self._next, self._next + 1, _CATALOGUE, _ABOUT),
                    *(identity, identity, table.tell()),
                )
            )
            for portion in _portions(table):
                self._write(portion)
        self._write(b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % start)

    @contextmanager
    def _table(self, own: bytes) -> Iterator[IO[bytes]]:
        """Give a file of where all objects are, packed, of which *own* are first."""
        with ExitStack() as stack:
            with _room():
                table = stack.enter_context(TemporaryFile())
                packed = zlib.compressobj()
                table.write(packed.compress(own))
                for portion in _portions(self._places):
                    table.write(packed.compress(portion))
                table.write(packed.flush())
                table.flush()
            yield table

    def _own_objects(self, first: "_Document") -> Iterator[tuple[int, bytes]]:
        """Yield the objects that the whole has, as the *first* document had them."""
        own = {
            first.root: _CATALOGUE,
            first.about: _ABOUT,
            first.metadata: _METADATA,
            first.pages: _PAGES,
            first.tags: _TAGS,
        }
        for old in (first.root, first.about, first.metadata):
            body = _BOOKMARKS.sub(b"", first.objects[old])
            yield own[old], _moved(body, own, 0)
        trees = _references(self._page_trees)
        yield _PAGES, b"<</Type/Pages/Count %d/Kids[%b]>>" % (self.pages, trees)
        roles = _ROLES.search(first.objects[first.tags])
        yield (
            _TAGS,
            b"<</Type/StructTreeRoot%b/K[%d 0 R]/ParentTree<</Kids[%b]>>"
            b"/ParentTreeNextKey %d>>"
            % (
                *(roles[0] if roles else b"", _WHOLE),
                *(_references(self._key_trees), self._keys),
            ),
        )
        parts = _references(self._tag_trees)
        yield (
            _WHOLE,
            b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (_TAGS, parts),
        )

    def _add_blank(self, document: "_Document") -> None:
        """Add an empty page as large as the first one of *document*."""
        sheet = next(filter(None, map(_SHEET.search, document.objects.values())))
        body = b"<</Type/Page/Parent %d 0 R/Resources<<>>%b>>" % (_PAGES, sheet[1])
        self._note(_place(self.size))
        self._write_object(self._next, body)
        self._page_trees.append(self._next)
        self._next += 1
        self.pages += 1

    def _add(self, document: "_Document") -> None:
        """Add all objects of *document*, but for those that the whole has once."""
        once = (document.root, document.about, document.metadata, document.tags)
        kept = [number for number in document.objects if number not in once]
        moved = dict(zip(kept, range(self._next, self._next + len(kept)), strict=True))
        keys = self._next + len(kept)
        self._page_trees.append(moved[document.pages])
        self._tag_trees.append(moved[document.top])
        self._key_trees.append(keys)
        moved[document.tags] = _WHOLE
        plain: dict[int, bytes] = {keys: self._key_tree(document, moved)}
        places: dict[int, bytes] = {}
        for number in kept:
            body = _moved(document.objects[number], moved, self._keys)
            if number == document.pages:
                body = body.replace(b"<<", b"<</Parent %d 0 R" % _PAGES, 1)
            elif number == document.top:
                part = b"/S/Part" + document.language
                body = body.replace(b"/S/Document", part, 1)
            if body.endswith(b"endstream"):
                places[moved[number]] = _place(self.size)
                self._write_object(moved[number], body)
            else:
                plain[moved[number]] = body
        self._next = keys + 1
        places |= {n: _place(self._next, i) for i, n in enumerate(plain)}
        self._note(b"".join(places[n] for n in sorted(places)))
        self._write_packed(plain)
        self._keys += document.keys
        self.pages += document.count

    def _key_tree(self, document: "_Document", moved: dict[int, int]) -> bytes:
        """Return what leads from the pages of *document* to their tags."""
        pairs = re.findall(rb"(\d+) (\d+) 0 R", document.key_pairs)
        shifted = ((int(k) + self._keys, moved[int(v)]) for k, v in pairs)
        numbers = b" ".join(b"%d %d 0 R" % pair for pair in shifted)
        limits = (self._keys, self._keys + document.keys - 1)
        return b"<</Limits[%d %d]/Nums[%b]>>" % (*limits, numbers)

    def _write_packed(self, objects: dict[int, bytes]) -> None:
        """Write *objects*, none of which is a stream, in one that is."""
        ends: list[bytes] = []
        size = 0
        for number, body in objects.items():
            ends.append(b"%d %d" % (number, size))
            size += len(body) + 1
        head = b" ".join(ends) + b"\n"
        data = zlib.compress(head + b"\n".join(objects.values()))
        self._note(_place(self.size))
        self._write_object(
            self._next,
            b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>\nstream\n"
            b"%b\nendstream" % (len(objects), len(head), len(data), data),
        )
        self._next += 1

    def _note(self, places: bytes) -> None:
        """Note the *places* of objects for the table of all of them."""
        with _room():
            self._places.write(places)

    def _write_object(self, number: int, body: bytes) -> None:
        self._write(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self.size += len(data)


@contextmanager
def _room() -> Iterator[None]:
    """Tell what keeps temporary files from being written, which are not the output."""
    try:
        yield
    except OSError as error:
        raise no_room(str(error.strerror)) from None


class _Document:
    """A PDF as Typst writes it, taken apart."""

    def __init__(self, data: bytes) -> None:
        try:
            self.objects, trailer = _objects(data)
            self.root = _number(b"Root", trailer)
            catalogue = self.objects[self.root]
            self.about = _number(b"Info", trailer)
            self.metadata = _number(b"Metadata", catalogue)
            self.pages = _number(b"Pages", catalogue)
            self.tags = _number(b"StructTreeRoot", catalogue)
            language = _LANGUAGE.search(catalogue)
            self.language = language[0] if language else b""
            self.count = int(_found(_COUNT, self.objects[self.pages])[1])
            self.top = int(_found(_TOP, self.objects[self.tags])[1])
            keys = _found(_KEYS, self.objects[self.tags])
            self.key_pairs, self.keys = keys[1], int(keys[2])
        except (KeyError, ValueError):
            hint = "install the one that constraints.txt names"
            raise OutputError(
                f"letters set by this version of typst cannot be bound together: {hint}"
            ) from None


def _objects(data: bytes) -> tuple[dict[int, bytes], bytes]:
    """Return the objects of a PDF and, from its end, what leads to them."""
    start = data.rindex(b"startxref") + len(b"startxref")
    table = int(data[start:].split()[0])
    body, _, trailer = data[table:].partition(b"trailer")
    word, _, size, *entries = body.split()
    if word != b"xref":
        raise ValueError
    places = sorted(
        (int(place), number)
        for number, (place, state) in enumerate(
            zip(entries[::3], entries[2::3], strict=True)
        )
        if state == b"n" and number < int(size)
    )
    ends = [*(place for place, _ in places[1:]), table]
    objects = {}
    for (place, number), end in zip(places, ends, strict=True):
        whole = data[place:end]
        inner = slice(whole.index(b"obj") + 3, whole.rindex(b"endobj"))
        objects[number] = whole[inner].strip(b"\r\n ")
    return objects, trailer


def _number(key: bytes, body: bytes) -> int:
    return int(_found(re.compile(b"/%b (\\d+) 0 R" % key), body)[1])


def _found(pattern: re.Pattern[bytes], body: bytes) -> re.Match[bytes]:
    if match := pattern.search(body):
        return match
    raise ValueError


def _moved(body: bytes, moved: dict[int, int], keys: int) -> bytes:
    """Return an object, references in it *moved* and numbers of tags *keys* higher."""

    def replaced(match: re.Match[bytes]) -> bytes:
        if match[1]:
            return b"%d 0 R" % moved.get(int(match[1]), 0)
        return b"%d" % (int(match[2]) + keys)

    head, stream, data = body, b"", b""
    if body.endswith(b"endstream"):
        head, stream, data = body.partition(b"stream")
    if b"(" not in head:
        return _REFERENCE.sub(replaced, head) + stream + data
    parts = [
        part if is_string else _REFERENCE.sub(replaced, part)
        for part, is_string in _strings(head)
    ]
    return b"".join((*parts, stream, data))


def _strings(body: bytes) -> Iterator[tuple[bytes, bool]]:
    """Yield the parts of *body*, and whether they are strings, which hold anything."""
    depth = start = 0
    for match in _BRACKET.finditer(body):
        if match[0] == b"(":
            if not depth:
                yield body[start : match.start()], False
                start = match.start()
            depth += 1
        elif match[0] == b")":
            depth -= 1
            if not depth:
                yield body[start : match.end()], True
                start = match.end()
    yield body[start:], False


def _place(number: int, index: int | None = None) -> bytes:
    """Return where an object is: at a byte, or the one of that *index* in another."""
    kind = 1 if index is None else 2
    return b"%c%b%b" % (kind, number.to_bytes(6), (index or 0).to_bytes(2))


def _references(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _portions(file: IO[bytes]) -> Iterator[bytes]:
    """Yield what is in *file*, from its beginning."""
    file.seek(0)
    while portion := file.read(_PORTION):
        yield portion
