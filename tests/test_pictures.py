"""The pictures of the manual: they show what the program makes."""

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
import typst
from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

from conftest import ROOT
from doc_examples import WIDTH, Terminal

README = (ROOT / "README.md").read_text(encoding="utf-8")
Committed = Callable[[Path, bytes], None]
# The part of the first page that has text, with a thin line around it.
PAGE = """
#set page(width: 210mm, height: 172mm, margin: 0mm)
#box(width: 100%, height: 100%, clip: true, stroke: 1pt + gray)[
  #image("letter.pdf", height: 297mm)
]
"""


# Other versions of Rich and Typst may draw them otherwise.
@pytest.mark.slow
def test_the_readme_shows_the_letter_that_it_writes(
    tmp_path: Path, committed: Committed
) -> None:
    """
    The picture is the PDF that the commands of the README write.
    """
    terminal = Terminal(tmp_path)
    terminal.follow(README)
    (terminal.folder / "page.typ").write_text(PAGE)
    picture = typst.compile(terminal.folder / "page.typ", format="png", ppi=100)

    assert isinstance(picture, bytes)
    committed(ROOT / "docs" / "letter.png", picture)


@pytest.mark.slow
def test_a_picture_shows_a_terminal(tmp_path: Path, committed: Committed) -> None:
    """
    The page on data has a picture of the list of cases, as a terminal shows it.
    """
    command = "protestgen cases"
    code, output = Terminal(tmp_path).run(command, TERM="xterm-256color")
    console = Console(width=WIDTH, file=StringIO(), record=True)
    console.print(Text.from_ansi(f"$ {command}\n{output}"))
    # A picture in a page fetches nothing, not even a font.
    form = re.sub(r"@font-face \{\{.*?\}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    picture = console.export_svg(title="Terminal", unique_id="cases", code_format=form)

    assert code == 0
    assert "url(" not in picture.replace("url(#", "")
    committed(ROOT / "docs" / "cases.svg", picture.encode())
