"""
Styles of letter, which are Jinja templates, and the environment that they run in.

A template is plain text: a blank line parts paragraphs; behind one, or behind a colon,
lines that begin with `1.` or `-` are a list; the first paragraph is the subject. What a
template inserts is never read that way: a sender's text stays text.
"""

import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    PrefixLoader,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
    pass_context,
)
from jinja2.loaders import split_template_path
from jinja2.runtime import Context
from markupsafe import Markup, escape
from msgspec import Struct
from msgspec.structs import replace

from .country import country_name
from .errors import TemplateError, UnknownNameError, quoted
from .language import Language
from .limits import MAX_STYLES
from .mistakes import told
from .render_cache import RenderCache
from .sandbox import MAX_SOURCE, Sandbox
from .shipped import shipped_folder
from .steps import MAX_STEPS, SLOT_MARK, Slot, budget, printable, spend, text_of
from .values import COUNTRY_CODES, PartialDate, normalize, single_spaces

# Stands before each line of what a template inserts, so that such a line is not taken
# for a list item. No text that a user or a data file gives can hold this character.
_INSERTED = "\x02"

# Of a template, in characters.
_LONGEST_NAME = 200
# What the styles of a language share; it is no style itself.
_BASE = "base"
# The words of the document that a campaign sends to those who would write.
APPEAL_WORDS = "appeal.j2"

_LINE_START = re.compile(r"^(?!\n)", re.MULTILINE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_ITEM = re.compile(r"[ \t]*(?:(?P<number>[0-9]{1,2}\.)|(?P<bullet>-))[ \t]+")
_HEADING = re.compile(r"^[ \t]*(##?)[ \t]+(\S.*)$", re.MULTILINE)
_LETTER = re.compile(r"^[ \t]*\[letter\][ \t]*$", re.MULTILINE)
_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">", "&#34;": '"', "&#39;": "'"}
_ENTITY = re.compile("|".join(_ENTITIES))


class Paragraph(Struct, frozen=True, cache_hash=True, tag="paragraph"):
    """A paragraph of running text."""

    text: str


class ItemList(Struct, frozen=True, cache_hash=True, tag="list"):
    """A numbered or bulleted list."""

    items: tuple[str, ...]
    numbered: bool


Block = Paragraph | ItemList


class Section(Struct, frozen=True, kw_only=True):
    """
    What stands under a heading of a document, and the *parts* with headings in it.

    The model letter follows the *body* where *has_letter* is true.
    """

    heading: str
    body: tuple[Block, ...] = ()
    has_letter: bool = False
    parts: tuple["Section", ...] = ()


class _FolderLoader(BaseLoader):
    """Reads the templates of a campaign, and no file outside of its folder."""

    def __init__(self, campaign: Path, *, is_bundled: bool = False) -> None:
        self._campaign = campaign
        self._is_bundled = is_bundled
        self._folder = campaign / "templates"

    def load(
        self,
        environment: Environment,
        name: str,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - as in Jinja
    ) -> Template:
        try:
            template = super().load(environment, name, globals)
        except TemplateSyntaxError as error:
            error.filename = str(self._folder / name)  # which the lexer leaves out
            raise
        except (TemplateNotFound, TemplateError):
            raise
        except ValueError:  # of `int`
            reason = "a number is too long: write it shorter"
        except Exception:  # noqa: BLE001 - compilers stop in many ways
            reason = "tags or brackets are nested too deeply: write it flatter"
        else:
            assert isinstance(environment, Sandbox)  # noqa: S101 - for the type checker
            if self._is_bundled or environment.unrefused is None:
                return template
            from importlib.metadata import version

            reason = (
                f"jinja2 {version('jinja2')} does not refuse "
                f"{quoted(environment.unrefused)}, so only bundled templates are "
                "used: install 'jinja2<3.2'"
            )
        raise TemplateError(f"{self._folder / name}: {reason}") from None

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        del environment
        path = self._folder.joinpath(*split_template_path(template))
        if len(template) > _LONGEST_NAME or not path.is_file():
            raise TemplateNotFound(template)
        if not path.resolve().is_relative_to(self._campaign.resolve()):
            raise TemplateError(f"{path}: a link that leads out of its folder")
        try:
            changed = path.stat().st_mtime
            with path.open("rb") as file:
                source = file.read(MAX_SOURCE + 1)
            if len(source) > MAX_SOURCE:
                reason = f"longer than {MAX_SOURCE:,} bytes: a letter needs less"
                raise TemplateError(f"{path}: {reason}")
            text = source.decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise TemplateError(f"template '{template}': {error}") from None
        return text, str(path), lambda: path.stat().st_mtime == changed

    def list_templates(self) -> list[str]:
        """Return the names of what there is to include or extend."""
        paths = [path for path in self._folder.rglob("*.j2") if path.is_file()]
        return [path.relative_to(self._folder).as_posix() for path in paths]


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
        raise UnknownNameError("style", style, styles, see="protestgen styles")

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


def parse_blocks(*texts: str) -> tuple[Block, ...]:
    """
    Read what a template or an editor gave as paragraphs and lists.

    Of several *texts* all but the last end with a blank line. A list begins behind one
    or behind a colon: a line in the middle of a paragraph that happens to begin with
    "12." or "-" is none. Items are numbered anew. Raises `ValueError` for a control
    character.
    """
    blocks: list[Block] = []
    for first, *others in filter(None, map(_parsed, texts)):
        _append(blocks, first)
        blocks += others
    return tuple(blocks)


@lru_cache(maxsize=2_000)
def _parsed(text: str) -> tuple[Block, ...]:
    """Read a text that may be in many letters."""
    blocks: list[Block] = []
    for block in chain.from_iterable(map(_parsed_chunk, _BLANK_LINE.split(text))):
        _append(blocks, block)
    return tuple(blocks)


def _append(blocks: list[Block], block: Block) -> None:
    """Append *block* to *blocks*; a list behind one of its kind goes on with that."""
    if (
        isinstance(block, ItemList)
        and blocks
        and isinstance(last := blocks[-1], ItemList)
        and last.numbered == block.numbered
    ):
        blocks[-1] = ItemList(last.items + block.items, block.numbered)
    else:
        blocks.append(block)


@lru_cache(maxsize=2_000)
def _parsed_chunk(chunk: str) -> tuple[Block, ...]:
    """Read what stands between two blank lines; most of it is in many letters."""
    lines = chunk.strip("\n").split("\n")
    first = _first_item(lines)
    blocks: list[Block] = []
    if paragraph := _plain(" ".join(lines[:first])):
        blocks.append(Paragraph(paragraph))
    if items := _items(lines[first:]):
        blocks.append(ItemList(items, _marker(lines[first]) == "number"))
    return tuple(blocks)


def parse_sections(text: str) -> tuple[tuple[Block, ...], tuple[Section, ...]]:
    """
    Read what the template of a document gave: what precedes its sections, and these.

    A line that begins with `#` is the heading of a section, with `##` that of a part of
    it; `[letter]` on a line is where the model letter belongs. Raises `ValueError` for
    a control character.
    """
    first, *rest = _HEADING.split(text)
    sections: list[Section] = []
    for mark, heading, body in zip(*[iter(rest)] * 3, strict=True):
        words, letters = _LETTER.subn("", body)
        section = Section(
            heading=_plain(heading), body=parse_blocks(words), has_letter=letters > 0
        )
        if mark == "##" and sections:
            last = sections[-1]
            sections[-1] = replace(last, parts=(*last.parts, section))
        else:
            sections.append(section)
    return parse_blocks(first), tuple(sections)


def _first_item(lines: Sequence[str]) -> int:
    """Return the index of the line in which a list begins; behind the last if none."""
    for index, line in enumerate(lines):
        may_begin = index == 0 or lines[index - 1].rstrip().endswith(":")
        if may_begin and _marker(line):
            return index
    return len(lines)


def _items(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the items of a list; a line without its kind of marker goes on."""
    items: list[list[str]] = []
    for line in lines:
        if _marker(line) == _marker(lines[0]):
            items.append([_ITEM.sub("", line, count=1)])
        else:
            items[-1].append(line)
    plain = (_plain(" ".join(item)) for item in items)
    return tuple(item for item in plain if item)


def _marker(line: str) -> str | None:
    """Return the kind of list item that *line* begins: `number`, `bullet` or none."""
    item = _ITEM.match(line)
    return item and item.lastgroup


def _sentence(value: object) -> str:
    """Return a text as the beginning of a sentence."""
    text = text_of(value)
    return text[:1].upper() + text[1:]


def _month(when: PartialDate) -> PartialDate:
    """Return *when* without its day."""
    return PartialDate(when.year, when.month)


@pass_context
def _date(context: Context, when: PartialDate) -> str:
    return _language(context).date(when)


@pass_context
def _when(context: Context, when: PartialDate) -> str:
    return _language(context).when(when)


@pass_context
def _country(context: Context, code: str) -> str:
    text = text_of(code)
    if text not in COUNTRY_CODES:
        raise ValueError(
            f"there is no country {quoted(text)}: use the codes of the data"
        )
    return country_name(text, _language(context).code)


def _language(context: Context) -> Language:
    language = context["language"]
    assert isinstance(language, Language)  # noqa: S101 - set by `render`
    return language


_FILTERS: dict[str, Callable[..., object]] = {
    "country": _country,
    "date": _date,
    "month": _month,
    "sentence": _sentence,
    "when": _when,
}


def _insert(value: object) -> object:
    """
    Mark what a template inserts; what it has built of its own passes.

    A mark stands for an empty value too, so that its line is not a blank one, which
    would end the paragraph.
    """
    if isinstance(value, Markup):
        spend(len(value))
        return value or Markup(_INSERTED)  # noqa: S704 - a constant
    if isinstance(value, Slot):
        return Markup(SLOT_MARK)  # noqa: S704 - a constant
    if isinstance(value, str):
        spend(len(value))
        marked = _LINE_START.sub(_INSERTED, value)
        return Markup(escape(marked))  # noqa: S704 - escaped on the same line
    return printable(value)


def _inserted(words: object) -> str:
    """Return what a template inserts that prints *words*."""
    budget.steps = MAX_STEPS
    return str(_insert(words))


def _plain(text: str) -> str:
    """Take the marks of `_insert` away, and superfluous white space."""
    unescaped = _ENTITY.sub(lambda match: _ENTITIES[match[0]], text)
    return single_spaces(normalize(unescaped.replace(_INSERTED, "")).strip())
