"""The command `help`, and notes below a letter: what a reader sees on a terminal."""

from pathlib import Path

import pytest

from conftest import ROOT, Run
from doc_examples import WIDTH, Terminal

PAGES = sorted((ROOT / "docs").glob("*.md"), key=lambda page: page.stem)


def test_help_lists_the_pages(run: Run) -> None:
    """
    Without a topic, `help` lists each page with what it is for.
    """
    result = run("help")
    rows = [line.split("\t") for line in result.stdout.splitlines()]

    assert (result.exit_code, result.stderr) == (0, "")
    assert [topic for topic, _ in rows] == [page.stem for page in PAGES]
    assert [
        "sending",
        "How to get a letter onto paper, into your mail program or to a fax.",
    ] in rows
    assert [about for _, about in rows if "](" in about] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_pipe_gets_the_page_as_it_is(page: Path, run: Run) -> None:
    """
    In a pipe, `help TOPIC` prints the page in Markdown.
    """
    result = run("help", page.stem)

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == page.read_text(encoding="utf-8")


def test_a_terminal_shows_plain_text(tmp_path: Path) -> None:
    """
    On a terminal a page has no marks or wide lines; a link names the command to type.
    """
    program = "import sys; from protestgen.cli import run"
    program += "; sys.exit(any(run(['help', page]) for page in sys.argv[1:]))"
    pages = " ".join(page.stem for page in PAGES)
    result = Terminal(tmp_path).type(f'python -c "{program}" {pages}')
    lines = result.stdout.splitlines()

    assert result.exit_code == 0
    assert [line for line in lines if len(line) > WIDTH] == []
    assert [line for line in lines if "](" in line] == []
    assert "<!--" not in result.stdout
    assert "cases.svg" not in result.stdout
    assert "campaigns.md (protestgen help campaigns) shows step by step" in " ".join(
        result.stdout.split()
    )


def test_help_of_a_command_shows_its_options(run: Run) -> None:
    """
    `help COMMAND` shows what `COMMAND --help` does, unless a page has that name.
    """
    assert run("help", "letter") == run("letter", "--help")
    assert run("help", "batch").stdout.startswith("# Letters of many members\n")


def test_an_unknown_topic_is_an_error(run: Run) -> None:
    """
    A topic that is misspelt is answered with the nearest one.
    """
    result = run("help", "sendin")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "error: unknown topic 'sendin': did you mean 'sending'?\n"


def test_notes_come_below_a_letter_on_a_terminal(run: Run, tmp_path: Path) -> None:
    """
    A terminal shows notes after a blank line below the letter; elsewhere they are first.
    """
    command = "letter --case kurmanov --country greece"
    shown = Terminal(tmp_path).type(f"protestgen {command}").stdout
    quiet = Terminal(tmp_path).type(f"protestgen -q {command}").stdout
    piped = run(*command.split())
    notes = piped.stderr.splitlines()

    assert [note.split()[1:3] for note in notes] == [
        ["no", "street,"],
        ["the", "letter"],
        ["case", "'kurmanov'"],
    ]
    assert shown == f"{piped.stdout}\n{piped.stderr}"
    assert quiet == piped.stdout
