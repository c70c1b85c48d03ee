"""Languages: incomplete and outdated translations."""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from protestgen.campaign.case import Case
from protestgen.campaign.translations import (
    CaseText,
    optional_texts,
    source_text_hash,
)
from protestgen.countries import language_name
from protestgen.errors import Location, quoted
from protestgen.language.language import ENGLISH
from protestgen.letters.completeness import missing_for

from .context import CheckContext
from .finding import Finding, error, warning

# The code of a language in the name of a file or of a folder of templates.
_CODE = re.compile(r"[a-z]{2,3}")


def check_languages(context: CheckContext) -> Iterator[Finding]:
    """Yield the findings about the languages of the campaign."""
    for folder in context.own:
        yield from _check_folder(context, folder)
    for code, texts in context.translations.items():
        for id_, text in texts.items():
            if context.is_own(text.at.path) and code in context.languages:
                case = context.campaign.cases[id_]
                found = _check_translation(context, case, text, code)
                yield from context.attempt(text.at.of(), found)
        if code in context.sound_texts:
            yield from _untranslated(context, code)
    yield from _check_offices(context)
    yield from _check_addressees(context)


def _check_folder(context: CheckContext, folder: Path) -> Iterator[Finding]:
    """Yield the languages of *folder* that lack texts, forms or styles."""
    yield from _misnamed_files(folder)
    texts = _files(folder, "data/demands*.*.yaml") | _files(
        folder, "data/demands/*.*.yaml"
    )
    forms = _files(folder, "data/forms.*.yaml")
    styles = _styles(folder)
    for code, at in _files(folder, "data/embassies*.*.yaml").items():
        message = (
            f"this file is ignored: write the names of offices into forms.{code}.yaml"
        )
        yield error(at, message)
    for code in sorted(texts.keys() | forms.keys() | styles.keys()):
        name = language_name(code)
        some = texts.get(code) or styles.get(code)
        if some and code not in context.codes_of_forms:
            message = f"there are no forms of address in {name}"
            yield error(some, f"{message}: add data/forms.{code}.yaml")
        if code in texts and not context.templates.styles(code):
            message = f"there are no styles in {name}: add templates/{code}"
            yield error(texts[code], message)
        if code in forms and not context.translations.get(code):
            message = f"no case has texts in {name}: add data/demands.{code}.yaml"
            yield warning(forms[code], message)
        if code in styles:
            known = context.templates.styles(code)
            for style in context.templates.styles(ENGLISH):
                if style not in known:
                    yield warning(
                        styles[code], f"there is no style '{style}' in {name}"
                    )


def _misnamed_files(folder: Path) -> Iterator[Finding]:
    """Yield the data files whose names have something else for a language."""
    for path in sorted(folder.glob("data/**/*.*.yaml")):
        code = path.stem.partition(".")[2]
        if not _CODE.fullmatch(code) and not path.name.startswith("."):
            hint = (
                "between the dots belongs the code of a language, as in demands.de.yaml"
            )
            yield error(Location(str(path)), f"this file is not read: {hint}")


def _files(folder: Path, pattern: str) -> dict[str, Location]:
    """Return the files that match *pattern* by language."""
    codes = {path.stem.partition(".")[2]: path for path in sorted(folder.glob(pattern))}
    return {
        code: Location(str(path))
        for code, path in codes.items()
        if _CODE.fullmatch(code)
    }


def _styles(folder: Path) -> dict[str, Location]:
    """Return the first template in *folder* by language."""
    paths = sorted(folder.glob("templates/*/*.txt.j2"), reverse=True)
    found = {path.parent.name: Location(str(path)) for path in paths}
    return {
        code: at
        for code, at in found.items()
        if code != ENGLISH and _CODE.fullmatch(code)
    }


def _check_translation(
    context: CheckContext, case: Case, text: CaseText, code: str
) -> Iterator[Finding]:
    fields = context.missing_fields(case, code)
    for at, missing in groupby(fields, lambda key: _group_location(text, key)):
        message = f"incomplete without {', '.join(missing)}: letters are refused"
        yield error(at, message)
    own = optional_texts(text)
    untranslated = [key for key in optional_texts(case) if key not in own]
    if "quotation" in untranslated:
        untranslated.remove("quotation")
        message = "the quotation is not translated: press releases leave it out"
        yield warning(text.at.of(), message)
    if untranslated:
        keys = ", ".join(untranslated)
        message = f"not translated: {keys}; letters do without"
        yield warning(text.at.of(), message)
    current = source_text_hash(case, text)
    if text.translates == current:
        return
    write = f"review it, then write 'translates: {current}'"
    if text.translates:
        message = f"the English text has changed since: {write}"
        yield warning(text.at.of("translates"), message)
    else:
        message = "it does not say which English text it translates"
        yield warning(text.at.of(), f"{message}: {write}")


def _group_location(text: CaseText, key: str) -> Location:
    """Return the place of the group that *key* belongs to, or of the whole text."""
    group, _, inner = key.partition(".")
    return text.at.of(group) if inner else text.at.of()


def _untranslated(context: CheckContext, code: str) -> Iterator[Finding]:
    """Yield the cases without texts, in folders that have texts of other cases."""
    texts = context.translations[code]
    translating = [
        folder
        for folder in context.own
        if any(Path(text.at.path).is_relative_to(folder) for text in texts.values())
    ]
    for case in context.campaign.cases.values():
        within = any(Path(case.at.path).is_relative_to(f) for f in translating)
        if within and case.id not in texts:
            name = language_name(code)
            message = f"it has no text in {name}: add it to data/demands.{code}.yaml"
            yield warning(case.at.of(), message)


def _check_offices(context: CheckContext) -> Iterator[Finding]:
    """Yield the translated names of offices that have been renamed since."""
    for language in context.languages.values():
        place = language.forms.at
        if not context.is_own(place.path):
            continue
        for id_, text in language.forms.offices.items():
            office = context.campaign.directory.offices.get(id_)
            at = place.of("offices", id_, "of")
            is_own = at != place.of("offices")
            if office and office.name != text.of and is_own:
                message = f"the directory now names it {quoted(office.name)}"
                yield warning(at, f"{message}: this text is not used")


def _check_addressees(context: CheckContext) -> Iterator[Finding]:
    """Yield what the languages of the campaign's own cases lack for its addressees."""
    for code, texts in context.translations.items():
        language = context.languages.get(code)
        if not language or not any(context.is_own(t.at.path) for t in texts.values()):
            continue
        for contact in context.owned(context.contacts):
            is_sound = context.english and contact.role in context.english.forms.roles
            if is_sound and (missing := missing_for(contact, language)):
                name, what = language_name(code), ", ".join(missing)
                message = f"letters in {name} lack {what}: add it to data/forms"
                yield warning(contact.at.of(), f"{message}.{code}.yaml")
