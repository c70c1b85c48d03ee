"""Press releases, and the messages with them to media outlets."""

import mailbox
import re
from contextlib import closing
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from campaign_helpers import change
from conftest import ROOT, Golden, Run, Shell
from doc_examples import assert_shown, examples
from protestgen import load_campaign

LANGUAGES = ("de", "el", "en", "es", "fr", "ru")

OUTLET = """  {id}:
    name: {name}
    country: {country}
    languages: [{languages}]
    {email}
    verified: {verified}
    confidence: medium
    sources: [https://{id}.example/contact]
"""
OUTLETS = "outlets:\n" + "".join(
    OUTLET.format(
        id=id_,
        name=name,
        country=country,
        languages=languages,
        email=f"email: news@{id_}.example" if has_email else "phone: +44 20 7946 0958",
        verified=verified,
    )
    for id_, name, country, languages, has_email, verified in (
        ("daily", "The Example Daily", "gb", "en", True, "2026-11"),
        ("radio", "Радио Пример", "de", "de, en", True, "2020-11"),
        ("post", "Post of Example", "gb", "en", False, "2026-11"),
    )
)
QUOTATION = """    quotation:
      text: The reading room was the only warm place in town.
      by: Ada Example
      date: 2026-11-20
      source: https://readers.example/statement
"""
MAIL = ("--format", "eml", "--email", "press@readers.example", "--contact", "Carol")


@pytest.fixture(name="readers")
def _readers(run: Run, tmp_path: Path) -> Path:
    """Return the folder of a campaign with an open case and outlets."""
    folder = tmp_path / "readers"
    line = ("--state", "turkey", "--country", "uk", "--lang", "de,el,es,fr,ru")
    assert run("-q", "init", folder, *line).exit_code == 0
    (folder / "data" / "media.yaml").write_text(OUTLETS, encoding="utf-8")
    return folder


def add_quotation(folder: Path) -> None:
    """Add a quotation to the case."""
    data = folder / "data" / "demands.yaml"
    text = data.read_text(encoding="utf-8")
    data.write_text(
        text.replace("    write_to:", f"{QUOTATION}    write_to:"), encoding="utf-8"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_release_reads_as_accepted(
    language: str, run: Run, golden: Golden, readers: Path
) -> None:
    """
    The releases of a closed case and of an open one read as accepted.
    """
    issued = ("--organisation", "Readers United", "--contact", "Carol Example")
    line = ("--lang", language, "--city", "Leeds", *issued)
    closed = run("press", "kurmanov", *line)
    open_ = run("--campaign", readers, "press", "reading-room", *line)

    for result, case in ((closed, "kurmanov"), (open_, "reading-room")):
        assert (result.exit_code, result.stderr) == (0, "")
        golden(f"{language}/{case}.press.md", result.stdout)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Bereits erfüllt wurde diese Forderung"),
        ("el", "Ήδη ικανοποιήθηκε το εξής αίτημα"),
        ("en", "This demand has already been met"),
        ("es", "Ya se ha atendido esta petición"),
        ("fr", "Cette demande a déjà été satisfaite\N{NO-BREAK SPACE}"),
        ("ru", "Уже выполнено"),
    ],
)
def test_met_demands_are_told_as_in_the_appeal(
    language: str, words: str, run: Run, readers: Path
) -> None:
    """
    The release of an open case tells which demands were met before its day, and no other.
    """
    met = "- id: reinstate\n        met: 2026-11-20\n"
    change(readers, ("- id: reinstate\n", met))
    line = ("--campaign", readers, "press", "reading-room", "--lang", language)
    before = run(*line, "--date", "2026-11-20").stdout
    after = run(*line, "--date", "2026-11-21").stdout

    assert words not in before
    (told,) = re.findall(rf"\n\n{words}:\n\n- (.+?)\n\n", after, re.DOTALL)
    assert "2026" in told
    assert told.partition(" (")[0] in before


def test_quotation_is_the_one_of_the_data(run: Run, readers: Path) -> None:
    """
    A release quotes the case with its source, or nobody; never without a translation.
    """
    line = ("--campaign", readers, "press", "reading-room", "--contact", "Carol")
    assert "## Statement" not in run(*line).stdout

    add_quotation(readers)
    assert (
        "## Statement\n\nAda Example, 20 November 2026: “The reading room was the only "
        "warm place in town.” (https://readers.example/statement)\n"
    ) in run(*line).stdout
    german = run(*line, "--lang", "de")
    assert "Im Wortlaut" not in german.stdout
    assert german.stderr == (
        "note: the quotation is left out: it is not in German, add it to "
        "data/demands.de.yaml\n"
    )

    texts = readers / "data" / "demands.de.yaml"
    own = "    quotation:\n      text: Nur im Lesesaal war es warm.\n    demands:"
    text = texts.read_text(encoding="utf-8").replace("    demands:", own, 1)
    texts.write_text(text, encoding="utf-8")
    translated = run(*line, "--lang", "de")
    assert translated.stderr == ""
    assert ": „Nur im Lesesaal war es warm.“ (https://" in translated.stdout


def test_release_names_nobody_to_ask_unless_told(run: Run) -> None:
    """
    Without a contact there is no section for it, and a note says so.
    """
    result = run("press", "kurmanov", "--headline", "Marchers attacked")

    assert result.stdout.startswith("# Marchers attacked\n\nPress release\n\n")
    assert "Press contact" not in result.stdout
    assert result.stderr == (
        "note: the press release names nobody to ask: add '--contact'\n"
    )


def test_each_outlet_that_reads_the_language_gets_a_message(
    run: Run, readers: Path, tmp_path: Path
) -> None:
    """
    A folder has a message for each outlet with an address; notes tell of the others.
    """
    out = tmp_path / "out"
    line = ("--campaign", readers, "press", "reading-room", *MAIL, "-o", out)
    result = run(*line, "--organisation", "Readers United")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines() == [
        "note: the address of 'radio' is from a source of 2020: look it up first",
        "note: no e-mail address of 'post' is known: use +44 20 7946 0958",
        "note: messages written: 2; none is sent",
    ]
    files = sorted(out.glob("*.eml"))
    messages = [
        message_from_bytes(file.read_bytes(), policy=policy.default) for file in files
    ]
    assert [str(message["To"]) for message in messages] == [
        "The Example Daily <news@daily.example>",
        "Радио Пример <news@radio.example>",
    ]
    for message in messages:
        assert str(message["From"]) == "Readers United <press@readers.example>"
        assert str(message["Subject"]).startswith("The closing of the reading room")
        text = message.get_content().replace("\r\n", "\n")
        assert text.startswith("Press release – Readers United\n\n")
        assert "\n\nPress contact\n-------------\n\n- Carol\n" in text


def test_edited_message_is_kept(run: Run, readers: Path, tmp_path: Path) -> None:
    """
    A second run leaves a message alone that somebody has edited, and renews the others.
    """
    out = tmp_path / "out"
    line = ("--campaign", readers, "press", "reading-room", *MAIL, "-o", out)
    run(*line)
    edited, other = sorted(out.glob("*.eml"))
    edited.write_bytes(b"mine")
    result = run(*line, "--headline", "Reading room closed")

    assert f"note: {edited} was edited: it is left as it is\n" in result.stderr
    assert edited.read_bytes() == b"mine"
    assert b"Subject: Reading room closed" in other.read_bytes()


def test_unchanged_messages_keep_their_date(
    run: Run, readers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A run on another day writes only what changed, unless `--date` names that day.

    Messages about another case have the date of their own first run.
    """
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    out = tmp_path / "out"
    line = ("--campaign", readers, "press", *MAIL, "-o", out, "reading-room")
    assert run(*line, "--date", "2026-11-20").exit_code == 0
    first = {file: (file.stat(), file.read_bytes()) for file in out.glob("*.eml")}
    again = run(*line)
    kept = {file: (file.stat(), file.read_bytes()) for file in first}
    run(*line, "--date", "2026-11-21")

    note = "note: messages keep the date of the run before, 2026-11-20: see '--date'"
    assert again.exit_code == 0
    assert note in again.stderr.splitlines()
    assert [data for _, data in kept.values()] == [data for _, data in first.values()]
    assert [status.st_ino for status, _ in kept.values()] == [
        status.st_ino for status, _ in first.values()
    ]
    assert all(b"21 November 2026" in file.read_bytes() for file in first)
    text = (readers / "data" / "demands.yaml").read_text("utf-8")
    other = text.replace("  reading-room:", "  music-room:")
    (readers / "data" / "demands.yaml").write_text(other, "utf-8")
    assert note not in run(*line[:-1], "music-room").stderr.splitlines()


def test_releases_in_several_languages_share_a_folder(
    run: Run, readers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An outlet that reads two languages has a message in each, and each keeps its date.
    """
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    out = tmp_path / "out"
    line = ("--campaign", readers, "press", "reading-room", *MAIL, "-o", out)
    assert run(*line, "--lang", "de", "--date", "2026-11-20").exit_code == 0
    (german,) = out.glob("press-reading-room-*-de-*.eml")
    first = german.read_bytes()
    assert run(*line, "--lang", "en", "--date", "2026-11-21").exit_code == 0
    assert run(*line, "--lang", "de").exit_code == 0
    assert run(*line, "--lang", "en").exit_code == 0
    english = sorted(out.glob("press-reading-room-*-en-*.eml"))

    assert {*out.glob("*.eml")} == {german, *english}
    assert german.read_bytes() == first
    for file, outlet in zip(english, ("daily", "radio"), strict=True):
        assert f"<news@{outlet}.example>".encode() in file.read_bytes()
        assert b"21 November 2026" in file.read_bytes()


def test_mailbox_has_all_messages(run: Run, readers: Path, tmp_path: Path) -> None:
    """
    One mailbox file, or stdout, has a message for each outlet of the country.
    """
    path = tmp_path / "release.mbox"
    line = ("--campaign", readers, "press", "reading-room", *MAIL, "-q")
    result = run(*line, "-o", path)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    with closing(mailbox.mbox(path)) as box:
        assert len(box) == 2

    german = run(*line, "--country", "germany", "-o", "-")
    assert len(re.findall("^From ", german.stdout, re.MULTILINE)) == 1
    assert "<news@radio.example>" in german.stdout


def test_release_may_have_any_format_of_a_document(
    run: Run, readers: Path, tmp_path: Path
) -> None:
    """
    A release can be plain text, Markdown, a page or a PDF, by the name of the file.
    """
    line = ("--campaign", readers, "press", "reading-room", "--contact", "Carol")
    for name, start in (
        ("a.md", b"# The closing"),
        ("a.txt", b"The closing"),
        ("a.html", b"<!doctype html>"),
        ("a.pdf", b"%PDF-"),
    ):
        result = run(*line, "-o", tmp_path / name)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
        assert (tmp_path / name).read_bytes().startswith(start)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*MAIL,), "name with '-o' where the messages go: a folder, or a file that ends in .mbox"),
        ((*MAIL, "-o", "a.eml"), "'-o a.eml' is no place for messages: name a folder, or a file that ends in .mbox"),
        (("--format", "eml", "-o", "out"), "messages need an address that they are from: '--email'"),
        (("--email", "a@b.example"), "'--email' goes with '--format eml' only, this is 'markdown'"),
        (("--country", "uk"), "'--country' goes with '--format eml' only, this is 'markdown'"),
        ((*MAIL, "-o", "out", "--lang", "fr"), "no outlet with an e-mail address reads French: add one with 'protestgen new outlet', or choose another '--lang'"),
        ((*MAIL, "-o", "out", "--country", "at"), "no outlet in these countries with an e-mail address reads English: add one with 'protestgen new outlet', or choose another '--lang'"),
        (("--email", "nobody"), "invalid value for '--email': 'nobody' is not an e-mail address: write name@domain.example"),
    ],
)  # fmt: skip
def test_wrong_choices_are_errors(
    arguments: tuple[str, ...], message: str, run: Run, readers: Path, tmp_path: Path
) -> None:
    """
    An option that cannot be met is an error of one line, and nothing is written.
    """
    result = run("--campaign", readers, "press", "reading-room", *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {message}")
    assert not list(tmp_path.glob("out*"))


def test_foreign_mailbox_is_not_replaced(
    run: Run, readers: Path, tmp_path: Path
) -> None:
    """
    A mailbox that another program has written is left alone.
    """
    path = tmp_path / "mail.mbox"
    path.write_text("From a@b.example\nSubject: mine\n\nText\n", encoding="utf-8")
    line = ("--campaign", readers, "press", "reading-room", *MAIL)
    result = run(*line, "-o", path)

    assert result.exit_code == 1
    assert "no batch has written this file" in result.stderr
    assert "mine" in path.read_text(encoding="utf-8")


def test_outlets_are_layered_by_id(readers: Path, tmp_path: Path) -> None:
    """
    An outlet of an upper folder replaces the one below it; the bundled campaign has none.
    """
    upper = tmp_path / "upper"
    (upper / "data").mkdir(parents=True)
    own = OUTLET.format(
        id="daily",
        name="Daily Renamed",
        country="gb",
        languages="en",
        email="email: desk@daily.example",
        verified="2026-11",
    )
    (upper / "data" / "media.yaml").write_text(f"outlets:\n{own}", encoding="utf-8")

    outlets = load_campaign(upper, readers).outlets
    assert outlets["daily"].name == "Daily Renamed"
    assert set(outlets) == {"daily", "radio", "post"}
    assert load_campaign().outlets == {}


def test_check_finds_what_is_wrong_with_outlets(run: Run, readers: Path) -> None:
    """
    `check` tells of outlets that are old, without an address, or in no language.
    """
    media = readers / "data" / "media.yaml"
    text = OUTLETS.replace("languages: [en]", "languages: [it]", 1)
    media.write_text(
        text.replace("radio.example\n", "radio.exampel.con\n"), encoding="utf-8"
    )
    found = [
        line.partition("media.yaml:")[2]
        for line in run("check", readers).stdout.splitlines()
        if "media.yaml" in line
    ]

    assert found == [
        "5:17: warning: no press release is in 'it': the campaign lacks it",
        "6:12: warning: 'daily.example' is a domain for examples: no mail arrives there",
        "14:12: error: the mail domain 'radio.exampel.con' is misspelt: write 'radio.exampel.com'",
        "15:15: warning: the address is from 2020-11: check that it is still valid",
        "19:5: warning: no e-mail address is known: no press release goes there",
    ]


def test_check_misses_the_translation_of_a_quotation(run: Run, readers: Path) -> None:
    """
    `check` says in which languages releases leave a quotation out, and if it is to come.
    """
    add_quotation(readers)
    data = readers / "data" / "demands.yaml"
    text = data.read_text(encoding="utf-8").replace("2026-11-20", "2046-11-20")
    data.write_text(text, encoding="utf-8")
    found = run("check", readers).stdout

    assert found.count("the quotation is not translated") == len(LANGUAGES) - 1
    assert "2046-11-20 is in the future: correct the date" in found


def test_new_outlet_is_asked_for(shell: Shell, readers: Path) -> None:
    """
    `new outlet` adds an outlet to the file, and refuses an id that is taken.
    """
    answers = r"daily\nweekly\nThe Weekly\nfrance\nfr\n\n\n\n2026-11\nlow\na page\n\n"
    made = shell(f"printf '{answers}' | protestgen --campaign {readers} new outlet")

    assert made.exit_code == 0
    assert "'daily' is in " in made.stderr
    weekly = load_campaign(readers).outlets["weekly"]
    assert (weekly.country, weekly.languages, weekly.email) == ("fr", ("fr",), None)


def test_examples_of_the_guide_work(shell: Shell, readers: Path) -> None:
    """
    The outlets, the quotation and the commands of the guide can be used as printed.
    """
    guide = (ROOT / "docs" / "campaign-life.md").read_text(encoding="utf-8")
    news, _, press = guide.partition("## News for supporters")[2].partition(
        "## The press"
    )
    section = news + press.partition("\n## ")[0]
    quotation, outlets = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    (readers / "data" / "media.yaml").write_text(outlets, encoding="utf-8")
    data = readers / "data" / "demands.yaml"
    text = data.read_text(encoding="utf-8")
    text = text.replace("    write_to:", f"{quotation}    write_to:")
    data.write_text(text, encoding="utf-8")

    for example in examples(section):
        result = shell(f"cd {readers} && {example.command}")
        assert_shown(example, result)
    (message,) = (readers / "releases").glob("*.eml")
    assert b"To: The Example Daily <news@daily.example>" in message.read_bytes()
