"""Compiled templates that are kept."""

from pathlib import Path

import jinja2
import pytest

from conftest import Run
from protestgen.campaign.bundled import shipped_folder
from protestgen.schema.cache import FileCache
from protestgen.templating.environment import Templates
from protestgen.templating.sandbox import Sandbox

NAME = "en/base.txt.j2"
OTHER = "Other text."


def environment_of(folder: Path, campaign: Path | None = None) -> Sandbox:
    """Return a new environment that keeps code in *folder*."""
    folders = [*filter(None, [campaign]), shipped_folder()]
    return Templates(folders, cache=FileCache(folder, [shipped_folder()])).environment


def test_kept_code_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The code of a bundled template is loaded, if the same Jinja made it of the same text.
    """
    environment = environment_of(tmp_path)
    source, path, _ = environment.loader.get_source(environment, NAME)
    cache = environment.bytecode_cache
    assert cache
    bucket = cache.get_bucket(environment, NAME, path, source)
    assert bucket.code is None
    bucket.code = environment.compile(OTHER, NAME, path)
    cache.dump_bytecode(bucket)

    code = environment_of(tmp_path).get_template(NAME).root_render_func.__code__
    assert OTHER in str(code.co_consts)
    assert cache.get_bucket(environment, NAME, path, "changed").code is None
    assert cache.get_bucket(environment, "other", path, source).code is None
    monkeypatch.setattr(jinja2, "__version__", "another")
    assert cache.get_bucket(environment, NAME, path, source).code is None


def test_templates_of_a_campaign_are_compiled_each_time(tmp_path: Path) -> None:
    """
    Only bundled templates are kept, so that those of strangers are always checked.
    """
    own = tmp_path / "own"
    (own / "templates" / "en").mkdir(parents=True)
    (own / "templates" / NAME).write_text(OTHER)
    environment_of(tmp_path / "cache", own).get_template(NAME)

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
        letters.append(
            run("letter", "--case", "kurmanov", "--country", "uk", "--lang", "ru")
        )

    assert letters[0] == letters[1] == letters[2]
    assert letters[0].exit_code == 0
    # Two templates; cases and their texts, the directory, forms, rights and their texts
    # and those of the state.
    assert len(list((tmp_path / "here" / "protestgen").iterdir())) == 9
