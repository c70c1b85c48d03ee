"""The log: references that lead nowhere, names without consent, what is forgotten."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from protestgen.campaign.directory import MISSION_KINDS
from protestgen.errors import Location, quoted
from protestgen.log.entry import LogEntry, wrong_references
from protestgen.log.loader import LOG, Log, read_log
from protestgen.log.reminders import waiting_letters

from .context import CheckContext
from .finding import Finding, error, of_problems, warning

# A reminder that is overdue for longer is probably forgotten.
MAX_OVERDUE_DAYS = 60


def check_log(context: CheckContext, on: date) -> Iterator[Finding]:
    """Yield the findings about the log on the day *on*."""
    log, problems = read_log(context.campaign.layers, tolerant=context.tolerant)
    yield from of_problems(problems)
    for case, entries in log.cases.items():
        if context.is_whole and case not in context.campaign.cases:
            first = Location(log.paths[case, min(entries)])
            yield error(first, f"there is no case {quoted(case)}: rename the folder")
        for name, entry in entries.items():
            for field, message in _errors(entries, entry, on):
                yield error(log.place(case, name).of(field), message)
            for field, message in _warnings(entry):
                yield warning(log.place(case, name).of(field), message)
            yield from _check_references(context, log, case, name)
        yield from _overdue(context, log, case, on)
    yield from _unnamed_files(context, log)


def _check_references(
    context: CheckContext, log: Log, case: str, name: str
) -> Iterator[Finding]:
    """Yield errors if the addressee or the file of an entry is not there."""
    entry, path = log.cases[case][name], Path(log.paths[case, name])
    if unknown := _unknown_addressee(context, case, entry):
        yield error(log.place(case, name).of("to"), unknown)
    if entry.file and not path.with_name(entry.file).is_file():
        message = f"there is no file {quoted(entry.file)} here: add it"
        yield error(log.place(case, name).of("file"), message)


def _unnamed_files(context: CheckContext, log: Log) -> Iterator[Finding]:
    """Yield files without suffix that may be entries: no entry names them."""
    named = {
        (case, entry.file)
        for case, entries in log.cases.items()
        for entry in entries.values()
    }
    paths = [path for folder in context.own for path in folder.glob(f"{LOG}/*/*")]
    for path in sorted(paths):
        is_name = re.fullmatch(r"[a-z0-9-]+", path.name) and path.is_file()
        if is_name and (path.parent.name, path.name) not in named:
            hint = f"if it is an entry, name it {path.name}.yaml"
            yield warning(Location(str(path)), f"no entry names this file: {hint}")


def _errors(
    entries: Mapping[str, LogEntry], entry: LogEntry, on: date
) -> Iterator[tuple[str, str]]:
    """Yield the wrong fields of *entry*, each with what to do."""
    if (entry.date.first_day - on).days > 1:  # it may be tomorrow elsewhere
        yield "date", f"{entry.date} is in the future: correct the date"
    yield from wrong_references(entry, entries)


def _unknown_addressee(context: CheckContext, case_id: str, entry: LogEntry) -> str:
    """Return what is wrong if the campaign does not have the addressee of *entry*."""
    campaign, to = context.campaign, entry.to
    known = (MISSION_KINDS, campaign.directory.offices, campaign.outlets)
    if to is None or not context.is_whole or any(to in names for names in known):
        return ""
    case = campaign.cases.get(case_id)
    if case and to in campaign.directory.names(case.state, entry.country):
        return ""
    return f"unknown addressee {quoted(to)}: correct or remove it"


def _warnings(entry: LogEntry) -> Iterator[tuple[str, str]]:
    """Yield the fields of *entry* that lack consent, each with what to do."""
    if entry.by and "by" not in entry.public:
        hint = "remove it, or add 'public: [by]' if they agree"
        yield "by", f"the name of a person, who has not agreed to be named: {hint}"
    if entry.text and "text" in entry.public and not entry.shown("text"):
        hint = "reword it, or add the field to 'public'"
        yield "text", f"not shown, since it names somebody who has not agreed: {hint}"


def _overdue(context: CheckContext, log: Log, case: str, on: date) -> Iterator[Finding]:
    """Yield a warning if letters of a *case* that wants them have waited too long."""
    known = context.campaign.cases.get(case)
    if known is None or known.status == "closed" or known.is_stopped(on):
        return
    overdue = [
        letter
        for letter in waiting_letters(case, log.of(case))
        if (on - letter.due).days > MAX_OVERDUE_DAYS
    ]
    if overdue:
        count = f"{len(overdue)} reminder{'s are' if overdue[1:] else ' is'} overdue"
        hint = "see 'protestgen due', or log an answer 'none'"
        message = f"{count} for more than {MAX_OVERDUE_DAYS} days: {hint}"
        yield warning(Location(log.paths[case, overdue[0].name]), message)
