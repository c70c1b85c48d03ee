"""Tables that users have downloaded: the rows of CSV, JSON and GeoJSON files."""

import csv
import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn

from msgspec import Struct

from protestgen.errors import Location, data_error
from protestgen.limits import MAX_CELL, MAX_COLUMNS, MAX_DEPTH, MAX_MISSIONS
from protestgen.schema.source import read_text

# Keys that the rows stand behind: of GeoJSON, Overpass, SPARQL (Wikidata), and portals
# for open data.
_ROWS = ("features", "elements", "bindings", "records", "results", "result", "data")
# Keys whose content is part of the row: of GeoJSON, of Overpass, of portals.
_INNER = ("properties", "tags", "fields")
_DELIMITERS = ",;\t|"


class TableRow(Struct, frozen=True):
    """A row: where it stands, and its cells by heading."""

    at: Location
    cells: dict[str, str]


def read_table(path: Path) -> list[TableRow]:
    """
    Read the rows of the file *path*; its content tells JSON from CSV.

    The cells of nested JSON have their keys joined by dots. Raises `DataError` for a
    file that cannot be read, is neither, or has too much in it.
    """
    text = read_text(path)
    is_json = text.lstrip()[:1] in {"{", "["}
    rows: list[TableRow] = []
    for row in _json_rows(text, path) if is_json else _csv_rows(text, path):
        if len(rows) == MAX_MISSIONS:
            _fail(
                path, row.at.line, f"more than {MAX_MISSIONS:,} rows: divide the file"
            )
        if len(row.cells) > MAX_COLUMNS:
            _fail(path, row.at.line, f"more than {MAX_COLUMNS:,} columns: remove some")
        if any(len(cell) > MAX_CELL for cell in row.cells.values()):
            _fail(path, row.at.line, f"a cell has more than {MAX_CELL:,} characters")
        rows.append(row)
    if not rows:
        _fail(path, None, "no rows are in it: name a file in CSV, JSON or GeoJSON")
    return rows


def _fail(path: Path, line: int | None, message: str) -> NoReturn:
    raise data_error(path, message, line)


def _csv_rows(text: str, path: Path) -> Iterator[TableRow]:
    lines = [*StringIO(text, newline="")]
    first = next((line for line in lines if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    heads: list[str] = []
    line = 1
    try:
        for cells in reader:
            at, line = Location(str(path), line), reader.line_num + 1
            if not any(map(str.strip, cells)):
                continue
            if not heads:
                heads = [cell.strip() for cell in cells]
                _check_heads(heads, path, at.line)
            elif len(cells) > len(heads) and any(cells[len(heads) :]):
                count = f"{len(cells)} cells where there are {len(heads)} columns"
                _fail(
                    path, at.line, f"{count}: put quotes round '{delimiter}' in a cell"
                )
            else:
                pairs = zip(heads, cells, strict=False)
                yield TableRow(at, {k: v.strip() for k, v in pairs if k})
    except csv.Error as error:
        _fail(path, line, f"this row is not CSV ({error}): correct its quotes")


def _check_heads(heads: list[str], path: Path, line: int | None) -> None:
    if twice := [head for head in heads if head and heads.count(head) > 1]:
        _fail(path, line, f"the heading '{twice[0]}' stands twice: rename one")


def _json_rows(text: str, path: Path) -> Iterator[TableRow]:
    try:
        key, rows = _find_rows(json.loads(text))
        places = _places_of_rows(text, key, rows)
    except json.JSONDecodeError as error:
        _fail(path, error.lineno, f"this is no JSON ({error.msg}): get the file again")
    except (RecursionError, ValueError):  # ValueError: of a number of 5,000 digits
        _fail(path, None, "this JSON is nested too deeply, or has a number too long")
    for (line, column), row in zip(places, rows, strict=True):
        at = Location(str(path), line, column)
        if not isinstance(row, dict):
            _fail(path, line, "this row is no group of keys and values: remove it")
        cells = dict(_cells(_inner(row), "", 0))
        yield TableRow(at, {k: v.strip() for k, v in cells.items()})


def _find_rows(value: Any) -> tuple[str, list[Any]]:
    """Return the list of rows in *value*, and the key that it stands behind."""
    for _ in range(MAX_DEPTH):
        if not isinstance(value, dict):
            break
        key = next((k for k in _ROWS if isinstance(value.get(k), (list, dict))), "")
        value = value.get(key)
        if isinstance(value, list):
            return key, value
    return "", value if isinstance(value, list) else []


def _places_of_rows(text: str, key: str, rows: list[Any]) -> list[tuple[int, int]]:
    """Return the line and column at which each of *rows* begins, behind *key*."""
    decode = json.JSONDecoder().raw_decode
    start = text.find(f'"{key}"') + len(key) + 2 if key else 0
    position, line, counted = text.find("[", start) + 1, 1, 0
    places: list[tuple[int, int]] = []
    for row in rows:
        begin = position + _length_of_gap(text, position)
        line += text.count("\n", counted, begin)
        counted = begin
        try:
            found, position = decode(text, begin)
        except json.JSONDecodeError:
            found = None
        if found != row:  # the key stands elsewhere as well
            return [(1, 1)] * len(rows)
        places.append((line, begin - text.rfind("\n", 0, begin)))
    return places


def _length_of_gap(text: str, start: int) -> int:
    end = start
    while text[end : end + 1] in {" ", "\t", "\r", "\n", ","}:
        end += 1
    return end - start


def _inner(row: dict[str, Any]) -> dict[str, Any]:
    """Return the part of *row* that its cells stand in."""
    found = (row[key] for key in _INNER if isinstance(row.get(key), dict))
    return next(found, row)


def _cells(value: dict[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the cells of *value* and of the groups in it; lists become lines."""
    for key, item in value.items():
        name = f"{prefix}{key}"
        if isinstance(item, dict) and isinstance(item.get("value"), str):
            yield name, item["value"]  # of a query of Wikidata
        elif isinstance(item, dict) and depth < MAX_DEPTH:
            yield from _cells(item, f"{name}.", depth + 1)
        elif isinstance(item, list):
            yield name, "\n".join(str(part) for part in item if _is_plain(part))
        elif _is_plain(item):
            yield name, str(item)


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool)
