"""Compiled templates that are kept: what they may be, and when they are not used."""

from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import Run
from protestgen.campaign.bundled import shipped_folder
from protestgen.templating.environment import Templates

NAME = "en/base.txt.j2"
OTHER = "Other text."


def code_of(folder: Path, campaign: Path | None = None) -> object:
    """Return the code that a new environment has for the template."""
    templates = Templates([*filter(None, [campaign]), shipped_folder()], None, folder)
    return templates.environment.get_template(NAME).root_render_func.__code__


@pytest.fixture(name="replaced")
def _replaced(tmp_path: Path) -> Path:
    """Return a folder that has other code for the template, correctly signed."""
    folder = tmp_path / "cache" / "protestgen"
    environment = Templates([shipped_folder()], None, folder).environment
    source, path, _ = environment.loader.get_source(environment, NAME)
    cache = environment.bytecode_cache
    assert cache
    bucket = cache.get_bucket(environment, NAME, path, source)
    assert bucket.code is None
    bucket.code = environment.compile(OTHER, NAME, path)
    cache.dump_bytecode(bucket)
    return folder


def is_used(folder: Path) -> bool:
    """Return whether the code of the other template is used."""
    return OTHER in str(code_of(folder).co_consts)  # type: ignore[attr-defined]


def test_code_is_kept_for_its_user_alone(replaced: Path) -> None:
    """
    Code is read from a folder and a file that only the user can write to.
    """
    (file,) = replaced.iterdir()

    assert replaced.stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600
    assert is_used(replaced)


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
        _fill,
    ],
    ids=["group", "others", "file", "link", "linked folder", "short", "long"],
)
def test_code_that_others_could_have_written_is_not_used(
    change: Callable[[Path], None], replaced: Path
) -> None:
    """
    Links, files and folders that others can write to, and damaged files are ignored.
    """
    change(replaced)

    assert not is_used(replaced)


def test_another_source_is_compiled_anew(replaced: Path, tmp_path: Path) -> None:
    """
    Code is not used for another text of the template.
    """
    environment = Templates([shipped_folder()], None, replaced).environment
    _, path, _ = environment.loader.get_source(environment, NAME)
    cache = environment.bytecode_cache
    assert cache

    assert cache.get_bucket(environment, NAME, path, "changed").code is None
    assert cache.get_bucket(environment, "other", path, "changed").code is None
    assert cache.get_bucket(environment, NAME, str(tmp_path / "x"), "").key == ""


def test_templates_of_a_campaign_are_compiled_each_time(tmp_path: Path) -> None:
    """
    Only bundled templates are kept, so that those of strangers are always checked.
    """
    own = tmp_path / "own"
    (own / "templates" / "en").mkdir(parents=True)
    (own / "templates" / NAME).write_text(OTHER)
    code_of(tmp_path / "cache", own)

    assert not (tmp_path / "cache").exists()


def test_a_letter_needs_no_cache(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A letter is the same with a cache, from the cache, and where none can be written.
    """
    letters = []
    for place in (tmp_path / "here", tmp_path / "here", Path("/dev/null/none")):
        monkeypatch.setenv("XDG_CACHE_HOME", str(place))
        letters.append(run("letter", "--case", "kurmanov", "--country", "uk"))

    assert letters[0] == letters[1] == letters[2]
    assert letters[0].exit_code == 0
    assert len(list((tmp_path / "here" / "protestgen").iterdir())) == 2
