"""The tool that makes `data/directory/`, on a small list of its own."""

import json
from pathlib import Path
from typing import Any

import pytest
from tools.make_directory import DATES, FOLDER, SOURCES, directory, figures, main, read

from conftest import ROOT

LIST = Path(__file__).parent / "missions.jsonl"
STATES, CHANGES = directory(read(LIST))


def entry(host: str, state: str = "zw") -> dict[str, Any]:
    """Return the one entry of a state in a host country."""
    (found,) = (entry for entry in STATES[state] if entry["host"] == host)
    return found


def test_an_entry_is_slim() -> None:
    """
    An entry has what letters need, its source and its date.
    """
    assert entry("at") == {
        "host": "at",
        "kind": "embassy",
        "city": "Vienna",
        "name": "Embassy of Zimbabwe",
        "website": "https://vienna.zimbabwe.example",
        "covers": ["sk"],
        "source": "wikidata",
        "id": "Q1",
        "date": "2022-11-16",
        "confidence": "low",
    }


def test_an_email_of_london_is_dropped() -> None:
    """
    An e-mail address known from London 2014 only is left out, the numbers are not.
    """
    london = entry("gb")

    assert "email" not in london
    assert london["phone"] == "+44 20 7946 0958"
    assert london["address"] == ["1 Example Street"]
    assert entry("ie")["email"] == "dublin@zimbabwe.example"


def test_fields_of_another_source_are_marked() -> None:
    """
    `from` names the source of a field that is not from the main one.
    """
    assert entry("ie")["from"] == {"fax": "london"}
    assert entry("ie")["also"] == ["london"]
    assert "from" not in entry("at")


def test_special_missions() -> None:
    """
    Embassies to the Holy See are in Italy; missions of other kinds get a kind and name.
    """
    assert entry("va")["located_in"] == "it"
    assert (
        entry("ch")["note"] == "in Geneva: probably the mission to the United Nations"
    )
    assert entry("us")["kind"] == "interests-section"
    assert entry("us")["name"] == "Interests Section of Zimbabwe"
    assert entry("de")["kind"] == "representative-office"
    assert entry("at", "ar")["name"] == "Embassy of Argentina"


def test_everything_left_out_is_counted() -> None:
    """
    What is left out or changed is counted by its reason.
    """
    assert {reason: count for reason, count in CHANGES.items() if count} == {
        "address: an empty line, or one that says N/A": 1,
        "covers: no other country": 2,
        "email: known from London 2014 only": 1,
        "email: not valid": 1,
        "emails: further addresses": 1,
        "name: none, made from the kind and the state": 2,
        "name: says the host and not the state, made anew": 1,
        "phone: not valid": 1,
        "row: a consulate without a city": 1,
        "row: a second entry for the same mission": 1,
        "row: an honorary consulate": 1,
        "row: in the state itself": 1,
        "row: of or to no country (European Union, Order of Malta)": 1,
    }
    assert sum(map(len, STATES.values())) == 8


def test_files_are_written_and_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    The files are written, old ones go, and `--check` names those that differ.
    """
    arguments = [str(LIST), "--folder", str(tmp_path)]
    (tmp_path / "xx.json").write_text("{}")

    assert main(arguments) == 0
    assert {path.name for path in tmp_path.iterdir()} == {"ar.json", "zw.json"}
    assert "8 missions of 2 states" in capsys.readouterr().err
    assert main([*arguments, "--check"]) == 0
    file = tmp_path / "zw.json"
    assert json.loads(file.read_text())["missions"] == STATES["zw"]
    file.write_text(file.read_text().replace("Vienna", "Graz"))
    assert main([*arguments, "--check"]) == 1
    assert capsys.readouterr().err == "not up to date: zw.json\n"


def test_every_source_is_attributed() -> None:
    """
    `SOURCES.md` names each source, in the words that its licence asks for.
    """
    page = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")

    assert SOURCES.keys() == DATES.keys()
    assert not [name for name in SOURCES if f"| `{name}` |" not in page]
    assert "not under the licence of protestgen" in page


def test_the_page_has_the_figures_of_the_data() -> None:
    """
    `docs/directory.md` says of how many missions what is known.
    """
    files = sorted(FOLDER.glob("*.json"))
    states = {
        file.stem: json.loads(file.read_text("utf-8"))["missions"] for file in files
    }
    page = (ROOT / "docs" / "directory.md").read_text(encoding="utf-8")

    assert "\n".join(figures(states)) in page
