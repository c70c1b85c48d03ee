"""Composing the letter of a sender."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any

from msgspec.structs import replace

from protestgen.campaign.case import Case, Demand
from protestgen.campaign.directory import Addressee, Mission
from protestgen.countries import country_line
from protestgen.errors import ChoiceError, TemplateError
from protestgen.language.language import Language
from protestgen.templating.blocks import Block, Paragraph, parse_blocks
from protestgen.templating.environment import Templates

from .completeness import MissingTextError, missing_parts
from .letter import DEFAULT_STYLE, ORGANISATION_STYLE, SINGLE_WRITER_STYLES, Letter
from .sender import Sender

_DATELINE_CACHE_SIZE = 100
_BLOCK_CACHE_SIZE = 200


def compose(
    case: Case,
    addressee: Addressee | None,
    sender: Sender,
    *,
    style: str = DEFAULT_STYLE,
    language: Language,
    templates: Templates,
    on: date,
    demands: Sequence[str] = (),
    copies: Sequence[Addressee] = (),
) -> Letter:
    """
    Compose the letter of *sender* to *addressee* about *case*, dated *on*.

    The texts of *case* are in *language*. *demands* are ids in the order wanted, by
    default the demands that the case makes by itself. Raises `MissingTextError`.
    """
    styles = templates.styles(language.code)
    if missing := missing_parts(
        case, case, language, addressee=addressee, style=style, styles=styles
    ):
        raise MissingTextError(case.id, language.code, missing)
    shared = SharedParts(
        case,
        addressee,
        country=sender.country,
        style=style,
        language=language,
        templates=templates,
        on=on,
        demands=demands,
        copies=copies,
    )
    return shared.letter(sender)


class SharedParts:
    """Everything in a letter that does not depend on the sender but for *country*."""

    def __init__(
        self,
        case: Case,
        addressee: Addressee | None,
        *,
        country: str | None,
        style: str,
        language: Language,
        templates: Templates,
        on: date,
        demands: Sequence[str],
        copies: Sequence[Addressee],
    ) -> None:
        self._language = language = language.in_country(country)
        self._style = style
        self._dateline = lru_cache(_DATELINE_CACHE_SIZE)(partial(language.dateline, on))
        self._with_no_break_spaces = lru_cache(_BLOCK_CACHE_SIZE)(
            partial(with_no_break_spaces, language=language)
        )
        chosen = choose_demands(case, demands, on) if addressee else ()
        values = _template_values(case, addressee, chosen, language, on)
        self._text = templates.cache(language, style, values)
        salutation = _salutation(case, addressee, language)
        self._closings = _closings(addressee, salutation, language)
        self._country_line = _country_of_sender(addressee, country, language)
        self._fields: dict[str, Any] = {
            "case": case.id,
            "demands": tuple(demand.id for demand in chosen),
            "style": style,
            "language": language.code,
            "date": on,
            "salutation": salutation + language.forms.salutation_end,
            "subject_above": language.forms.subject_above,
            **_addressee_fields(case, addressee, copies, language, country),
        }

    def letter(self, sender: Sender) -> Letter:
        """Compose the letter of *sender*, who lives in the country of these parts."""
        forms = self._language.forms
        organisation = sender.organisation or ""
        if self._style == ORGANISATION_STYLE and not organisation:
            organisation = forms.placeholders.organisation
        is_joint = bool(sender.cosigners)
        plural = is_joint or (
            bool(organisation) and self._style not in SINGLE_WRITER_STYLES
        )
        paragraphs = self._text.paragraphs(
            {
                "cosigners": sender.cosigners,
                "joint": is_joint,
                "organisation": organisation,
                "place": sender.place or "",
                "plural": plural,
                "why": sender.why or "",
            }
        )
        subject, body = _subject_and_body(paragraphs, self._style)
        return Letter(
            **self._fields,
            sender=sender,
            sender_block=_sender_block(sender, self._country_line),
            dateline=self._dateline(sender.city),
            subject=subject,
            subject_line=forms.subject.format(subject=subject),
            body=tuple(map(self._with_no_break_spaces, body)),
            closing=self._closings[plural],
            signature=_signature(sender, organisation, forms.placeholders.name),
        )


def _template_values(
    case: Case,
    addressee: Addressee | None,
    demands: Sequence[Demand],
    language: Language,
    on: date,
) -> dict[str, object]:
    """The variables of a template that are the same for all senders."""
    return {
        "addressee": addressee,
        "archived": case.is_archived(on),
        "case": case,
        "demands": demands,
        "relation": _relation(case, addressee),
        "of_state": language.of_state(case.state) or "",
        "supported": _supported(case, language),
    }


def _addressee_fields(
    case: Case,
    addressee: Addressee | None,
    copies: Sequence[Addressee],
    language: Language,
    country: str | None,
) -> dict[str, Any]:
    """The fields of a `Letter` about who gets it."""
    support_to = replace(case.support_to, name=_supported(case, language))
    return {
        "addressee": addressee,
        "support_to": None if addressee else support_to,
        "copied": tuple(copies),
        "addressee_block": _addressee_block(case, addressee, country, language),
        "copies": tuple(
            f"{language.forms.copy} {language.display_name(copy)}" for copy in copies
        ),
    }


def _supported(case: Case, language: Language) -> str:
    """The people whom a message of support is for."""
    people = language.series(case.people) or language.forms.placeholders.people
    return case.support_to.name or people


def with_no_break_spaces(block: Block, language: Language) -> Block:
    """The *block* with no-break spaces where *language* has them."""
    if not language.needs_no_break_spaces():
        return block
    if isinstance(block, Paragraph):
        return Paragraph(language.with_no_break_spaces(block.text))
    return replace(block, items=tuple(map(language.with_no_break_spaces, block.items)))


def _subject_and_body(
    texts: Sequence[str], style: str
) -> tuple[str, tuple[Block, ...]]:
    """Parse the text of a letter in *style*."""
    try:
        subject, *body = parse_blocks(*texts) or (None,)
    except ValueError as error:
        raise TemplateError(f"style '{style}': {error}") from None
    if not body or not isinstance(subject, Paragraph):
        raise TemplateError(
            f"style '{style}' gives no text: it needs a subject and paragraphs"
        )
    return subject.text, tuple(body)


def choose_demands(case: Case, ids: Sequence[str], on: date) -> tuple[Demand, ...]:
    """The demands *ids* of *case*, by default those that it makes on the day *on*."""
    if not ids:
        if not (found := case.default_demands(on)):
            raise ChoiceError(
                f"all demands of case '{case.id}' were met: choose with '--demand', or "
                "'--style support'"
            )
        return found
    by_id = {demand.id: demand for demand in case.demands}
    for id_ in ids:
        if id_ not in by_id:
            known = ", ".join(by_id)
            raise ChoiceError(
                f"case '{case.id}' has no demand '{id_}': choose from {known}"
            )
    return tuple(by_id[id_] for id_ in dict.fromkeys(ids))


def _relation(case: Case, addressee: Addressee | None) -> str:
    """What the addressee can do: a mission passes a letter on, others act."""
    if addressee is None:
        return ""
    if isinstance(addressee, Mission):
        return "mission"
    return "authority" if addressee.state == case.state else "body"


def _sender_block(sender: Sender, country: str) -> tuple[str, ...]:
    """The sender's address, with the line of the *country* if it is not empty."""
    lines = [] if sender.omit_address else list(sender.address)
    if lines and country:
        lines.append(country)
    if sender.email:
        lines.append(sender.email)
    return tuple(lines)


def _addressee_block(
    case: Case, addressee: Addressee | None, country: str | None, language: Language
) -> tuple[str, ...]:
    """The lines on an envelope that is posted in *country*."""
    if addressee is None:
        to = case.support_to
        name = to.name or language.series(case.people)
        return (name, *to.address) if to.address else ()
    lines = language.address(addressee)
    if addressee.country != country:
        lines.append(country_line(addressee.country, country, language.code))
    return tuple(lines)


def _salutation(case: Case, addressee: Addressee | None, language: Language) -> str:
    if addressee is not None:
        return language.salutation(addressee)
    return case.support_to.salutation or language.form("friends").salutation


def _closings(
    addressee: Addressee | None, salutation: str, language: Language
) -> dict[bool, str]:
    """The closing line, by whether the letter says "we"."""
    role = addressee.role if addressee else "friends"
    return {
        plural: language.closing(role, salutation, plural=plural)
        for plural in (False, True)
    }


def _country_of_sender(
    addressee: Addressee | None, country: str | None, language: Language
) -> str:
    """The last line of a sender's address, which only a letter abroad has."""
    if addressee is None or country is None or addressee.country == country:
        return ""
    return country_line(country, country, language.code)


def _signature(sender: Sender, organisation: str, placeholder: str) -> tuple[str, ...]:
    lines = [sender.name or placeholder, sender.role, organisation]
    if sender.omit_address or not sender.address or sender.cosigners:
        lines.append(sender.place)
    own = tuple(line for line in lines if line)
    gap = ("",) if own[1:] and sender.cosigners else ()
    return (*own, *gap, *sender.cosigners)
