"""The texts of cases in other languages than English."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import takewhile
from pathlib import Path
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import asdict, replace

from protestgen.errors import (
    DataError,
    Problem,
    Suggester,
    did_you_mean,
    noted_problems,
    quoted,
)
from protestgen.schema.cache import NO_CACHE
from protestgen.schema.place import SourceMap
from protestgen.schema.reader import parse_entries
from protestgen.schema.source import read_text
from protestgen.schema.types import Id, Line, Phrase, Prose

from .case import Case, Person, PersonLine, Quotation
from .data_files import data_files
from .layer import may_name
from .loader import Campaign

E = TypeVar("E", bound=Struct)


class IncidentText(Struct, frozen=True, kw_only=True):
    """The texts of an incident."""

    place: Line
    text: Prose


class DemandText(Struct, frozen=True, kw_only=True):
    """
    The texts of a demand; *text* continues a sentence of the templates.

    *request* is the form for an addressee who can act, where that differs.
    """

    text: Line
    request: Line | None = None
    reason: Line
    question: Line | None = None


class SupportText(Struct, frozen=True, kw_only=True):
    """The texts about the receiver of a message of support."""

    name: Line | None = None
    salutation: Line | None = None


class QuotationText(Struct, frozen=True, kw_only=True):
    """The texts of a quotation."""

    text: Prose
    by: Line | None = None


class CaseText(Struct, frozen=True, kw_only=True):
    """
    The texts of a case in one language; an empty one is not translated yet.

    *people* and *incidents* are in the order of the English ones. *translates* is the
    `source_text_hash` of the English texts at the time of the translation.
    """

    title: Line | None = None
    title_in: dict[Line, Line] = {}
    topic: Line | None = None
    subject: Line | None = None
    people: tuple[PersonLine, ...] = ()
    outcome: Prose | None = None
    summary: Prose | None = None
    incidents: tuple[IncidentText, ...] = ()
    demands: dict[Id, DemandText] = {}
    support_to: SupportText = SupportText()
    quotation: QuotationText | None = None
    avoid: tuple[Phrase, ...] = ()
    translates: Line | None = None
    at: SourceMap


class _TextsFile(Struct, frozen=True):
    """A file `demands.LANGUAGE.yaml`."""

    cases: dict[Id, CaseText]


Translation = Mapping[str, CaseText]


def load_translation(campaign: Campaign, language: str) -> Translation:
    """
    Read the texts of the cases of *campaign* in *language*, by the ids of the cases.

    The texts in a folder are for its own cases and those of the folders below it: a
    case that replaces another does not have the other's texts. Raises `DataError` with
    all problems of all files.
    """
    texts, problems = read_translation(campaign, language)
    if problems and campaign.cache is not NO_CACHE:  # as in `load_campaign`
        return load_translation(replace(campaign, cache=NO_CACHE), language)
    if problems:
        raise DataError(problems)
    return texts


def read_translation(
    campaign: Campaign, language: str, *, whole: bool = True, tolerant: bool = False
) -> tuple[Translation, list[Problem]]:
    """
    Read the valid texts of what `load_translation` reads, and all problems.

    Unless *campaign* is *whole*, a text that fits none of its cases is no problem.
    *tolerant* is as for `noted_problems`.
    """
    problems: list[Problem] = []
    texts: dict[str, CaseText] = {}
    suggest = Suggester()
    for folder in campaign.layers:
        for path in _files_of_texts(campaign, folder, problems, language):
            file = None
            with noted_problems(path, problems, tolerant=tolerant):
                content = read_text(path, within=folder)
                file, wrong = campaign.cache.parsed(
                    parse_entries, content, str(path), _TextsFile
                )
                problems += wrong
            for id_, text in (file.cases if file else {}).items():
                case = campaign.cases.get(id_)
                if case is None and campaign.only:
                    continue
                if mismatches := [*_mismatches(id_, text, case, campaign, suggest)]:
                    problems += mismatches if whole else ()
                elif case and id_ not in texts and _applies(campaign, folder, case):
                    texts[id_] = text
    return texts, problems


def _files_of_texts(
    campaign: Campaign, folder: Path, problems: list[Problem], language: str
) -> list[Path]:
    """Return the files of *folder* with texts in *language* for *campaign*."""
    files = [f for f in data_files(folder, problems, language) if f.kind == "demands"]
    if campaign.only:
        named = {file.id for file in files}
        missing = [id_ for id_ in campaign.only if id_ not in named]
        files = [
            file
            for file in files
            if not file.id or file.id in campaign.only or may_name(file, missing)
        ]
    return [file.path for file in files]


def _applies(campaign: Campaign, folder: Path, case: Case) -> bool:
    """Whether texts in *folder* are for *case*: it is in no layer above the folder."""
    above = takewhile(lambda layer: layer != folder, campaign.layers)
    path = Path(case.at.path)
    return not any(path.is_relative_to(layer / "data") for layer in above)


def _mismatches(
    id_: str,
    text: CaseText,
    case: Case | None,
    campaign: Campaign,
    suggest: Suggester,
) -> Iterator[Problem]:
    """Yield a problem for each part of *text* that its case lacks."""
    if case is None:
        hint = did_you_mean(suggest(id_, campaign.cases), "remove it")
        yield Problem(text.at.of(), f"unknown case {quoted(id_)}: {hint}")
        return
    ids = {demand.id: demand for demand in case.demands}
    for demand in text.demands:
        if demand not in ids:
            at = text.at.of_key("demands", demand)
            hint = did_you_mean(suggest(demand, ids), "remove it")
            yield Problem(at, f"unknown demand {quoted(demand)}: {hint}")
    for field in ("people", "incidents"):
        here, there = len(getattr(text, field)), len(getattr(case, field))
        if here not in {0, there}:
            message = f"{here} {field} here, {there} in {case.at}: write as many"
            yield Problem(text.at.of(field), message)


def translated(case: Case, text: CaseText) -> Case:
    """Return *case* with the texts of *text*, which has no missing fields."""
    return replace(
        case,
        title=text.title,
        title_in=text.title_in,
        topic=text.topic,
        subject=text.subject,
        people=tuple(map(_person, case.people, text.people)),
        outcome=text.outcome,
        summary=text.summary,
        incidents=tuple(map(_worded, case.incidents, text.incidents)),
        demands=tuple(_worded(d, text.demands[d.id]) for d in case.demands),
        support_to=_worded(case.support_to, text.support_to),
        quotation=_quotation(case.quotation, text.quotation),
        avoid=(*text.avoid, *case.avoid),
    )


def _person(person: Person, text: Person) -> Person:
    return Person(text.name, text.short, person.gender, text.about)


def _worded(entry: E, text: Struct) -> E:
    """Return *entry* with all fields of *text* instead of its own."""
    return replace(entry, **asdict(text))


def _quotation(
    quotation: Quotation | None, text: QuotationText | None
) -> Quotation | None:
    """Return *quotation* with the words of *text*; none if it is not translated."""
    if quotation is None or text is None:
        return None
    return replace(quotation, text=text.text, by=text.by or quotation.by)


def optional_texts(entry: Case | CaseText) -> dict[str, str]:
    """The texts of *entry* that letters can do without, by the names of their keys."""
    texts: dict[str, str | None] = {"topic": entry.topic, "subject": entry.subject}
    for number, person in enumerate(entry.people):
        short = person.short if person.short != person.name else ""
        texts |= {
            f"people.{number}.short": short,
            f"people.{number}.about": person.about,
        }
    if entry.quotation:
        texts["quotation"] = entry.quotation.text
    demands = entry.demands
    pairs = (
        demands.items() if isinstance(demands, dict) else ((d.id, d) for d in demands)
    )
    texts |= {f"demands.{id_}.question": demand.question for id_, demand in pairs}
    return {key: text for key, text in texts.items() if text}


def source_text_hash(case: Case, text: CaseText | None = None) -> str:
    """
    Return 8 hexadecimal digits that change with any English text of *case*.

    Of the optional texts, those count that the translation *text* has as well.
    """
    support = case.support_to
    words = [case.title, *case.people, case.outcome, case.summary]
    words += [word for i in case.incidents for word in (i.date, i.place, i.text)]
    words += [word for d in case.demands for word in (d.id, d.text, d.reason)]
    words += [support.name, support.salutation]
    if text:
        own = optional_texts(text)
        words += [word for key, word in optional_texts(case).items() if key in own]
    return sha256("\0".join(word or "" for word in words).encode()).hexdigest()[:8]
