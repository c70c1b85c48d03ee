"""The bundled languages: complete translations, and the rules of each."""

import re
import unicodedata
from datetime import date
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
    load_translation,
    source_text_hash,
    translated,
)
from protestgen.formats import FORMATS, Options
from protestgen.formats.text import cells
from protestgen.language.language import Language
from protestgen.language.loader import languages, load_language
from protestgen.letters.completeness import missing_texts
from protestgen.letters.letter import block_text
from protestgen.letters.options import LetterOptions
from protestgen.letters.service import LetterService
from protestgen.schema.types import PartialDate
from protestgen.templating.environment import Templates

CAMPAIGN = load_campaign()
STYLES = Templates(CAMPAIGN.folders).styles("en")
ON = date(2026, 11, 22)
WRITER = LetterService(CAMPAIGN, ON)
OTHERS = ("de", "el", "es", "fr", "ru")
HOMES = {"de": "de", "el": "gr", "es": "es", "fr": "fr", "ru": "ru"}

# English words that are in no other language, and in no name of an embassy.
ENGLISH = re.compile(
    r"\b(the|and|with|which|were|was|are|that|this|from|have|has|his|their|they|you|"
    r"your|our|my|letter|police|authorities|case|reported|arrested|demand|protest|"
    r"january|february|march|may|june|july|october)\b",
    re.IGNORECASE,
)
# Exceptions: words of the language, or of names in its texts.
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
every_style = pytest.mark.parametrize(
    "style", [style for style in STYLES if style != "thanks"]
)
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
    code: str, case: str = "kurmanov", choices: LetterOptions | None = None
) -> Letter:
    """Return a letter in the language *code*, to the embassy where it is spoken."""
    sender = Sender(name="Ada Example", city="X", country=HOMES.get(code, "gb"))
    choices = choices or LetterOptions(languages=(code,))
    return WRITER.write(CAMPAIGN.case(case), sender, choices)[0]


def words_of(case: Case) -> list[str]:
    """Return all texts of *case*."""
    texts = [case.title, case.summary, case.outcome or "", *case.title_in.values()]
    texts += [word for i in case.incidents for word in (i.place, i.text)]
    texts += [word for d in case.demands for word in (d.text, d.reason)]
    return texts


def numbers(texts: list[str]) -> list[str]:
    """Return the numbers in digits in *texts*, sorted."""
    return sorted(re.findall(r"\d+", " ".join(texts)), key=int)


def test_six_languages_are_bundled() -> None:
    """
    Each of six languages has forms of address, translations and all styles.
    """
    assert languages(CAMPAIGN.folders) == sorted(("en", *OTHERS))
    for code in OTHERS:
        assert Templates(CAMPAIGN.folders).styles(code) == STYLES


@every_language
@every_case
def test_translations_are_complete_and_current(code: str, case: Case) -> None:
    """
    No translated text is missing or older than the English one.
    """
    text = load_translation(CAMPAIGN, code)[case.id]

    assert missing_texts(case, text, language(code)) == []
    assert text.translates == source_text_hash(case, text)


@every_language
@every_case
def test_translations_have_the_same_facts(code: str, case: Case) -> None:
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
    A person has the same name in every case, and the texts contain it.
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
@every_style
def test_letters_contain_no_english_words(code: str, style: str) -> None:
    """
    No line of a letter is in English, except names of embassies and addresses.
    """
    for case_id in CAMPAIGN.cases:
        whole = LetterOptions(languages=(code,), style=style)
        written = write(code, case_id, whole)
        lines = [written.dateline, written.subject_line, written.salutation]
        lines += [*map(block_text, written.body), written.closing]
        found = {match[0].lower() for match in ENGLISH.finditer("\n".join(lines))}

        assert found <= ALSO_WORDS[code], case_id


@every_language
@every_case
def test_signs_are_those_of_the_language(code: str, case: Case) -> None:
    """
    Quotation marks are pairs of those of the language, and never straight.

    The program, and not the translator, inserts no-break spaces.
    """
    for text in words_of(in_language(case.id, code)):
        assert set(re.findall(r"""["„“”«»‚‘‹›]""", text)) <= set(QUOTES[code])
        assert text.count(QUOTES[code][0]) == text.count(QUOTES[code][1])
        assert not re.search(r"[\u00a0\u202f]", text)


@pytest.mark.parametrize("code", ["en", *OTHERS])
def test_unconfirmed_forms_are_not_used(code: str) -> None:
    """
    For a role with an unconfirmed form, the form of any office is used.
    """
    roles = language(code).forms.roles

    assert {language(code).forms.form(role).confidence for role in roles} <= {
        "sourced",
        "pattern",
    }
    assert roles.keys() == language("en").forms.roles.keys()


@every_language
def test_addressees_have_names_in_the_language(code: str) -> None:
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
def test_salutations_and_closings(code: str) -> None:
    """
    French repeats the salutation, Spanish has a colon, German goes on in small letters.

    Russian begins anew behind an exclamation mark.
    """
    written = write(code)
    first = block_text(written.body[0])[0]
    end = {"de": ",", "el": ",", "es": ":", "fr": ",", "ru": "!"}[code]

    assert written.salutation[-1] == end
    assert first.islower() or code != "de"
    assert first.isupper() or code not in {"es", "ru"}
    if code == "fr":
        assert written.closing.count(written.salutation.removesuffix(",")) == 1


@every_language
def test_a_letter_to_a_mission_has_no_lines_in_english(code: str) -> None:
    """
    The embassy, its head and the date are in the language of the letter.
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
def test_dates_are_those_of_cldr(code: str) -> None:
    """
    Dates are as in CLDR, except the first day of a French month, and no-break spaces.
    """
    by_day, by_month = PATTERNS[code]

    def plain(when: date | PartialDate) -> str:
        return re.sub(r"\s", " ", language(code).date(when))

    for month in range(1, 13):
        first, day = date(2011, month, 1), date(2011, month, 2)
        assert plain(day) == re.sub(r"\s", " ", format_date(day, "long", code))
        assert plain(day) == format_date(day, by_day, code)
        assert plain(PartialDate(2011, month)) == format_date(day, by_month, code)
        expected = format_date(first, by_day, code)
        if code == "fr":
            expected = expected.replace("1 ", "1er ", 1)
        assert plain(first) == expected


def test_dates_have_no_break_spaces() -> None:
    """
    Russian dates have a no-break space before the abbreviation of the year.
    """
    assert language("ru").date(ON) == "22\u00a0ноября 2026\u00a0г."
    assert language("fr").date(date(2026, 5, 1)) == "1er\u00a0mai 2026"
    assert language("de").date(ON) == "22. November 2026"
    assert language("es").date(ON) == "22 de noviembre de 2026"
    assert language("el").date(date(2026, 5, 1)) == "1 Μαΐου 2026"


def test_austrian_months() -> None:
    """
    Letters from Austria use the month names of the Austrian locale.
    """
    names = get_month_names("wide", "format", "de_AT")

    assert language("de").in_country("at").forms.dates.months[0] == names[1]


def test_swiss_and_austrian_words(run: Run) -> None:
    """
    Letters from Switzerland have no ß, in no line of theirs; those from Austria a Jänner.
    """
    letter = ("letter", "--lang", "de", "--case", "kibraev", "--name", "Ada Ex")
    german = run(*letter, "--country", "de").stdout
    swiss = run(*letter, "--country", "ch").stdout
    text = "Im Januar 2011 kam sie frei."

    assert "Maßregelung" in german
    assert "Mit freundlichen Grüßen" in german
    assert "Massregelung" in swiss
    assert "Mit freundlichen Grüssen" in swiss
    assert "ß" not in swiss
    assert language("de").in_country("at").spelled(text) == text.replace(
        "Januar", "Jänner"
    )
    assert language("de").spelled(text) == text


@every_language
def test_datelines(code: str) -> None:
    """
    The dateline has the city where that is usual, and is the date without a city.
    """
    where = {
        "de": "Leipzig, 22. November 2026",
        "el": "Πάτρα, 22 Νοεμβρίου 2026",
        "es": "Sevilla, 22 de noviembre de 2026",
        "fr": "Lyon, le 22\u00a0novembre 2026",
        "ru": "22\u00a0ноября 2026\u00a0г.",
    }[code]
    city = where.partition(",")[0]

    date = language(code).date(ON)

    assert language(code).dateline(date, city) == where
    assert language(code).dateline(date, None) == date


@pytest.mark.parametrize(
    ("code", "text", "expected"),
    [
        ("de", "am 1. Mai 2011", "am 1.\u00a0Mai 2011"),
        ("fr", "le 1er mai : « oui »", "le 1er\u00a0mai\u00a0: «\u00a0oui\u00a0»"),
        ("el", "την 1η Μαΐου", "την 1η\u00a0Μαΐου"),
        ("el", "τον κ. Κόλοφ", "τον κ.\u00a0Κόλοφ"),
        ("ru", "1 мая — № 5", "1\u00a0мая\u00a0— №\u00a05"),
        ("es", "el 1 de mayo: sí", "el 1\u00a0de mayo: sí"),
        ("es", "15 días en 2011 y", "15\u00a0días en 2011 y"),
        ("es", "la IK-33 de allí", "la IK-33 de allí"),
        ("es", "la Escuela n.º 7", "la Escuela n.º\u00a07"),
        ("ru", "в ИК-33 под Костанаем 15 суток", "в ИК-33 под Костанаем 15\u00a0суток"),
        ("en", "on 1 May: yes", "on 1 May: yes"),
    ],
)
def test_no_break_spaces(code: str, text: str, expected: str) -> None:
    """
    Each language has its own places for no-break spaces.
    """
    assert language(code).with_no_break_spaces(text) == expected


def test_several_senders_write_we() -> None:
    """
    Several senders, or an organisation, write "we", except in personal styles.
    """
    sender = Sender(name="Ada Exemple", country="fr")
    joint = replace(sender, cosigners=("Bob Exemple, Lyon",))
    group = replace(sender, organisation="Cercle")

    def closing(sender: Sender, style: str = "statement") -> str:
        choices = LetterOptions(languages=("fr",), style=style)
        return WRITER.write(CAMPAIGN.case("kolov"), sender, choices)[0].closing

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
def test_the_form_depends_on_a_known_gender(
    code: str, unknown: str, female: str, male: str
) -> None:
    """
    Where the gender is not known, the form of address fits everybody.
    """
    embassy = CAMPAIGN.directory.missions[0]

    def salutation(gender: Literal["male", "female"] | None) -> str:
        return language(code).salutation(replace(embassy, gender=gender))

    assert salutation(None) == unknown
    assert salutation("female") == female
    assert salutation("male") == male


@every_style
def test_spanish_short_names_go_with_prepositions(style: str) -> None:
    """
    Of "de el señor" and "a el señor" a letter makes "del señor" and "al señor".
    """
    for case_id in CAMPAIGN.cases:
        written = write("es", case_id, LetterOptions(languages=("es",), style=style))
        text = " ".join(map(block_text, written.body))

        assert not re.search(r"\b([Dd]e|[Aa]) el\b|\. el señor", text), case_id
        assert text[0].isupper()


@pytest.mark.parametrize("country", ["mx", "ar", "ve"])
def test_latin_american_forms(country: str) -> None:
    """
    Latin America writes "Excelentísimo señor" in full, and has a line without a street.
    """
    spanish = language("es")
    american = spanish.in_country(country)
    office = replace(CAMPAIGN.directory.offices["president"], address=())

    assert spanish.address(office)[2:] == ["Astana"]
    assert american.address(office)[2:] == ["Su despacho", "Astana"]
    assert spanish.salutation(office) == "Excelencia"
    assert american.salutation(office) == "Excelentísimo señor presidente"
    assert (american.title(office) or "").startswith("Excelentísimo señor Presidente")
    assert american.closing("office", "", plural=False) == "Atentamente,"


def test_a_closing_that_is_a_sentence_has_its_own_full_stop() -> None:
    """
    The sign behind closings is not added to it.
    """
    spanish = language("es")

    assert spanish.closing("ambassador", "", plural=False) == "Respetuosamente,"
    assert spanish.closing("head_of_state", "", plural=True) == (
        "Reciba, Excelencia, la expresión de nuestra distinguida consideración."
    )


def test_unconfirmed_gendered_forms_are_not_used() -> None:
    """
    The Greek form for a female High Commissioner is unconfirmed and not used.
    """
    greek = language("el")
    form = greek.forms.form("un_hc")
    ohchr = replace(CAMPAIGN.directory.offices["ohchr"], gender="female")

    assert form.female
    assert form.female.confidence == "unconfirmed"
    assert greek.salutation(ohchr) == form.salutation


def test_one_letter_is_edited_at_a_time(run: Run) -> None:
    """
    `--edit` takes one language only.
    """
    letter = ("letter", "--case", "kolov", "--country", "uk", "--lang", "en,ru")
    result = run(*letter, "--edit")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: '--edit' goes with one language: leave one out "
        "(see 'protestgen letter --help')\n"
    )


def test_an_unknown_language_is_an_error(run: Run) -> None:
    """
    The error for an unknown language lists the known ones.
    """
    result = run("letter", "--case", "kolov", "--country", "uk", "--lang", "xx")

    assert result.exit_code == 2
    assert result.stderr == (
        "error: unknown language 'xx': choose from de, el, en, es, fr, ru\n"
    )


def test_letters_in_two_languages_are_joined(run: Run) -> None:
    """
    Each of two letters is the same as when written alone.
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


def test_the_profile_sets_the_language(run: Run, tmp_path: Path) -> None:
    """
    The language in a profile counts unless the command line has another one.
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
def test_all_formats_write_all_languages(name: str, code: str) -> None:
    """
    Every format contains all words of a letter, without replaced characters.
    """
    written = write(code)
    data = FORMATS[name].render(written, Options())
    text = text_of(data) if name == "pdf" else unescape(data.decode())
    words = written.subject.split() if name == "subject" else written.closing.split()

    assert "\ufffd" not in text
    assert all(word in text for word in words)


@every_language
def test_emails_write_all_languages(code: str) -> None:
    """
    Subject, names and text of an e-mail can be read back.
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
def test_ascii_punctuation(code: str) -> None:
    """
    `--ascii` replaces quotation marks, dashes and spaces, but no letters.
    """
    written = write(code, "temir-bank")
    data = FORMATS["text"].render(written, Options(ascii=True)).decode()

    letters = {c for c in data if not c.isascii()} - set("·¿")  # Greek, Spanish
    assert all(unicodedata.category(c)[0] == "L" for c in letters)
    assert letters


@every_language
def test_html_declares_its_language(code: str) -> None:
    """
    Each of two letters on a page declares its language.
    """
    choices = LetterOptions(languages=(code, "en"))
    page = FORMATS["html"].render(write(code, choices=choices), Options()).decode()

    assert f'<html lang="{code}"' in page
    assert [*re.findall(r'<main lang="(..)"', page)] == [code, "en"]
    assert (page.index("<h1>") < page.index(write(code).salutation)) == (
        language(code).forms.subject_above
    )


@pytest.mark.programs("pdftotext")
@every_language
def test_each_language_begins_a_page(code: str) -> None:
    """
    Each letter of a PDF begins on a new page and has its own language.
    """
    choices = LetterOptions(languages=(code, "en"))
    pdf = FORMATS["pdf"].render(write(code, choices=choices), Options())
    first, second, *rest = text_of(pdf).split("\f")

    assert write(code).salutation in first
    assert "Your Excellency" in second
    assert rest in ([], [""])
    assert f"/Lang ({code})".encode() in pdf or f"/Lang({code}".encode() in pdf


@pytest.mark.programs("pdftotext")
@every_language
def test_the_fax_cover_is_translated(code: str) -> None:
    """
    All labels on the cover page of a fax are in the language of the letter.
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
