"""Codes and names of countries, compared with Babel's copy of CLDR."""

from contextlib import suppress
from itertools import product
from time import process_time

import pytest
from babel import Locale
from babel.core import get_global

from protestgen.countries import (
    LANGUAGES,
    country_in_sentence,
    country_line,
    country_name,
    find_country,
    find_language,
    language_name,
)
from protestgen.country_names import COUNTRY_CODES, SHORT_NAMES
from protestgen.errors import UnknownLanguageError, UnknownNameError

# Babel 2.19 has other names for these territories.
RENAMED = {"hm", "sh", "tf"}


def refusal(text: str) -> str:
    """Return the error for *text* as a country."""
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


@pytest.mark.parametrize("language", [*LANGUAGES, "kk"])
def test_every_country_has_a_name(language: str) -> None:
    """
    No code is without a name in Babel, in any language of the campaign.
    """
    names = Locale(language).territories

    for code in COUNTRY_CODES - RENAMED:
        assert country_name(code, language) == names[code.upper()]


def test_every_country_is_found() -> None:
    """
    Code and name in any case, and the sentence's form, lead to the same country.
    """
    for code in COUNTRY_CODES:
        name = country_name(code)
        for text in (code, code.upper(), name, name.upper(), country_in_sentence(code)):
            assert find_country(text) == code


def test_alpha_3_codes_are_of_countries_only() -> None:
    """
    Codes of CLDR for private use and the like are no countries.
    """
    for text in get_global("territory_aliases"):
        with suppress(UnknownNameError):
            assert find_country(text) in COUNTRY_CODES


@pytest.mark.parametrize(
    ("text", "code"),
    [("GBR", "gb"), ("usa", "us"), ("Kaz", "kz"), ("xkk", "xk"), ("prk", "kp")],
)
def test_alpha_3_codes_are_read(text: str, code: str) -> None:
    """
    A country is found by its alpha-3 code.
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_in_six_languages_are_found(language: str) -> None:
    """
    CLDR's names of all countries lead to them, and mean no other in another language.
    """
    for code in COUNTRY_CODES:
        assert find_country(country_name(code, language)) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Великобритания", "gb"),
        ("германия", "de"),
        ("ΕΛΛΑΔΑ", "gr"),
        ("Ηνωμένο Βασίλειο", "gb"),
        ("Großbritannien", "gb"),
        ("OSTERREICH", "at"),
        ("Royaume Uni", "gb"),
        ("Etats-Unis", "us"),
        ("Espana", "es"),
        ("Kazajistán", "kz"),
    ],
)
def test_a_country_is_found_by_common_names(text: str, code: str) -> None:
    """
    Accents and capitals do not matter in any script.
    """
    assert find_country(text) == code


@pytest.mark.parametrize(
    ("code", "home", "language", "line"),
    [
        ("at", "gb", "en", "AUSTRIA"),
        ("at", "gb", "ru", "AUSTRIA"),
        ("at", "de", "de", "ÖSTERREICH / AUSTRIA"),
        ("at", "de", "en", "ÖSTERREICH / AUSTRIA"),
        ("at", "gr", "el", "ΑΥΣΤΡΙΑ / AUSTRIA"),
        ("gr", "gr", "el", "ΕΛΛΑΔΑ / GREECE"),
        ("us", "fr", "fr", "ÉTATS-UNIS / UNITED STATES"),
        ("de", "ch", "fr", "ALLEMAGNE / GERMANY"),
        ("de", "ch", "en", "DEUTSCHLAND / GERMANY"),
        ("kz", "kz", "ru", "КАЗАХСТАН / KAZAKHSTAN"),
        ("at", None, "de", "AUSTRIA"),
    ],
)
def test_the_country_line_is_in_a_language_of_the_sender(
    code: str, home: str | None, language: str, line: str
) -> None:
    """
    The country line is in a language of the sender's country, and in English.

    Greek capitals lose their accents, French ones keep them.
    """
    assert country_line(code, home, language) == line


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_has_a_line_in_an_address_from_everywhere(language: str) -> None:
    """
    The English name stands alone where CLDR lacks that in a language of the sender.
    """
    for code, home in product(COUNTRY_CODES, COUNTRY_CODES):
        assert country_line(code, home, language).endswith(country_name(code).upper())


@pytest.mark.parametrize("language", ["gn", "sm", "x-house", "pt-br", "zh_Hant", "?"])
def test_every_country_has_a_name_in_every_language(language: str) -> None:
    """
    A campaign may have a language that CLDR does not know: English stands in.
    """
    for code in COUNTRY_CODES:
        assert country_name(code, language)
    assert country_name("ad", "gn") == country_name("ad", "x-house") == "Andorra"
    assert country_name("de", "pt-br") == "Alemanha"


@pytest.mark.parametrize(
    "text", ["a" + "\u0301\u0323" * 50_000, "no-such-land" * 200_000]
)
def test_a_very_long_name_is_refused_at_once(text: str) -> None:
    """
    A name longer than any country's is not normalised, which would take quadratic time.
    """
    before = process_time()

    assert refusal(text).startswith(f"unknown country '{text[:59]}")
    with pytest.raises(UnknownLanguageError):
        find_language(text, ["en"])
    assert process_time() - before < 1


def test_greek_capitals_keep_the_dialytika() -> None:
    """
    Greek capitals lose the accent but keep the dialytika.
    """
    assert country_line("ua", "gr", "el") == "ΟΥΚΡΑΝΙΑ / UKRAINE"
    assert country_line("th", "gr", "el") == "ΤΑΪΛΑΝΔΗ / THAILAND"


def test_unknown_language_code_is_its_own_name() -> None:
    """
    A code that CLDR does not know is shown as it is.
    """
    assert language_name("el") == "Greek"
    assert language_name("xx") == "xx"


def test_short_names_are_needed() -> None:
    """
    Each short name leads to its country, and none is in CLDR already.
    """
    names = {
        country_name(code, language).casefold()
        for code in COUNTRY_CODES
        for language in LANGUAGES
    }

    for text, code in SHORT_NAMES.items():
        assert find_country(text) == code
        assert text not in names


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Kazakstan", "unknown country 'Kazakstan': did you mean 'Kazakhstan'?"),
        ("brazl", "unknown country 'brazl': did you mean 'Brazil'?"),
        ("Германя", "unknown country 'Германя': did you mean 'Германия'?"),
        (
            "Great Britian",
            "unknown country 'Great Britian': did you mean 'great britain'?",
        ),
        ("Atlantis", "unknown country 'Atlantis': see 'protestgen embassies'"),
        ("xx", "unknown country 'xx': see 'protestgen embassies'"),
        ("ZZZ", "unknown country 'ZZZ': see 'protestgen embassies'"),
        ("QUU", "unknown country 'QUU': see 'protestgen embassies'"),
        ("zz", "unknown country 'zz': see 'protestgen embassies'"),
        ("!", "unknown country '!': see 'protestgen embassies'"),
        (" ", "unknown country '': see 'protestgen embassies'"),
        ("x" * 99, f"unknown country '{'x' * 59}…': see 'protestgen embassies'"),
    ],
)
def test_a_misspelt_country_gets_a_suggestion(text: str, message: str) -> None:
    """
    A near miss is answered with the right name, anything else with where to look.
    """
    assert refusal(text) == message


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("de", "de"),
        (" DE ", "de"),
        ("de_AT", "de"),
        ("pt-BR", "pt-br"),
        ("pt-PT", "pt"),
        ("German", "de"),
        ("deutsch", "de"),
        ("allemand", "de"),
        ("Ελληνικα", "el"),
        ("Italian", "it"),
        ("Italiano", "it"),
        ("x-house", "x-house"),
    ],
)
def test_language_is_found(text: str, code: str) -> None:
    """
    A language is found by code, with or without region, and by its names.
    """
    assert find_language(text, ["de", "el", "it", "pt", "pt-br", "x-house"]) == code


def test_unknown_language_error_lists_the_known_ones() -> None:
    """
    A language that the campaign does not have is refused, with the list of those it has.
    """
    with pytest.raises(UnknownLanguageError) as caught:
        find_language("Basque", ["de", "x"])

    message = "unknown language 'Basque': choose from de, x"
    assert (str(caught.value), caught.value.exit_code) == (message, 2)


def test_a_name_in_a_sentence_may_have_an_article() -> None:
    """
    Messages say "in the United Kingdom"; tables have no article.
    """
    assert country_in_sentence("gb") == "the United Kingdom"
    assert country_in_sentence("ie") == "Ireland"
