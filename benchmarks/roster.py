"""Rosters of made-up members."""

from collections.abc import Sequence
from pathlib import Path

HEAD = "name,address,city,country,email,why\n"
COUNTRIES = ("gb", "ie", "de", "fr", "at", "us", "it", "pl")
_CITIES = ("Leeds", "York", "Bath", "Derby", "Hull", "Ely", "Wells", "Ripon", "Truro")


def write_roster(path: Path, rows: int, countries: Sequence[str] = COUNTRIES) -> None:
    """Write a roster with *rows* members, half of whom have words of their own."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD)
        for i in range(rows):
            city, country = _CITIES[i % len(_CITIES)], countries[i % len(countries)]
            why = f"I have followed this for years. My number is {i}." if i % 2 else ""
            file.write(
                f'Ada Example {i},"{i} Sample Street\n{city}",{city},{country},'
                f"ada{i}@home.example,{why}\n"
            )
