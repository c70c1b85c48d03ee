"""Names of letter files: readable, safe everywhere, the same on every machine."""

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from unicodedata import normalize
from zlib import crc32

from protestgen.campaign.directory import Addressee, Mission
from protestgen.formats import FORMATS
from protestgen.letters.sender import Sender

# The longest part of a name that is for people to read.
_LONGEST = 40
# A name ends with a key of so many digits to the base 32.
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_KEY_LENGTH = 12
_SHIFTS = range(5 * (_KEY_LENGTH - 1), -1, -5)
_ENDS = re.compile(r"[\s.,]+")
_WORDS = re.compile(r"[a-z0-9]+")

# ASCII spellings of letters that Unicode does not decompose.
_SPELT = """
    а:a б:b в:v г:g д:d е:e ё:yo ж:zh з:z и:i й:y к:k л:l м:m н:n о:o п:p р:r с:s т:t
    у:u ф:f х:kh ц:ts ч:ch ш:sh щ:shch ъ: ы:y ь: э:e ю:yu я:ya і:i ї:yi є:ye ґ:g ә:a
    ғ:g қ:q ң:n ө:o ұ:u ү:u һ:h
    α:a β:v γ:g δ:d ε:e ζ:z η:i θ:th ι:i κ:k λ:l μ:m ν:n ξ:x ο:o π:p ρ:r σ:s ς:s τ:t
    υ:y φ:f χ:ch ψ:ps ω:o
    ß:ss æ:ae œ:oe ø:o ł:l đ:d ð:d þ:th ı:i
"""
_LATIN = str.maketrans(
    {letter: latin for letter, _, latin in (s.partition(":") for s in _SPELT.split())}
)


def file_stem(case: str, addressee: Addressee | None, sender: Sender) -> str:
    """
    The name of the file for a letter, without its suffix.

    It is the same for the same person, however they spell their name, and different
    for anybody else.
    """
    to, identity = _addressee(addressee)
    key = _key(case, *identity, *_person(sender))
    parts = (case[:_LONGEST], to, _slug(sender.name or ""), key)
    return "-".join(part for part in parts if part)


def file_suffix(format_name: str) -> str:
    """The suffix that only files of this format have."""
    if suffixes := FORMATS[format_name].suffixes:
        return suffixes[0]
    return ".fax.pdf" if format_name == "fax" else f".{format_name}.txt"


def mailing_stem(kind: str, case: str, outlet: str, language: str) -> str:
    """The name of the file for a *kind* of document to a media outlet, as above."""
    key = _key(kind, case, outlet, language)
    return f"{kind}-{case[:_LONGEST]}-{outlet[:_LONGEST]}-{language}-{key}"


def _key(*identity: str) -> str:
    """Twelve characters that stand for *identity*."""
    whole = "\0".join((*identity, ""))
    digest = blake2b(whole.encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big")
    return "".join([_DIGITS[number >> shift & 31] for shift in _SHIFTS])


def key_of(name: str) -> int:
    """The key of the letter in the file called *name*: a number of 60 bits."""
    stem, _, suffix = name.partition(".")
    return int(stem[-_KEY_LENGTH:], 32) ^ crc32(suffix.encode()) << 28


def may_be_about(name: str, cases: Iterable[str]) -> bool:
    """Whether the letter in a file called *name* may be about one of *cases*."""
    return name.startswith(tuple(f"{case[:_LONGEST]}-" for case in cases))


def is_letter_name(name: str) -> bool:
    """Whether a batch may have written a file called *name*."""
    form = r"[a-z0-9-]{1,200}-[0-9a-v]{12}(\.[a-z]{1,8}){1,2}"
    return bool(re.fullmatch(form, name))


@lru_cache(maxsize=1_000)
def _addressee(addressee: Addressee | None) -> tuple[str, tuple[str, ...]]:
    """What a name calls an addressee, and what identifies it."""
    if addressee is None:
        return "support", ("support",)
    if not isinstance(addressee, Mission):
        return addressee.id[:_LONGEST], ("office", addressee.id)
    kind = "" if addressee.kind == "embassy" else f"{addressee.kind}-"
    identity = (addressee.state, addressee.host, addressee.kind, addressee.city)
    return kind + _slug(addressee.city or addressee.host), identity


def _person(sender: Sender) -> Iterable[str]:
    """What identifies a sender: the name, and an address of any kind."""
    yield _folded(sender.name or "")
    if sender.email:
        yield sender.email.casefold()
    else:
        where = " ".join((*sender.address, sender.place or ""))
        yield f"{sender.country or ''} {_folded(where)}"


def _folded(text: str) -> str:
    """Return *text* without differences of case, spaces and punctuation."""
    folded = text.casefold()
    if not folded.isascii():
        folded = normalize("NFKC", folded)
    return _ENDS.sub(" ", folded).strip()


def _slug(text: str) -> str:
    """Return *text* in ASCII letters, as far as possible, and hyphens."""
    text = text[: 2 * _LONGEST].casefold()
    if not text.isascii():
        text = normalize("NFKD", normalize("NFC", text).translate(_LATIN))
        text = text.translate(_LATIN).encode("ascii", "ignore").decode().casefold()
    return "-".join(_WORDS.findall(text))[:_LONGEST].strip("-")
