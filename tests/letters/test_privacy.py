"""What the log keeps to itself, in everything that is written from it."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from conftest import Run
from log_helpers import private_words, random_log, write_log
from pdf_helpers import options, text_of
from protestgen import load_campaign
from protestgen.formats import DOCUMENT_FORMATS, REPORT_FORMATS
from protestgen.letters.appeal import make_appeal
from protestgen.letters.report import make_report
from protestgen.letters.service import LetterService
from protestgen.letters.update import make_update
from protestgen.log.calendar import make_calendar
from protestgen.log.reminders import waiting_letters

CASES = ("kurmanov", "temir-bank")
LANGUAGES = ("en", "de", "fr", "es", "el", "ru")
ON = date(2011, 6, 20)
# Pages of a PDF take long: one log in so many has them made.
PDF_EVERY = 50


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a campaign over the bundled one."""
    folder = tmp_path_factory.mktemp("mine")
    (folder / "protestgen.yaml").write_text("extends: bundled\n")
    return folder


@pytest.fixture(name="writer", scope="module")
def _writer(folder: Path) -> LetterService:
    """Return a service that reads the log of *folder* anew for each document."""
    return LetterService(load_campaign(folder), ON)


def outputs(writer: LetterService, seed: int) -> dict[str, str]:
    """Return all documents on a case, and its calendar, by command and format."""
    case = writer.campaign.case(CASES[seed % 2])
    language = LANGUAGES[seed % 6]
    report, _ = make_report(writer, case, language)
    update, _ = make_update(writer, case, language=language)
    appeal, _ = make_appeal(writer, case, language=language)
    texts = {}
    for command, document, formats in (
        ("report", report, REPORT_FORMATS),
        ("update", update, DOCUMENT_FORMATS),
        ("appeal", appeal, DOCUMENT_FORMATS),
    ):
        for name, format_ in formats.items():
            if name != "pdf":
                data = format_.render_document(document, options())
                texts[f"{command} {name}"] = data.decode()
            elif seed % PDF_EVERY < len(CASES):
                data = format_.render_document(document, options())
                texts[f"{command} pdf"] = text_of(data)
    return texts


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_nothing_is_shown_without_consent(
    part: int,
    folder: Path,
    writer: LetterService,
    run: Run,
    pytestconfig: pytest.Config,
) -> None:
    """
    No name, town or text is in any output, in any format, unless its entry agrees.
    """
    agreed: set[str] = set()
    for seed in range(part, pytestconfig.getoption("logs"), 4):
        case, entries = CASES[seed % 2], random_log(seed)
        if not entries:  # nothing to report
            continue
        shutil.rmtree(folder / "log", ignore_errors=True)
        write_log(folder, case, entries)
        texts = outputs(writer, seed)
        waiting = waiting_letters(case, entries)
        now = datetime(2011, 6, 20, tzinfo=UTC)
        data, _ = make_calendar(writer.campaign.case(case), waiting, now)
        texts["calendar"] = data.decode()
        for option in ("--date=2011-06-20", "--json"):
            result = run("--campaign", folder, "due", case, option)
            texts[f"due {option}"] = result.stdout + result.stderr
            assert result.exit_code == 0
        hidden = private_words(entries)

        assert len(texts) in {14, 17}
        for name, text in texts.items():
            assert [word for word in hidden if word in text] == [], (seed, name)
        agreed |= {
            name.split()[0]
            for name, text in texts.items()
            for entry in entries.values()
            if entry.organisation and entry.organisation in text
        }
    assert agreed == {"report", "update"}
