"""`batch --log`: the log gets numbers of letters, and no names."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Result, Run
from protestgen.batch.state import DATABASE
from protestgen.log.entry import LogEntry
from protestgen.log.loader import load_log
from protestgen.schema.types import PartialDate

LogBatch = Callable[..., Result]

ROSTER = (
    "name,country,email,to\nAda Example,uk,ada@home.example,\n"
    "Bob Example,uk,bob@home.example,\nCarol Example,de,carol@home.example,osce\n"
)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Return the folder of a campaign over the bundled one, with a roster."""
    (tmp_path / "protestgen.yaml").write_text("extends: bundled\n")
    (tmp_path / "members.csv").write_text(ROSTER)
    return tmp_path


@pytest.fixture(name="log_batch")
def _log_batch(folder: Path, run: Run) -> LogBatch:
    """Return a function that runs a batch with `--log`, to *output* in the folder."""

    def log_batch(output: str = "letters") -> Result:
        return run(
            *("--campaign", folder, "batch", "--case", "kurmanov", "--log"),
            *("--roster", folder / "members.csv", "-o", folder / output),
        )

    return log_batch


def entry(country: str, to: str, count: int, kind: str = "letter") -> LogEntry:
    """Return the entry of a batch of 22 November 2026."""
    return LogEntry(
        kind=kind,  # type: ignore[arg-type]
        date=PartialDate(2026, 11, 22),
        country=country,
        to=to,
        count=count,
    )


def logged(folder: Path) -> list[LogEntry]:
    """Return the entries of the log, by country."""
    found = load_log([folder]).of("kurmanov").values()
    return sorted(found, key=lambda one: (one.country, one.kind))


def test_new_letters_are_counted(folder: Path, log_batch: LogBatch) -> None:
    """
    A batch logs its letters by country and addressee; a second run logs only new ones.
    """
    first = log_batch()
    entries = logged(folder)
    (folder / "members.csv").write_text(
        ROSTER.replace("Bob", "Robert") + "Dan Example,uk,dan@home.example,\n"
    )
    second = log_batch()

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert f"note: new letters logged in {folder}/log: 3\n" in first.stderr
    assert f"note: new letters logged in {folder}/log: 2\n" in second.stderr
    assert entries == [entry("de", "osce", 1), entry("gb", "embassy", 2)]
    assert len(logged(folder)) == 3
    text = "".join(path.read_text() for path in (folder / "log").rglob("*.yaml"))
    assert "Example" not in text
    assert "@" not in text


def test_letters_written_again_are_not_logged_again(
    folder: Path, log_batch: LogBatch
) -> None:
    """
    A file that was removed to have its letter written anew counts once.
    """
    log_batch()
    for path in (folder / "letters").glob("*.txt"):
        path.unlink()
    second = log_batch()

    assert len([*(folder / "letters").glob("*.txt")]) == 3
    assert f"note: new letters logged in {folder}/log: 0\n" in second.stderr
    assert len(logged(folder)) == 2


def test_new_letters_are_logged_after_a_lost_database(
    folder: Path, log_batch: LogBatch
) -> None:
    """
    Letters that the manifest lists are not logged again, and others are.
    """
    log_batch()
    (folder / "letters" / DATABASE).unlink()
    (folder / "members.csv").write_text(ROSTER + "Dan Example,uk,dan@home.example,\n")
    second = log_batch()

    assert f"note: new letters logged in {folder}/log: 1\n" in second.stderr


def test_each_addressee_of_a_case_is_logged(folder: Path, log_batch: LogBatch) -> None:
    """
    A way to act that asks for letters to two offices is logged for each of them.
    """
    bundled = (Path(__file__).parents[2] / "data" / "demands.yaml").read_text()
    text = bundled.split("\n  kurmanov:\n")[1].split("\n\n  ")[0]
    ways = "write_to: [{to: [president, osce], copy: embassy}, embassy]\n"
    text = re.sub(r"write_to:.*\n", ways, text)
    (folder / "data").mkdir()
    (folder / "data" / "demands.yaml").write_text(f"cases:\n  kurmanov:\n{text}\n")
    (folder / "members.csv").write_text(
        "name,country\nAda Example,uk\nBob Example,uk\n"
    )
    log_batch()

    found = {(one.to, one.count) for one in logged(folder)}
    assert found == {("president", 2), ("osce", 2)}


def test_a_mission_that_is_no_embassy_is_logged(
    folder: Path, run: Run, log_batch: LogBatch
) -> None:
    """
    A mission that a member chose by its city is the one to remind, and `check` knows it.
    """
    (folder / "members.csv").write_text("name,country,to\nAda Example,de,Frankfurt\n")
    log_batch()
    by_hand = run(
        "--campaign", folder, "log", "letter", "--case", "kurmanov", "--country", "us",
        "--to", "consulate-general-new-york", "--date", "2026-11-22",
    )  # fmt: skip

    assert logged(folder)[0].to == "frankfurt-am-main"
    assert by_hand.exit_code == 0
    assert run("check", folder).stderr == "note: no mistakes found\n"


def test_cards_of_members_are_not_logged(folder: Path, log_batch: LogBatch) -> None:
    """
    A member who sends a card writes to nobody who is to answer.
    """
    (folder / "members.csv").write_text(
        "name,country,style\nAda Example,uk,support\nBob Example,uk,\n"
    )
    log_batch()

    assert logged(folder) == [entry("gb", "embassy", 1)]


def test_messages_are_emails(folder: Path, log_batch: LogBatch) -> None:
    """
    A mailbox is logged as e-mails.
    """
    result = log_batch("letters.mbox")

    assert result.exit_code == 0
    assert logged(folder) == [
        entry("de", "osce", 1, "email"),
        entry("gb", "embassy", 2, "email"),
    ]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--campaign", "FOLDER", "--dry-run"), "'--log' goes without '--dry-run': nothing is written"),
        (("--campaign", "FOLDER", "--style", "support"), "'--log' counts first letters, this is '--style support': use 'protestgen log'"),
        ((), "'--log' needs a campaign of your own: go to its folder or add '--campaign'"),
    ],
)  # fmt: skip
def test_what_cannot_be_logged_is_not_begun(
    more: tuple[str, ...], message: str, folder: Path, run: Run
) -> None:
    """
    A batch that cannot be logged writes nothing.
    """
    given = [str(folder) if word == "FOLDER" else word for word in more]
    result = run(
        "batch", "--case", "kurmanov", "--roster", folder / "members.csv", "-o",
        folder / "letters", "--log", *given,
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"error: {message}" in result.stderr
    assert not (folder / "letters").exists()
    assert not (folder / "log").exists()
