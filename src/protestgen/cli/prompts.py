"""Questions on a terminal; each answer is read by the parser of what it becomes."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from protestgen.schema.types import parse_line

from .param_types import ParsedParam

Parse = Callable[[str], Any]


def prompt(question: str, **options: Any) -> Any:
    """Return the answer to *question*, as `click.prompt` does with *options*."""
    if sys.stdin is None:
        raise click.Abort
    return click.prompt(question, err=True, **options)


def ask(question: str, parse: Parse = parse_line, *, default: str | None = None) -> Any:
    """Return the answer to *question*; without a *default* there has to be one."""
    checked = ParsedParam(parse)
    return prompt(
        question,
        default=default,
        value_proc=lambda text: checked.convert(text.strip(), None, None),
    )


def ask_or_skip(question: str, parse: Parse = parse_line) -> Any:
    """Return the answer to *question*, or None for Enter."""
    checked = ParsedParam(parse)

    def read(text: str) -> Any:
        return checked.convert(text.strip(), None, None) if text.strip() else None

    question = f"{question} (or Enter)"
    return prompt(question, default="", show_default=False, value_proc=read)


def ask_several(
    question: str,
    parse: Parse = parse_line,
    *,
    needed: bool,
    default: str | None = None,
) -> tuple[Any, ...]:
    """Return the answers to *question* until Enter; where *needed*, one at least."""
    first = (
        ask(question, parse, default=default)
        if needed
        else ask_or_skip(question, parse)
    )
    answers = []
    while first is not None:
        answers.append(first)
        first = ask_or_skip(f"{question}, another one", parse)
    return tuple(answers)


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
