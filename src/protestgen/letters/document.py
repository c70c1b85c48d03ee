"""Documents of a campaign, such as the appeal: words of a template, in sections."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from protestgen.campaign.case import Case
from protestgen.campaign.directory import Addressee
from protestgen.countries import country_name, sorted_by_name
from protestgen.errors import TemplateError
from protestgen.language import typography
from protestgen.language.language import ENGLISH, Language
from protestgen.log.entry import LogEntry
from protestgen.log.figures import Figures, Thanks
from protestgen.log.loader import load_log
from protestgen.templating.blocks import (
    Block,
    ItemList,
    Paragraph,
    Section,
    Table,
    map_text,
    parse_sections,
)
from protestgen.templating.environment import document_template

from .completeness import Missing, MissingTextError
from .compose import with_signs
from .letter import Letter
from .service import LetterService

# The documents that there are, as a sentence names them. The words of each are in the
# template of its name: `templates/LANGUAGE/appeal.j2`.
DOCUMENTS = {
    "appeal": "an appeal",
    "press": "a press release",
    "report": "a report",
    "update": "an update",
}


class Document(Struct, frozen=True, kw_only=True):
    """
    A document in its parts, ready for any format.

    *kind* is its key in `DOCUMENTS`. The *lead* precedes the *sections*. A section that
    has a letter shows *letter*, if there is one.
    """

    kind: str
    language: str
    date: date
    title: str
    lead: tuple[Block, ...]
    sections: tuple[Section, ...]
    letter: Letter | None = None


def document_parts(
    writer: LetterService,
    kind: str,
    case: Case,
    language: Language,
    values: Mapping[str, object],
) -> dict[str, Any]:
    """
    Render the words of a document about *case*; the result is fields of a `Document`.

    *values* are variables of the template, which come before those of all documents.
    Raises `TemplateError` with the file and line of a mistake in it.
    """
    all_values = {**_case_values(case, language, writer.on), **values}
    text = writer.templates.document(language, kind, all_values)
    title, lead, sections = _parse(text, document_template(language.code, kind))
    return {
        "kind": kind,
        "language": language.code,
        "date": writer.on,
        "title": typography.with_signs(title),
        "lead": tuple(with_signs(block, language) for block in lead),
        "sections": tuple(_with_signs(part, language) for part in sections),
    }


def _case_values(case: Case, language: Language, on: date) -> dict[str, object]:
    """
    Return the variables that all documents about *case* have on the day *on*.

    If the case is *over*, *demands* are those that were made, and else those that are
    made now. If it is *late*, the last day for letters has passed, and is left out.
    """
    over, late = case.is_over(on), case.is_late(on)
    met = tuple(demand for demand in case.demands if demand.is_met(on))
    made = tuple(d for d in case.demands if not d.optional or d in met)
    return {
        "archived": case.is_archived(on),
        "case": replace(case, write_by=None) if late else case,
        "demands": made if over else case.default_demands(on),
        "late": late,
        "met": met,
        "of_state": language.state_genitive(case.state) or "",
        "over": over,
        "today": on,
    }


def logged(writer: LetterService, case: Case) -> dict[str, LogEntry]:
    """The entries of the log of *case* up to the day of the document."""
    entries = load_log(writer.campaign.layers, case.id).of(case.id)
    return {
        name: entry
        for name, entry in entries.items()
        if entry.date.first_day <= writer.on
    }


def thanked(figures: Figures, language: str) -> Iterator[Thanks]:
    """Yield the thanks of *figures*, countries by their names in *language*."""
    by_code = {thanks.country: thanks for thanks in figures.thanks}
    for code in sorted_by_name(by_code, language):
        yield replace(by_code[code], country=country_name(code, language))


def localise(
    writer: LetterService,
    case: Case,
    kind: str,
    code: str,
    *,
    fallback: bool,
    addressee: Addressee | None = None,
    style: str | None = None,
) -> tuple[Case, Language, list[str]]:
    """
    Return *case* in the language of a document, with a note if that is the *fallback*.

    *addressee* and *style* are those of its letter, if it has one. Raises
    `MissingTextError` if the language *code* lacks something and there is no fallback.
    """
    missing = writer.missing(case, code, addressee, style)
    name = document_template(code, kind)
    if not writer.templates.has(name):
        missing.append(Missing("document", f"templates/{name}"))
    if not missing:
        return *writer.localised(case, code), []
    error = MissingTextError(case.id, code, missing, of=DOCUMENTS[kind])
    if not fallback:
        raise error
    noun = DOCUMENTS[kind].partition(" ")[2]
    note = f"the {noun} is in English: {error.reason}"
    return *writer.localised(case, ENGLISH), [note]


def _parse(text: str, name: str) -> tuple[str, list[Block], tuple[Section, ...]]:
    """Parse a rendered document: title, the blocks before the sections, and those."""
    try:
        blocks, sections = parse_sections(text)
    except ValueError as error:
        raise TemplateError(f"template '{name}': {error}") from None
    title, *lead = blocks or (None,)
    if not isinstance(title, Paragraph):
        reason = "gives no title: it begins with a paragraph"
        raise TemplateError(f"template '{name}' {reason}")
    return title.text, lead, sections


def _with_signs(section: Section, language: Language) -> Section:
    return replace(
        section,
        heading=language.with_signs(section.heading),
        body=tuple(
            block if isinstance(block, Table) else with_signs(block, language)
            for block in section.body
        ),
        parts=tuple(_addresses(part, language) for part in section.parts),
    )


def _addresses(section: Section, language: Language) -> Section:
    """Return a part that lists addresses, whose hyphens and apostrophes stay."""
    body = (
        map_text(language.with_no_break_spaces, block)
        if isinstance(block, ItemList)
        else block
        for block in section.body
    )
    return replace(section, body=tuple(body))
