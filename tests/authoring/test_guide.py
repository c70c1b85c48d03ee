"""The authors' guide: following it step by step gives what it shows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import fields

from campaign_helpers import OFFICE, case
from conftest import ROOT
from doc_examples import Example, Terminal, assert_shown, examples
from protestgen import load_campaign
from protestgen.campaign.bundled import shipped_folder
from protestgen.campaign.case import (
    Case,
    Demand,
    Incident,
    PersonEntry,
    SupportTo,
    Way,
    WayEntry,
)
from protestgen.campaign.directory import MISSION_ROLES, Mission, Office
from protestgen.campaign.translations import CaseText, load_translation
from protestgen.language.loader import load_language

DOCS = ROOT / "docs"
GUIDE = "".join(
    (DOCS / f"{name}.md").read_text(encoding="utf-8").partition("\n## Further")[0]
    for name in ("campaigns", "campaigns-data", "campaigns-letters")
)
STEPS = re.split(r"^(?=### \d)", GUIDE, flags=re.MULTILINE)[1:]
KEYS = "".join(
    (DOCS / f"{name}.md").read_text(encoding="utf-8")
    for name in ("keys", "keys-addresses")
)
# A paragraph, and the code block after it.
BLOCK = re.compile(r"((?:[^\n]+\n)*)\n```(console|yaml)\n(.*?)```", re.DOTALL)
# A question, and its answer.
ANSWER = re.compile(r"(?P<question>[^#].*?:)(?: (?P<answer>.*))?")
# Keys of an embassy that an office does not have.
OF_EMBASSIES_ONLY = {"host", "kind", "located_in", "covers"}


class Reader:
    """Follows the steps of the guide, beginning in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self._terminal = Terminal(folder)

    def follow(self, step: str) -> None:
        """Do a step, and check that its output is as shown."""
        for before, kind, text in BLOCK.findall(step):
            if kind == "yaml":
                self._write(before, text)
                continue
            for example in examples(f"```console\n{text}```"):
                self._type(example)

    def _type(self, example: Example) -> None:
        shown, typed = [*_conversation(example)]
        result = self._terminal.type(example.command, typed)
        assert_shown(Example(example.command, shown.splitlines()), result)

    def _write(self, before: str, text: str) -> None:
        """Write *text* to the file that the words *before* it name."""
        names = re.findall(r"`(data/[\w.]+)`", before)
        if names:
            self._file = self._terminal.folder / names[-1]
        old = self._file.read_text()
        if "Replace everything in" in before:
            new = text
        elif "from `cases:` on" in before.replace("\n", " "):
            new = old[: old.index("cases:\n")] + text
        else:
            key, _ = text.split("\n", 1)
            assert old.count(f"\n{key}\n") == 1
            new = old.replace(f"\n{key}\n", f"\n{text}")
        self._file.write_text(new)


def _conversation(example: Example) -> tuple[str, str]:
    """Return the output without a terminal, and the input."""
    if not example.command.startswith("protestgen new"):
        return "\n".join(example.shown), ""
    shown, typed = "", ""
    for line in example.shown:
        asked = None if line.startswith("note: ") else ANSWER.fullmatch(line)
        shown += f"{asked['question']} " if asked else f"{line}\n"
        typed += f"{asked['answer'] or ''}\n" if asked else ""
    return shown, typed


@pytest.fixture(name="followed")
def _followed(tmp_path: Path) -> Path:
    """Return the campaign that the steps of the guide make."""
    reader = Reader(tmp_path)
    for step in STEPS:
        reader.follow(step)
    return tmp_path / "music"


def test_the_steps_of_the_guide_make_a_campaign(followed: Path) -> None:
    """
    Every command of the guide prints the output that the guide shows.
    """
    campaign = load_campaign(followed)

    assert len(STEPS) <= 15
    assert f"In {len(STEPS)} steps you" in GUIDE
    assert [(case.id, case.state) for case in campaign.cases.values()] == [
        ("music-school", "is"),
        ("teacher", "is"),
    ]
    assert [m.host for m in campaign.directory.missions] == ["gb", "de", "at"]
    assert sorted(load_translation(campaign, "de")) == ["music-school", "teacher"]
    assert '<html lang="de"' in (followed / "brief.html").read_text()
    assert '<html lang="en"' in (followed / "letter.html").read_text()
    letters = sorted((followed / "letters").glob("*.txt"))
    german = [path for path in letters if "Exzellenz," in path.read_text()]
    assert (len(letters), len(german)) == (4, 2)


def test_every_extract_is_from_a_file_of_the_guide() -> None:
    """
    Each explained extract is part of a file that the reader has written.
    """
    written = "".join(STEPS)
    explained = KEYS.replace(_way_to_act(), "").replace(_office(), "")
    extracts = re.findall(r"```\w*\n(.*?)```", explained, re.DOTALL)

    assert len(extracts) == 1
    assert [extract for extract in extracts if extract not in written] == []


def _way_to_act() -> str:
    (extract,) = re.findall(r"```yaml\n    write_to:.*?```", KEYS, re.DOTALL)
    return str(extract)


def _office() -> str:
    (extract,) = re.findall(r"```yaml\noffices:.*?```", KEYS, re.DOTALL)
    return str(extract)


def test_an_office_can_be_written_so(tmp_path: Path) -> None:
    """
    The extract with a president is a valid file of addresses.
    """
    (tmp_path / "data").mkdir()
    text = _office().removeprefix("```yaml\n").removesuffix("```")
    (tmp_path / "data" / "embassies.yaml").write_text(text)

    assert load_campaign(tmp_path).directory.offices["president"].state == "is"


def test_ways_to_act_can_be_written_so(tmp_path: Path) -> None:
    """
    The extract with ways to act is part of a valid case.
    """
    ways = _way_to_act().removeprefix("```yaml\n    write_to:").removesuffix("```")
    demands = "\n      - {id: inquiry, text: open an inquiry, reason: It is owed.}"
    offices = map(
        OFFICE.format_map, ({"id": i} for i in ("president", "minister", "prosecutor"))
    )
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "demands.yaml").write_text(
        f"cases:\n{case(demands=demands, write_to=ways.rstrip())}"
    )
    (tmp_path / "data" / "embassies.yaml").write_text(f"offices:\n{''.join(offices)}")
    first, second, third = load_campaign(tmp_path).cases["ada"].ways

    assert first == Way(("president",), ("embassy",))
    assert second == Way(("minister", "prosecutor"), (), ("release", "inquiry"))
    assert third == Way(("osce",))


def rows(heading: str) -> Iterator[tuple[str, bool]]:
    """Yield the keys in the table below a heading, and whether they are required."""
    (section,) = re.findall(rf"#+ {heading}\n(.*?)(?:\n#|\Z)", KEYS, re.DOTALL)
    for keys, needed in re.findall(r"^\| (`.*?`) \|(.*?)\|", section, re.MULTILINE):
        for key in re.findall(r"`(\w+)`", keys):
            yield key, needed.strip() == "yes"


def known(struct: type[Struct]) -> dict[str, bool]:
    """Return the keys of a schema, and whether they are required."""
    return {f.name: f.required for f in fields(struct) if f.name != "at"}


@pytest.mark.parametrize(
    ("heading", "struct"),
    [
        ("A case", Case),
        ("A person", PersonEntry),
        ("A way to act", WayEntry),
        ("An incident", Incident),
        ("A demand", Demand),
        ("Support", SupportTo),
        ("An embassy", Mission),
    ],
)
def test_every_key_is_explained(heading: str, struct: type[Struct]) -> None:
    """
    The tables of the guide have all keys, and say which are required.
    """
    assert dict(rows(heading)) == known(struct)


def test_every_key_of_an_office_is_explained() -> None:
    """
    The table of offices has their own keys, and names those shared with embassies.
    """
    shared = {
        key: needed
        for key, needed in rows("An embassy")
        if key not in OF_EMBASSIES_ONLY
    }
    (named,) = re.findall(r"as with an embassy, without (.*?)\.", KEYS, re.DOTALL)

    assert set(re.findall(r"`(\w+)`", named)) == OF_EMBASSIES_ONLY
    assert shared | dict(rows("An office")) == known(Office)


# Whom messages of support are to.
CARD_ROLES = ("friends", "mourners", "prisoners")


def test_every_role_is_listed() -> None:
    """
    The guide lists the roles of offices; other roles follow from the kind of mission.
    """
    roles = set(load_language("en", (shipped_folder(),)).forms.roles)
    (row,) = re.findall(r"^\| `role` .*$", KEYS, re.MULTILINE)
    named = set(re.findall(r"`(\w+)`", row)) - {"role"}

    assert named == roles - {*MISSION_ROLES, *CARD_ROLES} | {"office"}


def test_every_key_of_a_translation_is_explained() -> None:
    """
    The table of translations has all keys; the schema requires none of them.
    """
    assert dict(rows("A translation")) == known(CaseText)
