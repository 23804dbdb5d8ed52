"""Frames of a plan -> its urban fabric again, so that a finished plan can be worked on without its input."""

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridplan.errors import PlanError, first_three
from gridplan.language import say
from gridplan.model import ContiguityGraph, Fabric, PlanData
from gridplan.schema import BARRIERS

_KEY = ["community", "community_code"]

Ints = NDArray[np.int64]


def recover_fabric(plan: PlanData) -> Fabric:
    """Give the units, communities and borders that a plan was drawn on.

    Parameters
    ----------
    plan : PlanData
        Any plan.

    Returns
    -------
    Fabric
        Its rows are those of the plan; nothing about it is found anew.

    Raises
    ------
    PlanError
        If edges name units, or units communities, that the plan does not have.
    """
    units = plan.units.reset_index(drop=True)
    place = pd.Series(np.arange(len(units)), index=units["unit_id"].to_numpy(dtype=object))
    edges, walls = (_pairs(place, frame) for frame in (plan.edges, plan.walls))
    code = {name: number for number, name in enumerate(BARRIERS)}
    order, other = np.lexsort(edges.T[::-1]), np.lexsort(walls.T[::-1])
    graph = ContiguityGraph(
        n_units=len(units), edges=edges[order].astype("int32"),
        border_m=plan.edges["border_m"].to_numpy(dtype="float64")[order],
        barrier=plan.edges["barrier"].map(code).to_numpy(dtype="float64")[order].astype(np.int8),
        barrier_m=plan.edges["barrier_m"].to_numpy(dtype="float64")[order],
        walls=walls[other].astype("int32"), wall_m=plan.walls["border_m"].to_numpy(dtype="float64")[other],
    )  # fmt: skip
    communities = plan.communities.reset_index(drop=True)
    return Fabric(
        units=units, buildings=plan.buildings, communities=communities, graph=graph,
        community_index=_homes(plan), set_aside=plan.set_aside,
    )  # fmt: skip


def _pairs(place: "pd.Series[int]", frame: pd.DataFrame) -> Ints:
    """Rows of the units of each pair, the lower first."""
    ends = np.stack([place.reindex(frame[c]).to_numpy(dtype="float64") for c in ("unit_a", "unit_b")], axis=1)
    lost = np.isnan(ends).any(axis=1)
    if lost.any():
        ids = first_three(frame["unit_a"].to_numpy()[lost])
        raise PlanError(say("plan, edges: need units of the plan, found others at {ids}; make the plan anew", ids=ids))
    return np.sort(ends.astype(np.int64), axis=1)


def _homes(plan: PlanData) -> NDArray[np.int32]:
    """Row of the community of each unit; where two have one name and code, the one its cell lies in."""
    table = plan.communities
    names = pd.MultiIndex.from_frame(table[_KEY])
    wanted = pd.MultiIndex.from_frame(plan.units[_KEY])
    first = np.asarray(~names.duplicated(), np.bool_)
    known = pd.MultiIndex.from_frame(table.loc[first, _KEY])
    found = known.get_indexer(wanted)
    rows, lost = np.flatnonzero(first)[found], found < 0
    if lost.any():
        ids = first_three(plan.units["unit_id"][lost])
        raise PlanError(
            say("plan, units: need communities of the plan, found others at {ids}; make the plan anew", ids=ids)
        )
    doubtful = np.flatnonzero(np.isin(rows, np.flatnonzero(names.duplicated(keep=False))))
    if len(doubtful):
        spots = shapely.point_on_surface(plan.units.geometry.to_numpy()[doubtful])
        unit, row = shapely.STRtree(table.geometry.to_numpy()).query(spots, predicate="intersects")
        same = names[row] == wanted[doubtful[unit]]
        rows[doubtful[unit[same]]] = row[same]
    return rows.astype(np.int32)
