"""Generated logs of a campaign, in which every name is a word of its own."""

from pathlib import Path
from random import Random

from protestgen.log.entry import ANSWER, CHANNELS, PUBLIC_FIELDS, RESULTS, LogEntry
from protestgen.log.writer import entry_text
from protestgen.schema.types import PartialDate

COUNTRIES = ("at", "de", "gb", "ng", "us")


def random_entry(random: Random, known: list[str]) -> LogEntry:
    """Return an entry with words that are its own; *known* are names of other entries."""
    kind = random.choice((*CHANNELS, ANSWER))
    mark = f"{random.getrandbits(40):010x}"

    def maybe(value: str) -> str | None:
        return value if random.random() < 0.5 else None

    month = random.choice((4, 5, 6))
    public = tuple(field for field in PUBLIC_FIELDS if random.random() < 0.3)
    person = maybe(f"Person{mark}")
    text = maybe(f"Words{mark} by {person or 'them'}, 1 Street{mark}.")
    return LogEntry(
        kind=kind,  # type: ignore[arg-type]
        date=PartialDate(2011, month, random.choice((0, *range(1, 29)))),
        country=random.choice(COUNTRIES),
        town=maybe(f"Town{mark}"),
        count=random.choice((1, 1, 2, 300)),
        people=random.choice((None, 5, 40)),
        to=maybe("embassy"),
        by=person,
        organisation=maybe(f"Union{mark}"),
        public=public,  # type: ignore[arg-type]
        text=text,
        answers=random.choice(known) if kind == ANSWER and known else None,
        result=random.choice(RESULTS) if kind == ANSWER else None,  # type: ignore[arg-type]
    )


def random_log(seed: int) -> dict[str, LogEntry]:
    """Return up to 20 entries by their names."""
    random = Random(seed)  # noqa: S311 - a test
    entries: dict[str, LogEntry] = {}
    for number in range(random.randrange(21)):
        entry = random_entry(random, list(entries))
        entries[f"{entry.date}-{entry.kind}-{number}"] = entry
    return entries


def private_words(entries: dict[str, LogEntry]) -> set[str]:
    """Return the words of *entries* that nobody has agreed to publish."""
    words: set[str] = set()
    for entry in entries.values():
        for field in ("by", "organisation", "town"):
            if (value := getattr(entry, field)) and field not in entry.public:
                words.add(value)
        if entry.text and "text" not in entry.public:
            words.add(entry.text.split()[0])
            words.add(entry.text.split()[-1])
    return words


def write_log(folder: Path, case: str, entries: dict[str, LogEntry]) -> None:
    """Write *entries* of *case* to the log of the campaign in *folder*."""
    target = folder / "log" / case
    target.mkdir(parents=True, exist_ok=True)
    for name, entry in entries.items():
        (target / f"{name}.yaml").write_text(entry_text(entry), encoding="utf-8")
