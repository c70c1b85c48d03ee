"""
Merge PDFs by Typst into one, with all their tags, which pikepdf and pypdf lose.

Sections are those of ISO 32000-1:2008 (PDF 1.7).
"""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import IO

from protestgen.errors import OutputError

from .pdf_reader import PdfDocument, unexpected
from .pdf_writer import PdfWriter

# The comment in the third line marks a file that this program merged.
_HEADER = b"%PDF-1.7\n%\x80\x80\x80\x80\n%protestgen batch\n"
BEGINNING = re.compile(re.escape(_HEADER))
# The numbers of the objects that are new in the merged document.
_CATALOG, _INFO, _METADATA, _PAGE_TREE, _STRUCTURE_TREE, _DOCUMENT_ELEMENT = range(1, 7)
# Escapes and brackets in strings (7.3.4.2), references (7.3.10), keys (14.7.4.4).
_TOKEN = re.compile(rb"\\.|[()]|\d+ 0 R\b|/StructParents \d+", re.DOTALL)


class PdfMerger:
    """
    Merges documents into one, which it writes to *stream* as they come.

    The roots of their page, structure and parent trees become children of new roots.
    The title, dates and language are those of the first document. If *duplex*, each
    document begins on the front of a sheet.
    """

    def __init__(self, stream: IO[bytes], *, duplex: bool = False) -> None:
        self.pages = 0
        self._writer = PdfWriter(stream, reserved=_DOCUMENT_ELEMENT)
        self._duplex = duplex
        self._digest = sha256()
        self._first: PdfDocument | None = None
        self._page_trees: list[int] = []
        self._structure_trees: list[int] = []
        self._parent_trees: list[int] = []
        self._next_key = 0

    def add(self, data: bytes) -> None:
        """Append the PDF *data*, or raise `OutputError` if it cannot be merged."""
        document = PdfDocument(data)
        self._digest.update(data)
        if self._first is None:
            self._first = document
            self._writer.write(_HEADER)
        if document.role_map != self._first.role_map:
            raise unexpected("its role map")
        if self._duplex and self.pages % 2:
            self._add_blank_page(document.media_box)
        self._add_document(document)

    def finish(self) -> int:
        """
        Write roots and trailer, and return the size of the file in bytes.

        Raises `OutputError` if there is no document.
        """
        if self._first is None:
            raise OutputError("there is no letter to print: nothing is written")
        self._write_descriptions(self._first)
        self._write_roots(self._first.role_map)
        self._writer.finish(_CATALOG, _INFO, self._digest.hexdigest()[:32].encode())
        return self._writer.size

    def _add_blank_page(self, media_box: bytes) -> None:
        number = self._writer.take_numbers(1)
        page = b"<</Type/Page/Parent %d 0 R/Resources<<>>%b>>" % (_PAGE_TREE, media_box)
        self._writer.write_object(number, page)
        self._page_trees.append(number)
        self.pages += 1

    def _add_document(self, document: PdfDocument) -> None:
        """Write the streams of *document*, and its other objects in one of them."""
        compressed = [n for n in document.objects if n not in document.streams]
        order = (*compressed, *document.streams)
        first = self._writer.take_numbers(1 + len(order))
        numbers = {old: new for new, old in enumerate(order, first + 1)}
        values = [_parent_tree(document, self._next_key)]
        values += (document.objects[old] for old in order)
        tokens = _tokens(document, numbers, self._next_key)
        parent_tree, *values = _replaced(values, tokens)
        objects = dict(zip(order, values, strict=True))
        _attach(document, objects)
        packed = [parent_tree, *(objects[old] for old in compressed)]
        self._writer.write_object_stream(first, packed)
        for old, data in document.streams.items():
            self._writer.write_stream(numbers[old], objects[old], data)
        self._page_trees.append(numbers[document.page_tree])
        self._structure_trees.append(numbers[document.document_element])
        self._parent_trees.append(first)
        self._next_key += len(document.parent_tree)
        self.pages += document.page_count

    def _write_descriptions(self, first: PdfDocument) -> None:
        """Write catalog (7.7.2), information and metadata of the *first* document."""
        self._writer.write_object(
            _CATALOG,
            b"<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R%b/StructTreeRoot %d 0 R%b>>"
            % (_PAGE_TREE, _METADATA, first.language, _STRUCTURE_TREE, first.view),
        )
        self._writer.write_object(_INFO, first.info)
        self._writer.write_stream(_METADATA, first.metadata, first.metadata_stream)

    def _write_roots(self, role_map: bytes) -> None:
        """Write the roots of the page tree (7.7.3) and the structure tree (14.7.2)."""
        write = self._writer.write_object
        kids = _references(self._page_trees)
        write(_PAGE_TREE, b"<</Type/Pages/Count %d/Kids[%b]>>" % (self.pages, kids))
        write(
            _STRUCTURE_TREE,
            b"<</Type/StructTreeRoot%b/K[%d 0 R]/ParentTree<</Kids[%b]>>"
            b"/ParentTreeNextKey %d>>"
            % (
                *(role_map, _DOCUMENT_ELEMENT),
                *(_references(self._parent_trees), self._next_key),
            ),
        )
        kids = _references(self._structure_trees)
        element = b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>"
        write(_DOCUMENT_ELEMENT, element % (_STRUCTURE_TREE, kids))


def _parent_tree(document: PdfDocument, first_key: int) -> bytes:
    """Return the parent tree of *document* as a leaf of a number tree (7.9.7)."""
    arrays = enumerate(document.parent_tree, first_key)
    nums = b" ".join(b"%d %b 0 R" % (key, array) for key, array in arrays)
    last_key = first_key + len(document.parent_tree) - 1
    return b"<</Limits[%d %d]/Nums[%b]>>" % (first_key, last_key, nums)


def _tokens(
    document: PdfDocument, numbers: Mapping[int, int], first_key: int
) -> dict[bytes, bytes]:
    """Return new references and keys for those of *document*."""
    reference, key = b"%d 0 R", b"/StructParents %d"
    tokens = {reference % old: reference % new for old, new in numbers.items()}
    # The document element was the child of a root, and becomes that of an element.
    tokens[reference % document.structure_tree] = reference % _DOCUMENT_ELEMENT
    keys = range(len(document.parent_tree))
    return tokens | {key % old: key % (first_key + old) for old in keys}


def _attach(document: PdfDocument, objects: dict[int, bytes]) -> None:
    """Make the trees of *document*, in its *objects*, branches of the merged trees."""
    tree, element = document.page_tree, document.document_element
    parent = b"<</Parent %d 0 R" % _PAGE_TREE
    objects[tree] = objects[tree].replace(b"<<", parent, 1)
    # The catalog has one language, so each part has its own (14.9.2).
    part = b"/S/Part" + document.language
    objects[element] = objects[element].replace(b"/S/Document", part, 1)


def _references(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _replaced(values: Iterable[bytes], tokens: Mapping[bytes, bytes]) -> list[bytes]:
    """Return *values*, none of which has a line break, with their *tokens* replaced."""
    depth = 0  # of brackets in a string, which has no tokens

    def replace(match: re.Match[bytes]) -> bytes:
        nonlocal depth
        token = match[0]
        if token in {b"(", b")"}:
            depth += 1 if token == b"(" else -1
            return token
        return token if depth else tokens[token]

    try:
        # All at once is faster: a letter has about forty objects.
        replaced = _TOKEN.sub(replace, b"\n".join(values)).split(b"\n")
    except KeyError as error:
        raise unexpected(f"the entry {error.args[0].decode()!r}") from None
    if depth:
        raise unexpected("a string")
    return replaced
