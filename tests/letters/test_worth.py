"""The bars of letters that are worth signing, over all cases and styles."""

import re
from datetime import date
from functools import cache, partial
from pathlib import Path

import pytest

from protestgen import Letter, Sender, compose, load_campaign
from protestgen.campaign.case import Case
from protestgen.campaign.translations import load_translation, translated
from protestgen.errors import ChoiceError
from protestgen.language.language import ENGLISH
from protestgen.language.loader import load_language
from protestgen.language.rights import load_rights
from protestgen.letters.letter import block_text
from protestgen.letters.notes import count_words
from protestgen.templating.environment import Templates

pytestmark = [pytest.mark.slow, pytest.mark.no_cover]

# The languages whose letters fulfil the bars, and words to look for: who is asked
# about, how those who can act are asked, what no mourner and no censor should read.
WORDS = {
    "en": {
        "authorities": r"the authorities of",
        "demand": r"\b(urge|call on|ask the authorities)\b",
        "mourners": r"alleged|killing|[Ss]olidarity|hear from",
        "censor": r"happened|read|[Ss]olidarity|raise",
    },
    "fr": {
        "authorities": r"autorités (de|du|des) |autorités d’",
        "demand": r"instamment|\bdemand(e|ons) (donc )?aux autorités",
        "mourners": r"aurait|succombé|[Ss]olidarité|nouvelles",
        "censor": r"arrivé|\blu\b|[Ss]olidarité|voix|soutien",
    },
    "de": {
        "authorities": r"Behörden (Kasachstans|der Türkei)",
        "demand": r"\b(dringend|ford(?:ern|ere)\b.*\bauf|bitten? die Behörden)\b",
        "mourners": r"mutmaßlich|Tötung|[Ss]olidar|zu hören",
        "censor": r"geschehen|widerfahren|gelesen|[Ss]olidar|Stimme",
    },
    "es": {
        "authorities": r"las autoridades d",
        "demand": r"\b([Ii]nst(o|amos|a|aba|ábamos)|[Pp](ido|edimos))\b",
        "mourners": r"presunt|homicidio|[Ss]olidari|tener noticias",
        "censor": r"ocurri|leído|[Ss]olidari|voz",
    },
    "ru": {
        "authorities": r"власт(и|ей|ям|ями|ях) (Казахстана|Турции)",
        "demand": r"прошу Вас (?!передать|лично|задать|сообщить)|просим|призыва",
        "mourners": r"убийств|забит|[Сс]олидарн|весточ",
        "censor": r"пережи|известно|забыли|[Сс]олидарн|голос|защит",
    },
    "el": {
        "authorities": r"αρχ(ές|ών) τ(ου|ης|ων)\b",
        "demand": r"\b(καλ(ώ|ούμε)|ζητ(ώ|ούμε) από)\b",
        "mourners": r"αποδίδεται|ξυλοδαρμό|[Αα]λληλεγγύη|νέα σας",
        "censor": r"συνέβη|[Δδ]ιάβασ|[Αα]λληλεγγύη|φωνή",
        "question": ";",
    },
}
NOW = date(2026, 11, 22)
ADA = Sender(
    name="Ada Example", city="Leeds", country="gb", organisation="Leeds Readers"
)
BUNDLED = load_campaign()
WORTH = load_campaign(Path(__file__).parents[1] / "worth")
CASES = {
    **{f"{id_}": (BUNDLED, case) for id_, case in BUNDLED.cases.items()},
    **{
        id_: (WORTH, WORTH.cases[id_])
        for id_ in ("lawyer", "journalist", "teachers", "village")
    },
}
STYLES = Templates(BUNDLED.folders).styles("en")
ASKING = [style for style in STYLES if style not in {"support", "thanks"}]
# The longest that a body may be, in words, and the shortest.
LENGTHS = {"personal": (90, 150), "organisation": (90, 220), "statement": (90, 400)}
# What is read once for all letters.
LANGUAGE, RIGHTS, TEMPLATES = cache(load_language), cache(load_rights), cache(Templates)
every_language = pytest.mark.parametrize("code", WORDS)


@cache
def in_language(code: str, case_id: str) -> Case:
    """The case with its texts in the language *code*."""
    campaign, case = CASES[case_id]
    if code == ENGLISH:
        return case
    return translated(case, load_translation(campaign, code)[case_id])


def letters(code: str, case_id: str, style: str) -> list[Letter]:
    """Letters in *style* about the case, archived or open, to everybody it is for."""
    _, case = CASES[case_id]
    days = {NOW, case.opened.first_day} if case.status == "closed" else {NOW}
    return [
        letter
        for on in sorted(days)
        for to in ([None] if style == "support" else addressees(case))
        for letter in written(code, case_id, style, to, on)
    ]


def addressees(case: Case) -> list[str]:
    """All to whom letters about the case are addressed."""
    return [name for way in case.ways for name in way.to]


@cache
def written(
    code: str, case_id: str, style: str, to: str | None, on: date
) -> list[Letter]:
    """The letter, or none: no thanks are due before a demand was met."""
    campaign, case = CASES[case_id]
    directory = campaign.directory
    addressee = (
        directory.choose(state=case.state, country="gb", to=to, write_to=(to,))[0]
        if to
        else None
    )
    sender = (
        ADA if style == "organisation" else Sender(name="Ada Example", city="Leeds")
    )
    try:
        letter = compose(
            in_language(code, case_id),
            addressee,
            sender,
            style=style,
            language=LANGUAGE(code, campaign.folders),
            templates=TEMPLATES(campaign.folders),
            on=on,
            rights=partial(RIGHTS, campaign.folders),
        )
    except ChoiceError:
        assert style == "thanks"
        return []
    return [letter]


def text_of(letter: Letter) -> str:
    """The subject and the body, as one line."""
    return " ".join((letter.subject_line, *map(block_text, letter.body)))


def words_in_runs(text: str, length: int = 6) -> set[tuple[str, ...]]:
    """All runs of *length* words in *text*."""
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


@every_language
@pytest.mark.parametrize("style", LENGTHS)
def test_letters_are_as_long_as_their_style(code: str, style: str) -> None:
    """
    A letter has the length of its style, without own words.
    """
    shortest, longest = LENGTHS[style]

    for case_id in CASES:
        for letter in letters(code, case_id, style):
            assert shortest <= count_words(letter) <= longest, text_of(letter)


@every_language
@pytest.mark.parametrize("style", STYLES)
def test_people_are_named_in_full_twice_at_most(code: str, style: str) -> None:
    """
    Subject and body together name nobody in full more than twice.
    """
    for case_id in CASES:
        people = in_language(code, case_id).people
        # Names are inflected.
        forms = [" ".join(rf"{w[:-1]}\w*" for w in name.split()) for name in people]
        for letter in letters(code, case_id, style):
            text = text_of(letter)
            assert all(len(re.findall(form, text)) <= 2 for form in forms), text


@every_language
@pytest.mark.parametrize("style", ASKING)
def test_authorities_are_asked_themselves(code: str, style: str) -> None:
    """
    Nobody who can act is asked that "the authorities of" their own state act.
    """
    for case_id, (campaign, case) in CASES.items():
        for office in campaign.directory.offices.values():
            if office.state == case.state:
                (letter,) = written(code, case_id, style, office.id, NOW)
                text = text_of(letter)
                assert not re.search(WORDS[code]["authorities"], text), text


@every_language
@pytest.mark.parametrize("style", ["personal", "organisation", "points"])
def test_subject_opening_and_summary_differ(code: str, style: str) -> None:
    """
    The subject, the first sentence and the summary share no run of six words.
    """
    begins = "[A-ZΆ-ΫА-Я0-9]"
    for case_id in CASES:
        summary = words_in_runs(in_language(code, case_id).summary)
        for letter in letters(code, case_id, style):
            first = re.split(rf"(?<=[.!]) (?={begins})", block_text(letter.body[0]))[0]
            subject, opening = words_in_runs(letter.subject), words_in_runs(first)
            shared = subject & opening | subject & summary | opening & summary
            assert not shared, text_of(letter)


@every_language
@pytest.mark.parametrize("style", ASKING)
def test_archived_letters_ask_questions(code: str, style: str) -> None:
    """
    A letter about the past asks one question for each demand and commands nothing.
    """
    mark = WORDS[code].get("question", "?")
    for case_id, case in BUNDLED.cases.items():
        for to in map(str, case.write_to):
            (letter,) = written(code, case_id, style, to, NOW)
            text = text_of(letter)
            assert text.count(mark) >= len(letter.demands), text
            assert not re.search(WORDS[code]["demand"], text), text


@every_language
def test_a_card_has_no_subject_and_no_case(code: str) -> None:
    """
    A printed card has no subject; a neutral one does not mention what happened.
    """
    words = WORDS[code]
    for case_id in CASES:
        case = in_language(code, case_id)
        (letter, *_) = letters(code, case_id, "support")
        text, card = text_of(letter), case.support_to

        assert letter.subject
        assert letter.subject_line == ""
        assert not words_in_runs(text) & words_in_runs(case.summary)
        text = f"{text} {letter.closing}"
        assert not (card.neutral and re.search(words["censor"], text)), text
        assert not (card.bereaved and re.search(words["mourners"], text)), text
