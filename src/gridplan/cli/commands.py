"""The commands of gridplan."""

import dataclasses
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gridplan.cli.spoken import Group, lang_option, option
from gridplan.cli.terminal import (
    EXIT_ERROR,
    EXIT_RULE_BROKEN,
    exit_on_error,
    print_check,
    print_findings,
    print_json,
    print_layers,
    progress,
)
from gridplan.config import EFFORTS
from gridplan.database import is_database, mask
from gridplan.language import say, word
from gridplan.rulefile import RuleFile
from gridplan.schema import ROLES

if TYPE_CHECKING:
    from gridplan.plan import Plan

PATH = click.Path(path_type=Path)


class _Place(click.ParamType[Path | str]):
    """A path, or the address of a database as it stands."""

    name = "place"

    def convert(self, value: Any, _param: click.Parameter | None, _ctx: click.Context | None) -> Path | str:  # noqa: ANN401
        """Keep both slashes of an address."""
        return str(value) if is_database(value) else Path(value)


PLACE = _Place()


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


def input_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what is read.

    Parameters
    ----------
    command : callable
        The command.

    Returns
    -------
    callable
        With them.
    """
    command = lang_option(command)
    for role in reversed(ROLES):
        text = say("Layer of {role}, if not in INPUT.", role=word(role))
        command = option(f"--{role}", metavar="FILE[:LAYER]", help=text)(command)
    command = option("--encoding", metavar="E", help="Encoding of the text in DBF and CSV files.")(command)
    return option("--crs", metavar="EPSG", help="CRS of layers that name none, or a wrong one.")(command)


rules_option = option("--rules", "rule_file", metavar="FILE", type=PATH, help="Rule file (TOML).")


def settle_input(source: Path | str | None, rule_file: Path | None, options: dict[str, Any]) -> Path | str | None:
    """Turn INPUT, the rule file and the options into what the library takes; an option wins over the rule file.

    Parameters
    ----------
    source : path or None
        INPUT.
    rule_file : Path or None
        The rule file.
    options : dict
        Those of `input_options`; they become roles, crs, encoding, fields and rules.

    Returns
    -------
    path or None
        What is read, beside the roles.
    """
    file = RuleFile() if rule_file is None else RuleFile.read(rule_file)
    given = {role: options.pop(role) for role in ROLES}
    roles = file.places(source) | {role: place for role, place in given.items() if place is not None}
    told = {"crs": options.pop("crs") or file.crs, "encoding": options.pop("encoding") or file.encoding}
    if source is None and file.source is None and "buildings" not in roles:
        raise click.UsageError(say("give INPUT, or at least --buildings"))
    options |= told | {"roles": roles, "fields": file.fields, "rules": file.rules}
    return source or file.source


@main.command(
    help="Read the layers in INPUT as `partition` does, and tell what is assumed, repaired, set aside or wrong.\n\n"
    "Exit code 1 if no plan can be made of them."
)
@click.argument("source", metavar="[INPUT]", required=False, type=PLACE)
@option("-o", "--output", metavar="OUT", type=PATH, help="Folder to write: check.json, check.xlsx, findings.gpkg.")
@option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@option("--xlsx", "workbook", metavar="FILE", type=PATH, help="Workbook (.xlsx) to write.")
@rules_option
@input_options
@click.pass_context
def check(
    ctx: click.Context,
    /,
    source: Path | str | None,
    output: Path | None,
    workbook: Path | None,
    rule_file: Path | None,
    *,
    as_json: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Check the input."""
    with exit_on_error(), progress() as report:
        from gridplan.intake import check_district  # noqa: PLC0415  --help stays fast

        place = settle_input(source, rule_file, options)
        found = check_district(place, report=report, **options)
        if output is not None:
            found.write(output)
        if workbook is not None:
            found.write_workbook(workbook)
    (print_json if as_json else print_check)(found)
    if not found.usable:
        ctx.exit(EXIT_ERROR)


@main.command(
    help="Draw the grids of the district in INPUT and write the plan into OUT.\n\n"
    "INPUT is a folder or a GeoPackage whose layers are named by role (buildings 楼栋, communities 社区, ...); layers "
    "can also be given one by one, as files or as postgresql://user@host/database/table (or a query in its place). "
    "Only buildings are required."
)
@click.argument("source", metavar="[INPUT]", required=False, type=PLACE)
@option("-o", "--output", metavar="OUT", type=PLACE, required=True, help="Folder, or schema of PostGIS, to write.")
@option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the search.")
@option("--effort", default="normal", show_default=True, type=click.Choice(EFFORTS), help="How long to search.")
@option(
    "--time-limit", metavar="S", type=click.FloatRange(min=0, min_open=True), help="Stop searching after S seconds."
)
@option("--jobs", metavar="N", type=click.IntRange(min=1), help="Threads; all cores if not given.")
@option(
    "--edits",
    metavar="FILE",
    type=PATH,
    help="Edits: exported from the page (.json), or drawn on a map (lines and areas). Kept, the rest is planned anew.",
)
@option("--previous", metavar="PLAN", type=PATH, help="A former plan that goes on: few households change their grid.")
@option("--micro", is_flag=True, help="Divide each grid into micro-grids of whole buildings and entrances too.")
@option(
    "--change",
    metavar="W",
    type=click.FloatRange(min=0, max=1e12),
    help="Price of a target of households that change their grid, beside --previous: 0 is none, at 1e9 nobody moves; "
    "from the rules if not given.",
)
@rules_option
@input_options
@click.pass_context
def partition(
    ctx: click.Context,
    /,
    source: Path | str | None,
    output: Path | str,
    rule_file: Path | None,
    change: float | None,
    *,
    micro: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Do the main job."""
    with exit_on_error(), progress() as report:
        from gridplan.pipeline import partition_district  # noqa: PLC0415  --help stays fast

        place = settle_input(source, rule_file, options)
        options["rng"] = options.pop("seed")
        if micro:
            rules = options["rules"]
            options["rules"] = dataclasses.replace(rules, micro=dataclasses.replace(rules.micro, draw=True))
        if change is not None:
            options["rules"] = options["rules"].pricing_change(change)
        plan = partition_district(place, output, checked=print_layers, report=report, **options)
    print_findings(plan.findings)
    _print_result(plan, output)
    if (plan.findings["severity"] == "error").any():
        ctx.exit(EXIT_RULE_BROKEN)


@main.command(
    help="Write a rule file for the district in INPUT: its layers, fields and CRS as detected, and every rule with "
    "what it means.\n\n`gridplan partition --rules FILE -o OUT` takes it."
)
@click.argument("source", metavar="[INPUT]", required=False, type=PLACE)
@option(
    "-o", "--output", metavar="FILE", type=PATH, default=Path("rules.toml"), show_default=True, help="File to write."
)
@option("--force", "replace", is_flag=True, help="Write over a file that is there.")
@input_options
@click.pass_context
def init(ctx: click.Context, /, source: Path | str | None, output: Path, *, replace: bool, **options: Any) -> None:  # noqa: ANN401
    """Draft a rule file."""
    with exit_on_error(), progress() as report:
        from gridplan.intake import draft_rule_file  # noqa: PLC0415  --help stays fast

        place = settle_input(source, None, options)
        for name in ("rules", "fields"):
            options.pop(name)
        found = draft_rule_file(place, output, replace=replace, report=report, **options)
    print_layers(found)
    print_findings(found.findings)
    click.echo(say("{count} layers -> {out}", count=len(found.sources), out=output))
    if not found.usable:
        ctx.exit(EXIT_ERROR)


@main.command(help="Make up a district, as a bureau would send it, and write its layers into OUT.")
@click.argument("output", metavar="OUT", type=PATH)
@option("--households", default=30_000, show_default=True, type=click.IntRange(min=1_000), help="How many.")
@option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the district.")
@lang_option
def sample(output: Path, households: int, seed: int) -> None:
    """Write a made-up district."""
    with exit_on_error(), progress() as report:
        from gridplan.sample import make_sample  # noqa: PLC0415  --help stays fast

        make_sample(output, households=households, seed=seed, report=report)
    click.echo(say("{count} made-up households -> {out}", count=households, out=output))


def _print_result(plan: "Plan", output: Path | str) -> None:
    score, rules = plan.score(), plan.rules
    band = say("the sizes of their class") if rules.classes.apply else f"{rules.lower}..{rules.upper}"
    click.echo(
        say(
            "{grids} grids, {households} households ({basis}), {outside} grids outside {band} -> {out}",
            grids=score["grids"],
            households=score["households"],
            basis=word(rules.household_basis),
            outside=score["out"],
            band=band,
            out=mask(output),
        )
    )
