"""Parsers of values, and their messages for invalid ones."""

import calendar
from collections.abc import Callable
from datetime import date

import pytest

from protestgen.schema.types import (
    PartialDate,
    normalize,
    parse_country_code,
    parse_email,
    parse_id,
    parse_line,
    parse_phone,
    parse_phrase,
    parse_prose,
)


def refusal(parse: Callable[[str], object], text: str) -> str:
    """Return the error of *parse* for *text*."""
    with pytest.raises(ValueError, match=r".") as caught:
        parse(text)
    return str(caught.value)


@pytest.mark.parametrize(
    "text", ["2011", "2011-05", "2011-05-01", "2000-02-29", "2999-12-31"]
)
def test_a_date_keeps_its_precision(text: str) -> None:
    """
    A year stays a year, and a month a month.
    """
    assert str(PartialDate.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["2011-5-1", "1 May 2011", "2011-05-01T10:00", "11", "٢٠١١", "2011-", "-2011"],
)
def test_a_date_has_one_form(text: str) -> None:
    """
    A date in another form than ISO 8601 is an error that shows an example.
    """
    assert refusal(PartialDate.parse, text) == (
        f"'{text}' is not a date: write 2011-05-01, 2011-05 or 2011"
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("1.5.2011", "2011-05-01"),
        ("1. 5. 2011", "2011-05-01"),
        ("31/5/2011", "2011-05-31"),
        ("5/31/2011", "2011-05-31"),
        ("5-5-2011", "2011-05-05"),
        ("1/5/2011", "2011-05-01, 2011-05 or 2011"),
        ("0/5/2011", "2011-05-01, 2011-05 or 2011"),
        ("13/13/2011", "2011-05-01, 2011-05 or 2011"),
        ("1/5.2011", "2011-05-01, 2011-05 or 2011"),
    ],
)
def test_another_form_of_a_date_is_answered_with_ours(text: str, hint: str) -> None:
    """
    The error names the date itself, unless its day may be the month.
    """
    expected = f"'{text}' is not a date: write {hint}"

    assert refusal(PartialDate.parse, text) == expected


@pytest.mark.parametrize(
    "text", ["2011-02-30", "2011-02-29", "2011-13", "2011-00", "2011-05-00", "0000"]
)
def test_a_date_is_in_the_calendar(text: str) -> None:
    """
    A day or month that does not exist is an error.
    """
    expected = f"there is no date '{text}' in the calendar"

    assert refusal(PartialDate.parse, text) == expected


@pytest.mark.parametrize("text", ["3000", "9999", "9999-12-31"])
def test_a_date_is_not_in_another_age(text: str) -> None:
    """
    A year so late that no day can be counted from it is an error.
    """
    assert refusal(PartialDate.parse, text) == (
        f"the year {text[:4]} is too far ahead: correct the date"
    )


@pytest.mark.parametrize("year", [1, 1900, 2000, 2011, 2012, 9999])
def test_the_last_day_of_a_month_or_year(year: int) -> None:
    """
    The last day of a month or a year is that of the calendar.
    """
    for month in range(1, 13):
        last = calendar.monthrange(year, month)[1]
        assert PartialDate(year, month).last_day == date(year, month, last)
        assert PartialDate(year, month, 5).last_day == date(year, month, 5)
    assert PartialDate(year).last_day == date(year, 12, 31)


def test_dates_sort_in_order_of_time() -> None:
    """
    A year sorts before its months, and a month before its days.
    """
    texts = ["2010-12", "2011", "2011-05", "2011-05-01", "2011-05-02", "2011-06"]
    dates = [PartialDate.parse(text) for text in texts]

    dates.reverse()

    assert [str(found) for found in sorted(dates)] == texts


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  a  \t b ", "a b"),
        ("e\u0301", "é"),
        ("1\u00a0May", "1\u00a0May"),
        ("\u00ab\u202fa\u202f\u00bb", "\u00ab\u202fa\u202f\u00bb"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("é  a\tb", "é a b"),
    ],
    ids=["spaces", "accent", "no-break", "narrow", "non-joiner", "not ASCII"],
)
def test_a_line_has_single_spaces(text: str, line: str) -> None:
    """
    White space becomes single spaces and letters are composed; no-break spaces stay.
    """
    assert parse_line(text) == line


@pytest.mark.parametrize("text", ["a\nb", "a\r\nb", "a\rb"])
def test_a_line_has_no_line_break(text: str) -> None:
    """
    A line break is an error: it would end a header or an address line early.
    """
    expected = "a line break is not allowed here: write it on one line"

    assert refusal(parse_line, text) == expected


def test_a_phrase_has_a_word() -> None:
    """
    Signs alone are an error: letters are searched for words.
    """
    assert parse_phrase("anti-state") == "anti-state"
    assert refusal(parse_phrase, "--") == "'--' is no word: write one, or remove it"


FORBIDDEN = (
    "\0\x07\x0b\x0c\x1b\x1c\x7f\x85\x9b\u2028\u2029\u202a\u202e\u2066\u2069\ufeff"
)


@pytest.mark.parametrize("character", [*FORBIDDEN, "\ud800"])
@pytest.mark.parametrize("parse", [parse_line, parse_prose, normalize])
def test_no_text_has_control_characters(
    parse: Callable[[str], str], character: str
) -> None:
    """
    What acts on a terminal or turns the direction of text is refused by its code.
    """
    assert refusal(parse, f"a{character}b") == (
        f"the character U+{ord(character):04X} is not allowed in a text: remove it"
    )


@pytest.mark.parametrize(
    ("text", "prose"),
    [
        ("a\nb\n", "a b"),
        ("a\n\nb", "a\n\nb"),
        ("\n\na\n \t\n\n\n b\tc\n", "a\n\nb c"),
        ("a\r\n\r\nb\r\nc", "a\n\nb c"),
        ("é\n1\u00a0May", "é 1\u00a0May"),
    ],
)
def test_prose_has_paragraphs(text: str, prose: str) -> None:
    """
    Blank lines separate paragraphs; other line breaks become spaces.
    """
    assert parse_prose(text) == prose


@pytest.mark.parametrize(("text", "code"), [("gb", "gb"), ("GB", "gb"), ("No", "no")])
def test_a_country_code_becomes_lower_case(text: str, code: str) -> None:
    """
    Country codes are read in any case.
    """
    assert parse_country_code(text) == code


def test_an_unknown_country_code_is_refused() -> None:
    """
    The error for "uk" names the right code.
    """
    assert refusal(parse_country_code, "UK".lower()) == (
        "unknown country code 'uk': the United Kingdom is 'gb'"
    )
    assert refusal(parse_country_code, "England") == (
        "unknown country code 'England': write two letters as in ISO 3166"
    )


@pytest.mark.parametrize(
    "text", ["a@b.example", "a.b+c@d-e.f.example", "o'x@b.example", "é@bücher.example"]
)
def test_an_email_address_is_unchanged(text: str) -> None:
    """
    A valid e-mail address is not changed.
    """
    assert parse_email(text) == text


NO_ADDRESSES = """
a
a@b
@b.example
a@.example
a@b..example
a@b.example.
a b@c.example
a@b@c.example
a@b.example,c@d.example
A <a@b.example>
mailto:a@b.example
"""


@pytest.mark.parametrize("text", [*NO_ADDRESSES.split("\n")[1:-1], "a@b.example "])
def test_an_email_address_is_one_bare_address(text: str) -> None:
    """
    Lists of addresses, display names and invalid addresses are refused.
    """
    assert refusal(parse_email, text) == (
        f"'{text}' is not an e-mail address: write name@domain.example"
    )


def test_an_email_address_has_no_line_break() -> None:
    """
    Line breaks and control characters in e-mail addresses are refused.
    """
    assert refusal(parse_email, "a@b.example\nBcc: c@d.example") == (
        "'a@b.example Bcc: c@d.example' is not an e-mail address: "
        "write name@domain.example"
    )
    assert refusal(parse_email, "a\x1b@b.example") == (
        "the character U+001B is not allowed in a text: remove it"
    )


@pytest.mark.parametrize("character", "\u200b\u00ad\u2060\u200d")
def test_an_email_address_has_nothing_invisible(character: str) -> None:
    """
    An invisible character in an e-mail address is named by its code.
    """
    assert refusal(parse_email, f"a@b{character}.example") == (
        f"U+{ord(character):04X} is an invisible character: remove it"
    )


@pytest.mark.parametrize("text", ["\u0430da@b.example", "ada@b\u03bf.example"])
def test_an_email_address_mixes_no_alphabets(text: str) -> None:
    """
    A letter that only looks like a Latin one is named by its code.
    """
    (odd,) = (letter for letter in text if not letter.isascii())
    assert refusal(parse_email, text) == (
        f"'{text}' has the letter U+{ord(odd):04X} among those from a to z: type it anew"
    )


def test_a_phone_number_is_international() -> None:
    """
    A phone number is a plus sign, digits and spaces.
    """
    assert parse_phone("+44 20 7946 0958") == "+44 20 7946 0958"
    for text in ("020 7946 0958", "+44 (0)20 7946 0958", "+44", "+44 20 7946 x12"):
        assert refusal(parse_phone, text) == (
            f"'{text}' is not a number to dial: write it like +44 20 7946 0958"
        )


def test_an_id_is_safe_in_file_names() -> None:
    """
    Ids consist of lower-case letters, digits and single hyphens.
    """
    assert parse_id("repression-2010") == "repression-2010"
    for text in ("Kurmanov", "a--b", "-a", "a-", "a_b", "../a", "a b", "é", ""):
        assert refusal(parse_id, text) == (
            f"'{text}' is not an id: use a-z, 0-9 and single hyphens"
        )
