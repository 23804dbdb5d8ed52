"""Parts of many plans combined anew: the best plan that the parts met can make is seldom one of the plans met."""

import time
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from gridplan.partition.clock import Clock
from gridplan.partition.fixed.effort import Found
from gridplan.partition.fixed.plans import load_plan, price_labels
from gridplan.partition.highs import make_solver
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.fixed_arrays import LOWER, UPPER, WEIGHT, Net, Plan, make_plan

MOST = 40_000
"""Parts kept, at most; from half as many on, those that no better plan can hold are let go."""

GROWN = 1.1
"""Times as many parts as the last time, before they are combined again, unless that last gave a better plan."""

BRANCHES = 1_000
"""Branches that one programme may cost: a count, so that a plan can be made again."""

CLOSE = 1e-9
"""A relaxation this near the best plan leaves nothing to find, in parts of mean cost."""

SPARE = 0.05
"""Parts dearer by as much than the relaxation would pay are let go where there are many, in the same."""

LEAST_S = 0.05
"""A programme gets at least so many seconds: none would be no limit."""

SWAP = 2
"""Nodes that a part gives and takes, at most, to make another."""

FEW = 64
"""Nodes in a part, and beside it, at most, for swaps to be tried: pairs of pairs are many."""


class Pool:
    """Parts within the band that a search has met.

    Parameters
    ----------
    net, price : Net, float64[9]
        Connected graph and prices.
    parts : int
        Number of parts of a plan.
    """

    def __init__(self, net: Net, price: Floats, parts: int) -> None:
        self._net, self._price, self._parts = net, price, parts
        self._plan, self._two = make_plan(net, parts), make_plan(net, 2)
        self._cost: dict[bytes, float] = {}
        self._swapped: set[bytes] = set()
        self._seen = 0

    def add(self, labels: Ints) -> None:
        """Keep the parts of a plan that lie within the band.

        Parameters
        ----------
        labels : int64[n]
            Part of each node.
        """
        cost = _part_costs(self._net, self._price, self._plan, labels)
        size = self._plan.parts[:, WEIGHT]
        for part in np.flatnonzero((size >= self._price[LOWER]) & (size <= self._price[UPPER])).tolist():
            if len(self._cost) < MOST:
                self._cost.setdefault(np.packbits(labels == part).tobytes(), float(cost[part]))

    def swap(self, labels: Ints, clock: Clock) -> None:
        """Keep what the parts of a plan become within the band when they swap one or two nodes with their neighbours.

        Parameters
        ----------
        labels : int64[n]
            Part of each node.
        clock : Clock
            When to stop early.
        """
        for part in range(self._parts):
            held = labels == part
            key = np.packbits(held).tobytes()
            if key in self._swapped:
                continue
            self._swapped.add(key)
            for other in _swaps(self._net, held, float(self._price[LOWER]), float(self._price[UPPER])):
                if clock.over():
                    return
                code = np.packbits(other).tobytes()
                if code not in self._cost and len(self._cost) < MOST:
                    cost = _part_costs(self._net, self._price, self._two, other.astype(np.int64))
                    self._cost[code] = float(cost[1])

    def combine(self, best: Found, clock: Clock) -> Found | None:
        """Find the cheapest plan made of parts met.

        Parameters
        ----------
        best : Found
            The best plan so far.
        clock : Clock
            When to stop early.

        Returns
        -------
        Found or None
            A better plan, if there is one and the programme found it.
        """
        if len(self._cost) <= GROWN * self._seen or clock.over():
            return None
        n = len(self._net.units)
        keys = list(self._cost)
        held = np.array([np.unpackbits(np.frombuffer(key, np.uint8), count=n) for key in keys], dtype=bool)
        cost = np.array(list(self._cost.values()))
        aim = best.cost if best.missing == 0 else np.inf
        chosen, useful = _cover(held, cost, self._parts, aim, clock)
        if len(keys) > MOST / 2:
            self._cost = {keys[k]: float(cost[k]) for k in np.flatnonzero(useful)}
        self._seen = len(self._cost)
        if len(chosen) != self._parts:
            return None
        found = price_labels(self._net, self._price, held[chosen].argmax(axis=0).astype(np.int64), self._parts)
        if not found < best:
            return None
        self._seen = 0
        return found


def _part_costs(net: Net, price: Floats, plan: Plan, labels: Ints) -> Floats:
    """Price the parts of a plan, each with half the toll of its border."""
    plan.label[:] = labels
    load_plan(price, net, plan)
    ends = labels[net.ends]
    border = np.repeat(net.toll / 2 * (ends[:, 0] != ends[:, 1]), 2)
    return np.asarray(plan.cost + np.bincount(ends.ravel(), border, len(plan.parts)))


def _swaps(net: Net, held: NDArray[np.bool_], lower: float, upper: float) -> Iterator[NDArray[np.bool_]]:
    """Go through the connected sets within the band that differ from one by up to two nodes given and two taken."""
    near = _masks(net)
    weight, inside = net.units[:, WEIGHT], [int(u) for u in np.flatnonzero(held)]
    mask = sum(1 << u for u in inside)
    rim = [u for u in range(len(near)) if not mask >> u & 1 and near[u] & mask]
    if len(rim) > FEW or len(inside) > FEW:
        return
    total = float(weight[held].sum())
    given = [c for k in range(SWAP + 1) for c in combinations(inside, k)]
    taken = [c for k in range(SWAP + 1) for c in combinations(rim, k)]
    less = np.array([weight[list(c)].sum() for c in given])
    more = np.array([weight[list(c)].sum() for c in taken])
    order = np.argsort(more, kind="stable")
    low = np.searchsorted(more[order], lower - total + less, "left")
    high = np.searchsorted(more[order], upper - total + less, "right")
    for k, out in enumerate(given):
        for j in order[low[k] : high[k]].tolist():
            other = mask & ~sum(1 << u for u in out) | sum(1 << u for u in taken[j])
            if other != mask and _hangs_together(near, other):
                yield np.array([other >> u & 1 for u in range(len(near))], dtype=bool)


def _masks(net: Net) -> list[int]:
    """Neighbours of each node as the bits of a number."""
    near = [0] * len(net.units)
    for a, b in net.ends.tolist():
        near[a] |= 1 << b
        near[b] |= 1 << a
    return near


def _hangs_together(near: list[int], mask: int) -> bool:
    reached, front = 0, mask & -mask
    while front:
        reached |= front
        grown = 0
        while front:
            grown |= near[(front & -front).bit_length() - 1]
            front &= front - 1
        front = grown & mask & ~reached
    return reached == mask != 0


def _cover(
    held: NDArray[np.bool_], cost: Floats, parts: int, aim: float, clock: Clock
) -> tuple[Ints, NDArray[np.bool_]]:
    """Choose parts that hold every node once for less than `aim`, none where none were found; and tell which may."""
    solver, (columns, n) = make_solver(), held.shape
    nothing, all_ = np.zeros(0, np.int64), np.ones(columns, np.bool_)
    one = np.append(np.ones(n), parts)
    scale = max(float(np.median(cost)), 1e-300)  # costs may be millions of square metres
    none = np.zeros(0, np.int32)
    solver.addRows(n + 1, one, one, 0, np.zeros(n + 1, np.int32), none, np.zeros(0))
    table = csc_array(np.vstack([held.T, all_]).astype(np.float64))
    solver.addCols(
        columns, cost / scale, np.zeros(columns), np.ones(columns), table.nnz, table.indptr[:-1].astype(np.int32),
        table.indices.astype(np.int32), table.data,
    )  # fmt: skip
    _run(solver, clock)
    if solver.getModelStatus().name != "kOptimal":
        return nothing, all_
    slack = aim / scale - solver.getInfo().objective_function_value
    useful = np.array(solver.getSolution().col_dual) < max(slack, SPARE)
    if slack <= CLOSE:
        return nothing, useful
    dear = np.flatnonzero(~useful).astype(np.int32)
    solver.changeColsBounds(len(dear), dear, np.zeros(len(dear)), np.zeros(len(dear)))
    solver.changeColsIntegrality(columns, np.arange(columns, dtype=np.int32), np.ones(columns, np.uint8))
    solver.setOptionValue("mip_max_nodes", BRANCHES)
    _run(solver, clock)
    if solver.getInfo().primal_solution_status != 2:  # noqa: PLR2004  no feasible point
        return nothing, useful
    return np.flatnonzero(np.array(solver.getSolution().col_value) > 0.5), useful  # noqa: PLR2004


def _run(solver: Any, clock: Clock) -> None:  # noqa: ANN401
    if clock.end < np.inf:
        solver.setOptionValue("time_limit", max(LEAST_S, clock.end - time.monotonic()))
    solver.run()
