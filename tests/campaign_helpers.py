"""Small campaigns: a folder to change, and cases, missions and offices as YAML."""

import shutil
from pathlib import Path

from conftest import ROOT

CASE = """\
  {id}:
    title: the arrest of Ada Example
    state: kz
    status: open
    opened: 2026-05-01
    updated: 2026-05-02
    summary: Ada Example was arrested.
    incidents:
      - {{date: 2026-05-01, place: Leeds, text: she was arrested., sources: [a page]}}
    demands:
      - {{id: release, text: release her, reason: She did no wrong.}}
    write_to: [embassy]
    sources: [a page]
"""


MISSION = """\
- state: kz
  host: {host}
  kind: {kind}
  name: Embassy of Kazakhstan
  city: {city}
  confidence: low
  sources: [a page]
"""


OFFICE = """\
  {id}: {{name: An office, role: office, country: gb, confidence: low, sources: [a]}}
"""


def case(id_: str = "ada", **changes: str) -> str:
    """Return the entry of a case; a line of *changes* replaces the one of its key."""
    lines = CASE.format(id=id_).splitlines()
    for key, line in changes.items():
        places = [n for n, old in enumerate(lines) if old.startswith(f"    {key}:")]
        for place in places or [len(lines)]:
            lines[place : place + 1] = [f"    {key}: {line}"]
    return "\n".join(lines) + "\n"


def mission(host: str, city: str, kind: str = "embassy", covers: str = "") -> str:
    """Return the entry of a mission."""
    more = f"  covers: [{covers}]\n" if covers else ""
    return MISSION.format(host=host, kind=kind, city=city) + more


def small_campaign(folder: Path) -> Path:
    """Write the small campaign, without the bundled one, to a new folder; return it."""
    shutil.copytree(ROOT / "tests" / "small", folder)
    (folder / "protestgen.yaml").write_text("extends: none\n")
    return folder


def change(
    folder: Path, *changes: tuple[str, str], name: str = "data/demands.yaml"
) -> None:
    """Replace each old text by the new one, once, in a file of a campaign."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
