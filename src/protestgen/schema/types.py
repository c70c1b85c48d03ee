"""
Types of the values in data files and in a sender's fields.

Each is `Annotated[type, parser]`: the parser reads the value from text, and raises
`ValueError` with a message for the user where the text does not fit.
"""

import re
from datetime import date, timedelta
from typing import Annotated, Any, Self

from protestgen.country_names import COUNTRY_CODES
from protestgen.errors import quoted
from protestgen.limits import MAX_COUNT, MAX_PHRASE

# Characters that no text may hold: Unicode's controls (category Cc, but for tab and
# newline), its line and paragraph separators, the explicit marks of direction (UAX #9)
# and surrogates. They act on terminals, mail headers and the text around them. The
# joiners U+200C and U+200D are allowed: some languages are spelt with them.
CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
# A letter may have any number of accents, and NFC sorts them in quadratic time.
_ACCENTS = re.compile(r"[^\w\s\x00-\x7f]{40}")
_PARAGRAPH_BREAK = re.compile(r"\n[ \t]*\n\s*")
# White space that becomes one space; a no-break space stays.
_SPACES = re.compile(r"[ \t\n]+")
# The calendar ends in 9999, and from a date others are counted.
_LAST_YEAR = 2999
# Narrower than RFC 5322: no quoted names, comments or addresses without a domain.
_EMAIL = re.compile(
    r"""[^\s@<>,;:"()\[\]\\]+@([^\s@<>,;:"()\[\]\\.]+\.)+[^\s@<>,;:"()\[\]\\.]+"""
)
# A Greek or Cyrillic letter beside a Latin one, for which it is easily taken.
_LOOKALIKE = re.compile(r"(?<=[A-Za-z])[\u0370-\u052f]|[\u0370-\u052f](?=[A-Za-z])")


def visible(text: str) -> str:
    """Return *text* with its control characters as escapes, for a terminal."""
    return CONTROLS.sub(spelt_out, text)


def spelt_out(match: re.Match[str]) -> str:
    """Return the matched character as its code in hexadecimal, behind a backslash."""
    return f"\\x{ord(match[0]):02x}"


class PartialDate(str):
    """
    A date as precise as its source: a day, a month or a year.

    It is a string in ISO 8601 (`2011-05-01`, `2011-05`, `2011`), and sorts as one.
    """

    __slots__ = ()

    def __new__(cls, year: int, month: int = 0, day: int = 0) -> Self:
        """Make the date of *year*, with 0 for an unknown *month* or *day*."""
        parts = [f"{year:04}", *(f"{part:02}" for part in (month, day) if part)]
        return super().__new__(cls, "-".join(parts))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.year, self.month, self.day)

    @property
    def year(self) -> int:
        """The year."""
        return int(self[:4])

    @property
    def month(self) -> int:
        """The month, or 0 if unknown."""
        return int(self[5:7] or 0)

    @property
    def day(self) -> int:
        """The day; 0 if it is not known."""
        return int(self[8:] or 0)

    @classmethod
    def parse(
        cls, text: str, *, form: str = "2011-05-01, 2011-05 or 2011"
    ) -> "PartialDate":
        """Read `2011`, `2011-05` or `2011-05-01`; an error names the *form*."""
        match = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", text, re.ASCII)
        if not match:
            hint = _iso_form(text) or form
            raise ValueError(f"{quoted(text)} is not a date: write {hint}")
        year, month, day = (int(part) for part in match.groups("0"))
        if year > _LAST_YEAR:
            raise ValueError(f"the year {year} is too far ahead: correct the date")
        try:
            date(year, month if match[2] else 1, day if match[3] else 1)
        except ValueError:
            raise ValueError(f"there is no date '{text}' in the calendar") from None
        return cls(year, month, day)

    @property
    def first_day(self) -> date:
        """The first day of the year, month or day."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> date:
        """The last day of the year, month or day."""
        if self.day:
            return self.first_day
        if self.month in {0, 12}:
            return date(self.year, 12, 31)
        return date(self.year, self.month + 1, 1) - timedelta(days=1)


def _iso_form(text: str) -> str:
    """
    Return the date `22.11.2026` in ISO 8601, or "" if *text* may mean another.

    With slashes or hyphens, some write the month first.
    """
    match = re.fullmatch(r"(\d\d?)([./-]) ?(\d\d?)\2 ?(\d{4})", text, re.ASCII)
    if not match:
        return ""
    day, month, year = (int(match[i]) for i in (1, 3, 4))
    if match[2] != ".":
        if day <= 12 and month <= 12 and day != month:
            return ""
        day, month = max(day, month), min(day, month)
    return PartialDate(year, month, day) if 1 <= month <= 12 and 1 <= day <= 31 else ""


def normalize(text: str) -> str:
    """
    Return *text* in Unicode's normal form C (NFC).

    Raises `ValueError` for a control character, and for 40 accents on one letter.
    """
    if text.isprintable() and text.isascii():
        return text
    if not text.isascii():
        from unicodedata import combining
        from unicodedata import normalize as nfc

        for run in _ACCENTS.findall(text):
            if all(map(combining, run)):
                raise ValueError("40 accents stand on one letter: remove them")
        text = nfc("NFC", text)
    if match := CONTROLS.search(text):
        raise ValueError(
            f"the character U+{ord(match[0]):04X} is not allowed in a text: remove it"
        )
    return text


def parse_line(text: str) -> str:
    """Parse a text of one line; its white space becomes single spaces."""
    if text.isascii() and text.isprintable():  # the fast path of most texts
        return " ".join(text.split())
    bare = text.strip()
    if "\n" in bare or "\r" in bare:
        raise ValueError("a line break is not allowed here: write it on one line")
    return single_spaces(normalize(bare))


def parse_phrase(text: str) -> str:
    """Parse a word or phrase that letters are searched for."""
    if len(text) > MAX_PHRASE:
        raise ValueError(f"longer than {MAX_PHRASE} characters: write a shorter phrase")
    phrase = parse_line(text)
    if not any(map(str.isalnum, phrase)):
        raise ValueError(f"{quoted(phrase)} is no word: write one, or remove it")
    return phrase


def parse_prose(text: str) -> str:
    """Parse paragraphs, separated by blank lines."""
    clean = normalize(text.replace("\r\n", "\n").strip())
    paragraphs = _PARAGRAPH_BREAK.split(clean)
    return "\n\n".join(map(single_spaces, paragraphs))


def single_spaces(text: str) -> str:
    """Collapse the white space in *text*, except no-break spaces, to single spaces."""
    if text.isascii():
        return " ".join(text.split())
    return _SPACES.sub(" ", text)


def parse_country_code(text: str) -> str:
    """Parse an ISO 3166-1 alpha-2 code in any case; the result is in lower case."""
    code = text.lower()
    if code == "uk":
        raise ValueError("unknown country code 'uk': the United Kingdom is 'gb'")
    if code not in COUNTRY_CODES:
        raise ValueError(
            f"unknown country code {quoted(text)}: write two letters as in ISO 3166"
        )
    return code


def parse_email(text: str) -> str:
    """Parse an e-mail address without a display name."""
    if not _EMAIL.fullmatch(text):
        raise ValueError(
            f"{quoted(text)} is not an e-mail address: write name@domain.example"
        )
    address = normalize(text)
    if address.isascii():
        return address
    for character in address:
        if not character.isprintable():
            code = f"U+{ord(character):04X}"
            raise ValueError(f"{code} is an invisible character: remove it")
    if match := _LOOKALIKE.search(address):
        raise ValueError(
            f"{quoted(address)} has the letter U+{ord(match[0]):04X} among those from "
            "a to z: type it anew"
        )
    return address


def parse_phone(text: str) -> str:
    """Parse a telephone or fax number in the international notation of ITU-T E.123."""
    if not re.fullmatch(r"\+[0-9][0-9 ]{4,}[0-9]", text):
        raise ValueError(
            f"{quoted(text)} is not a number to dial: write it like +44 20 7946 0958"
        )
    return text


def parse_id(text: str) -> str:
    """Parse an id, which is safe on a command line and in a file name."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
        message = f"{quoted(text)} is not an id: use a-z, 0-9 and single hyphens"
        raise ValueError(message)
    return text


def parse_count(text: str) -> int:
    """Parse a number of at least one, up to `MAX_COUNT`."""
    if not re.fullmatch(r"[0-9]{1,9}", text) or not 1 <= int(text) <= MAX_COUNT:
        raise ValueError(
            f"{quoted(text)} is not a number: write one from 1 to {MAX_COUNT}"
        )
    return int(text)


def parse_file_name(text: str) -> str:
    """Parse the name of a file, which is in no other folder and not hidden."""
    name = parse_line(text)
    if name != text or re.search(r"^\.|[/\\:]", name):
        raise ValueError(f"{quoted(text)} is not the name of a file beside this one")
    return name


Count = Annotated[int, parse_count]
FileName = Annotated[str, parse_file_name]
Line = Annotated[str, parse_line]
Phrase = Annotated[str, parse_phrase]
Prose = Annotated[str, parse_prose]
CountryCode = Annotated[str, parse_country_code]
Email = Annotated[str, parse_email]
Phone = Annotated[str, parse_phone]
Id = Annotated[str, parse_id]
Date = Annotated[PartialDate, PartialDate.parse]
