"""Languages, read from the folders of a campaign."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict, replace

from protestgen.countries import find_language
from protestgen.errors import (
    DataError,
    Problem,
    UnknownLanguageError,
    did_you_mean,
    nearest,
    noted_problems,
    quoted,
)
from protestgen.language.forms import (
    IRREPLACEABLE_ROLES,
    REQUIRED_ROLES,
    Forms,
    FormsOverride,
)
from protestgen.language.language import ENGLISH, Language
from protestgen.schema.cache import NO_CACHE, FileCache
from protestgen.schema.reader import read_yaml


def load_language(
    code: str, folders: Sequence[Path], cache: FileCache = NO_CACHE
) -> Language:
    """
    Read the forms of the language *code* from *folders*, the first on top.

    The lowest file is complete. Each file above it replaces keys of it, and single
    entries of groups such as `roles`. Raises `UnknownLanguageError` if there is no
    file, and `DataError` for what is wrong with one. *cache* is as for `load_campaign`.
    """
    language, problems = read_language(code, folders, cache=cache)
    if language is None:
        raise DataError(problems)
    return language


def read_language(
    code: str,
    folders: Sequence[Path],
    *,
    tolerant: bool = False,
    cache: FileCache = NO_CACHE,
) -> tuple[Language | None, list[Problem]]:
    """
    Read what `load_language` reads, if it is valid, or the problems of the first file.

    *tolerant* is as for `noted_problems`.
    """
    name = "forms.yaml" if code == ENGLISH else f"forms.{code}.yaml"
    having = [folder for folder in folders if (folder / "data" / name).exists()]
    if not having:
        raise UnknownLanguageError(code, languages(folders))
    language: Language | None = None
    problems: list[Problem] = []
    for folder in reversed(having):
        path = folder / "data" / name
        with noted_problems(path, problems, tolerant=tolerant):
            if language is None:
                forms = read_yaml(path, Forms, within=folder, cache=cache)
            else:
                override = read_yaml(path, FormsOverride, within=folder)
                forms = _with(language.forms, override)
            problems += _gaps(forms)
            language = Language(code, forms)
        if problems:
            return None, problems
    return language, problems


def _with(forms: Forms, override: Struct) -> Forms:
    """Return *forms* with the keys of *override*."""
    changes = {
        key: value for key, value in asdict(override).items() if value is not None
    }
    for key, value in changes.items():
        if isinstance(value, dict):
            changes[key] = getattr(forms, key) | value
    return replace(forms, **changes)


def languages(folders: Sequence[Path]) -> list[str]:
    """Return the codes of the languages whose forms of address are in *folders*."""
    names = {
        path.name.removesuffix(".yaml").removeprefix("forms").removeprefix(".")
        for folder in folders
        for path in folder.glob("data/forms*.yaml")
    }
    return sorted(name or ENGLISH for name in names)


def find_languages(names: Iterable[str], folders: Sequence[Path]) -> tuple[str, ...]:
    """Return the codes of the languages that are called by *names*."""
    known = languages(folders) if names else ()
    return tuple(dict.fromkeys(find_language(name, known) for name in names))


def _gaps(forms: Forms) -> Iterator[Problem]:
    """Yield a problem for each part of *forms* that is missing or has no use."""
    for field in ("months", "months_alone", "months_in"):
        months = getattr(forms.dates, field)
        if len(months) != 12 and (months or field == "months"):
            message = f"{len(months)} months: write the names of all twelve"
            yield Problem(forms.at.of("dates", field), message)
    for role in REQUIRED_ROLES:
        if role not in forms.roles:
            message = f"the role '{role}' is missing: add it"
            yield Problem(forms.at.of("roles"), message)
        elif (
            forms.roles[role].confidence == "unconfirmed"
            and role in IRREPLACEABLE_ROLES
        ):
            message = f"the role '{role}' has no other form: write a confirmed one"
            yield Problem(forms.at.of("roles", role, "confidence"), message)
    closings = {form.closing for form in forms.roles.values()}
    for country, variant in forms.variants.items():
        if variant.like and variant.like not in forms.variants:
            message = f"no variant '{variant.like}': add it"
            yield Problem(forms.at.of("variants", country, "like"), message)
        for closing in variant.closings:
            if closing not in closings:
                near = nearest(closing, closings)
                hint = did_you_mean(near, "add it to a role first")
                message = f"no role has the closing {quoted(closing)}: {hint}"
                at = forms.at.of("variants", country, "closings", closing)
                yield Problem(at, message)
