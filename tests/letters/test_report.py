"""The report of a case: its figures in all formats, its thanks, and what it hides."""

import csv
import json
import re
from datetime import date
from io import StringIO
from pathlib import Path

import pytest

from conftest import Golden, Run
from html_helpers import HOSTILE, Outline
from log_helpers import random_log, write_log
from pdf_helpers import browse, options, text_of, words_of
from protestgen import load_campaign
from protestgen.formats import DOCUMENT_FORMATS, REPORT_FORMATS
from protestgen.letters.report import MAX_TOLD, Report, make_report
from protestgen.letters.service import LetterService
from protestgen.log.entry import ANSWER, LogEntry
from protestgen.schema.types import PartialDate

LANGUAGES = ("de", "el", "en", "es", "fr", "ru")
# What the message of May 2010 says was done, and by whom.
THANKED = ("at", "gb", "de", "ca", "us", "za", "ng", "au", "lk")
MAY_2010 = {
    "bank": ("picket", "2010-04-30", "kz", "", "", "a mass protest outside the Head Office of Temir Bank"),
    "court": ("picket", "2010-05-04", "kz", "Almaty", "", "a protest outside the City Court"),
    "vienna": ("picket", "2010-05", "at", "Vienna", "", "pickets outside the OSCE building and at the Kazakhstan embassy"),
    "moscow": ("picket", "2010-05-04", "ru", "Moscow", "", "a picket at the Kazakhstan Embassy"),
    "vpered": ("statement", "2010-05", "ru", "", "Vpered", ""),
    "rrp": ("statement", "2010-05", "ru", "", "RRP", ""),
    "akm": ("statement", "2010-05", "ru", "", "AKM", ""),
    **{code: ("statement", "2010-05", code, "", "", "") for code in THANKED},
}  # fmt: skip


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Return the folder of a campaign over the bundled one, without a log."""
    (tmp_path / "protestgen.yaml").write_text("extends: bundled\n")
    return tmp_path


def log_of_2010(folder: Path) -> None:
    """Write the log of the case `temir-bank`, as the campaign told it in May 2010."""
    entries = {
        name: LogEntry(
            kind=kind,  # type: ignore[arg-type]
            date=PartialDate.parse(when),
            country=country,
            town=town or None,
            organisation=organisation or None,
            text=text or None,
            public=("town", "organisation", "text"),
        )
        for name, (kind, when, country, town, organisation, text) in MAY_2010.items()
    }
    write_log(folder, "temir-bank", entries)


def report(folder: Path, language: str = "en", case: str = "kurmanov") -> Report:
    """Return the report on a case."""
    campaign = load_campaign(folder)
    writer = LetterService(campaign, date(2026, 11, 22))
    return make_report(writer, campaign.case(case), language)[0]


def cells(markdown: str, heading: str) -> dict[str, list[int]]:
    """Return the numbers of the table below a heading, by the first cell of the row."""
    text = markdown.split(f"\n## {heading}\n")[1].split("\n## ", maxsplit=1)[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if "|" in line]
    return {name: [int(number) for number in numbers] for name, *numbers in rows[2:]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_report_reads_as_accepted(
    language: str, folder: Path, run: Run, golden: Golden
) -> None:
    """
    The report of what was done in 2010 reads as accepted in every language.
    """
    log_of_2010(folder)
    result = run("--campaign", folder, "report", "temir-bank", "--lang", language)

    assert (result.exit_code, result.stderr) == (0, "")
    golden(f"{language}/temir-bank.report.md", result.stdout)


def test_report_has_every_fact_of_the_message(folder: Path) -> None:
    """
    The report thanks each country and group of the message of 2010, and nobody else.
    """
    log_of_2010(folder)
    text = DOCUMENT_FORMATS["markdown"].render_document(
        report(folder, case="temir-bank")
    )

    thanks = text.decode().split("## Thank you\n")[1]
    assert re.findall(r"^- (.*)$", thanks, re.MULTILINE) == [
        *("Australia", "Austria", "Canada", "Germany", "Kazakhstan", "Nigeria"),
        *("Russia: AKM; RRP; Vpered", "South Africa", "Sri Lanka", "United Kingdom"),
        "United States",
    ]
    told = text.decode().split("## Actions and answers\n")[1].split("\n##")[0]
    assert re.findall(r"^- (.*)$", told, re.MULTILINE) == [
        "30 April 2010, Kazakhstan: a mass protest outside the Head Office of Temir Bank",
        "May 2010, Vienna, Austria: pickets outside the OSCE building and at the Kazakhstan embassy",
        "4 May 2010, Almaty, Kazakhstan: a protest outside the City Court",
        "4 May 2010, Moscow, Russia: a picket at the Kazakhstan Embassy",
    ]


@pytest.mark.slow
def test_reports_are_sums(folder: Path, pytestconfig: pytest.Config) -> None:
    """
    In all formats a report's numbers are the log's.
    """
    for seed in range(pytestconfig.getoption("logs")):
        entries = random_log(seed)
        if not entries:
            continue
        write_log(folder, "kurmanov", entries)
        made = report(folder)
        done = [entry for entry in entries.values() if entry.kind != ANSWER]
        texts = {
            name: REPORT_FORMATS[name].render_document(made, options()).decode()
            for name in ("markdown", "csv", "json", "html")
        }

        total = sum(entry.count for entry in done)
        for heading in ("By kind of action", "By country", "By week"):
            rows = cells(texts["markdown"], heading).values()
            assert sum(row[0] for row in rows) == total
            assert sum(row[1] for row in rows) == made.figures.answers
        rows = csv.DictReader(StringIO(texts["csv"]))  # type: ignore[assignment]
        counts = [(row["result"], int(row["count"])) for row in rows]  # type: ignore[call-overload]
        assert sum(count for result, count in counts if not result) == total
        assert sum(count for _, count in counts) == sum(
            e.count for e in entries.values()
        )
        assert json.loads(texts["json"])["actions"] == total
        assert f"Actions: {total}" in texts["html"]
        for path in (folder / "log" / "kurmanov").iterdir():
            path.unlink()


def test_files_for_programs(folder: Path, run: Run) -> None:
    """
    The suffix chooses CSV or JSON; both have a row for each week, country and channel.
    """
    log_of_2010(folder)
    for name in ("r.csv", "r.json"):
        result = run("--campaign", folder, "report", "temir-bank", "-o", folder / name)
        assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")

    table = (folder / "r.csv").read_text()
    found = json.loads((folder / "r.json").read_text())
    assert table.startswith(
        "week,country,channel,result,count,people\n2010-04-26,kz,picket,,1,0\n"
    )
    assert len(found["rows"]) == len(table.splitlines()) - 1
    assert found["channels"] == {"picket": 4, "statement": 12}
    assert found["thanks"][8] == {
        "country": "ru",
        "organisations": ["AKM", "RRP", "Vpered"],
        "people": [],
    }
    assert found["demands"][0]["met"] == "2010-05-12"


def test_a_long_report_says_what_it_leaves_out(folder: Path, run: Run) -> None:
    """
    After a hundred texts, a note says how many more there are and where.
    """
    entry = LogEntry(
        kind="call",
        date=PartialDate(2011, 5, 3),
        country="gb",
        text="A call.",
        public=("text",),
    )
    write_log(folder, "kurmanov", {f"{n}": entry for n in range(MAX_TOLD + 5)})
    result = run("--campaign", folder, "report", "kurmanov")

    assert result.stdout.count("A call.") == MAX_TOLD
    assert result.stderr == "note: 5 texts are in the format 'json' only\n"


def test_an_empty_log_has_no_report(run: Run) -> None:
    """
    Where nothing is logged, the error says how to log.
    """
    result = run("report", "kurmanov")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error: nothing is logged for case 'kurmanov' up to 2026-11-22: "
        "see 'protestgen log --help'\n"
    )


@pytest.mark.parametrize("command", ["report", "update", "appeal"])
def test_documents_count_the_log_up_to_their_day(
    command: str, folder: Path, run: Run
) -> None:
    """
    A document tells nothing that was logged for a later day; a month counts once begun.
    """
    days = ("2011-05", "2011-05-04", "2011-05-05", "2011-06")
    for day in days:
        entry = LogEntry(
            kind="call", date=PartialDate.parse(day), country="gb", count=3
        )
        write_log(folder, "kurmanov", {f"{day}-call": entry})
    line = ("--campaign", folder, command, "kurmanov", "--date")
    label = "Telephone calls" if command == "update" else "Actions"

    assert f"- {label}: 6\n" in run(*line, "2011-05-04").stdout
    assert f"- {label}: 9\n" in run(*line, "2011-05-05").stdout


def test_a_report_of_a_day_before_the_log_is_refused(folder: Path, run: Run) -> None:
    """
    Where everything in the log is from later days, a report has nothing to tell.
    """
    log_of_2010(folder)
    line = ("--campaign", folder, "report", "temir-bank", "-o", folder / "r.csv")
    result = run(*line, "--date", "2010-04-29")

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(
        "error: nothing is logged for case 'temir-bank' up to 2010-04-29: "
    )
    assert not (folder / "r.csv").exists()


def test_weeks_without_actions_are_shown_between(folder: Path) -> None:
    """
    Weeks in which nothing was done are rows, so that a chart shows the time.
    """
    write_log(
        folder,
        "kurmanov",
        {
            "a": LogEntry(kind="call", date=PartialDate(2011, 5, 3), country="gb"),
            "b": LogEntry(kind="call", date=PartialDate(2011, 5, 24), country="gb"),
        },
    )
    text = DOCUMENT_FORMATS["markdown"].render_document(report(folder)).decode()

    assert cells(text, "By week") == {
        "2 May 2011": [1, 0],
        "9 May 2011": [0, 0],
        "16 May 2011": [0, 0],
        "23 May 2011": [1, 0],
    }


def test_a_chart_is_a_table_as_well(folder: Path) -> None:
    """
    A page has each chart as a table, and hides the drawing from screen readers.
    """
    log_of_2010(folder)
    made = report(folder, case="temir-bank")
    page = DOCUMENT_FORMATS["html"].render_document(made, options()).decode()

    assert page.count('<svg aria-hidden="true"') == 3
    assert page.count("<table>") == 3
    assert '<th scope="row">Pickets</th><td>4</td><td>0</td>' in page
    assert '<rect x="0" y="22" width="33.3%" height="10"></rect>' in page


@pytest.mark.programs("chromium", "pdftotext")
@pytest.mark.parametrize("width", [90, 210])
def test_charts_fit_the_width(width: int, folder: Path, tmp_path: Path) -> None:
    """
    A browser shows charts and tables whole, narrow as a phone or wide as a sheet.
    """
    log_of_2010(folder)
    made = report(folder, case="temir-bank")
    page = DOCUMENT_FORMATS["html"].render_document(made, options()).decode()
    file, printed = tmp_path / "report.html", tmp_path / "printed.pdf"
    size = f"@page {{ size: {width}mm 297mm; margin: 5mm; }} @page unused {{"
    file.write_text(page.replace("@page {", size), encoding="utf-8")
    browse(file, f"--print-to-pdf={printed}")
    pdf = printed.read_bytes()

    seen = " ".join(text_of(pdf, "-raw").split())
    assert "Pickets: 4" in seen
    assert "United Kingdom: 1" in seen
    assert "Statements 12 0" in seen
    assert max(word.right for word in words_of(pdf)) <= width


def test_a_table_needs_equal_rows(folder: Path, run: Run) -> None:
    """
    A campaign's own report with unequal rows of a table is refused.
    """
    log_of_2010(folder)
    own = folder / "templates" / "en"
    own.mkdir(parents=True)
    (own / "report.j2").write_text("Title\n\n# Part\n\n| a | b |\n| c |\n")
    result = run("--campaign", folder, "report", "temir-bank")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "a table needs two columns or more, as many in each row" in result.stderr


@pytest.mark.parametrize(
    ("case", "on", "heading"),
    [
        ("temir-bank", "2026-11-22", "Thank you"),
        ("kurmanov", "2011-05-10", "Tell the campaign"),
    ],
)
def test_an_appeal_tells_the_figures(
    case: str, on: str, heading: str, folder: Path, run: Run
) -> None:
    """
    The appeal says how much was done so far, and nothing where no log is.
    """
    appeal = ("--campaign", folder, "appeal", case, "--date", on)
    before = run(*appeal).stdout
    entry = LogEntry(
        kind="call",
        date=PartialDate(2010, 5, 3),
        country="gb",
        count=7,
        by="Ada Example",
    )
    write_log(folder, case, {"one": entry})
    after = run(*appeal).stdout
    figures = "\n\nKnown to the campaign so far:\n\n- Actions: 7\n- Countries: 1\n- Answers: 0"

    assert after.replace(figures, "") == before
    assert figures in after.split(f"## {heading}\n")[1].split("\n## ")[0] + "\n"


def test_data_of_a_log_is_no_markup(folder: Path) -> None:
    """
    Names and texts of the log are text in a page, whatever is in them.
    """
    outlines = []
    for value in ("harmless", *HOSTILE):
        entry = LogEntry(
            kind="call",
            date=PartialDate(2011, 5, 3),
            country="gb",
            town=value,
            by=value,
            organisation=value,
            text=value,
            public=("by", "organisation", "town", "text"),
        )
        write_log(folder, "kurmanov", {"one": entry})
        page = DOCUMENT_FORMATS["html"].render_document(report(folder), options())
        outlines.append(Outline(page.decode()))
        assert outlines[-1].text.count(value) >= 4

    assert [o for o in outlines if o.tags != outlines[0].tags] == []


def test_report_of_the_letters_of_2011(folder: Path) -> None:
    """
    Of the letters in the message of May 2011 it counts all, and names no signatory.
    """
    kinds = {
        "embassy": {"country": "gb", "to": "embassy", "by": "R Bishop"},
        "venezuela": {
            "country": "ve",
            "organisation": "Socialismo Revolucionario",
            "by": "Denise Dudley",
            "public": ("organisation",),
        },
        "birmingham": {"country": "gb", "town": "Birmingham"},
    }
    entries = {
        name: LogEntry(kind="letter", date=PartialDate(2011, 5), **fields)  # type: ignore[arg-type]
        for name, fields in kinds.items()
    }
    write_log(folder, "kurmanov", entries)
    text = DOCUMENT_FORMATS["markdown"].render_document(report(folder)).decode()

    assert cells(text, "By kind of action") == {"Letters": [3, 0]}
    assert cells(text, "By country") == {"United Kingdom": [2, 0], "Venezuela": [1, 0]}
    assert cells(text, "By week") == {"May 2011 (day unknown)": [3, 0]}
    assert text.endswith("- United Kingdom\n- Venezuela: Socialismo Revolucionario\n")
    for name in ("Bishop", "Dudley", "Birmingham"):
        assert name not in text


def test_a_report_does_not_overwrite_the_log(folder: Path, run: Run) -> None:
    """
    `-o` refuses a file among the entries of the log.
    """
    log_of_2010(folder)
    target = folder / "log" / "temir-bank" / "bank.yaml"
    before = target.read_bytes()
    result = run("--campaign", folder, "report", "temir-bank", "-o", target)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "is where the campaign has its own log: name another place" in result.stderr
    assert target.read_bytes() == before


def test_a_folder_may_hold_a_log_alone(folder: Path, run: Run) -> None:
    """
    A folder with nothing but a log is a layer of a campaign.
    """
    log_of_2010(folder)
    (folder / "protestgen.yaml").unlink()
    result = run("--campaign", folder, "report", "temir-bank", "--format", "csv")

    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("week,country,channel,result,count,people\n")
