"""The texts of cases: placeholders, words to avoid, punctuation."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from protestgen.campaign.case import Case, Incident
from protestgen.campaign.translations import CaseText, IncidentText
from protestgen.errors import quoted
from protestgen.language.language import ENGLISH, Language
from protestgen.letters.notes import avoided
from protestgen.schema.place import SourceMap

from .context import CUT, CheckContext
from .finding import Finding, error, warning

# Left over from a template or a draft.
PLACEHOLDER = re.compile(r"\{\{|\{%|\{\w+\}|\[your\b|\bTODO\b|\bXXX\b|\?\?\?")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’“»)\]]*$")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
# Names are inflected: at most so many letters at their end change, and the first ones,
# so many, stay.
_ENDING = 2
_STEM = 4
_SENTENCES = ("outcome", "summary", "reason")


# The path to a text: names of keys, and indexes in lists.
Keys = tuple[str | int, ...]


class TextField(NamedTuple):
    """A *text* of a case, and the keys that lead to it."""

    keys: Keys
    text: str

    @property
    def kind(self) -> str:
        """Its name in messages, such as "demand text" or "summary"."""
        owner = {"incidents": "incident ", "demands": "demand "}.get(str(self.keys[0]))
        return f"{owner or ''}{self.keys[-1]}"

    @property
    def is_sentence(self) -> bool:
        """Whether it consists of whole sentences."""
        return self.keys[-1] in _SENTENCES or self.kind == "incident text"


def text_fields(entry: Case | CaseText) -> Iterator[TextField]:
    """Yield every text of a case that a letter or document may print."""
    texts: list[tuple[Keys, str | None]] = [
        (("title",), entry.title),
        (("outcome",), entry.outcome),
        (("summary",), entry.summary),
        (("support_to", "name"), entry.support_to.name),
        (("support_to", "salutation"), entry.support_to.salutation),
        *((("title_in", key), text) for key, text in entry.title_in.items()),
        *((("people", index), text) for index, text in enumerate(entry.people)),
    ]
    if entry.quotation:
        texts.append((("quotation", "text"), entry.quotation.text))
        texts.append((("quotation", "by"), entry.quotation.by))
    incidents: Iterable[Incident | IncidentText] = entry.incidents
    for index, incident in enumerate(incidents):
        texts.append((("incidents", index, "place"), incident.place))
        texts.append((("incidents", index, "text"), incident.text))
    demands = entry.demands
    pairs = demands.items() if isinstance(demands, dict) else enumerate(demands)
    for key, demand in pairs:
        texts.append((("demands", key, "text"), demand.text))
        texts.append((("demands", key, "reason"), demand.reason))
    return (TextField(keys, text) for keys, text in texts if text)


def check_texts(context: CheckContext) -> Iterator[Finding]:
    """Yield the findings about the texts of cases, in every language."""
    for case in context.owned(context.campaign.cases.values()):
        found = _check_entry(context, case, context.english, case.avoid)
        yield from context.attempt(case.at.of(), found)
    for code, texts in context.translations.items():
        for id_, text in texts.items():
            if context.is_own(text.at.path):
                avoid = (*text.avoid, *context.campaign.cases[id_].avoid)
                language = context.languages.get(code)
                found = _check_entry(context, text, language, avoid)
                yield from context.attempt(text.at.of(), found)


def _check_entry(
    context: CheckContext,
    entry: Case | CaseText,
    language: Language | None,
    avoid: Sequence[str],
) -> Iterator[Finding]:
    of_language = language.forms.avoid if language else ()
    quotes = language.forms.quotes if language else None
    fields = list(text_fields(entry))
    yield from unfinished(context, entry.at, fields)
    for field in fields:
        for harmful in avoided(field.text, (*avoid, *of_language)):
            message = f"'{harmful}' is a word to avoid: find another one"
            yield error(entry.at.of(*field.keys), message)
        if quotes and '"' in field.text:
            message = f"straight quotation marks: this language has {quotes}"
            yield warning(entry.at.of(*field.keys), message)
        for message in _check_punctuation(field):
            yield warning(entry.at.of(*field.keys), message)
    code = language.code if language else ENGLISH
    yield from _check_people(entry, fields, code)
    if isinstance(entry, Case) and _begins_with_capital(entry, fields):
        message = "the title begins with a capital: it continues 'to protest at'"
        yield warning(entry.at.of("title"), message)


def collapse_spaces(text: str) -> str:
    """Return *text* with a single space for each run of white space."""
    return " ".join(text.split())


def stem(name: str, language: str) -> str:
    """Return the part of a family name that all of its forms have, in lower case."""
    last = collapse_spaces(name).rpartition(" ")[2].casefold()
    return last if language == ENGLISH else last[: max(_STEM, len(last) - _ENDING)]


def _check_people(
    entry: Case | CaseText, fields: Iterable[TextField], code: str
) -> Iterator[Finding]:
    """Yield the people whom no text of their case names."""
    keys = ("title", "summary", "incidents", "demands")
    account = collapse_spaces(
        " ".join(w.text for w in fields if w.keys[0] in keys)
    ).casefold()
    for index, name in enumerate(entry.people):
        if stem(name, code) not in account:
            message = f"no text of the case names {quoted(name)}: correct one of them"
            yield warning(entry.at.of("people", index), message)


def unfinished(
    context: CheckContext, place: SourceMap, texts: Sequence[tuple[Keys, str]]
) -> Iterator[Finding]:
    """
    Yield the *texts* of an entry that have something left over from a draft.

    Also yield those that end before an unintended comment, such as "#4".
    """
    for keys, text in texts:
        if match := PLACEHOLDER.search(text):
            message = f"'{match[0]}' is left over: replace it"
            yield error(place.of(*keys), message)
    cut_lines = context.cut_lines(place.path)
    for keys, text in texts if cut_lines else ():
        at = place.of(*keys)
        line, start = cut_lines.get(at.line or 0, ""), (at.column or 1) - 1
        if line.startswith(text, start) and CUT.match(line, start + len(text)):
            message = "' #' starts a comment in YAML: put the text in quotes"
            yield warning(at, message)


def _check_punctuation(field: TextField) -> Iterator[str]:
    """Yield what a text should leave to the templates, or add for them."""
    if field.keys == ("title",):
        if year := _YEAR.search(field.text):
            yield f"the title has the date {year[0]}: remove it, as letters add it"
        if field.text.endswith("."):
            yield "the title has a full stop: remove it, as letters go on"
    elif field.kind == "demand text":
        if field.text.endswith("."):
            yield "the demand has a full stop: remove it, as letters add it"
    elif field.is_sentence and not _SENTENCE_END.search(field.text):
        yield f"the {field.kind} ends without a full stop: add it"


def _begins_with_capital(case: Case, fields: Iterable[TextField]) -> bool:
    """Return whether the English title begins with a capital that is not a name's."""
    first = re.match(r"\w+", case.title)
    if not first or not first[0][0].isupper() or first[0][1:].isupper():
        return False
    within = re.compile(rf"[a-z,] {re.escape(first[0])}\b")
    others = (field.text for field in fields if field.keys != ("title",))
    return first[0] not in " ".join(case.people) and not any(map(within.search, others))
