"""Jobs on a finished plan that need people: assign a roster, and plan an emergency."""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from gridplan import deployment, reading, reporting
from gridplan.config import Rules
from gridplan.model import Finding, PlanData, findings_frame
from gridplan.plan import Plan, read_plan
from gridplan.progress import Report, Stages, silent, timed

ROSTER_CODE: Final = "roster_"
"""How the codes of findings about a roster begin."""


def serve(
    data: PlanData, people: pd.DataFrame, rules: Rules, **options: Any,  # noqa: ANN401
) -> tuple[PlanData, tuple[Finding, ...]]:  # fmt: skip
    """Put a roster into a plan.

    Parameters
    ----------
    data : PlanData
        The plan.
    people : DataFrame
        The canonical columns of personnel.
    rules : Rules
        The forces.
    **options
        As of `deployment.deploy`.

    Returns
    -------
    PlanData
        With assignment, forces, persons and shortages.
    tuple of Finding
        What an office should know.
    """
    served = deployment.deploy(data, people, rules, **options)
    frames = {name: getattr(served, name) for name in ("assignment", "forces", "persons", "shortages")}
    return dataclasses.replace(data, **frames), served.findings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Emergency(deployment.Response):
    """The response to a hazard: the frames of `deployment.Response`, and how they are written."""

    def write(self, out: str | Path) -> None:
        """Write ``emergency.xlsx`` and ``emergency.gpkg`` into a folder, whole or not at all.

        Parameters
        ----------
        out : path
            A new or empty folder, or one that holds an emergency to be replaced.

        Raises
        ------
        OutputError
            If the folder holds anything else, or cannot be written.
        """
        frames = {name: getattr(self, name) for name in ("situation", "dispatch", "reach")}
        reporting.write_emergency(Path(out), self.places, self.bases, frames, self.totals, self.findings)


def assign_personnel(
    plan: PlanData,
    personnel: str | Path | pd.DataFrame | reading.Roster,
    rules: Rules | None = None,
    *,
    jurisdictions: str | Path | gpd.GeoDataFrame | None = None,
    rng: int = 0,
    effort: str = "normal",
    encoding: str | None = None,
    report: Report = silent,
) -> Plan:
    """Send the persons of a roster into the grids of a plan.

    Parameters
    ----------
    plan : PlanData
        The plan; a former roster in it is replaced.
    personnel : path, DataFrame or Roster
        ``FILE``, ``FILE:sheet`` or a table, under the names of `schema.FIELDS`.
    rules : Rules or None
        Their table ``[deployment]`` is used; None takes the rules of the plan.
    jurisdictions : path, GeoDataFrame or None
        Polygons with the names that the column `area` of the roster refers to.
    rng : int
        Seed of the searches; the same seed gives the same roster.
    effort : {"fast", "normal", "thorough"}
        How long to search where no exact method is known.
    encoding : str or None
        Encoding of text files; None lets the bytes decide.
    report : Report
        Progress callback, stage "deployment".

    Returns
    -------
    Plan
        With assignment, forces, persons, shortages, and findings that begin with ``roster_``.

    Raises
    ------
    GridplanError
        If the roster cannot be used; all faults at once.
    """
    roster, areas = _take_roster(plan, personnel, encoding), jurisdictions
    if isinstance(areas, str | Path):
        areas = reading.read_areas("jurisdictions", areas, plan.crs, _middle(plan), encoding=encoding)
    made = Rules.from_mapping(plan.run["rules"])
    rules = dataclasses.replace(made, deployment=(rules or made).deployment)
    stages: Stages = {}
    with timed(stages, "deployment"):
        data, found = serve(plan, roster.people, rules, areas=areas, rng=rng, effort=effort, report=report)
    old = plan.findings[~plan.findings["code"].str.startswith(ROSTER_CODE)]
    new = findings_frame((*roster.findings, *found), plan.crs)
    kept = [s for s in plan.run["sources"] if s.get("role") != "personnel"]
    run = plan.run | {
        "rules": rules.to_mapping(), "sources": [*kept, roster.source], "stages": plan.run["stages"] | stages
    }  # fmt: skip
    findings = gpd.GeoDataFrame(pd.concat([f for f in (old, new) if len(f)] or [new], ignore_index=True), crs=plan.crs)
    return Plan.of(dataclasses.replace(data, findings=findings, run=run))


def assign_district(
    place: str | Path,
    personnel: str | Path,
    out: str | Path | None = None,
    *,
    names: bool = False,
    encoding: str | None = None,
    report: Report = silent,
    **options: Any,  # noqa: ANN401
) -> Plan:
    """Read a plan and a roster, assign, and write the plan with its roster.

    Parameters
    ----------
    place : path
        The folder of a plan, or its ``plan.gpkg``.
    personnel : path
        ``FILE`` or ``FILE:sheet``.
    out : path or None
        Folder to write, whole or not at all; None writes the plan's own folder anew.
    names : bool
        Print the names of persons in ``roster.xlsx``, and nowhere else.
    encoding : str or None
        Encoding of text files; None lets the bytes decide.
    report : Report
        Progress callback.
    **options
        rules, jurisdictions, rng and effort, as of `assign_personnel`.

    Returns
    -------
    Plan
        The plan that was written.

    Raises
    ------
    GridplanError
        If an input cannot be used, or the folder cannot be written.
    """
    plan = read_plan(place)
    folder = Path(out) if out is not None else Path(place) if Path(place).is_dir() else Path(place).parent
    reporting.check_folder(folder)
    roster = reading.read_roster(personnel, plan.crs, _middle(plan), encoding=encoding, names=names)
    plan = assign_personnel(plan, roster, encoding=encoding, report=report, **options)
    plan.write(folder, names=roster.names, report=report)
    return plan


def plan_emergency(
    plan: PlanData,
    hazard: str | Path | gpd.GeoDataFrame,
    personnel: str | Path | pd.DataFrame | reading.Roster | None = None,
    rules: Rules | None = None,
    *,
    bases: str | Path | gpd.GeoDataFrame | None = None,
    number: int | None = None,
    encoding: str | None = None,
) -> Emergency:
    """Plan the response to a hazard: what is affected, who is sent, which bases reach which grids in time.

    Parameters
    ----------
    plan : PlanData
        The plan.
    hazard : path or GeoDataFrame
        Where the hazard is; a column `skills` names what persons sent there must have.
    personnel : path, DataFrame, Roster or None
        The staff of organs among them are sent, by residence first, by employer second (Article 26).
    rules : Rules or None
        Their tables ``[deployment]`` and ``[emergency]`` are used; None takes the rules of the plan.
    bases : path, GeoDataFrame or None
        Where the mobile team may start from; None takes the centre of every grid (Article 27).
    number : int or None
        How many bases there may be; None takes the fewest that reach every grid.
    encoding : str or None
        Encoding of text files; None lets the bytes decide.

    Returns
    -------
    Emergency
        Situation, dispatch, bases, reach, totals and findings.

    Raises
    ------
    GridplanError
        If an input cannot be used; all faults of a roster at once.
    """
    near = _middle(plan)
    areas = [
        reading.read_areas(role, layer, plan.crs, near, encoding=encoding) if isinstance(layer, str | Path) else layer
        for role, layer in (("hazards", hazard), ("bases", bases))
    ]
    roster = None if personnel is None else _take_roster(plan, personnel, encoding)
    rules = rules or Rules.from_mapping(plan.run["rules"])
    people = roster.people if roster else None
    found = deployment.respond(plan, areas[0], rules, people=people, bases=areas[1], number=number)
    frames = {f.name: getattr(found, f.name) for f in dataclasses.fields(found)}
    told = roster.findings if roster else ()
    return Emergency(**frames | {"findings": (*told, *found.findings)})


def respond_district(place: str | Path, hazard: str | Path, out: str | Path, **options: Any) -> Emergency:  # noqa: ANN401
    """Read a plan, plan the response to a hazard, and write it.

    Parameters
    ----------
    place : path
        The folder of a plan, or its ``plan.gpkg``.
    hazard : path
        ``FILE`` or ``FILE:layer``.
    out : path
        Folder to write, whole or not at all.
    **options
        As of `plan_emergency`.

    Returns
    -------
    Emergency
        What was written.

    Raises
    ------
    GridplanError
        If an input cannot be used, or the folder cannot be written.
    """
    plan = read_plan(place)
    reporting.check_folder(Path(out), reporting.EMERGENCY_FILES)
    found = plan_emergency(plan, hazard, **options)
    found.write(out)
    return found


def _take_roster(
    plan: PlanData, personnel: str | Path | pd.DataFrame | reading.Roster, encoding: str | None
) -> reading.Roster:
    if isinstance(personnel, reading.Roster):
        return personnel
    if isinstance(personnel, pd.DataFrame):
        return reading.roster_of(personnel, plan.crs, _middle(plan))
    return reading.read_roster(personnel, plan.crs, _middle(plan), encoding=encoding)


def _middle(plan: PlanData) -> tuple[float, float]:
    """Give a place in the district, in metres."""
    left, low, right, high = plan.grids.total_bounds
    return (left + right) / 2, (low + high) / 2
