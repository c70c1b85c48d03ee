"""The output folder of a batch: names, files, and recovery after a killed run."""

import errno
import fcntl
import os
import sqlite3
import stat
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from batch_helpers import contents, file_names
from protestgen import load_campaign
from protestgen.batch.file_store import (
    FileStatus,
    KnownFile,
    PreparedFile,
    folder_error,
    name_file,
    prepare_file,
)
from protestgen.batch.filenames import file_stem, is_letter_name, key_of
from protestgen.batch.manifest import (
    MANIFEST,
    OLD_JOURNAL,
    ManifestEntry,
    RunHeader,
    manifest_line,
)
from protestgen.batch.output_folder import OutputFolder
from protestgen.batch.state import DAMAGED, DATABASE, copied_state
from protestgen.campaign.directory import Addressee
from protestgen.errors import OutputError
from protestgen.letters.sender import Sender

HEADER = RunHeader(protestgen="1", data="x", date="2026-11-22", time="2026-11-22T12:00")
NAME = "kurmanov-london-ada-example-012345678901.txt"
OTHER = "kurmanov-london-bob-example-987654321098.txt"
RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{n}{i}" for n in ("com", "lpt") for i in range(10)),
}


def london() -> Addressee:
    """Return the embassy in London."""
    campaign = load_campaign()
    case = campaign.case("kurmanov")
    embassy, _ = campaign.directory.choose(
        state=case.state, country="gb", to=None, write_to=case.ways[0].to
    )
    return embassy


LONDON = london()


def stem(name: str, **fields: str) -> str:
    """Return the name of the file for the letter of *name* to London."""
    return file_stem("kurmanov", LONDON, Sender(name=name, **fields))  # type: ignore[arg-type]


def readable(name: str) -> str:
    """Return the part of a name that comes from the sender's."""
    return stem(name).removeprefix("kurmanov-london-")[:-12].rstrip("-")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Ada Example", "ada-example"),
        ("Søren Ødegård", "soren-odegard"),
        ("Groß, Jürgen", "gross-jurgen"),
        ("Ян Щукин", "yan-shchukin"),
        ("Ελένη Ψωμά", "eleni-psoma"),
        ("张三", ""),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\CON", "c-con"),
        ("a" * 300, "a" * 40),
        ("\u202eevil", "evil"),
        ("👩‍👩‍👧 Ada", "ada"),
    ],
)
def test_file_name_is_readable_ascii(name: str, part: str) -> None:
    """
    A file name has ASCII letters where possible, and nothing with a meaning in a path.
    """
    assert readable(name) == part


def test_one_person_has_one_file_name() -> None:
    """
    Spellings of one name give one file name; another address gives another.
    """
    assert stem("Ada Example") == stem(" ADA   example.")
    assert stem("Ada", email="a@b.example") == stem(
        "ada", email="A@b.example", city="York"
    )
    assert stem("Ada Example") != stem("Ada Example", city="Leeds")
    assert stem("Ada", email="a@b.example") != stem("Ada", email="b@b.example")
    assert stem("张三") != stem("李四")


@given(st.text(max_size=300))
def test_every_file_name_is_safe(name: str) -> None:
    """
    A file name is valid on every file system, and recognised as one of ours.
    """
    file = f"{stem(name)}.txt"

    assert is_letter_name(file)
    assert file == file.lower() == os.path.basename(file)  # noqa: PTH119 - text, not a path
    assert len(file) < 200
    assert file.partition(".")[0] not in RESERVED
    assert 0 <= key_of(file) < 2**63


def hash_of(data: bytes) -> str:
    """Return the hash of *data* as a manifest has it."""
    return sha256(data).hexdigest()


def entry(file: str, hashes: str = "0") -> bytes:
    """Return the line of the manifest for *file*."""
    return manifest_line(
        ManifestEntry(file=file, case="kurmanov", name="Ada", sha256=hashes)
    )


def letter_in(file: PreparedFile, name: str) -> ManifestEntry:
    """Return the entry of the letter in *file*, called *name*."""
    return ManifestEntry(file=name, case="kurmanov", name="Ada", sha256=file.sha256)


def prepare(folder: OutputFolder, name: str, data: bytes) -> PreparedFile:
    """Prepare a letter with what the folder knows of its file."""
    known_hashes = folder.state.known(name).hashes
    return folder.prepare(name, data, known_hashes)


def store(folder: OutputFolder, name: str, data: bytes) -> FileStatus:
    """Write a letter, and return what happened to its file."""
    file = prepare(folder, name, data)
    (status,) = folder.store([letter_in(file, name)], [file])
    return status


def put(
    folder: Path, name: str, data: bytes, before: str = "", *, durable: bool = False
) -> FileStatus:
    """Write a letter to a folder without a database."""
    known_hashes = (before,) if before else ()
    file = prepare_file(folder, name, data, known_hashes, durable=durable)
    return name_file(folder, name, file)


def write(folder: Path, *names: str, header: RunHeader = HEADER) -> None:
    """Write the letters *names* in a run that ends well."""
    with OutputFolder(folder) as output:
        output.begin(header)
        for name in names:
            store(output, name, name.encode())
        output.finish()


def manifest_of(folder: Path) -> list[bytes]:
    """Return the lines of the manifest but for the first one."""
    return (folder / MANIFEST).read_bytes().splitlines(keepends=True)[1:]


def test_file_is_private_and_written_once(tmp_path: Path) -> None:
    """
    Only the owner can read a new file; an unchanged file is not written again.
    """
    assert put(tmp_path, NAME, b"text", durable=True) == "new"
    path = tmp_path / NAME
    written = path.stat()

    assert stat.S_IMODE(written.st_mode) == 0o600
    assert put(tmp_path, NAME, b"text") == "as before"
    assert path.stat().st_ino == written.st_ino
    assert put(tmp_path, NAME, b"tex!") == "changed"
    assert contents(tmp_path) == {NAME: b"tex!"}


def test_edited_file_is_kept(tmp_path: Path) -> None:
    """
    A file is kept if its hash is not the one that was noted, else it is replaced.
    """
    before = hash_of(b"text")
    put(tmp_path, NAME, b"text")
    (tmp_path / NAME).write_bytes(b"text, and more")

    assert put(tmp_path, NAME, b"anew", before) == "edited"
    assert contents(tmp_path) == {NAME: b"text, and more"}
    assert put(tmp_path, NAME, b"text, and more", before) == "as before"
    (tmp_path / NAME).write_bytes(b"text")
    assert put(tmp_path, NAME, b"anew", before) == "changed"
    (tmp_path / NAME).unlink()
    assert put(tmp_path, NAME, b"anew", before) == "new"


@pytest.mark.parametrize("is_removed", [False, True])
def test_file_that_is_edited_while_its_letter_waits_is_left(
    tmp_path: Path, *, is_removed: bool
) -> None:
    """
    The text of the new letter is given up; a file that was removed is written again.
    """
    put(tmp_path, NAME, b"text")
    file = prepare_file(tmp_path, NAME, b"anew", (hash_of(b"text"),))
    (tmp_path / NAME).write_bytes(b"edited")
    if is_removed:
        (tmp_path / NAME).unlink()

    assert name_file(tmp_path, NAME, file) == ("changed" if is_removed else "edited")
    assert contents(tmp_path) == {NAME: b"anew" if is_removed else b"edited"}


def test_link_in_place_of_a_known_file_is_left(tmp_path: Path) -> None:
    """
    A link, pipe or folder in place of a file is neither read nor followed.
    """
    (tmp_path / "folder").mkdir()
    (tmp_path / "outside").write_bytes(b"text")
    path = tmp_path / "folder" / NAME
    path.symlink_to(tmp_path / "outside")

    assert put(tmp_path / "folder", NAME, b"anew", hash_of(b"text")) == "edited"
    assert path.is_symlink()
    assert (tmp_path / "outside").read_bytes() == b"text"


def test_durable_letters_are_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The text before the file gets its name, the database too, and then the folder.
    """
    synced: list[str] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    counts = []
    for is_durable in (False, True):
        with OutputFolder(tmp_path / str(is_durable)) as output:
            output.begin(HEADER, durable=is_durable)
            store(output, NAME, b"text")
            counts.append([*synced])

    assert counts == [[], [f".protestgen-batch-{NAME}", "True"]]


def test_link_in_place_of_a_file_is_replaced(tmp_path: Path) -> None:
    """
    A link in place of a new file is replaced, not followed.
    """
    (tmp_path / "folder").mkdir()
    (tmp_path / "outside").write_bytes(b"kept")
    (tmp_path / "folder" / NAME).symlink_to(tmp_path / "outside")
    put(tmp_path / "folder", NAME, b"text")

    assert (tmp_path / "outside").read_bytes() == b"kept"
    assert contents(tmp_path / "folder") == {NAME: b"text"}


def test_resumed_run_ends_as_if_undisturbed(tmp_path: Path) -> None:
    """
    A stopped run leaves its database and temporary files; the next one, no trace.
    """
    write(tmp_path / "whole", NAME, OTHER)
    with OutputFolder(tmp_path / "stopped") as stopped:
        stopped.begin(HEADER)
        store(stopped, NAME, NAME.encode())
    (tmp_path / "stopped" / f".protestgen-batch-{OTHER}").write_bytes(b"hal")

    with OutputFolder(tmp_path / "stopped") as output:
        assert output.state.last == HEADER
    write(tmp_path / "stopped", NAME, OTHER)

    assert contents(tmp_path / "stopped") == contents(tmp_path / "whole")


def test_next_run_knows_the_hashes_of_the_manifest(tmp_path: Path) -> None:
    """
    By its hash; a first run knows nothing.
    """
    with OutputFolder(tmp_path) as output:
        output.begin(HEADER)
        assert output.state.known(NAME).hashes == ()
    write(tmp_path, NAME)
    with OutputFolder(tmp_path) as output:
        output.begin(HEADER)
        known = [output.state.known(name).hashes for name in (NAME, OTHER)]

    assert known == [(hash_of(NAME.encode()),), ()]


def test_file_of_a_stopped_run_has_its_old_or_its_new_hash(tmp_path: Path) -> None:
    """
    Until a run ends well, since it may have been killed before it replaced the file.
    """
    write(tmp_path, NAME)
    old, new = hash_of(NAME.encode()), hash_of(b"anew")
    with OutputFolder(tmp_path) as stopped:
        stopped.begin(HEADER)
        file = prepare(stopped, NAME, b"anew")
        stopped.state.record([(letter_in(file, NAME), file.replaced)])
    with OutputFolder(tmp_path) as output:
        output.begin(HEADER)
        known = output.state.known(NAME).hashes
        earlier = [letter.file for letter in output.state.earlier_letters()]
        status = store(output, NAME, b"anew")
        output.finish()

    assert (known, earlier, status) == ((old, new), [NAME], "changed")
    assert manifest_of(tmp_path) == [entry(NAME, new)]
    with OutputFolder(tmp_path) as output:
        assert output.state.known(NAME).hashes == (new,)


@pytest.mark.parametrize("journal", [False, True])
def test_folder_of_an_older_version_is_taken_over(
    tmp_path: Path, *, journal: bool
) -> None:
    """
    The manifest of an older version is read, and what its killed run left is removed.
    """
    header = replace(HEADER, protestgen="0.1.0")
    lines = manifest_line(header) + entry(NAME, "a") + entry(OTHER, "b")
    (tmp_path / MANIFEST).write_bytes(lines)
    if journal:
        noted = manifest_line(replace(header, date="2026-11-23")) + b"\n"
        cut_off = entry(OTHER)[:20]
        (tmp_path / OLD_JOURNAL).write_bytes(noted + entry(OTHER, "b c d") + cut_off)
    with OutputFolder(tmp_path) as output:
        last = output.state.last
        known = [output.state.known(name).hashes for name in (NAME, OTHER)]
        letters = [letter.file for letter in output.state.letters()]

    assert last == (replace(header, date="2026-11-23") if journal else header)
    assert known == [("a",), ("b", "c", "d") if journal else ("b",)]
    assert letters == [NAME, OTHER]
    assert file_names(tmp_path) == [MANIFEST]


@pytest.mark.parametrize("name", [None, DAMAGED])
def test_without_its_database_no_file_is_overwritten(
    tmp_path: Path, name: str | None
) -> None:
    """
    Once the database is removed or renamed, an unknown file counts as edited.
    """
    write(tmp_path, NAME)
    (tmp_path / OTHER).write_bytes(b"edited")
    database = tmp_path / DATABASE
    if name:
        database.rename(tmp_path / name)
        (tmp_path / MANIFEST).unlink()
    else:
        database.unlink()
    statuses = []
    for _ in range(2):
        with OutputFolder(tmp_path) as output:
            output.begin(HEADER)
            statuses.append(store(output, OTHER, b"anew"))
            output.finish()

    assert statuses == ["edited", "edited"]
    assert (tmp_path / OTHER).read_bytes() == b"edited"
    assert entry(OTHER, "unknown") in manifest_of(tmp_path)


def damage(folder: Path, reason: str) -> str:
    """Return the message about a damaged database in *folder*."""
    hint = f"rename it to '{DAMAGED}', and run again to resume from {MANIFEST}"
    return f"{folder / DATABASE}: {reason}: {hint}"


@pytest.mark.parametrize("is_dry", [False, True])
def test_damaged_database_is_an_error(tmp_path: Path, *, is_dry: bool) -> None:
    """
    A file that is no database is refused with what to do, and is left as it is.
    """
    write(tmp_path, NAME)
    (tmp_path / DATABASE).write_bytes(b"x" * 5_000)
    with pytest.raises(OutputError) as caught:
        (copied_state(tmp_path) if is_dry else OutputFolder(tmp_path)).__enter__()

    assert str(caught.value) == damage(tmp_path, "file is not a database")
    assert (tmp_path / DATABASE).read_bytes() == b"x" * 5_000


def test_database_that_is_damaged_further_on_is_an_error(tmp_path: Path) -> None:
    """
    Damage that is met only while the run reads is refused in the same way.
    """
    write(tmp_path, *(NAME.replace("0", digit) for digit in "123456789"))
    with (tmp_path / DATABASE).open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(4096)
        file.write(b"x" * (size - 4096))
    with pytest.raises(OutputError) as caught:
        write(tmp_path)

    assert str(caught.value) == damage(tmp_path, "database disk image is malformed")


def test_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    """
    A part of it that this version does not know would be lost.
    """
    write(tmp_path, NAME)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        database.execute("PRAGMA user_version = 3")
    with pytest.raises(OutputError) as caught:
        OutputFolder(tmp_path)

    hint = "use that one, or choose another folder"
    reason = f"a newer version of protestgen has written this: {hint}"
    assert str(caught.value) == f"{tmp_path / DATABASE}: {reason}"


def test_database_of_an_older_version_is_upgraded(tmp_path: Path) -> None:
    """
    It keeps what a killed run noted, and its letters have the date of that run.
    """
    with OutputFolder(tmp_path) as killed:
        killed.begin(HEADER)
        store(killed, NAME, b"a letter")
    with closing(sqlite3.connect(tmp_path / DATABASE)) as database:
        for column in ("date", "time", "style"):
            database.execute(f"ALTER TABLE letters DROP COLUMN {column}")
        database.execute("PRAGMA user_version = 1")
    with OutputFolder(tmp_path) as output:
        known = output.state.known(NAME)

    hashes = (hash_of(b"a letter"),)
    assert known == KnownFile(hashes, date=HEADER.date, time=HEADER.time)


def test_dry_run_changes_no_database(tmp_path: Path) -> None:
    """
    A dry run works on a copy of the database, also while another run has the folder.
    """
    write(tmp_path, NAME)
    with OutputFolder(tmp_path) as output:
        output.begin(replace(HEADER, data="y"))
        store(output, OTHER, b"text")
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        with copied_state(tmp_path) as state:
            last = state.last
            letters = list(state.earlier_letters())
            state.forget(letters[0])
        after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert last == replace(HEADER, data="y")
    assert [letter.file for letter in letters] == [NAME, OTHER]
    assert before == after


def test_removed_file_is_forgotten(tmp_path: Path) -> None:
    """
    The others stay in the manifest, behind the letters of the run.
    """
    third = NAME.replace("ada", "eve").replace("0123", "4321")
    write(tmp_path, NAME, OTHER)
    with OutputFolder(tmp_path) as output:
        output.begin(HEADER)
        store(output, third, b"text")
        first, _ = output.state.earlier_letters()
        output.remove(first)
        output.finish()

    assert file_names(tmp_path) == sorted([OTHER, third, MANIFEST])
    lines = [entry(third, hash_of(b"text")), entry(OTHER, hash_of(OTHER.encode()))]
    assert manifest_of(tmp_path) == lines


def test_manifest_cannot_remove_other_files(tmp_path: Path) -> None:
    """
    Whatever somebody has written into it, no other file is ever removed.
    """
    (tmp_path / "folder").mkdir()
    lines = (
        manifest_line(ManifestEntry(file=f)) for f in ("../outside.txt", "x.txt", "..")
    )
    manifest = manifest_line(HEADER) + b"".join(lines) + b"\xff\n[]\n{\n"
    (tmp_path / "folder" / MANIFEST).write_bytes(manifest)
    with OutputFolder(tmp_path / "folder") as output:
        output.begin(HEADER)

        assert list(output.state.earlier_letters()) == []


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    """
    A second run in one folder is refused, and the first goes on.
    """
    with OutputFolder(tmp_path) as first:
        with pytest.raises(OutputError) as caught:
            OutputFolder(tmp_path)
        first.begin(HEADER)
        with pytest.raises(OutputError):
            OutputFolder(tmp_path)
        first.finish()

    assert (tmp_path / MANIFEST).read_bytes() == manifest_line(HEADER)
    assert sorted(path.name for path in tmp_path.iterdir()) == [DATABASE, MANIFEST]
    reason = "another run is writing to this folder: wait until it has ended"
    assert str(caught.value) == f"{tmp_path}: {reason}"


@pytest.mark.parametrize("number", [errno.EWOULDBLOCK, errno.EACCES])
def test_held_lock_means_another_run(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Each errno for a held lock is recognised.
    """
    refuse_locks(number, monkeypatch)
    with pytest.raises(OutputError) as caught:
        OutputFolder(tmp_path)

    reason = "another run is writing to this folder: wait until it has ended"
    assert str(caught.value) == f"{tmp_path}: {reason}"


def test_file_system_without_locks_is_usable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A file system without locks is used, and reported as unlocked.
    """
    refuse_locks(errno.ENOLCK, monkeypatch)
    write(tmp_path, NAME)
    with OutputFolder(tmp_path) as output:
        assert output.unlocked == os.strerror(errno.ENOLCK)

    assert file_names(tmp_path) == [NAME, MANIFEST]


def test_failed_lock_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A lock that fails is reported like any error of the disk.
    """
    refuse_locks(errno.EIO, monkeypatch)
    with pytest.raises(OutputError) as caught:
        OutputFolder(tmp_path)

    hint = "files already written are complete; fix this and run again to resume"
    assert str(caught.value) == f"{tmp_path}: Input/output error: {hint}"


def refuse_locks(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse all locks with errno *number*."""

    def flock(_file: object, _operation: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "flock", flock)


def test_manifest_without_a_date_is_refused(tmp_path: Path) -> None:
    """
    A manifest changed by another program is not replaced.
    """
    changed = manifest_line(replace(HEADER, date="22.11.2026"))
    (tmp_path / MANIFEST).write_bytes(changed)
    with pytest.raises(OutputError) as caught:
        OutputFolder(tmp_path)

    reason = "another program has made this file: choose another folder"
    assert str(caught.value) == f"{tmp_path / 'manifest.jsonl'}: {reason}"


@pytest.mark.parametrize("name", [MANIFEST, "failed.csv"])
def test_file_of_another_program_is_kept(name: str, tmp_path: Path) -> None:
    """
    A folder where another program's file has one of our names is refused.
    """
    (tmp_path / name).write_bytes(b"mine\n")
    with pytest.raises(OutputError) as caught:
        OutputFolder(tmp_path)

    reason = "another program has made this file: choose another folder"
    assert str(caught.value) == f"{tmp_path / name}: {reason}"
    assert contents(tmp_path) == {name: b"mine\n"}


def test_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """
    The error is one line, before anything is written.
    """
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError) as caught:
        OutputFolder(tmp_path / "file")

    hint = "files already written are complete; fix this and run again to resume"
    assert str(caught.value) == f"{tmp_path / 'file'}: File exists: {hint}"


@pytest.mark.parametrize("is_taken", [False, True])
def test_error_names_the_obstacle_of_a_rename(
    tmp_path: Path, *, is_taken: bool
) -> None:
    """
    The error names the file in the way, or else the folder.
    """
    if is_taken:
        (tmp_path / NAME).touch()
    denied = PermissionError(
        errno.EACCES, "Permission denied", f"{tmp_path}/x", None, f"{tmp_path}/{NAME}"
    )
    place = tmp_path / NAME if is_taken else tmp_path
    hint = "files already written are complete; fix this and run again to resume"

    assert str(folder_error(tmp_path, denied)) == f"{place}: Permission denied: {hint}"


@pytest.mark.parametrize("kind", ["file", "link", "pipe"])
def test_existing_temporary_name_is_not_written_to(kind: str, tmp_path: Path) -> None:
    """
    A temporary file is always new, and only its owner can read it.
    """
    folder, theirs = tmp_path / "letters", tmp_path / "theirs"
    folder.mkdir()
    theirs.write_bytes(b"")
    kept = []
    with OutputFolder(folder) as output:
        output.begin(HEADER)
        for name in (NAME, MANIFEST, "failed.csv"):
            path = folder / f".protestgen-batch-{name}"
            if kind == "file":
                path.touch(mode=0o666)
                kept.append(path.open("rb"))
            elif kind == "link":
                path.symlink_to(theirs)
            else:
                os.mkfifo(path)
        store(output, NAME, b"text")
        output.record_failed_row(["name"], ["Ada"])
        output.finish()

    assert file_names(folder) == ["failed.csv", NAME, MANIFEST]
    assert [file.read() for file in kept] == [b""] * len(kept)
    for file in kept:
        file.close()
    assert theirs.read_bytes() == b""
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("name", [DATABASE, f"{DATABASE}-wal", f"{DATABASE}-journal"])
@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_database_that_is_no_file_is_refused(
    kind: str, name: str, tmp_path: Path
) -> None:
    """
    A link or pipe in place of the journal is neither followed nor waited for.
    """
    path = tmp_path / name
    if kind == "link":
        (tmp_path / "theirs").touch()
        path.symlink_to(tmp_path / "theirs")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()

    with pytest.raises(OutputError) as error:
        OutputFolder(tmp_path)

    hint = "remove it, or choose another folder"
    assert str(error.value) == f"{path}: somebody else has put this here: {hint}"
    assert not (tmp_path / "theirs").exists() or not (tmp_path / "theirs").read_bytes()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("name", [DATABASE, f"{DATABASE}-wal"])
def test_database_of_another_user_is_refused(tmp_path: Path, name: str) -> None:
    """
    Whoever owns it could read the names of members in it.
    """
    path = tmp_path / name
    path.touch()
    os.chown(path, 12345, 12345)

    with pytest.raises(OutputError, match="somebody else has put this here"):
        OutputFolder(tmp_path)

    assert path.read_bytes() == b""


def test_database_becomes_private(tmp_path: Path) -> None:
    """
    Only its owner can read a database that a careless copy has opened to others.
    """
    write(tmp_path, NAME)
    (tmp_path / DATABASE).chmod(0o666)

    with OutputFolder(tmp_path):
        assert stat.S_IMODE((tmp_path / DATABASE).stat().st_mode) == 0o600


def test_pipe_in_place_of_a_manifest_is_refused(tmp_path: Path) -> None:
    """
    A pipe in place of the manifest is refused at once.
    """
    os.mkfifo(tmp_path / MANIFEST)

    with pytest.raises(OutputError, match="another program has made this file"):
        OutputFolder(tmp_path)
