"""
Courteous, correct, personal protest letters from a campaign's facts.

The library in five names: `load_campaign` reads the YAML, `Sender` is who signs,
`compose` makes a `Letter`, and `FORMATS` turns a letter into bytes.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["FORMATS", "Letter", "Sender", "__version__", "compose", "load_campaign"]

if TYPE_CHECKING:
    from .campaign import load_campaign
    from .formats import FORMATS
    from .letter import Letter, compose
    from .sender import Sender

_HOMES = {
    "FORMATS": "formats",
    "Letter": "letter",
    "Sender": "sender",
    "compose": "letter",
    "load_campaign": "campaign",
}


def __getattr__(name: str) -> Any:
    """Import a public name at its first use, so that the package alone is cheap."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
