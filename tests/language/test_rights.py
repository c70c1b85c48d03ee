"""Rights that letters name: only those that bound the state on the day."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from campaign_helpers import change, small_campaign
from conftest import ROOT, Result, Run
from protestgen import load_campaign
from protestgen.campaign.case import Case
from protestgen.country_names import COUNTRY_CODES
from protestgen.errors import DataError
from protestgen.language.rights import Rights, cited_right, load_rights
from protestgen.schema.types import PartialDate

CAMPAIGN = load_campaign()
DATA = yaml.safe_load((ROOT / "data" / "rights.yaml").read_text(encoding="utf-8"))
OBLIGATIONS = [
    entry
    for path in sorted((ROOT / "data" / "rights").glob("*.yaml"))
    for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["obligations"]
]
RESERVED = [(e["state"], id_) for e in OBLIGATIONS for id_ in e.get("reserved", ())]
TREATIES = [id_ for id_, entry in DATA["treaties"].items() if "declared" not in entry]
# The days on which the treaties themselves entered into force.
FIRST_DAYS = {
    "iccpr": date(1976, 3, 23),
    "icescr": date(1976, 1, 3),
    "cat": date(1987, 6, 26),
}
TODAY = date(2026, 11, 22)
NAMES = {"state": "Example", "of_state": "of Example"}


@cache
def rights(code: str = "en") -> Rights:
    """Return the bundled rights in a language."""
    return load_rights(CAMPAIGN.folders, code)


def first_days() -> Iterator[tuple[date, dict[tuple[str, str], bool]]]:
    """Yield each day beside a date in the data, and what is in force on it."""
    spans = {(entry["state"], entry["treaty"]): since(entry) for entry in OBLIGATIONS}
    for day, shift in product({*spans.values()}, (-1, 0, 1)):
        on = day + timedelta(days=shift)
        yield on, {key: first <= on for key, first in spans.items()}


def since(entry: dict[str, Any]) -> date:
    """Return the last day that the beginning of an obligation may mean."""
    first: date = PartialDate.parse(str(entry["in_force"])).last_day
    return first


def unreserved(state: str, treaty: str) -> str:
    """Return a right of *treaty* that *state* has not limited."""
    found: str = next(
        id_
        for id_, right in DATA["rights"].items()
        if right["treaty"] == treaty and (state, id_) not in RESERVED
    )
    return found


def case_of(state: str, day: date, *ids: str) -> Case:
    """Return a case of *state* whose only incident was on a day."""
    case = CAMPAIGN.case("kolov")
    when = PartialDate(day.year, day.month, day.day)
    return replace(
        case,
        state=state,
        incidents=(replace(case.incidents[0], date=when),),
        demands=(replace(case.demands[0], rights=ids),),
    )


def test_no_treaty_is_cited_before_it_was_in_force() -> None:
    """
    Of all states, treaties and days, a treaty is cited where and since it was in force.

    Everywhere else the declaration is cited that the demand names as well.
    """
    cited = 0
    for day, in_force in first_days():
        for state, treaty in product(sorted(COUNTRY_CODES), TREATIES):
            id_ = unreserved(state, treaty)
            case = case_of(state, day, "udhr-19", id_)
            right, says = cited_right(rights(), case, case.demands, TODAY, NAMES)
            binds = in_force.get((state, treaty), False)
            name = DATA["treaties"][treaty if binds else "udhr"]["name"]
            assert f"of {name}" in right
            assert says == DATA["rights"][id_ if binds else "udhr-19"]["says"]
            cited += binds
    assert cited > len(OBLIGATIONS)


@pytest.mark.parametrize(
    "entry", OBLIGATIONS, ids=lambda e: f"{e['state']}-{e['treaty']}"
)
def test_obligations_have_sources_and_possible_dates(entry: dict[str, Any]) -> None:
    """
    Two sources agree on each obligation, and no treaty binds before it was in force.

    Letters find it in the file for the state alone, on its first day and not before.
    """
    state, treaty, first = entry["state"], entry["treaty"], since(entry)
    assert len({*entry["sources"]}) >= 2
    assert FIRST_DAYS[treaty] <= first <= entry["seen"]

    known = load_rights(CAMPAIGN.folders, "en", state)
    for day, binds in ((first - timedelta(days=1), False), (first, True)):
        case = case_of(state, day, unreserved(state, treaty))
        cited, _ = cited_right(known, case, case.demands, TODAY, NAMES)
        assert bool(cited) == binds
        assert not binds or cited.endswith(f"a party since {first.year}")


def test_reserved_rights_are_not_cited() -> None:
    """
    A right that the state has limited by a reservation is left to the declaration.
    """
    assert ("cn", "icescr-8") in RESERVED
    for state, id_ in RESERVED:
        case = case_of(state, TODAY, id_, "udhr-23")
        right, _ = cited_right(rights(), case, case.demands, TODAY, NAMES)
        assert right == "Article 23 of the Universal Declaration of Human Rights"


@pytest.mark.parametrize("when", ["2006", "2006-04"])
def test_the_first_day_of_an_uncertain_date_counts(when: str) -> None:
    """
    An incident of a month or year may have been before the treaty was in force.
    """
    case = case_of("kz", TODAY, "iccpr-21")
    incident = replace(case.incidents[0], date=PartialDate.parse(when))
    case = replace(case, incidents=(case.incidents[0], incident))

    assert cited_right(rights(), case, case.demands, TODAY, NAMES) == ("", "")


def test_a_treaty_that_was_left_is_not_cited() -> None:
    """
    A state that has left a treaty is not called a party to it from that day on.
    """
    known = rights()
    obligation = known.obligations["kz", "iccpr"]
    left = replace(obligation, until=PartialDate(2026, 11, 22))
    obligations = {**known.obligations, ("kz", "iccpr"): left}
    case = case_of("kz", date(2011, 5, 1), "iccpr-21")

    def on(day: date) -> str:
        left_rights = replace(known, obligations=obligations)
        return cited_right(left_rights, case, case.demands, day, NAMES).right

    assert on(date(2026, 11, 21)).startswith("Article 21 of")
    assert on(date(2026, 11, 22)) == ""


def test_every_right_in_the_data_has_its_words() -> None:
    """
    Each right belongs to a treaty, and says something in a sentence.
    """
    for id_, right in DATA["rights"].items():
        assert id_ == f"{right['treaty']}-{right['article']}"
        assert right["says"].endswith(".")


RIGHTS = "reason: They did nothing.\n        rights: [udhr-9, iccpr-9]"
REASON = "reason: They did nothing."


@pytest.mark.parametrize("code", ["de", "el", "es", "fr", "ru"])
def test_every_language_names_every_right(code: str) -> None:
    """
    The bundled languages have words for all treaties and rights, and no others.
    """
    path = ROOT / "data" / f"rights.{code}.yaml"
    words = yaml.safe_load(path.read_text(encoding="utf-8"))

    assert words["treaties"].keys() == DATA["treaties"].keys()
    assert words["rights"].keys() == DATA["rights"].keys()
    assert all(says.endswith(".") for says in words["rights"].values())
    names = {"state": "X", "of_state": "ofX"}
    for id_ in DATA["rights"]:
        cited = rights(code).cite(id_, "kz", names)
        article = id_.rpartition("-")[2]
        assert f" {article} " in cited.right.replace("\u00a0", " ")
        assert ("ofX" in cited.right) == (not id_.startswith("udhr"))


@pytest.fixture(name="letter")
def _letter(tmp_path: Path, run: Run) -> Callable[..., Result]:
    """Return a function that changes a campaign, and writes a letter with the right."""
    mine = small_campaign(tmp_path / "mine")
    for code in ("en", "de"):
        (mine / "templates" / code / "mine.txt.j2").write_text(
            "Subject\n\n{{ right or 'No right' }}. {{ right_says }}\n"
        )

    def write(*changes: tuple[str, str], rights: str = "", **options: str) -> Result:
        change(mine, *changes)
        if rights:
            (mine / "data" / "rights.yaml").write_text(rights)
        chosen = {"lang": "en", "country": "uk", "style": "mine", **options}
        flags = [part for key, value in chosen.items() for part in (f"--{key}", value)]
        return run("-q", "--campaign", mine, "letter", "--case", "picket", *flags)

    return write


def test_a_letter_names_the_right(letter: Callable[..., Result]) -> None:
    """
    The first treaty among the rights of the demands is cited, with what it says.
    """
    result = letter((REASON, RIGHTS), width="200")

    assert (result.exit_code, result.stderr) == (0, "")
    cited = "Article 9 of the International Covenant on Civil and Political Rights"
    assert (
        f"{cited}, to which Kazakhstan has been a party since 2006. " in result.stdout
    )
    assert DATA["rights"]["iccpr-9"]["says"] in result.stdout.replace("\n", " ")


def test_a_case_may_switch_rights_off(letter: Callable[..., Result]) -> None:
    """
    With `rights: false` letters about a case name no right.
    """
    off = ("status: open", "status: open\n    rights: false")
    result = letter((REASON, RIGHTS), off)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "\n\nNo right.\n\n" in result.stdout


def test_unknown_rights_are_errors(letter: Callable[..., Result]) -> None:
    """
    A letter about a right that is not in the data is refused, at its place.
    """
    result = letter((REASON, f"{REASON}\n        rights: [iccpr-91]"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(
        "demands.yaml:31:17: unknown right 'iccpr-91': did you mean 'iccpr-9'?\n"
    )


OWN = """\
obligations:
  - {state: kz, treaty: iccpr, in_force: 2026-11-02, sources: [s], seen: 2026-11-03}
"""


def test_a_campaign_may_replace_an_obligation(letter: Callable[..., Result]) -> None:
    """
    The obligations of a campaign lie above the bundled ones.
    """
    result = letter((REASON, RIGHTS), rights=OWN)

    assert (result.exit_code, result.stderr) == (0, "")
    assert "Article 9 of the Universal Declaration of Human Rights. " in result.stdout


def test_a_campaign_may_have_a_file_for_a_state(
    letter: Callable[..., Result], tmp_path: Path
) -> None:
    """
    An obligation in `rights/STATE.yaml` counts as one in `rights.yaml` does.
    """
    folder = tmp_path / "mine" / "data" / "rights"
    folder.mkdir()
    (folder / "kz.yaml").write_text(OWN)
    result = letter((REASON, RIGHTS))

    assert (result.exit_code, result.stderr) == (0, "")
    assert "Article 9 of the Universal Declaration of Human Rights. " in result.stdout


def test_an_obligation_in_the_file_of_another_state_is_an_error(tmp_path: Path) -> None:
    """
    `check` reads the files of all states, and tells where an obligation belongs.
    """
    folder = tmp_path / "data" / "rights"
    folder.mkdir(parents=True)
    (folder / "tr.yaml").write_text(OWN)
    with pytest.raises(DataError) as failed:
        load_rights((tmp_path, *CAMPAIGN.folders), "en")

    assert str(failed.value).endswith(
        "tr.yaml:2:13: letters look for it in another file: move it to kz.yaml"
    )


MISTAKES = {
    OWN.replace("sources", "reserved: [iccpr-91], sources"): (
        ":2:65: unknown right 'iccpr-91': did you mean 'iccpr-9'?"
    ),
    OWN.replace("iccpr", "icpr"): ":2:25: unknown treaty 'icpr': did you mean 'iccpr'?",
    OWN.replace("[s]", "[]"): ":2:63: the list is empty: write one item at least",
    "citation: {bound: '{treaty.name}', declared: a}": ":1:19: ",
}


@pytest.mark.parametrize(
    ("rights", "message"), MISTAKES.items(), ids=["a", "b", "c", "d"]
)
def test_mistakes_in_rights_have_their_place(
    rights: str, message: str, letter: Callable[..., Result]
) -> None:
    """
    A mistake in `rights.yaml` ends a letter that needs a right, and no other.
    """
    assert letter(rights=rights).exit_code == 0
    result = letter((REASON, RIGHTS))

    assert (result.exit_code, result.stdout) == (1, "")
    assert f"rights.yaml{message}" in result.stderr


def test_a_language_without_words_names_no_right(
    letter: Callable[..., Result], tmp_path: Path
) -> None:
    """
    A right that a language has no words for is left out.
    """
    (tmp_path / "mine" / "data" / "rights.yaml").write_text(
        """\
rights:
  iccpr-9: {treaty: iccpr, article: "9", says: English only.}
  iccpr-99: {treaty: iccpr, article: "99", says: English only.}
"""
    )
    result = letter((REASON, f"{REASON}\n        rights: [iccpr-99]"), lang="de")

    assert (result.exit_code, result.stderr) == (0, "")
    assert "No right." in result.stdout
