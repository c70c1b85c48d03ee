"""One PDF with all letters of a batch."""

import os
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from batch_helpers import finish, start, wait_until
from conftest import Result, Run, Shell, find_program, has_written
from pdf_helpers import READ_PDF, facts_of, letter, merged, options, picture_of, text_of
from protestgen.formats import pdf
from protestgen.letters.letter import Letter

pytestmark = READ_PDF

HEAD = "name,email,city,country,why\n"
COUNTRIES = ("uk", "de", "fr", "us")
LONG = "I have followed this for years. " * 300

Batch = Callable[..., Result]


@pytest.fixture(name="batch")
def _batch(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Return a function that runs `batch` on `m.csv`, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def batch(*arguments: object) -> Result:
        # In this process, where letters were set before: it cannot be forked safely.
        line = ("batch", "--case", "kurmanov", "--roster", "m.csv", "--jobs", "1")
        return run(*line, *arguments)

    return batch


def roster(count: int, **whys: str) -> None:
    """Write *count* members to `m.csv`; `_2` gives the third own words, and so on."""
    rows = (
        f"Member {i} Example,m{i}@home.example,Leeds,{COUNTRIES[i % 4]},"
        f"{whys.get(f'_{i}', f'Word {i}.')}\n"
        for i in range(count)
    )
    Path("m.csv").write_text(HEAD + "".join(rows), encoding="utf-8")


def pages(file: str = "all.pdf") -> list[str]:
    """Return the text of each page of *file*, without numbers of pages."""
    found = text_of(Path(file).read_bytes()).split("\f")[:-1]
    return [re.sub(r"\n\d+ / \d+\s*$", "", page.strip()) for page in found]


def problems_of(data: bytes) -> str:
    """Return the problems that pdfinfo reports for the tags and pages of *data*."""
    line = (find_program("pdfinfo"), "-struct-text", "-")
    done = subprocess.run(line, input=data, capture_output=True, check=True)
    # Typst writes this one, and poppler wants an older kind of value.
    known = "Syntax Error: Suspects object is wrong type (boolean)\n"
    return done.stderr.decode().replace(known, "")


def tags_of(data: bytes) -> str:
    """Return the tags of *data*, with what is said in them."""
    line = (find_program("pdfinfo"), "-struct-text", "-")
    done = subprocess.run(line, input=data, capture_output=True, check=True)
    # It prints titles as they are in the file, some of them in UTF-16.
    return done.stdout.decode(errors="replace")


@pytest.mark.parametrize("duplex", [False, True])
def test_pages_have_the_text_of_single_letters(batch: Batch, *, duplex: bool) -> None:
    """
    The pages have the text of the single letters, in the order of the roster.
    """
    roster(60, _3=LONG, _57=LONG)
    extra = ("--duplex",) if duplex else ()
    assert batch("-o", "all.pdf", *extra, "-q").exit_code == 0
    assert batch("-o", "letters", "--format", "pdf", "-q").exit_code == 0

    expected = []
    for index in range(60):
        (file,) = Path("letters").glob(f"*-member-{index}-example-*.pdf")
        alone = pages(str(file))
        blank = [""] if duplex and len(alone) % 2 and index < 59 else []
        expected += [*alone, *blank]
        if index in (3, 57):
            assert len(alone) > 1
    assert pages() == expected


@pytest.mark.slow
def test_pages_look_like_those_of_single_letters(batch: Batch) -> None:
    """
    Every pixel is the same, in all layouts, for letters set smaller or on two pages.
    """
    words = "A thought that I choices to share with you. "
    roster(30, **{f"_{i}": words * (3 * i) for i in range(30)})
    assert batch("-o", "all.pdf", "-q").exit_code == 0
    assert batch("-o", "letters", "--format", "pdf", "-q").exit_code == 0

    whole = picture_of(Path("all.pdf").read_bytes(), 60)
    alone = []
    for index in range(30):
        (file,) = Path("letters").glob(f"*-member-{index}-example-*.pdf")
        alone += picture_of(file.read_bytes(), 60)
    assert len(alone) > 30
    assert whole == alone


def test_duplex_starts_each_letter_on_a_front(batch: Batch) -> None:
    """
    With `--duplex` each letter begins on the front of a sheet, after a blank back if need be.
    """
    roster(30, _0=LONG * 2, _24=LONG, _25=LONG * 2)
    assert batch("-o", "all.pdf", "--duplex", "-q").exit_code == 0

    found = pages()
    starts = [i for i, page in enumerate(found) if "Re: " in page]
    assert len(starts) == 30
    assert all(index % 2 == 0 for index in starts)
    blank = [i for i, page in enumerate(found) if not page]
    assert len(blank) >= 25
    pictures = picture_of(Path("all.pdf").read_bytes(), 30)
    assert all(set(pictures[index].pixels) == {255} for index in blank)


def test_letter_that_cannot_be_set_fails_alone(batch: Batch) -> None:
    """
    A letter that cannot be set fails with its line, and all others are in the document.
    """
    roster(40, _5="王", _31="😀 and 王")
    result = batch("-o", "all.pdf")

    assert (result.exit_code, result.stdout) == (3, "")
    hint = "use Latin, Greek or Cyrillic letters instead"
    errors = [x for x in result.stderr.splitlines() if x.startswith("error")]
    assert errors == [
        f"error: m.csv:7: the fonts of the PDF lack '王' (U+738B): {hint}",
        f"error: m.csv:33: the fonts of the PDF lack '😀' (U+1F600), '王' (U+738B): {hint}",
    ]
    assert "note: 38 letters in all.pdf; 2 rows failed; " in result.stderr
    signed = [set(re.findall(r"Member (\d+) Example", page)) for page in pages()]
    assert [int(x) for (x,) in signed] == [i for i in range(40) if i not in (5, 31)]


def test_no_letters_make_no_document(batch: Batch) -> None:
    """
    A PDF needs a page, so a batch without letters creates none.
    """
    roster(1)
    batch("-o", "all.pdf")
    before = Path("all.pdf").read_bytes()
    roster(1, _0="王")
    result = batch("-o", "all.pdf")

    assert (result.exit_code, result.stdout) == (1, "")
    last = result.stderr.splitlines()[-1]
    assert last == "error: there is no letter to print: nothing is written"
    assert sorted(path.name for path in Path().iterdir()) == ["all.pdf", "m.csv"]
    assert Path("all.pdf").read_bytes() == before


@pytest.mark.slow
def test_document_does_not_depend_on_processes(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The bytes are the same for any number of processes and in each run.
    """
    monkeypatch.chdir(tmp_path)
    roster(210, _7="王")
    line = "protestgen batch --case kurmanov --roster m.csv -q"
    for name, jobs in (("a.pdf", 1), ("b.pdf", 2), ("c.pdf", 2)):
        assert shell(f"{line} -o {name} --jobs {jobs}").exit_code == 3

    first = Path("a.pdf").read_bytes()
    assert first == Path("b.pdf").read_bytes() == Path("c.pdf").read_bytes()
    assert Path("a.pdf").stat().st_mode & 0o777 == 0o600


@pytest.mark.slow
def test_document_metadata_and_tags(batch: Batch) -> None:
    """
    The document has a title, no author, and the tags of each letter as a part.
    """
    roster(60)
    assert batch("-o", "all.pdf", "-q").exit_code == 0
    data = Path("all.pdf").read_bytes()
    facts, tags = facts_of(data), tags_of(data)

    assert problems_of(data) == ""
    assert facts["Title"].startswith("The Almaty May Day marchers")
    assert "Author" not in facts
    assert (facts["Tagged"], facts["Pages"]) == ("yes", "60")
    assert tags.count("H1 ") == 60
    order = re.findall(r"Member (\d+) Example\"?\n", tags)
    assert list(dict.fromkeys(order)) == [str(number) for number in range(60)]


def test_interrupted_run_creates_no_document(tmp_path: Path) -> None:
    """
    The document is complete, or is not created.
    """
    file, members = tmp_path / "all.pdf", tmp_path / "m.csv"
    rows = (f"Member {i} Example,,Leeds,uk,\n" for i in range(2_000))
    members.write_text(HEAD + "".join(rows), encoding="utf-8")
    process = start("--roster", str(members), "--jobs", "2", "-o", str(file))
    wait_until(lambda: has_written(process.pid, tmp_path), process)
    os.killpg(process.pid, signal.SIGINT)
    result = finish(process)

    assert result == Result(130, "", "error: interrupted: nothing is written\n")
    assert list(tmp_path.iterdir()) == [members]


def test_duplex_needs_one_document(batch: Batch) -> None:
    """
    `--duplex` is refused for a folder of letters.
    """
    roster(1)
    result = batch("-o", "letters", "--duplex")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: '--duplex' goes with one PDF: add '-o letters.pdf' (see 'protestgen "
        "batch --help')\n"
    )


@pytest.mark.parametrize(
    "name",
    ["1 0 R", "(1 0 R", "1 0 R)", "((2 0 R) 3 0 R)", "\\(1 0 R", "/StructParents 0"],
)
def test_references_in_a_title_are_kept(name: str) -> None:
    """
    Object numbers change in references only, never inside a text.
    """
    document = typeset(letter(country="gb"), name)
    data = merged(typeset(letter(country="gb"), "X"), document, document)

    assert problems_of(data) == ""
    said = tags_of(document).count(f'"{name}"')
    assert tags_of(data).count(f'"{name}"') == 2 * said > 0


def typeset(written: Letter, title: str) -> bytes:
    """Return a letter with another *title* as what is bound."""
    return pdf.render_all([replace(written, subject_line=title)], options())


def test_letter_that_crashes_typst_fails_alone(batch: Batch) -> None:
    """
    A cell that crashes Typst costs its own row.
    """
    emoji = "\u200d".join("\N{WOMAN}" * 17_000)
    rows = (
        "Ada Example,,Leeds,uk,",
        f"Bob Example,,Leeds,uk,{emoji}",
        "Eve Example,,Leeds,uk,",
    )
    Path("m.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")

    result = batch("-o", "all.pdf")

    assert (result.exit_code, result.stdout) == (3, "")
    errors = [line for line in result.stderr.splitlines() if line.startswith("error:")]
    assert [error.startswith("error: m.csv:3: ") for error in errors] == [True]
    assert len(pages()) == 2
