"""The folder of the bundled campaign."""

from pathlib import Path

# The origin of the entries of the bundled campaign.
BUNDLED = "bundled"


def shipped_folder() -> Path:
    """
    Return the folder with the bundled `data/` and `templates/`.

    In a wheel they are inside the package; in a checkout, and so in an editable
    install, they are at the top level.
    """
    package = Path(__file__).parents[1]
    installed = package / "_shipped"
    return installed if installed.is_dir() else package.parents[1]
