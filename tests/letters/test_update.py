"""The update of a case: news, figures of the log, thanks, and nothing else."""

import re
from pathlib import Path

import pytest

from conftest import Golden, Run

LANGUAGES = ("de", "el", "en", "es", "fr", "ru")
OPEN = ("update", "kurmanov", "--date", "2011-05-10")

# What the campaign for Ainur Kurmanov's release said was done, in May 2010.
ACTIONS = {
    "city-court": ("kz", "2010-05-04", "Almaty", "", "a protest outside the City Court"),
    "demonstration": ("kz", "2010-05-01", "", "", "a demonstration of all the democratic opposition parties"),
    "head-office": ("kz", "2010-04-30", "", "", "a mass protest outside the Head Office of Temir Bank"),
    "moscow": ("ru", "2010-05-04", "Moscow", "", "a picket at the Kazakhstan Embassy"),
    "vienna": ("at", "2010", "Vienna", "", "pickets outside the OSCE building and at the Kazakhstan embassy"),
    "vpered": ("ru", "2010", "", "Vpered", ""),
    "akm": ("ru", "2010", "", "AKM", ""),
}  # fmt: skip
# The names and numbers of the documents of August 2006, May 2011 and May 2010, and the
# words of the update with a capital; in May 2010 also how many actions it counts.
FACTS = {
    "shanyrak": "Ainur Kurmanov Shanyrak Almaty Daniyar Yenikeev Takhir Azhibekov "
    "Kazakhstan July August 2006 21 120 Socialist Resistance",
    "kurmanov": "Ainur Kurmanov Bakhytgul Ukteshbaeva Dmitry Tikhonov Almaty May Day "
    "KNB Respublika Vremya Kazakhstan 1 2 15 2011",
    "temir-bank": "Ainur Kurmanov Yesenbek Ukteshbaev Temir Bank Almaty Defend "
    "Homes Kazakhstan 2012 April May 2010 12 15 OSCE 1 4 30 Moscow Vienna Austria "
    "Russia City Court Head Office Embassy Vpered AKM "
    "5 2",
}
ORDINARY = {
    *("A", "According", "Among", "Demands", "He", "If", "In", "It", "Mr"),
    *("News", "No", "On", "Pickets", "People", "Police", "Sources", "Statements"),
    *("Thank", "The", "These", "They", "This", "To", "Twelve", "What", "While"),
    *("Wounded", "Press", "Background", "Newspapers", "Only", "Reports"),
}


def campaign(folder: Path) -> Path:
    """Return the folder of a campaign with the log of what was done in May 2010."""
    log = folder / "log" / "temir-bank"
    log.mkdir(parents=True)
    (folder / "protestgen.yaml").write_text("extends: bundled\n", encoding="utf-8")
    for name, (country, day, town, organisation, text) in ACTIONS.items():
        kind = "picket" if text else "statement"
        lines = [f"kind: {kind}", f"date: {day}", f"country: {country}"]
        known = {"town": town, "organisation": organisation, "text": text}
        shown = {key: value for key, value in known.items() if value}
        lines += [f"{key}: {value}" for key, value in shown.items()]
        lines.append(f"public: [{', '.join(shown)}]")
        (log / f"{name}.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def names_in(markdown: str) -> set[str]:
    """Return the numbers and the words with a capital, but for those of web addresses."""
    text = re.sub(r"https?://\S+", "", markdown)
    return set(re.findall(r"\b(?:[A-Z]\w*|\d+)\b", text))


@pytest.mark.parametrize("case", FACTS)
def test_update_has_the_facts_of_its_sources_and_no_other(
    case: str, run: Run, tmp_path: Path
) -> None:
    """
    The names and numbers of an update are those of the campaign's own documents.
    """
    line = ("--campaign", campaign(tmp_path / "mine"), "update", case)
    result = run(*line, "--date", "2026-11-22")

    assert (result.exit_code, result.stderr) == (0, "")
    today = {"22", "November", "2026"}
    assert names_in(result.stdout) - ORDINARY - today == set(FACTS[case].split())


@pytest.mark.parametrize("case", FACTS)
def test_press_release_has_the_facts_of_its_sources_and_no_other(
    case: str, run: Run
) -> None:
    """
    A release has the names and numbers of the same documents, and of the earlier case.
    """
    result = run("-q", "press", case, "--date", "2026-11-22")
    earlier = FACTS["temir-bank"] if case == "kurmanov" else ""
    found = names_in(result.stdout) - ORDINARY - {"22", "November", "2026"}
    of_the_log = {"1", "2", "4", "5", "30", "Moscow", "Vienna", "Austria", "Russia"}
    of_the_log |= {"City", "Court", "Head", "Office", "Embassy", "Vpered", "AKM"}
    of_the_log |= {"OSCE", "May"}
    told = {*FACTS[case].split()} - (of_the_log if case == "temir-bank" else set())

    assert result.exit_code == 0
    assert told <= found
    assert found <= {*FACTS[case].split(), *earlier.split()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_update_reads_as_accepted(
    language: str, run: Run, golden: Golden, tmp_path: Path
) -> None:
    """
    The update of a closed case, with a log, and of an open one read as accepted.
    """
    closed = run(
        *("--campaign", campaign(tmp_path / "mine")),
        *("update", "temir-bank", "--lang", language),
    )
    open_ = run(*OPEN, "--lang", language, "--since", "2011-05-02")

    for result, case in ((closed, "temir-bank"), (open_, "kurmanov")):
        assert (result.exit_code, result.stderr) == (0, "")
        golden(f"{language}/{case}.update.md", result.stdout)


def test_update_tells_only_what_is_new(run: Run) -> None:
    """
    An update tells events since the day, up to its own date.
    """
    everything = run(*OPEN).stdout
    later = run(*OPEN, "--since", "2011-05-02").stdout
    nothing = run(*OPEN, "--since", "2011-05-03").stdout
    before = run("update", "kurmanov", "--date", "2011-05-01").stdout
    march, trial = "red flags had been\nunfurled", "the trial of Dmitry Tikhonov opened"

    account = "On 1 May 2011 in Almaty, police attacked"
    assert account in everything
    assert trial in everything
    assert account not in later
    assert trial in later
    assert "No new events have been reported since 3 May 2011." in nothing
    assert account in before
    assert trial not in before
    assert march not in nothing


def test_met_demands_are_news_from_their_day(run: Run) -> None:
    """
    A demand that was met is news for an update that begins no later.
    """
    line = ("update", "temir-bank", "--since")
    met = "This demand has been met:\n\n- release Mr Kurmanov (on 12 May 2010)."

    assert met in run(*line, "2010-05-12").stdout
    assert met not in run(*line, "2010-05-13").stdout
    assert "What is asked now" not in run(*line, "2010").stdout


def test_last_day_to_write_is_told_only_before_it(run: Run, tmp_path: Path) -> None:
    """
    An update asks for letters by the last day, and is silent of it afterwards.
    """
    folder = tmp_path / "readers"
    run("-q", "init", folder, "--state", "turkey", "--country", "uk", "--lang", "de")
    data = folder / "data" / "demands.yaml"
    text = data.read_text(encoding="utf-8").replace("# write_by:", "write_by:")
    data.write_text(text, encoding="utf-8")
    line = ("--campaign", folder, "update", "reading-room", "--date")

    assert "please write now, by 31 December 2026 if you can:" in (
        run(*line, "2026-12-31").stdout
    )
    assert "please write now: the appeal" in run(*line, "2027-01-01").stdout

    text = text.replace("write_by:", "after: stop\n    write_by:")
    data.write_text(text, encoding="utf-8")
    stopped = run(*line, "2027-01-01").stdout
    assert "The last day for letters has passed: please send no more." in stopped
    assert "What is asked now" not in stopped


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--since", "yesterday"), "invalid value for '--since': 'yesterday' is not a date: write 2011-05-01, 2011-05 or 2011"),
        (("--since", "2011-06"), "'--since 2011-06' is after the date of the update, 2011-05-10: choose an earlier one"),
        (("--since", "2011-05-11"), "'--since 2011-05-11' is after the date of the update, 2011-05-10: choose an earlier one"),
        (("--lang", "xx"), "unknown language 'xx': choose from de, el, en, es, fr, ru"),
        (("--format", "eml"), "invalid value for '--format': 'eml' is not one of 'markdown', 'text', 'html', 'pdf'"),
    ],
)  # fmt: skip
def test_wrong_choices_are_errors(
    arguments: tuple[str, ...], message: str, run: Run
) -> None:
    """
    An option that cannot be met is an error of one line, and nothing is written.
    """
    result = run(*OPEN, *arguments)

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"error: {message}")


def test_names_need_consent(run: Run, tmp_path: Path) -> None:
    """
    An update names nobody whose entry in the log does not agree.
    """
    folder = campaign(tmp_path / "mine")
    for path in (folder / "log" / "temir-bank").iterdir():
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"public: .*", "public: []", text), encoding="utf-8")
    result = run("--campaign", folder, "update", "temir-bank")

    assert "- Pickets: 5\n- Statements: 2\n\n## What came of it\n" in result.stdout
    assert "- Austria\n- Kazakhstan\n- Russia\n" in result.stdout
    for name in ("Moscow", "Vienna", "Vpered", "AKM", "Head Office"):
        assert name not in result.stdout
