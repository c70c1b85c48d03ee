"""The files of a new campaign: a working example, to be replaced by the user."""

import csv
import datetime as dt
import io
import json
import os
import re
import shutil
from itertools import cycle, islice
from pathlib import Path
from string import Template

from msgspec import Struct

from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.data_files import SETTINGS_FILE
from protestgen.campaign.layer import DemandsFile
from protestgen.campaign.routing import Directory
from protestgen.campaign.translations import source_text_hash
from protestgen.countries import country_in_sentence
from protestgen.errors import AddresseeError, OutputError
from protestgen.files import write_file
from protestgen.language.language import ENGLISH
from protestgen.language.loader import load_language
from protestgen.schema.reader import parse_yaml
from protestgen.schema.types import PartialDate
from protestgen.schema.yaml_text import format_yaml

# The case of the example.
CASE = "reading-room"

# The templates of files, by the files' paths in the campaign.
_FILES = {
    "README.md": "README.md",
    "check.yml": ".github/workflows/check.yml",
    "demands.yaml": "data/demands.yaml",
    "embassies.yaml": "data/embassies.yaml",
}
_ROSTER = "members.csv"
_COLUMNS = ("name", "role", "city", "country", "email", "language", "why")
_MEMBERS = (
    ("Carol Example", "teacher", "I have learned to read in a room like that one."),
    ("David Example", "nurse", ""),
    ("Erin Example", "", "A town without books is a poorer one."),
    ("Frank Example", "bookseller", ""),
)
_FORMS = """\
# Words that letters in this language use in this campaign instead of protestgen's own.
# `states`: the names of states behind "the authorities".
"""
# Entries that may be in the folder of a new campaign.
_ALLOWED = {".git"}
# The modes of files: readable by everyone, and by the owner only.
_PUBLIC, _PRIVATE = 0o644, 0o600


class CampaignSpec(Struct, frozen=True, kw_only=True):
    """
    The choices that a new campaign is made from; codes are in lower case.

    Its letters are about the *state*, from senders in *countries*, in English and in
    *languages*. *state_names* are the genitives of the state by language, for the
    languages that `unnamed` returns.
    """

    state: str
    countries: tuple[str, ...]
    languages: tuple[str, ...] = ()
    state_names: dict[str, str] = {}


def scaffold_languages() -> list[str]:
    """Return the codes of the languages, except English, that have example texts."""
    names = (path.name for path in _texts().glob("demands.*.yaml"))
    return sorted(name.split(".")[1] for name in names)


def unnamed(spec: CampaignSpec) -> list[str]:
    """Return the languages in which the genitive of the state is not known."""
    return [
        code
        for code in spec.languages
        if code not in spec.state_names
        and not load_language(code, (shipped_folder(),)).state_genitive(spec.state)
    ]


def obstacles(folder: Path) -> list[str]:
    """Return the names in *folder* that are in the way of a new campaign."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        return [folder.name]
    return sorted(path.name for path in folder.iterdir() if path.name not in _ALLOWED)


def scaffold(spec: CampaignSpec, on: dt.date) -> dict[str, str]:
    """Return the text of each file of a new campaign, by its path, dated *on*."""
    values = _values(spec, on)
    files = {path: _text(name, values) for name, path in _FILES.items()}
    demands = parse_yaml(files["data/demands.yaml"], "demands.yaml", DemandsFile)
    case = demands.cases[CASE]
    for code in spec.languages:
        own = _when(code, on) | {"source_text_hash": source_text_hash(case)}
        name = f"demands.{code}.yaml"
        files[f"data/{name}"] = _text(name, values | own)
    for code, name in spec.state_names.items():
        states = format_yaml({"states": {spec.state: name}})
        files[f"data/forms.{code}.yaml"] = _FORMS + states
    files[_ROSTER] = _roster(spec)
    # The last one, since it makes the folder a campaign.
    files[SETTINGS_FILE] = _text(SETTINGS_FILE, values)
    return files


def write_scaffold(folder: Path, files: dict[str, str]) -> None:
    """Write *files* to *folder*, or none of them; raise `OutputError` on failure."""
    existed = os.path.lexists(folder)
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            mode = _PRIVATE if name == _ROSTER else _PUBLIC
            write_file(path, text.encode(), mode=mode)
    except BaseException as error:
        for name in {name.split("/")[0] for name in files}:
            _remove(folder / name)
        if not existed:
            _remove(folder)
        if isinstance(error, OSError):
            message = f"{folder}: {error.strerror}: nothing is written"
            raise OutputError(message) from None
        raise


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _values(spec: CampaignSpec, on: dt.date) -> dict[str, str]:
    """Return the values of the placeholders in the templates."""
    values = {
        "country": spec.countries[0],
        "state": spec.state,
        "state_name": country_in_sentence(spec.state),
        "today": on.isoformat(),
        **_when(ENGLISH, on),
    }
    embassies = [
        _text("embassy.yaml", values | {"host": host})
        for host in spec.countries
        if not _has_addressee(spec.state, host)
    ]
    heading = ["embassies:\n"] if embassies else []
    translations = [
        f"| `data/demands.{code}.yaml` | their texts in the language `{code}` |\n"
        for code in spec.languages
    ]
    return values | {
        "installed_from": _installed_from(),
        "embassies": "\n".join([*heading, *embassies, ""]),
        "translations": "".join(translations),
    }


def _has_addressee(state: str, country: str) -> bool:
    """Whether the world's missions have one of *state* for letters from *country*."""
    world = Directory((), {})
    try:
        world.choose(state=state, country=country, to=None, write_to=["embassy"])
    except AddresseeError:
        return False
    return True


def _installed_from() -> str:
    """Return the public address that pip installed this program from, or ""."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        text = distribution("protestgen").read_text("direct_url.json")
    except PackageNotFoundError:
        return ""
    origin = json.loads(text or "{}")
    url = origin.get("url", "")
    if not re.fullmatch(r"https://[\w.-]+(:\d+)?/[\w./%+-]*", url, re.ASCII):
        return ""
    if vcs := origin.get("vcs_info"):
        return f"{vcs['vcs']}+{url}@{vcs['commit_id']}"
    return str(url) if "archive_info" in origin else ""


def _when(code: str, on: dt.date) -> dict[str, str]:
    """Return the date *on* in a sentence, and at the beginning of one."""
    language = load_language(code, (shipped_folder(),))
    date = language.when(PartialDate(on.year, on.month, on.day))
    when = " ".join(date.split())  # authors should not copy no-break spaces
    return {"on_day": when, "on_day_first": when[:1].upper() + when[1:]}


def _roster(spec: CampaignSpec) -> str:
    """Return a CSV roster in which each country and language has a member."""
    languages = (ENGLISH, *spec.languages)
    count = max(len(_MEMBERS), len(spec.countries), len(languages))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(_COLUMNS)
    rows = zip(cycle(_MEMBERS), cycle(spec.countries), cycle(languages), strict=False)
    for (name, role, why), country, language in islice(rows, count):
        email = f"{name.split()[0].lower()}@home.example"
        words = why if language == ENGLISH else ""
        writer.writerow((name, role, "Exampleville", country, email, language, words))
    return file.getvalue()


def _text(name: str, values: dict[str, str]) -> str:
    text = (_texts() / name).read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _texts() -> Path:
    return shipped_folder() / "templates" / "campaign"
