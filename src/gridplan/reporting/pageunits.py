"""Units for the page, by which grids are edited, and what was settled of them when the plan was made."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridplan.model import PlanData
from gridplan.reporting.deltas import SIMPLIFY_M, encode_points, encode_shapes, simplify_coverage
from gridplan.reporting.ledger import rows_of

_OTHERS: Final = ("together", "apart", "open", "close", "exclude")


def lay_out_units(plan: PlanData, origin: tuple[float, float]) -> dict[str, Any]:
    """Lay out the units, those with a building first.

    Parameters
    ----------
    plan : PlanData
        The plan.
    origin : tuple of float
        Subtracted from all coordinates, in metres.

    Returns
    -------
    dict
        built: how many have a building; for each, cell, outline of its buildings (with the first of several units that
        share one) and a point as of `deltas`, row of its grid, households, residents, area in m2, buildings, row of its
        compound; edges: pairs of rows that touch, one after the other.
    """
    units, built = _in_order(plan)
    cells = simplify_coverage(units.geometry.to_numpy())
    inner = shapely.get_coordinates(shapely.point_on_surface(units.geometry.to_numpy()))
    compound, names = pd.factorize(units["compound"], sort=True)
    ends = [rows_of(units["unit_id"], plan.edges[end]) for end in ("unit_a", "unit_b")]
    return {
        "built": built,
        "id": units["unit_id"].tolist(),
        "at": encode_points(np.where(units[["x", "y"]].isna(), inner, units[["x", "y"]].to_numpy("float64")), origin),
        "cell": encode_shapes(cells, origin),
        "outline": _outlines(plan, units["unit_id"], origin),
        "grid": rows_of(plan.grids["grid_code"], units["grid_code"]).tolist(),
        "households": units["households"].astype(int).tolist(),
        "residents": units["residents"].astype(int).tolist(),
        "area": units.area.round().astype(int).tolist(),
        "building": [f"{b} {e}".strip() for b, e in zip(units["building_id"], units["entrance"], strict=True)],
        "houses": _houses(plan, units["unit_id"]),
        "compound": compound.tolist(),
        "compounds": [str(name) for name in names],
        "edges": np.stack(ends, axis=1).ravel().tolist(),
    }


def _outlines(plan: PlanData, ids: "pd.Series[str]", origin: tuple[float, float]) -> list[list[str]]:
    """Draw each building once, with the first unit that has a part of it."""
    first = plan.buildings.drop_duplicates("building_id").set_index("building_id")["unit_id"]
    unit = rows_of(ids, first.reindex(plan.footprints["building_id"]))
    outlines: list[list[str]] = [[] for _ in range(len(ids))]
    shapes = shapely.simplify(plan.footprints.geometry.to_numpy(), SIMPLIFY_M)
    for row, rings in zip(unit.tolist(), encode_shapes(shapes, origin), strict=True):
        if row >= 0:
            outlines[row] += rings
    return outlines


def _houses(plan: PlanData, ids: "pd.Series[str]") -> list[list[int]]:
    """Tell the buildings of each unit by numbers: an entrance shares its building with others."""
    house = pd.factorize(plan.buildings["building_id"])[0]
    unit = rows_of(ids, plan.buildings["unit_id"])
    houses: list[list[int]] = [[] for _ in range(len(ids))]
    for row, number in zip(unit.tolist(), house.tolist(), strict=True):
        if row >= 0:
            houses[row].append(number)
    return houses


def settled_before(plan: PlanData) -> dict[str, Any]:
    """Tell what edits the plan keeps, so that those made on it come on top.

    Parameters
    ----------
    plan : PlanData
        The plan.

    Returns
    -------
    dict
        grids: units by row, and whether no other unit is in their grid; others: the other lists of the edits.
    """
    edits, (units, _) = plan.run.get("edits") or {}, _in_order(plan)
    by_name = _rows_by_name(plan, units["unit_id"])
    grids = []
    for entry in edits.get("grids", []):
        rows = sorted({row for name in entry["units"] for row in by_name.get(name, [])})
        grids += [{"units": rows, "only": bool(entry.get("only"))}] if rows else []
    return {"grids": grids, "others": {key: edits[key] for key in _OTHERS if edits.get(key)}}


def _in_order(plan: PlanData) -> tuple[gpd.GeoDataFrame, int]:
    built = (plan.units["building_id"] != "") & plan.units["x"].notna()
    return pd.concat([plan.units[built], plan.units[~built]]), int(built.sum())


def _rows_by_name(plan: PlanData, ids: "pd.Series[str]") -> dict[str, list[int]]:
    """Rows of units by unit_id, and by building_id where that is no unit_id."""
    names: dict[str, list[int]] = {}
    for name, row in zip(plan.buildings["building_id"], rows_of(ids, plan.buildings["unit_id"]).tolist(), strict=True):
        if row >= 0:
            names.setdefault(str(name), []).append(row)
    return names | {str(name): [row] for row, name in enumerate(ids)}
