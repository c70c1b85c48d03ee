"""The log: which files are read, and what is wrong with one."""

import os
from pathlib import Path

import pytest

from conftest import Run
from protestgen.errors import DataError
from protestgen.limits import MAX_ENTRY
from protestgen.log.entry import LogEntry
from protestgen.log.loader import load_log, read_log

ENTRY = "kind: letter\ndate: 2026-11-01\ncountry: gb\n"


def put(folder: Path, text: str, name: str = "ada/one.yaml") -> Path:
    """Write *text* to a file of the log in *folder*."""
    path = folder / "log" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_an_entry_is_a_small_file(tmp_path: Path) -> None:
    """
    An entry needs its kind, date and country; its file's name is its name.
    """
    put(tmp_path, ENTRY)

    assert load_log([tmp_path]).of("ada") == {
        "one": LogEntry(kind="letter", date="2026-11-01", country="gb")  # type: ignore[arg-type]
    }


def test_a_campaign_without_a_log_has_no_entries(tmp_path: Path) -> None:
    """
    No log is an empty log.
    """
    assert load_log([tmp_path]).of("ada") == {}


def test_the_upper_layer_wins(tmp_path: Path) -> None:
    """
    An entry of an upper layer replaces the one of its name; others are added.
    """
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    put(mine, ENTRY + "count: 2\n")
    put(theirs, ENTRY)
    put(theirs, ENTRY, "ada/two.yaml")

    found = load_log([mine, theirs]).of("ada")

    assert {name: entry.count for name, entry in found.items()} == {"one": 2, "two": 1}


def test_one_case_is_read_alone(tmp_path: Path) -> None:
    """
    Where a case is named, the entries of others are not read.
    """
    put(tmp_path, ENTRY)
    put(tmp_path, "no entry", "other/bad.yaml")

    assert list(load_log([tmp_path], "ada").cases) == ["ada"]
    assert len(read_log([tmp_path])[1]) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: letter\ndate: 2026-11-01\n", ":1:1: the key 'country' is missing: add it"),
        (ENTRY + "cuont: 2\n", ":4:1: unknown key 'cuont': did you mean 'count'?"),
        (ENTRY.replace("2026-11-01", "9999-12-31"), ":2:7: the year 9999 is too far ahead: correct the date"),
        (ENTRY + "count: 0\n", ":4:8: '0' is not a number: write one from 1 to 1000000"),
        (ENTRY + "people: many\n", ":4:9: 'many' is not a number: write one from 1 to 1000000"),
        (ENTRY + "public: [name]\n", ":4:10: 'name' is not known here: write by, organisation, town or text"),
        (ENTRY + "file: ../../secret\n", ":4:7: '../../secret' is not the name of a file beside this one"),
        (ENTRY + "file: .hidden\n", ":4:7: '.hidden' is not the name of a file beside this one"),
        (ENTRY + "result: none\n", ":4:1: only an answer has 'result': remove it"),
        (ENTRY + "answers: two\n", ":4:1: only an answer has 'answers': remove it"),
        (ENTRY.replace("letter", "call") + "reminds: two\n", ":4:1: only a letter, email or fax reminds: remove it"),
        (ENTRY.replace("letter", "answer"), ":1:1: an answer needs its 'result': write none, acknowledgement, answer, refusal, unsatisfactory or ongoing"),
        ("", ":1:1: the file is empty"),
        ("x" * (MAX_ENTRY + 1), ": larger than 100 kB: leave some out"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(
    text: str, message: str, tmp_path: Path
) -> None:
    """
    A mistake in an entry is an error with its file, line and column.
    """
    path = put(tmp_path, text)

    with pytest.raises(DataError) as caught:
        load_log([tmp_path])

    assert caught.value.lines() == [f"{path}{message}"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("one.yaml", "not read here: put it into log/CASE/"),
        ("ada/one.yml", "this file is not read: name it one.yaml"),
        ("ada/b.YAML", "this file is not read: name it b.yaml"),
        ("ada/i.Yml", "this file is not read: name it i.yaml"),
        ("ada/c.yaml.txt", "this file is not read: name it c.yaml"),
        ("c.YAML", "not read here: put it into log/CASE/"),
        ("ada/One.yaml", "the name of the file: 'One' is not an id: use a-z, 0-9 and single hyphens"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_read_is_named(
    name: str, message: str, tmp_path: Path
) -> None:
    """
    A file that looks like an entry and is none is an error.
    """
    path = put(tmp_path, ENTRY, name)

    with pytest.raises(DataError) as caught:
        load_log([tmp_path])

    assert caught.value.lines() == [f"{path}: {message}"]


def test_other_files_lie_beside_entries(tmp_path: Path) -> None:
    """
    Letters and answers beside the entries, and hidden files, are not read.
    """
    put(tmp_path, "an answer", "ada/one.txt")
    put(tmp_path, "a page", "README.md")
    put(tmp_path, "nothing", "ada/.one.yaml")
    put(tmp_path, "nothing", "ada/.one.yml")
    put(tmp_path, "a copy", "ada/one.yaml~")

    assert load_log([tmp_path]).cases == {}


@pytest.mark.skipif(os.name == "nt", reason="Windows has other links")
def test_no_link_is_followed(tmp_path: Path) -> None:
    """
    A stranger's log reads no file of the user: links are refused.
    """
    secret = put(tmp_path / "home", ENTRY)
    folder = tmp_path / "theirs" / "log" / "ada"
    folder.mkdir(parents=True)
    (folder / "one.yaml").symlink_to(secret)
    (folder.parent / "eve").symlink_to(secret.parent)

    with pytest.raises(DataError) as caught:
        load_log([tmp_path / "theirs"])

    assert caught.value.lines() == [
        f"{folder}/one.yaml: a link: put the file itself here",
        f"{folder.parent}/eve: a link that leads out of its folder: put the folder here",
    ]


def test_the_place_of_an_entry_is_found_again(tmp_path: Path) -> None:
    """
    The place of a field can be asked for after reading.
    """
    put(tmp_path, ENTRY)
    place = load_log([tmp_path]).place("ada", "one")

    assert (place.of("country").line, place.of("country").column) == (3, 10)


def test_broken_entries_end_a_command(run: Run, tmp_path: Path) -> None:
    """
    A command that reads the log ends with all its mistakes.
    """
    (tmp_path / "protestgen.yaml").write_text("extends: bundled\n")
    path = put(tmp_path, "kind: lettre\n", "kurmanov/one.yaml")

    result = run(
        "--campaign", tmp_path, "log", "answer", "--case", "kurmanov", "--answers", "x",
        "--result", "none",
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        f"error: {path}:1:1: the keys 'country', 'date' are"
    )
