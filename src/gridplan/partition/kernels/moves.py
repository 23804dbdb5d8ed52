"""The two moves of the search: recombine neighbouring grids along a random tree, and hand over one unit."""

import numpy as np
from numba import njit

from gridplan.partition.kernels.arrays import (
    COMPOUNDS,
    INSIDE,
    LOADED,
    LOWER,
    NONE,
    OUTSIDE,
    WEIGHT,
    WR2,
    WX,
    WY,
    ZERO,
    Floats,
    Graph,
    State,
    Work,
)  # fmt: skip
from gridplan.partition.kernels.cost import grid_cost
from gridplan.partition.kernels.grids import collect, join, leave, tally
from gridplan.partition.kernels.tree import grow_tree, price_cuts, sum_subtrees

KEEP = 0.5
"""Share of trees that hold compounds together."""

FIRST_CUTS = 3
"""First cuts tried on one tree in search of three parts."""


@njit(cache=True, nogil=True)
def accepts(rng: np.random.Generator, rise: float, heat: float) -> bool:
    """Decide on a move by the rule of Metropolis.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    rise, heat : float
        Rise of the cost, and temperature in the same unit.

    Returns
    -------
    bool
        Always true for a fall; else with probability exp(-rise / heat).
    """
    return rise <= 0.0 or rng.random() < np.exp(-rise / heat)


@njit(cache=True, nogil=True)
def neighbour_grid(rng: np.random.Generator, graph: Graph, state: State, unit: int, other: int) -> int:
    """Find a grid next to a unit, other than its own and one more.

    Parameters
    ----------
    rng : Generator
        Chooses where to begin to look.
    graph, state : Graph, State
        Piece and partition.
    unit, other : int
        Unit, and a grid that does not count.

    Returns
    -------
    int
        A grid, or -1.
    """
    low, degree = graph.indptr[unit], graph.indptr[unit + 1] - graph.indptr[unit]
    start = int(rng.random() * degree)
    for k in range(degree):
        label = state.label[graph.indices[low + (start + k) % degree]]
        if label != state.label[unit] and label != other:
            return label
    return -1


@njit(cache=True, nogil=True)
def cut_in_three(
    rng: np.random.Generator, price: Floats, graph: Graph, work: Work, size: int, edges: int
) -> tuple[float, int, int]:
    """Look for a good pair of cuts: a few first cuts that leave a grid within the band, each with its best second.

    Parameters
    ----------
    rng : Generator
        Chooses the first cuts.
    price, graph, work : float64[9], Graph, Work
        Prices, piece, and a tree after `price_cuts` of the whole of it.
    size, edges : int
        Units and edges of the union.

    Returns
    -------
    float, int, int
        Cost of the three grids (infinite if none) and the roots of the two cuts.
    """
    cost, first, second, found = np.inf, -1, -1, 0
    for i in range(1, size):
        side = 0 if work.side[i, 0] <= work.side[i, 1] else 1
        if work.side[i, side] < price[OUTSIDE]:
            work.stack[found] = 2 * i + side
            work.side[found, 2] = work.side[i, side]
            found += 1
    for _ in range(min(found, FIRST_CUTS)):
        pick = int(rng.random() * found)
        root, taken = work.stack[pick] // 2, work.side[pick, 2]
        if work.stack[pick] % 2 == 0:
            low, high, skip = ZERO, size, root
        else:
            low, high, skip = root, work.end[root], NONE
        sum_subtrees(graph, work, edges, low, high, skip)
        _, best, at = price_cuts(price, work, low, high, skip)
        if taken + best < cost:
            cost, first, second = taken + best, root, at
    return cost, first, second


@njit(cache=True, nogil=True)
def _relabel(price, graph, state, work, size, first, second, labels):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Turn the cuts into grids; labels that are short are drawn from, and those left over put on, the stack."""
    height = state.free[state.label.size]
    for k in range(3):
        if labels[k] >= 0:
            state.head[labels[k]] = -1
        elif k == 0 or (k == 1 and first >= 0) or (k == 2 and second >= 0):  # noqa: PLR2004
            height -= 1
            labels[k] = state.free[height]
    for i in range(size):
        k = 0
        if first >= 0 and first <= i < work.end[first]:
            k = 1
        if second >= 0 and second <= i < work.end[second] and (k == 0 or second > first):
            k = 2
        join(state, work.unit[i], labels[k])
    for k in range(3):
        if labels[k] >= 0 and state.head[labels[k]] < 0:
            state.free[height] = labels[k]
            height += 1
        elif labels[k] >= 0:
            tally(price, graph, state, work, labels[k])
    state.free[state.label.size] = height


@njit(cache=True, nogil=True)
def recombine(
    rng: np.random.Generator, price: Floats, graph: Graph, state: State, work: Work,
    grid: int, other: int, chance: float, heat: float,
) -> float:  # fmt: skip
    """Merge neighbouring grids and cut them anew in one, two or three along a random tree.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    price, graph, state, work : float64[9], Graph, State, Work
        Prices, piece, partition (changed if the move is accepted) and scratch.
    grid, other : int
        Grids that touch; `other` is -1 to cut one grid alone.
    chance : float
        Chance that a third grid that touches is looked for.
    heat : float
        Temperature.

    Returns
    -------
    float
        Change of the cost; 0 if the move was not accepted.
    """
    size, old = collect(state, work, grid, ZERO), state.cost[grid]
    third = -1
    if other >= 0:
        size, old = collect(state, work, other, size), old + state.cost[other]
        if rng.random() < chance:
            unit = work.member[int(rng.random() * size)]
            third = neighbour_grid(rng, graph, state, unit, other if state.label[unit] == grid else grid)
            if third >= 0:
                size, old = collect(state, work, third, size), old + state.cost[third]
    edges = grow_tree(rng, graph, work, size, KEEP)
    sum_subtrees(graph, work, edges, ZERO, size, NONE)
    enough = work.sums[0, WEIGHT] > 2.5 * price[LOWER]
    new, best, first = price_cuts(price, work, ZERO, size, NONE)
    second = -1
    if best < new:
        new = best
    else:
        first = -1
    if enough and size > 2:  # noqa: PLR2004
        best, one, two = cut_in_three(rng, price, graph, work, size, edges)
        if best < new:
            new, first, second = best, one, two
    for i in range(size):
        work.place[work.member[i]] = -1
    if not accepts(rng, new - old, heat):
        return 0.0
    labels = np.array([grid, other, third])
    _relabel(price, graph, state, work, size, first, second, labels)
    return new - old


@njit(cache=True, nogil=True)
def stays_connected(graph: Graph, state: State, work: Work, unit: int) -> bool:
    """Tell whether a grid is still in one piece without one of its units.

    Parameters
    ----------
    graph, state, work : Graph, State, Work
        Piece, partition and scratch.
    unit : int
        The unit; a grid of this unit alone stays connected.

    Returns
    -------
    bool
        Whether the rest is empty or connected.
    """
    label, wanted, size = state.label[unit], 0, 0
    for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
        other = graph.indices[half]
        if state.label[other] == label:
            wanted += 1
            if size == 0:
                work.member[0], work.place[other], size = other, 0, 1
    work.place[unit] = 0
    left, at = wanted - 1, 0
    while at < size and left > 0:
        near = work.member[at]
        at += 1
        for half in range(graph.indptr[near], graph.indptr[near + 1]):
            other = graph.indices[half]
            if state.label[other] == label and work.place[other] < 0:
                work.place[other], work.member[size] = 0, other
                size += 1
                for back in range(graph.indptr[unit], graph.indptr[unit + 1]):
                    left -= graph.indices[back] == other
    work.place[unit] = -1
    for i in range(size):
        work.place[work.member[i]] = -1
    return left <= 0


@njit(cache=True, nogil=True)
def hand_over(
    rng: np.random.Generator, price: Floats, graph: Graph, state: State, work: Work, unit: int, to: int, heat: float
) -> float:
    """Move one unit to a grid it touches.

    Parameters
    ----------
    rng : Generator
        Source of chance.
    price, graph, state, work : float64[9], Graph, State, Work
        Prices, piece, partition (changed if the move is accepted) and scratch.
    unit, to : int
        Unit and grid.
    heat : float
        Temperature.

    Returns
    -------
    float
        Change of the cost; 0 if the move was not accepted.
    """
    own = state.label[unit]
    s, t, u = state.sums[own], state.sums[to], graph.units[unit]
    lost, gained, shared, met = 0.0, 0.0, False, False
    for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
        lost += graph.border[half] * (state.label[graph.indices[half]] == own)
        gained += graph.border[half] * (state.label[graph.indices[half]] == to)
    c = graph.compound[unit]
    if c >= 0:
        shared, met = _has_compound(graph, state, own, c, unit), _has_compound(graph, state, to, c, unit)
    alone = state.head[own] == unit and state.after[unit] < 0
    rest = 0.0
    if not alone:
        rest = grid_cost(
            price, s[WEIGHT] - u[WEIGHT], s[LOADED] - u[LOADED], s[WX] - u[WX], s[WY] - u[WY], s[WR2] - u[WR2],
            s[COMPOUNDS] - (c >= 0 and not shared), s[INSIDE] - lost,
        )  # fmt: skip
    grown = grid_cost(
        price, t[WEIGHT] + u[WEIGHT], t[LOADED] + u[LOADED], t[WX] + u[WX], t[WY] + u[WY], t[WR2] + u[WR2],
        t[COMPOUNDS] + (c >= 0 and not met), t[INSIDE] + gained,
    )  # fmt: skip
    rise = rest + grown - state.cost[own] - state.cost[to]
    if not accepts(rng, rise, heat) or not stays_connected(graph, state, work, unit):
        return 0.0
    leave(state, unit)
    join(state, unit, to)
    tally(price, graph, state, work, to)
    if alone:
        height = state.free[state.label.size]
        state.free[height], state.free[state.label.size] = own, height + 1
    else:
        tally(price, graph, state, work, own)
    return rise


@njit(cache=True, nogil=True)
def _has_compound(graph, state, label, compound, without):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    unit = state.head[label]
    while unit >= 0:
        if unit != without and graph.compound[unit] == compound:
            return True
        unit = state.after[unit]
    return False
