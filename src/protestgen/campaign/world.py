"""The world's missions: the lowest layer of the directory, one file for each state."""

from collections.abc import Iterable, Sequence
from functools import cache

import msgspec
from msgspec import Struct

from protestgen.errors import Location, data_error, read_error
from protestgen.schema.place import StaticLocation
from protestgen.schema.types import PartialDate

from .bundled import shipped_folder
from .directory import Confidence, Mission, MissionKind

# The line of the first mission in a file.
_FIRST_LINE = 2
# Kinds of mission that one list takes for another: they count as the same.
CONSULAR = ("consulate-general", "consulate", "branch")


class _Source(Struct, frozen=True):
    name: str
    date: str


class _Entry(Struct, frozen=True, kw_only=True):
    """
    One mission. *source* names the main source, *also* those that agree.

    *origins* are the sources of single fields, where that is another one.
    """

    host: str
    kind: MissionKind
    city: str = ""
    located_in: str | None = None
    name: str
    address: tuple[str, ...] = ()
    phone: str | None = None
    fax: str | None = None
    email: str | None = None
    website: str | None = None
    covers: tuple[str, ...] = ()
    note: str | None = None
    source: str
    id: str | None = None
    also: tuple[str, ...] = ()
    origins: dict[str, str] = msgspec.field(default={}, name="from")
    confidence: Confidence


# The fields that are as in the directory of a campaign.
_SAME_FIELDS = tuple({*_Entry.__struct_fields__} & {*Mission.__struct_fields__})


class _StateFile(Struct, frozen=True):
    """A file `data/directory/STATE.json`."""

    state: str
    sources: dict[str, _Source]
    missions: list[_Entry]


@cache
def world_missions(state: str) -> tuple[Mission, ...]:
    """
    Read the missions of *state* that come with the program; none if it has no file.

    Raises `DataError` if the file is damaged.
    """
    path = shipped_folder() / "data" / "directory" / f"{state}.json"
    try:
        file = msgspec.json.decode(path.read_bytes(), type=_StateFile)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise read_error(str(path), error) from None
    except msgspec.DecodeError as error:
        raise data_error(path, f"damaged ({error}): install protestgen again") from None
    dates = {name: PartialDate.parse(s.date) for name, s in file.sources.items()}
    return tuple(
        _mission(entry, file, dates, Location(str(path), line))
        for line, entry in enumerate(file.missions, _FIRST_LINE)
    )


def _mission(
    entry: _Entry, file: _StateFile, dates: dict[str, PartialDate], at: Location
) -> Mission:
    numbers = [
        dates[entry.origins.get(field, entry.source)]
        for field in ("phone", "fax")
        if getattr(entry, field)
    ]
    return Mission(
        state=file.state,
        verified=dates[entry.source],
        numbers_verified=min(numbers, default=None),
        sources=_sources(entry, file.sources),
        at=StaticLocation(at),
        **{field: getattr(entry, field) for field in _SAME_FIELDS},
    )


def _sources(entry: _Entry, known: dict[str, _Source]) -> tuple[str, ...]:
    """The lines that name the sources of *entry*, the main one first."""
    used = dict.fromkeys((entry.source, *entry.also, *entry.origins.values()))
    lines = {name: f"{known[name].name}, {known[name].date}" for name in used}
    if entry.id:
        link = entry.id
        if not link.startswith("https:"):
            link = f"https://www.wikidata.org/wiki/{link}"
        lines[entry.source] += f" ({link})"
    return tuple(lines.values())


def with_lower(
    upper: Sequence[Mission], lower: Iterable[Mission]
) -> tuple[Mission, ...]:
    """
    Return the missions of a state in *upper*, and those in *lower* that stay.

    An embassy in *upper* replaces the one in *lower* in the same host country, and in
    the countries that it covers; any other mission the one of its group in its city.
    """
    taken = {place_of(mission) for mission in upper}
    taken |= {
        ("embassy", country)
        for mission in upper
        if mission.kind == "embassy"
        for country in mission.covers
    }
    return (*upper, *(m for m in lower if place_of(m) not in taken))


def place_of(mission: Mission) -> tuple[str, ...]:
    """Return what identifies a mission of a state: cities are spelt in several ways."""
    if mission.kind == "embassy":
        return ("embassy", mission.host)
    group = "consulate" if mission.kind in CONSULAR else mission.kind
    return (group, mission.host, mission.city.casefold())
