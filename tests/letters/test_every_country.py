"""
Letters from every country of the world: each is written, or refused with what to do.

A sample is drawn by a fixed number; `--every-country` writes all of them, in hours.
"""

import random
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from itertools import product

import pytest

from pdf_helpers import CAMPAIGN, options
from protestgen import FORMATS, Letter, LetterOptions, LetterService, Sender
from protestgen.countries import LANGUAGES
from protestgen.country_names import COUNTRY_CODES
from protestgen.errors import FormatError, ProtestgenError
from protestgen.formats import pdf

WRITER = LetterService(CAMPAIGN, date(2026, 11, 22))
# To the embassy of the country, and to each office.
GOALS = (None, *CAMPAIGN.directory.offices)
# What a refusal offers.
ADVICE = re.compile(r"\b(add|choose|shorten|use|write)\b")
TO_CHECK = {"text": 600, "eml": 600, "pdf": 60, "fax": 60}
# As many letters as a batch sets in one document.
TOGETHER = 50


def written(
    case: str, to: str | None, language: str, country: str
) -> Letter | ProtestgenError:
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


def refusals(format_: str, letters: Sequence[Letter]) -> list[ProtestgenError]:
    """Render *letters*, and return the errors of those that the format refuses."""
    if format_ == "pdf" and letters:
        with suppress(FormatError):
            assert pdf.render_all(letters, options())
            return []
    errors = []
    for letter in letters:
        try:
            assert len(FORMATS[format_].render(letter, options())) > 500, letter
        except ProtestgenError as error:
            errors.append(error)
    return errors


@pytest.mark.slow
@pytest.mark.parametrize("format_", TO_CHECK)
def test_every_country_has_a_letter_or_advice(
    format_: str, request: pytest.FixtureRequest
) -> None:
    """
    No country, case, addressee or language ends in anything but a letter or advice.
    """
    choices = list(product(CAMPAIGN.cases, GOALS, LANGUAGES, sorted(COUNTRY_CODES)))
    if not request.config.getoption("every_country"):
        choices = random.Random(format_).sample(choices, TO_CHECK[format_])  # noqa: S311 - no secret
    count = 0
    for start in range(0, len(choices), TOGETHER):
        outcomes = [written(*choice) for choice in choices[start : start + TOGETHER]]
        letters = [outcome for outcome in outcomes if isinstance(outcome, Letter)]
        unwritten = [error for error in outcomes if not isinstance(error, Letter)]
        refused = refusals(format_, letters)
        count += len(letters) - len(refused)
        for error in (*unwritten, *refused):
            advice = str(error)
            assert ADVICE.search(advice.rpartition(": ")[2]), advice
            assert len(advice) < 500, advice

    assert count > len(choices) / 20  # few offices have a fax number
