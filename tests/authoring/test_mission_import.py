"""The `import` command: missions from a list that the user has downloaded."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, Result, Run
from doc_examples import Terminal
from protestgen import load_campaign
from protestgen.authoring.table_file import read_table
from protestgen.campaign.data_files import DataFile
from protestgen.campaign.directory import Mission
from protestgen.campaign.layer import is_of_state
from protestgen.errors import DataError
from protestgen.limits import MAX_CELL, MAX_COLUMNS, MAX_FILE, MAX_MISSIONS

Import = Callable[..., Result]
LONDON = (
    "Embassy of Iran,gb,London,1 Example Street,+44 20 7946 0958,a@embassy.example\n"
)
HEADS = "name,host,city,address,phone,email\n"


@pytest.fixture(name="mine")
def _mine(tmp_path: Path) -> Path:
    """Return a campaign without missions of its own."""
    folder = tmp_path / "mine"
    (folder / "data").mkdir(parents=True)
    (folder / "protestgen.yaml").write_text("extends: bundled\n")
    return folder


@pytest.fixture(name="imported")
def _imported(run: Run, mine: Path, tmp_path: Path) -> Import:
    """Return a function that imports a text, with more options, into the campaign."""

    def import_(text: str, *options: str, state: str = "ir") -> Result:
        path = tmp_path / "list"
        path.write_text(text, encoding="utf-8")
        base = ["--campaign", mine, "import", path]
        base += [] if "--source" in options else ["--source", "A List"]
        given = ["--state", state] if state else []
        date = [] if "--date" in options else ["--date", "2026-11"]
        result = run(*base, *given, *date, *options)
        return Result(
            result.exit_code,
            result.stdout,
            result.stderr.replace(str(path), "list").replace(f"{mine}/", ""),
        )

    return import_


def missions(mine: Path, state: str = "ir") -> dict[tuple[str, str], Mission]:
    """Return the missions of *state* in the campaign's own files."""
    own = load_campaign(mine).directory.own(state)
    return {(mission.kind, mission.city): mission for mission in own}


def test_nothing_is_written_without_the_option(imported: Import, mine: Path) -> None:
    """
    An import shows what it would change, and writes nothing unless told to.
    """
    result = imported(HEADS + LONDON)

    assert result.exit_code == 0
    assert result.stdout.startswith(
        "changed\tir\tgb\tembassy in London\tname: Embassy of the Islamic Republic of "
        "Iran -> Embassy of Iran; address: "
    )
    assert " -> 1 Example Street, London; email: none -> a@emb" in result.stdout
    assert result.stderr == (
        "note: missions: 1 changed\nnote: nothing is written yet: add '--write'\n"
    )
    assert [*(mine / "data").iterdir()] == []


def test_written_entries_have_source_and_date(imported: Import, mine: Path) -> None:
    """
    Each written entry names the source and date given, and letters go to it.
    """
    result = imported(HEADS + LONDON, "--write", "--confidence", "high")
    mission = missions(mine)["embassy", "London"]
    letter = load_campaign(mine).directory.choose(
        state="ir", country="gb", to=None, write_to=["embassy"]
    )[0]

    assert result.exit_code == 0
    assert result.stderr.endswith("note: written to data/embassies/ir.yaml\n")
    assert mission.sources[0] == "A List"
    assert mission.verified == "2026-11"
    assert mission.address == ("1 Example Street", "London")
    assert letter.name == mission.name == "Embassy of Iran"


def test_check_accepts_the_sources_of_an_import(
    imported: Import, mine: Path, run: Run
) -> None:
    """
    A source may name its publisher before its URL; those of the directory need none.
    """
    imported(
        HEADS + LONDON.replace("1 Example Street", ""),
        *("--source", "A List, https://list.example", "--write"),
    )
    sources = missions(mine)["embassy", "London"].sources
    found = run("check", mine).stdout

    assert sources[0] == "A List, https://list.example"
    assert any("https:" not in source for source in sources)
    assert "has no URL" not in found
    imported(HEADS + LONDON, "--write", "--date", "2026-11-20")
    assert "the source 'A List' has no URL: add one" in run("check", mine).stdout


def test_the_file_of_a_state_is_read_for_it_alone(imported: Import, mine: Path) -> None:
    """
    Letters about other states do not read what was imported for one.
    """
    imported(HEADS + LONDON, "--write")
    folder = mine / "data" / "embassies"

    assert is_of_state(DataFile("embassies", folder, "ir.yaml", "ir"))


def test_a_second_import_of_a_list_changes_nothing(
    imported: Import, mine: Path
) -> None:
    """
    What is known already is written once.
    """
    imported(HEADS + LONDON, "--write")
    before = (mine / "data" / "embassies" / "ir.yaml").read_bytes()
    result = imported(HEADS + LONDON, "--write")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "note: missions: 1 same\nnote: nothing to write\n"
    assert (mine / "data" / "embassies" / "ir.yaml").read_bytes() == before


def test_a_later_import_adds_to_the_first(imported: Import, mine: Path) -> None:
    """
    Missions of an earlier import that a list lacks are told as gone, and stay.
    """
    imported(
        HEADS + LONDON + "Consulate of Iran,gb,Leeds,,,b@embassy.example\n", "--write"
    )
    changed = LONDON.replace("1 Example", "2 Example")
    result = imported(HEADS + changed, "--write", "--date", "2026-11-20")

    assert result.stdout == (
        "changed\tir\tgb\tembassy in London\taddress: 1 Example Street, London -> "
        "2 Example Street, London\n"
        "gone\tir\tgb\tconsulate in Leeds\tnot in the file\n"
    )
    assert "note: what is gone stays as it is: look if it has closed" in result.stderr
    assert missions(mine)["embassy", "London"].verified == "2026-11-20"
    assert missions(mine)["consulate", "Leeds"].verified == "2026-11"


def test_what_only_the_directory_knows_is_kept_with_its_date(
    imported: Import, mine: Path
) -> None:
    """
    An address that the list lacks stays, and the entry then has its older date.
    """
    imported(HEADS + LONDON.replace("+44 20 7946 0958", ""), "--write")
    with_address = missions(mine)["embassy", "London"]
    imported("name,host,city,phone\nEmbassy,gb,London,+44 20 7946 0000\n", "--write", "--date", "2026-11-20")  # fmt: skip
    mission = missions(mine)["embassy", "London"]

    assert with_address.phone
    assert (with_address.verified, with_address.numbers_verified) == (
        "2026-11",
        "2014-02",
    )
    assert with_address.confidence == "medium"
    assert mission.address == with_address.address
    assert (mission.phone, mission.verified) == ("+44 20 7946 0000", "2026-11")
    assert mission.sources == with_address.sources
    assert len(mission.sources) > 1


def test_an_address_stays_in_its_city(imported: Import, mine: Path) -> None:
    """
    An embassy that has moved to another city keeps no street of the old one.
    """
    imported(HEADS + LONDON, "--write")
    result = imported(
        "name,host,city\nEmbassy of Iran,gb,Leeds\n", "--write", "--date", "2026-11-20"
    )
    mission = missions(mine)["embassy", "Leeds"]

    assert (
        "city: London -> Leeds; address: 1 Example Street, London -> none\n"
        in result.stdout
    )
    assert mission.address == ()
    assert mission.email == "a@embassy.example"


def test_a_country_is_covered_by_one_embassy(imported: Import, mine: Path) -> None:
    """
    An embassy covers no country that has one, or that another one covers.
    """
    rows = "Embassy,fr,Paris,mc;ad;be\nEmbassy,be,Brussels,\nEmbassy,es,Madrid,ad\n"
    result = imported("name,host,city,covers\n" + rows, "--write")
    own = missions(mine)

    assert result.exit_code == 0
    assert own["embassy", "Paris"].covers == ("mc", "ad")
    assert own["embassy", "Madrid"].covers == ()
    assert (
        "note: the embassy in Madrid does not cover Andorra: the embassy in Paris does\n"
        in result.stderr
    )


def test_an_older_list_does_not_count(imported: Import, mine: Path) -> None:
    """
    An entry from a newer source stays as it is.
    """
    imported(HEADS + LONDON, "--write")
    result = imported(HEADS + LONDON.replace("1 Ex", "9 Ex"), "--date", "2015")

    assert result.stdout == "kept\tir\tgb\tembassy in London\tknown from 2026-11\n"
    assert missions(mine)["embassy", "London"].address[0] == "1 Example Street"


def test_entries_of_the_author_win(imported: Import, mine: Path) -> None:
    """
    What the author of the campaign has written is neither changed nor doubled.
    """
    (mine / "data" / "embassies.yaml").write_text(
        "embassies:\n  - {state: ir, host: gb, kind: embassy, city: London, name: Own,"
        " confidence: low, sources: [me]}\n"
    )
    result = imported(HEADS + LONDON, "--write")

    assert result.exit_code == 0
    assert result.stdout.startswith(
        "kept\tir\tgb\tembassy in London\tyour own entry in"
    )
    assert missions(mine)["embassy", "London"].name == "Own"
    assert not (mine / "data" / "embassies").exists()


def test_a_file_that_an_author_has_written_is_refused(
    imported: Import, mine: Path
) -> None:
    """
    An import does not overwrite a file that is not from an import.
    """
    path = mine / "data" / "embassies" / "ir.yaml"
    path.parent.mkdir()
    path.write_text("# my own\nembassies: []\n")
    result = imported(HEADS + LONDON, "--write")

    assert result.exit_code == 1
    assert "error: data/embassies/ir.yaml: not from an import: move" in result.stderr
    assert path.read_text() == "# my own\nembassies: []\n"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Embassy of Iran,Narnia,London,,,", "unknown country 'Narnia'"),
        ("Embassy of Iran,,London,,,", "no host is in this row: add '--host'"),
        ("Embassy of Iran,ir,London,,,", "the same country"),
        ("School,gb,London,,,", "no kind of mission is in this row"),
        ("Honorary Consulate,gb,Leeds,,,", "such missions are not kept"),
        ("Consulate of Iran,gb,,,,", "no city is in this row"),
        ("Embassy of Iran,gb,London,,020 7946,", "phone: '020 7946' is not a number"),
        ("Embassy of Iran,gb,London,,,a@b", "email: 'a@b' is not an e-mail address"),
        ("Embassy\x1b[2J of Iran,gb,London,,,", "U+001B is not allowed"),
        ("Embassy of Iran,gb,Lon\u202edon,,,", "U+202E is not allowed"),
    ],
)
def test_an_unclear_row_is_refused_with_its_line(
    row: str, reason: str, imported: Import, mine: Path
) -> None:
    """
    A row that cannot be read is refused at its line; the others are written.
    """
    paris = "Embassy of Iran,fr,Paris,,,p@embassy.example\n"
    result = imported(f"{HEADS}{paris}{row}\n", "--write")

    assert result.exit_code == 3
    (error,) = (s for s in result.stderr.splitlines() if s.startswith("error:"))
    assert error.startswith("error: list:3: ")
    assert reason in error
    assert missions(mine)["embassy", "Paris"].email == "p@embassy.example"


def test_without_a_good_row_the_import_fails(imported: Import) -> None:
    """
    The exit code is 1 if every row is refused.
    """
    result = imported(HEADS + "School,gb,London,,,\n")

    assert (result.exit_code, result.stdout) == (1, "")


def test_a_mission_that_stands_twice_is_refused(imported: Import) -> None:
    """
    The second row about a mission is refused, with the line of the first.
    """
    result = imported(HEADS + LONDON + LONDON)

    assert result.exit_code == 3
    assert "error: list:3: a second embassy in London, the first is in line 2" in (
        result.stderr
    )


def test_formulas_are_text(imported: Import, mine: Path) -> None:
    """
    A cell that a spreadsheet would run is kept as the text that it is.
    """
    name = "=HYPERLINK(1) Embassy of Iran"
    imported(f"{HEADS}{name},fr,Paris,- 1 #x: {{y}},,\n", "--write")

    assert missions(mine)["embassy", "Paris"].name == name
    assert missions(mine)["embassy", "Paris"].address[0] == "- 1 #x: {y}"


@pytest.mark.parametrize(
    ("options", "state", "exit_code"),
    [
        ([], "", 2),
        (["--column", "state=Country", "--host", "gb"], "", 0),
        (["--host", "gb"], "", 0),
        (["--host", "gb"], "ir", 2),
        (["--column", "host=Country"], "ir", 3),
    ],
)
def test_a_column_of_countries_is_never_guessed_wrongly(
    options: list[str], state: str, exit_code: int, imported: Import
) -> None:
    """
    `Country` is the one of state and host that is not known otherwise, or is asked for.
    """
    text = "Mission,Country,City\nEmbassy,Ghana,London\nEmbassy,Iran,London\n"
    result = imported(text, *options, state=state)

    assert result.exit_code == exit_code
    if exit_code == 2:
        assert result.stderr == (
            "error: whose country is in 'Country'? add '--column state=Country' or "
            "'--column host=Country'\n"
        )
    elif not state:
        assert [line.split("\t")[1:3] for line in result.stdout.splitlines()] == [
            ["gh", "gb"],
            ["ir", "gb"],
        ] or result.stderr.startswith("note: missions: ")


@pytest.mark.parametrize("kind", ["Embassy", "BOTSCHAFT", "Посольство", ""])
def test_a_bare_kind_is_no_name(kind: str, imported: Import, mine: Path) -> None:
    """
    A row that names the kind alone gives the mission the name that one without has.
    """
    row = f"{kind},gb,London,,+44 20 7946 0958,\n"
    imported(HEADS + row, "--kind", "embassy", "--write")

    assert missions(mine)["embassy", "London"].name == "Embassy of Iran"


@pytest.mark.parametrize(
    "name", ["Consulate General of Iran", "Apostolic Nunciature", "Consular Annexe"]
)
def test_a_name_with_more_than_the_kind_is_kept(
    name: str, imported: Import, mine: Path
) -> None:
    """
    A name stays as the list has it, if a word of it is not about the kind.
    """
    imported(f"{HEADS}{name},gb,Leeds,,,\n", "--write")

    assert [mission.name for mission in missions(mine).values()] == [name]


def test_rows_about_others_are_left_out(imported: Import) -> None:
    """
    With a state and a host, a list of many is read for these alone.
    """
    text = (
        "Mission,Country,City,Email\nEmbassy,Ghana,London,a@x.example\n"
        "Embassy,Iran,London,b@x.example\nSchool,Chad,,\n"
    )
    result = imported(text, "--column", "state=Country", "--host", "gb")

    assert result.exit_code == 0
    assert result.stdout.count("\n") == 1
    assert "1 changed, 2 of other states or in other countries" in result.stderr


def test_columns_can_be_named_or_left_out(imported: Import, mine: Path) -> None:
    """
    `--column` names the column of a field, or leaves the field out.
    """
    text = "name,host,city,Post,Phone\nEmbassy of Iran,fr,Paris,p@x.example,12\n"
    options = ("--column", "email=Post", "--column", "phone=")
    result = imported(text, *options, "--write")

    assert result.exit_code == 0
    assert missions(mine)["embassy", "Paris"].email == "p@x.example"


def test_headings_that_are_not_understood_are_named_once(imported: Import) -> None:
    """
    A note names the columns that mean nothing here, and not those left out on purpose.
    """
    rows = "Botschaft,Berlin,1,x\nKonsulat,Bonn,2,y\n"
    text = f"Vertretung,Ort,Phone,cityLabel\n{rows}"
    line = ("--host", "de", "--column", "phone=")
    refused = imported(text, *line)
    named = imported(text, *line, "--column", "kind=Vertretung")
    many = imported("Botschaft,A,B,C,D,E,F\n1,2,3,4,5,6,7\n", *line)

    hint = "add '--column FIELD=HEADING' to read one\n"
    note = f"note: headings not understood: 'Vertretung': {hint}"
    assert refused.exit_code == 1
    assert refused.stderr.count("Vertretung") == 1
    assert refused.stderr.startswith(note)
    assert (named.exit_code, "not understood" in named.stderr) == (0, False)
    assert f"understood: 'Botschaft', 'A', 'B', 'C', 'D' ...: {hint}" in many.stderr


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("email=Pots", "no column is called 'Pots': did you mean 'Post'?"),
        ("mail=Post", "unknown field 'mail': did you mean 'email'?"),
        ("email", "'email' is not FIELD=HEADING"),
    ],
)
def test_a_wrong_column_is_told(option: str, message: str, imported: Import) -> None:
    """
    An unknown field or heading is an error of usage that names the nearest.
    """
    result = imported("name,host,city,Post\nEmbassy,fr,Paris,\n", "--column", option)

    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


def wikidata(**cells: str) -> str:
    """Return the answer to a query of Wikidata as JSON."""
    binding = {
        name: {"type": "literal", "value": value} for name, value in cells.items()
    }
    answer = {"head": {"vars": [*cells]}, "results": {"bindings": [binding]}}
    return json.dumps(answer, indent=1)


def overpass(tags: dict[str, str]) -> str:
    """Return an answer of Overpass as JSON."""
    node = {"type": "node", "id": 1, "lat": 52.5, "lon": 13.4, "tags": tags}
    return json.dumps({"version": 0.6, "elements": [node]}, indent=1)


def geojson(tags: dict[str, str]) -> str:
    """Return the same as GeoJSON."""
    point: dict[str, Any] = {"type": "Point", "coordinates": [13.4, 52.5]}
    feature = {"type": "Feature", "properties": {"@id": "node/1", **tags}, "geometry": point}  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": [feature]}, indent=1)


TAGS = {
    "office": "diplomatic",
    "diplomatic": "consulate",
    "country": "IR",
    "target": "DE",
    "name": "Generalkonsulat Iran",
    "addr:street": "Beispielallee",
    "addr:housenumber": "2",
    "addr:postcode": "20000",
    "addr:city": "Hamburg",
    "contact:phone": "0049 (0)40/000-0000",
}


@pytest.mark.parametrize("text", [overpass(TAGS), geojson(TAGS)])
def test_lists_of_openstreetmap_are_understood(
    text: str, imported: Import, mine: Path
) -> None:
    """
    The tags of a node give kind, state, host, the lines of the address and the number.
    """
    result = imported(text, "--write", state="")
    mission = missions(mine)["consulate-general", "Hamburg"]

    assert result.exit_code == 0
    assert mission.address == ("Beispielallee 2", "20000 Hamburg")
    assert (mission.host, mission.phone) == ("de", "+49 40 000 0000")


def test_answers_of_wikidata_are_understood(imported: Import, mine: Path) -> None:
    """
    The labels of a query's answer are taken, not the addresses of its items.
    """
    item = "http://www.wikidata.org/entity/Q1"
    text = wikidata(
        mission=item, missionLabel="Embassy of Iran, Berlin", operatorLabel="Iran",
        country=item, countryLabel="Germany", city=item, cityLabel="Berlin",
        website="https://x.example",
    )  # fmt: skip
    result = imported(text, "--write", state="")
    mission = missions(mine)["embassy", "Berlin"]

    assert result.exit_code == 0
    assert (mission.name, mission.website) == ("Embassy of Iran", "https://x.example")


def test_rows_of_json_have_their_lines(imported: Import) -> None:
    """
    A row of JSON that is refused is named with the line on which it begins.
    """
    text = '[\n {"name": "Embassy",\n  "city": "Paris"},\n {"name": "[\\"x\\"]"}\n]'
    result = imported(text, "--host", "fr")

    assert result.exit_code == 3
    assert "error: list:4:2: no kind of mission" in result.stderr


def test_only_line_breaks_part_rows(tmp_path: Path) -> None:
    """
    Another separator of Unicode is part of its cell.
    """
    path = tmp_path / "list"
    path.write_text("name,city\rEmbassy\u2028Iran,Leeds\r\n", newline="")

    (row,) = read_table(path)
    assert row.cells == {"name": "Embassy\u2028Iran", "city": "Leeds"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no rows are in it"),
        ("[]", "no rows are in it"),
        ('{"a": 1}', "no rows are in it"),
        ("name,name\nx,y\n", "the heading 'name' stands twice"),
        ("name,city\nx,y,z\n", "3 cells where there are 2 columns"),
        ('name,city\n"x,y\n', "this row is not CSV"),
        ('[{"a": }]', "this is no JSON"),
        ("[1]", "this row is no group of keys and values"),
        ("[" * 100_000, "nested too deeply"),
        (f'[{{"a": {"9" * 5_000}}}]', "a number too long"),
        (f"name\n{'x' * (MAX_CELL + 1)}\n", "a cell has more than"),
        (
            "[{" + ",".join(f'"k{n}":1' for n in range(MAX_COLUMNS + 1)) + "}]",
            "columns",
        ),
        ("n\n" + "x\n" * (MAX_MISSIONS + 1), "rows: divide the file"),
        ("x" * (MAX_FILE + 1), "larger than 10 MB"),
        ("name\n\udcff\n", "not UTF-8"),
    ],
)
def test_a_hostile_file_is_refused_in_a_line(
    text: str, message: str, tmp_path: Path
) -> None:
    """
    A file that is no table, or too large, is refused with one message.
    """
    path = tmp_path / "list"
    path.write_bytes(text.encode(errors="surrogateescape"))

    with pytest.raises(DataError, match=message) as error:
        read_table(path)
    assert len(error.value.problems) == 1


@pytest.mark.slow  # older versions of Rich set the table otherwise
def test_the_page_shows_what_is_printed(tmp_path: Path) -> None:
    """
    The command of the page prints, for the list of the page, what the page shows.
    """
    page = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    (rows,) = re.findall(r"```csv\n(.*?)```", page, re.DOTALL)
    (tmp_path / "list.csv").write_text(rows)

    assert Terminal(tmp_path).follow(page) == 1


def test_source_and_date_are_needed(run: Run, tmp_path: Path) -> None:
    """
    Without a source, or with a date in the future, nothing is read.
    """
    path = tmp_path / "none.csv"
    without = run("import", path, "--date", "2026")
    future = run("import", path, "--date", "2030", "--source", "x")

    assert (without.exit_code, future.exit_code) == (2, 2)
    assert "'--source'" in without.stderr
    assert "2030 is in the future" in future.stderr


def test_an_import_needs_a_campaign_to_write_to(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A list can be looked at without a campaign, but not written.
    """
    monkeypatch.chdir(tmp_path)
    (tmp_path / "list.csv").write_text(HEADS + LONDON)
    options = ("--state", "ir", "--source", "x", "--date", "2026")

    assert run("import", "list.csv", *options).exit_code == 0
    result = run("import", "list.csv", *options, "--write")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "which campaign of your own is it for?" in result.stderr
