"""The parts of a letter, or the figures of a report, as JSON: see `docs/json.md`."""

import re
from typing import TYPE_CHECKING, Any

from msgspec import json

from protestgen.campaign.case import SupportTo
from protestgen.campaign.directory import Addressee
from protestgen.letters.letter import Letter
from protestgen.schema.types import CONTROLS

from . import Options

if TYPE_CHECKING:
    from protestgen.letters.report import Report

# Rises when a field is renamed or removed, or its meaning changes; not for a new field.
VERSION = 1
# The start of a line of JSON Lines, in any version.
BEGINNING = re.compile(rb'\{"version":[0-9]+,"case":"')


def render(letter: Letter, _options: Options) -> bytes:
    """Return *letter* as a JSON object in UTF-8, indented."""
    return _indented(json.encode(_parts(letter)))


def render_document(report: "Report", _options: Options) -> bytes:
    """Return the figures of *report* as a JSON object in UTF-8, indented."""
    figures = report.figures
    days = figures.days
    parts = {
        "version": VERSION,
        "case": report.case.id,
        "language": report.language,
        "date": report.date,
        "actions": figures.actions,
        "answers": figures.answers,
        "people": figures.people,
        "channels": figures.by_channel(),
        "countries": figures.count("country"),
        "results": figures.by_result(),
        "days_to_answer": {
            "count": len(days),
            "shortest": days[0] if days else None,
            "median": figures.median_days,
            "longest": days[-1] if days else None,
        },
        "demands": [
            {"id": demand.id, "text": demand.text, "met": demand.met}
            for demand in report.case.demands
        ],
        "rows": figures.rows,
        "thanks": figures.thanks,
        "told": figures.told,
    }
    return _indented(json.encode(parts, enc_hook=str))


def render_line(letter: Letter) -> bytes:
    """Return *letter* as a line of JSON Lines in UTF-8."""
    return _escaped(json.encode(_parts(letter))) + b"\n"


def _indented(data: bytes) -> bytes:
    return _escaped(json.format(data, indent=2)) + b"\n"


def _escaped(data: bytes) -> bytes:
    """Return JSON *data* with escapes for the characters that control a terminal."""
    if data.isascii() and b"\x7f" not in data:  # JSON escapes the others
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
