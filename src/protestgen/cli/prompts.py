"""Questions on a terminal; a parser checks each answer."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from protestgen.errors import ChoiceError, did_you_mean, nearest, quoted
from protestgen.schema.types import parse_line

Parse = Callable[[str], Any]


def ask(question: str, parse: Parse = parse_line, **options: Any) -> Any:
    """Ask *question* until *parse* takes the answer; *options* are `click.prompt`'s."""
    if sys.stdin is None:
        raise click.Abort

    def read(text: str) -> Any:
        try:
            return parse(text.strip())
        except (ValueError, ChoiceError) as error:
            raise click.UsageError(str(error)) from None

    return click.prompt(question, err=True, value_proc=read, **options)


def ask_or_skip(question: str, parse: Parse = parse_line) -> Any:
    """Ask *question*; Enter skips it, and returns None."""
    return ask(
        f"{question} (or Enter)",
        lambda text: parse(text) if text else None,
        default="",
        show_default=False,
    )


def ask_several(
    question: str,
    parse: Parse = parse_line,
    *,
    needed: bool,
    default: str | None = None,
) -> tuple[Any, ...]:
    """Ask *question* until Enter; a *needed* one at least once."""
    if needed:
        answer = ask(question, parse, default=default)
    else:
        answer = ask_or_skip(question, parse)
    answers = []
    while answer is not None:
        answers.append(answer)
        answer = ask_or_skip(f"{question}, another one", parse)
    return tuple(answers)


def one_of(choices: Iterable[str]) -> Parse:
    """Return a parser that accepts *choices* only."""

    def parse(text: str) -> str:
        if text in choices:
            return text
        hint = did_you_mean(nearest(text, choices), f"write {', '.join(choices)}")
        raise ValueError(f"{quoted(text)} is not a choice: {hint}")

    return parse


@contextmanager
def answered_by(alternative: str) -> Iterator[None]:
    """Suggest the *alternative* if nobody can answer the questions."""
    try:
        yield
    except click.Abort:
        if sys.stdin and sys.stdin.isatty():
            raise
        message = f"nobody can answer the questions here: {alternative}"
        raise ChoiceError(message) from None
