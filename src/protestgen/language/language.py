"""A language: forms of address, dates, and names of states as letters write them."""

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import asdict, replace

from protestgen.campaign.directory import Addressee, Mission
from protestgen.countries import country_name
from protestgen.language.forms import AddressForm, Forms, GenderedForm
from protestgen.schema.types import PartialDate

from .typography import typeset, with_signs

# The language of the cases; the texts in all others are translations.
ENGLISH = "en"

# Of more than so many people, sentences name the first two only.
_MOST_NAMES = 3
_NAMED = 2


class Language(Struct, frozen=True):
    """One language, as written in the sender's country."""

    code: str
    forms: Forms

    def date(self, when: PartialDate | dt.date) -> str:
        """Return a date by itself: "1 May 2011", "May 2011"."""
        return self.forms.dates.by_itself(when)

    def when(self, when: PartialDate | dt.date) -> str:
        """Return a date with its preposition: "on 1 May 2011", "in May 2011"."""
        return self.forms.dates.in_sentence(when)

    def dateline(self, on: dt.date, city: str | None) -> str:
        """Return the date above a letter written on the day *on* in *city*."""
        date = self.date(on)
        return self.forms.dates.dateline.format(city=city, date=date) if city else date

    def series(self, items: Sequence[str]) -> str:
        """Join *items* to "a, b and c", or "a; b; and c" where they hold commas."""
        if len(items) < 2:
            return "".join(items)
        last = f" {self.forms.conjunction_for(items[-1])} {items[-1]}"
        words = {self.forms.conjunction, *self.forms.conjunction_before.values()}
        if any("," in i or any(f" {word} " in i for word in words) for i in items):
            comma = self.forms.semicolon if len(items) > 2 else ","
            return f"{comma} ".join(items[:-1]) + comma + last
        return ", ".join(items[:-1]) + last

    def people(self, names: Sequence[str]) -> str:
        """Return up to three *names* as a series; of more, two and how many others."""
        others = self.forms.others
        if others is None or len(names) <= _MOST_NAMES:
            return self.series(names)
        count = len(names) - _NAMED
        words = others.numbers[count - 2 : count - 1] or (str(count),)
        return f"{', '.join(names[:_NAMED])} {others.many.format(count=words[0])}"

    def own_words(self, text: str) -> str:
        """Return the *text* of a sender with the signs of this language."""
        forms = self.forms
        quotes = forms.quotes or ""
        spaced = bool(quotes) and quotes[0] in forms.glue_after
        return typeset(text, quotes=quotes, spaced=spaced, dash=forms.dash)

    def state_genitive(self, code: str) -> str | None:
        """Return the name of the state *code* behind "the authorities", if known."""
        if known := self.forms.states.get(code):
            return known
        pattern = self.forms.of_state
        return pattern and pattern.format(state=country_name(code, self.code))

    def address(self, addressee: Addressee) -> list[str]:
        """Return the lines of the address of *addressee*, without the country."""
        title, name = self.title(addressee), self.display_name(addressee)
        place = (self.forms.no_street, self.forms.city(addressee.city))
        lines = (title, name, *(addressee.address or place))
        return [line for line in lines if line]

    def display_name(self, addressee: Addressee) -> str:
        """
        Return the name of *addressee* in its address.

        Without a street, post reaches a mission by its name in the directory only,
        unless the language is read in its city.
        """
        if text := self.forms.office_text(addressee):
            return self.spelled(text.name)
        if isinstance(addressee, Mission) and (
            addressee.address or addressee.city in self.forms.cities
        ):
            pattern = self.forms.missions.get(addressee.kind)
            if pattern and (state := _official_genitive(self, addressee.state)):
                return self.spelled(pattern.format(state=state))
        return addressee.name

    def title(self, addressee: Addressee) -> str | None:
        """Return the title of the head of *addressee*, the line above the name."""
        if self.code == ENGLISH and addressee.title:
            return addressee.title
        text, form = self.forms.office_text(addressee), self.forms.form(addressee.role)
        gendered = _confirmed(form, addressee.gender)
        own = (gendered and gendered.title) or (text and text.title)
        title = own or form.title
        state = _official_genitive(self, addressee.state) if addressee.state else None
        if title and "{state}" in title:
            title = title.format(state=state) if state else None
        return title and self.spelled(title)

    def salutation(self, addressee: Addressee) -> str:
        """Return the salutation of *addressee*, without the sign behind it."""
        text, form = self.forms.office_text(addressee), self.forms.form(addressee.role)
        own = addressee.salutation if self.code == ENGLISH else None
        fitting = _confirmed(form, addressee.gender) or form
        return own or (text and text.salutation) or fitting.salutation

    def is_confirmed(self, role: str, gender: str) -> bool:
        """Return whether there are confirmed words for a *gender* of the *role*."""
        return _confirmed(self.forms.form(role), gender) is not None

    def closing(self, role: str, salutation: str, *, plural: bool) -> str:
        """
        Return the closing of a letter to somebody in *role*, with its sign.

        A whole sentence has its full stop already.
        """
        form = self.forms.form(role)
        closing = (plural and form.closing_plural) or form.closing
        end = "" if closing.endswith(".") else self.forms.closing_end
        return closing.format(salutation=salutation) + end

    def with_signs(self, text: str) -> str:
        """Return *text* with the apostrophes, dashes and no-break spaces of print."""
        return self.with_no_break_spaces(with_signs(text))

    def with_no_break_spaces(self, text: str) -> str:
        """Return *text* with no-break spaces where a line must not end."""
        forms = self.forms
        months = forms.dates.months if forms.glue_days else ()
        if not (forms.glue_before or forms.glue_after or forms.glue_words or months):
            return text
        return _with_no_break_spaces(
            text, forms.glue_before, forms.glue_after, forms.glue_words, months
        )

    def spelled(self, text: str) -> str:
        """Return *text* as the sender's country spells it."""
        spelling = self.forms.spelling
        if not spelling:
            return text
        words = map(re.escape, sorted(spelling, key=len, reverse=True))
        # A letter, such as ß, is spelled so in any word.
        found = "|".join(word if len(word) == 1 else rf"\b{word}\b" for word in words)
        text = re.sub(found, lambda word: spelling[word[0]], text)
        dates = self.forms.dates
        comma = "," if dates.on_day.endswith(",") else ""

        def respelled(date: re.Match[str]) -> str:
            day = dates.day.format(day=date[1], month=date[2], year=date[3])
            return f"{day}{date[4] and comma}{date[4]}"

        day = rf"\b(\d{{1,2}}) ({'|'.join(dates.months)}) (\d{{4}})\b( ?)"
        return re.sub(day, respelled, text)

    def in_country(self, country: str | None) -> "Language":
        """Return the language as senders in *country* write it."""
        variants = self.forms.variants
        variant = variants.get(country or "")
        if variant and variant.like:
            variant = variants.get(variant.like)
        if variant is None:
            return self
        dates = {key: value for key, value in asdict(variant.dates).items() if value}
        roles = {
            role: replace(
                form, closing=variant.closings.get(form.closing, form.closing)
            )
            for role, form in (self.forms.roles | variant.roles).items()
        }
        forms = replace(
            self.forms,
            no_street=variant.no_street,
            salutation_end=variant.salutation_end or self.forms.salutation_end,
            subject_above=self.forms.subject_above
            if variant.subject_above is None
            else variant.subject_above,
            spelling=variant.spelling,
            dates=replace(self.forms.dates, **dates),
            roles=roles,
        )
        return Language(self.code, forms)


def _official_genitive(language: Language, code: str) -> str | None:
    """Return the official name of the state *code* behind "embassy", if known."""
    return language.forms.official_states.get(code) or language.state_genitive(code)


def _confirmed(form: AddressForm, gender: str | None) -> GenderedForm | None:
    """Return the words of *form* for *gender*, if they are confirmed."""
    gendered = {"male": form.male, "female": form.female}.get(gender or "")
    certain = gendered is not None and gendered.confidence != "unconfirmed"
    return gendered if certain else None


@lru_cache(maxsize=2_000)
def _with_no_break_spaces(
    text: str,
    before: str,
    after: str,
    words: tuple[str, ...],
    months: tuple[str, ...],
) -> str:
    has_digits = any(sign.isdigit() for sign in after)
    before = re.escape(before)
    after = re.escape("".join(sign for sign in after if not sign.isdigit()))
    if before:
        text = re.sub(f" (?=[{before}])", "\N{NO-BREAK SPACE}", text)
    if after:
        text = re.sub(f"(?<=[{after}]) ", "\N{NO-BREAK SPACE}", text)
    if has_digits:
        # Years, and numbers that are a part of a name, go with no word.
        text = re.sub(r"(?<![\w-])(\d{1,3}) (?=\w)", "\\1\N{NO-BREAK SPACE}", text)
    if words:
        found = "|".join(map(re.escape, words))
        text = re.sub(rf"(?<!\w)({found}) ", "\\1\N{NO-BREAK SPACE}", text)
    if months:
        names = "|".join(map(re.escape, months))
        day = rf"\b(\d{{1,2}}\S{{0,2}}) (?=(?:{names})\b)"
        text = re.sub(day, "\\1\N{NO-BREAK SPACE}", text)
    return text
