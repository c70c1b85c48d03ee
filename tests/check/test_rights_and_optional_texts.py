"""What `check` says of rights, and of texts that letters can do without."""

from datetime import date
from pathlib import Path

import pytest

from campaign_helpers import change, small_campaign
from protestgen.check import check_campaign

ON = date(2026, 11, 22)
REASON = "reason: They did nothing."
TEXTS = """\
citation: {bound: "{article} {treaty}", declared: "{article} {treaty}"}
treaties: {iccpr: des Paktes}
rights: {iccpr-9: Niemand darf willkürlich festgenommen werden.}
"""


@pytest.fixture(name="mine")
def _mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small campaign with nothing wrong in it, in the current folder."""
    monkeypatch.chdir(tmp_path)
    return small_campaign(Path("mine"))


def findings(mine: Path, *changes: tuple[str, str]) -> list[str]:
    """Return what is found after *changes* to the English cases."""
    change(mine, *changes)
    found = check_campaign([mine], ON)
    return [str(f).removeprefix("mine/data/") for f in found]


def with_rights(ids: str) -> tuple[str, str]:
    """Return the change that lets a demand rest on rights."""
    return REASON, f"{REASON}\n        rights: [{ids}]"


@pytest.mark.parametrize(
    ("ids", "expected"),
    [
        (
            "iccpr-91",
            "demands.yaml:31:17: error: unknown right 'iccpr-91': did you mean 'iccpr-9'?",
        ),
        ("iccpr-9", None),
        ("udhr-9, iccpr-9", None),
    ],
)
def test_unknown_rights_are_errors(ids: str, expected: str | None, mine: Path) -> None:
    """
    A right that is not in the data is an error; one that binds the state is none.
    """
    (mine / "data" / "rights.de.yaml").write_text(TEXTS, encoding="utf-8")
    found = [line for line in findings(mine, with_rights(ids)) if ".de." not in line]

    assert [line for line in found if "no words" not in line] == (
        [expected] if expected else []
    )


@pytest.mark.parametrize(
    ("obligation", "reason"),
    [
        ("in_force: 2026-11-02", "no source says that 'iccpr-9' bound 'kz' then"),
        (
            "in_force: 2006-04-24, reserved: [iccpr-9]",
            "'kz' has a reservation to 'iccpr-9'",
        ),
    ],
)
def test_a_right_that_does_not_bind_is_told(
    mine: Path, obligation: str, reason: str
) -> None:
    """
    A right that the state was not bound by, or has limited, is named with the effect.
    """
    (mine / "data" / "rights.de.yaml").write_text(TEXTS, encoding="utf-8")
    (mine / "data" / "rights.yaml").write_text(
        f"obligations:\n  - {{state: kz, treaty: iccpr, {obligation}, "
        "sources: [s], seen: 2026-11-03}\n"
    )
    assert findings(mine, with_rights("iccpr-9")) == [
        f"demands.yaml:31:18: warning: {reason}: letters do not name it"
    ]


def test_letters_that_name_a_right_are_checked(mine: Path) -> None:
    """
    What a style says of a right is rendered, too.
    """
    style = mine / "templates" / "en" / "statement.txt.j2"
    text = style.read_text("utf-8")
    style.write_text(f"{text}\n{{% if right %}}{{{{ nothing }}}}{{% endif %}}\n")
    found = findings(mine, with_rights("iccpr-9"))

    assert len(found) == 1
    assert "error: unknown variable 'nothing'" in found[0]


def test_rights_without_words_in_a_language_are_told(mine: Path) -> None:
    """
    A right that letters in another language of the case cannot name is named.
    """
    (mine / "data" / "rights.yaml").write_text(
        "rights:\n  iccpr-99: {treaty: iccpr, article: a, says: Nothing.}\n"
    )
    assert findings(mine, with_rights("iccpr-99")) == [
        "demands.yaml:31:18: warning: it has no words in German: "
        "add them to data/rights.de.yaml"
    ]


def test_mistakes_in_rights_are_found(mine: Path) -> None:
    """
    A mistake in a file of rights is an error at its place, whoever needs the file.
    """
    (mine / "data" / "rights.yaml").write_text("rights: {a: {treaty: iccpr}}\n")

    assert findings(mine) == [
        "rights.yaml:1:13: error: the keys 'article', 'says' are missing: add them"
    ]


def test_optional_texts_without_translation_are_told(mine: Path) -> None:
    """
    Letters are written without them, and their translator is told once a case.
    """
    found = findings(
        mine,
        ("title: the arrests", "topic: the picket\n    title: the arrests"),
        (REASON, f"{REASON}\n        question: Were they released?"),
        ("[Ada Example,", "[{name: Ada Example, about: a lawyer, short: Ada},"),
    )
    keys = "topic, people.0.short, people.0.about, demands.release.question"

    assert [line.partition(": ")[2] for line in found] == [
        f"warning: not translated: {keys}; letters do without"
    ]
