"""The container: it builds, and writes a letter."""

import subprocess
from pathlib import Path
from shutil import which

import pytest

from conftest import ROOT

IMAGE = "protestgen-test"
# Pulling the base image and installing into it takes minutes.
TIMEOUT_S = 900


def builder() -> str:
    """Return the program that can build images here, or skip the test."""
    for name in ("podman", "docker"):
        if which(name):
            info = subprocess.run([name, "info"], capture_output=True, check=False)
            if info.returncode == 0:
                return name
    pytest.skip("no program that can build images")


@pytest.mark.slow
def test_the_container_writes_a_letter(tmp_path: Path) -> None:
    """
    The image writes a PDF without a network, into the folder that it is given.
    """
    program = builder()
    tmp_path.chmod(0o777)
    subprocess.run(
        [program, "build", "-t", IMAGE, "-f", "Containerfile", "."],
        cwd=ROOT,
        check=True,
        timeout=TIMEOUT_S,
    )
    in_container = [program, "run", "--rm", "--network=none", "-v", f"{tmp_path}:/work"]
    letter = ["letter", "--case", "kurmanov", "--country", "uk", "-o", "letter.pdf"]
    try:
        subprocess.run(
            [*in_container, IMAGE, *letter],
            check=True,
            timeout=TIMEOUT_S,
        )
    finally:
        subprocess.run([program, "rmi", IMAGE], check=False, capture_output=True)

    assert (tmp_path / "letter.pdf").read_bytes().startswith(b"%PDF-")
