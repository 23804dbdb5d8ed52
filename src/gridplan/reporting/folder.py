"""The folder of a plan: written whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Final

from pyogrio.errors import DataLayerError, DataSourceError

from gridplan.config import Rules
from gridplan.errors import OutputError
from gridplan.language import say
from gridplan.model import PlanData
from gridplan.progress import Report, Stages, silent, timed
from gridplan.reporting.geopackage import write_geopackage
from gridplan.reporting.qgisproject import write_project
from gridplan.reporting.summary import summarise, write_summary
from gridplan.reporting.tables import write_buildings, write_geojson
from gridplan.reporting.webpage import render_page

Step = Callable[[], object]

MARKS: Final = ("summary.json", "plan.gpkg")
"""Files by which a former plan is known."""

FILES: Final = (
    *MARKS, "grids.geojson", "buildings.csv", "plan.xlsx", "roster.xlsx", "plan.html", "plan.qgz",
    "plan.gpkg-wal", "plan.gpkg-shm", "plan.gpkg-journal",
)  # fmt: skip
"""Files a new plan takes the place of, with those QGIS leaves beside an open one."""


def write_plan(
    plan: PlanData, rules: Rules, out: Path, *, names: Mapping[str, str] | None = None, report: Report = silent
) -> None:
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
    names : mapping of str to str, optional
        Person id -> name, for the roster alone.
    report : Report
        Progress callback.

    Raises
    ------
    OutputError
        If the folder holds anything but a plan, or cannot be written.
    """
    write_folder(out, lambda draft: _fill(draft, plan, rules, names, report), marks=MARKS, files=FILES)


def write_folder(
    out: Path, fill: Callable[[Path], object], *, marks: Collection[str] = MARKS, files: Collection[str] = FILES
) -> None:
    """Write files into a folder, whole or not at all.

    Parameters
    ----------
    out : Path
        A folder that is new, empty, or holds former files to be replaced.
    fill : callable
        Writes the files into a folder it is given.
    marks : collection of str
        Files by which former ones are known.
    files : collection of str
        Files that the new ones take the place of.

    Raises
    ------
    OutputError
        If the folder holds anything but former files, or cannot be written.
    """
    check_folder(out, marks)
    out = out.absolute().resolve()
    made = _make_parents(out)
    draft = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        draft.mkdir()
        fill(draft)
        _swap(draft, out, files)
    except BaseException as error:
        shutil.rmtree(draft, ignore_errors=True)
        _remove_empty(made)
        if isinstance(error, OSError | DataSourceError | DataLayerError):
            raise OutputError(
                say(
                    "{out}: need a folder that can be written, found {error}; close open files or choose another "
                    "folder",
                    out=out,
                    error=error,
                )
            ) from error
        raise


def write_file(path: Path, fill: Callable[[Path], object]) -> None:
    """Write one file, whole or not at all.

    Parameters
    ----------
    path : Path
        File to make or to replace.
    fill : callable
        Writes the file it is given.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        fill(draft)
        draft.replace(path)
    except OSError as error:
        raise OutputError(
            say(
                "{path}: need a file that can be written, found {error}; close it or choose another",
                path=path,
                error=error.strerror,
            )
        ) from error
    finally:
        draft.unlink(missing_ok=True)


def write_text(text: str, path: Path) -> None:
    """Write a text file in UTF-8, whole or not at all.

    Parameters
    ----------
    text : str
        Its content.
    path : Path
        File to make or to replace.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    write_file(path, lambda draft: draft.write_text(text, "utf-8"))


def check_folder(out: Path, marks: Collection[str] = MARKS) -> None:
    """Check that files may be written into a folder, before hours are spent on them.

    Parameters
    ----------
    out : Path
        The folder; it need not exist.
    marks : collection of str
        Files by which former ones are known.

    Raises
    ------
    OutputError
        If it is a file, holds anything but former files, or lies where nothing can be written.
    """
    if out.exists() and not out.is_dir():
        raise OutputError(say("{out}: need a folder, found a file; choose another name", out=out))
    if out.is_dir() and any(out.iterdir()) and not all((out / name).is_file() for name in marks):
        raise OutputError(
            say(
                "{out}: need a new or empty folder, or one with former results, found other files; choose another "
                "folder",
                out=out,
            )
        )
    home = next(p for p in out.absolute().resolve().parents if p.exists())
    if not home.is_dir() or not os.access(home, os.W_OK | os.X_OK):
        raise OutputError(
            say(
                "{out}: need a place that can be written, found {home} closed; choose another folder",
                out=out,
                home=home,
            )
        )


def _fill(draft: Path, plan: PlanData, rules: Rules, names: Mapping[str, str] | None, report: Report) -> None:
    from gridplan.reporting.workbook import write_workbook  # noqa: PLC0415 - what only reads a plan needs no openpyxl

    stages: Stages = {}
    steps: list[Step] = [
        lambda: write_geopackage(plan, rules, draft / "plan.gpkg"),
        lambda: write_project(plan, rules, draft / "plan.gpkg", draft / "plan.qgz"),
        # A plan on a local grid has no longitude and latitude to write.
        lambda: None if plan.crs.is_engineering else write_geojson(plan, rules, draft / "grids.geojson"),
        lambda: write_buildings(plan, draft / "buildings.csv"),
        lambda: write_workbook(plan, rules, draft / "plan.xlsx"),
        lambda: (draft / "plan.html").write_text(render_page(plan, rules), "utf-8"),
    ]
    if len(plan.forces):
        from gridplan.reporting.roster import write_roster  # noqa: PLC0415  only plans with personnel need openpyxl

        steps.append(lambda: write_roster(plan, rules, draft / "roster.xlsx", names))
    with timed(stages, "writing"):
        for done, step in enumerate(steps):
            report("writing", done, len(steps))
            step()
        summary = summarise(plan, rules)
    summary["stages"] = {**summary["stages"], **stages}
    write_summary(summary, draft / "summary.json")
    report("writing", len(steps), len(steps))


def _swap(draft: Path, out: Path, files: Collection[str]) -> None:
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
        if path.name not in files:
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
