"""Bookkeeping of a partition under way: member lists, sums and costs of its grids."""

from numba import njit

from gridplan.partition.kernels.arrays import COMPOUNDS, INSIDE, LOADED, WEIGHT, WR2, WX, WY, Floats, Graph, State, Work
from gridplan.partition.kernels.cost import grid_cost

MET = -2
"""Mark of a compound already counted."""


@njit(cache=True, nogil=True)
def join(state: State, unit: int, label: int) -> None:
    """Enter a unit into the list of a grid.

    Parameters
    ----------
    state : State
        The unit is in no list.
    unit, label : int
        Unit and grid.
    """
    head = state.head[label]
    state.after[unit], state.before[unit] = head, -1
    if head >= 0:
        state.before[head] = unit
    state.head[label], state.label[unit] = unit, label


@njit(cache=True, nogil=True)
def leave(state: State, unit: int) -> None:
    """Take a unit out of the list of its grid.

    Parameters
    ----------
    state : State
        The unit is in the list of its grid.
    unit : int
        Unit.
    """
    after, before = state.after[unit], state.before[unit]
    if after >= 0:
        state.before[after] = before
    if before >= 0:
        state.after[before] = after
    else:
        state.head[state.label[unit]] = after


@njit(cache=True, nogil=True)
def tally(price: Floats, graph: Graph, state: State, work: Work, label: int) -> float:
    """Sum up a grid afresh and price it.

    Parameters
    ----------
    price, graph, state, work : float64[9], Graph, State, Work
        Prices, piece, partition and scratch.
    label : int
        Grid with at least one unit; its sums and cost are filled.

    Returns
    -------
    float
        Cost of the grid.
    """
    s = state.sums[label]
    s[:] = 0.0
    unit = state.head[label]
    while unit >= 0:
        for k in range(5):
            s[k] += graph.units[unit, k]
        c = graph.compound[unit]
        if c >= 0 and work.first[c] != MET:
            work.first[c] = MET
            s[COMPOUNDS] += 1
        for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
            if state.label[graph.indices[half]] == label:
                s[INSIDE] += 0.5 * graph.border[half]
        unit = state.after[unit]
    unit = state.head[label]
    while unit >= 0:
        if graph.compound[unit] >= 0:
            work.first[graph.compound[unit]] = -1
        unit = state.after[unit]
    state.cost[label] = grid_cost(price, s[WEIGHT], s[LOADED], s[WX], s[WY], s[WR2], s[COMPOUNDS], s[INSIDE])
    return state.cost[label]


@njit(cache=True, nogil=True)
def load_labels(price: Floats, graph: Graph, state: State, work: Work) -> float:
    """Build lists, sums and costs from `state.label`.

    Parameters
    ----------
    price, graph, state, work : float64[9], Graph, State, Work
        Prices, piece, partition and scratch.

    Returns
    -------
    float
        Cost of the partition.
    """
    n = state.label.size
    state.head[:] = -1
    for unit in range(n - 1, -1, -1):
        join(state, unit, state.label[unit])
    height, total = 0, 0.0
    for label in range(n - 1, -1, -1):
        if state.head[label] < 0:
            state.free[height] = label
            height += 1
        else:
            total += tally(price, graph, state, work, label)
    state.free[n] = height
    return total


@njit(cache=True, nogil=True)
def collect(state: State, work: Work, label: int, size: int) -> int:
    """Add the units of a grid to the union in `work`.

    Parameters
    ----------
    state, work : State, Work
        Partition; scratch with a union of `size` units.
    label, size : int
        Grid to add, and units so far.

    Returns
    -------
    int
        Units of the union now.
    """
    unit = state.head[label]
    while unit >= 0:
        work.member[size], work.place[unit] = unit, size
        size += 1
        unit = state.after[unit]
    return size
