"""Micro-grids of a plan: its grids divided by the same engine, drawn and coded under their codes."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan import geometry, planning
from gridplan.config import Rules
from gridplan.geometry.grids import number_grids
from gridplan.model import Fabric, Layers
from gridplan.schema import MICRO_COLUMNS

Ints = NDArray[np.int64]


def nest_grids(
    fabric: Fabric, layers: Layers, drawn: dict[str, Any], rules: Rules, **options: Any,  # noqa: ANN401
) -> dict[str, Any]:  # fmt: skip
    """Divide the grids of a plan into micro-grids of whole buildings and entrances.

    Parameters
    ----------
    fabric : Fabric
        Units.
    layers : Layers
        Footprints and entrances.
    drawn : dict
        grids and units, as the fields of `PlanData`.
    rules : Rules
        Their group `micro`.
    **options
        rng, effort and jobs, as of `partition_graph`.

    Returns
    -------
    dict
        micro_grids and micro_members; and grids, with their number.
    """
    grids, units = drawn["grids"], drawn["units"]
    found = geometry.cut_cells(fabric, layers, rules.micro.upper)
    fine = found.units
    label, causes = planning.divide_grids(fine, found.edges, found.border, units, grids, rules, **options)
    n = len(causes)
    cells = _unite(fine, label, n)
    home = _homes(fine, units, grids, label)
    codes = _codes(grids, home, number_grids(cells, home, grids.geometry))
    buildings = planning.list_members(fine, fabric.buildings, units, codes[label])
    sums = {name: np.bincount(label, fine[name], n).astype("int64") for name in ("households", "residents")}
    count = buildings.groupby("micro_code")["building_id"].nunique()
    table = pd.DataFrame(
        {"micro_code": codes, "grid_code": grids["grid_code"].to_numpy(object)[home],
         "name": [_name(grids["name"].iloc[k], code, grids["grid_code"].iloc[k]) for k, code in zip(home, codes,
                                                                                               strict=True)],
         **sums, "buildings": pd.Series(codes).map(count).fillna(0).to_numpy(dtype="int64"),
         "area_m2": shapely.area(cells).round(1), "in_band": [not cause for cause in causes], "cause": causes}
    )  # fmt: skip
    micro = gpd.GeoDataFrame(table[list(MICRO_COLUMNS)], geometry=cells, crs=grids.crs)
    return {
        "micro_grids": micro.sort_values("micro_code", ignore_index=True), "micro_members": buildings,
        "grids": grids.assign(micro_grids=np.bincount(home, minlength=len(grids))),
    }  # fmt: skip


def _unite(fine: gpd.GeoDataFrame, label: Ints, n: int) -> NDArray[np.object_]:
    order = np.argsort(label, kind="stable")
    cells = np.split(fine.geometry.to_numpy()[order], np.searchsorted(label[order], np.arange(1, n)))
    return np.array([geometry.unite_cells(some) for some in cells], dtype=object)


def _homes(fine: pd.DataFrame, units: pd.DataFrame, grids: pd.DataFrame, label: Ints) -> Ints:
    """Row of the grid of each micro-grid."""
    place = pd.Series(np.arange(len(grids)), index=grids["grid_code"].to_numpy(object))
    home = np.empty(int(label.max(initial=-1)) + 1, np.int64)
    home[label] = place[units["grid_code"].to_numpy(object)[fine["unit"].to_numpy()]].to_numpy(dtype="int64")
    return home


def _codes(grids: pd.DataFrame, home: Ints, sequence: Ints) -> NDArray[np.object_]:
    """Code of the grid and a number of 2 digits, 3 where there are more than 99."""
    digits = np.where(np.bincount(home, minlength=len(grids))[home] > 99, 3, 2)  # noqa: PLR2004
    codes = grids["grid_code"].to_numpy(object)[home]
    return np.array([f"{c}{s:0{d}d}" for c, s, d in zip(codes, sequence, digits, strict=True)], dtype=object)


def _name(grid: str, code: str, under: str) -> str:
    number = int(code[len(under) :])
    chinese = any("一" <= c <= "鿿" for c in grid)
    return f"{grid}第{number}微网格" if chinese else f"{grid} micro-grid {number}"
