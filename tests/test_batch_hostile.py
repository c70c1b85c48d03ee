"""A batch that meets errors, files and rows that nobody expects."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from conftest import Result, Run
from protestgen import Sender, load_campaign
from protestgen.batch import Batch
from protestgen.cli.board import Board
from protestgen.errors import Location
from protestgen.formats import Options
from protestgen.formats.binder import Binder
from protestgen.jobs import Plan
from protestgen.lots import Kind, Order
from protestgen.member import FIELDS, Member
from protestgen.roster import Roster, Row

HEAD = "name,email,city,country,why\n"
ADA = "Ada Example,ada@home.example,Leeds,uk,I have friends in Almaty.\n"
BOB = "Bob Example,bob@home.example,Cork,Ireland,\n"
EVE = "Eve Example,eve@home.example,Seoul,South Korea,\n"
REPORT = "report it, with what PROTESTGEN_TRACEBACK=1 shows"

RunBatch = Callable[..., Result]


@pytest.fixture(name="batch")
def _batch(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunBatch:
    """Return a function that runs `batch` about a case, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "m.csv").write_text(HEAD + ADA + BOB + EVE, encoding="utf-8")

    def batch(*arguments: object) -> Result:
        return run("batch", "--case", "kurmanov", "-q", *arguments)

    return batch


def a_row(line: int, **fields: Any) -> Row:
    """Return the row of a member; fields of a wrong type are met by nobody's check."""
    known = {"name": f"Ada {line}", "email": f"{line}@home.example", "country": "gb"}
    sender = Sender(**known | fields)
    return Row(at=Location("m.csv", line), member=Member(sender=sender))


def written(kind: Kind, form: str, *rows: Row) -> Batch:
    """Return the batch of *rows* that has run, in one stream."""
    order = Order(
        campaign=load_campaign(),
        on=date(2026, 11, 22),
        format_name=form,
        options=Options(),
        kind=kind,
    )
    plan = Plan(order=order, cases=("kurmanov",))
    with Binder(BytesIO()) as binder:
        batch = Batch(
            plan,
            Board(int, None),
            stream=BytesIO(),
            binder=binder if kind == "pdf" else None,
        )
        batch.run(Roster("m.csv", FIELDS, iter(rows)))
    return batch


@pytest.mark.parametrize(
    ("kind", "form", "fields"),
    [
        ("mbox", "eml", {"name": 5}),
        ("mbox", "eml", {"role": 5}),
        ("mbox", "eml", {"reply_to": 5}),
        ("jsonl", "json", {"role": 5}),
        ("pdf", "pdf", {"role": 5}),
    ],
    ids=["planned", "composed", "rendered", "json", "pdf"],
)
def test_unexpected_error_fails_its_row_only(
    kind: Kind,
    form: str,
    fields: dict[str, Any],
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    The letters of the other rows are written, and the error asks to be reported.
    """
    monkeypatch.delenv("PROTESTGEN_TRACEBACK", raising=False)
    rows = [a_row(2), a_row(3, **fields), a_row(4)]

    batch = written(kind, form, *rows)

    assert (batch.tally.letters, batch.tally.failed) == (2, 1)
    stderr = capfd.readouterr().err
    assert stderr.startswith("error: m.csv:3: unexpected ")
    assert stderr.endswith(f": {REPORT}\n")
    assert stderr.count("\n") == 1


def test_unexpected_error_is_raised_where_tracebacks_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """
    With PROTESTGEN_TRACEBACK=1 the run ends there, and names the place in the program.
    """
    monkeypatch.setenv("PROTESTGEN_TRACEBACK", "1")

    with pytest.raises(RuntimeError, match=r"m\.csv:3: unexpected .*\nTraceback "):
        written("mbox", "eml", a_row(3, name=5))
