"""Cached texts of templates: each letter reads as if rendered alone."""

from collections.abc import Mapping
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from protestgen import load_campaign
from protestgen.errors import TemplateError
from protestgen.letters.letter import Letter, block_text
from protestgen.letters.options import LetterOptions
from protestgen.letters.sender import Sender
from protestgen.letters.service import LetterService
from protestgen.templating.render_cache import RenderCache

ON = date(2026, 11, 22)
BUNDLED = load_campaign()
SENDERS = [
    Sender(
        name="Ada Example",
        country="gb",
        city=city,
        organisation=organisation,
        cosigners=cosigners,
        why=why,
    )
    for city, organisation, cosigners, why in product(
        (None, "Bonn, Germany"),
        (None, "Example Committee"),
        ((), ("Bob Example, York",)),
        (None, "No.\n\nYes."),
    )
]


def write(
    writer: LetterService, sender: Sender, style: str, case: str = "kurmanov"
) -> Letter:
    """Return the letter of *sender*."""
    letter, _ = writer.write(
        writer.campaign.case(case), sender, LetterOptions(style=style)
    )
    return letter


@pytest.mark.parametrize(
    "style", ["statement", "personal", "organisation", "points", "support"]
)
def test_letter_is_the_same_as_without_the_cache(style: str) -> None:
    """
    A letter does not depend on the letters that were written before it.
    """
    writer = LetterService(BUNDLED, ON)
    for case in ("kurmanov", "shanyrak"):
        together = [write(writer, sender, style, case) for sender in SENDERS]
        again = [write(writer, sender, style, case) for sender in SENDERS]
        alone = [
            write(LetterService(BUNDLED, ON), sender, style, case) for sender in SENDERS
        ]

        assert together == again == alone


@pytest.mark.parametrize(
    "template",
    [
        "{% extends 'shipped/en/statement.txt.j2' %}\n{% set supported = why ~ place %}\n"
        "{% block request %}{{ supported }}{% endblock %}",
        "{% extends 'shipped/en/statement.txt.j2' %}\n"
        "{% macro own() %}{{ why }}{{ place }}{% endmacro %}\n"
        "{% block request %}{{ own() }}{% endblock %}",
        "{% extends 'shipped/en/statement.txt.j2' %}\n"
        "{% block request %}{{ self.own_words() }}{{ self.opening() }}{% endblock %}",
        "{% extends 'shipped/en/statement.txt.j2' %}\n"
        "{% block own_words %}{{ super() }}!{% endblock %}\n"
        "{% block opening %}{{ super() }} {{ place }}{% endblock %}",
        "{% block subject %}S{% endblock %}\n\n\n{% block a %}"
        "{% block b scoped %}{{ why }} {{ place }}{% endblock %}{% endblock %}",
        "{% block subject %}S{% endblock %}\n\n\n{{ why }} {{ place }}",
        "{% block subject %}S{% endblock %}\n\n\n{% block a %}"
        "{% include 'en/part.txt.j2' %}{% endblock %}",
        "{% from 'en/part.txt.j2' import part %}{% block subject %}S{% endblock %}\n\n\n"
        "{% block a %}{{ part() }}{% endblock %}",
        "{% block subject %}S{% endblock %}\n\n\n{% block a %}"
        "{% set words %}{{ why }} {{ place }}{% endset %}{{ words }}{% endblock %}",
        "{% set own = namespace(words='') %}{% set own.words = why ~ place %}"
        "{% block subject %}S{% endblock %}\n\n\n{% block a %}{{ own.words }}{% endblock %}",
        "{% set words = 'Why4 Place4' %}"
        "{% if '1' in place %}{% set words = 'Why1 Place1' %}"
        "{% elif '2' in place %}{% set words = 'Why2 Place2' %}"
        "{% elif '3' in place %}{% set words = 'Why3 Place3' %}{% endif %}"
        "{% block subject %}S{% endblock %}\n\n\n{% block a %}{{ words }}{% endblock %}",
        "{% if '2' in place %}{% extends 'en/first.txt.j2' %}"
        "{% else %}{% extends 'en/other.txt.j2' %}{% endif %}"
        "{% block a %}{{ why }} {{ place }}{% endblock %}",
        "{% extends 'en/lent.txt.j2' %}{% block a %}{{ lent }}{% endblock %}",
        "S\n\n{{ why }} {{ place }}\n\n{% extends 'en/other.txt.j2' %}",
        "{% block subject %}S{% endblock %}\n\n\n{% set words %}{% block a %}"
        "{{ place }}{% endblock %}{% endset %}{{ words }} {{ why }}",
    ],
    ids=[
        "set",
        "macro",
        "self",
        "super",
        "scoped",
        "bare",
        "include",
        "import",
        "block",
        "namespace",
        "condition",
        "extends",
        "lent",
        "before",
        "buffer",
    ],
)
def test_words_of_one_sender_are_in_no_other_letter(
    template: str, tmp_path: Path
) -> None:
    """
    However a template passes own words on, they stay in their sender's letter.
    """
    folder = tmp_path / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "mine.txt.j2").write_text(template)
    part = "{% macro part() %}{{ why }} {{ place }}{% endmacro %}{{ part() }}"
    (folder / "part.txt.j2").write_text(part)
    base = "{% block subject %}S{% endblock %}\n\n\n{% block a %}{% endblock %}"
    lent = (
        "{% with lent = why ~ place %}{% block a scoped %}{% endblock %}{% endwith %}"
    )
    (folder / "lent.txt.j2").write_text(
        "{% block subject %}S{% endblock %}\n\n\n" + lent
    )
    (folder / "first.txt.j2").write_text(f"{base}\n\nPlace2")
    (folder / "other.txt.j2").write_text(base)
    writer = LetterService(load_campaign(tmp_path), ON)
    for number in (1, 2, 3, 4):
        why, city = (f"Why{number}.", f"Place{number}")
        sender = Sender(name="Ada Example", country="gb", why=why, city=city)
        letter = write(writer, sender, "mine")
        text = "\n".join(map(block_text, letter.body))

        assert f"Why{number}" in text
        assert f"Place{number}" in text
        others = {1, 2, 3, 4} - {number}
        assert not [n for n in others if f"Why{n}" in text or f"Place{n}" in text]


@pytest.mark.parametrize(
    "template",
    [
        "{{ why|length }}",
        "{{ why|upper }}",
        "{{ why|safe }}",
        "{{ why|trim('W') }}",
        "{{ why|default('none') }}",
        "{{ why|replace('Why', 'How') }}",
        "{{ why|first }} {{ why|last }} {{ why|list|length }}",
        "{{ why ~ '!' }}",
        "{{ why + '!' }}",
        "{{ why[0] }} {{ why[:4] }} {{ why[::-1] }}",
        "{{ why.startswith('Why1') }} {{ 1 if why.startswith is defined }}",
        "{{ 1 if why[0] is defined }} {{ 1 if why['x'] is defined }}",
        "{{ 1 if why == 'Why1.' }} {{ 1 if why != 'Why1.' }} {{ 1 if why > 'Why2.' }}",
        "{{ 1 if '1' in why }} {{ 1 if why in ['Why1.'] }} {{ 1 if [why] == ['Why1.'] }}",
        "{{ 1 if why is string }} {{ 1 if why is number }} {{ 1 if why is none }}",
        "{{ 1 if why is eq 'Why1.' }} {{ 1 if why is in 'Why1.' }}",
        "{{ 1 if why is defined }} {{ 1 if why and place }} {{ 1 if not why }}",
        "{% for letter in why %}{{ letter }} {% else %}none{% endfor %}",
        "{{ [why, why]|join(', ') }} {{ [why]|first }} {{ [why, 'Wi']|sort|last }}",
        "{{ [why, why]|unique|list|length }} {{ [why]|map('length')|first }}",
        "{{ [why]|select('string')|list|length }} {{ [[why]]|map(attribute=0)|join }}",
        "{% set words = {why: 1} %}{{ words|length }} {{ words['Why1.'] is defined }}",
        "{% set words = {'a': why} %}{{ words.a }}",
        "{% set words %}{{ why }}{% endset %}{{ words|length }} {{ words }}",
        "{% set words %}{{ why }}{% endset %}{{ 1 if words == 'Why1.' }} {{ words[3] }}",
        "{% set words|upper %}{{ why }}{% endset %}{{ words }}",
        "{% filter replace('1', 'one') %}{{ why }}{% endfilter %}",
        "{% macro words() %}{{ why }}{% endmacro %}{{ words()|length }} {{ words() }}",
        "{% macro words() %}{{ caller()|length }}{% endmacro %}"
        "{% call words() %}{{ why }}{% endcall %}",
        "{% block words %}{{ why }}{% endblock %}{{ self.words()|length }}",
        "{% set all %}{% block words %}{{ why }}{% endblock %}{% endset %}{{ all|length }}",
        "{% set all %}{% include 'en/words.j2' %}{% endset %}{{ all|length }}",
        "{% include 'en/words.j2' %}",
        "{% from 'en/words.j2' import words %}{{ words() }} {{ words()|length }}",
        "{% for a in 'ab' recursive %}{{ why }}{% if loop.depth is defined %}{% endif %}"
        "{% endfor %}",
        "{% set own = namespace(words=why) %}{{ own.words }} {{ own.words|length }}",
        "{% set a, b = [why, 1] %}{{ a }} {{ b }}",
        "{% with words = why %}{{ words }}{% endwith %}",
        "{% include [why, 'en/words.j2'] %}",
        "{{ why }} {{ why }} \x02",
    ],
)
def test_whatever_is_done_with_own_words_is_done_with_these(
    template: str, tmp_path: Path
) -> None:
    """
    Templates that change or test own words use those of each sender.
    """
    folder = tmp_path / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "mine.txt.j2").write_text(f"S\n\nText: {template}\n")
    words = "{% macro words() %}{{ why }}{% endmacro %}{{ why }}"
    (folder / "words.j2").write_text(words)
    campaign = load_campaign(tmp_path)
    writer = LetterService(campaign, ON)
    senders = [
        Sender(name="Ada Example", country="gb", city="York", why=why)
        for why in ("Why1.", "Why2.", "W & 1\n\nY.", None, "Why1.", "Longer words.")
    ]
    together = [outcome(writer, sender) for sender in senders]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RenderCache, "paragraphs", uncached)
        writer = LetterService(campaign, ON)
        alone = [outcome(writer, sender) for sender in senders]

    assert together == alone


def outcome(writer: LetterService, sender: Sender) -> Letter | str:
    """Return the letter of *sender*, or why there is none."""
    try:
        return write(writer, sender, "mine")
    except TemplateError as error:
        return str(error)


def uncached(cache: RenderCache, own: Mapping[str, object]) -> list[str]:
    """Return the text of a letter as it is rendered without the cache."""
    return [cache._rendered(own)]  # noqa: SLF001 - what it replaces


@pytest.mark.parametrize(
    "style", ["statement", "personal", "organisation", "points", "support"]
)
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ru", "el"])
def test_bundled_styles_are_rendered_once_for_all_words(
    style: str, language: str
) -> None:
    """
    Senders in one town share a cached text, whatever their own words.
    """
    rendered = 0

    def render(cache: RenderCache, values: Mapping[str, object]) -> str:
        nonlocal rendered
        rendered += 1
        return original(cache, values)

    writer = LetterService(BUNDLED, ON)
    choices = LetterOptions(style=style, languages=(language,))
    case = BUNDLED.case("kurmanov")
    with pytest.MonkeyPatch.context() as patch:
        original = RenderCache._rendered  # noqa: SLF001 - what costs time
        patch.setattr(RenderCache, "_rendered", render)
        for number in range(5):
            sender = Sender(country="gb", city="York", why=f"Words {number}.")
            letter, _ = writer.write(case, sender, choices)
            assert f"Words {number}." in map(block_text, letter.body)

    assert rendered == 1


def test_style_over_a_bundled_one_keeps_its_blocks(tmp_path: Path) -> None:
    """
    A template that extends the bundled one of its name is a template of its own.
    """
    folder = tmp_path / "templates" / "en"
    folder.mkdir(parents=True)
    (folder / "personal.txt.j2").write_text(
        "{% extends 'shipped/en/personal.txt.j2' %}\n"
        "{% block request %}Answer {{ 'us' if joint else 'me' }}.{% endblock %}"
    )
    campaign = load_campaign(tmp_path)
    writer = LetterService(campaign, ON)
    together = [write(writer, sender, "personal") for sender in SENDERS]

    alone = [
        write(LetterService(campaign, ON), sender, "personal") for sender in SENDERS
    ]
    assert together == alone
    assert {block_text(letter.body[-1]) for letter in together} == {
        "Answer me.",
        "Answer us.",
    }
