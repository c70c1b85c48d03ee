"""The world's missions, the lowest layer of the directory."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tools.make_directory import CITIES

from campaign_helpers import case
from conftest import ROOT, Run
from protestgen import load_campaign
from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.directory import Mission
from protestgen.campaign.routing import Directory
from protestgen.campaign.world import with_lower, world_missions
from protestgen.countries import country_in_sentence
from protestgen.country_names import COUNTRY_CODES
from protestgen.errors import ChoiceError, DataError
from protestgen.language.loader import load_language
from protestgen.schema.types import parse_email, parse_line, parse_phone

FOLDER = shipped_folder() / "data" / "directory"
STATES = sorted(path.stem for path in FOLDER.glob("*.json"))
LIST = ROOT.parent / "shared" / "missions.jsonl"
DIRECTORY = load_campaign().directory
# States that appeals are about, and countries that letters come from.
APPEALED_TO = (
    *("ir", "by", "ru", "cn", "eg", "tr", "sa", "az", "kz", "tj", "uz", "tm", "ve"),
    *("ni", "cu", "mm", "vn", "er", "sy", "iq", "pk", "in", "bd", "lk", "et", "sd"),
    *("zw", "ug", "rw", "cm", "ae", "bh", "qa", "kg", "kh", "th", "hn", "co", "ph"),
    "il",
)
HOSTS = (
    *("gb", "us", "de", "fr", "ca", "au", "es", "it", "nl", "at", "ch", "be", "se"),
    *("pl", "gr"),
)


def missions() -> Iterator[Mission]:
    """Yield the missions of all states."""
    for state in STATES:
        yield from world_missions(state)


def mission(state: str, host: str, kind: str = "embassy") -> Mission:
    """Return the one mission of a kind."""
    (found,) = (m for m in world_missions(state) if (m.host, m.kind) == (host, kind))
    return found


@pytest.mark.parametrize("state", APPEALED_TO)
def test_no_letter_goes_to_a_wrong_mission(state: str) -> None:
    """
    From each host, a letter goes to a mission that serves it, or an error names others.
    """
    for host in HOSTS:
        try:
            found, note = DIRECTORY.choose(
                state=state, country=host, to=None, write_to=("embassy",)
            )
        except ChoiceError as error:
            (line,) = error.lines()
            assert line.startswith(
                f"no mission of {country_in_sentence(state)} is known in "
                f"{country_in_sentence(host)}, and none that covers it: choose '--to "
            )
            continue
        assert isinstance(found, Mission)
        assert found.state == state
        assert found.host == host or host in found.covers
        assert (note is None) == (found.host == host and found.kind == "embassy")


def test_every_entry_is_valid() -> None:
    """
    Each entry has a source and a date, and its fields are as the schema wants them.
    """
    for found in missions():
        assert found.sources
        assert found.verified
        assert found.name == parse_line(found.name)
        assert all(line == parse_line(line) for line in found.address)
        codes = {found.state, found.host, *found.covers}
        assert codes <= COUNTRY_CODES
        assert found.state != found.host
        assert len(codes) == 2 + len(found.covers)
        for number in filter(None, (found.phone, found.fax)):
            parse_phone(number)
        if found.email:
            parse_email(found.email)


def test_a_state_has_one_embassy_in_a_country() -> None:
    """
    No state has two embassies in one host country, nor two missions alike.
    """
    keys = [(m.state, m.host, m.kind, m.city) for m in missions()]
    embassies = [key[:2] for key in keys if key[2] == "embassy"]

    assert len(keys) == len(set(keys))
    assert len(embassies) == len(set(embassies))


def test_names_of_missions_are_those_of_today_or_of_the_source() -> None:
    """
    A name that is made has the state's name of today; one that a source gives is kept.
    """
    names = {host: mission("tr", host).name for host in ("gb", "au", "de")}
    german = load_language("de", [shipped_folder()]).display_name(mission("tr", "gb"))

    assert names == {
        "gb": "Embassy of the Republic of Turkey",
        "au": "Embassy of the Republic of Türkiye",
        "de": "Embassy of Türkiye",
    }
    assert german == "Botschaft der Republik Türkei"


def test_an_entry_shows_its_sources() -> None:
    """
    Sources are shown by name and date, the main one with its address.
    """
    assert mission("ir", "au").sources == (
        "Protocol directory, Department of Foreign Affairs and Trade, Australia, "
        "2026-09-06 (https://protocol.dfat.gov.au/Public/Missions/93)",
        "Wikidata, via Database of Embassies, 2022-11-16",
    )
    assert mission("ir", "de").sources == (
        "Wikidata, via Database of Embassies, 2022-11-16 "
        "(https://www.wikidata.org/wiki/Q1672381)",
    )
    assert str(mission("ir", "ae").at).endswith("data/directory/ir.json:2")


def test_states_that_are_easily_confused() -> None:
    """
    Both Koreas, both Congos, Kosovo, the Holy See and Taiwan have their own missions.
    """
    names = {
        state: mission(state, "de", kind).name
        for state, kind in (
            ("kr", "embassy"),
            ("kp", "embassy"),
            ("cg", "embassy"),
            ("cd", "embassy"),
            ("xk", "embassy"),
            ("va", "embassy"),
        )
    }
    assert names == {
        "kr": "Embassy of South Korea",
        "kp": "Embassy of North Korea",
        "cg": "Embassy of the Republic of the Congo",
        "cd": "Embassy of the Democratic Republic of the Congo",
        "xk": "Embassy of Kosovo",
        "va": "Apostolic Nunciature of the Holy See",
    }
    taipei = [m for m in world_missions("tw") if m.host == "gb"]
    assert {m.kind for m in taipei} == {"representative-office"}
    assert taipei[0].city == "London"
    holy_see = mission("ir", "va")
    assert (holy_see.city, holy_see.country) == ("Rome", "it")
    assert mission("ir", "it").host == "it"


def test_an_interests_section_stands_in_for_an_embassy() -> None:
    """
    Where a state has an interests section only, letters go there, with a note.
    """
    found, note = DIRECTORY.choose(
        state="ir", country="us", to=None, write_to=("embassy",)
    )

    assert found.name == "Iranian Interests Section"
    assert note == (
        "no embassy of Iran is known in the United States: "
        "this letter is to the interests section in Washington, D.C.; "
        "'--to san-francisco' is the consulate in San Francisco"
    )


def test_other_missions_in_the_country_are_named() -> None:
    """
    Where a letter goes to one of several consulates, the note names others.
    """
    _, note = DIRECTORY.choose(state="cn", country="de", to=None, write_to=("embassy",))

    assert note == (
        "no embassy of China is known in Germany: this letter is to the consulate "
        "general in Düsseldorf; '--to frankfurt-am-main' is the consulate general in "
        "Frankfurt am Main; '--to hamburg' is the consulate general in Hamburg; "
        "'--to munich' is the consulate general in Munich"
    )


def test_names_are_made_in_the_language_of_the_letter() -> None:
    """
    The name of a mission is made from its kind and state in each language.
    """
    embassy = mission("ir", "ie")

    names = {
        code: load_language(code, [shipped_folder()]).display_name(embassy)
        for code in ("en", "de", "fr", "es", "el", "ru")
    }
    assert names == {
        "en": "Embassy of the Islamic Republic of Iran",
        "de": "Botschaft der Islamischen Republik Iran",
        "fr": "Ambassade de la République islamique d’Iran",
        "es": "Embajada de la República Islámica de Irán",
        "el": "Πρεσβεία της Ισλαμικής Δημοκρατίας του Ιράν",
        "ru": "Посольство Исламской Республики Иран",
    }


def test_upper_layers_win() -> None:
    """
    An embassy replaces those in its host country and in the countries that it covers.

    A consulate replaces the one in its city, whatever its rank.
    """
    lower = world_missions("ir")
    embassy = replace(mission("ir", "de"), city="Bonn", covers=("at",))
    consulate = replace(embassy, host="ae", kind="consulate", city="DUBAI", covers=())

    merged = with_lower((embassy, consulate), lower)

    gone = {(m.host, m.kind, m.city) for m in lower} - {
        (m.host, m.kind, m.city) for m in merged
    }
    assert gone == {
        ("de", "embassy", "Berlin"),
        ("at", "embassy", "Vienna"),
        ("ae", "consulate-general", "Dubai"),
    }
    assert merged[:2] == (embassy, consulate)
    assert Directory((embassy,), {}).of_state("ir")[0] == embassy


def test_other_states_are_not_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """
    A letter reads the file of the state of its case only; without one, none is known.
    """
    data = tmp_path / "data" / "directory"
    data.mkdir(parents=True)
    (data / "ir.json").write_bytes((FOLDER / "ir.json").read_bytes())
    (data / "by.json").write_text("{")
    monkeypatch.setattr("protestgen.campaign.world.shipped_folder", lambda: tmp_path)
    read = world_missions.__wrapped__

    assert len(read("ir")) == len(world_missions("ir"))
    assert read("ru") == ()
    with pytest.raises(DataError) as caught:
        read("by")
    (line,) = caught.value.lines()
    assert line.startswith(f"{data / 'by.json'}: damaged (")
    assert line.endswith("): install protestgen again")


@pytest.mark.parametrize(
    ("country", "notes"),
    [
        (
            "germany",
            [
                "no street, number or e-mail address is known for the embassy in "
                "Berlin, and its source is of 2022: look at http://de.berlin.mfa.ir/",
            ],
        ),
        (
            "uk",
            [
                "the address of the embassy in London is uncertain: "
                "look at http://www.iran-embassy.org.uk",
                "the telephone or fax number of the embassy in London is from a source "
                "of 2014: look at http://www.iran-embassy.org.uk",
            ],
        ),
        ("australia", []),
    ],
)
def test_thin_and_old_entries_are_told(
    run: Run, tmp_path: Path, country: str, notes: list[str]
) -> None:
    """
    A campaign with a case only has letters; a note says what is not known, or old.
    """
    (tmp_path / "data").mkdir()
    cases = "cases:\n" + case(state="ir")
    (tmp_path / "data" / "demands.yaml").write_text(cases)

    options = ("--case", "ada", "--country", country, "--name", "Ada Example")
    result = run("--campaign", tmp_path, "letter", *options)

    assert result.exit_code == 0
    assert "Iran\n" in result.stdout
    assert result.stderr == "".join(f"note: {note}\n" for note in notes)


def test_an_appeal_lists_what_is_known(run: Run, tmp_path: Path) -> None:
    """
    Without addresses of its own, an appeal has those of which more than a city is known.

    With `--country` it has the missions there, whatever is known of them.
    """
    (tmp_path / "data").mkdir()
    cases = "cases:\n" + case(state="ir")
    (tmp_path / "data" / "demands.yaml").write_text(cases)

    whole = run("--campaign", tmp_path, "appeal", "ada")
    german = run("--campaign", tmp_path, "appeal", "ada", "--country", "germany")

    assert (whole.exit_code, german.exit_code) == (0, 0)
    assert "16 Prince’s Gate" in whole.stdout
    assert "Berlin" not in whole.stdout
    assert "Embassy of Iran, Berlin (street not known)" in german.stdout
    assert (
        "note: the telephone or fax number of the embassy in London is from a source of "
        "2014: look at http://www.iran-embassy.org.uk\n"
    ) in whole.stderr


def test_a_batch_knows_the_missions_of_its_states(run: Run, tmp_path: Path) -> None:
    """
    `batch --country all` writes to each embassy; one without a city has a name as well.
    """
    (tmp_path / "data").mkdir()
    cases = "cases:\n" + case(state="bd")
    (tmp_path / "data" / "demands.yaml").write_text(cases)
    sender = tmp_path / "sender.yaml"
    sender.write_text("name: Ada Example\ncountry: gb\n")

    options = ("--country", "all", "--sender", sender, "-o", tmp_path / "letters")
    result = run("--campaign", tmp_path, "batch", "ada", *options)

    assert result.exit_code == 0
    names = {path.name for path in (tmp_path / "letters").glob("*.txt")}
    embassies = [m for m in world_missions("bd") if m.kind == "embassy"]
    assert len(names) == len(embassies)
    assert any(name.startswith("ada-eg-") for name in names)


@pytest.mark.skipif(not LIST.exists(), reason="needs ../shared/missions.jsonl")
def test_what_is_shipped_is_what_the_list_says() -> None:
    """
    Field by field, the missions are those of the list, but for the named drops.
    """
    rows: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        state, host = (
            row[key].lower().replace("uk", "gb") for key in ("state", "host")
        )
        city = row.get("city", "")
        rows.setdefault((state, host, CITIES.get(city, city)), []).append(row)
    differences = []
    for found in missions():
        fitting = rows[found.state, found.host, found.city]
        if not any(_is_same(found, row) for row in fitting):
            differences.append(str(found.at))
    assert differences == []
    assert len(list(missions())) == 9_986


def _is_same(found: Mission, row: dict[str, Any]) -> bool:
    """Whether *found* has the fields of *row*, apart from those dropped on purpose."""
    kinds = {row["kind"]}
    if row["kind"] == "other":
        kinds = {"representative-office", "interests-section"}
    email = row.get("email")
    if email and (row["from"]["email"] == "london" or email.endswith((".aev", ".te"))):
        email = None
    is_made = "name" not in row or row["source"] == "ar-sedes"
    lines = [" ".join(line.split()) for line in row.get("address", [])]
    address = [line for line in lines if line not in {"", "N/A"}]
    covers = {code.replace("uk", "gb") for code in row.get("covers", [])}
    return (
        found.kind in kinds
        and (is_made or found.name == row["name"])
        and list(found.address) == address
        and (found.phone, found.fax) == (row.get("phone"), row.get("fax"))
        and (found.email, found.website) == (email, row.get("website"))
        and set(found.covers) == covers & COUNTRY_CODES - {found.state, found.host}
        and (found.verified, found.confidence) == (row["date"], row["confidence"])
    )
