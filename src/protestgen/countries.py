"""Countries and languages: their codes, and their names in Unicode's CLDR."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from unicodedata import combining, normalize

from .country_names import COUNTRY_CODES, ENGLISH_NAMES, SHORT_NAMES, WITH_ARTICLE
from .errors import VERY_SIMILAR, ChoiceError, UnknownLanguageError, UnknownNameError
from .limits import MAX_NAME
from .schema.types import parse_country_code

# Names of countries and languages are understood in these languages.
LANGUAGES = ("en", "de", "fr", "es", "el", "ru")

# Between the names of a country in two languages, in an address.
_BETWEEN = " / "


def country_code(text: str) -> str:
    """Return the ISO 3166-1 code *text* in lower case, or raise `ChoiceError`."""
    try:
        return parse_country_code(text)
    except ValueError as error:
        raise ChoiceError(str(error)) from None


def country_name(code: str, language: str = "en") -> str:
    """
    Return the name of the country *code* in *language*, from Unicode's CLDR.

    It is the English name where CLDR has no name in *language*.
    """
    return _names(language)[country_code(code)]


def language_name(code: str) -> str:
    """Return the English name of the language *code*, or the code if it has none."""
    from babel import Locale

    return str(Locale("en").languages.get(code, code))


def country_line(code: str, home: str | None, language: str) -> str:
    """
    Return the country in an address, for letters posted abroad in the country *home*.

    It is in capitals, in an official language of *home* (in *language* if it is one),
    and also in English where that differs, as the post offices of France, Germany and
    the USA (IMM 122.1) ask for.
    """
    from babel.languages import get_official_languages

    spoken = get_official_languages(home.upper(), de_facto=True) if home else ()
    local = language if language in spoken else next(iter(spoken), "en")
    names = (country_name(code, local), country_name(code))
    return _BETWEEN.join(dict.fromkeys(map(_capitals, names)))


def without_local_name(line: str, code: str) -> str:
    """Return *line*, but the English part only of a `country_line` of *code*."""
    english = _capitals(country_name(code))
    return english if line.endswith(_BETWEEN + english) else line


def _capitals(text: str) -> str:
    """Return *text* in capitals; Greek ones have no accent."""
    capitals = text.upper()
    if not re.search(r"[\u0370-\u03ff]", capitals):
        return capitals
    bare = normalize("NFD", capitals).replace("\N{COMBINING ACUTE ACCENT}", "")
    return normalize("NFC", bare)


def sorted_by_name(codes: Iterable[str], language: str) -> list[str]:
    """Sort *codes* of countries by their names in *language*."""
    return sorted(codes, key=lambda code: without_accents(country_name(code, language)))


def country_in_sentence(code: str, language: str = "en") -> str:
    """Return the name of the country *code*, in English with its article."""
    article = "the " if language == "en" and code in WITH_ARTICLE else ""
    return article + country_name(code, language)


def find_country(text: str) -> str:
    """
    Return the ISO 3166-1 alpha-2 code, in lower case, of the country *text*.

    *text* may be an ISO code of two or three letters, a short name, or a name in one of
    `LANGUAGES`. Case, accents, spaces, punctuation and a leading "the" do not matter.
    Raises `UnknownNameError`.
    """
    wanted = _fold(text)
    if wanted in COUNTRY_CODES:
        return wanted
    if code := SHORT_NAMES.get(wanted):  # as most are typed: "uk"
        return code
    if code := _codes_by_name("en").get(wanted) or _from_alpha_3(wanted):
        return code
    for language in LANGUAGES:
        if code := _codes_by_name(language).get(wanted):
            return code
    known = _known_names()
    raise UnknownNameError(
        "country", text.strip(), known, see="protestgen embassies", cutoff=VERY_SIMILAR
    )


def find_language(text: str, known: Sequence[str]) -> str:
    """
    Return the code of the language *text*, which must be among the codes *known*.

    *text* may be a code, with or without a region, or a name in one of `LANGUAGES` or
    in the language itself. Raises `UnknownLanguageError`.
    """
    code = text.strip().lower().replace("_", "-")
    for wanted in (code, code.partition("-")[0]):
        if wanted in known:
            return wanted
    wanted = _fold(text)
    for code in known:
        if wanted in _names_of_language(code):
            return code
    raise UnknownLanguageError(text, known)


@cache
def _names_of_language(code: str) -> set[str]:
    from babel import Locale, UnknownLocaleError

    names = {Locale(language).languages.get(code, code) for language in LANGUAGES}
    with suppress(UnknownLocaleError, ValueError):  # a campaign's code may be unknown
        names.add(str(Locale.parse(code, sep="-").language_name))
    return {_fold(name) for name in names}


@cache
def _names(language: str) -> dict[str, str]:
    """Return the names of countries in *language*, by code; English ones if need be."""
    if language == "en":
        return ENGLISH_NAMES
    from babel import Locale, UnknownLocaleError

    with suppress(UnknownLocaleError, ValueError):  # a campaign's code may be unknown
        names = Locale.parse(language.replace("-", "_")).territories
        return {
            code: names.get(code.upper(), ENGLISH_NAMES[code]) for code in COUNTRY_CODES
        }
    return ENGLISH_NAMES


@cache
def _known_names() -> tuple[str, ...]:
    names = [name for language in LANGUAGES for name in _names(language).values()]
    return (*names, *SHORT_NAMES)


@cache
def _codes_by_name(language: str) -> dict[str, str]:
    """Return the codes of countries by name in *language*; short names are English."""
    codes = {_fold(name): code for code, name in _names(language).items()}
    if language == "en":
        codes |= {_fold(name): code for name, code in SHORT_NAMES.items()}
    return codes


def _from_alpha_3(text: str) -> str | None:
    from babel.core import get_global

    # The table also has former countries, some of them with several successors.
    codes = get_global("territory_aliases").get(text.upper(), ())
    code = codes[0].lower() if len(text) == 3 and len(codes) == 1 else None
    return code if code in COUNTRY_CODES else None


def _fold(name: str) -> str:
    """
    Return *name* without the differences that do not matter.

    A name longer than `MAX_NAME` becomes empty.
    """
    if len(name) > MAX_NAME:
        return ""
    words = re.sub(r"[\W_]+", " ", without_accents(name).replace("&", " and ")).split()
    if words[1:]:  # "st" alone is a code
        words = ["saint" if word == "st" else word for word in words]
    return "".join(words[1:] if words[:1] == ["the"] else words)


def without_accents(name: str) -> str:
    """Return *name* in lower case without accents."""
    bare = name.casefold()
    if bare.isascii():
        return bare
    return "".join(c for c in normalize("NFD", bare) if not combining(c))
