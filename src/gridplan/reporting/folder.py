"""The folder of a plan: written whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pyogrio.errors import DataLayerError, DataSourceError

from gridplan.config import Rules
from gridplan.errors import OutputError
from gridplan.model import PlanData
from gridplan.progress import Report, Stages, silent, timed
from gridplan.reporting.geopackage import write_geopackage
from gridplan.reporting.summary import summarise, write_summary
from gridplan.reporting.tables import write_buildings, write_geojson
from gridplan.reporting.webpage import render_page

Step = Callable[[], object]

MARKS: Final = ("summary.json", "plan.gpkg")
"""Files by which a former plan is known."""

FILES: Final = (
    *MARKS, "grids.geojson", "buildings.csv", "roster.xlsx", "plan.html",
    "plan.gpkg-wal", "plan.gpkg-shm", "plan.gpkg-journal",
)  # fmt: skip
"""Files a new plan takes the place of, with those QGIS leaves beside an open one."""


def write_plan(plan: PlanData, rules: Rules, out: Path, *, report: Report = silent) -> None:
    """Write a plan into a folder, whole or not at all.

    All files are made in a sibling folder which then takes the place of `out` in one step; whatever goes wrong, `out`
    is what it was before. Other people's files in the folder of a former plan are kept.

    Parameters
    ----------
    plan : PlanData
        The plan.
    rules : Rules
        The rules it was made by.
    out : Path
        A folder that is new, empty, or holds a former plan to be replaced.
    report : Report
        Progress callback.

    Raises
    ------
    OutputError
        If the folder holds anything but a plan, or cannot be written.
    """
    check_folder(out)
    out = out.absolute().resolve()
    made = _make_parents(out)
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        draft.mkdir()
        _fill(draft, plan, rules, report)
        _swap(draft, out)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        _remove_empty(made)
        if isinstance(error, OSError | DataSourceError | DataLayerError):
            msg = f"{out}: need a folder that can be written, found {error}; close open files or choose another folder"
            raise OutputError(msg) from error
        raise


def check_folder(out: Path) -> None:
    """Check that a plan may be written into a folder, before hours are spent on it.

    Parameters
    ----------
    out : Path
        The folder; it need not exist.

    Raises
    ------
    OutputError
        If it is a file, holds anything but a plan, or lies where nothing can be written.
    """
    if out.exists() and not out.is_dir():
        msg = f"{out}: need a folder, found a file; choose another name"
        raise OutputError(msg)
    if out.is_dir() and any(out.iterdir()) and not _holds_plan(out):
        msg = f"{out}: need a new or empty folder or one with a former plan, found other files; choose another folder"
        raise OutputError(msg)
    home = next(p for p in out.absolute().resolve().parents if p.exists())
    if not home.is_dir() or not os.access(home, os.W_OK | os.X_OK):
        msg = f"{out}: need a place that can be written, found {home} closed; choose another folder"
        raise OutputError(msg)


def _fill(draft: Path, plan: PlanData, rules: Rules, report: Report) -> None:
    stages: Stages = {}
    steps: tuple[Step, ...] = (
        lambda: write_geopackage(plan, rules, draft / "plan.gpkg"),
        # A plan on a local grid has no longitude and latitude to write.
        lambda: None if plan.crs.is_engineering else write_geojson(plan, rules, draft / "grids.geojson"),
        lambda: write_buildings(plan, draft / "buildings.csv"),
        lambda: (draft / "plan.html").write_text(render_page(plan, rules), "utf-8"),
    )
    with timed(stages, "writing"):
        for done, step in enumerate(steps):
            report("writing", done, len(steps))
            step()
        summary = summarise(plan, rules)
    summary["stages"] = {**summary["stages"], **stages}
    write_summary(summary, draft / "summary.json")
    report("writing", len(steps), len(steps))


def _holds_plan(out: Path) -> bool:
    return all((out / name).is_file() for name in MARKS)


def _swap(draft: Path, out: Path) -> None:
    """Put the draft in the place of `out`; what stood there comes back when that fails."""
    if not out.exists():
        draft.replace(out)
        return
    aside = out.with_name(draft.name.removesuffix("part") + "old")
    out.replace(aside)
    try:
        draft.replace(out)
    except BaseException:
        aside.replace(out)
        raise
    for path in aside.iterdir():
        if path.name not in FILES:
            path.replace(out / path.name)
    shutil.rmtree(aside, ignore_errors=True)


def _make_parents(out: Path) -> list[Path]:
    """Make the missing folders above `out` and return them, deepest first."""
    missing = [p for p in out.parents if not p.exists()]
    out.parent.mkdir(parents=True, exist_ok=True)
    return missing


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
