"""The finished letter as data."""

from datetime import date

from msgspec import Struct

from protestgen.campaign.case import SupportTo
from protestgen.campaign.directory import Addressee
from protestgen.templating.blocks import Block, Paragraph

from .sender import Sender

DEFAULT_STYLE = "statement"


# Written to the people of a case, not to somebody in office; so it needs no addressee.
SUPPORT_STYLE = "support"


# Written for an organisation, which it names.
ORGANISATION_STYLE = "organisation"


# In these one person writes, whatever organisation stands below the name.
_OF_ONE = ("personal", "points")


class Letter(Struct, frozen=True, kw_only=True):
    """
    A letter in its parts, ready for any format.

    The blocks of lines are as printed; an empty part is left out by the formats. The
    *addressee* is None in a message of support, which is to *support_to*. Those
    *copied* are named in the lines *copies*. The subject stands above the salutation
    where it is *subject_above*. The same letter in other languages, *also*, follows it.
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
    """Return *block* as text, a line for each item of a list."""
    if isinstance(block, Paragraph):
        return block.text
    return "\n".join(
        f"{number}. {item}" if block.numbered else f"- {item}"
        for number, item in enumerate(block.items, 1)
    )
