"""
The header fields of an e-mail (RFC 5322), as every mail program reads them alike.

Python's `email` package folds inside words, loses the quotes of long names and joins
encoded words, each release in its own way.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator

from .mail_message import Mailbox
from .text import wrap

# A line with an encoded word has at most 76 characters (RFC 2047, section 2), any other
# 78 (RFC 5322, 2.1.1); one is left for the space that a folded line begins with.
_WIDTH = 75
# Bytes in an encoded word: 52 characters in base64, which fit behind any field name.
_WORD_BYTES = 39
_MAX_QUOTED = 60
# A phrase of atoms, which needs no quotes (RFC 5322, 3.2.5).
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


def text_header(name: str, value: str) -> str:
    """
    Return an unstructured header field, folded at line feeds, without the last one.

    *value* is any text on one line. It becomes encoded words (RFC 2047) unless it is
    ASCII and has spaces to fold it at.
    """
    lines = _folded(f"{name}: {value}", _WIDTH)
    # Some mail programs take a name alone on its line for an empty field.
    if lines and lines[0] != f"{name}:":
        return "\n ".join(lines)
    return f"{name}: " + "\n ".join(_encoded_words(value))


def mailbox_header(name: str, *mailboxes: Mailbox) -> str:
    """Return a header field with a list of *mailboxes*, one on each line."""
    first, *others = mailboxes
    lines = [_mailbox(first, len(name) + 2), *(_mailbox(other, 1) for other in others)]
    return f"{name}: " + ",\n ".join(lines)


def _folded(text: str, width: int) -> list[str]:
    """Return ASCII *text* in lines of at most *width*; none for any other text."""
    lines = wrap(text, width).split("\n") if text.isascii() else []
    return lines if all(len(line) <= width for line in lines) else []


def _mailbox(mailbox: Mailbox, indent: int) -> str:
    """Return a name-addr (RFC 5322, 3.4), its first line behind *indent* characters."""
    if not mailbox.name:
        return mailbox.address
    *lines, last = _phrase(mailbox.name)
    address = f"<{mailbox.address}>"
    if lines:
        indent = 1
    if indent + len(f"{last} {address},") <= _WIDTH:
        return "\n ".join((*lines, f"{last} {address}"))
    return "\n ".join((*lines, last, address))


def _phrase(name: str) -> list[str]:
    """Return the lines of a display name: atoms, a quoted string or encoded words."""
    if _ATOMS.fullmatch(name):
        return _folded(name, _MAX_QUOTED) or list(_encoded_words(name))
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    if name.isascii() and len(quoted) <= _MAX_QUOTED:
        return [quoted]
    return list(_encoded_words(name))


def _encoded_words(text: str) -> Iterator[str]:
    """Yield *text* as encoded words (RFC 2047)."""
    for chunk in _chunks(text):
        yield f"=?utf-8?b?{b64encode(chunk).decode('ascii')}?="


def _chunks(text: Iterable[str]) -> Iterator[bytes]:
    """Yield *text* in UTF-8, cut between characters, as each word must be whole."""
    chunk = b""
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > _WORD_BYTES:
            yield chunk
            chunk = b""
        chunk += encoded
    yield chunk
