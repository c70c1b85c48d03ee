"""Hostile values in personal fields: nothing of theirs takes effect, in any text."""

import json
import re
from email import message_from_bytes
from email import policy as policies
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from email_helpers import EMBASSY, OFFICE, SENDER, a_letter, read_mail
from protestgen import Letter
from protestgen.errors import ProtestgenError
from protestgen.formats import FORMATS

# Headers, recipients, markup, sequences for a terminal, and what may let them in.
_FRAGMENTS = st.sampled_from(
    [
        *("\r\n", "\n", "\r", "\n\n", "\r\n\r\n", "\u2028", "\u2029", "\x85", "\x0b"),
        *("\x0c", "\x00", "\x1b]0;x\x07", "\x1b[31m", "\x9b31m", "\u202e", "\ufeff"),
        *("Bcc: eve@evil.example", "Cc:eve@evil.example", "To: eve@evil.example"),
        *("\r\nBcc: eve@evil.example", "\nSubject: x", "\r\n\r\n.\r\nMAIL FROM:<e@e>"),
        *("=?UTF-8?Q?=0A?=Bcc: eve@evil.example", "=?utf-8?b?CkJjYzogZQ==?=", "=?"),
        *("?=", "=0A", "%0D%0ABcc:", "&bcc=eve@evil.example", "?bcc=", "#", "%", "+"),
        *(", eve@evil.example", "<eve@evil.example>", "; eve@evil.example", "@"),
        *('"', "\\", "(", ")", ",", ":", ";", "<", ">", "'", "From ", ".", "-- ", "é"),
        *('","x":"', "\\u000a", "--=_", "Content-Type: text/html", " ", "\t", "\xa0"),
    ]
)
HOSTILE = st.lists(_FRAGMENTS | st.text(max_size=5), min_size=1, max_size=6).map(
    "".join
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]")
_ALLOWED = {
    *("date", "from", "to", "cc", "reply-to", "subject", "message-id"),
    *("mime-version", "content-type", "content-transfer-encoding"),
}
_PERSONAL = (
    *("name", "city", "residence", "email", "reply_to", "organisation", "role", "why"),
    *("address", "cosigners"),
)


def _hostile_letter(field: str, value: str) -> Letter:
    if field == "subject":
        return replace(a_letter(), subject=value)
    if field.startswith("addressee"):
        return a_letter(to=replace(EMBASSY, **{field.partition(" ")[2]: value}))
    as_typed: Any = (value,) if field in ("address", "cosigners") else value
    return a_letter(replace(SENDER, **{field: as_typed}))


def _render(letter: Letter, format_: str) -> bytes | None:
    """Return *letter* in a format; None if it is refused, which is as good."""
    try:
        return FORMATS[format_].render(letter)
    except ProtestgenError:
        return None


@pytest.mark.parametrize(
    "field", [*_PERSONAL, "subject", "addressee name", "addressee email"]
)
@settings(max_examples=200)
@given(value=HOSTILE)
def test_hostile_value_takes_no_effect(field: str, value: str) -> None:
    """
    Whatever a field holds, the letter goes to those it is to, with its own headers.
    """
    try:
        letter = _hostile_letter(field, value)
    except ProtestgenError:
        return
    to = letter.addressee
    assert to is not None
    # A header has single spaces and none at its ends: no file can hold such an address.
    for_whom = {" ".join((to.email or "").split()), OFFICE.email}

    if data := _render(letter, "eml"):
        _check_message(data, for_whom)
    if data := _render(letter, "mailto"):
        _check_link(data.decode(), for_whom)
    if data := _render(letter, "subject"):
        assert data.count(b"\n") == 1
        assert not _CONTROLS.search(data.decode())
    for format_ in ("text", "body"):
        if data := _render(letter, format_):
            assert not _CONTROLS.search(data.decode())
    if data := _render(letter, "json"):
        assert not _CONTROLS.search(data.decode())
        assert len(json.loads(data)) == 20


def _check_message(data: bytes, for_whom: set[str | None]) -> None:
    mail = read_mail(data)
    modern = message_from_bytes(data, policy=policies.default)

    assert data.isascii()
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert len(mail.headers) == len(set(mail.headers))
    assert set(mail.headers) <= _ALLOWED
    assert [address for _, address in (*mail.to, *mail.copies)] == [
        address.addr_spec
        for header in ("To", "Cc")
        for address in (modern[header].addresses if modern[header] else ())
    ]
    assert {address for _, address in (*mail.to, *mail.copies)} == for_whom
    assert (len(mail.sender), len(modern["From"].addresses)) == (1, 1)
    assert not _CONTROLS.search(mail.text)
    assert not _CONTROLS.search(mail.subject + str(mail.sender))


def _check_link(link: str, for_whom: set[str | None]) -> None:
    assert re.fullmatch(r"mailto:[!-~]+\n", link)
    to, _, rest = link.strip().removeprefix("mailto:").partition("?")
    fields = [field.split("=") for field in rest.split("&")]
    values = {name: unquote(value) for name, value in fields}

    assert list(values) in (["cc", "subject"], ["cc", "subject", "body"])
    assert {unquote(to), values["cc"]} == for_whom
    assert "\n" not in values["subject"]
    assert not _CONTROLS.search(values.get("body", "").replace("\r\n", "\n"))
