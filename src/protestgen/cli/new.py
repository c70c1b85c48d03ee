"""The command `new`: add an entry to the files of a campaign."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import click
from msgspec import Struct
from msgspec.structs import fields

from protestgen.authoring.new_entry import (
    KINDS,
    EntryType,
    add_entry,
    locked,
    read_entry,
)
from protestgen.campaign.case import Case
from protestgen.campaign.directory import MISSION_KINDS, Office
from protestgen.campaign.loader import Campaign, read_campaign
from protestgen.campaign.outlet import Outlet
from protestgen.campaign.references import broken_references
from protestgen.countries import find_country
from protestgen.errors import DataError, Problem, ProtestgenError, nearest
from protestgen.files import write_file
from protestgen.language.language import ENGLISH
from protestgen.language.loader import load_language
from protestgen.schema.types import CountryCode, parse_id
from protestgen.schema.yaml_text import format_yaml

from .common_options import common_options
from .console import show_note
from .context import now, own_campaign_folders
from .log import LogOptions, log_entry
from .param_types import Command
from .prompts import Parse, answered_by, ask, ask_or_skip, ask_several, one_of

_FOR_ALL = 0o644
# Asked for by `new` as by `log`, and added to the log.
_ACTION = "action"


@click.command(cls=Command, epilog="Example: protestgen --campaign mine new case")
@click.argument("kind", metavar="KIND", type=click.Choice([*KINDS, _ACTION]))
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path),
    metavar="FILE.yaml",
    help="Read the entry, with its 'id', from this file instead of asking.",
)
@common_options
@click.pass_context
def new(ctx: click.Context, /, *, kind: str, source: Path | None) -> None:
    """
    Add a case, embassy, office or outlet to your own campaign.

    KIND is case, embassy, office, outlet or action. The entry goes to the first
    campaign folder; the rest of the file stays as it is. Nothing is written if the
    campaign would be invalid with it. An action goes to the log, as with
    'protestgen log'.
    """
    folders = own_campaign_folders(ctx)
    if kind == _ACTION:
        if source:
            raise click.UsageError(
                "'--from' is not for an action: use 'protestgen log'"
            )
        log_entry(folders, LogOptions())
        return
    campaign, problems = read_campaign(*folders)
    if problems and not (kind == "office" and _are_references(problems, campaign)):
        raise DataError(problems)
    if source:
        _add(KINDS[kind], read_entry(KINDS[kind], source), folders, str(source))
        return
    interview = _Interview(KINDS[kind], campaign, folders[0])
    with answered_by("add '--from FILE.yaml'"):
        entry = interview.entry()
        offices = [*map(interview.new_office, interview.new_offices)]
    with _kept(entry):
        for office in offices:
            with _kept(office):
                _add(KINDS["office"], office, folders, "the new office")
        _add(KINDS[kind], entry, folders, "the new entry")


def _are_references(problems: Iterable[Problem], campaign: Campaign) -> bool:
    """Whether *problems* are references to what is missing, such as a new office."""
    cases, offices = campaign.cases, campaign.directory.offices
    references = broken_references(cases, offices, whole=True)
    return set(problems) <= {*references}


def _add(
    kind: EntryType, entry: Mapping[str, Any], folders: list[Path], source: str
) -> None:
    """Add *entry* to its file, if the campaign is valid with it."""
    with locked(folders[0]):
        addition = add_entry(kind, entry, folders[0])
        path = addition.path
        _, before = read_campaign(*folders)
        _, after = read_campaign(*folders, texts={path: addition.text})
        if problems := [problem for problem in after if problem not in before]:
            raise DataError(addition.traced(problem, source) for problem in problems)
        path.parent.mkdir(exist_ok=True)
        addition.check_unchanged()
        write_file(path, addition.data, mode=None if path.exists() else _FOR_ALL)
    show_note(f"added to {path}, line {addition.lines.start}")


@contextmanager
def _kept(entry: Mapping[str, Any]) -> Iterator[None]:
    """Keep the answers in a file if they cannot be added."""
    try:
        yield
    except ProtestgenError:
        with NamedTemporaryFile(
            "w", prefix="protestgen-", suffix=".yaml", encoding="utf-8", delete=False
        ) as file:
            file.write(format_yaml(dict(entry)))
        hint = "correct them there, and use '--from'"
        show_note(f"your answers are kept in {file.name}: {hint}", always=True)
        raise


class _Interview:
    """
    Asks for an entry of a *kind* for the campaign in *folder*.

    Nothing that is *given* is asked. *new_offices* are ids of addressees of a case that
    the campaign does not have yet.
    """

    def __init__(
        self, kind: EntryType, campaign: Campaign, folder: Path, **given: str
    ) -> None:
        self._kind = kind
        self._campaign = campaign
        self._folder = folder
        self._answers: dict[str, Any] = {**given}
        self._doubted: set[str] = set()
        self.new_offices: list[str] = []

    def entry(self) -> dict[str, Any]:
        """Ask for each field that the entry type has a hint for."""
        known = {field.name: field for field in fields(self._kind.schema)}
        for name, hint in self._kind.hints.items():
            if name in self._answers or (
                name == "after" and "write_by" not in self._answers
            ):
                continue
            if hint:
                click.echo(f"# {hint}", err=True)
            field = known[name]
            answer = self._ask(name, field.type, needed=field.required)
            if answer:
                self._answers[name] = answer
        return self._answers

    def new_office(self, id_: str) -> dict[str, Any]:
        """Ask for an office that the entry names."""
        click.echo(f"# '{id_}' is a new office: where is it written to?", err=True)
        return _Interview(KINDS["office"], self._campaign, self._folder, id=id_).entry()

    def _ask(self, name: str, type_: Any, *, needed: bool) -> Any:
        inner, is_list = _item_type(type_)
        if is_list and isinstance(inner, type) and issubclass(inner, Struct):
            return self._ask_group(name, inner, needed=needed)
        if is_list and get_args(inner)[2:]:  # a text, or a group of keys
            items = self._ask_group(name, get_args(inner)[2], needed=needed, whole=True)
            return [
                item if len(item) > 1 else next(iter(item.values())) for item in items
            ]
        parse = self._parser(name, inner)
        default = self._default(name)
        if is_list:
            return list(ask_several(name, parse, needed=needed, default=default))
        if needed:
            return ask(name, parse, default=default)
        return ask_or_skip(name, parse)

    def _ask_group(
        self, name: str, struct: type[Struct], *, needed: bool, whole: bool = False
    ) -> list[dict[str, Any]]:
        """
        Ask for *struct* after *struct*, until Enter skips a first field.

        Required fields are asked, or all of them if *whole*.
        """
        items: list[dict[str, Any]] = []
        asked = [field for field in fields(struct) if field.required or whole]
        while True:
            item: dict[str, Any] = {}
            for field in asked:
                must = bool(item) or (needed and not items)
                label = f"{name} {len(items) + 1}, {field.name}"
                answer = self._ask(label, field.type, needed=must and field.required)
                if not (answer or item):
                    return items
                if answer:
                    item[field.name] = answer
            items.append(item)

    def _parser(self, name: str, type_: Any) -> Parse:
        """Return the parser for the field *name* of a type."""
        if type_ == CountryCode:
            return find_country
        if get_origin(type_) is Literal:
            return one_of(get_args(type_))
        if name == "id":
            return self._parse_new_id
        if name == "role":
            forms = load_language(ENGLISH, self._campaign.folders).forms
            return one_of(forms.roles)
        if name == "write_to":
            return self._parse_addressee
        parse: Parse = get_args(type_)[1]
        return parse

    def _parse_new_id(self, text: str) -> str:
        id_ = parse_id(text)
        groups: dict[type[Struct], Mapping[str, Case | Office | Outlet]] = {
            Case: self._campaign.cases,
            Office: self._campaign.directory.offices,
            Outlet: self._campaign.outlets,
        }
        entry = groups[self._kind.schema].get(id_)
        if entry and self._is_own(entry):
            raise ValueError(f"'{id_}' is in {entry.at} already: choose another id")
        return id_

    def _is_own(self, entry: Case | Office | Outlet) -> bool:
        return Path(entry.at.path).is_relative_to(self._folder / "data")

    def _parse_addressee(self, text: str) -> str:
        """Parse a kind of mission, or an office, which may be a new one."""
        offices = self._campaign.directory.offices
        state = self._answers["state"]
        known = [id_ for id_, office in offices.items() if office.handles(state)]
        known += MISSION_KINDS
        if text in known or text in self.new_offices:
            return text
        if text in offices:
            raise ValueError(f"'{text}' takes no letters about this state")
        id_, near = parse_id(text), nearest(text, known)
        if near and text not in self._doubted:
            self._doubted.add(text)
            hint = f"did you mean '{near}'? for a new office, write it again"
            raise ValueError(f"'{text}' is not known: {hint}")
        self.new_offices.append(id_)
        return id_

    def _default(self, name: str) -> str | None:
        """Return the default of a required field."""
        if name == "state":
            cases = self._campaign.cases.values()
            own = (case for case in cases if self._is_own(case))
            return next((case.state for case in own), None)
        incidents = self._answers.get("incidents")
        known = {
            "status": "open",
            "opened": now().date().isoformat(),
            "updated": self._answers.get("opened"),
            "write_to": "embassy",
            "kind": "embassy",
            "country": self._answers.get("state"),
            "role": "office",
            "confidence": "low",
            "sources": incidents[0]["sources"][0] if incidents else None,
        }
        return known.get(name)


def _item_type(type_: Any) -> tuple[Any, bool]:
    """Return the type of a field, or of its items, and whether it is a list."""
    if get_origin(type_) in {Union, UnionType}:
        (type_,) = (part for part in get_args(type_) if part is not NoneType)
    if get_origin(type_) is tuple:
        return get_args(type_)[0], True
    return type_, False
