"""Large campaigns: what is read for one case, and what is not."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from campaign_helpers import OFFICE, case, mission
from conftest import Run
from protestgen import load_campaign
from protestgen.campaign.layer import FEW_PARTS, Wanted
from protestgen.campaign.loader import case_titles
from protestgen.errors import DataError

BROKEN = "cases: {"
Campaign = Callable[[dict[str, str]], Path]


@pytest.fixture(name="campaign")
def _campaign(tmp_path: Path) -> Campaign:
    """Return a function that writes files below `data/` of a campaign."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / "own" / "data" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path / "own"

    return write


def cases(*ids: str) -> str:
    """Return a file with cases."""
    return "cases:\n" + "".join(map(case, ids))


def embassies(host: str, city: str, state: str = "kz") -> str:
    """Return a file with the embassy of *state*."""
    return "embassies:\n" + mission(host, city).replace("state: kz", f"state: {state}")


def letter(run: Run, folder: Path, id_: str, country: str = "br") -> tuple[int, str]:
    """Return the exit code of a letter, and what is shown."""
    result = run("letter", id_, "--country", country, "--campaign", folder)
    return result.exit_code, result.stdout + result.stderr


def test_only_the_files_of_the_case_and_its_state_are_read(
    run: Run, campaign: Campaign
) -> None:
    """
    Mistakes in files of other cases and states do not keep a letter from being written.
    """
    folder = campaign(
        {
            "demands/ada.yaml": cases("ada"),
            "demands/ben.yaml": BROKEN,
            "embassies/kz.yaml": embassies("br", "Brasilia"),
            "embassies/fr.yaml": "embassies: {",
        }
    )
    code, shown = letter(run, folder, "ada")

    assert (code, "Embassy of Kazakhstan" in shown) == (0, True)
    assert letter(run, folder, "ben")[0] == 1
    with pytest.raises(DataError):
        load_campaign(folder)


@pytest.mark.parametrize(
    "files",
    [
        {"demands/all.yaml": cases("ben", "ada")},
        {"demands/ben.yaml": cases("ben", "ada")},
        {"demands.yaml": cases("ben"), "demands/x.yaml": cases("ada")},
        {"demands/x.yaml": cases("ben").replace("ben", '"\\x61da"')},
    ],
    ids=["several", "beside its own", "whole", "escaped"],
)
def test_files_with_other_names_are_found(
    files: dict[str, str], run: Run, campaign: Campaign
) -> None:
    """
    A case is found in whichever file it is.
    """
    folder = campaign({**files, "embassies/kz.yaml": embassies("br", "Brasilia")})

    assert letter(run, folder, "ada")[0] == 0


@pytest.mark.parametrize(
    "name", ["embassies/br.yaml", "embassies/kz.yaml", "embassies/south-america.yaml"]
)
def test_missions_are_found_in_any_file(
    name: str, run: Run, campaign: Campaign
) -> None:
    """
    The files of missions may be named after the host, the state or anything else.
    """
    folder = campaign({"demands/ada.yaml": cases("ada")})
    campaign({name: embassies("br", "Somewhere")})
    _, shown = letter(run, folder, "ada")

    assert "the embassy in Somewhere" in shown


def test_offices_are_found_in_the_file_of_another_state(
    run: Run, campaign: Campaign
) -> None:
    """
    An office is read even if it is beside the missions of another state.
    """
    office = f"offices:\n{OFFICE.format(id='body')}"
    folder = campaign(
        {
            "demands/ada.yaml": "cases:\n" + case("ada", write_to="[body]"),
            "embassies/at.yaml": embassies("br", "Brasilia", "at") + office,
        }
    )

    assert letter(run, folder, "ada")[0] == 0


def test_files_that_come_in_parts_are_read(
    run: Run, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    An office is found where the system reads less of a file at once than there is.
    """
    office = f"offices:\n{OFFICE.format(id='body')}"
    folder = campaign(
        {
            "demands/ada.yaml": "cases:\n" + case("ada", write_to="[body]"),
            "embassies/at.yaml": embassies("br", "Brasilia", "at") + office,
        }
    )
    read = os.read
    monkeypatch.setattr(os, "read", lambda file, size: read(file, min(size, 50)))

    assert letter(run, folder, "ada")[0] == 0


def test_an_unknown_case_is_named_beside_all_others(
    run: Run, campaign: Campaign
) -> None:
    """
    The nearest id is offered, in whichever file it is.
    """
    folder = campaign({f"demands/{id_}.yaml": cases(id_) for id_ in ("ada", "bennet")})
    _, shown = letter(run, folder, "benet")

    assert "unknown case 'benet': did you mean 'bennet'?" in shown


def test_translations_are_read_for_the_case_alone(run: Run, campaign: Campaign) -> None:
    """
    A mistake in the translation of another case does no harm; one of this case does.
    """
    folder = campaign(
        {
            "demands/ada.yaml": cases("ada"),
            "demands/ada.de.yaml": "cases:\n  ada: {title: x, demands: {none: {text: a, reason: b}}}\n",
            "demands/ben.yaml": cases("ben"),
            "demands/ben.de.yaml": BROKEN,
        }
    )
    result = run(
        "letter", "ada", "--country", "de", "--lang", "de", "--campaign", folder
    )

    assert result.exit_code == 1
    assert "unknown demand 'none'" in result.stderr
    assert "ben.de.yaml" not in result.stderr


def test_what_is_read_is_the_same_for_the_case(campaign: Campaign) -> None:
    """
    A case read alone is the one that is read with all others.
    """
    folder = campaign({f"demands/{id_}.yaml": cases(id_) for id_ in ("ada", "ben")})
    alone = load_campaign(folder, wanted=Wanted(cases=("ada",)))

    assert [*alone.cases] == ["ada"]
    assert str(alone.case("ada").at) == str(load_campaign(folder).case("ada").at)
    missions = [c.directory.of_state("kz") for c in (alone, load_campaign())]
    assert [m.label for m in missions[0]] == [m.label for m in missions[1]]


def test_many_cases_are_completed_by_the_names_of_their_files(
    campaign: Campaign,
) -> None:
    """
    Of many files, a completion reads those whose names begin as what was typed.
    """
    files = {f"demands/a{n}.yaml": cases(f"a{n}") for n in range(FEW_PARTS)}
    folder = campaign({**files, "demands/b.yaml": cases("b"), "demands/c.yaml": BROKEN})
    titles = {}
    for prefix in ("a", "b", ""):
        titles[prefix] = case_titles(folder, prefix=prefix)

    assert {"a0", "a49"} <= titles["a"].keys()
    assert titles["b"]["b"] == "the arrest of Ada Example"
    assert titles[""]["c"] == ""
    assert "c" not in case_titles(campaign({"demands/c.yaml": BROKEN}), prefix="c")


def test_check_tells_of_names_that_cost_time(run: Run, campaign: Campaign) -> None:
    """
    Many files that are not named after their case or state are a warning each folder.
    """
    files = {f"demands/a{n}.yaml": cases(f"a{n}") for n in range(FEW_PARTS)}
    folder = campaign({**files, "demands/x.yaml": cases("b")})
    shown = run("check", folder).stdout

    assert "demands/x.yaml:1:1: warning: 1 of 51 files in this folder are not " in shown
    campaign({"demands/x.yaml": cases("x")})
    assert "files in this folder" not in run("check", folder).stdout
