"""
A cache of rendered letters, by all values that their templates get but the own words.

In place of the sender's own words, a template gets a slot, which it may test for truth
and print; the words replace the slot in the text. If a template does anything else with
the slot, each letter with own words is rendered by itself.
"""

import re
from collections.abc import Callable, Mapping

from protestgen.errors import TemplateError

from .metering import SLOT, SLOT_MARK, StepLimitError

# The variable that holds the sender's own words.
OWN_WORDS = "why"
_CACHE_SIZE = 500
_PARAGRAPH_START = re.compile(r"(?<=\n\n)")

Render = Callable[[Mapping[str, object]], str]


class RenderCache:
    """The texts that *render* makes of *shared* values and those of each letter."""

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
        self._texts: dict[tuple[object, ...], list[str]] = {}
        # Most texts have most paragraphs in common, which are stored once.
        self._paragraphs: dict[str, str] = {}

    def paragraphs(self, own: Mapping[str, object]) -> list[str]:
        """The paragraphs of a letter with its *own* values, each with a blank line."""
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
        texts = self._texts.get(key)
        if texts is None:
            text = self._rendered(own)
            texts = _PARAGRAPH_START.split(text)
            if len(self._texts) < _CACHE_SIZE:
                same = self._paragraphs.setdefault
                texts = self._texts[key] = [same(part, part) for part in texts]
        return texts

    def _rendered(self, own: Mapping[str, object]) -> str:
        return self._render({**self._shared, **own})
