"""Missions, offices and outlets: addresses, numbers, sources that do not work."""

import re
from collections.abc import Container, Iterator, Sequence
from datetime import date
from functools import cache
from urllib.parse import urlsplit

from protestgen.campaign.case import Case
from protestgen.campaign.directory import Addressee, Mission
from protestgen.campaign.outlet import Outlet
from protestgen.campaign.world import world_missions
from protestgen.errors import FormatError, Location, quoted
from protestgen.formats.mail_message import ascii_address
from protestgen.letters.completeness import unknown_role
from protestgen.letters.notes import is_old
from protestgen.schema.place import SourceMap

from .context import CheckContext
from .finding import Finding, error, of_problems, warning
from .postal import bad_phone, bad_postcode
from .texts import Keys, unfinished

# Names for examples and tests (RFC 2606 and 6761), which nobody has.
_RESERVED = re.compile(
    r"(?:^|\.)(?:example|example\.(?:com|net|org)|invalid|local|localhost|test)$"
)
_MISSPELT = {
    "gamil.com": "gmail.com",
    "gmai.com": "gmail.com",
    "gmail.co": "gmail.com",
    "gmail.ru": "gmail.com",
    "gmaill.com": "gmail.com",
    "gmal.com": "gmail.com",
    "gmial.com": "gmail.com",
    "gnail.com": "gmail.com",
    "hotmai.com": "hotmail.com",
    "hotmal.com": "hotmail.com",
    "hotmial.com": "hotmail.com",
    "iclod.com": "icloud.com",
    "icoud.com": "icloud.com",
    "outlok.com": "outlook.com",
    "outloook.com": "outlook.com",
    "protonmial.com": "protonmail.com",
    "yaho.com": "yahoo.com",
    "yahooo.com": "yahoo.com",
    "yhaoo.com": "yahoo.com",
    "yandex.ur": "yandex.ru",
}
# Mistyped top-level domains, none of which exists.
_MISSPELT_ENDS = {
    "cmo": "com",
    "con": "com",
    "comm": "com",
    "nte": "net",
    "ogr": "org",
    "orgg": "org",
}
# A web address within a text: signs that may be around it are no part of it.
_WEB_ADDRESS = re.compile(r"(?i)https?://[^\s<>(),;\"]*[\w/]")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)


def check_contacts(context: CheckContext, on: date) -> Iterator[Finding]:
    """Yield the findings about addressees, outlets and sources on the day *on*."""
    for contact in context.owned(context.contacts):
        found = _check_contact(contact, context, on)
        yield from context.attempt(contact.at.of(), found)
    for outlet in context.owned(context.campaign.outlets.values()):
        found = _check_outlet(outlet, context, on)
        yield from context.attempt(outlet.at.of(), found)
    for case in context.owned(context.campaign.cases.values()):
        yield from context.attempt(case.at.of(), _check_case(case))


def _check_case(case: Case) -> Iterator[Finding]:
    """Yield the findings about the sources and the address for support of *case*."""
    yield from _check_sources(case.at, case.sources)
    for index, incident in enumerate(case.incidents):
        yield from _check_sources(case.at, incident.sources, "incidents", index)
    if case.support_to.email:
        at = case.at.of("support_to", "email")
        yield from _check_email(case.support_to.email, at)


def _check_sources(
    place: SourceMap,
    sources: Sequence[str],
    *keys: str | int,
    known: Container[str] = (),
) -> Iterator[Finding]:
    """Yield the *sources* behind *keys* that have no URL, unless they are *known*."""
    for index, source in enumerate(sources):
        has_url = any(map(_is_url, _WEB_ADDRESS.findall(source)))
        if not has_url and source not in known:
            at = place.of(*keys, "sources", index)
            message = f"the source {quoted(source)} has no URL: add one"
            yield warning(at, message)


@cache
def _world_sources(state: str) -> set[str]:
    """The sources of the missions that come with the program; imports keep them."""
    return {source for m in world_missions(state) for source in m.sources}


def _check_contact(
    contact: Addressee, context: CheckContext, on: date
) -> Iterator[Finding]:
    at, english = contact.at, context.english
    if english and contact.role not in english.forms.roles:
        yield from of_problems(unknown_role(contact, english).problems)
    yield from unfinished(context, at, _envelope(contact))
    if not contact.address:
        message = "no street is known: letters are addressed to the city alone"
        yield warning(at.of(), message)
    else:
        yield from _check_age(contact, on)
    if wrong := bad_postcode(contact.address, contact.city, contact.country):
        yield warning(at.of("address"), wrong)
    yield from _check_means(contact, on)


def _check_outlet(outlet: Outlet, context: CheckContext, on: date) -> Iterator[Finding]:
    at = outlet.at
    yield from unfinished(context, at, [(("name",), outlet.name)])
    if not outlet.email:
        yield warning(
            at.of(), "no e-mail address is known: no press release goes there"
        )
    for index, code in enumerate(outlet.languages):
        if code not in context.languages:
            message = f"no press release is in {quoted(code)}: the campaign lacks it"
            yield warning(at.of("languages", index), message)
    yield from _check_age(outlet, on)
    yield from _check_means(outlet, on)


def _check_age(contact: Addressee | Outlet, on: date) -> Iterator[Finding]:
    """Yield that the source of an address is undated or old."""
    if contact.verified is None:
        message = "the address is undated: look it up, add 'verified'"
        yield warning(contact.at.of(), message)
    elif is_old(contact.verified, on):
        message = (
            f"the address is from {contact.verified}: check that it is still valid"
        )
        yield warning(contact.at.of("verified"), message)


def _check_means(contact: Addressee | Outlet, on: date) -> Iterator[Finding]:
    """Yield the findings about all but the address on paper."""
    at, verified = contact.at, contact.verified
    known = _world_sources(contact.state) if isinstance(contact, Mission) else ()
    yield from _check_sources(at, contact.sources, known=known)
    if verified and verified.first_day > on:
        yield error(at.of("verified"), f"{verified} is in the future: correct the date")
    for field in ("phone", "fax"):
        number = getattr(contact, field, None)
        if number and (wrong := bad_phone(number, contact.country)):
            yield warning(at.of(field), wrong)
    if contact.email:
        yield from _check_email(contact.email, at.of("email"))
    if contact.website and not _is_url(contact.website):
        message = f"{quoted(contact.website)} is not a URL: write https://..."
        yield warning(at.of("website"), message)


def _envelope(contact: Addressee) -> list[tuple[Keys, str]]:
    """Return the lines on the envelope, and the keys that lead to them."""
    lines: list[tuple[Keys, str | None]] = [
        (("name",), contact.name),
        (("city",), contact.city),
        (("salutation",), contact.salutation),
        (("title",), contact.title),
        *((("address", index), line) for index, line in enumerate(contact.address)),
    ]
    return [(keys, line) for keys, line in lines if line]


def _check_email(address: str, at: Location) -> Iterator[Finding]:
    """Yield why no e-mail reaches *address*, which is *at* that place."""
    domain = address.rpartition("@")[2].lower()
    stem, _, end = domain.rpartition(".")
    if not _is_domain(domain):
        yield error(at, f"{quoted(domain)} is not a valid mail domain: look it up")
    elif refusal := _refusal(address):
        yield error(at, refusal)
    elif correct := _MISSPELT.get(domain):
        yield error(at, f"the mail domain '{domain}' is misspelt: write '{correct}'")
    elif correct := _MISSPELT_ENDS.get(end):
        correct = f"{stem}.{correct}"
        yield error(at, f"the mail domain '{domain}' is misspelt: write '{correct}'")
    elif _RESERVED.search(domain):
        yield warning(at, f"'{domain}' is a domain for examples: no mail arrives there")


def _refusal(address: str) -> str:
    """Return why no e-mail can be written to *address*, or ""."""
    try:
        ascii_address(address, "the address")
    except FormatError as refused:
        return refused.message
    return ""


def _is_url(text: str) -> bool:
    """Return whether *text* is a whole web address and nothing else."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    has_host = parts.scheme in ("http", "https") and _is_domain(host)
    return has_host and not re.search(r"\s", text)


def _is_domain(name: str) -> bool:
    """Return whether *name* is a valid host name (IDNA) with a dot."""
    try:
        ascii_name = name.encode("idna").decode().lower()
    except UnicodeError:
        return False
    labels = ascii_name.split(".")
    return bool(
        labels[1:] and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    )
