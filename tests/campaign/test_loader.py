"""Loading campaigns from layers, and the errors of inconsistent data."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from campaign_helpers import OFFICE, case, mission
from conftest import Run
from protestgen import load_campaign
from protestgen.campaign.loader import Campaign
from protestgen.errors import DataError, UnknownNameError

BUNDLED = load_campaign()


Load = Callable[[dict[str, str]], Campaign]


@pytest.fixture(name="load")
def _load(tmp_path: Path) -> Load:
    """Return a function that writes files to `data` of a campaign, and loads it."""

    def load(files: dict[str, str]) -> Campaign:
        for name, text in files.items():
            path = tmp_path / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return load_campaign(tmp_path)

    return load


def problems(load: Load, files: dict[str, str]) -> list[str]:
    """Return the problems of a campaign of *files*, without its folder."""
    with pytest.raises(DataError) as caught:
        load(files)
    lines = caught.value.lines()
    folder = min(lines, key=len).partition("/data/")[0] + "/data/"
    return [line.replace(folder, "") for line in lines]


def test_a_layer_replaces_and_adds_entries(load: Load) -> None:
    """
    Entries with the id or place of a bundled one replace it, others are added.
    """
    own = load(
        {
            "demands.yaml": f"cases:\n{case('kolov')}{case('ada')}",
            "embassies.yaml": "embassies:\n"
            + mission("gb", "London")
            + mission("br", "Brasilia")
            + "offices:\n"
            + OFFICE.format(id="osce")
            + OFFICE.format(id="ours"),
        }
    )

    assert own.cases.keys() == BUNDLED.cases.keys() | {"ada"}
    assert own.case("kolov").title == own.case("ada").title
    assert own.case("kurmanov") == own.cases["kurmanov"]
    directory = own.directory
    assert len(directory.missions) == len(BUNDLED.directory.missions) + 1
    (london,) = (m for m in directory.missions if m.city == "London")
    assert (london.name, london.covers) == ("Embassy of Kazakhstan", ())
    assert directory.offices["osce"].name == "An office"
    assert directory.offices.keys() == BUNDLED.directory.offices.keys() | {"ours"}


def test_a_folder_may_be_a_string(load: Load, tmp_path: Path) -> None:
    """
    load_campaign takes folders as strings and as paths.
    """
    load({"demands.yaml": "cases:\n" + case()})

    assert load_campaign(str(tmp_path)).cases.keys() == {"ada", *BUNDLED.cases}


@pytest.mark.parametrize("command", ["cases", "embassies"])
def test_a_folder_name_may_be_undecodable(
    command: str, run: Run, tmp_path: Path
) -> None:
    """
    JSON escapes the bytes of a folder name that is not valid UTF-8.
    """
    data = tmp_path / os.fsdecode(b"c\xff") / "data"
    data.mkdir(parents=True)
    (data / "demands.yaml").write_text("cases:\n" + case())
    (data / "embassies.yaml").write_text("embassies:\n" + mission("gb", "London"))
    result = run("--campaign", data.parent, command, "--json")

    assert (result.exit_code, result.stderr) == (0, "")
    assert "c\\\\xdcff" in result.stdout


def test_the_first_folder_is_on_top(tmp_path: Path) -> None:
    """
    An entry in the first folder replaces that in the second.
    """
    for name in ("upper", "lower"):
        data = tmp_path / name / "data"
        data.mkdir(parents=True)
        text = f"cases:\n{case('ada', title=name)}{case(name)}"
        (data / "demands.yaml").write_text(text, encoding="utf-8")

    own = load_campaign(tmp_path / "upper", tmp_path / "lower")

    assert own.case("ada").title == "upper"
    assert {"upper", "lower", "kolov"} <= own.cases.keys()
    assert own.folders[:2] == (tmp_path / "upper", tmp_path / "lower")


def test_a_layer_may_add_an_embassy_in_a_covered_country(load: Load) -> None:
    """
    A country covered in a lower layer may have an embassy in an upper one.
    """
    own = load({"embassies.yaml": f"embassies:\n{mission('ie', 'Dublin')}"})
    chosen, note = own.directory.choose(
        state="kz", country="ie", to=None, write_to=["embassy"]
    )

    assert (chosen.label, note) == ("embassy in Dublin", None)


def test_a_layer_may_cover_a_covered_country_again(load: Load) -> None:
    """
    The embassy that covers a country may differ in an upper layer.
    """
    own = load(
        {"embassies.yaml": f"embassies:\n{mission('is', 'Reykjavik', covers='ie')}"}
    )
    chosen, _ = own.directory.choose(
        state="kz", country="ie", to=None, write_to=["embassy"]
    )

    assert chosen.label == "embassy in Reykjavik"


def test_a_campaign_may_be_one_file_or_templates_only(
    load: Load, tmp_path: Path
) -> None:
    """
    A folder with a single data file or a single template is a campaign.
    """
    assert load({"embassies.yaml": "offices:\n" + OFFICE.format(id="ours")})
    assert load({"demands.yaml": f"cases:\n{case()}"}).case("ada")
    templates = tmp_path / "other" / "templates"
    templates.mkdir(parents=True)
    assert load_campaign(tmp_path / "other").cases.keys() == BUNDLED.cases.keys()


def test_data_files_may_be_split(load: Load) -> None:
    """
    `demands/*.yaml` and `embassies/*.yaml` are read too, except hidden files.
    """
    own = load(
        {
            "demands.yaml": f"cases:\n{case('a')}",
            "demands/b.yaml": f"cases:\n{case('b')}",
            "demands/c.yaml": f"cases:\n{case('c', follows='a')}",
            "demands/.d.yaml": "]",
            "demands/readme.txt": "]",
            "embassies/br.yaml": f"embassies:\n{mission('br', 'Brasilia')}",
            "embassies/ar.yaml": f"embassies:\n{mission('ar', 'Buenos Aires')}",
            "demands.ru.yaml": "cases: {}",
            "forms.yaml": "read with the language",
        }
    )

    assert {"a", "b", "c"} <= own.cases.keys()
    assert {"Brasilia", "Buenos Aires"} <= {m.city for m in own.directory.missions}


def test_misnamed_files_are_errors(load: Load) -> None:
    """
    A data file with a wrong name or suffix is an error, since it would not be read.
    """
    assert problems(
        load,
        {
            "demands.yml": "",
            "embassy.yaml": "",
            "other.yaml": "",
            "demands/more.yml": "",
            "demands/b.yaml.txt": "",
            "media.YAML": "",
            "notes.txt": "",
            ".swap.yml": "",
            "demands.yaml~": "",
        },
    ) == [
        "demands.yml: this file is not read: name it demands.yaml",
        "demands/b.yaml.txt: this file is not read: name it b.yaml",
        "demands/more.yml: this file is not read: name it more.yaml",
        "embassy.yaml: this file is not read: name it embassies.yaml",
        "media.YAML: this file is not read: name it media.yaml",
        "other.yaml: this file is not read: "
        "name it demands.yaml or embassies.yaml or media.yaml",
    ]


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("none", "such folder"),
        ("empty", "folder 'data' in it"),
        ("file", "folder 'data' in it"),
    ],
)
def test_a_folder_without_a_campaign_is_an_error(
    tmp_path: Path, name: str, missing: str
) -> None:
    """
    A missing folder, or one without the parts of a campaign, is an error.
    """
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(DataError) as caught:
        load_campaign(tmp_path / name, tmp_path / name)

    assert caught.value.lines() == [
        f"{tmp_path / name}: there is no {missing}: name the folder of a campaign"
    ]


@pytest.mark.parametrize("name", [".", "data", "data/demands"])
def test_an_unreadable_folder_is_an_error(tmp_path: Path, name: str) -> None:
    """
    A folder that cannot be read is not taken for an empty one.
    """
    (tmp_path / "data" / "demands").mkdir(parents=True)
    closed = tmp_path / name
    closed.chmod(0)
    if os.access(closed, os.R_OK):
        pytest.skip("this user may read every folder")
    try:
        with pytest.raises(DataError) as caught:
            load_campaign(tmp_path)
    finally:
        closed.chmod(0o700)

    (line,) = caught.value.lines()
    assert line.endswith(": cannot be read: Permission denied")


def test_problems_of_all_files_are_reported(load: Load) -> None:
    """
    One run reports the problems of every file, sorted by file and line.
    """
    missing = (
        "'demands', 'incidents', 'opened', 'sources', 'state', 'status', 'summary', "
        "'updated', 'write_to'"
    )
    missing_too = missing.replace("'summary'", "'summary', 'title'")
    assert problems(
        load,
        {
            "demands.yaml": "cases:\n  a: {titel: x}\n  A: {}\n",
            "demands/b.yaml": "]",
            "embassies.yaml": "embassies:\n"
            + mission("zz", "x")
            + mission("gb", "London", kind="ambassy"),
        },
    ) == [
        f"demands.yaml:2:6: the keys {missing} are missing: add them",
        "demands.yaml:2:7: unknown key 'titel': did you mean 'title'?",
        "demands.yaml:3:3: 'A' is not an id: use a-z, 0-9 and single hyphens",
        f"demands.yaml:3:6: the keys {missing_too} are missing: add them",
        (
            "demands/b.yaml:1:1: not valid YAML (did not find expected node content): "
            "look at the indentation, quotes and colons"
        ),
        (
            "embassies.yaml:3:9: unknown country code 'zz': write two letters as in "
            "ISO 3166"
        ),
        (
            "embassies.yaml:11:9: 'ambassy' is not known here: write embassy, "
            "consulate-general, consulate, permanent-mission, branch, "
            "representative-office or interests-section"
        ),
    ]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"follows": "kurmanow"},
            "15:14: unknown case 'kurmanow': did you mean 'kurmanov'?",
        ),
        ({"follows": "x"}, "15:14: unknown case 'x': add it, or remove this line"),
        (
            {"follows": "ada"},
            "15:14: the case follows itself in the end: remove this line",
        ),
        (
            {"write_to": "[embasy, osce]"},
            "13:16: unknown addressee 'embasy': did you mean 'embassy'?",
        ),
        (
            {"write_to": "[embassy, x]"},
            "13:25: unknown addressee 'x': add it to 'offices' in data/embassies.yaml, or remove this line",
        ),
        (
            {"copies_to": "[osze]"},
            "15:17: unknown addressee 'osze': did you mean 'osce'?",
        ),
        ({"write_to": "[]"}, "13:15: the list is empty: write one item at least"),
        ({"incidents": "[]"}, "9:16: the list is empty: write one item at least"),
        ({"demands": "[]"}, "11:14: the list is empty: write one item at least"),
        ({"status": "closd"}, "5:13: 'closd' is not known here: write open or closed"),
        (
            {"opened": "2026-02-29"},
            "6:13: there is no date '2026-02-29' in the calendar",
        ),
        (
            {"state": "uk"},
            "4:12: unknown country code 'uk': the United Kingdom is 'gb'",
        ),
        (
            {"outcom": "x"},
            "15:5: unknown key 'outcom': did you mean 'outcome'?",
        ),
    ],
)
def test_an_inconsistent_case_is_located(
    load: Load, changes: dict[str, str], problem: str
) -> None:
    """
    References lead somewhere, dates exist, and at least one demand is not optional.
    """
    lines = case(**changes)
    if "incidents" in changes:
        lines = lines.replace("      - {date", "#     - {date", 1)
    if "demands" in changes:
        lines = lines.replace("      - {id", "#     - {id", 1)

    assert problems(load, {"demands.yaml": f"cases:\n{lines}"}) == [
        f"demands.yaml:{problem}"
    ]


def test_cases_do_not_follow_each_other_in_a_circle(load: Load) -> None:
    """
    Each case in the circle is an error, but not a case that leads to it.
    """
    ring = case("a", follows="b") + case("b", follows="c") + case("c", follows="a")

    message = "the case follows itself in the end: remove this line"
    assert problems(
        load, {"demands.yaml": f"cases:\n{ring}{case('d', follows='a')}"}
    ) == [
        f"demands.yaml:15:14: {message}",
        f"demands.yaml:29:14: {message}",
        f"demands.yaml:43:14: {message}",
    ]


def test_ids_of_demands_are_unique(load: Load) -> None:
    """
    Two demands of a case with the same id are an error.
    """
    lines = case(demands="").replace(
        "      - {id: release, text: release her, reason: She did no wrong.}\n",
        "      - {id: a, text: a, reason: A.}\n      - {reason: B., id: a, text: b}\n",
    )

    assert problems(load, {"demands.yaml": f"cases:\n{lines}"}) == [
        "demands.yaml:13:26: the id 'a' appears twice: choose another one"
    ]


def test_ids_are_unique_in_a_folder(load: Load) -> None:
    """
    The same id in two files of a folder is an error.
    """
    found = problems(
        load,
        {
            "demands.yaml": f"cases:\n{case('a')}",
            "demands/b.yaml": f"cases:\n{case('b')}{case('a')}",
            "embassies.yaml": f"offices:\n{OFFICE.format(id='o')}",
            "embassies/o.yaml": f"offices:\n{OFFICE.format(id='o')}"
            "embassies:\n" + mission("br", "Rio"),
            "embassies/p.yaml": "embassies:\n" + mission("br", "rio"),
        },
    )

    assert found == [
        (
            "demands/b.yaml:16:5: the case 'a' is in demands.yaml:3:5 already: "
            "choose another id"
        ),
        (
            "embassies/o.yaml:2:6: the office 'o' is in embassies.yaml:2:6 already: "
            "choose another id"
        ),
        (
            "embassies/p.yaml:2:3: a second embassy of 'kz' in rio: remove one of "
            "them, the other is embassies/o.yaml:4:3"
        ),
    ]


def test_a_city_has_one_mission_of_a_state_and_kind(load: Load) -> None:
    """
    An embassy and a consulate may be in one city, but not two embassies.
    """
    missions = (
        mission("br", "Rio")
        + mission("br", "Rio", kind="consulate")
        + mission("br", "Brasilia")
        + mission("br", "RIO")
    )

    assert problems(load, {"embassies.yaml": f"embassies:\n{missions}"}) == [
        (
            "embassies.yaml:23:3: a second embassy of 'kz' in RIO: remove one of them, "
            "the other is embassies.yaml:2:3"
        )
    ]


def test_a_country_is_covered_once(load: Load) -> None:
    """
    A country covered by two embassies, or by one although it has its own, is an error.
    """
    missions = (
        mission("br", "Rio", covers="uy, py")
        + mission("ar", "Buenos Aires", covers="py, cl, zz")
        + mission("uy", "Montevideo")
    )
    text = f"embassies:\n{missions}"

    assert problems(load, {"embassies.yaml": text}) == [
        "embassies.yaml:9:12: 'uy' has an embassy of its own: remove it here",
        (
            "embassies.yaml:17:20: unknown country code 'zz': write two letters as in "
            "ISO 3166"
        ),
    ]
    assert problems(load, {"embassies.yaml": text.replace(", zz", "")}) == [
        "embassies.yaml:9:12: 'uy' has an embassy of its own: remove it here",
        "embassies.yaml:17:12: 'py' is covered by embassies.yaml:2:3 already: keep one",
    ]


def test_the_id_of_an_office_is_no_kind_of_mission(load: Load) -> None:
    """
    An office with the id "embassy" is an error.
    """
    text = f"offices:\n{OFFICE.format(id='embassy')}"

    assert problems(load, {"embassies.yaml": text}) == [
        "embassies.yaml:2:12: 'embassy' is a kind of mission: choose another id"
    ]


def test_a_campaign_may_have_a_host_called_no(load: Load) -> None:
    """
    In a campaign, codes and numbers are text.
    """
    text = f"embassies:\n{mission('no', '01309')}  phone: +47 22 000000\n"
    own = load({"embassies.yaml": text})
    (oslo,) = (m for m in own.directory.missions if m.city == "01309")

    assert (oslo.host, oslo.phone) == ("no", "+47 22 000000")


def test_blank_fields_are_absent(load: Load) -> None:
    """
    An entry with optional fields left blank is read.
    """
    text = f"embassies:\n{mission('br', 'Rio')}  email:\n  address:\n  verified: #\n"
    own = load({"embassies.yaml": text})
    (rio,) = (m for m in own.directory.missions if m.city == "Rio")

    assert (rio.email, rio.address, rio.verified) == (None, (), None)


def test_an_unknown_case_gets_a_suggestion() -> None:
    """
    The error for a misspelt case suggests the right one.
    """
    with pytest.raises(UnknownNameError) as near:
        BUNDLED.case("kurmanow")
    with pytest.raises(UnknownNameError) as far:
        BUNDLED.case("x")

    assert str(near.value) == "unknown case 'kurmanow': did you mean 'kurmanov'?"
    assert str(far.value) == "unknown case 'x': see 'protestgen cases'"
