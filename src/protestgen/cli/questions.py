"""Questions on a terminal; each answer is read by the parser of what it becomes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from protestgen.values import parse_line

from .parameters import Checked

Parse = Callable[[str], Any]


def ask(question: str, parse: Parse = parse_line, *, default: str | None = None) -> Any:
    """Return the answer to *question*; without a *default* there has to be one."""
    checked = Checked(parse)
    return click.prompt(
        question,
        default=default,
        err=True,
        value_proc=lambda text: checked.convert(text.strip(), None, None),
    )


def ask_or_skip(question: str, parse: Parse = parse_line) -> Any:
    """Return the answer to *question*, or None for Enter."""
    checked = Checked(parse)

    def read(text: str) -> Any:
        return checked.convert(text.strip(), None, None) if text.strip() else None

    return click.prompt(
        f"{question} (or Enter)",
        default="",
        show_default=False,
        value_proc=read,
        err=True,
    )


def ask_several(
    question: str, parse: Parse = parse_line, *, least: int = 0
) -> tuple[Any, ...]:
    """Return the answers to *question* until Enter, *least* of them at least."""
    answers: list[Any] = []
    while len(answers) < least:
        answers.append(ask(question, parse))
    while (answer := ask_or_skip(_another(question, answers), parse)) is not None:
        answers.append(answer)
    return tuple(answers)


def _another(question: str, answers: list[Any]) -> str:
    return f"{question}, another one" if answers else question


@contextmanager
def answered_by(alternative: str) -> Iterator[None]:
    """Say that *alternative* is there where nobody answers the questions."""
    try:
        yield
    except click.Abort:
        if sys.stdin and sys.stdin.isatty():
            raise
        message = f"the questions have no answer here: {alternative}"
        raise click.UsageError(message) from None
