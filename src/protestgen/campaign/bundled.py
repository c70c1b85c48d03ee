"""Where the bundled campaign is."""

from pathlib import Path


def shipped_folder() -> Path:
    """
    Return the folder that holds the shipped `data/` and `templates/`.

    A wheel carries them inside the package; in a checkout, and so in an editable
    install, they stand at the top level.
    """
    package = Path(__file__).parents[1]
    installed = package / "_shipped"
    return installed if installed.is_dir() else package.parents[1]
