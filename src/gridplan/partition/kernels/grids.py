"""Bookkeeping of a partition under way: member lists, sums and costs of its grids."""

from gridplan.partition.kernels.arrays import (
    AFTER,
    BEFORE,
    COMPOUNDS,
    COST,
    DRAWN,
    FIRST,
    FREE,
    HEAD,
    INSIDE,
    LABEL,
    MEMBER,
    N_SUMS,
    PLACE,
    Floats,
    Graph,
    State,
    Work,
)  # fmt: skip
from gridplan.partition.kernels.compiling import door, inner
from gridplan.partition.kernels.cost import price_sums

MET = -2
"""Mark of a compound already counted."""


@inner
def join(state: State, unit: int, label: int) -> None:
    """Enter a unit into the list of a grid.

    Parameters
    ----------
    state : State
        The unit is in no list.
    unit, label : int
        Unit and grid.
    """
    rows = state.rows
    head = rows[HEAD, label]
    rows[AFTER, unit] = head
    rows[BEFORE, unit] = -1
    if head >= 0:
        rows[BEFORE, head] = unit
    rows[HEAD, label] = unit
    rows[LABEL, unit] = label


@inner
def leave(state: State, unit: int) -> None:
    """Take a unit out of the list of its grid.

    Parameters
    ----------
    state : State
        The unit is in the list of its grid.
    unit : int
        Unit.
    """
    rows = state.rows
    after = rows[AFTER, unit]
    before = rows[BEFORE, unit]
    if after >= 0:
        rows[BEFORE, after] = before
    if before >= 0:
        rows[AFTER, before] = after
    else:
        rows[HEAD, rows[LABEL, unit]] = after


@inner
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
    labels = state.rows[LABEL]
    after = state.rows[AFTER]
    met = work.rows[FIRST]
    indptr = graph.indptr
    s = state.grids[label]
    for k in range(N_SUMS):
        s[k] = 0.0
    unit = state.rows[HEAD, label]
    while unit >= 0:
        for k in range(COMPOUNDS):
            s[k] += graph.units[unit, k]
        c = graph.compound[unit]
        if c >= 0 and met[c] != MET:
            met[c] = MET
            s[COMPOUNDS] += 1
        for half in range(indptr[unit], indptr[unit + 1]):
            if labels[graph.indices[half]] == label:
                s[INSIDE] += 0.5 * graph.border[half]
        unit = after[unit]
    unit = state.rows[HEAD, label]
    while unit >= 0:
        c = graph.compound[unit]
        if c >= 0:
            met[c] = -1
        unit = after[unit]
    cost = price_sums(price, s)
    s[COST] = cost
    return cost


@door
def load_labels(price: Floats, graph: Graph, state: State, work: Work) -> float:
    """Build lists, sums and costs from the labels in `state`.

    Parameters
    ----------
    price, graph, state, work : float64[9], Graph, State, Work
        Prices, piece, partition and scratch.

    Returns
    -------
    float
        Cost of the partition.
    """
    rows = state.rows
    n = len(state.grids)
    for label in range(n):
        rows[HEAD, label] = -1
    for unit in range(n - 1, -1, -1):
        join(state, unit, rows[LABEL, unit])
    height = 0
    total = 0.0
    for label in range(n - 1, -1, -1):
        if rows[HEAD, label] < 0:
            rows[FREE, height] = label
            height += 1
        else:
            total += tally(price, graph, state, work, label)
    rows[FREE, n] = height
    return total


@inner
def settle(price: Floats, graph: Graph, state: State, work: Work) -> None:
    """Sum up the grids drawn for a move; the labels of those that are empty go on the stack.

    Parameters
    ----------
    price, graph, state, work : float64[9], Graph, State, Work
        Prices, piece, partition and scratch; `DRAWN` holds three labels, -1 for none.
    """
    free = state.rows[FREE]
    n = len(state.grids)
    for k in range(3):
        label = work.rows[DRAWN, k]
        if label >= 0:
            if state.rows[HEAD, label] >= 0:
                tally(price, graph, state, work, label)
            else:
                free[free[n]] = label
                free[n] += 1


@inner
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
    unit = state.rows[HEAD, label]
    while unit >= 0:
        work.rows[MEMBER, size] = unit
        work.rows[PLACE, unit] = size
        size += 1
        unit = state.rows[AFTER, unit]
    return size
