"""The words of cases: what letters would stumble over."""

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from protestgen.campaign.case import Case, Incident
from protestgen.campaign.translations import CaseText, IncidentText
from protestgen.errors import quoted
from protestgen.language.language import ENGLISH, Language
from protestgen.letters.notes import avoided
from protestgen.schema.place import SourceMap

from .context import CUT, CheckContext
from .finding import Finding, error, warning

LEFT_OVER = re.compile(r"\{\{|\{%|\[your\b|\bTODO\b|\bXXX\b|\?\?\?")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’“»)\]]*$")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# Names are inflected: all but so many of their letters stay, if so many are left.
_ENDING = 2
_SHORTEST = 4
_SENTENCES = ("outcome", "summary", "reason")


# What leads to a text: names of keys, and indexes in lists.
Keys = tuple[str | int, ...]


class Words(Struct, frozen=True):
    """A *text* of a case, and the keys that lead to it."""

    keys: Keys
    text: str

    @property
    def kind(self) -> str:
        """What to call it: "demand text", "summary"."""
        owner = {"incidents": "incident ", "demands": "demand "}.get(str(self.keys[0]))
        return f"{owner or ''}{self.keys[-1]}"

    @property
    def is_sentence(self) -> bool:
        """Tell whether it is of whole sentences."""
        return self.keys[-1] in _SENTENCES or self.kind == "incident text"


def words(entry: Case | CaseText) -> Iterator[Words]:
    """Yield every text of a case that may stand in a letter."""
    texts: list[tuple[Keys, str | None]] = [
        (("title",), entry.title),
        (("outcome",), entry.outcome),
        (("summary",), entry.summary),
        (("support_to", "name"), entry.support_to.name),
        (("support_to", "salutation"), entry.support_to.salutation),
        *((("title_in", key), text) for key, text in entry.title_in.items()),
        *((("people", index), text) for index, text in enumerate(entry.people)),
    ]
    incidents: Iterable[Incident | IncidentText] = entry.incidents
    for index, incident in enumerate(incidents):
        texts.append((("incidents", index, "place"), incident.place))
        texts.append((("incidents", index, "text"), incident.text))
    demands = entry.demands
    pairs = demands.items() if isinstance(demands, dict) else enumerate(demands)
    for key, demand in pairs:
        texts.append((("demands", key, "text"), demand.text))
        texts.append((("demands", key, "reason"), demand.reason))
    return (Words(keys, text) for keys, text in texts if text)


def check_words(material: CheckContext) -> Iterator[Finding]:
    """Yield what is wrong with the words of the cases, in every language."""
    for case in material.campaign.cases.values():
        if material.is_own(case.at.path):
            found = _check_entry(material, case, material.english, case.avoid)
            yield from material.attempt(case.at.of(), found)
    for code, texts in material.translations.items():
        for id_, text in texts.items():
            if material.is_own(text.at.path):
                avoid = (*text.avoid, *material.campaign.cases[id_].avoid)
                language = material.languages.get(code)
                found = _check_entry(material, text, language, avoid)
                yield from material.attempt(text.at.of(), found)


def _check_entry(
    material: CheckContext,
    entry: Case | CaseText,
    language: Language | None,
    avoid: Sequence[str],
) -> Iterator[Finding]:
    everywhere = language.forms.avoid if language else ()
    quotes = language.forms.quotes if language else None
    found = list(words(entry))
    for word in found:
        if match := LEFT_OVER.search(word.text):
            message = f"'{match[0]}' is left over: write what is meant"
            yield error(entry.at.of(*word.keys), message)
        for harmful in avoided(word.text, (*avoid, *everywhere)):
            message = f"'{harmful}' is a word to avoid: find another one"
            yield error(entry.at.of(*word.keys), message)
        if quotes and '"' in word.text:
            message = f"straight quotation marks: those of this language are {quotes}"
            yield warning(entry.at.of(*word.keys), message)
        for message in _conventions(word):
            yield warning(entry.at.of(*word.keys), message)
    yield from cut_off(material, entry.at, ((w.keys, w.text) for w in found))
    code = language.code if language else ENGLISH
    yield from _unnamed(entry, found, code)
    if isinstance(entry, Case) and _begins_with_capital(entry, found):
        message = "the title begins with a capital: it goes on from 'to protest at'"
        yield warning(entry.at.of("title"), message)


def plain(text: str) -> str:
    """Return *text* with single spaces for all white space, no-break spaces too."""
    return " ".join(text.split())


def stem(name: str, language: str) -> str:
    """Return the beginning of a family name, folded, that all of its forms have."""
    last = plain(name).rpartition(" ")[2].casefold()
    return last if language == ENGLISH else last[: max(_SHORTEST, len(last) - _ENDING)]


def _unnamed(
    entry: Case | CaseText, found: Iterable[Words], code: str
) -> Iterator[Finding]:
    """Yield the people whom no text of their case tells of."""
    told = ("title", "summary", "incidents", "demands")
    account = plain(" ".join(w.text for w in found if w.keys[0] in told)).casefold()
    for index, name in enumerate(entry.people):
        if stem(name, code) not in account:
            message = f"no text of the case names {quoted(name)}: is it spelt alike?"
            yield warning(entry.at.of("people", index), message)


def cut_off(
    material: CheckContext, place: SourceMap, texts: Iterable[tuple[Keys, str]]
) -> Iterator[Finding]:
    """Yield the texts that are cut off by what is hardly meant as a comment: #4."""
    cut_lines = material.cut_lines(place.path)
    for keys, text in texts if cut_lines else ():
        at = place.of(*keys)
        line, start = cut_lines.get(at.line or 0, ""), (at.column or 1) - 1
        if line.startswith(text, start) and CUT.match(line, start + len(text)):
            message = "what stands behind ' #' is no part of the text: put it in quotes"
            yield warning(at, message)


def _conventions(word: Words) -> Iterator[str]:
    """Yield how a text differs from what the templates make of it."""
    if word.keys == ("title",):
        if year := _YEAR.search(word.text):
            yield f"the title has the date {year[0]}: letters add it"
        if word.text.endswith("."):
            yield "the title has a full stop: it stands within a sentence"
    elif word.kind == "demand text":
        if word.text.endswith("."):
            yield "the demand has a full stop: letters add it"
    elif word.is_sentence and not _SENTENCE_END.search(word.text):
        yield f"the {word.kind} ends without a full stop: add it"


def _begins_with_capital(case: Case, found: Iterable[Words]) -> bool:
    """Tell whether the English title begins so, unless with a name."""
    first = re.match(r"\w+", case.title)
    if not first or not first[0][0].isupper() or first[0][1:].isupper():
        return False
    within = re.compile(rf"[a-z,] {re.escape(first[0])}\b")
    others = (word.text for word in found if word.keys != ("title",))
    return first[0] not in " ".join(case.people) and not any(map(within.search, others))
