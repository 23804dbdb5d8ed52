"""The piece as the proof sees it: units in order, sizes that a better plan can hold, and idle units left aside."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from gridplan.partition.certificate import size_penalty
from gridplan.partition.kernels.arrays import (
    LOAD,
    LOADED,
    LOWER,
    OUTSIDE,
    SURPLUS,
    TARGET,
    UPPER,
    WEIGHT,
    Field,
    Floats,
    Graph,
    Ints,
)
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.misfits import Misfits, find_misfits


def make_field(graph: Graph, price: Floats, cost: float) -> tuple[Field, Ints] | None:
    """Put the units of a piece in the order of the proof, and limit the sizes that a better plan can hold.

    Anchors come first: units that no grid within the band holds. Then come others with households, then the idle ones:
    without households they can join any grid around them, and matter where they link others or have priced borders.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece and prices.
    cost : float
        Cost of the plan at hand.

    Returns
    -------
    (Field, int64[n]) or None
        The piece in that order, and the order; None where two units above the band could share a grid of a better
        plan, or a grid without households could pay.
    """
    w, n, misfits = graph.units[:, WEIGHT], len(graph.compound), find_misfits(graph, price)
    slack = max(0.0, cost - misfits.price)
    apart = misfits.apart > slack
    if (w[misfits.units[~apart]] > price[UPPER] + SLACK).any():
        return None
    # the others may share grids, with all that each costs
    slack, misfits = slack + float(misfits.least[~apart].sum()), misfits.only(apart)
    vain = price[LOAD] * price[TARGET] + float(size_penalty(price, 0.0, np.ones(1))[0])
    if graph.border.sum() / 2.0 >= vain > 0.0 or vain <= 0.0:
        return None  # a grid without households could pay
    tolls, ends = np.zeros(n), np.repeat(np.arange(n), np.diff(graph.indptr))
    np.add.at(tolls, ends, graph.border)
    matrix: Any = csr_array((graph.border + 1.0, graph.indices, graph.indptr), shape=(n, n))
    walk = breadth_first_order(matrix, 0, return_predecessors=False).astype(np.int64)
    late = np.ones(n, np.int64) + (w <= 0) + ((w <= 0) & (tolls == 0))
    late[misfits.units] = 0
    order = walk[np.argsort(late[walk], kind="stable")]
    matrix = matrix[order][:, order].tocsr()
    matrix.sort_indices()
    units = np.ascontiguousarray(graph.units[order])
    if price[LOAD] == 0.0:
        units[:, LOADED] = units[:, WEIGHT]  # by which tables and bounds are sharpest
    ordered = Graph(
        indptr=matrix.indptr.astype(np.int64), indices=matrix.indices.astype(np.int64),
        border=matrix.data - 1.0, units=units, compound=np.ascontiguousarray(graph.compound[order]),
    )  # fmt: skip
    lowest, highest = _sizes(misfits, price, slack, order)
    weight = np.maximum(units[:, 0], 1e-12)
    field = Field(
        graph=ordered, x=units[:, 2] / weight, y=units[:, 3] / weight, lowest=lowest, highest=highest,
        anchors=len(misfits.units), firm=int((w > 0).sum()),
        tolled=int(((w <= 0) & (tolls > 0)).sum()),
    )  # fmt: skip
    return field, order


def _sizes(misfits: Misfits, price: Floats, slack: float, order: Ints) -> tuple[Floats, Floats]:
    """Give the fewest and most households of a grid with each anchor, and last of one without, in a better plan."""
    k, per = len(misfits.units), max(float(price[SURPLUS]), 1e-12)
    wide = max(0.0, slack - float(price[OUTSIDE])) / per
    place = np.zeros(len(order), np.int64)
    place[misfits.units] = np.arange(k)
    at = place[order[:k]]
    # by how many households the grid of each may miss the band, and whether it may fall short of it or exceed it
    miss, below, above = (misfits.least[at] + slack - price[OUTSIDE]) / per, misfits.below[at], misfits.above[at]
    short, over = price[LOWER] - below <= miss + SLACK, above - price[UPPER] <= miss + SLACK
    lowest = np.where(short, np.maximum(0.0, price[LOWER] - miss), above)
    highest = np.where(over, price[UPPER] + miss, below)
    return np.append(lowest, max(0.0, price[LOWER] - wide)), np.append(highest, price[UPPER] + wide)
