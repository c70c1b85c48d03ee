"""The house: which module may import what, and what the core leaves alone."""

import ast
import subprocess
import sys
from collections.abc import Iterator

import pytest

from conftest import ROOT

PACKAGE = ROOT / "src" / "protestgen"

# Imports run upwards in this list only; `formats` and `cli` are packages, whose own
# modules may import one another.
FLOORS = (
    "limits",
    "errors",
    "shipped",
    "values",
    "output",
    "yamlfile",
    "country",
    "case",
    "addressee",
    "sender",
    "textstream",
    "member",
    "roster",
    "campaign",
    "language",
    "steps",
    "render_cache",
    "sandbox",
    "mistakes",
    "templates",
    "letter",
    "remarks",
    "translation",
    "writer",
    "appeal",
    "entry",
    "scaffold",
    "formats",
    "naming",
    "seen",
    "outbox",
    "lots",
    "jobs",
    "batch",
    "cluster",
    "check",
    "cli",
)

# Who alone may import a library.
OWNERS = {
    "babel": {"country"},
    "click": {"cli"},
    "dask": {"cluster"},
    "distributed": {"cluster"},
    "jinja2": {"mistakes", "sandbox", "steps", "templates"},
    "markupsafe": {"sandbox", "templates"},
    "phonenumbers": {"check.postal"},
    "rich": {"cli"},
    "typst": {"formats.pdf"},
    "wcwidth": {"formats.text"},
    "yaml": {"yamlfile"},
}
EVERYWHERE = {"msgspec", *sys.stdlib_module_names}

ENTRANCES = {PACKAGE / "__init__.py", PACKAGE / "__main__.py"}
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(set(PACKAGE.rglob("*.py")) - ENTRANCES)
}


def imports(module: str) -> Iterator[str]:
    """Yield the full names that *module* imports from, wherever in it."""
    path = MODULES[module]
    package = ["protestgen", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) + 1 - node.level] if node.level else []
            name = ".".join((*stem, *filter(None, [node.module])))
            yield name
            if name == "protestgen":
                yield from (f"protestgen.{alias.name}" for alias in node.names)


def owner(module: str) -> str:
    """Return the floor that *module* is on."""
    return module.partition(".")[0]


def test_every_module_has_its_floor() -> None:
    """
    A new module is entered in the list.
    """
    files = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__", "__main__"}
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}

    assert files | packages <= set(FLOORS)


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_upwards(module: str) -> None:
    """
    No module knows those that are built on it.
    """
    floor = FLOORS.index(owner(module))
    for name in imports(module):
        package, _, rest = name.partition(".")
        imported = owner(rest)
        if package == "protestgen" and imported in FLOORS:
            assert FLOORS.index(imported) < floor or imported == owner(module)


@pytest.mark.parametrize("module", MODULES)
def test_a_library_has_one_importer(module: str) -> None:
    """
    What a library is used for is in one place, where it could be replaced.
    """
    for name in imports(module):
        library = name.partition(".")[0]
        if library != "protestgen" and library not in EVERYWHERE:
            assert {module, owner(module)} & OWNERS[library]


@pytest.mark.parametrize(
    "module", [module for module in MODULES if owner(module) != "cli"]
)
def test_the_core_is_given_the_world(module: str) -> None:
    """
    It neither prints nor exits, and reads neither clock nor environment.
    """
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    calls = {
        ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)
    }
    names = {
        ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }

    assert not calls & {"print", "input", "exit", "quit", "open"}
    assert not {name for name in names if name.startswith(("sys.std", "sys.argv"))}
    assert not names & {
        "date.today",
        "datetime.now",
        "datetime.today",
        "datetime.utcnow",
        "dt.date.today",
        "dt.datetime.now",
        "os.environ",
        "os.getenv",
        "sys.exit",
        "time.time",
        "time.localtime",
    }


def loaded(program: str) -> set[str]:
    """Return the modules that are loaded once *program* has run."""
    program += "\nimport sys; sys.stderr.write('\\n' + ' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, timeout=60
    )
    return set(done.stderr.decode().splitlines()[-1].split())


def test_the_package_alone_is_cheap() -> None:
    """
    `import protestgen` loads no library.
    """
    modules = loaded("import protestgen")

    assert not modules & {*OWNERS, "msgspec", "protestgen.campaign.loader"}


def test_a_letter_loads_no_more_than_it_needs() -> None:
    """
    A letter in English to a pipe waits for no table, no locale and no page.
    """
    modules = loaded(
        "from protestgen.cli import run\n"
        "assert run(['letter', '--case', 'kurmanov', '--country', 'uk']) == 0"
    )

    assert {"click", "jinja2", "yaml"} <= modules
    assert not modules & {"babel", "rich", "typst", "wcwidth", "difflib", "email"}


def test_no_module_of_the_tests_is_shipped() -> None:
    """
    The program imports nothing that only tests need.
    """
    needed = {name.partition(".")[0] for module in MODULES for name in imports(module)}

    assert not needed & {"conftest", "hypothesis", "pytest"}
