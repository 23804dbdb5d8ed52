"""The commands on a finished plan that look at its communities."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gridplan.cli.commands import PATH
from gridplan.cli.spoken import Command, lang_option, option
from gridplan.cli.terminal import exit_on_error, print_findings
from gridplan.config import EFFORTS
from gridplan.language import say
from gridplan.rulefile import RuleFile


@click.command(
    cls=Command,
    help="Tell what facilities the communities of PLAN have and lack, whom services reach, and where new ones would "
    "reach most.",
)
@click.argument("place", metavar="PLAN", type=PATH)
@option("--facilities", metavar="FILE[:LAYER]", required=True, help="Facilities (设施): type, rooms, area.")
@option(
    "--sites", metavar="FILE[:LAYER]", help="Where new facilities may stand; in the middle of any grid if not given."
)
@option("--estates", metavar="FILE[:LAYER]", help="Planned estates: name, year, households.")
@option("-o", "--output", "out", metavar="OUT", type=PATH, required=True, help="Folder to write.")
@option("--map", "chart", metavar="FILE", type=PATH, help="Map to draw: .pdf, .png or .svg.")
@option("--rules", "rule_file", metavar="FILE", type=PATH, help="Rule file with [facilities].")
@option("--encoding", metavar="E", help="Encoding of the text in DBF and CSV files.")
@lang_option
def facilities(place: Path, facilities: str, out: Path, rule_file: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Compare facilities with what is needed."""
    with exit_on_error():
        import pandas as pd  # noqa: PLC0415

        from gridplan.provision import compare_district  # noqa: PLC0415  --help stays fast

        rules = None if rule_file is None else RuleFile.read(rule_file).rules
        found = compare_district(place, facilities, out, rules=rules, **options)
    print_findings(pd.DataFrame([asdict(f) for f in found.findings], columns=["severity", "subject", "reason"]))
    gaps, short = found.communities, found.communities["gap_m2"] > 0
    click.echo(
        say(
            "{short} of {communities} communities lack {gap:.0f} m2 of facilities; {sites} sites proposed -> {out}",
            short=int(short.sum()),
            communities=len(gaps),
            gap=gaps["gap_m2"].sum(),
            sites=len(found.sites),
            out=out,
        )
    )


@click.command(
    cls=Command,
    help="Check how large the communities of PLAN are, and propose which to split and which to merge, or draw them "
    "anew.",
)
@click.argument("place", metavar="PLAN", type=PATH)
@option("--personnel", metavar="FILE[:SHEET]", help="Roster (人员), whose community workers are counted.")
@option("--encoding", metavar="E", help="Encoding of the text in DBF and CSV files.")
@option("--draw", is_flag=True, help="Draw communities anew inside subdistricts, as if there were none.")
@option("-o", "--output", "out", metavar="OUT", type=PATH, required=True, help="Folder to write.")
@option("--rules", "rule_file", metavar="FILE", type=PATH, help="Rule file with [communities].")
@option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the search.")
@option("--effort", default="normal", show_default=True, type=click.Choice(EFFORTS), help="How long to search.")
@lang_option
def communities(place: Path, out: Path, rule_file: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Look at the sizes of communities."""
    with exit_on_error():
        import pandas as pd  # noqa: PLC0415

        from gridplan.provision import review_district  # noqa: PLC0415  --help stays fast

        rules = None if rule_file is None else RuleFile.read(rule_file).rules
        options["rng"] = options.pop("seed")
        found = review_district(place, out, rules=rules, **options)
    print_findings(pd.DataFrame([asdict(f) for f in found.findings], columns=["severity", "subject", "reason"]))
    states = found.communities["state"]
    click.echo(
        say(
            "{fit} of {communities} communities fit; {proposed} proposed -> {out}",
            fit=int((states == "fits").sum()),
            communities=len(states),
            proposed=len(found.proposed),
            out=out,
        )
    )
