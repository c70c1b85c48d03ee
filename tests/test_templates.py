"""Templates: what they may do, and how their errors are told."""

from pathlib import Path
from textwrap import dedent

import pytest

from conftest import Run
from protestgen.templates import ItemList, Paragraph, parse_blocks


@pytest.fixture(name="campaign")
def _campaign(tmp_path: Path) -> Path:
    """Return the folder of a campaign with nothing in it yet."""
    (tmp_path / "mine" / "data").mkdir(parents=True)
    (tmp_path / "mine" / "data" / "demands.yaml").write_text("cases: {}\n")
    (tmp_path / "mine" / "data" / "embassies.yaml").write_text("embassies: []\n")
    (tmp_path / "mine" / "templates" / "en").mkdir(parents=True)
    return tmp_path / "mine"


def style(campaign: Path, text: str, name: str = "mine") -> Path:
    """Add a style to *campaign*."""
    path = campaign / "templates" / "en" / f"{name}.txt.j2"
    path.write_text(dedent(text), encoding="utf-8")
    return path


def test_blank_lines_part_paragraphs_and_markers_make_lists() -> None:
    """
    Lines run together to paragraphs; "1." and "-" begin items, which may go on.
    """
    text = "One\n two.\n\n1. first\n   goes on\n2. second\n\n3. third\n\n- a\n- b\nText - x"

    assert parse_blocks(text) == (
        Paragraph("One two."),
        ItemList(("first goes on", "second", "third"), numbered=True),
        ItemList(("a", "b Text - x"), numbered=False),
    )


def test_own_style_extends_the_shipped_base(run: Run, campaign: Path) -> None:
    """
    A style of a campaign is one file that fills the blocks that differ.
    """
    style(
        campaign,
        """\
        {# Very short. #}
        {% extends "en/base.txt.j2" %}
        {% block opening %}Stop {{ case.title }}.{% endblock %}
        {% block account %}{% endblock %}
        """,
    )
    result = run(
        "--campaign", campaign, "letter", "--case", "kibraev", "--country", "uk",
        "--style", "mine", "--name", "Ada",
    )  # fmt: skip

    assert result.exit_code == 0
    assert "\n\nStop the victimisation of the student" in result.stdout


def test_own_template_of_a_shipped_name_can_extend_the_shipped_one(
    run: Run, campaign: Path
) -> None:
    """
    `shipped/...` is the bundled template below a campaign's own of the same name.
    """
    style(
        campaign,
        """\
        {% extends "shipped/en/statement.txt.j2" %}
        {% block request %}Answer me.{% endblock %}
        """,
        "statement",
    )
    result = run("--campaign", campaign, "letter", "--case", "kolov", "--country", "uk")

    assert "I am writing to protest at" in result.stdout
    assert "\n\nAnswer me.\n\n" in result.stdout


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Subject\n\n{{ cse.title }}\n", 3, "'cse' is undefined"),
        ("Subject\n\n{{ case.titel }}\n", 3, "'protestgen.case.Case object' has no attribute 'titel'"),
        ("Subject\n{% if x %}\n", 2, "Unexpected end of template. Jinja was looking for the following tags: 'elif' or 'else' or 'endif'. The innermost block that needs to be closed is 'if'."),
        ("Subject\n\n{{ ''.__class__.__mro__ }}\n", 3, "access to attribute '__class__' of 'str' object is unsafe."),
        (
            "Subject\n\n{{ ('{0.__class__.__mro__}'|attr('format'))(1) }}\n",
            3,
            "access to attribute '__class__' of 'int' object is unsafe.",
        ),
        ("Subject\n\n{{ 1 / 0 }}\n", 3, "division by zero"),
        ("Subject\n\n{% include 'en/none.txt.j2' %}\n", 3, "there is no template 'en/none.txt.j2'"),
    ],
    ids=["variable", "attribute", "syntax", "sandbox", "format", "arithmetic", "include"],
)  # fmt: skip
def test_template_error_names_file_and_line(
    text: str, line: int, message: str, run: Run, campaign: Path
) -> None:
    """
    What is wrong in a template is told as one line with its place.
    """
    path = style(campaign, text)
    result = run(
        "--campaign", campaign, "letter", "--case", "kolov", "--country", "uk", "--style", "mine"
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == f"error: {path}:{line}: {message}"


def test_template_without_text_is_an_error(run: Run, campaign: Path) -> None:
    """
    A style needs a subject and a text.
    """
    style(campaign, "{# Nothing. #}\n")
    result = run(
        "--campaign", campaign, "letter", "--case", "kolov", "--country", "uk", "--style", "mine"
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[-1] == (
        "error: style 'mine' gives no text: it needs a subject and paragraphs"
    )


def test_unknown_style_is_answered(run: Run) -> None:
    """
    A misspelt style gets the nearest one.
    """
    result = run("letter", "--case", "kolov", "--country", "uk", "--style", "pionts")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == (
        "error: unknown style 'pionts': did you mean 'points'?"
    )


def test_link_out_of_the_folder_is_not_followed(run: Run, campaign: Path) -> None:
    """
    A template of a stranger reads no file but those of its folder.
    """
    secret = campaign.parent / "secret.txt"
    secret.write_text("Subject\n\nsecret\n")
    path = campaign / "templates" / "en" / "mine.txt.j2"
    path.symlink_to(secret)
    result = run(
        "--campaign", campaign, "letter", "--case", "kolov", "--country", "uk", "--style", "mine"
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"error: {path}: a link that leads out of its folder\n"


@pytest.mark.parametrize("text", ["\x1b]0;x\x07", '{{ "\\x1b[31m" }}', "\u202e"])
def test_control_characters_of_a_template_are_refused(
    text: str, run: Run, campaign: Path
) -> None:
    """
    A template can send nothing to a terminal that acts on it.
    """
    style(campaign, f"Subject\n\n{text}\n")
    result = run(
        "--campaign", campaign, "letter", "--case", "kolov", "--country", "uk", "--style", "mine"
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (1, "")
    assert "is not allowed in a text: remove it" in result.stderr


def test_template_that_is_not_utf_8_is_named(run: Run, campaign: Path) -> None:
    """
    Also the list of styles says which file cannot be read.
    """
    style(campaign, "").write_bytes(b"\xff")

    assert run("--campaign", campaign, "styles").stderr == (
        "error: template 'en/mine.txt.j2': 'utf-8' codec can't decode byte 0xff in "
        "position 0: invalid start byte\n"
    )


def test_base_is_no_style(run: Run) -> None:
    """
    What the styles share makes no letter.
    """
    result = run("letter", "--case", "kolov", "--country", "uk", "--style", "base")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "unknown style 'base'" in result.stderr


def test_lines_that_look_like_items_stay_in_their_paragraph() -> None:
    """
    "2011." at the beginning of a line, as editors wrap, is no first item.
    """
    text = "It began in\n2011. They came\n- on 1 May.\n\n2011. That year."

    assert parse_blocks(text) == (
        Paragraph("It began in 2011. They came - on 1 May."),
        Paragraph("2011. That year."),
    )


@pytest.mark.parametrize(
    "text",
    [
        "To:\n1. a\n2. b",
        "To:\n\n2. a\n1. b",
        "To:\n\n1. a\n\n1. b",
        "To:\n\n01. a\n 3. b",
    ],
)
def test_items_are_numbered_anew(text: str) -> None:
    """
    Whatever numbers are left when items were deleted or moved, they begin items.
    """
    assert parse_blocks(text) == (
        Paragraph("To:"),
        ItemList(("a", "b"), numbered=True),
    )
