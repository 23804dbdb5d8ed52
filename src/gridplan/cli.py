"""The command line: reads arguments, calls the library, prints. The only module that prints."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from gridplan.config import EFFORTS, Rules
from gridplan.errors import GridplanError
from gridplan.progress import Report
from gridplan.schema import ROLES

if TYPE_CHECKING:
    from gridplan.plan import Plan

EXIT_ERROR: Final = 1
EXIT_RULE_BROKEN: Final = 3
EXIT_INTERRUPTED: Final = 130

LISTED: Final = 12
"""Findings of one severity that are printed; the rest stand in the plan."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gridplan")
def main() -> None:
    r"""Draw the community grids (网格) of a city district.

    \b
    gridplan sample district           make up a district to try things on
    gridplan partition district -o out draw its grids, write the plan
    """
    for stream in (sys.stdout, sys.stderr):
        # A GBK console lacks some characters: print a question mark rather than fail.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)


def _role_options(command: Callable[..., None]) -> Callable[..., None]:
    for role in reversed(ROLES):
        text = f"{role.capitalize()} ({ROLES[role][0]}), if not in INPUT."
        command = click.option(f"--{role}", metavar="FILE[:LAYER]", help=text)(command)
    return command


@main.command()
@click.argument("source", metavar="[INPUT]", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", metavar="OUT", type=click.Path(path_type=Path), required=True, help="Folder to write.")
@click.option("--rules", "rule_file", metavar="FILE", type=click.Path(path_type=Path), help="Rule file (TOML).")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the search.")
@click.option("--effort", default="normal", show_default=True, type=click.Choice(EFFORTS), help="How long to search.")
@click.option(
    "--time-limit", metavar="S", type=click.FloatRange(min=0, min_open=True), help="Stop searching after S seconds."
)
@click.option("--jobs", metavar="N", type=click.IntRange(min=1), help="Threads; all cores if not given.")
@click.option("--crs", metavar="EPSG", help="CRS of layers that name none, or a wrong one.")
@click.option("--encoding", metavar="E", help="Encoding of the text in DBF and CSV files.")
@_role_options
@click.pass_context
def partition(ctx: click.Context, /, source: Path | None, output: Path, rule_file: Path | None, **options: Any) -> None:  # noqa: ANN401
    """Draw the grids of the district in INPUT and write the plan into OUT.

    INPUT is a folder or a GeoPackage whose layers are named by role (buildings 楼栋, communities 社区, ...); layers can
    also be given one by one. Only buildings are required.
    """
    given = {role: options.pop(role) for role in ROLES}
    roles = {role: file for role, file in given.items() if file is not None}
    if source is None and "buildings" not in roles:
        msg = "give INPUT, or at least --buildings"
        raise click.UsageError(msg)
    with exit_on_error(), progress() as report:
        from gridplan.pipeline import partition_district  # noqa: PLC0415  --help stays fast

        rules = Rules() if rule_file is None else Rules.from_toml(rule_file)
        options["rng"] = options.pop("seed")
        plan = partition_district(source, output, roles=roles, rules=rules, report=report, **options)
    _print_findings(plan)
    _print_result(plan, output)
    if (plan.findings["severity"] == "error").any():
        ctx.exit(EXIT_RULE_BROKEN)


@main.command()
@click.argument("output", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--households", default=30_000, show_default=True, type=click.IntRange(min=1_000), help="How many.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), help="Seed of the district.")
def sample(output: Path, households: int, seed: int) -> None:
    """Make up a district, as a bureau would send it, and write its layers into OUT."""
    with exit_on_error(), progress() as report:
        from gridplan.sample import make_sample  # noqa: PLC0415  --help stays fast

        make_sample(output, households=households, seed=seed, report=report)
    click.echo(f"{households} made-up households -> {output}")


def _print_findings(plan: "Plan") -> None:
    for severity in ("error", "warning", "notice"):
        rows = plan.findings[plan.findings["severity"] == severity]
        for reason, subject in zip(rows["reason"][:LISTED], rows["subject"], strict=False):
            click.echo(f"{severity}: {subject}: {reason}", err=True)
        if len(rows) > LISTED:
            click.echo(f"{severity}: {len(rows) - LISTED} more in the findings of the plan", err=True)


def _print_result(plan: "Plan", output: Path) -> None:
    score = plan.score()
    basis = plan.rules.household_basis
    click.echo(
        f"{score['grids']} grids, {score['households']} households ({basis}), "
        f"{score['out']} grids outside {plan.rules.lower}..{plan.rules.upper} -> {output}"
    )


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn errors of gridplan and Ctrl-C into one line and an exit code."""
    try:
        yield
    except GridplanError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        click.echo("interrupted: nothing was written", err=True)
        sys.exit(EXIT_INTERRUPTED)


@contextmanager
def progress() -> Iterator[Report]:
    """Show bars on a terminal, plain lines in a log; both on stderr."""
    if not sys.stderr.isatty():
        yield _lines()
        return
    from rich.console import Console  # noqa: PLC0415  only where there is a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, Any] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield report


def _lines() -> Report:
    """One line when a stage begins and one when it ends."""
    begun: set[str] = set()

    def report(stage: str, done: int, total: int) -> None:
        if stage not in begun:
            begun.add(stage)
            click.echo(f"{stage} ...", err=True)
        if done == total:
            click.echo(f"{stage}: {total} done", err=True)

    return report
