"""Grids that touch, also from community to community."""

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.model import PlanData

Ints = NDArray[np.int64]

_BARRIER_M = 10.0
"""A border this near a railway or water lies on it."""


def find_neighbours(plan: PlanData, min_border_m: float) -> Ints:
    """Find grids that touch, across no railway and no water, also from community to community.

    Parameters
    ----------
    plan : PlanData
        The plan.
    min_border_m : float
        Grids touch when they share more than this.

    Returns
    -------
    int64[e, 2]
        Rows of grids, each pair once, sorted.
    """
    codes = pd.Series(range(len(plan.grids)), index=plan.grids["grid_code"])
    grid = codes.reindex(plan.units.set_index("unit_id")["grid_code"]).set_axis(plan.units["unit_id"])
    inner = np.column_stack([grid.loc[plan.edges[c]].fillna(-1).to_numpy("int64") for c in ("unit_a", "unit_b")])
    apart = (inner[:, 0] != inner[:, 1]) & (inner >= 0).all(axis=1)  # a plan of others may leave units in no grid
    pairs = np.concatenate([inner[apart], _across(plan, min_border_m)])
    edges: Ints = np.unique(np.sort(pairs, axis=1), axis=0).reshape(-1, 2)
    return edges


def _across(plan: PlanData, min_border_m: float) -> Ints:
    """Pairs of grids of different communities that touch."""
    shapes = plan.grids.geometry.to_numpy()
    names = plan.grids["community_code"].astype(str) + "/" + plan.grids["community"].astype(str)
    community = pd.factorize(names)[0]
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    apart = (a < b) & (community[a] != community[b])
    a, b = a[apart], b[apart]
    if not len(a):
        return np.zeros((0, 2), np.int64)
    shared = shapely.intersection(shapely.boundary(shapes[a]), shapely.boundary(shapes[b]))
    kind = plan.context["kind"].isin(["railway", "water"]).to_numpy(dtype=bool)
    walls = plan.context.geometry.to_numpy()[kind]
    if len(walls):
        shared = shapely.difference(shared, shapely.buffer(shapely.union_all(walls), _BARRIER_M))
    open_ = shapely.length(shared) > min_border_m
    found: Ints = np.column_stack([a, b]).astype(np.int64)[open_]
    return found
