"""What is particular to a language: forms of address, dates, names of states."""

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import asdict, replace

from protestgen.campaign.directory import Addressee, Mission
from protestgen.countries import country_name
from protestgen.language.forms import AddressForm, Forms, GenderedForm, OfficeText
from protestgen.schema.types import (
    PartialDate,
)

# The language that cases are written in first; the others are translations.
ENGLISH = "en"


class Language(Struct, frozen=True):
    """One language, as written in the sender's country."""

    code: str
    forms: Forms

    def date(self, when: PartialDate | dt.date) -> str:
        """Return *when* as it is written by itself: "1 May 2011", "May 2011"."""
        dates = self.forms.dates
        if when.day:
            return self._date(when, dates.day, dates.months)
        if when.month:
            return self._date(when, dates.month, dates.months_alone or dates.months)
        return self._date(when, dates.year)

    def when(self, when: PartialDate | dt.date) -> str:
        """Return *when* as it stands in a sentence: "on 1 May 2011", "in May 2011"."""
        dates = self.forms.dates
        if when.day:
            first = dates.on_first if when.day == 1 else None
            return self._date(when, first or dates.on_day, dates.months)
        if when.month:
            return self._date(when, dates.in_month, dates.months_in or dates.months)
        return self._date(when, dates.in_year)

    def _date(
        self, when: PartialDate | dt.date, pattern: str, months: Sequence[str] = ()
    ) -> str:
        day = self.forms.dates.first_day if when.day == 1 else when.day
        month = months[when.month - 1] if when.month else ""
        return pattern.format(day=day, month=month, year=when.year)

    def dateline(self, on: dt.date, city: str | None) -> str:
        """Return the date above a letter written on the day *on* in *city*."""
        date = self.date(on)
        return self.forms.dates.dateline.format(city=city, date=date) if city else date

    def series(self, items: Sequence[str]) -> str:
        """Join *items* to "a, b and c", or "a; b; and c" where they hold commas."""
        if len(items) < 2:
            return "".join(items)
        last = f" {self._conjunction(items[-1])} "
        words = {self.forms.conjunction, *self.forms.conjunction_before.values()}
        if any("," in i or any(f" {word} " in i for word in words) for i in items):
            comma = self.forms.semicolon if len(items) > 2 else ","
            return f"{comma} ".join(items[:-1]) + f"{comma}{last}{items[-1]}"
        return ", ".join(items[:-1]) + f"{last}{items[-1]}"

    def _conjunction(self, item: str) -> str:
        """Return what stands for "and" before *item*."""
        before = self.forms.conjunction_before
        fitting = [start for start in before if item.casefold().startswith(start)]
        return before[max(fitting, key=len)] if fitting else self.forms.conjunction

    def state_genitive(self, code: str) -> str | None:
        """Return how the state *code* is named behind "the authorities", if known."""
        if known := self.forms.states.get(code):
            return known
        pattern = self.forms.of_state
        return pattern and pattern.format(state=country_name(code, self.code))

    def address(self, addressee: Addressee) -> list[str]:
        """Return the lines on the envelope of a letter to *addressee*, no country."""
        title, name = self.title(addressee), self.display_name(addressee)
        city = self.forms.cities.get(addressee.city or "", addressee.city)
        lines = (title, name, *(addressee.address or (city,)))
        return [line for line in lines if line]

    def display_name(self, addressee: Addressee) -> str:
        """
        Return the name of *addressee* on an envelope.

        A mission whose street is not known is found by the name of the directory alone,
        unless the language is read in its city.
        """
        if text := self._text(addressee):
            return text.name
        if isinstance(addressee, Mission) and (
            addressee.address or addressee.city in self.forms.cities
        ):
            pattern = self.forms.missions.get(addressee.kind)
            if pattern and (state := self._official(addressee.state)):
                return pattern.format(state=state)
        return addressee.name

    def title(self, addressee: Addressee) -> str | None:
        """Return the line above the name: who it is that heads the *addressee*."""
        if self.code == ENGLISH and addressee.title:
            return addressee.title
        text, form = self._text(addressee), self.form(addressee.role)
        gendered = _confirmed(form, addressee.gender)
        own = (gendered and gendered.title) or (text and text.title)
        title = own or form.title
        state = self._official(addressee.state) if addressee.state else None
        if title and "{state}" in title:
            return title.format(state=state) if state else None
        return title

    def _text(self, addressee: Addressee) -> OfficeText | None:
        if isinstance(addressee, Mission):
            return None
        text = self.forms.offices.get(addressee.id)
        return text if text and text.of == addressee.name else None

    def _official(self, code: str) -> str | None:
        return self.forms.official_states.get(code) or self.state_genitive(code)

    def form(self, role: str) -> AddressForm:
        """Return the form of address for *role*, or the one that fits every office."""
        roles = self.forms.roles
        form = roles[role]
        return roles["office"] if form.confidence == "unconfirmed" else form

    def salutation(self, addressee: Addressee) -> str:
        """Return what opens a letter to *addressee*, without the sign behind it."""
        text, form = self._text(addressee), self.form(addressee.role)
        own = addressee.salutation if self.code == ENGLISH else None
        fitting = _confirmed(form, addressee.gender) or form
        return own or (text and text.salutation) or fitting.salutation

    def closing(self, role: str, salutation: str, *, plural: bool) -> str:
        """Return the line that closes a letter to somebody in *role*."""
        form = self.form(role)
        closing = (plural and form.closing_plural) or form.closing
        return closing.format(salutation=salutation) + self.forms.closing_end

    def needs_no_break_spaces(self) -> bool:
        """Tell whether there is anything that `with_no_break_spaces` changes."""
        forms = self.forms
        return bool(forms.glue_before or forms.glue_after or forms.glue_days)

    def with_no_break_spaces(self, text: str) -> str:
        """Return *text* with no-break spaces where a line must not be broken."""
        forms = self.forms
        months = forms.dates.months if forms.glue_days else ()
        return _with_no_break_spaces(text, forms.glue_before, forms.glue_after, months)

    def in_country(self, country: str | None) -> "Language":
        """Return the language as senders in *country* write it."""
        variant = self.forms.variants.get(country or "")
        if variant is None:
            return self
        dates = {key: value for key, value in asdict(variant.dates).items() if value}
        roles = {
            role: replace(
                form, closing=variant.closings.get(form.closing, form.closing)
            )
            for role, form in self.forms.roles.items()
        }
        forms = replace(
            self.forms,
            salutation_end=variant.salutation_end or self.forms.salutation_end,
            dates=replace(self.forms.dates, **dates),
            roles=roles,
        )
        return Language(self.code, forms)


def _confirmed(form: AddressForm, gender: str | None) -> GenderedForm | None:
    """Return what *form* has for the *gender*, unless that is not confirmed."""
    gendered = {"male": form.male, "female": form.female}.get(gender or "")
    sure = gendered is not None and gendered.confidence != "unconfirmed"
    return gendered if sure else None


@lru_cache(maxsize=2_000)
def _with_no_break_spaces(
    text: str, before: str, after: str, months: tuple[str, ...]
) -> str:
    before, after = re.escape(before), re.escape(after)
    if before:
        text = re.sub(f" (?=[{before}])", "\N{NO-BREAK SPACE}", text)
    if after:
        text = re.sub(f"(?<=[{after}]) ", "\N{NO-BREAK SPACE}", text)
    if months:
        behind = "|".join(map(re.escape, months))
        day = rf"\b(\d{{1,2}}\S{{0,2}}) (?=(?:{behind})\b)"
        text = re.sub(day, "\\1\N{NO-BREAK SPACE}", text)
    return text
