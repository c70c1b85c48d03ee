"""The variables of a style that are the same for all senders."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from protestgen.campaign.case import Case, Demand, Relation
from protestgen.campaign.directory import Addressee, Mission
from protestgen.countries import country_in_sentence
from protestgen.errors import ChoiceError, ExpiredCaseError
from protestgen.language.language import Language
from protestgen.schema.types import PartialDate

from .letter import SHORT_STYLES, SUPPORT_STYLE, THANKS_STYLE

# How many demands a short letter makes.
_FEW = 2

if TYPE_CHECKING:
    from protestgen.language.rights import Rights

# Loads the rights in a language, with the obligations of a state.
LoadRights = Callable[[str, str], "Rights"]


class FirstLetter(Struct, frozen=True, kw_only=True):
    """The letter that a reminder is about; its *date* may be unknown."""

    date: PartialDate | None
    subject: str


def template_values(
    case: Case,
    addressee: Addressee | None,
    demands: Sequence[Demand],
    *,
    language: Language,
    on: date,
    first_letter: PartialDate | None = None,
    rights: LoadRights | None = None,
) -> dict[str, object]:
    """
    The variables for a letter about *case* that makes the *demands*, dated *on*.

    *rights* loads the rights in a language, with the obligations of a state; it is
    called only if a demand has one.
    """
    if case.is_late(on):
        case = replace(case, write_by=None)
    right, says = _right(case, demands, language, on, rights)
    able, is_archived = relation(case, addressee), case.is_archived(on)
    remaining = () if is_archived else case.default_demands(on, able)
    return {
        "addressee": addressee,
        "archived": is_archived,
        "case": case,
        "demands": tuple(demands),
        "first_letter": FirstLetter(
            date=first_letter, subject=case.subject or case.topic or case.title
        ),
        "is_mourning": case.support_to.bereaved,
        "met": tuple(demand for demand in case.demands if demand.is_met(on)),
        "of_state": language.state_genitive(case.state) or "",
        "over": case.is_over(on),
        "people": case.people,
        "people_phrase": language.people(case.people),
        "person": case.people[0] if len(case.people) == 1 else None,
        "questions": tuple(d.question for d in demands if d.question),
        "reason": demands[0].reason if demands else "",
        "relation": able or "",
        "remaining": _with_requests(remaining),
        "right": right,
        "right_says": says,
        "supported": supported(case, language),
    }


def _right(
    case: Case,
    demands: Sequence[Demand],
    language: Language,
    on: date,
    load: LoadRights | None,
) -> tuple[str, str]:
    """The right that the *demands* rest on, and what it says; empty without one."""
    if not (load and case.rights and any(demand.rights for demand in demands)):
        return "", ""
    from protestgen.language.rights import cited_right

    names = {
        "state": country_in_sentence(case.state, language.code),
        "of_state": language.state_genitive(case.state) or "",
    }
    rights = load(language.code, case.state)
    return cited_right(rights, case, demands, on, names)


def supported(case: Case, language: Language) -> str:
    """The people whom a message of support about *case* is for."""
    people = language.series(case.people) or language.forms.placeholders.people
    return case.support_to.name or people


def relation(case: Case, addressee: Addressee | None) -> Relation | None:
    """What the *addressee* can do about *case*."""
    if addressee is None:
        return None
    if isinstance(addressee, Mission):
        return "mission"
    return "authority" if addressee.state == case.state else "body"


def choose_demands(
    case: Case,
    ids: Sequence[str],
    on: date,
    *,
    style: str = "",
    to: Relation | None = None,
) -> tuple[Demand, ...]:
    """
    The demands *ids* of *case*, by default those that a letter of the day *on* makes.

    Letters in the *style* of thanks are for demands that were met. *to* is what the
    addressee can do. Raises `ChoiceError` for an unknown id, and if no demand is left;
    `ExpiredCaseError` if the case wants no letters any more.
    """
    if case.is_stopped(on) and style != THANKS_STYLE:
        raise ExpiredCaseError(
            f"letters about case '{case.id}' were wanted until {case.write_by} only: "
            f"'--style {SUPPORT_STYLE}' goes on"
        )
    by_id = {demand.id: demand for demand in case.demands}
    for id_ in ids:
        if id_ not in by_id:
            known = ", ".join(by_id)
            raise ChoiceError(
                f"case '{case.id}' has no demand '{id_}': choose from {known}"
            )
    found = tuple(by_id[id_] for id_ in dict.fromkeys(ids))
    if style == THANKS_STYLE:
        found = found or tuple(d for d in case.demands if d.is_met(on))
        if open_ := [demand.id for demand in found if not demand.is_met(on)]:
            raise ChoiceError(f"the demand '{open_[0]}' was not met: choose others")
    else:
        most = _FEW if style in SHORT_STYLES else None
        found = found or case.default_demands(on, to)[:most]
    if not found:
        raise ChoiceError(_nothing_to_ask(case, on, style))
    return _with_requests(found)


def _with_requests(demands: Sequence[Demand]) -> tuple[Demand, ...]:
    """The *demands*, whose `request` is their `text` where there is no other."""
    return tuple(replace(d, request=d.request or d.text) for d in demands)


def _nothing_to_ask(case: Case, on: date, style: str) -> str:
    """Why a letter about *case* has no demand."""
    if style == THANKS_STYLE:
        return f"no demand of case '{case.id}' was met: choose another style"
    if case.default_demands(on):
        return (
            f"no demand of case '{case.id}' is meant for this addressee: choose with "
            "'--demand', or another addressee with '--to'"
        )
    return (
        f"all demands of case '{case.id}' were met: choose with '--demand', or "
        f"'--style {SUPPORT_STYLE}'"
    )
