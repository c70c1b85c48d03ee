"""References from cases to other entries, and those that are broken."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from protestgen.errors import Problem, Suggester, did_you_mean, quoted

from .case import Case
from .directory import MISSION_KINDS, Office

_ADD = "add it, or remove this line"


def broken_references(
    cases: Mapping[str, Case], offices: Mapping[str, Office], *, whole: bool
) -> Iterator[Problem]:
    """
    Yield a problem for each reference to nothing, to itself or to two entries.

    Unless all cases were read, as a *whole*, a case may follow one that was not.
    """
    suggest = Suggester()
    circular = _circular(cases)
    addressees: dict[str, dict[str, None]] = {}
    for case in cases.values():
        if whole and case.follows and case.follows not in cases:
            hint = did_you_mean(suggest(case.follows, cases), _ADD)
            message = f"unknown case {quoted(case.follows)}: {hint}"
            yield Problem(case.at.of("follows"), message)
        elif case.id in circular:
            message = "the case follows itself in the end: remove this line"
            yield Problem(case.at.of("follows"), message)
        if case.state not in addressees:
            ids = (id_ for id_, o in offices.items() if o.handles(case.state))
            addressees[case.state] = dict.fromkeys((*MISSION_KINDS, *ids))
        yield from _unknown_addressees(case, addressees[case.state], suggest)
        yield from _unknown_demands(case, suggest)
        if all(demand.optional for demand in case.demands):
            message = "all demands are optional: make one that every letter has"
            yield Problem(case.at.of("demands"), message)
    for id_ in offices.keys() & set(MISSION_KINDS):
        message = f"'{id_}' is a kind of mission: choose another id"
        yield Problem(offices[id_].at.of(), message)


def _unknown_addressees(
    case: Case, known: Mapping[str, None], suggest: Suggester
) -> Iterator[Problem]:
    for name, *path in _named(case):
        if name not in known:
            add = "add it to 'offices' in data/embassies.yaml, or remove this line"
            hint = did_you_mean(suggest(name, known.keys()), add)
            message = f"unknown addressee {quoted(name)}: {hint}"
            yield Problem(case.at.of(*path), message)


def _named(case: Case) -> Iterator[tuple[Any, ...]]:
    """Yield the name of each addressee of *case*, and the path to it."""
    for index, way in enumerate(case.ways):
        for field in ("to", "copy"):
            for place, name in enumerate(getattr(way, field)):
                yield name, "write_to", index, field, place
    for index, name in enumerate(case.copies_to):
        yield name, "copies_to", index


def _unknown_demands(case: Case, suggest: Suggester) -> Iterator[Problem]:
    known = [demand.id for demand in case.demands]
    for index, way in enumerate(case.ways):
        for place, id_ in enumerate(way.ask):
            if id_ not in known:
                hint = did_you_mean(suggest(id_, known), _ADD)
                at = case.at.of("write_to", index, "ask", place)
                yield Problem(at, f"unknown demand {quoted(id_)}: {hint}")


def _circular(cases: Mapping[str, Case]) -> set[str]:
    """Return the ids of the cases that follow themselves, directly or not."""
    circular: set[str] = set()
    seen: set[str] = set()
    for first in cases:
        chain: dict[str, int] = {}
        id_ = first
        while id_ in cases and id_ not in seen:
            seen.add(id_)
            chain[id_] = len(chain)
            id_ = cases[id_].follows or ""
        if id_ in chain:
            circular.update(islice(chain, chain[id_], None))
    return circular
