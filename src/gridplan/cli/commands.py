"""The commands of gridplan."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridplan.cli.spoken import Group, lang_option, option
from gridplan.cli.terminal import EXIT_RULE_BROKEN, exit_on_error, print_findings, progress
from gridplan.config import EFFORTS, Rules
from gridplan.language import say, word
from gridplan.schema import ROLES

if TYPE_CHECKING:
    from gridplan.plan import Plan


@click.group(
    cls=Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Draw the community grids (网格) of a city district.",
)
@click.version_option(package_name="gridplan")
@lang_option
def main() -> None:
    """Prepare the console."""
    for stream in (sys.stdout, sys.stderr):
        # A GBK console lacks some characters: print a question mark rather than fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)


def _role_options(command: Callable[..., None]) -> Callable[..., None]:
    for role in reversed(ROLES):
        text = say("Layer of {role}, if not in INPUT.", role=word(role))
        command = option(f"--{role}", metavar="FILE[:LAYER]", help=text)(command)
    return command


@main.command(
    help="Draw the grids of the district in INPUT and write the plan into OUT.\n\n"
    "INPUT is a folder or a GeoPackage whose layers are named by role (buildings 楼栋, communities 社区, ...); layers "
    "can also be given one by one. Only buildings are required."
)
@click.argument("source", metavar="[INPUT]", required=False, type=click.Path(path_type=Path))
@option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@option("--rules", "rule_file", metavar="FILE", type=click.Path(path_type=Path), help="Rule file (TOML).")
@option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the search.")
@option("--effort", default="normal", show_default=True, type=click.Choice(EFFORTS), help="How long to search.")
@option(
    "--time-limit", metavar="S", type=click.FloatRange(min=0, min_open=True), help="Stop searching after S seconds."
)
@option("--jobs", metavar="N", type=click.IntRange(min=1), help="Threads; all cores if not given.")
@option("--crs", metavar="EPSG", help="CRS of layers that name none, or a wrong one.")
@option("--encoding", metavar="E", help="Encoding of the text in DBF and CSV files.")
@_role_options
@lang_option
@click.pass_context
def partition(ctx: click.Context, /, source: Path | None, output: Path, rule_file: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Run the main job."""
    given = {role: options.pop(role) for role in ROLES}
    roles = {role: file for role, file in given.items() if file is not None}
    if source is None and "buildings" not in roles:
        raise click.UsageError(say("give INPUT, or at least --buildings"))
    with exit_on_error(), progress() as report:
        from gridplan.pipeline import partition_district  # noqa: PLC0415  --help stays fast

        rules = Rules() if rule_file is None else Rules.from_toml(rule_file)
        options["rng"] = options.pop("seed")
        plan = partition_district(source, output, roles=roles, rules=rules, report=report, **options)
    print_findings(plan.findings)
    _print_result(plan, output)
    if (plan.findings["severity"] == "error").any():
        ctx.exit(EXIT_RULE_BROKEN)


@main.command(help="Make up a district, as a bureau would send it, and write its layers into OUT.")
@click.argument("output", metavar="OUT", type=click.Path(path_type=Path))
@option("--households", default=30_000, show_default=True, type=click.IntRange(min=1_000), help="How many.")
@option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the district.")
@lang_option
def sample(output: Path, households: int, seed: int) -> None:
    """Write a made-up district."""
    with exit_on_error(), progress() as report:
        from gridplan.sample import make_sample  # noqa: PLC0415  --help stays fast

        make_sample(output, households=households, seed=seed, report=report)
    click.echo(say("{count} made-up households -> {out}", count=households, out=output))


def _print_result(plan: "Plan", output: Path) -> None:
    score, rules = plan.score(), plan.rules
    click.echo(
        say(
            "{grids} grids, {households} households ({basis}), {outside} grids outside {lower}..{upper} -> {out}",
            grids=score["grids"],
            households=score["households"],
            basis=word(rules.household_basis),
            outside=score["out"],
            lower=rules.lower,
            upper=rules.upper,
            out=output,
        )
    )
