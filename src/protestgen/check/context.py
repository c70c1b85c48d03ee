"""The campaign to check: everything in it that can be read."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TypeVar

from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.case import Case
from protestgen.campaign.directory import Addressee
from protestgen.campaign.loader import read_campaign
from protestgen.campaign.outlet import Outlet
from protestgen.campaign.translations import (
    CaseText,
    Translation,
    read_translation,
    translated,
)
from protestgen.errors import Location, ProtestgenError, unexpected
from protestgen.language.language import ENGLISH, Language
from protestgen.language.loader import languages, read_language
from protestgen.language.rights import load_rights
from protestgen.letters.completeness import missing_texts
from protestgen.templating.environment import Templates
from protestgen.templating.metering import SharedSteps

from .finding import Finding, error

E = TypeVar("E", bound=Addressee | Case | Outlet)

# YAML takes what follows " #" for a comment, which "#4" is hardly meant to be.
CUT = re.compile(r"(?<!\s)\s+#\w")
# The line breaks of YAML.
_LINE_END = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")


class CheckContext:
    """
    The campaign in *folders*, the first on top, without its faulty entries.

    Where *tolerant*, an unexpected error is a finding, and does not end the check.
    """

    def __init__(self, folders: tuple[Path, ...], *, tolerant: bool) -> None:
        self.folders = folders
        self.tolerant = tolerant
        bundled = shipped_folder()
        added = [folder for folder in folders if folder.resolve() != bundled]
        self.campaign, self.problems = read_campaign(*added, tolerant=tolerant)
        # If it is not whole, references may lead to an entry that is left out.
        self.is_whole = not self.problems
        self.own = added or [bundled]
        self.templates = Templates(self.campaign.folders, SharedSteps())
        self.languages = self._read_languages()
        self.codes_of_forms = languages(self.campaign.folders)
        self.sound_texts: set[str] = set()
        self.translations = self._read_translations()
        self.rights = cache(partial(load_rights, self.campaign.folders))
        self.cut_lines = cache(_cut_lines)
        # What letters have shown of the templates, whichever case they were about.
        self.origins: dict[tuple[str, str, str], Location] = {}
        self.checked_branches: set[tuple[object, ...]] = set()

    def attempt(self, at: Location, found: Iterable[Finding]) -> Iterator[Finding]:
        """Yield the findings *found*, and an unexpected error as one *at* a place."""
        try:
            yield from found
        except Exception as failed:
            if isinstance(failed, ProtestgenError) or not self.tolerant:
                raise
            yield error(at, unexpected(failed))

    def _read_languages(self) -> dict[str, Language]:
        found = {}
        folders = self.campaign.folders
        for code in languages(folders):
            language, problems = read_language(code, folders, tolerant=self.tolerant)
            self.problems += problems
            if language:
                found[code] = language
        return found

    def _read_translations(self) -> dict[str, Translation]:
        found: dict[str, Translation] = {}
        whole = self.is_whole
        folders = self.campaign.folders
        texts = {code for folder in folders for code in text_codes(folder)}
        for code in sorted({*self.codes_of_forms, *texts} - {ENGLISH}):
            found[code], problems = read_translation(
                self.campaign, code, whole=whole, tolerant=self.tolerant
            )
            self.problems += problems
            if not problems:
                self.sound_texts.add(code)
        return found

    @property
    def english(self) -> Language | None:
        """English, if its forms are sound."""
        return self.languages.get(ENGLISH)

    @property
    def contacts(self) -> Iterator[Addressee]:
        """The missions and offices."""
        yield from self.campaign.directory.missions
        yield from self.campaign.directory.offices.values()

    def is_own(self, path: str) -> bool:
        """Return whether the file *path* belongs to the campaign that is checked."""
        return any(Path(path).is_relative_to(folder) for folder in self.own)

    def owned(self, entries: Iterable[E]) -> Iterator[E]:
        """Yield those of *entries* that are of the campaign that is checked."""
        return (entry for entry in entries if self.is_own(entry.at.path))

    def case_in(self, case: Case, code: str) -> tuple[Case, Case | CaseText]:
        """Return *case* in a language that is complete for it, and its text there."""
        if code == ENGLISH:
            return case, case
        text = self.translations[code][case.id]
        return translated(case, text), text

    def missing_fields(self, case: Case, code: str) -> list[str]:
        """Return the fields that the text of *case* lacks in a language."""
        text = self.translations[code][case.id]
        return [item.field for item in missing_texts(case, text, self.languages[code])]

    def is_translated(self, case: Case, code: str) -> bool:
        """Return whether letters about *case* can be written in a language."""
        known = code in self.languages and case.id in self.translations.get(code, ())
        return known and not self.missing_fields(case, code)

    def first_own_template(self, code: str = "*") -> Location | None:
        """Return the first template of the campaign in a language, or in any."""
        paths = [
            path
            for folder in self.own
            for path in folder.glob(f"templates/{code}/*.j2")
        ]
        return Location(str(min(paths))) if paths else None


def _cut_lines(path: str) -> dict[int, str]:
    """Return the lines of a file that a comment may cut off, by line number."""
    return {
        number: line
        for number, line in enumerate(read_lines(Path(path)), 1)
        if " #" in line and CUT.search(line)
    }


def read_lines(path: Path) -> list[str]:
    """Return the lines of the file *path*."""
    return _LINE_END.split(path.read_bytes().decode("utf-8-sig", "replace"))


def text_codes(folder: Path) -> set[str]:
    """Return the languages of the translated cases in *folder*."""
    paths = [*folder.glob("data/demands.*.yaml"), *folder.glob("data/demands/*.yaml")]
    codes = {path.stem.partition(".")[2] for path in paths}
    return codes - {""}
