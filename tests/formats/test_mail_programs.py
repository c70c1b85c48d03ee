"""
Programs that send mail, and a server on this machine that they deliver to.

Nothing leaves the machine: each program is told to deliver to the loopback address, and
all addresses end with `.example`.
"""

import os
import pwd
import re
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from msgspec import Struct

from conftest import ROOT, Result, Run, Shell, find_program
from email_helpers import CAMPAIGN, campaign_folder, read_mail

pytestmark = pytest.mark.programs  # each test says which it needs

EMBASSY = (
    "Embassy of the Republic of Kazakhstan in the United Kingdom",
    "london@embassy.example",
)
OFFICE = ("OSCE Secretariat", "osce@office.example")
ADDRESS = "sender@home.example"
SENDERS = {
    "plain": "Ada Example",
    "greek": "Αντώνης Παπαδόπουλος",
    "russian": "Екатерина Щербакова-Ёлкина",
    "commas": 'Example, Ada "Ace", Dr. (London) <x>; \\ & Co.',
    "long": ("Maria del Carmen Ñandú " * 9)[:199] + "a",
}

# Each case and each sender: the headers of the one do not depend on the other.
MESSAGES = dict.fromkeys(
    [
        *((case, "greek") for case in CAMPAIGN.cases),
        *(("kurmanov", sender) for sender in SENDERS),
    ]
)


class Delivery(Struct, frozen=True):
    """A message as the server received it."""

    sender: str
    recipients: list[str]
    data: bytes


class Server:
    """A mail server on this machine that keeps what it gets."""

    def __init__(self) -> None:
        self._deliveries: Queue[Delivery] = Queue()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(  # noqa: N802 - the server calls it so
        self, _server: object, _session: object, envelope: Any
    ) -> str:
        """Keep a message."""
        self._deliveries.put(
            Delivery(envelope.mail_from, envelope.rcpt_tos, envelope.original_content)
        )
        return "250 OK"

    def delivery(self) -> Delivery:
        """Return the one message that was sent since the last call."""
        delivery = self._deliveries.get(timeout=120)
        assert self._deliveries.empty()
        return delivery

    def forget(self) -> None:
        """Drop what was sent so far."""
        while not self._deliveries.empty():
            self._deliveries.get()


@pytest.fixture(name="running", scope="module")
def _running() -> Iterator[Server]:
    """Run a mail server."""
    server = Server()
    server.controller.start()
    yield server
    server.controller.stop()


@pytest.fixture(name="server")
def _server(running: Server) -> Server:
    """Return the mail server, which has got nothing yet."""
    running.forget()
    return running


@pytest.fixture(name="folder", scope="module")
def _folder() -> Iterator[Path]:
    """Return a folder for the settings of programs, which any user can enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(name="campaign", scope="module")
def _campaign(folder: Path) -> Path:
    """Return a campaign with addresses that nobody has."""
    return campaign_folder(folder / "campaign")


def _unprivileged() -> dict[str, Any]:
    """Return the options of `subprocess` that run a program as an ordinary user."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


Send = Callable[[bytes], None]


def _msmtp(server: Server, folder: Path) -> Send:
    """Return a function that hands a message to `msmtp -t`."""
    program = find_program("msmtp")
    settings = folder / "msmtprc"
    settings.write_text(_msmtp_settings(server))

    def send(message: bytes) -> None:
        _feed([program, "-C", settings, "-t", "--read-envelope-from"], message)

    return send


def _msmtp_settings(server: Server) -> str:
    return f"account default\nhost 127.0.0.1\nport {server.port}\nfrom {ADDRESS}\n"


def _sendmail(server: Server, folder: Path) -> Send:
    """
    Return a function that hands a message to `sendmail -t -i`.

    It is the one of Exim, which any user can run with settings of their own.
    """
    program = find_program("sendmail")
    if Path(program).resolve().name != "exim4":
        find_program("the sendmail of exim4")
    user = _unprivileged()
    owner, group = user.get("user", os.getuid()), user.get("group", os.getgid())
    spool = folder / "spool"
    spool.mkdir(exist_ok=True)
    os.chown(spool, owner, group)
    settings = folder / "exim.conf"
    settings.write_text(
        f"exim_user = {owner}\n"
        f"exim_group = {group}\n"
        f"spool_directory = {spool}\n"
        f"log_file_path = {spool}/%slog\n"
        "primary_hostname = home.example\n"
        "disable_ipv6 = true\n"
        "keep_environment =\n"
        "begin routers\n"
        "all:\n"
        "  driver = manualroute\n"
        "  route_list = * 127.0.0.1\n"
        "  self = send\n"
        "  transport = loopback\n"
        "begin transports\n"
        "loopback:\n"
        "  driver = smtp\n"
        "  allow_localhost\n"
        f"  port = {server.port}\n"
    )

    def send(message: bytes) -> None:
        # -odi: the program ends when the message is delivered.
        _feed([program, "-C", settings, "-odi", "-t", "-i"], message, **user)

    return send


def _mutt(server: Server, folder: Path) -> Send:
    """Return a function that hands a message to `mutt -H -`."""
    program = find_program("mutt")
    settings = folder / "muttrc"
    settings.write_text(_mutt_settings(server))

    def send(message: bytes) -> None:
        _feed([program, "-n", "-F", settings, "-H", "-"], message)

    return send


def _mutt_settings(server: Server) -> str:
    return (
        f'set smtp_url="smtp://127.0.0.1:{server.port}/"\n'
        "set ssl_starttls=no ssl_force_tls=no use_envelope_from=yes copy=no\n"
    )


SENDING = {"msmtp": _msmtp, "sendmail": _sendmail, "mutt": _mutt}


def _write_settings(server: Server) -> None:
    """Write the settings of all programs to where a user has them."""
    home = Path(os.environ["HOME"])
    (home / ".msmtprc").write_text(_msmtp_settings(server))
    (home / ".msmtprc").chmod(0o600)
    (home / ".muttrc").write_text(_mutt_settings(server))
    (home / ".mailrc").write_text(f"set sendmail={find_program('msmtp')}\n")


def _feed(arguments: list[object], message: bytes, **options: Any) -> None:
    done = subprocess.run(
        [str(argument) for argument in arguments],
        input=message,
        capture_output=True,
        cwd="/",
        check=False,
        timeout=180,
        **options,
    )
    assert done.returncode == 0, done.stderr.decode()


def _letter(campaign: Path, case: str, sender: str) -> tuple[object, ...]:
    return (
        *("--quiet", "--campaign", campaign, "letter", "--case", case),
        *("--country", "uk", "--name", SENDERS[sender], "--email", ADDRESS),
        *("--address", "Οδός Παραδείγματος 1", "--city", "Leeds"),
        *("--why", "I was there. \n\n From what I saw:\n\n.\n\n-- é"),
    )


@pytest.mark.parametrize(("case", "sender"), MESSAGES)
@pytest.mark.parametrize("program", SENDING)
def test_message_comes_out_equal(
    *,
    program: str,
    case: str,
    sender: str,
    server: Server,
    folder: Path,
    campaign: Path,
    run: Run,
) -> None:
    """
    Recipients, names, subject and text arrive as they were written.
    """
    send = SENDING[program](server, folder)
    letter = _letter(campaign, case, sender)
    written = {
        format_: run(*letter, "--format", format_).stdout
        for format_ in ("eml", "subject", "body")
    }
    send(written["eml"].encode())
    delivery = server.delivery()
    mail = read_mail(delivery.data)
    copies = [OFFICE] if CAMPAIGN.cases[case].copies_to else []

    assert sorted(delivery.recipients) == sorted(
        address for _, address in (EMBASSY, *copies)
    )
    assert mail.sender == [(SENDERS[sender], ADDRESS)]
    assert mail.to == [EMBASSY]
    assert mail.copies == copies
    assert mail.subject + "\n" == written["subject"]
    assert mail.text.encode() == written["body"].encode()
    assert len(mail.headers) == len(set(mail.headers))
    assert "bcc" not in mail.headers


@pytest.mark.parametrize("program", SENDING)
def test_message_with_lf_comes_out_equal(
    program: str,
    server: Server,
    folder: Path,
    campaign: Path,
    run: Run,
) -> None:
    """
    Either kind of line end arrives as the same message.
    """
    send = SENDING[program](server, folder)
    letter = _letter(campaign, "kurmanov", "greek")
    message = run(*letter, "--format", "eml", "--eol", "lf").stdout
    send(message.encode())
    received = server.delivery().data

    assert "\r" not in message
    assert received.count(b"\n") == received.count(b"\r\n") == received.count(b"\r")
    assert read_mail(received).text == run(*letter, "--format", "body").stdout


@pytest.mark.parametrize(("case", "sender"), MESSAGES)
def test_subject_and_body_make_a_message(
    *,
    case: str,
    sender: str,
    server: Server,
    campaign: Path,
    run: Run,
    shell: Shell,
    tmp_path: Path,
) -> None:
    """
    A program that builds the message itself gets the subject and the text.
    """
    program = find_program("bsd-mailx")
    _write_settings(server)
    letter = _letter(campaign, case, sender)
    subject = run(*letter, "--format", "subject").stdout
    body = run(*letter, "--format", "body").stdout
    (tmp_path / "subject").write_text(subject)
    (tmp_path / "body").write_text(body)
    result = shell(
        f'{program} -s "$(cat subject)" -- {EMBASSY[1]} <body', LC_ALL="C.UTF-8"
    )
    delivery = server.delivery()
    mail = read_mail(delivery.data)

    assert result == Result(0, "", "")
    assert delivery.recipients == [EMBASSY[1]]
    assert mail.to == [("", EMBASSY[1])]
    assert mail.subject + "\n" == subject
    assert mail.text.encode() == body.encode()


LETTER = (
    "protestgen --campaign {campaign} letter --case kurmanov --country uk "
    "--name 'Ελένη Example' --email sender@home.example"
)


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("msmtp", "{letter} --format eml | msmtp -t --read-envelope-from"),
        ("mutt", "{letter} --format eml | mutt -H -"),
        (
            "bsd-mailx",
            (
                '{letter} --format body | bsd-mailx -s "$({letter} --format subject)" '
                "-- london@embassy.example"
            ),
        ),
    ],
    ids=["msmtp", "mutt", "bsd-mailx"],
)
def test_line_of_shell_sends_the_letter(
    program: str,
    line: str,
    server: Server,
    campaign: Path,
    shell: Shell,
) -> None:
    """
    A pipe, with the user's own settings in their places, sends the letter.
    """
    find_program(program)
    _write_settings(server)
    letter = LETTER.format(campaign=campaign)
    result = shell(line.format(letter=letter), LC_ALL="C.UTF-8")
    delivery = server.delivery()

    assert (result.exit_code, result.stdout) == (0, "")
    assert delivery.sender == ADDRESS
    assert delivery.recipients == [EMBASSY[1]]
    assert read_mail(delivery.data).text.startswith("Your Excellency,\n\nI am writing")


@pytest.mark.parametrize("program", ["msmtp", "sendmail", "mutt", "bsd-mailx"])
def test_line_of_the_manual_sends_the_letter(
    program: str,
    server: Server,
    folder: Path,
    campaign: Path,
    shell: Shell,
) -> None:
    """
    The lines under "By e-mail" do what they say, as they are printed.
    """
    path = f"{_set_up_sendmail(server, folder)}{os.pathsep}$PATH"
    find_program(program)
    _write_settings(server)
    profile = Path(os.environ["HOME"]) / ".config" / "protestgen" / "profile.yaml"
    profile.parent.mkdir(parents=True)
    profile.write_text(f"name: Ada Example\nemail: {ADDRESS}\n")
    page = (ROOT / "docs" / "sending.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"^protestgen .* \| {program} .*$", page, re.MULTILINE)
    result = shell(
        f"PATH={path}; {line}", PROTESTGEN_CAMPAIGN=str(campaign), LC_ALL="C.UTF-8"
    )
    delivery = server.delivery()

    assert result.exit_code == 0
    assert delivery.recipients == [EMBASSY[1]]
    assert read_mail(delivery.data).subject.startswith("The Almaty May Day marchers")


def _set_up_sendmail(server: Server, folder: Path) -> Path:
    """Return a folder whose `sendmail` is that of Exim, delivering to *server*."""
    _sendmail(server, folder)  # writes the settings
    as_user = ""
    if user := _unprivileged():
        ids = f"--reuid {user['user']} --regid {user['group']}"
        as_user = f"{find_program('setpriv')} {ids} --clear-groups "
    program = folder / "bin" / "sendmail"
    program.parent.mkdir(exist_ok=True)
    program.write_text(
        f'#!/bin/sh\nexec {as_user}{find_program("exim4")} -C {folder}/exim.conf -odi "$@"\n'
    )
    program.chmod(0o755)
    return program.parent
