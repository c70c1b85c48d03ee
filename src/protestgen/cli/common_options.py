"""The options that stand before or behind any command."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from .console import QUIET
from .context import FOLDERS_KEY

# Attribute of a parameter: the title of its group in the help.
HELP_TITLE = "help_title"

flag_option = partial(click.option, is_flag=True)

CommandFunction = Callable[..., int | None]
Decorator = Callable[[CommandFunction], CommandFunction]


def option_group(*options: Decorator, title: str = "") -> Decorator:
    """
    Combine *options* into one decorator; the help shows the first one on top.

    Those that are in no other group are shown below the *title*, if there is one.
    """

    def decorate(command: CommandFunction) -> CommandFunction:
        before = len(getattr(command, "__click_params__", ()))
        for option in reversed(options):
            command = option(command)
        for param in getattr(command, "__click_params__", ())[before:]:
            if title:
                vars(param).setdefault(HELP_TITLE, title)
        return command

    return decorate


def _add_folders(
    ctx: click.Context, _param: click.Parameter, folders: tuple[Path, ...]
) -> None:
    ctx.meta.setdefault(FOLDERS_KEY, []).extend(folders)


def _be_quiet(_ctx: click.Context, _param: click.Parameter, value: object) -> None:
    if value:
        QUIET.set(True)


common_options = option_group(
    click.option(
        "--campaign",
        multiple=True,
        type=click.Path(path_type=Path),
        metavar="DIR",
        expose_value=False,
        callback=_add_folders,
        help="Use the campaign in this folder first.  [repeatable]",
    ),
    flag_option(
        "-q",
        "--quiet",
        expose_value=False,
        callback=_be_quiet,
        help="Hide notes, except about words that do harm.",
    ),
)
