"""The command line: commands, errors, streams and exit codes."""

import json
import os
import pty
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from zoneinfo import TZPATH

import click
import pytest

from conftest import ROOT, Result, Run, Shell
from protestgen import load_campaign
from protestgen.cli import COMMANDS, cli
from protestgen.cli import run as run_cli
from protestgen.countries import find_country
from protestgen.country_names import COUNTRY_CODES
from protestgen.schema.types import CONTROLS

LETTER = ("letter", "--case", "kurmanov", "--country", "uk")


def in_terminal(*arguments: str, columns: int = 80) -> str:
    """Run the command line in a terminal of its own and return what it shows."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": str(columns), "TERM": "xterm-256color"}
    with subprocess.Popen(
        [sys.executable, "-m", "protestgen", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:
                break
            if not part:
                break
            shown += part
        process.wait(timeout=180)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("arguments", "exit_code", "message"),
    [
        (("lettr",), 2, "unknown command 'lettr': did you mean 'letter'?"),
        (
            ("letter", "--cas", "x"),
            2,
            "unknown option '--cas': did you mean '--case' or '--ascii'?",
        ),
        (
            ("letter", "--country", "uk"),
            2,
            "which case? add '--case': see 'protestgen cases'",
        ),
        (
            ("letter", "--case", "kurmanov"),
            2,
            "no country: add '--country' with the one that you live in",
        ),
        (
            ("letter", "--case", "kurmanow", "--country", "uk"),
            2,
            "unknown case 'kurmanow': did you mean 'kurmanov'?",
        ),
        (
            ("letter", "--case", "zzz", "--country", "uk"),
            2,
            "unknown case 'zzz': see 'protestgen cases'",
        ),
        (
            ("letter", "--case", "kurmanov", "--country", "Greec"),
            2,
            "unknown country 'Greec': did you mean 'Greece'?",
        ),
        (
            (*LETTER, "--demand", "release"),
            2,
            "case 'kurmanov' has no demand 'release': choose from end-harassment, "
            "drop-tikhonov, no-charges-kurmanov, public-inquiry, press-freedom, "
            "prosecute-violence, protect-workers, nationalise",
        ),
        (
            (*LETTER, "--date", "2026-02-30"),
            2,
            "invalid value for '--date': there is no date '2026-02-30' in the calendar "
            "(see 'protestgen letter --help')",
        ),
        (
            (*LETTER, "--name", "Ada\nBcc: x@example.org"),
            2,
            "invalid value for '--name': a line break is not allowed here: write it on "
            "one line (see 'protestgen letter --help')",
        ),
        (
            (*LETTER, "--name", "Ada\x1b[31m"),
            2,
            "invalid value for '--name': the character U+001B is not allowed in a "
            "text: remove it (see 'protestgen letter --help')",
        ),
        (
            (*LETTER, "--email", "ada"),
            2,
            "invalid value for '--email': 'ada' is not an e-mail address: write "
            "name@domain.example (see 'protestgen letter --help')",
        ),
        (
            ("letter", "--name", "Ada", "Example", "--case", "kolov"),
            2,
            "'Example' is not the case, which is 'kolov': put quotation marks around text with spaces",
        ),
        (
            ("letter", "kolov", "Example"),
            2,
            "got unexpected extra argument (Example) (put quotation marks around text with spaces)",
        ),
        (
            (*LETTER, "--date", "22.11.2026"),
            2,
            "invalid value for '--date': '22.11.2026' is not a date: write 2026-11-22 "
            "(see 'protestgen letter --help')",
        ),
        (
            (*LETTER, "--date", "22.13.2026"),
            2,
            "invalid value for '--date': '22.13.2026' is not a date: write it like "
            "2026-11-22 (see 'protestgen letter --help')",
        ),
        (
            ("letter", "kolov", "--why"),
            2,
            "option '--why' needs a value after it (see 'protestgen letter --help')",
        ),
        (
            (*LETTER, "-o", "letter.docx"),
            2,
            "'-o letter.docx' is a file of a word processor: write '-o letter.html' and "
            "open it there (see 'protestgen letter --help')",
        ),
        (
            (*LETTER, "-o", "letter.md"),
            2,
            "'-o letter.md' is for the format 'markdown': add '--format text', or choose "
            "another name (see 'protestgen letter --help')",
        ),
        (
            ("press", "kurmanov", "-o", "release.eml"),
            2,
            "'-o release.eml' is for the format 'eml': add '--format markdown', or choose "
            "another name (see 'protestgen press --help')",
        ),
        (
            ("check", "nowhere"),
            2,
            "nowhere: there is no such folder: name the folder of a campaign, or make one "
            "with 'protestgen init'",
        ),
        (
            ("check", "/dev/null"),
            2,
            "/dev/null: this is a file: name the folder of a campaign, or make one with "
            "'protestgen init'",
        ),
        (
            ("letter", "--case", "kolov", "--style", "support", "--to", "osce"),
            2,
            "'--to' does not go with '--style support' (see 'protestgen letter --help')",
        ),
        (
            ("letter", "--case", "kolov", "--style", "support", "--demand", "x"),
            2,
            "'--demand' does not go with '--style support' (see 'protestgen letter --help')",
        ),
        (
            (*LETTER, "--format", "text", "--open"),
            2,
            "'--open' goes with '--format mailto' only, this is 'text' (see 'protestgen letter --help')",
        ),
        (
            (*LETTER, "--sender", "/none/ada.yaml"),
            1,
            "/none/ada.yaml: there is no such file",
        ),
        (
            ("--campaign", "/none", "cases"),
            1,
            "/none: there is no such folder: name the folder of a campaign",
        ),
        (
            (*LETTER, "-o", "/none/letter.txt"),
            1,
            "/none/letter.txt: there is no such folder: nothing is written",
        ),
        (
            (*LETTER, "-o", "/dev/full"),
            1,
            "/dev/full: No space left on device: nothing is written",
        ),
    ],
)
def test_mistake_is_one_line(
    arguments: tuple[str, ...], exit_code: int, message: str, run: Run
) -> None:
    """
    A mistake ends with one line that says where, what, and what to do.
    """
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (exit_code, "")
    assert result.stderr.splitlines()[-1] == f"error: {message}"


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        ((*LETTER, "-o", "a.txt", "--output", "b.txt"), "--output"),
        ((*LETTER, "--sender", "a.yaml", "--sender", "a.yaml"), "--sender"),
        (("appeal", "kurmanov", "--style", "points", "--style", "x"), "--style"),
        (("embassies", "--host", "uk", "--host", "gr"), "--host"),
        (("init", "mine", "--state", "tr", "--state", "tr"), "--state"),
        (("new", "case", "--from", "a.yaml", "--from", "b.yaml"), "--from"),
        (("profile", "-o", "a.yaml", "-o", "b.yaml"), "--output"),
        (("check", "--format", "text", "--format", "github"), "--format"),
    ],
)
def test_single_option_is_given_once(
    arguments: tuple[str, ...], option: str, run: Run
) -> None:
    """
    An option of which one value counts is refused when it is given twice.
    """
    reason = f"'{option}' is given 2 times: give it once"
    help_ = f"(see 'protestgen {arguments[0]} --help')"

    assert run(*arguments) == Result(2, "", f"error: {reason} {help_}\n")


@pytest.mark.parametrize(
    ("arguments", "instead"),
    [
        (
            (*LETTER, "--case", "shanyrak"),
            "'--case' is given 2 times: write a letter about each, or use 'protestgen batch'",
        ),
        (
            (*LETTER, "--to", "osce", "--to=embassy"),
            "'--to' is given 2 times: write a letter to each, or add '--copy' for who gets "
            "a copy",
        ),
        (
            ("batch", "--case", "x", "--to", "osce", "--to", "embassy"),
            "'--to' is given 2 times: write a letter to each, or add '--copy' for who gets "
            "a copy",
        ),
        (
            (*LETTER, "--lang", "de", "--lang", "ru"),
            "'--lang' is given 2 times: name them together, such as '--lang en,ru'",
        ),
    ],
)
def test_option_given_twice_is_answered_with_what_to_do(
    arguments: tuple[str, ...], instead: str, run: Run
) -> None:
    """
    Whoever names two cases, addressees or languages learns how to get both.
    """
    help_ = f"(see 'protestgen {arguments[0]} --help')"

    assert run(*arguments) == Result(2, "", f"error: {instead} {help_}\n")


def test_case_may_be_named_without_its_option(run: Run) -> None:
    """
    `letter ID` is `letter --case ID`.
    """
    assert run("letter", "kolov", "--country", "uk") == run(
        "letter", "--case", "kolov", "--country", "uk"
    )


@pytest.mark.parametrize("option", [("--case",), ()])
@pytest.mark.parametrize("command", ["show", "appeal", "update", "press"])
def test_every_command_takes_the_case_with_its_option(
    command: str, option: tuple[str, ...], run: Run
) -> None:
    """
    Commands about one case take `--case ID`, `--case=ID` and the id alone.
    """
    bare = run(command, "kolov")
    joined = run(command, "--case=kolov")
    without = run(command, *option)

    assert bare.exit_code == 0
    assert run(command, "--case", "kolov") == joined == bare
    assert (without.exit_code, without.stdout) == (2, "")
    assert without.stderr == "error: which case? name it: see 'protestgen cases'\n"


def test_language_has_a_name(run: Run) -> None:
    """
    `--lang` takes the name of a language in any of the languages.
    """
    by_code = run(*LETTER, "--lang", "de,ru")

    assert by_code.exit_code == 0
    assert run(*LETTER, "--lang", "german, русский") == by_code
    for document in ("appeal", "press", "update"):
        named, coded = (
            run(document, "kolov", "--lang", language) for language in ("german", "de")
        )
        assert named.exit_code == 0
        assert named == coded


@pytest.mark.parametrize("command", ["letter", "batch"])
def test_help_has_options_in_groups_on_a_line_each(command: str, shell: Shell) -> None:
    """
    At 80 columns each option is one line, but for long names and lists of formats.
    """
    options, _ = shell(f"protestgen {command} --help", COLUMNS="80").stdout.split(
        "\n  -h, --help"
    )
    groups = re.findall(r"^(\S.*):$", options, re.MULTILINE)
    folded = re.findall(r"^ {10,}(.*)$", options, re.MULTILINE)

    assert len(groups) == 5
    assert groups[-1] == "Other options"
    assert set(folded) <= {"Organisation you write for.", "mbox, jsonl."}


def test_commands_are_listed_with_their_own_words(run: Run) -> None:
    """
    The list of commands says of each what its own help begins with.
    """
    listed = dict(
        re.findall(
            r"^  (\w+) +(.+)$", run("--help").stdout.split("Commands:")[1], re.MULTILINE
        )
    )

    assert len(listed) > 10
    for command, summary in listed.items():
        assert run(command, "--help").stdout.split("\n\n")[1].strip() == summary


def test_empty_tab_imports_no_command(shell: Shell) -> None:
    """
    The completion of commands is a static list.
    """
    probe = (
        "import os, sys; from protestgen.cli import run;"
        "os.environ |= dict(_PROTESTGEN_COMPLETE='bash_complete',"
        "COMP_WORDS='protestgen ', COMP_CWORD='1')\n"
        "try: run([])\n"
        "finally: print(sorted(m for m in sys.modules if m in"
        " {'protestgen.cli.letter', 'protestgen.cli.batch'}))"
    )
    result = shell(f"python -c {shlex.quote(probe)}")

    assert "plain,letter\n" in result.stdout
    assert result.stdout.endswith("[]\n")


def test_flags_and_repeatable_options_may_repeat(run: Run) -> None:
    """
    A flag given twice means the same, and repeatable options keep all values.
    """
    demands = ("--demand", "public-inquiry", "--demand", "press-freedom")
    result = run(*LETTER, "-q", "-q", "--omit-address", "--omit-address", *demands)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "1. " in result.stdout
    assert "2. " in result.stdout


@pytest.mark.parametrize("base", ["Exception", "BaseException"])
def test_unexpected_error_is_one_line(base: str, tmp_path: Path, shell: Shell) -> None:
    """
    An error that nobody foresaw says what was being done, and asks to be reported.

    Panics of Typst are no `Exception`. A broken `difflib` stands for any mistake.
    """
    (tmp_path / "difflib.py").write_text(
        f"class PanicError({base}):\n    pass\nraise PanicError('no room\\nat all')"
    )
    line = "protestgen letter --name Ada --case=kurmanow --country uk --address Home"
    hidden = shell(line, PYTHONPATH=str(tmp_path), PROTESTGEN_TRACEBACK="")
    shown = shell(line, PYTHONPATH=str(tmp_path))

    assert hidden == Result(
        1,
        "",
        "error: letter --case kurmanow --country uk: unexpected error (PanicError: "
        "no room at all): please report it; PROTESTGEN_TRACEBACK=1 shows the details\n",
    )
    assert shown.exit_code == 1
    assert shown.stderr.startswith("Traceback (most recent call last):\n")
    assert shown.stderr.endswith("PanicError: no room\nat all\n")


def test_unexpected_error_at_the_start_is_one_line(
    tmp_path: Path, shell: Shell
) -> None:
    """
    An error before any command was found is one line as well.
    """
    (tmp_path / "difflib.py").write_text("raise ValueError")
    result = shell(
        "protestgen lettr", PYTHONPATH=str(tmp_path), PROTESTGEN_TRACEBACK=""
    )

    assert result.stderr == (
        "error: protestgen: unexpected error (ValueError): please report it; "
        "PROTESTGEN_TRACEBACK=1 shows the details\n"
    )


def test_no_command_shows_the_help(run: Run) -> None:
    """
    `protestgen` alone prints its help.
    """
    result = run()

    assert (result.exit_code, result.stdout) == (2, "")
    assert "Example: protestgen letter --case kurmanov --country uk" in result.stderr
    for command in ("letter", "cases", "show", "embassies", "styles", "profile"):
        assert re.search(rf"^  {command} +\w", result.stderr, re.MULTILINE)


@pytest.mark.parametrize(
    "command", ["letter", "cases", "show", "embassies", "styles", "profile"]
)
def test_help_has_an_example_that_runs(command: str, run: Run, shell: Shell) -> None:
    """
    The example at the end of each help text is a command that works.
    """
    text = " ".join(run(command, "--help").stdout.split())
    (example,) = re.findall(r"Example: (protestgen .*)$", text)
    result = shell(
        example + " < /dev/null" if command != "profile" else f"yes '' | {example}"
    )

    assert (result.exit_code, "error" in result.stderr) == (0, False)


def test_only_the_letter_is_on_stdout(run: Run) -> None:
    """
    Notes go to stderr, so that a pipe carries the letter and nothing else.
    """
    loud, quiet = run(*LETTER), run(*LETTER, "--quiet")

    assert loud.stdout == quiet.stdout
    assert loud.stdout.startswith("22 November 2026\n")
    assert loud.stdout.endswith("\n[your name]\n")
    assert loud.stderr.startswith("note: ")
    assert quiet.stderr == run("--quiet", *LETTER).stderr == ""


def test_module_runs_like_the_command(shell: Shell) -> None:
    """
    `python -m protestgen` is `protestgen`.
    """
    line = "letter --case kurmanov --country uk"

    assert shell(f"python -m protestgen {line}") == shell(f"protestgen {line}")


@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_closed_pipe_ends_silently(reader: str, shell: Shell) -> None:
    """
    A reader that closes its pipe early causes no error.
    """
    result = shell(f"set -o pipefail; protestgen --quiet {' '.join(LETTER)} | {reader}")

    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("> /dev/full", "standard output: No space left on device"),
        (">&-", "standard output is closed: add '-o FILE'"),
    ],
)
def test_broken_stdout_is_one_error(where: str, message: str, shell: Shell) -> None:
    """
    A full disk or a closed stream is one line, not a traceback.
    """
    result = shell(f"protestgen --quiet {' '.join(LETTER)} {where}")

    assert (result.exit_code, result.stderr) == (1, f"error: {message}\n")


@pytest.mark.parametrize("command", ["cases", "show kurmanov", "embassies", "styles"])
def test_closed_stdout_is_an_error_of_every_command(command: str, shell: Shell) -> None:
    """
    Without a stdout there is one line, not a traceback.
    """
    result = shell(f"protestgen {command} >&-")

    assert result.exit_code == 1
    assert result.stderr == "error: standard output is closed: add '-o FILE'\n"


@pytest.mark.parametrize("command", ["cases", "show kurmanov", "embassies --json"])
def test_full_disk_is_an_error_of_every_command(command: str, shell: Shell) -> None:
    """
    Tables that cannot be written are errors as letters are.
    """
    result = shell(f"protestgen {command} > /dev/full")

    assert result.exit_code == 1
    assert result.stderr == "error: standard output: No space left on device\n"


def test_output_does_not_depend_on_the_locale(shell: Shell) -> None:
    """
    Letters are UTF-8 wherever they are written.
    """
    line = f"protestgen --quiet {' '.join(LETTER)} --name 'Αϊνούρ Қ'"

    assert shell(line, LC_ALL="C") == shell(line, LC_ALL="C.UTF-8")
    assert "Αϊνούρ Қ" in shell(line, LC_ALL="C").stdout


def test_file_is_written_whole_and_private(tmp_path: Path, run: Run) -> None:
    """
    A new file can be read by its owner only, and holds what stdout would.
    """
    path = tmp_path / "letter.txt"
    result = run(*LETTER, "-o", path)

    assert (result.exit_code, result.stdout) == (0, "")
    assert path.read_text() == run(*LETTER).stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_old_file_stays_when_the_letter_fails(tmp_path: Path, run: Run) -> None:
    """
    Nothing is half-written: a failed run leaves the old file, and no other.
    """
    path = tmp_path / "letter.txt"
    path.write_text("old")
    result = run("letter", "--case", "kurmanov", "--country", "zz", "-o", path)

    assert result.exit_code == 2
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("letter.txt", "old")
    ]


def test_link_is_followed_and_mode_kept(tmp_path: Path, run: Run) -> None:
    """
    Writing through a link replaces what it points to, with the mode it had.
    """
    target, link = tmp_path / "target.txt", tmp_path / "link.txt"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    run(*LETTER, "-o", link)

    assert link.is_symlink()
    assert target.read_text().startswith("22 November 2026")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


def test_dash_is_stdout(run: Run) -> None:
    """
    `-o -` writes to stdout.
    """
    assert run(*LETTER, "-o", "-") == run(*LETTER)


def test_loop_of_links_is_an_error(tmp_path: Path, run: Run) -> None:
    """
    A path in a loop of links is one line of error.
    """
    path = tmp_path / "loop"
    path.symlink_to("loop")
    result = run(*LETTER, "-o", path / "letter.txt", "-q")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {path}/letter.txt: Too many levels of")


def test_unwritable_folder_is_an_error(run: Run) -> None:
    """
    A folder without permission is an error, and nothing is written.
    """
    result = run(*LETTER, "-o", "/proc/letter.txt", "-q")

    assert result.exit_code == 1
    assert result.stderr.startswith("error: /proc/letter.txt: ")
    assert result.stderr.endswith(": nothing is written\n")


def test_folder_as_output_is_an_error(tmp_path: Path, run: Run) -> None:
    """
    The error says that the output is a folder.
    """
    result = run(*LETTER, "-o", tmp_path, "-q")

    assert result.stderr == f"error: {tmp_path}: Is a directory: nothing is written\n"


def test_date_of_the_environment(run: Run) -> None:
    """
    `--date` wins over SOURCE_DATE_EPOCH, which wins over today.
    """
    assert run(*LETTER).stdout.startswith("22 November 2026")
    assert run(*LETTER, "--date", "2011-05-03").stdout.startswith("3 May 2011")


@pytest.mark.parametrize("command", [LETTER, ("check",)], ids=["letter", "check"])
@pytest.mark.parametrize(
    "epoch",
    [
        "tomorrow",
        "-1",
        "1e9",
        "1_000",
        " 5",
        "٥",
        "32535216000",
        "253402300799",
        "9" * 5000,
    ],
)
def test_wrong_time_is_refused(
    epoch: str, command: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    SOURCE_DATE_EPOCH must be seconds since 1970, in a valid year.
    """
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    shown = epoch if len(epoch) < 60 else f"{epoch[:59]}…"
    hint = "write seconds since 1970, up to the year 3000"

    assert run(*command) == Result(
        2, "", f"error: SOURCE_DATE_EPOCH is '{shown}': {hint}\n"
    )


@pytest.mark.parametrize("zone", ["UTC+99", ":/etc/passwd", "/dev/zero", "/"])
def test_wrong_time_zone_is_refused(zone: str, shell: Shell) -> None:
    """
    TZ must be a time zone; no other file is read in its place.
    """
    result = shell("protestgen check", TZ=zone, SOURCE_DATE_EPOCH="")

    assert result == Result(
        2, "", f"error: TZ is '{zone}': write a time zone like Europe/Athens\n"
    )


def test_time_zone_may_be_a_file(shell: Shell) -> None:
    """
    Where TZ names the file of a time zone, the date is the one there.
    """
    (zones, *_) = [path for path in TZPATH if Path(path, "UTC").is_file()]
    result = shell(
        "protestgen letter --case kurmanov --country uk",
        TZ=f":{zones}/UTC",
        SOURCE_DATE_EPOCH="",
    )

    assert result.exit_code == 0


@pytest.mark.parametrize("command", [("cases",), ("embassies",), ("styles",)])
def test_table_fits_the_terminal(command: tuple[str, ...]) -> None:
    """
    On a terminal tables have a header and keep within its columns.
    """
    for columns in (80, 60):
        lines = in_terminal(*command, columns=columns).splitlines()
        plain = [re.sub(r"\x1b\[[0-9;]*m", "", line) for line in lines]

        assert max(map(len, plain)) <= columns
        assert "─" in "".join(plain[:4])


@pytest.mark.parametrize("command", ["cases", "embassies", "styles"])
def test_piped_table_has_a_line_for_each_row(command: str, run: Run) -> None:
    """
    In a pipe each row is one line with tabs, whole, and as many as in the JSON.
    """
    lines = run(command).stdout.splitlines()
    rows = json.loads(run(command, "--json").stdout)

    assert len(lines) == len(rows)
    assert all("\t" in line and "\x1b" not in line for line in lines)


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    NO_COLOR removes colours; bold type may stay.
    """
    red = "\x1b[31m"
    assert red in in_terminal("lettr")
    monkeypatch.setenv("NO_COLOR", "1")
    assert red not in in_terminal("lettr")
    assert not re.search(r"\x1b\[[0-9;]*[34][0-7]m", in_terminal("cases"))


def test_markup_in_names_is_printed_as_text(tmp_path: Path) -> None:
    """
    Brackets in data are not markup of the table.
    """
    data = tmp_path / "data"
    data.mkdir()
    (data / "embassies.yaml").write_text(
        "embassies:\n- {state: kz, host: xk, kind: embassy, name: E, city: '[red]X[/]',"
        " confidence: low, sources: [s]}\n"
    )
    (data / "demands.yaml").write_text("cases: {}\n")

    assert "[red]X[/]" in in_terminal("--campaign", str(tmp_path), "embassies")


@pytest.mark.parametrize("columns", [0, 1, -1, 10**9])
def test_table_is_shown_at_any_width(columns: int) -> None:
    """
    A terminal that reports a wrong width still gets all names.
    """
    assert "kurmanov" in in_terminal("cases", columns=columns)
    assert "statement" in in_terminal("styles", columns=columns)


def test_table_is_shown_in_any_encoding(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A terminal that is not UTF-8 gets a question mark for a character that it lacks.
    """
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    shown = in_terminal("embassies", "--state", "turkey")

    assert "Bogot?" in shown
    assert "error" not in shown


HOSTILE = "a\x1b[31m\x9b2J\u202e"


@pytest.fixture(name="hostile")
def _hostile(tmp_path: Path) -> Path:
    """
    Return a campaign with control characters, and no UTF-8, in its names.
    """
    folder = tmp_path / os.fsdecode(os.fsencode(HOSTILE) + b"\xff")
    style = folder / "templates" / "en" / f"{HOSTILE}\nletter\tx.txt.j2"
    style.parent.mkdir(parents=True)
    style.write_text(f"About\n\n{{{{ {HOSTILE!r} }}}}")
    (folder / "data").mkdir()
    for name in ("demands.yaml", f"demands.{HOSTILE}.yaml"):
        (folder / "data" / name).write_text(
            (ROOT / "data" / "demands.yaml").read_text().replace("follows: ", "# ")
        )
    return folder


@pytest.mark.parametrize("option", [(), ("--json",)], ids=["text", "json"])
@pytest.mark.parametrize(
    "command",
    [("cases",), ("show", "kurmanov"), ("embassies",), ("styles",), ("check",)],
    ids=" ".join,
)
def test_control_characters_in_names_are_escaped(
    command: tuple[str, ...],
    option: tuple[str, ...],
    hostile: Path,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    """
    Control characters in names are escaped, in tables as in JSON.
    """
    run_cli(["--campaign", str(hostile), *command, *option])
    captured = capfdbinary.readouterr()
    shown = captured.out.decode() + captured.err.decode()

    assert not CONTROLS.search(shown)
    if option:
        json.loads(captured.out)
    elif command == ("styles",):
        (row,) = [line for line in shown.splitlines() if line.startswith("a")]
        assert row == "a\\x1b[31m\\x9b2J\\x202e\\x0aletter\\x09x\t"
    elif command == ("cases",):
        assert shown.splitlines()[0].endswith("\ta\\x1b[31m\\x9b2J\\x202e\\xdcff")


def test_names_with_control_characters_are_not_completed(
    hostile: Path, shell: Shell
) -> None:
    """
    Shell completion leaves out names with control characters.
    """
    completed = shell(
        "protestgen",
        PROTESTGEN_CAMPAIGN=str(hostile),
        _PROTESTGEN_COMPLETE="bash_complete",
        COMP_WORDS="protestgen letter --style ",
        COMP_CWORD="3",
    )

    rows = completed.stdout.splitlines()
    assert completed.stderr == ""
    assert "plain,statement" in rows
    assert all(re.fullmatch("plain,[a-z]+", row) for row in rows)


@pytest.mark.parametrize(
    "command", [("cases",), ("show", "kurmanov"), ("embassies",), ("check",)]
)
def test_json_has_relative_names_of_bundled_files(
    command: tuple[str, ...], run: Run
) -> None:
    """
    A bundled file is named relative to the bundled folder.
    """
    shown = run(*command, "--json").stdout

    assert str(ROOT) not in shown
    assert '"bundled/data/' in shown


def test_errors_beyond_the_first_hundred_are_counted(tmp_path: Path, run: Run) -> None:
    """
    A file in which everything is wrong does not flood the terminal.
    """
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demands.yaml").write_text(
        "cases:\n" + "".join(f"  a{n}:\n    x: 1\n" for n in range(4_000))
    )
    result = run("--campaign", tmp_path, "cases")

    lines = result.stderr.splitlines()
    assert result.exit_code == 1
    assert len(lines) == 101
    assert re.fullmatch(r"error: \.\.\. and \d+,\d\d\d more", lines[-1])


def test_long_message_is_cut(run: Run) -> None:
    """
    No line of an error is longer than a page.
    """
    result = run(*LETTER, "--demand", "x", "--width", "y" * 100_000)

    assert result.exit_code == 2
    assert len(result.stderr) < 11_000
    assert re.search(r"y… \(100,\d\d\d characters\)\n$", result.stderr)


@pytest.mark.parametrize(
    ("command", "code", "lines"), [("profile", 130, 2), ("init mine", 2, 1)]
)
def test_closed_stdin_answers_nothing(
    command: str, code: int, lines: int, shell: Shell
) -> None:
    """
    A command whose questions nobody can answer ends with one error.
    """
    result = shell(f"protestgen {command} <&-")

    assert (result.exit_code, result.stdout) == (code, "")
    assert result.stderr.count("\n") == lines
    assert result.stderr.splitlines()[-1].startswith("error: ")


def test_cases_are_listed_latest_first(run: Run) -> None:
    """
    The case that presses most stands on top.
    """
    lines = run("cases").stdout.splitlines()

    assert lines[0].split("\t")[:3] == ["kurmanov", "2011-05-01", "closed"]
    assert lines[-1].split("\t")[0] == "shanyrak"


def test_show_prints_the_whole_case(run: Run) -> None:
    """
    `show` prints what happened, the demands and the addressees.
    """
    text = run("show", "temir-bank").stdout

    assert "closed, last news 12 May 2010" in text
    assert "- release (met 12 May 2010): release Mr Kurmanov" in text
    assert "Letters go to: embassy, osce" in text
    assert json.loads(run("show", "temir-bank", "--json").stdout)["id"] == "temir-bank"


@pytest.mark.parametrize("state", ["kz", "si", "ru"])
def test_no_word_of_a_table_is_broken(state: str, run: Run) -> None:
    """
    At 80 columns each word of the table stands on one line.
    """
    shown = in_terminal("embassies", "--state", state)
    words = set(re.sub(r"\x1b\[[0-9;]*m", "", shown).split())

    cells = run("embassies", "--state", state).stdout.split()
    assert [word for word in cells if word not in words] == []


def test_embassies_work_for_any_state(run: Run) -> None:
    """
    Without a campaign of one's own, `--state` and `--host` find the world's missions.
    """
    lines = run("embassies", "--state", "iran").stdout.splitlines()
    text = run("embassies", "--state", "iran", "--host", "uk").stdout

    assert len(lines) == len(load_campaign().directory.of_state("ir"))
    assert text.startswith(
        "Embassy of the Islamic Republic of Iran\n16 Prince’s Gate\n"
    )
    assert (
        "source   2014-02, confidence low\n"
        "         London Diplomatic List, Foreign and Commonwealth Office, 2014-02\n"
    ) in text


def test_embassies_without_address_are_listed(run: Run) -> None:
    """
    `--without-address` lists those whose street is not known.
    """
    options = ("--state", "iran", "--without-address", "--json")
    found = json.loads(run("embassies", *options).stdout)

    assert {entry["host"] for entry in found} >= {"de", "fr"}
    assert not [entry for entry in found if entry["address"]]


def test_notes_for_editors_are_not_for_supporters(run: Run) -> None:
    """
    The card of an entry has no note for editors; `--json` and `show` have it.
    """
    note = "that the Secretariat sits in Vienna is confirmed by osce.org pages."
    card = run("embassies", "--host", "austria")

    assert card.stdout.count("OSCE Secretariat") == 1
    assert note not in card.stdout
    assert note in run("embassies", "--json").stdout
    assert note in run("show", "osce").stdout
    assert json.loads(run("show", "osce", "--json").stdout)["id"] == "osce"


def test_the_card_of_an_office_says_what_it_takes(run: Run) -> None:
    """
    An office that takes no letters says so, as does advice for senders.
    """
    text = run("show", "un-treaty-bodies").stdout

    assert "takes    form only, no letters\n" in text
    assert "advice   It is for complaints of victims, not for appeals.\n" in text
    assert "form only" not in run("show", "ilo").stdout


def test_embassies_of_a_host_are_shown_in_full(run: Run) -> None:
    """
    `--host` shows what an envelope needs, and how old and sure it is.
    """
    text = run("embassies", "--host", "ireland").stdout

    assert "125 Pall Mall\nLondon SW1Y 5EA\nUNITED KINGDOM\n" in text
    assert "source   2022, confidence high" in text


def test_stale_addresses_are_listed(run: Run) -> None:
    """
    `--stale` lists what is older than so many years, or undated.
    """
    stale = json.loads(run("embassies", "--stale", "3", "--json").stdout)
    hosts = {entry["host"] for entry in stale if entry.get("kind") == "embassy"}

    assert {"gb", "de", "fr"} <= hosts
    assert not {"us", "ru", "kr"} & hosts


def test_state_selects_missions(run: Run) -> None:
    """
    `--state` leaves the offices and other states' missions out.
    """
    entries = json.loads(run("embassies", "--state", "Kazakhstan", "--json").stdout)

    assert {entry["state"] for entry in entries} == {"kz"}
    assert json.loads(run("embassies", "--state", "aq", "--json").stdout) == []


def test_editor_gets_the_letter_and_its_words_are_used(
    tmp_path: Path, shell: Shell
) -> None:
    """
    `--edit` opens the finished words in $EDITOR, also when stdout is a pipe.
    """
    editor = tmp_path / "editor"
    editor.write_text(
        "#!/bin/sh\n"
        'echo "editing" && cp "$1" "$(dirname "$0")/seen.txt"\n'
        'sed -i "s/^Your Excellency,/Dear Ambassador,/" "$1"\n'
    )
    editor.chmod(0o755)
    result = shell(f"protestgen -q {' '.join(LETTER)} --edit | cat", EDITOR=str(editor))

    assert "\n\nDear Ambassador,\n\nRe: The Almaty May Day" in result.stdout
    assert "editing" not in result.stdout
    seen = (tmp_path / "seen.txt").read_text()
    assert seen.startswith("The Almaty May Day marchers, May 2011\n")


def test_unchanged_words_are_noted(shell: Shell) -> None:
    """
    An editor that has changed nothing may still be open: a note says so.
    """
    line = f"protestgen {' '.join(LETTER)} --edit"
    same, other = shell(line, EDITOR="true"), shell(line, EDITOR="sed -i s/Your/My/")

    assert same.stdout == shell(f"protestgen {' '.join(LETTER)}").stdout
    assert (
        "note: nothing was changed in the editor: if it was still open" in same.stderr
    )
    assert "nothing was changed" not in other.stderr


def test_edited_words_are_kept_when_the_letter_fails(
    tmp_path: Path, shell: Shell
) -> None:
    """
    A later error does not lose what was written in the editor.
    """
    result = shell(
        f"protestgen -q {' '.join(LETTER)} --edit > /dev/full",
        EDITOR="sed -i s/Excellency/Grace/",
        TMPDIR=str(tmp_path),
        PYTHONUNBUFFERED="",
    )
    (kept,) = tmp_path.glob("protestgen-*.txt")

    assert result.exit_code == 1
    assert result.stderr.startswith(f"note: your words are kept in {kept}\n")
    assert "\n\nYour Grace,\n\n" in kept.read_text()


@pytest.mark.parametrize(
    ("change", "options"), [("s/^Yours sincerely,//", ""), ("s/x/x/", "--open")]
)
def test_edited_words_are_kept_when_they_cannot_be_used(
    change: str, options: str, tmp_path: Path, shell: Shell
) -> None:
    """
    A missing closing, or a link too short for the text, does not lose the edited words.
    """
    opener = tmp_path / "bin" / "xdg-open"
    opener.parent.mkdir()
    opener.write_text("#!/bin/sh\n")
    opener.chmod(0o755)
    result = shell(
        f"PATH={opener.parent}:$PATH; protestgen -q {' '.join(LETTER)} --name Ada "
        f"--edit {options}",
        EDITOR=f"sed -i '{change};s/Excellency/Grace/'",
        TMPDIR=str(tmp_path),
    )
    (kept,) = tmp_path.glob("protestgen-*.txt")

    assert f"note: your words are kept in {kept}\n" in result.stderr
    assert "\n\nYour Grace,\n\n" in kept.read_text()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_editor_may_save_in_its_own_encoding(
    encoding: str, tmp_path: Path, shell: Shell
) -> None:
    """
    UTF-16 with a mark is read; words in an unknown encoding are kept in their file.
    """
    editor = tmp_path / "editor.py"
    editor.write_text(
        "import pathlib, sys\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "text = path.read_text(encoding='utf-8').replace('Excellency', 'Größe')\n"
        f"path.write_bytes(text.replace('’', chr(39)).encode({encoding!r}))\n"
    )
    result = shell(
        f"protestgen -q {' '.join(LETTER)} --edit",
        EDITOR=f"{sys.executable} {editor}",
        TMPDIR=str(tmp_path),
    )
    kept = list(tmp_path.glob("protestgen-*"))

    if encoding in {"utf-8-sig", "utf-16"}:
        assert (result.exit_code, result.stderr, kept) == (0, "", [])
        assert "\n\nYour Größe,\n\n" in result.stdout
    elif encoding == "latin-1":
        assert result == Result(
            2,
            "",
            f"note: your words are kept in {kept[0]}\n"
            "error: the edited letter is not UTF-8: save it with the encoding UTF-8\n",
        )
        assert "Your Größe," in kept[0].read_bytes().decode(encoding)
    else:
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"note: your words are kept in {kept[0]}\n" in result.stderr


def test_edited_words_are_kept_when_the_editor_fails(
    tmp_path: Path, shell: Shell
) -> None:
    """
    An editor that saves and then crashes loses nothing; unchanged words are not kept.
    """
    line = f"protestgen -q {' '.join(LETTER)} --edit"
    crashed = shell(
        line, EDITOR="sh -c 'echo more >> $0; exit 3'", TMPDIR=str(tmp_path)
    )
    (kept,) = tmp_path.glob("protestgen-*")

    assert (crashed.exit_code, crashed.stdout) == (1, "")
    assert crashed.stderr.startswith(f"note: your words are kept in {kept}\nerror: ")
    assert kept.read_text().endswith("more\n")
    kept.unlink()
    assert shell(line, EDITOR="false", TMPDIR=str(tmp_path)).exit_code == 1
    assert shell(line, EDITOR="rm", TMPDIR=str(tmp_path)).exit_code == 1
    assert list(tmp_path.glob("protestgen-*")) == []


def test_full_temporary_folder_is_an_error(tmp_path: Path, shell: Shell) -> None:
    """
    The error names the temporary folder of the editor's file, not stdout.
    """
    # What measures coverage would write a file as well.
    line = f"unset COVERAGE_PROCESS_START COVERAGE_PROCESS_CONFIG COVERAGE_FILE; ulimit -f 0; protestgen -q {' '.join(LETTER)} --edit"
    result = shell(line, EDITOR="true", TMPDIR=str(tmp_path))

    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(
        "error: temporary files: .*: set the variable TMPDIR to a folder with more room\n",
        result.stderr,
    )


def test_editor_with_an_open_quote_is_an_error(shell: Shell) -> None:
    """
    An $EDITOR that no shell could read is an error.
    """
    result = shell(f"protestgen -q {' '.join(LETTER)} --edit", EDITOR="vi 'x")

    assert result == Result(
        1,
        "",
        "error: EDITOR has a quote without an end: set the variable EDITOR to the "
        "name of your editor\n",
    )


@pytest.mark.parametrize("closed", ["<&-", "2>&-"])
def test_editor_runs_with_a_closed_stream(closed: str, shell: Shell) -> None:
    """
    The editor works if stdin, stdout or stderr is closed.
    """
    line = f"protestgen -q {' '.join(LETTER)} --edit {closed}"

    assert shell(line, EDITOR="true").exit_code == 0


def test_errors_come_before_the_editor(tmp_path: Path, shell: Shell) -> None:
    """
    A letter that cannot be sent is refused before the editor opens.
    """
    result = shell(
        f"protestgen {' '.join(LETTER)} --edit --format eml", EDITOR="touch seen"
    )

    assert result.exit_code == 1
    assert not (tmp_path / "seen").exists()


def test_failed_or_empty_edit_writes_nothing(shell: Shell) -> None:
    """
    A failing editor or an empty file cancels the letter.
    """
    failed = shell(f"protestgen -q {' '.join(LETTER)} --edit", EDITOR="false")
    emptied = shell(f"protestgen -q {' '.join(LETTER)} --edit", EDITOR="truncate -s 0")

    assert (failed.exit_code, failed.stdout) == (1, "")
    assert failed.stderr == (
        "error: false: Editing failed: set the variable EDITOR to the name of your editor\n"
    )
    assert (emptied.exit_code, emptied.stdout) == (2, "")
    assert emptied.stderr == (
        "error: the edited letter needs a subject, a salutation, a text and a closing like "
        "'Yours sincerely,', blank lines between them: nothing is written\n"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_a_command_is_the_one_that_tab_shows(name: str) -> None:
    """
    The static list of commands has the help of each command.
    """
    command = cli.get_command(click.Context(cli), name)

    assert command
    assert command.get_short_help_str(200) == COMMANDS[name]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("letter --case kur", {"kurmanov", "kuramshin"}),
        (
            "letter --country i",
            {
                "ie",
                "il",
                "in",
                "id",
                "it",
                "india",
                "indonesia",
                "inglaterra",
                "ireland",
                "israel",
                "italy",
            },
        ),
        ("letter --country Ire", {"ireland"}),
        ("letter --country united-k", {"united-kingdom"}),
        ("embassies --state ira", {"iran", "iraq"}),
        ("embassies --state bosnia-", {"bosnia-and-herzegovina"}),
        (
            "init mine --state turk",
            {"turkey", "turkmenistan", "turkménie", "turks-and-caicos-islands"},
        ),
        ("init mine --country nic", {"nicaragua"}),
        ("letter --style p", {"personal", "points"}),
        (
            "letter --case kolov --demand ",
            {"investigate", "medical-care", "accountability"},
        ),
        (
            "batch --case kolov --case kurmanov --demand p",
            {
                "press-freedom",
                "prosecute-violence",
                "protect-workers",
                "public-inquiry",
            },
        ),
        ("letter --to os", {"osce"}),
        ("letter --country germany --to b", {"berlin", "bonn", "branch"}),
        (
            "letter --case kurmanov --country germany --to f",
            {"frankfurt-am-main", "foreign-ministry"},
        ),
        ("batch --country de --country gb --to lo", {"london"}),
        ("letter --country nowhere --to o", set()),
        ("letter kur", {"kurmanov", "kuramshin"}),
        ("letter --lang e", {"en", "el", "es"}),
        ("show sha", {"shanyrak"}),
        ("sho", {"show"}),
    ],
)
def test_shell_completes(words: str, expected: set[str], shell: Shell) -> None:
    """
    Cases, countries, styles, demands, offices and languages are completed.
    """
    line = f"protestgen {words}"
    result = shell(
        "protestgen",
        _PROTESTGEN_COMPLETE="bash_complete",
        COMP_WORDS=line,
        COMP_CWORD=str(len(line.split(" ")) - 1),
    )

    rows = filter(None, result.stdout.splitlines())
    assert {row.split(",", 1)[1] for row in rows} == expected


def test_completion_of_any_country_loads_no_library(shell: Shell) -> None:
    """
    Countries of `--state` are a static list, and each name in it is understood.
    """
    probe = (
        "import os, sys; from protestgen.cli import run;"
        "os.environ |= dict(_PROTESTGEN_COMPLETE='bash_complete',"
        "COMP_WORDS='protestgen init --state ', COMP_CWORD='3')\n"
        "try: run([])\n"
        "finally: print(sorted({*sys.modules} & {'babel', 'jinja2'}))"
    )
    *rows, loaded = shell(f"python -c {shlex.quote(probe)}").stdout.splitlines()
    names = [row.removeprefix("plain,") for row in rows]

    assert loaded == "[]"
    assert {*COUNTRY_CODES} < {*names}
    assert {*map(find_country, names)} == COUNTRY_CODES


def test_suffix_of_another_format_is_noted(tmp_path: Path, run: Run) -> None:
    """
    A note warns of an output whose suffix names another format.
    """
    path = tmp_path / "letter.docx"
    result = run(*LETTER, "-o", path, "--format", "text")

    assert result.stderr.splitlines()[0] == (
        f"note: {path} holds plain text, wrapped, whatever its name says"
    )


def test_campaign_option_may_follow_the_command(tmp_path: Path, run: Run) -> None:
    """
    `--campaign` is accepted before the command and after it.
    """
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demands.yaml").write_text("cases: {mine: 1}\n")
    problem = f"error: {tmp_path}/data/demands.yaml:1:15: keys and values are expected here, not a single value\n"

    assert run("--campaign", tmp_path, "cases").stderr == problem
    assert run("cases", "--campaign", tmp_path).stderr == problem


def test_empty_list_is_noted(run: Run) -> None:
    """
    An empty list is noted, since it may be a mistake.
    """
    result = run("embassies", "--host", "bolivia")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        "note: no matching embassy or office: see 'protestgen embassies'\n"
    )


@pytest.mark.parametrize("arguments", ["--help", "letter --help", "--version"])
def test_help_and_version_need_a_stdout(arguments: str, shell: Shell) -> None:
    """
    A full disk is an error; a reader that has enough is not.
    """
    full = shell(f"protestgen {arguments} > /dev/full")
    enough = shell(f"set -o pipefail; protestgen {arguments} | true")

    assert full == Result(1, "", "error: standard output: No space left on device\n")
    assert enough == Result(0, "", "")


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("OSError(11, 'Resource temporarily unavailable')", "letter: Resource tempor"),
        ("OSError(28, 'No space left on device', 'x')", "x: No space left on device\n"),
        ("OSError('out of handles')", "letter: out of handles\n"),
    ],
)
def test_error_of_the_system_does_not_blame_stdout(
    code: str, message: str, tmp_path: Path, shell: Shell
) -> None:
    """
    An error of the system names the file, or the command if there is no file.

    A broken `difflib` raises it.
    """
    (tmp_path / "difflib.py").write_text(f"raise {code}")
    line = "protestgen letter --case kurmanow --country uk"
    result = shell(line, PYTHONPATH=str(tmp_path))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("zone", ["UTC+99", ":/etc/passwd", "/"])
@pytest.mark.parametrize("words", ["letter --country ", "letter --lang ", "sho"])
def test_completion_survives_a_wrong_time_zone(
    words: str, zone: str, shell: Shell
) -> None:
    """
    TZ keeps nobody from completing, and shows no error behind the Tab key.
    """
    result = shell(
        "protestgen",
        _PROTESTGEN_COMPLETE="bash_complete",
        COMP_WORDS=f"protestgen {words}",
        COMP_CWORD=str(len(words.split(" "))),
        TZ=zone,
    )

    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("case", ["kurmanov", "shanyrak"])
def test_appeal_for_a_closed_case_knows_its_styles(case: str, run: Run) -> None:
    """
    An unknown style is an error, though there is no model letter to write in it.
    """
    assert run("appeal", case, "--style", "nonsense", "--lang", "de") == Result(
        2, "", "error: unknown style 'nonsense': see 'protestgen styles'\n"
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("init", "mine", "--state", "zz"), "unknown country 'zz': see 'protestgen em"),
        (("new", "case"), "which campaign of your own is it for? go to its folder or"),
        (("appeal", "zz"), "unknown case 'zz': see 'protestgen cases'"),
    ],
)
def test_error_has_one_hint(arguments: tuple[str, ...], message: str, run: Run) -> None:
    """
    An error with a hint of its own does not point to the help as well.
    """
    result = run(*arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {message}")
    assert result.stderr.count("see '") == 1


def test_help_of_the_program_shows_whole_sentences(shell: Shell) -> None:
    """
    What a command does fits on its line at 80 columns.
    """
    helped = shell("protestgen --help", COLUMNS="80").stdout

    assert max(map(len, helped.splitlines())) <= 80
    assert "..." not in helped.split("Commands:")[1]
