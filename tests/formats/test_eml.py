"""E-mail messages, read back with the standard library's parser."""

import mailbox
import re
from datetime import UTC, datetime, timedelta, timezone
from email import message_from_bytes
from email import policy as policies
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from conftest import Run
from email_helpers import (
    EMBASSY,
    OFFICE,
    SENDER,
    a_letter,
    campaign_folder,
    read_mail,
)
from protestgen.errors import FormatError, UnknownNameError
from protestgen.formats import FORMATS, Options
from protestgen.letters.letter import Letter
from protestgen.templating.blocks import Paragraph

EML = FORMATS["eml"]
NOW = Options(now=datetime(2026, 11, 22, 10, tzinfo=timezone(timedelta(hours=1))))

_WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cs", "Cn", "Zl", "Zp")), max_size=120
)


def test_message_has_each_header_once_in_order() -> None:
    """
    A message begins with its headers, one of each, and its lines end with CRLF.
    """
    data = EML.render(a_letter(), NOW)
    mail = read_mail(data)

    assert mail.headers == [
        "date",
        "from",
        "to",
        "cc",
        "subject",
        "message-id",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    ]
    assert data.startswith(
        b"Date: Sun, 22 Nov 2026 10:00:00 +0100\r\nFrom: Ada Example"
    )
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert data.endswith(b"\r\n")
    assert mail.sender == [("Ada Example", "ada@home.example")]
    assert mail.to == [
        ("Embassy of the Republic of Kazakhstan", "london@embassy.example")
    ]
    assert mail.copies == [("OSCE Secretariat", "osce@office.example")]
    assert mail.subject == "The Almaty May Day marchers, May 2011"


def test_text_is_the_body_without_what_the_headers_say() -> None:
    """
    The text begins with the salutation; the sender's postal address ends it.
    """
    sender = replace(SENDER, address=("Example Street 1", "Leeds LS1 1AA"))
    text = read_mail(EML.render(a_letter(sender), NOW)).text

    assert text.startswith("Your Excellency,\n\nI am writing to ask about")
    assert text.endswith(
        "Yours sincerely,\n\nAda Example\n\nExample Street 1\nLeeds LS1 1AA\n\n"
        "cc: OSCE Secretariat\n"
    )
    assert "ada@home.example" not in text
    assert text.encode() == FORMATS["body"].render(a_letter(sender), NOW)


def test_subject_survives_folding_at_every_column() -> None:
    """
    Wherever a line of the subject ends, its words stay whole.
    """
    words = "dé Tribune de Genève et tous les titres — Kasachstan größte Sorge"
    for length in range(90):
        subject = f"Re: {'x' * length} {words}"
        data = EML.render(replace(a_letter(), subject=subject), NOW)

        assert read_mail(data).subject == " ".join(subject.split())
        assert b"?==?" not in data
        assert max(map(len, data.split(b"\r\n"))) <= 78


@settings(max_examples=400)
@given(subject=_WORDS, name=_WORDS, to=_WORDS)
def test_any_words_come_out_as_they_went_in(subject: str, name: str, to: str) -> None:
    """
    Subjects and names of any letters are read back equal by two parsers.
    """
    names = [" ".join(text.split()) or "x" for text in (subject, name, to)]
    if any("=?" in text for text in names):
        return
    letter = a_letter(replace(SENDER, name=names[1]), replace(EMBASSY, name=names[2]))
    data = EML.render(replace(letter, subject=names[0]), NOW)
    mail = read_mail(data)
    modern = message_from_bytes(data, policy=policies.default)

    assert mail.subject == names[0]
    assert mail.sender == [(names[1], "ada@home.example")]
    assert mail.to == [(names[2], "london@embassy.example")]
    assert [a.addr_spec for a in modern["To"].addresses] == ["london@embassy.example"]
    assert [a.addr_spec for a in modern["From"].addresses] == ["ada@home.example"]
    assert b"?==?" not in data
    assert max(map(len, data.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "name",
    [
        (
            "Office of the Prosecutor General, Republic of Kazakhstan, International "
            "Cooperation Department, Astana"
        ),
        'H.E. "The" Ambassador; <London>, (Embassy) \\ @ home: x',
        "Ελένη Παπαδοπούλου, " * 9 + "Αθήνα",
        "O'Brien",
    ],
)
def test_name_with_commas_is_one_recipient(name: str) -> None:
    """
    A long name with commas and quotes stays one recipient.
    """
    to = replace(EMBASSY, name=name, email="pg@example.kz")
    data = EML.render(a_letter(to=to, copies=()), NOW)

    assert read_mail(data).to == [(name, "pg@example.kz")]


def test_long_ascii_subject_folds_or_is_encoded() -> None:
    """
    A subject of short words is folded; one with a word that no line holds is encoded.
    """
    words = replace(a_letter(), subject="word " * 60 + "end")
    word = replace(a_letter(), subject="w" * 300)

    for letter in (words, word):
        data = EML.render(letter, NOW)
        assert read_mail(data).subject == letter.subject
        assert max(map(len, data.split(b"\r\n"))) <= 78
    assert b"=?" not in EML.render(words, NOW)


LINES = (
    "From x",
    ">From y",
    ".",
    "-- ",
    "--=_x",
    "From " + "y" * 300,
    "ы" * 90,
    "=?x?=",
)


def _with_lines(*lines: str) -> Letter:
    return replace(a_letter(), body=tuple(map(Paragraph, lines)))


@pytest.mark.parametrize("eol", ["crlf", "lf"])
def test_special_lines_come_out_as_they_went_in(eol: str) -> None:
    """
    Lines that mail programs take for something else are read back equal.
    """
    options = replace(NOW, eol=eol, width=500)
    data = EML.render(_with_lines(*LINES), options)
    text = read_mail(data).text

    assert text.split("\n\n")[1 : len(LINES) + 1] == list(LINES)
    assert b"\n--=20" in data
    assert not re.search(rb"^(From |\.\r?$)", data, re.MULTILINE)
    assert max(map(len, data.splitlines())) <= 78
    assert data.isascii()


def test_message_survives_an_mbox(tmp_path: Path) -> None:
    """
    With LF a message goes into an mbox file and out of it; there is no CR.
    """
    data = EML.render(_with_lines(*LINES), replace(NOW, eol="lf", width=500))
    box = mailbox.mbox(tmp_path / "box")
    box.add(data)
    box.close()
    stored = (tmp_path / "box").read_bytes()
    box = mailbox.mbox(tmp_path / "box")
    (message,) = box
    box.close()

    assert b"\r" not in stored
    # Nothing but the line that parts messages is what any kind of mbox would quote.
    assert re.findall(rb"^>*From ", stored, re.MULTILINE) == [b"From "]
    assert read_mail(message.as_bytes()).text == read_mail(data).text


def test_identifier_says_nothing_of_the_machine_and_stays() -> None:
    """
    The same letter has the same identifier, at the sender's domain; others differ.
    """

    def identifier(letter: Letter, options: Options = NOW) -> str:
        return str(message_from_bytes(EML.render(letter, options))["Message-ID"])

    later = replace(NOW, now=datetime(2027, 1, 1, tzinfo=UTC), eol="lf")
    first = identifier(a_letter())

    assert re.fullmatch(r"<[0-9a-f]{32}@home\.example>", first)
    assert identifier(a_letter(), later) == first
    others = [
        a_letter(case="shanyrak"),
        a_letter(to=OFFICE),
        a_letter(replace(SENDER, name="Ada Other")),
    ]
    assert len({first, *map(identifier, others)}) == 4


def test_reply_to_stands_only_when_it_differs() -> None:
    """
    Answers go to the sender anyhow: Reply-To names another address, or is not there.
    """
    same = replace(SENDER, reply_to="Ada@Home.example")
    other = replace(SENDER, reply_to="group@home.example")

    assert read_mail(EML.render(a_letter(same), NOW)).reply_to == []
    assert read_mail(EML.render(a_letter(other), NOW)).reply_to == [
        ("Ada Example", "group@home.example")
    ]


def test_copies_go_to_those_with_an_address_once() -> None:
    """
    Who has no e-mail address is named in the text only; nobody gets it twice.
    """
    silent = replace(OFFICE, name="Ministry", email=None)
    again = replace(OFFICE, name="Same desk", email="London@Embassy.example")
    mail = read_mail(EML.render(a_letter(copies=(silent, again, OFFICE, OFFICE)), NOW))

    assert mail.copies == [("OSCE Secretariat", "osce@office.example")]
    assert "cc: Ministry\n" in mail.text


def test_international_domain_is_in_ascii() -> None:
    """
    A domain in letters other than a-z is written in its ASCII form.
    """
    sender = replace(SENDER, email="ada@exämple.example", reply_to="x@почта.example")
    mail = read_mail(EML.render(a_letter(sender), NOW))

    assert mail.sender == [("Ada Example", "ada@xn--exmple-cua.example")]
    assert mail.reply_to == [("Ada Example", "x@xn--80a1acny.example")]


@pytest.mark.parametrize(
    ("email", "problem"),
    [
        (
            "müller@exämple.org",
            (
                "your e-mail address is 'müller@exämple.org': many mail programs "
                "refuse letters other than a-z, such as U+00FC, before the '@': use "
                "another address"
            ),
        ),
        (
            "ada@straße.example",
            (
                "your e-mail address has the domain 'straße.example', which is "
                "ambiguous in ASCII: write it in the form that begins with xn--"
            ),
        ),
        (
            "a..b@home.example",
            (
                "your e-mail address is 'a..b@home.example': write it as "
                "name@domain.example, with at most 254 characters"
            ),
        ),
        (
            f"{'a' * 65}@home.example",
            (
                f"your e-mail address is '{'a' * 65}@home.example': write it as "
                "name@domain.example, with at most 254 characters"
            ),
        ),
        (
            "=?utf-8?q?a?=@home.example",
            (
                "your e-mail address contains '=?', which is not allowed in the "
                "header of an e-mail: remove it"
            ),
        ),
    ],
)
def test_address_that_cannot_be_sent_from_is_refused(
    email: str, problem: str, run: Run, tmp_path: Path
) -> None:
    """
    An address that mail cannot carry is an error, and nothing is written.
    """
    folder = campaign_folder(tmp_path / "campaign")
    result = run(
        *("--campaign", folder, "letter", "--case", "kurmanov", "--country", "uk"),
        *("--name", "Ada", "--email", email, "-o", tmp_path / "letter.eml"),
    )

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"error: {problem}\n"
    assert not (tmp_path / "letter.eml").exists()


@pytest.mark.parametrize(
    "hostile",
    [
        "x\r\nBcc: y@z.example",
        "x\nfoo",
        "x\r",
        "x\n",
        "x\u2028y",
        "x\x0by",
        "x\x85y",
        "A é subject=?UTF-8?Q?=0A?=Bcc: injected@example.com",
    ],
)
@pytest.mark.parametrize("field", ["subject", "name", "addressee"])
def test_text_that_would_end_a_header_is_refused(field: str, hostile: str) -> None:
    """
    A control character or an encoded word in a header-bound text is an error.
    """
    sender = replace(SENDER, name=hostile) if field == "name" else SENDER
    to = replace(EMBASSY, name=hostile) if field == "addressee" else EMBASSY
    letter = a_letter(sender, to)
    if field == "subject":
        letter = replace(letter, subject=hostile)

    with pytest.raises(FormatError, match="which is not allowed in the header"):
        EML.render(letter, NOW)


@pytest.mark.parametrize("field", ["email", "reply_to"])
def test_error_about_an_address_names_its_field(field: str) -> None:
    """
    What reads the error knows the wrong field of the sender from it, not from its text.
    """
    for address in ("müller@home.example", "a@straße.example", "a..b@home.example"):
        with pytest.raises(FormatError) as caught:
            EML.render(a_letter(replace(SENDER, **{field: address})), NOW)

        assert caught.value.field == field


ADA = ("--name", "Ada Example", "--email", "ada@home.example")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (
            ("--country", "uk", "--email", "ada@home.example"),
            (
                "a letter that is sent needs your name: add '--name', or run "
                "'protestgen profile'"
            ),
        ),
        (
            ("--country", "uk", "--name", "Ada Example"),
            (
                "an e-mail needs your own address: add '--email', or run "
                "'protestgen profile'"
            ),
        ),
        (
            ("--country", "uk", "--style", "support", *ADA),
            (
                "case 'kurmanov' gives no e-mail address for messages of support: send "
                "it through the campaign"
            ),
        ),
        (
            ("--country", "de", *ADA),
            (
                "no e-mail address is known for the embassy in Berlin: use post "
                "('--format pdf'), fax (+49 30 47007125, '--format fax'), telephone "
                "(+49 30 47007111) or its website "
                "(https://www.gov.kz/memleket/entities/mfa-berlin?lang=de)"
            ),
        ),
    ],
    ids=["no-name", "no-email", "support", "addressee"],
)
def test_message_that_cannot_be_sent_is_refused(
    arguments: tuple[str, ...], problem: str, run: Run, tmp_path: Path
) -> None:
    """
    Who it is from and to must be known; else one line says what to do instead.
    """
    folder = campaign_folder(tmp_path / "campaign")
    target = tmp_path / "letter.eml"
    result = run(
        *("--campaign", folder, "letter", "--case", "kurmanov", *arguments),
        *("-o", target),
    )

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"error: {problem}\n"
    assert not target.exists()


def test_support_goes_to_the_address_of_the_case() -> None:
    """
    A message of support goes to the address that the case gives for them.
    """
    letter = a_letter(to=None, style="support", copies=())
    assert letter.support_to is not None
    to = replace(letter.support_to, email="friends@campaign.example")
    mail = read_mail(EML.render(replace(letter, support_to=to), NOW))

    people = "Ainur Kurmanov, Bakhytgul Ukteshbaeva and Dmitry Tikhonov"
    assert mail.to == [(people, "friends@campaign.example")]
    assert mail.subject == f"A message for {people}"


def test_attachment_follows_the_text() -> None:
    """
    The letter as a file is the second of two parts; the text is the first.
    """
    letter = a_letter()
    data = EML.render(letter, replace(NOW, attach="pdf"))
    message = message_from_bytes(data, policy=policies.default)
    text, file = message.iter_parts()

    assert message.get_content_type() == "multipart/mixed"
    assert (message.defects, text.defects, file.defects) == ([], [], [])
    assert message["To"].addresses[0].addr_spec == "london@embassy.example"
    assert message["Subject"] == letter.subject
    plain = text.get_content().replace("\r\n", "\n").encode()
    assert plain == FORMATS["body"].render(letter, NOW)
    assert file.get_content_type() == "application/pdf"
    assert file.get_filename() == "letter.pdf"
    assert file.get_content() == FORMATS["pdf"].render(letter, NOW)
    assert file.get_content().startswith(b"%PDF-")
    assert max(map(len, data.split(b"\r\n"))) <= 78


def test_only_some_formats_are_attached() -> None:
    """
    A format that is no document cannot be attached.
    """
    with pytest.raises(UnknownNameError, match="unknown format to attach 'subject'"):
        EML.render(a_letter(), replace(NOW, attach="subject"))


def test_attachment_belongs_to_a_message(run: Run) -> None:
    """
    What is no e-mail has no attachment: to ask for one is an error.
    """
    result = run("letter", "--case", "kurmanov", "--country", "uk", "--attach", "pdf")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "error: '--attach' goes with '--format eml' only, this is 'text' "
        "(see 'protestgen letter --help')\n"
    )


def test_notes_on_copies_are_those_still_to_be_sent(run: Run, tmp_path: Path) -> None:
    """
    A copy that the message goes to is not to be sent by hand as well.
    """
    folder = campaign_folder(tmp_path / "campaign")
    letter = ("letter", "--case", "kuramshin", "--country", "uk", *ADA)
    note = "the letter names a copy: send it to the OSCE Secretariat as well"

    as_text = run("--campaign", folder, *letter)
    as_mail = run("--campaign", folder, *letter, "--format", "eml")

    assert (as_text.exit_code, as_mail.exit_code) == (0, 0)
    assert note in as_text.stderr
    assert note not in as_mail.stderr
    assert "Cc: OSCE Secretariat <osce@office.example>" in as_mail.stdout
