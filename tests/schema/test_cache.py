"""What was made from files and is kept: for whom, and when it is not used."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from conftest import Run
from protestgen.schema.cache import NO_CACHE, FileCache, _makers_hash

TEXT = "text of the file"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """Return a folder that is not there yet, nor the one it is to be in."""
    return tmp_path / "cache" / "protestgen"


@pytest.fixture(name="cache")
def _cache(folder: Path) -> FileCache:
    """Return a cache that keeps a value made of a trusted file."""
    cache = FileCache(folder, [Path("/trusted")])
    cache.keep("kind", "/trusted/file", TEXT, ["value"])
    return cache


def kept(cache: FileCache) -> object:
    """Return the value that *cache* has for the file."""
    return cache.load("kind", "/trusted/file", TEXT)


def test_a_value_is_kept_for_its_user_alone(cache: FileCache, folder: Path) -> None:
    """
    A value is read from a folder and a file that only the user can write to.
    """
    (file,) = folder.iterdir()

    assert folder.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600
    assert kept(cache) == ["value"]


def _link(folder: Path) -> None:
    (file,) = folder.iterdir()
    file.rename(folder.parent / "elsewhere")
    file.symlink_to(folder.parent / "elsewhere")


def _move(folder: Path) -> None:
    folder.rename(folder.parent / "elsewhere")
    folder.symlink_to(folder.parent / "elsewhere")


def _shorten(folder: Path) -> None:
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:-1])


def _break(folder: Path) -> None:
    (file,) = folder.iterdir()
    file.write_bytes(file.read_bytes()[:-1] + b"!")


def _fill(folder: Path) -> None:
    (file,) = folder.iterdir()
    file.write_bytes(bytes(2_000_000))


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: folder.chmod(0o770),
        lambda folder: folder.chmod(0o705),
        lambda folder: next(folder.iterdir()).chmod(0o620),
        _link,
        _move,
        _shorten,
        _break,
        _fill,
    ],
    ids=["group", "others", "file", "link", "linked folder", "short", "broken", "long"],
)
def test_what_others_could_have_written_is_not_used(
    change: Callable[[Path], None], cache: FileCache, folder: Path
) -> None:
    """
    Links, files and folders that others can write to, and damaged files are ignored.
    """
    change(folder)

    assert kept(cache) is None


def test_what_another_user_wrote_is_not_used(
    cache: FileCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A folder of another user is ignored, whatever its modes are.
    """
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)

    assert kept(cache) is None


def test_what_is_too_large_is_not_used(cache: FileCache) -> None:
    """
    Of a file, no more is read than the largest value needs.
    """
    cache.keep("kind", "/trusted/file", TEXT, bytes(1_100_000))

    assert kept(cache) is None


@pytest.mark.parametrize(
    "asked",
    [
        ("kind", "/trusted/file", "changed"),
        ("kind", "/trusted/other", TEXT),
        ("other", "/trusted/file", TEXT),
    ],
    ids=["text", "file", "kind"],
)
def test_a_value_made_from_something_else_is_not_used(
    asked: tuple[str, str, str], cache: FileCache
) -> None:
    """
    A value is not used for another text, file or kind.
    """
    assert cache.load(*asked) is None


@pytest.mark.parametrize(
    "file",
    ["/else/file", "/trusted-not/file", "trusted/file", "/trusted/../else/file"],
)
def test_nothing_is_kept_of_other_folders(file: str, folder: Path) -> None:
    """
    Only what is made of files in the trusted folder is kept.
    """
    FileCache(folder, [Path("/trusted")]).keep("kind", file, TEXT, "value")

    assert not folder.exists()


def test_what_another_version_made_is_not_used(
    cache: FileCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A value is made anew by each version of the program, of msgspec and of Python.
    """
    for module, name in ((msgspec, "__version__"), (sys, "version")):
        assert kept(cache) == ["value"]
        with monkeypatch.context() as patch:
            patch.setattr(module, name, "another")
            _makers_hash.cache_clear()
            assert kept(cache) is None
        _makers_hash.cache_clear()


def test_a_value_that_cannot_be_read_is_made_anew(cache: FileCache) -> None:
    """
    A class that is there no more is no error.
    """
    cache.keep("kind", "/trusted/file", TEXT, Passing())
    Passing.lasts = False

    assert kept(cache) is None


class Passing:
    """A class whose objects can be read for a while only."""

    lasts = True

    def __setstate__(self, state: object) -> None:
        if not self.lasts:
            raise AttributeError(state)

    def __getstate__(self) -> object:
        return "state"


@pytest.mark.parametrize(
    ("place", "times"), [("here", 1), ("/dev/null/none", 2), (None, 2)]
)
def test_a_text_is_parsed_once(place: str | None, times: int, tmp_path: Path) -> None:
    """
    It is parsed each time where there is no folder that can be written to.
    """
    trusted = [Path("/trusted")]
    cache = FileCache(tmp_path / place, trusted) if place else NO_CACHE
    calls = []

    def parse(text: str, file: str, schema: Callable[[str], object]) -> object:
        calls.append(file)
        return schema(text)

    for _ in range(2):
        assert cache.parsed(parse, TEXT, "/trusted/file", str) == TEXT
    assert len(calls) == times
    assert cache.parsed(parse, TEXT, "/trusted/file", list) == list(TEXT)


def test_errors_have_their_lines(run: Run, tmp_path: Path) -> None:
    """
    What is wrong between a campaign and bundled cases is found at the same lines again.
    """
    office = """\
offices:
  osce:
    state: ru
    role: minister
    name: Example Office
    city: Exampleton
    country: ru
    confidence: low
    sources: [https://office.example]
"""
    data = tmp_path / "data"
    data.mkdir()
    (data / "embassies.yaml").write_text(office)
    command = ("--campaign", tmp_path, "letter", "--case", "kolov", "--country", "uk")
    first, second = (run(*command) for _ in range(2))

    assert "data/demands.yaml:" in first.stderr
    assert first == second
