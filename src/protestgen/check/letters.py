"""The letters about every case, written in every style and language."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from msgspec.structs import replace

from protestgen.campaign.case import Case, Demand
from protestgen.campaign.directory import MISSION_KINDS, Addressee
from protestgen.errors import DataError, Location, ProtestgenError
from protestgen.language.language import ENGLISH, Language
from protestgen.language.typography import with_signs
from protestgen.letters.completeness import MissingTextError
from protestgen.letters.compose import compose
from protestgen.letters.letter import (
    ORGANISATION_STYLE,
    SUPPORT_STYLE,
    THANKS_STYLE,
    Letter,
    block_text,
)
from protestgen.letters.notes import avoided, count_words, longest
from protestgen.letters.sender import Sender
from protestgen.schema.types import PartialDate
from protestgen.templating.metering import SharedStepLimitError

from .context import CheckContext, read_lines
from .finding import Finding, error, of_problems, warning
from .texts import PLACEHOLDER, collapse_spaces, stem, text_fields

_SENDER = Sender(name="Ada Example", city="Example Town")
_OF_ORGANISATION = replace(_SENDER, organisation="Example Society")
# With them, letters take the branches for all that a sender may say.
_OTHERS = (
    replace(_OF_ORGANISATION, about="a nurse", why="Nurses help."),
    replace(_OF_ORGANISATION, cosigners=("Bob Example",)),
)


def check_letters(context: CheckContext, ids: Sequence[str], on: date) -> set[Finding]:
    """Return the findings about letters on the cases *ids*, on the day *on*."""
    cases = context.campaign.cases
    return {
        found
        for id_ in ids
        for found in context.attempt(
            cases[id_].at.of(), _check_case(context, cases[id_], on)
        )
    }


def _check_case(context: CheckContext, case: Case, on: date) -> Iterator[Finding]:
    addressees, missing = _addressees(context, case)
    if context.is_whole:
        yield from missing
    if not addressees:
        return
    for code, language in context.languages.items():
        if code == ENGLISH or context.is_translated(case, code):
            letters = _Letters(context, case, language, addressees, on)
            found = context.attempt(letters.entry.at.of(), letters.findings())
            yield from map(letters.in_own_files, found)


def _addressees(
    context: CheckContext, case: Case
) -> tuple[list[Addressee], list[Finding]]:
    """Return an addressee of each kind for *case*, and errors for missing ones."""
    directory = context.campaign.directory
    found: list[Addressee] = []
    missing = []
    goals = [(goal, n) for n, way in enumerate(case.ways) for goal in way.to]
    for goal, index in goals:
        if goal not in MISSION_KINDS:
            office = directory.offices.get(goal)
            if office and office.refusal:
                message = f"{office.refusal}; remove it here"
                missing.append(error(case.at.of("write_to", index), message))
            elif office:
                found.append(office)
            continue
        missions = directory.of_state(case.state)
        if alike := [mission for mission in missions if mission.kind == goal]:
            found.append(next((m for m in alike if m.address), alike[0]))
        else:
            at = case.at.of("write_to", index, "to")
            message = f"the directory has no {goal} of '{case.state}': add one"
            missing.append(error(at, message))
    roles = context.english.forms.roles if context.english else ()
    return [addressee for addressee in found if addressee.role in roles], missing


class _Letters:
    """The letters about one case in one language."""

    def __init__(
        self,
        context: CheckContext,
        case: Case,
        language: Language,
        addressees: Sequence[Addressee],
        on: date,
    ) -> None:
        self.context = context
        self.case, self.entry = context.case_in(case, language.code)
        self.language = language
        self.addressees = addressees
        # A case that wants no more letters is checked as of its last day for them.
        self.on = on
        self.met = tuple(d.id for d in case.demands if d.is_met(on))
        if case.write_by and case.is_stopped(on):
            self.on = case.write_by.last_day
        self.avoid = (*self.case.avoid, *language.forms.avoid)
        own = collapse_spaces(" ".join(field.text for field in text_fields(self.entry)))
        self.own_text = own
        self.own_harm = avoided(own, self.avoid)
        self.stems = [stem(name, language.code) for name in self.case.people]

    def findings(self) -> Iterator[Finding]:
        """Yield the findings about all of them."""
        for style in self.context.templates.styles(self.language.code):
            if style == THANKS_STYLE and not self.met:
                continue
            try:
                first, *others = self._written(style)
            except SharedStepLimitError as failed:
                at = self.context.first_own_template() or self.entry.at.of()
                yield error(at, str(failed))
                return
            except ProtestgenError as failed:
                yield from self._failed(style, failed)
                continue
            if (count := count_words(first)) > longest(first):
                message = (
                    f"letters in style '{style}' have {count} words, and a page has "
                    f"room for {longest(first)}: shorten the texts"
                )
                yield warning(self.entry.at.of(), message)
            for letter in (first, *others):
                yield from self._check_letter(letter)

    def in_own_files(self, found: Finding) -> Finding:
        """
        Return the finding *found* at a place in the campaign that is checked.

        Its templates or cases are the reason why a style of another campaign fails.
        """
        context = self.context
        if found.severity == "warning" or context.is_own(found.file):
            return found
        message = f"with this, {found.file}:{found.line} fails: {found.message}"
        at = context.first_own_template(self.language.code) or self.entry.at.of()
        return error(at, message)

    def _written(self, style: str) -> Iterator[Letter]:
        """
        Yield letters in one style, first the one that most people get.

        The others take the other branches of the template: for the case while it was
        open, with all demands, to other addressees. A branch that a letter about
        another case has taken is not taken again.
        """
        everything = tuple(demand.id for demand in self.case.demands)
        if style == THANKS_STYLE:
            for sender in (self._sender(style), *_OTHERS):
                yield self._letter(style, self.addressees[0], self.on, self.met, sender)
            return
        usual = tuple(d.id for d in self.case.default_demands(self.on)) or everything
        first, *others = self.addressees
        sender = self._sender(style)
        yield self._letter(style, first, self.on, usual, sender)
        more = [(first, self.on, everything, sender)]
        more += [(other, self.on, usual, sender) for other in others]
        more += [(first, self.on, usual, other) for other in _OTHERS]
        if self.case.is_archived(self.on):
            more.append((first, self.case.opened.first_day, everything, sender))
        for addressee, on, demands, by in more:
            branch = (
                *(self.language.code, style, addressee.role, addressee.state),
                *(self.case.is_archived(on), len(demands), self.avoid, by),
            )
            if branch not in self.context.checked_branches:
                self.context.checked_branches.add(branch)
                yield self._letter(style, addressee, on, demands, by)

    def _sender(self, style: str) -> Sender:
        return _OF_ORGANISATION if style == ORGANISATION_STYLE else _SENDER

    def _letter(
        self,
        style: str,
        addressee: Addressee,
        on: date,
        demands: Sequence[str],
        sender: Sender,
    ) -> Letter:
        return compose(
            self.case,
            None if style == SUPPORT_STYLE else addressee,
            sender,
            style=style,
            language=self.language,
            templates=self.context.templates,
            on=on,
            demands=demands,
            first_letter=PartialDate(on.year - 1) if sender in _OTHERS else None,
            rights=self.context.rights,
        )

    def _failed(self, style: str, failed: ProtestgenError) -> Iterator[Finding]:
        """Yield the reasons why no letter can be written in *style*."""
        if isinstance(failed, DataError):
            yield from of_problems(failed.problems)
        elif isinstance(failed, MissingTextError):
            yield error(
                self._incomplete_place(), f"letters are refused: {failed.reason}"
            )
        else:
            yield error(failed.at or self._origin(style), failed.message)

    def _incomplete_place(self) -> Location:
        """Return the place in its own files that lacks something for the case."""
        forms = self.language.forms.at
        return (forms if self.context.is_own(forms.path) else self.entry.at).of()

    def _check_letter(self, letter: Letter) -> Iterator[Finding]:
        parts = (letter.subject, letter.salutation, *map(block_text, letter.body))
        text = collapse_spaces(" ".join((*parts, letter.closing)))
        style = letter.style
        for left in dict.fromkeys(PLACEHOLDER.findall(text)):
            if left not in self.own_text:
                yield error(
                    self._origin(style, left), f"'{left}' is left over: replace it"
                )
        for word in avoided(text, self.avoid):
            if word not in self.own_harm:
                yield self._harmful(word, style)
        folded = text.casefold()
        for demand in self.case.demands:
            if demand.id in letter.demands and not _is_printed(demand, folded):
                yield error(
                    self._origin(style),
                    "letters in this style do not print every demand",
                )
        if self.stems and not any(stem in folded for stem in self.stems):
            message = f"letters in style '{style}' name none of its people"
            yield warning(self.entry.at.of("people"), message)

    def _harmful(self, word: str, style: str) -> Finding:
        """Return the error that a *word* to avoid is in a template."""
        message = f"letters in style '{style}' contain '{word}', a word to avoid"
        for entry in (self.entry, self.context.campaign.cases[self.case.id]):
            if word in entry.avoid:
                return error(entry.at.of("avoid", entry.avoid.index(word)), message)
        return error(self._origin(style, word), message)

    def _origin(self, style: str, snippet: str = "") -> Location:
        """Return the place of *snippet* in the templates, or of *style*."""
        key = (self.language.code, style, snippet)
        origins = self.context.origins
        if key not in origins:
            origins[key] = self._find_origin(style, snippet)
        return origins[key]

    def _find_origin(self, style: str, snippet: str) -> Location:
        paths = [
            path
            for folder in self.context.campaign.folders
            for path in sorted(folder.glob(f"templates/{self.language.code}/*.j2"))
            if path.is_file()
        ]
        paths.sort(key=lambda path: path.name != f"{style}.txt.j2")
        for path in (*paths, Path(self.language.forms.at.path)):
            for number, line in enumerate(read_lines(path), 1):
                column = line.casefold().find(snippet.casefold())
                if column >= 0:
                    return Location(str(path), number, column + 1)
        return Location(str(paths[0]))


def _is_printed(demand: Demand, folded: str) -> bool:
    """Whether a letter makes *demand* or asks what became of it."""
    texts = filter(None, (demand.text, demand.request, demand.question))
    return any(collapse_spaces(with_signs(text)).casefold() in folded for text in texts)
