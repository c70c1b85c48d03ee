"""The signs that print has, in texts from files."""

import pytest

from protestgen.language.typography import tied, typeset, with_signs


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Mr O'Neill's and the workers' rights",
            "Mr O’Neill’s and the workers’ rights",
        ),
        ("she said 'the workers' of it", "she said 'the workers' of it"),
        ("see https://example.org/it's", "see https://example.org/it's"),
        ("on pages 14-17 and 9-11", "on pages 14–17 and 9–11"),
        (
            "on 2011-05-01, in 2010-11, file 17-4",
            "on 2011-05-01, in 2010-11, file 17-4",
        ),
    ],
)
def test_apostrophes_and_ranges(text: str, expected: str) -> None:
    """Apostrophes are round and ranges have an en dash; addresses and dates stay."""
    assert with_signs(text) == expected
    assert with_signs(expected) == expected


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("A paragraph that is long enough to end on a line of its own in May.", 3),
        ("A paragraph that is long enough to end with one incomprehensibility.", 1),
        ("A short line.", 1),
    ],
)
def test_last_words_stay_together(text: str, last: int) -> None:
    """The last line of a paragraph is no single short word."""
    result = tied(text)

    assert result.replace("\u00a0", " ") == text
    assert len(result.rpartition(" ")[2].split("\u00a0")) >= last


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("Ich sage ‚Ja‘", "‘."),
        ("Ich sage „Ja.“", "Ja.“"),
        ("I say “Free them”", "”."),
        ("Why not?", "not?"),
    ],
)
def test_own_words_end_with_a_full_stop(text: str, end: str) -> None:
    """
    A full stop is added behind the last word, or the quotation mark that closes it.
    """
    assert typeset(text, quotes="„“", spaced=False, dash="–").endswith(end)
