"""The parts of a letter for other programs: `docs/json.md` says what each holds."""

import re
from typing import Any

from msgspec import json

from protestgen.campaign.case import SupportTo
from protestgen.campaign.directory import Addressee
from protestgen.letters.letter import Letter
from protestgen.schema.types import CONTROLS

from . import Options

# Changes when a field is renamed, removed or gets another meaning; not for a new one.
VERSION = 1
# How a line begins, in any version.
BEGINNING = re.compile(rb'\{"version":[0-9]+,"case":"')


def render(letter: Letter, options: Options) -> bytes:
    """Return *letter* as an object in JSON."""
    del options
    return _escaped(json.format(json.encode(_parts(letter)), indent=2)) + b"\n"


def render_line(letter: Letter) -> bytes:
    """Return *letter* as a line of JSON Lines."""
    return _escaped(json.encode(_parts(letter))) + b"\n"


def _escaped(data: bytes) -> bytes:
    """Return JSON without what would act on a terminal that it is shown on."""
    if data.isascii() and b"\x7f" not in data:  # JSON itself escapes the others
        return data
    text = CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", data.decode())
    return text.encode()


def _parts(letter: Letter) -> dict[str, Any]:
    sender = letter.sender
    return {
        "version": VERSION,
        "case": letter.case,
        "style": letter.style,
        "language": letter.language,
        "date": letter.date,
        "from": {
            "name": sender.name,
            "email": sender.email,
            "reply_to": sender.reply_to,
        },
        "to": _contact(letter.addressee or letter.support_to),
        "copied": [_contact(copy) for copy in letter.copied],
        "sender_block": letter.sender_block,
        "dateline": letter.dateline,
        "addressee_block": letter.addressee_block,
        "salutation": letter.salutation,
        "subject": letter.subject,
        "subject_line": letter.subject_line,
        "subject_above": letter.subject_above,
        "body": letter.body,
        "closing": letter.closing,
        "signature": letter.signature,
        "copies": letter.copies,
        "also": [_parts(other) for other in letter.also],
    }


def _contact(to: Addressee | SupportTo | None) -> dict[str, Any] | None:
    if to is None:
        return None
    fields = ("name", "country", "email", "fax", "phone", "website")
    return {field: getattr(to, field, None) for field in fields}
