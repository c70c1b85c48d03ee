"""Forms of address, dates (compared with Babel's CLDR data) and conjunctions."""

import re
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from babel.dates import format_date, get_month_names
from msgspec.structs import asdict, replace

from protestgen import load_campaign
from protestgen.campaign.bundled import shipped_folder
from protestgen.errors import ChoiceError, DataError
from protestgen.language.language import Language
from protestgen.language.loader import load_language
from protestgen.letters.compose import with_signs
from protestgen.schema.types import PartialDate
from protestgen.templating.blocks import Paragraph

if TYPE_CHECKING:
    from protestgen.campaign.directory import Addressee

CAMPAIGN = load_campaign()
ENGLISH = load_language("en", CAMPAIGN.folders)
GERMAN = load_language("de", CAMPAIGN.folders)
SHIPPED = (shipped_folder() / "data" / "forms.yaml").read_text(encoding="utf-8")

Loader = Callable[[str], Language]


@pytest.fixture(name="load")
def _load(tmp_path: Path) -> Loader:
    """Return a function that reads the language of a campaign with these forms."""

    def load(text: str) -> Language:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "forms.yaml").write_text(text, encoding="utf-8")
        return load_language("en", (tmp_path,))

    return load


def problems(load: Loader, text: str) -> list[str]:
    """Return the problems of the forms *text*, without the folder."""
    with pytest.raises(DataError) as caught:
        load(text)
    return [line.rpartition("/")[2] for line in caught.value.lines()]


def place(text: str, part: str, after: str = "") -> str:
    """Return the line and column in *text* of *part*, which is in *after*."""
    before = text[: text.index(part, text.index(after))]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


def test_months_are_those_of_cldr() -> None:
    """
    The English names of months are those of CLDR.
    """
    names = get_month_names("wide", "format", "en")

    assert ENGLISH.forms.dates.months == tuple(names[month] for month in range(1, 13))


@pytest.mark.parametrize(
    ("country", "locale", "pattern"),
    [
        ("gb", "en_GB", "d MMMM y"),
        ("ie", "en_IE", "d MMMM y"),
        (None, "en_001", "d MMMM y"),
        ("us", "en_US", "MMMM d, y"),
    ],
)
def test_dates_are_those_of_cldr(
    country: str | None, locale: str, pattern: str
) -> None:
    """
    A day is written as in the sender's country, a month with its year.

    In an American sentence, a comma follows the year as well.
    """
    language = ENGLISH.in_country(country)
    comma = "," if country == "us" else ""  # as it goes on in a sentence
    for month in range(1, 13):
        day, partial = date(2011, month, 1), PartialDate(2011, month)

        assert language.date(day) == format_date(day, pattern, locale)
        assert language.date(day) == format_date(day, "long", locale)
        assert language.when(day) == f"on {format_date(day, 'long', locale)}{comma}"
        assert language.date(partial) == format_date(day, "MMMM y", locale)
        assert language.when(partial) == f"in {format_date(day, 'MMMM y', locale)}"


def test_a_date_may_be_a_year() -> None:
    """
    A date is written as precisely as it is known.
    """
    assert ENGLISH.date(PartialDate(2011)) == "2011"
    assert ENGLISH.when(PartialDate(2011)) == "in 2011"
    assert ENGLISH.date(PartialDate(2011, 5, 1)) == "1 May 2011"


@pytest.mark.parametrize(
    ("items", "text"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b, c", "d"], "a; b, c; and d"),
        (["a and b", "c"], "a and b, and c"),
        (["a, b"], "a, b"),
    ],
)
def test_series(items: list[str], text: str) -> None:
    """
    Three items, one of them with a comma or a conjunction, are joined by semicolons.
    """
    assert ENGLISH.series(items) == text


@pytest.mark.parametrize(
    ("items", "text"),
    [
        (["Ana", "Irene"], "Ana e Irene"),
        (["Ana", "Íñigo"], "Ana e Íñigo"),
        (["Ana", "Hilario"], "Ana e Hilario"),
        (["oro", "hierro"], "oro y hierro"),
        (["Ana", "Yolanda"], "Ana y Yolanda"),
        (["Irene", "Ana"], "Irene y Ana"),
        (["Ana e Irene", "Luis", "Eva"], "Ana e Irene; Luis; y Eva"),
    ],
)
def test_the_conjunction_may_depend_on_the_next_word(
    items: list[str], text: str
) -> None:
    """
    The conjunction of the longest matching beginning counts, as Spanish needs it.
    """
    assert load_language("es", [shipped_folder()]).series(items) == text


def test_genitives_of_states() -> None:
    """
    A state whose name needs an article has its genitive in `forms.yaml`.
    """
    assert ENGLISH.state_genitive("gb") == "of the United Kingdom"
    assert ENGLISH.state_genitive("kz") == "of Kazakhstan"
    assert ENGLISH.state_genitive("fr") == "of France"


def test_the_name_of_a_mission_without_a_street() -> None:
    """
    A mission without a street is translated only in cities that read the language.
    """
    vienna, athens, london = (
        next(m for m in CAMPAIGN.directory.missions if m.city == city)
        for city in ("Vienna", "Athens", "London")
    )

    assert GERMAN.address(vienna) == ["Botschaft der Republik Kasachstan", "Wien"]
    assert GERMAN.address(athens) == [
        "Embassy of the Republic of Kazakhstan in the Hellenic Republic",
        "Athens",
    ]
    assert GERMAN.address(london)[0] == "Botschaft der Republik Kasachstan"


def test_the_title_depends_on_a_known_gender() -> None:
    """
    A title for a known gender is preferred to the title of the office.
    """
    president = CAMPAIGN.directory.offices["president"]
    woman = replace(president, gender="female")

    titles = [GERMAN.title(president), GERMAN.title(woman)]

    assert titles == [
        "S. E. dem Präsidenten der Republik Kasachstan",
        "I. E. der Präsidentin der Republik Kasachstan",
    ]
    assert GERMAN.salutation(woman) == "Sehr geehrte Frau Präsidentin"


def test_american_forms() -> None:
    """
    In American letters a colon follows the salutation, and the closing has no "Yours".
    """
    london = CAMPAIGN.directory.missions[0]
    american = ENGLISH.in_country("us")

    assert ENGLISH.salutation(london) == "Your Excellency"
    assert ENGLISH.forms.salutation_end == ","
    assert ENGLISH.closing("ambassador", "", plural=False) == "Yours sincerely,"
    assert american.forms.salutation_end == ":"
    assert american.closing("ambassador", "", plural=False) == "Sincerely,"
    assert american.closing("friends", "", plural=True) == "In solidarity,"
    assert ENGLISH.in_country("gb") is ENGLISH


def test_every_addressee_has_a_form() -> None:
    """
    English has a form of address for the role of every bundled mission and office.
    """
    directory = CAMPAIGN.directory

    for mission in directory.missions:
        assert ENGLISH.salutation(mission)
    for office in directory.offices.values():
        assert ENGLISH.salutation(office)


def test_a_campaign_may_replace_forms(load: Loader) -> None:
    """
    The forms of address of a campaign replace the bundled ones.
    """
    own = load(SHIPPED.replace("Your Excellency", "Excellency"))

    assert own.forms.form("ambassador").salutation == "Excellency"


def test_a_language_without_forms_is_unknown(tmp_path: Path) -> None:
    """
    A language without a file of forms is an error.
    """
    with pytest.raises(ChoiceError) as caught:
        load_language("xx", (tmp_path, *CAMPAIGN.folders))

    assert str(caught.value).startswith("unknown language 'xx': choose from ")


CLOSING_BRACES = "has braces other than {salutation}: remove them"
BRACES = "has braces other than {day}, {month}, {year}: remove them"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (' "{day} {month} {year}"', ' "{Day}"', f"'{{Day}}' {BRACES}"),
        (' "{year}"', ' "{year!r}"', f"'{{year!r}}' {BRACES}"),
        (' "in {year}"', ' "{day.__class__}"', f"'{{day.__class__}}' {BRACES}"),
        (' "in {year}"', ' "{year:>999999}"', f"'{{year:>999999}}' {BRACES}"),
        (' "{month} {year}"', ' "{"', f"'{{' {BRACES}"),
        (' "{month} {year}"', ' "{{day}}"', f"'{{{{day}}}}' {BRACES}"),
        (
            ' "Re: {subject}"',
            ' "{subject} {0}"',
            "'{subject} {0}' has braces other than {subject}: remove them",
        ),
        (
            "Yours sincerely: Sincerely",
            "Yours sincerly: Sincerely",
            "no role has the closing 'Yours sincerly': did you mean 'Yours sincerely'?",
        ),
        (
            "Yours sincerely: Sincerely",
            "Amicalement: Sincerely",
            "no role has the closing 'Amicalement': add it to a role first",
        ),
        (
            "Yours sincerely: Sincerely",
            'Yours sincerely: "{salutation:>9000000000}"',
            f"'{{salutation:>9000000000}}' {CLOSING_BRACES}",
        ),
        (
            "Yours sincerely: Sincerely",
            'Yours sincerely: "{salutation.__class__}"',
            f"'{{salutation.__class__}}' {CLOSING_BRACES}",
        ),
        (
            "  osce_chair:",
            '  osce_chair: {closing: "{x}", salutation: s, confidence: sourced}\n  x:',
            f"'{{x}}' {CLOSING_BRACES}",
        ),
        (
            "\nvariants:",
            '\noffices: {a: {of: a, name: b, title: "{state!r} {state}"}}\nvariants:',
            "'{state!r} {state}' has braces other than {state}: remove them",
        ),
        (
            ' "of {state}"',
            f' "{"{state}" * 50}"',
            "350 characters, of at most 300: shorten it",
        ),
        (
            " pattern\n",
            " sure\n",
            "'sure' is not known here: write sourced, pattern or unconfirmed",
        ),
    ],
)
def test_invalid_forms_are_refused(
    load: Loader, old: str, new: str, message: str
) -> None:
    """
    A pattern contains its own placeholders only, and groups are complete.
    """
    text = SHIPPED.replace(old, new, 1)
    # A wrong closing is located by what it turns into.
    quoted = re.search('"[^"]*"', new)
    value = quoted[0] if quoted else new.partition(": ")[2] or new.strip()

    assert problems(load, text) == [f"forms.yaml:{place(text, value, new)}: {message}"]


def test_a_year_has_twelve_months(load: Loader) -> None:
    """
    A list of months without twelve names is an error.
    """
    text = SHIPPED.replace("January, ", "", 1)

    assert problems(load, text) == [
        f"forms.yaml:{place(text, '[Feb')}: 11 months: write the names of all twelve"
    ]


@pytest.mark.parametrize("role", ["consul", "friends", "office"])
def test_required_roles_have_forms(load: Loader, role: str) -> None:
    """
    Forms without a role that missions or messages of support need are refused.
    """
    text = SHIPPED.replace(f"\n  {role}:\n", "\n  someone:\n", 1)

    assert problems(load, text) == [
        f"forms.yaml:{place(text, 'ambassador:')}: the role '{role}' is missing: add it"
    ]


def test_any_words_are_allowed_in_patterns(load: Loader) -> None:
    """
    A pattern may leave parts of the date out, and contain other words.
    """
    own = load(
        SHIPPED.replace('"{day} {month} {year}"', '"{year}.{month}.{day}, %d"', 1)
    )

    assert own.date(date(2011, 5, 1)) == "2011.May.1, %d"


def test_a_variant_changes_only_its_own_keys() -> None:
    """
    Letters from the United States keep the months and conjunctions.
    """
    english, american = asdict(ENGLISH.forms), asdict(ENGLISH.in_country("us").forms)
    changed = {name for name in english if english[name] != american[name]}

    assert changed == {
        *("salutation_end", "dates", "roles"),
        *("subject_above", "spelling"),
    }


def test_a_variant_is_like_one_that_exists(load: Loader) -> None:
    """
    Senders in a country write as those in another, which has forms of its own.
    """
    text = f"{SHIPPED}  ca: {{like: us}}\n  nz: {{like: au}}\n"

    assert problems(load, text) == [
        f"forms.yaml:{place(text, 'au}')}: no variant 'au': add it"
    ]


def test_american_letters_have_american_spelling_and_dates() -> None:
    """
    Words and dates in any text of a letter are as Americans write them; British ones stay.
    """
    text = "On 1 May 2011 Mr Ex began to organise; his defence ended on 2 May 2011."
    american = ENGLISH.in_country("us")

    assert ENGLISH.spelled(text) == text
    assert american.spelled(text) == (
        "On May 1, 2011, Mr. Ex began to organize; his defense ended on May 2, 2011."
    )
    assert (
        american.spelled("An Organisation of its own") == "An Organisation of its own"
    )


HOSTILE = ("{x}", "{state!r}", "{state:>9000000000}", "{salutation.__class__}", "{")


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("code", ["en", "de"])
def test_no_text_of_the_forms_is_a_format_string(
    tmp_path: Path, code: str, hostile: str
) -> None:
    """
    Braces in a value of the forms are refused, or appear in the letter unchanged.
    """
    (tmp_path / "data").mkdir()
    name = "forms.yaml" if code == "en" else f"forms.{code}.yaml"
    directory = CAMPAIGN.directory
    addressees: list[Addressee] = [*directory.missions, *directory.offices.values()]
    lines = (shipped_folder() / "data" / name).read_text("utf-8").splitlines()
    keys = {
        index: value[1]
        for index, line in enumerate(lines)
        if (value := re.fullmatch(r"( *\w[\w ]*: )[^\[{#]+", line))
        and not re.search(r"confidence:| of:|: true$", line)
    }

    def load(changed: Collection[int]) -> Language:
        text = (
            f"{keys[index]}'{hostile}'" if index in changed else line
            for index, line in enumerate(lines)
        )
        (tmp_path / "data" / name).write_text("\n".join(text), "utf-8")
        return load_language(code, [tmp_path])

    with pytest.raises(DataError) as caught:
        load(keys)
    refused = {
        index
        for index, key in keys.items()
        if f":{index + 1}:{len(key) + 1}: '{hostile}' has braces other than"
        in str(caught.value)
    }
    written = keys.keys() - refused
    language = load(written)
    for to in addressees:
        text = [*language.address(to), language.salutation(to)]
        text.append(language.closing(to.role, text[-1], plural=True))
        assert len("".join(text)) < 1_000
        assert "<class" not in "".join(text)

    assert min(len(refused), len(written)) > 10


def test_each_rule_for_no_break_spaces_works_alone() -> None:
    """
    Each of the three rules for no-break spaces works without the others.
    """
    alone = replace(GERMAN.forms, glue_before="", glue_after="")
    block = Paragraph("am 1. Mai")

    assert with_signs(block, Language("de", alone)) == Paragraph("am 1.\u00a0Mai")
    assert with_signs(block, Language("de", replace(alone, glue_days=False))) == block
