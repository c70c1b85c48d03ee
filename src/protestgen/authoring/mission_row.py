"""Missions read from the rows of a table, whatever its headings are called."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from msgspec import Struct

from protestgen.authoring.table_file import TableRow
from protestgen.campaign.directory import (
    MISSION_KINDS,
    Confidence,
    Mission,
    MissionKind,
)
from protestgen.countries import country_in_sentence, find_country, without_accents
from protestgen.errors import ChoiceError, did_you_mean, nearest, quoted
from protestgen.schema.place import StaticLocation
from protestgen.schema.types import (
    PartialDate,
    parse_email,
    parse_line,
    parse_phone,
)

# The headings that each field is known by, without accents, spaces and signs: those of
# OpenStreetMap, Wikidata and common lists. `country` is the state or the host,
# whichever has no column of its own.
_HEADINGS = {
    "name": "name embassyname missionname title item embassy mission nombre nom "
    "bezeichnung",
    "state": "state sendingstate sendingcountry represents representedcountry "
    "operatorlabel",
    "host": "host hostcountry hoststate receivingcountry receivingstate target "
    "addrcountry pais pays land",
    "kind": "kind type missiontype diplomatic category tipo art",
    "city": "city town addrcity ort stadt ville ciudad located location",
    "address": "address addrfull fulladdress postaladdress streetaddress anschrift "
    "adresse direccion domicilio",
    "street": "street addrstreet strasse",
    "housenumber": "housenumber addrhousenumber hausnummer",
    "postcode": "postcode addrpostcode postalcode zip zipcode plz codepostal",
    "phone": "phone contactphone telephone tel telefon telefono",
    "fax": "fax contactfax",
    "email": "email contactemail mail emailaddress correo correoelectronico",
    "website": "website contactwebsite url web homepage officialwebsite webseite",
    "covers": "covers accreditedto alsoaccreditedto jurisdiction jurisdictions",
}
FIELDS = tuple(_HEADINGS)
# Words of kinds and names, without accents; the first that is found counts.
_KINDS: tuple[tuple[str, MissionKind | None], ...] = (
    (r"honorar|honorair|onorari|honour|почетн|επιτιμ|deputy high|assistant high", None),
    (r"embassy|high.commission|botschaft|ambassade|embajada|ambasciata", "embassy"),
    (r"посольств|πρεσβει|nunciature|nuntiatur", "embassy"),
    (
        r"consul\w*.gen|general.consul|generalkonsul|генеральн\w+ консул|γενικο προξεν",
        "consulate-general",
    ),
    (r"consul|konsul|консул|προξεν", "consulate"),
    (
        r"permanent.(mission|repr|deleg)|standige.vertr|mission.perm",
        "permanent-mission",
    ),
    (r"interests?.section", "interests-section"),
    (r"(representative|liaison|cultural).office", "representative-office"),
)
# The name of a mission that has none: "Embassy of France".
KIND_NAMES = {kind: kind.replace("-", " ").title() for kind in MISSION_KINDS}
KIND_NAMES["branch"] = "Consular Office"
# Countries that write the postcode behind the city, or the number before the street.
_POSTCODE_LAST = {"au", "ca", "gb", "ie", "in", "jp", "kr", "nz", "sg", "us", "za"}
_NUMBER_FIRST = {*_POSTCODE_LAST, "be", "fr", "il", "lu"}
_SEVERAL = re.compile(r"\s*[;\n|]\s*")


class TableFormat(Struct, frozen=True, kw_only=True):
    """
    What holds for all rows: the *source* and its *date*, and how sure it is.

    *columns* are headings by field, "" for a field to leave out. *state*, *host* and
    *kind* hold for rows without a cell of that name.
    """

    source: str
    date: PartialDate
    confidence: Confidence
    columns: Mapping[str, str] = {}
    state: str | None = None
    host: str | None = None
    kind: MissionKind | None = None


def find_columns(rows: list[TableRow], table: TableFormat) -> dict[str, str]:
    """
    Return the headings by field: those that *table* names, and those that are known.

    Raises `ChoiceError` for a heading that no row has, and where `country` may be
    either.
    """
    heads = dict.fromkeys(head for row in rows for head in row.cells)
    found = {
        field: _known_heading(names.split(), heads)
        for field, names in _HEADINGS.items()
    }
    for field, head in table.columns.items():
        if head and head not in heads:
            choice = f"there are {', '.join(heads)}"
            hint = did_you_mean(nearest(head, heads), choice)
            raise ChoiceError(f"no column is called {quoted(head)}: {hint}")
        found[field] = head
    country = _known_heading(["country"], heads)
    open_ = [f for f in ("state", "host") if not found[f] and f not in table.columns]
    if open_ and country and country not in found.values():
        if len(open_) == 2:
            open_ = [field for field in open_ if not getattr(table, field)]
        if len(open_) != 1:
            choice = f"'--column state={country}' or '--column host={country}'"
            raise ChoiceError(f"whose country is in '{country}'? add {choice}")
        found[open_[0]] = country
    return {field: head for field, head in found.items() if head}


def unknown_headings(rows: list[TableRow], columns: Mapping[str, str]) -> list[str]:
    """Return the headings of *rows* that mean nothing, and are not in *columns*."""
    names = [*" ".join(_HEADINGS.values()).split(), "country"]
    heads = dict.fromkeys(head for row in rows for head in row.cells)
    unread = [head for head in heads if head not in columns.values()]
    return [head for head in unread if not _known_heading(names, [head])]


def _known_heading(names: Sequence[str], heads: Iterable[str]) -> str:
    """Return the first of *heads* with one of *names*; a label before its item."""
    folded: dict[str, str] = {}
    for head in heads:
        for name in (_fold(head), _fold(head.rpartition(".")[2])):
            if name.endswith("label"):
                folded[name.removesuffix("label")] = head
            folded.setdefault(name, head)
    return next((folded[name] for name in names if name in folded), "")


def _fold(text: str) -> str:
    return re.sub(r"[\W_]+", "", without_accents(text))


class MissionReader:
    """
    Reads rows as missions.

    *cut* says what was left out of which row: all but the first of several numbers or
    addresses in a cell.
    """

    def __init__(self, columns: Mapping[str, str], table: TableFormat) -> None:
        self.cut: list[str] = []
        self._columns = columns
        self._table = table

    def read(
        self, row: TableRow, city_of: Callable[[str, str, str], str]
    ) -> Mission | None:
        """
        Return the mission of *row*, or None for one of another state or host.

        *city_of* returns the known city of a mission of a state, host and kind. Raises
        `ValueError` or `ChoiceError` for what is unclear.
        """
        cells = {f: row.cells[h] for f, h in self._columns.items() if h in row.cells}
        state, host = self._country(cells, "state"), self._country(cells, "host")
        wanted = (self._table.state or state, self._table.host or host)
        if (state, host) != wanted:
            return None
        if state == host:
            raise ValueError("the state and the host are the same country")
        kind = self._kind(cells)
        city = parse_line(cells.get("city", "")) or city_of(state, host, kind)
        if not city:
            raise ValueError("no city is in this row: add it, or '--column city=...'")
        name = parse_line(cells.get("name", "")).removesuffix(f", {city}")
        if not name or re.fullmatch(r"Q\d+|https?:\S+", name) or _is_kind(name):
            name = f"{KIND_NAMES[kind]} of {country_in_sentence(state)}"
        contacts: dict[str, Any] = {
            field: self._contact(cells, field, row) for field in _PARSERS
        }
        return Mission(
            state=state,
            host=host,
            kind=kind,
            name=name,
            city=city,
            address=_address(cells, city, host),
            covers=_covers(cells, state, host),
            verified=self._table.date,
            confidence=self._table.confidence,
            sources=(self._table.source,),
            at=StaticLocation(row.at),
            **contacts,
        )

    def _country(self, cells: Mapping[str, str], field: str) -> str:
        given: str | None = getattr(self._table, field)
        text = cells.get(field, "")
        if not text and not given:
            raise ValueError(f"no {field} is in this row: add '--{field}'")
        return find_country(parse_line(text)) if text else str(given)

    def _kind(self, cells: Mapping[str, str]) -> MissionKind:
        found = [_kind_in(cells.get(field, "")) for field in ("kind", "name")]
        known = [kind for kind in found if kind]
        if {*known} == {"consulate", "consulate-general"}:
            return "consulate-general"
        if kind := next(iter(known), self._table.kind):
            return kind
        raise ValueError(f"no kind of mission is in this row: add '--kind' with {_ANY}")

    def _contact(
        self, cells: Mapping[str, str], field: str, row: TableRow
    ) -> str | None:
        parts = _SEVERAL.split(cells.get(field, "").strip())
        first, *others = [part for part in parts if part] or [""]
        if field == "email" and not others:
            first, *others = re.split(r"[,\s]+", first)
        if not first:
            return None
        if others:
            rest = ", ".join(others)
            self.cut.append(
                f"{row.at}: of several in '{field}' the first counts, not {rest}"
            )
        try:
            return _PARSERS[field](first)
        except ValueError as error:
            hint = f"correct it, or add '--column {field}=' to leave it out"
            raise ValueError(f"{field}: {error}; {hint}") from None


def _kind_in(text: str) -> MissionKind | None:
    """Return the kind of mission that *text* names; refuse honorary consulates."""
    bare = without_accents(parse_line(text))
    exact = re.sub(r"[ _]", "-", bare)
    if exact in MISSION_KINDS:
        return cast("MissionKind", exact)
    for words, known in _KINDS:
        if re.search(words, bare):
            if known is None:
                raise ValueError(f"{quoted(text)}: such missions are not kept")
            return known
    return None


def _is_kind(text: str) -> bool:
    """Whether *text* names a kind of mission and nothing else: it is no name."""
    bare = without_accents(text)
    words = "|".join((*MISSION_KINDS, *(words for words, _ in _KINDS)))
    return bool(re.fullmatch(rf"({words})\w*( (office|section))?", bare))


_ANY = ", ".join(MISSION_KINDS[:3]) + " ..."


def _phone(text: str) -> str:
    """Read a number with an international prefix, in any of the usual spellings."""
    text = parse_line(text.removeprefix("tel:").replace("(0)", " "))
    number = " ".join(re.sub(r"[()./\u2010-\u2014-]", " ", text).split())
    return parse_phone(re.sub(r"^(00|\+ )(?=[1-9])", "+", number))


def _website(text: str) -> str:
    text = parse_line(text)
    if re.fullmatch(r"[\w-]+(\.[\w-]+)+(/\S*)?", text):
        text = f"https://{text}"
    if not re.fullmatch(r"https?://[^\s\"'<>]+", text):
        raise ValueError(f"{quoted(text)} is no web address: it begins with https://")
    return text


_PARSERS: dict[str, Callable[[str], str]] = {
    "phone": _phone,
    "fax": _phone,
    "email": lambda text: parse_email(text.removeprefix("mailto:")),
    "website": _website,
}


def _address(cells: Mapping[str, str], city: str, host: str) -> tuple[str, ...]:
    """Return the lines on the envelope: those of the cell, or those of its parts."""
    text = cells.get("address", "").strip()
    lines = [parse_line(line) for line in _SEVERAL.split(text) if line.strip(" ,")]
    if is_one := len(lines) == 1:
        lines = [part.strip() for part in lines[0].split(",") if part.strip()]
    if len(lines) > 1 and _is_name_of(lines[-1], host):
        del lines[-1]
    if is_one:
        lines = _joined_from(city, lines)
    if not lines and cells.get("street"):
        lines = [_street_line(cells, host)]
    if not lines:
        return ()
    if not any(city.casefold() in line.casefold() for line in lines):
        places = (city, parse_line(cells.get("postcode", "")))
        last = places if host in _POSTCODE_LAST else reversed(places)
        lines.append(" ".join(part for part in last if part))
    return tuple(line.strip(" ,") for line in lines)


def _street_line(cells: Mapping[str, str], host: str) -> str:
    parts = [cells["street"], cells.get("housenumber", "")]
    if host in _NUMBER_FIRST:
        parts.reverse()
    return parse_line(" ".join(part for part in parts if part))


def _joined_from(city: str, parts: list[str]) -> list[str]:
    """Make one line of the *parts* from that with the *city* on."""
    named = (i for i, p in enumerate(parts) if city.casefold() in p.casefold() and i)
    start = next(named, len(parts))
    return [*parts[:start], *filter(None, [", ".join(parts[start:])])]


def _is_name_of(line: str, host: str) -> bool:
    try:
        return find_country(line) == host
    except ChoiceError:
        return False


def _covers(cells: Mapping[str, str], state: str, host: str) -> tuple[str, ...]:
    names = re.split(r"[;,\n|]", cells.get("covers", ""))
    codes = (find_country(parse_line(name)) for name in names if name.strip())
    return tuple(code for code in dict.fromkeys(codes) if code not in {state, host})
