"""What a sender should know about a letter before it is sent."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Self

from protestgen.campaign.case import Case
from protestgen.countries import language_name
from protestgen.limits import MAX_PHRASE
from protestgen.schema.types import PartialDate
from protestgen.templating.blocks import Block

from .letter import ORGANISATION_STYLE, SUPPORT_STYLE, Letter, block_text

# What fits on a page; `points` may run to two.
PAGE_WORDS = 400
# Embassies move: an address whose source is older than this is to be looked at.
ADDRESS_YEARS = 2
_WORD = re.compile(r"\w+")


class Note(str):
    """A note whose text has values; notes of one *kind* differ in these only."""

    __slots__ = ("kind",)
    kind: str

    def __new__(cls, text: str, kind: str = "") -> Self:
        """Make a note; without a *kind*, its text is its kind."""
        note = super().__new__(cls, text)
        note.kind = kind or text
        return note


class HarmNote(str):
    """A note on harm that a letter may do: `--quiet` does not hide it."""

    __slots__ = ()


def kind_of_note(note: str) -> str:
    """Return the kind of a note: its text, unless it is a `Note`."""
    return note.kind if isinstance(note, Note) else note


def remarks(
    case: Case, letter: Letter, avoid: Mapping[str, Sequence[str]]
) -> list[str]:
    """
    Return what is to be known about *letter*, a sentence each.

    The words to *avoid* are given by language.
    """
    return [
        *choice_remarks(case, letter),
        *sender_remarks(letter),
        *word_remarks(letter, avoid),
    ]


def choice_remarks(case: Case, letter: Letter) -> list[str]:
    """Return what is to be known of what was chosen for *letter*, whoever signs it."""
    return [
        *_about_time(case, letter),
        *_about_address(case, letter),
        *_about_language(letter),
    ]


def sender_remarks(letter: Letter) -> list[str]:
    """Return what is to be known of what *letter* has of its sender, or has not."""
    return [*_about_sender(letter)]


def word_remarks(letter: Letter, avoid: Mapping[str, Sequence[str]]) -> list[str]:
    """Return what is to be known of the words of *letter*."""
    return [
        remark
        for text in (letter, *letter.also)
        for remark in _about_words(text, tuple(avoid[text.language]))
    ]


def count_words(letter: Letter) -> int:
    """Return how many words stand between the salutation and the closing."""
    return sum(map(_length, letter.body))


@lru_cache(maxsize=2_000)
def _length(block: Block) -> int:
    return len(re.findall(r"\w[\w'’-]*", block_text(block)))


def longest(letter: Letter) -> int:
    """Return how many words a letter of its style may have."""
    return PAGE_WORDS * (2 if letter.style == "points" else 1)


def _about_time(case: Case, letter: Letter) -> Iterator[str]:
    if case.is_archived(letter.date):
        outcome = case.outcome or "no outcome is recorded"
        yield f"case '{case.id}' has been closed since {case.updated}: {outcome}"
    elif case.write_by and letter.date > case.write_by.last_day:
        yield f"letters were to be written by {case.write_by}"
    latest = max(incident.date for incident in case.incidents)
    if letter.date < latest.first_day:
        yield f"the letter is dated before what it tells of, {latest}"
    for demand in case.demands:
        if demand.id in letter.demands and demand.is_met(letter.date):
            yield f"the demand '{demand.id}' was met: choose others with '--demand'"


def _about_address(case: Case, letter: Letter) -> Iterator[str]:
    to = letter.addressee
    if to is None:
        if letter.style == SUPPORT_STYLE and not _gives_address(case):
            yield "no address for messages of support is known: ask the campaign"
        return
    where = f": look at {to.website}" if to.website else ": ask there before you write"
    if not to.address:
        yield f"no street is known for the {to.label}{where}"
    elif to.confidence == "low":
        yield f"the address of the {to.label} is not sure{where}"
    elif to.verified is None:
        yield f"the address of the {to.label} is from an undated source{where}"
    elif is_old(to.verified, letter.date):
        source = f"a source of {to.verified.year}"
        yield f"the address of the {to.label} is from {source}{where}"


def is_old(verified: PartialDate, on: date, years: int = ADDRESS_YEARS) -> bool:
    """Tell whether an address was *verified* more than so many *years* before *on*."""
    last = verified.last_day
    return (last.year + years, last.month, last.day) < (on.year, on.month, on.day)


def _gives_address(case: Case) -> bool:
    return bool(case.support_to.address or case.support_to.email)


def _about_language(letter: Letter) -> Iterator[str]:
    to = letter.addressee
    written = [letter.language, *(other.language for other in letter.also)]
    if to and to.languages and not set(written) & set(to.languages):
        read = " or ".join(map(language_name, to.languages))
        first = to.languages[0]
        yield f"the {to.label} would rather read {read}: see '--lang {first}'"


def _about_sender(letter: Letter) -> Iterator[str]:
    if letter.also and letter.sender.why:
        yield "your own words stand in each of the letters as you wrote them"
    if not letter.sender.name:
        yield "the letter has no name: add '--name', or run 'protestgen profile'"
    if letter.style == ORGANISATION_STYLE and not letter.sender.organisation:
        yield "the letter names no organisation: add '--organisation'"


def _about_words(letter: Letter, avoid: tuple[str, ...]) -> Iterator[str]:
    find = _finder(avoid)
    around = (letter.subject, letter.salutation, letter.closing, *letter.signature)
    found = {word for part in (*around, *letter.body) for word in find(part)}
    for word in dict.fromkeys(avoid) if found else ():
        if word in found:
            note = "may do harm to those the letter is for: find another word"
            yield HarmNote(f"'{word}' {note}")
    if (count := count_words(letter)) > longest(letter):
        text = f"the letter has {count} words: more than is read, leave some out"
        yield Note(text, "too long")


def avoided(text: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of *words* that stand in *text*."""
    return _finder(words)(text)


@lru_cache(maxsize=200)
def _finder(words: tuple[str, ...]) -> Callable[[str | Block], tuple[str, ...]]:
    """
    Return what finds those of *words* that stand in a text or block.

    Each is looked for as whole words, also with a plural ending, whatever its case.
    """
    # Each level of this tree is keyed by the next word of a phrase; "" has the phrases
    # that end there. So a text takes as long whatever the number of *words*.
    tree: dict[str, Any] = {}
    for phrase in words:
        node = tree
        *first, last = _WORD.findall(phrase.casefold()) or [""]
        for word in first:
            node = node.setdefault(word, {})
        for form in (last, f"{last}s", f"{last}es"):
            node.setdefault(form, {}).setdefault("", set()).add(phrase)

    @lru_cache(maxsize=2_000)  # the text may be in many letters
    def find(text: str | Block) -> tuple[str, ...]:
        folded = (text if isinstance(text, str) else block_text(text)).casefold()
        tokens = _WORD.findall(folded)
        if tree.keys().isdisjoint(tokens):
            return ()
        found: set[str] = set()
        for start in range(len(tokens)):
            node = tree
            for token in tokens[start : start + MAX_PHRASE]:
                node = node.get(token, {})
                found |= node.get("", set())
                if not node:
                    break
        return tuple(word for word in words if word in found)

    return find
