"""
Courteous, correct, personal protest letters from a campaign's facts.

The library: `load_campaign` reads the YAML, a `LetterService` writes the `Letter` of a
`Sender` with `LetterOptions` in any language, and `FORMATS` turns a letter into bytes.
`compose` writes a letter of a case whose texts are in its language already.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = [
    "FORMATS",
    "Letter",
    "LetterOptions",
    "LetterService",
    "Sender",
    "__version__",
    "compose",
    "load_campaign",
]

if TYPE_CHECKING:
    from .campaign.loader import load_campaign
    from .formats import FORMATS
    from .letters.compose import compose
    from .letters.letter import Letter
    from .letters.sender import Sender
    from .letters.service import LetterOptions, LetterService

_HOMES = {
    "FORMATS": "formats",
    "Letter": "letters.letter",
    "Sender": "letters.sender",
    "LetterOptions": "letters.service",
    "LetterService": "letters.service",
    "compose": "letters.compose",
    "load_campaign": "campaign.loader",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that the package alone is cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
