"""The piece as the proof sees it: units in order, sizes that a better plan can hold, and idle units left aside."""

from itertools import chain, pairwise
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

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


def add_needed(graph: Graph, firm: int, members: Ints, start: Ints) -> tuple[Ints, Ints]:
    """Add to grids the units without households that each cannot do without, since they alone link its units.

    Parameters
    ----------
    graph : Graph
        Piece of n units, those with households first.
    firm : int
        Units with households.
    members, start : int64, int64[m + 1]
        Units of each grid.

    Returns
    -------
    members, start : int64, int64[m + 1]
        The same with those units: two grids that need the same one are in no plan together.
    """
    n = len(graph.compound)
    if n == firm:
        return members, start
    near = [set(graph.indices[a:b].tolist()) for a, b in pairwise(graph.indptr)]
    idle, grids = set(range(firm, n)), []
    for a, b in pairwise(start):
        own = members[a:b].tolist()
        grids.append(own + [unit for unit in _links(near, own, idle) if not _joined(near, own, idle - {unit})])
    lengths = [len(grid) for grid in grids]
    return np.fromiter(chain(*grids), np.int64), np.append(0, np.cumsum(lengths)).astype(np.int64)


def _links(near: list[set[int]], own: list[int], idle: set[int]) -> list[int]:
    """List the units that link a grid one way or other; whatever it cannot do without is among them."""
    if _joined(near, own, set()):
        return []
    before, todo, usable = {own[0]: own[0]}, [own[0]], {*own, *idle}
    for unit in todo:
        for other in sorted(near[unit] & usable - before.keys()):
            before[other] = unit
            todo.append(other)
    used: set[int] = set()
    for unit in own:
        while unit != own[0]:
            unit = before[unit]  # noqa: PLW2901  # back to the first
            used |= {unit} & idle
    return sorted(used)


def _joined(near: list[set[int]], own: list[int], idle: set[int]) -> bool:
    """Tell whether units are connected through themselves and some others."""
    left, todo, usable = set(own[1:]), [own[0]], {*own[1:], *idle}
    while todo and left:
        new = near[todo.pop()] & usable
        usable -= new
        left -= new
        todo.extend(new)
    return not left


def join_idle(graph: Graph, labels: Ints) -> Ints | None:
    """Give the units without households to the grids: first where they link the units of a grid, then to a neighbour.

    Parameters
    ----------
    graph : Graph
        Piece of n units, those with households first.
    labels : int64[n]
        Grids of those with households, and of others that a grid needs; -1 for the rest.

    Returns
    -------
    int64[n] or None
        Grid of each unit; None where a link was not found.
    """
    n, k = len(graph.compound), int(labels.max()) + 1
    ends = np.repeat(np.arange(n), np.diff(graph.indptr))
    for first in range(k):  # those that come first have more to choose from
        new = labels.copy()
        if all(_link(graph, ends, new, label % k) for label in range(first, first + k)):
            while (new < 0).any():
                joins = (new[ends] < 0) & (new[graph.indices] >= 0)
                new[ends[joins]] = new[graph.indices[joins]]
            return new
    return None


def _link(graph: Graph, ends: Ints, new: Ints, label: int) -> bool:
    """Link the units of a grid along shortest ways over free units; tell whether that could be done."""
    n = len(new)
    while True:
        own = new == label
        free = own | (new < 0)
        inner, usable = own[ends] & own[graph.indices], free[ends] & free[graph.indices]
        matrix: Any = csr_array((np.ones(inner.sum()), (ends[inner], graph.indices[inner])), shape=(n, n))
        _, piece = connected_components(matrix, directed=False)
        begin = piece == piece[np.flatnonzero(own)[0]]
        if begin[own].all():
            return True
        matrix = csr_array((np.ones(usable.sum()), (ends[usable], graph.indices[usable])), shape=(n, n))
        order, before = breadth_first_order(matrix, int(np.flatnonzero(begin)[0]), return_predecessors=True)
        far = [unit for unit in order.tolist() if own[unit] and not begin[unit]]
        if not far:
            return False
        unit = far[0]
        while not begin[unit]:
            new[unit], unit = label, int(before[unit])
