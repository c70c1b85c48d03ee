"""CONTRIBUTING.md: what it names is there, and it leaves nothing important out."""

import re
import tomllib
from functools import partial

import pytest

from conftest import ROOT
from protestgen.cli import COMMANDS

PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "src" / "protestgen"
SPANS = sorted({*re.findall(r"`([^`\n]+)`", PAGE)})
# What stands for any name in a path.
PLACEHOLDER = re.compile("LANGUAGE|STYLE|STATE|FORMAT|COMMAND|PACKAGE|TOPIC")
PATHS = [
    *re.findall(r"\]\(([^)#]+)", PAGE),
    *(
        span
        for span in SPANS
        if re.fullmatch(r"[\w./*-]*(?:/[\w./*-]*|\.(?:py|md|yaml|txt))", span)
        and not span.startswith(".venv")
    ),
]


def read(path: str) -> str:
    """Return the text of a file, by its path from the top or from the package."""
    (file,) = (top / path for top in (ROOT, PACKAGE) if (top / path).is_file())
    return file.read_text(encoding="utf-8")


def section(heading: str) -> str:
    """Return the text below a heading of the page."""
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


def test_every_path_exists() -> None:
    """
    Each file and folder is there; a placeholder stands for at least one name.
    """
    patterns = {path: PLACEHOLDER.sub("*", path.removesuffix("/")) for path in PATHS}

    assert len(PATHS) > 100
    assert [
        path
        for path, pattern in patterns.items()
        if not [*ROOT.glob(pattern), *PACKAGE.glob(pattern)]
    ] == []


@pytest.mark.parametrize(
    ("change", "path", "found"),
    [
        ("how a date is written", "data/forms.el.yaml", "Ιανουαρίου"),
        ("what `--to` accepts", "campaign/routing.py", "to: str | None"),
        ("margins", "templates/layout/letter.typ", "margin: 25mm"),
        ("what it says of an address", "check/contacts.py", "verified"),
        ("the row of a member that failed", "batch/roster.py", "def report_row"),
    ],
)
def test_a_change_is_one_hop_away(change: str, path: str, found: str) -> None:
    """
    One row of the table names the change, and the file in which it is made.
    """
    (row,) = re.findall(rf"^\|.*{re.escape(change)}.*$", PAGE, re.MULTILINE)

    assert f"`{path.replace('.el.', '.LANGUAGE.')}`" in row
    assert found in read(path)


def test_packages_are_named_in_the_order_of_imports() -> None:
    """
    The list has every package, in the order that the test of the architecture keeps.
    """
    order = re.search(
        r'ORDER = """(.*?)"""', read("tests/test_architecture.py"), re.DOTALL
    )
    assert order
    named = re.findall(r"^- `(\w+)/`: ", section("The packages"), re.MULTILINE)

    assert named == re.findall(r"^(\w+): ", order[1], re.MULTILINE)
    assert sorted(named) == sorted(
        path.parent.name for path in PACKAGE.glob("*/__init__.py")
    )


def test_every_name_is_in_its_file() -> None:
    """
    A constant or a fixture is in the file that is named with it.
    """
    constants = re.findall(r"`(\w+)`\s+in\s+`([\w/.]+)`", PAGE)
    (fixtures,) = re.findall(r"has the fixtures: (.*?)\.", PAGE, re.DOTALL)
    fixtures = re.findall(r"`(\w+)`", fixtures)

    assert len(constants) >= 3
    assert [(name, file) for name, file in constants if name not in read(file)] == []
    assert len(fixtures) >= 3
    assert [f for f in fixtures if f'name="{f}"' not in read("tests/conftest.py")] == []


def test_commands_are_those_of_the_checks() -> None:
    """
    Whatever a contributor is told to run, `.ci/run` runs too.
    """
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
    command = r"\.venv/bin/\w+(?: (?:install|format|check|-m \w+))?"
    told = {*re.findall(command, blocks), *re.findall(rf"`({command})", PAGE)}
    checks = read(".ci/run")

    assert len(told) >= 5
    assert sorted(name for name in told if name not in checks) == []


def test_commands_of_protestgen_exist() -> None:
    """
    Commands that the page names are commands of the program.
    """
    named = {*re.findall(r"`protestgen (\w+)", PAGE)}

    assert named
    assert named <= {*COMMANDS}


def test_flags_are_those_of_the_tests() -> None:
    """
    The table has each flag that `tests/conftest.py` adds, and no other.
    """
    named = re.findall(r"^\| `(--[\w-]+)", section("Tests"), re.MULTILINE)

    assert sorted(named) == sorted(
        re.findall(r'"(--[\w-]+)"', read("tests/conftest.py"))
    )


def test_every_dependency_is_explained() -> None:
    """
    The table has what the program needs, with the extras.
    """
    project = tomllib.loads(read("pyproject.toml"))["project"]
    extras = project["optional-dependencies"]
    needed = [*project["dependencies"], *extras["pdf"], *extras["dask"]]
    named = re.findall(r"^\| ([a-z0-9]+) ", section("Dependencies"), re.MULTILINE)
    named.remove("package")

    assert sorted(named) == sorted(map(partial(re.sub, r"\W.*", ""), needed))


def test_the_page_is_short() -> None:
    """
    A newcomer reads it in a few minutes.
    """
    assert len(PAGE.splitlines()) <= 160
