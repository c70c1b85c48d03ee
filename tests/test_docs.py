"""The manual: its commands print what it shows, and its pages are short and linked."""

import re
from pathlib import Path

import pytest

from conftest import ROOT, Shell
from doc_examples import Terminal, examples, pages
from protestgen.cli import COMMANDS

PAGES = {page.stem: page.read_text(encoding="utf-8") for page in pages()}
MANUAL = "".join(PAGES.values())
# Pages whose examples need what an earlier page made, in a test of their own.
GUIDE = {"campaigns", "campaigns-data", "campaigns-letters", "campaign-life", "import"}
CHECKS = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
WORKFLOW = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")


def lines_of(language: str) -> list[str]:
    """The lines of all blocks of code in a language."""
    pages = "".join(page for name, page in PAGES.items() if name not in GUIDE)
    blocks = re.findall(rf"^```{language}\n(.*?)^```", pages, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines()]


@pytest.mark.parametrize(
    "name", [n for n, page in PAGES.items() if any(examples(page)) and n not in GUIDE]
)
def test_commands_show_what_is_printed(name: str, tmp_path: Path) -> None:
    """
    On a terminal, commands show what the page says; "..." stands for any lines.
    """
    assert Terminal(tmp_path).follow(PAGES[name])


def test_lines_of_shell_run_somewhere() -> None:
    """
    What installs anything is run by `.ci/run`; tests run every other line.
    """
    tested = re.compile(
        r"""
        protestgen\ letter\ .*(?:\|\ (?:msmtp|sendmail|mutt|bsd-mailx|lp)\ .*|\ --open)
        | eval\ .* | echo\ .*bashrc | podman\ .* | .*python\ -m\ benchmarks\ .*
        """,
        re.VERBOSE,
    )
    lines = [line for line in lines_of("sh") if not tested.fullmatch(line)]

    assert len(lines) >= 5
    assert [line for line in lines if line not in CHECKS] == []


def test_lines_for_windows_run_on_windows() -> None:
    """
    A machine with Windows runs the lines for PowerShell.
    """
    lines = lines_of("powershell")

    assert len(lines) >= 4
    assert [line for line in lines if line not in WORKFLOW] == []


def test_the_line_for_paper_prints_a_pdf(shell: Shell, tmp_path: Path) -> None:
    """
    The printer gets a PDF on standard input, and the size of the paper.
    """
    (line,) = [line for line in lines_of("sh") if "| lp " in line]
    printer = tmp_path / "lp"
    printer.write_text('#!/bin/sh\necho "$*" > options; cat > page\n')
    printer.chmod(0o755)
    result = shell(f"PATH=.:$PATH; {line}")

    assert (result.exit_code, result.stdout) == (0, "")
    assert (tmp_path / "page").read_bytes().startswith(b"%PDF-")
    assert (tmp_path / "options").read_text() == "-o media=A4\n"


def test_the_line_for_the_path_finds_the_program(shell: Shell, tmp_path: Path) -> None:
    """
    After the line, a new terminal finds the program of the virtual environment.
    """
    (line,) = [line for line in lines_of("sh") if line.startswith("echo ")]
    program = tmp_path / ".venv" / "bin" / "protestgen"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    result = shell(f"PATH=/usr/bin:/bin; {line}; . ~/.bashrc; command -v protestgen")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{program}\n"


def test_completion_is_switched_on_as_printed(shell: Shell) -> None:
    """
    The line for the shell turns completion on.
    """
    (line,) = [line for line in lines_of("sh") if line.startswith("eval ")]
    result = shell(f"{line}; complete -p protestgen")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith(" protestgen\n")


def test_every_command_and_option_of_a_letter_is_named(shell: Shell) -> None:
    """
    The table of commands has each command, and the pages have every option of a letter.
    """
    helped = shell("protestgen letter --help").stdout
    options = re.findall(r"^ +(?:-\w, )?(--[\w-]+)", helped, re.MULTILINE)
    named = re.findall(r"^\|.*\| `protestgen (\w+)", PAGES["commands"], re.MULTILINE)

    assert {*named} == {*COMMANDS}
    assert len(options) > 20
    assert [name for name in options if name not in MANUAL] == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_short(name: str) -> None:
    """
    A page has at most 200 lines, except for the reference of templates.
    """
    assert len(PAGES[name].splitlines()) <= 200 or name == "templates"


@pytest.mark.parametrize("name", [name for name in PAGES if name != "README"])
def test_a_page_says_first_what_it_is_for(name: str) -> None:
    """
    Below its title, a page has one sentence that says what it is for.
    """
    title, purpose, *_ = PAGES[name].split("\n\n")

    assert re.fullmatch(r"# \S.*", title)
    assert re.fullmatch(r"(?:How|What) .*\.", purpose)
    assert ". " not in purpose
    assert len(purpose) <= 90


@pytest.mark.parametrize("name", PAGES)
def test_links_have_targets(name: str) -> None:
    """
    A link leads to a file of the project, and to a heading that is on the page.
    """
    folder = ROOT if name == "README" else ROOT / "docs"
    links = re.findall(r"\]\((?!https?:)([^)#]*)(?:#([\w-]+))?\)", PAGES[name])

    for path, heading in links:
        file = folder / path if path else None
        page = file.read_text(encoding="utf-8") if heading and file else PAGES[name]
        headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
        slugs = [re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings]
        assert file is None or file.is_file(), path
        assert not heading or heading in slugs, heading


def test_the_tables_of_the_manual_are_whole() -> None:
    """
    Each row of a table has as many cells as the row above it.
    """
    for page in PAGES.values():
        for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
            counts = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
            assert len(counts) == 1, table
