"""
A loop as in a short script that writes the same letters.

It reads the rows of a roster, renders the template of the style with plain Jinja, and
writes the files that a batch has written. It prints the wall-clock and CPU seconds of
the loop alone.
"""

import csv
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, pass_context
from jinja2.runtime import Context

from protestgen import load_campaign
from protestgen.language.loader import load_language
from protestgen.language.rights import load_rights
from protestgen.letters.template_values import template_values
from protestgen.schema.types import PartialDate

if TYPE_CHECKING:
    from protestgen.language.language import Language

CASE = "kurmanov"
_TEMPLATES = Path(__file__).parents[1] / "templates"

Row = Mapping[str, str]


def write(roster: Path, done: Path, folder: Path) -> tuple[float, float]:
    """
    Write the letters of *roster*, which a batch wrote to *done*, to *folder*.

    Return the wall-clock and CPU seconds.
    """
    letters = dict(_letters(done))
    render = renderer()
    wall, cpu = perf_counter(), process_time()
    for row in rows(roster):
        render(row)
        name, data = letters[row["name"]]
        with (folder / name).open("wb") as file:
            file.write(data)
    return perf_counter() - wall, process_time() - cpu


def rows(roster: Path) -> Iterator[Row]:
    """Yield the rows of *roster*."""
    with roster.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def renderer() -> Callable[[Row], str]:
    """Return a function that renders the subject and the body for a row."""
    campaign = load_campaign()
    case = campaign.case(CASE)
    language = load_language("en", campaign.folders)
    on = date.today()  # noqa: DTZ011 - as a person would date it
    shared = {
        **template_values(
            *(case, campaign.directory.missions[0], case.default_demands(on)),
            language=language,
            on=on,
            rights=partial(load_rights, campaign.folders),
        ),
        **dict.fromkeys(("about", "organisation", "organisation_of"), ""),
        "cosigners": (),
        "joint": False,
        "plural": False,
    }
    environment = Environment(  # noqa: S701 - the letters are no HTML
        loader=FileSystemLoader(_TEMPLATES), trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"date": _date, "month": _month, "when": _when}
    environment.filters["sentence"] = _sentence
    template = environment.get_template("en/statement.txt.j2")
    languages: dict[str, Language] = {}

    def render(row: Row) -> str:
        country = row["country"]
        if country not in languages:
            languages[country] = language.in_country(country)
        spoken = languages[country]
        text = template.render(
            shared,
            language=spoken,
            place=row["city"],
            why=spoken.own_words(row["why"]),
        )
        return spoken.spelled(text)

    return render


@pass_context
def _date(context: Context, when: PartialDate) -> str:
    return str(context["language"].date(when))


@pass_context
def _when(context: Context, when: PartialDate) -> str:
    return str(context["language"].when(when))


def _month(when: PartialDate) -> PartialDate:
    return PartialDate(when.year, when.month)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _letters(done: Path) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """Yield the sender, the file name and the bytes of each letter in *done*."""
    with (done / "manifest.jsonl").open("rb") as manifest:
        next(manifest)
        for line in manifest:
            entry = json.loads(line)
            yield entry["name"], (entry["file"], (done / entry["file"]).read_bytes())


if __name__ == "__main__":
    print(json.dumps(write(*map(Path, sys.argv[1:]))))
