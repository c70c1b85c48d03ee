"""Human rights that demands rest on, and the treaties that bind a state to them."""

import os
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeVar

from msgspec import Struct

from protestgen.campaign.case import Case, Demand
from protestgen.errors import DataError, Problem, did_you_mean, nearest, quoted
from protestgen.schema.cache import NO_CACHE, FileCache
from protestgen.schema.place import SourceMap
from protestgen.schema.reader import read_yaml
from protestgen.schema.types import CountryCode, Date, Id, Line

from .forms import CitationPattern
from .language import ENGLISH

T = TypeVar("T", bound=Struct)
K = TypeVar("K")
V = TypeVar("V")


class Treaty(Struct, frozen=True, kw_only=True):
    """
    A treaty, with the *name* that the sentences of `Citation` go on with.

    A declaration, which binds no state by itself, was *declared* on a day.
    """

    name: Line
    declared: Date | None = None


class Right(Struct, frozen=True, kw_only=True):
    """An *article* of a *treaty*, and what it *says*, in a sentence of our own."""

    treaty: Id
    article: Line
    says: Line
    at: SourceMap


class Obligation(Struct, frozen=True, kw_only=True):
    """
    A *treaty* is *in_force* for a *state* from a day on, *until* it left.

    A date without a day counts from its last day on. Letters do not name the rights
    that are *reserved*: the state has limited them. *seen* is when the *sources* were
    read.
    """

    state: CountryCode
    treaty: Id
    in_force: Date
    until: Date | None = None
    reserved: tuple[Id, ...] = ()
    sources: tuple[Line, ...]
    seen: Date
    at: SourceMap

    def binds(self, right: str, first: date, last: date) -> bool:
        """Whether the state is bound to *right* on all days from *first* to *last*."""
        is_left = self.until is not None and self.until.first_day <= last
        is_reserved = right in self.reserved
        return self.in_force.last_day <= first and not is_left and not is_reserved


class Citation(Struct, frozen=True, kw_only=True):
    """
    The words that cite a right.

    *bound* names a treaty that binds the state, with `{article}`, `{treaty}`, `{year}`,
    and `{state}` or `{of_state}`, which follows "the authorities"; *declared* names a
    declaration.
    """

    bound: CitationPattern
    declared: CitationPattern


class RightsFile(Struct, frozen=True, kw_only=True):
    """A file `rights.yaml`, or `rights/STATE.yaml` with the obligations of a state."""

    citation: Citation | None = None
    treaties: dict[Id, Treaty] = {}
    rights: dict[Id, Right] = {}
    obligations: tuple[Obligation, ...] = ()


class RightsText(Struct, frozen=True, kw_only=True):
    """A file `rights.LANGUAGE.yaml`: names of treaties, and what rights say, by id."""

    citation: Citation | None = None
    treaties: dict[Id, Line] = {}
    rights: dict[Id, Line] = {}


class Cited(NamedTuple):
    """A right as a letter names it, and what it says; empty where none is named."""

    right: str = ""
    says: str = ""


class Rights(Struct, frozen=True, kw_only=True):
    """The rights of a campaign, see `RightsFile`, and their *text* in one language."""

    treaties: Mapping[str, Treaty]
    rights: Mapping[str, Right]
    obligations: Mapping[tuple[str, str], Obligation]
    text: RightsText

    def find(self, case: Case, ids: Iterable[str], on: date) -> str | None:
        """
        The first of the rights *ids* that letters of the day *on* about *case* name.

        Its treaty was in force for the state on the day of the first incident, and is
        still, without a reservation. Treaties come before declarations.
        """
        state, dates = case.state, [incident.date for incident in case.incidents]
        first = min(when.first_day for when in dates)
        last = max(on, *(when.last_day for when in dates))
        declared = None
        for id_ in ids:
            right = self.rights[id_]
            if (day := self.treaties[right.treaty].declared) is not None:
                if day.last_day <= first:
                    declared = declared or id_
                continue
            obligation = self.obligations.get((state, right.treaty))
            if obligation and obligation.binds(id_, first, last):
                return id_
        return declared

    def is_reserved(self, id_: str, state: str) -> bool:
        """Whether *state* has limited the right *id_* by a reservation."""
        obligation = self.obligations.get((state, self.rights[id_].treaty))
        return obligation is not None and id_ in obligation.reserved

    def has_words(self, id_: str) -> bool:
        """Whether this language can name the right *id_*."""
        text, treaty = self.text, self.rights[id_].treaty
        return bool(text.citation and id_ in text.rights and treaty in text.treaties)

    def cite(self, id_: str, state: str, names: Mapping[str, str]) -> Cited:
        """
        The right *id_* in the words of this language, if it has all of them.

        *names* are those of the *state*, for `Citation`.
        """
        right, citation = self.rights[id_], self.text.citation
        if citation is None or not self.has_words(id_):
            return Cited()
        says = self.text.rights[id_]
        name = self.text.treaties[right.treaty]
        values = {"article": right.article, "treaty": name, **names}
        if self.treaties[right.treaty].declared is not None:
            return Cited(citation.declared.format_map(values), says)
        year = self.obligations[state, right.treaty].in_force.year
        return Cited(citation.bound.format_map({**values, "year": year}), says)


def load_rights(
    folders: Sequence[Path],
    code: str,
    state: str | None = None,
    cache: FileCache = NO_CACHE,
) -> Rights:
    """
    Read the rights in *folders*, the first on top, in the language *code*.

    The obligations are those of all states, or of *state* at least. *cache* is as for
    `load_campaign`. Raises `DataError` for what is wrong with the files.
    """
    files = [
        file
        for folder in folders
        for name in ("rights.yaml", *_files_of_states(folder, state))
        for file in _read_files([folder], name, RightsFile, cache)
    ]
    if code == ENGLISH:
        texts = list(map(_english_text, files))
    else:
        texts = _read_files(folders, f"rights.{code}.yaml", RightsText, cache)
    rights = Rights(
        treaties=_merged(file.treaties for file in files),
        rights=_merged(file.rights for file in files),
        obligations=_merged(
            {(entry.state, entry.treaty): entry for entry in file.obligations}
            for file in files
        ),
        text=RightsText(
            citation=next((text.citation for text in texts if text.citation), None),
            treaties=_merged(text.treaties for text in texts),
            rights=_merged(text.rights for text in texts),
        ),
    )
    problems = [
        *_unknown_treaties(rights),
        *_unknown_reserved(rights),
        *_misplaced(rights),
    ]
    if problems:
        raise DataError(problems)
    return rights


def _files_of_states(folder: Path, state: str | None) -> list[str]:
    """The files in the data of *folder* for each state, or the one for *state*."""
    if state is not None:
        return [f"rights/{state}.yaml"]
    paths = (folder / "data" / "rights").glob("*.yaml")
    return sorted(f"rights/{path.name}" for path in paths)


def _read_files(
    folders: Sequence[Path], name: str, schema: type[T], cache: FileCache
) -> list[T]:
    """Read the files *name* in the data of *folders*."""
    paths = [(folder, folder / "data" / name) for folder in folders]
    return [
        read_yaml(path, schema, within=folder, cache=cache)
        for folder, path in paths
        if os.path.lexists(path)
    ]


def _english_text(file: RightsFile) -> RightsText:
    treaties = {id_: treaty.name for id_, treaty in file.treaties.items()}
    rights = {id_: right.says for id_, right in file.rights.items()}
    return RightsText(citation=file.citation, treaties=treaties, rights=rights)


def _merged(groups: Iterable[dict[K, V]]) -> dict[K, V]:
    """The entries of all *groups*; the first group wins."""
    return dict(ChainMap(*groups))


def _unknown_treaties(rights: Rights) -> Iterator[Problem]:
    entries: tuple[Right | Obligation, ...]
    entries = (*rights.rights.values(), *rights.obligations.values())
    for entry in entries:
        if entry.treaty not in rights.treaties:
            near = nearest(entry.treaty, rights.treaties)
            hint = did_you_mean(near, "add it to 'treaties'")
            message = f"unknown treaty {quoted(entry.treaty)}: {hint}"
            yield Problem(entry.at.of("treaty"), message)


def _unknown_reserved(rights: Rights) -> Iterator[Problem]:
    for entry in rights.obligations.values():
        for index, id_ in enumerate(entry.reserved):
            if id_ not in rights.rights:
                at = entry.at.of("reserved", index)
                yield Problem(at, _unknown_right(rights, id_))


def _misplaced(rights: Rights) -> Iterator[Problem]:
    for entry in rights.obligations.values():
        path = Path(entry.at.path)
        if path.parent.name == "rights" and path.stem != entry.state:
            message = f"letters look for it in another file: move it to {entry.state}"
            yield Problem(entry.at.of("state"), f"{message}.yaml")


def cited_right(
    rights: Rights,
    case: Case,
    demands: Sequence[Demand],
    on: date,
    names: Mapping[str, str],
) -> Cited:
    """
    The right that *demands* of *case* rest on, as a letter of the day *on* names it.

    *names* are those of the state, for `Citation`. Raises `DataError` for an unknown
    right.
    """
    for demand in demands:
        for id_ in demand.rights:
            if id_ not in rights.rights:
                raise DataError([unknown_right(rights, case, demand, id_)])
    ids = dict.fromkeys(id_ for demand in demands for id_ in demand.rights)
    found = rights.find(case, ids, on)
    return rights.cite(found, case.state, names) if found else Cited()


def unknown_right(rights: Rights, case: Case, demand: Demand, id_: str) -> Problem:
    """The problem of a *demand* that rests on the unknown right *id_*."""
    index = [demand.id for demand in case.demands].index(demand.id)
    at = case.at.of("demands", index, "rights")
    return Problem(at, _unknown_right(rights, id_))


def _unknown_right(rights: Rights, id_: str) -> str:
    hint = did_you_mean(nearest(id_, rights.rights), "add it to data/rights.yaml")
    return f"unknown right {quoted(id_)}: {hint}"
