"""What the formats for e-mail share: who it is from and to, and its text."""

import re
from functools import lru_cache

from msgspec import Struct

from protestgen.campaign.directory import Addressee
from protestgen.errors import FormatError
from protestgen.letters.letter import Letter
from protestgen.schema.types import CONTROLS

from .text import clean, in_all_languages, joined, paragraphs, wrap

# What would end a header or be read as code in one: controls, white space but the
# space, and the begin of an encoded word.
_UNSAFE = re.compile(rf"{CONTROLS.pattern}|[\t\n]|=\?")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_LONGEST_ADDRESS = 254


class Mailbox(Struct, frozen=True, cache_hash=True):
    """A display name, which may be empty, and an address in ASCII."""

    name: str
    address: str


def sender_name(letter: Letter) -> str:
    """Return the name that signs, or raise: nothing is sent without one."""
    name = header_text(letter.sender.name or "", "your name")
    if not name:
        raise FormatError(
            "a letter that is sent needs your name: add '--name', "
            "or run 'protestgen profile'"
        )
    return name


def sender_mailbox(letter: Letter) -> Mailbox:
    """Return who the e-mail is from, or raise if the sender has no address."""
    name = sender_name(letter)
    if not letter.sender.email:
        raise FormatError(
            "an e-mail needs your own address: add '--email', "
            "or run 'protestgen profile'",
            field="email",
        )
    address = _own_address(letter.sender.email, "your e-mail address", "email")
    return Mailbox(name, address)


def reply_mailbox(letter: Letter) -> Mailbox | None:
    """Return where answers go, if that is not the address that it is from."""
    if not letter.sender.reply_to:
        return None
    what = "the address for answers"
    address = _own_address(letter.sender.reply_to, what, "reply_to")
    sender = sender_mailbox(letter)
    if address.casefold() == sender.address.casefold():
        return None
    return Mailbox(sender.name, address)


def _own_address(address: str, what: str, field: str) -> str:
    """Return an address of the sender in ASCII, or raise with its *field*."""
    try:
        return ascii_address(address, what)
    except FormatError as error:
        raise FormatError(str(error), field=field) from None


def addressee_mailbox(letter: Letter) -> Mailbox:
    """Return who the e-mail is to, or raise with the other ways to reach them."""
    to = letter.addressee or letter.support_to
    if to is None or not to.email:
        raise FormatError(_other_ways(letter))
    return _addressee_mailbox(to.name or "", to.email)


@lru_cache(maxsize=1_000)
def _addressee_mailbox(name: str, email: str) -> Mailbox:
    return Mailbox(
        header_text(name, "the name of the addressee"),
        ascii_address(email, "the e-mail address of the addressee"),
    )


def copied_mailboxes(letter: Letter) -> tuple[Mailbox, ...]:
    """Return who gets a copy of the e-mail: those copied to who have an address."""
    if not letter.copied:
        return ()
    return _copied_mailboxes(letter.copied, addressee_mailbox(letter))


@lru_cache(maxsize=1_000)
def _copied_mailboxes(
    copied: tuple[Addressee, ...], addressee: Mailbox
) -> tuple[Mailbox, ...]:
    """Return who of those *copied* to gets the e-mail, which *addressee* gets."""
    found = []
    addresses = {addressee.address.casefold()}
    for copy in copied:
        if not copy.email:
            continue
        name = header_text(copy.name, f"the name of the {copy.label}")
        address = ascii_address(copy.email, f"the e-mail address of the {copy.label}")
        if address.casefold() not in addresses:
            addresses.add(address.casefold())
            found.append(Mailbox(name, address))
    return tuple(found)


def subject_text(letter: Letter) -> str:
    """Return the subject as one line, or raise if there is none."""
    return _subject(letter.subject)


@lru_cache(maxsize=1_000)
def _subject(text: str) -> str:
    subject = header_text(text, "the subject")
    if not subject:
        raise FormatError("the letter has no subject: write one")
    return subject


def message_text(letter: Letter, width: int) -> str:
    """Return *letter* as the text of an e-mail, without what its headers say."""
    return joined(message_parts(letter, width))


def message_parts(letter: Letter, width: int) -> list[str]:
    """Return the parts of `message_text`, between which there are blank lines."""
    return in_all_languages(letter, width, _parts)


def _parts(letter: Letter, width: int) -> list[str]:
    address = [line for line in letter.sender_block if line != letter.sender.email]
    parts = [
        letter.salutation,
        *paragraphs(letter, width),
        "\n".join((wrap(letter.closing, width), "", *letter.signature)),
        "\n".join(address),
        "\n".join(letter.copies),
    ]
    return clean(parts)


def header_text(text: str, what: str) -> str:
    """Return *text* with single spaces, or raise if it may not stand in a header."""
    if text.isascii() and text.isprintable() and "=?" not in text:
        return " ".join(text.split())
    if match := _UNSAFE.search(text):
        found = match[0] if match[0] == "=?" else f"U+{ord(match[0]):04X}"
        raise FormatError(
            f"{what} has '{found}' in it, which may not stand in an e-mail's header: "
            "remove it"
        )
    return " ".join(text.split())


@lru_cache(maxsize=2_000)
def ascii_address(address: str, what: str) -> str:
    """Return an e-mail address with its domain in ASCII, or raise if it has no such."""
    local, _, domain = header_text(address, what).rpartition("@")
    if not local.isascii():
        raise FormatError(
            f"{what} is '{address}': many mail programs refuse letters other than a-z "
            "before the '@', use another address"
        )
    ascii_ = f"{local}@{_ascii_domain(domain, what)}"
    if len(ascii_) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(ascii_):
        raise FormatError(
            f"{what} is '{address}': write it as name@domain.example, "
            f"with at most {_LONGEST_ADDRESS} characters"
        )
    return ascii_


def _ascii_domain(domain: str, what: str) -> str:
    if domain.isascii():
        return domain
    # The codec knows the older of two standards. They differ in letters that the older
    # one replaces, such as the German sharp s: the mail would go to somebody else.
    try:
        encoded = domain.encode("idna")
        same = encoded.decode("idna") == domain.lower()
    except UnicodeError:
        same = False
    if not same:
        raise FormatError(
            f"{what} has the domain '{domain}', of which it is not sure what it is in "
            "ASCII: write it in the form that begins with xn--"
        )
    return encoded.decode("ascii")


def _other_ways(letter: Letter) -> str:
    to = letter.addressee
    if to is None:
        by_post = letter.support_to and letter.support_to.address
        way = "send it by post" if by_post else "send it through the campaign"
        return (
            f"case '{letter.case}' gives no e-mail address for messages of support: "
            f"{way}"
        )
    alternatives = to.alternative_contacts("email")
    return f"no e-mail address is known for the {to.label}: {alternatives}"
