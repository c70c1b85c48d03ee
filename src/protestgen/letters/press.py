"""The press release of a case, and the media outlets that it is for."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from protestgen.campaign.case import Case
from protestgen.campaign.loader import Campaign
from protestgen.campaign.outlet import Outlet
from protestgen.countries import language_name
from protestgen.errors import ChoiceError
from protestgen.language.language import ENGLISH, Language

from .document import Document, document_parts, localise
from .notes import is_old
from .service import LetterService


class PressOptions(Struct, frozen=True, kw_only=True):
    """
    The choices for a press release.

    The *headline* is by default the title of the case. *organisation* is who issues the
    release, and *city* where. *contact* is lines about whom the press can ask, by
    default where the case has answers go. With *fallback*, the release is in English if
    *language* lacks something for it.
    """

    language: str = ENGLISH
    headline: str | None = None
    organisation: str | None = None
    city: str | None = None
    contact: tuple[str, ...] = ()
    fallback: bool = False


def make_press_release(
    writer: LetterService, case: Case, choices: PressOptions
) -> tuple[Document, list[str]]:
    """
    Make the press release about *case*, and notes on it.

    Raises `MissingTextError` if the language lacks something and there is no fallback.
    """
    localised, language, notes = localise(
        writer, case, "press", choices.language, fallback=choices.fallback
    )
    contact = choices.contact or ((case.report_to,) if case.report_to else ())
    if not contact:
        notes.append("the press release names nobody to ask: add '--contact'")
    if case.quotation and not localised.quotation:
        notes.append(
            f"the quotation is left out: it is not in {language_name(language.code)}, "
            f"add it to data/demands.{language.code}.yaml"
        )
    values = {
        "contact": contact,
        "city": choices.city or "",
        "earlier": _earlier(writer, case, language),
        "headline": choices.headline or "",
        "organisation": choices.organisation or "",
    }
    parts = document_parts(writer, "press", localised, language, values)
    return Document(**parts), notes


def _earlier(writer: LetterService, case: Case, language: Language) -> Case | None:
    """The case that *case* follows, if it is complete in *language*."""
    if not case.follows:
        return None
    earlier = writer.campaign.case(case.follows)
    if writer.missing(earlier, language.code):
        return None
    return writer.localised(earlier, language.code)[0]


def choose_outlets(
    campaign: Campaign, language: str, countries: Sequence[str]
) -> list[Outlet]:
    """
    Return the outlets in *countries*, or in all, that read *language*.

    Raises `ChoiceError` if there is none with an e-mail address.
    """
    found = [
        outlet
        for outlet in campaign.outlets.values()
        if language in outlet.languages
        and (not countries or outlet.country in countries)
    ]
    if not any(outlet.email for outlet in found):
        where = " in these countries" if countries else ""
        lack = f"with an e-mail address reads {language_name(language)}"
        hint = "add one with 'protestgen new outlet', or choose another '--lang'"
        raise ChoiceError(f"no outlet{where} {lack}: {hint}")
    return found


def outlet_notes(outlets: Sequence[Outlet], writer: LetterService) -> Iterator[str]:
    """Yield notes on *outlets* that get no message, or whose address may be wrong."""
    for outlet in outlets:
        ways = outlet.phone or outlet.website
        way = f": use {ways}" if ways else ""
        if not outlet.email:
            yield f"no e-mail address of '{outlet.id}' is known{way}"
        elif outlet.confidence == "low":
            yield f"the address of '{outlet.id}' is uncertain: look it up first"
        elif outlet.verified is None:
            yield f"the address of '{outlet.id}' is undated: look it up first"
        elif is_old(outlet.verified, writer.on):
            yield (
                f"the address of '{outlet.id}' is from a source of "
                f"{outlet.verified.year}: look it up first"
            )
