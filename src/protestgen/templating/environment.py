"""
Styles of letter, which are Jinja templates, and the environment that they run in.

A template is plain text: a blank line parts paragraphs; behind one, or behind a colon,
lines that begin with `1.` or `-` are a list; the first paragraph is the subject. What a
template inserts is never read that way: a sender's text stays text.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from jinja2 import (
    ChoiceLoader,
    PrefixLoader,
    TemplateNotFound,
)

from protestgen.campaign.bundled import shipped_folder
from protestgen.errors import TemplateError, UnknownNameError
from protestgen.language.language import Language
from protestgen.limits import MAX_STYLES
from protestgen.templating.filters import _FILTERS, _insert
from protestgen.templating.loader import _FolderLoader

from .diagnostics import told
from .metering import MAX_STEPS, budget, printable
from .render_cache import RenderCache
from .sandbox import Sandbox

# What the styles of a language share; it is no style itself.
_BASE = "base"
# The words of the document that a campaign sends to those who would write.
APPEAL_WORDS = "appeal.j2"


class Templates:
    """The styles in the folders of a campaign, the first folder on top."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = [folder / "templates" for folder in folders]
        self._styles: dict[str, list[str]] = {}
        bundled = shipped_folder()
        shipped = _FolderLoader(bundled, is_bundled=True)
        own = [_FolderLoader(folder) for folder in folders if folder != bundled]
        self._loader = ChoiceLoader([*own, shipped, PrefixLoader({"shipped": shipped})])
        self.environment = Sandbox(self._loader, _FILTERS, _insert)
        self._pages = self.environment.overlay(finalize=printable)
        self.environment.auto_reload = False

    def styles(self, language: str) -> list[str]:
        """Return the names of the styles that there are in *language*."""
        if language not in self._styles:
            names = {
                path.name.removesuffix(".txt.j2")
                for folder in self._folders
                for path in folder.glob(f"{language}/*.txt.j2")
                # Editors leave hidden links and copies.
                if path.is_file() and not path.name.startswith(".")
            }
            if len(names) > MAX_STYLES:
                folder = self._folders[0] / language
                reason = f"more than {MAX_STYLES} styles: remove some"
                raise TemplateError(f"{folder}: {reason}")
            self._styles[language] = sorted(names - {_BASE})
        return self._styles[language]

    def description(self, language: str, style: str) -> str:
        """Return what the comment in the first line of a style says."""
        name = f"{language}/{style}.txt.j2"
        source, _, _ = self._loader.get_source(self.environment, name)
        match = re.match(r"\{#-?(.*?)-?#\}", source, re.DOTALL)
        return " ".join(match[1].split()) if match else ""

    def render(
        self,
        language: Language,
        style: str,
        values: Mapping[str, object],
    ) -> str:
        """
        Return the text of a letter in *style*, for `parse_blocks` to read.

        Raises `TemplateError` with the file and line of what is wrong.
        """
        name = f"{language.code}/{style}.txt.j2"
        values = {**values, "language": language}
        try:
            if style != _BASE:
                return _rendered(self.environment, name, values)
        except TemplateNotFound:
            pass
        styles = self.styles(language.code)
        see = "protestgen styles"
        raise UnknownNameError("style", style, styles, see=see, field="style")

    def cache(
        self, language: Language, style: str, shared: Mapping[str, object]
    ) -> RenderCache:
        """Return a cache of letters that have the *shared* values."""
        return RenderCache(partial(self.render, language, style), _inserted, shared)

    def has_appeal(self, language: str) -> bool:
        """Tell whether there are words in *language* for the appeal of a campaign."""
        return any(
            (folder / language / APPEAL_WORDS).is_file() for folder in self._folders
        )

    def appeal(self, language: Language, values: Mapping[str, object]) -> str:
        """
        Return the text of a campaign's appeal, for `parse_sections` to read.

        Raises `TemplateError` as `render` does.
        """
        name = f"{language.code}/{APPEAL_WORDS}"
        values = {**values, "language": language}
        return _rendered(self.environment, name, values)

    def layout(self, name: str, values: Mapping[str, object]) -> str:
        """
        Return what the layout *name* makes of *values*, which it escapes for HTML.

        Raises `TemplateError` as `render` does.
        """
        return _rendered(self._pages, f"layout/{name}", values)


def _rendered(environment: Sandbox, name: str, values: Mapping[str, object]) -> str:
    """Return what the template *name* gives, or raise `TemplateNotFound` without it."""
    try:
        return environment.rendered(name, values)
    except TemplateNotFound as error:
        if error.name == name:
            raise
        raise told(error, environment, values) from None
    except Exception as error:  # a template's expressions can raise anything
        raise told(error, environment, values) from error


def _inserted(words: object) -> str:
    """Return what a template inserts that prints *words*."""
    budget.steps = MAX_STEPS
    return str(_insert(words))
