"""Many e-mail messages in one file: mboxrd, which every mail program can take apart."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from mmap import mmap
from time import asctime

# How a file of messages of ours begins; those of others have more headers, or fewer.
BEGINNING = re.compile(
    rb"From .+\nDate: .+\nFrom: .+\n(?:(?: |(?:To|Cc|Reply-To|Subject): ).+\n)+"
    rb"Message-ID: <[0-9a-f]{32}@.+>\nMIME-Version: 1\.0\n"
)
_START = re.compile(rb"^From ", re.MULTILINE)
_FROM_LINE = re.compile(rb"^(>*From )", re.MULTILINE)


def is_ours(data: bytes | mmap) -> bool:
    """Tell whether each message in the mbox *data* is one of ours."""
    return all(BEGINNING.match(data, line.start()) for line in _START.finditer(data))


def entry(message: bytes, sender: str, now: datetime) -> bytes:
    """Return *message*, whose lines end with LF, as it stands in an mbox."""
    if b"From " in message:  # which is quickly told, and seldom so
        message = _FROM_LINE.sub(rb">\1", message)
    # What reads this line takes it for ASCII; a mail program writes so of no sender.
    who = sender if sender.isascii() else "MAILER-DAEMON"
    head = f"From {who} {_time(now)}\n"
    return b"".join((head.encode("ascii"), message, b"\n"))


@lru_cache(maxsize=10)
def _time(now: datetime) -> str:
    return asctime(now.astimezone(UTC).timetuple())
