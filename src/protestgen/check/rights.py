"""Rights that demands rest on: unknown ones, and those that do not bind the state."""

from collections.abc import Iterator
from datetime import date

from protestgen.campaign.case import Case
from protestgen.countries import language_name
from protestgen.errors import DataError
from protestgen.language.language import ENGLISH
from protestgen.language.rights import Rights, load_rights, unknown_right

from .context import CheckContext
from .finding import Finding, of_problems, warning


def check_rights(context: CheckContext, on: date) -> Iterator[Finding]:
    """Yield the findings about the rights that demands rest on."""
    rights: dict[str, Rights] = {}
    try:
        for code in context.languages:
            rights[code] = load_rights(context.campaign.folders, code)
    except DataError as failed:
        yield from of_problems(failed.problems)
        return
    if ENGLISH not in rights:
        return
    for case in context.owned(context.campaign.cases.values()):
        found = _check_case(context, case, rights, on)
        yield from context.attempt(case.at.of(), found)


def _check_case(
    context: CheckContext, case: Case, rights: dict[str, Rights], on: date
) -> Iterator[Finding]:
    translated = [code for code, t in context.translations.items() if case.id in t]
    known = rights[ENGLISH]
    for number, demand in enumerate(case.demands):
        for index, id_ in enumerate(demand.rights):
            if id_ not in known.rights:
                yield from of_problems([unknown_right(known, case, demand, id_)])
                continue
            at = case.at.of("demands", number, "rights", index)
            if not known.find(case, (id_,), on):
                message = f"no source says that '{id_}' bound '{case.state}' then"
                if known.is_reserved(id_, case.state):
                    message = f"'{case.state}' has a reservation to '{id_}'"
                yield warning(at, f"{message}: letters do not name it")
            for code in translated:
                if code in rights and not rights[code].has_words(id_):
                    message = f"it has no words in {language_name(code)}"
                    yield warning(at, f"{message}: add them to data/rights.{code}.yaml")
