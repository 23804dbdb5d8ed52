"""Grids of a plan against those of departments (多格合一): what lies in what, and which grids are divided."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.config import Rules
from gridplan.language import say
from gridplan.model import Finding, PlanData
from gridplan.planning.drawn import SLIVER_M2
from gridplan.schema import (
    DEPARTMENT_COLUMNS,
    DEPARTMENTAL_COLUMNS,
    NESTING_COLUMNS,
    OVERLAP_COLUMNS,
    OVERLAPPED_COLUMNS,
)

Ints = NDArray[np.int64]
Shapes = NDArray[Any]

_DIGITS: Final = 4
"""Shares are told, and held against the rule, to a hundredth of a per cent."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlapped:
    """Grids of a plan laid over those of departments.

    Parameters
    ----------
    crosswalk : GeoDataFrame
        `schema.OVERLAP_COLUMNS`: every grid and departmental grid that share households or ground, and the ground. An
        empty `department_code` is what lies in no departmental grid, an empty `grid_code` what lies in no grid: for
        each department the households add up to those of the plan.
    nesting : DataFrame
        `schema.NESTING_COLUMNS`: for each grid and department the departmental grid that has most of it.
    grids : GeoDataFrame
        `schema.OVERLAPPED_COLUMNS`: how many departments leave the grid whole.
    departmental_grids : GeoDataFrame
        `schema.DEPARTMENTAL_COLUMNS`: into how many grids each departmental grid is cut.
    departments : DataFrame
        `schema.DEPARTMENT_COLUMNS`: the sums.
    findings : tuple of Finding
        What an office should know.
    """

    crosswalk: gpd.GeoDataFrame
    nesting: pd.DataFrame
    grids: gpd.GeoDataFrame
    departmental_grids: gpd.GeoDataFrame
    departments: pd.DataFrame
    findings: tuple[Finding, ...]


def overlap(plan: PlanData, layers: Mapping[str, gpd.GeoDataFrame], rules: Rules) -> Overlapped:
    """Lay the grids of a plan over those of departments.

    Parameters
    ----------
    plan : PlanData
        The plan.
    layers : mapping of str to GeoDataFrame
        Department -> code, name and valid polygons in the CRS of the plan, sorted by code.
    rules : Rules
        Their group `overlaps` says from which share on a grid lies in another.

    Returns
    -------
    Overlapped
        Households count where their unit is; where departmental grids overlap, in the one whose code comes first, but
        ground counts in each.
    """
    parts = [_cross(plan, name, layer, rules.overlaps.nest_share) for name, layer in layers.items()]
    doubled = {name: _doubled(plan, layer) for name, layer in layers.items()}
    crosswalk = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=plan.crs)
    nesting = _nest(plan, crosswalk, layers, rules.overlaps.nest_share)
    departmental = _cut(layers, crosswalk, rules.overlaps.nest_share, plan)
    departments = _sum_up(plan, crosswalk, nesting, departmental, doubled)
    return Overlapped(
        crosswalk=crosswalk.drop(columns=["held", "share"])[[*OVERLAP_COLUMNS, "geometry"]], nesting=nesting,
        grids=_agree(plan, nesting, crosswalk), departmental_grids=departmental, departments=departments,
        findings=tuple(_tell(departments, departmental)),
    )  # fmt: skip


def _cross(plan: PlanData, name: str, layer: gpd.GeoDataFrame, nest: float) -> gpd.GeoDataFrame:
    """Pairs of grids and departmental grids, with shares in both directions."""
    counts, ground = _count_units(plan, layer), _cut_ground(plan, layer)
    keys = ["grid_code", "department_code"]
    table = counts.merge(ground, on=keys, how="outer").sort_values(keys, ignore_index=True)
    for column, kind in (("units", np.int64), ("households", np.int64), ("ground_m2", np.float64)):
        table[column] = table[column].fillna(0).astype(kind)
    wholes = (
        ("grid", "grid_code", pd.Series(plan.grids.area.to_numpy(), plan.grids["grid_code"].to_numpy())),
        ("department", "department_code", pd.Series(layer.area.to_numpy(), layer["code"].to_numpy())),
    )
    decisive = {}
    for side, key, area in wholes:
        real = table[key] != ""
        lived = table.groupby(key)["households"].transform("sum").where(real)
        by_households = (table["households"] / lived.where(lived > 0)).round(_DIGITS)
        by_area = (table["ground_m2"] / table[key].map(area)).where(real).round(_DIGITS)
        table[f"households_of_{side}"], table[f"ground_of_{side}"] = by_households, by_area
        decisive[side] = by_households.fillna(by_area).fillna(0.0)
    real = (table["grid_code"] != "") & (table["department_code"] != "")
    inside, holds = real & (decisive["grid"] >= nest), real & (decisive["department"] >= nest)
    relation = np.select([~real, inside & holds, inside, holds], ["outside", "same", "inside", "holds"], "part")
    table = table.assign(department=name, relation=relation, held=decisive["department"], share=decisive["grid"])
    return gpd.GeoDataFrame(table, geometry="geometry", crs=plan.crs)


def _count_units(plan: PlanData, layer: gpd.GeoDataFrame) -> pd.DataFrame:
    """Units and households by the grid and the departmental grid they are in."""
    unit, cell = shapely.STRtree(layer.geometry.to_numpy()).query(_spots(plan), predicate="intersects")
    home = np.full(len(plan.units), len(layer), np.int64)
    np.minimum.at(home, unit, cell)
    codes = np.append(layer["code"].to_numpy(object), "")[home]
    frame = pd.DataFrame({"grid_code": plan.units["grid_code"].to_numpy(object), "department_code": codes,
                          "units": 1, "households": plan.units["households"].to_numpy(np.int64)})  # fmt: skip
    return frame.groupby(["grid_code", "department_code"], as_index=False).sum()


def _doubled(plan: PlanData, layer: gpd.GeoDataFrame) -> int:
    """Households that stand in the midst of several departmental grids."""
    unit, _ = shapely.STRtree(layer.geometry.to_numpy()).query(_spots(plan), predicate="within")
    several = np.bincount(unit, minlength=len(plan.units)) > 1
    return int(plan.units["households"].to_numpy()[several].sum())


def _spots(plan: PlanData) -> Shapes:
    return np.asarray(shapely.points(plan.units[["x", "y"]].to_numpy(dtype="float64")))


def _cut_ground(plan: PlanData, layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Ground that each grid shares with each departmental grid, and what is left of it."""
    shapes, areas = plan.grids.geometry.to_numpy(), layer.geometry.to_numpy()
    grid, cell = shapely.STRtree(areas).query(shapes, predicate="intersects")
    pieces = _areal(shapely.intersection(shapes[grid], areas[cell]))
    ends = np.searchsorted(grid, np.arange(len(shapes) + 1))  # the tree answers in the order of the grids
    spans = zip(shapes, ends[:-1], ends[1:], strict=True)
    left = _areal(np.array([shapely.difference(s, shapely.union_all(areas[cell[a:b]])) for s, a, b in spans], object))
    codes, names = plan.grids["grid_code"].to_numpy(object), layer["code"].to_numpy(object)
    frame = gpd.GeoDataFrame(
        {"grid_code": np.concatenate([codes[grid], codes]),
         "department_code": np.concatenate([names[cell], np.full(len(codes), "", object)])},
        geometry=np.concatenate([pieces, left]), crs=plan.crs,
    )  # fmt: skip
    frame["ground_m2"] = frame.area.round(1)
    return frame[frame["ground_m2"] > SLIVER_M2]


def _areal(shapes: Shapes) -> Shapes:
    """Keep the polygons of what two polygons share: where they touch there are lines and points too."""
    mixed = shapely.get_type_id(shapes) == shapely.GeometryType.GEOMETRYCOLLECTION
    shapes = shapes.copy()
    for row in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapes[row])
        shapes[row] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004 - areas
    return shapes


def _nest(plan: PlanData, crosswalk: pd.DataFrame, layers: Mapping[str, gpd.GeoDataFrame], nest: float) -> pd.DataFrame:
    """For every grid and department the departmental grid that has most of it."""
    real = crosswalk[(crosswalk["grid_code"] != "") & (crosswalk["department_code"] != "")]
    keys = ["grid_code", "department"]
    ranked = real.sort_values(
        [*keys, "share", "ground_m2", "department_code"], ascending=[True, True, False, False, True]
    )
    best = ranked.drop_duplicates(keys).set_index(keys)[["department_code", "share", "relation"]]
    bare = real.groupby("grid_code")["households"].transform("sum") == 0
    counted = real[(real["households"] > 0) | (bare & (real["share"] > 1 - nest))]
    every = pd.MultiIndex.from_product([plan.grids["grid_code"], list(layers)], names=keys)
    table = best.reindex(every)
    table["department_code"] = table["department_code"].fillna("")
    table["largest_share"] = table["share"].fillna(0.0)
    table["alone"] = table["relation"].isin(["same", "inside"])
    table["same"] = table["relation"] == "same"
    table["parts"] = counted.groupby(keys).size().reindex(every).fillna(0).astype(np.int64)
    return table.reset_index()[list(NESTING_COLUMNS)]


def _agree(plan: PlanData, nesting: pd.DataFrame, crosswalk: pd.DataFrame) -> gpd.GeoDataFrame:
    """Count for each grid the departments that leave it whole, and name those that do not."""
    by_grid = nesting.groupby("grid_code")
    apart = nesting[~nesting["alone"]].groupby("grid_code")["department"].agg(";".join).to_dict()
    frame = plan.grids[["grid_code", "name", "community"]].copy()
    households = crosswalk[crosswalk["department"] == nesting["department"].iloc[0]] if len(nesting) else crosswalk
    code = frame["grid_code"]
    frame["households"] = code.map(households.groupby("grid_code")["households"].sum()).fillna(0).astype(np.int64)
    frame["departments"] = code.map(by_grid.size()).astype(np.int64)
    frame["agree"] = code.map(by_grid["alone"].sum()).astype(np.int64)
    frame["same"] = code.map(by_grid["same"].sum()).astype(np.int64)
    frame["apart"] = [apart.get(c, "") for c in code]
    return gpd.GeoDataFrame(frame[list(OVERLAPPED_COLUMNS)], geometry=plan.grids.geometry.to_numpy(), crs=plan.crs)


def _cut(
    layers: Mapping[str, gpd.GeoDataFrame], crosswalk: pd.DataFrame, nest: float, plan: PlanData
) -> gpd.GeoDataFrame:
    """Count for each departmental grid the grids it is cut into, and those that lie in it alone."""
    keys = ["department", "department_code"]
    real = crosswalk[(crosswalk["grid_code"] != "") & (crosswalk["department_code"] != "")]
    inner = real[real["relation"].isin(["same", "inside"])]
    frame = pd.concat([layer.assign(department=name) for name, layer in layers.items()], ignore_index=True)
    frame = frame.rename(columns={"code": "department_code"})
    every = pd.MultiIndex.from_frame(frame[keys])
    sums = {
        "households": crosswalk.groupby(keys)["households"].sum(),
        "grids": real[real["households"] > 0].groupby(keys).size(),
        "inside": inner.groupby(keys).size(),
    }
    for column, values in sums.items():
        frame[column] = values.reindex(every).fillna(0).to_numpy(np.int64)
    frame["whole"] = inner.groupby(keys)["held"].sum().reindex(every).fillna(0).to_numpy() >= nest
    frame["ground_m2"] = frame.geometry.area.round(1)
    return gpd.GeoDataFrame(frame[[*DEPARTMENTAL_COLUMNS, "geometry"]], crs=plan.crs)


def _sum_up(
    plan: PlanData, crosswalk: pd.DataFrame, nesting: pd.DataFrame, departmental: pd.DataFrame,
    doubled: Mapping[str, int],
) -> pd.DataFrame:  # fmt: skip
    lived = crosswalk.groupby(["department", "grid_code"])["households"].sum()
    rows = []
    for name, several in doubled.items():
        nested, cells = nesting[nesting["department"] == name], departmental[departmental["department"] == name]
        codes = nested.loc[nested["alone"], "grid_code"]
        pairs = crosswalk[crosswalk["department"] == name]
        met = cells[cells["grids"] > 0]
        rows.append(
            {
                "department": name, "grids": len(plan.grids), "nest": len(codes), "same": int(nested["same"].sum()),
                "households": int(pairs["households"].sum()),
                "households_nest": int(lived[name].reindex(codes).fillna(0).sum()),
                "households_outside": int(pairs.loc[pairs["department_code"] == "", "households"].sum()),
                "households_doubled": several, "departmental_grids": len(cells), "met": len(met),
                "whole": int(met["whole"].sum()), "cut": int((~met["whole"]).sum()),
                "pieces": int(met["grids"].sum()), "pieces_most": int(met["grids"].max() if len(met) else 0),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(DEPARTMENT_COLUMNS))


def _tell(departments: pd.DataFrame, departmental: pd.DataFrame) -> Iterator[Finding]:
    for row in departments.to_dict("records"):
        name, missed = str(row["department"]), int(row["departmental_grids"] - row["met"])
        if row["households_outside"]:
            reason = say("{count} households of the plan lie in no departmental grid.", count=row["households_outside"])
            yield Finding(code="department_outside", severity="warning", subject=name, reason=reason,
                          value=float(row["households_outside"]))  # fmt: skip
        if row["households_doubled"]:
            reason = say("Departmental grids overlap: {count} households lie in several, and count in the one whose "
                         "code comes first.", count=row["households_doubled"])  # fmt: skip
            yield Finding(code="department_doubled", severity="warning", subject=name, reason=reason,
                          value=float(row["households_doubled"]))  # fmt: skip
        if missed:
            bare = departmental[(departmental["department"] == name) & (departmental["grids"] == 0)]
            codes = ", ".join(bare["department_code"].iloc[:3])
            reason = say("{count} departmental grids hold no household of the plan, first {codes}.", count=missed,
                         codes=codes)  # fmt: skip
            yield Finding(code="department_missed", severity="notice", subject=name, reason=reason, value=float(missed))
