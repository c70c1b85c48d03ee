"""Rules for the bundled cases and addresses."""

import re
from collections import Counter
from datetime import date

import pytest
import yaml

from conftest import ROOT
from protestgen import load_campaign
from protestgen.campaign.case import Case
from protestgen.campaign.directory import Mission, Office
from protestgen.countries import country_name

FACTS = ROOT.parent / "shared" / "offices.yaml"
CAMPAIGN = load_campaign()
CASES = CAMPAIGN.cases
MISSIONS = CAMPAIGN.directory.missions
OFFICES = CAMPAIGN.directory.offices
# Cities as the post there calls them, in the languages of the bundled streets.
LOCAL = {
    "Brussels": "Bruxelles",
    "Geneva": "Genève",
    "Istanbul": "İstanbul",
    "Lisbon": "Lisboa",
    "Moscow": "Москва",
    "Prague": "Praha",
    "Rome": "Roma",
    "The Hague": "Den Haag",
    "Vienna": "Wien",
    "Warsaw": "Warszawa",
}
CONTACTS: list[Mission | Office] = [*MISSIONS, *OFFICES.values()]

case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


def test_the_bundled_cases() -> None:
    """
    The bundled campaign has ten cases.
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
def test_incidents_have_sources(case: Case) -> None:
    """
    Each incident has a date, a place and sources, none of them twice.
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
def test_incidents_are_within_the_dates_of_their_case(case: Case) -> None:
    """
    A case is opened by its first incident, and updated by its last.
    """
    assert case.opened.first_day <= case.updated.last_day
    for incident in case.incidents:
        assert incident.date.first_day <= case.updated.last_day
    assert {case.opened.year} == {incident.date.year for incident in case.incidents}


@case
def test_old_cases_are_closed(case: Case) -> None:
    """
    A case that asked for something on a past day is closed.
    """
    assert case.status == "closed"
    assert case.is_archived(date(2026, 1, 1))
    assert not case.is_archived(case.updated.last_day)


@case
def test_demands_fit_their_sentence(case: Case) -> None:
    """
    A demand is a phrase with a small first letter, and its reason is sentences.
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
    A title continues "to protest at", and a summary is complete sentences.
    """
    assert re.match(r"the [a-zA-Z]", case.title)
    assert case.title[-1] not in ".,;:"
    assert case.summary[0].isupper()
    assert case.summary[-1] == "."
    assert case.outcome is None or case.outcome[-1] == "."


@case
def test_people_are_named_in_the_texts(case: Case) -> None:
    """
    The texts of a case contain the family name of each of its people.
    """
    account = " ".join((case.summary, *(incident.text for incident in case.incidents)))

    for person in case.people:
        assert person.split()[-1] in account


def test_the_optional_demands() -> None:
    """
    The demands that only one original letter made are optional.
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


def test_the_size_of_the_directory() -> None:
    """
    The directory has 73 missions and five offices of one state, and bodies for all.
    """
    kinds = Counter(mission.kind for mission in MISSIONS)

    assert len(MISSIONS) == 73
    assert kinds["branch"] == kinds["permanent-mission"] == 1
    assert {mission.state for mission in MISSIONS} == {"kz"}
    assert {id_ for id_, office in OFFICES.items() if office.state} == {
        "almaty-prosecutor",
        "foreign-ministry",
        "interior-ministry",
        "president",
        "prosecutor-general",
    }
    assert [*OFFICES][:3] == ["osce", "odihr", "ohchr"]
    assert len(OFFICES) == 29
    assert {
        office.id: office.takes for office in OFFICES.values() if office.refusal
    } == {
        "ecowas-court": "applications",
        "echr": "applications",
        "un-treaty-bodies": "form",
        "un-wgeid": "form",
    }


@pytest.mark.skipif(not FACTS.exists(), reason="needs ../shared/offices.yaml")
def test_offices_are_what_their_sources_say() -> None:
    """
    Each field of an office is that of the list of facts; a note may be its advice.

    Only cities in address lines have the name that the post there reads.
    """
    text = FACTS.read_text(encoding="utf-8")
    facts = yaml.load(text, yaml.BaseLoader)["offices"]  # noqa: S506 - texts only
    for id_, fields in facts.items():
        office = OFFICES[id_]
        for field, value in fields.items():
            found = getattr(office, field)
            if field == "note" and found is None:
                found = office.advice
            if isinstance(value, list):
                found = list(found)
            if field == "address":
                value = [*value[:-1], local(value[-1])]  # noqa: PLW2901 - as said above
            assert found == value, (id_, field)


def test_every_contact_has_sources() -> None:
    """
    Each mission and office has sources, none of them twice.
    """
    for contact in CONTACTS:
        assert contact.sources, contact
        assert len(set(contact.sources)) == len(contact.sources), contact
        assert contact.verified is None or contact.verified.year <= 2026, contact
        assert contact.note is None or re.match(r"[A-Z0-9`].*\.$", contact.note), (
            contact
        )


def local(line: str) -> str:
    """Return the last line of an address with the local name of its city."""
    for city, name in LOCAL.items():
        line = line.replace(city, name)
    return line


def test_an_address_has_the_local_name_of_its_city() -> None:
    """
    The post of the host country reads an address, whatever the language of the letter.
    """
    for contact in CONTACTS:
        if contact.address:
            assert contact.address[-1] == local(contact.address[-1])
            assert LOCAL.get(contact.city or "", "") in contact.address[-1]


def test_addresses_do_not_contain_the_country() -> None:
    """
    The country is added by letters, in their language, where it is needed.
    """
    for contact in CONTACTS:
        for line in contact.address:
            assert line != country_name(contact.country), contact
            assert line[-1] != ",", contact
        if contact.address and contact.city:
            assert len(contact.address) >= 2 or contact.city in contact.address[0]


def test_a_country_has_one_embassy() -> None:
    """
    No country has two embassies of a state, and no city two consulates.
    """
    embassies = [(m.state, m.host) for m in MISSIONS if m.kind == "embassy"]
    places = [(m.state, m.host, m.kind, m.city) for m in MISSIONS]

    assert len(set(embassies)) == len(embassies)
    assert len(set(places)) == len(places)


def test_covered_countries_have_no_embassy() -> None:
    """
    Only countries without an embassy are covered, each by one embassy.
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
