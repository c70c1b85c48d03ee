"""Reading YAML files, and the errors of files that cannot be read."""

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
import yaml
from msgspec import Struct

from protestgen.errors import DataError, Location, Problem
from protestgen.schema import yaml_nodes
from protestgen.schema.place import SourceMap
from protestgen.schema.reader import parse_yaml, read_yaml
from protestgen.schema.types import CountryCode, Date, Id, Line, Prose
from protestgen.schema.yaml_text import format_yaml

# The end of several messages.
KNOWN = "known are name, text, when, flag, status, host, lines, items, list or by_host"
COLON = "a colon is not allowed here: look at the indentation, or use quotes"
ENCODING = "not UTF-8: save the file with the encoding UTF-8"
CHARACTER = "is not allowed here: remove it, and save the file with the encoding UTF-8"
ALIAS = "'*a' is an alias: write out what it repeats"
DEEP = "nested deeper than 50 levels: write it flatter"


class Item(Struct, frozen=True, kw_only=True):
    """An entry of a group or a list, with an id."""

    id: Id
    text: Line
    at: SourceMap


class Toy(Struct, frozen=True, kw_only=True):
    """A struct with a field of each type."""

    name: Line
    text: Prose | None = None
    when: Date | None = None
    flag: bool = False
    status: Literal["open", "closed"] = "open"
    host: CountryCode | None = None
    lines: tuple[Line, ...] = ()
    items: dict[Id, Item] = {}
    list: tuple[Item, ...] = ()
    by_host: dict[CountryCode, Line] = {}


class Strict(Struct, frozen=True, kw_only=True):
    """A struct with required fields."""

    lines: tuple[Line, ...]
    item: Item


def problems(text: str, schema: type[Struct] = Toy) -> list[str]:
    """Return the problems of *text*, each as `line:column: message`."""
    with pytest.raises(DataError) as caught:
        parse_yaml(text, "t", schema)
    return [line.removeprefix("t:") for line in caught.value.lines()]


def no_yaml(reason: str) -> str:
    """Return the message for the *reason* that PyYAML gives."""
    return f"not valid YAML ({reason}): look at the indentation, quotes and colons"


def refusal_of(path: Path) -> str:
    """Return the error for the file *path*, read in a process of its own."""
    program = """
import sys
from pathlib import Path
from protestgen.errors import DataError
from protestgen.letters.sender import Sender
from protestgen.schema.reader import read_yaml
try:
    read_yaml(Path(sys.argv[1]), Sender)
except DataError as error:
    sys.exit(str(error))
"""
    done = subprocess.run(
        [sys.executable, "-c", program, path],
        capture_output=True,
        check=False,
        text=True,
        timeout=180,
    )
    assert done.returncode == 1
    return done.stderr


def test_all_problems_are_reported_at_once() -> None:
    """
    Every problem of a file is reported, in the order of the lines.
    """
    text = """\
name: [a]
text: {a: b}
when: 2011-02-30
flag: maybe
status: opne
host: zz
lines: a
items: [a]
by_host: {de: , fr: [x]}
falg: true
name: twice
"""
    assert problems(text) == [
        "1:7: a single value is expected here, not a list",
        "2:7: a single value is expected here, not a group of keys",
        "3:7: there is no date '2011-02-30' in the calendar",
        "4:7: 'maybe' is not known here: write true or false",
        "5:9: 'opne' is not known here: write open or closed",
        "6:7: unknown country code 'zz': write two letters as in ISO 3166",
        "7:8: a list is expected here, not a single value",
        "8:8: keys and values are expected here, not a list",
        "9:15: empty: write a value, or leave it out",
        "9:21: a single value is expected here, not a list",
        "10:1: unknown key 'falg': did you mean 'flag'?",
        "11:1: the key 'name' appears twice: it is in line 1 already",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("text: a", "1:1: the key 'name' is missing: add it"),
        ("name: # later", "1:6: the key 'name' has no value: write one"),
        ("name: >-\nflag: true", "1:7: the key 'name' has no value: write one"),
        ("name: ''", "1:7: empty: write a value, or leave it out"),
        ('name: "\\_ "', "1:7: empty: write a value, or leave it out"),
        ("name: a\ntext: ''", "2:7: empty: write a value, or leave it out"),
        ("name: a\nlines:\n  -", "3:4: empty: write a value, or leave it out"),
        (
            "name: a\nitems:\n  x:",
            "3:5: keys and values are expected here, not a blank",
        ),
        ("- name: a", "1:1: keys and values are expected here, not a list"),
        ("name", "1:1: keys and values are expected here, not a single value"),
        (
            "name: a\nname: b",
            "2:1: the key 'name' appears twice: it is in line 1 already",
        ),
        (
            "name: a\nqqqq: b",
            f"2:1: unknown key 'qqqq': {KNOWN}",
        ),
        ("name: a\n[a]: b", "2:1: a key is expected here, not a list"),
        ("name: a\n? {a: b}\n: c", "2:3: a key is expected here, not a group of keys"),
        (
            "name: a\nitems: {A b: {text: x}}",
            "2:9: 'A b' is not an id: use a-z, 0-9 and single hyphens",
        ),
        (
            "name: a\nitems: {x: {id: y, text: x}}",
            "2:13: unknown key 'id': known are text",
        ),
        (
            "name: a\nitems: {x: {at: 1, text: x}}",
            "2:13: unknown key 'at': known are text",
        ),
        (
            "name: a\nitems: {x: {text: x}, x: {text: y}}",
            "2:23: the key 'x' appears twice: it is in line 2 already",
        ),
        (
            "name: a\nby_host: {de: x, DE: y}",
            "2:18: the key 'de' appears twice: keep one",
        ),
        (
            "name: a\nlist:\n- {id: x, text: x}\n- {text: y, id: x}",
            "4:17: the id 'x' appears twice: choose another one",
        ),
        (
            "name: a\nlines: [a\u202eb]",
            "2:9: the character U+202E is not allowed in a text: remove it",
        ),
        (
            'name: "a\\eb"',
            "1:7: the character U+001B is not allowed in a text: remove it",
        ),
        (
            "name: |\n  a\n  b",
            "1:7: a line break is not allowed here: write it on one line",
        ),
        ("name: a\n<<: {text: b}", f"2:1: unknown key '<<': {KNOWN}"),
        ("name: a\n1: b", f"2:1: unknown key '1': {KNOWN}"),
        ("name: a\n~: b", f"2:1: unknown key '~': {KNOWN}"),
        ("name: a\ntrue: b", f"2:1: unknown key 'true': {KNOWN}"),
        ("name: a\n'': b", f"2:1: unknown key '': {KNOWN}"),
    ],
)
def test_an_invalid_value_is_located(text: str, problem: str) -> None:
    """
    A value that the schema does not allow is an error at its line and column.
    """
    assert problems(text) == [problem]


def test_a_misspelt_key_is_one_error() -> None:
    """
    A misspelt key is not reported as missing as well.
    """
    assert problems("lnes: [a]", Strict) == [
        "1:1: unknown key 'lnes': did you mean 'lines'?",
        "1:1: the key 'item' is missing: add it",
    ]


def test_a_required_value_is_not_empty() -> None:
    """
    A required list has an item, and a required group is not blank.
    """
    assert problems("lines: []\nitem:\n", Strict) == [
        "1:8: the list is empty: write one item at least",
        "2:6: the key 'item' has no value: write one",
    ]


def test_long_values_are_shortened_in_messages() -> None:
    """
    A message quotes a wrong value on one line, and shortens a long one.
    """
    assert problems(f"name: a\nhost: {'x' * 100}\n? |\n  a\n  b\n: c\n") == [
        f"2:7: unknown country code '{'x' * 59}…': write two letters as in ISO 3166",
        f"3:3: unknown key 'a b': {KNOWN}",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "name: a\nitems:\n\tx: y",
            "3:1: a tab is not allowed here: indent with spaces",
        ),
        (
            "items:\n  a: b\n\tx: y",
            "3:1: a tab is not allowed here: indent with spaces",
        ),
        (
            "  name: a\ntext: b",
            "2:1: this belongs to nothing before it: look at the indentation",
        ),
        ("name: @a", "1:7: a text cannot begin with '@': put it in quotes"),
        ("name: `a`", "1:7: a text cannot begin with '`': put it in quotes"),
        ("name: 5\ntext: %a", "2:7: a text cannot begin with '%': put it in quotes"),
        ("name: *a", "1:7: a text cannot begin with '*': put it in quotes"),
        ("name: *a*", "1:9: a text cannot begin with '*': put it in quotes"),
        ("name: & b", "1:8: a text cannot begin with '&': put it in quotes"),
        ("name: a: b", f"1:8: {COLON}"),
        ("name: a\n  text: b", f"2:7: {COLON}"),
        (
            "name: a\n---\nname: b",
            "2:1: a second document begins here: keep one a file",
        ),
        (
            "name: &a x\ntext: &a y",
            "2:7: this anchor ('&...') appears twice: give it another name",
        ),
        (
            "name: 'a\nflag: true\n",
            "2:11: " + no_yaml("found unexpected end of stream, from line 1 on"),
        ),
        (
            "name: a\nlines: [a\nflag: true\n",
            "3:5: " + no_yaml("did not find expected ',' or ']', from line 2 on"),
        ),
        (
            "name: a\n- b",
            "2:1: " + no_yaml("did not find expected key, from line 1 on"),
        ),
        (
            'name: "\\q"',
            "1:8: " + no_yaml("found unknown escape character"),
        ),
        (
            'name: "\\ud800"',
            "1:10: " + no_yaml("found invalid Unicode character escape code"),
        ),
    ],
)
def test_invalid_yaml_is_explained(text: str, problem: str) -> None:
    """
    A syntax error is one line that says how to correct it.
    """
    assert problems(text) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: !secret a", "1:7: the tag '!secret' has no meaning here: remove it"),
        ("name: !!int 5", "1:7: the tag '!!int' has no meaning here: remove it"),
        (
            "name: !!binary aGk=",
            "1:7: the tag '!!binary' has no meaning here: remove it",
        ),
        (
            "name: !!python/name:os.system a",
            "1:7: the tag '!!python/name:os.system' has no meaning here: remove it",
        ),
        (
            "name: a\nlines: !!set [a]",
            "2:8: the tag '!!set' has no meaning here: remove it",
        ),
        (
            "name: a\nitems: !x {a: {text: b}}",
            "2:8: the tag '!x' has no meaning here: remove it",
        ),
        (
            "%TAG ! tag:x,2000:\n---\nname: !a b",
            "3:7: the tag 'tag:x,2000:a' has no meaning here: remove it",
        ),
    ],
)
def test_a_tag_is_refused(text: str, problem: str) -> None:
    """
    A tag, which would change the type of a value, is an error.
    """
    assert problems(text) == [problem]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("&a\nname: x\nitems: {x: *a}", f"3:12: {ALIAS}"),
        ("name: a\nlist: [&a {id: x, text: x}, *a]", f"2:29: {ALIAS}"),
        ("name: a\nlines: &a [*a]", f"2:12: {ALIAS}"),
        (f"name: &a {'x' * 1000}\ntext: *a", f"2:7: {ALIAS}"),
        ("name: &a a\nlines: [*a, *a]", f"2:9: {ALIAS}"),
        ("name: &a a\nlines: [b,*a]", f"2:11: {ALIAS}"),
        ('&a "name": b\n"text":  *a', f"2:10: {ALIAS}"),
        ("&a name: b\n*a : c", f"2:1: {ALIAS}"),
        ("name: &a a\nlines:\n- *a", f"3:3: {ALIAS}"),
    ],
    ids=[
        *("itself", "group", "list in itself", "long text", "short text"),
        *("behind a comma", "behind a colon", "key", "item"),
    ],
)
def test_an_alias_is_refused(text: str, problem: str) -> None:
    """
    An alias, which may contain itself or fill the memory, is an error.
    """
    assert problems(text) == [problem]


def test_an_asterisk_in_a_text_is_allowed() -> None:
    """
    Anchors and asterisks in texts are no aliases.
    """
    toy = parse_yaml("name: &b a *b\nlines: ['*b', \"*b\", x *b]", "t", Toy)

    assert (toy.name, toy.lines) == ("a *b", ("*b", "*b", "x *b"))


def test_a_list_in_an_entry_is_bounded() -> None:
    """
    A list or group in an entry has a greatest length.
    """
    group = "".join(f"k{n}: x, " for n in range(501))

    assert problems(f"name: a\nlines: [{'x, ' * 501}]\nby_host: {{{group}}}") == [
        "2:8: a list of 501, at most 500 are read: shorten it",
        "3:10: a group of keys of 501, at most 500 are read: shorten it",
    ]


@pytest.mark.parametrize("word", ["no", "NO", "No", "nO"])
def test_no_is_a_country_code(word: str) -> None:
    """
    The country code "no" does not become false.
    """
    assert parse_yaml(f"name: a\nhost: {word}", "t", Toy).host == "no"


WORDS = "yes on off n true 01309 1_000 0x1F 1e3 .inf 12:30:45 ~ null 2011-05-01 = +44"


@pytest.mark.parametrize("word", WORDS.split())
def test_a_scalar_stays_text(word: str) -> None:
    """
    A postcode keeps its zero; no scalar becomes a number, a date or null.
    """
    assert parse_yaml(f"name: {word}", "t", Toy).name == word


def test_a_blank_optional_field_is_absent() -> None:
    """
    An optional key without a value counts as absent.
    """
    text = "name: a\ntext:\nwhen: # not known\nflag:\nlines:\nitems:\nhost: >-\n"

    assert parse_yaml(text, "t", Toy) == Toy(name="a")


@pytest.mark.parametrize(
    "text", ["", "\n \n", "# nothing yet\n", "---\n", "\ufeff", "%YAML 1.1\n---\n"]
)
def test_an_empty_file_is_refused(text: str) -> None:
    """
    A file with blank lines, comments and marks only is empty.
    """
    with pytest.raises(DataError) as caught:
        parse_yaml(text, "t.yaml", Toy)

    assert caught.value.lines() == ["t.yaml:1:1: the file is empty"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfname: a\ntext: |\n  b\n\n  c\n",
        b"\xef\xbb\xbf# first\nname: a\ntext: |\n  b\n\n  c\n",
        b"name: a\r\ntext: |\r\n  b\r\n\r\n  c\r\n",
        b"name: a\rtext: |\r  b\r\r  c\r",
        b"---\nname: a\ntext: |\n  b\n\n  c\n...\n",
        b"name:\ta\t\ntext: |\n  b\t\n\n  c\n",
    ],
    ids=["mark", "mark and comment", "CRLF", "CR", "document marks", "tabs"],
)
def test_files_of_all_editors_are_read(tmp_path: Path, data: bytes) -> None:
    """
    Byte order marks, the line breaks of three systems and tabs between words are read.
    """
    path = tmp_path / "t.yaml"
    path.write_bytes(data)

    assert read_yaml(path, Toy) == Toy(name="a", text="b\n\nc")


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("name: café".encode("latin-1"), "1:10: "),
        ("name: a\ntext: é, ".encode() + b"\xe9", "2:11: "),
        ("name: é".encode()[:-1], "1:7: "),
        (b"name: \xed\xa0\x80", "1:7: "),
        (b"name: \xc0\x80", "1:7: "),
        ("name: a".encode("utf-16"), "1:1: "),
        ("name: a".encode("utf-32"), "1:1: "),
    ],
    ids=["Latin-1", "after UTF-8", "cut", "surrogate", "overlong", "UTF-16", "UTF-32"],
)
def test_a_file_in_another_encoding_is_refused(
    tmp_path: Path, data: bytes, problem: str
) -> None:
    """
    Bytes that are not UTF-8 are located; columns count bytes there.
    """
    path = tmp_path / "t.yaml"
    path.write_bytes(data)
    with pytest.raises(DataError) as caught:
        read_yaml(path, Toy)

    assert caught.value.lines() == [f"{path}:{problem}{ENCODING}"]


@pytest.mark.parametrize("character", ["\0", "\x01", "\x1b", "\x7f", "\x9b", "\uffff"])
def test_a_control_character_is_located(character: str) -> None:
    """
    A control character is named by its code; columns count characters.
    """
    assert problems(f"name: é\ntext: éé{character}é\n") == [
        f"2:9: the character U+{ord(character):04X} {CHARACTER}"
    ]


def test_utf_16_without_a_mark_is_refused(tmp_path: Path) -> None:
    """
    English text in UTF-16 is also UTF-8, but its null characters are refused.
    """
    path = tmp_path / "t.yaml"
    path.write_bytes("name: a\n".encode("utf-16-le"))
    with pytest.raises(DataError) as caught:
        read_yaml(path, Toy)

    assert caught.value.lines() == [f"{path}:1:2: the character U+0000 {CHARACTER}"]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    """
    The error for a missing file names no line.
    """
    path = tmp_path / "[red]none.yaml"
    with pytest.raises(DataError) as caught:
        read_yaml(path, Toy)

    assert caught.value.lines() == [f"{path}: there is no such file"]


def test_a_folder_in_place_of_a_file_is_an_error(tmp_path: Path) -> None:
    """
    The error for a folder differs from that for a missing file.
    """
    with pytest.raises(DataError) as caught:
        read_yaml(tmp_path, Toy)

    assert caught.value.lines() == [f"{tmp_path}: this is a folder: name a file"]


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    """
    The error for a file that cannot be read gives the reason of the system.
    """
    path = tmp_path / "t.yaml"
    path.write_text("name: a")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read every file")
    with pytest.raises(DataError) as caught:
        read_yaml(path, Toy)

    assert caught.value.lines() == [f"{path}: cannot be read: Permission denied"]


@pytest.mark.parametrize(
    ("before", "level", "problem"),
    [
        ("", "[", f"1:51: {DEEP}"),
        ("", "{", f"1:51: {DEEP}"),
        ("", "- ", f"1:101: {DEEP}"),
        ("", "? ", f"1:101: {DEEP}"),
        ("cases: ", "[{", f"1:57: {DEEP}"),
        ("# a\r", "- ", f"2:101: {DEEP}"),
        ("# a\u2028", "- ", f"2:101: {DEEP}"),
        ("# a\x85", "- ", f"2:101: {DEEP}"),
        ("\ufeff\ufeff", "- ", f"1:101: {DEEP}"),
        ("\ufeff", "- ? ", f"1:101: {DEEP}"),
    ],
)
def test_deep_nesting_is_refused(
    tmp_path: Path, before: str, level: str, problem: str
) -> None:
    """
    Deep nesting is an error that says where it becomes too deep.
    """
    path = tmp_path / "deep.yaml"
    path.write_text(before + level * 400, encoding="utf-8", newline="")

    assert refusal_of(path) == f"{path}:{problem}\n"


@pytest.mark.parametrize("level", ["[", "{", "- ", "? "])
def test_very_deep_nesting_does_not_crash(tmp_path: Path, level: str) -> None:
    """
    Nesting that would overflow the stack of the interpreter is an error of one line.

    From version 6.0.4, PyYAML refuses such brackets itself, in words of its own.
    """
    path = tmp_path / "deep.yaml"
    path.write_text(level * 100_000, encoding="utf-8")

    assert re.fullmatch(rf"{path}:1:\d+: [^\n]*nest[^\n]*\n", refusal_of(path))


def test_deep_indentation_is_refused() -> None:
    """
    Nesting by indentation over many lines is bounded too.
    """
    text = "".join(f"{' ' * depth}a:\n" for depth in range(1000))

    assert problems(text) == [f"51:51: {DEEP}"]


def test_many_brackets_side_by_side_are_read() -> None:
    """
    Only brackets inside each other count as nesting.
    """
    text = "name: a\nitems:\n" + "".join(f"  i{n}: {{text: b}}\n" for n in range(3000))

    assert len(parse_yaml(text, "t", Toy).items) == 3000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "name: a\nflag: maybe",
            "t:2:7: 'maybe' is not known here: write true or false",
        ),
        ("name: !x a", "t:1:7: the tag '!x' has no meaning here: remove it"),
        ("name: é\ntext: \0", f"t:2:7: the character U+0000 {CHARACTER}"),
        (
            'name: "\\U00110000"',
            "t:1:1: " + no_yaml("chr() arg not in range(0x110000)"),
        ),
        ("name: " + "[" * 250, f"t:1:56: {DEEP}"),
    ],
)
def test_the_loader_without_c_finds_the_same_errors(
    monkeypatch: pytest.MonkeyPatch, text: str, problem: str
) -> None:
    """
    Without the C library of PyYAML, wrong files cause the same errors.
    """
    loader = type("Loader", (yaml_nodes.NodeHooks, yaml.BaseLoader), {})
    monkeypatch.setattr(yaml_nodes, "_Loader", loader)
    with pytest.raises(DataError) as caught:
        parse_yaml(text, "t", Toy)

    assert caught.value.lines() == [problem]


def test_a_source_map_locates_fields() -> None:
    """
    The place of each field of a struct is known after reading.
    """
    toy = parse_yaml("name: a\nlist:\n- id: x\n  text: y\n", "t", Toy)
    place = toy.list[0].at

    assert (str(place), str(place.of("text"))) == ("t:3:3", "t:4:9")
    assert str(place.of("other")) == "t:3:3"


def test_a_source_map_can_be_pickled() -> None:
    """
    A pickled place keeps the line of its struct, but not those of its fields.
    """
    toy = parse_yaml("name: a\nitems:\n  x: {text: y}\n", "t", Toy)
    place = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(toy.items["x"].at))))  # noqa: S301 - our own

    assert str(place) == str(place.of("text")) == "t:3:6"


def test_problems_are_sorted_by_place() -> None:
    """
    Problems are sorted by file and line, and none is reported twice.
    """
    first = Problem(Location("a"), "x")
    second = Problem(Location("a", 2, 1), "x")
    third = Problem(Location("a", 10, 1), "x")

    assert DataError([third, second, first, second]).problems == (first, second, third)


def test_written_yaml_reads_back() -> None:
    """
    Words that other programs convert are quoted, and signs are kept.
    """
    written = format_yaml({"name": "no", "text": "a: é\n\n- b #c"})

    assert parse_yaml(written, "t", Toy) == Toy(name="no", text="a: é\n\n- b #c")
