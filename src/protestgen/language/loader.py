"""Loading a language's forms of address from the folders of a campaign."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict, replace

from protestgen.errors import DataError, Problem, UnknownLanguageError, nearest, quoted
from protestgen.language.forms import _LAST_RESORTS, _ROLES, Forms, _SomeForms
from protestgen.language.language import ENGLISH, Language
from protestgen.schema.reader import read_yaml


def load_language(code: str, folders: Sequence[Path]) -> Language:
    """
    Read the forms of the language *code* from *folders*, the first on top.

    The lowest file has all that a language needs. What stands in one over it replaces
    that; the entries of a group of keys such as `roles` do so one by one. Raises
    `UnknownLanguageError` for a language that none has.
    """
    name = _forms_file(code)
    having = [folder for folder in folders if (folder / "data" / name).exists()]
    if not having:
        raise UnknownLanguageError(code, languages(folders))
    *upper, lowest = having
    forms = read_yaml(lowest / "data" / name, Forms, within=lowest)
    _check(forms)
    for folder in reversed(upper):
        some = read_yaml(folder / "data" / name, _SomeForms, within=folder)
        forms = _with(forms, some)
        _check(forms)
    return Language(code, forms)


def _with(forms: Forms, some: Struct) -> Forms:
    """Return *forms* with what there is in *some*."""
    changes = {key: value for key, value in asdict(some).items() if value is not None}
    for key, value in changes.items():
        if isinstance(value, dict):
            changes[key] = getattr(forms, key) | value
    return replace(forms, **changes)


def _check(forms: Forms) -> None:
    if problems := [*_gaps(forms)]:
        raise DataError(problems)


def _forms_file(code: str) -> str:
    return "forms.yaml" if code == ENGLISH else f"forms.{code}.yaml"


def languages(folders: Sequence[Path]) -> list[str]:
    """Return the codes of the languages that *folders* have forms of address for."""
    names = {
        path.name.removesuffix(".yaml").removeprefix("forms").removeprefix(".")
        for folder in folders
        for path in folder.glob("data/forms*.yaml")
    }
    return sorted(name or ENGLISH for name in names)


def _gaps(forms: Forms) -> Iterator[Problem]:
    """Yield a problem for each thing that a letter may need and *forms* have not."""
    for field in ("months", "months_alone", "months_in"):
        months = getattr(forms.dates, field)
        if len(months) != 12 and (months or field == "months"):
            message = f"{len(months)} months: write the names of all twelve"
            yield Problem(forms.at.of("dates", field), message)
    for role in _ROLES:
        if role not in forms.roles:
            message = f"the role '{role}' is missing: add it"
            yield Problem(forms.at.of("roles"), message)
        elif forms.roles[role].confidence == "unconfirmed" and role in _LAST_RESORTS:
            message = f"the role '{role}' has no other form: write a confirmed one"
            yield Problem(forms.at.of("roles", role, "confidence"), message)
    closings = {form.closing for form in forms.roles.values()}
    for country, variant in forms.variants.items():
        for closing in variant.closings:
            if closing not in closings:
                near = nearest(closing, closings)
                hint = f"did you mean '{near}'?" if near else "add it to a role first"
                message = f"no role has the closing {quoted(closing)}: {hint}"
                at = forms.at.of("variants", country, "closings", closing)
                yield Problem(at, message)
