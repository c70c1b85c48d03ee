"""Missions and offices: whether a letter, a fax or an e-mail would get there."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain
from urllib.parse import urlsplit

from protestgen.campaign.directory import Addressee, Mission
from protestgen.errors import Location, quoted
from protestgen.language.language import Language
from protestgen.letters.completeness import unknown_role
from protestgen.letters.notes import is_old
from protestgen.schema.place import SourceMap

from .context import CheckContext
from .finding import Finding, error, of_problems, warning
from .postal import bad_phone, bad_postcode
from .texts import LEFT_OVER, Keys, cut_off

# RFC 2606 and 6761: nobody is there.
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
# Ends of names that no registry has, and what they are typed for.
_MISTYPED_ENDS = {
    "cmo": "com",
    "con": "com",
    "comm": "com",
    "nte": "net",
    "ogr": "org",
    "orgg": "org",
}
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)


def check_contacts(material: CheckContext, on: date) -> Iterator[Finding]:
    """Yield what is wrong with the missions and offices on the day *on*."""
    for contact in material.contacts:
        if material.is_own(contact.at.path):
            found = chain(
                _check(contact, on),
                _texts(contact, material),
                _role(contact, material.english),
            )
            yield from material.attempt(contact.at.of(), found)
    for case in material.campaign.cases.values():
        if case.support_to.email and material.is_own(case.at.path):
            at = case.at.of("support_to", "email")
            yield from material.attempt(at, _mail(case.support_to.email, at))


def _role(contact: Addressee, english: Language | None) -> Iterator[Finding]:
    if english and contact.role not in english.forms.roles:
        yield from of_problems(unknown_role(contact, english).problems)


def check_sources(material: CheckContext) -> Iterator[Finding]:
    """Yield the sources that nobody can look up."""
    for contact in material.contacts:
        found = _sources(contact.at, (), contact.sources, material)
        yield from material.attempt(contact.at.of(), found)
    for case in material.campaign.cases.values():
        groups = [_sources(case.at, (), case.sources, material)]
        for index, incident in enumerate(case.incidents):
            keys = ("incidents", index)
            groups.append(_sources(case.at, keys, incident.sources, material))
        yield from material.attempt(case.at.of(), chain.from_iterable(groups))


def _sources(
    place: SourceMap,
    keys: Keys,
    sources: tuple[str, ...],
    material: CheckContext,
) -> Iterator[Finding]:
    if not material.is_own(place.path):
        return
    for index, source in enumerate(sources):
        if not is_url(source.split()[0]):  # behind it, it may say what is there
            at = place.of(*keys, "sources", index)
            message = f"the source {quoted(source)} is no URL: can it be looked up?"
            yield warning(at, message)


def _check(contact: Addressee, on: date) -> Iterator[Finding]:
    at, verified = contact.at, contact.verified
    if not contact.address:
        message = "no street is known: letters are addressed to the city alone"
        yield warning(at.of(), message)
    elif verified is None:
        yield warning(at.of(), "the address is undated: look it up, add 'verified'")
    elif is_old(verified, on):
        message = f"the address is from {verified}: look whether it still holds"
        yield warning(at.of("verified"), message)
    if verified and verified.first_day > on:
        yield error(at.of("verified"), f"{verified} is in the future: look at the date")
    for field in ("phone", "fax"):
        number = getattr(contact, field)
        if number and (wrong := bad_phone(number, contact.country)):
            yield warning(at.of(field), wrong)
    if wrong := bad_postcode(contact.address, contact.city, contact.country):
        yield warning(at.of("address"), wrong)
    if contact.email:
        yield from _mail(contact.email, at.of("email"))
    if contact.website and not is_url(contact.website):
        message = f"{quoted(contact.website)} is not a URL: write https://..."
        yield warning(at.of("website"), message)


def _texts(contact: Addressee, material: CheckContext) -> Iterator[Finding]:
    """Yield what is wrong with the lines on the envelope."""
    lines: list[tuple[Keys, str | None]] = [
        (("name",), contact.name),
        (("city",), contact.city),
        (("salutation",), contact.salutation),
        (("title",), None if isinstance(contact, Mission) else contact.title),
        *((("address", index), line) for index, line in enumerate(contact.address)),
    ]
    texts = [(keys, line) for keys, line in lines if line]
    for keys, line in texts:
        if match := LEFT_OVER.search(line):
            message = f"'{match[0]}' is left over: write what is meant"
            yield error(contact.at.of(*keys), message)
    yield from cut_off(material, contact.at, texts)


def _mail(address: str, at: Location) -> Iterator[Finding]:
    """Yield why no e-mail can get to *address*, which stands *at* that place."""
    domain = address.rpartition("@")[2].lower()
    stem, _, end = domain.rpartition(".")
    if not _is_domain(domain):
        yield error(at, f"there can be no mail domain {quoted(domain)}: look it up")
    elif meant := _MISSPELT.get(domain):
        yield error(at, f"the mail domain '{domain}' is misspelt: '{meant}' is meant")
    elif meant := _MISTYPED_ENDS.get(end):
        meant = f"{stem}.{meant}"
        yield error(at, f"the mail domain '{domain}' is misspelt: '{meant}' is meant")
    elif _RESERVED.search(domain):
        yield warning(at, f"'{domain}' is a name for examples: no mail gets there")


def is_url(text: str) -> bool:
    """Tell whether *text* is an address on the web, whole and nothing else."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    named = parts.scheme in ("http", "https") and _is_domain(host)
    return named and not re.search(r"\s", text)


def _is_domain(name: str) -> bool:
    """Tell whether *name* can be the name of a host: IDNA, with a dot."""
    try:
        ascii_name = name.encode("idna").decode().lower()
    except UnicodeError:
        return False
    labels = ascii_name.split(".")
    return bool(
        labels[1:] and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()
    )
