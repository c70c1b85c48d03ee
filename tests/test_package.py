"""The package: what it contains, and that it finds its data."""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT
from protestgen.campaign.bundled import shipped_folder

# What editors, file managers and people leave beside the files that belong there.
STRAY = (
    *(
        "data/demands.yaml~",
        "data/.demands.yaml.swp",
        "data/notes.yaml",
        "data/.DS_Store",
    ),
    *("templates/en/base.txt.j2~", "templates/en/#base.txt.j2#", "templates/todo.txt"),
    *("templates/campaign/.DS_Store", "src/protestgen/notes.txt"),
    *("docs/.DS_Store", "docs/todo.txt", "tests/notes.txt", "tests/test_old.py~"),
    *("tests/golden/en/.letter.txt.swp", "benchmarks/result.json", ".ci/run~"),
)
# Folders at the top level whose files belong to the sdist.
SOURCES = (
    *(".ci", ".github", "benchmarks", "data", "docs", "src", "templates", "tests"),
    "tools",
)


@pytest.fixture(name="built", scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist, and the wheel built from it, of a used folder."""
    folder = tmp_path_factory.mktemp("dist")
    used = tmp_path_factory.mktemp("used")
    shutil.copytree(
        ROOT,
        used,
        ignore=shutil.ignore_patterns(".git", ".venv*", ".*_cache", "__pycache__"),
        dirs_exist_ok=True,
    )
    for name in STRAY:
        (used / name).write_text("stray")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--no-isolation",
            "--outdir",
            str(folder),
            str(used),
        ],
        check=True,
        capture_output=True,
    )
    return folder


def test_sdist_holds_all_sources_and_nothing_else(built: Path) -> None:
    """
    Everything can be built and tested from the sdist, and no stray file is in it.
    """
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        files = [member.name for member in archive.getmembers() if member.isfile()]
    names = {name.partition("/")[2] for name in files}
    sources = {
        path.relative_to(ROOT).as_posix()
        for folder in SOURCES
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    top_level = {path.name for path in ROOT.iterdir() if path.is_file()} - {".git"}
    top_level -= {name for name in top_level if name.startswith(".coverage")}

    assert names == sources | top_level | {"PKG-INFO"}


def test_wheel_has_data_and_no_tests(built: Path) -> None:
    """
    The wheel has data and templates inside the package, and nothing beside it.
    """
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    shipped = {name for name in names if name.startswith("protestgen/_shipped/")}
    tracked = {
        f"protestgen/_shipped/{path.relative_to(ROOT).as_posix()}"
        for folder in ("data", "docs", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and (folder != "docs" or path.suffix == ".md")
    }
    pages = {name.rpartition("/")[2] for name in names if "/share/man/man1/" in name}

    assert {name.split("/")[0].split("-")[0] for name in names} == {"protestgen"}
    assert shipped == tracked
    assert pages == {path.name for path in (ROOT / "docs" / "man").iterdir()}
    assert "protestgen/notes.txt" not in names
    assert "protestgen/_shipped/data/demands.yaml" in names
    assert "protestgen/check/postcodes.yaml" in names
    assert "protestgen/_shipped/templates/en/base.txt.j2" in names
    assert "protestgen/_shipped/templates/campaign/demands.yaml" in names


def test_installed_wheel_finds_its_data(built: Path, tmp_path: Path) -> None:
    """
    The unpacked wheel writes the same letter as the checkout.
    """
    (wheel,) = built.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)  # noqa: S202 - built above
    command = [
        sys.executable,
        "-m",
        "protestgen",
        "-q",
        "letter",
        "--case",
        "kolov",
        "--country",
        "uk",
    ]
    here = subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    there = subprocess.run(
        command,
        check=True,
        capture_output=True,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
    )
    found = subprocess.run(
        [
            sys.executable,
            "-c",
            "import protestgen.campaign.bundled as b; print(b.shipped_folder())",
        ],
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(site)},
    )

    assert found.stdout.decode().strip() == str(site / "protestgen" / "_shipped")
    assert there.stdout == here.stdout


def test_checkout_finds_its_data() -> None:
    """
    An editable install uses the data at the top level of the checkout.
    """
    assert (shipped_folder() / "data" / "demands.yaml").is_file()
    assert (shipped_folder() / "templates" / "en").is_dir()
