"""The two moves of the search: recombine neighbouring grids along a random tree, and hand over one unit."""

import numpy as np

from gridplan.partition.kernels.arrays import (
    AFTER,
    BELOW,
    COMPOUNDS,
    COST,
    DRAWN,
    END,
    FREE,
    HEAD,
    INSIDE,
    LABEL,
    LOWER,
    MEMBER,
    N_SUMS,
    NONE,
    OUTSIDE,
    PLACE,
    REST,
    STACK,
    TAKEN,
    UNIT,
    WEIGHT,
    ZERO,
    Floats,
    Graph,
    State,
    Work,
)  # fmt: skip
from gridplan.partition.kernels.compiling import inner, woven
from gridplan.partition.kernels.cost import price_sums
from gridplan.partition.kernels.grids import collect, join, leave, settle
from gridplan.partition.kernels.tree import grow_tree, price_cuts, sum_subtrees

KEEP = 0.5
"""Share of trees that hold compounds together."""

FIRST_CUTS = 3
"""First cuts tried on one tree in search of three parts."""


@inner
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


@inner
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
    labels = state.rows[LABEL]
    low = graph.indptr[unit]
    degree = graph.indptr[unit + 1] - low
    start = int(rng.random() * degree)
    for k in range(degree):
        label = labels[graph.indices[low + (start + k) % degree]]
        if label != labels[unit] and label != other:
            return label
    return -1


@inner
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
    tree = work.tree
    stack = work.rows[STACK]
    cost = np.inf
    first = -1
    second = -1
    found = 0
    for i in range(1, size):
        side = 0 if tree[i, BELOW] <= tree[i, REST] else 1
        if tree[i, BELOW + side] < price[OUTSIDE]:
            stack[found] = 2 * i + side
            tree[found, TAKEN] = tree[i, BELOW + side]
            found += 1
    for cut in range(FIRST_CUTS):
        if cut >= found:
            break
        pick = int(rng.random() * found)
        root = stack[pick] // 2
        taken = tree[pick, TAKEN]
        low = ZERO
        high = size
        skip = root
        if stack[pick] % 2 != 0:
            low = root
            high = work.rows[END, root]
            skip = NONE
        sum_subtrees(graph, work, edges, low, high, skip)
        _, best, at = price_cuts(price, work, low, high, skip)
        if taken + best < cost:
            cost = taken + best
            first = root
            second = at
    return cost, first, second


@inner
def _relabel(price, graph, state, work, size, first, second):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Turn the cuts into grids; labels in DRAWN that are short are taken from, those left over put on, the stack."""
    n = len(state.grids)
    rows = state.rows
    drawn = work.rows[DRAWN]
    ends = work.rows[END]
    height = rows[FREE, n]
    for k in range(3):
        if drawn[k] >= 0:
            rows[HEAD, drawn[k]] = -1
        elif k == 0 or (k == 1 and first >= 0) or (k == 2 and second >= 0):  # noqa: PLR2004
            height -= 1
            drawn[k] = rows[FREE, height]
    for i in range(size):
        k = 0
        if first >= 0 and first <= i < ends[first]:
            k = 1
        if second >= 0 and second <= i < ends[second] and (k == 0 or second > first):
            k = 2
        join(state, work.rows[UNIT, i], drawn[k])
    rows[FREE, n] = height
    settle(price, graph, state, work)


@woven
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
    member = work.rows[MEMBER]
    drawn = work.rows[DRAWN]
    drawn[0] = grid
    drawn[1] = other
    drawn[2] = -1
    size = ZERO
    old = 0.0
    for k in range(3):
        if k == 2 and other >= 0 and rng.random() < chance:  # noqa: PLR2004
            unit = member[int(rng.random() * size)]
            drawn[2] = neighbour_grid(rng, graph, state, unit, other if state.rows[LABEL, unit] == grid else grid)
        if drawn[k] >= 0:
            size = collect(state, work, drawn[k], size)
            old += state.grids[drawn[k], COST]
    edges = grow_tree(rng, graph, work, size, KEEP)
    sum_subtrees(graph, work, edges, ZERO, size, NONE)
    enough = size > 2 and work.tree[0, WEIGHT] > 2.5 * price[LOWER]  # noqa: PLR2004
    new, best, first = price_cuts(price, work, ZERO, size, NONE)
    second = -1
    if best < new:
        new = best
    else:
        first = -1
    if enough:
        best, one, two = cut_in_three(rng, price, graph, work, size, edges)
        if best < new:
            new = best
            first = one
            second = two
    for i in range(size):
        work.rows[PLACE, member[i]] = -1
    if not accepts(rng, new - old, heat):
        return 0.0
    _relabel(price, graph, state, work, size, first, second)
    return new - old


@inner
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
    labels = state.rows[LABEL]
    member = work.rows[MEMBER]
    place = work.rows[PLACE]
    indptr = graph.indptr
    indices = graph.indices
    label = labels[unit]
    left = -1
    size = 0
    for half in range(indptr[unit], indptr[unit + 1]):
        other = indices[half]
        if labels[other] == label:
            left += 1
            if size == 0:
                member[0] = other
                place[other] = 0
                size = 1
    place[unit] = 0
    at = 0
    while at < size and left > 0:
        near = member[at]
        at += 1
        for half in range(indptr[near], indptr[near + 1]):
            other = indices[half]
            if labels[other] == label and place[other] < 0:
                place[other] = 0
                member[size] = other
                size += 1
                for back in range(indptr[unit], indptr[unit + 1]):
                    left -= indices[back] == other
    place[unit] = -1
    for i in range(size):
        place[member[i]] = -1
    return left <= 0


@woven
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
    labels = state.rows[LABEL]
    n = len(state.grids)
    own = labels[unit]
    rest = work.tree[n]
    grown = work.tree[n + 1]
    for k in range(N_SUMS):
        share = graph.units[unit, k] if k < COMPOUNDS else 0.0
        rest[k] = state.grids[own, k] - share
        grown[k] = state.grids[to, k] + share
    lost = 0.0
    gained = 0.0
    for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
        label = labels[graph.indices[half]]
        if label == own:
            lost += graph.border[half]
        elif label == to:
            gained += graph.border[half]
    rest[INSIDE] -= lost
    grown[INSIDE] += gained
    c = graph.compound[unit]
    if c >= 0:
        rest[COMPOUNDS] -= not _has_compound(graph, state, own, c, unit)
        grown[COMPOUNDS] += not _has_compound(graph, state, to, c, unit)
    alone = state.rows[HEAD, own] == unit and state.rows[AFTER, unit] < 0
    rise = price_sums(price, grown)
    if not alone:
        rise = price_sums(price, rest) + rise
    rise = rise - state.grids[own, COST] - state.grids[to, COST]
    if not accepts(rng, rise, heat) or not stays_connected(graph, state, work, unit):
        return 0.0
    leave(state, unit)
    join(state, unit, to)
    drawn = work.rows[DRAWN]
    drawn[0] = to
    drawn[1] = own
    drawn[2] = -1
    settle(price, graph, state, work)
    return rise


@inner
def _has_compound(graph, state, label, compound, without):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    unit = state.rows[HEAD, label]
    while unit >= 0:
        if unit != without and graph.compound[unit] == compound:
            return True
        unit = state.rows[AFTER, unit]
    return False
