"""The letters themselves, whole: `pytest --update-golden` accepts a change."""

import pytest

from conftest import Golden, Run
from outputs import SENDERS
from protestgen import load_campaign
from protestgen.templating.environment import Templates

CAMPAIGN = load_campaign()
TEMPLATES = Templates(CAMPAIGN.folders)
LETTERS = [
    *(
        ("en", case, style)
        for case in CAMPAIGN.cases
        for style in TEMPLATES.styles("en")
        # Thanks are for demands that were met.
        if style != "thanks" or case == "temir-bank"
    ),
    *(
        (language, case, style)
        for language in SENDERS
        for case in CAMPAIGN.cases
        for style in TEMPLATES.styles(language)
        if language != "en"
        and (case == "kurmanov" or style == "statement")
        and style != "thanks"
    ),
]


@pytest.mark.parametrize(("language", "case", "style"), LETTERS)
def test_letter_reads_as_accepted(
    language: str,
    case: str,
    style: str,
    run: Run,
    golden: Golden,
) -> None:
    """
    Every case in every style and language gives the letter that was accepted.
    """
    country, name, city, organisation = SENDERS[language]
    sender = ["--country", country, "--name", name, "--city", city]
    if style == "organisation":
        sender += ["--organisation", organisation]
    letter = ("letter", "--lang", language, "--case", case, "--style", style)
    result = run(*letter, *sender)

    assert result.exit_code == 0
    golden(f"{language}/{case}.{style}.txt", result.stdout)
