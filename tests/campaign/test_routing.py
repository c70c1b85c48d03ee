"""The addressee of a letter, and the errors of ambiguous choices."""

import pytest
from msgspec.structs import replace

from protestgen import load_campaign
from protestgen.campaign.directory import Mission
from protestgen.campaign.routing import Directory
from protestgen.errors import ChoiceError

DIRECTORY = load_campaign().directory
WRITE_TO = ("embassy", "osce")


def choose(
    country: str | None,
    to: str | None = None,
    *,
    state: str = "kz",
    write_to: tuple[str, ...] = WRITE_TO,
    directory: Directory = DIRECTORY,
) -> tuple[str, str | None]:
    """Return the label of the addressee, and the note."""
    addressee, note = directory.choose(
        state=state, country=country, to=to, write_to=write_to
    )
    return addressee.label, note


def refusal(
    country: str | None,
    to: str | None = None,
    *,
    state: str = "kz",
    write_to: tuple[str, ...] = WRITE_TO,
) -> str:
    """Return the error for a choice that fails."""
    with pytest.raises(ChoiceError) as caught:
        choose(country, to, state=state, write_to=write_to)
    (line,) = caught.value.lines()
    assert caught.value.exit_code == 2
    assert len(line) <= 170
    return line


@pytest.mark.parametrize(
    ("country", "label"),
    [
        ("gb", "embassy in London"),
        ("de", "embassy in Berlin"),
        ("us", "embassy in Washington"),
        ("ru", "embassy in Moscow"),
    ],
)
@pytest.mark.parametrize("to", [None, "embassy", "Embassy", " "])
def test_the_embassy_in_the_country_is_the_default(
    country: str, label: str, to: str | None
) -> None:
    """
    The default is the embassy in the country, without a note.
    """
    assert choose(country, to) == (label, None)


@pytest.mark.parametrize(
    ("country", "label", "note"),
    [
        (
            "ie",
            "embassy in London",
            "Ireland is served by the embassy in London (United Kingdom)",
        ),
        (
            "lu",
            "embassy in Brussels",
            "Luxembourg is served by the embassy in Brussels (Belgium)",
        ),
        (
            "nz",
            "embassy in Singapore",
            "New Zealand is served by the embassy in Singapore",
        ),
        (
            "au",
            "embassy in Singapore",
            (
                "Australia is served by the embassy in Singapore; "
                "'--to sydney' is the consulate general in Sydney"
            ),
        ),
    ],
)
@pytest.mark.parametrize("to", [None, "embassy"])
def test_a_covered_country_is_served_from_another(
    country: str, label: str, note: str, to: str | None
) -> None:
    """
    A letter from a covered country goes to the covering embassy, with a note.
    """
    assert choose(country, to) == (label, note)


@pytest.mark.parametrize(
    ("to", "label"),
    [
        ("hamburg", "consulate general in Hamburg"),
        ("Munich", "consulate general in Munich"),
        ("frankfurt", "consulate general in Frankfurt am Main"),
        ("frankfurt-am-main", "consulate general in Frankfurt am Main"),
        ("Frankfurt am Main", "consulate general in Frankfurt am Main"),
        ("consulate-general-munich", "consulate general in Munich"),
        ("consulate hamburg", "consulate general in Hamburg"),
        ("branch", "branch in Bonn"),
        ("bonn", "branch in Bonn"),
        ("berlin", "embassy in Berlin"),
    ],
)
def test_a_mission_is_chosen_by_kind_and_city(to: str, label: str) -> None:
    """
    Kind, city or both choose one of several missions, with or without hyphens.
    """
    assert choose("de", to) == (label, None)


@pytest.mark.parametrize(
    ("country", "to", "label"),
    [
        ("es", "consulate", "consulate in Barcelona"),
        ("ee", "consulate", "consulate in Tallinn"),
        ("us", "permanent-mission", "permanent mission in New York"),
        ("us", "consulate-new-york", "consulate general in New York"),
        ("kr", "consulate", "consulate general in Busan"),
        ("hk", "consulate", "consulate general in Hong Kong"),
        ("hk", "hong-kong", "consulate general in Hong Kong"),
    ],
)
def test_a_single_consulate_is_chosen_by_its_kind(
    country: str, to: str, label: str
) -> None:
    """
    The kind is enough to choose the only consulate of a country.
    """
    assert choose(country, to) == (label, None)


@pytest.mark.parametrize(
    ("country", "to", "message"),
    [
        (
            "de",
            "consulate",
            (
                "'--to consulate' may mean 3 missions: "
                "choose '--to frankfurt-am-main', '--to hamburg' or '--to munich'"
            ),
        ),
        (
            "us",
            "consulate",
            (
                "'--to consulate' may mean 2 missions: "
                "choose '--to consulate-general-new-york' or '--to san-francisco'"
            ),
        ),
        (
            "us",
            "new york",
            (
                "'--to new york' may mean 2 missions: choose "
                "'--to permanent-mission-new-york' or '--to consulate-general-new-york'"
            ),
        ),
        (
            "ee",
            "tallinn",
            (
                "'--to tallinn' may mean 2 missions: "
                "choose '--to embassy-tallinn' or '--to consulate-tallinn'"
            ),
        ),
    ],
)
def test_an_ambiguous_addressee_lists_the_choices(
    country: str, to: str, message: str
) -> None:
    """
    Each choice that the error offers means one mission only.
    """
    assert refusal(country, to) == message
    for option in message.split("'--to ")[2:]:
        assert choose(country, option.partition("'")[0])[1] is None


def test_kind_and_city_choose_any_mission() -> None:
    """
    Kind and city together choose each mission of its country.
    """
    for mission in DIRECTORY.missions:
        chosen, note = DIRECTORY.choose(
            state=mission.state,
            country=mission.host,
            to=f"{mission.kind}-{mission.city}",
            write_to=WRITE_TO,
        )
        assert (chosen, note) == (mission, None)


@pytest.mark.parametrize("to", ["osce", "OSCE", " osce "])
@pytest.mark.parametrize("country", ["gb", "br", "kz", None])
def test_an_office_serves_every_country(country: str | None, to: str) -> None:
    """
    An office can be chosen by its id from every country, or without one.
    """
    assert choose(country, to) == ("OSCE Secretariat", None)


def test_the_first_of_write_to_is_the_default() -> None:
    """
    The default addressee of a case may be an office or a consulate.
    """
    assert choose("gb", write_to=("osce", "embassy")) == ("OSCE Secretariat", None)
    assert choose("es", write_to=("consulate",)) == ("consulate in Barcelona", None)
    assert choose("es", "embassy", write_to=("consulate",)) == (
        "embassy in Madrid",
        None,
    )


def test_a_consulate_replaces_a_missing_embassy() -> None:
    """
    Without any embassy, a letter goes to a consulate in the country, with a note.
    """
    assert choose("hk") == (
        "consulate general in Hong Kong",
        (
            "no embassy of Kazakhstan is known in Hong Kong SAR China: "
            "this letter is to the consulate general in Hong Kong"
        ),
    )
    assert refusal("hk", "embassy") == (
        "no embassy of Kazakhstan is known in Hong Kong SAR China: "
        "choose '--to hong-kong'"
    )


@pytest.mark.parametrize("to", [None, "embassy", "consulate"])
def test_a_country_without_mission_gets_suggestions(to: str | None) -> None:
    """
    Without a mission, the error suggests the offices of the case, or the first ones.
    """
    assert refusal("bo", to) == (
        "no mission of Kazakhstan is known in Bolivia, and none that covers it: "
        "choose '--to osce', or another country (see 'protestgen embassies')"
    )
    assert refusal("bo", to, write_to=("embassy",)) == (
        "no mission of Kazakhstan is known in Bolivia, and none that covers it: choose "
        "'--to osce', '--to odihr' or '--to ohchr', or another country "
        "(see 'protestgen embassies')"
    )


@pytest.mark.parametrize("to", [None, "embassy", "consulate"])
def test_the_state_itself_has_offices_only(to: str | None) -> None:
    """
    From the state itself, the error suggests its offices.
    """
    assert refusal("kz", to) == (
        "a state has no embassy in its own country: "
        "choose '--to president', '--to foreign-ministry' or '--to prosecutor-general'"
    )


def test_a_missing_kind_suggests_other_missions() -> None:
    """
    The error for a kind of mission that is missing suggests the missions that exist.
    """
    assert refusal("ie", "consulate") == (
        "no consulate of Kazakhstan is known in Ireland: choose '--to london'"
    )
    assert refusal("gb", "consulate-general") == (
        "no consulate general of Kazakhstan is known in the United Kingdom: "
        "choose '--to london'"
    )


def test_missions_are_those_of_the_state() -> None:
    """
    Only missions of the state of the case are chosen.
    """
    assert refusal("bo", state="kz") == (
        "no mission of Kazakhstan is known in Bolivia, and none that covers it: "
        "choose '--to osce', or another country (see 'protestgen embassies')"
    )
    found, _ = DIRECTORY.choose(state="fr", country="gb", to=None, write_to=WRITE_TO)
    assert (found.state, found.country) == ("fr", "gb")


def test_a_city_chooses_a_mission_abroad() -> None:
    """
    A city chooses a mission in another country, and the note names the country.
    """
    assert choose("ie", "london") == (
        "embassy in London",
        "this letter is to the embassy in London (United Kingdom)",
    )
    assert choose("de", "permanent-mission") == (
        "permanent mission in New York",
        "this letter is to the permanent mission in New York (United States)",
    )


@pytest.mark.parametrize(
    ("country", "to", "message"),
    [
        ("de", "hambrug", "unknown addressee 'hambrug': did you mean 'hamburg'?"),
        ("de", "münich", "unknown addressee 'münich': did you mean 'munich'?"),
        ("de", "oscee", "unknown addressee 'oscee': did you mean 'osce'?"),
        ("gb", "embasy", "unknown addressee 'embasy': did you mean 'embassy'?"),
        ("br", "atlantis", "unknown addressee 'atlantis': see 'protestgen embassies'"),
        ("de", "-", "unknown addressee '-': see 'protestgen embassies'"),
    ],
)
def test_an_unknown_addressee_gets_a_suggestion(
    country: str, to: str, message: str
) -> None:
    """
    The error for a misspelt addressee suggests one in the country.
    """
    assert refusal(country, to) == message


@pytest.mark.parametrize("to", [None, "embassy", "consulate"])
def test_a_mission_needs_a_country(to: str | None) -> None:
    """
    Without a country, choosing an embassy is an error.
    """
    expected = "no country: add '--country' with the one that you live in"

    assert refusal(None, to) == expected


def test_a_directory_without_offices_gives_an_error() -> None:
    """
    The error is readable although there is no office to suggest.
    """
    directory = Directory((), {})
    with pytest.raises(ChoiceError) as caught:
        choose("tv", directory=directory)

    assert str(caught.value) == (
        "no mission of Kazakhstan is known in Tuvalu, and none that covers it: "
        "choose an office, or another country (see 'protestgen embassies')"
    )


def test_the_upper_of_two_covering_embassies_wins() -> None:
    """
    If embassies in two layers cover a country, the upper one is chosen.
    """
    (london,) = (m for m in DIRECTORY.missions if m.host == "gb")
    upper = replace(london, host="be", city="Brussels")
    directory = Directory((upper, *DIRECTORY.missions), DIRECTORY.offices)

    assert choose("ie", directory=directory)[0] == "embassy in Brussels"


def test_copies_go_to_others_than_the_addressee() -> None:
    """
    The addressee gets no copy; an ambiguous receiver causes a note.
    """

    def copies(country: str | None, to: str, *copies_to: str) -> list[str]:
        addressee, _ = DIRECTORY.choose(
            state="kz", country=country, to=to, write_to=WRITE_TO
        )
        found, notes = DIRECTORY.copies("kz", country, copies_to, addressee)
        return [*(copy.label for copy in found), *notes]

    assert copies("gb", "embassy", "osce") == ["OSCE Secretariat"]
    assert copies("gb", "osce", "osce") == []
    assert copies("gb", "osce", "embassy", "osce") == ["embassy in London"]
    assert copies("gb", "embassy", "osce", "osce") == ["OSCE Secretariat"]
    for country, goal in (("bo", "embassy"), ("de", "consulate"), (None, "embassy")):
        assert copies(country, "osce", goal) == [
            f"no copy to '{goal}' is named: there is none in your country, or more "
            "than one"
        ]


def test_a_copy_goes_where_a_letter_would_go() -> None:
    """
    Without an embassy, the mission that gets letters to it gets the copy as well.
    """
    osce = DIRECTORY.offices["osce"]
    (copy,), notes = DIRECTORY.copies("ir", "us", ["embassy"], osce)

    assert (copy.role, notes) == ("office", [])
    assert copy.label.startswith("interests section in Washington")


def test_the_role_follows_from_the_kind_of_mission() -> None:
    """
    The form of address of a mission follows from its kind.
    """
    roles = {mission.kind: mission.role for mission in DIRECTORY.missions}

    assert roles == {
        "embassy": "ambassador",
        "consulate-general": "consul_general",
        "consulate": "consul",
        "permanent-mission": "permanent_representative",
        "branch": "office",
    }
    assert {type(m).__name__ for m in DIRECTORY.missions} == {Mission.__name__}


@pytest.mark.parametrize(
    ("to", "taken"),
    [
        ("un-wgeid", "a form on its website"),
        ("echr", "formal applications"),
    ],
)
def test_an_office_that_takes_no_letters_is_refused(to: str, taken: str) -> None:
    """
    The error says what the office takes and where; it is offered nowhere.
    """
    website = DIRECTORY.offices[to].website

    assert refusal("gb", to) == (
        f"'{to}' takes {taken} only, no letters: use {website}"
    )
    assert DIRECTORY.copies("kz", "gb", (to,), DIRECTORY.offices["osce"]) == (
        [],
        [
            f"no copy to '{to}' is named: '{to}' takes {taken} only, no letters: "
            f"use {website}"
        ],
    )
    country = DIRECTORY.offices[to].country
    assert to not in dict(DIRECTORY.values_of_to("kz", [country]))


def test_the_log_names_offices_that_deal_with_the_state() -> None:
    """
    A letter about Turkey does not go to the president of Kazakhstan.
    """
    names = {state: DIRECTORY.names(state, "de") for state in ("kz", "tr")}

    assert {"president", "osce", "embassy", "frankfurt-am-main"} <= names["kz"]
    assert {"osce", "embassy"} <= names["tr"]
    assert names["tr"].isdisjoint({"president", "interior-ministry"})
