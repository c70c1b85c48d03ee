"""Countries by code, and by the names that people give them."""

import re
from functools import cache
from unicodedata import combining, normalize

from .errors import UnknownNameError
from .values import COUNTRY_CODES

# What people type that is no country's English name in the Unicode data (CLDR).
SHORT_NAMES = {
    "america": "us",
    "bolivia": "bo",
    "britain": "gb",
    "brunei": "bn",
    "burma": "mm",
    "cape verde": "cv",
    "czech republic": "cz",
    "dr congo": "cd",
    "drc": "cd",
    "east timor": "tl",
    "england": "gb",
    "great britain": "gb",
    "holland": "nl",
    "holy see": "va",
    "hong kong": "hk",
    "ivory coast": "ci",
    "korea": "kr",
    "macao": "mo",
    "macau": "mo",
    "macedonia": "mk",
    "myanmar": "mm",
    "northern ireland": "gb",
    "palestine": "ps",
    "republic of ireland": "ie",
    "republic of korea": "kr",
    "russian federation": "ru",
    "scotland": "gb",
    "south korea": "kr",
    "swaziland": "sz",
    "the netherlands": "nl",
    "turkey": "tr",
    "u k": "gb",
    "u s": "us",
    "u s a": "us",
    "uae": "ae",
    "uk": "gb",
    "united states of america": "us",
    "usa": "us",
    "vatican": "va",
    "wales": "gb",
}


def country_name(code: str, language: str = "en") -> str:
    """Return the name of the country *code* in *language*, from Unicode's CLDR."""
    return _names(language)[code]


def find_country(text: str, language: str = "en") -> str:
    """
    Return the ISO 3166-1 alpha-2 code, in small letters, of the country called *text*.

    ISO codes of two or three letters, names in *language* and in English and short
    names are understood; capitals, accents and punctuation do not matter.
    """
    wanted = _fold(text)
    if wanted in SHORT_NAMES:
        return SHORT_NAMES[wanted]
    if wanted in COUNTRY_CODES:
        return wanted
    known = _codes_by_name("en") | _codes_by_name(language)
    if code := known.get(_fold(text)) or _from_alpha_3(wanted):
        return code
    names = [*_names("en").values(), *_names(language).values(), *SHORT_NAMES]
    raise UnknownNameError("country", text.strip(), names, see="protestgen embassies")


@cache
def _names(language: str) -> dict[str, str]:
    from babel import Locale

    territories = Locale.parse(language).territories
    return {code: territories[code.upper()] for code in sorted(COUNTRY_CODES)}


@cache
def _codes_by_name(language: str) -> dict[str, str]:
    return {_fold(name): code for code, name in _names(language).items()}


def _from_alpha_3(text: str) -> str | None:
    from babel.core import get_global

    codes = get_global("territory_aliases").get(text.upper(), ())
    return codes[0].lower() if len(codes) == 1 and len(text) == 3 else None


def _fold(name: str) -> str:
    """Return *name* without what people write one way or the other."""
    bare = "".join(c for c in normalize("NFD", name.casefold()) if not combining(c))
    bare = bare.replace("&", " and ")
    words = re.sub(r"[^\w]+", " ", bare).split()
    return " ".join("saint" if word == "st" else word for word in words)
