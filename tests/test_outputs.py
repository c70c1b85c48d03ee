"""
What the program prints and writes is what it was: see `outputs.py`.

`--all-outputs` compares all of it, and `--all-outputs --update-golden` records it anew.
"""

import random

import pytest

import outputs

# Outputs that are compared without `--all-outputs`: about ten seconds of them.
SAMPLE = 120
# Letters in each style, language and format are most of the outputs.
LETTERS = 60


def sample(keys: list[str]) -> list[str]:
    """Return some of *keys*, always the same."""
    draw = random.Random(0)  # noqa: S311 - no secret
    letters = [key for key in keys if key.startswith("letter/")]
    others = [key for key in keys if not key.startswith("letter/")]
    return draw.sample(letters, LETTERS) + draw.sample(others, SAMPLE - LETTERS)


@pytest.mark.slow
@pytest.mark.no_cover
def test_outputs_are_as_recorded(request: pytest.FixtureRequest) -> None:
    """
    No output of the program differs from the recorded one.

    Accept an intended change with `--all-outputs --update-golden`.
    """
    known = outputs.outputs()
    everything = request.config.getoption("all_outputs")
    if everything and request.config.getoption("update_golden"):
        hashes = {key: outputs.digest(output) for key, output in known.items()}
        outputs.write_record(outputs.GOLDEN, hashes)
    versions, recorded = outputs.read_record(outputs.GOLDEN)
    if versions != outputs.libraries():
        pytest.skip(f"recorded with other versions: {versions}")
    keys = sorted(known)
    chosen = keys if everything else sample(keys)
    found = {key: outputs.digest(known[key]) for key in chosen}

    assert sorted(recorded) == keys
    assert outputs.differences(recorded, found, chosen) == []


def test_differences_are_named() -> None:
    """
    An output that differs, is new or is missing is named by its key.
    """
    recorded = {"same": "1", "other": "1", "gone": "1"}
    found = {"same": "1", "other": "2", "new": "1"}

    assert outputs.differences(recorded, found, {*recorded, *found}) == [
        "gone: there is no such output any more",
        "new: new",
        "other: differs",
    ]


def test_digest_depends_on_the_output_alone() -> None:
    """
    The hash of an output changes with a letter of it, and with nothing else.
    """
    letter = outputs.Output((outputs.LETTER,))
    other = outputs.Output(((*outputs.LETTER, "--city", "Leeds"),))

    assert outputs.digest(letter) == outputs.digest(letter)
    assert outputs.digest(letter) != outputs.digest(other)
