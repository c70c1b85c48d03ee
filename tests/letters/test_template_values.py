"""What a case and a sender say in a letter beside its texts: people, questions, styles."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from campaign_helpers import change, small_campaign
from conftest import Result, Run
from protestgen import (
    LetterOptions,
    LetterService,
    Sender,
    load_campaign,
    write_letter,
)
from protestgen.campaign.bundled import shipped_folder
from protestgen.errors import ChoiceError
from protestgen.language.loader import load_language
from protestgen.letters.letter import block_text

ON = date(2026, 11, 22)
PEOPLE = "[Ada Example, Bob Example]"
LETTER = ("-q", "letter", "--case", "picket", "--country", "uk")

Written = Callable[..., Result]


@pytest.fixture(name="mine")
def _mine(tmp_path: Path) -> Path:
    """Return a small campaign."""
    return small_campaign(tmp_path / "mine")


@pytest.fixture(name="written")
def _written(mine: Path, run: Run) -> Written:
    """Return a function that writes a letter of a *template* after *changes*."""

    def write(
        template: str,
        *changes: tuple[str, str],
        style: str = "mine",
        options: tuple[str, ...] = (),
    ) -> Result:
        change(mine, *changes)
        place = mine / "templates" / "en" / f"{style}.txt.j2"
        place.write_text(f"Subject\n\n{template}\n")
        line = (*LETTER, "--width", "200", "--style", style, *options)
        return run("--campaign", mine, *line)

    return write


def printed(result: Result) -> str:
    """Return the text of a letter."""
    assert (result.exit_code, result.stderr) == (0, "")
    return result.stdout.partition("Re: Subject\n\n")[2].partition("\n\nYours")[0]


def test_a_person_has_a_short_name(written: Written) -> None:
    """
    The one person of a case has a name, a short one, a gender, and what they are.
    """
    template = (
        "{{ person.name }}|{{ person.short }}|{{ person.gender }}|{{ person.about }}|"
        "{{ person }}|{{ case.people|join(', ') }}"
    )
    one = "[{name: Ada Example, short: Ms Example, gender: female, about: a lawyer}]"

    assert printed(written(template, (PEOPLE, one))) == (
        "Ada Example|Ms Example|female|a lawyer|Ada Example|Ada Example"
    )


def test_a_person_may_be_a_name_alone(written: Written) -> None:
    """
    Without a short name it is the whole one; without a gender none is guessed.
    """
    template = "{% for one in people %}{{ one.short }}{{ one.gender }}, {% endfor %}"
    template += "{{ 'alone' if person else 'several' }}"

    assert printed(written(template)) == "Ada Example, Bob Example, several"


@pytest.mark.parametrize(
    ("count", "code", "expected"),
    [
        (0, "en", ""),
        (1, "en", "A"),
        (3, "en", "A, B and C"),
        (4, "en", "A, B and two others"),
        (14, "en", "A, B and twelve others"),
        (23, "en", "A, B and 21 others"),
        (14, "de", "A, B und zwölf weitere"),
        (16, "de", "A, B und 14 weitere"),
        (5, "fr", "A, B et trois autres personnes"),
        (5, "es", "A, B y tres personas más"),
        (5, "el", "A, B και τρεις ακόμη"),
        (6, "ru", "A, B и ещё четверо"),
        (7, "ru", "A, B и ещё пять человек"),
    ],
)
def test_many_people_are_counted(count: int, code: str, expected: str) -> None:
    """
    Up to three people are named; of more people two are, and the others are counted.
    """
    language = load_language(code, (shipped_folder(),))
    names = [chr(ord("A") + number) for number in range(count)]

    assert language.people(names) == expected


@pytest.mark.parametrize(
    ("code", "typed", "expected"),
    [
        ("en", 'I said "no" - twice', "I said “no” – twice."),
        ("en", '"No" is what I said!', "“No” is what I said!"),
        ("en", "It's 1-2 o'clock -- now", "It’s 1-2 o’clock – now."),
        ("en", 'She wrote "help"', "She wrote “help”."),
        ("en", "Why?\n\nSo", "Why?\n\nSo."),
        ("en", "See (here)", "See (here)."),
        ("en", "- a point", "- a point."),
        ("de", 'Er sagte "nein"', "Er sagte „nein“."),
        ("fr", 'Il a dit "non"', "Il a dit « non »."),
        ("es", 'Dijo "no"', "Dijo «no»."),
        ("el", 'Είπε "όχι"', "Είπε «όχι»."),
        ("ru", 'Он сказал "нет" - и ушёл', "Он сказал «нет» — и ушёл."),
    ],
)
def test_own_words_have_the_signs_of_the_language(
    code: str, typed: str, expected: str
) -> None:
    """
    Straight quotation marks, dashes and a missing full stop become those of the language.
    """
    assert load_language(code, (shipped_folder(),)).own_words(typed) == expected


def test_the_sender_says_who_they_are(written: Written) -> None:
    """
    The words for oneself have no full stop; an organisation has a form of its own.
    """
    result = written(
        "{{ about }}|{{ organisation }}|{{ organisation_of }}|{{ why }}",
        options=(
            *("--about", "a nurse in Leeds.", "--organisation", "AStA"),
            *("--organisation-of", "the AStA", "--why", "I care"),
        ),
    )

    assert printed(result) == "a nurse in Leeds|AStA|the AStA|I care."


def test_members_with_other_selves_share_no_text(mine: Path) -> None:
    """
    Who a sender is stands in their own letter only, though letters are cached.
    """
    (mine / "templates" / "en" / "mine.txt.j2").write_text(
        "Subject\n\n{{ about }}/{{ organisation_of }}/{{ why }}\n"
    )
    campaign = load_campaign(mine)
    service = LetterService(campaign, ON)
    choices = LetterOptions(style="mine")

    def text(about: str, of: str, why: str) -> str:
        sender = Sender(country="gb", about=about, organisation_of=of, why=why)
        letter, _ = service.write(campaign.case("picket"), sender, choices)
        (block,) = letter.body
        return block_text(block)

    for row in (("a", "b", "c."), ("a", "b", "d."), ("a", "e", "c."), ("f", "b", "c.")):
        assert text(*row) == "/".join(row)


def test_questions_and_reason_are_those_of_the_demands(written: Written) -> None:
    """
    The reason is that of the first demand; questions are of the demands that have one.
    """
    result = written(
        "{{ reason }}|{{ questions|join(' ') }}|{{ demands[0].request }}|"
        "{{ demands[1].request }}",
        (
            "reason: They did nothing.",
            "reason: They did nothing.\n        question: Were they released?",
        ),
        ("text: open an inquiry", "text: open an inquiry\n        request: inquire"),
        options=("--demand", "inquiry", "--demand", "release"),
    )

    assert printed(result) == (
        "It is owed to them.|Were they released?|inquire|release them"
    )


def test_demands_are_for_those_who_can_meet_them(written: Written) -> None:
    """
    A demand for those who act is not made to an embassy, unless the sender chooses it.
    """
    change = (
        "text: release them",
        "text: release them\n        to: [authority]",
    )
    template = "{{ demands|map(attribute='id')|join(', ') }}"
    refused = written(template, change)
    chosen = written(template, options=("--demand", "release"))
    to_office = written(template, options=("--to", "ombudsman"))

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr == (
        "error: no demand of case 'picket' is meant for this addressee: choose with "
        "'--demand', or another addressee with '--to'\n"
    )
    assert printed(chosen) == "release"
    assert "\n\nrelease\n\n" in to_office.stdout


def test_a_reminder_names_the_first_letter(written: Written) -> None:
    """
    The style `reminder` gets the date of the first letter, as precise as it is known.
    """
    template = (
        "{{ first_letter.date|date if first_letter.date else 'a while ago' }}: "
        "{{ first_letter.subject }}"
    )
    topic = ("title: the arrests", "topic: the picket\n    title: the arrests")
    dated = written(
        template, topic, style="reminder", options=("--first-letter", "2026-11-01")
    )
    undated = written(template, style="reminder")

    assert printed(dated) == "1 November 2026: the picket"
    assert printed(undated) == "a while ago: the picket"


def test_the_first_letter_belongs_to_reminders(written: Written) -> None:
    """
    The date of a first letter is refused with any other style than `reminder`.
    """
    result = written("Text.", options=("--first-letter", "2026-11-01"))

    assert result == Result(
        2,
        "",
        "error: '--first-letter' goes with '--style reminder' only "
        "(see 'protestgen letter --help')\n",
    )


def test_the_library_reminds_of_a_letter_too(mine: Path) -> None:
    """
    `write_letter` takes the date of the first letter, and refuses it elsewhere.
    """
    (mine / "templates" / "en" / "reminder.txt.j2").write_text(
        "Subject\n\n{{ first_letter.date|date }}\n"
    )

    def body(style: str) -> list[str]:
        letter = write_letter(
            case="picket",
            country="gb",
            style=style,
            campaign=mine,
            first_letter=date(2026, 11, 1),
        )
        return [block_text(block) for block in letter.body]

    assert body("reminder") == ["1 November 2026"]
    with pytest.raises(ChoiceError, match="goes with the style 'reminder' only"):
        body("statement")


def test_each_member_reminds_of_their_own_letter(mine: Path, run: Run) -> None:
    """
    A roster has the date of each member's first letter; other styles refuse it.
    """
    (mine / "templates" / "en" / "reminder.txt.j2").write_text(
        "Subject\n\n{{ first_letter.date|date }}.\n"
    )
    (mine / "roster.csv").write_text(
        "name,country,style,first_letter\n"
        "Ada,uk,reminder,2026-11-01\nBob,uk,reminder,2026-10\nEva,uk,statement,2026-10\n"
    )
    line = ("--campaign", mine, "batch", "--case", "picket")
    result = run(*line, "--roster", mine / "roster.csv", "-o", mine / "letters")
    texts = {path.name: path.read_text() for path in (mine / "letters").glob("*.txt")}

    assert result.exit_code == 3
    assert (
        "first_letter: goes with the style 'reminder' only: leave it" in result.stderr
    )
    assert sorted("1 November 2026." in text for text in texts.values()) == [0, 1]
    assert sorted("\nOctober 2026." in text for text in texts.values()) == [0, 1]


def test_thanks_are_for_demands_that_were_met(written: Written) -> None:
    """
    The style `thanks` has the demands that were met; without any it is refused.
    """
    template = "{{ demands|map(attribute='text')|join(', ') }}, {{ met|length }}"
    refused = written(template, style="thanks")
    assert (refused.exit_code, refused.stdout, refused.stderr) == (
        2,
        "",
        "error: no demand of case 'picket' was met: choose another style\n",
    )

    met = ("text: release them", "text: release them\n        met: 2026-11-20")
    assert printed(written(template, met, style="thanks")) == "release them, 1"

    refused = written(template, style="thanks", options=("--demand", "inquiry"))
    assert refused == Result(
        2, "", "error: the demand 'inquiry' was not met: choose others\n"
    )
