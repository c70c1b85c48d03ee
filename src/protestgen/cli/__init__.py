"""The command line: the group of commands, and the one place that shows errors."""

import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

import click

from protestgen import __version__
from protestgen.errors import ProtestgenError, UnknownNameError, unexpected

from . import console
from .common_options import common_options
from .context import check_time_zone, wants_traceback

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Each is a module of this package with a function of the same name, imported on demand
# to keep the start fast; so the first lines of their help stand here once more.
COMMANDS = {
    "letter": "Write a letter about a case to the embassy in your country.",
    "batch": "Write a letter for each member of a roster.",
    "cases": "List the cases, the latest first.",
    "show": "Show the events, demands and addressees of a case.",
    "appeal": "Write a page that asks supporters to write letters.",
    "update": "Tell supporters the news of a case.",
    "press": "Write a press release about a case.",
    "log": "Note what was done for a case, or an answer that came.",
    "due": "List the letters in the log that wait for an answer.",
    "calendar": "Write the dates of a case as a calendar (.ics).",
    "report": "Report what was done about a case, from the log.",
    "embassies": "List embassies, consulates and offices with their addresses.",
    "styles": "List the styles of letters.",
    "check": "List all mistakes in a campaign, with file, line and column.",
    "profile": "Ask for your name and address, and save them for your letters.",
    "init": "Create a campaign of your own in a new folder DIR.",
    "new": "Add a case, embassy, office or outlet to your own campaign.",
    "import": "Read missions from a list that you have downloaded.",
    "help": "Show a page of the manual, or the options of a command.",
}

# Options without personal data.
_TASK_OPTIONS = ("--case", "--country", "--to", "--style", "--lang", "--format")


class _Commands(click.Group):
    """A group whose commands are imported one by one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            if ctx.resilient_parsing:
                return None
            raise UnknownNameError(
                "command", cmd_name, COMMANDS, see="protestgen --help"
            )
        name = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = getattr(import_module(f".{name}", __name__), name)
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list["CompletionItem"]:
        if incomplete[:1] == "-":
            return super().shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(name, help=summary)
            for name, summary in COMMANDS.items()
            if name.startswith(incomplete)
        ]

    # Click would exit with 1 if the reader of stdout is gone.
    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with console.stdout_errors():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        with console.stdout_errors():
            return super().invoke(ctx)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: protestgen letter --case kurmanov --country uk",
)
@common_options
@click.version_option(__version__, message="protestgen %(version)s")
def cli() -> None:
    """Courteous, correct, personal protest letters from a campaign's facts."""
    check_time_zone()


def run(arguments: Sequence[str] | None = None) -> int:
    """
    Run the command line and return its exit code.

    0 done, 1 something in the data or a letter failed, 2 usage, 3 some of
    a batch failed, 130 interrupted.
    """
    try:
        with console.stdout_errors():
            code = _run(arguments)
            if sys.stdout is not None:
                sys.stdout.flush()
    except ProtestgenError as error:
        console.show_error(*error.lines())
        return error.exit_code
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in Typst is no `Exception`
        if wants_traceback():
            raise
        console.show_error(f"{_task(arguments)}: {unexpected(error)}")
        return 1
    return code


def _task(arguments: Sequence[str] | None) -> str:
    """Describe the command and its options, without personal data."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    shown = [next((word for word in words if word in COMMANDS), "protestgen")]
    for word, following in pairwise([*words, ""]):
        option, _, value = word.partition("=")
        if option in _TASK_OPTIONS:
            shown += [option, value or following]
    return " ".join(shown)


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(arguments, prog_name="protestgen", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.UsageError as error:
        console.show_error(console.usage_message(error))
        return 2
    except click.ClickException as error:
        console.show_error(error.format_message())
        return 1
    except (click.Abort, KeyboardInterrupt):
        console.show_error("interrupted: nothing is written")
        return 130
    return code if isinstance(code, int) else 0
