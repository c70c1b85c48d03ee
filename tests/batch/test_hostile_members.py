"""
Whatever stands in a roster, each member gets a letter or an error.

Each member is drawn from its own number, so that one that fails can be repeated:
`--members N` tries so many.
"""

import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest
from msgspec import Struct

from hostile import (
    DATES,
    EMAILS,
    Outcome,
    Worker,
    draws,
    worst_country,
    worst_text,
)
from protestgen.limits import MAX_ROW_LINES

Member = Mapping[str, str]

FIELDS = (
    *("name", "address", "city", "country", "residence", "email", "reply_to"),
    *("organisation", "role", "why", "language", "cosigners", "omit_address"),
    *("style", "to", "demands"),
)
STYLES = ("organisation", "personal", "points", "statement", "support")
LANGUAGES = ("en", "de", "el", "es", "fr", "ru")
CASES = ("kurmanov", "temir-bank", "kibraev")
# Where letters go, and in which form.
TARGETS: tuple[tuple[str, ...], ...] = (
    ("-o", "letters"),
    ("-o", "letters", "--format", "eml"),
    ("-o", "letters", "--format", "subject"),
    ("-o", "letters", "--format", "body"),
    ("-o", "letters", "--format", "mailto"),
    ("-o", "letters", "--format", "html"),
    ("-o", "letters", "--format", "pdf"),
    ("-o", "letters", "--format", "fax"),
    ("-o", "letters", "--format", "json"),
    ("-o", "letters", "--format", "eml", "--attach", "pdf"),
    ("-o", "all.mbox"),
    ("-o", "all.jsonl"),
    ("-o", "all.pdf", "--duplex"),
    ("-o", "-", "--format", "jsonl"),
    ("-o", "letters", "--dry-run"),
)
OPTIONS: tuple[tuple[str, ...], ...] = (
    (),
    ("--ascii",),
    ("--width", "30"),
    ("--width", "500"),
    ("--layout", "din"),
    ("--layout", "swiss"),
    ("--lang", "de,ru"),
    ("--lang", "el", "--fallback"),
    ("--to", "osce"),
    ("--style", "organisation"),
    ("--country", "gb"),
    ("--date", "2011-04-30"),
    ("--date", "2999-12-31"),
    ("--date", "0001-01-01"),
)
# Characters that a cell or a line may have.
LONGEST = 131_072
# Hostile members in a roster: with one at a time, nobody would see what they do to others.
TOGETHER = 10
# With fewer members than this, each roster is tried in some of the forms only.
MANY = 1_000
# Forms in which a roster of few members is tried.
SOME = 4


class Roster(Struct):
    """
    A roster as a file, how many rows it has, and how many of them are *sound*.

    It *is_exact* if each row is read as one: rows that are too long are taken apart.
    """

    suffix: str
    data: bytes
    rows: int
    sound: int
    is_exact: bool = True


def worst_lines(draw: random.Random) -> str:
    """Return up to a hundred lines."""
    lines = [worst_text(draw)[:300] for _ in range(draw.choice((1, 3, 100)))]
    return "\n".join(lines)


def one_of(*texts: str) -> Callable[[random.Random], str]:
    """Return a function that draws one of *texts*."""
    return lambda draw: draw.choice(texts)


# What is worse than any text in a cell of a field.
WORST: Mapping[str, Callable[[random.Random], str]] = {
    "country": worst_country,
    "email": one_of(*EMAILS),
    "reply_to": one_of(*EMAILS),
    "language": one_of(
        *LANGUAGES,
        *("de,en", "en,en", "German", "Deutsch; русский", "tlh", "de," * 1_000),
    ),
    "style": one_of(*STYLES, "base", "../en/base", "statement.txt", "Points"),
    "to": one_of(
        *("embassy", "consulate", "osce", "ohchr", "president", "hamburg"),
        *("permanent-mission", "embassy london", "the"),
    ),
    "demands": one_of(
        *("press-freedom", "release", "nationalise,press-freedom", "x"),
        "press-freedom " * 1_000,
    ),
    "omit_address": one_of("yes", "no", "TRUE", "0", "maybe", "ja"),
    "address": worst_lines,
    "cosigners": worst_lines,
    "why": worst_lines,
    "residence": one_of(*DATES),
}


def member(number: int) -> dict[str, str]:
    """Return the hostile member of this number."""
    draw = draws(number)
    found = sound(number) | {"name": f"Hostile {number}"}
    count = draw.choice((1, 1, 1, 2, 3, len(FIELDS)))
    for field in draw.sample(FIELDS, count):
        found[field] = worst(draw, field)
    if draw.random() < 0.05:
        found |= {worst_text(draw)[:200]: worst_text(draw) for _ in range(3)}
    return found


def worst(draw: random.Random, field: str) -> str:
    """Return the worst that may stand in a cell of *field*."""
    if draw.random() < 0.4 or field not in WORST:
        return worst_text(draw)
    return WORST[field](draw)


def sound(number: int) -> dict[str, str]:
    """Return a member about whom nothing is wrong."""
    return {
        "name": f"Sound {number}",
        "address": f"{number} Sample Street\nExampleton",
        "city": "Exampleton",
        "country": "gb",
        "email": f"sound{number}@home.example",
        "organisation": "Example Readers",
        "why": "I read of it.",
    }


def as_csv(members: Sequence[Member], *, delimiter: str, encoding: str) -> Roster:
    """Return a table of *members*, with a column for everything that one of them has."""
    columns = dict.fromkeys(("name", *(field for m in members for field in m)))
    named = [column for column in columns if column.strip() and '"' not in column]
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow([heading(column) for column in named])
    rows = [[m.get(column, "") for column in named] for m in members]
    writer.writerows(rows)
    data = file.getvalue().encode(encoding, "surrogatepass")
    longest = (*file.getvalue().split("\n"), *(cell for row in rows for cell in row))
    lines = max(sum(len(cell.splitlines()) for cell in row) for row in rows)
    is_exact = max(map(len, longest)) < LONGEST and lines < MAX_ROW_LINES
    count = sum(any(map(str.strip, row)) for row in rows)
    return Roster("csv", data, count, len(members) // 2, is_exact)


def heading(column: str) -> str:
    """Return *column* on one line, as the first line of a table is."""
    return "".join(c for c in column if c.isprintable())[:50] or "x"


def as_json(draw: random.Random, members: Sequence[Member]) -> Roster:
    """Return *members* as JSON Lines, some values in lists or with lone surrogates."""
    lines = []
    for found in members:
        values: dict[str, object] = dict(found)
        for field, value in found.items():
            if draw.random() < 0.1:
                values[field] = value.split("\n")
            elif not found["name"].startswith("Sound") and draw.random() < 0.02:
                values[field] = draw.choice((None, True, 7, [[]], {}, "\ud800", 1e300))
        lines.append(json.dumps(values))
    data = "\n".join(lines).encode()
    return Roster("jsonl", data, len(members), len(members) // 2)


def rosters(numbers: Sequence[int]) -> Iterator[Roster]:
    """Yield the hostile members of these *numbers* among sound ones, as each kind of file."""
    members = [found for n in numbers for found in (member(n), sound(n))]
    draw = draws(f"roster {numbers[0]}")
    yield as_csv(members, delimiter=",", encoding="utf-8")
    yield as_json(draw, members)
    yield as_csv(members, delimiter=";", encoding="utf-8-sig")
    yield as_csv(members, delimiter="\t", encoding="utf-8")


def use(
    worker: Worker, folder: Path, roster: Roster, *options: str, case: str
) -> Outcome:
    """Write the letters of *roster*."""
    (folder / f"members.{roster.suffix}").write_bytes(roster.data)
    batch = ("batch", "--case", case, "--roster", f"members.{roster.suffix}")
    return worker.run(folder, *batch, "--jobs", "1", *options)


def counted(outcome: Outcome) -> tuple[int, int, int]:
    """Return the number of rows written, skipped as duplicates, and failed."""
    summary = re.search(
        r"^note: ([\d,]+) letters?\b.* in [\d.]+ s$", outcome.stderr, re.MULTILINE
    )
    if summary is None:
        return 0, 0, 0
    parts = (r"([\d,]+) duplicates? skipped", r"([\d,]+) rows? failed")
    found = (summary, *(re.search(part, summary[0]) for part in parts))
    written, duplicate, failed = (int(f[1].replace(",", "")) if f else 0 for f in found)
    return written, duplicate, failed


def wrong(outcome: Outcome, roster: Roster) -> str:
    """Return the first fault in the *outcome* of a roster, or nothing."""
    if problem := outcome.problem(letters=roster.rows):
        return problem
    written, duplicate, failed = counted(outcome)
    told = f"{written} written, {duplicate} doubled, {failed} failed: {outcome.stderr[-500:]}"
    if written + duplicate < roster.sound:
        return f"{roster.sound} sound rows, but {told}"
    if roster.is_exact and written + duplicate + failed != roster.rows:
        return f"{roster.rows} rows, but {told}"
    return ""


def tries(
    numbers: Sequence[int], few: int = 0
) -> Iterator[tuple[Roster, str, tuple[str, ...]]]:
    """Yield rosters of the members of these *numbers*, with a case and options."""
    draw = draws(f"options {numbers[0]}")
    kinds = list(rosters(numbers))
    targets = [
        TARGETS[(numbers[0] // TOGETHER * few + n) % len(TARGETS)] for n in range(few)
    ]
    for place, target in enumerate(targets or TARGETS):
        options = draw.choice(OPTIONS)
        if "fax" in target and "osce" in options:  # which has no fax
            options = ()
        roster = kinds[(numbers[0] // TOGETHER + place) % len(kinds)]
        yield roster, draw.choice(CASES), (*target, *options)


@pytest.mark.slow
def test_bad_row_costs_one_row(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """
    A hostile member costs no other letter, no traceback and little work.

    The rows written, failed and skipped are all the rows of the roster.
    """
    members = request.config.getoption("members")
    problems = []
    with Worker() as worker:
        for first in range(0, members, TOGETHER):
            numbers = range(first, min(first + TOGETHER, members))
            few = 0 if members >= MANY else SOME
            for place, (roster, case, options) in enumerate(tries(numbers, few)):
                folder = tmp_path / f"{first}-{place}"
                folder.mkdir()
                outcome = use(worker, folder, roster, *options, case=case)
                if problem := wrong(outcome, roster):
                    told = f"members {first} to {numbers[-1]}, {case} {options}"
                    problems.append(f"{told}: {problem}")

    assert problems == []
