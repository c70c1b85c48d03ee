"""
Styles of letter, which are Jinja templates, and rendering them.

A template is plain text. Blank lines separate paragraphs; after one, or after a colon,
lines that begin with `1.` or `-` are a list. The first paragraph is the subject. Text
that a template inserts is never read that way.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from jinja2 import ChoiceLoader, PrefixLoader, TemplateNotFound

from protestgen.campaign.bundled import shipped_folder
from protestgen.errors import Location, TemplateError, UnknownNameError
from protestgen.language.language import Language
from protestgen.limits import MAX_STYLES
from protestgen.schema.cache import NO_CACHE, FileCache

from .compiled import CompiledTemplates
from .filters import LETTER_FILTERS, insert
from .loader import FolderLoader
from .metering import MAX_STEPS, SharedSteps, budget, printable
from .render_cache import RenderCache
from .sandbox import Sandbox

# The template that the styles of a language extend; it is no style itself.
_BASE = "base"


def unknown_style(style: str, known: Iterable[str]) -> UnknownNameError:
    """Return the error for a *style* that is not *known*."""
    see = "protestgen styles"
    return UnknownNameError("style", style, known, see=see, field="style")


class Templates:
    """
    The styles in the folders of a campaign, the first folder on top.

    The code of bundled ones is kept in *cache*.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        shared_steps: SharedSteps | None = None,
        cache: FileCache = NO_CACHE,
    ) -> None:
        self._folders = [folder / "templates" for folder in folders]
        self._styles: dict[str, list[str]] = {}
        bundled = shipped_folder()
        shipped = FolderLoader(bundled, is_bundled=True)
        own = [FolderLoader(folder) for folder in folders if folder != bundled]
        self._loader = ChoiceLoader([*own, shipped, PrefixLoader({"shipped": shipped})])
        self.environment = Sandbox(self._loader, LETTER_FILTERS, insert, shared_steps)
        self._pages = self.environment.overlay(finalize=printable)
        self.environment.auto_reload = False
        self.environment.bytecode_cache = CompiledTemplates(cache)

    def styles(self, language: str) -> list[str]:
        """The names of the styles in *language*."""
        if language not in self._styles:
            names = {
                path.name.removesuffix(".txt.j2")
                for folder in self._folders
                for path in folder.glob(f"{language}/*.txt.j2")
                # Editors leave hidden links and copies behind.
                if path.is_file() and not path.name.startswith(".")
            }
            if len(names) > MAX_STYLES:
                folder = self._folders[0] / language
                reason = f"more than {MAX_STYLES} styles: remove some"
                raise TemplateError(reason, at=Location(str(folder)))
            self._styles[language] = sorted(names - {_BASE})
        return self._styles[language]

    def description(self, language: str, style: str) -> str:
        """The text of the comment in the first line of a style."""
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
        Render a letter in *style* to text that `parse_blocks` reads.

        Raises `TemplateError` with the file and line of the mistake.
        """
        name = f"{language.code}/{style}.txt.j2"
        values = {**values, "language": language}
        try:
            if style != _BASE:
                return language.spelled(_rendered(self.environment, name, values))
        except TemplateNotFound:
            pass
        raise unknown_style(style, self.styles(language.code))

    def cache(
        self, language: Language, style: str, shared: Mapping[str, object]
    ) -> RenderCache:
        """A cache of the texts of letters with the *shared* values."""
        return RenderCache(partial(self.render, language, style), _inserted, shared)

    def has(self, name: str) -> bool:
        """Whether there is a template called *name*, such as `en/appeal.j2`."""
        return any((folder / name).is_file() for folder in self._folders)

    def document(
        self, language: Language, kind: str, values: Mapping[str, object]
    ) -> str:
        """
        Render a *kind* of document, such as "appeal", for `parse_sections`.

        Raises `TemplateError` as `render` does.
        """
        values = {**values, "language": language}
        name = document_template(language.code, kind)
        return _rendered(self.environment, name, values)

    def layout(self, name: str, values: Mapping[str, object]) -> str:
        """
        Render the layout *name* with *values*, which are escaped for HTML.

        Raises `TemplateError` as `render` does.
        """
        return _rendered(self._pages, f"layout/{name}", values)


def document_template(language: str, kind: str) -> str:
    """The name of the template with the words of a *kind* of document."""
    return f"{language}/{kind}.j2"


def _rendered(environment: Sandbox, name: str, values: Mapping[str, object]) -> str:
    """Render the template *name*; raise `TemplateNotFound` if there is none."""
    try:
        return environment.rendered(name, values)
    except Exception as error:  # a template's expressions can raise anything
        if isinstance(error, TemplateNotFound) and error.name == name:
            raise
        from .diagnostics import as_template_error

        raise as_template_error(error, environment, values) from error


def _inserted(words: object) -> str:
    """The text that a template inserts to print *words*."""
    budget.steps = MAX_STEPS
    return str(insert(words))
