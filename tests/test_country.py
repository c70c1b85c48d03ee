"""Countries: codes and names, held against Babel's copy of Unicode's CLDR."""

from contextlib import suppress

import pytest
from babel import Locale
from babel.core import get_global

from protestgen.country import (
    SHORT_NAMES,
    country_in_sentence,
    country_name,
    find_country,
)
from protestgen.errors import UnknownNameError
from protestgen.values import COUNTRY_CODES


def refusal(text: str) -> str:
    """Return what is said when *text* is taken for a country."""
    with pytest.raises(UnknownNameError) as caught:
        find_country(text)
    return str(caught.value)


def test_country_codes_are_those_of_iso_and_kosovo() -> None:
    """
    CLDR maps each number of ISO 3166 to its letters, and numbers from 900 are private.

    Kosovo has no number of ISO's; `xk` is the code that CLDR, the European Union and
    banks use for it, with a private number.
    """
    numbers = {
        number: codes
        for number, codes in get_global("territory_aliases").items()
        if number.isdigit() and len(codes) == 1
    }
    iso = {codes[0].lower() for number, codes in numbers.items() if int(number) < 900}

    assert iso | {"xk"} == COUNTRY_CODES
    assert numbers["983"] == ["XK"]


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "kk", "ru"])
def test_every_country_has_a_name(language: str) -> None:
    """
    No code is without a name in Babel, in any language of the campaign.
    """
    names = Locale(language).territories

    for code in COUNTRY_CODES:
        assert country_name(code, language) == names[code.upper()]


@pytest.mark.parametrize("code", sorted(COUNTRY_CODES))
def test_every_country_is_found(code: str) -> None:
    """
    Code and name in any case, and the sentence's form, lead to the same country.
    """
    name = country_name(code)

    for text in (code, code.upper(), name, name.upper(), country_in_sentence(code)):
        assert find_country(text) == code


def test_letters_of_three_lead_to_countries_only() -> None:
    """
    CLDR's table has codes that are no country's, such as those for private use.
    """
    for text in get_global("territory_aliases"):
        with suppress(UnknownNameError):
            assert find_country(text) in COUNTRY_CODES


@pytest.mark.parametrize(
    ("text", "code"),
    [("GBR", "gb"), ("usa", "us"), ("Kaz", "kz"), ("xkk", "xk"), ("prk", "kp")],
)
def test_codes_of_three_letters_are_read(text: str, code: str) -> None:
    """
    Alpha-3 codes do as well as alpha-2.
    """
    assert find_country(text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("uk", "gb"),
        ("U.K.", "gb"),
        ("Great Britain", "gb"),
        ("Scotland", "gb"),
        ("U.S.A.", "us"),
        ("The United States", "us"),
        ("holland", "nl"),
        ("the Netherlands", "nl"),
        ("Cote d'Ivoire", "ci"),
        ("C\u00f4te d\u2019Ivoire", "ci"),
        ("Co\u0302te d\u2019Ivoire", "ci"),
        ("COTE DIVOIRE", "ci"),
        ("Ivory Coast", "ci"),
        ("turkiye", "tr"),
        ("Turkey", "tr"),
        ("Bosnia and Herzegovina", "ba"),
        ("Sao Tome & Principe", "st"),
        ("Saint Lucia", "lc"),
        ("St Lucia", "lc"),
        ("hong_kong", "hk"),
        ("Hongkong", "hk"),
        ("Viet Nam", "vn"),
        ("Timor Leste", "tl"),
        ("guinea bissau", "gw"),
        ("Guinea", "gn"),
        (" Ireland ", "ie"),
    ],
)
def test_a_country_is_found_however_it_is_written(text: str, code: str) -> None:
    """
    Case, accents, spaces, punctuation and articles do not matter.
    """
    assert find_country(text) == code


def test_names_in_the_language_of_the_letter_are_found() -> None:
    """
    Where a language is given, its names count beside the English ones.
    """
    assert find_country("deutschland", "de") == "de"
    assert find_country("Германия", "ru") == "de"
    assert find_country("Germany", "ru") == "de"


def test_short_names_are_needed() -> None:
    """
    Each short name leads to its country, and none is in CLDR already.
    """
    names = {country_name(code).casefold() for code in COUNTRY_CODES}

    for text, code in SHORT_NAMES.items():
        assert find_country(text) == code
        assert text not in names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Kazakstan", "unknown country 'Kazakstan': did you mean 'Kazakhstan'?"),
        ("brasil", "unknown country 'brasil': did you mean 'Brazil'?"),
        (
            "Great Britian",
            "unknown country 'Great Britian': did you mean 'great britain'?",
        ),
        ("xx", "unknown country 'xx': see 'protestgen embassies'"),
        ("ZZZ", "unknown country 'ZZZ': see 'protestgen embassies'"),
        ("QUU", "unknown country 'QUU': see 'protestgen embassies'"),
        ("zz", "unknown country 'zz': see 'protestgen embassies'"),
        ("!", "unknown country '!': see 'protestgen embassies'"),
        (" ", "unknown country '': see 'protestgen embassies'"),
        ("x" * 99, f"unknown country '{'x' * 59}…': see 'protestgen embassies'"),
    ],
)
def test_a_near_miss_is_answered(text: str, message: str) -> None:
    """
    A misspelt name is answered with the right one, what is no name with where to look.
    """
    assert refusal(text) == message


def test_a_name_in_a_sentence_may_have_an_article() -> None:
    """
    Messages say "in the United Kingdom", tables do not.
    """
    assert country_in_sentence("gb") == "the United Kingdom"
    assert country_in_sentence("ie") == "Ireland"
