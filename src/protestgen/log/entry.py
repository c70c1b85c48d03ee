"""An entry of the log: an action, or an answer to one."""

import re
from collections.abc import Iterator, Mapping
from typing import Literal, get_args

from msgspec import Struct

from protestgen.errors import alternatives, quoted
from protestgen.schema.types import Count, CountryCode, Date, FileName, Id, Line, Prose

Channel = Literal[
    "letter", "email", "fax", "call", "picket", "statement", "meeting", "press"
]
CHANNELS: tuple[str, ...] = get_args(Channel)
# The channels of which somebody waits for an answer.
WRITTEN = ("letter", "email", "fax")
ANSWER = "answer"
Result = Literal[
    "none", "acknowledgement", "answer", "refusal", "unsatisfactory", "ongoing"
]
RESULTS: tuple[str, ...] = get_args(Result)
# Results that are no answer: nothing came, or only that the letter arrived.
NO_ANSWER = ("none", "acknowledgement")
PublicField = Literal["by", "organisation", "town", "text"]
PUBLIC_FIELDS: tuple[str, ...] = get_args(PublicField)


class LogEntry(Struct, frozen=True, kw_only=True):
    """
    What was done on a day in a *country*, or an answer that came there.

    *kind* is a channel, or "answer". *count* is how many letters, calls or the like it
    stands for; *people* is how many took part. *to* is a kind of mission, the id of an
    office or of an outlet; for an answer, the one that answered. *by* is the name of a
    person. *file* is beside the entry.

    *public* are the fields that everyone concerned agrees to have published: no report
    shows the others. An answer has a *result* and, if it is known, the name of the
    entry that it *answers*. A letter that *reminds* of another has its name.
    """

    kind: Literal[Channel, "answer"]
    date: Date
    country: CountryCode
    town: Line | None = None
    count: Count = 1
    people: Count | None = None
    to: Id | None = None
    by: Line | None = None
    organisation: Line | None = None
    public: tuple[PublicField, ...] = ()
    text: Prose | None = None
    file: FileName | None = None
    reminds: Id | None = None
    answers: Id | None = None
    result: Result | None = None

    @property
    def is_first(self) -> bool:
        """Whether answers and reminders may be about it: it is neither itself."""
        return self.kind != ANSWER and not self.reminds

    def shown(self, field: PublicField) -> str | None:
        """
        Return the value of *field* if it may be published.

        A text that has a word of a name in it, in any form, or an organisation or town,
        which may not be published, is not shown either.
        """
        value: str | None = getattr(self, field)
        if value is None or field not in self.public:
            return None
        return None if field == "text" and self._names_hidden(value) else value

    def _names_hidden(self, text: str) -> bool:
        """Whether *text* names somebody or something that may not be published."""
        folded = text.casefold()
        for field in ("organisation", "town"):
            value: str | None = getattr(self, field)
            if value and field not in self.public and value.casefold() in folded:
                return True
        if "by" in self.public or not self.by:
            return False
        if not self.by.isascii() and self.by.casefold() in folded:
            return True  # some scripts have no spaces between words
        words = _words(text)
        names = _words(self.by)
        return any(_is_form_of(word, name) for name in names for word in words)


def mismatches(entry: LogEntry) -> Iterator[tuple[str, str]]:
    """Yield each field of *entry* that does not go with its kind, and what to do."""
    is_answer = entry.kind == ANSWER
    if is_answer and entry.result is None:
        yield "kind", f"an answer needs its 'result': write {alternatives(RESULTS)}"
    for field in ("answers", "result"):
        if getattr(entry, field) and not is_answer:
            yield field, f"only an answer has '{field}': remove it"
    if entry.reminds and entry.kind not in WRITTEN:
        yield "reminds", f"only a {alternatives(WRITTEN)} reminds: remove it"


def wrong_references(
    entry: LogEntry, entries: Mapping[str, LogEntry]
) -> Iterator[tuple[str, str]]:
    """
    Yield each field of *entry* that does not go with the entry it is about, as above.

    *entries* are those of its case by their names.
    """
    for field, name in (("answers", entry.answers), ("reminds", entry.reminds)):
        about, named = entries.get(name or ""), quoted(name or "")
        if name and about is None:
            yield field, f"there is no entry {named} of this case: correct it"
        elif about and not about.is_first:
            first = about.reminds or about.answers
            hint = f"name {quoted(first)}" if first else "name that one"
            yield field, f"{named} is no first letter: {hint}"
        elif about and field == "reminds" and about.kind not in WRITTEN:
            yield field, f"{named} is no letter: only those are reminded of"
        elif about and entry.date.last_day < about.date.first_day:
            message = f"{entry.date} is before {named}, which is of {about.date}"
            yield "date", f"{message}: correct the date"


def _is_form_of(word: str, name: str) -> bool:
    """Whether *word* is *name*, or this with another ending, as 'Adas' and 'Анны'."""
    if len(name) < 3:
        return len(name) == 2 and word == name
    stem = name if name.isascii() or len(name) == 3 else name[:-1]
    return word.startswith(stem) and len(word) <= len(name) + 2


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
