"""The report of a case: what was done about it, where, and what came back."""

from collections.abc import Iterator
from datetime import date, timedelta
from statistics import median

from msgspec import Struct

from protestgen.campaign.case import Case
from protestgen.countries import country_name, sorted_by_name
from protestgen.errors import ProtestgenError
from protestgen.language.language import Language
from protestgen.log.entry import CHANNELS
from protestgen.log.figures import Figures, Key, make_figures
from protestgen.schema.types import PartialDate

from .document import Document, document_parts, localise, logged, thanked
from .service import LetterService

# Actions with a text that a report tells one by one; the data have them all.
MAX_TOLD = 100
# Weeks between the first and the last one that are all shown, also the empty ones.
_MAX_WEEKS = 53


class Report(Document, frozen=True, kw_only=True):
    """A report on *case* with its *figures*."""

    case: Case
    figures: Figures


class Amount(Struct, frozen=True):
    """
    How many actions and answers there were for a *key*, such as a channel.

    *name* is the key in the language of the report, where it is a country.
    """

    key: str
    actions: int
    answers: int
    name: str = ""


class Week(Struct, frozen=True):
    """How much there was in the week from a Monday, or at a date without a day."""

    when: PartialDate
    actions: int
    answers: int


class Participants(Struct, frozen=True):
    """Those in a *country* who agreed to be named, organisations first."""

    country: str
    names: tuple[str, ...]


class Reported(Struct, frozen=True):
    """An action, or an answer, of which a report says what it was."""

    date: PartialDate
    place: str
    text: str


class Days(Struct, frozen=True):
    """The times to *count* answers, in days."""

    count: int
    shortest: int
    median: int
    longest: int


def make_report(
    writer: LetterService, case: Case, code: str, *, fallback: bool = False
) -> tuple[Report, list[str]]:
    """
    Make the report on *case* in the language *code*, and notes on it.

    Raises `ProtestgenError` if nothing is logged by then, `DataError` for a broken log,
    and `MissingTextError` if the language lacks something and there is no fallback.
    """
    figures = make_figures(logged(writer, case))
    if not figures.rows:
        hint = "see 'protestgen log --help'"
        what = f"nothing is logged for case '{case.id}' up to {writer.on}"
        raise ProtestgenError(f"{what}: {hint}")
    case, language, notes = localise(writer, case, "report", code, fallback=fallback)
    values = _values(figures, language)
    parts = document_parts(writer, "report", case, language, values)
    if (more := len(figures.told) - MAX_TOLD) > 0:
        notes.append(f"{more:,} texts are in the format 'json' only")
    return Report(**parts, case=case, figures=figures), notes


def _values(figures: Figures, language: Language) -> dict[str, object]:
    """The variables of the template that are made from the log."""
    code = language.code
    return {
        "actions": figures.actions,
        "answers": figures.answers,
        "channels": tuple(_amounts(figures, "channel")),
        "countries": tuple(_amounts(figures, "country", code)),
        "days": _days(figures),
        "people": figures.people,
        "results": tuple(figures.by_result().items()),
        "reported": tuple(_reported(figures, language)),
        "participants": tuple(
            Participants(thanks.country, (*thanks.organisations, *thanks.people))
            for thanks in thanked(figures, code)
        ),
        "weeks": tuple(_weeks(figures)),
    }


def _amounts(figures: Figures, key: Key, language: str = "") -> Iterator[Amount]:
    """Yield the amounts by *key*; with a *language*, by the names of countries."""
    actions, answers = figures.count(key), figures.count(key, of_answers=True)
    keys = {*actions, *answers}
    if language:
        order = sorted_by_name(keys, language)
    else:
        order = [k for k in (*CHANNELS, "") if k in keys]
    for one in order:
        name = country_name(one, language) if language else ""
        yield Amount(one, actions[one], answers[one], name)


def _weeks(figures: Figures) -> Iterator[Week]:
    """Yield the weeks with actions or answers, and a few weeks between them."""
    actions, answers = figures.count("week"), figures.count("week", of_answers=True)
    keys = {*actions, *answers}
    days = [date.fromisoformat(key) for key in keys if len(key) == len("2011-05-02")]
    if days and max(days) - min(days) <= timedelta(weeks=_MAX_WEEKS):
        span = (max(days) - min(days)).days
        between = (min(days) + timedelta(days=n) for n in range(0, span, 7))
        keys.update(day.isoformat() for day in between)
    for key in sorted(keys):
        yield Week(PartialDate.parse(key), actions[key], answers[key])


def _days(figures: Figures) -> Days | None:
    days = figures.days
    return Days(len(days), days[0], round(median(days)), days[-1]) if days else None


def _reported(figures: Figures, language: Language) -> Iterator[Reported]:
    for action in figures.told[:MAX_TOLD]:
        country = country_name(action.country, language.code)
        town = language.forms.city(action.town)
        place = f"{town}, {country}" if town else country
        yield Reported(action.date, place, action.text)
