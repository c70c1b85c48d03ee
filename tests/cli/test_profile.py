"""The profile: who signs, typed once."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from conftest import ROOT, Result, Run, Shell

LETTER = ("letter", "--case", "kurmanov")
ANSWERS = r"""Ada Example\n1 High Street\nLeeds LS1 1AA\n\nLeeds\nEngland\n\nada@mail.example\n\n\nnurse\na nurse in Leeds\n"""


def test_answers_are_kept_and_used(tmp_path: Path, shell: Shell) -> None:
    """
    What is answered once stands in every later letter, and only its owner can read it.
    """
    home = {"HOME": str(tmp_path)}
    written = shell(f"printf '{ANSWERS}' | protestgen profile", **home)
    path = tmp_path / ".config" / "protestgen" / "profile.yaml"

    assert (written.exit_code, written.stdout) == (0, "")
    assert written.stderr.endswith(f"note: saved in {path}; only you can read it\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == dedent(
        """\
        name: Ada Example
        address:
          - 1 High Street
          - Leeds LS1 1AA
        city: Leeds
        country: gb
        email: ada@mail.example
        role: nurse
        about: a nurse in Leeds
        """
    )
    letter = shell("protestgen -q letter --case kurmanov", **home).stdout
    assert letter.startswith("1 High Street\nLeeds LS1 1AA\nada@mail.example\n\n22 Nov")
    assert "\nEmbassy of the Republic of Kazakhstan in the United Kingdom\n" in letter
    assert letter.endswith("\n\nAda Example\nnurse\n")


def test_old_answers_are_kept_or_removed(tmp_path: Path, shell: Shell) -> None:
    """
    Enter keeps what a profile has; a hyphen removes it.
    """
    path = tmp_path / "ada.yaml"
    path.write_text("name: Ada Example\ncity: Leeds\nwhy: I care.\n")
    path.chmod(0o644)
    shell(r"printf '\n\n-\n\n\n\n\n\n\n\n' | protestgen profile -o ada.yaml")

    assert path.read_text() == "name: Ada Example\nwhy: I care.\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_name_is_another_person(shell: Shell, tmp_path: Path) -> None:
    """
    What nobody is asked for does not stay in the profile of somebody else.
    """
    path = tmp_path / "ada.yaml"
    path.write_text(
        "name: Ada Example\nreply_to: ada@home.example\nwhy: I care.\n"
        "cosigners: [Eve Example]\nrole: nurse\n"
    )
    result = shell(
        r"printf 'Bob Example\n\n\n\n\n\n\n\n\n\n' | protestgen profile -o ada.yaml"
    )

    assert path.read_text() == "name: Bob Example\nrole: nurse\n"
    assert (
        "note: left out, since they were of Ada Example: reply_to, why, cosigners\n"
        in result.stderr
    )


def test_wrong_answer_is_asked_again(shell: Shell, tmp_path: Path) -> None:
    """
    An answer that cannot be right is refused as it is typed.
    """
    answers = (
        r"Ada\n\nLeeds\nEnglnd\nEngland\n\nada\nada@mail.example\ngerman\nde\n\n\n\n"
    )
    result = shell(f"printf '{answers}' | protestgen profile -o ada.yaml")

    assert "unknown country 'Englnd': did you mean 'england'?" in result.stderr
    assert "'ada' is not an e-mail address" in result.stderr
    known = "choose from de, el, en, es, fr, ru"
    assert f"no letters are in 'german': {known}" in result.stderr
    assert (
        "country: gb\nemail: ada@mail.example\nlanguage: de\n"
        in (tmp_path / "ada.yaml").read_text()
    )


def test_address_can_be_left_out_for_good(shell: Shell, tmp_path: Path) -> None:
    """
    Who is at risk is not asked for an address, and none is printed.
    """
    answers = r"Ada\nLeeds\nuk\n\n\n\n\n\n\n"
    shell(f"printf '{answers}' | protestgen profile --omit-address -o ada.yaml")
    assert (tmp_path / "ada.yaml").read_text() == (
        "name: Ada\ncity: Leeds\ncountry: gb\nomit_address: true\n"
    )

    letter = shell(
        "protestgen -q letter --case kurmanov --sender ada.yaml --address '1 High Street'"
    ).stdout
    assert "High Street" not in letter
    assert letter.endswith("\n\nAda\nLeeds\n")


def test_address_stays_omitted_until_it_is_wanted(shell: Shell, tmp_path: Path) -> None:
    """
    A later round of questions does not bring a hidden address back, nor lose it.
    """
    path = tmp_path / "ada.yaml"
    path.write_text("name: Ada\naddress: [1 High Street]\nomit_address: true\n")
    shell("yes '' | protestgen profile -o ada.yaml")
    assert path.read_text() == (
        "name: Ada\naddress:\n  - 1 High Street\nomit_address: true\n"
    )

    shell("yes '' | protestgen profile --with-address -o ada.yaml")
    assert path.read_text() == "name: Ada\naddress:\n  - 1 High Street\n"


def test_interrupted_questions_write_nothing(shell: Shell, tmp_path: Path) -> None:
    """
    When the answers end early, no half profile is left.
    """
    result = shell(r"printf 'Ada\n' | protestgen profile -o ada.yaml")

    assert result.exit_code == 130
    assert result.stderr.endswith("error: interrupted: nothing is written\n")
    assert list(tmp_path.iterdir()) == []


def test_options_win_over_the_profile(run: Run, tmp_path: Path) -> None:
    """
    What is typed with the letter replaces what the profile says.
    """
    path = tmp_path / "ada.yaml"
    path.write_text("name: Ada\nresidence: Leeds\ncountry: gb\n")
    text = run(
        *LETTER, "--sender", path, "--residence", "York", "--country", "fr"
    ).stdout

    assert "I am writing from York to" in text
    assert "75008 Paris\nFRANCE\n" in text
    assert text.endswith("\n\nAda\nYork\n")


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("nmae: Ada\n", ["1:1: unknown key 'nmae': did you mean 'name'?"]),
        (
            "name: [Ada]\nemail: ada\n",
            [
                "1:7: a single value is expected here, not a list",
                "2:8: 'ada' is not an e-mail address: write name@domain.example",
            ],
        ),
    ],
)
def test_bad_profile_is_located(
    text: str, problems: list[str], run: Run, tmp_path: Path
) -> None:
    """
    A mistake in a profile names its line, as in any other file.
    """
    path = tmp_path / "ada.yaml"
    path.write_text(text)
    result = run(*LETTER, "--sender", path)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines() == [f"error: {path}:{line}" for line in problems]


def test_typed_place_is_where_the_sender_is(run: Run, tmp_path: Path) -> None:
    """
    An address that is typed is in the country that is typed; so is a city.
    """
    path = tmp_path / "ada.yaml"
    path.write_text("name: Ada\nresidence: Leeds, England\ncountry: gb\nrole: nurse\n")
    text = run(
        *LETTER, "--sender", path, "--country", "us", "--city", "Austin",
        "--address", "5 Oak Street", "--address", "Austin, TX 78701", "--role", "",
    ).stdout  # fmt: skip

    assert text.startswith("5 Oak Street\nAustin, TX 78701\n\nNovember 22, 2026\n")
    assert "writing from Austin to ask about" in text
    assert text.endswith("\n\nAda\n")


def test_profile_is_not_overwritten_by_a_letter(run: Run, tmp_path: Path) -> None:
    """
    `-o` never names the profile that the letter is signed with.
    """
    path = tmp_path / "ada.yaml"
    path.write_text("name: Ada\ncountry: gb\n")
    result = run(*LETTER, "--sender", path, "-o", path)

    assert (result.exit_code, path.read_text()) == (2, "name: Ada\ncountry: gb\n")
    assert "is your profile: choose another file" in result.stderr


def test_folder_is_made_before_anything_is_asked(shell: Shell, tmp_path: Path) -> None:
    """
    Nobody answers all questions in vain.
    """
    (tmp_path / "file").write_text("")
    result = shell("yes '' | protestgen profile -o file/ada.yaml")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "error: file: File exists: name another file with '-o'\n"


def test_empty_option_removes_what_the_profile_has(run: Run, tmp_path: Path) -> None:
    """
    `--city ''` leaves the place out of the letter, whatever the profile says.
    """
    path = tmp_path / "ada.yaml"
    path.write_text(
        "name: Ada\nresidence: Leeds\naddress: [1 High Street]\ncountry: gb\n"
    )
    text = run(
        *LETTER, "--sender", path, "--city", "", "--address", "", "--cosigner", ""
    ).stdout

    assert text.startswith("22 November 2026\n\nThe Ambassador\n")
    assert "\n\nI am writing to ask about" in text
    assert text.endswith("\n\nAda\n")


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="takes root")
@pytest.mark.parametrize(
    ("command", "exit_code", "stderr"),
    [
        ("cases", 0, ""),
        ("show kurmanov", 0, ""),
        ("-q letter --case kurmanov --country uk", 0, ""),
        (
            "profile",
            2,
            "error: you have no home folder: name a file with '-o'\n",
        ),
        (
            "batch --case kurmanov --country uk -o letters",
            2,
            "error: profile: there is no such file: run 'protestgen profile', "
            "or add '--sender FILE'\n",
        ),
    ],
)
def test_user_without_a_home_needs_none(
    command: str, exit_code: int, stderr: str
) -> None:
    """
    A user whom the system does not know, as in a container, has no profile.
    """
    environment = {key: value for key, value in os.environ.items() if key != "HOME"}
    done = subprocess.run(
        [sys.executable, "-m", "protestgen", *command.split()],
        cwd=ROOT / "src",
        env=environment,
        preexec_fn=lambda: os.setreuid(54321, 0),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (exit_code, stderr)
    assert bool(done.stdout) == (exit_code == 0)


def test_home_that_is_relative_has_no_profile(tmp_path: Path, shell: Shell) -> None:
    """
    The profile is never looked for in the current folder, which may be anybody's.
    """
    profile = tmp_path / "home" / ".config" / "protestgen" / "profile.yaml"
    profile.parent.mkdir(parents=True)
    profile.write_text("name: Mallory Example\n")
    result = shell("protestgen letter --case kurmanov --country uk", HOME="home")

    assert result.exit_code == 0
    assert "Mallory" not in result.stdout


def test_huge_profile_is_refused(tmp_path: Path, shell: Shell) -> None:
    """
    A device or a file without an end is read up to the bound, and no further.
    """
    line = "ulimit -v 1000000; protestgen letter --case kurmanov --country uk"
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as file:
        file.truncate(1 << 40)

    for path in ("/dev/zero", huge):
        assert shell(f"{line} --sender {path}") == Result(
            1, "", f"error: {path}: larger than 10 MB: divide it\n"
        )


def test_profile_may_come_through_a_pipe(shell: Shell) -> None:
    """
    What another program decrypts is a profile as well.
    """
    result = shell(
        "protestgen -q letter --case kurmanov --country uk --sender <(echo name: Ada)"
    )

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith("\n\nAda\n")
