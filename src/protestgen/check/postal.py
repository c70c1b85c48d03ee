"""The postcodes and telephone numbers of each country."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from protestgen.countries import country_in_sentence
from protestgen.schema.reader import read_yaml
from protestgen.schema.types import CountryCode, Line

# A word that looks like a postcode: digits, perhaps with letters or in two groups.
_LIKE_POSTCODE = re.compile(
    r"(?<![\w/-])(?=\S{0,10}\d\d)[A-Z\d]{3,7}(?:[ -]\d{2,4})?(?![\w/-])"
)


class PostcodeFormat(Struct, frozen=True):
    """The postcodes of a country: *pattern* is a regular expression."""

    pattern: Line
    example: Line
    required: bool = False


class _PostcodesFile(Struct, frozen=True):
    countries: dict[CountryCode, PostcodeFormat]


def bad_postcode(address: Sequence[str], city: str | None, country: str) -> str | None:
    """Return the fault of the postcode in the lines of an *address*, or None."""
    known = postcode_formats().get(country)
    if not address or not known:
        return None
    # Letters and a hyphen may stand before it: B-1000, New Delhi-110021.
    own = re.compile(rf"(?<!\w)(?<!\d-)(?:{known.pattern})(?!\w)(?!-\d)")
    if any(map(own.search, address)):
        return None
    where = country_in_sentence(country)
    example = known.example
    near = [line for line in address if city and city in line] or address[-1:]
    for line in near:
        if match := _LIKE_POSTCODE.search(line):
            return f"'{match[0]}' is not a postcode of {where}: write it like {example}"
    if known.required:
        return f"the address has no postcode: add it, in {where} like {example}"
    return None


def bad_phone(number: str, country: str) -> str | None:
    """Return why *number* cannot be dialled in *country*, or None if it can."""
    import phonenumbers

    where = country_in_sentence(country)
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return f"'{number}' is not a telephone number: look it up"
    code = phonenumbers.country_code_for_region(country.upper())
    if code and parsed.country_code != code:
        return f"'{number}' is not in {where}, whose numbers begin with +{code}"
    if not phonenumbers.is_possible_number(parsed):
        return f"'{number}' has too few or too many digits for a number in {where}"
    if not phonenumbers.is_valid_number(parsed):
        return f"'{number}' is not in use in {where}: look it up"
    return None


@cache
def postcode_formats() -> dict[str, PostcodeFormat]:
    """Return the postcode formats by ISO 3166 code of the country."""
    path = Path(__file__).with_name("postcodes.yaml")
    return read_yaml(path, _PostcodesFile).countries
