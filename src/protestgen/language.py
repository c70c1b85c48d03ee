"""What is particular to a language: forms of address, dates, names of states."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Struct, defstruct
from msgspec.structs import asdict, fields, replace

from .addressee import MISSION_ROLES, Addressee, Mission
from .country import country_name
from .errors import DataError, Problem, UnknownLanguageError, nearest, quoted
from .limits import MAX_PATTERN
from .values import CountryCode, Id, Line, PartialDate, Phrase, parse_line
from .yamlfile import Place, read_yaml

# The language that cases are written in first; the others are translations.
ENGLISH = "en"
# The roles that every language needs: who heads a mission, and the people of a case.
_ROLES = (*MISSION_ROLES, "friends")
# Those for which no other form can stand in.
_LAST_RESORTS = ("office", "friends")


def _pattern(*names: str) -> Callable[[str], str]:
    """Return what reads a pattern that holds *names* in braces, and no other braces."""
    held = [f"{{{name}}}" for name in names]

    def parse(text: str) -> str:
        line = parse_line(text)
        if len(line) > MAX_PATTERN:
            raise ValueError(
                f"{len(line):,} characters, of at most {MAX_PATTERN}: shorten it"
            )
        if re.search(r"[{}]", re.sub("|".join(map(re.escape, held)), "", line)):
            message = (
                f"{quoted(line)} has braces other than {', '.join(held)}: remove them"
            )
            raise ValueError(message)
        return line

    return parse


DatePattern = Annotated[str, _pattern("day", "month", "year")]
DatelinePattern = Annotated[str, _pattern("city", "date")]
SubjectPattern = Annotated[str, _pattern("subject")]
ClosingPattern = Annotated[str, _pattern("salutation")]
StatePattern = Annotated[str, _pattern("state")]

Confidence = Literal["sourced", "pattern", "unconfirmed"]


class GenderedForm(Struct, frozen=True, kw_only=True):
    """What differs where it is known that a woman, or a man, holds the office."""

    title: StatePattern | None = None
    salutation: Line
    confidence: Confidence


class Form(Struct, frozen=True, kw_only=True):
    """
    How a person in a role is addressed.

    The *title* may hold `{state}`, the official name of the state behind "of"; the
    *closing* may hold `{salutation}`. Of several senders, it is *closing_plural*.
    """

    title: StatePattern | None = None
    salutation: Line
    closing: ClosingPattern
    closing_plural: ClosingPattern | None = None
    confidence: Confidence
    male: GenderedForm | None = None
    female: GenderedForm | None = None


class Dates(Struct, frozen=True, kw_only=True):
    """
    How dates are written: by themselves, and in a sentence ("on 1 May", "in May").

    Patterns hold `{day}`, `{month}` and `{year}`. The *months* are as they stand behind
    a day; *months_alone* without a day, *months_in* in `in_month`, where these differ.
    *first_day* is what is written for the day 1, *on_first* the pattern with it.
    *dateline* is the line above a letter from a known city.
    """

    months: tuple[Line, ...]
    months_alone: tuple[Line, ...] = ()
    months_in: tuple[Line, ...] = ()
    first_day: Line = "1"
    day: DatePattern
    month: DatePattern
    year: DatePattern
    on_day: DatePattern
    on_first: DatePattern | None = None
    in_month: DatePattern
    in_year: DatePattern
    dateline: DatelinePattern = "{date}"


class DatesVariant(Struct, frozen=True, kw_only=True):
    """What a country writes differently from its language's `Dates`."""

    months: tuple[Line, ...] = ()
    day: DatePattern | None = None
    on_day: DatePattern | None = None


class Placeholders(Struct, frozen=True, kw_only=True):
    """What stands where the sender has yet to write something."""

    name: Line
    organisation: Line
    people: Line


class FaxLabels(Struct, frozen=True, kw_only=True):
    """The words on the cover page of a fax; *besides* follows the number of pages."""

    to: Line
    sender: Line
    organisation: Line
    place: Line
    fax: Line
    telephone: Line
    email: Line
    regarding: Line
    date: Line
    pages: Line
    besides: Line


class OfficeText(Struct, frozen=True, kw_only=True):
    """
    How an office is named and addressed; *of* is the name that the directory has.

    Where the directory has another name by now, the text is of no use.
    """

    of: Line
    name: Line
    title: StatePattern | None = None
    salutation: Line | None = None


class Variant(Struct, frozen=True, kw_only=True):
    """What is different for senders in one country."""

    salutation_end: Line | None = None
    closings: dict[Line, ClosingPattern] = {}
    dates: DatesVariant = DatesVariant()


class Forms(Struct, frozen=True, kw_only=True):
    """
    The file `forms.yaml`, or `forms.LANGUAGE.yaml`.

    *subject_above* puts the subject above the salutation. *conjunction_before* has what
    takes the place of *conjunction* before words that begin so; the longest beginning
    counts. Before each of the characters *glue_before*, and behind those of
    *glue_after*, a line is not broken at a space; nor, with *glue_days*, between a day
    and its month.

    *missions* names missions by kind, *offices* by their id, *cities* those where the
    language is read, so that post without a street arrives. *states* are how those are
    named behind "the authorities" that the pattern *of_state* does not fit; without it,
    only they can be written about. *official_states* are how they are named in a title
    or behind "embassy". *title_cases* are the grammatical cases in which the templates
    need the title of a case.
    """

    salutation_end: Line = ""
    closing_end: Line = ""
    subject: SubjectPattern
    subject_above: bool = False
    copy: Line
    semicolon: Line = ";"
    conjunction: Line
    conjunction_before: dict[Line, Line] = {}
    glue_before: Line = ""
    glue_after: Line = ""
    quotes: Line | None = None
    glue_days: bool = False
    avoid: tuple[Phrase, ...] = ()
    title_cases: tuple[Line, ...] = ()
    placeholders: Placeholders
    fax: FaxLabels
    dates: Dates
    roles: dict[Line, Form]
    missions: dict[Id, StatePattern] = {}
    offices: dict[Id, OfficeText] = {}
    cities: dict[Line, Line] = {}
    of_state: StatePattern | None = None
    states: dict[CountryCode, Line] = {}
    official_states: dict[CountryCode, Line] = {}
    variants: dict[CountryCode, Variant] = {}
    at: Place


# What a campaign writes otherwise than the one below it: any of the keys.
_SomeForms = defstruct(
    "_SomeForms",
    [
        (field.name, field.type if field.name == "at" else field.type | None, None)
        for field in fields(Forms)
    ],
    frozen=True,
    kw_only=True,
)


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

    def of_state(self, code: str) -> str | None:
        """Return how the state *code* is named behind "the authorities", if known."""
        if known := self.forms.states.get(code):
            return known
        pattern = self.forms.of_state
        return pattern and pattern.format(state=country_name(code, self.code))

    def address(self, addressee: Addressee) -> list[str]:
        """Return the lines on the envelope of a letter to *addressee*, no country."""
        title, name = self.title(addressee), self.named(addressee)
        city = self.forms.cities.get(addressee.city or "", addressee.city)
        lines = (title, name, *(addressee.address or (city,)))
        return [line for line in lines if line]

    def named(self, addressee: Addressee) -> str:
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
        return self.forms.official_states.get(code) or self.of_state(code)

    def form(self, role: str) -> Form:
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

    def glues(self) -> bool:
        """Tell whether there is anything that `glued` changes."""
        forms = self.forms
        return bool(forms.glue_before or forms.glue_after or forms.glue_days)

    def glued(self, text: str) -> str:
        """Return *text* with no-break spaces where a line must not be broken."""
        forms = self.forms
        months = forms.dates.months if forms.glue_days else ()
        return _glued(text, forms.glue_before, forms.glue_after, months)

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


def _confirmed(form: Form, gender: str | None) -> GenderedForm | None:
    """Return what *form* has for the *gender*, unless that is not confirmed."""
    gendered = {"male": form.male, "female": form.female}.get(gender or "")
    sure = gendered is not None and gendered.confidence != "unconfirmed"
    return gendered if sure else None


@lru_cache(maxsize=2_000)
def _glued(text: str, before: str, after: str, months: tuple[str, ...]) -> str:
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


def load_language(code: str, folders: Sequence[Path]) -> Language:
    """
    Read the forms of the language *code* from *folders*, the first on top.

    The lowest file has all that a language needs. What stands in one over it replaces
    that; the entries of a group of keys such as `roles` do so one by one. Raises
    `UnknownLanguageError` for a language that none has.
    """
    name = _forms_file(code)
    having = [folder for folder in folders if (folder / "data" / name).exists()]
    if not having:
        raise UnknownLanguageError(code, languages(folders))
    *upper, lowest = having
    forms = read_yaml(lowest / "data" / name, Forms, within=lowest)
    _check(forms)
    for folder in reversed(upper):
        some = read_yaml(folder / "data" / name, _SomeForms, within=folder)
        forms = _with(forms, some)
        _check(forms)
    return Language(code, forms)


def _with(forms: Forms, some: Struct) -> Forms:
    """Return *forms* with what there is in *some*."""
    changes = {key: value for key, value in asdict(some).items() if value is not None}
    for key, value in changes.items():
        if isinstance(value, dict):
            changes[key] = getattr(forms, key) | value
    return replace(forms, **changes)


def _check(forms: Forms) -> None:
    if problems := [*_gaps(forms)]:
        raise DataError(problems)


def _forms_file(code: str) -> str:
    return "forms.yaml" if code == ENGLISH else f"forms.{code}.yaml"


def languages(folders: Sequence[Path]) -> list[str]:
    """Return the codes of the languages that *folders* have forms of address for."""
    names = {
        path.name.removesuffix(".yaml").removeprefix("forms").removeprefix(".")
        for folder in folders
        for path in folder.glob("data/forms*.yaml")
    }
    return sorted(name or ENGLISH for name in names)


def _gaps(forms: Forms) -> Iterator[Problem]:
    """Yield a problem for each thing that a letter may need and *forms* have not."""
    for field in ("months", "months_alone", "months_in"):
        months = getattr(forms.dates, field)
        if len(months) != 12 and (months or field == "months"):
            message = f"{len(months)} months: write the names of all twelve"
            yield Problem(forms.at.of("dates", field), message)
    for role in _ROLES:
        if role not in forms.roles:
            message = f"the role '{role}' is missing: add it"
            yield Problem(forms.at.of("roles"), message)
        elif forms.roles[role].confidence == "unconfirmed" and role in _LAST_RESORTS:
            message = f"the role '{role}' has no other form: write a confirmed one"
            yield Problem(forms.at.of("roles", role, "confidence"), message)
    closings = {form.closing for form in forms.roles.values()}
    for country, variant in forms.variants.items():
        for closing in variant.closings:
            if closing not in closings:
                near = nearest(closing, closings)
                hint = f"did you mean '{near}'?" if near else "add it to a role first"
                message = f"no role has the closing {quoted(closing)}: {hint}"
                at = forms.at.of("variants", country, "closings", closing)
                yield Problem(at, message)
