"""The command `cases`: what there is to write about."""

import click

from . import App
from .console import write_json, write_table
from .options import common_options


@click.command(epilog="Example: protestgen cases")
@click.option("--json", "as_json", is_flag=True, help="As JSON, with everything in it.")
@common_options
@click.pass_obj
def cases(app: App, /, *, as_json: bool) -> None:
    """List the cases, the latest first."""
    found = sorted(
        app.campaign.cases.values(), key=lambda case: case.opened, reverse=True
    )
    if as_json:
        write_json(found)
    else:
        write_table(
            ("Case", "Since", "Status", "About"),
            [(case.id, str(case.opened), case.status, case.title) for case in found],
            whole="Case",
        )
