"""The dates of cases: open cases that are over, events in a wrong order."""

from collections.abc import Iterator
from datetime import date

from protestgen.campaign.case import Case
from protestgen.errors import Location
from protestgen.schema.types import PartialDate

from .context import CheckContext
from .finding import Finding, error, warning

# An open case that has no news for longer is probably over.
MAX_QUIET_DAYS = 365


def check_dates(context: CheckContext, on: date) -> Iterator[Finding]:
    """Yield the findings about the dates of cases on the day *on*."""
    cases = context.campaign.cases.values()
    followed_by = {case.follows: case.id for case in cases if case.follows}
    for case in context.owned(cases):
        found = _check_case(case, followed_by.get(case.id), on)
        yield from context.attempt(case.at.of(), found)


def _check_case(case: Case, later: str | None, on: date) -> Iterator[Finding]:
    if case.status == "open":
        yield from _open_case(case, later, on)
    elif not case.outcome:
        message = "the case is closed: add its 'outcome', which letters mention"
        yield warning(case.at.of("status"), message)
    yield from _order(case)
    for at, when in _dates(case):
        if (when.first_day - on).days > 1:  # it may be tomorrow elsewhere
            yield error(at, f"{when} is in the future: correct the date")


def _open_case(case: Case, later: str | None, on: date) -> Iterator[Finding]:
    if case.is_late(on) and case.after == "ask":
        message = (
            f"the last day for letters, {case.write_by}, has passed: "
            "write another one, 'after: stop', or close the case"
        )
        yield warning(case.at.of("write_by"), message)
    for index, hearing in enumerate(case.hearings):
        if case.updated.last_day < hearing.date.last_day < on:
            message = f"the hearing was on {hearing.date}: what came of it?"
            yield warning(case.at.of("hearings", index), message)
    if later:
        message = f"the case is open, and case '{later}' follows it: close this one"
        yield warning(case.at.of("status"), message)
    if (on - case.updated.last_day).days > MAX_QUIET_DAYS:
        message = f"the case is open without news since {case.updated}: is it over?"
        yield warning(case.at.of("updated"), message)


def _order(case: Case) -> Iterator[Finding]:
    """Yield the dates that are before the opening of *case*, or after its last news."""
    first, last = case.opened.first_day, case.updated.last_day
    if last < first:
        message = f"the last news, {case.updated}, is older than the case"
        yield warning(case.at.of("updated"), message)
        return
    if case.write_by and case.write_by.last_day < first:
        message = f"{case.write_by} is before the case was opened, {case.opened}"
        yield warning(case.at.of("write_by"), message)
    for index, incident in enumerate(case.incidents):
        at = case.at.of("incidents", index, "date")
        if incident.date.last_day < first:
            message = f"{incident.date} is before the case was opened, {case.opened}"
            yield warning(at, message)
        elif incident.date.first_day > last:
            message = f"{incident.date} is after the last news, {case.updated}"
            yield warning(at, message)


def _dates(case: Case) -> Iterator[tuple[Location, PartialDate]]:
    """Yield the dates of *case* that cannot be in the future."""
    yield case.at.of("opened"), case.opened
    yield case.at.of("updated"), case.updated
    for index, incident in enumerate(case.incidents):
        yield case.at.of("incidents", index, "date"), incident.date
    for index, demand in enumerate(case.demands):
        if demand.met:
            yield case.at.of("demands", index, "met"), demand.met
    if case.quotation:
        yield case.at.of("quotation", "date"), case.quotation.date
