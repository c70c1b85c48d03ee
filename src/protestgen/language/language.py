"""A language: forms of address, and names of states as letters write them."""

from msgspec.structs import asdict, replace

from protestgen.campaign.directory import Addressee, Mission
from protestgen.countries import country_name

from .writing import Writing

# The language of the cases; the texts in all others are translations.
ENGLISH = "en"


class Language(Writing, frozen=True):
    """One language, as written in the sender's country."""

    def state_genitive(self, code: str) -> str | None:
        """Return the name of the state *code* behind "the authorities", if known."""
        if known := self.forms.states.get(code):
            return known
        pattern = self.forms.of_state
        return pattern and pattern.format(state=country_name(code, self.code))

    def _official_genitive(self, code: str) -> str | None:
        """Return the official name of the state *code* behind "embassy", if known."""
        return self.forms.official_states.get(code) or self.state_genitive(code)

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
            if pattern and (state := self._official_genitive(addressee.state)):
                return self.spelled(pattern.format(state=state))
        return addressee.name

    def copy_page(self, addressee: Addressee) -> str:
        """Return the words to the receiver of a copy of a letter to *addressee*."""
        pattern = self.forms.copy_page
        name = self.display_name(addressee)
        return self.spelled(pattern.format(addressee=name)) if pattern else ""

    def title(self, addressee: Addressee) -> str | None:
        """Return the title of the head of *addressee*, the line above the name."""
        if self.code == ENGLISH and addressee.title:
            return addressee.title
        text, form = self.forms.office_text(addressee), self.forms.form(addressee.role)
        gendered = form.for_gender(addressee.gender)
        own = (gendered and gendered.title) or (text and text.title)
        title = own or form.title
        state = self._official_genitive(addressee.state) if addressee.state else None
        if title and "{state}" in title:
            title = title.format(state=state) if state else None
        return title and self.spelled(title)

    def salutation(self, addressee: Addressee) -> str:
        """Return the salutation of *addressee*, without the sign behind it."""
        text, form = self.forms.office_text(addressee), self.forms.form(addressee.role)
        own = addressee.salutation if self.code == ENGLISH else None
        fitting = form.for_gender(addressee.gender) or form
        return own or (text and text.salutation) or fitting.salutation

    def closing(self, role: str, salutation: str, *, plural: bool) -> str:
        """
        Return the closing of a letter to somebody in *role*, with its sign.

        A whole sentence has its full stop already.
        """
        form = self.forms.form(role)
        closing = (plural and form.closing_plural) or form.closing
        end = "" if closing.endswith(".") else self.forms.closing_end
        return closing.format(salutation=salutation) + end

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
