"""What a language lacks for a letter, as data."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from protestgen import load_campaign
from protestgen.campaign.translations import load_translation
from protestgen.errors import DataError
from protestgen.language.loader import load_language
from protestgen.letters.completeness import (
    Missing,
    MissingTextError,
    missing_for,
    missing_parts,
)

CAMPAIGN = load_campaign()
GERMAN = load_language("de", CAMPAIGN.folders)
ENGLISH = load_language("en", CAMPAIGN.folders)
CASE = CAMPAIGN.case("kurmanov")
TEXT = load_translation(CAMPAIGN, "de")["kurmanov"]
EMBASSY = CAMPAIGN.directory.missions[0]
OSCE = CAMPAIGN.directory.offices["osce"]


def test_a_complete_text_lacks_nothing() -> None:
    """
    The texts that come with the program are complete, in the styles of the language.
    """
    found = missing_parts(
        CASE, TEXT, GERMAN, addressee=EMBASSY, style="points", styles=["points"]
    )

    assert found == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": None}, "title"),
        ({"people": ()}, "people"),
        ({"summary": None}, "summary"),
        ({"incidents": ()}, "incidents"),
        ({"title_in": {}}, "title_in.accusative"),
    ],
)
def test_a_missing_text_is_named_by_its_key(
    changes: Mapping[str, object], field: str
) -> None:
    """
    The key is the one to add to the file of the translation.
    """
    found = missing_parts(CASE, replace(TEXT, **changes), GERMAN)

    assert Missing("text", field) in found
    assert all(missing.kind == "text" for missing in found)


def test_a_case_without_any_text_lacks_one_thing() -> None:
    """
    If a case has no entry, the entry alone is missing, not its keys.
    """
    assert missing_parts(CASE, None, GERMAN) == [Missing("text", "all its texts")]


def test_a_language_lacks_forms_and_styles() -> None:
    """
    A role and a style are missed in any language but English.
    """
    office = replace(OSCE, role="unknown")
    found = missing_parts(
        CASE, TEXT, GERMAN, addressee=office, style="mine", styles=["points"]
    )

    assert found == [Missing("role", "unknown"), Missing("style", "mine")]


def test_a_language_may_lack_the_name_of_a_state() -> None:
    """
    Languages that inflect names of states have to list them.
    """
    russian = load_language("ru", CAMPAIGN.folders)
    case = replace(CASE, state="gl")
    text = load_translation(CAMPAIGN, "ru")["kurmanov"]

    assert missing_parts(case, text, russian) == [Missing("state", "gl")]


def test_a_role_that_english_lacks_is_a_mistake_in_the_directory() -> None:
    """
    English has all roles, so the directory names one that does not exist.
    """
    office = replace(OSCE, role="ambasador")
    with pytest.raises(DataError) as caught:
        missing_parts(CASE, CASE, ENGLISH, addressee=office)

    (problem,) = caught.value.problems
    assert problem.at == OSCE.at.of("role")
    assert problem.message == "unknown role 'ambasador': did you mean 'ambassador'?"


def test_the_error_lists_everything_in_one_sentence() -> None:
    """
    The error holds what is missing as a sentence and as data.
    """
    missing = [
        Missing("role", "consul"),
        Missing("state", "kz"),
        Missing("style", "mine"),
        Missing("text", "title"),
        Missing("text", "people"),
        Missing("document", "templates/de/appeal.j2"),
    ]
    error = MissingTextError("kurmanov", "de", missing, of="an appeal")

    assert error.missing == tuple(missing)
    assert str(error) == (
        "case 'kurmanov' is incomplete in German, missing the form of address 'consul';"
        " the name of the state 'kz'; the style 'mine'; title, people in "
        "data/demands.de.yaml; the words of an appeal in templates/de/appeal.j2: "
        "add '--fallback' for an appeal in English"
    )


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"role": "khan"}, ["the form of address 'khan'"]),
        (
            {"id": "club", "role": "office", "title": "The Chair"},
            ["the name and title of 'club' in 'offices'"],
        ),
        ({"id": "club", "role": "office"}, []),
    ],
)
def test_what_a_language_lacks_for_an_addressee(
    changes: Mapping[str, object], missing: list[str]
) -> None:
    """
    A role, or a title whose line would be left out, is told with the key to add it to.
    """
    office = replace(OSCE, **{"title": None, **changes})

    assert missing_for(office, GERMAN) == missing


def test_a_gender_without_confirmed_words_is_told() -> None:
    """
    Where a language knows the form for a man only, a woman's is missing.
    """
    form = replace(GERMAN.forms.roles["ambassador"], female=None)
    roles = {**GERMAN.forms.roles, "ambassador": form}
    language = replace(GERMAN, forms=replace(GERMAN.forms, roles=roles))

    assert missing_for(replace(EMBASSY, gender="male"), language) == []
    assert missing_for(replace(EMBASSY, gender="female"), language) == [
        "the female form of address 'ambassador'"
    ]
