"""The same letters by mailmerge, and by a plain Jinja loop."""

import re
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from .process import BATCH, Command, output
from .roster import HEAD, write_roster

REQUIREMENT = "mailmerge==2.3.0"
# The templates have one addressee only.
COUNTRIES = ("gb",)
_PLACEHOLDERS = "NAME,ADDRESS,CITY,gb,from@home.example,WHY.\n"
_PLACEHOLDER = re.compile("NAME|ADDRESS|CITY")
_FROM_LINE = re.compile(rb"^From .*\n", re.MULTILINE)
_BANNER = re.compile(rb"^>>> .*\n", re.MULTILINE)


def mbox(roster: str, jobs: int = 1) -> Command:
    """Return the command that prints the e-mails of *roster* as one mbox."""
    files = ("--roster", roster, "--format", "mbox", "-o", "-")
    return (*BATCH, *files, "--jobs", str(jobs))


def dry_run(python: Path, roster: str, *, raw: bool = False) -> Command:
    """
    Return the command that prints the e-mails of *roster*, after `write_template`.

    If *raw*, they are as they would be sent; otherwise, as a reader sees them.
    """
    program = (python.parent / "mailmerge", "--dry-run", "--no-limit")
    files = ("--template", "mail.txt", "--config", "mail.conf", "--database", roster)
    return (*program, *files, *(("--output-format", "raw") if raw else ()))


def write_template(folder: Path) -> None:
    """Write a template and settings for mailmerge to *folder*."""
    (folder / "sample.csv").write_text(HEAD + _PLACEHOLDERS, encoding="utf-8")
    ((to, subject, _, text),) = _messages(_FROM_LINE, mbox("sample.csv"), folder)
    head = f"TO: {to}\nSUBJECT: {subject}\nFROM: {{{{name}}}} <{{{{email}}}}>\n\n"
    (folder / "mail.txt").write_text(head + _with_variables(text), encoding="utf-8")
    (folder / "mail.conf").write_text("[smtp_server]\nhost = 127.0.0.1\nport = 25\n")


def write_plain_template(folder: Path) -> None:
    """Write a template of the letter's text file, for the plain loop, to *folder*."""
    (folder / "sample.csv").write_text(HEAD + _PLACEHOLDERS, encoding="utf-8")
    output((*BATCH, "--roster", "sample.csv", "-o", "sample"), folder)
    (letter,) = (folder / "sample").glob("*.txt")
    text = _with_variables(letter.read_text("utf-8"))
    text = text.replace("from@home.example", "{{email}}")
    (folder / "letter.txt").write_text(text, encoding="utf-8")


def _with_variables(text: str) -> str:
    """Return *text* as a template, with variables for the placeholders."""
    text = _PLACEHOLDER.sub(lambda word: f"{{{{{word[0].lower()}}}}}", text)
    return text.replace("WHY.\n\n", "{% if why %}{{why}}\n\n{% endif %}")


def check_words(folder: Path, python: Path) -> None:
    """Exit if mailmerge writes other words, with or without words of a member's own."""
    write_roster(folder / "sample.csv", 4, COUNTRIES)
    theirs = dry_run(python, "sample.csv", raw=True)
    merged = _messages(_BANNER, theirs, folder)
    if merged != _messages(_FROM_LINE, mbox("sample.csv"), folder):
        raise SystemExit("mailmerge does not send the same words")


def _messages(
    border: re.Pattern[bytes], command: Command, folder: Path
) -> list[tuple[str, ...]]:
    """Return the recipient, subject, sender and text of each e-mail."""
    mails = [
        message_from_bytes(part, policy=default)
        for part in border.split(output(command, folder))
        if part.strip()
    ]
    return [
        (
            *(str(mail[field]) for field in ("to", "subject", "from")),
            str(mail.get_content()).rstrip("\n"),
        )
        for mail in mails
    ]
