"""The commands on a finished plan that send persons into its grids."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gridplan.cli.commands import PATH
from gridplan.cli.spoken import Command, lang_option, option
from gridplan.cli.terminal import exit_on_error, print_findings, progress
from gridplan.config import EFFORTS
from gridplan.language import say
from gridplan.rulefile import RuleFile


@click.command(cls=Command, help="Send the persons of a roster into the grids of PLAN and write roster.xlsx.")
@click.argument("place", metavar="PLAN", type=PATH)
@option("--personnel", metavar="FILE[:SHEET]", required=True, help="Roster (人员): who may serve.")
@option("--jurisdictions", metavar="FILE[:LAYER]", help="Areas (辖区) that the roster names.")
@option("-o", "--output", "out", metavar="OUT", type=PATH,
        help="Folder to write; that of PLAN if not given.")  # fmt: skip
@option("--rules", "rule_file", metavar="FILE", type=PATH, help="Rule file with [deployment].")
@option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the search.")
@option("--effort", default="normal", show_default=True, type=click.Choice(EFFORTS), help="How long to search.")
@option("--encoding", metavar="E", help="Encoding of the text in DBF and CSV files.")
@option("--names", is_flag=True, help="Print the names of persons in roster.xlsx, and nowhere else.")
@lang_option
def assign(place: Path, rule_file: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Assign personnel to a finished plan."""
    with exit_on_error(), progress() as report:
        from gridplan.staffing import ROSTER_CODE, assign_district  # noqa: PLC0415  --help stays fast

        rules = None if rule_file is None else RuleFile.read(rule_file).rules
        options["rng"] = options.pop("seed")
        plan = assign_district(place, rules=rules, report=report, **options)
    print_findings(plan.findings[plan.findings["code"].str.startswith(ROSTER_CODE)])
    posts = plan.forces[["needed", "served"]].sum()
    click.echo(
        say(
            "{persons} persons of {forces} forces fill {served} of {needed} posts in {grids} grids -> {out}",
            persons=len(plan.persons),
            forces=plan.persons["force"].nunique(),
            served=int(posts["served"]),
            needed=int(posts["needed"]),
            grids=len(plan.grids),
            out=options["out"] or place,
        )
    )


@click.command(
    cls=Command,
    help="Tell what a hazard affects in PLAN, who is sent there, and which bases reach which grids in time.",
)
@click.argument("place", metavar="PLAN", type=PATH)
@option("--hazard", metavar="FILE[:LAYER]", required=True, help="Where the hazard is.")
@option("--personnel", metavar="FILE[:SHEET]", help="Roster (人员): the staff of organs are sent.")
@option("--bases", metavar="FILE[:LAYER]", help="Where the mobile team may start from; any grid if not given.")
@option("--number", metavar="N", type=click.IntRange(min=1), help="How many bases; the fewest for all if not given.")
@option("-o", "--output", "out", metavar="OUT", type=PATH, required=True, help="Folder to write.")
@option("--rules", "rule_file", metavar="FILE", type=PATH, help="Rule file with [deployment].")
@option("--encoding", metavar="E", help="Encoding of the text in DBF and CSV files.")
@lang_option
def emergency(place: Path, hazard: str, out: Path, rule_file: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Plan the response to a hazard."""
    with exit_on_error():
        import pandas as pd  # noqa: PLC0415

        from gridplan.staffing import respond_district  # noqa: PLC0415  --help stays fast

        rules = None if rule_file is None else RuleFile.read(rule_file).rules
        found = respond_district(place, hazard, out, rules=rules, **options)
    print_findings(pd.DataFrame([asdict(f) for f in found.findings]))
    affected = found.situation[found.situation["state"] == "affected"]
    click.echo(
        say(
            "{grids} grids with {households} households are affected; {sent} of {needed} persons are sent; {bases} "
            "bases reach {reached} of {all} grids in time -> {out}",
            grids=len(affected),
            households=int(affected["households"].sum()),
            sent=int(found.totals["sent"]),
            needed=int(found.totals["needed"]),
            bases=int(found.totals["bases_chosen"]),
            reached=int(found.reach["in_time"].sum()),
            all=len(found.reach),
            out=out,
        )
    )
