"""Many e-mail messages in one file: the format mboxrd, which mail programs read."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from mmap import mmap
from time import asctime

# The start of a message by this program; those of others have other header fields.
BEGINNING = re.compile(
    rb"From .+\nDate: .+\nFrom: .+\n(?:(?: |(?:To|Cc|Reply-To|Subject): ).+\n)+"
    rb"Message-ID: <[0-9a-f]{32}@.+>\nMIME-Version: 1\.0\n"
)
_START = re.compile(rb"^From ", re.MULTILINE)
_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)


def is_ours(data: bytes | mmap) -> bool:
    """Return whether this program wrote each message in the mbox *data*."""
    return all(BEGINNING.match(data, line.start()) for line in _START.finditer(data))


def entry(message: bytes, sender: str, now: datetime) -> bytes:
    """Return *message*, whose lines end with LF, as an entry of an mbox."""
    if b"From " in message:  # seldom, and quick to test
        message = _FROM_LINE.sub(rb">\1", message)
    # Readers expect ASCII here; mail programs write this name for an unknown sender.
    who = sender if sender.isascii() else "MAILER-DAEMON"
    head = f"From {who} {_time(now)}\n"
    return b"".join((head.encode("ascii"), message, b"\n"))


@lru_cache(maxsize=10)
def _time(now: datetime) -> str:
    return asctime(now.astimezone(UTC).timetuple())
