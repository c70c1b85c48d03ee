"""
Lines of an e-mail's header, which every mail program reads alike.

Python's own writers fold inside words, lose the quotes of long names and join encoded
words, each release in its own way; so these lines are written here.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from functools import lru_cache
from textwrap import wrap

from .mail_message import Mailbox

# A line with an encoded word may have 76 characters, others 78 (RFC 2047, RFC 5322);
# one is left for the space that a folded line begins with.
_WIDTH = 75
# Bytes in an encoded word: 52 characters in base64, which fit behind any header's name.
_WORD_BYTES = 39
_LONGEST_QUOTED = 60
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")


@lru_cache(maxsize=2_000)
def text_header(name: str, value: str) -> str:
    """Return the header *name* with any text, folded."""
    lines = _folded(f"{name}: {value}", _WIDTH)
    # Some readers take a name that stands on a line alone for an empty header.
    if lines and lines[0] != f"{name}:":
        return "\n ".join(lines)
    return f"{name}: " + "\n ".join(_encoded_words(value))


@lru_cache(maxsize=1_000)
def mailbox_header(name: str, *mailboxes: Mailbox) -> str:
    """Return the header *name* with mailboxes, each from the second on a new line."""
    indent = len(name) + 2
    written = []
    for mailbox in mailboxes:
        written.append(_mailbox(mailbox, indent))
        indent = 1
    return f"{name}: " + ",\n ".join(written)


def _folded(text: str, width: int) -> list[str]:
    """Return *text* in lines of at most *width*, or none if it cannot be so."""
    if not text.isascii():
        return []
    if len(text) <= width:
        return [text]
    lines = wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return lines if all(len(line) <= width for line in lines) else []


def _mailbox(mailbox: Mailbox, indent: int) -> str:
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
    """Return a display name in the lines that it takes."""
    if _ATOMS.fullmatch(name):
        return _folded(name, _LONGEST_QUOTED) or list(_encoded_words(name))
    quoted = '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    if name.isascii() and len(quoted) <= _LONGEST_QUOTED:
        return [quoted]
    return list(_encoded_words(name))


def _encoded_words(text: str) -> Iterator[str]:
    for chunk in _chunks(text):
        yield f"=?utf-8?b?{b64encode(chunk).decode('ascii')}?="


def _chunks(text: Iterable[str]) -> Iterator[bytes]:
    """Yield *text* in UTF-8, cut between characters."""
    chunk = b""
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > _WORD_BYTES:
            yield chunk
            chunk = b""
        chunk += encoded
    yield chunk
