"""The README: short, and its set-up commands are those of the checks."""

import re

from conftest import ROOT, Shell

README = (ROOT / "README.md").read_text(encoding="utf-8")
CHECKS = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    """
    The README has at most 150 lines and 900 words.
    """
    assert len(README.splitlines()) <= 150
    assert len(README.split()) <= 900


def test_two_commands_set_everything_up() -> None:
    """
    One command writes a letter, one runs the tests; `.ci/run` runs both as printed.
    """
    lines = re.findall(r"^.*\.venv/bin/pip install.*$", README, re.MULTILINE)

    assert [line.rpartition(" && ")[2] for line in lines] == [
        ".venv/bin/protestgen letter --case kurmanov --country uk",
        ".venv/bin/pytest",
    ]
    assert [line for line in lines if line not in CHECKS] == []


def test_a_first_letter_takes_five_commands() -> None:
    """
    From nothing to a letter as PDF, the README has five commands.
    """
    (block,) = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    commands = re.findall(r"^\$ (.*)$", block, re.MULTILINE)

    assert len(commands) == 5
    assert commands[-1].endswith(" -o letter.pdf")


def test_the_readme_leads_to_every_page(shell: Shell) -> None:
    """
    Each page of the manual is one link away, or the page before it in a row of pages.
    """
    topics = shell("protestgen help").stdout.splitlines()
    later = {"campaigns-data", "campaigns-letters", "json", "keys", "keys-addresses"}
    later |= {"performance", "texts"}
    names = {line.partition("\t")[0] for line in topics}

    assert names - later == {*re.findall(r"\]\(docs/([\w-]+)\.md\)", README)}
