"""A campaign in its life: the page about it, and groups that work in clones of git."""

import re
from pathlib import Path

import pytest

from conftest import ROOT, Result, Shell
from doc_examples import Example, assert_shown, examples
from log_helpers import random_log
from protestgen.log.entry import ANSWER, CHANNELS, RESULTS, LogEntry
from protestgen.log.figures import make_figures
from protestgen.log.loader import load_log
from protestgen.log.writer import add_to_log

PAGE = (ROOT / "docs" / "campaign-life.md").read_text(encoding="utf-8")
# The kinds, keys and results that the page lists.
KEYS = re.findall(r"^\| (`[^|]+) \|", PAGE.split("## Reminders")[0], re.MULTILINE)


@pytest.fixture(name="campaign")
def _campaign(shell: Shell, tmp_path: Path) -> Path:
    """Return the folder of a campaign that `init` has made."""
    made = shell("protestgen -q init mine --state turkey --country uk --lang de")
    assert (made.exit_code, made.stderr) == (0, "")
    return tmp_path / "mine"


def test_the_page_shows_what_happens(shell: Shell, campaign: Path) -> None:
    """
    The commands of the page run one after the other, and show what the page shows.
    """
    entry, _, outlet = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    written = campaign / "log" / "reading-room" / "by-hand.yaml"
    written.parent.mkdir(parents=True)
    written.write_text(entry)
    (campaign / "data" / "media.yaml").write_text(outlet)
    for example in examples(PAGE):
        result = shell(f"cd mine; {{ {example.command}; }} 2>&1")
        # The end of an entry's name is random.
        output = re.sub(r"-[0-9a-f]{8}\b", "-1a2b3c4d", result.stdout)
        assert_shown(
            Example(example.command, [line for line in example.shown if line]),
            Result(result.exit_code, output, ""),
        )


def test_the_page_is_short_and_lists_every_key() -> None:
    """
    The page has at most 200 lines, and names each key of an entry.
    """
    assert len(PAGE.splitlines()) <= 200
    assert {key.strip("`") for key in KEYS} == set(LogEntry.__struct_fields__)
    assert [
        name for name in (*CHANNELS, ANSWER, *RESULTS) if f"`{name}`" not in PAGE
    ] == []


GIT = (
    "git -c user.name=Example -c user.email=example@home.example "
    "-c init.defaultBranch=main -c commit.gpgsign=false"
)


@pytest.mark.programs("git")
def test_two_clones_merge(shell: Shell, campaign: Path, tmp_path: Path) -> None:
    """
    Two groups log a hundred entries each in their clones; git merges them by itself.
    """
    begun = shell(
        f"cd mine && {GIT} init -q && {GIT} add . && {GIT} commit -qm Start "
        f"&& {GIT} clone -q . ../one && {GIT} clone -q . ../two"
    )
    assert begun.exit_code == 0, begun.stderr
    expected = 0
    for seed, clone in enumerate(("one", "two")):
        entries = [e for n in range(40) for e in random_log(100 * seed + n).values()]
        for entry in entries[:100]:
            add_to_log(tmp_path / clone, "reading-room", entry)
            expected += 0 if entry.kind == ANSWER else entry.count
        logged = shell(f"cd {clone} && {GIT} add log && {GIT} commit -qm Log")
        assert logged.exit_code == 0, logged.stderr
    merged = shell(
        f"cd one && {GIT} pull -q --no-rebase --no-edit ../two main "
        f"&& cd ../two && {GIT} pull -q --rebase ../one main"
    )

    assert merged.exit_code == 0, merged.stderr
    for clone in ("one", "two"):
        log = load_log([tmp_path / clone]).of("reading-room")
        assert len(log) == 200
        assert make_figures(log).actions == expected
        report = shell(f"protestgen --campaign {clone} report reading-room")
        assert f"- Actions: {expected}\n" in report.stdout
    assert campaign.is_dir()


def test_layers_add_up(shell: Shell, campaign: Path) -> None:
    """
    A group's own folder over the shared one: logs are added, and written to the first.
    """
    (campaign.parent / "leeds").mkdir()
    (campaign.parent / "leeds" / "protestgen.yaml").write_text("extends: none\n")
    log = "log call --case reading-room --country uk"
    shell(f"protestgen --campaign mine {log} --count 2")
    own = shell(f"protestgen --campaign leeds --campaign mine {log} --count 3")
    report = shell("protestgen --campaign leeds --campaign mine report reading-room")

    assert own.stderr.startswith("note: logged in leeds/log/reading-room/")
    assert "- Actions: 5\n" in report.stdout
