"""The subject, the text and the parts of a letter by themselves."""

import json
from pathlib import Path

from msgspec.structs import replace

from conftest import Run
from email_helpers import EMBASSY, OFFICE, SENDER, a_letter, campaign_folder
from protestgen.formats import FORMATS
from protestgen.letters.sender import profile_text, read_profile

DOCS = Path(__file__).parents[2] / "docs" / "json.md"


def test_subject_is_one_line() -> None:
    """
    The subject ends with a newline and has no other.
    """
    data = FORMATS["subject"].render(a_letter())

    assert data == b"The Almaty May Day marchers, May 2011\n"


def test_body_is_the_text_without_blocks_and_subject(run: Run) -> None:
    """
    The body begins with the salutation and ends with who signs; a name may be wanting.
    """
    result = run("letter", "--case", "kurmanov", "--country", "uk", "--format", "body")

    assert result.exit_code == 0
    assert result.stdout.startswith("Your Excellency,\n\nI am writing to ask about")
    assert result.stdout.endswith("\n\nYours sincerely,\n\n[your name]\n")
    assert "Re: " not in result.stdout
    assert "125 Pall Mall" not in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 72


def test_json_holds_what_its_page_names() -> None:
    """
    The fields of the object are those of the page, in its order; so are contacts'.
    """
    parts = json.loads(FORMATS["json"].render(a_letter()))
    page = DOCS.read_text().partition("\n## ")[0]
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    named = [row.split("`")[1] for row in rows]

    assert named == [*parts, *parts["to"]]


def test_json_holds_the_letter_and_no_more() -> None:
    """
    Blocks keep their kind; neither a file's place nor an omitted address gets out.
    """
    sender = replace(
        SENDER, address=("Hidden Lane 1",), omit_address=True, why='"<b>" & {{ é }}'
    )
    data = FORMATS["json"].render(a_letter(sender))
    parts = json.loads(data)

    assert parts["version"] == 1
    assert parts["date"] == "2026-11-22"
    assert parts["from"] == {
        "name": "Ada Example",
        "email": "ada@home.example",
        "reply_to": None,
    }
    assert parts["to"] == {
        "name": EMBASSY.name,
        "country": "gb",
        "email": "london@embassy.example",
        "fax": None,
        "phone": None,
        "website": None,
    }
    assert [copy["name"] for copy in parts["copied"]] == [OFFICE.name]
    assert {"type": "paragraph", "text": "“<b>” & {{ é }}"} in parts["body"]
    assert [block["type"] for block in parts["body"]].count("list") == 1
    assert b"Hidden" not in data
    assert b"embassies.yaml" not in data


def test_json_of_support_is_to_its_people() -> None:
    """
    A message of support has no addressee: it is to those whom the case names.
    """
    letter = a_letter(to=None, style="support", case="makhmet", copies=())
    parts = json.loads(FORMATS["json"].render(letter))

    assert parts["to"]["name"] == "the family and friends of Kanat Makhmet"
    assert parts["to"]["country"] is None
    assert parts["addressee_block"] == []


def test_format_follows_the_name_of_the_file(run: Run, tmp_path: Path) -> None:
    """
    `-o NAME.json` and `-o NAME.eml` choose their formats.
    """
    folder = campaign_folder(tmp_path / "campaign")
    letter = ("--campaign", folder, "letter", "--case", "kurmanov", "--country", "uk")
    ada = ("--name", "Ada", "--email", "ada@home.example", "--reply-to", "b@x.example")

    assert run(*letter, *ada, "-o", tmp_path / "a.json").exit_code == 0
    assert run(*letter, *ada, "-o", tmp_path / "a.EML").exit_code == 0
    assert json.loads((tmp_path / "a.json").read_bytes())["case"] == "kurmanov"
    message = (tmp_path / "a.EML").read_bytes()
    assert message.startswith(b"Date: Sun, 22 Nov 2026")
    assert b"\r\nReply-To: Ada <b@x.example>\r\n" in message


def test_profile_keeps_where_answers_go(tmp_path: Path) -> None:
    """
    The address for answers goes into a profile and comes out of it.
    """
    profile = tmp_path / "profile.yaml"
    profile.write_text(profile_text(replace(SENDER, reply_to="group@home.example")))

    assert read_profile(profile).reply_to == "group@home.example"
