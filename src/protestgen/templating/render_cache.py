"""
Texts of letters, kept for other letters whose templates are given the same values.

Only a sender's own words are not part of the key. A template is given a slot in their
place, which it may test for truth and print; the words are put in afterwards. Where a
template does anything else with the slot, each letter with own words is rendered alone.
"""

import re
from collections.abc import Callable, Mapping

from protestgen.errors import TemplateError

from .metering import SLOT, SLOT_MARK, StepLimitError

# The name that templates have for the sender's own words.
OWN_WORDS = "why"
_MOST_TEXTS = 500
_PARAGRAPH_START = re.compile(r"(?<=\n\n)")

Render = Callable[[Mapping[str, object]], str]


class RenderCache:
    """What *render* makes of the *shared* values of letters, and of those of each."""

    def __init__(
        self,
        render: Render,
        insert: Callable[[object], str],
        shared: Mapping[str, object],
    ) -> None:
        self._render = render
        self._insert = insert
        self._shared = shared
        self._takes_slot = True
        self._kept: dict[tuple[object, ...], list[str]] = {}
        # Most letters have most paragraphs in common: each takes room once.
        self._paragraphs: dict[str, str] = {}

    def paragraphs(self, own: Mapping[str, object]) -> list[str]:
        """Return the paragraphs of a letter with its *own* values, with blank lines."""
        words = own[OWN_WORDS]
        if not words:
            return self._cached(own)
        if self._takes_slot:
            try:
                texts = self._cached({**own, OWN_WORDS: SLOT})
            except TemplateError as error:
                if isinstance(error.__cause__, StepLimitError):
                    raise
            else:
                inserted = self._insert(words)
                return [text.replace(SLOT_MARK, inserted) for text in texts]
        text = self._rendered(own)
        self._takes_slot = False
        return [text]

    def _cached(self, own: Mapping[str, object]) -> list[str]:
        key = tuple({**own, OWN_WORDS: bool(own[OWN_WORDS])}.items())
        texts = self._kept.get(key)
        if texts is None:
            text = self._rendered(own)
            texts = _PARAGRAPH_START.split(text)
            if len(self._kept) < _MOST_TEXTS:
                same = self._paragraphs.setdefault
                texts = self._kept[key] = [same(part, part) for part in texts]
        return texts

    def _rendered(self, own: Mapping[str, object]) -> str:
        return self._render({**self._shared, **own})
