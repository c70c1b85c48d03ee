"""Languages: what a translation lacks, and what has changed since it was made."""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from protestgen.campaign.case import Case
from protestgen.campaign.translations import CaseText, source_text_hash
from protestgen.countries import language_name
from protestgen.errors import Location, quoted
from protestgen.language.language import ENGLISH

from .context import CheckContext
from .finding import Finding, error, warning

# Folders of templates that are languages; the others hold looks.
_CODE = re.compile(r"[a-z]{2,3}")


def check_languages(material: CheckContext) -> Iterator[Finding]:
    """Yield what the languages of the campaign lack."""
    for folder in material.own:
        yield from _parts(material, folder)
    for code, texts in material.translations.items():
        for id_, text in texts.items():
            if material.is_own(text.at.path) and code in material.languages:
                case = material.campaign.cases[id_]
                found = _translation(material, case, text, code)
                yield from material.attempt(text.at.of(), found)
        if code in material.sound_texts:
            yield from _untranslated(material, code)
    yield from _offices(material)


def _parts(material: CheckContext, folder: Path) -> Iterator[Finding]:
    """Yield the languages that have not all of texts, forms and styles."""
    texts = _files(folder, "data/demands*.*.yaml") | _files(
        folder, "data/demands/*.*.yaml"
    )
    forms = _files(folder, "data/forms.*.yaml")
    styles = _styles(folder)
    for code, at in _files(folder, "data/embassies*.*.yaml").items():
        message = f"this file is not read: names of offices go into forms.{code}.yaml"
        yield error(at, message)
    for code in sorted(texts.keys() | forms.keys() | styles.keys()):
        name = language_name(code)
        some = texts.get(code) or styles.get(code)
        if some and code not in material.codes_of_forms:
            message = f"there are no forms of address in {name}"
            yield error(some, f"{message}: add data/forms.{code}.yaml")
        if code in texts and not material.templates.styles(code):
            message = f"there are no styles in {name}: add templates/{code}"
            yield error(texts[code], message)
        if code in forms and not material.translations.get(code):
            message = f"no case has texts in {name}: add data/demands.{code}.yaml"
            yield warning(forms[code], message)
        if code in styles:
            known = material.templates.styles(code)
            for style in material.templates.styles(ENGLISH):
                if style not in known:
                    yield warning(
                        styles[code], f"there is no style '{style}' in {name}"
                    )


def _files(folder: Path, pattern: str) -> dict[str, Location]:
    """Return the files of *pattern* by the language that they are in."""
    paths = [path for path in sorted(folder.glob(pattern)) if "." in path.stem]
    return {path.name.split(".")[1]: Location(str(path)) for path in paths}


def _styles(folder: Path) -> dict[str, Location]:
    """Return the first template of each language that *folder* has some in."""
    paths = sorted(folder.glob("templates/*/*.txt.j2"), reverse=True)
    found = {path.parent.name: Location(str(path)) for path in paths}
    return {
        code: at
        for code, at in found.items()
        if code != ENGLISH and _CODE.fullmatch(code)
    }


def _translation(
    material: CheckContext, case: Case, text: CaseText, code: str
) -> Iterator[Finding]:
    lacks = material.lacks(case, code)
    for at, missing in groupby(lacks, lambda key: _where(text, key)):
        message = f"not whole without {', '.join(missing)}: letters are refused"
        yield error(at, message)
    current = source_text_hash(case)
    if text.translates == current:
        return
    write = f"look it over, then write 'translates: {current}'"
    if text.translates:
        message = f"the English text has changed since: {write}"
        yield warning(text.at.of("translates"), message)
    else:
        message = "it does not say which English text it translates"
        yield warning(text.at.of(), f"{message}: {write}")


def _where(text: CaseText, key: str) -> Location:
    """Return where *key* is missed: in its group of keys, if that is there."""
    group, _, inner = key.partition(".")
    return text.at.of(group) if inner else text.at.of()


def _untranslated(material: CheckContext, code: str) -> Iterator[Finding]:
    """Yield the cases without texts, in folders that have texts of others."""
    texts = material.translations[code]
    translating = [
        folder
        for folder in material.own
        if any(Path(text.at.path).is_relative_to(folder) for text in texts.values())
    ]
    for case in material.campaign.cases.values():
        within = any(Path(case.at.path).is_relative_to(f) for f in translating)
        if within and case.id not in texts:
            name = language_name(code)
            message = f"it has no text in {name}: add it to data/demands.{code}.yaml"
            yield warning(case.at.of(), message)


def _offices(material: CheckContext) -> Iterator[Finding]:
    """Yield the offices whose name was translated from another one."""
    for language in material.languages.values():
        place = language.forms.at
        if not material.is_own(place.path):
            continue
        for id_, text in language.forms.offices.items():
            office = material.campaign.directory.offices.get(id_)
            at = place.of("offices", id_, "of")
            is_there = at != place.of("offices")
            if office and office.name != text.of and is_there:
                message = f"the directory now names it {quoted(office.name)}"
                yield warning(at, f"{message}: this text is not used")
