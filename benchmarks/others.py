"""Other programs to measure, each in a virtual environment."""

import os
import subprocess
import sys
from pathlib import Path
from venv import EnvBuilder

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def python_with(requirement: str) -> Path | None:
    """
    Return the Python of a virtual environment with a package, which is kept.

    If the package cannot be installed, print a note and return None, or exit in CI.
    """
    folder = _CACHE / "protestgen-benchmarks" / requirement
    python = folder / "bin" / "python"
    try:
        if not _works(python, requirement):
            EnvBuilder(with_pip=True, clear=True, symlinks=True).create(folder)
            install = (python, "-m", "pip", "install", "--retries", "1", requirement)
            subprocess.run(install, check=True, capture_output=True)
        if _works(python, requirement):
            return python
    except (OSError, subprocess.CalledProcessError):
        pass
    note = f"note: {requirement} cannot be installed: not measured"
    if os.environ.get("CI"):
        raise SystemExit(note)
    print(note, file=sys.stderr)
    return None


def _works(python: Path, requirement: str) -> bool:
    line = (python, "-c", f"import {requirement.partition('==')[0]}")
    if not python.exists():
        return False
    return not subprocess.run(line, check=False, capture_output=True).returncode
