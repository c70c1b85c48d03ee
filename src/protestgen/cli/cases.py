"""The command `cases`: a list of the cases."""

import click
from msgspec.structs import asdict

from .common_options import common_options, flag_option
from .console import show_note, write_json, write_table
from .context import chosen_campaign, now
from .param_types import Command


@click.command(cls=Command, epilog="Example: protestgen cases")
@click.option(
    "--status",
    type=click.Choice(["open", "closed", "expired"]),
    help="Only these; 'expired' are open cases whose last day for letters has passed.",
)
@flag_option("--json", "as_json", help="Print all details as JSON.")
@common_options
@click.pass_context
def cases(ctx: click.Context, /, *, status: str | None, as_json: bool) -> None:
    """List the cases, the latest first."""
    on = now().date()
    campaign = chosen_campaign(ctx, missions=False)
    found = sorted(
        (
            case
            for case in campaign.cases.values()
            if status in {None, case.status_on(on)}
        ),
        key=lambda case: case.opened,
        reverse=True,
    )
    if not found and status and campaign.cases:
        show_note(f"no case is {status}")
    elif not found:
        show_note("no cases yet: see 'protestgen new --help'")
    origins = {case.id: campaign.origin(case.at) for case in found}
    if as_json:
        write_json([{**asdict(case), "from": origins[case.id]} for case in found])
        return
    columns = ["Case", "Since", "Status", "About"]
    rows = [
        [case.id, str(case.opened), case.status_on(on), case.title] for case in found
    ]
    if campaign.layers[1:]:
        columns.append("From")
        for row in rows:
            row.append(origins[row[0]])
    write_table(columns, rows, whole="Case")
