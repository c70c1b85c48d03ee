"""The README: its examples print what it shows."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import EPOCH, ROOT, Result, Run
from doc_examples import Example, assert_shown, examples
from protestgen.countries import LANGUAGES

README = (ROOT / "README.md").read_text(encoding="utf-8")
BAD_CASE = "cases:\n  mine:\n    titel: x\n"
Shell = Callable[..., Result]


@pytest.mark.parametrize(
    "example", list(examples(README)), ids=lambda example: example.command
)
def test_command_runs_as_printed(
    example: Example, shell: Shell, tmp_path: Path
) -> None:
    """
    Every command prints what is shown below it; "..." stands for any further lines.
    """
    (tmp_path / "ada.yaml").write_text("name: Ada Example\ncountry: gb\n")
    (tmp_path / "mine" / "data").mkdir(parents=True)
    (tmp_path / "mine" / "data" / "demands.yaml").write_text(BAD_CASE)
    result = shell(f"{example.command} 2>&1", SOURCE_DATE_EPOCH=str(EPOCH))

    assert_shown(example, result)


@pytest.mark.parametrize("language", LANGUAGES)
def test_library_example_prints_the_letter(
    language: str, run: Run, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    The Python example works as printed, and prints the same letter as the command.
    """
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    code = code.replace('"en"', f'"{language}"')
    exec(compile(code, "README.md", "exec"), {})  # noqa: S102 - our own README
    printed = capfd.readouterr().out
    choices = ("--country", "gb", "--name", "Ada Example", "--lang", language)
    letter = run("letter", "--case", "kurmanov", *choices)

    assert printed.endswith("\nAda Example\n\n")
    assert printed == letter.stdout + "\n"


def test_set_up_is_what_the_checks_run() -> None:
    """
    The commands that install anything are run, as printed, by `.ci/run`.
    """
    checks = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    set_up = r"^(?:python3 -m venv|\.venv/bin/pip install).*$"
    lines = re.findall(set_up, README, re.MULTILINE)

    assert len(lines) == 3
    assert [line for line in lines if line not in checks] == []


def test_every_command_and_option_is_named(shell: Shell) -> None:
    """
    The README names every command, and every option of `letter`.
    """
    helped = shell("protestgen --help").stdout
    commands = re.findall(
        r"^  (\w+) {2,}\w", helped.split("Commands:")[1], re.MULTILINE
    )
    options = re.findall(
        r"^ +(?:-\w, )?(--[\w-]+)",
        shell("protestgen letter --help").stdout,
        re.MULTILINE,
    )

    assert [name for name in commands if f"protestgen {name}" not in README] == []
    assert [name for name in options if name not in README] == []


def test_completion_is_switched_on_as_printed(shell: Shell) -> None:
    """
    The line for the shell turns completion on.
    """
    (line,) = re.findall(r"^eval .*$", README, re.MULTILINE)
    result = shell(f"{line}; complete -p protestgen")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.endswith(" protestgen\n")
