"""Commands in Markdown pages, and what is shown below them."""

import re
from collections.abc import Iterator

from msgspec import Struct

from conftest import Result


class Example(Struct, frozen=True):
    """A command of a page, and what is shown below it."""

    command: str
    shown: list[str]


def examples(page: str) -> Iterator[Example]:
    """Yield the commands of the console blocks of *page*."""
    for block in re.findall(r"```console\n(.*?)```", page, re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, *shown = part.splitlines()
            yield Example(command, shown)


def assert_shown(example: Example, result: Result) -> None:
    """Assert that *result* is as *example* shows; "..." stands for any further lines."""
    lines = result.stdout.splitlines()
    fails = any(re.search(r"(?:^|: )error: ", line) for line in example.shown)

    assert fails == (result.exit_code != 0), result.stdout
    if example.shown[-1:] == ["..."]:
        assert len(lines) >= len(example.shown)
        assert lines[: len(example.shown) - 1] == example.shown[:-1]
    else:
        assert lines == example.shown
