"""The texts of cases in other languages than English."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from itertools import takewhile
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from protestgen.errors import DataError, Problem, Suggester, quoted
from protestgen.schema.place import SourceMap
from protestgen.schema.reader import read_entries
from protestgen.schema.types import Id, Line, Phrase, Prose

from .case import Case, Demand, Incident
from .loader import Campaign, data_files


class IncidentText(Struct, frozen=True, kw_only=True):
    """The words of an incident."""

    place: Line
    text: Prose


class DemandText(Struct, frozen=True, kw_only=True):
    """The words of a demand, which go on from the lead-in of the language's letters."""

    text: Line
    reason: Line


class SupportText(Struct, frozen=True, kw_only=True):
    """The words of who a message of support goes to."""

    name: Line | None = None
    salutation: Line | None = None


class CaseText(Struct, frozen=True, kw_only=True):
    """
    The words of a case in one language, as far as they are translated.

    *people* and *incidents* are in the order of the English ones. *translates* is the
    `fingerprint` of the English words that these were made from.
    """

    title: Line | None = None
    title_in: dict[Line, Line] = {}
    people: tuple[Line, ...] = ()
    outcome: Prose | None = None
    summary: Prose | None = None
    incidents: tuple[IncidentText, ...] = ()
    demands: dict[Id, DemandText] = {}
    support_to: SupportText = SupportText()
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

    Those of a folder are for its own cases and for those of the folders below it: a
    case that replaces another has not the other's words. Raises `DataError` with
    everything that is wrong with any of the files.
    """
    texts, problems = read_translation(campaign, language)
    if problems:
        raise DataError(problems)
    return texts


def read_translation(
    campaign: Campaign, language: str, *, whole: bool = True
) -> tuple[Translation, list[Problem]]:
    """
    Read what `load_translation` does as far as it is sound; return all problems too.

    Unless *campaign* is *whole*, it is no problem if a text fits none of its cases.
    """
    problems: list[Problem] = []
    texts: dict[str, CaseText] = {}
    suggest = Suggester()
    for folder in campaign.layers:
        for kind, path in data_files(folder, problems, language):
            if kind != "demands":
                continue
            file, wrong = read_entries(path, _TextsFile, within=folder)
            problems += wrong
            for id_, text in (file.cases if file else {}).items():
                case = campaign.cases.get(id_)
                if misfits := [*_misfits(id_, text, case, campaign, suggest)]:
                    problems += misfits if whole else ()
                elif case and id_ not in texts and _reaches(campaign, folder, case):
                    texts[id_] = text
    return texts, problems


def _reaches(campaign: Campaign, folder: Path, case: Case) -> bool:
    """Tell whether no folder on top of *folder* has *case*."""
    above = takewhile(lambda other: other != folder, campaign.layers)
    path = Path(case.at.path)
    return not any(path.is_relative_to(other / "data") for other in above)


def _misfits(
    id_: str,
    text: CaseText,
    case: Case | None,
    campaign: Campaign,
    suggest: Suggester,
) -> Iterator[Problem]:
    """Yield a problem for whatever *text* has and its case has not."""
    if case is None:
        near = suggest(id_, campaign.cases)
        hint = f"did you mean '{near}'?" if near else "remove it"
        yield Problem(text.at.of(), f"unknown case {quoted(id_)}: {hint}")
        return
    ids = {demand.id: demand for demand in case.demands}
    for demand in text.demands:
        if demand not in ids:
            near = suggest(demand, ids)
            hint = f"did you mean '{near}'?" if near else "remove it"
            at = text.at.of_key("demands", demand)
            yield Problem(at, f"unknown demand {quoted(demand)}: {hint}")
    for field in ("people", "incidents"):
        here, there = len(getattr(text, field)), len(getattr(case, field))
        if here not in {0, there}:
            message = f"{here} {field} here, {there} in {case.at}: write as many"
            yield Problem(text.at.of(field), message)


def translated(case: Case, text: CaseText) -> Case:
    """Return *case* in the words of *text*, which lacks nothing."""
    return replace(
        case,
        title=text.title,
        title_in=text.title_in,
        people=text.people,
        outcome=text.outcome,
        summary=text.summary,
        incidents=tuple(map(_incident, case.incidents, text.incidents)),
        demands=tuple(_demand(demand, text) for demand in case.demands),
        support_to=replace(
            case.support_to,
            name=text.support_to.name,
            salutation=text.support_to.salutation,
        ),
        avoid=(*text.avoid, *case.avoid),
    )


def _incident(incident: Incident, text: IncidentText) -> Incident:
    return replace(incident, place=text.place, text=text.text)


def _demand(demand: Demand, case_text: CaseText) -> Demand:
    text = case_text.demands[demand.id]
    return replace(demand, text=text.text, reason=text.reason)


def fingerprint(case: Case) -> str:
    """Return eight characters that change with any English word of *case*."""
    support = case.support_to
    words = [case.title, *case.people, case.outcome, case.summary]
    words += [word for i in case.incidents for word in (i.date, i.place, i.text)]
    words += [word for d in case.demands for word in (d.id, d.text, d.reason)]
    words += [support.name, support.salutation]
    return sha256("\0".join(word or "" for word in words).encode()).hexdigest()[:8]
