"""Layers: which campaigns a command reads, and which of them wins."""

import json
import os
import unicodedata
from datetime import date
from pathlib import Path
from typing import Literal

import pytest

from campaign_helpers import case, mission
from conftest import Run
from protestgen.check import check_campaign

LETTER = ("letter", "--case", "ada", "--country", "uk")


def campaign(folder: Path, title: str, extends: str = "", id_: str = "ada") -> Path:
    """Make *folder* a campaign with one case, and a protestgen.yaml if it *extends*."""
    (folder / "data").mkdir(parents=True)
    text = f"cases:\n{case(id_, title=title)}"
    (folder / "data" / "demands.yaml").write_text(text, encoding="utf-8")
    if extends:
        (folder / "protestgen.yaml").write_text(f"extends: {extends}\n")
    return folder


def titles(run: Run, *options: object) -> dict[str, str]:
    """Return the titles of the cases that a command reads, by id."""
    result = run(*options, "cases", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    return {case["id"]: case["title"] for case in json.loads(result.stdout)}


def test_the_order_of_layers(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Folders of the command line are on top, then PROTESTGEN_CAMPAIGN, then the current one.
    """
    typed, second, variable, around = (
        campaign(tmp_path / name, name, "bundled")
        for name in ("typed", "second", "variable", "around")
    )
    for folder in (second, variable, around):
        path = folder / "data" / "demands.yaml"
        path.write_text(path.read_text() + case(folder.name, title=f"of {folder.name}"))
    monkeypatch.chdir(around)
    assert titles(run)["ada"] == "around"
    monkeypatch.setenv("PROTESTGEN_CAMPAIGN", str(variable))
    assert titles(run)["ada"] == "variable"
    assert titles(run, "--campaign", second)["ada"] == "second"
    found = titles(run, "--campaign", typed, "--campaign", second)

    assert found["ada"] == "typed"
    assert found["second"] == "of second"
    assert found["variable"] == "of variable"
    assert found["around"] == "of around"
    assert "kurmanov" in found


def test_a_campaign_is_found_from_its_subfolders(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    In a subfolder of campaigns, the nearest protestgen.yaml counts.
    """
    outer = campaign(tmp_path / "outer", "outer", "bundled")
    inner = campaign(outer / "inner", "inner", "bundled")
    monkeypatch.chdir(inner / "data")
    assert titles(run)["ada"] == "inner"
    monkeypatch.chdir(outer / "data")
    assert titles(run)["ada"] == "outer"
    monkeypatch.chdir(tmp_path)

    assert "ada" not in titles(run)


def test_the_search_for_a_campaign_ends_at_the_home_folder(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The home folder may be a campaign, but no folder above it is used.
    """
    home = campaign(tmp_path / "home", "above", "bundled") / "ada"
    work = home / "work"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    assert "ada" in titles(run)
    monkeypatch.setenv("HOME", str(home))
    assert "ada" not in titles(run)
    campaign(home, "at home", "bundled")

    assert titles(run)["ada"] == "at home"


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("name", ["data", "templates"])
def test_a_campaign_with_data_of_another_user_is_not_used(
    name: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A `protestgen.yaml` of the user does not make the data beside it trusted.
    """
    folder = campaign(tmp_path / "shared", "theirs", "none")
    (folder / name).mkdir(exist_ok=True)
    os.chown(folder / name, 12345, -1)
    monkeypatch.chdir(folder)
    result = run("cases")

    assert (result.exit_code, "ada" in result.stdout) == (0, False)
    assert result.stderr == (
        f"note: {name} belongs to another user, so it is not used: add "
        "'--campaign .' if you trust it\n"
    )


def test_a_campaign_of_another_user_is_not_used(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    On a shared machine, nobody can change the letters of another user.
    """
    folder = campaign(tmp_path / "shared", "theirs", "none")
    if os.getuid() == 0:
        os.chown(folder / "protestgen.yaml", 12345, -1)
    else:
        monkeypatch.setattr(os, "getuid", lambda: 12345)
    monkeypatch.chdir(folder / "data")
    result = run("cases")

    assert (result.exit_code, "ada" in result.stdout) == (0, False)
    assert result.stderr == (
        "note: ../protestgen.yaml belongs to another user, so it is not used: add "
        "'--campaign ..' if you trust it\n"
    )
    assert titles(run, "--campaign", "..") == {"ada": "theirs"}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
def test_a_link_of_another_user_is_not_used(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A link of another user is not followed, even to a file of the user.
    """
    folder = campaign(tmp_path / "shared", "theirs", "none")
    path = folder / "protestgen.yaml"
    path.rename(folder / "own.yaml")
    path.symlink_to("own.yaml")
    os.chown(path, 12345, -1, follow_symlinks=False)
    monkeypatch.chdir(folder)
    result = run("cases")

    assert "ada" not in result.stdout
    assert result.stderr.startswith("note: protestgen.yaml belongs to another user")


def test_a_removed_current_folder_is_no_campaign(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A command also runs where the current folder has been removed.
    """
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()

    assert "kurmanov" in titles(run)


def test_a_campaign_may_exclude_the_bundled_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    With `extends: none` the world's missions and international offices remain, no others.
    """
    own = campaign(tmp_path / "own", "the arrest of Ada", "none")
    text = f"embassies:\n{mission('gb', 'London')}"
    (own / "data" / "embassies.yaml").write_text(text)
    monkeypatch.chdir(own)
    styles = run("styles").stdout

    assert run("cases").stdout == "ada\t2026-05-01\topen\tthe arrest of Ada\n"
    listed = run("embassies").stdout.splitlines()
    assert [line for line in listed if "Kingdom\tembassy" in line] == [
        "United Kingdom\tembassy\tLondon\t?\tundated\tlow"
    ]
    assert not [line for line in listed if "Bonn" in line]
    assert [line for line in listed if "\tosce\t" in line]
    assert not [line for line in listed if "\tforeign-ministry\t" in line]
    assert "Germany\tembassy\tBerlin\t?\t2022-11-16\tlow" in listed
    assert styles.split("\t")[0] == "organisation"
    letter = run("-q", *LETTER)
    assert letter.stdout.startswith(
        "22 November 2026\n\nThe Ambassador\nEmbassy of Kazakhstan\nLondon\n"
    )
    assert (letter.exit_code, letter.stderr) == (0, "")


def test_one_layer_may_exclude_the_bundled_campaign(run: Run, tmp_path: Path) -> None:
    """
    A layer over a campaign with `extends: none` does not bring the bundled one back.
    """
    upper = campaign(tmp_path / "upper", "corrected")
    lower = campaign(tmp_path / "lower", "as it was", "none")
    path = lower / "data" / "demands.yaml"
    path.write_text(path.read_text() + case("bob", title="of Bob"))

    found = titles(run, "--campaign", upper, "--campaign", lower)
    assert found == {"ada": "corrected", "bob": "of Bob"}


def test_cases_show_their_origin(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    With several layers, each case shows its folder, or that it is bundled.
    """
    own = campaign(tmp_path / "own", "the arrest of Ada", "bundled")
    monkeypatch.chdir(own / "data")
    first, second, *_ = run("cases").stdout.splitlines()
    found = json.loads(run("cases", "--json").stdout)

    assert first == "ada\t2026-05-01\topen\tthe arrest of Ada\town"
    assert second.split("\t")[0::4] == ["kurmanov", "bundled"]
    assert [case["from"] for case in found] == ["own"] + ["bundled"] * 10
    assert found[0]["at"] == "../data/demands.yaml:3:5"


def test_a_campaign_may_have_no_case(run: Run, tmp_path: Path) -> None:
    """
    A campaign without cases is no error, and a note says how to add one.
    """
    own = campaign(tmp_path / "own", "the arrest of Ada", "none")
    (own / "data" / "demands.yaml").write_text("# To be written.\ncases:\n")
    result = run("--campaign", own, "cases")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == ("note: no cases yet: see 'protestgen new --help'\n")


def test_a_folder_given_twice_counts_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A folder in `--campaign` that is also the current campaign is one layer.
    """
    own = campaign(tmp_path / "own", "the arrest of Ada", "none")
    monkeypatch.chdir(own / "data")
    result = run("--campaign", own, "cases")

    assert result.stdout == "ada\t2026-05-01\topen\tthe arrest of Ada\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", ":1:1: the file is empty"),
        (
            "extends: nothing\n",
            ":1:10: 'nothing' is not known here: write bundled or none",
        ),
        ("extend: none\n", ":1:1: unknown key 'extend': did you mean 'extends'?"),
        ("{}\n", ":1:1: the key 'extends' is missing: add it"),
        (
            "extends: none\ntemplates: ../other\n",
            ":2:1: unknown key 'templates': known are extends",
        ),
    ],
    ids=["empty", "value", "key", "none", "path"],
)
def test_a_wrong_setting_is_located(
    text: str, problem: str, run: Run, tmp_path: Path
) -> None:
    """
    `protestgen.yaml` has the key `extends` only; another one is located.
    """
    own = campaign(tmp_path / "own", "the arrest of Ada", "none")
    (own / "protestgen.yaml").write_text(text)
    result = run("--campaign", own, "cases")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"error: {own / 'protestgen.yaml'}{problem}\n"


@pytest.mark.parametrize(
    "name",
    [
        "protestgen.yaml",
        "data/demands.yaml",
        "data/demands/more.yaml",
        "data/embassies.yaml",
        "data/forms.yaml",
    ],
)
def test_a_link_out_of_the_campaign_is_not_read(
    name: str, run: Run, tmp_path: Path
) -> None:
    """
    No file outside a campaign is read through a link in it.
    """
    own = campaign(tmp_path / "own", "the arrest of Ada")
    secret = tmp_path / "secret.yaml"
    secret.write_text("secret: of the user\n")
    path = own / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    path.symlink_to("../" * name.count("/") + "../secret.yaml")
    result = run("--campaign", own, "letter", "--case", "kolov", "--country", "uk")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"error: {path}: a link that leads out of its folder: put the file itself here\n"
    )


def test_a_link_within_the_campaign_is_read(run: Run, tmp_path: Path) -> None:
    """
    Links inside a campaign, and a link to its folder, are followed.
    """
    own = campaign(tmp_path / "own", "the arrest of Ada", "none")
    path = own / "data" / "demands.yaml"
    path.rename(own / "cases.yaml")
    path.symlink_to("../cases.yaml")
    (tmp_path / "link").symlink_to("own")

    assert titles(run, "--campaign", tmp_path / "link") == {"ada": "the arrest of Ada"}


def test_a_link_to_itself_is_refused(run: Run, tmp_path: Path) -> None:
    """
    A link that leads nowhere but to itself ends as one error.
    """
    own = campaign(tmp_path / "own", "the arrest of Ada")
    path = own / "data" / "demands.yaml"
    path.unlink()
    path.symlink_to("demands.yaml")
    result = run("--campaign", own, "cases")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"error: {path}: ")
    assert result.stderr.count("\n") == 1


def test_forms_replace_single_bundled_entries(run: Run, tmp_path: Path) -> None:
    """
    A campaign replaces single entries of the bundled forms; the others stay.
    """
    own = campaign(tmp_path / "own", "the arrest of Ada")
    (own / "data" / "forms.yaml").write_text(
        'subject: "About {subject}"\n'
        "roles:\n"
        "  ambassador:\n"
        "    {title: Ambassador, salutation: Dear Ambassador, closing: Yours truly, confidence: pattern}\n"
        "states:\n"
        "  kz: in Astana\n"
    )
    result = run("-q", "--campaign", own, *LETTER)

    assert result.exit_code == 0
    assert "\n\nAmbassador\nEmbassy of the Republic" in result.stdout
    assert (
        "\n\nDear Ambassador,\n\nAbout The arrest of Ada, May 2026\n" in result.stdout
    )
    assert "I ask the authorities in Astana to release her" in " ".join(
        result.stdout.split()
    )
    assert "\n\nYours truly,\n\n" in result.stdout
    osce = run("-q", "--campaign", own, "letter", "--case", "kolov", "--to", "osce")
    assert "\n\nYour Excellency,\n\nAbout " in osce.stdout


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("copi: Copy\n", "1:1: unknown key 'copi': did you mean 'copy'?"),
        (
            "variants: {us: {closings: {Regards: Bye}}}\n",
            "1:37: no role has the closing 'Regards': add it to a role first",
        ),
        (
            "dates: {months: [January]}\n",
            "1:8: the keys 'day', 'in_month', 'in_year', 'month', 'on_day', 'year' are missing: add them",
        ),
    ],
)
def test_wrong_forms_of_a_campaign_are_located(
    text: str, problem: str, run: Run, tmp_path: Path
) -> None:
    """
    The forms of a campaign are checked, also for complete groups such as `dates`.
    """
    own = campaign(tmp_path / "own", "the arrest of Ada")
    path = own / "data" / "forms.yaml"
    path.write_text(text)
    result = run("--campaign", own, *LETTER)

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"error: {path}:{problem}\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("data/demands.yaml", "cases: {a: {title: ꙮ}}"),
        ("data/forms.de.yaml", "copy: ꙮ"),
        ("data/demands.de.yaml", "cases: {kurmanov: {title: ꙮ}}"),
    ],
)
def test_an_unexpected_error_in_any_file_is_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    """
    A bug that one file brings to light hides no problem of another file.
    """
    normalize = unicodedata.normalize

    def fail(form: Literal["NFC", "NFD", "NFKC", "NFKD"], value: str) -> str:
        return str(1 // 0) if "ꙮ" in value else normalize(form, value)

    monkeypatch.setattr(unicodedata, "normalize", fail)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "embassies.yaml").write_text("offices: {a: {}}")
    (tmp_path / name).write_text(text)

    found = check_campaign([tmp_path], date(2026, 11, 22), tolerant=True)
    reasons = {Path(finding.file).name: finding.message for finding in found}

    assert reasons.keys() == {"embassies.yaml", Path(name).name}
    assert reasons[Path(name).name].startswith("unexpected error (ZeroDivisionError: ")
