"""What the commands print: errors with their exit codes, progress, findings."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from gridplan.errors import GridplanError
from gridplan.language import say, word
from gridplan.progress import Report
from gridplan.schema import SEVERITIES

if TYPE_CHECKING:
    import pandas as pd

EXIT_ERROR: Final = 1
EXIT_RULE_BROKEN: Final = 3
EXIT_INTERRUPTED: Final = 130

LISTED: Final = 12
"""Findings of one severity that are printed; the rest stand in the plan."""


@contextmanager
def exit_on_error() -> Iterator[None]:
    """Turn errors of gridplan and Ctrl-C into one line and an exit code."""
    try:
        yield
    except GridplanError as error:
        click.echo(say("error: {error}", error=error.args[0] if error.args else error), err=True)
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


def print_findings(findings: "pd.DataFrame") -> None:
    """Print the first findings of each severity on stderr.

    Parameters
    ----------
    findings : DataFrame
        As `findings_frame` lays them out.
    """
    for severity in SEVERITIES:
        rows = findings[findings["severity"] == severity]
        for reason, subject in zip(rows["reason"][:LISTED], rows["subject"], strict=False):
            line = say("{severity}: {subject}: {reason}", severity=word(severity), subject=word(subject), reason=reason)
            click.echo(line, err=True)
        if len(rows) > LISTED:
            more = len(rows) - LISTED
            click.echo(say("{severity}: {count} more in the findings", severity=word(severity), count=more), err=True)
