"""The commands on plans that change."""

from pathlib import Path

import click

from gridplan.cli.commands import PATH
from gridplan.cli.spoken import Command, lang_option, option
from gridplan.cli.terminal import exit_on_error
from gridplan.language import say


@click.command(cls=Command, help="Tell what differs between the plans OLD and NEW: moved households, codes, scores.")
@click.argument("old", metavar="OLD", type=PATH)
@click.argument("new", metavar="NEW", type=PATH)
@option("-o", "--output", "out", metavar="OUT", type=PATH, help="Folder to write: changes.xlsx and changes.gpkg.")
@lang_option
def compare(old: Path, new: Path, out: Path | None) -> None:
    """Compare two plans."""
    with exit_on_error():
        from gridplan.comparison import compare_plans  # noqa: PLC0415  --help stays fast

        found = compare_plans(old, new)
        if out is not None:
            found.write(out)
    if found.empty:
        click.echo(say("nothing differs"))
        return
    cost = found.scores.set_index("term")[["old", "new"]].astype("float64").T["cost"]
    click.echo(
        say(
            "{households} households in {buildings} buildings change grid, {codes} codes change; "
            "cost {old:.1f} -> {new:.1f}",
            households=int(found.moved["households"].sum()),
            buildings=len(found.moved),
            codes=len(found.codes),
            old=cost["old"],
            new=cost["new"],
        )
    )
