"""Signs of a language in words that somebody typed, and words that lines keep whole."""

import re
from functools import lru_cache

# A straight quotation mark opens at the beginning of a text, or behind one of these.
_OPENING = re.compile(r'(?:^|(?<=[\s(\[/\u2013\u2014-]))"(?=\S)')
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")
_WORD_APOSTROPHE = re.compile(r"(?<![\w@/.-])(\w[\w’-]*)'(?=\w)(?!\S*[@/])")
_POSSESSIVE = re.compile(r"(?<=\ws)'(?= )")
_OPENING_APOSTROPHE = re.compile(r"(?:^|(?<=[\s(]))'(?=\w)")
_RANGE = re.compile(r"(?<![\w.,/№-])(\d{1,4})-(\d{1,4})(?![\w/-]|[.,]\d)")
_DASH = re.compile(r"(?<=\S) (?:--?|[\u2013\u2014]) (?=\S)|(?<=\w)--(?=\w)")
# Fewer characters look lost on the last line of a paragraph.
_SHORTEST_LINE = 16
# Words that are longer together may leave a gap in the line before.
_LONGEST_TIE = 30
_CLOSERS = "\"'”’“‘»)]\N{NO-BREAK SPACE} "


def typeset(text: str, *, quotes: str, spaced: bool, dash: str) -> str:
    """
    Return *text* with the signs of a language, and a full stop at its end.

    *quotes* are an opening and a closing mark with a space between them; straight ones
    are replaced by these, with spaces inside if they are *spaced*. *dash* replaces
    every dash between words. A text that ends with another sign gets no full stop.
    """
    if '"' in text and quotes:
        gap = " " if spaced else ""
        opening, _, closing = quotes.partition(" ")
        text = _OPENING.sub(opening + gap, text).replace('"', gap + closing)
    if "'" in text:
        text = _APOSTROPHE.sub("’", text)
    if "-" in text or "\u2013" in text or "\u2014" in text:
        text = _DASH.sub(f" {dash} ", text)
    return f"{text}." if text.rstrip(_CLOSERS)[-1:].isalnum() else text


def tied(text: str) -> str:
    """
    Return *text* with no-break spaces between its last words.

    Its last line is then no short rest, and a date at its end stays whole.
    """
    if len(text) <= 40:
        return text
    start = len(text)
    while len(text) - start < _SHORTEST_LINE:
        before = text.rfind(" ", 0, start)
        if len(text) - before > _LONGEST_TIE + 1:
            break
        start = before
    head, tail = text[: start + 1], text[start + 1 :]
    return head + tail.replace(" ", "\N{NO-BREAK SPACE}")


def with_signs(text: str) -> str:
    """Return *text* with round apostrophes, and en dashes in ranges of numbers."""
    if "'" in text:
        text = _WORD_APOSTROPHE.sub("\\1’", text)
        if not _OPENING_APOSTROPHE.search(text):
            text = _POSSESSIVE.sub("’", text)
    return _RANGE.sub(_range, text) if "-" in text else text


def _range(found: re.Match[str]) -> str:
    """Return a range with its dash; other numbers, such as those of files, stay."""
    first, last = found.groups()
    is_range = int(first) < int(last) and (
        len(first) == len(last) or (len(first), len(last)) == (1, 2)
    )
    return f"{first}–{last}" if is_range else found[0]


@lru_cache(maxsize=2_000)
def with_no_break_spaces(
    text: str,
    before: str,
    after: str,
    words: tuple[str, ...],
    months: tuple[str, ...],
) -> str:
    """
    Return *text* with no-break spaces, where a line must not end.

    They stand *before* and *after* these signs, after these *words*, and between a day
    and these *months*; digits in *after* stand for numbers below 1000.
    """
    has_digits = any(sign.isdigit() for sign in after)
    before = re.escape(before)
    after = re.escape("".join(sign for sign in after if not sign.isdigit()))
    if before:
        text = re.sub(f" (?=[{before}])", "\N{NO-BREAK SPACE}", text)
    if after:
        text = re.sub(f"(?<=[{after}]) ", "\N{NO-BREAK SPACE}", text)
    if has_digits:
        # Years, and numbers that are a part of a name, go with no word.
        text = re.sub(r"(?<![\w-])(\d{1,3}) (?=\w)", "\\1\N{NO-BREAK SPACE}", text)
    if words:
        found = "|".join(map(re.escape, words))
        text = re.sub(rf"(?<!\w)({found}) ", "\\1\N{NO-BREAK SPACE}", text)
    if months:
        names = "|".join(map(re.escape, months))
        day = rf"\b(\d{{1,2}}\S{{0,2}}) (?=(?:{names})\b)"
        text = re.sub(day, "\\1\N{NO-BREAK SPACE}", text)
    return text
