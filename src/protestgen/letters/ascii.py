"""A letter with ASCII punctuation and spaces."""

import re
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from protestgen.letters.letter import Letter

_REPLACEMENTS = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f", " ")
    | dict.fromkeys("«»„“”‟", '"')
    | dict.fromkeys("‚‘’‛‹›", "'")
    | dict.fromkeys("\u2010\u2011–—―−", "-")
    | {"…": "...", "№": "No."}
)
# French quotation marks have spaces inside, which ASCII quotation marks have not.
_PADDED_QUOTE = re.compile("«[ \u00a0\u202f]|[ \u00a0\u202f]»")


def to_ascii_punctuation(letter: Letter) -> Letter:
    """
    The *letter* in characters that old mail gateways and fax servers know.

    Spaces, quotation marks and dashes become those of ASCII; letters stay.
    """
    ascii_letter: Letter = _replace_all(letter)
    return ascii_letter


def _replace_all(value: Any) -> Any:
    if type(value) is str:  # dates are subclasses of `str`
        return _PADDED_QUOTE.sub('"', value).translate(_REPLACEMENTS)
    if isinstance(value, tuple):
        return tuple(map(_replace_all, value))
    if isinstance(value, Struct):
        fields = {name: _replace_all(field) for name, field in asdict(value).items()}
        return replace(value, **fields)
    return value
