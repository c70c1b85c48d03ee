"""The appeal of a campaign: a case as a document for those who would write."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from protestgen.campaign.case import Case
from protestgen.campaign.directory import MISSION_KINDS, Addressee, Mission, Office
from protestgen.campaign.loader import Campaign
from protestgen.countries import (
    country_in_sentence,
    country_name,
    sorted_by_name,
)
from protestgen.errors import ChoiceError, TemplateError
from protestgen.language.language import ENGLISH, Language
from protestgen.templating.blocks import Block, Paragraph, Section, parse_sections
from protestgen.templating.environment import APPEAL_WORDS, Templates

from .completeness import Missing, MissingTextError
from .compose import compose, with_no_break_spaces
from .letter import DEFAULT_STYLE, SUPPORT_STYLE, Letter
from .sender import Sender
from .service import LetterService

A = TypeVar("A", Mission, Office)


class AppealOptions(Struct, frozen=True, kw_only=True):
    """
    What is wanted of an appeal.

    *countries* are the codes of those whose addresses it has; without any, it has all.
    *style* is that of its model letter. With *fallback*, an appeal that cannot be made
    in *language* is made in English.
    """

    language: str = ENGLISH
    countries: tuple[str, ...] = ()
    style: str = DEFAULT_STYLE
    fallback: bool = False


class Appeal(Struct, frozen=True, kw_only=True):
    """
    An appeal in its parts, ready for any format.

    It asks for letters to the *addressees*, of which *letter* is a model; where it is
    *over* it asks for none, and has neither. The *lead* precedes the *sections*.
    """

    case: str
    language: str
    date: date
    over: bool
    title: str
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]
    addressees: tuple[Addressee, ...]
    letter: Letter | None


class Country(Struct, frozen=True, kw_only=True):
    """
    A country and the *missions* in it; *see* names the country where its mission is.

    Names are in the language of the appeal.
    """

    name: str
    missions: tuple[Mission, ...] = ()
    see: str | None = None


class _Reached(Struct, frozen=True, kw_only=True):
    """Who is written to about a case: missions, and offices; who gets copies."""

    missions: tuple[Mission, ...] = ()
    offices: tuple[Office, ...] = ()
    copies: tuple[Office, ...] = ()


def make_appeal(
    writer: LetterService, case: Case, wish: AppealOptions
) -> tuple[Appeal, list[str]]:
    """
    Return the appeal for letters about *case*, and notes on it.

    Of a case that is closed, or whose demands were met, it tells the outcome and thanks
    those who wrote. Raises `MissingTextError` with what a language lacks, unless there
    is a fallback, and `ChoiceError` for what there is not.
    """
    if wish.style == SUPPORT_STYLE:
        reason = "is no letter to those who are called on"
        raise ChoiceError(f"'--style {wish.style}' {reason}: choose another style")
    over = case.is_archived(writer.on) or not case.default_demands(writer.on)
    reached = _Reached() if over else _reached(writer.campaign, case, wish.countries)
    model = None if over else _model(case, reached)
    templates = Templates(writer.campaign.folders)
    code, notes = _code(writer, case, wish, model, templates)
    told, language = writer.localised(case, code)
    values = _values(told, language, reached, wish.countries, writer.on)
    text = templates.appeal(language, {**values, "over": over})
    title, lead, sections = _read(text, language)
    country = wish.countries[0] if len(wish.countries) == 1 else None
    letter = (
        compose(
            told,
            model,
            Sender(country=country),
            style=wish.style,
            language=language,
            templates=templates,
            on=writer.on,
            copies=[copy for copy in reached.copies if copy != model],
        )
        if model
        else None
    )
    appeal = Appeal(
        case=case.id,
        language=code,
        date=writer.on,
        over=over,
        title=title,
        lead=lead,
        sections=sections,
        addressees=(*reached.missions, *reached.offices),
        letter=letter,
    )
    return appeal, [*notes, *_remarks(case, wish, reached, writer.on, over=over)]


def _reached(campaign: Campaign, case: Case, countries: Sequence[str]) -> _Reached:
    """Return who is written to about *case* from *countries*, or from everywhere."""
    directory = campaign.directory
    goals = (*case.write_to, *case.copies_to)
    first = next((goal for goal in goals if goal in MISSION_KINDS), None)
    missions = [
        mission
        for mission in directory.missions
        if first
        and mission.state == case.state
        and (not countries or {mission.host, *mission.covers} & {*countries})
    ]

    def order(mission: Mission) -> tuple[bool, int, str]:
        kind = mission.kind
        return kind != first, MISSION_KINDS.index(kind), mission.city

    offices = directory.offices
    return _Reached(
        missions=tuple(sorted(missions, key=order)),
        offices=tuple(offices[g] for g in dict.fromkeys(goals) if g in offices),
        copies=tuple(offices[goal] for goal in case.copies_to if goal in offices),
    )


def _model(case: Case, reached: _Reached) -> Addressee:
    """Return who the model letter is to: one who stands for all, if there are more."""
    to_missions = case.write_to[0] in MISSION_KINDS
    first, second = reached.missions, reached.offices
    found: tuple[Addressee, ...] = (
        (*first, *second) if to_missions else (*second, *first)
    )
    if not found:
        message = f"nobody is known to write to about case '{case.id}'"
        raise ChoiceError(f"{message}: leave '--country' out, or add an addressee")
    model = found[0]
    if isinstance(model, Mission) and len(reached.missions) > 1:
        return replace(model, gender=None, salutation=None)
    return model


def _code(
    writer: LetterService,
    case: Case,
    wish: AppealOptions,
    model: Addressee | None,
    templates: Templates,
) -> tuple[str, list[str]]:
    """Return the language to write in, the one wished for or English; and notes."""
    code = wish.language
    missing = writer.missing(case, code, model, wish.style if model else None)
    if not templates.has_appeal(code):
        missing.append(Missing("appeal", f"templates/{code}/{APPEAL_WORDS}"))
    if not missing:
        return code, []
    error = MissingTextError(case.id, code, missing, of="an appeal")
    if not wish.fallback:
        raise error
    return ENGLISH, [f"the appeal is in English: {error.reason}"]


def _values(
    case: Case,
    language: Language,
    reached: _Reached,
    countries: Sequence[str],
    on: date,
) -> dict[str, object]:
    """Return what the template is told, apart from whether all is over."""
    archived = case.is_archived(on)
    asked = case.default_demands(on)
    met = tuple(demand for demand in case.demands if demand.is_met(on))
    made = tuple(d for d in case.demands if not d.optional or d in met)
    return {
        "archived": archived,
        "case": case,
        "copies": _named(reached.copies, language),
        "countries": _countries(reached.missions, countries, language),
        "demands": made if archived or not asked else asked,
        "met": met,
        "of_state": language.of_state(case.state) or "",
        "offices": _named(reached.offices, language),
        "today": on,
    }


def _countries(
    missions: Sequence[Mission], wanted: Sequence[str], language: Language
) -> tuple[Country, ...]:
    """Return the countries of *missions*, and the *wanted* ones that these cover."""
    hosts: dict[str, list[Mission]] = {}
    for mission in missions:
        hosts.setdefault(mission.host, []).append(mission)
    covering = {
        country: mission.host
        for mission in missions
        for country in mission.covers
        if mission.kind == "embassy" and (not wanted or country in wanted)
    }
    return tuple(
        Country(
            name=country_name(code, language.code),
            missions=_named(hosts.get(code, ()), language),
            see=country_name(covering[code], language.code)
            if code in covering
            else None,
        )
        for code in sorted_by_name({*hosts, *covering}, language.code)
    )


def _named(found: Sequence[A], language: Language) -> tuple[A, ...]:
    """Return those *found* under their names in *language*."""
    cities = language.forms.cities
    return tuple(
        replace(
            to, name=language.display_name(to), city=cities.get(to.city or "", to.city)
        )
        for to in found
    )


def _read(
    text: str, language: Language
) -> tuple[str, tuple[Block, ...], tuple[Section, ...]]:
    """Read what the template gave: the title, what precedes the sections, and these."""
    name = f"template '{language.code}/{APPEAL_WORDS}'"
    try:
        blocks, sections = parse_sections(text)
    except ValueError as error:
        raise TemplateError(f"{name}: {error}") from None
    title, *lead = blocks or (None,)
    if not isinstance(title, Paragraph):
        raise TemplateError(f"{name} gives no title: it begins with a paragraph")
    return (
        title.text,
        tuple(with_no_break_spaces(block, language) for block in lead),
        tuple(_glued_section(section, language) for section in sections),
    )


def _glued_section(section: Section, language: Language) -> Section:
    return replace(
        section,
        heading=language.with_no_break_spaces(section.heading),
        body=tuple(with_no_break_spaces(block, language) for block in section.body),
        parts=tuple(_glued_section(part, language) for part in section.parts),
    )


def _remarks(
    case: Case, wish: AppealOptions, reached: _Reached, on: date, *, over: bool
) -> Iterator[str]:
    """Yield what whoever publishes the appeal should know."""
    if over:
        if wish.countries:
            yield f"case '{case.id}' is over: its appeal has no addresses"
        return
    if case.write_by and on > case.write_by.last_day:
        yield f"letters were to be written by {case.write_by}"
    served = {code for m in reached.missions for code in (m.host, *m.covers)}
    for country in wish.countries:
        if country not in served:
            state, where = map(country_in_sentence, (case.state, country))
            yield f"no mission of {state} is known in {where}, and none that covers it"
