"""A language added by a campaign, without any code."""

import json
from pathlib import Path

import pytest

from conftest import ROOT, Golden, Run
from protestgen.campaign.bundled import shipped_folder
from protestgen.language.loader import languages

ITALIAN = ROOT / "tests" / "italian"
LETTER = ("--campaign", ITALIAN, "letter", "--case", "reading-room", "--country", "it", "--lang", "it")  # fmt: skip


def test_italian_is_not_bundled() -> None:
    """
    The language of these tests is none of the bundled ones.
    """
    assert "it" not in languages([shipped_folder()])
    assert languages([ITALIAN]) == ["it"]


@pytest.mark.parametrize("style", ["statement", "support"])
def test_a_campaign_may_add_a_language(style: str, run: Run, golden: Golden) -> None:
    """
    Forms of address, texts and templates of a campaign are enough for letters.
    """
    result = run("-q", *LETTER, "--style", style, "--name", "Carol Example")

    assert (result.exit_code, result.stderr) == (0, "")
    golden(f"italian/{style}.txt", result.stdout)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--city", "Torino"), ["Torino, 22 novembre 2026\n\n", "Le scrivo da Torino per protestare"]),
        (("--organisation", "Lettori Uniti"), ["A nome dell’organizzazione Lettori Uniti Le scriviamo", "La preghiamo"]),
        (("--cosigner", "Dario Example, Roma"), ["Le scriviamo insieme per protestare contro", "e di farci sapere"]),
        (("--demand", "reopen"), ["alle autorità del Kazakistan di riaprire la sala"]),
        (("--date", "2026-11-01"), ["\n1º novembre 2026\n"]),
        (("--why", "Amo i libri."), ["\n\nAmo i libri.\n\nSecondo le notizie"]),
    ],
)  # fmt: skip
def test_options_work_in_an_added_language(
    options: tuple[str, ...], words: list[str], run: Run
) -> None:
    """
    The options of a sender have the same effect in an added language.
    """
    letter = run("-q", *LETTER, *options).stdout

    assert [part for part in words if part not in f"\n{letter}"] == []


def test_a_letter_in_an_added_language_and_english(run: Run) -> None:
    """
    A letter can be in an added language and in English.
    """
    letter = run("-q", *LETTER[:-1], "it,en", "--name", "Carol Example").stdout
    italian, _, english = letter.partition("\n* * *\n")

    assert "\n\nCon osservanza\n\nCarol Example\n" in italian
    assert "\n\nYours sincerely,\n\nCarol Example\n" in english


def test_formats_declare_an_added_language(run: Run) -> None:
    """
    HTML and JSON declare an added language.
    """
    page = run("-q", *LETTER, "--name", "Carol Example", "--format", "html").stdout
    parts = json.loads(run("-q", *LETTER, "--format", "json").stdout)

    assert '<html lang="it" ' in page
    assert parts["language"] == "it"


def test_a_missing_style_of_an_added_language(run: Run) -> None:
    """
    A style that an added language lacks is an error, or in English with `--fallback`.
    """
    result = run(*LETTER, "--style", "points", "--name", "Carol Example")
    fallback = run("-q", *LETTER, "--style", "points", "--fallback")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error: case 'reading-room' is incomplete in Italian, missing the style 'points': "
        "add '--fallback' for a letter in English\n"
    )
    assert "I would put two points to the authorities of Kazakhstan:" in fallback.stdout


def test_an_added_language_keeps_the_bundled_ones(run: Run, tmp_path: Path) -> None:
    """
    A campaign with an added language still has the others.
    """
    mine = tmp_path / "mine"
    styles = mine / "templates" / "it"
    styles.mkdir(parents=True)
    (styles / "breve.txt.j2").write_text(
        '{# Breve. #}\n{% extends "it/statement.txt.j2" %}\n'
        "{% block account %}{{ case.summary }}{% endblock %}\n"
    )
    letter = run("-q", "--campaign", mine, *LETTER, "--style", "breve")

    assert "sarebbe stata chiusa" in letter.stdout
    assert "Secondo le notizie" not in letter.stdout
    english = run("-q", *LETTER[:-1], "en").stdout
    assert "Yours sincerely,\n" in english
