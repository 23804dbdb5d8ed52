"""Two plans of one district: which building of the one is which of the other, and where its households went."""

from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gridplan.model import PlanData
from gridplan.schema import CROSSWALK_COLUMNS

Ints = NDArray[np.int64]

SAME_M: Final = 10.0
"""Two buildings of different ids are one if nothing is nearer to either, up to this distance."""

STRAY_M: Final = 100.0
"""Two buildings of one id are different ones beyond this distance: the file was numbered anew."""


def list_buildings(buildings: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """List the buildings of a plan, or of a fabric, with their places.

    Parameters
    ----------
    buildings : DataFrame
        building_id, entrance, unit_id, households.
    units : DataFrame
        unit_id, x, y in metres, and grid_code if there is a plan.

    Returns
    -------
    DataFrame, a row per building or entrance, in the same order
        The columns of `buildings`, x, y, grid_code ("" without a plan), and unit, the row in `units`.
    """
    rows = pd.Index(units["unit_id"]).get_indexer(pd.Index(buildings["unit_id"]))
    placed = units.iloc[rows]
    codes = placed["grid_code"].to_numpy() if "grid_code" in units else ""
    named = buildings[["building_id", "entrance", "unit_id", "households"]].reset_index(drop=True)
    return named.assign(x=placed["x"].to_numpy(), y=placed["y"].to_numpy(), grid_code=codes, unit=rows)


def list_plan(plan: PlanData, crs: object) -> pd.DataFrame:
    """List the buildings of a plan with their places in a CRS.

    Parameters
    ----------
    plan : PlanData
        The plan.
    crs : CRS
        The CRS asked for.

    Returns
    -------
    DataFrame
        As `list_buildings` gives it.
    """
    listed = list_buildings(plan.buildings, plan.units)
    if plan.crs == crs:
        return listed
    points = gpd.GeoSeries(gpd.points_from_xy(listed["x"], listed["y"]), crs=plan.crs).to_crs(crs)
    return listed.assign(x=points.x.to_numpy(), y=points.y.to_numpy())


def match_buildings(old: pd.DataFrame, new: pd.DataFrame) -> Ints:
    """Find each building of one list in another: by its id where that lies near, else by its place.

    Parameters
    ----------
    old, new : DataFrame
        As `list_buildings` gives them.

    Returns
    -------
    int64[n_new]
        Row of `old`, each at most once, or -1.
    """
    keys = [pd.MultiIndex.from_frame(frame[["building_id", "entrance"]]) for frame in (old, new)]
    first = ~keys[0].duplicated()
    spot = np.full(len(new), -1, np.int64)
    rows = np.flatnonzero(first)
    found = keys[0][rows].get_indexer(keys[1])
    named = (found >= 0) & ~keys[1].duplicated()
    spot[named] = rows[found[named]]
    here, there = (frame[["x", "y"]].to_numpy(dtype="float64") for frame in (new, old))
    far = (spot >= 0) & (np.hypot(*(here - there[spot]).T) > STRAY_M)
    spot[far] = -1
    open_new = np.flatnonzero(spot < 0)
    open_old = np.setdiff1d(np.arange(len(old)), spot)
    if len(open_new) and len(open_old):
        away, nearest = map(np.asarray, cKDTree(there[open_old]).query(here[open_new], distance_upper_bound=SAME_M))
        back = np.asarray(cKDTree(here[open_new]).query(there[open_old])[1])
        mutual = np.isfinite(away)
        mutual[mutual] = back[nearest[mutual]] == np.flatnonzero(mutual)
        spot[open_new[mutual]] = open_old[nearest[mutual]]
    return spot


def make_crosswalk(old: pd.DataFrame, new: pd.DataFrame, spot: Ints) -> pd.DataFrame:
    """Count what went from which grid to which.

    Parameters
    ----------
    old, new : DataFrame
        As `list_buildings` gives them, with the codes of both plans.
    spot : int64[n_new]
        As `match_buildings` gives it.

    Returns
    -------
    DataFrame
        `CROSSWALK_COLUMNS`, a row per pair of grids, sorted: old_code is empty for new buildings and new_code for those
        that are gone, so that households_old adds up to those of the old plan, and households_new to the new one's.
    """
    same = spot >= 0
    gone = np.setdiff1d(np.arange(len(old)), spot[same])
    frame = pd.DataFrame(
        {
            "old_code": np.concatenate([np.where(same, old["grid_code"].to_numpy(object)[spot], ""),
                                        old["grid_code"].to_numpy(object)[gone]]),
            "new_code": np.concatenate([new["grid_code"].to_numpy(object), np.full(len(gone), "", object)]),
            "buildings": np.ones(len(new) + len(gone), np.int64),
            "households_old": np.concatenate([np.where(same, old["households"].to_numpy()[spot], 0),
                                              old["households"].to_numpy()[gone]]),
            "households_new": np.concatenate([new["households"].to_numpy(), np.zeros(len(gone), np.int64)]),
        }
    )  # fmt: skip
    table = frame.groupby(["old_code", "new_code"], sort=True, as_index=False).sum()
    return pd.DataFrame(table)[list(CROSSWALK_COLUMNS)]


def continue_grids(
    old: NDArray[np.object_], new: NDArray[np.object_], weight: NDArray[np.float64]
) -> dict[object, str]:
    """Tell which new grid continues which old one: the one that keeps the largest share of its households.

    Parameters
    ----------
    old, new : object[n]
        Grid of each building in either plan; "" in `old` for none.
    weight : float64[n]
        Its households.

    Returns
    -------
    dict of object to str
        New grid -> the old grid that it continues; of several, the one that gives it the most.
    """
    frame = pd.DataFrame({"old": old, "new": new, "weight": weight + 1e-6})  # grids without households have buildings
    sums: Any = frame[frame["old"] != ""].groupby(["old", "new"])["weight"].sum()
    pairs: pd.DataFrame = sums.reset_index()
    order = pairs.sort_values(["weight", "old", "new"], ascending=[False, True, True])
    return dict(order.drop_duplicates("old").drop_duplicates("new")[["new", "old"]].itertuples(index=False, name=None))
