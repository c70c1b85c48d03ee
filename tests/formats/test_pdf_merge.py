"""Merged PDFs, held against another reader's view of the documents they are made of."""

import io
import random
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace
from pypdf import PdfReader

from conftest import find_program
from pdf_helpers import letter, merged, options, text_of
from protestgen.errors import OutputError
from protestgen.formats import pdf

LANGUAGES = ("en", "de", "fr", "ru", "es", "kk")
# How many times a letter's paragraphs stand in it, so that it has several pages.
LONG = 12


class Element(Struct, frozen=True):
    """A structure element; its kids are elements, or pages with numbers of content."""

    role: str
    language: str | None
    other: tuple[str, ...]
    kids: tuple["Element | tuple[int, int]", ...]


class Tags:
    """The tags of a PDF as pypdf reads them."""

    def __init__(self, data: bytes) -> None:
        reader: Any = PdfReader(io.BytesIO(data), strict=True)
        self.pages = reader.pages
        self.catalog = reader.root_object
        self.info = reader.metadata
        root = self.catalog["/StructTreeRoot"]
        self.roles = dict(root["/RoleMap"])
        self._numbers = {
            page.indirect_reference: i for i, page in enumerate(self.pages)
        }
        self._owners: dict[tuple[int, int], Any] = {}
        (top,) = root["/K"]
        self.tree = self._element(top, root.indirect_reference, None)
        self.next_key = root["/ParentTreeNextKey"]
        self.parent_tree = dict(leaves(root["/ParentTree"]))

    def _element(self, reference: Any, parent: Any, page: int | None) -> Element:
        """Return a structure element with all below it, and note who owns content."""
        value = reference.get_object()
        assert value["/P"].indirect_reference == parent
        if "/Pg" in value:
            page = self._numbers[value.raw_get("/Pg")]
        kids: list[Element | tuple[int, int]] = []
        for kid in value.get("/K", ()):
            if isinstance(kid, int):
                assert page is not None
                assert (page, kid) not in self._owners
                self._owners[page, kid] = reference
                kids.append((page, kid))
            elif kid.get_object().get("/Type") == "/MCR":
                content = (self._numbers[kid.raw_get("/Pg")], kid["/MCID"])
                self._owners[content] = reference
                kids.append(content)
            else:
                kids.append(self._element(kid, reference, page))
        shown = ("/Type", "/S", "/P", "/Pg", "/K", "/Lang")
        other = (f"{key} {entry}" for key, entry in value.items() if key not in shown)
        return Element(value["/S"], value.get("/Lang"), tuple(other), tuple(kids))

    def check_parent_tree(self) -> None:
        """Check that pages lead to the same elements as the structure tree does."""
        keys = [
            page["/StructParents"] for page in self.pages if "/StructParents" in page
        ]
        assert keys == list(self.parent_tree) == list(range(self.next_key))
        found = {
            (i, number): owner
            for i, page in enumerate(self.pages)
            if "/StructParents" in page
            for number, owner in enumerate(self.parent_tree[page["/StructParents"]])
        }
        assert found == self._owners
        assert set(found) == {
            (i, number) for i, page in enumerate(self.pages) for number in marked(page)
        }


def leaves(tree: Any) -> Iterator[tuple[int, Any]]:
    """Yield the pairs of a number tree."""
    for kid in tree.get("/Kids", ()):
        pairs = list(leaves(kid.get_object()))
        assert kid["/Limits"] == [pairs[0][0], pairs[-1][0]]
        yield from pairs
    nums = tree.get("/Nums", ())
    for key, value in zip(nums[::2], nums[1::2], strict=True):
        yield key, value.get_object()


def marked(page: Any) -> Iterator[int]:
    """Yield the numbers of marked content in *page*."""
    contents = page.get_contents()
    for operands, operator in contents.operations if contents is not None else ():
        if operator == b"BDC" and "/MCID" in operands[1]:
            yield operands[1]["/MCID"]


def languages_in(element: Element) -> set[str]:
    """Return the languages of *element* and of all in it."""
    own = {element.language} if element.language else set()
    kids = (kid for kid in element.kids if isinstance(kid, Element))
    return own.union(*map(languages_in, kids))


def pages_with(role: str, element: Element) -> set[int]:
    """Return the pages on which elements in *element* with a *role* have content."""
    return {
        page
        for kid in element.kids
        for page in (
            pages_with(role, kid)
            if isinstance(kid, Element)
            else ({kid[0]} if element.role == role else ())
        )
    }


def shifted(element: Element, pages: int) -> Element:
    """Return *element* with its content *pages* further."""
    kids = (
        shifted(kid, pages) if isinstance(kid, Element) else (kid[0] + pages, kid[1])
        for kid in element.kids
    )
    return replace(element, kids=tuple(kids))


@cache
def document(*numbers: int, duplex: bool = False) -> bytes:
    """Return letters in many languages; every fifth has several pages."""
    letters = []
    for number in numbers:
        written = letter(
            name=f"Member {number} (Example", country=("gb", "us")[number % 2]
        )
        times = LONG if number % 5 == 2 else 1
        language = LANGUAGES[number % len(LANGUAGES)]
        letters.append(replace(written, language=language, body=written.body * times))
    return pdf.render_all(letters, options(), duplex=duplex)


def check_with_qpdf(data: bytes, folder: Path) -> None:
    """Check that qpdf finds nothing wrong in *data*."""
    file = folder / "merged.pdf"
    file.write_bytes(data)
    line = (find_program("qpdf"), "--check", str(file))
    done = subprocess.run(line, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"No syntax or stream encoding errors found" in done.stdout


def check_merged(whole: Tags, documents: list[bytes], *, duplex: bool) -> None:
    """Check that pages and tags of the *whole* are those of the *documents*."""
    parts, pages = [], 0
    for tags in map(Tags, documents):
        if duplex and pages % 2:
            blank = whole.pages[pages]
            assert set(blank) == {"/Type", "/Parent", "/Resources", "/MediaBox"}
            assert blank.mediabox == tags.pages[0].mediabox
            pages += 1
        for page, alone in enumerate(tags.pages, pages):
            assert whole.pages[page].mediabox == alone.mediabox
            content = whole.pages[page].get_contents().get_data()
            assert content == alone.get_contents().get_data()
        assert tags.roles == whole.roles
        part = shifted(tags.tree, pages)
        parts.append(replace(part, role="/Part", language=tags.catalog["/Lang"]))
        pages += len(tags.pages)
    assert len(whole.pages) == pages
    assert whole.tree == Element("/Document", None, (), tuple(parts))
    whole.check_parent_tree()


@pytest.mark.programs("qpdf", "pdftotext")
@pytest.mark.parametrize("duplex", [False, True], ids=["simplex", "duplex"])
@pytest.mark.parametrize("count", [1, 2, 3, 40])
def test_tags_are_those_of_the_documents(
    count: int, tmp_path: Path, *, duplex: bool
) -> None:
    """
    Each document's structure tree is a part of the merged one, in its own language.

    A program that checks offsets, lengths and streams finds nothing wrong.
    """
    documents = [document(number) for number in range(count)]
    data = merged(*documents, duplex=duplex)
    whole = Tags(data)

    check_merged(whole, documents, duplex=duplex)
    languages = [part.language for part in whole.tree.kids if isinstance(part, Element)]
    assert languages == [LANGUAGES[i % len(LANGUAGES)] for i in range(count)]
    check_with_qpdf(data, tmp_path)


@pytest.mark.programs("qpdf", "pdftotext")
def test_documents_of_several_letters(tmp_path: Path) -> None:
    """
    Letters that Typst set in one document stay together, with its blank pages.
    """
    starts = (0, 7, 14)
    documents = [document(*range(i, i + 7), duplex=True) for i in starts]
    data = merged(*documents, duplex=True)
    whole = Tags(data)

    check_merged(whole, documents, duplex=True)
    assert len(whole.tree.kids) == len(starts)
    assert languages_in(whole.tree) == set(LANGUAGES)
    first_pages = pages_with("/H1", whole.tree)
    assert len(first_pages) == 21
    assert all(page % 2 == 0 for page in first_pages)
    check_with_qpdf(data, tmp_path)


def test_description_is_that_of_the_first_document() -> None:
    """
    Title, dates, language and metadata, and what PDF/UA wants in the catalog.
    """
    first = Tags(document(1))
    whole = Tags(merged(document(1), document(2)))

    assert whole.info == first.info
    own = ("/Type", "/Lang", "/MarkInfo", "/ViewerPreferences")
    assert {key: whole.catalog[key] for key in own} == {
        key: first.catalog[key] for key in own
    }
    assert whole.catalog["/MarkInfo"]["/Marked"]
    metadata = whole.catalog["/Metadata"].get_data()
    assert metadata == first.catalog["/Metadata"].get_data()
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata


@pytest.mark.programs("qpdf", "pdftotext")
def test_document_of_more_objects_than_two_bytes_count(tmp_path: Path) -> None:
    """
    Long letters of many members have more than 65,536 objects.
    """
    from typst import compile as compile_typst

    text = (
        '#set document(title: "X")\n#set text(lang: "de")\n'
        + "- a #strong[b]\n" * 17_000
    )
    long = compile_typst(text.encode(), format="pdf", pdf_standards=["ua-1"])
    assert isinstance(long, bytes)
    assert long.count(b"\nendobj") > 1 << 16
    whole = merged(long, document(0))

    check_with_qpdf(whole, tmp_path)
    assert "Member 0 (Example" in text_of(whole).split("\f")[-2]


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        (b"\nxref\n", b"\nxreF\n", "its cross-reference table"),
        (b"startxref\n", b"startxref\n1", "its cross-reference table"),
        (b"xref\n0 ", b"xref\n0 1", "its cross-reference table"),
        (b"0000000016 00000 n", b"0000000017 00000 n", "object 1"),
        (b"0000000016 00000 n", b"0000000016 00001 n", "its cross-reference table"),
        (b"\n4 0 obj", b"\n5 0 obj", "object 4"),
        (b"/Length ", b"/Length 1", "object "),
        (b"\nendstream", b"\nendstreaM", "object "),
        (b"/ViewerPref", b"/PageLabels", "object "),
        (b"/Type/Catalog/", b"/Type/Catalog/AcroForm<<>>/", "object "),
        (b"/Type/Outlines", b"/Type/Outlines/First 9 0 R", "object 2"),
        (b"/Tabs/S", b"/Tabs/S/Annots[9 0 R]", "object "),
        (b"/Count 1", b"/Count 2", "its page tree"),
        (b"/StructParents 0", b"/StructParents 1", "its parent tree"),
        (b"/ParentTreeNextKey 1", b"/ParentTreeNextKey 2", "its parent tree"),
        (b"/Nums[0 ", b"/Nums[1 ", "its parent tree"),
        (b"/RoleMap<<", b"/IDTree 9 0 R/RoleMap<<", "object 3"),
        (b"/RoleMap<<", b"/RoleMap<</A/P", "its role map"),
        (b"/S/Document", b"/S/Documens", "object "),
        (b"/Contents ", b"/Contents 99", "the entry '99"),
        (b"/T<FEFF", b"/T((FEFF", "a string"),
    ],
    ids=str,
)
def test_other_structures_are_refused(old: bytes, new: bytes, part: str) -> None:
    """
    What would be lost or broken in merging is told, even if it is a correct PDF.
    """
    data = document(0)
    assert old in data
    with pytest.raises(OutputError) as caught:
        merged(document(0), with_offsets(data, old, new))

    assert re.fullmatch(
        f"letters cannot be merged into one PDF: {re.escape(part)}.* is not as Typst "
        "0.15 writes it: run the command again, and report it if it fails again",
        str(caught.value),
    )


def test_damaged_documents_are_refused() -> None:
    """
    A byte too many or too few, anywhere, and a file that ends too early.
    """
    data = document(0)
    seeded = random.Random(7)  # noqa: S311 - the same each time
    for _ in range(300):
        place = seeded.randrange(len(data) - 1)
        for damaged in (
            data[:place],
            data[:place] + data[place + 1 :],
            data[:place] + b"0" + data[place:],
        ):
            with pytest.raises(OutputError):
                merged(damaged)


def test_wrong_bytes_end_in_one_error() -> None:
    """
    Where a wrong byte outside of the text breaks the structure, it is an error.
    """
    data = document(0)
    seeded = random.Random(7)  # noqa: S311 - the same each time
    refused = 0
    for _ in range(1_000):
        place = seeded.randrange(len(data))
        damaged = data[:place] + bytes([seeded.randrange(256)]) + data[place + 1 :]
        try:
            merged(damaged)
        except OutputError:
            refused += 1
    assert refused > 100


def with_offsets(data: bytes, old: bytes, new: bytes) -> bytes:
    """Return *data* with *new* for the last *old*, and the offsets that go with it."""
    before, _, after = data.rpartition(old)
    place, longer = len(before), len(new) - len(old)

    def moved(match: re.Match[bytes]) -> bytes:
        offset = int(match[2])
        offset += longer if offset > place else 0
        return match[1] + str(offset).zfill(len(match[2])).encode()

    changed = before + new + after
    if longer and b"xref" not in old:
        table = changed.rindex(b"\nxref\n")
        changed = changed[:table] + re.sub(
            rb"(\n|startxref\n)(\d{10}(?= 00000 n)|\d+(?=\n%%EOF))",
            moved,
            changed[table:],
        )
    return changed
