"""The update of a case: a document with the news for supporters."""

from msgspec.structs import replace

from protestgen.campaign.case import Case
from protestgen.language.language import ENGLISH
from protestgen.log.entry import LogEntry
from protestgen.log.figures import make_figures
from protestgen.log.loader import load_log
from protestgen.schema.types import PartialDate

from .document import Document, document_parts, localise, thanked
from .service import LetterService


def make_update(
    writer: LetterService,
    case: Case,
    *,
    since: PartialDate | None = None,
    language: str = ENGLISH,
    fallback: bool = False,
) -> tuple[Document, list[str]]:
    """
    Make the update with the news of *case* from the day *since*, and notes on it.

    Without *since* it has everything from the beginning. Raises `MissingTextError` if
    the *language* lacks something and there is no *fallback*.
    """
    start = since or case.opened
    localised, spoken, notes = localise(
        writer, case, "update", language, fallback=fallback
    )
    news = tuple(
        incident
        for incident in localised.incidents
        if _is_between(incident.date, start, writer)
    )
    told = replace(localised, incidents=news)
    achieved = tuple(
        demand
        for demand in localised.demands
        if demand.met and start.first_day <= demand.met.last_day < writer.on
    )
    figures = make_figures(_logged(writer, case, start))
    values = {
        "achieved": achieved,
        "channels": tuple(figures.by_channel().items()),
        "figures": figures,
        "participants": tuple(thanked(figures, spoken.code)),
        "reported": tuple(
            replace(action, town=spoken.forms.city(action.town))
            for action in figures.told
        ),
        "since": start,
        "unknown": localised.default_demands(writer.on),
    }
    return Document(**document_parts(writer, "update", told, spoken, values)), notes


def _logged(
    writer: LetterService, case: Case, start: PartialDate
) -> dict[str, LogEntry]:
    """The entries of the log of *case* from *start* to the day of the update."""
    entries = load_log(writer.campaign.layers, case.id).of(case.id)
    return {
        name: entry
        for name, entry in entries.items()
        if _is_between(entry.date, start, writer)
    }


def _is_between(day: PartialDate, start: PartialDate, writer: LetterService) -> bool:
    return start.first_day <= day.last_day and day.first_day <= writer.on
