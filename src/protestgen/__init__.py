"""
Courteous, correct, personal protest letters from a campaign's facts.

The library: `write_letter` writes the `Letter` of a `Sender`, `write_batch` those of a
roster, and `FORMATS` turns a letter into bytes, with `Options`. `load_campaign` reads a
campaign's folder. Errors are kinds of `ProtestgenError`.

For many letters, keep a `LetterService`, which takes `LetterOptions`. `compose` writes
a letter of a case whose texts are in its language already.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "FORMATS",
    "Letter",
    "LetterOptions",
    "LetterService",
    "Options",
    "ProtestgenError",
    "Sender",
    "__version__",
    "compose",
    "load_campaign",
    "write_batch",
    "write_letter",
]

if TYPE_CHECKING:
    from .campaign.loader import load_campaign
    from .errors import ProtestgenError
    from .formats import FORMATS, Options
    from .letters.compose import compose
    from .letters.letter import Letter
    from .letters.options import LetterOptions
    from .letters.sender import Sender
    from .letters.service import LetterService
    from .library import write_batch, write_letter

_HOMES = {
    "FORMATS": "formats",
    "Letter": "letters.letter",
    "LetterOptions": "letters.options",
    "LetterService": "letters.service",
    "Options": "formats",
    "ProtestgenError": "errors",
    "Sender": "letters.sender",
    "compose": "letters.compose",
    "load_campaign": "campaign.loader",
    "write_batch": "library",
    "write_letter": "library",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that the package alone is cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
