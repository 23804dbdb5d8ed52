"""The commands that judge grids which are there already."""

import json
from pathlib import Path
from typing import Any

import click

from gridplan.cli.commands import PATH
from gridplan.cli.spoken import Command, lang_option, option
from gridplan.cli.terminal import EXIT_ERROR, EXIT_RULE_BROKEN, exit_on_error, print_findings, progress
from gridplan.language import join, say
from gridplan.rulefile import RuleFile


@click.command(
    cls=Command,
    help="Score and audit grids that are there already, drawn by hand or by others, by the measure of an own plan.\n\n"
    "INPUT is a district as `partition` takes it, or the folder of a plan of it, whose proven bounds then count.",
)
@click.argument("source", metavar="INPUT", type=PATH)
@option("--grids", metavar="FILE[:LAYER]",
        help="Polygons with a code, or a table of buildings and the code of their grid.")  # fmt: skip
@option("--scores", metavar="FILE[:SHEET]",
        help="Instead of grids: satisfaction (0 to 100) and response by grid, force, period; INPUT is a plan.",
        )  # fmt: skip
@option("-o", "--output", "out", metavar="OUT", type=PATH, help="Folder to write, as that of a plan; or scores.xlsx.")
@option("--rules", "rule_file", metavar="FILE", type=PATH, help="Rule file (TOML).")
@option("--crs", metavar="EPSG", help="CRS of layers that name none, or a wrong one.")
@option("--encoding", metavar="E", help="Encoding of the text in DBF and CSV files.")
@lang_option
@click.pass_context
def evaluate(
    ctx: click.Context, /, source: Path, scores: str | None, out: Path | None, rule_file: Path | None, **options: Any,  # noqa: ANN401
) -> None:  # fmt: skip
    """Evaluate grids, or figures of them."""
    if (scores is None) == (options["grids"] is None):
        raise click.UsageError(say("give --grids or --scores, one of them"))
    if scores is not None:
        _evaluate_scores(source, scores, out, rule_file, options["encoding"])
        return
    with exit_on_error(), progress() as report:
        from gridplan.appraisal import evaluate_district  # noqa: PLC0415  --help stays fast

        rules = None if rule_file is None else RuleFile.read(rule_file).rules
        plan = evaluate_district(source, out=out, rules=rules, report=report, **options)
    print_findings(plan.findings)
    score, sizes = plan.score(), plan.rules
    missing = int(plan.units["households"].sum()) - score["households"]
    click.echo(
        say(
            "{grids} grids, {households} households, {missing} in no grid, {outside} grids outside {lower}..{upper}; "
            "cost {cost:.1f}, no lawful plan costs less than {bound:.1f}",
            grids=score["grids"],
            households=score["households"],
            missing=missing,
            outside=score["out"],
            lower=sizes.lower,
            upper=sizes.upper,
            cost=score["cost"],
            bound=score["bound"],
        )
    )
    if (plan.findings["severity"] == "error").any():
        ctx.exit(EXIT_RULE_BROKEN)


def _evaluate_scores(source: Path, scores: str, out: Path | None, rule_file: Path | None, encoding: str | None) -> None:
    if out is None:
        raise click.UsageError(say("give --output, the folder to write"))
    with exit_on_error():
        from gridplan.satisfaction import evaluate_scores  # noqa: PLC0415  --help stays fast

        rules = None if rule_file is None else RuleFile.read(rule_file).rules
        found = evaluate_scores(source, scores, out, rules=rules, encoding=encoding)
    print_findings(found.to_findings())
    last = found.periods.iloc[-1]
    click.echo(
        say(
            "{figures} figures in {periods} periods; in the last one {grids} grids, satisfaction {satisfaction:g} "
            "({change:+g}) -> {out}",
            figures=len(found.ratings),
            periods=len(found.periods),
            grids=last["grids"],
            satisfaction=last["satisfaction"],
            change=last["satisfaction_change"],
            out=out,
        )
    )


@click.command(
    cls=Command,
    help="Tell why GRID of PLAN is as it is: size, cause, cost, what neighbours could give or take, the best "
    "alternative.",
)
@click.argument("place", metavar="PLAN", type=PATH)
@click.argument("grid", metavar="GRID")
@option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
@lang_option
def explain(place: Path, grid: str, *, as_json: bool) -> None:
    """Explain a grid."""
    with exit_on_error():
        from gridplan.explanation import explain_grid  # noqa: PLC0415  --help stays fast
        from gridplan.plan import read_plan  # noqa: PLC0415

        found = explain_grid(read_plan(place), grid)
    if as_json:
        click.echo(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    for line in found.lines():
        click.echo(line)


@click.command(
    cls=Command,
    help="Repeat PLAN from its own table of the run and the files in INPUT, and tell whether it comes out equal.\n\n"
    "Exit code 1 if it differs, or if a file is not the one it was made of.",
)
@click.argument("place", metavar="PLAN", type=PATH)
@click.argument("source", metavar="INPUT", type=PATH)
@option("--previous", metavar="PLAN", type=PATH, help="The former plan it went on from, if it did.")
@option("--crs", metavar="EPSG", help="CRS of layers that name none, or a wrong one.")
@option("--encoding", metavar="E", help="Encoding of the text in DBF and CSV files.")
@option("--jobs", metavar="N", type=click.IntRange(min=1), help="Threads; all cores if not given.")
@lang_option
@click.pass_context
def rerun(ctx: click.Context, /, place: Path, source: Path, **options: Any) -> None:  # noqa: ANN401
    """Repeat a plan."""
    with exit_on_error(), progress() as report:
        from gridplan.plan import read_plan  # noqa: PLC0415  --help stays fast
        from gridplan.rerun import rerun_plan  # noqa: PLC0415

        found = rerun_plan(read_plan(place), source, report=report, **options)
    if found.differences:
        click.echo(say("the plan differs in {names}", names=join(found.differences)))
        ctx.exit(EXIT_ERROR)
    click.echo(say("the plan is repeated exactly: {grids} grids", grids=len(found.plan.grids)))
