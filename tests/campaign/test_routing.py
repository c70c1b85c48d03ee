"""Whom a letter goes to, and what is said where that is not clear."""

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
    """Return the name of the addressee, and the note."""
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
    """Return the error where no addressee is found."""
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
def test_the_embassy_in_the_country_comes_first(
    country: str, label: str, to: str | None
) -> None:
    """
    Whatever consulates there are, a letter goes to the embassy, and needs no note.
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
    The embassy that covers the country is written to, and the note says so.
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
def test_missions_in_a_country_are_told_apart(to: str, label: str) -> None:
    """
    Kind, city or both name one of Germany's missions, with or without hyphens.
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
def test_a_kind_that_is_there_once_is_enough(country: str, to: str, label: str) -> None:
    """
    A consulate is found by its kind alone, be it general or not.
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
def test_what_may_mean_several_is_answered_with_them(
    country: str, to: str, message: str
) -> None:
    """
    Each of the choices that are offered means one mission only.
    """
    assert refusal(country, to) == message
    for option in message.split("'--to ")[2:]:
        assert choose(country, option.partition("'")[0])[1] is None


def test_each_mission_can_be_asked_for_where_it_is() -> None:
    """
    Kind and city together always do.
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
    An office is chosen by its id, from anywhere.
    """
    assert choose(country, to) == ("OSCE Secretariat", None)


def test_the_first_to_write_to_is_the_default() -> None:
    """
    A case may be one for an office or a consulate rather than the embassy.
    """
    assert choose("gb", write_to=("osce", "embassy")) == ("OSCE Secretariat", None)
    assert choose("es", write_to=("consulate",)) == ("consulate in Barcelona", None)
    assert choose("es", "embassy", write_to=("consulate",)) == (
        "embassy in Madrid",
        None,
    )


def test_where_there_is_only_a_consulate_it_is_written_to() -> None:
    """
    A letter from Hong Kong goes to the consulate general; the note says so.
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
def test_a_country_without_mission_gets_alternatives(to: str | None) -> None:
    """
    What is offered is the offices of the case, else the first of all.
    """
    assert refusal("br", to) == (
        "no mission of Kazakhstan is known in Brazil, and none that covers it: "
        "choose '--to osce', or another country (see 'protestgen embassies')"
    )
    assert refusal("br", to, write_to=("embassy",)) == (
        "no mission of Kazakhstan is known in Brazil, and none that covers it: choose "
        "'--to osce', '--to odihr' or '--to ohchr', or another country "
        "(see 'protestgen embassies')"
    )


@pytest.mark.parametrize("to", [None, "embassy", "consulate"])
def test_letters_from_the_state_itself_go_to_its_offices(to: str | None) -> None:
    """
    In Kazakhstan there is no embassy, but there are authorities.
    """
    assert refusal("kz", to) == (
        "a state has no embassy in its own country: "
        "choose '--to president', '--to foreign-ministry' or '--to prosecutor-general'"
    )


def test_a_kind_that_is_not_there_is_answered_with_what_is() -> None:
    """
    From Ireland there is the embassy in London, which has no consulate.
    """
    assert refusal("ie", "consulate") == (
        "no consulate of Kazakhstan is known in Ireland: choose '--to london'"
    )
    assert refusal("gb", "consulate-general") == (
        "no consulate general of Kazakhstan is known in the United Kingdom: "
        "choose '--to london'"
    )


def test_another_state_has_other_missions() -> None:
    """
    Missions are those of the state that the case is about.
    """
    assert refusal("gb", state="fr") == (
        "no mission of France is known in the United Kingdom, and none that covers it: "
        "choose '--to osce', or another country (see 'protestgen embassies')"
    )


def test_a_mission_elsewhere_may_be_named_by_its_city() -> None:
    """
    Whoever names a city means it; the note says where that is.
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
        ("de", "münchen", "unknown addressee 'münchen': did you mean 'munich'?"),
        ("de", "oscee", "unknown addressee 'oscee': did you mean 'osce'?"),
        ("gb", "embasy", "unknown addressee 'embasy': did you mean 'embassy'?"),
        ("br", "rio", "unknown addressee 'rio': see 'protestgen embassies'"),
        ("de", "-", "unknown addressee '-': see 'protestgen embassies'"),
    ],
)
def test_an_unknown_addressee_is_answered(country: str, to: str, message: str) -> None:
    """
    A near miss is answered with what it may mean in that country.
    """
    assert refusal(country, to) == message


@pytest.mark.parametrize("to", [None, "embassy", "consulate"])
def test_a_mission_needs_a_country(to: str | None) -> None:
    """
    Without a country there is no embassy to choose.
    """
    expected = "no country: add '--country' with the one that you live in"

    assert refusal(None, to) == expected


def test_a_directory_without_offices_answers_too() -> None:
    """
    There need not be an office to offer.
    """
    directory = Directory((), {})
    with pytest.raises(ChoiceError) as caught:
        choose("gb", directory=directory)

    assert str(caught.value) == (
        "no mission of Kazakhstan is known in the United Kingdom, and none that covers "
        "it: choose an office, or another country (see 'protestgen embassies')"
    )


def test_the_mission_on_top_serves_a_country() -> None:
    """
    Of two embassies that cover a country, in two layers, the upper one is chosen.
    """
    (london,) = (m for m in DIRECTORY.missions if m.host == "gb")
    upper = replace(london, host="be", city="Brussels")
    directory = Directory((upper, *DIRECTORY.missions), DIRECTORY.offices)

    assert choose("ie", directory=directory)[0] == "embassy in Brussels"


def test_copies_go_to_others_than_the_addressee() -> None:
    """
    Who is written to gets no copy; of whom it cannot be told, a note is given.
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
    for country, goal in (("br", "embassy"), ("de", "consulate"), (None, "embassy")):
        assert copies(country, "osce", goal) == [
            f"no copy to '{goal}' is named: there is none in your country, or more "
            "than one"
        ]


def test_a_mission_says_who_heads_it() -> None:
    """
    The form of address follows from the kind.
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
