"""The man pages: current, and readable."""

import re
import subprocess
from collections.abc import Callable
from copy import copy
from pathlib import Path

import click
import pytest
from click_man.core import write_man_pages

from conftest import ROOT, find_program
from protestgen import __version__
from protestgen.cli import COMMANDS, cli

FOLDER = ROOT / "docs" / "man"
NAMES = ["protestgen.1", *(f"protestgen-{name}.1" for name in COMMANDS)]


@pytest.fixture(name="written")
def _written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the man pages of all commands."""
    group = copy(cli)
    context = click.Context(cli)
    found = {name: cli.get_command(context, name) for name in COMMANDS}
    group.commands = {name: command for name, command in found.items() if command}
    for command in (group, *group.commands.values()):
        # click-man would shorten it.
        summary = command.get_short_help_str(limit=200)
        monkeypatch.setattr(command, "short_help", summary)
    write_man_pages(
        "protestgen", group, version=__version__, target_dir=tmp_path, date="2026-11-22"
    )
    return tmp_path


def test_man_pages_are_current(
    written: Path, committed: Callable[[Path, bytes], None]
) -> None:
    """
    The man pages say what `--help` says of each command and option.
    """
    assert sorted(path.name for path in written.iterdir()) == sorted(NAMES)
    for name in NAMES:
        page = (written / name).read_text(encoding="utf-8")
        # A line that begins with a quotation mark would be a command of troff.
        page = re.sub("^'", r"\\&'", page, flags=re.MULTILINE)
        committed(FOLDER / name, page.encode())

    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(NAMES)


@pytest.mark.programs("man")
def test_man_shows_every_page() -> None:
    """
    `man` formats each page without a warning.
    """
    for name in NAMES:
        shown = subprocess.run(
            [find_program("man"), "--warnings", FOLDER / name],
            capture_output=True,
            check=True,
        )
        assert shown.stderr == b""
        assert b"NAME" in shown.stdout
