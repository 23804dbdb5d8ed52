"""The command that draws maps to print."""

from pathlib import Path

import click

from gridplan.cli.spoken import Command, lang_option, option
from gridplan.cli.terminal import exit_on_error
from gridplan.language import say

PATH = click.Path(path_type=Path)


@click.command(cls=Command, name="map", help="Draw a community of PLAN on one page to print.")
@click.argument("place", metavar="PLAN", type=PATH)
@option("--community", metavar="C", help="Name or code of a community; a page each for all of them if not given.")
@option("-o", "--output", "out", metavar="FILE", type=PATH, required=True, help="File to write: .pdf, .png or .svg.")
@lang_option
def map_(place: Path, community: str | None, out: Path) -> None:
    """Draw maps to print."""
    with exit_on_error():
        from gridplan.plan import read_plan  # noqa: PLC0415  --help stays fast

        pages = read_plan(place).draw_maps(out, community=community)
    click.echo(say("{count} maps -> {out}", count=pages, out=out))
