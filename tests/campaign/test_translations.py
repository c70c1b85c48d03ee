"""Translations of cases: how they are found, checked and missed."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from conftest import Run
from protestgen import load_campaign
from protestgen.campaign.loader import Campaign
from protestgen.campaign.translations import (
    load_translation,
    source_text_hash,
    translated,
)
from protestgen.errors import DataError

CASES = """\
    cases:
      picket:
        title: the picket
        state: kz
        people: [Ada Example, Bob Example]
        status: open
        opened: 2026-11-01
        updated: 2026-11-02
        outcome: Both were let go.
        summary: Ada Example and Bob Example were arrested.
        incidents:
          - {date: 2026-11-01, place: Almaty, text: both were arrested., sources: [s]}
        demands:
          - {id: release, text: release them, reason: They did nothing.}
          - {id: inquiry, text: open an inquiry, reason: It is owed to them.}
        write_to: [embassy]
        support_to: {name: the families, salutation: Dear families}
        sources: [s]
    """
TEXTS = """\
    cases:
      picket:
        title: die Mahnwache
        title_in: {accusative: die Mahnwache}
        people: [Ada Beispiel, Bob Beispiel]
        outcome: Beide kamen frei.
        summary: Ada Beispiel und Bob Beispiel wurden festgenommen.
        incidents:
          - {place: Almaty, text: wurden beide festgenommen.}
        demands:
          release: {text: sie freizulassen, reason: Sie haben nichts getan.}
          inquiry: {text: den Fall zu untersuchen, reason: Das steht ihnen zu.}
        support_to: {name: die Familien, salutation: Liebe Familien}
        avoid: [Regime]
    """

Make = Callable[..., Campaign]


@pytest.fixture(name="make")
def _make(tmp_path: Path) -> Make:
    """Return a function that makes a campaign of files with their texts."""

    def make(folder: str = "mine", /, **files: str) -> Campaign:
        data = tmp_path / folder / "data"
        data.mkdir(parents=True)
        for name, text in files.items():
            path = data / f"{name.replace('__', '/').replace('_', '.')}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return load_campaign(tmp_path / folder)

    return make


def problems(campaign: Campaign) -> list[str]:
    """Return the problems of the German texts of *campaign*."""
    with pytest.raises(DataError) as caught:
        load_translation(campaign, "de")
    return [line.rpartition("/")[2] for line in caught.value.lines()]


def test_a_translated_case_keeps_its_facts(make: Make) -> None:
    """
    Dates, sources and ids are those of the English case, and all texts are translated.
    """
    campaign = make(demands=CASES, demands_de=TEXTS)
    case = campaign.case("picket")
    german = translated(case, load_translation(campaign, "de")["picket"])

    assert german.title == german.title_in["accusative"] == "die Mahnwache"
    assert german.people == ("Ada Beispiel", "Bob Beispiel")
    assert german.outcome == "Beide kamen frei."
    assert german.summary == "Ada Beispiel und Bob Beispiel wurden festgenommen."
    assert german.incidents[0].text == "wurden beide festgenommen."
    assert german.incidents[0].date == case.incidents[0].date
    assert german.incidents[0].sources == case.incidents[0].sources
    assert [demand.id for demand in german.demands] == ["release", "inquiry"]
    assert german.demands[1].text == "den Fall zu untersuchen"
    assert german.support_to.salutation == "Liebe Familien"
    assert german.avoid == ("Regime",)
    assert german.at is case.at


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("title: die Mahnwache", "title"),
        ("people: [Ada Beispiel, Bob Beispiel]", "people"),
        ("outcome: Beide kamen frei.", "outcome"),
        ("summary: Ada Beispiel und Bob Beispiel wurden festgenommen.", "summary"),
        (
            "inquiry: {text: den Fall zu untersuchen, reason: Das steht ihnen zu.}",
            "demands.inquiry",
        ),
        (
            "support_to: {name: die Familien, salutation: Liebe Familien}",
            "support_to.name, support_to.salutation",
        ),
        (
            """incidents:
          - {place: Almaty, text: wurden beide festgenommen.}""",
            "incidents",
        ),
    ],
)
def test_a_letter_with_a_missing_text_is_refused(
    make: Make, run: Run, tmp_path: Path, line: str, key: str
) -> None:
    """
    The error names the missing texts, and no letter mixes two languages.
    """
    make(demands=CASES, demands_de=TEXTS.replace(line, "", 1))
    letter = ("letter", "--case", "picket", "--country", "de", "--lang", "de")
    result = run("--campaign", tmp_path / "mine", *letter)

    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == (
        f"error: case 'picket' is incomplete in German, missing {key} in "
        "data/demands.de.yaml: add '--fallback' for a letter in English\n"
    )


def test_the_fallback_is_entirely_in_english(
    make: Make, run: Run, tmp_path: Path
) -> None:
    """
    A letter in the fallback language has no other words, and stderr says so.
    """
    make(demands=CASES)
    letter = ("letter", "--case", "picket", "--country", "de", "--name", "Ada Example")
    english = run("--campaign", tmp_path / "mine", *letter)
    result = run("--campaign", tmp_path / "mine", *letter, "--lang", "de", "--fallback")

    assert (result.exit_code, result.stdout) == (0, english.stdout)
    assert result.stderr.startswith(
        "note: the letter is in English: case 'picket' is incomplete in German, "
        "missing all its texts in data/demands.de.yaml\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("picket:", "pickett:", "3:5: unknown case 'pickett': did you mean 'picket'?"),
        ("picket:", "march:", "3:5: unknown case 'march': remove it"),
        (
            "inquiry: {",
            "enquiry: {",
            "12:7: unknown demand 'enquiry': did you mean 'inquiry'?",
        ),
        (
            "people: [Ada Beispiel, Bob Beispiel]",
            "people: [Ada Beispiel]",
            "5:13: 1 people here, 2 in PLACE: write as many",
        ),
        ("title: die", "titel: die", "3:5: unknown key 'titel': did you mean 'title'?"),
    ],
)
def test_texts_that_fit_no_case_are_errors(
    make: Make, tmp_path: Path, old: str, new: str, message: str
) -> None:
    """
    An unknown id is located, and a list must be as long as the English one.
    """
    campaign = make(demands=CASES, demands_de=TEXTS.replace(old, new, 1))
    place = f"{tmp_path / 'mine' / 'data' / 'demands.yaml'}:3:5"

    (line,) = problems(campaign)

    expected = message.replace("PLACE", place).rpartition("/")[2]
    assert line.removeprefix("demands.de.yaml:") == expected


def test_problems_of_all_translations_are_reported(make: Make) -> None:
    """
    The problems of several files of translations are reported at once.
    """
    campaign = make(
        demands=CASES,
        demands_de=TEXTS.replace("title: die", "titel: die"),
        demands__more_de="cases: {march: {title: der Marsch}}",
    )

    assert len(problems(campaign)) == 2


def test_translations_may_be_split(make: Make) -> None:
    """
    `demands/NAME.de.yaml` holds translations, and no cases.
    """
    campaign = make(demands__one=CASES, demands__one_de=TEXTS)

    assert "picket" in campaign.cases
    assert load_translation(campaign, "de")["picket"].title == "die Mahnwache"


def test_a_replaced_case_loses_its_translation(make: Make, tmp_path: Path) -> None:
    """
    Translations are for the cases of their own folder and those below, not above.
    """
    make("below", demands=CASES, demands_de=TEXTS)
    make("above", demands=CASES.replace("the picket", "the other picket"))
    campaign = load_campaign(tmp_path / "above", tmp_path / "below")

    assert "picket" not in load_translation(campaign, "de")

    make("top", demands_de=TEXTS)
    campaign = load_campaign(tmp_path / "top", tmp_path / "above", tmp_path / "below")

    assert load_translation(campaign, "de")["picket"].title == "die Mahnwache"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("the picket", "the strike"),
        ("release them", "release both"),
        ("They did nothing", "They did no wrong"),
        ("Almaty", "Astana"),
        ("date: 2026-11-01", "date: 2026-11-02"),
        ("Dear families", "Dear family"),
    ],
)
def test_the_hash_changes_with_the_english_text(make: Make, old: str, new: str) -> None:
    """
    Each English text of a case changes its hash.
    """
    before = make("before", demands=CASES).case("picket")
    after = make("after", demands=CASES.replace(old, new, 1)).case("picket")

    assert source_text_hash(before) != source_text_hash(after)
    assert len(source_text_hash(before)) == 8


def test_the_hash_ignores_other_data(make: Make) -> None:
    """
    Status and sources of a case do not change its hash.
    """
    before = make("before", demands=CASES).case("picket")
    after = make("after", demands=CASES.replace("status: open", "status: closed")).case(
        "picket"
    )

    assert source_text_hash(before) == source_text_hash(after)
