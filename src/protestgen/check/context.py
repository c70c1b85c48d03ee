"""What there is to check of a campaign: all of it that can be read."""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.case import Case
from protestgen.campaign.directory import Mission, Office
from protestgen.campaign.loader import read_campaign
from protestgen.campaign.translations import (
    CaseText,
    Translation,
    read_translation,
    translated,
)
from protestgen.errors import DataError, Location, ProtestgenError, unexpected
from protestgen.language.language import ENGLISH, Language
from protestgen.language.loader import languages, load_language
from protestgen.letters.completeness import missing_texts
from protestgen.templating.environment import Templates
from protestgen.templating.metering import SharedSteps

from .finding import Finding, error

# What stands behind " #" is a comment for YAML; "#4" is hardly meant as one.
CUT = re.compile(r"(?<!\s)\s+#\w")
# Where YAML has lines end.
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


class CheckContext:
    """The campaign in *folders*, the first on top, as far as it is sound."""

    def __init__(self, folders: tuple[Path, ...], *, tolerant: bool) -> None:
        self.folders = folders
        # Whether an unexpected error is a finding, and does not end the check.
        self.tolerant = tolerant
        bundled = shipped_folder()
        added = [folder for folder in folders if folder.resolve() != bundled]
        self.campaign, self.problems = read_campaign(*added, tolerant=tolerant)
        # Whether all that refers to something can find it.
        self.is_whole = not self.problems
        self.own = added or [bundled]
        self.templates = Templates(self.campaign.folders, SharedSteps())
        self.languages = self._read_languages()
        self.codes_of_forms = languages(self.campaign.folders)
        self.sound_texts: set[str] = set()
        self.translations = self._read_translations()
        self.missions: dict[str, list[Mission]] = {}
        for mission in self.campaign.directory.missions:
            self.missions.setdefault(mission.state, []).append(mission)
        self._lines: dict[str, list[str]] = {}
        self._cut_lines: dict[str, dict[int, str]] = {}
        self._templates_in: dict[str, list[Path]] = {}
        # What letters have shown of the templates, whichever case they were about.
        self.origins: dict[tuple[str, str, str], Location] = {}
        self.shown: set[tuple[object, ...]] = set()

    def attempt(self, at: Location, found: Iterable[Finding]) -> Iterator[Finding]:
        """Yield what is *found*, and an unexpected error as one of the place *at*."""
        try:
            yield from found
        except Exception as failed:
            if isinstance(failed, ProtestgenError) or not self.tolerant:
                raise
            yield error(at, unexpected(failed))

    def _read_languages(self) -> dict[str, Language]:
        found = {}
        for code in languages(self.campaign.folders):
            try:
                found[code] = load_language(code, self.campaign.folders)
            except DataError as failed:
                self.problems += failed.problems
        return found

    def _read_translations(self) -> dict[str, Translation]:
        found: dict[str, Translation] = {}
        whole = self.is_whole
        folders = self.campaign.folders
        texts = {code for folder in folders for code in text_codes(folder)}
        for code in sorted({*self.codes_of_forms, *texts} - {ENGLISH}):
            found[code], problems = read_translation(self.campaign, code, whole=whole)
            self.problems += problems
            if not problems:
                self.sound_texts.add(code)
        return found

    @property
    def english(self) -> Language | None:
        """English, if its forms are sound."""
        return self.languages.get(ENGLISH)

    @property
    def contacts(self) -> Iterator[Mission | Office]:
        """The missions and offices."""
        yield from self.campaign.directory.missions
        yield from self.campaign.directory.offices.values()

    def is_own(self, path: str) -> bool:
        """Tell whether the file *path* is of the campaign that is checked."""
        return any(Path(path).is_relative_to(folder) for folder in self.own)

    def case_in(self, case: Case, code: str) -> tuple[Case, Case | CaseText]:
        """Return *case* in a language that it is whole in, and where its words are."""
        if code == ENGLISH:
            return case, case
        text = self.translations[code][case.id]
        return translated(case, text), text

    def lacks(self, case: Case, code: str) -> list[str]:
        """Return what the texts of *case* lack in a language, of which it has some."""
        text = self.translations[code][case.id]
        return [item.field for item in missing_texts(case, text, self.languages[code])]

    def is_translated(self, case: Case, code: str) -> bool:
        """Tell whether there can be letters about *case* in a language."""
        known = code in self.languages and case.id in self.translations.get(code, ())
        return known and not self.lacks(case, code)

    def cut_lines(self, path: str) -> dict[int, str]:
        """Return the lines of a file that a comment may cut off, by their numbers."""
        if path not in self._cut_lines:
            self._cut_lines[path] = {
                number: line
                for number, line in enumerate(self.lines(path), 1)
                if " #" in line and CUT.search(line)
            }
        return self._cut_lines[path]

    def templates_in(self, folders: Sequence[Path], code: str) -> list[Path]:
        """Return the templates of *folders* in a language, in the order of these."""
        if code not in self._templates_in:
            self._templates_in[code] = [
                path
                for folder in self.campaign.folders
                for path in sorted(folder.glob(f"templates/{code}/*.j2"))
                if path.is_file()
            ]
        return [
            p for p in self._templates_in[code] if any(map(p.is_relative_to, folders))
        ]

    def own_templates(self) -> Iterator[Path]:
        """The templates of the campaign that is checked, in all languages."""
        return (path for folder in self.own for path in folder.glob("templates/*/*.j2"))

    def lines(self, path: str) -> list[str]:
        """Return the lines of a file."""
        if path not in self._lines:
            text = Path(path).read_bytes().decode("utf-8-sig", "replace")
            self._lines[path] = _LINE_END.split(text)
        return self._lines[path]


def text_codes(folder: Path) -> set[str]:
    """Return the languages other than English that *folder* has texts of cases in."""
    paths = [*folder.glob("data/demands.*.yaml"), *folder.glob("data/demands/*.yaml")]
    codes = {path.stem.partition(".")[2] for path in paths}
    return codes - {""}
