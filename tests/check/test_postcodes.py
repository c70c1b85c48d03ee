"""The postcodes that `check` knows: the table, and what it says of an address."""

import re
import time

import pytest

from protestgen.check.postal import bad_postcode, postcode_formats
from protestgen.country_names import COUNTRY_CODES

FORMATS = postcode_formats()


def test_countries_are_iso_codes() -> None:
    """
    The table knows most countries, each by its ISO code.
    """
    assert len(FORMATS) > 170
    assert FORMATS.keys() <= COUNTRY_CODES


def test_an_example_fits_its_pattern() -> None:
    """
    The postcode that a message shows is one that the check accepts.
    """
    for country, known in FORMATS.items():
        assert re.fullmatch(known.pattern, known.example), country
        assert bad_postcode([f"{known.example} Exampleville"], None, country) is None


@pytest.mark.parametrize(
    ("country", "line"),
    [
        ("az", "AZ1066 Baku"),
        ("az", "AZ 1066 Baku"),
        ("az", "1066 Baku"),
        ("be", "B-1000 Brussels"),
        ("ch", "CH-3007 Bern"),
        ("es", "28001-Madrid"),
        ("fo", "FO-100 Tórshavn"),
        ("gl", "DK-3900 Nuuk"),
        ("hr", "HR-10000 Zagreb"),
        ("ht", "HT6110 Port-au-Prince"),
        ("hu", "H-1054 Budapest"),
        ("in", "Mumbai 400 021"),
        ("in", "New Delhi-110021"),
        ("kz", "Astana R00H5A9"),
        ("kz", "010000 Astana"),
        ("lt", "LT-03106 Vilnius"),
        ("lu", "L-2535 Luxembourg"),
        ("lv", "Riga, LV-1010"),
        ("md", "MD2012 Chișinău"),
        ("md", "MD-2012 Chișinău"),
        ("py", "001526 Asunción"),
        ("rs", "11 000 Beograd"),
        ("se", "SE-115 89 Stockholm"),
        ("si", "SI-1000 Ljubljana"),
        ("sv", "1101 San Salvador"),
        ("va", "00187 Roma"),
    ],
)
def test_accepts_what_is_written_there(country: str, line: str) -> None:
    """
    Postcodes pass as people there write them, with letters before them as well.
    """
    assert bad_postcode(["1 Example Street", line], None, country) is None


@pytest.mark.parametrize(
    ("country", "line", "expected"),
    [
        (
            "az",
            "AZ106 Baku",
            "'AZ106' is not a postcode of Azerbaijan: write it like AZ1000",
        ),
        (
            "lu",
            "L-253 Luxembourg",
            "the address has no postcode: add it, in Luxembourg like L-4750",
        ),
        (
            "lv",
            "1010 Riga",
            "'1010' is not a postcode of Latvia: write it like LV-1073",
        ),
        (
            "hu",
            "Example Street 20-1054",
            "the address has no postcode: add it, in Hungary like 1037",
        ),
        (
            "hu",
            "Example Street 1054-2",
            "the address has no postcode: add it, in Hungary like 1037",
        ),
        (
            "gb",
            "London SX1A 1AA",
            "the address has no postcode: add it, in the United Kingdom like EC1Y 8SY",
        ),
        ("ae", "12345 Dubai", None),
    ],
)
def test_says_what_is_wrong(country: str, line: str, expected: str | None) -> None:
    """
    A postcode that is too short, in another form or missing is told, with an example.

    Where no postcodes are known, nothing is wrong.
    """
    assert bad_postcode([line], None, country) == expected


def test_long_lines_take_little_time() -> None:
    """
    No pattern backtracks: a line of 10,000 characters is searched at once.
    """

    def is_quick(pattern: str, line: str) -> bool:
        start = time.process_time()
        list(re.finditer(pattern, line))
        return time.process_time() - start < 0.1

    for pattern in {known.pattern for known in FORMATS.values()}:
        for part in ("1", "A", "A1", "1 ", "1-", "A1 ", "AA "):
            line = (part * 10_000)[:10_000]
            # A busy machine is slow at times.
            assert any(is_quick(pattern, line) for _ in range(3)), (pattern, part)
