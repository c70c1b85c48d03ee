"""Writing letters from a sender's options: addressee, languages and notes."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache, lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from protestgen.campaign.case import Case, Way
from protestgen.campaign.directory import MISSION_KINDS, Addressee, Office
from protestgen.campaign.loader import Campaign
from protestgen.errors import ChoiceError, ProtestgenError
from protestgen.language.language import ENGLISH, Language
from protestgen.language.loader import load_language
from protestgen.templating.environment import Templates, unknown_style

from .completeness import Missing, MissingTextError, missing_parts
from .compose import SharedParts
from .letter import SUPPORT_STYLE, Letter
from .notes import choice_notes, sender_notes, word_notes
from .options import LetterOptions
from .sender import Sender
from .template_values import choose_demands

if TYPE_CHECKING:
    from protestgen.campaign.translations import CaseText, Translation
    from protestgen.language.rights import Rights

_CHOICE_CACHE_SIZE = 1_000
# Each entry keeps the texts of many towns.
_SHARED_PARTS_CACHE_SIZE = 300


class Recipients(Struct, frozen=True):
    """
    The *addressee* of a letter, except of a message of support, and its *copies*.

    The letter is part of a *way* of the case. *notes* are on those chosen.
    """

    addressee: Addressee | None = None
    copies: tuple[Addressee, ...] = ()
    way: Way = Way(())
    notes: tuple[str, ...] = ()


class LetterService:
    """Writes the letters of a *campaign* that are dated *on* a day."""

    def __init__(self, campaign: Campaign, on: date) -> None:
        self.campaign = campaign
        self.on = on
        self.templates = Templates(campaign.folders, cache=campaign.cache)
        self._language = cache(
            partial(load_language, folders=campaign.folders, cache=campaign.cache)
        )
        self.rights = cache(partial(_load_rights, campaign))
        self._translation = cache(partial(_load_translation, campaign))
        self._recipients = lru_cache(_CHOICE_CACHE_SIZE)(self._find_recipients)
        self._shared_parts = lru_cache(_SHARED_PARTS_CACHE_SIZE)(self._new_parts)
        self._choice_notes = lru_cache(_CHOICE_CACHE_SIZE)(
            lambda case_id, to, **choices: choice_notes(
                campaign.case(case_id), to, **choices
            )
        )
        self._words_to_avoid = lru_cache(_CHOICE_CACHE_SIZE)(self._find_words_to_avoid)

    def write(
        self, case: Case, sender: Sender, choices: LetterOptions
    ) -> tuple[Letter, list[str]]:
        """
        Write the letter of *sender* about *case*, with notes on what was chosen for it.

        Raises `MissingTextError` if a language lacks something and there is no
        fallback, and `ChoiceError` for an option that cannot be met.
        """
        country = choices.country or sender.country
        if sender.country is None:
            sender = replace(sender, country=country)
        notes: Sequence[str] = self.recipients(case.id, country, choices).notes
        codes = _codes(sender, choices)
        try:
            parts = [
                self._shared_parts(case.id, c, sender.country, choices) for c in codes
            ]
        except MissingTextError as error:
            if not choices.fallback:
                raise
            notes = [*notes, f"the letter is in English: {error.reason}"]
            parts = [self._shared_parts(case.id, ENGLISH, sender.country, choices)]
        first, *others = [part.letter(sender) for part in parts]
        return replace(first, also=tuple(others)) if others else first, [*notes]

    def _new_parts(
        self, case_id: str, code: str, home: str | None, choices: LetterOptions
    ) -> SharedParts:
        """The shared parts of letters with these options from the country *home*."""
        recipients = self.recipients(case_id, choices.country or home, choices)
        addressee, case = recipients.addressee, self.campaign.case(case_id)
        if missing := self.missing(case, code, addressee, choices.style):
            raise MissingTextError(case_id, code, missing)
        if too_early := self._reminder_error(choices):
            raise too_early
        localised, language = self.localised(case, code)
        return SharedParts(
            localised if choices.demands else localised.for_way(recipients.way),
            addressee,
            country=home,
            style=choices.style,
            language=language,
            templates=self.templates,
            on=self.on,
            demands=choices.demands,
            copies=recipients.copies,
            first_letter=choices.first_letter,
            rights=self.rights,
        )

    def errors(
        self, case: Case, sender: Sender, choices: LetterOptions
    ) -> Iterator[tuple[str, ProtestgenError]]:
        """Each error in the style, languages and demands chosen, after its field."""
        codes = _codes(sender, choices)
        style: str | None = choices.style
        if not any(style in self.templates.styles(code) for code in (ENGLISH, *codes)):
            yield "style", unknown_style(choices.style, self.templates.styles(ENGLISH))
            style = None
        for code in [code for code in codes if code != ENGLISH]:
            try:
                missing = self.missing(case, code, style=style)
                if missing and not choices.fallback:
                    raise MissingTextError(case.id, code, missing)
            except ProtestgenError as error:
                yield "language", error
        for demand in () if style == SUPPORT_STYLE else choices.demands:
            try:
                choose_demands(case, (demand,), self.on, style=style or "")
            except ProtestgenError as error:
                yield "demands", error
        if too_early := self._reminder_error(choices):
            yield "first_letter", too_early

    def _reminder_error(self, choices: LetterOptions) -> ChoiceError | None:
        """The error that a reminder is not later than the letter it is about, if so."""
        first = choices.first_letter
        if first is None or first.first_day < self.on:
            return None
        reason = f"a letter of {self.on} cannot remind of one of {first}"
        return ChoiceError(f"{reason}: give a later '--date'", field="first_letter")

    def remarks(self, letter: Letter) -> tuple[Sequence[str], list[str]]:
        """
        Notes for the sender of *letter* to read before sending it.

        The first list holds for all letters with the same choices, the second for the
        sender and the words of this one.
        """
        languages = tuple(text.language for text in (letter, *letter.also))
        chosen = self._choice_notes(
            letter.case,
            letter.addressee,
            style=letter.style,
            on=letter.date,
            demands=letter.demands,
            languages=languages,
        )
        avoid = {code: self._words_to_avoid(letter.case, code) for code in languages}
        return chosen, [*sender_notes(letter), *word_notes(letter, avoid)]

    def _find_words_to_avoid(self, case_id: str, code: str) -> tuple[str, ...]:
        case, language = self.localised(self.campaign.case(case_id), code)
        return (*case.avoid, *language.forms.avoid)

    def recipients(
        self, case_id: str, country: str | None, choices: LetterOptions
    ) -> Recipients:
        """
        Those who get a letter about a case from *country*.

        Raises `ChoiceError` where nobody fits a name, or more than one.
        """
        if choices.style == SUPPORT_STYLE:
            return Recipients()
        return self._recipients(case_id, country, choices.to, choices.nth, choices.copy)

    def _find_recipients(
        self,
        case_id: str,
        country: str | None,
        to: str | None,
        nth: int | None,
        extra: tuple[str, ...],
    ) -> Recipients:
        directory, case = self.campaign.directory, self.campaign.case(case_id)
        first = case.ways[0]
        others = [name for way in case.ways for name in way.to]
        addressee, note = directory.choose(
            state=case.state,
            country=country,
            to=to or None,
            write_to=[first.to[nth or 0], *others],
        )
        way = _way_to(addressee, case) if to else first
        named, notes = directory.copies(
            case.state, country, (*way.copy, *case.copies_to), addressee
        )
        added = directory.added_copies(case.state, country, extra)
        copies = [copy for copy in (*named, *added) if copy != addressee]
        if note:
            notes = [note, *notes]
        if not to and nth is None and first.to[1:]:
            rest = ", ".join(f"'--to {name}'" for name in first.to[1:])
            notes = [*notes, f"the case asks for a letter to others as well: {rest}"]
        return Recipients(addressee, tuple(dict.fromkeys(copies)), way, tuple(notes))

    def missing(
        self,
        case: Case,
        code: str,
        addressee: Addressee | None = None,
        style: str | None = None,
    ) -> list[Missing]:
        """Everything that the language *code* lacks for a letter about *case*."""
        language = self._language(code)
        text: Case | CaseText | None = case
        if code != ENGLISH:
            text = self._translation(code).get(case.id)
        styles = self.templates.styles(code)
        return missing_parts(
            case, text, language, addressee=addressee, style=style, styles=styles
        )

    def localised(self, case: Case, code: str) -> tuple[Case, Language]:
        """The *case* in the language *code*, which lacks nothing, and the language."""
        if code != ENGLISH:
            from protestgen.campaign.translations import translated

            case = translated(case, self._translation(code)[case.id])
        return case, self._language(code)


def _load_translation(campaign: Campaign, code: str) -> "Translation":
    from protestgen.campaign.translations import load_translation

    return load_translation(campaign, code)


def _load_rights(campaign: Campaign, code: str, state: str) -> "Rights":
    from protestgen.language.rights import load_rights

    return load_rights(campaign.folders, code, state, campaign.cache)


def _codes(sender: Sender, choices: LetterOptions) -> tuple[str, ...]:
    """The languages to write in."""
    return choices.languages or (sender.language or ENGLISH,)


def _way_to(addressee: Addressee, case: Case) -> Way:
    """The way of *case* that a letter to *addressee* is part of, or an empty one."""
    if isinstance(addressee, Office):
        found = (way for way in case.ways if addressee.id in way.to)
        return next(found, Way(()))
    exact = (way for way in case.ways if addressee.kind in way.to)
    alike = (way for way in case.ways if {*MISSION_KINDS} & {*way.to})
    return next(chain(exact, alike), Way(()))
