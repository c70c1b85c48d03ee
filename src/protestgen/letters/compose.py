"""Composing the letter of a sender."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache, partial
from typing import Any

from msgspec.structs import replace

from protestgen.campaign.case import Case
from protestgen.campaign.directory import Addressee
from protestgen.countries import country_line
from protestgen.errors import TemplateError
from protestgen.language import typography
from protestgen.language.forms import Forms
from protestgen.language.language import Language
from protestgen.schema.types import PartialDate
from protestgen.templating.blocks import Block, Paragraph, map_text, parse_blocks
from protestgen.templating.environment import Templates

from .completeness import MissingTextError, missing_parts
from .letter import DEFAULT_STYLE, ORGANISATION_STYLE, SINGLE_WRITER_STYLES, Letter
from .sender import Sender
from .template_values import (
    LoadRights,
    choose_demands,
    relation,
    supported,
    template_values,
)

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
    first_letter: PartialDate | None = None,
    rights: LoadRights | None = None,
) -> Letter:
    """
    Compose the letter of *sender* to *addressee* about *case*, dated *on*.

    The texts of *case* are in *language*. *demands* are ids in the order wanted, by
    default the demands that the case makes by itself. *first_letter* is the date of the
    letter that a reminder is about. *rights* loads those that demands rest on; without
    it, none is named. Raises `MissingTextError`.
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
        first_letter=first_letter,
        rights=rights,
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
        first_letter: PartialDate | None = None,
        rights: LoadRights | None = None,
    ) -> None:
        self._case, self._addressee, self._country = case, addressee, country
        self._language, self._style, self._on = language.in_country(country), style, on
        able = relation(case, addressee)
        chosen = choose_demands(case, demands, on, style=style, to=able) if able else ()
        self._demands = tuple(demand.id for demand in chosen)
        values = template_values(
            *(case, addressee, chosen),
            language=self._language,
            on=on,
            first_letter=first_letter,
            rights=rights,
        )
        self._text = templates.cache(self._language, style, values)
        self._fields = self._shared_fields(copies)
        self._closings = [self._closing(plural=plural) for plural in (False, True)]
        self._with_signs = lru_cache(_BLOCK_CACHE_SIZE)(
            partial(with_signs, language=self._language)
        )
        self._date = self._language.date(on)
        is_abroad = addressee is not None and addressee.country != country
        self._country_line = (
            country_line(country, country, language.code)
            if is_abroad and country
            else ""
        )

    def _shared_fields(self, copies: Sequence[Addressee]) -> dict[str, Any]:
        """The fields of a `Letter` that are the same for all senders."""
        case, to, language = self._case, self._addressee, self._language
        forms = language.forms
        support_to = replace(case.support_to, name=supported(case, language))
        return {
            "case": case.id,
            "demands": self._demands,
            "style": self._style,
            "language": language.code,
            "date": self._on,
            "addressee": to,
            "support_to": None if to else support_to,
            "copied": tuple(copies),
            "copy_blocks": tuple(
                _addressee_block(case, copy, self._country, language)
                if copy.address
                else ()
                for copy in copies
            ),
            "copy_page": language.copy_page(to) if to else "",
            "addressee_block": _addressee_block(case, to, self._country, language),
            "salutation": language.spelled(self._salutation()) + forms.salutation_end,
            "subject_above": forms.subject_above,
            "copies": tuple(
                f"{forms.copy} {language.display_name(copy)}" for copy in copies
            ),
        }

    def _salutation(self) -> str:
        if self._addressee is not None:
            return self._language.salutation(self._addressee)
        form = self._language.forms.form(self._role())
        return self._case.support_to.salutation or form.salutation

    def _closing(self, *, plural: bool) -> str:
        role, language = self._role(), self._language
        return language.spelled(
            language.closing(role, self._salutation(), plural=plural)
        )

    def _role(self) -> str:
        """The form of address for the reader."""
        if self._addressee is not None:
            return self._addressee.role
        to = self._case.support_to
        role = "mourners" if to.bereaved else "prisoners" if to.neutral else "friends"
        return role if role in self._language.forms.roles else "friends"

    def letter(self, sender: Sender) -> Letter:
        """Compose the letter of *sender*, who lives in the country of these parts."""
        forms = self._language.forms
        organisation = self._language.organisation(sender.organisation or "")
        if self._style == ORGANISATION_STYLE and not organisation:
            organisation = forms.placeholders.organisation
        is_joint = bool(sender.cosigners)
        plural = is_joint or (
            bool(organisation) and self._style not in SINGLE_WRITER_STYLES
        )
        paragraphs = self._text.paragraphs(
            {
                "about": (sender.about or "").rstrip("."),
                "cosigners": sender.cosigners,
                "joint": is_joint,
                "organisation": organisation,
                "organisation_of": sender.organisation_of or "",
                "place": sender.place or "",
                "plural": plural,
                "why": self._language.own_words(sender.why) if sender.why else "",
            }
        )
        subject, body = _subject_and_body(paragraphs, self._style)
        return Letter(
            **self._fields,
            sender=sender,
            sender_block=_sender_block(sender, self._country_line),
            dateline=self._language.dateline(self._date, sender.city),
            subject=subject,
            # A card has no subject; an e-mail needs one.
            subject_line=forms.subject.format(subject=subject)
            if self._addressee
            else "",
            body=tuple(map(self._with_signs, body)),
            closing=self._closings[plural],
            signature=_signature(sender, organisation, forms),
        )


def with_signs(block: Block, language: Language) -> Block:
    """The *block* with the apostrophes, dashes and no-break spaces of *language*."""
    return map_text(language.with_signs, block)


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
    return typography.with_signs(subject.text), tuple(body)


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


def _signature(sender: Sender, organisation: str, forms: Forms) -> tuple[str, ...]:
    role = sender.role
    lines = [sender.name or forms.placeholders.name, role, organisation]
    if role and organisation and forms.role_first:
        lines[:2] = role[:1].upper() + role[1:], lines[0]
    if sender.omit_address or not sender.address or sender.cosigners:
        lines.append(sender.place)
    own = tuple(line for line in lines if line)
    gap = ("",) if own[1:] and sender.cosigners else ()
    return (*own, *gap, *sender.cosigners)
