"""The letters themselves, whole: `pytest --update-golden` accepts a change."""

from collections.abc import Callable

import pytest

from conftest import Run
from protestgen import load_campaign
from protestgen.templates import Templates

CAMPAIGN = load_campaign()
STYLES = Templates(CAMPAIGN.folders).styles("en")
SENDER = ("--name", "Ada Example", "--city", "Leeds", "--organisation", "Leeds Readers")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("case", CAMPAIGN.cases)
def test_letter_reads_as_accepted(
    case: str, style: str, run: Run, golden: Callable[[str, str], None]
) -> None:
    """
    Every case in every style is the letter that was read and found good.
    """
    organisation = SENDER[4:] if style == "organisation" else ()
    result = run(
        "letter",
        "--case",
        case,
        "--country",
        "uk",
        "--style",
        style,
        *SENDER[:4],
        *organisation,
    )

    assert result.exit_code == 0
    golden(f"{case}.{style}.txt", result.stdout)
