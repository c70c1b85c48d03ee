"""The command `log`: by options and by questions."""

import os
import re
from pathlib import Path

import pytest

from conftest import Run, Shell
from protestgen.log.entry import LogEntry
from protestgen.log.loader import load_log


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Return the folder of a campaign over the bundled one."""
    (tmp_path / "protestgen.yaml").write_text("extends: bundled\n")
    return tmp_path


def entries(folder: Path) -> list[LogEntry]:
    """Return the entries of the case `kurmanov`."""
    return list(load_log([folder]).of("kurmanov").values())


def test_an_action_is_logged_by_options(folder: Path, run: Run) -> None:
    """
    An entry has what the options say, and a name that nobody else's entry has.
    """
    result = run(
        "--campaign", folder, "log", "picket", "--case", "kurmanov", "--country", "austria",
        "--date", "2011-05-04", "--town", "Vienna", "--people", 20, "--to", "osce",
        "--organisation", "Example Union", "--text", "A picket.", "--public", "organisation",
        "--public", "text",
    )  # fmt: skip

    (path,) = (folder / "log" / "kurmanov").iterdir()
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"note: logged in {path}\n"
    assert re.fullmatch(r"2011-05-04-picket-at-[0-9a-f]{8}\.yaml", path.name)
    assert path.read_text() == (
        "kind: picket\ndate: 2011-05-04\ncountry: at\ntown: Vienna\npeople: 20\n"
        "to: osce\norganisation: Example Union\npublic:\n  - organisation\n  - text\n"
        "text: A picket.\n"
    )


def test_an_answer_is_logged_with_its_file(folder: Path, run: Run) -> None:
    """
    An answer is from the country and addressee of its letter; its file is copied.
    """
    first = ("--campaign", folder, "log")
    run(*first, "letter", "--case", "kurmanov", "--country", "uk", "--to", "embassy")
    (letter,) = (folder / "log" / "kurmanov").iterdir()
    scan = folder / "Scan 1.PDF"
    scan.write_bytes(b"%PDF-1.7")
    result = run(
        *first, "answer", "--case", "kurmanov", "--answers", letter.stem, "--result",
        "refusal", "--file", scan,
    )  # fmt: skip

    _, answer = sorted(entries(folder), key=lambda entry: entry.kind, reverse=True)
    assert (result.exit_code, result.stdout) == (0, "")
    assert (answer.country, answer.to, answer.result) == ("gb", "embassy", "refusal")
    assert answer.file is not None
    assert (folder / "log" / "kurmanov" / answer.file).read_bytes() == b"%PDF-1.7"
    assert Path(answer.file).suffix == ".pdf"


def test_a_name_is_written_only_when_it_is_asked_for(folder: Path, run: Run) -> None:
    """
    The profile's name is not written; a name without consent comes with a note.
    """
    run("profile", "--name", "Pat Example", "--city", "Exampleville")
    first = (
        "--campaign",
        folder,
        "log",
        "call",
        "--case",
        "kurmanov",
        "--country",
        "uk",
    )
    silent = run(*first)
    named = run(*first, "--by", "Carol Example")

    text = "".join(p.read_text() for p in (folder / "log").rglob("*.yaml"))
    assert "Pat" not in text
    assert "Exampleville" not in text
    assert "no report shows" not in silent.stderr
    assert named.stderr.endswith(
        "note: the entry has a name that no report shows: add 'public: [by]' there if they agree, or remove it\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("letter", "--country", "uk"), 2, "which case? add '--case': see 'protestgen cases'"),
        (("call", "--case", "kurmanov", "--country", "uk", "--date", "2027"), 2, "invalid value for '--date': 2027 is in the future: log it when it is done"),
        (("letter", "--case", "kurmanov"), 2, "missing option '--country' (see"),
        (("letter", "--case", "kurmanof", "--country", "uk"), 2, "unknown case 'kurmanof': did you mean 'kurmanov'?"),
        (("letter", "--case", "kurmanov", "--country", "uk", "--to", "embasy"), 2, "unknown addressee 'embasy': did you mean 'embassy'?"),
        (("answer", "--case", "kurmanov", "--country", "uk"), 2, "an answer needs its 'result'"),
        (("call", "--case", "kurmanov", "--country", "uk", "--result", "none"), 2, "only an answer has 'result'"),
        (("answer", "--case", "kurmanov", "--answers", "x", "--result", "none"), 2, "unknown entry 'x': see 'protestgen due'"),
        (("call", "--case", "kurmanov", "--country", "uk", "--count", "0"), 2, "invalid value for '--count': '0' is not a number"),
        (("call", "--case", "kurmanov", "--country", "uk", "--file", "gone.pdf"), 1, "gone.pdf: cannot be read: No such file or directory"),
    ],
)  # fmt: skip
def test_a_wrong_option_logs_nothing(
    arguments: tuple[str, ...], code: int, message: str, folder: Path, run: Run
) -> None:
    """
    What cannot be logged is an error that says what to do, and nothing is written.
    """
    result = run("--campaign", folder, "log", *arguments)

    assert (result.exit_code, result.stdout) == (code, "")
    assert f"error: {message}" in result.stderr
    assert not (folder / "log").exists()


@pytest.mark.parametrize(

    ("kind", "arguments", "message"),
    [
        ("answer", ("--answers", "first", "--date", "2011-05-03"), "2011-05-03 is before 'first', which is of 2011-05-04: correct the date"),
        ("fax", ("--reminds", "first", "--date", "2011-04"), "2011-04 is before 'first', which is of 2011-05-04: correct the date"),
        ("answer", ("--answers", "reminder"), "'reminder' is no first letter: name 'first'"),
        ("fax", ("--reminds", "answer"), "'answer' is no first letter: name 'first'"),
        ("fax", ("--reminds", "call"), "'call' is no letter: only those are reminded of"),
    ],
)  # fmt: skip
def test_an_unfit_reference_logs_nothing(
    kind: str, arguments: tuple[str, ...], message: str, folder: Path, run: Run
) -> None:
    """
    An answer or reminder is about a first letter that is no later than it.
    """
    known = {
        "first": "kind: letter\n",
        "reminder": "kind: letter\nreminds: first\n",
        "answer": "kind: answer\nanswers: first\nresult: refusal\n",
        "call": "kind: call\n",
    }
    log = folder / "log" / "kurmanov"
    log.mkdir(parents=True)
    for name, text in known.items():
        (log / f"{name}.yaml").write_text(f"{text}date: 2011-05-04\ncountry: gb\n")
    result = ("--result", "none") if kind == "answer" else ()
    line = ("--campaign", folder, "log", kind, "--case", "kurmanov", *result)
    refused = run(*line, *arguments)

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"error: {message}")
    assert refused.stderr.count("\n") == 1
    assert len(entries(folder)) == len(known)
    assert run(*line, *arguments[:1], "first", "--date", "2011-05").exit_code == 0


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("an.YML", ".txt"), ("an.Yaml", ".txt"), ("answer", ".txt"), ("an.yaml.TXT", ".txt"), ("a.ответ", ".ответ")],
)  # fmt: skip
def test_an_attached_file_is_no_entry(
    name: str, suffix: str, folder: Path, run: Run
) -> None:
    """
    A copied file is never taken for an entry, whatever it is called.
    """
    (folder / name).write_text("an answer")
    result = run(
        "--campaign", folder, "log", "call", "--case", "kurmanov", "--country", "uk",
        "--file", folder / name,
    )  # fmt: skip

    (entry,) = entries(folder)
    assert result.exit_code == 0
    assert Path(entry.file or "").suffix == suffix


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("scan.12:30", "'.12:30'"),
        ("scan.the  end", "'.the end'"),
        ("scan.\u202epdf", r"'.\x202epdf'"),
        ("scan.a\nb", "'.a b'"),
        ("scan.\udcfc", r"'.\xdcfc'"),
    ],
)
def test_an_unusual_suffix_is_refused(
    name: str, shown: str, folder: Path, run: Run
) -> None:
    """
    A file under whose suffix the entry could not be read again is refused.
    """
    (folder / name).write_text("an answer")
    result = run(
        "--campaign", folder, "log", "call", "--case", "kurmanov", "--country", "uk",
        "--file", folder / name,
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert f"the suffix {shown} is unusual: rename the file" in result.stderr
    assert not (folder / "log").exists()


def test_the_bundled_campaign_has_no_log(run: Run) -> None:
    """
    A log is in a campaign of one's own.
    """
    result = run("log", "call", "--case", "kurmanov", "--country", "uk")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "which campaign of your own is it for?" in result.stderr


def test_everything_is_asked_for(folder: Path, shell: Shell) -> None:
    """
    Without a kind every field is asked for, names with consent; Enter skips.
    """
    answers = (
        "picket", "kurmanov", "2011-05-04", "austria", "20", "Vienna", "", "osce",
        "Example Union", "Carol Example", "A picket.", "", "no", "yes", "no", "yes",
    )  # fmt: skip
    (folder / "answers").write_text("\n".join(answers) + "\n")
    result = shell("protestgen log < answers")

    assert result.exit_code == 0
    assert entries(folder) == [
        LogEntry(
            kind="picket",
            date="2011-05-04",  # type: ignore[arg-type]
            country="at",
            town="Vienna",
            people=20,
            to="osce",
            organisation="Example Union",
            by="Carol Example",
            public=("organisation", "text"),
            text="A picket.",
        )
    ]


def test_an_answer_is_asked_for(folder: Path, run: Run, shell: Shell) -> None:
    """
    For an answer, its letter and result are asked for; a wrong one is asked again.
    """
    run("--campaign", folder, "log", "fax", "--case", "kurmanov", "--country", "uk")
    (letter,) = (folder / "log" / "kurmanov").iterdir()
    answers = ("answer", "kurmanov", "x", letter.stem, "refused", "refusal", "", "", "")
    (folder / "answers").write_text("\n".join(answers) + "\n")
    result = shell("protestgen log < answers")

    assert result.exit_code == 0
    assert [e.result for e in entries(folder) if e.answers == letter.stem] == [
        "refusal"
    ]
    assert "'refused' is not a choice: did you mean 'refusal'?" in result.stderr


@pytest.mark.usefixtures("folder")
def test_nobody_to_ask_is_an_error(shell: Shell) -> None:
    """
    Where nobody can answer, the error names the options.
    """
    result = shell("protestgen log")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.endswith(
        "error: nobody can answer the questions here: name the kind of entry, and use options\n"
    )


def test_new_action_asks_as_log_does(folder: Path, shell: Shell) -> None:
    """
    `new action` adds to the log, and takes no file.
    """
    answers = ("call", "kurmanov", "", "uk", "", "", "", "", "", "", "")
    (folder / "answers").write_text("\n".join(answers) + "\n")
    asked = shell("protestgen new action < answers")
    given = shell("protestgen new action --from answers")

    assert asked.exit_code == 0
    assert [entry.kind for entry in entries(folder)] == ["call"]
    assert given.exit_code == 2
    assert "'--from' is not for an action: use 'protestgen log'" in given.stderr
