"""From what a sender wants to the letter: to whom it goes, in which languages."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from protestgen.campaign.case import Case
from protestgen.campaign.directory import Addressee
from protestgen.campaign.loader import Campaign
from protestgen.countries import language_name
from protestgen.errors import MissingTextError, ProtestgenError, UnknownNameError
from protestgen.language.language import ENGLISH, Language
from protestgen.language.loader import load_language
from protestgen.templating.environment import Templates

from .compose import SharedParts, choose_demands, missing_translations
from .letter import DEFAULT_STYLE, SUPPORT_STYLE, Letter
from .notes import choice_remarks, sender_remarks, word_remarks
from .sender import Sender

if TYPE_CHECKING:
    from protestgen.campaign.translations import Translation

# So many choices are kept, and what letters have in common that were chosen alike.
_KEPT = 1_000
# Each frame keeps the texts of many towns.
_FRAMES = 300


class LetterOptions(Struct, frozen=True, kw_only=True):
    """
    What a sender wants of a letter.

    *country* is where they live, *to* names another addressee than the case's first.
    *languages* are codes; without any, the sender's own is used, or English.
    *demands* are ids, in the order wanted. With *fallback*, a letter that cannot be
    written in one of the languages is written in English.
    """

    country: str | None = None
    to: str | None = None
    style: str = DEFAULT_STYLE
    languages: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    fallback: bool = False


class LetterService:
    """Writes the letters of a *campaign* that are dated *on* a day."""

    def __init__(self, campaign: Campaign, on: date) -> None:
        self.campaign = campaign
        self.on = on
        self._templates = Templates(campaign.folders)
        self._languages: dict[str, Language] = {}
        self._translations: dict[str, Translation] = {}
        self._cases: dict[tuple[str, str], Case] = {}
        self.addressees = lru_cache(_KEPT)(self._addressees)
        self._remarks: dict[object, tuple[list[str], list[str]]] = {}
        self._avoid = lru_cache(_KEPT)(self._words_to_avoid)
        self._frame = lru_cache(_FRAMES)(self._new_frame)

    def write(
        self, case: Case, sender: Sender, wish: LetterOptions
    ) -> tuple[Letter, list[str]]:
        """
        Return the letter of *sender* about *case*, and notes on what was chosen for it.

        Raises `MissingTextError` with what a language lacks, unless there is a
        fallback, and `ChoiceError` for what there is not.
        """
        country = wish.country or sender.country
        if sender.country is None:
            sender = replace(sender, country=country)
        notes: list[str] = []
        addressee, _, told = self.addressees(case.id, country, _goal(wish))
        notes += told
        first, *others = [
            self._frame(case.id, code, sender.country, wish).letter(sender)
            for code in self._codes(case, addressee, sender, wish, notes)
        ]
        if not others:
            return first, notes
        return replace(first, also=tuple(others)), notes

    def _new_frame(
        self, case_id: str, code: str, home: str | None, wish: LetterOptions
    ) -> SharedParts:
        """Return what all have in common who wish for such a letter from *home*."""
        country = wish.country or home
        addressee, copies, _ = self.addressees(case_id, country, _goal(wish))
        return SharedParts(
            self._case(self.campaign.case(case_id), code),
            addressee,
            country=home,
            style=wish.style,
            language=self._language(code),
            templates=self._templates,
            on=self.on,
            demands=wish.demands,
            copies=copies,
        )

    def errors(
        self, case: Case, sender: Sender, wish: LetterOptions
    ) -> Iterator[tuple[str, ProtestgenError]]:
        """Yield what *wish* asks for that there is not, with the field of a roster."""
        codes = wish.languages or (sender.language or ENGLISH,)
        styles = {code: self._templates.styles(code) for code in (ENGLISH, *codes)}
        style = wish.style if any(wish.style in s for s in styles.values()) else None
        if style is None:
            see = "protestgen styles"
            error = UnknownNameError("style", wish.style, styles[ENGLISH], see=see)
            yield "style", error
        for code in codes:
            try:
                missing = self.missing(case, code, style=style)
                if missing and not wish.fallback:
                    raise MissingTextError(case.id, language_name(code), missing)
            except ProtestgenError as error:
                yield "language", error
        for demand in () if style == SUPPORT_STYLE else wish.demands:
            try:
                choose_demands(case, (demand,), self.on)
            except ProtestgenError as error:
                yield "demands", error

    def remarks(self, letter: Letter) -> tuple[list[str], list[str]]:
        """
        Return what the sender of *letter* should know before it is sent.

        This is what goes for all letters with the same choices, and what is to be known
        of the sender and the words of this one.
        """
        languages = [text.language for text in (letter, *letter.also)]
        avoid = {code: self._avoid(letter.case, code) for code in languages}
        sender = letter.sender
        said = (bool(sender.name), bool(sender.organisation), bool(sender.why))
        kind = (letter.case, letter.demands, letter.style, *languages, *said)
        key = (id(letter.addressee), kind)
        if key not in self._remarks:
            if len(self._remarks) >= _KEPT:
                self._remarks.clear()
            case = self.campaign.case(letter.case)
            self._remarks[key] = choice_remarks(case, letter), sender_remarks(letter)
        chosen, own = self._remarks[key]
        words = word_remarks(letter, avoid)
        return chosen, [*own, *words] if own else words

    def _words_to_avoid(self, case_id: str, code: str) -> tuple[str, ...]:
        case = self._case(self.campaign.case(case_id), code)
        return (*case.avoid, *self._language(code).forms.avoid)

    def _addressees(
        self, case_id: str, country: str | None, to: str | None
    ) -> tuple[Addressee | None, list[Addressee], list[str]]:
        """
        Return who a letter is to, who gets a copy, and notes on both.

        *to* is empty for the case's first addressee, None for a message of support.
        """
        if to is None:
            return None, [], []
        directory, case = self.campaign.directory, self.campaign.case(case_id)
        addressee, note = directory.choose(
            state=case.state, country=country, to=to or None, write_to=case.write_to
        )
        copies, missing = directory.copies(
            case.state, country, case.copies_to, addressee
        )
        return addressee, copies, [*([note] if note else []), *missing]

    def _codes(
        self,
        case: Case,
        addressee: Addressee | None,
        sender: Sender,
        wish: LetterOptions,
        notes: list[str],
    ) -> Sequence[str]:
        """Return the languages to write in: those wished for, or else English."""
        codes = wish.languages or (sender.language or ENGLISH,)
        for code in codes:
            if missing := self.missing(case, code, addressee, wish.style):
                error = MissingTextError(case.id, language_name(code), missing)
                if not wish.fallback:
                    raise error
                notes.append(f"the letter is in English: {error.reason}")
                return (ENGLISH,)
        return codes

    def missing(
        self,
        case: Case,
        code: str,
        addressee: Addressee | None = None,
        style: str | None = None,
    ) -> list[str]:
        """Return what the language *code* lacks for *case*, and for a letter on it."""
        if code == ENGLISH:
            return []
        from protestgen.campaign.translations import missing_fields

        language = self._language(code)
        missing = missing_translations(
            case, addressee, language, style, self._templates
        )
        text = self._texts(code).get(case.id)
        if lacks := missing_fields(case, text, language.forms.title_cases):
            missing.append(f"{', '.join(lacks)} in data/demands.{code}.yaml")
        return missing

    def localised(self, case: Case, code: str) -> tuple[Case, Language]:
        """Return *case* in the language *code*, which lacks nothing, and that."""
        return self._case(case, code), self._language(code)

    def _language(self, code: str) -> Language:
        if code not in self._languages:
            self._languages[code] = load_language(code, self.campaign.folders)
        return self._languages[code]

    def _texts(self, code: str) -> "Translation":
        from protestgen.campaign.translations import load_translation

        if code not in self._translations:
            self._translations[code] = load_translation(self.campaign, code)
        return self._translations[code]

    def _case(self, case: Case, code: str) -> Case:
        """Return *case* in the language *code*."""
        if code == ENGLISH:
            return case
        from protestgen.campaign.translations import translated

        if (case.id, code) not in self._cases:
            self._cases[case.id, code] = translated(case, self._texts(code)[case.id])
        return self._cases[case.id, code]


def _goal(wish: LetterOptions) -> str | None:
    """Return who is wished for: nobody of a support, the case's first if empty."""
    return None if wish.style == SUPPORT_STYLE else wish.to or ""
