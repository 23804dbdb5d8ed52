"""What the commands print: errors with their exit codes, progress, layers and findings."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from gridplan.errors import GridplanError
from gridplan.language import join, say, word
from gridplan.progress import Report
from gridplan.schema import SEVERITIES

if TYPE_CHECKING:
    import pandas as pd

    from gridplan.check import Check

EXIT_ERROR: Final = 1
EXIT_RULE_BROKEN: Final = 3
EXIT_INTERRUPTED: Final = 130

LISTED: Final = 12
"""Findings of one severity that are printed; the rest stand in the plan."""

_WIDTH: Final = 120  # where there is no terminal to ask


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn errors of gridplan and Ctrl-C into one line and an exit code."""
    try:
        yield
    except GridplanError as error:
        click.echo(say("error: {error}", error=error.message), err=True)
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        click.echo(say("interrupted: nothing was written"), err=True)
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
                tasks[stage] = bars.add_task(word(stage), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield report


def _lines() -> Report:
    """One line when a stage begins and one when it ends."""
    begun: set[str] = set()

    def report(stage: str, done: int, total: int) -> None:
        if stage not in begun:
            begun.add(stage)
            click.echo(say("{stage} ...", stage=word(stage)), err=True)
        if done == total:
            click.echo(say("{stage}: {count} done", stage=word(stage), count=total), err=True)

    return report


def print_layers(check: "Check", *, err: bool = True) -> None:
    """Print the table of the layers and what was assumed about them.

    Parameters
    ----------
    check : Check
        What was found.
    err : bool
        On stderr, else on stdout.
    """
    from rich.console import Console  # noqa: PLC0415  --help stays fast
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("role", "file", "state", "rows", "crs", "encoding", "fields"):
        table.add_column(word(name), overflow="fold", justify="right" if name == "rows" else "left")
    layers = check.layers.to_dict("records")
    for row in layers:
        fields = "  ".join(f"{name}={column}" for name, column in row["fields"].items())
        cells = (word(row["role"]), row["file"], word(row["state"]), row["rows"], row["crs"], row["encoding"], fields)
        table.add_row(*map(str, cells))
    stream = sys.stderr if err else sys.stdout
    width = None if stream.isatty() else _WIDTH
    if layers:
        Console(file=stream, width=width, highlight=False, markup=False, emoji=False).print(table)
    for row in layers:
        for sentence in row["assumptions"]:
            click.echo(say("{role}: {sentence}", role=word(row["role"]), sentence=sentence), err=err)


def print_findings(findings: "pd.DataFrame", *, err: bool = True) -> None:
    """Print the first findings of each severity.

    Parameters
    ----------
    findings : DataFrame
        As `findings_frame` lays them out.
    err : bool
        On stderr, else on stdout.
    """
    for severity in SEVERITIES:
        rows = findings[findings["severity"] == severity]
        for reason, subject in zip(rows["reason"][:LISTED], rows["subject"], strict=False):
            line = say("{severity}: {subject}: {reason}", severity=word(severity), subject=word(subject), reason=reason)
            click.echo(line, err=err)
        if len(rows) > LISTED:
            more = len(rows) - LISTED
            click.echo(say("{severity}: {count} more in the findings", severity=word(severity), count=more), err=err)


def print_check(check: "Check") -> None:
    """Print the layers and the findings of a check on stdout.

    Parameters
    ----------
    check : Check
        What was found.
    """
    print_layers(check, err=False)
    print_findings(check.findings, err=False)
    counts = check.findings["severity"].value_counts()
    told = join([say("{severity} {count}", severity=word(s), count=counts.get(s, 0)) for s in SEVERITIES])
    verdict = say("usable: a plan can be made") if check.usable else say("unusable: correct the errors first")
    click.echo(say("{counts}; {verdict}", counts=told, verdict=verdict))


def print_json(check: "Check") -> None:
    """Print a check on stdout as JSON.

    Parameters
    ----------
    check : Check
        What was found.
    """
    click.echo(json.dumps(check.to_dict(), ensure_ascii=False, indent=2, default=lambda value: value.item()))
