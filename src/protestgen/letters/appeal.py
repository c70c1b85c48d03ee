"""The appeal of a campaign: a document that asks people to write about a case."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from protestgen.campaign.case import Case, Demand
from protestgen.campaign.directory import MISSION_KINDS, Addressee, Mission, Office
from protestgen.campaign.routing import Directory
from protestgen.countries import (
    country_in_sentence,
    country_name,
    sorted_by_name,
)
from protestgen.errors import ChoiceError
from protestgen.language.language import ENGLISH, Language
from protestgen.log.figures import make_figures

from .compose import compose
from .document import Document, document_parts, localise, logged
from .letter import DEFAULT_STYLE, SUPPORT_STYLE, Letter
from .notes import number_notes
from .sender import Sender
from .service import LetterService

A = TypeVar("A", Mission, Office)


class Appeal(Document, frozen=True, kw_only=True):
    """
    An appeal: a document that asks for letters to the *addressees*.

    Its letter is a model for them. An appeal that is *over* has neither.
    """

    case: str
    over: bool
    addressees: tuple[Addressee, ...]


class Country(Struct, frozen=True, kw_only=True):
    """
    A country with its *missions*, or *see*, the country whose embassy covers it.

    Names are in the language of the appeal.
    """

    name: str
    missions: tuple[Mission, ...] = ()
    see: str | None = None


class AppealWay(Struct, frozen=True, kw_only=True):
    """
    A way to act: a letter to each of *to*, with copies to others.

    They are names in the language of the appeal, or "embassy" for the one in the
    reader's country and "mission" for one of another kind. *demands* are the numbers of
    those that the letters make, if they make others than usual.
    """

    to: tuple[str, ...]
    copies: tuple[str, ...] = ()
    demands: tuple[int, ...] = ()


class _Recipients(Struct, frozen=True, kw_only=True):
    """The missions and offices to write to about a case, and those who get copies."""

    missions: tuple[Mission, ...] = ()
    offices: tuple[Office, ...] = ()
    copies: tuple[Office, ...] = ()


def make_appeal(
    writer: LetterService,
    case: Case,
    *,
    language: str = ENGLISH,
    countries: Sequence[str] = (),
    style: str = DEFAULT_STYLE,
    fallback: bool = False,
) -> tuple[Appeal, list[str]]:
    """
    Make the appeal for letters about *case*, and notes on it.

    It has the addresses in *countries*, by default all, and a model letter in *style*.
    If the case is closed or its demands were met, it tells the outcome and thanks those
    who wrote. Raises `MissingTextError` if the *language* lacks something and there is
    no *fallback* to English, and `ChoiceError` for an option that cannot be met.
    """
    if style == SUPPORT_STYLE:
        reason = "is no letter to those who are called on"
        raise ChoiceError(f"'--style {style}' {reason}: choose another style")
    recipients, model = _Recipients(), None
    if not case.is_over(writer.on):
        recipients = _recipients(writer.campaign.directory, case, countries)
        model = _model_addressee(case, recipients)
    localised, spoken, notes = localise(
        *(writer, case, "appeal", language),
        fallback=fallback,
        addressee=model,
        style=style if model else None,
    )
    values = _values(writer, localised, spoken, recipients, countries)
    appeal = Appeal(
        **document_parts(writer, "appeal", localised, spoken, values),
        case=case.id,
        over=model is None,
        addressees=(*recipients.missions, *recipients.offices),
        letter=_model_letter(
            *(writer, localised, spoken, model, countries),
            style=style,
            copies=recipients.copies,
        )
        if model
        else None,
    )
    return appeal, [*notes, *_notes(case, countries, recipients, writer.on)]


def _model_letter(
    writer: LetterService,
    case: Case,
    language: Language,
    addressee: Addressee,
    countries: Sequence[str],
    *,
    style: str,
    copies: Sequence[Addressee],
) -> Letter:
    sender = Sender(country=countries[0] if len(countries) == 1 else None)
    return compose(
        *(case.for_way(case.ways[0]), addressee, sender),
        style=style,
        language=language,
        templates=writer.templates,
        on=writer.on,
        copies=[copy for copy in copies if copy != addressee],
        rights=writer.rights,
    )


def _recipients(
    directory: Directory, case: Case, countries: Sequence[str]
) -> _Recipients:
    """The recipients of letters about *case* from *countries*, or from everywhere."""
    goals = [goal for way in case.ways for goal in (*way.to, *way.copy)]
    goals += case.copies_to
    first = next((goal for goal in goals if goal in MISSION_KINDS), None)
    missions = _listed(directory, case.state, countries) if first else ()

    def order(mission: Mission) -> tuple[bool, int, str]:
        kind = mission.kind
        return kind != first, MISSION_KINDS.index(kind), mission.city

    offices = directory.offices
    return _Recipients(
        missions=tuple(sorted(missions, key=order)),
        offices=tuple(offices[g] for g in dict.fromkeys(goals) if g in offices),
        copies=tuple(
            offices[goal]
            for goal in (*case.ways[0].copy, *case.copies_to)
            if goal in offices
        ),
    )


def _listed(
    directory: Directory, state: str, countries: Sequence[str]
) -> Iterable[Mission]:
    """
    The missions of *state* in *countries*, or that cover them.

    Without *countries*, those of the campaign are listed, or the ones in all the world
    of which more than the city is known.
    """
    missions = directory.of_state(state)
    if countries:
        return [m for m in missions if {m.host, *m.covers} & {*countries}]
    return directory.own(state) or [m for m in missions if m.address or m.email]


def _model_addressee(case: Case, recipients: _Recipients) -> Addressee:
    """The addressee of the model letter, without personal forms if it is for many."""
    found: list[Addressee] = [*recipients.missions, *recipients.offices]
    if not _begins_with_mission(case):
        found = [*recipients.offices, *recipients.missions]
    if not found:
        message = f"nobody is known to write to about case '{case.id}'"
        raise ChoiceError(f"{message}: leave '--country' out, or add an addressee")
    model = found[0]
    if isinstance(model, Mission) and len(recipients.missions) > 1:
        return replace(model, gender=None, salutation=None)
    return model


def _begins_with_mission(case: Case) -> bool:
    """Whether the first letter about *case* goes to a mission, not to an office."""
    return case.ways[0].to[0] in MISSION_KINDS


def _values(
    writer: LetterService,
    case: Case,
    language: Language,
    recipients: _Recipients,
    countries: Sequence[str],
) -> dict[str, object]:
    """The variables of the template that are not those of all documents."""
    values = {
        "copies": _localised(recipients.copies, language),
        "countries": _countries(recipients.missions, countries, language),
        "figures": make_figures(logged(writer, case)),
        "offices": _localised(recipients.offices, language),
        "offices_first": False,
        "ways": (),
    }
    if not case.is_over(writer.on):
        demands = _asked(case, writer.on)
        values |= {
            "demands": demands,
            "offices_first": not _begins_with_mission(case),
            "ways": _ways(case, language, recipients.offices, demands),
        }
    return values


def _asked(case: Case, on: date) -> tuple[Demand, ...]:
    """The demands that letters about *case* make, by default or on one of its ways."""
    named = {id_ for way in case.ways for id_ in way.ask}
    usual = case.default_demands(on)
    return tuple(
        demand
        for demand in case.demands
        if demand in usual or (demand.id in named and not demand.is_met(on))
    )


def _ways(
    case: Case,
    language: Language,
    offices: Sequence[Office],
    demands: Sequence[Demand],
) -> tuple[AppealWay, ...]:
    """
    The ways of *case*, unless they are names alone, a mission first.

    The numbers of *demands* are their places in this list.
    """
    are_names = all(isinstance(entry, str) for entry in case.write_to)
    if are_names and _begins_with_mission(case):
        return ()
    names = {office.id: language.display_name(office) for office in offices}
    names |= dict.fromkeys(MISSION_KINDS, "mission") | {"embassy": "embassy"}
    # A single demand has no number.
    numbers = {d.id: number for number, d in enumerate(demands, 1) if demands[1:]}
    return tuple(
        AppealWay(
            to=tuple(names[name] for name in way.to),
            copies=tuple(names[name] for name in (*way.copy, *case.copies_to)),
            demands=tuple(numbers[id_] for id_ in way.ask if id_ in numbers),
        )
        for way in case.ways
    )


def _countries(
    missions: Sequence[Mission], wanted: Sequence[str], language: Language
) -> tuple[Country, ...]:
    """The countries of *missions*, and the *wanted* ones that these cover."""
    hosts: dict[str, list[Mission]] = {}
    for mission in missions:
        hosts.setdefault(mission.host, []).append(mission)
    covering = {
        country: country_name(mission.host, language.code)
        for mission in missions
        for country in mission.covers
        if mission.kind == "embassy" and (not wanted or country in wanted)
    }
    return tuple(
        Country(
            name=country_name(code, language.code),
            missions=_localised(hosts.get(code, ()), language),
            see=covering.get(code),
        )
        for code in sorted_by_name({*hosts, *covering}, language.code)
    )


def _localised(addressees: Sequence[A], language: Language) -> tuple[A, ...]:
    """The *addressees* with their names in *language*."""
    city = language.forms.city
    return tuple(
        replace(to, name=language.display_name(to), city=city(to.city))
        for to in addressees
    )


def _notes(
    case: Case, countries: Sequence[str], recipients: _Recipients, on: date
) -> Iterator[str]:
    """Notes for the publisher of the appeal."""
    if case.is_over(on):
        if countries:
            yield f"case '{case.id}' is over: its appeal has no addresses"
        return
    if case.is_late(on):
        day = f"the last day for letters, {case.write_by},"
        yield f"{day} has passed: look for news first"
    served = {code for m in recipients.missions for code in (m.host, *m.covers)}
    for country in countries:
        if country not in served:
            state, where = map(country_in_sentence, (case.state, country))
            yield f"no mission of {state} is known in {where}, and none that covers it"
    for mission in recipients.missions:
        yield from number_notes(mission, on)
