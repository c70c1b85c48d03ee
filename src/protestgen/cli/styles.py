"""The command `styles`: a list of the styles of letters."""

import click

from protestgen.templating.environment import Templates

from .common_options import common_options, flag_option
from .console import write_json, write_table
from .context import chosen_campaign
from .param_types import Command


@click.command(cls=Command, epilog="Example: protestgen styles")
@flag_option("--json", "as_json", help="Print JSON.")
@common_options
@click.pass_context
def styles(ctx: click.Context, /, *, as_json: bool) -> None:
    """List the styles of letters."""
    templates = Templates(chosen_campaign(ctx).folders)
    found = {
        style: templates.description("en", style) for style in templates.styles("en")
    }
    if as_json:
        write_json([{"style": style, "about": about} for style, about in found.items()])
    else:
        write_table(("Style", "About"), list(found.items()), whole="Style")
