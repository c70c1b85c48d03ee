"""The order of imports, the owners of libraries, and what the core may not do."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from statistics import quantiles
from typing import Any

import pytest

from conftest import ROOT

PACKAGE = ROOT / "src" / "protestgen"

# A module imports only modules above it, in the list of packages and in its package.
ORDER = """
limits errors files country_names
schema: place types source cache yaml_nodes reader yaml_text
countries
campaign: bundled case directory world outlet routing data_files layer references loader
    translations
log: entry loader writer figures reminders calendar
language: forms typography writing language rights loader
templating: metering blocks undefined render_cache code_generator sandbox_filters probes
    sandbox filters diagnostics loader compiled environment
letters: sender letter options completeness ascii copies template_values compose editing
    notes service document appeal update press report
formats: __init__ text html json csv markdown mbox mail_message mail_headers body subject eml
    mailto pdf fax pdf_reader pdf_writer pdf_merge
batch: filenames seen_index text_stream roster_row csv_rows roster file_store manifest
    state output_folder worker process_pool dask_cluster planner dispatch report runner
    mailing
check: finding context filenames dates languages log rights postal texts contacts letters __init__
authoring: scaffold new_entry table_file mission_row mission_import
library
cli: console context common_options param_types option_values options __init__ prompts signals
    progress profile letter
    batch_options batch_target batch_source batch_processes batch_log batch cases embassies show document
    appeal update press
    log due calendar report styles check init new import_ help
"""

# The package, or the one module, that alone imports a library.
OWNERS = {
    "babel": {"countries"},
    "click": {"cli"},
    "dask": {"batch.dask_cluster"},
    "distributed": {"batch.dask_cluster"},
    "jinja2": {"templating"},
    "markupsafe": {"templating"},
    "phonenumbers": {"check.postal"},
    "rich": {"cli"},
    "typst": {"formats.pdf"},
    "wcwidth": {"formats.text"},
    "yaml": {"schema"},
}
EVERYWHERE = {"msgspec", *sys.stdlib_module_names}

MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in sorted(PACKAGE.rglob("*.py"))
}
# Modules that only describe a package, or start the program.
ENTRANCES = {
    name
    for name, path in MODULES.items()
    if name in {"__init__", "__main__"}
    or (path.stem == "__init__" and path.read_text(encoding="utf-8").count("\n") < 5)
}


# What the core may not do.
FORBIDDEN_CALLS = {"print", "input", "exit", "quit", "open"}
FORBIDDEN_NAMES = {
    *("date.today", "datetime.now", "datetime.today", "datetime.utcnow"),
    *("dt.date.today", "dt.datetime.now", "time.time", "time.localtime"),
    *("os.environ", "os.getenv", "sys.exit"),
}

# The most lines of a function and of a file, and methods of a class.
MAX_FUNCTION = 45
MAX_FILE = 350
MAX_METHODS = 12
# The most lines of half of all functions, and of nine in ten.
MAX_MEDIAN = 8
MAX_TENTH = 20


def in_order() -> list[str]:
    """Return the names of all modules in the order above."""
    modules: list[str] = []
    for line in ORDER.replace("\n    ", " ").strip().splitlines():
        package, colon, names = line.rpartition(":")
        modules += [f"{package}.{name}" if colon else name for name in names.split()]
    return modules


def imports(module: str) -> Iterator[str]:
    """Yield the full names of the modules that *module* imports, also inside functions."""
    path = MODULES[module]
    package = ["protestgen", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            stem = package[: len(package) + 1 - node.level] if node.level else []
            name = ".".join((*stem, *filter(None, [node.module])))
            for alias in node.names:
                module = f"{name}.{alias.name}".removeprefix("protestgen.")
                yield f"protestgen.{module}" if module in MODULES else name


def owner(module: str) -> str:
    """Return the package of *module*, or its own name at the top level."""
    return module.partition(".")[0]


def test_every_module_is_in_the_order() -> None:
    """
    Each module is listed in the order once.
    """
    assert sorted(in_order()) == sorted(MODULES.keys() - ENTRANCES)


def test_imports_follow_the_order() -> None:
    """
    No module imports one that is built on it, not even inside a function.
    """
    places = {module: place for place, module in enumerate(in_order())}
    wrong = []
    for module in MODULES.keys() - ENTRANCES:
        for name in imports(module):
            imported = name.removeprefix("protestgen.")
            if f"{imported}.__init__" in MODULES:
                imported = f"{imported}.__init__"
            is_later = places.get(imported, -1) >= places[module]
            if name.startswith("protestgen") and is_later:
                wrong.append((module, imported))

    assert wrong == []


def test_the_top_level_is_small() -> None:
    """
    The top level has at most eight modules, so that a reader sees the packages.
    """
    assert len(list(PACKAGE.glob("*.py"))) <= 8


def test_a_library_has_one_importer() -> None:
    """
    A library is imported in one place, where it could be replaced.
    """
    imported = {
        (module, library)
        for module in MODULES
        for library in {name.partition(".")[0] for name in imports(module)}
        if library != "protestgen" and library not in EVERYWHERE
    }

    assert {library for _, library in imported} == OWNERS.keys()
    assert [
        (module, library)
        for module, library in imported
        if not {module, owner(module)} & OWNERS[library]
    ] == []


def test_the_core_has_no_side_effects() -> None:
    """
    The core neither prints nor exits, and reads neither clock nor environment.
    """
    entrances = {"cli", "library", "__main__"}
    calls = {
        (module, ast.unparse(node.func))
        for module, node in nodes(ast.Call)
        if owner(module) not in entrances
    }
    names = {
        (module, ast.unparse(node))
        for module, node in nodes(ast.Attribute)
        if owner(module) not in entrances
    }

    assert {found for found in calls if found[1] in FORBIDDEN_CALLS} == set()
    assert {
        (module, name)
        for module, name in names
        if name in FORBIDDEN_NAMES or name.startswith(("sys.std", "sys.argv"))
    } == set()


def loaded(program: str) -> set[str]:
    """Return the modules that *program* has loaded when it ends."""
    program += "\nimport sys; sys.stderr.write('\\n' + ' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, timeout=180
    )
    return set(done.stderr.decode().splitlines()[-1].split())


def nodes(*types: type[ast.AST]) -> Iterator[tuple[str, Any]]:
    """Yield the modules, and in them all nodes that are of one of the *types*."""
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, types):
                yield module, node


def test_functions_are_short() -> None:
    """
    No function is long, half of them are very short, and nine in ten are short.
    """
    lengths = {
        (module, node.name, node.lineno): node.end_lineno - node.lineno + 1
        for module, node in nodes(ast.FunctionDef, ast.AsyncFunctionDef)
    }
    tenths = quantiles(lengths.values(), n=10)

    assert not {name for name, lines in lengths.items() if lines > MAX_FUNCTION}
    assert tenths[4] <= MAX_MEDIAN
    assert tenths[8] <= MAX_TENTH


def test_classes_and_files_are_small() -> None:
    """
    No class has many methods, and no file many lines.
    """
    methods = {
        (module, node.name): sum(isinstance(n, ast.FunctionDef) for n in node.body)
        for module, node in nodes(ast.ClassDef)
    }
    lines = {
        module: len(path.read_text(encoding="utf-8").splitlines())
        for module, path in MODULES.items()
    }

    assert not {name for name, count in methods.items() if count > MAX_METHODS}
    assert not {module for module, count in lines.items() if count > MAX_FILE}


def test_importing_the_package_loads_no_library() -> None:
    """
    `import protestgen` loads no library.
    """
    modules = loaded("import protestgen")

    assert not modules & {*OWNERS, "msgspec", "protestgen.campaign.loader"}


def test_a_letter_loads_no_more_than_it_needs() -> None:
    """
    A letter in English to a pipe loads no locale, no table and no page.
    """
    modules = loaded(
        "from protestgen.cli import run\n"
        "assert run(['letter', '--case', 'kurmanov', '--country', 'uk']) == 0"
    )

    assert {"click", "jinja2", "yaml"} <= modules
    assert not modules & {"babel", "rich", "typst", "wcwidth", "difflib", "email"}
    assert "protestgen.templating.diagnostics" not in modules


@pytest.mark.parametrize(
    ("words", "libraries"),
    [
        ("protestgen ", {"jinja2", "yaml", "sqlite3", "multiprocessing"}),
        ("protestgen letter --", {"jinja2", "sqlite3"}),
        ("protestgen letter --case k", {"jinja2", "sqlite3"}),
    ],
)
def test_a_completion_loads_no_more_than_it_needs(
    words: str, libraries: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A completion loads no templates, and that of commands no data.
    """
    monkeypatch.setenv("_PROTESTGEN_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    modules = loaded(
        "from protestgen.cli import run\ntry: run()\nexcept SystemExit: pass"
    )

    assert "click" in modules
    assert not modules & libraries


def test_a_table_of_cases_loads_no_templates() -> None:
    """
    `cases` loads neither templates nor letters.
    """
    modules = loaded("from protestgen.cli import run\nassert run(['cases']) == 0")

    assert not modules & {"jinja2", "protestgen.letters.letter"}


def test_the_program_needs_no_test_library() -> None:
    """
    The program imports nothing that only tests need.
    """
    needed = {name.partition(".")[0] for module in MODULES for name in imports(module)}

    assert not needed & {"conftest", "hypothesis", "pytest"}


def test_no_test_module_is_imported() -> None:
    """
    Tests share helpers by modules of helpers, never by importing one another.
    """
    imported = {
        name
        for path in (ROOT / "tests").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert "conftest" in imported
    assert not {name for name in imported if "test_" in name}
