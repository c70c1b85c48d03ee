"""Notes for a sender to read before a letter is sent."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Self

from protestgen.campaign.case import Case
from protestgen.campaign.directory import Addressee, Office
from protestgen.countries import language_name
from protestgen.schema.types import PartialDate
from protestgen.templating.blocks import Block

from .letter import ORGANISATION_STYLE, SUPPORT_STYLE, THANKS_STYLE, Letter, block_text

# The words that fit on a page; a letter in the style `points` may have two pages.
PAGE_WORDS = 400
# Embassies move: a note asks to verify an address whose source is older than this.
ADDRESS_YEARS = 2
# A note tells of telephone and fax numbers whose source is older than this.
NUMBER_YEARS = 10
# The kinds of note on what a letter lacks or that it may not arrive.
_URGENT = {
    "no-name",
    "no-organisation",
    "no-street",
    "no-support-address",
    "uncertain-address",
}
_WORD = re.compile(r"\w+")
# A word as a reader counts it.
_COUNTED = re.compile(r"\w[\w'’-]*")


class Note(str):
    """A sentence about a letter; notes of one *kind* differ in values only."""

    __slots__ = ("kind",)

    kind: str

    def __new__(cls, text: str, kind: str = "") -> Self:
        """Create a note; without a *kind*, its text is its kind."""
        note = super().__new__(cls, text)
        note.kind = kind or text
        return note

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        """Pickle the kind as well, for other processes."""
        return str(self), self.kind


class HarmNote(Note):
    """A note on harm that a letter may do: `--quiet` does not hide it."""

    __slots__ = ()


def kind_of_note(note: str) -> str:
    """The kind of a note, which is its text unless it is a `Note`."""
    return note.kind if isinstance(note, Note) else note


def rank_of_note(note: str) -> int:
    """The rank of a note: 0 harm, 1 what the letter lacks to arrive, 2 any other."""
    if isinstance(note, HarmNote):
        return 0
    return 1 if kind_of_note(note) in _URGENT else 2


def choice_notes(
    case: Case,
    addressee: Addressee | None,
    *,
    style: str,
    on: date,
    demands: Sequence[str],
    languages: Sequence[str],
) -> list[Note]:
    """Notes on what was chosen for a letter, whoever signs it."""
    # Thanks are for demands that were met.
    asked = () if style == THANKS_STYLE else demands
    return [
        *_date_notes(case, asked, on),
        *_report_notes(case),
        *_address_notes(case, addressee, style, on),
        *_language_notes(addressee, languages),
    ]


def copy_notes(letter: Letter, *, mailed: bool, printed: bool) -> Iterator[Note]:
    """Notes on copies to send apart: neither *mailed* with the letter nor *printed*."""
    for copy, block in zip(letter.copied, letter.copy_blocks, strict=True):
        if not (copy.email and mailed) and not (block and printed):
            fax = f"fax {copy.fax}" if copy.fax and not copy.address else ""
            by = copy.email or fax or "by post"
            text = "the letter names a copy: send it to the"
            yield Note(f"{text} {copy.label} as well ({by})", "copy")


def word_notes(letter: Letter, avoid: Mapping[str, tuple[str, ...]]) -> list[Note]:
    """Notes on the words of *letter*; the words to *avoid* are given by language."""
    return [
        note
        for text in (letter, *letter.also)
        for note in _word_notes(text, avoid[text.language])
    ]


def count_words(letter: Letter) -> int:
    """The number of words between the salutation and the closing."""
    return sum(map(_length, letter.body))


@lru_cache(maxsize=2_000)
def _length(block: Block) -> int:
    return len(_COUNTED.findall(block_text(block)))


def longest(letter: Letter) -> int:
    """The most words that a letter of this style may have."""
    return PAGE_WORDS * (2 if letter.style == "points" else 1)


def _date_notes(case: Case, demands: Sequence[str], on: date) -> Iterator[Note]:
    if case.is_archived(on):
        outcome = case.outcome or "no outcome is recorded"
        yield Note(
            f"case '{case.id}' has been closed since {case.updated}: {outcome}",
            "closed",
        )
    elif case.is_late(on):
        text = "has passed: look for news before you send this"
        yield Note(f"the last day for letters, {case.write_by}, {text}", "late")
    latest = max(incident.date for incident in case.incidents)
    if on < latest.first_day:
        yield Note(f"the letter is dated before its latest incident, {latest}", "early")
    for demand in case.demands:
        if demand.id in demands and demand.is_met(on):
            yield Note(
                f"the demand '{demand.id}' was met: choose others with '--demand'",
                "met",
            )


def _report_notes(case: Case) -> Iterator[Note]:
    if case.report_to:
        text = f"send a copy of the letter, and any answer, to {case.report_to}"
        yield Note(text, "report-to")


def _address_notes(
    case: Case, to: Addressee | None, style: str, on: date
) -> Iterator[Note]:
    if to is None:
        is_known = case.support_to.address or case.support_to.email
        if style == SUPPORT_STYLE and not is_known:
            text = "no address for messages of support is known: ask the campaign"
            yield Note(text, "no-support-address")
        return
    where = _ask(to)
    if not to.address:
        has_contact = to.phone or to.fax or to.email
        lack = "street" if has_contact else "street, number or e-mail address"
        text = f"no {lack} is known for the {to.label}"
        if to.verified and is_old(to.verified, on):
            text += f", and its source is of {to.verified.year}"
        yield Note(f"{text}{where}", "no-street")
    elif to.confidence == "low":
        text = f"the address of the {to.label} is uncertain{where}"
        yield Note(text, "uncertain-address")
    elif to.verified is None:
        text = f"the address of the {to.label} is from an undated source{where}"
        yield Note(text, "undated-address")
    elif is_old(to.verified, on):
        source = f"a source of {to.verified.year}"
        text = f"the address of the {to.label} is from {source}{where}"
        yield Note(text, "old-address")
    if isinstance(to, Office) and to.advice:
        yield Note(f"{to.label}: {to.advice}", "advice")
    yield from number_notes(to, on)


def number_notes(to: Addressee, on: date) -> Iterator[Note]:
    """A note on the telephone and fax numbers of *to*, if they are very old."""
    numbers = to.numbers_verified
    if numbers and is_old(numbers, on, NUMBER_YEARS):
        source = f"a source of {numbers.year}"
        text = f"the telephone or fax number of the {to.label} is from {source}"
        yield Note(f"{text}{_ask(to)}", "old-numbers")


def _ask(to: Addressee) -> str:
    """Where to look for what is missing, behind a sentence."""
    return f": look at {to.website}" if to.website else ": ask there before you write"


def is_old(verified: PartialDate, on: date, years: int = ADDRESS_YEARS) -> bool:
    """Whether an address was *verified* more than *years* before the day *on*."""
    last = verified.last_day
    return (last.year + years, last.month, last.day) < (on.year, on.month, on.day)


def _language_notes(to: Addressee | None, languages: Sequence[str]) -> Iterator[Note]:
    if to and to.languages and not set(languages) & set(to.languages):
        read = " or ".join(map(language_name, to.languages))
        first = to.languages[0]
        text = f"the {to.label} prefers letters in {read}: see '--lang {first}'"
        yield Note(text, "language")


def sender_notes(letter: Letter) -> Iterator[Note]:
    """Notes on what *letter* has of its sender, or lacks."""
    if letter.also and letter.sender.why:
        text = "your own words are not translated: each letter has them as written"
        yield Note(text, "own-words")
    if not letter.sender.name:
        text = "the letter has no name: add '--name', or run 'protestgen profile'"
        yield Note(text, "no-name")
    if letter.style == ORGANISATION_STYLE and not letter.sender.organisation:
        text = "the letter names no organisation: add '--organisation'"
        yield Note(text, "no-organisation")
    if letter.style == ORGANISATION_STYLE and letter.sender.why:
        text = "the letter says 'we': say 'we' in your own words, too"
        yield Note(text, "own-words")


def _word_notes(letter: Letter, avoid: tuple[str, ...]) -> Iterator[Note]:
    find = _finder(avoid)
    around = (letter.subject, letter.salutation, letter.closing, *letter.signature)
    found = {word for part in (*around, *letter.body) for word in find(part)}
    for word in sorted(found, key=avoid.index):
        text = "may do harm to those the letter is for: find another word"
        yield HarmNote(f"'{word}' {text}")
    if (count := count_words(letter)) > longest(letter):
        text = f"the letter has {count} words, too many to be read: leave some out"
        yield Note(text, "long")


def avoided(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Those of *words* that occur in *text*."""
    return _finder(words)(text)


@lru_cache(maxsize=200)
def _finder(words: tuple[str, ...]) -> Callable[[str | Block], tuple[str, ...]]:
    """
    A function that finds those of *words* that occur in a text or block.

    It matches whole words, with or without a plural ending, in any case.
    """
    # By the word that they begin with, so that many of them take no time each.
    forms: dict[str, list[tuple[str, str]]] = {}
    for word in words:
        phrase = " ".join(_WORD.findall(word.casefold()))
        for form in (phrase, f"{phrase}s", f"{phrase}es"):
            forms.setdefault(form.split(" ")[0], []).append((f" {form} ", word))

    @lru_cache(maxsize=2_000)  # many letters share a block
    def find(text: str | Block) -> tuple[str, ...]:
        folded = (text if isinstance(text, str) else block_text(text)).casefold()
        tokens = _WORD.findall(folded)
        begun = forms.keys() & tokens
        if not begun:
            return ()
        all_tokens = " ".join(("", *tokens, ""))
        found = {word for b in begun for form, word in forms[b] if form in all_tokens}
        return tuple(word for word in words if word in found)

    return find
