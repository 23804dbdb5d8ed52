"""The commands on plans that change, and on those of others beside them."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from gridplan.cli.commands import PATH, PLACE, input_options, rules_option, settle_input
from gridplan.cli.spoken import Command, lang_option, option
from gridplan.cli.terminal import exit_on_error, print_findings, progress
from gridplan.config import EFFORTS
from gridplan.language import say, word
from gridplan.rulefile import RuleFile


@click.command(
    cls=Command,
    help="Tell what differs between the plans OLD and NEW: moved households, codes, scores.\n\n"
    "With --with, lay the grids of the plan OLD over those of departments instead: what lies in what (多格合一).",
)
@click.argument("old", metavar="OLD", type=PATH)
@click.argument("new", metavar="[NEW]", type=PATH, required=False)
@option(
    "--with", "departments", metavar="NAME=FILE[:LAYER]", multiple=True,
    help="Grids of a department, such as police=警务网格.shp: polygons with a code; may be given again.",
)  # fmt: skip
@option(
    "-o", "--output", "out", metavar="OUT", type=PATH,
    help="Folder to write: changes.xlsx and changes.gpkg; with --with, overlaps.xlsx, .gpkg and .json.",
)  # fmt: skip
@option(
    "--map", "chart", metavar="FILE", type=PATH,
    help="Map of the changes to draw: .png or .svg; .pdf with a page for each community that changes.",
)  # fmt: skip
@rules_option
@option("--crs", metavar="EPSG", help="CRS of layers that name none, or a wrong one.")
@option("--encoding", metavar="E", help="Encoding of the text in DBF and CSV files.")
@lang_option
def compare(
    old: Path, new: Path | None, departments: tuple[str, ...], out: Path | None, chart: Path | None,
    rule_file: Path | None, crs: str | None, encoding: str | None,
) -> None:  # fmt: skip
    """Compare two plans, or a plan with the grids of departments."""
    if (new is None) != bool(departments):
        raise click.UsageError(say("give NEW or --with, one of them"))
    if new is None:
        if chart is not None:
            raise click.UsageError(say("--map is of two plans; give NEW"))
        _overlap(old, departments, out, rule_file, crs, encoding)
        return
    with exit_on_error():
        from gridplan.comparison import compare_plans  # noqa: PLC0415  --help stays fast

        found = compare_plans(old, new)
        if out is not None:
            found.write(out)
        if chart is not None:
            found.draw(chart)
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


def _overlap(
    place: Path, departments: tuple[str, ...], out: Path | None, rule_file: Path | None, crs: str | None,
    encoding: str | None,
) -> None:  # fmt: skip
    """Lay a plan over the grids of departments, and tell the sums."""
    with exit_on_error():
        import pandas as pd  # noqa: PLC0415  --help stays fast

        from gridplan.overlaps import overlap_district  # noqa: PLC0415

        rules = None if rule_file is None else RuleFile.read(rule_file).rules
        found = overlap_district(place, departments, out, rules=rules, crs=crs, encoding=encoding)
    print_findings(pd.DataFrame([asdict(f) for f in found.findings], columns=["severity", "subject", "reason"]))
    for row in found.departments.to_dict("records"):
        click.echo(
            say(
                "{department}: {nest} of {grids} grids and {inside} of {households} households lie in one departmental "
                "grid alone; {whole} of {met} departmental grids are made of whole grids, {cut} are cut",
                department=word(str(row["department"])),
                nest=row["nest"],
                grids=row["grids"],
                inside=row["households_nest"],
                households=row["households"],
                whole=row["whole"],
                met=row["met"],
                cut=row["cut"],
            )
        )
    agree = int((found.grids["agree"] == found.grids["departments"]).sum())
    click.echo(say("{agree} of {grids} grids lie whole in every department's grids", agree=agree,
                   grids=len(found.grids)))  # fmt: skip


@click.command(
    cls=Command,
    help="Plan the district in INPUT on from a former plan at several prices of change, and tell what change buys: "
    "tradeoff.csv and tradeoff.png.\n\n`gridplan partition --previous PLAN --change W` draws the plan of one of them.",
)
@click.argument("source", metavar="[INPUT]", required=False, type=PLACE)
@option("--previous", metavar="PLAN", type=PATH, required=True, help="The former plan.")
@option("-o", "--output", "out", metavar="OUT", type=PATH, required=True, help="Folder to write.")
@option(
    "--change",
    "weights",
    metavar="W",
    multiple=True,
    type=click.FloatRange(min=0, max=1e12),
    help="Price of a target of households that change their grid, as often as needed: 0 is none, at 1e9 nobody moves.",
)
@option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the search.")
@option("--effort", default="normal", show_default=True, type=click.Choice(EFFORTS), help="How long to search.")
@option("--jobs", metavar="N", type=click.IntRange(min=1), help="Threads; all cores if not given.")
@option("--edits", metavar="FILE", type=PATH, help="Edits that are kept at every price.")
@rules_option
@input_options
def tradeoff(
    source: Path | str | None, previous: Path, out: Path, weights: tuple[float, ...], rule_file: Path | None,
    **options: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    """Weigh change against quality."""
    with exit_on_error(), progress() as report:
        from gridplan.tradeoff import weigh_district  # noqa: PLC0415  --help stays fast

        place = settle_input(source, rule_file, options)
        options["rng"] = options.pop("seed")
        found = weigh_district(place, previous, out, weights=weights or None, report=report, **options)
    for row in found.to_dict("records"):
        text = say(
            "at {weight:g}: {moved} households ({moved_share:.1%}) change grid, cost {cost:.1f}, {outside} grids "
            "outside; codes: {kept} kept, {new} new, {retired} retired",
            **{str(name): value for name, value in row.items() if name != "cpu_s"},
        )
        click.echo(text)
