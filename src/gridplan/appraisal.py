"""Score and audit grids that somebody else drew, as if gridplan had."""

import dataclasses
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan import planning, reading, reporting
from gridplan.config import Rules
from gridplan.errors import LayerError
from gridplan.geometry.grids import draw_grids, main_text
from gridplan.geometry.recover import recover_fabric
from gridplan.groundwork import core_arrays
from gridplan.intake import all_set_aside, examine_district, lay_out
from gridplan.language import say
from gridplan.model import Fabric, Finding, Layers, Partition, PlanData, findings_frame
from gridplan.partition import Value, value_grids
from gridplan.pipeline import context_of, spread_workers, tell_why
from gridplan.plan import Plan, read_plan
from gridplan.planning import Drawn
from gridplan.progress import Report, Stages, silent, timed
from gridplan.schema import ASSIGNMENT_COLUMNS

GIVEN = "given, not searched for"
"""Reason in the certificate of grids that somebody else drew."""


def evaluate_grids(
    district: PlanData | Layers,
    grids: str | Path | pd.DataFrame,
    rules: Rules | None = None,
    *,
    encoding: str | None = None,
    report: Report = silent,
) -> Plan:
    """Score and audit grids that somebody drew, by the same formula and the same checks as an own plan.

    Parameters
    ----------
    district : Plan or Layers
        Where the grids lie. A plan of the same district gives its units, and its proven bounds to measure the cost
        against; layers are laid out anew, and the bound is that of arithmetic.
    grids : path, GeoDataFrame or DataFrame
        ``FILE`` or ``FILE:layer``, or the table itself: polygons with grid_code, which may overlap and leave gaps, or
        building_id (and entrance) with grid_code.
    rules : Rules or None
        None takes those of the plan, or the defaults.
    encoding : str or None
        Encoding of text files; None lets the bytes decide.
    report : Report
        Progress callback.

    Returns
    -------
    Plan
        The grids on the units of the district: each unit in one grid or in none, overlaps and gaps located in the
        findings. Units in no grid count in the cost as one grid of their community.

    Raises
    ------
    GridplanError
        If an input cannot be used.
    """
    stages: Stages = {}
    with timed(stages, "reading"):
        own = Rules.from_mapping(district.run["rules"]) if isinstance(district, PlanData) else Rules()
        rules = rules or own
        fabric, base = _ground(district, rules, report)
        table, source = _take_grids(grids, fabric, encoding)
    with timed(stages, "drawing"):
        take = planning.take_polygons if isinstance(table, gpd.GeoDataFrame) else planning.take_list
        drawn = take(fabric, table)
        if not len(drawn.codes):
            raise LayerError(
                say("grids: need grids that hold buildings of the district, found none; check their place and codes")
            )
        bounds = _proven_bounds(district, rules)
        facilities = base.pop("facilities")
        load = planning.weigh_units(fabric.units, rules)
        frames = _draw(fabric, drawn, rules, load, facilities, bounds)
    run = {
        "version": version("gridplan"), "created": datetime.now(UTC).isoformat(timespec="seconds"), "seed": 0,
        "effort": "given", "time_limit": None, "reproducible": True, "rules": rules.to_mapping(),
        "sources": [*base.pop("sources"), source], "stages": stages,
    }  # fmt: skip
    found = base.pop("findings")
    data = PlanData(run=run, findings=findings_frame((), base["crs"]), **base, **frames)
    with timed(stages, "audit"):
        report("audit", 0, 1)
        findings = (*found, *drawn.findings, *reporting.audit(data, rules))
        data = dataclasses.replace(data, findings=findings_frame(findings, data.crs))
        data = dataclasses.replace(data, explanations=tell_why(data, fabric, rules, load))
        report("audit", 1, 1)
    return Plan.of(data)


def evaluate_district(
    source: str | Path,
    grids: str | Path,
    out: str | Path | None = None,
    *,
    rules: Rules | None = None,
    encoding: str | None = None,
    report: Report = silent,
    **options: Any,  # noqa: ANN401
) -> Plan:
    """Read a district or a plan of it, evaluate grids, and write what comes out as a plan.

    Parameters
    ----------
    source : path
        Folder or GeoPackage with layers named by role; or the folder of a plan or its ``plan.gpkg``.
    grids : path
        As of `evaluate_grids`.
    out : path or None
        Folder to write, whole or not at all.
    rules, encoding : Rules or None, str or None
        As of `evaluate_grids`.
    report : Report
        Progress callback.
    **options
        roles, crs and fields, as of `partition_district`.

    Returns
    -------
    Plan
        The grids, evaluated.

    Raises
    ------
    GridplanError
        If an input cannot be used, or the folder cannot be written.
    """
    if out is not None:
        reporting.check_folder(Path(out))
    district: PlanData | Layers
    if is_plan(source):
        district = read_plan(source)
    else:
        check = examine_district(source, rules=rules or Rules(), encoding=encoding, report=report, **options)
        district = check.require()
    plan = evaluate_grids(district, grids, rules, encoding=encoding, report=report)
    if out is not None:
        plan.write(out, report=report)
    return plan


def is_plan(place: str | Path) -> bool:
    """Tell a plan from the layers of a district.

    Parameters
    ----------
    place : path
        A folder or a file.

    Returns
    -------
    bool
        Whether it is the folder of a plan, or named as its GeoPackage.
    """
    path = Path(place)
    return (path / "plan.gpkg").is_file() or (path.is_file() and path.name == "plan.gpkg")


def _ground(district: PlanData | Layers, rules: Rules, report: Report) -> tuple[Fabric, dict[str, Any]]:
    """Units and borders, and the frames of a plan that do not depend on its grids."""
    none = pd.DataFrame(columns=list(ASSIGNMENT_COLUMNS))
    if isinstance(district, PlanData):
        fabric, found = recover_fabric(district), tuple[Finding, ...]()
        aside, context, sources, facilities = district.set_aside, district.context, district.run["sources"], None
        crs = district.crs
    else:
        fabric = lay_out(district, rules, report)
        aside, context, facilities = all_set_aside(district, fabric), context_of(district, fabric), district.facilities
        sources = [reading.plain_source(s) for s in district.sources]
        found, crs = (*district.findings, *fabric.findings), district.crs
    return fabric, {
        "crs": crs, "buildings": fabric.buildings, "communities": fabric.communities, "assignment": none,
        "set_aside": aside, "context": context, "sources": list(sources), "findings": found, "facilities": facilities,
    }  # fmt: skip


def _take_grids(
    grids: str | Path | pd.DataFrame, fabric: Fabric, encoding: str | None
) -> tuple[pd.DataFrame, dict[str, Any]]:
    if isinstance(grids, pd.DataFrame):
        lacking = [] if isinstance(grids, gpd.GeoDataFrame) else {"building_id", "grid_code"} - set(grids.columns)
        if lacking:
            raise LayerError(
                say("{where}: need columns {names}, found {columns}; name them so", where="grids",
                    names=", ".join(sorted(lacking)), columns=", ".join(map(str, grids.columns)))
            )  # fmt: skip
        table = grids.to_crs(fabric.units.crs) if isinstance(grids, gpd.GeoDataFrame) and grids.crs else grids
        missing = {"grid_code": "", "entrance": ""}
        return table.assign(**{k: v for k, v in missing.items() if k not in table}), {"role": "grids"}
    left, low, right, high = fabric.communities.total_bounds
    near = ((left + right) / 2, (low + high) / 2)
    return reading.read_grids(grids, fabric.units.crs, near, encoding=encoding)


def _draw(
    fabric: Fabric, drawn: Drawn, rules: Rules, load: NDArray[np.float64] | None, facilities: gpd.GeoDataFrame | None,
    bounds: Mapping[str, float],
) -> dict[str, Any]:  # fmt: skip
    """Frames of the drawn grids; what is in no grid is drawn apart and taken away again."""
    bare = drawn.labels < 0
    _, apart = np.unique(np.asarray(fabric.community_index)[bare], return_inverse=True)
    labels = drawn.labels.copy()
    labels[bare] = len(drawn.codes) + apart
    arrays = core_arrays(fabric, rules) | {"load": load}
    value = value_grids(labels=labels, **arrays)
    home = _homes(fabric, labels)
    households = np.bincount(labels, fabric.units["households"].to_numpy(dtype="float64"))
    partition = _as_partition(fabric, labels, households, home, value, rules)
    frames = draw_grids(fabric, partition, facilities, datetime.now(UTC).astimezone().date())
    _, first = np.unique(labels, return_index=True)
    names = dict(zip(frames["units"]["grid_code"].iloc[first], range(len(first)), strict=True))
    if load is not None:
        sums = np.bincount(labels, load).round(1)
        frames["grids"]["load"] = sums[frames["grids"]["grid_code"].map(names)]
    frames["grids"] = _rename(frames["grids"], names, drawn, fabric, home)
    frames["grids"]["workers"] = spread_workers(frames["grids"], fabric.communities)
    codes = np.append(drawn.codes, "")[np.where(bare, -1, drawn.labels)]
    frames["units"] = frames["units"].assign(grid_code=codes)
    frames["certificate"] = _bound(frames["certificate"], bounds)
    return frames


def _rename(
    grids: gpd.GeoDataFrame, names: Mapping[str, int], drawn: Drawn, fabric: Fabric, home: Any  # noqa: ANN401
) -> gpd.GeoDataFrame:  # fmt: skip
    """Give the grids their own codes and the community most of their households live in."""
    label = grids["grid_code"].map(names)
    grids, label = grids[label < len(drawn.codes)], label[label < len(drawn.codes)].to_numpy()
    grids = grids.assign(grid_code=drawn.codes[label], name=drawn.codes[label], valid_from="")
    places = fabric.communities.iloc[home[label]]
    for column in ("community", "community_code", "subdistrict"):
        grids[column] = places[column].to_numpy()
    return grids.sort_values("grid_code", ignore_index=True)


def _homes(fabric: Fabric, labels: Any) -> Any:  # noqa: ANN401  arrays
    """Community of each grid: that of most of its households, then of most of its units."""
    frame = pd.DataFrame({"label": labels, "home": np.asarray(fabric.community_index),
                          "households": fabric.units["households"].to_numpy(), "units": 1})  # fmt: skip
    sums = frame.groupby(["label", "home"], as_index=False).sum().sort_values(["label", "households", "units"])
    return sums.drop_duplicates("label", keep="last")["home"].to_numpy()


def _as_partition(fabric: Fabric, labels: Any, households: Any, home: Any, value: Value, rules: Rules) -> Partition:  # noqa: ANN401
    _, lower, upper = rules.sizes_of(main_text(fabric, labels, "profile")).T
    fits = np.isnan(lower) | ((households >= lower) & (households <= upper))
    largest = np.zeros(len(households))
    np.maximum.at(largest, labels, fabric.units["households"].to_numpy(dtype="float64"))
    cause = np.where(fits, "", np.where(largest > upper, "building above upper", ""))
    index, c = np.asarray(fabric.community_index), len(fabric.communities)
    cost = np.bincount(home, value.costs, c)
    table = pd.DataFrame(
        {
            "community": np.arange(c), "units": np.bincount(index, minlength=c),
            "households": np.bincount(index, fabric.units["households"], c), "parts": np.bincount(home, minlength=c),
            "cost": cost, "bound": 0.0, "gap": 0.0, "proven": False, "reason": GIVEN, "seconds": 0.0,
        }
    )  # fmt: skip
    table.loc[value.communities, "bound"] = value.bounds
    grids = pd.DataFrame({"label": np.arange(len(home)), "community": home, "households": households,
                          "cost": value.costs, "in_band": fits, "cause": cause})  # fmt: skip
    return Partition(labels=labels, communities=table, grids=grids)


def _proven_bounds(district: PlanData | Layers, rules: Rules) -> dict[str, float]:
    """Bounds that a plan of the district has proven, where its prices and sizes are the same."""
    if not isinstance(district, PlanData):
        return {}
    own = Rules.from_mapping(district.run["rules"])
    decisive = ("cost", "considerations", "classes", "exclusive", "target", "lower", "upper")
    if any(getattr(own, name) != getattr(rules, name) for name in decisive):
        return {}
    return {str(k): float(v) for k, v in zip(*(district.certificate[c] for c in ("community", "bound")), strict=True)}


def _bound(certificate: pd.DataFrame, bounds: Mapping[str, float]) -> pd.DataFrame:
    """Take the better bound; a plan that breaks hard rules may cost less than any lawful one."""
    known = certificate["community"].map(bounds).fillna(0.0)
    bound = np.maximum(certificate["bound"], known)
    gap = ((certificate["cost"] - bound) / certificate["cost"]).where(certificate["cost"] > 0, 0.0)
    return certificate.assign(bound=bound, gap=gap)
