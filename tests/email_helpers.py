"""What the tests of e-mail share: a letter, and readers of the result."""

from datetime import date
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from msgspec import Struct

from protestgen import Letter, Sender, compose, load_campaign
from protestgen.campaign.directory import Addressee, Mission, Office
from protestgen.errors import Location
from protestgen.language.loader import load_language
from protestgen.schema.place import StaticLocation
from protestgen.templating.environment import Templates

CAMPAIGN = load_campaign()
ENGLISH = load_language("en", CAMPAIGN.folders)
TEMPLATES = Templates(CAMPAIGN.folders)

SENDER = Sender(name="Ada Example", email="ada@home.example", country="gb")
EMBASSY = Mission(
    state="kz",
    host="gb",
    kind="embassy",
    name="Embassy of the Republic of Kazakhstan",
    city="London",
    email="london@embassy.example",
    confidence="high",
    sources=(),
    at=StaticLocation(Location("embassies.yaml")),
)
OFFICE = Office(
    id="osce",
    role="osce_chair",
    name="OSCE Secretariat",
    country="at",
    email="osce@office.example",
    confidence="high",
    sources=(),
    at=StaticLocation(Location("embassies.yaml")),
)


def a_letter(
    sender: Sender = SENDER,
    to: Addressee | None = EMBASSY,
    *,
    case: str = "kurmanov",
    copies: tuple[Addressee, ...] = (OFFICE,),
    **choices: Any,
) -> Letter:
    """Return a letter of *sender* to *to*."""
    return compose(
        CAMPAIGN.cases[case],
        to,
        sender,
        language=ENGLISH,
        templates=TEMPLATES,
        on=date(2026, 11, 22),
        copies=copies,
        **choices,
    )


def campaign_folder(folder: Path) -> Path:
    """Make a campaign whose addressees have addresses that nobody can ever have."""
    data = folder / "data"
    data.mkdir(parents=True)
    (data / "demands.yaml").write_text("cases: {}\n")
    (data / "embassies.yaml").write_text(
        """
        embassies:
          - state: kz
            host: gb
            kind: embassy
            name: Embassy of the Republic of Kazakhstan in the United Kingdom
            address: [125 Pall Mall, London SW1Y 5EA]
            city: London
            email: london@embassy.example
            confidence: high
            sources: [made up]
        offices:
          osce:
            name: OSCE Secretariat
            role: osce_chair
            country: at
            address: [Wallnerstrasse 6, 1010 Vienna]
            email: osce@office.example
            confidence: high
            sources: [made up]
        """
    )
    return folder


class Mail(Struct, frozen=True):
    """A message as another program reads it; *sender* and so on are (name, address)."""

    headers: list[str]
    sender: list[tuple[str, str]]
    to: list[tuple[str, str]]
    copies: list[tuple[str, str]]
    reply_to: list[tuple[str, str]]
    subject: str
    text: str


def read_mail(data: bytes) -> Mail:
    """Read a message with the standard library's parser."""
    message = message_from_bytes(data)
    assert message.defects == []
    assert not message.is_multipart()
    text = message.get_payload(decode=True)
    assert isinstance(text, bytes)
    return Mail(
        headers=[name.lower() for name in message.keys()],  # noqa: SIM118 - twice is twice
        sender=mailboxes(message, "From"),
        to=mailboxes(message, "To"),
        copies=mailboxes(message, "Cc"),
        reply_to=mailboxes(message, "Reply-To"),
        subject=decoded(str(message["Subject"])),
        text=text.decode(message.get_content_charset() or "").replace("\r\n", "\n"),
    )


def mailboxes(message: Message, header: str) -> list[tuple[str, str]]:
    """Return the names and addresses in the headers called *header*."""
    found = getaddresses(message.get_all(header, []))
    return [(decoded(name), address) for name, address in found]


def decoded(value: str) -> str:
    """Return the value of a header as it is shown."""
    unfolded = value.replace("\r\n", "").replace("\n", "")
    return str(make_header(decode_header(unfolded)))
