"""The command `check`: all mistakes in a campaign."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from protestgen.check import Finding, check_campaign
from protestgen.errors import ChoiceError

from .common_options import common_options, flag_option
from .console import show_note, write_json, write_lines
from .context import campaign_folders, now, usable_cores, wants_traceback
from .param_types import Command


@click.command(cls=Command, epilog="Example: protestgen check mine")
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path)
)
@flag_option("--strict", help="Exit with 1 for warnings, too.")
@flag_option("--json", "as_json", help="Print JSON.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github"]),
    default="text",
    help="Plain text, or annotations for GitHub Actions.",
)
@common_options
@click.pass_context
def check(
    ctx: click.Context,
    /,
    *,
    folder: Path | None,
    strict: bool,
    as_json: bool,
    form: str,
) -> None:
    """
    List all mistakes in a campaign, with file, line and column.

    It checks the campaign in DIR, or else the one in use, by writing all of its
    letters; it never uses the network. An error makes a letter wrong, impossible or
    harmful; a warning is something to look at.
    """
    if folder and not folder.is_dir():
        reason = "this is a file" if folder.exists() else "there is no such folder"
        hint = "name the folder of a campaign, or make one with 'protestgen init'"
        raise ChoiceError(f"{folder}: {reason}: {hint}")
    folders = [folder] if folder else campaign_folders(ctx)
    found = check_campaign(
        folders, now().date(), processes=usable_cores(), tolerant=not wants_traceback()
    )
    if as_json:
        write_json(found)
    elif form == "github":
        write_lines(map(_annotation, found))
    else:
        write_lines(map(str, found))
    show_note(_summary(found))
    severities = {finding.severity for finding in found}
    if "error" in severities or (strict and severities):
        ctx.exit(1)


def _annotation(finding: Finding) -> str:
    """Format *finding* as a workflow command of GitHub Actions."""
    place = (
        f"file={_escaped(finding.file, ':,')},line={finding.line},col={finding.column}"
    )
    return f"::{finding.severity} {place}::{_escaped(finding.message)}"


def _escaped(text: str, also: str = "") -> str:
    for character in f"%\r\n{also}":
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _summary(found: Sequence[Finding]) -> str:
    if not found:
        return "no mistakes found"
    counts = Counter(finding.severity for finding in found)
    parts = [
        f"{counts[severity]} {severity}{'' if counts[severity] == 1 else 's'}"
        for severity in ("error", "warning")
        if counts[severity]
    ]
    files = len({finding.file for finding in found})
    return f"{' and '.join(parts)} in {files} file{'' if files == 1 else 's'}"
