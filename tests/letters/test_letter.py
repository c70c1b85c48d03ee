"""The contents of letters."""

import re
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from conftest import Result, Run
from protestgen import Letter, Sender, compose, load_campaign
from protestgen.campaign.translations import load_translation, translated
from protestgen.errors import ChoiceError
from protestgen.language.loader import load_language
from protestgen.language.typography import with_signs
from protestgen.letters.completeness import MissingTextError
from protestgen.letters.editing import editable, edited
from protestgen.letters.notes import PAGE_WORDS, count_words
from protestgen.letters.options import LetterOptions
from protestgen.letters.service import LetterService
from protestgen.templating.blocks import ItemList, Paragraph
from protestgen.templating.environment import Templates

CAMPAIGN = load_campaign()
LANGUAGE = load_language("en", CAMPAIGN.folders)
TEMPLATES = Templates(CAMPAIGN.folders)
# Letters of thanks are for demands that were met: they have a test of their own.
STYLES = [style for style in TEMPLATES.styles("en") if style != "thanks"]
NOW = date(2026, 11, 22)
THEN = date(2006, 1, 1)
ADA = Sender(name="Ada Example", city="Leeds", country="gb")


def make(
    case_id: str = "kurmanov",
    sender: Sender = ADA,
    style: str = "statement",
    on: date = NOW,
    demands: tuple[str, ...] = (),
) -> Letter:
    """Compose a letter to the embassy in London."""
    case = CAMPAIGN.case(case_id)
    london, _ = CAMPAIGN.directory.choose(
        state="kz", country="gb", to=None, write_to=("embassy",)
    )
    return compose(
        case,
        None if style == "support" else london,
        sender,
        style=style,
        language=LANGUAGE,
        templates=TEMPLATES,
        on=on,
        demands=demands,
    )


def body(letter: Letter) -> str:
    """Return the words of the body as one line."""
    words: list[str] = []
    for block in letter.body:
        words += block.items if isinstance(block, ItemList) else [block.text]
    return " ".join(words)


@pytest.mark.parametrize("on", [THEN, NOW], ids=["open", "archived"])
@pytest.mark.parametrize("style", STYLES)
def test_letter_is_well_formed(style: str, on: date) -> None:
    """
    No doubled word, no stray comma or space, no empty part, and at most a page.
    """
    for case_id in CAMPAIGN.cases:
        letter = make(case_id, style=style, on=on)
        text = body(letter)
        starts = [b.text[0] for b in letter.body if isinstance(b, Paragraph)]

        assert not re.search(r"\b(\w+) \1\b", text), text
        assert not re.search(r" [,.;:]|[,;:.][,;.]|\(\)|  |\bNone\b|\bMr\.", text), text
        assert text.endswith("."), text
        assert all(re.match(r"[A-Z\[]", start) for start in starts), text
        assert count_words(letter) <= PAGE_WORDS * (2 if style == "points" else 1)


@pytest.mark.parametrize("style", STYLES)
def test_letter_names_whom_it_is_for(style: str) -> None:
    """
    Every letter names the people of its case.
    """
    for case in CAMPAIGN.cases.values():
        letter = make(case.id, style=style)
        text = f"{body(letter)} {letter.subject}"
        assert any(person in text for person in case.people), text


@pytest.mark.parametrize("style", [style for style in STYLES if style != "support"])
@pytest.mark.parametrize("case_id", CAMPAIGN.cases)
def test_letter_makes_the_demands_in_order(case_id: str, style: str) -> None:
    """
    A letter makes its demands in order, short ones two at most, and no optional one.
    """
    case = CAMPAIGN.case(case_id)
    on = case.opened.first_day
    letter = make(case_id, style=style, on=on)
    text, usual = body(letter), case.default_demands(on)
    made = usual[:2] if style in {"personal", "reminder"} else usual
    places = [text.find(with_signs(demand.text)) for demand in made]

    assert letter.demands == tuple(demand.id for demand in made)
    assert -1 not in places
    assert places == sorted(places)
    assert not [d.id for d in case.demands if d.optional and d.text in text]


@pytest.mark.parametrize(
    ("style", "parts"),
    [
        (
            "statement",
            [
                r"^I am writing from Leeds to protest at",
                r"On 1 May 2011 in Almaty, police attacked",
                r"Ainur Kurmanov and Bakhytgul Ukteshbaeva were injured",
                r"I ask the authorities of Kazakhstan to:",
                r"Please pass this letter on to the authorities concerned, and let",
                r"good news\.$",
            ],
        ),
        (
            "personal",
            [
                r"^I am writing to you from Leeds about",
                r"1 May 2011",
                r"authorities of Kazakhstan to end police harassment .*, and to drop [^;]*\. ",
                r"good news\.$",
            ],
        ),
        (
            "organisation",
            [
                r"^We are writing on behalf of Leeds Readers to protest at",
                r"our solidarity with all",
                r"We ask the authorities of Kazakhstan to:",
                r"let us have their reply",
            ],
        ),
        (
            "points",
            [
                r"^I am writing to you from Leeds about",
                r"put five points to the authorities of Kazakhstan: They should end",
                r"They should drop the charges against Mr Tikhonov\. Taking",
                r"let me have their reply",
            ],
        ),
        (
            "support",
            [
                r"^I have read about what happened to you, and I want",
                r"You are not alone",
            ],
        ),
        (
            "reminder",
            [
                r"^Some time ago I wrote to you about",
                r"I asked the authorities of Kazakhstan to end",
                r"A few lines would be enough\.",
            ],
        ),
    ],
)
def test_style_has_the_parts_of_its_kind(style: str, parts: list[str]) -> None:
    """
    Every style says who writes, what happened, what is asked, and asks for a reply.
    """
    sender = (
        ADA
        if style != "organisation"
        else Sender(
            name="Ada Example", city="Leeds", country="gb", organisation="Leeds Readers"
        )
    )
    text = body(make(style=style, sender=sender, on=date(2011, 5, 3)))

    assert [part for part in parts if not re.search(part, text)] == []


@pytest.mark.parametrize(
    ("style", "numbered"),
    [("statement", True), ("points", True), ("organisation", False)],
)
def test_demands_are_a_list(style: str, *, numbered: bool) -> None:
    """
    Statements and points number their demands; organisations use bullets.
    """
    lists = [block for block in make(style=style).body if isinstance(block, ItemList)]

    assert [(found.numbered, len(found.items)) for found in lists] == [(numbered, 5)]


def test_archived_case_is_written_as_past() -> None:
    """
    A letter about a closed case is in the past tense.
    """
    archived, current = body(make(on=NOW)), body(make(on=date(2011, 5, 3)))

    assert "As far as I know, these questions have never been answered:" in archived
    assert "I ask the authorities of Kazakhstan to:" in current


def test_met_demand_is_dropped_from_its_day_on() -> None:
    """
    A demand is no longer made after the day on which it was met.
    """
    before = body(make("temir-bank", on=date(2010, 5, 12)))
    after = body(make("temir-bank", on=date(2010, 5, 13)))

    assert "release Mr Kurmanov" in before
    assert "was released" not in before
    assert "release Mr Kurmanov" not in after
    assert "Mr Kurmanov was released on 12 May 2010" in after


def test_chosen_demands_stand_in_the_order_chosen() -> None:
    """
    `--demand` chooses and orders demands, optional ones included.
    """
    letter = make(demands=("nationalise", "public-inquiry"), on=date(2011, 5, 3))
    (found,) = [block for block in letter.body if isinstance(block, ItemList)]

    assert [item.split()[0] for item in found.items] == ["nationalise", "open"]


def test_own_words_lead_to_the_request_and_stay_text() -> None:
    """
    Own words are paragraphs right before the request, whatever they contain.
    """
    why = "1. No list <b>&amp;</b> {{ case }}\n\n- nor *this*"
    letter = make(sender=Sender(name="Ada", country="gb", why=why), style="personal")

    assert letter.body[1] == Paragraph("1. No list <b>&amp;</b> {{ case }}")
    assert letter.body[2] == Paragraph("- nor *this*")


def test_joint_letter_says_we_and_is_signed_by_all() -> None:
    """
    A letter with cosigners says "we", and all of them sign it.
    """
    sender = Sender(name="Ada Example", country="gb", cosigners=("Bob Example, York",))
    letter = make(sender=sender)

    assert body(letter).startswith("We, the undersigned, are writing to ask about")
    assert letter.signature == ("Ada Example", "Bob Example, York")
    assert not re.search(r"\b(I|me|my)\b", body(letter))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Шахтёрская семья", "«Шахтёрская семья»"),
        ("Союз журналистов", "Союз журналистов"),
        ("Профсоюз «Учитель»", "Профсоюз «Учитель»"),
    ],
)
def test_russian_signature_has_the_role_first(name: str, shown: str) -> None:
    """
    The role stands above the name; an organisation may need quotation marks.
    """
    result = compose(
        translated(
            CAMPAIGN.case("kurmanov"), load_translation(CAMPAIGN, "ru")["kurmanov"]
        ),
        CAMPAIGN.directory.choose(
            state="kz", country="gb", to=None, write_to=("embassy",)
        )[0],
        Sender(name="Ада Пример", role="председатель", organisation=name),
        style="organisation",
        language=load_language("ru", CAMPAIGN.folders),
        templates=TEMPLATES,
        on=NOW,
    )

    assert result.signature == ("Председатель", "Ада Пример", shown)
    start = shown if shown == name else f"Организация {shown}"
    assert body(result).startswith(f"{start} обращается к Вам, чтобы")


def test_place_with_a_comma_is_closed_by_one() -> None:
    """
    "from Leeds, England, to protest": the place does not run into the sentence.
    """
    sender = Sender(name="Ada", residence="Leeds, England", country="gb")

    assert "from Leeds, England, to ask about" in body(make(sender=sender))


@pytest.mark.parametrize(
    ("country", "salutation", "dateline", "closing"),
    [
        ("gb", "Your Excellency,", "22 November 2026", "Yours sincerely,"),
        ("us", "Your Excellency:", "November 22, 2026", "Sincerely,"),
    ],
)
def test_english_is_that_of_the_senders_country(
    country: str, salutation: str, dateline: str, closing: str
) -> None:
    """
    American letters have a colon after the salutation, and the month first.
    """
    letter = make(sender=Sender(name="Ada", country=country))

    assert (letter.salutation, letter.dateline, letter.closing) == (
        salutation,
        dateline,
        closing,
    )


@pytest.mark.parametrize(
    ("to", "salutation", "closing"),
    [
        ("osce", "Your Excellency,", "Yours sincerely,"),
        ("odihr", "Dear Sir or Madam,", "Yours faithfully,"),
        ("ohchr", "Dear High Commissioner,", "Yours sincerely,"),
        ("prosecutor-general", "Dear Prosecutor General,", "Yours sincerely,"),
    ],
)
def test_closing_goes_with_the_salutation(
    to: str, salutation: str, closing: str, run: Run
) -> None:
    """
    "Dear Sir or Madam" is closed by "Yours faithfully", all others by "sincerely".
    """
    lines = run("letter", "--case", "kurmanov", "--to", to).stdout.splitlines()

    assert salutation in lines
    assert closing in lines


def test_country_line_is_left_out_within_one_country(run: Run) -> None:
    """
    Mail within a country has no country line; mail abroad ends with it, in capitals.
    """
    at_home = run("letter", "--case", "kurmanov", "--country", "uk").stdout
    abroad = run("letter", "--case", "kurmanov", "--country", "ireland").stdout

    assert "UNITED KINGDOM" not in at_home
    assert "London SW1Y 5EA\nUNITED KINGDOM\n" in abroad


def test_edited_letter_keeps_its_words_when_nothing_is_changed() -> None:
    """
    A text that the editor leaves unchanged makes the same letter.
    """
    letter = make(style="points")

    assert edited(letter, editable(letter)) == letter


def test_long_closing_is_kept_by_the_editor_and_wrapped(run: Run) -> None:
    """
    A French closing, which is a long sentence, survives the editor.
    """
    closing = f"Veuillez agréer, {'Madame, ' * 9}ma considération distinguée."
    letter = replace(make(), closing=closing)
    text = run("letter", "--case", "kurmanov", "--country", "fr", "--lang", "fr").stdout

    assert edited(letter, editable(letter)) == letter
    assert (
        "\nVeuillez agréer, Madame l’Ambassadrice, Monsieur l’Ambassadeur, les\n"
        "assurances de ma très haute considération.\n"
    ) in text


def test_unchanged_words_stay_what_they_are() -> None:
    """
    Own words that look like a list are no list after the editor.
    """
    letter = make(sender=Sender(name="Ada", country="gb", why="- I was there."))
    changed = edited(letter, editable(letter).replace("Excellency", "Grace"))

    assert changed == replace(letter, salutation="Your Grace,")


def test_edited_letter_takes_the_new_words() -> None:
    """
    Subject, salutation, text and closing can all be changed.
    """
    text = "My subject\n\nDear Ambassador,\n\nFirst.\n\n- a\n- b\n\nRegards,\n"
    letter = edited(make(), text)

    assert letter.subject_line == "Re: My subject"
    assert letter.salutation == "Dear Ambassador,"
    assert letter.body == (Paragraph("First."), ItemList(("a", "b"), numbered=False))
    assert letter.closing == "Regards,"


def test_mission_without_street_is_addressed_by_city(run: Run) -> None:
    """
    A mission without a street is addressed by its city, and a note says so.
    """
    result = run("letter", "--case", "kurmanov", "--country", "greece", "--name", "Ada")

    assert result.stdout.splitlines()[2:5] == [
        "The Ambassador",
        "Embassy of the Republic of Kazakhstan in the Hellenic Republic",
        "Athens",
    ]
    assert result.stderr.splitlines()[0] == (
        "note: no street, number or e-mail address is known for the embassy in Athens: look at "
        "https://www.gov.kz/memleket/entities/mfa-athens"
    )


def test_support_needs_no_country(run: Run) -> None:
    """
    A message of support needs no country of the sender.
    """
    result = run(
        "letter", "--case", "makhmet", "--style", "support", "--name", "Ada", "--quiet"
    )

    assert result == Result(0, result.stdout, "")
    assert "Dear family and friends of Kanat Makhmet," in result.stdout
    assert "Embassy" not in result.stdout


def test_unknown_role_is_located(run: Run, tmp_path: Path) -> None:
    """
    The error for an unknown role names its place in the data.
    """
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "embassies.yaml"
    path.write_text(
        "offices:\n  mine:\n    name: My Office\n    role: ministre\n    country: at\n"
        "    confidence: low\n    sources: [s]\n"
    )
    result = run(
        "--campaign", tmp_path, "letter", "--case", "kolov", "--to", "mine", "-q"
    )

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"error: {path}:4:11: unknown role 'ministre': did you mean 'minister'?\n"
    )


@pytest.mark.parametrize("country", ["United Kingdom", "uk", "xx", ""])
def test_a_program_gives_the_code_of_a_country(country: str) -> None:
    """
    The library takes codes of countries only, not names.
    """
    for give in (
        lambda: Sender(country=country),
        lambda: replace(ADA, country=country),
        lambda: CAMPAIGN.directory.choose(
            state="kz", country=country, to=None, write_to=("embassy",)
        ),
    ):
        with pytest.raises(ChoiceError) as caught:
            give()
        assert str(caught.value).startswith(f"unknown country code '{country}': ")
    assert Sender(country="GB").country == "gb"


def test_a_case_in_another_language_is_refused() -> None:
    """
    `compose` refuses a case without the texts that its language needs.
    """
    with pytest.raises(MissingTextError) as caught:
        compose(
            CAMPAIGN.case("kurmanov"),
            CAMPAIGN.directory.missions[0],
            ADA,
            language=load_language("de", CAMPAIGN.folders),
            templates=TEMPLATES,
            on=NOW,
        )

    assert str(caught.value).startswith(
        "case 'kurmanov' is incomplete in German, missing title_in.accusative in "
        "data/demands.de.yaml: "
    )


def test_recipients_are_found_once() -> None:
    """
    Members with demands, styles and languages of their own share an addressee.
    """
    service = LetterService(CAMPAIGN, NOW)
    own = LetterOptions(
        demands=("press-freedom",), style="personal", languages=("de",), fallback=True
    )
    found = service.recipients("kurmanov", "gb", own)

    assert found is service.recipients("kurmanov", "gb", LetterOptions())
    assert found != service.recipients("kurmanov", "gb", LetterOptions(copy=("osce",)))
    assert found != service.recipients("kurmanov", "gb", LetterOptions(to="osce"))
