"""One document as an e-mail message to each of several media outlets."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import product
from pathlib import Path

from protestgen.campaign.outlet import Outlet
from protestgen.formats import Options, mbox
from protestgen.formats.eml import render_mailing
from protestgen.formats.mail_message import Mailbox, ascii_address, header_text
from protestgen.letters.document import Document

from .file_store import KnownFile
from .filenames import mailing_stem
from .manifest import ManifestEntry, RunHeader
from .output_folder import OutputFolder
from .state import copied_state


def mailing(
    document: Document,
    case: str,
    outlets: Sequence[Outlet],
    sender: Mailbox,
    options: Options,
) -> dict[str, tuple[Outlet, bytes]]:
    """
    Return a message for each of *outlets* that has an e-mail address, by file name.

    Raises `FormatError` for an address or a name that no header may have.
    """
    messages = {}
    for outlet in outlets:
        if outlet.email:
            what = f"the e-mail address of '{outlet.id}'"
            name = header_text(outlet.name, f"the name of '{outlet.id}'")
            to = Mailbox(name, ascii_address(outlet.email, what))
            data = render_mailing(document, sender, to, options)
            stem = mailing_stem(document.kind, case, outlet.id, document.language)
            messages[f"{stem}.eml"] = outlet, data
    return messages


def known_message(
    folder: Path, kind: str, case: str, outlets: Iterable[str], languages: Sequence[str]
) -> KnownFile:
    """
    Return what earlier runs noted of a message that is in *folder*, if one is.

    It has a *kind* of document about *case* to one of *outlets*, in one of *languages*,
    the first that there is.
    """
    with copied_state(folder) as state:
        for language, outlet in product(languages, outlets):
            known = state.known(f"{mailing_stem(kind, case, outlet, language)}.eml")
            if known.date:
                return known
    return KnownFile()


def write_folder(
    messages: Mapping[str, tuple[Outlet, bytes]], folder: Path, header: RunHeader
) -> list[str]:
    """
    Write *messages* to *folder*, and return the names of edited files, which are kept.

    The folder is kept as that of a batch is: with a manifest, and locked meanwhile.
    """
    edited = []
    with OutputFolder(folder) as target:
        target.begin(header)
        for name, (outlet, data) in messages.items():
            file = target.prepare(name, data, target.state.known(name).hashes)
            entry = ManifestEntry(
                file=name,
                to=outlet.name,
                sha256=file.sha256,
                date=header.date,
                time=header.time,
            )
            if target.store([entry], [file]) == ["edited"]:
                edited.append(name)
        target.finish(keeps_failed=True)
    return edited


def as_mbox(
    messages: Mapping[str, tuple[Outlet, bytes]], sender: Mailbox, time: datetime
) -> bytes:
    """Return *messages*, whose lines end with LF, as one mailbox file."""
    return b"".join(
        mbox.entry(data, sender.address, time) for _, data in messages.values()
    )
