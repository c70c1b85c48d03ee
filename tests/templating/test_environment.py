"""Templates: what they may do, and the messages of their errors."""

import datetime as dt
import re
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

import pytest
from jinja2 import Environment, nodes
from msgspec import Struct

from conftest import ROOT, Run
from protestgen import Sender, load_campaign
from protestgen.campaign.case import Case, Demand, Incident, Person, SupportTo
from protestgen.campaign.directory import Mission, Office
from protestgen.language.language import Language
from protestgen.language.loader import load_language
from protestgen.letters.appeal import Appeal, Country
from protestgen.letters.compose import compose
from protestgen.letters.letter import Letter
from protestgen.templating.blocks import ItemList, Paragraph, parse_blocks
from protestgen.templating.environment import Templates
from protestgen.templating.sandbox import VISIBLE_ATTRIBUTES

GUIDE = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
DOCUMENTS = [
    path
    for path in sorted((ROOT / "templates").glob("??/*.j2"))
    if not path.name.endswith(".txt.j2")
]
# The documents, as the guide's headings name them.
HEADINGS = {
    "appeal": "an appeal",
    "press": "a press release",
    "report": "a report",
    "update": "an update",
}
BASES = sorted((ROOT / "templates").glob("*/base.txt.j2"))


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
    Line breaks become spaces; "1." and "-" begin items, which may have more lines.
    """
    text = "One\n two.\n\n1. first\n   goes on\n2. second\n\n3. third\n\n- a\n- b\nText - x"

    assert parse_blocks(text) == (
        Paragraph("One two."),
        ItemList(("first goes on", "second", "third"), numbered=True),
        ItemList(("a", "b Text - x"), numbered=False),
    )


def test_own_style_extends_the_shipped_base(run: Run, campaign: Path) -> None:
    """
    A style of a campaign is one file with the blocks that differ from the base.
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

    assert "I am writing to ask about" in result.stdout
    assert "\n\nAnswer me.\n\n" in result.stdout


MISTAKES = {
    "variable": ("Subject\n\n{{ demnads }}\n", 3, "unknown variable 'demnads': did you mean 'demands'?"),
    "variable-far": ("Subject\n\n{{ xyzzy }}\n", 3, "unknown variable 'xyzzy': see 'protestgen help templates'"),
    "variable-of-loop": ("Subject\n\n{% for demand in demands %}\n{{ demnad.text }}\n{% endfor %}", 4, "unknown variable 'demnad': did you mean 'demand'?"),
    "variable-set": ("Subject\n\n{% set greeting = 'Hello' %}\n{{ greting }}", 4, "unknown variable 'greting': did you mean 'greeting'?"),
    "variable-later": ("Subject\n\n{{ greeting }}{% set greeting = 'Hello' %}", 3, "unknown variable 'greeting': it is set later or elsewhere"),
    "macro": ("{% extends 'en/base.txt.j2' %}\n{% block opening %}\n{{ form_place() }}\n{% endblock %}\n", 3, "unknown variable 'form_place': did you mean 'from_place'?"),
    "macro-uncalled": ("{% extends 'en/base.txt.j2' %}\n{% block opening %}\n{{ from_place }}\n{% endblock %}\n", 3, "'from_place' is a macro: write 'from_place()'"),
    "macro-argument": ("{% extends 'en/base.txt.j2' %}\n{% block opening %}\n{{ briefly(wat='letter') }}\n{% endblock %}\n", 3, "macro 'briefly' takes no keyword argument 'wat'"),
    "attribute": ("Subject\n\n{{ case.titel }}\n", 3, "unknown attribute 'case.titel': did you mean 'case.title'?"),
    "attribute-of-item": ("Subject\n\n{% for incident in case.incidents %}\n{{ incident.plaec }}\n{% endfor %}\n", 4, "unknown attribute 'incident.plaec': did you mean 'incident.place'?"),
    "attribute-of-loop": ("Subject\n\n{% for demand in demands %}{{ loop.indx }}{% endfor %}\n", 3, "unknown attribute 'loop.indx': did you mean 'loop.index'?"),
    "attribute-of-nothing": ("Subject\n\n{{ case.write_by.year }}\n", 3, "nothing is there that could have 'year': test it with 'if' first"),
    "item": ("Subject\n\n{{ demands[99].text }}\n", 3, "there is no item 99 in a list: test its length first"),
    "filter": ("Subject\n\n{{ why|uper }}\n", 3, "unknown filter 'uper': did you mean 'upper'?"),
    "filter-within": ("Subject\n\n{% if why %}\n{{ why|titel }}\n{% else %}\n{{ place|uper }}\n{% endif %}", 6, "unknown filter 'uper': did you mean 'upper'?"),
    "test": ("Subject\n\n{{ why is defind }}\n", 3, "unknown test 'defind': did you mean 'defined'?"),
    "include": ("Subject\n\n{% include 'en/satement.txt.j2' %}\n", 3, "unknown template 'en/satement.txt.j2': did you mean 'en/statement.txt.j2'?"),
    "block": ("{% extends 'en/base.txt.j2' %}\n\n{% block openning %}\nText.\n{% endblock %}\n", 3, "unknown block 'openning': did you mean 'opening'?"),
    "block-of-grandchild": ("{% extends 'shipped/en/statement.txt.j2' %}\n{% block greeting %}\nText.\n{% endblock %}\n", 2, "unknown block 'greeting': there are account, demands, opening, outcome, own_words, request, subject"),
    "block-twice": ("{% block a %}{% endblock %}\n{% block a %}{% endblock %}\n", 2, "the block 'a' appears twice: keep one, or give it another name"),
    "super": ("Subject\n{% block a %}\n{{ super() }}\n{% endblock %}\n", 3, "no template above has the block 'a': remove 'super()'"),
    "macro-imported": ("Subject\n\n{% from 'en/base.txt.j2' import form_place %}\n{{ form_place() }}\n", 4, "the template 'en/base.txt.j2' has no 'form_place': did you mean 'from_place'?"),
    "macro-of-import": ("Subject\n\n{% import 'en/base.txt.j2' as base %}\n{{ base.form_place() }}\n", 4, "there is no 'form_place' in this: did you mean 'from_place'?"),
    "key": ("Subject\n\n{{ {'body': 'office'}['bodie'] }}\n", 3, "there is no 'bodie' in this: did you mean 'body'?"),
    "item-before": ("Subject\n\n{% for demand in demands %}{{ loop.previtem }}{% endfor %}\n", 3, "nothing is there at this end of the list: test it with 'if' first"),
    "text-outside": ("{% extends 'en/base.txt.j2' %}\n{% block account %}{% endblock %}\n\nText.\n", 4, "this is outside of all blocks, so no letter has it: move it"),
    "output-outside": ("{% extends 'en/base.txt.j2' %}\n{{ why }}\n", 2, "this is outside of all blocks, so no letter has it: move it"),
    "extends-twice": ("{% extends 'en/base.txt.j2' %}\n{% extends 'en/base.txt.j2' %}\n", 1, "the tag 'extends' appears twice: keep one"),
    "list-printed": ("Subject\n\n{{ cosigners }}\n", 3, "a list cannot be printed: print a text of it"),
    "case-printed": ("Subject\n\n{{ case }}\n", 3, "a case cannot be printed: print a text of it"),
    "nothing-printed": ("Subject\n\n{{ case.write_by }}\n", 3, "'None' cannot be printed: print a text of it"),
    "text-called": ("Subject\n\n{{ why() }}\n", 3, "a text cannot be called: remove the '()'"),
    "arithmetic": ("Subject\n\n{{ 1 / 0 }}\n", 3, "division by zero"),
    "autoescape": ("Subject\n\n{% autoescape false %}{{ why }}{% endautoescape %}\n", 3, "the tag 'autoescape' is not for letters: remove it"),
    "unclosed": ("Subject\n{% if why %}\n", 2, "the tag 'if' is not closed: add '{% endif %}'"),
    "unclosed-within": ("Subject\n{% for d in demands %}\n{% if why %}\n{% endfor %}\n", 4, "the tag 'endfor' is not expected here: close 'if' first, with '{% endif %}'"),
    "unopened": ("Subject\n\n{% endif %}\n", 3, "the tag 'endif' belongs to nothing before it: remove it"),
    "tag": ("Subject\n\n{% fro demand in demands %}\n", 3, "unknown tag 'fro': did you mean 'from'?"),
    "tag-elsif": ("Subject\n{% if why %}\n{% elsif place %}\n{% endif %}\n", 3, "unknown tag 'elsif': did you mean 'elif'?"),
    "end-of-output": ("Subject\n\n{{ why\n", 3, "the template ends within a tag: close it with '}}' or '%}'"),
    "one-brace": ("Subject\n\n{{ why }\n", 3, "'}' is not expected here: remove it, or add what is missing before it"),
    "empty-output": ("Subject\n\n{{ }}\n", 3, "something is missing at the end of this tag: add it"),
    "two-words": ("Subject\n\n{{ case title }}\n", 3, "'title' is not expected here: close the tag before it, or join with '~'"),
    "one-equals": ("Subject\n{% if relation = 'body' %}{% endif %}\n", 2, "'=' gives a value: compare with '=='"),
    "bracket": ("Subject\n\n{{ (why }}\n", 3, "'}' is not expected here: ')' is missing before it"),
    "in": ("Subject\n\n{% for demand of demands %}{% endfor %}\n", 3, "'in' is expected here, not 'of': write it before"),
    "quote": ("Subject\n\n{{ 'why }}\n", 3, "a quotation mark has no partner: put one at each end of the text"),
    "sign": ("Subject\n\n{{ why & place }}\n", 3, "the sign '&' means nothing here: remove it, or put the text in quotes"),
    "comment": ("Subject\n\n{# why\n", 3, "a comment is not closed: add '#}'"),
    "text-behind": ("Subject\n\n{{ why '{0}' }}\n", 3, "a text is not expected here: close the tag before it, or join with '~'"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message"), MISTAKES.values(), ids=MISTAKES)
def test_template_error_names_file_and_line(
    text: str, line: int, message: str, run: Run, campaign: Path
) -> None:
    """
    A mistake in a template is one line with its file and line.
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
    The error for a misspelt style suggests the nearest one.
    """
    result = run("letter", "--case", "kolov", "--country", "uk", "--style", "pionts")

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == (
        "error: unknown style 'pionts': did you mean 'points'?"
    )


def test_link_out_of_the_folder_is_not_followed(run: Run, campaign: Path) -> None:
    """
    A template reads no file outside its campaign.
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
    A template cannot print characters that control a terminal.
    """
    style(campaign, f"Subject\n\n{text}\n")
    result = run(
        "--campaign", campaign, "letter", "--case", "kolov", "--country", "uk", "--style", "mine"
    )  # fmt: skip

    assert (result.exit_code, result.stdout) == (1, "")
    assert "is not allowed in a text: remove it" in result.stderr


def test_template_that_is_not_utf_8_is_named(run: Run, campaign: Path) -> None:
    """
    A letter and the list of styles name a file that is not UTF-8.
    """
    path = style(campaign, "")
    path.write_bytes("{% extends 'en/base.txt.j2' %}\n{# für #}".encode("latin-1"))
    letter = ("letter", "--case", "kolov", "--country", "uk", "--style", "mine")

    for command in (("styles",), letter):
        result = run("--campaign", campaign, *command)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == (
            f"error: {path}:2:5: not UTF-8: save the file with the encoding UTF-8\n"
        )


def test_base_is_no_style(run: Run) -> None:
    """
    The template that styles extend is no style.
    """
    result = run("letter", "--case", "kolov", "--country", "uk", "--style", "base")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "unknown style 'base'" in result.stderr


def test_lines_that_look_like_items_stay_in_their_paragraph() -> None:
    """
    "2011." at the beginning of a wrapped line begins no list.
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
    Items get new numbers when some were deleted or moved.
    """
    assert parse_blocks(text) == (
        Paragraph("To:"),
        ItemList(("a", "b"), numbered=True),
    )


def told(heading: str) -> list[str]:
    """Return the names that the guide's table under *heading* tells, in order."""
    section = GUIDE.partition(f"# {heading}\n")[2].partition("\n#")[0]
    cells = re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
    names = [name for cell in cells for name in re.findall(r"`(.+?)`", cell)]
    return [name.partition("(")[0].rpartition(".")[2] for name in names]


def variables(kind: str) -> set[str]:
    """Return the variables of a kind of document, with those that all of them have."""
    shared = {"case", "over", "archived", "demands", "met", "of_state", "today"}
    return {*shared, "language"} | {*told(f"Variables of {HEADINGS[kind]}")}


def parsed(path: Path) -> nodes.Template:
    """Return the template *path* as Jinja reads it."""
    return Environment(autoescape=True).parse(path.read_text(encoding="utf-8"))


class Recorded(Templates):
    """Templates that remember what they were given last."""

    values: Mapping[str, object]

    def render(
        self,
        language: Language,
        style: str,
        values: Mapping[str, object],
    ) -> str:
        """Remember *values*."""
        self.values = values
        return super().render(language, style, values)


def recorded() -> Recorded:
    """Return templates that a letter has been written with."""
    campaign = load_campaign()
    templates = Recorded(campaign.folders)
    compose(
        campaign.case("kolov"),
        campaign.directory.missions[0],
        Sender(),
        language=load_language("en", campaign.folders),
        templates=templates,
        on=dt.date(2026, 11, 22),
    )
    return templates


def test_guide_tells_every_variable() -> None:
    """
    The guide lists exactly the variables that a letter's template gets.
    """
    assert sorted(told("Variables")) == sorted({*recorded().values, "language"})


@pytest.mark.parametrize("base", BASES, ids=lambda path: path.parent.name)
def test_guide_tells_every_block(base: Path) -> None:
    """
    The base of each language has the blocks of the guide, in its order.
    """
    blocks = [block.name for block in parsed(base).find_all(nodes.Block)]

    assert told("Blocks") == blocks


@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: "-".join(path.parts[-2:])
)
def test_guide_tells_every_block_of_a_document(document: Path) -> None:
    """
    A document has the blocks that the guide lists, in each language.
    """
    blocks = [block.name for block in parsed(document).find_all(nodes.Block)]
    own = told(f"Blocks of {HEADINGS[document.stem]}")

    assert set(blocks) - {"subject"} == {*told("Blocks"), *own} - {"subject"}
    assert own == [block for block in blocks if block not in told("Blocks")]


@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: "-".join(path.parts[-2:])
)
def test_guide_tells_what_documents_use(document: Path) -> None:
    """
    A document uses only variables of the guide, and macros of its base.
    """
    base = parsed(document.with_name("base.txt.j2"))
    macros = {macro.name for macro in base.find_all(nodes.Macro)}
    names = [*parsed(document).find_all(nodes.Name)]
    macros |= {macro.name for macro in parsed(document).find_all(nodes.Macro)}
    set_here = {name.name for name in names if name.ctx != "load"}
    used = {name.name for name in names} - macros - set_here - {"loop"}

    assert used <= variables(document.stem)
    assert {"over", "demands"} <= used


@pytest.mark.parametrize("kind", HEADINGS)
def test_variables_of_a_document_are_there(kind: str, run: Run, campaign: Path) -> None:
    """
    The template of a document gets all variables of the guide; none hides a macro.
    """
    names = sorted(variables(kind))
    path = campaign / "templates" / "en" / f"{kind}.j2"
    marks = (f"{{% if {name} is defined %}}{name} {{% endif %}}" for name in names)
    path.write_text("Title\n\n" + "".join(marks))

    log = campaign / "log" / "kolov"
    log.mkdir(parents=True)
    (log / "one.yaml").write_text("kind: call\ndate: 2026-11-20\ncountry: gb\n")
    result = run("--campaign", campaign, kind, "kolov", "--format", "text")
    assert result.stdout.split() == ["Title", "=====", *names]
    for base in BASES:
        macros = {macro.name for macro in parsed(base).find_all(nodes.Macro)}
        assert not macros & variables(kind)


def test_guide_tells_every_macro() -> None:
    """
    The macros of the English base are in the guide, with their arguments.
    """
    macros = parsed(ROOT / "templates" / "en" / "base.txt.j2").find_all(nodes.Macro)
    section = GUIDE.partition("# Macros")[2].partition("\n#")[0]

    assert re.findall(r"^\| `(.*?)`", section, re.MULTILINE) == [
        f"{macro.name}({', '.join(argument.name for argument in macro.args)})"
        for macro in macros
    ]


def test_guide_tells_every_filter_and_test() -> None:
    """
    The guide lists exactly the filters and tests of templates.
    """
    sandbox = recorded().environment

    assert sorted(told("Filters")) == sorted(sandbox.filters)
    assert sorted(told("Tests")) == sorted(sandbox.tests)
    assert list(sandbox.globals) == ["namespace"]


STRUCTS: dict[str, tuple[type[Struct], ...]] = {
    "A case": (Case,),
    "An incident": (Incident,),
    "A demand": (Demand,),
    "Support": (SupportTo,),
    "An addressee": (Mission, Office),
    "The language": (Language,),
    "The page": (Letter,),
    "A country": (Country,),
    "The page of a document": (Appeal,),
}


@pytest.mark.parametrize(("heading", "kinds"), STRUCTS.items(), ids=STRUCTS)
def test_guide_tells_every_attribute(
    heading: str, kinds: tuple[type[Struct], ...]
) -> None:
    """
    The guide lists exactly the attributes that templates can read.
    """
    properties = {
        name
        for kind in kinds
        for name, member in vars(kind).items()
        if isinstance(member, property)
    }
    fields = {name for kind in kinds for name in kind.__struct_fields__}

    assert sorted(told(heading)) == sorted((fields | properties) - {"at", "sender"})


def test_guide_tells_every_attribute_of_loops() -> None:
    """
    The guide lists exactly the attributes of loops, dates and texts.
    """
    names = told("In a loop, and of dates and texts")

    assert sorted(names) == sorted(
        {
            name
            for kind in {*VISIBLE_ATTRIBUTES} - {Person}
            for name in VISIBLE_ATTRIBUTES[kind]
        }
        - {"super"}
    )


def test_guide_tells_every_attribute_of_a_person() -> None:
    """
    The guide lists exactly the attributes of a person.
    """
    assert sorted(told("A person")) == sorted(VISIBLE_ATTRIBUTES[Person])


def test_example_of_the_guide_works(run: Run, campaign: Path) -> None:
    """
    The style in the guide works as it is printed there.
    """
    example = GUIDE.partition("```jinja\n")[2].partition("```")[0]
    style(campaign, example, "statement")
    result = run("--campaign", campaign, "letter", "--case", "kolov", "--country", "uk")

    assert result.exit_code == 0
    assert "\n\nI ask for an answer within thirty days.\n\n" in result.stdout
