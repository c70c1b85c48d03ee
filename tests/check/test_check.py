"""The `check` command: all errors of a campaign at once, and no false ones."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from time import process_time

import phonenumbers
import pytest

from campaign_helpers import case, change, small_campaign
from conftest import ROOT, Run, Shell
from protestgen.campaign.bundled import shipped_folder
from protestgen.check import Finding, check_campaign
from protestgen.check.postal import bad_postcode

ON = date(2026, 11, 22)
NOTHING = "note: no mistakes found\n"


@pytest.fixture(name="mine")
def _mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small campaign with nothing wrong in it, in the current folder."""
    monkeypatch.chdir(tmp_path)
    return small_campaign(Path("mine"))


def told(mine: Path) -> list[str]:
    """Return the findings, without the folder."""
    return [str(found).removeprefix(f"{mine}/") for found in check_campaign([mine], ON)]


def test_a_sound_campaign_passes(run: Run, mine: Path) -> None:
    """
    A campaign without errors gets a message that says so.
    """
    result = run("check", mine, "--strict")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", NOTHING)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "title: the arrests at",
            "title: The arrests at",
            "4:12: warning: the title begins with a capital: it continues 'to protest at'",
        ),
        ("title: the arrests at", "title: KNB arrests at", None),
        (
            "the ban on the march",
            "the ban of 2025 on the march",
            "44:12: warning: the title has the date 2025: remove it, as letters add it",
        ),
        (
            "the ban on the march",
            "the ban on the march.",
            "44:12: warning: the title has a full stop: remove it, as letters go on",
        ),
        (
            "was lifted.",
            "was lifted",
            "49:14: warning: the outcome ends without a full stop: add it",
        ),
        (
            "in November 2025.",
            "in November 2025",
            "50:14: warning: the summary ends without a full stop: add it",
        ),
        (
            "both were beaten.",
            "both were beaten",
            "24:15: warning: the incident text ends without a full stop: add it",
        ),
        (
            "They did nothing.",
            "They did nothing",
            "30:17: warning: the demand reason ends without a full stop: add it",
        ),
        ("They did nothing.", "They say “we did nothing.”", None),
        (
            "text: release them",
            "text: release them.",
            "29:15: warning: the demand has a full stop: remove it, as letters add it",
        ),
        (
            "text: both were",
            "text: TODO both were",
            "24:15: error: 'TODO' is left over: replace it",
        ),
        (
            "text: both were",
            "text: both {names} were",
            "24:15: error: '{names}' is left over: replace it",
        ),
        (
            "text: both were",
            "text: the regimes said both were",
            "24:15: error: 'regime' is a word to avoid: find another one",
        ),
        (
            "text: both were",
            "text: a liar said both were",
            "24:15: error: 'liar' is a word to avoid: find another one",
        ),
        (
            "place: Almaty\n        text: both",
            "place: Flat #4\n        text: both",
            "23:16: warning: ' #' starts a comment in YAML: put the text in quotes",
        ),
        (
            "place: Almaty\n        text: both",
            "place: Flat # so\n        text: both",
            None,
        ),
        (
            "people: [Ada Example, Bob Example]",
            "people: [Ada Example, Bob Example, Eve Sample]",
            "6:40: warning: no text of the case names 'Eve Sample': correct one of them",
        ),
        (
            "  - date: 2026-11-02",
            "  - date: 2026-12-02",
            (
                "22:15: error: 2026-12-02 is in the future: correct the date",
                "22:15: warning: 2026-12-02 is after the last news, 2026-11-02",
            ),
        ),
        (
            "  - date: 2026-11-02",
            "  - date: 2026-10-02",
            "22:15: warning: 2026-10-02 is before the case was opened, 2026-11-01",
        ),
        (
            "updated: 2026-11-02",
            "updated: 2026-10-02",
            "9:14: warning: the last news, 2026-10-02, is older than the case",
        ),
        (
            "write_by: 2026-12-01",
            "write_by: 2026-11-20",
            "10:15: warning: the last day for letters, 2026-11-20, has passed: "
            "write another one, 'after: stop', or close the case",
        ),
        (
            "write_by: 2026-12-01",
            "write_by: 2026-10",
            (
                "10:15: warning: 2026-10 is before the case was opened, 2026-11-01",
                "10:15: warning: the last day for letters, 2026-10, has passed: "
                "write another one, 'after: stop', or close the case",
            ),
        ),
        (
            "    outcome: The ban was lifted.\n",
            "",
            "46:13: warning: the case is closed: add its 'outcome', which letters mention",
        ),
        (
            "status: closed",
            "status: open",
            "46:13: warning: the case is open, and case 'picket' follows it: close this one",
        ),
        (
            "updated: 2026-11-02",
            "updated: 2025-11-02",
            (
                "9:14: warning: the case is open without news since 2025-11-02: is it over?",
                "9:14: warning: the last news, 2025-11-02, is older than the case",
            ),
        ),
        (
            "write_to: [embassy, ombudsman]",
            "write_to: [embassy, permanent-mission]",
            "37:25: error: the directory has no permanent-mission of 'kz': add one",
        ),
        (
            "write_to: [embassy, ombudsman]",
            "write_to: [embassy, ombudsmann]",
            "37:25: error: unknown addressee 'ombudsmann': did you mean 'ombudsman'?",
        ),
        (
            "sources: [https://news.example]\n\n",
            "sources: [my notes]\n\n",
            "41:15: warning: the source 'my notes' has no URL: add one",
        ),
        (
            "- https://news.example/2",
            "- news.example/2",
            "26:13: warning: the source 'news.example/2' has no URL: add one",
        ),
        ("- https://news.example/2", "- https://news.example/2 (in Russian)", None),
        ("- https://news.example/2", "- The News, https://news.example, 2 May", None),
        ("- https://news.example/2", "- 'The News (see: https://news.example).'", None),
        (
            "- https://news.example/2",
            "- The News, https://news",
            "26:13: warning: the source 'The News, https://news' has no URL: add one",
        ),
        (
            "salutation: Dear families}",
            "salutation: Dear families, email: a@gmial.com}",
            "40:72: error: the mail domain 'gmial.com' is misspelt: write 'gmail.com'",
        ),
    ],
)
def test_errors_of_cases_are_found(
    mine: Path,
    old: str,
    new: str,
    expected: str | tuple[str, ...] | None,
) -> None:
    """
    Each error of a case is found at its place, and lookalikes are not reported.

    A translation older than the English text is found as well.
    """
    change(mine, (old, new))
    lines = (expected,) if isinstance(expected, str) else expected or ()

    found = [line for line in told(mine) if not line.startswith("data/demands.de.")]

    assert found == [f"data/demands.yaml:{line}" for line in lines]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "    verified: 2026-03\n",
            "",
            "2:5: warning: the address is undated: look it up, add 'verified'",
        ),
        (
            "verified: 2026-03",
            "verified: 2024-10",
            "15:15: warning: the address is from 2024-10: check that it is still valid",
        ),
        ("verified: 2026-03", "verified: 2024-11", None),
        (
            "verified: 2026-03",
            "verified: 2027",
            "15:15: error: 2027 is in the future: correct the date",
        ),
        (
            "    address: [Hauptstraße 1, 53225 Bonn]\n",
            "",
            "18:5: warning: no street is known: letters are addressed to the city alone",
        ),
        (
            "London SW1A 1AA",
            "London SW1A 1A",
            "8:7: warning: the address has no postcode: add it, in the United Kingdom like EC1Y 8SY",
        ),
        (
            "53225 Bonn",
            "532250 Bonn",
            "23:14: warning: '532250' is not a postcode of Germany: write it like 26133",
        ),
        (
            "53225 Bonn",
            "Bonn",
            "23:14: warning: the address has no postcode: add it, in Germany like 26133",
        ),
        ("010000 Astana", "Astana", None),
        (
            "010000 Astana",
            "01000 Astana",
            "37:7: warning: '01000' is not a postcode of Kazakhstan: write it like 040900",
        ),
        (
            "+44 20 7925 0918",
            "+44 20 7925 09180 1",
            "10:12: warning: '+44 20 7925 09180 1' has too few or too many digits for a number in the United Kingdom",
        ),
        (
            "+44 20 7925 0918",
            "+49 228 9999",
            "10:12: warning: '+49 228 9999' is not in the United Kingdom, whose numbers begin with +44",
        ),
        (
            "+44 20 7925 0918",
            "+44 60 7925 0918",
            "10:12: warning: '+44 60 7925 0918' is not in use in the United Kingdom: look it up",
        ),
        (
            "letters@embassy.org",
            "letters@embassy.example",
            "11:12: warning: 'embassy.example' is a domain for examples: no mail arrives there",
        ),
        (
            "letters@embassy.org",
            "letters@embassy.con",
            "11:12: error: the mail domain 'embassy.con' is misspelt: write 'embassy.com'",
        ),
        (
            "letters@embassy.org",
            "letters@-embassy.org",
            "11:12: error: '-embassy.org' is not a valid mail domain: look it up",
        ),
        ("letters@embassy.org", "letters@посольство.рф", None),
        (
            "letters@embassy.org",
            "письма@embassy.org",
            "11:12: error: the address is 'письма@embassy.org': many mail programs refuse letters other than a-z, such as U+043F, before the '@': use another address",
        ),
        (
            "letters@embassy.org",
            "letters@straße.org",
            "11:12: error: the address has the domain 'straße.org', which is ambiguous in ASCII: write it in the form that begins with xn--",
        ),
        (
            "letters@embassy.org",
            "letters@emb\u200bassy.org",
            "11:12: error: U+200B is an invisible character: remove it",
        ),
        (
            "website: https://embassy.example",
            "website: www.embassy.example",
            "12:14: warning: 'www.embassy.example' is not a URL: write https://...",
        ),
        (
            "- 1 Example Street",
            "- Flat #4",
            "8:9: warning: ' #' starts a comment in YAML: put the text in quotes",
        ),
        (
            "- 1 Example Street",
            "- '[your street]'",
            "8:9: error: '[your' is left over: replace it",
        ),
        (
            "role: office",
            "role: offfice",
            "33:11: error: unknown role 'offfice': did you mean 'office'?",
        ),
    ],
)
def test_errors_of_addresses_are_found(
    mine: Path, old: str, new: str, expected: str | None
) -> None:
    """
    Addresses that a letter, fax or e-mail would not reach are found.
    """
    change(mine, (old, new), name="data/embassies.yaml")

    assert told(mine) == ([f"data/embassies.yaml:{expected}"] if expected else [])


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        (
            ("demands.yaml", "release them", "let them go"),
            "demands.de.yaml:22:17: warning: the English text has changed since: review it, then write 'translates: b3b1b10a'",
        ),
        (
            ("demands.de.yaml", "    translates: 71fe0b83\n", ""),
            "demands.de.yaml:24:5: warning: it does not say which English text it translates: review it, then write 'translates: 71fe0b83'",
        ),
        (
            ("demands.de.yaml", "    title: das Verbot der Demonstration\n", ""),
            "demands.de.yaml:24:5: error: incomplete without title: letters are refused",
        ),
        (
            (
                "demands.de.yaml",
                "      apology: {text: sich zu entschuldigen, reason: Es war falsch.}\n",
                "",
            ),
            "demands.de.yaml:31:7: error: incomplete without demands.apology: letters are refused",
        ),
        (
            ("demands.de.yaml", "Sie haben nichts getan.", 'Sie haben "nichts" getan.'),
            "demands.de.yaml:16:17: warning: straight quotation marks: this language has „ “",
        ),
        (
            ("demands.de.yaml", "Sie haben nichts getan.", "Der Lügner sagt es."),
            "demands.de.yaml:16:17: error: 'Lügner' is a word to avoid: find another one",
        ),
    ],
)
def test_errors_of_translations_are_found(
    mine: Path, mistake: tuple[str, ...], expected: str
) -> None:
    """
    Missing, stale and doubtful texts of translations are found.
    """
    name, old, new = mistake
    change(mine, (old, new), name=f"data/{name}")

    assert told(mine) == [f"data/{expected}"]


def test_a_missing_translation_is_found(mine: Path) -> None:
    """
    If some cases are translated into a language, the others are reported as missing.
    """
    text = (mine / "data/demands.de.yaml").read_text(encoding="utf-8")
    change(mine, (text[text.index("  march:") :], ""), name="data/demands.de.yaml")

    assert told(mine) == [
        "data/demands.yaml:44:5: warning: it has no text in German: add it to data/demands.de.yaml"
    ]


def test_a_language_has_texts_forms_and_styles(mine: Path) -> None:
    """
    A language that has only some of texts, forms and styles is reported.
    """
    (mine / "data" / "demands.it.yaml").write_text("cases: {}\n")
    (mine / "data" / "forms.pt.yaml").write_bytes(
        (ROOT / "data" / "forms.es.yaml").read_bytes()
    )
    (mine / "data" / "embassies.de.yaml").write_text("offices: {}\n")
    (mine / "templates" / "nl").mkdir()
    (mine / "templates" / "nl" / "personal.txt.j2").write_text("Dag\n\nHallo\n")

    assert told(mine) == [
        "data/demands.it.yaml:1:1: error: there are no forms of address in Italian: add data/forms.it.yaml",
        "data/demands.it.yaml:1:1: error: there are no styles in Italian: add templates/it",
        "data/embassies.de.yaml:1:1: error: this file is ignored: write the names of offices into forms.de.yaml",
        "data/forms.pt.yaml:1:1: warning: no case has texts in Portuguese: add data/demands.pt.yaml",
        "templates/nl/personal.txt.j2:1:1: error: there are no forms of address in Dutch: add data/forms.nl.yaml",
        *(
            f"templates/nl/personal.txt.j2:1:1: warning: there is no style '{style}' in Dutch"
            for style in (
                "organisation",
                "points",
                "reminder",
                "statement",
                "support",
                "thanks",
            )
        ),
    ]


STATEMENT = "templates/en/statement.txt.j2"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "{{ case.summary }}",
            "{{ case.sumary }}",
            f"{STATEMENT}:4:1: error: unknown attribute 'case.sumary': did you mean 'case.summary'?",
        ),
        (
            "{{ case.summary }}",
            "{{ case.summary }} [your reasons]",
            f"{STATEMENT}:4:20: error: '[your' is left over: replace it",
        ),
        (
            "{{ case.summary }}",
            "{{ case.summary }} What a regime!",
            "data/demands.yaml:39:13: error: letters in style 'statement' contain 'regime', a word to avoid",
        ),
        (
            "{{ case.summary }}",
            "{{ case.summary }} What an idiot!",
            f"{STATEMENT}:4:28: error: letters in style 'statement' contain 'idiot', a word to avoid",
        ),
        (
            "{% for demand in demands %}",
            "{% for demand in demands[:1] %}",
            f"{STATEMENT}:1:1: error: letters in this style do not print every demand",
        ),
        (
            "{{ case.summary }}",
            "{% if relation == 'authority' %}{{ nothing }}{% endif %}",
            f"{STATEMENT}:4:1: error: unknown variable 'nothing': see 'protestgen help templates'",
        ),
        (
            "{{ case.summary }}",
            "{% if case.status == 'closed' and not archived %}{{ nothing }}{% endif %}",
            f"{STATEMENT}:4:1: error: unknown variable 'nothing': see 'protestgen help templates'",
        ),
        *(
            (
                "{{ case.summary }}",
                f"{{% if {name} %}}{{{{ nothing }}}}{{% endif %}}",
                f"{STATEMENT}:4:1: error: unknown variable 'nothing': see 'protestgen help templates'",
            )
            for name in ("about", "cosigners", "organisation", "why")
        ),
    ],
)
def test_errors_of_styles_are_found(
    mine: Path, old: str, new: str, expected: str
) -> None:
    """
    Each style is rendered for each case and addressee, in every branch.
    """
    change(mine, (old, new), name=STATEMENT)

    assert told(mine) == [expected]


def test_a_letter_fits_a_page(mine: Path) -> None:
    """
    A style that makes letters too long is reported.
    """
    change(mine, ("was banned in", "was " + "very " * 390 + "banned in"))

    found = [
        re.fullmatch(
            r"data/demands.yaml:44:5: warning: letters in style '(\w+)' have (4\d\d) "
            "words, and a page has room for 400: shorten the texts",
            line,
        )
        for line in told(mine)[1:]
    ]
    assert [match and match[1] for match in found] == [
        *("organisation", "personal", "statement"),
    ]


def test_a_letter_names_its_people_and_has_a_text(mine: Path) -> None:
    """
    A style that leaves out the people or the text is reported.
    """
    (mine / "templates" / "en" / "points.txt.j2").write_text(
        "About this\n\n{% for demand in demands %}{{ demand.text }} {% endfor %}\n"
    )
    (mine / "templates" / "en" / "personal.txt.j2").write_text("About this\n")

    assert told(mine) == [
        "data/demands.yaml:6:13: warning: letters in style 'points' name none of its people",
        "templates/en/personal.txt.j2:1:1: error: style 'personal' gives no text: it needs a subject and paragraphs",
    ]


def test_a_bundled_style_can_fail_in_the_campaign(mine: Path) -> None:
    """
    If a bundled style misses something in a campaign's template, the template is named.
    """
    base = mine / "templates" / "en" / "base.txt.j2"
    bundled = shipped_folder() / "templates" / "en" / "points.txt.j2"
    lines = bundled.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "from_place" in line)
    shutil.copy(bundled.with_name("base.txt.j2"), base)
    text = base.read_text(encoding="utf-8")
    base.write_text(
        text.replace("macro from_place", "macro place_of"), encoding="utf-8"
    )

    found = [line for line in told(mine) if "points.txt.j2" in line]

    assert [line.partition(" fails: ")[0] for line in found] == [
        f"templates/en/base.txt.j2:1:1: error: with this, {bundled}:{number}"
    ]


def test_a_broken_file_hides_nothing_else(mine: Path) -> None:
    """
    The loader's errors are all reported, and everything else is checked as well.
    """
    change(mine, ("status: closed", "status: clsed"))
    change(mine, ("both were beaten.", "both were beaten"))
    change(mine, ("verified: 2026-03", "verified: 2020"), name="data/embassies.yaml")
    change(mine, ("  march:", "  march: ["), name="data/demands.de.yaml")

    assert told(mine) == [
        "data/demands.de.yaml:25:13: error: not valid YAML (did not find expected ',' or ']', from line 23 on): look at the indentation, quotes and colons",
        "data/demands.yaml:24:15: warning: the incident text ends without a full stop: add it",
        "data/demands.yaml:46:13: error: 'clsed' is not known here: write open or closed",
        "data/embassies.yaml:15:15: warning: the address is from 2020: check that it is still valid",
    ]


def test_formats_streams_and_exit_codes(run: Run, mine: Path) -> None:
    """
    Findings go to stdout, the summary to stderr, and errors set the exit code.
    """
    change(mine, ("verified: 2026-03", "verified: 2020"), name="data/embassies.yaml")
    warned, strict = run("check", mine), run("check", mine, "--strict")
    change(mine, ("embassy.org", "gmial.com"), name="data/embassies.yaml")
    failed = run("check", mine, "--quiet")
    as_json, github = (
        run("check", mine, "--json"),
        run("check", mine, "--format", "github"),
    )

    warning = "the address is from 2020: check that it is still valid"
    error = "the mail domain 'gmial.com' is misspelt: write 'gmail.com'"
    file = "mine/data/embassies.yaml"
    assert (warned.exit_code, strict.exit_code, failed.exit_code) == (0, 1, 1)
    assert warned.stdout == strict.stdout == f"{file}:15:15: warning: {warning}\n"
    assert warned.stderr == "note: 1 warning in 1 file\n"
    assert failed.stdout == f"{file}:11:12: error: {error}\n" + warned.stdout
    assert failed.stderr == ""
    assert github.stderr == "note: 1 error and 1 warning in 1 file\n"
    assert github.stdout == (
        f"::error file={file},line=11,col=12::{error}\n"
        f"::warning file={file},line=15,col=15::{warning}\n"
    )
    assert json.loads(as_json.stdout)[0] == {
        "file": file,
        "line": 11,
        "column": 12,
        "severity": "error",
        "message": error,
    }


def test_annotations_are_escaped(run: Run, mine: Path) -> None:
    """
    Special characters are escaped in annotations for GitHub.
    """
    odd = mine.with_name("50%, a:b")
    shutil.copytree(mine, odd)
    (odd / "data" / "notes.yml").write_text("")

    result = run("check", odd, "--format", "github")

    assert result.stdout == (
        "::error file=50%25%2C a%3Ab/data/notes.yml,line=1,col=1::"
        "this file is not read: name it notes.yaml\n"
    )


def test_file_name_may_be_any_bytes(run: Run, mine: Path) -> None:
    """
    A file name that is not valid text is escaped in every format.
    """
    Path(os.fsdecode(bytes(mine) + b"/data/\xff.yaml")).touch()

    text, as_json = run("check", mine), run("check", mine, "--json")

    place = "mine/data/\\xdcff.yaml"
    assert text.stdout.startswith(f"{place}:1:1: error: this file is not read")
    assert json.loads(as_json.stdout)[0]["file"] == place


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("protestgen.yml", "protestgen.yml:1:1: warning: this file is not read: name it protestgen.yaml"),
        ("Log/march/a.yaml", "Log:1:1: warning: this folder is not read: name it log"),
        ("data/rights/kz.yaml.txt", "data/rights/kz.yaml.txt:1:1: warning: this file is not read: name it kz.yaml"),
        ("data/more/demands.yaml", "data/more:1:1: warning: nothing in this folder is read: put its files into data/"),
        ("log/march/old/a.yaml", "log/march/old:1:1: warning: nothing in this folder is read: put its files into log/CASE/"),
        ("log/march/entry", "log/march/entry:1:1: warning: no entry names this file: if it is an entry, name it entry.yaml"),
        ("templates/en/statement.txt", "templates/en/statement.txt:1:1: warning: this file is not read: name it statement.txt.j2"),
        ("templates/en/appeal.j2.txt", "templates/en/appeal.j2.txt:1:1: warning: this file is not read: name it appeal.j2"),
        ("templates/en/vigil.TXT.J2", "templates/en/vigil.TXT.J2:1:1: warning: this file is not read: name it vigil.txt.j2"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_read_is_found(name: str, expected: str, mine: Path) -> None:
    """
    A file that looks like one of the campaign's, but is not read, is a warning.
    """
    (mine / name).parent.mkdir(parents=True, exist_ok=True)
    (mine / name).write_text("")

    assert told(mine) == [expected]


def test_other_files_may_lie_in_a_campaign(mine: Path) -> None:
    """
    Notes, hidden files and backups are not named, nor a scan that an entry names.
    """
    for name in (
        "data/README", "data/SOURCES.md", "data/.git/a.yaml", "data/old/a.txt", "templates/en/README.txt",
        "templates/en/.gitkeep", "templates/en/one.txt.j2~", "log/march/README", "log/march/.gitkeep", "log/march/a.txt",
        "log/march/scan",
    ):  # fmt: skip
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text("")
    entry = "kind: letter\ndate: 2026-11-20\ncountry: gb\nfile: scan\n"
    (mine / "log" / "march" / "a.yaml").write_text(entry)

    assert told(mine) == []


@pytest.mark.parametrize("name", ["demands..yaml", "demands.de-2.yaml"])
def test_file_of_texts_has_the_code_of_a_language(
    name: str, run: Run, mine: Path
) -> None:
    """
    A data file with something else between the dots is reported as not read.
    """
    (mine / "data" / name).write_text("cases: {}\n")
    result = run("check", mine)

    assert result.exit_code == 1
    assert (
        f"mine/data/{name}:1:1: error: this file is not read: between the dots belongs "
        "the code of a language, as in demands.de.yaml"
    ) in result.stdout.splitlines()


def test_files_of_editors_are_no_styles(run: Run, mine: Path) -> None:
    """
    Hidden files, and dangling links that mark a file being edited, are ignored.
    """
    folder = mine / "templates" / "en"
    before = run("--campaign", mine, "styles").stdout
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".#personal.txt.j2").symlink_to("ada@home.example.123")
    (folder / ".old.txt.j2").write_text("{{ nonsense }}")
    (folder / "gone.txt.j2").symlink_to("nowhere")

    checked, styles = run("check", mine), run("--campaign", mine, "styles")

    assert (checked.stdout, checked.stderr) == ("", "note: no mistakes found\n")
    assert (styles.exit_code, styles.stdout) == (0, before)


def test_bundled_layers_are_not_reported(run: Run, tmp_path: Path) -> None:
    """
    A campaign over the bundled one gets no findings about that.
    """
    (tmp_path / "mine" / "templates" / "en").mkdir(parents=True)

    result = run("--campaign", tmp_path / "mine", "check")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", NOTHING)


def test_the_bundled_campaign_has_no_errors() -> None:
    """
    The bundled campaign has warnings only: of addresses, sources and texts.
    """
    found = check_campaign([], ON)
    again = check_campaign([shipped_folder()], ON)
    names = Counter(Path(finding.file).name for finding in found)

    assert found == again
    assert {finding.severity for finding in found} == {"warning"}
    texts = {f"demands.{code}.yaml" for code in ("de", "el", "es", "fr", "ru")}
    assert names.keys() <= {"embassies.yaml", "demands.yaml", *texts}


def add_cases(mine: Path) -> None:
    """Add so many cases to a campaign that several processes check it."""
    path = mine / "data" / "demands.yaml"
    march = path.read_text(encoding="utf-8").partition("  march:")[2]
    more = [f"  march-{number}:{march}" for number in range(60)]
    path.write_text(path.read_text(encoding="utf-8") + "".join(more), encoding="utf-8")


def test_findings_do_not_depend_on_processes(mine: Path) -> None:
    """
    With several processes each finding is reported exactly once.
    """
    add_cases(mine)
    change(mine, ("{{ case.summary }}", "{{ case.summary }} ???"), name=STATEMENT)

    alone = check_campaign([mine], ON, processes=1)

    assert (
        Finding(str(mine / STATEMENT), 4, 20, "error", "'???' is left over: replace it")
        in alone
    )
    assert check_campaign([mine], ON, processes=2) == alone


def test_one_process_checks_where_others_cannot_start(mine: Path, shell: Shell) -> None:
    """
    A system without semaphores checks a large campaign as well.
    """
    if shell("unshare -rm true").exit_code:
        pytest.skip("nobody may mount here")
    add_cases(mine)
    mounted = "mount -t tmpfs -o ro none /dev/shm && protestgen check mine"
    result = shell(f"unshare -rm bash -c '{mounted}'")

    assert result == shell("protestgen check mine")
    assert result.exit_code == 0


def test_an_unexpected_error_is_a_finding(
    run: Run, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A bug of the program hides nothing else; its traceback is shown on request.
    """
    change(mine, ("both were beaten.", "TODO."))
    monkeypatch.setattr(phonenumbers, "parse", lambda _number: 1 // 0)
    monkeypatch.delenv("PROTESTGEN_TRACEBACK", raising=False)
    result = run("check", mine)
    lines = result.stdout.splitlines()

    assert result.exit_code == 1
    assert (
        "mine/data/demands.yaml:24:15: error: 'TODO' is left over: replace it" in lines
    )
    assert (
        "mine/data/embassies.yaml:2:5: error: unexpected error (ZeroDivisionError: "
        "integer division or modulo by zero): please report it; "
        "PROTESTGEN_TRACEBACK=1 shows the details"
    ) in lines

    monkeypatch.setenv("PROTESTGEN_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        run("check", mine)


def test_addresses_are_read_in_one_pass() -> None:
    """
    A line of signs takes no longer than one of letters.
    """
    start = process_time()
    wrong = bad_postcode([f"{',' * 60_000} Bonn"], "Bonn", "de")

    assert wrong == ("the address has no postcode: add it, in Germany like 26133")
    assert process_time() - start < 2


def test_no_network_library_is_loaded(mine: Path) -> None:
    """
    The check looks at the form of addresses, never at the network.
    """
    program = (
        "import sys\nfrom protestgen.cli import run\n"
        "assert run(['check', 'mine']) == 0\nprint(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, timeout=180
    )

    assert mine.is_dir()
    assert "phonenumbers" in done.stdout.decode().split()
    assert not {"requests", "urllib3", "ssl"} & set(done.stdout.decode().split())


def test_an_office_that_takes_no_letters_is_an_error(run: Run, tmp_path: Path) -> None:
    """
    A case must not ask for letters to an office that takes a form only.
    """
    (tmp_path / "data").mkdir()
    entry = case(write_to="[embassy, un-wgeid]")
    (tmp_path / "data" / "demands.yaml").write_text(f"cases:\n{entry}")

    result = run("check", tmp_path)

    assert result.exit_code == 1
    assert (
        "error: 'un-wgeid' takes a form on its website only, no letters: use "
        "https://www.ohchr.org/en/special-procedures/wg-disappearances/"
        "reporting-disappearance-working-group; remove it here"
    ) in result.stdout
