"""A mailto link (RFC 6068), which opens the letter in a mail program."""

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

# Characters of a link that all browsers and desktops pass on to a mail program.
MAX_LINK = 2_000
# In columns: the mail program wraps the text itself, in a window of any width.
_UNWRAPPED = 1_000_000


def render(letter: Letter, _options: Options) -> bytes:
    """Return the link in ASCII, without the text of the letter if that is too long."""
    sender_name(letter)
    link = _link(letter, with_text=True)
    if len(link) > MAX_LINK:
        link = _link(letter, with_text=False)
    return f"{link}\n".encode("ascii")


def remarks(letter: Letter, _options: Options) -> list[str]:
    """Return a note if the link has no room for the text of the letter."""
    length = len(_link(letter, with_text=True))
    if length <= MAX_LINK:
        return []
    note = (
        f"with its text the link has {length} characters, more than the {MAX_LINK} "
        "that mail programs take: it opens an empty message, paste the text of "
        "'--format body' into it, or use '--format eml'"
    )
    return [Note(note, "long link")]


def encoded(text: str) -> str:
    """Return *text* percent-encoded, its lines ending with CRLF (RFC 6068, 5)."""
    return quote("\r\n".join(text.split("\n")), safe="")


def _link(letter: Letter, *, with_text: bool) -> str:
    to = addressee_mailbox(letter)
    fields = []
    if copied := [mailbox.address for mailbox in copied_mailboxes(letter, to)]:
        fields.append(f"cc={quote(','.join(copied), safe='@')}")
    fields.append(f"subject={encoded(subject_text(letter))}")
    if with_text:
        fields.append(f"body={encoded(message_text(letter, _UNWRAPPED))}")
    return f"mailto:{quote(to.address, safe='@')}?{'&'.join(fields)}"
