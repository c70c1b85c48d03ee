"""What the e-mail formats share: the sender, the recipients, the subject, the text."""

import re

from msgspec import Struct

from protestgen.errors import FormatError
from protestgen.letters.letter import Letter
from protestgen.schema.types import CONTROLS

from .text import clean, in_all_languages, joined, paragraphs, wrap

# Whatever would end a header field or start an encoded word in it (RFC 2047).
_UNSAFE = re.compile(rf"[{CONTROLS.pattern[1:-1]}\t\n]|=\?")
# An address (RFC 5322, 3.4.1) whose parts have the lengths of RFC 5321, 4.5.3.1.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,64}}@){_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})+")
_MAX_ADDRESS = 254


class Mailbox(Struct, frozen=True):
    """A display name, which may be empty, and an address in ASCII."""

    name: str
    address: str


def sender_name(letter: Letter) -> str:
    """Return the sender's name, or raise `FormatError` if it is missing or unsafe."""
    name = header_text(letter.sender.name or "", "your name")
    if not name:
        raise FormatError(
            "a letter that is sent needs your name: add '--name', "
            "or run 'protestgen profile'"
        )
    return name


def sender_mailbox(letter: Letter) -> Mailbox:
    """Return the mailbox for `From`, or raise `FormatError` without name or address."""
    name = sender_name(letter)
    if not letter.sender.email:
        raise FormatError(
            "an e-mail needs your own address: add '--email', "
            "or run 'protestgen profile'",
            field="email",
        )
    email = letter.sender.email
    return Mailbox(name, ascii_address(email, "your e-mail address", field="email"))


def reply_mailbox(letter: Letter, sender: Mailbox) -> Mailbox | None:
    """Return the mailbox for `Reply-To` if it differs from *sender*, that of `From`."""
    if not letter.sender.reply_to:
        return None
    address = ascii_address(
        letter.sender.reply_to, "the address for answers", field="reply_to"
    )
    if address.casefold() == sender.address.casefold():
        return None
    return Mailbox(sender.name, address)


def addressee_mailbox(letter: Letter) -> Mailbox:
    """Return the mailbox for `To`, or raise `FormatError` with other ways to write."""
    to = letter.addressee or letter.support_to
    if to is None or not to.email:
        raise FormatError(_other_ways(letter))
    return Mailbox(
        header_text(to.name or "", "the name of the addressee"),
        ascii_address(to.email, "the e-mail address of the addressee"),
    )


def copied_mailboxes(letter: Letter, to: Mailbox) -> list[Mailbox]:
    """Return the mailboxes for `Cc`, whose addresses differ from that of *to*."""
    mailboxes: dict[str, Mailbox] = {}
    for copy in letter.copied:
        if copy.email:
            name = header_text(copy.name, f"the name of the {copy.label}")
            what = f"the e-mail address of the {copy.label}"
            address = ascii_address(copy.email, what)
            mailboxes.setdefault(address.casefold(), Mailbox(name, address))
    mailboxes.pop(to.address.casefold(), None)
    return list(mailboxes.values())


def subject_text(letter: Letter) -> str:
    """Return the subject on one line, or raise `FormatError` if it is empty."""
    subject = header_text(letter.subject, "the subject")
    if not subject:
        raise FormatError("the letter has no subject: write one")
    return subject


def message_text(letter: Letter, width: int) -> str:
    """Return the text of an e-mail, in lines of at most *width* columns."""
    return joined(message_parts(letter, width))


def message_parts(letter: Letter, width: int) -> list[str]:
    """Return the parts of `message_text`, which blank lines separate there."""
    return in_all_languages(letter, width, _parts)


def _parts(letter: Letter, width: int) -> list[str]:
    """Return the parts of *letter* that are not in the header."""
    address = [line for line in letter.sender_block if line != letter.sender.email]
    parts = [
        letter.salutation,
        *paragraphs(letter, width),
        "\n".join((wrap(letter.closing, width), "", *letter.signature)),
        "\n".join(address),
        "\n".join(letter.copies),
    ]
    return clean(parts)


def header_text(text: str, what: str, *, field: str = "") -> str:
    """
    Return *text* with single spaces.

    Raises `FormatError` if it is unsafe in a header field. The error calls the text
    *what*, and has the name of its *field*.
    """
    if match := _UNSAFE.search(text):
        found = match[0] if match[0] == "=?" else f"U+{ord(match[0]):04X}"
        raise FormatError(
            f"{what} contains '{found}', which is not allowed in the header of an "
            "e-mail: remove it",
            field=field,
        )
    return " ".join(text.split())


def ascii_address(address: str, what: str, *, field: str = "") -> str:
    """
    Return an e-mail address, its domain in ASCII (IDNA).

    Raises `FormatError` if it is not valid. The error calls the address *what*, and has
    the name of its *field*.
    """
    local, _, domain = header_text(address, what, field=field).rpartition("@")
    if odd := next((letter for letter in local if not letter.isascii()), ""):
        raise FormatError(
            f"{what} is '{address}': many mail programs refuse letters other than a-z, "
            f"such as U+{ord(odd):04X}, before the '@': use another address",
            field=field,
        )
    ascii_domain = domain if domain.isascii() else _ascii_domain(domain)
    if ascii_domain is None:
        raise FormatError(
            f"{what} has the domain '{domain}', which is ambiguous in ASCII: write it "
            "in the form that begins with xn--",
            field=field,
        )
    ascii_ = f"{local}@{ascii_domain}"
    if len(ascii_) > _MAX_ADDRESS or not _ADDRESS.fullmatch(ascii_):
        raise FormatError(
            f"{what} is '{address}': write it as name@domain.example, "
            f"with at most {_MAX_ADDRESS} characters",
            field=field,
        )
    return ascii_


def _ascii_domain(domain: str) -> str | None:
    """Return *domain* in ASCII (IDNA), or None if it is ambiguous there."""
    # The codec follows IDNA 2003, which replaces letters that IDNA 2008 keeps, such as
    # the German sharp s: the mail would go to another domain.
    try:
        encoded = domain.encode("idna")
        is_same = encoded.decode("idna") == domain.lower()
    except UnicodeError:
        return None
    return encoded.decode("ascii") if is_same else None


def _other_ways(letter: Letter) -> str:
    """Return the message for an addressee without an e-mail address."""
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
