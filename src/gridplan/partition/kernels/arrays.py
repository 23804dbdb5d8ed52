"""The bundles of arrays every kernel works on; tuples, so that compiled code reads them by name."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.int8]

N_PRICES = 9
LOWER, UPPER, TARGET, OUTSIDE, SURPLUS, LOAD, COMPOUND, MIXED, INERTIA = range(N_PRICES)
"""Places in the vector of prices; SURPLUS and LOAD are per household, MIXED and INERTIA per household and metre."""

N_SUMS = 7
WEIGHT, LOADED, WX, WY, WR2, COMPOUNDS, INSIDE = range(N_SUMS)
"""Places in the sums of a grid: weight, load, weighted x, y, x2 + y2, compounds, priced border inside."""

N_TREE = 9
COMPLETE, TOUCHED = 7, 8
"""Further places in the sums of a subtree: compounds wholly inside it, priced border at its units."""


ZERO: int = np.int64(0)  # type: ignore[assignment]
NONE: int = np.int64(-1)  # type: ignore[assignment]
"""Typed, since numba compiles a function once more for every literal it is called with."""


class Graph(NamedTuple):
    """One connected piece of a community.

    Parameters
    ----------
    indptr, indices : int64[n + 1], int64[2 * m]
        Neighbours of each unit, every edge stored both ways.
    border : float64[2 * m]
        Price of each edge when it lies inside a grid.
    units : float64[n, 5]
        Weight, load, weight * x, weight * y, weight * (x2 + y2); metres from the centre of the piece.
    compound : int64[n]
        0..n_compounds - 1; -1 for units without compound or without weight.
    """

    indptr: Ints
    indices: Ints
    border: Floats
    units: Floats
    compound: Ints


class Work(NamedTuple):
    """Scratch of the tree kernels for up to n units, m edges and c compounds.

    Parameters
    ----------
    member, place : int64[n]
        Units of the union at hand, and the place of each unit among them, -1 outside.
    unit, parent, end : int64[n]
        Spanning tree in preorder: unit, place of the parent, and first place after the subtree.
    spot, root, stack, first_link : int64[n]
        Place in preorder of each member; union-find; depth-first stack; adjacency of the tree.
    next_link, link_to : int64[2 * n]
        Adjacency of the tree.
    first, last : int64[c]
        First and last place of each compound, -1 between calls.
    end_a, end_b, toll : int64[m], int64[m], float64[m]
        Edges of the union by member, and their price.
    sums, side : float64[n, 9], float64[n, 3]
        Sums below each place of the tree; cost of the subtree, of the rest, and of first cuts to try.
    """

    member: Ints
    place: Ints
    unit: Ints
    parent: Ints
    end: Ints
    spot: Ints
    root: Ints
    stack: Ints
    first_link: Ints
    next_link: Ints
    link_to: Ints
    first: Ints
    last: Ints
    end_a: Ints
    end_b: Ints
    toll: Floats
    sums: Floats
    side: Floats


class State(NamedTuple):
    """A partition under way.

    Parameters
    ----------
    label : int64[n]
        Grid of each unit; any number below n.
    after, before : int64[n]
        Doubly linked list of the units of each grid.
    head : int64[n]
        First unit of each grid, -1 if unused.
    free : int64[n + 1]
        Stack of unused labels; the last place holds its height.
    sums : float64[n, 7]
        Sums of each grid.
    cost : float64[n]
        Cost of each grid.
    """

    label: Ints
    after: Ints
    before: Ints
    head: Ints
    free: Ints
    sums: Floats
    cost: Floats


def make_work(graph: Graph) -> Work:
    """Allocate the scratch of the tree kernels.

    Parameters
    ----------
    graph : Graph
        Piece of n units.

    Returns
    -------
    Work
        Arrays for unions up to the whole piece.
    """
    n, m = len(graph.compound), len(graph.indices) // 2
    c = int(graph.compound.max(initial=-1)) + 1

    def ints(size: int) -> Ints:
        return np.full(size, -1, np.int64)

    return Work(
        *(ints(n) for _ in range(9)), ints(2 * n), ints(2 * n), ints(c), ints(c), ints(m), ints(m),
        np.zeros(m), np.zeros((n, N_TREE)), np.zeros((n, 3)),
    )  # fmt: skip


def make_state(n: int) -> State:
    """Allocate a partition of n units.

    Parameters
    ----------
    n : int
        Units.

    Returns
    -------
    State
        Empty lists and sums; `kernels.grids.load_labels` fills them.
    """
    ints = [np.full(n, -1, np.int64) for _ in range(4)]
    return State(*ints, np.zeros(n + 1, np.int64), np.zeros((n, N_SUMS)), np.zeros(n))
