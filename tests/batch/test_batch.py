"""The `batch` command: one letter for each member, and its messages."""

import csv
import errno
import fcntl
import json
import mailbox
import os
import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from batch_helpers import file_names
from conftest import Result, Run, Shell
from protestgen.batch.roster import EXAMPLE
from protestgen.batch.state import DAMAGED, DATABASE

HEAD = "name,email,city,country,why\n"
THREE = (
    "Ada Example,ada@home.example,Leeds,uk,I have friends in Almaty.\n"
    "Bob Example,bob@home.example,Cork,Ireland,\n"
    "Eve Example,eve@home.example,Seoul,South Korea,\n"
)
FILES = [
    "kurmanov-london-ada-example-h5k5dajhvc28.txt",
    "kurmanov-london-bob-example-hrmir5urh7m7.txt",
    "kurmanov-seoul-eve-example-e8fp21rochj9.txt",
]
MEND = "correct them there, and use that file as the roster"
NOBODY = "no mission of Kazakhstan is known in North Korea"
SUMMARY = re.compile(r"; [0-9.]+ (?:bytes|[kM]B) in [0-9.]+ s$", re.MULTILINE)

Batch = Callable[..., Result]


@pytest.fixture(name="batch")
def _batch(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Return a function that runs `batch` about a case, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.csv").write_text(HEAD + THREE, encoding="utf-8")

    def batch(*arguments: object) -> Result:
        return run("batch", "--case", "kurmanov", *arguments)

    return batch


def roster(*rows: str) -> None:
    """Write *rows* to `m.csv`."""
    Path("m.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows), "utf-8")


def said(result: Result) -> list[str]:
    """Return the lines on stderr but for what is to be known of the letters."""
    known = ("note: case '", "note: the address of the", "note: Ireland is served")
    text = SUMMARY.sub("", result.stderr)
    return [line for line in text.splitlines() if not line.startswith(known)]


def files(folder: str = "letters") -> list[str]:
    """Return the names of what is in *folder*, without the database."""
    return file_names(folder)


def test_each_member_writes_to_their_own_embassy(batch: Batch, run: Run) -> None:
    """
    Each row makes one file, with what `letter` writes for that member.
    """
    result = batch("--roster", "m.csv", "-o", "letters")

    assert (result.exit_code, result.stdout) == (0, "")
    assert said(result) == ["note: 3 letters in letters"]
    assert files() == [*FILES, "manifest.jsonl"]
    ada = run(
        *("letter", "--case", "kurmanov", "--country", "uk", "--city", "Leeds"),
        *("--name", "Ada Example", "--email", "ada@home.example"),
        *("--why", "I have friends in Almaty."),
    )
    assert Path("letters", FILES[0]).read_text("utf-8") == ada.stdout


def test_summary_counts_letters_and_failures(batch: Batch) -> None:
    """
    In a pipe the summary is one line; each kind of note appears once, with its count.
    """
    result = batch("--roster", "m.csv", "-o", "letters")

    assert result.stderr.splitlines()[0] == (
        "note: case 'kurmanov' has been closed since 2011-05: no outcome is recorded (3 letters)"
    )
    assert (
        "note: Ireland is served by the embassy in London (United Kingdom)\n"
        in result.stderr
    )
    assert re.fullmatch(
        r"note: 3 letters in letters; \d\.\d kB in \d+\.\d s",
        result.stderr.splitlines()[-1],
    )
    assert batch("--roster", "m.csv", "-o", "letters", "--quiet").stderr == ""


def test_manifest_lists_every_letter(batch: Batch) -> None:
    """
    The manifest has the versions, and the name, addressee and hash of each file.
    """
    from hashlib import sha256

    batch("--roster", "m.csv", "-o", "letters")
    head, *entries = map(
        json.loads, Path("letters/manifest.jsonl").read_text().splitlines()
    )

    assert sorted(head) == ["data", "date", "protestgen", "time"]
    assert (head["date"], head["time"]) == ("2026-11-22", "2026-11-22T12:00:00+00:00")
    assert entries[1] == {
        "file": FILES[1],
        "case": "kurmanov",
        "to": "embassy in London",
        "name": "Bob Example",
        "sha256": sha256(Path("letters", FILES[1]).read_bytes()).hexdigest(),
        "date": "2026-11-22",
        "time": "2026-11-22T12:00:00+00:00",
    }


def test_second_run_writes_missing_and_changed_letters(batch: Batch) -> None:
    """
    A second run leaves unchanged letters alone.
    """
    batch("--roster", "m.csv", "-o", "letters")
    before = {name: Path("letters", name).stat().st_ino for name in FILES}
    Path("letters", FILES[0]).unlink()
    roster(THREE.replace("land,", "land,I live in Cork."), "Zoe Example,,Ayr,uk,")
    result = batch("--roster", "m.csv", "-o", "letters")

    assert said(result) == [
        "note: 4 letters in letters (2 new, 1 changed, 1 unchanged)"
    ]
    assert Path("letters", FILES[2]).stat().st_ino == before[FILES[2]]
    assert "I live in Cork." in Path("letters", FILES[1]).read_text()


def edited(file: str) -> str:
    """Return what is said of a *file* that somebody has edited."""
    reason = "edited after it was written, and kept"
    return f"note: {file} was {reason}: remove it to have it written again"


@pytest.mark.parametrize("jobs", [1, 2])
def test_edited_letter_is_kept(batch: Batch, jobs: int) -> None:
    """
    Each run keeps an edited letter and says so, until the file is removed or has the current text.
    """
    command = ("--roster", "m.csv", "-o", "letters", "--jobs", jobs)
    batch(*command)
    ada, bob, _ = (Path("letters", name) for name in FILES)
    written = bob.read_text("utf-8")
    bob.write_text("By hand.")
    manifest = Path("letters/manifest.jsonl").read_text()
    first = batch(*command)
    roster(THREE.replace("land,", "land,I live in Cork.").replace("Almaty.", "Astana."))
    second = batch(*command)

    assert Path("letters/manifest.jsonl").read_text().splitlines()[2] in manifest
    count = "1 edited and kept"
    told = [edited(FILES[1]), f"note: 3 letters in letters (2 unchanged, {count})"]
    assert (first.exit_code, said(first)) == (0, told)
    told[1] = f"note: 3 letters in letters (1 changed, 1 unchanged, {count})"
    assert (second.exit_code, said(second)) == (0, told)
    assert bob.read_text() == "By hand."
    assert "Astana." in ada.read_text()

    bob.write_text(written)
    assert "(1 changed, 2 unchanged)" in batch(*command).stderr
    bob.write_text("By hand.")
    bob.unlink()
    assert "(1 new, 2 unchanged)" in batch(*command).stderr
    assert "I live in Cork." in bob.read_text()


def test_letters_without_database_and_manifest_are_kept(batch: Batch) -> None:
    """
    Where a first run was killed and its database was damaged, letters count as edited.
    """
    batch("--roster", "m.csv", "-o", "letters")
    Path("letters", FILES[1]).write_text("By hand.")
    Path("letters", "manifest.jsonl").unlink()
    Path("letters", DATABASE).rename(Path("letters", DAMAGED))
    result = batch("--roster", "m.csv", "-o", "letters")

    assert edited(FILES[1]) in said(result)
    assert Path("letters", FILES[1]).read_text() == "By hand."


def test_edited_letter_outlives_its_row(batch: Batch) -> None:
    """
    An edited letter keeps its hash while its row fails, and `--prune` does not remove it.
    """
    batch("--roster", "m.csv", "-o", "letters")
    Path("letters", FILES[1]).write_text("By hand.")
    roster(THREE.replace("Ireland", "Irland"))
    batch("--roster", "m.csv", "-o", "letters")
    roster(THREE)
    mended = batch("--roster", "m.csv", "-o", "letters")
    roster(*THREE.splitlines()[::2])
    pruned = batch("--roster", "m.csv", "-o", "letters", "--prune")

    end = "note: 3 letters in letters (2 unchanged, 1 edited and kept)"
    assert said(mended) == [edited(FILES[1]), end]
    assert said(pruned) == [
        edited(FILES[1]).replace("to have it written again", "if nobody needs it"),
        "note: 2 letters in letters (2 unchanged)",
    ]
    assert files() == [*FILES, "manifest.jsonl"]


def test_letters_keep_their_date_in_a_second_run(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A run on the next day does not rewrite every letter for its date.
    """
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    batch("--roster", "m.csv", "-o", "letters", "--date", "2026-11-20")
    kept = batch("--roster", "m.csv", "-o", "letters")
    dated = batch("--roster", "m.csv", "-o", "letters", "--date", "2026-11-21")

    assert said(kept) == [
        "note: the letter keeps the date of an earlier run: '--date' changes it (3 letters)",
        "note: 3 letters in letters (3 unchanged)",
    ]
    assert said(dated) == ["note: 3 letters in letters (3 changed)"]


@pytest.mark.parametrize("lost", [None, DATABASE])
def test_messages_keep_their_time(
    batch: Batch, monkeypatch: pytest.MonkeyPatch, lost: str | None
) -> None:
    """
    Each e-mail keeps the time of the run that wrote it, also if only the manifest is left.
    """
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    command = ("--roster", "m.csv", "-o", "letters", "--format", "eml")
    roster(THREE)
    batch(*command, "--date", "2026-11-20")
    roster(THREE, "Zoe Example,zoe@home.example,Ayr,uk,")
    batch(*command)
    before = {path.name: path.read_bytes() for path in Path("letters").glob("*.eml")}
    if lost:
        Path("letters", lost).unlink()
    last = batch(*command)

    *notes, summary = said(last)
    assert summary == "note: 4 letters in letters (4 unchanged)"
    assert [note.partition(":")[0] for note in notes] == ["note"]
    assert "of an earlier run: '--date' changes it (3 letters)" in notes[0]
    for name, data in before.items():
        assert Path("letters", name).read_bytes() == data


def test_letters_of_new_members_have_todays_date(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A letter has the date of the run that first wrote it.
    """
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    command = ("--roster", "m.csv", "-o", "letters")
    batch(*command, "--date", "2026-11-20")
    roster(THREE, "Zoe Example,,Ayr,uk,")
    result = batch(*command)
    (new,) = {*files()} - {*FILES, "manifest.jsonl"}

    assert said(result)[-1] == "note: 4 letters in letters (1 new, 3 unchanged)"
    assert "20 November 2026" not in Path("letters", new).read_text("utf-8")
    for name in FILES:
        assert "20 November 2026" in Path("letters", name).read_text("utf-8")


def test_letters_about_another_case_do_not_have_its_date(
    batch: Batch, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A folder that has letters about one case dates those about another one of today.
    """
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    command = ("--roster", "m.csv", "-o", "letters")
    batch(*command, "--date", "2026-11-20")
    run("batch", "--case", "shanyrak", *command)

    letters = [path.read_text("utf-8") for path in Path("letters").glob("shanyrak-*")]
    assert len(letters) == 3
    assert not any("20 November 2026" in letter for letter in letters)


@pytest.mark.parametrize("first", [(), ("--first-letter", "2026-11-20")])
def test_reminders_do_not_replace_first_letters(
    batch: Batch, first: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A reminder in the folder of the first letters fails, and a second run of it does not.
    """
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    command = ("--roster", "m.csv", "-o")
    reminder = ("--style", "reminder", *first, "--date", "2026-11-25")
    batch(*command, "letters", "--date", "2026-11-20")
    before = {name: Path("letters", name).read_bytes() for name in FILES}
    result = batch(*command, "letters", *reminder)
    apart = [batch(*command, "reminders", *reminder) for _ in range(2)]

    hint = "write reminders and thanks to a folder of their own"
    assert result.exit_code == 3
    assert said(result)[0] == (
        "error: m.csv:2: the folder has another letter of this member to the same "
        f"addressee: {hint}"
    )
    assert {name: Path("letters", name).read_bytes() for name in FILES} == before
    assert [one.exit_code for one in apart] == [0, 0]
    assert said(apart[1]) == ["note: 3 letters in reminders (3 unchanged)"]


def test_reminder_is_later_than_the_first_letter(run: Run) -> None:
    """
    A reminder of a letter of the same day, or of a later one, is a mistake.
    """
    result = run(
        *("letter", "--case", "kurmanov", "--country", "uk", "--style", "reminder"),
        *("--first-letter", "2026-11-20", "--date", "2026-11-20"),
    )

    reason = "a letter of 2026-11-20 cannot remind of one of 2026-11-20"
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {reason}: give a later '--date'\n"


def test_who_sent_a_card_is_not_reminded(batch: Batch) -> None:
    """
    A member whose style is that of cards wrote to nobody who is to answer.
    """
    Path("m.csv").write_text("name,country,style\nAda Example,uk,support\n")
    result = batch("--roster", "m.csv", "-o", "letters", "--style", "reminder")

    assert result.exit_code == 3
    assert said(result)[0] == (
        "error: m.csv:2: style: 'support': a card asks for no answer, remove this row"
    )


def test_edited_letters_keep_their_date_in_the_manifest(batch: Batch) -> None:
    """
    A new date does not reach a letter that was edited, and the manifest says so.
    """
    command = ("--roster", "m.csv", "-o", "letters", "--date")
    batch(*command, "2026-11-20")
    with Path("letters", FILES[0]).open("a") as file:
        file.write("PS\n")
    batch(*command, "2026-11-21")

    lines = Path("letters", "manifest.jsonl").read_text("utf-8").splitlines()
    dates = {(entry := json.loads(line))["file"]: entry["date"] for line in lines[1:]}
    assert dates == dict(
        zip(FILES, ("2026-11-20", "2026-11-21", "2026-11-21"), strict=True)
    )


@pytest.mark.parametrize("style", ["reminder", "support"])
def test_other_kinds_of_letters_come_before_the_style_of_a_member(
    batch: Batch, style: str
) -> None:
    """
    A batch of reminders or cards has no protest letter.
    """
    Path("m.csv").write_text(
        "name,country,style\nAda Example,uk,personal\nBob Example,uk,\n"
    )
    batch("--roster", "m.csv", "-o", "letters", "--style", style)

    ada, bob = (
        path.read_text("utf-8").replace("Ada", "Bob")
        for path in sorted(Path("letters").glob("*.txt"))
    )
    assert ada == bob


def test_orphaned_files_are_listed_and_pruned(batch: Batch) -> None:
    """
    `--prune` removes orphaned files that the manifest lists, and no others.
    """
    batch("--roster", "m.csv", "-o", "letters")
    Path("letters/own.txt").write_text("mine")
    roster(THREE.splitlines()[0])
    first = batch("--roster", "m.csv", "-o", "letters")
    listed = batch("--roster", "m.csv", "-o", "letters")
    pruned = batch("--roster", "m.csv", "-o", "letters", "--prune")

    stale = [f"note: {name} is orphaned: '--prune' removes it" for name in FILES[1:]]
    end = "note: 1 letter in letters (1 unchanged)"
    assert said(first) == said(listed) == [*stale, f"{end}; 2 orphaned files"]
    assert said(pruned) == [f"{end}; 2 files removed"]
    assert files() == [FILES[0], "manifest.jsonl", "own.txt"]
    assert said(batch("--roster", "m.csv", "-o", "letters")) == [end]


def test_bad_row_fails_alone(batch: Batch) -> None:
    """
    A bad row gives an error with line, field and reason, and a row in failed.csv; other rows are written.
    """
    roster(
        THREE.splitlines()[0],
        "Bob Example,bob@home,,Irland,x",
        'Eve Example,,,,"two\nlines"',
        "Zoe Example,,,kp,",
        "",
        ",,,uk,",
    )
    result = batch("--roster", "m.csv", "-o", "letters")

    mail = "'bob@home' is not an e-mail address: write name@domain.example"
    home = "empty: name the country that the member lives in"
    name = "empty: each letter is signed with a name"
    lines = said(result)
    assert result.exit_code == 3
    assert lines[:2] == [
        f"error: m.csv:3: email: {mail}",
        f"error: m.csv:4: country: {home}",
    ]
    assert lines[2].startswith(
        "error: m.csv:6: country: no mission of Kazakhstan is known in North Korea"
    )
    assert lines[3:] == [
        f"error: m.csv:8: name: {name}",
        "note: 1 letter in letters; 4 rows failed",
        f"note: rows that failed are in letters/failed.csv: {MEND}",
    ]
    with Path("letters/failed.csv").open(encoding="utf-8-sig", newline="") as table:
        head, *rows = csv.reader(table)
    assert head == [
        *HEAD.strip().split(","),
        *("line", "field", "problem", "failed for"),
    ]
    bob = ["Bob Example", "bob@home", "", "Irland", "x", "3", "email", mail]
    eve = ["Eve Example", "", "", "", "two\nlines", "4", "country", home]
    assert rows[:2] == [[*bob, "kurmanov"], [*eve, "kurmanov"]]


def test_fixed_rows_can_be_run_again(batch: Batch) -> None:
    """
    The fixed failed.csv is a roster: its letters are added to the folder.
    """
    roster(THREE.splitlines()[0], "Bob Example,bob@home,,Ireland,")
    batch("--roster", "m.csv", "-o", "letters")
    failed = Path("letters/failed.csv")
    mended = failed.read_text("utf-8-sig").replace("bob@home", "bob@home.example", 1)
    failed.write_text(mended, "utf-8-sig")
    pruned = batch("--roster", failed, "-o", "letters", "--prune")
    Path("copy.csv").write_bytes(failed.read_bytes())
    copied = batch("--roster", "copy.csv", "-o", "letters", "--prune")
    result = batch("--roster", failed, "-o", "letters")

    hint = "'--prune' goes with the whole roster (see 'protestgen batch --help')"
    assert pruned.exit_code == 2
    assert pruned.stderr == f"error: {failed} holds only the rows that failed: {hint}\n"
    assert copied.stderr == f"error: copy.csv holds only the rows that failed: {hint}\n"
    assert (result.exit_code, said(result)) == (0, ["note: 1 letter in letters"])
    assert files() == [*FILES[:2], "manifest.jsonl"]
    whole = Path("letters/manifest.jsonl").read_text()
    assert [name for name in FILES[:2] if name not in whole] == []


def test_fixed_rows_stay_until_all_were_read(batch: Batch) -> None:
    """
    A run that stops early keeps the rows of failed.csv that it has not read.
    """
    roster("Bob Example,bob@home,,Ireland,", "Eve Example,eve@home,,kr,")
    batch("--roster", "m.csv", "-o", "letters")
    failed = Path("letters/failed.csv")
    failed.write_text(failed.read_text().replace("eve@home,", "eve@home.example,"))
    mended = failed.read_text()
    result = batch("--roster", failed, "-o", "letters", "--strict")

    assert result.exit_code == 1
    assert failed.read_text() == mended
    assert files() == ["failed.csv", "manifest.jsonl"]


@pytest.mark.parametrize(
    ("before", "after"), [(",", ";"), ("line,field,problem", "a,b,c")]
)
def test_failed_rows_may_be_saved_by_a_spreadsheet(
    batch: Batch, before: str, after: str
) -> None:
    """
    failed.csv may come back with another delimiter and without the error column.
    """
    roster("Bob Example,bob@home,,Ireland,")
    batch("--roster", "m.csv", "-o", "letters")
    failed = Path("letters/failed.csv")
    mended = failed.read_text().replace("bob@home,", "bob@home.example,")
    failed.write_text(mended.replace(before, after))
    result = batch("--roster", failed, "-o", "letters")

    assert (result.exit_code, said(result)[-1]) == (0, "note: 1 letter in letters")
    assert files() == [FILES[1], "manifest.jsonl"]


def test_letters_about_other_cases_are_kept(batch: Batch, run: Run) -> None:
    """
    A run about one case keeps the letters and manifest entries of others.
    """
    batch("--roster", "m.csv", "-o", "letters")
    command = ("--roster", "m.csv", "-o", "letters", "--prune")
    other = run("batch", "--case", "kolov", *command)
    roster(THREE.splitlines()[0])
    pruned = batch(*command)

    assert said(other)[-1] == "note: 3 letters in letters"
    removed = "note: 1 letter in letters (1 unchanged); 2 files removed"
    assert said(pruned)[-1] == removed
    cases = [name.partition("-")[0] for name in files()]
    assert cases == ["kolov"] * 3 + ["kurmanov", "manifest.jsonl"]


def test_case_named_twice_counts_once(batch: Batch) -> None:
    """
    Naming a case twice writes its letters once.
    """
    result = batch("--case", "kurmanov", "--roster", "m.csv", "-o", "letters")

    assert said(result) == ["note: 3 letters in letters"]


def test_edited_orphan_is_reported_as_edited(batch: Batch) -> None:
    """
    An orphaned file that was edited is not offered for `--prune`, which keeps it.
    """
    batch("--roster", "m.csv", "-o", "letters")
    Path("letters", FILES[1]).write_text("By hand.")
    roster(*THREE.splitlines()[::2])
    left = edited(FILES[1]).replace("to have it written again", "if nobody needs it")
    dry = batch("--roster", "m.csv", "-o", "letters", "--dry-run")
    plain = batch("--roster", "m.csv", "-o", "letters")

    assert said(dry)[0] == left
    assert said(plain) == [left, "note: 2 letters in letters (2 unchanged)"]


def test_message_added_to_an_mbox_is_safe(batch: Batch) -> None:
    """
    A mailbox with a message that another program added is not replaced.
    """
    batch("--roster", "m.csv", "-o", "all.mbox")
    with Path("all.mbox").open("ab") as file:
        file.write(
            b"From eve@home.example Mon Nov 23 10:00:00 2026\nSubject: Reply\n\n\n"
        )
    before = Path("all.mbox").read_bytes()
    result = batch("--roster", "m.csv", "-o", "all.mbox")

    reason = "a message was added to it that no batch has written"
    hint = "choose another name, or move it away"
    assert (result.exit_code, said(result)) == (
        1,
        [f"error: all.mbox: {reason}: {hint}"],
    )
    assert Path("all.mbox").read_bytes() == before


def test_folder_in_place_of_a_letter_is_an_error(batch: Batch) -> None:
    """
    The error names the folder; letters written before it stay.
    """
    Path("letters", FILES[1], "inside").mkdir(parents=True)
    result = batch("--roster", "m.csv", "-o", "letters")

    hint = "files already written are complete; fix this and run again to resume"
    assert result.exit_code == 1
    assert said(result) == [f"error: letters/{FILES[1]}: Is a directory: {hint}"]


def test_dry_run_keeps_the_date_of_the_letters(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A dry run uses the date of the run before, as a real run would.
    """
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    batch("--roster", "m.csv", "-o", "letters", "--date", "2026-11-20")
    result = batch("--roster", "m.csv", "-o", "letters", "--dry-run")

    assert "20 November 2026" in result.stdout


def test_missing_profile_error_says_how_to_make_one(batch: Batch) -> None:
    """
    Without a profile the error names `protestgen profile` and `--sender`.
    """
    result = batch("--country", "all", "-o", "letters")

    hint = "run 'protestgen profile', or add '--sender FILE'"
    assert result.stderr.endswith(f"/profile.yaml: there is no such file: {hint}\n")
    assert result.exit_code == 2


def test_letters_in_another_format_replace_the_first(batch: Batch) -> None:
    """
    After a change of format the old files are orphaned, not forgotten.
    """
    batch("--roster", "m.csv", "-o", "letters")
    batch("--roster", "m.csv", "-o", "letters", "--format", "html")
    both = files()
    result = batch("--roster", "m.csv", "-o", "letters", "--format", "html", "--prune")

    pages = [name.replace(".txt", ".html") for name in FILES]
    assert both == sorted([*FILES, *pages, "manifest.jsonl"])
    assert said(result) == ["note: 3 letters in letters (3 unchanged); 3 files removed"]
    assert files() == [*pages, "manifest.jsonl"]


def test_roster_is_not_overwritten(batch: Batch) -> None:
    """
    The output may not be the roster itself.
    """
    Path("m.jsonl").write_text('{"name": "Ada Example", "country": "uk"}\n')
    result = batch("--roster", "m.jsonl", "-o", "m.jsonl")

    reason = "'-o m.jsonl' is the roster: name another file"
    hint = "(see 'protestgen batch --help')"
    assert (result.exit_code, result.stderr) == (2, f"error: {reason} {hint}\n")
    assert Path("m.jsonl").read_text().startswith('{"name": ')


def test_file_name_may_be_any_bytes(batch: Batch) -> None:
    """
    A campaign's files are hashed for the manifest even if a name is not valid text.
    """
    Path("mine/data").mkdir(parents=True)
    Path(os.fsdecode(b"mine/data/\xff.txt")).touch()
    result = batch("--campaign", "mine", "--roster", "m.csv", "-o", "letters")

    assert (result.exit_code, said(result)) == (0, ["note: 3 letters in letters"])


def test_nothing_is_pruned_while_rows_fail(batch: Batch) -> None:
    """
    A file that seems orphaned may belong to a row that fails, so it stays.
    """
    batch("--roster", "m.csv", "-o", "letters")
    roster(THREE.splitlines()[0], "Bob Example,bob@home,,Ireland,")
    result = batch("--roster", "m.csv", "-o", "letters", "--prune")

    assert result.exit_code == 3
    assert files() == ["failed.csv", *FILES, "manifest.jsonl"]
    mail = "'bob@home' is not an e-mail address: write name@domain.example"
    hint = "correct them, and run the whole roster again"
    assert said(result) == [
        f"error: m.csv:3: email: {mail}",
        *(f"note: {name} is orphaned, or its row failed" for name in FILES[1:]),
        "note: 1 letter in letters (1 unchanged); 1 row failed; 2 orphaned files",
        f"note: rows that failed are in letters/failed.csv: {MEND}",
        f"note: '--prune' removes nothing while rows fail: {hint}",
    ]


def test_letter_that_cannot_be_written_fails_its_row(batch: Batch) -> None:
    """
    An unknown style, demand or format that does not fit fails its own row.
    """
    Path("m.csv").write_text(
        "name,country,style,demands,language,email\n"
        "Ada Example,uk,sonnet,,,ada@home.example\n"
        "Bob Example,uk,,press-freedom nonsense,,bob@home.example\n"
        "Eve Example,uk,,,tlh,eve@home.example\n"
        "Zoe Example,uk,,,,\n"
        "Joe Example,de,,,,joe@home.example\n"
    )
    result = batch("--roster", "m.csv", "-o", "letters", "--format", "eml")

    assert result.exit_code == 3
    *lines, last, _ = said(result)
    assert [line.partition(": ")[2].split(": ")[:2] for line in lines] == [
        ["m.csv:2", "style"],
        ["m.csv:3", "demands"],
        ["m.csv:4", "language"],
        ["m.csv:5", "email"],
        ["m.csv:6", "no e-mail address is known for the embassy in Berlin"],
    ]
    assert last == "note: 0 letters in letters; 5 rows failed"


def test_strict_stops_at_the_first_failure(batch: Batch) -> None:
    """
    With `--strict`, letters written so far stay, and one file for all is not created.
    """
    roster(
        THREE.splitlines()[0],
        ",,,,",
        "Bob Example,bob@home,,Ireland,",
        *THREE.splitlines()[2:],
    )
    result = batch("--roster", "m.csv", "-o", "letters", "--strict")
    single = batch("--roster", "m.csv", "-o", "all.jsonl", "--strict")

    mail = "error: m.csv:4: email: 'bob@home' is not an e-mail address: write name@domain.example"
    stopped = (
        "error: stopped at the row that failed: correct it, and run the same again"
    )
    assert (result.exit_code, single.exit_code) == (1, 1)
    assert said(result) == [mail, "note: 1 letter in letters; 1 row failed", stopped]
    assert said(single) == [
        mail,
        "error: stopped at the row that failed: nothing is written",
    ]
    assert files() == ["failed.csv", FILES[0], "manifest.jsonl"]
    assert not Path("all.jsonl").exists()


def test_same_letter_is_written_once(batch: Batch) -> None:
    """
    Rows for the same person make one letter, however the name is spelt; the first row wins.
    """
    ada = THREE.splitlines()[0]
    roster(ada, ada.upper().replace("ALMATY", "Astana"), ada.replace("uk", "ie"))
    result = batch("--roster", "m.csv", "-o", "letters")

    assert result.exit_code == 0
    assert said(result) == [
        "note: m.csv:3: 'ADA EXAMPLE' is a duplicate of line 2, skipped",
        "note: m.csv:4: 'Ada Example' is a duplicate of line 2, skipped",
        "note: 1 letter in letters; 2 duplicates skipped",
    ]
    assert "Almaty." in Path("letters", FILES[0]).read_text()


def test_database_that_fails_ends_the_run(batch: Batch) -> None:
    """
    An error of the database is one of the run, and not one of each row.
    """
    batch("--roster", "m.csv", "-o", "letters")
    with closing(sqlite3.connect(f"letters/{DATABASE}")) as database:
        database.execute("ALTER TABLE letters RENAME COLUMN previous TO other")
    result = batch("--roster", "m.csv", "-o", "letters")

    hint = "files already written are complete; fix this and run again to resume"
    assert result.exit_code == 1
    assert said(result)[-1] == f"error: letters: no such column: previous: {hint}"


def test_several_cases_make_several_letters(batch: Batch) -> None:
    """
    Each member writes one letter about each case.
    """
    result = batch("--case", "shanyrak", "--roster", "m.csv", "-o", "letters")

    assert said(result) == ["note: 6 letters in letters"]
    assert sum(name.startswith("shanyrak-") for name in files()) == 3


def test_output_does_not_depend_on_processes(batch: Batch) -> None:
    """
    Files, manifest, messages and their order are the same for any `--jobs`.
    """
    rows = [
        f"Ada Example {i % 700},{'' if i % 50 == 7 else 'ada'}{i % 700}@h.example,,{c},"
        for i, c in enumerate(["uk", "ie", "kr", "xx"] * 200)
    ]
    roster(*rows)
    one = batch("--roster", "m.csv", "-o", "one", "--jobs", 1)
    two = batch("--roster", "m.csv", "-o", "two", "--jobs", 2)
    first = batch("--roster", "m.csv", "--format", "jsonl", "--jobs", 1)
    second = batch("--roster", "m.csv", "--format", "jsonl", "--jobs", 3)

    assert [line.replace("one", "two") for line in said(one)] == said(two)
    assert files("one") == files("two")
    for name in files("one"):
        assert Path("one", name).read_bytes() == Path("two", name).read_bytes()
    assert first.stdout == second.stdout
    assert said(first) == said(second)


def test_mbox_is_read_by_mail_programs(batch: Batch) -> None:
    """
    The mbox holds each e-mail as `letter` writes it, also lines that begin with "From ".
    """
    roster(
        "Ada Example,ada@home.example,Leeds,uk,From here I see it.",
        "Eve Example,eve@höme.example,,kr,",
    )
    result = batch("--roster", "m.csv", "-o", "all.mbox")
    messages = mailbox.mbox("all.mbox")

    assert (result.exit_code, len(messages)) == (0, 2)
    assert [message["From"] for message in messages] == [
        "Ada Example <ada@home.example>",
        "Eve Example <eve@xn--hme-sna.example>",
    ]
    text = next(iter(messages)).get_payload(decode=True)
    assert isinstance(text, bytes)
    assert b"\nFrom here I see it.\n" in text
    data = Path("all.mbox").read_bytes()
    assert data.startswith(b"From ada@home.example Sun Nov 22 12:00:00 2026\nDate: ")
    assert b"\nFrom MAILER-DAEMON Sun Nov 22 12:00:00 2026\n" in data
    assert b"\r" not in data
    messages.close()


def test_json_lines_are_the_parts_of_letters(batch: Batch) -> None:
    """
    Each line of JSON equals `--format json` of that letter, in a file or a pipe.
    """
    piped = batch("--roster", "m.csv", "--format", "jsonl", "-o", "-")
    batch("--roster", "m.csv", "-o", "all.jsonl")
    letters = [json.loads(line) for line in piped.stdout.splitlines()]

    assert [letter["from"]["name"] for letter in letters] == [
        "Ada Example",
        "Bob Example",
        "Eve Example",
    ]
    assert Path("all.jsonl").read_text("utf-8") == piped.stdout


@pytest.mark.parametrize("file", ["all.mbox", "all.jsonl", "all.pdf"])
def test_only_own_output_is_replaced(batch: Batch, file: str) -> None:
    """
    A batch replaces an empty file or one that a batch wrote, and no other.
    """
    Path(file).touch()
    command = ("--sender", "none.yaml", "--country", "uk", "-o", file)
    assert batch("--roster", "m.csv", "-o", file).exit_code in {0, 3}
    Path("m.csv").write_text(HEAD + THREE.splitlines()[0] + "\n")
    again = batch("--roster", "m.csv", "-o", file)
    whole = Path(file).read_bytes()

    assert (again.exit_code, said(again)) == (0, [f"note: 1 letter in {file}"])
    for foreign in (
        b"mine",
        b"\n" + whole,
        b"From ada@home.example Sun Nov 22 12:00:00 2026\nReceived: from home.example\n"
        + whole.partition(b"\n")[2],
        b'{"name":"Ada Example"}\n',
        b"%PDF-1.7\n%\x80\x80\x80\x80\n1 0 obj\n",
    ):
        Path(file).write_bytes(foreign)
        result = batch(*command)

        hint = "choose another name, or move it away"
        reason = f"error: {file}: no batch has written this file: {hint}\n"
        assert (result.exit_code, result.stdout, result.stderr) == (1, "", reason)
        assert Path(file).read_bytes() == foreign


def test_own_mailbox_is_recognised(batch: Batch) -> None:
    """
    A mailbox of a batch is recognised whatever headers its first letter has.
    """
    Path("m.csv").write_text(
        "name,email,reply_to,country\n"
        f"{'Zoé ' * 15}Exemple,{'z' * 60}@home.example,answers@home.example,uk\n",
        encoding="utf-8",
    )
    first = batch("--roster", "m.csv", "-o", "all.mbox")
    again = batch("--roster", "m.csv", "-o", "all.mbox")

    assert b"\nReply-To: " in Path("all.mbox").read_bytes()
    assert (first.exit_code, again.exit_code) == (0, 0)


def test_dry_run_shows_what_would_be_removed(batch: Batch) -> None:
    """
    `--dry-run --prune` lists the files to remove, removes none and makes no folder.
    """
    batch("--roster", "m.csv", "-o", "letters")
    before = {name: Path("letters", name).read_bytes() for name in files()}
    roster(THREE.splitlines()[0])
    result = batch("--roster", "m.csv", "-o", "letters", "--dry-run", "--prune")
    other = batch("--roster", "m.csv", "-o", "other", "--dry-run", "--prune")
    nowhere = batch("--roster", "m.csv", "--dry-run", "--prune")

    assert said(result) == [
        *(f"note: {name} is orphaned: '--prune' removes it" for name in FILES[1:]),
        "note: 1 letter; 2 orphaned files",
        "note: by country: United Kingdom 1",
    ]
    assert (
        said(other)
        == said(nowhere)
        == [
            "note: 1 letter",
            "note: by country: United Kingdom 1",
        ]
    )
    assert {name: Path("letters", name).read_bytes() for name in files()} == before
    assert not Path("other").exists()


def test_one_file_has_no_failed_csv(batch: Batch) -> None:
    """
    With one output file the summary names no failed.csv.
    """
    roster(THREE.splitlines()[0], "Bob Example,bob@home,,Ireland,")
    result = batch("--roster", "m.csv", "-o", "all.jsonl")

    assert said(result)[1:] == ["note: 1 letter in all.jsonl; 1 row failed"]
    assert not list(Path().glob("**/failed.csv"))


def test_dry_run_writes_nothing(batch: Batch) -> None:
    """
    A dry run prints the first letter and the number of letters for each country.
    """
    result = batch("--roster", "m.csv", "-o", "letters", "--dry-run")
    batch("--roster", "m.csv", "-o", "letters2")

    assert result.exit_code == 0
    assert result.stdout == Path("letters2", FILES[0]).read_text("utf-8")
    assert said(result) == [
        "note: 3 letters",
        "note: by country: United Kingdom 1, Ireland 1, South Korea 1",
    ]
    assert not Path("letters").exists()


def test_profile_writes_to_many_embassies(batch: Batch) -> None:
    """
    Without a roster, one sender writes to the countries named, or to all.
    """
    Path("ada.yaml").write_text("name: Ada Example\ncountry: gb\ncity: Leeds\n")
    two = batch(
        "--sender",
        "ada.yaml",
        "--country",
        "uk",
        "--country",
        "ie",
        "--country",
        "kr",
        "-o",
        "two",
    )
    every = batch("--sender", "ada.yaml", "--country", "all", "-o", "every")

    assert said(two) == ["note: 2 letters in two; 1 duplicate skipped"]
    assert every.exit_code == 0
    assert len(files("every")) > 50


def test_letters_of_one_sender_fail_alone(batch: Batch) -> None:
    """
    A letter that fails names its country, and failures are counted in letters.
    """
    Path("ada.yaml").write_text(
        "name: Ada Example\nemail: ada@home.example\ncountry: gb\n"
    )
    countries = [("--country", code) for code in ("kp", "uk", "de")]
    result = batch(
        *("--sender", "ada.yaml", "--case", "shanyrak", "--format", "eml"),
        *(word for words in countries for word in words),
        *("-o", "letters"),
    )

    *lines, last = said(result)
    assert result.exit_code == 3
    assert [line.split(": ")[:3] for line in lines] == [
        ["error", f"{case} to {country}", reason]
        for case in ("kurmanov", "shanyrak")
        for country, reason in (
            ("North Korea", f"{NOBODY}, and none that covers it"),
            ("Germany", "no e-mail address is known for the embassy in Berlin"),
        )
    ]
    assert last == "note: 2 letters in letters; 4 letters failed"


def test_many_letters_to_one_office_become_one(batch: Batch) -> None:
    """
    Letters of one sender to the same office are one letter, with one note and the count.
    """
    Path("ada.yaml").write_text("name: Ada Example\ncountry: gb\n")
    result = batch(
        *("--sender", "ada.yaml", "--country", "all", "--to", "osce", "-o", "letters")
    )

    (line,) = said(result)
    assert re.fullmatch(r"note: 1 letter in letters; \d\d duplicates skipped", line)
    assert len(files()) == 2


def test_missing_sender_address_is_noted_once(batch: Batch) -> None:
    """
    A missing e-mail address is noted once, not for each letter.
    """
    Path("ada.yaml").write_text("name: Ada Example\ncountry: gb\n")
    result = batch("--sender", "ada.yaml", "--country", "ALL", "-o", "all.mbox")

    reason = "an e-mail needs the sender's address: run 'protestgen profile'"
    assert (result.exit_code, result.stderr) == (2, f"error: ada.yaml: {reason}\n")
    assert not Path("all.mbox").exists()


def test_folder_without_locks_is_noted(
    batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Where the file system has no locks, letters are written and a note warns of other runs.
    """

    def flock(_file: object, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    result = batch("--roster", "m.csv", "-o", "letters")

    reason = "no locks (No locks available): see that no other run writes there"
    assert result.exit_code == 0
    assert said(result) == [f"note: letters: {reason}", "note: 3 letters in letters"]


def test_example_is_printed(run: Run) -> None:
    """
    `--example` prints a roster and nothing else.
    """
    result = run("batch", "--example")

    assert (result.exit_code, result.stdout, result.stderr) == (0, EXAMPLE, "")


@pytest.mark.usefixtures("batch")
def test_roster_can_come_from_a_pipe(shell: Shell) -> None:
    """
    Rows are read from standard input as they arrive.
    """
    result = shell("protestgen batch --case kurmanov --roster - -o letters < m.csv")

    assert result.exit_code == 0
    assert said(result) == ["note: 3 letters in letters"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "name with '-o' where the letters go: a folder, or a file that ends in .mbox, .jsonl or .pdf (see 'protestgen batch --help')"),
        (("-o", "-"), "letters go to standard output with '--format mbox' or '--format jsonl' only (see 'protestgen batch --help')"),
        (("-o", "a.txt"), "'-o a.txt' is one file for text: name a folder, or a file that ends in .mbox, .jsonl or .pdf (see 'protestgen batch --help')"),
        (("-o", "a", "--format", "mbox"), "'--format mbox' is one file: add '-o letters.mbox' (see 'protestgen batch --help')"),
        (("-o", "a.mbox", "--format", "text"), "'-o a.mbox' holds eml, this is 'text': leave '--format' out, or name a folder (see 'protestgen batch --help')"),
        (("-o", " "), "'-o' is empty: name a folder, or a file that ends in .mbox, .jsonl or .pdf (see 'protestgen batch --help')"),
        (("-o", "a.mbox", "--prune"), "'--prune' goes with a folder: leave it out (see 'protestgen batch --help')"),
        (("-o", "a", "--roster", "b.csv"), "'--roster' goes once: put all members in one file (see 'protestgen batch --help')"),
        (("-o", "a", "--style", "sonnet"), "unknown style 'sonnet': see 'protestgen styles'"),
        (("-o", "a", "--sender", "ada.yaml"), "'--sender' goes without '--roster': members sign their letters themselves (see 'protestgen batch --help')"),
        (("-o", "a", "--country", "uk", "--country", "ie"), "'--country' goes once with '--roster': members write to the embassy in their own country (see 'protestgen batch --help')"),
    ],
)  # fmt: skip
def test_wrong_options_are_usage_errors(
    batch: Batch, arguments: tuple[str, ...], problem: str
) -> None:
    """
    Options that do not fit give one line, before anything is written.
    """
    result = batch("--roster", "m.csv", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"error: {problem}\n"
    assert sorted(path.name for path in Path().iterdir()) == ["m.csv"]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("--roster", "none.csv", "-o", "a"), "none.csv: there is no such file"),
        (("--sender", "none.yaml", "--country", "all", "-o", "a"), "none.yaml: there is no such file"),
    ],
)  # fmt: skip
def test_missing_roster_is_an_error(
    batch: Batch, arguments: tuple[str, ...], problem: str
) -> None:
    """
    A missing roster is an error, and no folder is made.
    """
    result = batch(*arguments)

    assert (result.exit_code, result.stderr) == (1, f"error: {problem}\n")
    assert sorted(path.name for path in Path().iterdir()) == ["m.csv"]


@pytest.mark.parametrize("target", ["letters", "letters.jsonl", "letters.mbox"])
def test_names_that_are_not_utf_8_are_used(
    target: str, tmp_path: Path, shell: Shell
) -> None:
    """
    A roster, a campaign and a target may have any name that the system takes.
    """
    rows = "".join(
        f"Ada {n} Example,Leeds,gb,ada{n}@home.example\n" for n in range(300)
    )
    (tmp_path / "m.csv").write_text(f"name,city,country,email\n{rows}")
    line = (
        "B=$(printf '\\xff') && mv m.csv m$B.csv && "
        "protestgen init c$B --state tr --country uk --lang de 2>/dev/null && "
        "protestgen -q --campaign c$B batch --case reading-room --roster m$B.csv "
        f"--jobs 2 -o ${{B}}{target} && protestgen -q --campaign c$B batch "
        f"--case reading-room --roster m$B.csv --jobs 1 -o ${{B}}{target}"
    )
    result = shell(line)
    written = tmp_path / os.fsdecode(b"\xff" + target.encode())

    assert result == Result(0, "", "")
    if target == "letters":
        assert len(list(written.glob("*.txt"))) == 300
    else:
        assert written.read_bytes().count(b"ada7@home.example") > 0
