"""
Hashes of what the program prints and writes, to show that a change alters nothing.

    python tests/outputs.py --record FILE
    python tests/outputs.py --compare FILE

An output is a command run in this process, in an empty folder, at a fixed time. Its hash
covers the exit code, stdout, stderr, and each file that the command leaves in the folder.
FILE has a line `KEY HASH` for each output, sorted, where HASH is the beginning of a
SHA-256; its first line names the libraries that shape the outputs, because another
version of one may alter them.

`--record` writes the outputs of today, `--compare` names those that differ, and exits
with 1 if any do. `--only TEXT` takes the outputs whose key holds TEXT, and `--show`
prints them instead. All of them take about three minutes.
"""

import argparse
import contextvars
import io
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

# All that is imported from the program stands here, because its modules move.
import protestgen
from protestgen.cli import run as run_command

ROOT = Path(__file__).parents[1]
BUNDLED = Path(protestgen.__file__).parent / "_shipped"
GOLDEN = ROOT / "tests" / "golden" / "outputs.txt"
SMALL = ROOT / "tests" / "small"
# The libraries whose versions shape what the program writes.
LIBRARIES = ("babel", "click", "jinja2", "pyyaml", "rich", "typst")
ENVIRONMENT = {
    "SOURCE_DATE_EPOCH": "1795348800",  # 22 November 2026, noon
    "TZ": "UTC",
    "COLUMNS": "80",
}
UNSET = (
    "EDITOR",
    "LC_ALL",
    "NO_COLOR",
    "PROTESTGEN_CAMPAIGN",
    "PROTESTGEN_TRACEBACK",
    "VISUAL",
    "XDG_CONFIG_HOME",
)
# Hexadecimal digits of a hash that are kept: enough to tell outputs apart.
DIGITS = 16

FORMATS = ("text", "eml", "subject", "body", "mailto", "html", "pdf", "fax", "json")
COMMANDS = (
    "letter",
    "batch",
    "cases",
    "show",
    "appeal",
    "embassies",
    "styles",
    "check",
    "profile",
    "init",
    "new",
)
# Where letters in a language are written, by whom, and for which organisation.
SENDERS = {
    "en": ("uk", "Ada Example", "Leeds", "Leeds Readers"),
    "de": ("de", "Ada Beispiel", "Leipzig", "Lesekreis Leipzig"),
    "fr": ("fr", "Ada Exemple", "Lyon", "Cercle de lecture de Lyon"),
    "es": ("es", "Ada Ejemplo", "Sevilla", "Club de Lectura de Sevilla"),
    "el": ("gr", "Άντα Παραδείγματος", "Πάτρα", "Λέσχη Ανάγνωσης Πάτρας"),
    "ru": ("ru", "Ада Примерова", "Тверь", "Тверской читательский клуб"),
}
COUNTRIES = ("gb", "us", "de", "at", "ch", "fr", "es", "gr", "ru", "kz", "ca", "mx")
EMAIL = ("--email", "ada@home.example")
KINDS_OF_SENDER = {
    "anonymous": (),
    "private": (
        *("--name", "Ada Example", "--role", "nurse", "--city", "Exampleton"),
        *("--address", "12 Sample Street", "--address", "Exampleton"),
        *("--residence", "Exampleton, in the north", *EMAIL),
        *("--why", "I can't be silent.\n\nNot about <b>this</b> & 'that'."),
    ),
    "joint": (
        *("--name", "Ada Example", "--city", "Exampleton", *EMAIL),
        *("--cosigner", "Bob Example, York", "--cosigner", "Zoë Example"),
        *("--omit-address", "--reply-to", "answers@home.example"),
    ),
    "organisation": (
        *("--name", "Ada Example", "--role", "secretary", *EMAIL),
        *("--organisation", "Readers & Writers", "--style", "organisation"),
    ),
}
TO = ("consulate", "hamburg", "moscow", "embassy", "permanent-mission", "nowhere")
LAYOUTS = ("din", "din-a", "french", "swiss", "us", "a4")
LETTER = ("letter", "--case", "kurmanov", "--country", "uk", "--name", "Ada Example")
ROSTER = """\
name,address,city,country,email,organisation,role,why,cosigners,language,style,to,demands
Ada Example,"12 Sample Street
Exampleton",Exampleton,gb,ada@home.example,,nurse,"Because, and so.",,,personal,,
Jürgen Beispiel,,Musterstadt,Germany,juergen@home.example,,Lehrer,,"Eva Beispiel, Musterstadt",German,,embassy,
Zoé Exemple,,Lyon,France,zoe@home.example,Example Committee,secretary,,,,organisation,,
Άντα Παραδείγματος,,Πάτρα,Greece,anta@home.example,,,,,"el, ru",,,
Ada Example,"12 Sample Street
Exampleton",Exampleton,gb,ada@home.example,,nurse,,,,,,
,,,gb,nobody@home.example,,,,,,,,
Bob Example,,,Atlantis,bob@home.example,,,,,,,,
Cleo Example,,,gb,cleo at home,,,,,,,,
Dan Example,,,us,dan@home.example,,,,,,unheard-of,,
Eve Example,,,us,eve@home.example,,,,,xx,,,
Fay Example,,,us,fay@home.example,,,,,,,nobody,
Gil Example,,,us,gil@home.example,,,,,,,,unknown-demand
Hal Example,,,us,hal@home.example,,,,,,,,,one cell too many
Ida Example,,,br,ida@home.example,,,,,,,osce,press-freedom
"""
JSON_ROSTER = """\
{"name": "Ada Example", "country": "gb", "email": "ada@home.example", "shoe": "38"}
{"name": "Bob Example", "country": ["us"], "address": ["1 Sample Street", "Exampleton"]}
{"name": 7}
not JSON
{"country": "us"}
"""
GOOD_ROSTER = "".join(ROSTER.splitlines(keepends=True)[:6])
PROFILE = """\
name: Ada Example
address: [12 Sample Street, Exampleton]
city: Exampleton
country: gb
email: ada@home.example
role: nurse
"""
CASE = """\
id: swamp
title: the draining of the swamp
state: kz
status: open
opened: 2026-10-01
updated: 2026-10-02
summary: A swamp was drained in October 2026.
incidents:
  - {date: 2026-10-01, place: Almaty, text: a swamp was drained., sources: [https://news.example]}
demands:
  - {id: refill, text: fill it again, reason: Frogs live there.}
write_to: [embassy]
sources: [https://news.example]
"""


class Output(NamedTuple):
    """Commands run one behind the other in a folder that holds *files* at first."""

    commands: tuple[tuple[str, ...], ...]
    files: Mapping[str, str] = {}
    answers: str = ""


class Result(NamedTuple):
    """What a command came to: its exit code, stdout and stderr."""

    exit_code: int
    stdout: bytes
    stderr: bytes


@contextmanager
def fixed_environment() -> Iterator[None]:
    """Run in an empty folder, which is the home folder too, with a fixed clock."""
    before = Path.cwd()
    environment = {k: v for k, v in os.environ.items() if k not in UNSET}
    with tempfile.TemporaryDirectory() as folder:
        environment |= {**ENVIRONMENT, "HOME": folder}
        with patch.dict(os.environ, environment, clear=True):
            os.chdir(folder)
            time.tzset()
            try:
                yield
            finally:
                os.chdir(before)
    time.tzset()


def run(*arguments: str, answers: str = "") -> Result:
    """Run the command line in this process."""
    out, err = io.BytesIO(), io.BytesIO()
    streams = [io.TextIOWrapper(s, "utf-8", write_through=True) for s in (out, err)]
    stdin = io.TextIOWrapper(io.BytesIO(answers.encode()), "utf-8")
    with (
        redirect_stdout(streams[0]),
        redirect_stderr(streams[1]),
        patch("sys.stdin", stdin),
    ):
        # What one run sets in its context is gone with the next.
        code = contextvars.copy_context().run(run_command, list(arguments))
    if b"unexpected error" in err.getvalue():
        raise RuntimeError(f"{arguments}: {err.getvalue().decode()}")
    return Result(code, out.getvalue(), err.getvalue())


def shown(output: Output) -> Iterator[bytes]:
    """Yield everything that *output* comes to, as it may be read."""
    with fixed_environment():
        for name, text in output.files.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
        for command in output.commands:
            result = run(*command, answers=output.answers)
            yield _normal(f"$ {' '.join(command)}\n{result.exit_code}\n".encode())
            yield from map(_normal, (result.stdout, result.stderr))
        for path in sorted(Path().rglob("*")):
            # SQLite's own version stands in a database; the manifest has its letters.
            # The cache of compiled templates depends on where they are.
            if path.name == ".protestgen.sqlite" or path.parts[0] == ".cache":
                continue
            if path.is_file() and str(path) not in output.files:
                yield f"{path}\n".encode() + _normal(path.read_bytes())


def digest(output: Output) -> str:
    """Return the hash of what *output* comes to."""
    found = sha256()
    for part in shown(output):
        found.update(b"%d\0" % len(part) + part)
    return found.hexdigest()[:DIGITS]


def _normal(data: bytes) -> bytes:
    """Return *data* without what is of this machine, of this run or of the data files."""
    data = re.sub(rb'("data": ?)"[0-9a-f]{64}"', rb'\1""', data)
    data = re.sub(rb"\bin \d+\.\d s\b", b"in 0.0 s", data)
    places = {str(Path.cwd()): "HERE", str(BUNDLED): "PROGRAM", str(ROOT): "PROGRAM"}
    for place, name in places.items():
        data = data.replace(place.encode(), name.encode())
    return data


def _listed(*arguments: str, key: str) -> list[str]:
    with fixed_environment():
        found = json.loads(run(*arguments, "--json").stdout)
    return [entry[key] for entry in found if entry.get(key)]


def outputs() -> dict[str, Output]:
    """Return all outputs by key."""
    found: dict[str, Output] = {}
    for key, output in (*_letters(), *_choices(), *_commands(), *_batches()):
        name = key.replace(" ", "_")
        assert name not in found, name
        found[name] = output
    return found


def _one(*command: str) -> Output:
    return Output((command,))


def _letters() -> Iterator[tuple[str, Output]]:
    """Yield each case in each style, language and format; and on a day long ago."""
    cases = _listed("cases", key="id")
    styles = _listed("styles", key="style")
    for language, case, style in product(SENDERS, cases, styles):
        country, name, city, organisation = SENDERS[language]
        letter: tuple[str, ...] = ("letter", "--lang", language, "--case", case)
        letter += ("--style", style, "--country", country, "--name", name)
        letter += ("--city", city, *EMAIL)
        if style == "organisation":
            letter += ("--organisation", organisation)
        for format_ in FORMATS:
            key = f"letter/{format_}/{language}/{case}/{style}"
            yield key, _one(*letter, "--format", format_)
        if language in {"en", "de"}:
            key = f"letter/2011/{language}/{case}/{style}"
            yield key, _one(*letter, "--date", "2011-04-30")


def _choices() -> Iterator[tuple[str, Output]]:
    """Yield letters of the options that concern the sender, the addressee and the form."""
    letter = ("letter", "--case", "kurmanov")
    for country, (kind, sender), format_ in product(
        COUNTRIES, KINDS_OF_SENDER.items(), ("text", "eml", "pdf")
    ):
        to = ("--to", "osce") if country in {"kz", "mx"} else ()
        command = (*letter, "--country", country, *sender, *to, "--format", format_)
        yield f"sender/{format_}/{country}/{kind}", _one(*command)
    offices = [id_ for id_ in _listed("embassies", key="id") if id_]
    for to_, language in product((*offices, *TO), SENDERS):
        key = f"to/{to_}/{language}"
        yield key, _one(*LETTER, "--to", to_, "--lang", language, "--format", "text")
    with fixed_environment():
        missions = json.loads(run("embassies", "--json").stdout)
    for host in sorted({m["host"] for m in missions if "host" in m}):
        yield f"host/{host}", _one(*letter, "--country", host, "--format", "json")
    for layout, format_ in product(LAYOUTS, ("pdf", "fax")):
        key = f"layout/{format_}/{layout}"
        yield key, _one(*LETTER, "--format", format_, "--layout", layout)
    options = {
        "width": ("--width", "40"),
        "ascii": ("--ascii", "--lang", "de"),
        "ascii-eml": ("--ascii", "--format", "eml", *EMAIL),
        "lf": ("--eol", "lf", "--format", "eml", *EMAIL),
        "attach": ("--attach", "pdf", "--format", "eml", *EMAIL),
        "demand": ("--demand", "press-freedom", "--demand", "nationalise"),
        "languages": ("--lang", "en,ru,de"),
        "languages-pdf": ("--lang", "en,ru", "--format", "pdf"),
        "languages-html": ("--lang", "el,fr", "--format", "html"),
        "languages-json": ("--lang", "es,en", "--format", "json"),
        "quiet": ("-q",),
        "file": ("-o", "letter.html"),
        "file-eml": ("-o", "letter.eml", *EMAIL),
        "unfit-file": ("-o", "letter.doc"),
        "date": ("--date", "2030-02-28"),
        "fallback": ("--fallback", "--lang", "de"),
        "rude": ("--why", "You are a gang of criminals and idiots."),
        "wrong-language": ("--lang", "xx"),
        "wrong-style": ("--style", "personel"),
        "wrong-demand": ("--demand", "press-fredom"),
        "wrong-date": ("--date", "2026-02-30"),
        "wrong-email": ("--email", "ada at home", "--format", "eml"),
        "wrong-format": ("--format", "docx"),
        "wrong-layout": ("--layout", "usa"),
        "wrong-width": ("--width", "7"),
        "wrong-option": ("--cuontry", "uk"),
        "eml-without-email": ("--format", "eml"),
        "attach-text": ("--attach", "pdf"),
        "support-to": ("--style", "support", "--to", "osce"),
        "japanese": ("--name", "例", "--format", "pdf"),
        "emoji": ("--why", "Please \N{PERSON WITH FOLDED HANDS}", "--format", "pdf"),
        "no-folder": ("-o", "nowhere/letter.txt"),
        "no-profile": ("--sender", "nobody.yaml"),
        "no-campaign": ("--campaign", "nowhere"),
        "argument": ("please",),
    }
    for key, more in options.items():
        yield f"option/{key}", _one(*LETTER, *more)
    profile = {"me.yaml": PROFILE}
    for format_ in FORMATS:
        command = (*letter, "--country", "gb", "--sender", "me.yaml")
        yield f"profile/{format_}", Output(((*command, "--format", format_),), profile)


def _commands() -> Iterator[tuple[str, Output]]:
    """Yield the outputs of all commands but letters."""
    cases = _listed("cases", key="id")
    for command in COMMANDS:
        yield f"help/{command}", _one(command, "--help")
    small = ("--campaign", str(SMALL))
    lines = (
        "",
        "--help",
        "--version",
        "lettre",
        "letter",
        "letter --case kurmanof",
        "letter --case kurmanov",
        "letter --case kurmanov --country brazl",
        "letter --case kurmanov --country brazil",
        "letter --case kurmanov --country kazakhstan",
        "letter --case kurmanov --country ireland",
        "letter --case kurmanov --country germany --to hanburg",
        "letter --case kurmanov --country germany --to consulate",
        "cases",
        "cases --json",
        "styles",
        "styles --json",
        "show",
        "show kurmanof",
        "embassies",
        "embassies --json",
        "embassies --host ireland",
        "embassies --host germany",
        "embassies --host germany --json",
        "embassies --host atlantis",
        "embassies --state kz --stale 5",
        "embassies --state de",
        "embassies --stale -1",
        "check",
        "check --json",
        "check --strict -q",
        "check --format github",
        "check nowhere",
        "appeal",
        "appeal kurmanof",
        "appeal kurmanov --country ireland --country de",
        "appeal kurmanov --style personal",
        "appeal kurmanov --date 2011-04-30",
        "appeal kurmanov -o appeal.html",
        "appeal kurmanov -o appeal.pdf",
        "new case",
        "new thing",
        "batch",
        "batch --example",
        "batch --case kurmanov",
    )
    for line in lines:
        yield f"command/{line or 'none'}", _one(*line.split())
    for line in lines:
        if line.split(" ")[0] in {"cases", "styles", "embassies", "check"}:
            yield f"small/{line}", _one(*small, *line.split())
    for id_ in ("picket", "march"):
        yield f"small/show {id_}", _one(*small, "show", id_)
        for language in ("en", "de"):
            key = f"small/appeal {id_} {language}"
            yield key, _one(*small, "appeal", id_, "--lang", language)
            for format_ in FORMATS:
                letter = ("letter", "--case", id_, "--country", "uk", *EMAIL)
                how = ("--lang", language, "--format", format_, "--name", "Ada")
                key = f"small/letter {id_} {language} {format_}"
                yield key, _one(*small, *letter, *how)
    for id_ in cases:
        yield f"show/{id_}", _one("show", id_)
        yield f"show/{id_}/json", _one("show", id_, "--json")
        for language, format_ in product(SENDERS, ("markdown", "html", "pdf")):
            appeal = ("appeal", id_, "--lang", language, "--format", format_)
            yield f"appeal/{id_}/{language}/{format_}", _one(*appeal)
    yield from _made()


def _made() -> Iterator[tuple[str, Output]]:
    """Yield the commands that create something, and their files."""
    new = ("init", "mine", "--state", "turkey", "--country", "uk", "--lang", "de,fr")
    made = {"case.yaml": CASE, "wrong.yaml": CASE.replace("title", "titel")}
    mine = ("--campaign", "mine")
    yield "init", Output((new, (*mine, "check"), (*mine, "cases"), new))
    yield "init/unnamed", _one(*new[:-1], "ru")
    answers = "turkey\nuk\n\nde\n"
    yield "init/answers", Output((("init", "mine"),), answers=answers)
    for name in made:
        add = (*mine, "new", "case", "--from", name)
        yield f"new/{name}", Output((new, add, add, (*mine, "cases")), made)
    letter = ("letter", "--case", "kurmanov", "--country", "uk")
    answers = "Ada Example\n12 Sample Street\nExampleton\n\nExampleton\nuk\n\n"
    answers += "ada@home.example\nen\n\nnurse\n"
    yield "profile/made", Output((("profile",), letter), answers=answers)
    answers = answers.replace("uk", "atlantis\nuk")
    yield "profile/wrong-answer", Output((("profile", "-o", "me.yaml"),), {}, answers)


def _batches() -> Iterator[tuple[str, Output]]:
    """Yield the outputs of batches, with rows that fail and without."""
    files = {
        "members.csv": ROSTER,
        "good.csv": GOOD_ROSTER,
        "members.tsv": ROSTER.replace(",,", "\t\t"),
        "members.jsonl": JSON_ROSTER,
        "empty.csv": "",
        "unnamed.csv": "first name,country\nAda,gb\n",
        "me.yaml": PROFILE,
    }
    batch = ("batch", "--case", "kurmanov")
    all_of = (*batch, "--roster", "members.csv")
    good = (*batch, "--roster", "good.csv")
    for format_ in FORMATS:
        command = (*all_of, "-o", "letters", "--format", format_)
        yield f"batch/folder/{format_}", Output((command,), files)
    two = (*good, "--case", "temir-bank", "-o", "letters")
    commands: dict[str, tuple[tuple[str, ...], ...]] = {
        "mbox": ((*all_of, "-o", "all.mbox"),),
        "jsonl": ((*all_of, "-o", "all.jsonl"),),
        "pdf": ((*all_of, "-o", "all.pdf"),),
        "pdf/duplex": ((*good, "-o", "all.pdf", "--duplex"),),
        "stream/mbox": ((*all_of, "-o", "-", "--format", "mbox"),),
        "stream/jsonl": ((*all_of, "-o", "-", "--format", "jsonl"),),
        "dry-run": ((*all_of, "-o", "letters", "--dry-run"),),
        "strict": ((*all_of, "-o", "letters", "--strict"),),
        "tsv": ((*batch, "--roster", "members.tsv", "-o", "letters"),),
        "json-lines": ((*batch, "--roster", "members.jsonl", "-o", "letters"),),
        "empty": ((*batch, "--roster", "empty.csv", "-o", "letters"),),
        "unnamed": ((*batch, "--roster", "unnamed.csv", "-o", "letters"),),
        "missing": ((*batch, "--roster", "nowhere.csv", "-o", "letters"),),
        "stdin": ((*batch, "--roster", "-", "-o", "letters"),),
        "two-cases": (two,),
        "again": (two, two, (*good, "-o", "letters", "--style", "personal")),
        "mended": (
            (*all_of, "-o", "letters"),
            (*batch, "--roster", "letters/failed.csv", "-o", "letters"),
            (*good, "-o", "letters", "--prune"),
        ),
        "attach": ((*good, "-o", "all.mbox", "--attach", "pdf"),),
        "own": (
            (*batch, "--sender", "me.yaml", "--country", "ireland", "-o", "own"),
            (*batch, "--sender", "me.yaml", "--country", "all", "-o", "all"),
        ),
        "options": ((*good, "-o", "letters", "--style", "points", "--lang", "de,en"),),
        "to-office": ((*good, "-o", "letters", "--to", "osce", "--ascii"),),
        "no-place": (good,),
        "wrong-place": ((*good, "-o", "letters.doc"),),
    }
    for key, several in commands.items():
        yield f"batch/{key}", Output(several, files, answers=GOOD_ROSTER)


def libraries() -> str:
    """Return the first line of a record: the versions of the libraries."""
    return " ".join(["#", *(f"{name}={_version(name)}" for name in LIBRARIES)])


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def read_record(path: Path) -> tuple[str, dict[str, str]]:
    """Return the first line of the record *path*, and its hashes by key."""
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    return first, dict(line.rsplit(" ", 1) for line in lines)


def write_record(path: Path, hashes: Mapping[str, str]) -> None:
    """Write a record of *hashes* to *path*."""
    lines = [libraries(), *(f"{key} {hashes[key]}" for key in sorted(hashes))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def differences(
    recorded: Mapping[str, str], found: Mapping[str, str], known: Iterable[str]
) -> list[str]:
    """Describe each output that differs, of the *known* keys."""
    told = []
    for key in sorted({*recorded, *found} & {*known}):
        if key not in found:
            told.append(f"{key}: there is no such output any more")
        elif key not in recorded:
            told.append(f"{key}: new")
        elif found[key] != recorded[key]:
            told.append(f"{key}: differs")
    return told


def main(arguments: list[str] | None = None) -> int:
    """Record the outputs, or compare them with a record."""
    parser = argparse.ArgumentParser(description="Hashes of what the program writes.")
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument("--record", type=Path, metavar="FILE")
    action.add_argument("--compare", type=Path, metavar="FILE")
    action.add_argument("--show", action="store_true")
    parser.add_argument("--only", default="", metavar="TEXT")
    choice = parser.parse_args(arguments)
    chosen = {key: o for key, o in outputs().items() if choice.only in key}
    if choice.show:
        for key, output in chosen.items():
            sys.stdout.buffer.write(b"\n".join((f"== {key}".encode(), *shown(output))))
        return 0
    found = {key: digest(output) for key, output in chosen.items()}
    if choice.record:
        write_record(choice.record, found)
        sys.stdout.write(f"{len(found)} outputs are recorded\n")
        return 0
    first, recorded = read_record(choice.compare)
    if first != libraries():
        sys.stdout.write(f"recorded with {first}\nwritten with  {libraries()}\n")
    known = {key for key in {*recorded, *found} if choice.only in key}
    told = differences(recorded, found, known)
    sys.stdout.write("".join(f"{line}\n" for line in told[:20]))
    if told[20:]:
        sys.stdout.write(f"... and {len(told) - 20} more\n")
    sys.stdout.write(f"{len(found)} outputs, {len(told)} differences\n")
    return 1 if told else 0


if __name__ == "__main__":
    sys.exit(main())
