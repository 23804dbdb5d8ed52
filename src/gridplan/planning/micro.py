"""Micro-grids: the same engine inside each grid, on whole buildings and entrances."""

import dataclasses
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan.config import EXCLUSIVE, Rules
from gridplan.partition import partition_graph
from gridplan.schema import MICRO_MEMBER_COLUMNS

Ints = NDArray[np.int64]


def divide_grids(
    fine: gpd.GeoDataFrame, edges: Ints, border: NDArray[np.float64], units: pd.DataFrame, grids: pd.DataFrame,
    rules: Rules, **options: Any,  # noqa: ANN401
) -> tuple[Ints, list[str]]:  # fmt: skip
    """Divide each grid into micro-grids.

    Parameters
    ----------
    fine : GeoDataFrame, n rows
        unit, households, x, y of buildings and entrances.
    edges : int64[m, 2]
        Which of them touch.
    border : float64[m]
        Metres of soft barrier on each edge.
    units, grids : DataFrame
        Of the plan.
    rules : Rules
        Their group `micro`, and the prices.
    **options
        rng, effort and jobs, as of `partition_graph`.

    Returns
    -------
    int64[n], list of str
        Micro-grid of each, 0..k - 1; and why each lies outside the band, "" inside, as an exclusive grid always does.
    """
    place = pd.Series(np.arange(len(grids)), index=grids["grid_code"].to_numpy(object))
    unit = fine["unit"].to_numpy()
    home = place[units["grid_code"].to_numpy(object)[unit]].to_numpy(dtype="int64")
    apart = (grids["profile"].to_numpy(object) == EXCLUSIVE)[home]
    size = rules.micro
    sizes = np.where(apart[:, None], np.nan, np.array([size.target, size.lower, size.upper], np.float64))
    named = units["compound"].to_numpy(object)[unit]
    cost = dataclasses.replace(rules.cost, spread_m=rules.cost.spread_m * float(np.sqrt(size.target / rules.target)))
    found = partition_graph(
        edges, fine["households"].to_numpy(), xy=fine[["x", "y"]].to_numpy(dtype="float64"),
        compounds=pd.factorize(pd.Series(named).where(named != ""), sort=True)[0], communities=home, border=border,
        border_weight=cost.barrier_per_m, whole=np.where(apart, home, -1), sizes=sizes, cost=cost, **options,
    )  # fmt: skip
    return found.labels.astype(np.int64), found.grids["cause"].astype(str).tolist()


def list_members(fine: pd.DataFrame, buildings: pd.DataFrame, units: pd.DataFrame, codes: NDArray[Any]) -> pd.DataFrame:
    """List the micro-grid of every building or entrance.

    Parameters
    ----------
    fine : DataFrame, n rows
        unit, building_id, entrance, households.
    buildings, units : DataFrame
        Of the plan.
    codes : object[n]
        Code of the micro-grid of each.

    Returns
    -------
    DataFrame
        `MICRO_MEMBER_COLUMNS`, sorted.
    """
    unit = fine["unit"].to_numpy()
    grid = units["grid_code"].to_numpy(object)[unit]
    table = fine[["building_id", "entrance", "households"]].assign(
        micro_code=codes, grid_code=grid, unit_id=units["unit_id"].to_numpy(object)[unit]
    )
    cut = table[table["building_id"] != ""]
    whole = table.loc[table["building_id"] == "", ["unit_id", "micro_code", "grid_code"]]
    both = pd.concat([cut, buildings.merge(whole, on="unit_id")], ignore_index=True)
    both = both.sort_values(["micro_code", "building_id", "entrance"], ignore_index=True)
    return pd.DataFrame(both[list(MICRO_MEMBER_COLUMNS)])
