"""A letter with plain ASCII punctuation and spaces."""

import re
from typing import cast

from msgspec import Struct
from msgspec.structs import asdict, replace

from protestgen.letters.letter import Letter

# What `plain` puts in the place of a character. French quotation marks have spaces at
# their inner sides, which go with them.
_PLAIN = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f", " ")
    | dict.fromkeys("«»„“”‟", '"')
    | dict.fromkeys("‚‘’‛‹›", "'")
    | dict.fromkeys("\u2010\u2011–—―−", "-")
    | {"…": "...", "№": "No."}
)


_PADDED_QUOTE = re.compile("«[ \u00a0\u202f]|[ \u00a0\u202f]»")


def plain(letter: Letter) -> Letter:
    """
    Return *letter* in characters that old mail gateways and fax servers know.

    Spaces, quotation marks and dashes become those of ASCII; letters stay.
    """
    return cast("Letter", _plain(letter))


def _plain(value: object) -> object:
    if type(value) is str:  # and no date
        return _PADDED_QUOTE.sub('"', value).translate(_PLAIN)
    if isinstance(value, tuple):
        return tuple(map(_plain, value))
    if isinstance(value, Struct):
        fields = {field: _plain(part) for field, part in asdict(value).items()}
        return replace(value, **fields)
    return value
