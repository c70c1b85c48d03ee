"""The command `styles`: what kinds of letter there are."""

import click

from protestgen.templating.environment import Templates

from .console import write_json, write_table
from .context import App
from .options import common_options
from .param_types import Command


@click.command(cls=Command, epilog="Example: protestgen styles")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@common_options
@click.pass_obj
def styles(app: App, /, *, as_json: bool) -> None:
    """List the kinds of letter."""
    templates = Templates(app.campaign.folders)
    found = {
        style: templates.description("en", style) for style in templates.styles("en")
    }
    if as_json:
        write_json([{"style": style, "about": about} for style, about in found.items()])
    else:
        write_table(("Style", "About"), list(found.items()), whole="Style")
