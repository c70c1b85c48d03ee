"""Letters, written for real: every case in every style and language."""

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from protestgen.campaign.case import Case
from protestgen.campaign.directory import MISSION_KINDS, Addressee
from protestgen.errors import DataError, Location, ProtestgenError
from protestgen.language.language import ENGLISH, Language
from protestgen.letters.completeness import MissingTextError
from protestgen.letters.compose import compose
from protestgen.letters.letter import SUPPORT_STYLE, Letter, block_text
from protestgen.letters.notes import avoided, count_words, longest
from protestgen.letters.sender import Sender
from protestgen.templating.metering import SharedStepLimitError

from .context import CheckContext
from .finding import Finding, error, of_problems, warning
from .texts import LEFT_OVER, plain, stem, words

_SENDER = Sender(name="Ada Example", city="Example Town")
_OF_ORGANISATION = Sender(
    name="Ada Example", city="Example Town", organisation="Example Society"
)
_ORGANISATION_STYLE = "organisation"


def check_letters(material: CheckContext, ids: Sequence[str], on: date) -> set[Finding]:
    """Return what is wrong with the letters about the cases *ids*, on the day *on*."""
    cases = material.campaign.cases
    return {
        found
        for id_ in ids
        for found in material.attempt(
            cases[id_].at.of(), _about(material, cases[id_], on)
        )
    }


def _about(material: CheckContext, case: Case, on: date) -> Iterator[Finding]:
    addressees, missing = _addressees(material, case)
    if material.is_whole:
        yield from missing
    if not addressees:
        return
    for code, language in material.languages.items():
        if code == ENGLISH or material.is_translated(case, code):
            letters = _Letters(material, case, language, addressees, on)
            found = material.attempt(letters.entry.at.of(), letters.findings())
            yield from map(letters.at_home, found)


def _addressees(
    material: CheckContext, case: Case
) -> tuple[list[Addressee], list[Finding]]:
    """Return whom letters about *case* are to, one of each kind; and who is missing."""
    directory = material.campaign.directory
    found: list[Addressee] = []
    missing = []
    for index, goal in enumerate(case.write_to):
        if goal not in MISSION_KINDS:
            found += [directory.offices[goal]] if goal in directory.offices else []
            continue
        missions = material.missions.get(case.state, [])
        if alike := [mission for mission in missions if mission.kind == goal]:
            found.append(next((m for m in alike if m.address), alike[0]))
        else:
            at = case.at.of("write_to", index)
            message = f"the directory has no {goal} of '{case.state}': add one"
            missing.append(error(at, message))
    roles = material.english.forms.roles if material.english else ()
    return [addressee for addressee in found if addressee.role in roles], missing


class _Letters:
    """The letters about one case in one language."""

    def __init__(
        self,
        material: CheckContext,
        case: Case,
        language: Language,
        addressees: Sequence[Addressee],
        on: date,
    ) -> None:
        self.material = material
        self.case, self.entry = material.case_in(case, language.code)
        self.language = language
        self.addressees = addressees
        self.on = on
        self.avoid = (*self.case.avoid, *language.forms.avoid)
        own = plain(" ".join(word.text for word in words(self.entry)))
        self.own_text = own
        self.own_harm = avoided(own, self.avoid)
        self.stems = [stem(name, language.code) for name in self.case.people]

    def findings(self) -> Iterator[Finding]:
        """Write them all, and yield what is wrong with them."""
        for style in self.material.templates.styles(self.language.code):
            try:
                first, *others = self._written(style)
            except SharedStepLimitError as failed:
                paths = sorted(map(str, self.material.own_templates()))
                at = Location(paths[0]) if paths else self.entry.at.of()
                yield error(at, str(failed))
                return
            except ProtestgenError as failed:
                yield from self._failed(style, failed)
                continue
            if (count := count_words(first)) > longest(first):
                much = f"have {count} words, more than the {longest(first)} of a page"
                yield warning(self.entry.at.of(), f"letters in style '{style}' {much}")
            for letter in (first, *others):
                yield from self._check(letter)

    def at_home(self, found: Finding) -> Finding:
        """
        Return what is *found* at a place in the campaign that is checked.

        A style that is not its own fails because of a template or a case that is.
        """
        material = self.material
        if found.severity == "warning" or material.is_own(found.file):
            return found
        message = f"with this, {found.file}:{found.line} fails: {found.message}"
        theirs = material.templates_in(material.own, self.language.code)
        at = Location(str(min(theirs))) if theirs else self.entry.at.of()
        return error(at, message)

    def _written(self, style: str) -> Iterator[Letter]:
        """
        Write the letters in one style, the first being the one that most people get.

        A closed case was open once; all demands may be chosen; and of other addressees
        something else is asked. That is the template's matter: what it has shown for
        another case alike is not written again.
        """
        everything = tuple(demand.id for demand in self.case.demands)
        usual = tuple(d.id for d in self.case.default_demands(self.on)) or everything
        first, *others = self.addressees
        yield self._letter(style, first, self.on, usual)
        more = [(first, self.on, everything)]
        more += [(other, self.on, usual) for other in others]
        if self.case.is_archived(self.on):
            more.append((first, self.case.opened.first_day, everything))
        for addressee, on, demands in more:
            shape = (
                *(self.language.code, style, addressee.role, addressee.state),
                *(self.case.is_archived(on), len(demands), self.avoid),
            )
            if shape not in self.material.shown:
                self.material.shown.add(shape)
                yield self._letter(style, addressee, on, demands)

    def _letter(
        self, style: str, addressee: Addressee, on: date, demands: Sequence[str]
    ) -> Letter:
        return compose(
            self.case,
            None if style == SUPPORT_STYLE else addressee,
            _OF_ORGANISATION if style == _ORGANISATION_STYLE else _SENDER,
            style=style,
            language=self.language,
            templates=self.material.templates,
            on=on,
            demands=demands,
        )

    def _failed(self, style: str, failed: ProtestgenError) -> Iterator[Finding]:
        """Yield why a letter could not be written."""
        if isinstance(failed, DataError):
            yield from of_problems(failed.problems)
        elif isinstance(failed, MissingTextError):
            yield error(self._lacking(), f"letters are refused: {failed.reason}")
        else:
            yield error(failed.at or self._origin(style), failed.message)

    def _lacking(self) -> Location:
        """Return where something is missing that a language needs for the case."""
        forms = self.language.forms.at
        return (forms if self.material.is_own(forms.path) else self.entry.at).of()

    def _check(self, letter: Letter) -> Iterator[Finding]:
        parts = (letter.subject, letter.salutation, *map(block_text, letter.body))
        text = plain(" ".join((*parts, letter.closing)))
        style = letter.style
        for left in dict.fromkeys(LEFT_OVER.findall(text)):
            if left not in self.own_text:
                yield error(self._origin(style, left), f"'{left}' is left over")
        for word in avoided(text, self.avoid):
            if word not in self.own_harm:
                yield self._harm(word, style)
        folded = text.casefold()
        for demand in self.case.demands:
            if demand.id in letter.demands and not _in(demand.text, folded):
                yield error(
                    self._origin(style),
                    "letters in this style do not print every demand",
                )
        if self.stems and not any(stem in folded for stem in self.stems):
            message = f"letters in style '{style}' name nobody of the case"
            yield warning(self.entry.at.of("people"), message)

    def _harm(self, word: str, style: str) -> Finding:
        """Return the error that a template has a *word* that no letter must have."""
        message = f"letters in style '{style}' have '{word}', a word to avoid"
        for entry in (self.entry, self.material.campaign.cases[self.case.id]):
            if word in entry.avoid:
                return error(entry.at.of("avoid", entry.avoid.index(word)), message)
        return error(self._origin(style, word), message)

    def _origin(self, style: str, snippet: str = "") -> Location:
        """Return where a style has the *snippet*; if it is not found, the style."""
        key = (self.language.code, style, snippet)
        origins = self.material.origins
        if key not in origins:
            origins[key] = self._find_origin(style, snippet)
        return origins[key]

    def _find_origin(self, style: str, snippet: str) -> Location:
        folders = self.material.campaign.folders
        paths = self.material.templates_in(folders, self.language.code)
        name = f"{style}.txt.j2"
        paths = sorted(paths, key=lambda path: path.name != name)
        for path in (*paths, Path(self.language.forms.at.path)):
            for number, line in enumerate(self.material.lines(str(path)), 1):
                column = line.casefold().find(snippet.casefold())
                if column >= 0:
                    return Location(str(path), number, column + 1)
        return Location(str(paths[0]))


def _in(words: str, folded: str) -> bool:
    return plain(words).casefold() in folded
