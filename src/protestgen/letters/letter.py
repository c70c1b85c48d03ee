"""A finished letter as data."""

from datetime import date

from msgspec import Struct

from protestgen.campaign.case import SupportTo
from protestgen.campaign.directory import Addressee
from protestgen.templating.blocks import Block, Paragraph

from .sender import Sender

DEFAULT_STYLE = "statement"
# A letter to the people of a case, so it has no addressee.
SUPPORT_STYLE = "support"
# A letter that asks for an answer to an earlier one.
REMINDER_STYLE = "reminder"
# A letter to those who met a demand.
THANKS_STYLE = "thanks"
# A letter that names the sender's organisation.
ORGANISATION_STYLE = "organisation"
# Letters that say "I" even if an organisation is named below the signature.
SINGLE_WRITER_STYLES = ("personal", "points", REMINDER_STYLE)
# Letters that make the first two demands only, unless the sender chooses others.
SHORT_STYLES = ("personal", REMINDER_STYLE)


def other_style(style: str) -> str:
    """Return *style*, or "" if letters in it are first ones to somebody who can act."""
    others = (SUPPORT_STYLE, REMINDER_STYLE, THANKS_STYLE)
    return style if style in others else ""


class Letter(Struct, frozen=True, kw_only=True):
    """
    A letter in its parts, ready for any format.

    Address blocks, *signature* and *copies* are lines as printed. The formats leave out
    empty parts. A message of support has *support_to* in place of an *addressee*. The
    *copied* addressees are named in *copies*. *subject_above* puts the subject above
    the salutation. *copy_blocks* are the address blocks of those copied, empty without
    a street, and *copy_page* is what the page for them says. *also* holds the same
    letter in further languages.
    """

    case: str
    demands: tuple[str, ...]
    style: str
    language: str
    date: date
    sender: Sender
    addressee: Addressee | None
    support_to: SupportTo | None
    copied: tuple[Addressee, ...]
    copy_blocks: tuple[tuple[str, ...], ...] = ()
    copy_page: str = ""
    sender_block: tuple[str, ...]
    dateline: str
    addressee_block: tuple[str, ...]
    salutation: str
    subject: str
    subject_line: str
    subject_above: bool
    body: tuple[Block, ...]
    closing: str
    signature: tuple[str, ...]
    copies: tuple[str, ...]
    also: tuple["Letter", ...] = ()


def block_text(block: Block) -> str:
    """The text of *block*, with a line for each item of a list."""
    if isinstance(block, Paragraph):
        return block.text
    return "\n".join(
        f"{number}. {item}" if block.numbered else f"- {item}"
        for number, item in enumerate(block.items, 1)
    )
