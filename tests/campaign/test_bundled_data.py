"""What holds of the bundled data, whatever is added to it."""

import re
from collections import Counter
from datetime import date

import pytest

from protestgen import load_campaign
from protestgen.campaign.case import Case
from protestgen.campaign.directory import Mission, Office
from protestgen.countries import country_name
from protestgen.language.loader import load_language

CAMPAIGN = load_campaign()
CASES = CAMPAIGN.cases
MISSIONS = CAMPAIGN.directory.missions
OFFICES = CAMPAIGN.directory.offices
CONTACTS: list[Mission | Office] = [*MISSIONS, *OFFICES.values()]

case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
contact = pytest.mark.parametrize("contact", CONTACTS, ids=lambda found: found.label)


def test_the_cases_are_the_ten_of_the_campaign() -> None:
    """
    None was lost, none was added in passing.
    """
    assert set(CASES) == {
        "kibraev",
        "kolov",
        "kuramshin",
        "kurmanov",
        "makhmet",
        "mukhamedzyanov",
        "procurator-2007",
        "repression-2010",
        "shanyrak",
        "temir-bank",
    }
    assert {found.state for found in CASES.values()} == {"kz"}


@case
def test_incidents_are_dated_placed_and_sourced(case: Case) -> None:
    """
    What is said to have happened can be looked up; no source is named twice.
    """
    for incident in case.incidents:
        assert 1990 < incident.date.year <= case.updated.year
        assert incident.place
        assert incident.text[-1] == "."
        assert not incident.text.startswith(("On ", "In "))  # the date comes before it
        assert incident.sources
        assert set(incident.sources) <= set(case.sources)
    assert len(set(case.sources)) == len(case.sources)


@case
def test_incidents_lie_within_the_case(case: Case) -> None:
    """
    A case opens with what happened, and what happened later is news of it.
    """
    assert case.opened.first_day <= case.updated.last_day
    for incident in case.incidents:
        assert incident.date.first_day <= case.updated.last_day
    assert {case.opened.year} == {incident.date.year for incident in case.incidents}


@case
def test_cases_of_the_past_are_closed(case: Case) -> None:
    """
    No letter of today demands what was for another day without saying so.
    """
    assert case.status == "closed"
    assert case.is_archived(date(2026, 1, 1))
    assert not case.is_archived(case.updated.last_day)


@case
def test_demands_go_on_from_a_sentence_and_have_a_reason(case: Case) -> None:
    """
    A demand is a phrase in small letters, its reason sentences of its own.
    """
    assert case.default_demands(case.updated.last_day)
    for demand in case.demands:
        assert demand.text[0].islower()
        assert demand.text[-1] not in ".,;:"
        assert demand.reason[0].isupper()
        assert demand.reason[-1] == "."
    texts = [demand.text for demand in case.demands]
    assert len(set(texts)) == len(texts)


@case
def test_titles_and_summaries_fit_their_sentences(case: Case) -> None:
    """
    A title goes on from "to protest at", a summary stands by itself.
    """
    assert re.match(r"the [a-zA-Z]", case.title)
    assert case.title[-1] not in ".,;:"
    assert case.summary[0].isupper()
    assert case.summary[-1] == "."
    assert case.outcome is None or case.outcome[-1] == "."


@case
def test_people_are_named_in_the_account(case: Case) -> None:
    """
    Whoever a case is for stands in it by family name.
    """
    account = " ".join((case.summary, *(incident.text for incident in case.incidents)))

    for person in case.people:
        assert person.split()[-1] in account


@case
def test_no_text_has_words_that_the_case_avoids(case: Case) -> None:
    """
    What no letter may contain is in none of the texts that letters are made of.
    """
    texts = [case.title, case.summary, case.outcome or ""]
    texts += [incident.text for incident in case.incidents]
    texts += [text for demand in case.demands for text in (demand.text, demand.reason)]
    everywhere = load_language("en", CAMPAIGN.folders).forms.avoid
    words = set(re.findall(r"\w+", " ".join(texts).casefold()))

    assert case.avoid
    assert not words & {word.casefold() for word in (*case.avoid, *everywhere)}


def test_optional_demands_are_those_of_one_letter_only() -> None:
    """
    What only one of the first letters asked for is made when a sender chooses it.
    """
    optional = {
        (found.id, demand.id)
        for found in CASES.values()
        for demand in found.demands
        if demand.optional
    }

    assert optional == {
        ("kurmanov", "prosecute-violence"),
        ("kurmanov", "protect-workers"),
        ("kurmanov", "nationalise"),
    }


def test_the_directory_is_complete() -> None:
    """
    73 missions of one state, and eight offices.
    """
    kinds = Counter(mission.kind for mission in MISSIONS)

    assert len(MISSIONS) == 73
    assert kinds["branch"] == kinds["permanent-mission"] == 1
    assert {mission.state for mission in MISSIONS} == {"kz"}
    assert set(OFFICES) == {
        "almaty-prosecutor",
        "foreign-ministry",
        "interior-ministry",
        "odihr",
        "ohchr",
        "osce",
        "president",
        "prosecutor-general",
    }


@contact
def test_every_entry_is_sourced(contact: Mission | Office) -> None:
    """
    Nothing is known without a source, and no source is named twice.
    """
    assert contact.sources
    assert len(set(contact.sources)) == len(contact.sources)
    assert contact.verified is None or contact.verified.year <= 2026
    assert contact.note is None or re.match(r"[A-Z0-9`]", contact.note)
    assert contact.note is None or contact.note[-1] == "."


@contact
def test_addresses_are_lines_without_the_country(contact: Mission | Office) -> None:
    """
    The country is written in the language of the letter, and only where needed.
    """
    for line in contact.address:
        assert line != country_name(contact.country)
        assert line[-1] != ","
    if contact.address and contact.city:
        assert len(contact.address) >= 2 or contact.city in contact.address[0]


def test_a_host_has_one_embassy() -> None:
    """
    Which embassy serves a country is clear; so is which consulate a city's is.
    """
    embassies = [(m.state, m.host) for m in MISSIONS if m.kind == "embassy"]
    places = [(m.state, m.host, m.kind, m.city) for m in MISSIONS]

    assert len(set(embassies)) == len(embassies)
    assert len(set(places)) == len(places)


def test_countries_are_covered_by_neighbours() -> None:
    """
    Those that have no embassy of their own, each by one embassy.
    """
    covers = {m.city: set(m.covers) for m in MISSIONS if m.covers}
    hosts = {m.host for m in MISSIONS if m.kind == "embassy"}

    assert covers == {
        "Bern": {"li", "va"},
        "Brussels": {"lu"},
        "London": {"ie"},
        "New Delhi": {"bd", "np"},
        "Singapore": {"au", "nz"},
        "Stockholm": {"dk"},
        "Vienna": {"si"},
    }
    assert not hosts & {country for m in MISSIONS for country in m.covers}
    assert {m.kind for m in MISSIONS if m.covers} == {"embassy"}
