"""What an import of missions changes in a campaign, and the files with the result."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from protestgen.authoring.mission_row import MissionReader
from protestgen.authoring.new_entry import KINDS, entry_values
from protestgen.authoring.table_file import TableRow
from protestgen.campaign.directory import Confidence, Mission
from protestgen.campaign.routing import Directory
from protestgen.campaign.world import place_of
from protestgen.countries import country_in_sentence
from protestgen.errors import ChoiceError, Problem, data_error
from protestgen.schema.source import read_text
from protestgen.schema.types import PartialDate
from protestgen.schema.yaml_text import format_yaml

_HEAD = (
    "# Written by `protestgen import`, which keeps no comments that are added here.\n"
)
# Fields that make an entry as old as their source: letters go there.
_DATED = ("address", "email")
_NUMBERS = ("phone", "fax")
# Fields that stay if the new source says nothing of them.
_OTHERS = ("website", "covers", "located_in", "languages", "salutation", "gender")
_KEPT = (*_DATED, *_NUMBERS, *_OTHERS)
_COMPARED = ("name", "city", *_DATED, *_NUMBERS, "website", "covers")
_ORDER: tuple[Confidence, ...] = ("low", "medium", "high")


class Change(Struct, frozen=True):
    """
    What an import does with a *mission*, whose entry so far is *known*.

    "same" is one that the file confirms, "kept" one for which the file does not count,
    and "gone" a known one that is not in it; the last two have a *reason*.
    """

    what: Literal["new", "changed", "same", "kept", "gone"]
    mission: Mission
    known: Mission | None = None
    reason: str = ""

    @property
    def counts(self) -> bool:
        """Whether the file says anything new: the date of its source at least."""
        if self.what == "same" and self.known:
            return self.mission.verified != self.known.verified
        return self.what in {"new", "changed"}

    def details(self) -> str:
        """Say which fields change, and how."""
        if self.what != "changed" or not self.known:
            return self.reason
        pairs = (
            (f, getattr(self.known, f), getattr(self.mission, f)) for f in _COMPARED
        )
        return "; ".join(
            f"{field}: {_shown(old)} -> {_shown(new)}"
            for field, old, new in pairs
            if old != new
        )


def _shown(value: str | tuple[str, ...] | None) -> str:
    return (value if isinstance(value, str) else ", ".join(value or ())) or "none"


class MissionImport:
    """
    The changes that *rows* make to the *directory* of the campaign in *folder*.

    *problems* are those of rows that are refused, and *others* counts the rows about
    another state or host than the one asked for. *notes* tell what `files` leaves out.
    """

    def __init__(self, directory: Directory, folder: Path | None) -> None:
        self.changes: list[Change] = []
        self.problems: list[Problem] = []
        self.others = 0
        self.notes: list[str] = []
        self._directory = directory
        self._folder = folder
        self._known: dict[str, dict[tuple[str, ...], Mission]] = {}
        self._found: dict[tuple[str, ...], Mission] = {}

    def read(self, rows: Iterable[TableRow], reader: MissionReader) -> None:
        """Read *rows* with *reader*."""
        for row in rows:
            try:
                mission = reader.read(row, self._city_of)
            except (ValueError, ChoiceError) as error:
                self.problems.append(Problem(row.at, str(error)))
                continue
            if mission is None:
                self.others += 1
                continue
            key = (mission.state, *place_of(mission))
            first = self._found.setdefault(key, mission)
            if first is not mission:
                line = f"line {first.at.of().line}"
                message = f"a second {mission.label}, the first is in {line}: keep one"
                self.problems.append(Problem(row.at, message))
        self.changes = [self._change(mission) for mission in self._found.values()]
        self.changes += self._gone()

    def known(self, state: str) -> dict[tuple[str, ...], Mission]:
        """Return the missions of *state* that are known so far, by their places."""
        if state not in self._known:
            missions = reversed(self._directory.of_state(state))
            self._known[state] = {place_of(mission): mission for mission in missions}
        return self._known[state]

    def missing_hosts(self) -> set[str]:
        """Return where the only state has known missions, but none in the rows."""
        states = {state for state, *_ in self._found}
        hosts = {mission.host for mission in self._found.values()}
        if len(states) != 1 or len(hosts) == 1:
            return set()
        return {m.host for state in states for m in self.known(state).values()} - hosts

    def _city_of(self, state: str, host: str, kind: str) -> str:
        """The city of the only mission of a *kind* that is known, or ""."""
        known = self.known(state).values()
        cities = [m.city for m in known if (m.host, m.kind) == (host, kind)]
        return cities[0] if len(cities) == 1 else ""

    def _change(self, mission: Mission) -> Change:
        known = self.known(mission.state).get(place_of(mission))
        if known is None:
            return Change("new", mission)
        if self._is_of_author(known):
            return Change("kept", known, reason=f"your own entry in {known.at}")
        date = mission.verified
        if known.verified and date and known.verified > date:
            return Change("kept", known, reason=f"known from {known.verified}")
        merged = _merged(mission, known)
        if any(getattr(merged, f) != getattr(known, f) for f in _COMPARED):
            return Change("changed", merged, known)
        return Change("same", merged, known)

    def _gone(self) -> Iterator[Change]:
        """Yield the known missions that the rows lack, in the countries they name."""
        states = dict.fromkeys(state for state, *_ in self._found)
        refused = bool(self.problems)
        reason = "not among the rows that count" if refused else "not in the file"
        for state in states:
            hosts = {m.host for m in self._found.values() if m.state == state}
            for place, mission in self.known(state).items():
                if mission.host in hosts and (state, *place) not in self._found:
                    yield Change("gone", mission, reason=reason)

    def _is_of_author(self, mission: Mission) -> bool:
        """Whether the author of the campaign has written the entry."""
        path = Path(mission.at.path)
        if not self._folder or not path.is_relative_to(self._folder / "data"):
            return False
        return path != import_path(self._folder, mission.state)

    def files(self, folder: Path) -> dict[Path, str]:
        """
        Return the new text of each file of the campaign in *folder* that changes.

        Raises `DataError` for such a file that is not from an import.
        """
        written = [change.mission for change in self.changes if change.counts]
        texts = {}
        for state in sorted({mission.state for mission in written}):
            path = import_path(folder, state)
            new = [mission for mission in written if mission.state == state]
            missions = [*self._imported(path, folder, state), *new]
            by_place = {place_of(mission): mission for mission in missions}
            texts[path] = _text(_covering([*by_place.values()], self.notes))
        return texts

    def _imported(self, path: Path, folder: Path, state: str) -> Sequence[Mission]:
        if not path.exists():
            return ()
        if not read_text(path, within=folder).startswith(_HEAD):
            reason = "not from an import: move its entries to data/embassies.yaml"
            raise data_error(path, reason)
        own = self._directory.own(state)
        return [mission for mission in own if Path(mission.at.path) == path]


def import_path(folder: Path, state: str) -> Path:
    """Return the file with the imported missions of *state* of a campaign."""
    return folder / "data" / "embassies" / f"{state}.yaml"


def _merged(new: Mission, known: Mission) -> Mission:
    """
    Return *new* with what only *known* has, but for an address in another city.

    The date is then that of the older source, except of numbers, which have their own.
    """
    kept = {f: getattr(known, f) for f in _KEPT if not getattr(new, f)}
    kept = {field: value for field, value in kept.items() if value}
    if new.city.casefold() != known.city.casefold():
        kept.pop("address", None)
    if not kept:
        return new
    verified, confidence = new.verified, new.confidence
    if kept.keys() & {*_DATED}:
        verified = _older(new.verified, known.verified)
        confidence = min(confidence, known.confidence, key=_ORDER.index)
    numbers = new.verified if new.phone or new.fax else None
    if kept.keys() & {*_NUMBERS}:
        numbers = _older(numbers, known.numbers_verified or known.verified)
    return replace(
        new,
        verified=verified,
        numbers_verified=None if numbers == verified else numbers,
        confidence=confidence,
        sources=tuple(dict.fromkeys((*new.sources, *known.sources))),
        **kept,
    )


def _older(one: PartialDate | None, other: PartialDate | None) -> PartialDate | None:
    """Return the older of two dates; one that is not known does not count."""
    return min((date for date in (one, other) if date), default=None)


def _covering(missions: Sequence[Mission], notes: list[str]) -> Iterator[Mission]:
    """
    Yield *missions*, each country with an embassy or covered by one of them only.

    What one no longer covers is added to *notes*.
    """
    served = {m.host: m for m in missions if m.kind == "embassy"}
    for mission in missions:
        covers = [c for c in mission.covers if served.setdefault(c, mission) is mission]
        for code in dict.fromkeys(mission.covers).keys() - {*covers}:
            name, by = country_in_sentence(code), served[code].label
            notes.append(f"the {mission.label} does not cover {name}: the {by} does")
        yield replace(mission, covers=tuple(covers))


def _text(missions: Iterable[Mission]) -> str:
    """Return a file with *missions*, ordered by host, kind and city."""
    ordered = sorted(missions, key=lambda m: (m.host, m.kind, m.city))
    entries = []
    for mission in ordered:
        values = entry_values(mission)
        entries.append({f: values[f] for f in KINDS["embassy"].order if f in values})
    return _HEAD + format_yaml({"embassies": entries})
