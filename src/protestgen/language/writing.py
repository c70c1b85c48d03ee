"""Dates, series of words and the signs of print, as a language writes them."""

import datetime as dt
import re
from collections.abc import Sequence

from msgspec import Struct

from protestgen.schema.types import PartialDate

from . import typography
from .forms import Forms

# Of more than so many people, sentences name the first two only.
_MOST_NAMES = 3
_NAMED = 2


class Writing(Struct, frozen=True):
    """The part of a language that writes dates, series and signs; *code* names it."""

    code: str
    forms: Forms

    def date(self, when: PartialDate | dt.date) -> str:
        """Return a date by itself: "1 May 2011", "May 2011"."""
        return self.forms.dates.by_itself(when)

    def when(self, when: PartialDate | dt.date) -> str:
        """Return a date with its preposition: "on 1 May 2011", "in May 2011"."""
        return self.forms.dates.in_sentence(when)

    def dateline(self, date: str, city: str | None) -> str:
        """Return the line with the *date*, as `date` gives it, and the *city*."""
        return self.forms.dates.dateline.format(city=city, date=date) if city else date

    def series(self, items: Sequence[str]) -> str:
        """Join *items* to "a, b and c", or "a; b; and c" where they hold commas."""
        if len(items) < 2:
            return "".join(items)
        last = f" {self.forms.conjunction_for(items[-1])} {items[-1]}"
        words = {self.forms.conjunction, *self.forms.conjunction_before.values()}
        if any("," in i or any(f" {word} " in i for word in words) for i in items):
            comma = self.forms.semicolon if len(items) > 2 else ","
            return f"{comma} ".join(items[:-1]) + comma + last
        return ", ".join(items[:-1]) + last

    def people(self, names: Sequence[str]) -> str:
        """Return up to three *names* as a series; of more, two and how many others."""
        others = self.forms.others
        if others is None or len(names) <= _MOST_NAMES:
            return self.series(names)
        count = len(names) - _NAMED
        words = others.numbers[count - 2 : count - 1] or (str(count),)
        return f"{', '.join(names[:_NAMED])} {others.many.format(count=words[0])}"

    def own_words(self, text: str) -> str:
        """Return the *text* of a sender with the signs of this language."""
        forms = self.forms
        quotes = forms.quotes or ""
        spaced = bool(quotes) and quotes[0] in forms.glue_after
        return typography.typeset(text, quotes=quotes, spaced=spaced, dash=forms.dash)

    def with_signs(self, text: str) -> str:
        """Return *text* with the apostrophes, dashes and no-break spaces of print."""
        return self.with_no_break_spaces(typography.with_signs(text))

    def with_no_break_spaces(self, text: str) -> str:
        """Return *text* with no-break spaces where a line must not end."""
        forms = self.forms
        months = forms.dates.months if forms.glue_days else ()
        if not (forms.glue_before or forms.glue_after or forms.glue_words or months):
            return text
        return typography.with_no_break_spaces(
            text, forms.glue_before, forms.glue_after, forms.glue_words, months
        )

    def organisation(self, name: str) -> str:
        """Return the *name* of an organisation, in quotation marks if it needs them."""
        words = self.forms.organisation_words
        if not name or not words or any(word in name.casefold() for word in words):
            return name
        quotes = (self.forms.quotes or "").split()
        has_quotes = any(sign in name for sign in ('"', *quotes))
        return name if has_quotes else name.join(quotes)

    def spelled(self, text: str) -> str:
        """Return *text* as the sender's country spells it."""
        spelling = self.forms.spelling
        if not spelling:
            return text
        words = map(re.escape, sorted(spelling, key=len, reverse=True))
        # A letter, such as ß, is spelled so in any word.
        found = "|".join(word if len(word) == 1 else rf"\b{word}\b" for word in words)
        text = re.sub(found, lambda word: spelling[word[0]], text)
        dates = self.forms.dates
        comma = "," if dates.on_day.endswith(",") else ""

        def respelled(date: re.Match[str]) -> str:
            day = dates.day.format(day=date[1], month=date[2], year=date[3])
            return f"{day}{date[4] and comma}{date[4]}"

        day = rf"\b(\d{{1,2}}) ({'|'.join(dates.months)}) (\d{{4}})\b( ?)"
        return re.sub(day, respelled, text)
