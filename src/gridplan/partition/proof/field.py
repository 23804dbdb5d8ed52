"""The piece as the proof sees it: units in order, sizes that a better plan can hold, and idle units left aside."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order

from gridplan.partition.certificate import size_penalty
from gridplan.partition.kernels.arrays import (
    LOAD,
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


def forced_cost(graph: Graph, price: Floats) -> float:
    """Sum what units above the band cost in any plan.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece and prices.

    Returns
    -------
    float
        Least price of the size rule for these units, each in a grid of its own.
    """
    w = graph.units[:, WEIGHT]
    excess = w[w > price[UPPER] + SLACK] - price[UPPER]
    return float((price[OUTSIDE] + price[SURPLUS] * excess).sum())


def make_field(graph: Graph, price: Floats, cost: float) -> tuple[Field, Ints] | None:
    """Put the units of a piece in the order of the proof, and limit the sizes that a better plan can hold.

    Units above the band come first, then others with households, then those without; last the idle ones: without
    households and without priced borders, they can join any grid around them and matter only where they link others.

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
        plan.
    """
    w, n = graph.units[:, WEIGHT], len(graph.compound)
    huge = w > price[UPPER] + SLACK
    slack = cost - forced_cost(graph, price)
    if huge.sum() > 1 and price[SURPLUS] * price[UPPER] <= price[OUTSIDE] + slack:
        return None
    vain = price[LOAD] * price[TARGET] + float(size_penalty(price, 0.0, np.ones(1))[0])
    if graph.border.sum() / 2.0 >= vain > 0.0 or vain <= 0.0:
        return None  # a grid without households could pay
    tolls, ends = np.zeros(n), np.repeat(np.arange(n), np.diff(graph.indptr))
    np.add.at(tolls, ends, graph.border)
    idle = (w <= 0) & (tolls == 0)
    matrix: Any = csr_array((graph.border + 1.0, graph.indices, graph.indptr), shape=(n, n))
    walk = breadth_first_order(matrix, 0, return_predecessors=False).astype(np.int64)
    late = (~huge).astype(np.int64) + (w <= 0) + idle
    order = walk[np.argsort(late[walk], kind="stable")]
    matrix = matrix[order][:, order].tocsr()
    matrix.sort_indices()
    units = np.ascontiguousarray(graph.units[order])
    ordered = Graph(
        indptr=matrix.indptr.astype(np.int64), indices=matrix.indices.astype(np.int64),
        border=matrix.data - 1.0, units=units, compound=np.ascontiguousarray(graph.compound[order]),
    )  # fmt: skip
    per = max(float(price[SURPLUS]), 1e-12)
    wide = max(0.0, slack - price[OUTSIDE]) / per if slack >= price[OUTSIDE] else 0.0
    weight = np.maximum(units[:, 0], 1e-12)
    field = Field(
        graph=ordered, x=units[:, 2] / weight, y=units[:, 3] / weight,
        lowest=np.full(n, max(0.0, price[LOWER] - wide)),
        highest=np.where(huge[order], units[:, 0] + slack / per, price[UPPER] + wide),
        firm=int(n - idle.sum()),
    )  # fmt: skip
    return field, order
