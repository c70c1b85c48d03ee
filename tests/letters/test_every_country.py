"""
Letters from every country of the world: each is written, or refused with what to do.

A sample is drawn by a fixed number; `--every-country` writes all of them, in hours.
"""

import random
import re
from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import pytest

from pdf_helpers import CAMPAIGN, options
from protestgen import FORMATS, LetterOptions, LetterService, Sender
from protestgen.countries import LANGUAGES
from protestgen.country_names import COUNTRY_CODES
from protestgen.errors import ProtestgenError

if TYPE_CHECKING:
    from protestgen import Letter

WRITER = LetterService(CAMPAIGN, date(2026, 11, 22))
# To the embassy of the country, and to each office.
GOALS = (None, *CAMPAIGN.directory.offices)
# What a refusal offers.
ADVICE = re.compile(r"\b(add|choose|shorten|use|write)\b")
TO_CHECK = {"text": 600, "eml": 600, "pdf": 60, "fax": 60}


def written(
    case: str, country: str, to: str | None, language: str
) -> "Letter | ProtestgenError":
    """Return the letter of somebody in *country*, or why there is none."""
    sender = Sender(
        name="Ada Example",
        address=("1 Example Street", "Exampletown"),
        city="Exampletown",
        country=country,
        email="ada@home.example",
    )
    choices = LetterOptions(to=to, languages=(language,))
    try:
        return WRITER.write(CAMPAIGN.case(case), sender, choices)[0]
    except ProtestgenError as error:
        return error


@pytest.mark.slow
@pytest.mark.parametrize("format_", TO_CHECK)
def test_every_country_has_a_letter_or_advice(
    format_: str, request: pytest.FixtureRequest
) -> None:
    """
    No country, case, addressee or language ends in anything but a letter or advice.
    """
    choices = list(product(CAMPAIGN.cases, sorted(COUNTRY_CODES), GOALS, LANGUAGES))
    if not request.config.getoption("every_country"):
        choices = random.Random(format_).sample(choices, TO_CHECK[format_])  # noqa: S311 - no secret
    letters = 0
    for choice in choices:
        letter = written(*choice)
        error = letter if isinstance(letter, ProtestgenError) else None
        try:
            if not isinstance(letter, ProtestgenError):
                data = FORMATS[format_].render(letter, options())
                assert len(data) > 500, choice
                letters += 1
        except ProtestgenError as refusal:
            error = refusal
        if error:
            advice = str(error)
            assert ADVICE.search(advice.rpartition(": ")[2]), (choice, advice)
            assert len(advice) < 500, choice

    assert letters > len(choices) / 20  # few offices have a fax number
