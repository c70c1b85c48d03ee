"""Rosters: which files are read, and the errors of their rows."""

import csv
import errno
import io
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protestgen.batch.roster import (
    EXAMPLE,
    Roster,
    read_roster,
    report_columns,
    report_row,
)
from protestgen.batch.roster_row import FieldError, Row
from protestgen.errors import DataError
from protestgen.letters.sender import Sender

HEAD = "name,email,address,country,why\n"
CUT = "the roster ends in the middle of this row: get the whole file"


def read(data: str | bytes) -> tuple[Roster, list[Row]]:
    """Read *data* as the roster `m.csv`."""
    encoded = data if isinstance(data, bytes) else data.encode()
    roster = read_roster(io.BytesIO(encoded), "m.csv")
    return roster, list(roster.rows)


def names(rows: list[Row]) -> list[str | None]:
    """Return the names of the members in *rows*."""
    return [row.member.sender.name for row in rows if row.member and not row.faults]


def faults(rows: list[Row]) -> list[str]:
    """Return the errors of the rows that cannot be used."""
    return [f"{row.at}: {fault}" for row in rows for fault in row.faults]


def refusal(data: str | bytes) -> str:
    """Return the error of *data*, which is no roster."""
    with pytest.raises(DataError) as caught:
        read(data)
    return str(caught.value)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_csv_is_read(delimiter: str, encoding: str, end: str) -> None:
    """
    Delimiter, encoding and line ends of a spreadsheet's CSV are detected.
    """
    lines = [
        ["Name", "E-Mail", "address", "Member_No", "WHY"],
        ["Zoë Example", "zoe@home.example", '"1 Street, Flat 2\nLeeds"', "17", ""],
        ["Ян Пример", "", "", "18", '"I said ""no""; so"'],
    ]
    text = "\n".join(delimiter.join(cells) for cells in lines) + "\n"
    roster, rows = read(text.replace("\n", end).encode(encoding))

    assert roster.notes == ("the column 'Member_No' is not used",)
    assert faults(rows) == []
    assert [row.member and row.member.sender for row in rows] == [
        Sender(
            name="Zoë Example",
            email="zoe@home.example",
            address=("1 Street, Flat 2", "Leeds"),
        ),
        Sender(name="Ян Пример", why='I said "no"; so'),
    ]


def test_delimiter_is_found_in_the_heading() -> None:
    """
    A comma inside a quoted heading is no delimiter.
    """
    roster, rows = read('name;"town, street, house";email\nAda Example;x;a@b.example\n')

    assert roster.columns == ("name", "town, street, house", "email")
    assert names(rows) == ["Ada Example"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("line", ["sep=;", "SEP=\t", '"sep=|"'])
def test_first_line_may_name_the_delimiter(line: str, end: str) -> None:
    """
    A `sep=` line names the delimiter, and line numbers count it.
    """
    cell = line.strip('"')[-1]
    lines = [line, f"name{cell}why, or not", f"Ada Example{cell}a,b", f"...{cell}"]
    roster, rows = read("".join(f"{text}{end}" for text in lines).encode("utf-8-sig"))

    assert roster.columns == ("name", "why, or not")
    assert names(rows) == ["Ada Example"]
    assert faults(rows) == ["m.csv:4: name: '...' is not a name"]


def test_json_lines_hold_the_same_members() -> None:
    """
    JSON Lines give the same members: lists stay lists, null is absent.
    """
    data = (
        '{"name": "Ada Example", "Address": ["1 Street", "Leeds"], "email": null}\n\n'
        '{"name": "Bob Example", "omit_address": true, "cosigners": ["Eve, York"], '
        '"demands": ["a", "b"], "number": "3"}\n'
    )
    _, rows = read(data)

    assert [(row.at.line, row.notes) for row in rows] == [
        (1, ()),
        (3, ("the column 'number' is not used",)),
    ]
    first, second = (row.member for row in rows)
    assert first
    assert second
    assert first.sender.address == ("1 Street", "Leeds")
    assert second.sender == Sender(
        name="Bob Example", omit_address=True, cosigners=("Eve, York",)
    )
    assert second.demands == ("a", "b")


UNCLOSED = "the quotes of a cell are not closed, or stand in it: close, or double them"
BEHIND = "text behind the closing quotes: double the quotes in a cell"
TORN = "possibly the continuation of the row above: fix its quotes"


def test_torn_cell_is_one_failed_row() -> None:
    """
    Quotes in pairs inside a cell show where it ends; the rows below it are read.
    """
    torn = 'Ada Example,"He said "no", "never" to me.\nSecond line.\n\nThird.",Leeds'
    _, rows = read(f"name,why,city\n{torn}\nBob Example,,York\nEve Example\n")

    assert names(rows) == ["Bob Example", "Eve Example"]
    assert faults(rows) == [f"m.csv:2: {BEHIND}"]
    assert rows[0].rest == (torn,)


FRAGMENT = "Dear friends, goodbye"


@pytest.mark.parametrize(
    ("cell", "members"),
    [
        (f'"I said "no" and\n{FRAGMENT}\nthe end"', ["Bob"]),
        (f'"I said "no", and\n{FRAGMENT}\nthe end"', ["Bob"]),
        (f'"He said: "yes"\n{FRAGMENT}\n"no""', ["Bob"]),
        (f'""No" he said\n{FRAGMENT}\nthe end"', ["Bob"]),
        (f'"He said ""yes"" and "no" \n{FRAGMENT}\nthe end" ', ["Bob"]),
        (f'"My 5" pipe and\nhe cried "stop"\n{FRAGMENT}\nthe end"', []),
        (f'"I said no" and\n{FRAGMENT}\nthe end"', []),
        (f'"I said no and\n{FRAGMENT}\nthe end', []),
        (f'He said: "no and\n{FRAGMENT}\nthe end"', []),
        (f'"I said " no " and\n{FRAGMENT}\nthe end"', []),
        (f'"I said "no" and\n{"x" * 200_000}\n{FRAGMENT}\nthe end"', []),
    ],
    ids=[
        *("pairs", "comma", "last", "first", "doubled", "inches", "early"),
        *("open", "bare", "spaces", "long-line"),
    ],
)
def test_no_sentence_of_a_torn_cell_is_a_member(cell: str, members: list[str]) -> None:
    """
    Where the end of the cell is not certain, rows without a sure sign fail with it.
    """
    _, rows = read(f"name,why\nAda,{cell}\nBob,fine\n")
    _, signed = read(f"name,why,country\nAda,{cell},gb\nBob,fine,gb\nEve,,\n")

    assert names(rows) == members
    assert names(signed) == ["Bob", "Eve"]
    assert {str(fault) for row in rows[1:] for fault in row.faults} <= {
        TORN,
        "the line is longer than 131072 characters: shorten it",
    }


def test_quote_may_close_a_cell_too_early() -> None:
    """
    Then there are cells too many, and the next lines may be the rest of the cell.
    """
    data = f'name,country,why\nAda,gb,"I said", and\n{FRAGMENT}\nthe end"\nBob,gb,x\n'
    _, rows = read(data)

    surplus = "4 cells where there are 3 columns: put quotes round a cell that has the delimiter in it"
    assert names(rows) == ["Bob"]
    assert faults(rows) == [
        f"m.csv:2: {surplus}",
        f"m.csv:3: {TORN}",
        f"m.csv:4: {TORN}",
    ]


def test_fragment_of_a_sentence_is_no_sure_row() -> None:
    """
    A country or an address behind a space, or a cell with quotes, may be in a sentence.
    """
    data = (
        "name,country,email,why\n"
        'Ada,gb,,"I said no" in\n'
        "France, Germany,, and Spain\n"
        'the "end",gb,eve@home.example,x\n'
        "write to,me at home,,or\n"
        "Bob,gb,bob@home.example\n"
        "Eve,Germany,,x\n"
        "Zoe,,,\n"
    )
    _, rows = read(data)

    assert names(rows) == ["Eve", "Zoe"]
    assert faults(rows) == [
        f"m.csv:2: {BEHIND}",
        *(f"m.csv:{line}: {TORN}" for line in (3, 4, 5, 6)),
    ]


def test_tab_is_in_no_sentence() -> None:
    """
    In a table with tabs, a line with all cells is a row.
    """
    _, rows = read('name\twhy\nAda\t"I said no" and\nDear friends\nBob\tfine\n')

    assert names(rows) == ["Bob"]


def test_unclosed_quotes_cost_one_row() -> None:
    """
    The rows below unclosed quotes are read, and the text of the bad row is kept.
    """
    data = (
        "name,address,country\n"
        'Ada Example,"1 Street,gb\n'
        "Bob Example,2 Street,gb\n"
        'Eve Example,"3 Street\nFlat 4",gb\n'
        'Zoe Example,"5 Street,gb\n'
        "Max Example,6 Street,gb\n"
    )
    _, rows = read(data)

    assert names(rows) == ["Bob Example", "Eve Example", "Max Example"]
    assert faults(rows) == [f"m.csv:2: {UNCLOSED}", f"m.csv:6: {UNCLOSED}"]
    assert [row.rest[0] for row in rows if row.rest] == [
        'Ada Example,"1 Street,gb',
        'Zoe Example,"5 Street,gb',
    ]
    assert [row.at.line for row in rows] == [2, 3, 4, 6, 7]


@pytest.mark.parametrize("name", ['the end"', 'the "end', '5" by 6"', 'x""'])
def test_quotes_that_stand_round_no_words_fail_their_row(name: str) -> None:
    """
    A quotation mark that may end a cell fails its row; quoted words are part of a name.
    """
    _, rows = read(f'name,country\nAda "Addie" Example,gb\n{name},\nBob,gb\n')

    assert names(rows) == ['Ada "Addie" Example', "Bob"]
    assert faults(rows) == [f"m.csv:3: {UNCLOSED}"]


def test_short_row_behind_a_torn_one_is_no_sure_row() -> None:
    """
    A short row after wrong quotation marks fails as well: its own may be wrong, too.
    """
    data = 'name,why\nAda,"I said "no" to 5"\nand goodbye\nthe end"\nBob,fine\n'
    _, rows = read(data)

    assert names(rows) == []
    assert faults(rows) == [
        f"m.csv:2: {BEHIND}",
        *(f"m.csv:{line}: {TORN}" for line in (3, 4, 5)),
    ]


def test_spreadsheet_error_fails_its_row() -> None:
    """
    A cell like `#REF!` gets into no letter.
    """
    _, rows = read("name,why\n#NAME?,x\nAda Example,#REF!\nBob Example,No #REF!\n")

    hint = "is an error of the spreadsheet: correct the cell there, and save it again"
    assert [str(fault) for row in rows for fault in row.faults] == [
        f"name: '#NAME?' {hint}",
        f"why: '#REF!' {hint}",
    ]


def test_json_has_each_field_once() -> None:
    """
    Two spellings of one field are an error; absent ones do not count.
    """
    data = (
        '{"name": "Ada Example", "Name": "Bob Example"}\n'
        '{"name": "Eve Example", "language": "de", "lang": null}\n'
    )
    _, (first, second) = read(data)

    assert list(map(str, first.faults)) == [
        "name: it appears twice here: remove one of them"
    ]
    assert second.member
    assert second.member.language == ("de",)


def test_row_has_the_choices_of_its_letter() -> None:
    """
    A row chooses country, style, addressee and demands.
    """
    data = (
        "name,country,style,to,demands,cosigners,omit address\n"
        'Ada Example,Holland,points,osce,"one, two three","A, York\nB",Yes\n'
    )
    _, (row,) = read(data)

    assert row.member
    assert row.member.sender.country == "nl"
    assert (row.member.style, row.member.to) == ("points", "osce")
    assert row.member.demands == ("one", "two", "three")
    assert row.member.sender.cosigners == ("A, York", "B")
    assert row.member.sender.omit_address


def test_formula_is_text() -> None:
    """
    A cell that looks like a formula is read as text.
    """
    _, rows = read('name\n"=HYPERLINK(""x"")"\n+Ada\n@Bob\n')

    assert names(rows) == ['=HYPERLINK("x")', "+Ada", "@Bob"]


def test_example_is_a_roster() -> None:
    """
    The example has no error and no unused column.
    """
    roster, rows = read(EXAMPLE)

    assert (roster.notes, faults(rows)) == ((), [])
    assert names(rows) == ["Ada Example", "Jürgen Beispiel", "Zoé Exemple"]


def test_bad_row_reports_all_its_errors() -> None:
    """
    Each error has line, field and reason; line numbers count cells of several lines.
    """
    data = (
        f"{HEAD}"
        'Ada Example,,"1 Street\nLeeds",gb,\n'
        "Bob Example,bob@home,,germony,\n"
        "\n"
        ',eve@home.example,,,"x\x07"\n'
        "...,,,,\n"
        "Eve Example,,,,,,\n"
        "Eve Example,,,gb,because, of this\n"
    )
    _, rows = read(data)

    assert names(rows) == ["Ada Example", "Eve Example"]
    assert faults(rows) == [
        "m.csv:4: email: 'bob@home' is not an e-mail address: write name@domain.example",
        "m.csv:4: country: unknown country 'germony': did you mean 'Germany'?",
        "m.csv:6: why: the character U+0007 is not allowed in a text: remove it",
        "m.csv:6: name: empty: each letter is signed with a name",
        "m.csv:7: name: '...' is not a name",
        "m.csv:9: 6 cells where there are 5 columns: put quotes round a cell that has the delimiter in it",
    ]


def test_headings_are_no_member() -> None:
    """
    Headings that stand in the middle, where rosters were joined, fail as a row.
    """
    _, rows = read("name,why\nAda Example,x\nname,why\nBob Example,y\n")

    assert names(rows) == ["Ada Example", "Bob Example"]
    assert faults(rows) == ["m.csv:3: the headings again: remove this row"]


def test_malformed_csv_row_fails_alone() -> None:
    """
    Misplaced quotes and endless lines do not cost the rows below.
    """
    long = "x" * 200_000
    data = f'name,country\n"a"b,c\nBob,gb\nAda,{long}\nEve,gb\n"Max" "M",\nZoe,gb\n'
    _, rows = read(data)

    assert names(rows) == ["Bob", "Eve", "Zoe"]
    assert faults(rows) == [
        f"m.csv:2: {BEHIND}",
        "m.csv:4: the line is longer than 131072 characters: shorten it",
        f"m.csv:6: {BEHIND}",
    ]


def test_row_that_is_no_object_fails_alone() -> None:
    """
    JSON of another shape is reported with its line.
    """
    _, rows = read(
        '{"name": "Ada Example"}\n{"name": 3}\n[]\n{"name": "Eve Example"}\n'
    )

    shape = "not an object of texts in JSON: put each value in quotes"
    assert names(rows) == ["Ada Example", "Eve Example"]
    assert faults(rows) == [f"m.csv:2: {shape}", f"m.csv:3: {shape}"]
    assert [row.rest for row in rows] == [(), ('{"name": 3}',), ("[]",), ()]


@pytest.mark.parametrize(
    "data",
    [
        b"name,why\nAda Example,x\nBob Exa",
        b'name,why\nAda Example,x\n"Bob Example","I',
        "name,why\nAda Example,x\nBob Example,Zoë".encode()[:-1],
        "name,why\nAda Example,x\nBob Example,Zoë".encode("utf-16")[:-1],
        b'{"name": "Ada Example"}\n\n{"name": "Bob Exa',
    ],
    ids=["row", "quotes", "character", "utf-16", "json"],
)
def test_cut_off_roster_is_an_error(data: bytes) -> None:
    """
    The last row of a cut-off file is not used, wherever it ends; the others are.
    """
    _, rows = read(data)

    assert names(rows) == ["Ada Example"]
    assert faults(rows) == [f"m.csv:3: {CUT}"]


def test_last_row_needs_no_line_end() -> None:
    """
    A last row with all its cells is complete.
    """
    _, rows = read("name,why\nAda Example,x")

    assert names(rows) == ["Ada Example"]


def test_wrong_encoding_fails_its_row() -> None:
    """
    In a file that begins as UTF-8, a row that is not fails alone.
    """
    rows = b"".join(b"Ada Example %d,\n" % number for number in range(10_000))
    _, found = read(b"name,why\n" + rows + b"Bob Example,Zo\xeb\nEve Example,\n")

    assert len(names(found)) == 10_001
    assert faults(found) == [
        "m.csv:10002: why: not UTF-8: save it as CSV with the encoding UTF-8 ('CSV UTF-8' in Excel)"
    ]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "m.csv:1: the roster is empty: see 'protestgen batch --example'"),
        (b"\n \n", "m.csv:1: the roster is empty: see 'protestgen batch --example'"),
        (b"sep=;\n", "m.csv:1: the roster is empty: see 'protestgen batch --example'"),
        (
            b"\nname,why\n,\n",
            "m.csv:2: the roster has no rows: add one for each member",
        ),
        (b"{}\n", "m.csv:1: the roster has no rows: add one for each member"),
        (
            "name,why\nAda Example,x\nZoë,x\n".encode("latin-1"),
            "m.csv:3: not UTF-8: save it as CSV with the encoding UTF-8 ('CSV UTF-8' in Excel)",
        ),
        (
            b"PK\x03\x04",
            "m.csv: this is a spreadsheet: save it as CSV with the encoding UTF-8 ('CSV UTF-8' in Excel)",
        ),
        (
            b"[{}]",
            "m.csv:1: this is a list in JSON: write one object a line, without brackets",
        ),
        (
            b"First name,Mail\nAda,x\n",
            "m.csv:1: there is no column 'name', for whole names: rename one ('First name', 'Mail'); see 'protestgen batch --example'",
        ),
        (
            b"email\nx\n",
            "m.csv:1: there is no column 'name', for whole names: the first line names the columns; see 'protestgen batch --example'",
        ),
        (
            b"name,e-mail,Email\n",
            "m.csv:1: the column 'email' appears twice: remove one of them",
        ),
        (
            b'name,"why\n',
            "m.csv:1: the headings: the quotes of a cell are not closed, or stand in it: close, or double them",
        ),
        (
            b"\n" + b"x" * 200_000,
            "m.csv:2: the line is longer than 131072 characters: shorten it",
        ),
    ],
    ids=[
        "empty",
        "blank",
        "delimiter",
        "headings",
        "nobody",
        "latin-1",
        "spreadsheet",
        "list",
        "no-name",
        "only-email",
        "twice",
        "open-quotes",
        "endless",
    ],
)
def test_other_files_are_refused(data: bytes, problem: str) -> None:
    """
    A file that is no roster gives one line with a hint, before anything is written.
    """
    assert refusal(data) == problem


def test_fixed_failed_csv_is_a_roster() -> None:
    """
    The error columns of failed.csv are not reported as unknown.
    """
    roster, rows = read("name,line,field,problem\nAda Example,3,email,wrong\n")

    assert (roster.notes, names(rows)) == ((), ["Ada Example"])


def test_roster_needs_little_memory(tmp_path: Path) -> None:
    """
    Memory does not grow with the length of a roster.
    """
    import tracemalloc

    path = tmp_path / "m.csv"
    peaks = []
    for rows in (4_000, 40_000):
        path.write_text(HEAD + "Ada Example,ada@home.example,,gb,\n" * rows)
        with path.open("rb") as stream:
            tracemalloc.start()
            assert sum(1 for _ in read_roster(stream, "m.csv").rows) == rows
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()

    assert peaks[1] < peaks[0] * 1.1


def check(data: bytes) -> None:
    """Read *data*, in which each row must be a member or have a fault."""
    try:
        _, rows = read(data)
    except DataError:
        return
    assert all(row.member or row.faults for row in rows)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_roster_or_an_error(data: bytes) -> None:
    """
    No bytes in a file end in a traceback.
    """
    check(data)
    check(b"name,why\n" + data)


@given(st.text(max_size=400))
def test_any_text_is_a_roster_or_an_error(data: str) -> None:
    """
    No text in a file ends in a traceback, as CSV or JSON.
    """
    check(f"name,why\n{data}".encode(errors="replace"))
    check(f'{{"name": "Ada Example"}}\n{data}'.encode(errors="replace"))


def test_byte_order_mark_is_no_part_of_the_first_line() -> None:
    """
    An error in the first line is located after the byte order mark.
    """
    said = refusal(b"\xef\xbb\xbfname,country\nZo\xc3\xab,gb\n\xe9,gb\n")

    assert said.startswith("m.csv:3: not UTF-8: ")


class Torn(io.BytesIO):
    """What is on a disk that fails behind it."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the rest of the data, or fail."""
        data = super().read(size)
        if not data:
            raise OSError(errno.EIO, "Input/output error")
        return data


@pytest.mark.parametrize("rows", [0, 1, 10_000])
def test_read_error_names_the_roster(rows: int) -> None:
    """
    An error while reading names the roster, not the output.
    """
    text = HEAD + "".join(f"Ada {i},,,uk,\n" for i in range(rows))
    with pytest.raises(DataError) as caught:
        list(read_roster(Torn(text.encode()), "m.csv").rows)
    assert str(caught.value) == "m.csv: cannot be read: Input/output error"


FORMULAS = [
    "=1+1",
    "+44 20 1",
    "-1",
    "@SUM(1)",
    "\t=1",
    " =1",
    "＝1",
    "'=1",
    "''=1",
    "'quoted'",
    "' =1",
    "plain = text",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_failed_csv_holds_no_formula(text: str) -> None:
    """
    Spreadsheets take each cell of failed.csv as text, and the next run reads the original.
    """
    data = StringIO()
    csv.writer(data).writerow(["name", "why", text])
    csv.writer(data).writerow(["", text, text, text])
    roster, (row,) = read(data.getvalue())

    table = [report_columns(roster), report_row(roster, row, row.faults, ["kolov"])]

    for cell in (cell for line in table for cell in line):
        assert cell.lstrip()[:1] not in {"=", "+", "-", "@", "＝"}
        assert cell[:1] != "\t"
    data = StringIO()
    csv.writer(data).writerows(table)
    again, (mended,) = read(data.getvalue())
    assert again.columns[:3] == roster.columns[:3]
    assert mended.cells[:3] == row.cells[:3]
    assert mended.rest == row.rest


def test_errors_in_failed_csv_have_no_control_characters() -> None:
    """
    Error texts are escaped as on a terminal; the cells stay as they were.
    """
    roster, (row,) = read('name,to\n"","\x1b[2J"\n')

    cells = report_row(roster, row, [FieldError("unknown '\x1b[2J'", "to")], ["kolov"])

    assert cells == ["", "\x1b[2J", "2", "to", "unknown '\\x1b[2J'", "kolov"]


def test_duplicate_key_fails_its_row() -> None:
    """
    A JSON row with one key twice fails: neither value wins.
    """
    _, rows = read('{"name": "Ada", "why": "a", "why": "b"}\n{"name": "Bob"}\n')

    assert faults(rows) == ["m.csv:1: 'why' appears twice here: remove one of them"]
    assert names(rows) == ["Bob"]


def test_long_line_costs_no_row_above_it() -> None:
    """
    Unclosed quotes above a line that is too long cost their own row only.
    """
    data = f'name,country\nAda,"open\nBob,gb\n{"x" * 200_000}\nEve,gb\n'

    _, rows = read(data)

    assert names(rows) == ["Bob", "Eve"]
    assert [row.at.line for row in rows] == [2, 3, 4, 5]
    assert (
        faults(rows)[1]
        == "m.csv:4: the line is longer than 131072 characters: shorten it"
    )


@pytest.mark.parametrize("place", [0, 1])
def test_object_that_is_too_long_fails_alone(place: int) -> None:
    """
    The first one as well; the rows below it are read.
    """
    lines = ['{"name": "Ada"}\n', '{"name": "Bob"}\n']
    lines.insert(place, f'{{"name": "{"x" * 200_000}"}}\n')

    _, rows = read("".join(lines))

    assert names(rows) == ["Ada", "Bob"]
    assert faults(rows) == [
        f"m.csv:{place + 1}: the line is longer than 131072 characters: shorten it"
    ]


def test_endless_first_line_is_refused() -> None:
    """
    A first line that never ends is read up to a bound.
    """
    with Path("/dev/zero").open("rb") as stream, pytest.raises(DataError) as error:
        read_roster(stream, "/dev/zero")

    reason = "the line is longer than 131072 characters: shorten it"
    assert str(error.value) == f"/dev/zero:1: {reason}"


def test_roster_has_a_bound_on_columns() -> None:
    """
    Unknown columns are named up to a bound, and too many are refused.
    """
    some = ",".join(f"column{number}" for number in range(150))
    many = ",".join(f"column{number}" for number in range(1_000))

    roster, _ = read(f"name,{some}\nAda\n")

    assert len(roster.notes) == 101
    assert roster.notes[-1] == "50 more columns are not used"
    assert refusal(f"name,{many}\nAda\n") == (
        "m.csv:1: there are 1,001 columns, but 1,000 at most: remove those that are not used"
    )


def test_unknown_keys_are_named_up_to_a_bound() -> None:
    """
    Many unknown keys in one row cost no more than many such rows.
    """
    keys = ", ".join(f'"key{number}": ""' for number in range(500))

    _, (row,) = read(f'{{"name": "Ada", {keys}}}\n')

    assert len(row.notes) == 100


def test_cell_and_row_have_bounds() -> None:
    """
    A cell or row that is too long fails, and the rows below are read.
    """
    lines = "\n" * 2_000
    data = f'name,why\nAda,{"a" * 50_001}\nBob,"{lines}"\nEve,{"a" * 50_000}\n'

    _, rows = read(data)

    told = faults(rows)
    assert told[0] == "m.csv:2: why: longer than 50,000 characters: shorten it"
    assert told[1:] == ["m.csv:3: the row is longer than 2,000 lines: shorten it"]
    assert names(rows) == ["Eve"]
