"""An e-mail message (RFC 5322, MIME), which a mail program sends unchanged."""

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Sequence
from datetime import date
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from protestgen.errors import UnknownNameError
from protestgen.letters.letter import Letter

from . import FORMATS, Options
from .mail_headers import mailbox_header, text_header
from .mail_message import (
    Mailbox,
    addressee_mailbox,
    copied_mailboxes,
    header_text,
    message_parts,
    reply_mailbox,
    sender_mailbox,
    subject_text,
)
from .text import document_parts, joined

if TYPE_CHECKING:
    from protestgen.letters.document import Document

# All messages of a batch have the same time.
_format_time = lru_cache(maxsize=10)(format_datetime)
_FROM_LINE = re.compile(rb"^(>*From) ", re.MULTILINE)


def render(letter: Letter, options: Options) -> bytes:
    """
    Return *letter* as a message from the sender to the addressee, in ASCII.

    The Message-ID is a hash of the content, so that the same letter has the same one.
    Raises `FormatError` if the letter lacks a name, an address or a subject.
    """
    sender = sender_mailbox(letter)
    envelope = _envelope(letter, sender)
    parts = message_parts(letter, options.width)
    attached = [_attachment(letter, options)] if options.attach else []
    return _message(sender, envelope, parts, options, on=letter.date, attached=attached)


def render_mailing(
    document: "Document", sender: Mailbox, to: Mailbox, options: Options
) -> bytes:
    """
    Return *document* as a message to one mailbox; its title is the subject.

    Raises `FormatError` for a title that is unsafe in a header.
    """
    envelope = [
        mailbox_header("From", sender),
        mailbox_header("To", to),
        text_header("Subject", header_text(document.title, "the headline")),
    ]
    parts = document_parts(document, options.width)
    return _message(sender, envelope, parts, options, on=document.date)


def _message(
    sender: Mailbox,
    envelope: Sequence[str],
    parts: Sequence[str],
    options: Options,
    *,
    on: date,
    attached: Sequence[bytes] = (),
) -> bytes:
    """Return the message with the header fields *envelope* and the text *parts*."""
    identity = "\0".join((*envelope, on.isoformat(), joined(parts)))
    digest = sha256(identity.encode()).hexdigest()[:32]
    domain = sender.address.rpartition("@")[2]
    content = _text_part(parts)
    if attached:
        content = _mixed(digest, [content, *attached])
    head = (
        f"Date: {_format_time(options.time_of(on))}",
        *envelope,
        f"Message-ID: <{digest}@{domain}>",
        "MIME-Version: 1.0",
    )
    message = "\n".join(head).encode("ascii") + b"\n" + content
    return message.replace(b"\n", b"\r\n") if options.eol == "crlf" else message


def _envelope(letter: Letter, sender: Mailbox) -> list[str]:
    to = addressee_mailbox(letter)
    headers = [mailbox_header("From", sender), mailbox_header("To", to)]
    if copied := copied_mailboxes(letter, to):
        headers.append(mailbox_header("Cc", *copied))
    if reply := reply_mailbox(letter, sender):
        headers.append(mailbox_header("Reply-To", reply))
    return [*headers, text_header("Subject", subject_text(letter))]


def _text_part(parts: Sequence[str]) -> bytes:
    head = (
        b"Content-Type: text/plain; charset=utf-8\n"
        b"Content-Transfer-Encoding: quoted-printable\n\n"
    )
    return head + b"\n\n".join(map(_quoted_printable, parts)) + b"\n"


@lru_cache(maxsize=2_000)
def _quoted_printable(text: str) -> bytes:
    """Return whole lines of *text*, encoded (RFC 2045, 6.7). Many letters share it."""
    # "From " at the start of a line separates messages in an mbox, and each program
    # quotes it in another way: a soft line break after the word avoids it.
    data = b2a_qp(text.encode())
    return _FROM_LINE.sub(rb"\1=\n ", data) if b"From " in data else data


def _attachment(letter: Letter, options: Options) -> bytes:
    """Return the letter as an attached file, or raise `UnknownNameError`."""
    name = options.attach or ""
    format_ = FORMATS.get(name)
    if format_ is None or format_.media_type is None:
        known = [known.name for known in FORMATS.values() if known.media_type]
        see = "protestgen letter --help"
        raise UnknownNameError("format to attach", name, known, see=see)
    data = format_.render(letter, options)
    head = (
        f"Content-Type: {format_.media_type}\n"
        f'Content-Disposition: attachment; filename="letter.{name}"\n'
        "Content-Transfer-Encoding: base64\n\n"
    )
    return head.encode("ascii") + encodebytes(data)


def _mixed(digest: str, parts: Sequence[bytes]) -> bytes:
    # "=_" occurs neither in quoted-printable nor in base64.
    boundary = f"=_{digest}".encode("ascii")
    head = b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\n\n'
    body = b"".join(b"--" + boundary + b"\n" + part + b"\n" for part in parts)
    return head + body + b"--" + boundary + b"--\n"
