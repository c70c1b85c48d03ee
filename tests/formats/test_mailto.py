"""Links for the desktop's mail program."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import pytest
from msgspec.structs import replace

from conftest import Run, Shell
from email_helpers import EMBASSY, OFFICE, SENDER, a_letter, campaign_folder
from protestgen.errors import FormatError
from protestgen.formats import FORMATS
from protestgen.formats.mailto import encoded
from protestgen.templating.blocks import Paragraph

MAILTO = FORMATS["mailto"]
SHORT = replace(a_letter(), body=(Paragraph("Free them: 1 + 1 = 2 & more?"),))


@pytest.fixture(name="opener")
def _opener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """Return a function that puts a program on the path to which links are handed."""

    def make(exit_code: int) -> Path:
        programs, opened = tmp_path / "bin", tmp_path / "opened"
        programs.mkdir()
        program = programs / "xdg-open"
        program.write_text(f'#!/bin/sh\nprintf %s "$1" >"{opened}"\nexit {exit_code}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        return opened

    return make


def _fields(link: str) -> tuple[str, dict[str, str]]:
    """Return to whom a link is, and its fields."""
    assert link.startswith("mailto:")
    to, _, fields = link.removeprefix("mailto:").strip().partition("?")
    pairs = (field.split("=") for field in fields.split("&"))
    return unquote(to), {name: unquote(value) for name, value in pairs}


@pytest.mark.parametrize(
    ("text", "length"),
    [
        (
            "Your Excellency,\n\nI am writing to express my grave concern.",
            87,
        ),
        ("Ваше Превосходительство,\n\nЯ обращаюсь к Вам в связи с делом.", 328),
    ],
    ids=["M1", "M2"],
)
def test_text_is_percent_encoded(text: str, length: int) -> None:
    """
    Spaces are %20 and line breaks %0D%0A; there is no plus sign.
    """
    link = encoded(text)

    assert len(link) == length
    assert "%0D%0A%0D%0A" in link
    assert "%20" in link
    assert "+" not in link
    assert unquote(link) == text.replace("\n", "\r\n")


def test_link_holds_addressee_copies_subject_and_text() -> None:
    """
    The addressee stands in the path, the rest in fields; what is special is encoded.
    """
    link = MAILTO.render(SHORT).decode()
    to, fields = _fields(link)

    assert to == "london@embassy.example"
    assert list(fields) == ["cc", "subject", "body"]
    assert fields["cc"] == "osce@office.example"
    assert fields["subject"] == SHORT.subject
    assert fields["body"] == FORMATS["body"].render(SHORT).decode().replace(
        "\n", "\r\n"
    )
    assert "1%20%2B%201%20%3D%202%20%26%20more%3F" in link
    assert MAILTO.remarks(SHORT) == []


def test_several_copies_and_odd_addresses() -> None:
    """
    What an address may hold but a link may not is encoded; so are commas in a field.
    """
    to = replace(EMBASSY, email="a&b=c%d?e@embassy.example")
    other = replace(OFFICE, email="other@office.example")
    link = MAILTO.render(replace(SHORT, addressee=to, copied=(OFFICE, other))).decode()

    assert link.startswith(
        "mailto:a%26b%3Dc%25d%3Fe@embassy.example"
        "?cc=osce@office.example%2Cother@office.example&subject="
    )


def test_long_text_is_left_out_with_a_note(run: Run, tmp_path: Path) -> None:
    """
    A link longer than mail programs take has no text; a note says how long it was.
    """
    folder = campaign_folder(tmp_path / "campaign")
    result = run(
        *("--campaign", folder, "letter", "--case", "shanyrak", "--country", "uk"),
        *("--name", "Ada", "--format", "mailto"),
    )
    _, fields = _fields(result.stdout)

    assert result.exit_code == 0
    assert list(fields) == ["subject"]
    note = result.stderr.splitlines()[-1]
    assert re.sub(r"2\d\d\d characters", "N characters", note) == (
        "note: with its text the link has N characters, more than the 2000 that "
        "mail programs take: it opens an empty message, paste the text of "
        "'--format body' into it, or use '--format eml'"
    )


def test_link_needs_a_name_and_an_address_to_write_to() -> None:
    """
    Without a sender's name or an addressee's address there is no link.
    """
    with pytest.raises(FormatError, match="needs your name"):
        MAILTO.render(a_letter(replace(SENDER, name=None)))
    with pytest.raises(FormatError, match="no e-mail address is known for the embassy"):
        MAILTO.render(a_letter(to=replace(EMBASSY, email=None)))


LETTER = ("letter", "--case", "kurmanov", "--country", "uk", "--name", "Ada")


def test_open_hands_the_link_to_the_desktop(
    run: Run, tmp_path: Path, opener: Callable[[int], Path]
) -> None:
    """
    `--open` gives the link that would be printed to the desktop, and prints nothing.
    """
    opened = opener(0)
    folder = campaign_folder(tmp_path / "campaign")
    arguments = ("--campaign", folder, *LETTER, "--format", "mailto")
    printed = run(*arguments)

    for openly in (arguments, arguments[:-2]):
        result = run(*openly, "--open")
        assert (result.exit_code, result.stdout) == (0, "")
        assert opened.read_text() == printed.stdout.strip()
        opened.unlink()


def test_open_that_fails_says_what_else_to_do(
    run: Run, tmp_path: Path, opener: Callable[[int], Path]
) -> None:
    """
    Where nothing opens links, the exit code and one line say so.
    """
    opener(3)
    folder = campaign_folder(tmp_path / "campaign")
    result = run(
        *("--quiet", "--campaign", folder, *LETTER, "--format", "mailto", "--open")
    )

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error: no mail program could be opened: leave '--open' out, or write the "
        "letter with '-o letter.eml' and open that\n"
    )


def test_open_goes_with_links_only(run: Run) -> None:
    """
    Only a link can be opened: with another format `--open` is an error.
    """
    result = run(*LETTER, "--format", "text", "--open")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: '--open' goes with '--format mailto' only, this is 'text' "
        "(see 'protestgen letter --help')\n"
    )


def test_shell_gets_the_same_link(shell: Shell, run: Run, tmp_path: Path) -> None:
    """
    In a pipe the link is one line of ASCII.
    """
    folder = campaign_folder(tmp_path / "campaign")
    arguments = ("--campaign", folder, *LETTER, "--format", "mailto")
    result = shell(f"protestgen {' '.join(map(str, arguments))} | cat")

    assert result.stdout == run(*arguments).stdout
    assert result.stdout.isascii()
    assert result.stdout.count("\n") == 1
