"""Programs of others that are measured, each in an environment of its own."""

import os
import subprocess
import sys
from pathlib import Path
from venv import EnvBuilder

_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def python_with(requirement: str) -> Path | None:
    """
    Return the Python of an environment with a package, which is made if need be.

    Where it cannot be installed, say so and return None, or end where changes are
    checked.
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
