"""The order of the stages, and only that: read, draw the fabric, partition, draw the grids, audit, write."""

import dataclasses
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan import planning, reading, reporting
from gridplan.check import Check
from gridplan.config import EXCLUSIVE, Rules
from gridplan.database import is_database
from gridplan.edits import Edits
from gridplan.geometry.grids import draw_grids
from gridplan.groundwork import Groundwork, core_arrays, divide_ground, lay_ground, settle_ground
from gridplan.intake import all_set_aside, examine_district
from gridplan.model import Fabric, Layers, Partition, PlanData, findings_frame
from gridplan.nesting import nest_grids
from gridplan.plan import Plan
from gridplan.progress import Report, Stages, silent, timed
from gridplan.schema import ASSIGNMENT_COLUMNS
from gridplan.staffing import serve

AREAL: Final = 2
"""Dimension of a polygon in shapely."""


def make_plan(
    layers: Layers,
    rules: Rules | None = None,
    *,
    rng: int = 0,
    effort: str = "normal",
    time_limit: float | None = None,
    jobs: int | None = None,
    edits: Edits | str | Path | None = None,
    previous: PlanData | str | Path | None = None,
    report: Report = silent,
) -> Plan:
    """Draw the grids of a district and audit them.

    Parameters
    ----------
    layers : Layers
        The district, as `read_layers` gives it.
    rules : Rules or None
        None takes the defaults.
    rng : int
        Seed; the same seed and layers give the same plan.
    effort : {"fast", "normal", "thorough"}
        How long to search.
    time_limit : float or None
        Seconds after which the search stops with the best plan so far; such a plan is marked non-reproducible.
    jobs : int or None
        Threads; None takes every core. The plan does not depend on it.
    edits : Edits, path or None
        What is settled by hand, or the file that says so, JSON or drawn on a map: it is kept, and the rest is planned
        around it.
    previous : PlanData, path or None
        A former plan that goes on, or its folder or ``plan.gpkg``: the search begins there, households that leave
        their grid cost `rules.cost.change`, and codes continue.
    report : Report
        Progress callback.

    Returns
    -------
    Plan
        With findings and certificate.

    Raises
    ------
    GridplanError
        If the layers or options cannot be used; the message says what to do.
    """
    options = {
        "rng": rng,
        "effort": effort,
        "time_limit": time_limit,
        "jobs": jobs,
        "edits": edits,
        "previous": previous,
    }
    return _plan(layers, rules or Rules(), options, {}, report)


def partition_district(
    source: str | Path | None,
    out: str | Path,
    *,
    roles: Mapping[str, str | Path] | None = None,
    rules: Rules | None = None,
    crs: str | int | None = None,
    encoding: str | None = None,
    fields: Mapping[str, Mapping[str, str]] | None = None,
    checked: Callable[[Check], object] | None = None,
    report: Report = silent,
    **options: Any,  # noqa: ANN401
) -> Plan:
    """Read a district, plan it, and write the plan: the main job.

    Parameters
    ----------
    source : path or None
        Folder or GeoPackage with layers named by role.
    out : path
        Folder to write, whole or not at all; or a schema of PostGIS, ``postgresql://user@host/database/schema``.
    roles : dict or None
        Role -> ``FILE`` or ``FILE:layer``; beside or instead of `source`.
    rules : Rules or None
        None takes the defaults.
    crs, encoding : str or None
        Overrule what the files say.
    fields : mapping or None
        Role -> canonical field -> field of the file; None matches them by name.
    checked : callable or None
        Told what reading found, before the plan is made.
    report : Report
        Progress callback.
    **options
        rng, effort, time_limit, jobs, edits and previous, as of `make_plan`.

    Returns
    -------
    Plan
        The plan that was written.

    Raises
    ------
    GridplanError
        If an input or an option cannot be used, or the folder cannot be written.
    """
    rules = rules or Rules()
    stages: Stages = {}
    if is_database(out):
        reporting.check_database(str(out))
    else:
        reporting.check_folder(Path(out))
    with timed(stages, "reading"):
        check = examine_district(
            source, roles=roles, rules=rules, crs=crs, encoding=encoding, fields=fields, report=report
        )
    if checked is not None:
        checked(check)
    layers = check.require()
    plan = _plan(layers, rules, options, stages, report)
    plan.write(out, report=report)
    return plan


def _plan(layers: Layers, rules: Rules, options: dict[str, Any], stages: Stages, report: Report) -> Plan:
    edits, previous = options.pop("edits", None), options.pop("previous", None)
    ground = lay_ground(layers, rules, edits=edits, previous=previous, stages=stages, report=report)
    with timed(stages, "partition"):
        ground = settle_ground(ground, rules, options.get("effort", "normal"))
        fabric, partition, more = divide_ground(ground, rules, options, report)
    load, people, found = ground.load, ground.people, ground.findings + more
    now = datetime.now(UTC)
    with timed(stages, "drawing"):
        drawn = _draw(ground, fabric, partition, now)
    if load is not None:
        drawn["grids"]["load"] = _sum_load(fabric, load, drawn)
    drawn["grids"]["workers"] = spread_workers(drawn["grids"], fabric.communities)
    if rules.micro.draw:
        with timed(stages, "micro"):
            chosen = {key: options[key] for key in ("rng", "effort", "jobs") if options.get(key) is not None}
            drawn |= nest_grids(fabric, layers, drawn, rules, **chosen)
    told = {
        "load_terms": None if load is None else rules.considerations.terms(),
        "edits": None if ground.edits == Edits() else ground.edits.to_mapping(),
        "previous": None if ground.kept is None else planning.name_plan(ground.kept.plan),
    }
    run = {
        "version": version("gridplan"),
        "created": now.isoformat(timespec="seconds"),
        "seed": options.get("rng", 0),
        "effort": options.get("effort", "normal"),
        "time_limit": options.get("time_limit"),
        "reproducible": partition.reproducible,
        "rules": rules.to_mapping(),
        "sources": [reading.plain_source(s) for s in layers.sources],
        "stages": stages,
        **{key: value for key, value in told.items() if value is not None},
    }
    data = PlanData(
        crs=layers.crs,
        buildings=fabric.buildings,
        communities=fabric.communities,
        assignment=pd.DataFrame(columns=list(ASSIGNMENT_COLUMNS)),
        set_aside=all_set_aside(layers, fabric),
        findings=findings_frame((), layers.crs),
        context=context_of(layers, fabric),
        run=run,
        **footprints_of(layers, fabric),
        **drawn,
    )
    if people is not None:
        with timed(stages, "deployment"):
            chosen = {key: options[key] for key in ("rng", "effort") if key in options}
            data, more = serve(data, people, rules, areas=layers.jurisdictions, new_codes=True, report=report, **chosen)
            found += (*more, *planning.tell_committee(data, planning.count_committee(data, people, rules), rules))
    with timed(stages, "audit"):
        report("audit", 0, 1)
        findings = (*layers.findings, *fabric.findings, *found, *reporting.audit(data, rules))
        data = dataclasses.replace(data, findings=findings_frame(findings, layers.crs))
        data = dataclasses.replace(data, explanations=tell_why(data, fabric, rules, load))
        report("audit", 1, 1)
    return Plan.of(data)


def _draw(ground: Groundwork, fabric: Fabric, partition: Partition, now: datetime) -> dict[str, Any]:
    """Draw the grids; those that are settled by hand or go on keep their codes."""
    kept, codes = ground.kept, ground.codes(partition.labels)
    used = set[str]() if kept is None else kept.used
    drawn = draw_grids(fabric, partition, ground.layers.facilities, now.astimezone().date(), codes, used)
    return drawn if kept is None else drawn | kept.record(drawn["grids"], drawn["units"])


def spread_workers(grids: pd.DataFrame, communities: pd.DataFrame) -> "pd.Series[float]":
    """Share the grid workers of each community out over its grids, exclusive ones left out.

    Parameters
    ----------
    grids : DataFrame, n rows
        community, community_code, profile.
    communities : DataFrame
        community, community_code, and grid_workers where they are known.

    Returns
    -------
    Series, n values
        Persons by grid; NaN where nothing is known, and for exclusive grids.
    """
    key = ["community", "community_code"]
    if "grid_workers" not in communities:
        return pd.Series(np.nan, index=grids.index)
    own = grids[grids["profile"] != EXCLUSIVE]
    count = own.groupby(key).size().rename("grids").reset_index()
    known = communities[[*key, "grid_workers"]].drop_duplicates(key).merge(count, on=key)
    share = grids[key].merge(known.assign(share=known["grid_workers"] / known["grids"]), on=key, how="left")["share"]
    return share.set_axis(grids.index).where(grids["profile"] != EXCLUSIVE).astype("float64").round(2)


def tell_why(data: PlanData, fabric: Fabric, rules: Rules, load: NDArray[np.float64] | None) -> pd.DataFrame:
    """Tell why the grids that will be asked about are as they are: those outside the band, or with a finding.

    Parameters
    ----------
    data : PlanData
        The plan, with its findings.
    fabric : Fabric
        Its units and borders.
    rules : Rules
        Sizes and prices.
    load : float64[n_units] or None
        Load of each unit of the fabric; None is its households.

    Returns
    -------
    DataFrame
        `schema.EXPLANATION_COLUMNS`.
    """
    outside = data.grids.loc[~data.grids["in_band"].astype(bool), "grid_code"]
    asked = {*outside, *data.findings.loc[data.findings["severity"] != "notice", "subject"]}
    codes = data.units.set_index("unit_id")["grid_code"].reindex(fabric.units["unit_id"]).to_numpy(dtype=object)
    return planning.explain_grids(ground_of(fabric, codes, rules, load), asked)


def ground_of(
    fabric: Fabric, codes: NDArray[np.object_], rules: Rules, load: NDArray[np.float64] | None,
    chosen: NDArray[np.bool_] | None = None,
) -> planning.Ground:  # fmt: skip
    """Lay units and their grids out as explanations take them; units in no grid are left out.

    Parameters
    ----------
    fabric : Fabric
        Units and borders.
    codes : object[n_units]
        Code of the grid of each unit, "" for none.
    rules : Rules
        Sizes and prices.
    load : float64[n_units] or None
        Load of each unit; None is its households.
    chosen : bool[n_units] or None
        Units to take; None takes all.

    Returns
    -------
    Ground
        These units.
    """
    rows = np.flatnonzero((codes != "") if chosen is None else chosen & (codes != ""))
    names, labels = np.unique(codes[rows].astype(str), return_inverse=True)
    return planning.Ground(
        arrays=planning.take_rows(core_arrays(fabric, rules) | {"load": load}, rows), labels=labels.astype(np.int64),
        codes=names.astype(object), units=fabric.units["unit_id"].to_numpy(dtype=object)[rows],
    )  # fmt: skip


def _sum_load(fabric: Fabric, load: NDArray[np.float64], drawn: dict[str, Any]) -> pd.Series:
    """Add the load of units up by grid, in the order of the grids."""
    by_unit = pd.Series(load, index=fabric.units["unit_id"].to_numpy()).reindex(drawn["units"]["unit_id"]).to_numpy()
    sums = pd.Series(by_unit).groupby(drawn["units"]["grid_code"].to_numpy()).sum()
    return sums.reindex(drawn["grids"]["grid_code"]).set_axis(drawn["grids"].index).round(1)


def context_of(layers: Layers, fabric: Fabric) -> gpd.GeoDataFrame:
    """Take what is drawn behind a plan, as far as the plan reaches.

    Parameters
    ----------
    layers : Layers
        The district.
    fabric : Fabric
        Its ground.

    Returns
    -------
    GeoDataFrame
        Roads, railways and water: kind and name.
    """
    kinds = {"road": layers.roads, "railway": layers.railways, "water": layers.water}
    frames = [_named(kind, frame) for kind, frame in kinds.items() if frame is not None and len(frame)]
    if not frames:
        return gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs=layers.crs)
    whole = gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=layers.crs)
    inside = whole.geometry.clip_by_rect(*fabric.communities.total_bounds)
    return whole.set_geometry(inside)[~inside.is_empty].reset_index(drop=True)


def footprints_of(layers: Layers, fabric: Fabric) -> dict[str, gpd.GeoDataFrame]:
    """Take the outlines of the buildings that take part.

    Parameters
    ----------
    layers : Layers
        The district.
    fabric : Fabric
        Its ground.

    Returns
    -------
    dict
        footprints, as of `PlanData`; nothing where no building has an outline.
    """
    households = fabric.buildings.groupby("building_id")["households"].sum()
    taken = layers.buildings[["building_id", "geometry"]].sort_values("building_id", ignore_index=True)
    taken = taken[taken["building_id"].isin(households.index) & (shapely.get_dimensions(taken.geometry) == AREAL)]
    if taken.empty:
        return {}
    counts = households.reindex(taken["building_id"]).to_numpy("int64")
    frame = gpd.GeoDataFrame({"building_id": taken["building_id"], "households": counts}, geometry=taken.geometry)
    return {"footprints": frame.reset_index(drop=True)}


def _named(kind: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    name = frame["name"].fillna("").astype(str) if "name" in frame else ""
    return gpd.GeoDataFrame({"kind": kind, "name": name}, geometry=frame.geometry, index=frame.index)
