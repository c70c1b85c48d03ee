"""The package: what travels in it, and that it finds its data wherever it is."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT
from protestgen.shipped import shipped_folder


@pytest.fixture(name="built", scope="module")
def _built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sdist, and the wheel built from it."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "build",
            "--no-isolation",
            "--outdir",
            str(folder),
            str(ROOT),
        ],
        check=True,
        capture_output=True,
    )
    return folder


def test_sdist_holds_all_that_is_needed(built: Path) -> None:
    """
    From the sdist everything can be built and tested.
    """
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {
        "data/demands.yaml",
        "data/embassies.yaml",
        "data/forms.yaml",
        "templates/en/statement.txt.j2",
        "src/protestgen/py.typed",
        "tests/test_package.py",
        "README.md",
        "LICENSE",
    } <= names


def test_wheel_holds_data_and_no_tests(built: Path) -> None:
    """
    The wheel carries data and templates inside the package, and nothing else beside it.
    """
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    assert {name.split("/")[0].split("-")[0] for name in names} == {"protestgen"}
    assert "protestgen/_shipped/data/demands.yaml" in names
    assert "protestgen/check/postcodes.yaml" in names
    assert "protestgen/_shipped/templates/en/base.txt.j2" in names
    assert "protestgen/_shipped/templates/campaign/demands.yaml" in names


def test_installed_wheel_finds_its_data(built: Path, tmp_path: Path) -> None:
    """
    Unpacked far from the checkout the command writes the same letter.
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
            "import protestgen.shipped as s; print(s.shipped_folder())",
        ],
        check=True,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(site)},
    )

    assert found.stdout.decode().strip() == str(site / "protestgen" / "_shipped")
    assert there.stdout == here.stdout


def test_checkout_finds_its_data() -> None:
    """
    In an editable install the data are those at the top level.
    """
    assert (shipped_folder() / "data" / "demands.yaml").is_file()
    assert (shipped_folder() / "templates" / "en").is_dir()
