"""The benchmarks: what they compare and how they report it."""

from pathlib import Path
from xml.etree import ElementTree as ET

from benchmarks import batch, mailmerge, plain
from benchmarks.__main__ import write_figures
from benchmarks.picture import picture
from benchmarks.process import Measured, Usage
from benchmarks.roster import write_roster

from conftest import Run

# Members with words of their own and without.
MEMBERS = 9
SIZES = [
    Measured(
        1_000,
        [
            {
                batch.PLAIN: Usage(wall=0.5, cpu=0.5, memory=20),
                batch.FILES: Usage(wall=2, cpu=1, memory=40),
                batch.FILES_BY_TWO: Usage(wall=1, cpu=2, memory=40),
                batch.JSONL: Usage(wall=2, cpu=1, memory=50),
            },
            {batch.FILES: Usage(wall=4, cpu=3, memory=42)},
        ],
    ),
    Measured(200_000, [{batch.JSONL: Usage(wall=100, cpu=90, memory=55)}]),
]


def test_the_plain_loop_writes_the_same_words(run: Run, tmp_path: Path) -> None:
    """
    The plain loop writes a letter for each row, with the words that a batch writes.
    """
    roster, done, again = (tmp_path / name for name in ("m.csv", "done", "again"))
    write_roster(roster, MEMBERS, mailmerge.COUNTRIES)
    mailmerge.write_plain_template(tmp_path)

    result = run("batch", "--case", "kurmanov", "--roster", roster, "-o", done, "-q")
    plain.write(tmp_path / "letter.txt", roster, again)

    assert result.exit_code == 0
    assert words_of(again) == words_of(done)
    assert len(words_of(done)) == MEMBERS


def words_of(folder: Path) -> set[tuple[str, ...]]:
    """The words of each letter in *folder*."""
    return {tuple(path.read_text("utf-8").split()) for path in folder.glob("*.txt")}


def test_a_ratio_above_one_is_faster() -> None:
    """
    A ratio is the median over the runs that have both figures.
    """
    lines = batch.report(SIZES).splitlines()

    assert "| plain loop / files | 2.00 | not measured | ≤ 2.5 |" in lines
    assert "| files, two processes / files | 2.00 | not measured | ≥ 1.65 |" in lines
    assert "| mbox / mailmerge | not measured | not measured | ≥ 3 |" in lines
    assert "| files | 333 (41 MB) | not measured |" in lines
    assert "| jsonl | 500 (50 MB) | 2,000 (55 MB) |" in lines
    assert "| jsonl | 50.0 MB | 55.0 MB | < 60 MB |" in lines
    assert "| ... / 1,000 rows | 1.00 | 1.10 | ≤ 1.1 |" in lines


def test_the_picture_shows_what_was_measured() -> None:
    """
    The picture has a mark for each figure, and its words are text.
    """
    drawing = ET.fromstring(picture(SIZES))  # noqa: S314 - our own

    words = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Time (seconds)", "1,000", "100,000", "rows", "jsonl"} <= set(words)


def test_figures_are_put_between_their_marks(tmp_path: Path) -> None:
    """
    New figures replace those between the marks, and nothing else on the page.
    """
    page = tmp_path / "performance.md"
    page.write_text("a\n<!-- pdf -->\nold\n<!-- end of pdf -->\nb\n", "utf-8")

    write_figures(page, "pdf", "new")

    assert page.read_text("utf-8") == ("a\n<!-- pdf -->\nnew\n<!-- end of pdf -->\nb\n")
