"""The output folder of a batch: names, files, and recovery after a killed run."""

import errno
import fcntl
import os
import stat
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from protestgen import load_campaign
from protestgen.batch.file_store import put
from protestgen.batch.filenames import file_stem, is_letter_name, key_of
from protestgen.batch.manifest import (
    ManifestEntry,
    RunHeader,
    folder_error,
    manifest_line,
)
from protestgen.batch.output_folder import OutputFolder, announce
from protestgen.batch.seen_index import SeenIndex
from protestgen.campaign.directory import Addressee
from protestgen.errors import OutputError
from protestgen.letters.sender import Sender

EDITION = RunHeader(
    protestgen="1", data="x", date="2026-11-22", time="2026-11-22T12:00"
)
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
        state=case.state, country="gb", to=None, write_to=case.write_to
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


def entry(file: str, hash_: str = "0") -> bytes:
    """Return the line of the manifest for *file*."""
    return manifest_line(
        ManifestEntry(file=file, case="kurmanov", name="Ada", sha256=hash_)
    )


def planned(*names: str) -> list[ManifestEntry]:
    """Return manifest entries, without hashes, of files called *names*."""
    return [ManifestEntry(file=name, case="kurmanov") for name in names]


def write(folder: Path, *names: str, edition: RunHeader = EDITION) -> None:
    """Write the letters *names* in a run that ends well."""
    with OutputFolder(folder) as outbox:
        outbox.begin(edition)
        outbox.plan(planned(*names))
        for name in names:
            put(folder, name, name.encode())
            outbox.record(entry(name))
        known = {key_of(name) for name in names}
        for other in outbox.others(known.__contains__):
            outbox.record(manifest_line(other))
        outbox.finish()


def contents(folder: Path) -> dict[str, bytes]:
    """Return the contents of the files in *folder*, by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


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
    An edited file is recognised by its hash; without a known hash it is replaced.
    """
    before = sha256(b"text").hexdigest()
    put(tmp_path, NAME, b"text")
    (tmp_path / NAME).write_bytes(b"text, and more")

    assert put(tmp_path, NAME, b"anew", before=before) == "edited"
    assert contents(tmp_path) == {NAME: b"text, and more"}
    assert put(tmp_path, NAME, b"text, and more", before=before) == "as before"
    (tmp_path / NAME).write_bytes(b"text")
    assert put(tmp_path, NAME, b"anew", before=before) == "changed"
    (tmp_path / NAME).unlink()
    assert put(tmp_path, NAME, b"anew", before=before) == "new"


def test_special_file_in_place_of_a_letter_is_kept(tmp_path: Path) -> None:
    """
    A link, pipe or folder in place of a file is neither read nor followed.
    """
    (tmp_path / "folder").mkdir()
    (tmp_path / "outside").write_bytes(b"text")
    path = tmp_path / "folder" / NAME
    path.symlink_to(tmp_path / "outside")
    before = sha256(b"text").hexdigest()

    assert put(tmp_path / "folder", NAME, b"anew", before=before) == "edited"
    assert path.is_symlink()
    assert (tmp_path / "outside").read_bytes() == b"text"


def test_durable_file_is_synced_with_its_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The folder is synced after each durable file, and not otherwise.
    """
    synced = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        synced.append((Path(f"/proc/self/fd/{descriptor}").readlink(), files()))
        fsync(descriptor)

    def files() -> list[str]:
        return [*contents(tmp_path)]

    monkeypatch.setattr(os, "fsync", noted)
    put(tmp_path, OTHER, b"text")
    put(tmp_path, NAME, b"text", durable=True)
    put(tmp_path, NAME, b"text", durable=True)

    temporary = f".protestgen-batch-{NAME}"
    assert synced == [
        (tmp_path / temporary, [temporary, OTHER]),
        (tmp_path, [NAME, OTHER]),
    ]


def test_link_in_place_of_a_file_is_replaced(tmp_path: Path) -> None:
    """
    A link in place of a file is replaced, not followed.
    """
    (tmp_path / "folder").mkdir()
    (tmp_path / "outside").write_bytes(b"kept")
    (tmp_path / "folder" / NAME).symlink_to(tmp_path / "outside")
    put(tmp_path / "folder", NAME, b"text")

    assert (tmp_path / "outside").read_bytes() == b"kept"
    assert contents(tmp_path / "folder") == {NAME: b"text"}


def test_resumed_run_ends_like_an_undisturbed_one(tmp_path: Path) -> None:
    """
    A killed run leaves a journal and temporary files; the resumed run removes them.
    """
    write(tmp_path / "whole", NAME, OTHER)
    with OutputFolder(tmp_path / "killed") as killed:
        killed.begin(EDITION)
        killed.plan(planned(NAME, OTHER))
        put(tmp_path / "killed", NAME, NAME.encode())
    (tmp_path / "killed" / f".protestgen-batch-{OTHER}").write_bytes(b"hal")

    with OutputFolder(tmp_path / "killed") as outbox:
        assert outbox.last == EDITION
    write(tmp_path / "killed", NAME, OTHER)

    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_no_file_of_a_killed_run_is_forgotten(tmp_path: Path) -> None:
    """
    The files of a killed run are known; those that it only planned are not.
    """
    with OutputFolder(tmp_path) as killed:
        killed.begin(EDITION)
        killed.plan(planned(NAME, OTHER))
        put(tmp_path, NAME, b"text")
    with OutputFolder(tmp_path) as outbox:
        outbox.begin(EDITION)

        assert [other.file for other in outbox.others(lambda _: False)] == [NAME]


def test_next_run_knows_the_hashes_of_the_manifest(tmp_path: Path) -> None:
    """
    The next run knows each file by the hash in the manifest; a first run knows none.
    """
    with OutputFolder(tmp_path) as outbox:
        outbox.begin(EDITION)
        assert outbox.before(NAME) == ""
    write(tmp_path, NAME)
    with OutputFolder(tmp_path) as outbox:
        outbox.begin(EDITION)

        assert (outbox.before(NAME), outbox.before(OTHER)) == ("0", "")


def test_next_run_knows_what_a_killed_run_wrote(tmp_path: Path) -> None:
    """
    A file planned by a killed run may have its old or its new hash.
    """
    third = NAME.replace("ada", "eve").replace("0123", "4321")
    write(tmp_path, NAME, OTHER, third)
    for number in range(2):
        with OutputFolder(tmp_path) as killed:
            killed.begin(EDITION)
            before = {name: killed.before(name) for name in (NAME, OTHER)}
            hashes = {name: f"{before[name]} n{number}".strip() for name in before}
            announce(
                tmp_path,
                [ManifestEntry(file=name, sha256=hashes[name]) for name in hashes],
            )
            killed.record(entry(OTHER, f"killed{number}"))
    with OutputFolder(tmp_path) as outbox:
        outbox.begin(EDITION)
        hashes = {name: outbox.before(name) for name in (NAME, OTHER, third)}
        seen = SeenIndex()
        found = outbox.others(lambda key: seen.first_line(key, 0) is not None)
        others = {other.file: other.sha256 for other in found}

    assert hashes == {NAME: "0 n0 n1", OTHER: "killed1", third: "0"}
    assert others == hashes


def test_edited_file_is_not_removed(tmp_path: Path) -> None:
    """
    Only unedited files are removed.
    """
    names = (NAME, OTHER)
    entries = [
        ManifestEntry(file=name, sha256=sha256(name.encode()).hexdigest())
        for name in names
    ]
    write(tmp_path, *names)
    (tmp_path / NAME).write_bytes(b"edited")
    with OutputFolder(tmp_path) as outbox:
        outbox.begin(EDITION)

        assert [outbox.remove(entry) for entry in entries] == [False, True]
    assert (tmp_path / NAME).read_bytes() == b"edited"
    assert not (tmp_path / OTHER).exists()


def test_manifest_cannot_remove_other_files(tmp_path: Path) -> None:
    """
    Whatever is written into a manifest, no file but a letter is removed.
    """
    (tmp_path / "folder").mkdir()
    lines = (
        manifest_line(ManifestEntry(file=f)) for f in ("../outside.txt", "x.txt", "..")
    )
    manifest = manifest_line(EDITION) + b"".join(lines) + b"\xff\n[]\n{\n"
    (tmp_path / "folder" / "manifest.jsonl").write_bytes(manifest)
    (tmp_path / "outside.txt").write_bytes(b"")
    (tmp_path / "folder" / "x.txt").write_bytes(b"")
    with OutputFolder(tmp_path / "folder") as outbox:
        outbox.begin(EDITION)

        assert list(outbox.others(lambda _: False)) == []


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    """
    A second run in one folder is refused, and the first goes on.
    """
    with OutputFolder(tmp_path) as first:
        with pytest.raises(OutputError) as caught:
            OutputFolder(tmp_path)
        first.begin(EDITION)
        with pytest.raises(OutputError):
            OutputFolder(tmp_path)
        first.finish()

    assert contents(tmp_path) == {"manifest.jsonl": manifest_line(EDITION)}
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
    with OutputFolder(tmp_path) as outbox:
        assert outbox.unlocked == os.strerror(errno.ENOLCK)

    assert [*contents(tmp_path)] == [NAME, "manifest.jsonl"]


def test_failed_lock_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A lock that fails is reported like any error of the disk.
    """
    refuse_locks(errno.EIO, monkeypatch)
    with pytest.raises(OutputError) as caught:
        OutputFolder(tmp_path)

    hint = "what is there is whole; once that is mended, run this again to go on"
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
    changed = manifest_line(replace(EDITION, date="22.11.2026"))
    (tmp_path / "manifest.jsonl").write_bytes(changed)
    with pytest.raises(OutputError) as caught:
        OutputFolder(tmp_path)

    reason = "another program has made this file: choose another folder"
    assert str(caught.value) == f"{tmp_path / 'manifest.jsonl'}: {reason}"


@pytest.mark.parametrize("name", ["manifest.jsonl", "failed.csv"])
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

    hint = "what is there is whole; once that is mended, run this again to go on"
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
    hint = "what is there is whole; once that is mended, run this again to go on"

    assert str(folder_error(tmp_path, denied)) == f"{place}: Permission denied: {hint}"


@pytest.mark.parametrize("kind", ["file", "link", "pipe"])
def test_existing_temporary_name_is_not_written_to(kind: str, tmp_path: Path) -> None:
    """
    A temporary file is always new, and only its owner can read it.
    """
    folder, theirs = tmp_path / "letters", tmp_path / "theirs"
    folder.mkdir()
    theirs.write_bytes(b"")
    names = [f".protestgen-batch-{name}" for name in (NAME, "manifest", "failed")]
    kept = []
    for name in names:
        path = folder / name
        if kind == "file":
            path.touch(mode=0o666)
            kept.append(path.open("rb"))
        elif kind == "link":
            path.symlink_to(theirs)
        else:
            os.mkfifo(path)

    with OutputFolder(folder) as outbox:
        outbox.begin(EDITION)
        put(folder, NAME, b"text", durable=True)
        outbox.record(entry(NAME))
        outbox.fail(["name"], ["Ada"])
        outbox.finish()

    assert sorted(contents(folder)) == sorted([NAME, "manifest.jsonl", "failed.csv"])
    assert [file.read() for file in kept] == [b""] * len(kept)
    for file in kept:
        file.close()
    assert theirs.read_bytes() == b""
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_journal_that_is_no_file_is_refused(kind: str, tmp_path: Path) -> None:
    """
    A link or pipe in place of the journal is neither followed nor waited for.
    """
    journal = tmp_path / ".protestgen-batch-journal"
    if kind == "link":
        (tmp_path / "theirs").touch()
        journal.symlink_to(tmp_path / "theirs")
    else:
        os.mkfifo(journal)

    with pytest.raises(OutputError) as error:
        OutputFolder(tmp_path)

    hint = "remove it, or choose another folder"
    assert str(error.value) == f"{journal}: somebody else has put this here: {hint}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_journal_of_another_user_is_refused(tmp_path: Path) -> None:
    """
    The owner of a journal could read the names of members in it.
    """
    journal = tmp_path / ".protestgen-batch-journal"
    journal.touch()
    os.chown(journal, 12345, 12345)

    with pytest.raises(OutputError, match="somebody else has put this here"):
        OutputFolder(tmp_path)

    assert journal.read_bytes() == b""


def test_journal_becomes_private(tmp_path: Path) -> None:
    """
    A journal that others could read becomes private.
    """
    journal = tmp_path / ".protestgen-batch-journal"
    journal.touch()
    journal.chmod(0o666)

    with OutputFolder(tmp_path):
        assert stat.S_IMODE(journal.stat().st_mode) == 0o600


def test_pipe_in_place_of_a_manifest_is_refused(tmp_path: Path) -> None:
    """
    A pipe in place of the manifest is refused at once.
    """
    os.mkfifo(tmp_path / "manifest.jsonl")

    with pytest.raises(OutputError, match="another program has made this file"):
        OutputFolder(tmp_path)
