"""Read a PDF as Typst writes it. Sections are those of ISO 32000-1:2008 (PDF 1.7)."""

import re
from itertools import pairwise

from protestgen.errors import OutputError

from .pdf import TESTED_TYPST

_REFERENCE = re.compile(rb"(\d+) 0 R")
# Cross-reference table, trailer and end of the file: sections 7.5.4 and 7.5.5.
_TABLE = re.compile(
    rb"xref\n0 (?P<size>\d+)\n0000000000 65535 f\r\n"
    rb"(?P<entries>(?:\d{10} 00000 n\r\n)+)"
    rb"trailer\n<</Size (?P=size)/Root (?P<root>\d+) 0 R/Info (?P<info>\d+) 0 R"
    rb"/ID\[\((?P<id>[\w+/=]+)\)\((?P=id)\)\]>>\nstartxref\n(?P<offset>\d+)\n%%EOF\n?"
)
# An indirect object, which may be a stream: sections 7.3.8 and 7.3.10.
_OBJECT = re.compile(
    rb"(?P<number>\d+) 0 obj\n(?P<value>(?:<</Length (?P<length>\d+))?[^\n]+)"
    rb"(?:\nstream\n(?P<stream>.*)\nendstream)?\nendobj\n+",
    re.DOTALL,
)
# The objects at which documents are joined: sections 7.7 and 14.7. Each pattern matches
# a whole object, so that unknown entries, such as links, are not lost in silence.
_CATALOG = re.compile(
    rb"<</Type/Catalog/Pages (?P<page_tree>\d+) 0 R/Metadata (?P<metadata>\d+) 0 R"
    rb"(?P<language>/Lang\([\w-]+\))/StructTreeRoot (?P<structure_tree>\d+) 0 R"
    rb"(?P<view>/MarkInfo<<[^<>]*>>/ViewerPreferences<<[^<>]*>>)"
    rb"/Outlines (?P<outlines>\d+) 0 R>>"
)
_OUTLINES = re.compile(rb"<</Type/Outlines>>")
_PAGE_TREE = re.compile(
    rb"<</Type/Pages/Count (?P<count>\d+)/Kids\[(?P<kids>(?:\d+ 0 R ?)+)\]>>"
)
_PAGE = re.compile(
    rb"<</Type/Page/Resources \d+ 0 R(?P<media_box>/MediaBox\[[\d. ]+\])"
    rb"(?:/StructParents (?P<key>\d+))?/Tabs/S/Parent \d+ 0 R/Contents \d+ 0 R>>"
)
_STRUCTURE_TREE = re.compile(
    rb"<</Type/StructTreeRoot(?P<role_map>/RoleMap<<[^<>]*>>)/K\[(?P<kid>\d+) 0 R\]"
    rb"/ParentTree<</Nums\[(?P<nums>(?:\d+ \d+ 0 R ?)+)\]>>"
    rb"/ParentTreeNextKey (?P<next_key>\d+)>>"
)
_DOCUMENT_ELEMENT = re.compile(
    rb"<</Type/StructElem/S/Document/P \d+ 0 R/K\[(?:\d+ 0 R ?)+\]>>"
)
_INFO = re.compile(rb"<</Title.*>>")
_METADATA = re.compile(rb"<</Length \d+/Type/Metadata/Subtype/XML>>")


class PdfDocument:
    """
    A PDF by Typst. Raises `OutputError` if *data* has another structure.

    *objects* has the values of objects by number, except for the catalog, the
    information, the metadata and the root of the structure tree. Streams have their
    dictionary there and their data in *streams*. *page_tree*, *structure_tree* and
    *document_element*, the top of the structure tree, are object numbers, as are the
    items of *parent_tree*, by key. *language*, *view*, *role_map* and *media_box* are
    entries of the catalog, the structure tree and the first page.
    """

    def __init__(self, data: bytes) -> None:
        table = _read_table(data)
        self.objects, self.streams = _read_objects(data, table)
        self.info = self._take(_INFO, table["info"])[0]
        catalog = self._take(_CATALOG, table["root"])
        self._take(_OUTLINES, catalog["outlines"])
        self.language, self.view = catalog["language"], catalog["view"]
        self.metadata = self._take(_METADATA, catalog["metadata"])[0]
        self.metadata_stream = self.streams.pop(int(catalog["metadata"]))
        self.page_tree = int(catalog["page_tree"])
        page_tree = self._match(_PAGE_TREE, catalog["page_tree"])
        kids = _REFERENCE.findall(page_tree["kids"])
        pages = [self._match(_PAGE, kid) for kid in kids]
        self.page_count = len(pages)
        self.media_box = pages[0]["media_box"]
        if self.page_count != int(page_tree["count"]):
            raise unexpected("its page tree")
        self.structure_tree = int(catalog["structure_tree"])
        root = self._take(_STRUCTURE_TREE, catalog["structure_tree"])
        self.role_map = root["role_map"]
        self.document_element = int(root["kid"])
        self._match(_DOCUMENT_ELEMENT, root["kid"])
        keys = [int(page["key"]) for page in pages if page["key"]]
        self.parent_tree = _read_parent_tree(root, keys)

    def _take(self, pattern: re.Pattern[bytes], number: bytes) -> re.Match[bytes]:
        """Remove the object *number* and return its match with *pattern*."""
        match = self._match(pattern, number)
        del self.objects[int(number)]
        return match

    def _match(self, pattern: re.Pattern[bytes], number: bytes) -> re.Match[bytes]:
        """Return the match of the object *number* with *pattern*."""
        value = self.objects.get(int(number), b"")
        return _found(pattern.fullmatch(value), f"object {int(number)}")


def unexpected(part: str) -> OutputError:
    """Return the error for a *part* of a PDF that is not as Typst writes it."""
    return OutputError(
        f"letters cannot be merged into one PDF: {part} is not as Typst "
        f"{TESTED_TYPST} writes it: run the command again, and report it if it fails "
        "again"
    )


def _found(match: re.Match[bytes] | None, part: str) -> re.Match[bytes]:
    if match is None:
        raise unexpected(part)
    return match


def _read_table(data: bytes) -> re.Match[bytes]:
    """Return the cross-reference table of *data*, with the trailer."""
    start = data.rfind(b"\nxref\n") + 1
    table = _found(_TABLE.fullmatch(data, start), "its cross-reference table")
    entries = table["entries"].count(b"\n")
    if int(table["offset"]) != start or int(table["size"]) != 1 + entries:
        raise unexpected("its cross-reference table")
    return table


def _read_objects(
    data: bytes, table: re.Match[bytes]
) -> tuple[dict[int, bytes], dict[int, bytes]]:
    """Return by number the objects that *table* lists, and the data of streams."""
    objects, streams = {}, {}
    offsets = [int(offset) for offset in table["entries"].split()[::3]]
    for number, place in enumerate(pairwise((*offsets, table.start())), 1):
        match = _found(_OBJECT.fullmatch(data, *place), f"object {number}")
        stream = match["stream"] or b""
        if int(match["number"]) != number or len(stream) != int(match["length"] or 0):
            raise unexpected(f"object {number}")
        objects[number] = match["value"]
        if match["length"]:
            streams[number] = stream
    return objects, streams


def _read_parent_tree(root: re.Match[bytes], keys: list[int]) -> list[bytes]:
    """Return the object numbers for the *keys* of pages (14.7.4.4)."""
    nums = [int(key) for key in re.findall(rb"(\d+) \d+ 0 R", root["nums"])]
    if not nums == keys == list(range(len(keys))) or len(keys) != int(root["next_key"]):
        raise unexpected("its parent tree")
    return _REFERENCE.findall(root["nums"])
