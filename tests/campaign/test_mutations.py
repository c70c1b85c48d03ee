"""
A damaged data file is loaded, or refused with file and line.

Each mutation is generated from its number, so that a failure can be repeated.
"""

import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from protestgen.campaign import loader as campaign
from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.loader import load_campaign
from protestgen.errors import DataError

DATA = shipped_folder() / "data"
GARBAGE = """
~ null no yes 0x1F 1e999 -1 2011-13-45 'it''s' "\\x00" "\\ud800" "\\u202e" [] {} [[]] {a: b}
[a, {b: [c]}] - ? : | > & * ! % @ ` # !!set !!binary !x &a *a << --- ... %YAML é ¬ 𐍈
""".split()  # noqa: SIM905 - quicker to read
CHARACTERS = (
    "\0\x01\t\n\r\x1b\x7f\x85\x9b\u2028\u202e\ufeff\uffff[]{}&*!|>'\"%@`#:,-? é𐍈"
)

Mutation = Callable[[random.Random, list[str]], object]


def _drop_line(draw: random.Random, lines: list[str]) -> None:
    del lines[draw.randrange(len(lines))]


def _double_line(draw: random.Random, lines: list[str]) -> None:
    line = draw.choice(lines)
    lines.insert(draw.randrange(len(lines)), line)


def _swap_lines(draw: random.Random, lines: list[str]) -> None:
    one, other = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _misspell_key(draw: random.Random, lines: list[str]) -> None:
    place = _some_key(draw, lines)
    letter = draw.randrange(len(lines[place].partition(":")[0]) + 1)
    lines[place] = lines[place][:letter] + draw.choice("xX _") + lines[place][letter:]


def _change_value(draw: random.Random, lines: list[str]) -> None:
    place = _some_key(draw, lines)
    lines[place] = f"{lines[place].partition(':')[0]}: {draw.choice(GARBAGE)}"


def _add_to_value(draw: random.Random, lines: list[str]) -> None:
    lines[draw.randrange(len(lines))] += f" {draw.choice(GARBAGE)}"


def _indent(draw: random.Random, lines: list[str]) -> None:
    first = draw.randrange(len(lines))
    for place in range(first, min(len(lines), first + draw.randint(1, 9))):
        lines[place] = draw.choice((" ", "  ", "\t", " " * 300)) + lines[place]


def _outdent(draw: random.Random, lines: list[str]) -> None:
    place = draw.randrange(len(lines))
    lines[place] = lines[place][draw.randint(1, 4) :]


def _insert_characters(draw: random.Random, lines: list[str]) -> None:
    place = draw.randrange(len(lines))
    letter = draw.randint(0, len(lines[place]))
    more = "".join(draw.choices(CHARACTERS, k=draw.randint(1, 4)))
    lines[place] = lines[place][:letter] + more + lines[place][letter:]


def _insert_much(draw: random.Random, lines: list[str]) -> None:
    more = draw.choice(("[", "{", "- ", "? ", "a: ", "&a ", "*a ", "!", "'")) * 2_000
    lines.insert(draw.randrange(len(lines)), more)


def _alias(draw: random.Random, lines: list[str]) -> None:
    for mark in ("&", "*"):
        place = _some_key(draw, lines)
        key, _, value = lines[place].partition(":")
        lines[place] = f"{key}: {mark}here{value if mark == '&' else ''}"


def _repeat_part(draw: random.Random, lines: list[str]) -> None:
    first = draw.randrange(len(lines))
    part = lines[first : first + draw.randint(1, 40)]
    place = draw.randrange(len(lines))
    lines[place:place] = part


def _some_key(draw: random.Random, lines: list[str]) -> int:
    return draw.choice([n for n, line in enumerate(lines) if ":" in line] or [0])


OF_LINES: tuple[Mutation, ...] = (
    _drop_line,
    _double_line,
    _swap_lines,
    _misspell_key,
    _change_value,
    _add_to_value,
    _indent,
    _outdent,
    _insert_characters,
    _insert_much,
    _alias,
    _repeat_part,
)


def _bytes(draw: random.Random, data: bytes) -> bytes:
    """Return *data* cut off, with random bytes, or in another encoding."""
    place = draw.randrange(len(data))
    return draw.choice(
        (
            lambda: data[:place],
            lambda: data[place:],
            lambda: data[:place] + draw.randbytes(draw.randint(1, 9)) + data[place:],
            lambda: (
                data[:place]
                + bytes([data[place] ^ 1 << draw.randrange(8)])
                + data[place + 1 :]
            ),
            lambda: data.replace(b"\n", draw.choice((b"\r\n", b"\r", b" ", b"\x85"))),
            lambda: data.decode().encode(
                draw.choice(("utf-16", "utf-16-le", "utf-8-sig"))
            ),
        )
    )()


def mutate(draw: random.Random, text: str) -> bytes:
    """Return the content of a file after one to three mutations."""
    if draw.random() < 0.2:
        return _bytes(draw, text.encode())
    lines = text.split("\n")
    for _ in range(draw.randint(1, 3)):
        draw.choice(OF_LINES)(draw, lines)
    return "\n".join(lines).encode()


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize("name", ["demands.yaml", "embassies.yaml"])
def test_a_damaged_file_is_loaded_or_refused(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> None:
    """
    A damaged file gives a campaign or a `DataError`, and no other error.

    The damaged campaign replaces the bundled one, to save time.
    """
    shutil.copytree(DATA, tmp_path / "data")
    monkeypatch.setattr(campaign, "shipped_folder", lambda: tmp_path)
    if name == "embassies.yaml":
        (tmp_path / "data" / "demands.yaml").unlink()
    path = tmp_path / "data" / name
    text = path.read_text(encoding="utf-8")
    found = Counter[str]()
    count = pytestconfig.getoption("mutations") // 2
    for number in range(count):
        path.write_bytes(mutate(random.Random(number), text))  # noqa: S311 - no secret
        try:
            load_campaign()
        except DataError as error:
            found["refused"] += 1
            for problem in error.problems:
                assert problem.at.path == str(path), number
                assert problem.at.line, number
                assert problem.at.column, number
                assert "\n" not in problem.message, number
        else:
            found["loaded"] += 1

    assert found["refused"] > count / 2
    assert found["loaded"] > count / 20
