"""A link as in RFC 6068, which opens the letter in the desktop's mail program."""

from urllib.parse import quote

from protestgen.letters.letter import Letter
from protestgen.letters.notes import Note

from . import Options
from .mail_message import (
    addressee_mailbox,
    copied_mailboxes,
    message_text,
    sender_name,
    subject_text,
)

# What browsers and desktops still hand on to a mail program.
LONGEST = 2_000


def render(letter: Letter, options: Options) -> bytes:
    """Return the link, without the letter's text if it would be too long with it."""
    sender_name(letter)
    link = _link(letter, options, with_text=True)
    if len(link) > LONGEST:
        link = _link(letter, options, with_text=False)
    return f"{link}\n".encode("ascii")


def remarks(letter: Letter, options: Options) -> list[str]:
    """Return what the sender should know about the link."""
    length = len(_link(letter, options, with_text=True))
    if length <= LONGEST:
        return []
    too_long = (
        f"with its text the link has {length} characters, more than the {LONGEST} that "
        "mail programs take: it opens an empty message, paste the text of "
        "'--format body' into it, or use '--format eml'"
    )
    return [Note(too_long, "long link")]


def encoded(text: str) -> str:
    """Return *text* as it stands in a link; its lines end as in a message."""
    return quote("\r\n".join(text.split("\n")), safe="")


def _link(letter: Letter, options: Options, *, with_text: bool) -> str:
    to = quote(addressee_mailbox(letter).address, safe="@")
    fields = []
    if copied := [mailbox.address for mailbox in copied_mailboxes(letter)]:
        fields.append(f"cc={quote(','.join(copied), safe='@')}")
    fields.append(f"subject={encoded(subject_text(letter))}")
    if with_text:
        fields.append(f"body={encoded(message_text(letter, options.width))}")
    return f"mailto:{to}?{'&'.join(fields)}"
