"""The update of a case: a document with the news for supporters."""

from collections.abc import Iterator
from datetime import date

from msgspec.structs import replace

from protestgen.campaign.case import Case, Incident
from protestgen.errors import ChoiceError
from protestgen.language.language import ENGLISH
from protestgen.log.figures import Figures, make_figures
from protestgen.schema.types import PartialDate

from .document import Document, document_parts, localise, logged, thanked
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

    Without *since* it has everything from the beginning. Raises `ChoiceError` if that
    is later than the update, and `MissingTextError` if the *language* lacks something
    and there is no *fallback*.
    """
    if since and since.first_day > writer.on:
        reason = f"is after the date of the update, {writer.on}"
        raise ChoiceError(f"'--since {since}' {reason}: choose an earlier one")
    start = since or case.opened
    localised, spoken, notes = localise(
        writer, case, "update", language, fallback=fallback
    )
    told = replace(localised, incidents=tuple(_news(localised, start, writer.on)))
    achieved = tuple(
        demand
        for demand in localised.demands
        if demand.met and start.first_day <= demand.met.last_day < writer.on
    )
    figures = _figures(writer, case, start)
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


def _news(case: Case, start: PartialDate, on: date) -> Iterator[Incident]:
    """Yield the incidents of *case* from *start* to the day *on*."""
    for incident in case.incidents:
        if start.first_day <= incident.date.last_day and incident.date.first_day <= on:
            yield incident


def _figures(writer: LetterService, case: Case, start: PartialDate) -> Figures:
    """The figures of what is logged for *case* from *start* on."""
    entries = logged(writer, case)
    return make_figures(
        {
            name: entry
            for name, entry in entries.items()
            if start.first_day <= entry.date.last_day
        }
    )
