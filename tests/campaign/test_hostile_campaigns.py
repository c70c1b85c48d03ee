"""
Commands on hostile campaigns: each one ends with its product or with an error.

Each campaign is generated from its number, so that a failure can be repeated;
`--campaigns N` sets how many are tried.
"""

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT
from hostile import (
    DATES,
    EMAILS,
    NUMBERS,
    Worker,
    draws,
    worst_country,
    worst_text,
)

SMALL = ROOT / "tests" / "small"
ITALIAN = ROOT / "tests" / "italian"
FORMATS = ("text", "eml", "subject", "body", "mailto", "html", "pdf", "fax", "json")
ROSTER = b"name,country,email\nAda Example,gb,ada@home.example\nBob Example,us,b@home.example\n"
# With fewer campaigns than this, each is tried in some of the formats only.
MANY = 200

PATTERNS = (
    "{salutation:>9000000}",
    "{salutation:>9000000000}",
    "{salutation.__class__}",
    "{salutation!r:>99}",
    "{state:{state}}",
    "{x}",
    "{}",
    "{0}",
    "{",
    "}",
    "{{salutation}}",
    "%s",
    "{day:>9000000} {month} {year}",
    "{subject}" * 5_000,
    "{state}" * 5_000,
)
# Expressions in templates.
VALUES = (
    *("case", "demands", "addressee", "language", "why", "case.title", "cosigners"),
    *("case.incidents", "case.demands", "demands[0]", "case.title_in", "relation"),
    *("loop", "self", "namespace()", "namespace", "nothing", "'a'", "7", "-1", "1.5"),
    *("[]", "{}", "()", "none", "true", "case.opened", "letters", "letters[0]"),
    *("case.support_to", "of_state", "s", "case.title|list", "[case, demands, why]"),
    *("2147483648", "9999999999 * 9999999999", "{'a': case}", "(1, 'a', none)", "m"),
)
FILTERS = (
    *("capitalize", "list", "lower", "reverse", "sort", "title", "trim", "unique"),
    *("upper", "default", "first", "last", "length", "join", "sentence", "when"),
    *("date", "month", "country", "map('upper')", "map(attribute='title')"),
    *("sort(attribute='text')", "selectattr('optional')", "trim('a' ~ s)"),
    *("rejectattr('id', 'eq', 'a')", "sort(reverse=true)", "unique(true)"),
    *("select('in', s)", "reject('gt', 1)", "default(case, true)", "join(s)"),
    *(
        "map(attribute='" + "a." * 2_000 + "a')",
        "sort(attribute='" + "0," * 2_000 + "0')",
    ),
    *("map('map', 'map')", "trim(case)", "length()", "first(1)", "sentence(1)"),
    *("upper|lower|title|trim", "map('default', s)|map('upper')|list|join"),
)
OPERATORS = ("~", "+", "-", "*", "/", "//", "%", "**", "==", "<", "in", "and", "is")
STATEMENTS = (
    "{{{{ {a} }}}}",
    "{{{{ {a}|{f} }}}}",
    "{{{{ {a}|{f}|{g} }}}}",
    "{{{{ {a} {o} {b} }}}}",
    "{{{{ {a}[{b}] }}}}",
    "{{{{ {a}({b}) }}}}",
    "{{{{ {a}[1:2:{b}] }}}}",
    "{{{{ {a} if {b} else {a}|{f} }}}}",
    "{{% for x in {a} %}}{{{{ x|{f} }}}}{{% endfor %}}",
    "{{% for x in {a}|{f} %}}{{% for y in {b} %}}{{{{ x }}}}{{% endfor %}}{{% endfor %}}",
    "{{% for x, y in {a} recursive %}}{{{{ loop({b}) }}}}{{% endfor %}}",
    "{{% set x = {a}|{f} %}}{{{{ x }}}}",
    "{{% set ns = namespace(x={a}) %}}{{% for c in s %}}{{% set ns.x = ns.x ~ {b} %}}{{% endfor %}}",
    "{{% macro n(x, y={a}) %}}{{{{ x|{f} }}}}{{{{ n(y) }}}}{{% endmacro %}}{{{{ n({b}) }}}}",
    "{{% call(x) m({a}) %}}{{{{ x }}}}{{% endcall %}}",
    "{{% if {a} is {f} %}}x{{% endif %}}",
    "{{% filter {f} %}}{{{{ {a} }}}}{{% endfilter %}}",
    "{{% block {a} %}}x{{% endblock %}}",
    "{{% block opening %}}{{{{ super() }}}}{{{{ {a} }}}}{{% endblock %}}",
    "{{% include {a} %}}",
    "{{% import {a} as x %}}{{{{ x.y }}}}",
    "{{% extends {a} %}}",
    "{{% extends 'en/base.txt.j2' %}}{{% block account %}}{{{{ {a}|{f} }}}}{{% endblock %}}",
    "{{% with x = {a} %}}{{{{ x.y.z }}}}{{% endwith %}}",
    "{{% set x %}}{{{{ {a} }}}}{{% endset %}}{{{{ x|{f} }}}}",
    "{{% autoescape {a} %}}{{{{ {b} }}}}{{% endautoescape %}}",
    "{{% trans %}}{{{{ {a} }}}}{{% endtrans %}}",
    "{{# {a}",
    "{{{{ {a}",
    "{{% {a} %}}",
    "{{% raw %}}{{{{ {a} }}}}",
)
FILE_NAMES = (
    "a\nb.yaml",
    "\udcff\udcfe.yaml",
    "\x1b[31m.yaml",
    "demands.yaml.yaml",
    "demands..yaml",
    "demands.../.yaml",
    "demands.de.fr.yaml",
    "demands.xx.yaml",
    "forms.xx.yaml",
    "forms.zz-Latn.yaml",
    "forms.\u202e.yaml",
    ".yaml",
    "a" * 250 + ".yaml",
    "embassies.yml",
    "\u202eabc.yaml",
    "[red]demands.yaml",
    "demands.en.yaml",
    "embassies.de.yaml",
    "%s%n.yaml",
)
TEMPLATE_NAMES = (
    "en/a\nb.txt.j2",
    "en/\udcff.txt.j2",
    "en/\x1b[31m.txt.j2",
    "en/" + "a" * 240 + ".txt.j2",
    "en/base.txt.j2",
    "en/appeal.j2",
    "en/press.j2",
    "en/update.j2",
    "en/.txt.j2",
    "en/.hidden.txt.j2",
    "en/statement.txt.j2",
    "en/support.txt.j2",
    "en/organisation.txt.j2",
    "en/with space.txt.j2",
    "en/'.txt.j2",
    "en/\u202emine.txt.j2",
    "xx/statement.txt.j2",
    "de/base.txt.j2",
    "layout/letter.html.j2",
    "layout/letter.txt.j2",
    "statement.txt.j2",
    "en/a/b.txt.j2",
    "\n/statement.txt.j2",
)
SPECIAL = ("fifo", "zero", "passwd", "loop", "folder", "sparse", "up", "gone", "random")


class Campaign:
    """A campaign in a *folder* that is damaged at random."""

    def __init__(self, folder: Path, draw: random.Random) -> None:
        self.folder = folder
        self.draw = draw
        base = draw.choice((SMALL, SMALL, SMALL, ITALIAN))
        shutil.copytree(base, folder)
        self.is_small = base == SMALL
        if self.is_small and draw.random() < 0.5:
            (folder / "protestgen.yaml").write_text("extends: none\n")

    def spoil(self) -> None:
        """Make one to three random changes."""
        accidents = (
            self._values,
            self._values,
            self._values,
            self._forms,
            self._template,
            self._template,
            self._template,
            self._raw,
            self._name,
            self._special,
            self._many,
        )
        for _ in range(self.draw.choice((1, 1, 2, 3))):
            # Another accident may have left what this one cannot read.
            with suppress(
                NotADirectoryError, RecursionError, ValueError, yaml.YAMLError
            ):
                self.draw.choice(accidents)()

    def _data_file(self) -> Path:
        names = [p for p in (self.folder / "data").iterdir() if _is_plain(p)]
        if not names:
            path = self.folder / "data" / "demands.yaml"
            shutil.copy(SMALL / "data" / "demands.yaml", path)
            return path
        return self.draw.choice(sorted(names))

    def _values(self) -> None:
        """Put the worst values in the place of others."""
        path = self._data_file()
        data = load(path)
        for _ in range(self.draw.choice((1, 1, 1, 2, 5))):
            replace_one(self.draw, data)
        _write(path, dump(data))

    def _forms(self) -> None:
        """Give forms of address of its own, with the worst patterns."""
        suffix = self.draw.choice(("", ".de", ".ru"))
        bundled = ROOT / "data" / f"forms{suffix}.yaml"
        data = load(bundled)
        roles = list(data["roles"].values())
        if self.draw.random() < 0.2:
            for role in roles:
                field = self.draw.choice(("closing", "title", "closing_plural"))
                role[field] = self.draw.choice(PATTERNS)
        if self.draw.random() < 0.5:
            closings = {f["closing"]: self.draw.choice(PATTERNS) for f in roles}
            data["variants"] = {"gb": {"closings": closings}}
        if self.draw.random() < 0.5:
            office = {"of": "Office of the Ombudsman", "name": "Ombudsman"}
            field = self.draw.choice(("title", "title", "name", "salutation"))
            data["offices"] = {
                "ombudsman": office | {field: self.draw.choice(PATTERNS)}
            }
        for _ in range(self.draw.choice((0, 0, 1, 5))):
            replace_one(self.draw, data)
        _write(self.folder / "data" / f"forms{suffix}.yaml", dump(data))

    def _template(self) -> None:
        """Put a template there, made of what may be in one."""
        name = self.draw.choice((*TEMPLATE_NAMES, *(6 * ("en/mine.txt.j2",))))
        path = self.folder / "templates" / name
        _write(path, template(self.draw))

    def _raw(self) -> None:
        """Put what is no plain YAML into a file."""
        path = self._data_file()
        text = _read(path)
        much = self.draw.choice(
            (
                "".join(
                    f"a{n}: &a{n} [{','.join(f'*a{n - 1}' for _ in range(9))}]\n"
                    for n in range(9)
                ),
                "a: &a " + "x" * 900 + "\nb: [" + "*a," * 20_000 + "*a]\n",
                "[" * 10_000,
                "{a: " * 10_000,
                "- " * 10_000,
                "? " * 10_000,
                "a: !!python/object/apply:os.system [id]\n",
                "<<: *a\n",
                "%YAML 9.9\n---\n",
                "--- a\n--- b\n",
                "a: |\n" + " x\n" * 100_000,
                "'" + "\\n" * 50_000,
                '"\\ud800\\U00110000"',
                "".join(f"k{n}: v\n" for n in range(20_000)),
                "cases:\n"
                + "".join(f"  c{n}: {{follows: d{n}}}\n" for n in range(2_000)),
                "\0\x01\x1b",
                "\ufeff\ufeff",
                "\t",
            )
        )
        place = self.draw.choice((0, len(text), text.find("\n", len(text) // 2) + 1))
        _write(path, text[:place] + much + text[place:])
        if self.draw.random() < 0.2:
            encoding = self.draw.choice(("utf-16", "latin-1", "utf-32"))
            path.write_bytes(text.encode(encoding, "replace"))

    def _name(self) -> None:
        """Put a file or a folder there whose name is odd."""
        folder = self.folder / "data"
        path = folder / self.draw.choice(FILE_NAMES)
        if self.draw.random() < 0.2:
            path.unlink(missing_ok=True)
            path.mkdir(parents=True, exist_ok=True)
            return
        known = ROOT / "data" / self.draw.choice(("forms.de.yaml", "embassies.yaml"))
        _write(path, self.draw.choice((_read(known), "", "a: b\n")))

    def _special(self) -> None:
        """Put a link or a device where a file or a folder belongs."""
        place = self.draw.choice(
            (
                *("data/demands.yaml", "data/embassies.yaml", "data/forms.yaml"),
                *("data/demands.de.yaml", "data/demands", "data", "protestgen.yaml"),
                *("templates/en/mine.txt.j2", "templates/en", "templates"),
                *("templates/en/base.txt.j2", "data/other.yaml", "templates/en/x"),
                *("templates/layout", "data/demands/one.yaml"),
            )
        )
        path = self.folder / place
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        path.unlink(missing_ok=True)
        _write(path, "")
        path.unlink()
        special(path, self.draw.choice(SPECIAL))

    def _many(self) -> None:
        """Multiply entries, files or words."""
        count = self.draw.choice((100, 300))
        kind = self.draw.choice(("cases", "avoid", "demands", "files", "missions"))
        path = self.folder / "data" / "demands.yaml"
        data = load(SMALL / "data" / "demands.yaml")
        march = data["cases"]["march"]
        if kind == "cases":
            for number in range(count):
                data["cases"][f"march-{number}"] = march | {"follows": f"x{number}"}
        elif kind == "avoid":
            march["avoid"] = [f"word{n}" for n in range(100 * count)]
            march["summary"] = "A word. " * 1_000
        elif kind == "demands":
            demand = march["demands"][1]
            march["demands"] = [demand | {"id": f"d{n}"} for n in range(10 * count)]
        elif kind == "files":
            for number in range(count):
                name = f"one{number}.txt.j2"
                _write(self.folder / "templates" / "en" / name, "S\n\nText\n")
        else:
            self._missions(count)
        _write(path, dump(data))

    def _missions(self, count: int) -> None:
        path = self.folder / "data" / "embassies.yaml"
        data = load(SMALL / "data" / "embassies.yaml")
        first = data["embassies"][0]
        data["embassies"] = [
            first | {"city": f"City {n}", "covers": [], "kind": "consulate"}
            for n in range(count)
        ]
        _write(path, dump(data))


def replace_one(draw: random.Random, data: Any) -> None:
    """Replace a random value or key in *data*."""
    groups = list(_groups(data))
    if not groups:
        return
    group = draw.choice(groups)
    keys = list(group) if isinstance(group, dict) else list(range(len(group)))
    if not keys:
        return
    key = draw.choice(keys)
    chance = draw.random()
    if chance < 0.05:
        del group[key]
    elif chance < 0.1 and isinstance(group, dict):
        group[worst_text(draw)[:200]] = group.pop(key)
    elif chance < 0.15 and isinstance(group, list):
        group.extend([group[key]] * draw.choice((1, 200)))
    else:
        group[key] = worst_value(draw, str(key), group[key])


def _groups(data: Any) -> Iterator[Any]:
    if isinstance(data, (dict, list)):
        yield data
        for value in data.values() if isinstance(data, dict) else data:
            yield from _groups(value)


def worst_value(draw: random.Random, key: str, old: Any) -> Any:
    """Return a hostile value for *key*."""
    kinds: list[Callable[[], Any]] = [
        lambda: worst_text(draw),
        lambda: worst_text(draw),
        lambda: draw.choice(PATTERNS),
        lambda: draw.choice((*NUMBERS, *DATES)),
        lambda: draw.choice(([], {}, [[]], {"a": "b"}, [old, old], {"a": old}, "")),
    ]
    special_: dict[str, Callable[[], Any]] = {
        **dict.fromkeys(("state", "host", "country"), lambda: worst_country(draw)),
        "email": lambda: draw.choice(EMAILS),
        "covers": lambda: [worst_country(draw) for _ in range(300)],
        **dict.fromkeys(
            ("date", "opened", "updated", "met", "verified", "write_by"),
            lambda: draw.choice(DATES),
        ),
        **dict.fromkeys(
            ("phone", "fax"),
            lambda: draw.choice(
                ("+44 " + "1 " * 5_000, "112", "+0", "+" + "9" * 16, "tel")
            ),
        ),
        "address": lambda: [worst_text(draw) for _ in range(draw.choice((1, 100)))],
        "avoid": lambda: [worst_text(draw) for _ in range(50)],
        "write_to": lambda: [draw.choice(("embassy", "ombudsman", "osce", "x", ""))],
    }
    if key in special_ and draw.random() < 0.6:
        return special_[key]()
    return draw.choice(kinds)()


def template(draw: random.Random) -> str:
    """Return a template of random statements, some of them nested."""
    parts = []
    for _ in range(draw.choice((1, 1, 2, 4))):
        a, b = draw.choice(VALUES), draw.choice(VALUES)
        f, g = draw.choice(FILTERS), draw.choice(FILTERS)
        statement = draw.choice(STATEMENTS)
        o = draw.choice(OPERATORS)
        parts.append(statement.format(a=a, b=b, f=f, g=g, o=o))
    text = "\n".join(parts)
    if draw.random() < 0.3:
        for _ in range(draw.choice((1, 3, 6))):
            text = "{% for " + draw.choice("xyz") + " in s %}" + text + "{% endfor %}"
    if draw.random() < 0.1:
        text = worst_text(draw)
    long = draw.choice((10, 200, 2_000))
    macro = "{% macro m(x=1) %}{{ x }}{{ caller() if caller }}{% endmacro %}"
    head = '{% set s = "' + "a" * long + '" %}' + macro
    first = draw.choice(("S\n\n", "{# About. #}\nS\n\n", ""))
    return text + "\n" if text.startswith("{% extends") else f"{first}{head}{text}\n"


def special(path: Path, kind: str) -> None:
    """Make a special file at *path*."""
    targets = {
        "zero": "/dev/zero",
        "passwd": "/etc/passwd",
        "loop": path.name,
        "folder": ".",
        "up": "../../..",
        "gone": "nowhere",
        "random": "/dev/urandom",
    }
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "sparse":
        with path.open("wb") as file:
            file.truncate(3 * 2**30)
    else:
        path.symlink_to(targets[kind])


def load(path: Path) -> Any:
    """Return the content of a YAML file, with all scalars as text."""
    return yaml.load(_read(path), Loader=yaml.BaseLoader)  # noqa: S506 - texts only


def dump(data: Any) -> str:
    """Return *data* as YAML."""
    return yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=10**9)


def _is_plain(path: Path) -> bool:
    return path.suffix == ".yaml" and path.is_file() and not path.is_symlink()


def _read(path: Path) -> str:
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(3_000_000)


def _write(path: Path, text: str) -> None:
    """Write *text*, unless a special file is in its way."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file() or not os.path.lexists(path):
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
    except OSError:
        pass


def commands(draw: random.Random, *, everything: bool) -> Iterator[tuple[str, ...]]:
    """Yield the commands to run on a campaign."""
    formats = FORMATS if everything else draw.sample(FORMATS, 2)
    yield ("check",)
    yield from draw.sample((("cases",), ("cases", "--json"), ("styles",)), 2)
    yield draw.choice((("embassies",), ("embassies", "--json"), ("styles", "--json")))
    yield ("check", *draw.choice((("--json",), ("--format", "github"), ("--strict",))))
    for case in draw.sample(("picket", "march", "kurmanov"), 3 if everything else 1):
        yield ("show", case)
        for document in ("appeal", "press", "update"):
            format_ = draw.choice(("markdown", "text", "html", "pdf"))
            yield (document, case, "--format", format_)
    for format_ in formats:
        letter = ("letter", "--case", draw.choice(("picket", "march", "kurmanov")))
        country = draw.choice(("gb", "gb", "ie", "de", "kz", "us"))
        style = draw.choice(("statement", "mine", "mine", "support", "personal"))
        how = draw.choice(
            ((), ("--lang", "de"), ("--lang", "it"), ("--to", "ombudsman"))
        )
        sender = ("--name", "Ada Example", "--email", "ada@home.example")
        form = ("--format", format_, "--style", style, "--country", country)
        yield (*letter, *sender, *form, *(how if style != "support" else ()))
    picket = ("letter", "--case", "picket", "--country", "gb")
    yield (*picket, "--style", "mine")
    yield (*picket, "--to", "ombudsman")
    batch = ("batch", "--case", "picket", "--roster", "../members.csv", "--jobs", "1")
    yield (*batch, "--style", "mine", "-o", "../letters")
    yield (*batch, "-o", draw.choice(("../all.pdf", "../all.mbox", "../all.jsonl")))


def faults(
    worker: Worker, folder: Path, number: int, *, everything: bool
) -> Iterator[str]:
    """Make the campaign with this *number* in *folder*, and yield its failures."""
    draw = draws(f"campaign {number}")
    campaign = Campaign(folder / "mine", draw)
    campaign.spoil()
    (folder / "members.csv").write_bytes(ROSTER)
    for command in commands(draw, everything=everything):
        # With `check`, every letter of the campaign is written.
        letters = 6 if command[0] == "check" else 2
        inside = [part.removeprefix("../") for part in command]
        outcome = worker.run(folder, "--campaign", "mine", *inside)
        if problem := outcome.problem(letters=letters):
            yield f"campaign {number}, {' '.join(command)}: {problem}"


@pytest.mark.slow
def test_a_hostile_campaign_ends_in_letters_or_errors(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """No campaign causes a traceback, a hang or too much memory."""
    count = request.config.getoption("campaigns")
    problems: list[str] = []
    with Worker() as worker:
        for number in range(count):
            folder = tmp_path / str(number)
            folder.mkdir()
            found = faults(worker, folder, number, everything=count >= MANY)
            problems += found

    assert problems == []
