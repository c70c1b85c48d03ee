"""Notes to the sender about a letter."""

import pickle
from pathlib import Path
from textwrap import dedent
from time import process_time

import pytest

from conftest import Run
from protestgen.letters.notes import HarmNote, Note, avoided, kind_of_note

CLOSED = "case 'kurmanov' has been closed since 2011-05: no outcome is recorded"
ADA = ("--name", "Ada Example")


def notes(run: Run, *arguments: str) -> list[str]:
    """Return the notes on a letter, without their label."""
    lines = run("letter", *arguments).stderr.splitlines()
    assert all(line.startswith("note: ") for line in lines)
    return [line.removeprefix("note: ") for line in lines]


def test_everything_doubtful_is_said_a_line_each(run: Run) -> None:
    """
    Each doubt is one line on stderr: harm first, then what the letter needs to arrive.
    """
    expected = """
    'regime' may do harm to those the letter is for: find another word
    the address of the embassy in Madrid is uncertain: look at
     https://www.gov.kz/memleket/entities/mfa-madrid?lang=es
    the letter has no name: add '--name', or run 'protestgen profile'
    the letter names a copy: send it to the OSCE Secretariat as well (info@osce.org)
    case 'temir-bank' has been closed since 2010-05-12: Mr Kurmanov was released on 12
     May 2010 after serving the whole sentence.
    the demand 'release' was met: choose others with '--demand'
    """
    found = notes(
        run, "--case", "temir-bank", "--country", "spain", "--why", "This regime!",
        "--demand", "release",
    )  # fmt: skip

    assert found == dedent(expected).strip().replace("\n ", " ").splitlines()


def test_a_demand_that_was_met_is_noted_where_it_is_made_again(run: Run) -> None:
    """
    A reminder should not ask for what was done; thanks are for just that.
    """
    met = "the demand 'release' was met: choose others with '--demand'"
    letter = ("--case", "temir-bank", "--country", "us", *ADA, "--style")

    assert met in notes(run, *letter, "reminder", "--demand", "release")
    assert met not in notes(run, *letter, "thanks")


@pytest.mark.parametrize(
    ("country", "note"),
    [
        ("us", None),
        (
            "uk",
            "the address of the embassy in London is from a source of 2022: look at "
            "https://www.gov.kz/memleket/entities/mfa-london?lang=en",
        ),
        (
            "poland",
            "the address of the embassy in Warsaw is from a source of 2003: ask there "
            "before you write",
        ),
        (
            "france",
            "the address of the embassy in Paris is from an undated source: ask there "
            "before you write",
        ),
        (
            "greece",
            "no street, number or e-mail address is known for the embassy in Athens: look at "
            "https://www.gov.kz/memleket/entities/mfa-athens",
        ),
    ],
)
def test_address_that_is_to_be_checked_is_named(
    country: str, note: str | None, run: Run
) -> None:
    """
    A note names an address that is old, undated, uncertain or without a street.
    """
    found = notes(run, "--case", "kurmanov", "--country", country, *ADA)

    assert sorted(found) == sorted([CLOSED, *([note] if note else [])])


def test_letter_dated_before_its_case_is_noted(run: Run) -> None:
    """
    A note says that a letter is dated before an incident in it.
    """
    found = notes(
        run, "--case", "kurmanov", "--country", "us", *ADA, "--date", "2011-05-01"
    )

    assert found == ["the letter is dated before its latest incident, 2011-05-02"]


def test_edited_words_are_checked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A word to avoid is noted if it comes from the editor.
    """
    monkeypatch.setenv("EDITOR", "sed -i s/Excellency/murderer/")
    found = notes(run, "--case", "kurmanov", "--country", "us", *ADA, "--edit")

    assert found[0] == (
        "'murderer' may do harm to those the letter is for: find another word"
    )


def test_long_letter_is_noted(run: Run) -> None:
    """
    A note says that own words make a letter longer than a page.
    """
    found = notes(
        run, "--case", "kurmanov", "--country", "us", *ADA, "--why", "so " * 400
    )

    assert found[-1].endswith(" words, too many to be read: leave some out")


def test_support_without_address_is_noted(run: Run) -> None:
    """
    A message of support without an address is noted.
    """
    assert notes(run, "--case", "kurmanov", "--style", "support", *ADA) == [
        "no address for messages of support is known: ask the campaign",
        CLOSED,
    ]


def test_language_that_the_addressee_would_rather_read_is_noted(
    run: Run, tmp_path: Path
) -> None:
    """
    A note names a better language, unless a letter is in it.
    """
    embassy = """\
        embassies:
          - state: kz
            host: gb
            kind: embassy
            name: Embassy of the Republic of Kazakhstan
            address: [1 High Street, London]
            city: London
            languages: [ru, kk]
            verified: 2026
            confidence: high
            sources: [s]
        """
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "embassies.yaml").write_text(dedent(embassy))
    letter = ("--campaign", str(tmp_path), "--case", "kolov", "--country", "uk", *ADA)
    note = "the embassy in London prefers letters in Russian or Kazakh: see '--lang ru'"

    assert note in notes(run, *letter)
    assert note in notes(run, *letter, "--lang", "de")
    assert note not in notes(run, *letter, "--lang", "ru")
    assert note not in notes(run, *letter, "--lang", "en,ru")


def test_own_words_speak_for_an_organisation(run: Run) -> None:
    """
    A note asks for "we" in own words, where the letter is written for an organisation.
    """
    note = "the letter says 'we': say 'we' in your own words, too"
    choices = (
        "--case",
        "kurmanov",
        "--country",
        "us",
        *ADA,
        "--organisation",
        "Readers",
    )
    why = ("--why", "I am a reader.")

    assert note in notes(run, *choices, "--style", "organisation", *why)
    assert note not in notes(run, *choices, "--style", "organisation")
    assert note not in notes(run, *choices, "--style", "personal", *why)


def test_untranslated_own_words_are_noted(run: Run) -> None:
    """
    A note says that own words are the same in letters of two languages.
    """
    letter = ("--case", "kolov", "--country", "uk", *ADA, "--lang", "en,ru")
    note = "your own words are not translated: each letter has them as written"

    assert note in notes(run, *letter, "--why", "I care.")
    assert note not in notes(run, *letter)


def test_words_to_avoid_are_those_of_the_language(run: Run) -> None:
    """
    The words to avoid are those of the letter's language and case.
    """
    letter = ("--case", "kolov", "--country", "de", *ADA, "--lang", "de")
    note = "'Diktatur' may do harm to those the letter is for: find another word"

    assert note in notes(run, *letter, "--why", "Das ist eine Diktatur.")


@pytest.mark.parametrize(
    ("code", "words", "found"),
    [
        ("en", "You disgust me.", "disgust"),
        ("en", "You are DOGS!", "dogs"),
        ("en", "Shame on\nyou.", "shame on you"),
        ("en", "Liars.", "liar"),
        ("de", "Ihr seid Hunde.", "Hunde"),
        ("es", "Ustedes me dan asco.", "asco"),
        ("fr", "Vous me dégoûtez.", "dégoûtez"),
        ("ru", "Вы негодяи.", "негодяи"),
        ("el", "Είστε σκυλιά.", "σκυλιά"),
    ],
)
def test_harmful_word_is_noted_despite_quiet(
    code: str, words: str, found: str, run: Run
) -> None:
    """
    `--quiet` hides all notes except those on harm.
    """
    result = run(
        "-q", "letter", "--case", "kolov", "--country", "uk", "--lang", code,
        "--why", words,
    )  # fmt: skip
    notes = result.stderr.splitlines()

    assert result.exit_code == 0
    assert notes[-1] == (
        f"note: '{found}' may do harm to those the letter is for: find another word"
    )
    assert all("may do harm" in note for note in notes)


def test_batch_notes_a_harmful_word_despite_quiet(run: Run, tmp_path: Path) -> None:
    """
    A batch names the first letter that may do harm, and counts the others.
    """
    roster = tmp_path / "members.csv"
    rows = "".join(f"A{n} Example,uk,You disgust me.\n" for n in range(3))
    roster.write_text(f"name,country,why\n{rows}")
    result = run(
        "-q", "batch", "--roster", roster, "--case", "kolov", "-o", tmp_path / "out"
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == (
        f"note: {roster}:2: 'disgust' may do harm to those the letter is for: "
        "find another word (and in 2 letters more)\n"
    )


def test_words_to_avoid_take_no_time_each() -> None:
    """
    A text is searched once for all words to avoid.
    """
    words = tuple(f"rude{n} word" for n in range(20_000))
    start = process_time()

    assert avoided("rude1 " * 20_000 + "RUDE7 words, rude77 worded", words) == (
        "rude7 word",
    )
    assert process_time() - start < 5


@pytest.mark.parametrize(
    ("verified", "is_told"),
    [("2024-11-21", True), ("2024-11-22", False), ("2024", False), ("2023", True)],
)
def test_an_address_is_old_by_one_rule(
    verified: str,
    is_told: bool,  # noqa: FBT001
    run: Run,
    tmp_path: Path,
) -> None:
    """
    A letter, the table of embassies and the check call the same addresses old.
    """
    embassy = f"""\
        embassies:
          - state: kz
            host: gb
            kind: embassy
            name: Embassy of the Republic of Kazakhstan
            address: [1 High Street, London SW1A 1AA]
            city: London
            verified: {verified}
            confidence: high
            sources: ["https://a.example.org"]
        """
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "embassies.yaml").write_text(dedent(embassy))
    mine = ("--campaign", tmp_path)
    letter = run(*mine, "letter", "--case", "kolov", "--country", "uk", *ADA)
    table = run(*mine, "embassies", "--stale", 2, "--host", "uk")
    check = run("check", tmp_path)

    assert ("is from a source of" in letter.stderr) is is_told
    assert ("1 High Street" in table.stdout) is is_told
    assert ("check that it is still valid" in check.stdout) is is_told


def test_missing_organisation_is_noted(run: Run) -> None:
    """
    The style of organisations without an organisation is noted.
    """
    found = notes(
        run, "--case", "kurmanov", "--country", "us", *ADA, "--style", "organisation"
    )

    assert found[0] == "the letter names no organisation: add '--organisation'"


def test_letter_after_the_last_day_is_noted(run: Run, tmp_path: Path) -> None:
    """
    A note says that the last day for letters is over.
    """
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demands.yaml").write_text(
        dedent(
            """\
            cases:
              mine:
                title: the arrest of Ada Example
                state: kz
                people: [Ada Example]
                status: open
                opened: 2026-11-01
                updated: 2026-11-02
                write_by: 2026-11-20
                summary: Ada Example was arrested.
                incidents:
                  - {date: 2026-11-01, place: Almaty, text: x., sources: [s]}
                demands:
                  - {id: release, text: release Ada Example, reason: She did nothing.}
                write_to: [embassy]
                sources: [s]
            """
        )
    )
    result = run(
        "--campaign", tmp_path, "letter", "--case", "mine", "--country", "us", *ADA
    )

    assert result.stderr == (
        "note: the last day for letters, 2026-11-20, has passed: "
        "look for news before you send this\n"
    )


def test_other_sender_does_not_use_the_profile(run: Run) -> None:
    """
    A letter for somebody else uses nothing of the default profile.
    """
    profile = Path.home() / ".config" / "protestgen" / "profile.yaml"
    profile.parent.mkdir(parents=True)
    profile.write_text("name: Bob Example\naddress: [1 High Street]\ncountry: us\n")
    result = run("letter", "--case", "kurmanov", "--country", "us", *ADA)

    assert "High Street" not in result.stdout
    assert result.stderr.splitlines()[0] == (
        "note: the profile is that of Bob Example, so nothing of it is used here"
    )


def test_notes_keep_their_kind_between_processes() -> None:
    """
    A pickled note keeps its text, its kind and its class.
    """
    note = Note("the letter has 401 words", "long")
    harm = HarmNote("'cult' may do harm")
    copies = pickle.loads(pickle.dumps([note, harm]))  # noqa: S301 - it is ours

    assert copies == [note, harm]
    assert list(map(type, copies)) == [Note, HarmNote]
    assert list(map(kind_of_note, copies)) == ["long", "'cult' may do harm"]
    assert kind_of_note("a sentence") == "a sentence"
