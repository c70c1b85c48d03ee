"""The bundled languages: nothing lost, nothing in English, each by its own rules."""

import re
import unicodedata
from datetime import date, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from functools import cache
from html import unescape
from pathlib import Path
from typing import Literal

import pytest
from babel.dates import format_date, get_month_names
from msgspec.structs import replace

from conftest import Run
from pdf_helpers import text_of
from protestgen import Letter, Sender, load_campaign
from protestgen.campaign.case import Case
from protestgen.campaign.translations import (
    fingerprint,
    load_translation,
    missing_fields,
    translated,
)
from protestgen.formats import FORMATS, Options
from protestgen.formats.text import cells
from protestgen.language.language import Language
from protestgen.language.loader import languages, load_language
from protestgen.letters.letter import block_text
from protestgen.letters.service import LetterOptions, LetterService
from protestgen.schema.types import PartialDate
from protestgen.templating.environment import Templates

CAMPAIGN = load_campaign()
STYLES = Templates(CAMPAIGN.folders).styles("en")
ON = date(2026, 11, 22)
WRITER = LetterService(CAMPAIGN, ON)
OTHERS = ("de", "el", "es", "fr", "ru")
HOMES = {"de": "de", "el": "gr", "es": "es", "fr": "fr", "ru": "ru"}

# Words of English that are none in the other language, and in no name of an embassy.
ENGLISH = re.compile(
    r"\b(the|and|with|which|were|was|are|that|this|from|have|has|his|their|they|you|"
    r"your|our|my|letter|police|authorities|case|reported|arrested|demand|protest|"
    r"january|february|march|may|june|july|october)\b",
    re.IGNORECASE,
)
# Those that are words of the language, or that stand in names of its texts, as well.
ALSO_WORDS = {
    "de": {"was", "protest"},
    "fr": {"police", "protest", "case"},
    "es": {"case"},
    "el": set[str](),
    "ru": set[str](),
}
# Quotation marks: outer and inner, as in CLDR.
QUOTES = {"de": "„“‚‘", "el": "«»“”", "es": "«»“”‘’", "fr": "«»“”", "ru": "«»„“"}

every_language = pytest.mark.parametrize("code", OTHERS)
every_case = pytest.mark.parametrize(
    "case", CAMPAIGN.cases.values(), ids=lambda c: c.id
)


@cache
def language(code: str) -> Language:
    """Return the bundled language *code*."""
    return load_language(code, CAMPAIGN.folders)


@cache
def in_language(case_id: str, code: str) -> Case:
    """Return the case *case_id* in the language *code*."""
    text = load_translation(CAMPAIGN, code)[case_id]
    return translated(CAMPAIGN.case(case_id), text)


def write(
    code: str, case: str = "kurmanov", wish: LetterOptions | None = None
) -> Letter:
    """Return a letter in the language *code*, to the embassy where it is spoken."""
    sender = Sender(name="Ada Example", city="X", country=HOMES.get(code, "gb"))
    wish = wish or LetterOptions(languages=(code,))
    return WRITER.write(CAMPAIGN.case(case), sender, wish)[0]


def words_of(case: Case) -> list[str]:
    """Return all texts of *case*."""
    texts = [case.title, case.summary, case.outcome or "", *case.title_in.values()]
    texts += [word for i in case.incidents for word in (i.place, i.text)]
    texts += [word for d in case.demands for word in (d.text, d.reason)]
    return texts


def numbers(texts: list[str]) -> list[str]:
    """Return the numbers in *texts* that are written in digits, in order of value."""
    return sorted(re.findall(r"\d+", " ".join(texts)), key=int)


def test_six_languages_are_bundled() -> None:
    """
    Each has its forms of address, its texts and all of the styles.
    """
    assert languages(CAMPAIGN.folders) == sorted(("en", *OTHERS))
    for code in OTHERS:
        assert Templates(CAMPAIGN.folders).styles(code) == STYLES


@every_language
@every_case
def test_texts_are_whole_and_fresh(code: str, case: Case) -> None:
    """
    Nothing lacks, and what was translated is what the English text says today.
    """
    text = load_translation(CAMPAIGN, code)[case.id]

    assert missing_fields(case, text, language(code).forms.title_cases) == []
    assert text.translates == fingerprint(case)


@every_language
@every_case
def test_facts_are_those_of_the_english_text(code: str, case: Case) -> None:
    """
    The same incidents on the same dates, the same demands in the same order.

    There are as many people, and every number is in the words.
    """
    other = in_language(case.id, code)

    assert [i.date for i in other.incidents] == [i.date for i in case.incidents]
    assert [d.id for d in other.demands] == [d.id for d in case.demands]
    assert len(other.people) == len(case.people)
    assert numbers(words_of(other)) == numbers(words_of(case))


@every_language
@every_case
def test_people_have_one_name_in_a_language(code: str, case: Case) -> None:
    """
    A person is called alike in every case, and named in the words of the case.
    """
    known = {
        english: name
        for other in CAMPAIGN.cases.values()
        for english, name in zip(
            other.people, in_language(other.id, code).people, strict=True
        )
    }
    here = in_language(case.id, code)
    text = " ".join(words_of(here))

    for english, name in zip(case.people, here.people, strict=True):
        assert known[english] == name
        # Names are inflected: the last one's first letters are in the text.
        assert name.split()[-1][:4] in text


@every_language
@pytest.mark.parametrize("style", STYLES)
@every_case
def test_no_english_word_is_in_a_letter(code: str, style: str, case: Case) -> None:
    """
    From the first line to the last; names of embassies and addresses apart.
    """
    whole = LetterOptions(languages=(code,), style=style)
    written = write(code, case.id, whole)
    lines = [written.dateline, written.subject_line, written.salutation]
    lines += [*map(block_text, written.body), written.closing]

    found = {match[0].lower() for match in ENGLISH.finditer("\n".join(lines))}
    assert found <= ALSO_WORDS[code]


@every_language
@every_case
def test_quotation_marks_are_those_of_the_language(code: str, case: Case) -> None:
    """
    In pairs, and no straight ones.
    """
    for text in words_of(in_language(case.id, code)):
        assert set(re.findall(r"""["„“”«»‚‘‹›]""", text)) <= set(QUOTES[code])
        assert text.count(QUOTES[code][0]) == text.count(QUOTES[code][1])


@every_language
@every_case
def test_spaces_are_left_to_the_program(code: str, case: Case) -> None:
    """
    Volunteers type ordinary spaces; where no line may break, the program sees to it.
    """
    for text in words_of(in_language(case.id, code)):
        assert not re.search(r"[\u00a0\u202f]", text)


@pytest.mark.parametrize("code", ["en", *OTHERS])
def test_forms_that_nobody_confirmed_are_no_defaults(code: str) -> None:
    """
    For a role whose form is not confirmed, the one that fits every office is used.
    """
    roles = language(code).forms.roles

    assert {language(code).form(role).confidence for role in roles} <= {
        "sourced",
        "pattern",
    }
    assert roles.keys() == language("en").forms.roles.keys()


@every_language
def test_every_addressee_can_be_written_to(code: str) -> None:
    """
    Offices have a name in the language; so have missions, whose post arrives.

    Without a street it arrives where the post of the city reads the language.
    """
    directory, cities = CAMPAIGN.directory, language(code).forms.cities

    for office in directory.offices.values():
        assert language(code).display_name(office) != office.name
    for mission in directory.missions:
        found = mission.address or mission.city in cities
        assert (language(code).display_name(mission) != mission.name) == bool(found)


@every_language
def test_the_closing_and_salutation_keep_the_rules(code: str) -> None:
    """
    French repeats the salutation, Spanish has a colon, German goes on in small letters.

    Russian begins anew behind an exclamation mark.
    """
    written = write(code)
    first = block_text(written.body[0])[0]
    end = {"de": ",", "el": ",", "es": ":", "fr": ",", "ru": "!"}[code]

    assert written.salutation[-1] == end
    assert first.islower() == (code in {"de", "el", "fr"} and first.islower())
    assert first.islower() or code != "de"
    assert first.isupper() or code not in {"es", "ru"}
    if code == "fr":
        assert written.closing.count(written.salutation.removesuffix(",")) == 1


@every_language
def test_a_letter_to_a_mission_has_no_lines_in_english(code: str) -> None:
    """
    The embassy, its head and the date are named in the language of the letter.
    """
    written = write(code)
    street = written.addressee.address if written.addressee else ()
    lines = [line for line in written.addressee_block if line not in street]

    if written.addressee and street:
        assert not any(re.search(r"\b(The|Embassy|of)\b", line) for line in lines)


PATTERNS = {
    "de": ("d. MMMM y", "MMMM y"),
    "el": ("d MMMM y", "LLLL y"),
    "es": ("d 'de' MMMM 'de' y", "LLLL 'de' y"),
    "fr": ("d MMMM y", "LLLL y"),
    "ru": ("d MMMM y 'г'.", "LLLL y 'г'."),
}


@every_language
@pytest.mark.parametrize("month", range(1, 13))
def test_dates_are_those_of_cldr(code: str, month: int) -> None:
    """
    With two corrections: the French first of the month, and spaces that do not break.
    """
    day = date(2011, month, 2)
    by_day, by_month = PATTERNS[code]

    def plain(text: str) -> str:
        return re.sub(r"\s", " ", text)

    assert plain(language(code).date(day)) == plain(format_date(day, "long", code))
    assert plain(language(code).date(day)) == format_date(day, by_day, code)
    alone = format_date(day, by_month, code)
    assert plain(language(code).date(PartialDate(2011, month))) == alone
    first = "1er" if code == "fr" else "1"
    assert plain(language(code).date(day - timedelta(days=1))) == alone.replace(
        alone, format_date(day - timedelta(days=1), by_day, code)
    ).replace("1 ", f"{first} ", 1)


def test_dates_have_the_spaces_of_print() -> None:
    """
    Exact code points: a no-break space before the Russian abbreviation of the year.
    """
    assert language("ru").date(ON) == "22\u00a0ноября 2026\u00a0г."
    assert language("fr").date(date(2026, 5, 1)) == "1er\u00a0mai 2026"
    assert language("de").date(ON) == "22. November 2026"
    assert language("es").date(ON) == "22 de noviembre de 2026"
    assert language("el").date(date(2026, 5, 1)) == "1 Μαΐου 2026"


def test_austrian_letters_have_another_january() -> None:
    """
    The months of Austria are those of its own CLDR locale.
    """
    names = get_month_names("wide", "format", "de_AT")

    assert language("de").in_country("at").forms.dates.months[0] == names[1]


@every_language
def test_dates_stand_behind_places_where_that_is_usual(code: str) -> None:
    """
    Without a city, the date stands by itself.
    """
    where = {
        "de": "Leipzig, 22. November 2026",
        "el": "Πάτρα, 22 Νοεμβρίου 2026",
        "es": "Sevilla, 22 de noviembre de 2026",
        "fr": "Lyon, le 22\u00a0novembre 2026",
        "ru": "22\u00a0ноября 2026\u00a0г.",
    }[code]
    city = where.partition(",")[0]

    assert language(code).dateline(ON, city) == where
    assert language(code).dateline(ON, None) == language(code).date(ON)


@pytest.mark.parametrize(
    ("code", "text", "spaced"),
    [
        ("de", "am 1. Mai 2011", "am 1.\u00a0Mai 2011"),
        ("fr", "le 1er mai : « oui »", "le 1er\u00a0mai\u00a0: «\u00a0oui\u00a0»"),
        ("el", "την 1η Μαΐου", "την 1η\u00a0Μαΐου"),
        ("ru", "1 мая — № 5", "1\u00a0мая\u00a0— №\u00a05"),
        ("es", "el 1 de mayo: sí", "el 1 de mayo: sí"),
        ("en", "on 1 May: yes", "on 1 May: yes"),
    ],
)
def test_lines_are_not_broken_where_it_would_be_wrong(
    code: str, text: str, spaced: str
) -> None:
    """
    Each language has its own places for spaces that do not break.
    """
    assert language(code).with_no_break_spaces(text) == spaced


def test_several_who_sign_speak_of_themselves_as_we() -> None:
    """
    Also an organisation, except in the styles in which one person writes.
    """
    sender = Sender(name="Ada Exemple", country="fr")
    joint = replace(sender, cosigners=("Bob Exemple, Lyon",))
    group = replace(sender, organisation="Cercle")

    def closing(sender: Sender, style: str = "statement") -> str:
        wish = LetterOptions(languages=("fr",), style=style)
        return WRITER.write(CAMPAIGN.case("kolov"), sender, wish)[0].closing

    assert " ma très haute" in closing(sender)
    assert " notre très haute" in closing(joint)
    assert " notre très haute" in closing(group)
    assert " ma très haute" in closing(group, "personal")
    assert " notre très haute" in closing(joint, "personal")


@pytest.mark.parametrize(
    ("code", "unknown", "female", "male"),
    [
        ("de", "Exzellenz", "Sehr geehrte Frau Botschafterin", "Sehr geehrter Herr Botschafter"),
        ("fr", "Madame l’Ambassadrice, Monsieur l’Ambassadeur", "Madame l’Ambassadrice", "Monsieur l’Ambassadeur"),
        ("es", "Excelencia", "Señora embajadora", "Señor embajador"),
    ],
)  # fmt: skip
def test_a_known_gender_decides_on_the_form(
    code: str, unknown: str, female: str, male: str
) -> None:
    """
    Where it is not known, the form fits everybody.
    """
    embassy = CAMPAIGN.directory.missions[0]

    def salutation(gender: Literal["male", "female"] | None) -> str:
        return language(code).salutation(replace(embassy, gender=gender))

    assert salutation(None) == unknown
    assert salutation("female") == female
    assert salutation("male") == male


def test_a_gendered_form_that_nobody_confirmed_is_not_used() -> None:
    """
    The Greek for a woman who is High Commissioner is such a one.
    """
    greek = language("el")
    form = greek.form("un_hc")
    ohchr = replace(CAMPAIGN.directory.offices["ohchr"], gender="female")

    assert form.female
    assert form.female.confidence == "unconfirmed"
    assert greek.salutation(ohchr) == form.salutation


def test_one_letter_is_edited_at_a_time(run: Run) -> None:
    """
    The editor takes a single text.
    """
    letter = ("letter", "--case", "kolov", "--country", "uk", "--lang", "en,ru")
    result = run(*letter, "--edit")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: '--edit' goes with one language: leave one out "
        "(see 'protestgen letter --help')\n"
    )


def test_an_unknown_language_is_told(run: Run) -> None:
    """
    With those that there are.
    """
    result = run("letter", "--case", "kolov", "--country", "uk", "--lang", "xx")

    assert result.exit_code == 2
    assert result.stderr == (
        "error: unknown language 'xx': choose from de, el, en, es, fr, ru\n"
    )


def test_two_languages_follow_one_another(run: Run) -> None:
    """
    Each is a letter of its own, as it is when it is asked for alone.
    """
    letter = (
        "letter",
        "--case",
        "kurmanov",
        "--country",
        "uk",
        "--name",
        "Ada Example",
    )
    english, russian, both = (
        run(*letter, "--lang", codes).stdout for codes in ("en", "ru", "en,ru")
    )

    assert both == f"{english}\n* * *\n\n{russian}"


def test_the_profile_decides_in_which_language(run: Run, tmp_path: Path) -> None:
    """
    Unless the command line names another one.
    """
    profile = tmp_path / "ada.yaml"
    profile.write_text("name: Ada Beispiel\ncountry: de\nlanguage: de\n")
    letter = ("letter", "--case", "kolov", "--country", "de", "--sender", profile)

    german = run(*letter).stdout
    assert german == run(*letter, "--lang", "de").stdout
    assert german.startswith("22. November 2026\n")
    assert run(*letter, "--lang", "en").stdout.startswith("22 November 2026\n")


@pytest.mark.programs("pdftotext")
@every_language
@pytest.mark.parametrize("name", ["text", "body", "subject", "json", "html", "pdf"])
def test_formats_carry_the_language(name: str, code: str) -> None:
    """
    The words of the letter are in what is written, with nothing replaced.
    """
    written = write(code)
    data = FORMATS[name].render(written, Options())
    text = text_of(data) if name == "pdf" else unescape(data.decode())
    words = written.subject.split() if name == "subject" else written.closing.split()

    assert "\ufffd" not in text
    assert all(word in text for word in words)


@every_language
def test_an_email_carries_the_language(code: str) -> None:
    """
    Subject, names and text come out of the message as they were put in.
    """
    written = write(code)
    assert written.addressee
    sender = replace(written.sender, email="ada@home.example", name="Áda Пример Άλφα")
    to = replace(written.addressee, email="embassy@post.example")
    written = replace(written, sender=sender, addressee=to)
    data = FORMATS["eml"].render(written, Options())
    message = message_from_bytes(data)
    subject = " ".join(str(make_header(decode_header(message["Subject"]))).split())
    content = message.get_payload(decode=True)

    assert subject == " ".join(written.subject.split())
    assert "Áda Пример Άλφα" in str(make_header(decode_header(message["From"])))
    assert isinstance(content, bytes)
    assert written.salutation in content.decode()
    assert max(map(cells, content.decode().splitlines())) <= 72


@every_language
def test_plain_characters_are_put_where_they_are_asked_for(code: str) -> None:
    """
    No quotation mark, dash or space that old gateways lack; but all of the letters.
    """
    written = write(code, "temir-bank")
    data = FORMATS["text"].render(written, Options(ascii=True)).decode()

    letters = {c for c in data if not c.isascii()} - {"·"}  # the Greek semicolon
    assert all(unicodedata.category(c)[0] == "L" for c in letters)
    assert letters


@every_language
def test_a_page_for_a_browser_says_its_language(code: str) -> None:
    """
    Of two letters on a page, each says its own.
    """
    wish = LetterOptions(languages=(code, "en"))
    page = FORMATS["html"].render(write(code, wish=wish), Options()).decode()

    assert f'<html lang="{code}"' in page
    assert [*re.findall(r'<main lang="(..)"', page)] == [code, "en"]
    assert (page.index("<h1>") < page.index(write(code).salutation)) == (
        language(code).forms.subject_above
    )


@pytest.mark.programs("pdftotext")
@every_language
def test_two_languages_are_two_sheets_of_paper(code: str) -> None:
    """
    Each letter begins on a page of its own, in its own language.
    """
    wish = LetterOptions(languages=(code, "en"))
    pdf = FORMATS["pdf"].render(write(code, wish=wish), Options())
    first, second, *rest = text_of(pdf).split("\f")

    assert write(code).salutation in first
    assert "Your Excellency" in second
    assert rest in ([], [""])
    assert f"/Lang ({code})".encode() in pdf or f"/Lang({code}".encode() in pdf


@pytest.mark.programs("pdftotext")
@every_language
def test_a_fax_has_its_cover_in_the_language(code: str) -> None:
    """
    The labels are those of the language, and none is English.
    """
    written = write(code)
    assert written.addressee
    to = replace(written.addressee, fax="+44 20 7946 0958")
    data = FORMATS["fax"].render(replace(written, addressee=to), Options())
    cover = text_of(data).split("\f")[0]
    labels = language(code).forms.fax

    for label in (
        labels.to,
        labels.sender,
        labels.regarding,
        labels.date,
        labels.pages,
    ):
        assert label in cover
    assert not re.search(r"\b(From|Regarding|Pages|Date|To)\b", cover) or code == "fr"
