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


class Field(NamedTuple):
    """Where grids are looked for: a piece whose units with households come first.

    Parameters
    ----------
    graph : Graph
        Neighbours and sums; a set may not hold a unit before its root, the first of its units.
    x, y : float64[n]
        Metres from the centre of the piece.
    lowest, highest : float64[n]
        Fewest and most households of a set by its root.
    firm : int
        Units before it must be covered; the idle ones from it on only link others.
    """

    graph: Graph
    x: Floats
    y: Floats
    lowest: Floats
    highest: Floats
    firm: int


class Draft(NamedTuple):
    """The set under way.

    Parameters
    ----------
    status : int64[n]
        FREE, TAKEN (in the set), SKIPPED (not in any set below here) or SEEN (next to it).
    line, picked, length : int64[n]
        Units next to the set in order; by depth the place picked and the length before.
    met : int64[n]
        Units of each compound in the set.
    sums : float64[9]
        Weight, load, weighted x, y, x2 + y2, compounds, border inside, dual value; dual values above 0 of the units
        without households that could still join.
    density, mass : float64[n]
        Scratch of the bound: gain for each household, best first, and households.
    fresh : int64[n]
        Scratch of the bound: 1 where the unit brings in a compound.
    stack, seen : int64[n]
        Scratch of the walk over what the set leaves.
    """

    status: Ints
    line: Ints
    picked: Ints
    length: Ints
    met: Ints
    sums: Floats
    density: Floats
    mass: Floats
    fresh: Ints
    stack: Ints
    seen: Ints


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

    members, links, names, edges = (
        np.full((k, size), -1, np.int64) for k, size in ((9, n), (2, 2 * n), (2, c), (2, m))
    )
    return Work(
        member=members[0], place=members[1], unit=members[2], parent=members[3], end=members[4], spot=members[5],
        root=members[6], stack=members[7], first_link=members[8], next_link=links[0], link_to=links[1],
        first=names[0], last=names[1], end_a=edges[0], end_b=edges[1], toll=np.zeros(m),
        sums=np.zeros((n, N_TREE)), side=np.zeros((n, 3)),
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
    label, after, before, head = np.full((4, n), -1, np.int64)
    return State(
        label=label, after=after, before=before, head=head, free=np.zeros(n + 1, np.int64),
        sums=np.zeros((n, N_SUMS)), cost=np.zeros(n),
    )  # fmt: skip


def make_draft(graph: Graph) -> Draft:
    """Allocate the scratch of the list of columns.

    Parameters
    ----------
    graph : Graph
        Piece of n units.

    Returns
    -------
    Draft
        Zeros; `kernels.columns.list_columns` sets them for each root.
    """
    n, c = len(graph.compound), int(graph.compound.max(initial=-1)) + 1
    status, line, picked, length, fresh, stack, seen = np.zeros((7, n), np.int64)
    return Draft(
        status=status, line=line, picked=picked, length=length, met=np.zeros(c, np.int64), sums=np.zeros(9),
        density=np.zeros(n), mass=np.zeros(n), fresh=fresh, stack=stack, seen=seen,
    )  # fmt: skip
