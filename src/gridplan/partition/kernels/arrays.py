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


N_ROWS = 17
(
    MEMBER, PLACE, UNIT, PARENT, END, SPOT, ROOT, STACK, FIRST_LINK, NEXT_LINK, LINK_TO, FIRST, LAST,
    END_A, END_B, HALF, DRAWN,
) = range(N_ROWS)  # fmt: skip
"""Rows of `Work.rows`."""

N_COLUMNS = 12
BELOW, REST, TAKEN = 9, 10, 11
"""Further columns of `Work.tree`: cost of the subtree, of the rest, and of first cuts to try."""


class Work(NamedTuple):
    """Scratch of the tree kernels for up to n units, m edges and c compounds.

    Parameters
    ----------
    rows : int64[17, ...]
        By unit or place in the union at hand, by edge or by compound:
        MEMBER, PLACE: units of the union, and the place of each unit among them, -1 outside.
        UNIT, PARENT, END: spanning tree in preorder: unit, place of the parent, and first place after the subtree.
        SPOT, ROOT, STACK: place in preorder of each member; union-find; depth-first stack.
        FIRST_LINK, NEXT_LINK, LINK_TO: adjacency of the tree.
        FIRST, LAST: first and last place of each compound; LAST is -1 between calls.
        END_A, END_B, HALF: edges of the union by member, and where each stands among the neighbours of its first end.
        DRAWN: labels of up to three grids.
    tree : float64[n + 2, 12]
        Sums below each place of the tree, and costs of the cut above it; two rows to try sums in.
    """

    rows: Ints
    tree: Floats


N_BOOKS = 6
LABEL, AFTER, BEFORE, HEAD, FREE, BEST = range(N_BOOKS)
"""Rows of `State.rows`."""

COST = N_SUMS
"""Column of `State.grids` after the sums."""


class State(NamedTuple):
    """A partition under way.

    Parameters
    ----------
    rows : int64[6, n + 1]
        LABEL: grid of each unit; any number below n.
        AFTER, BEFORE: doubly linked list of the units of each grid.
        HEAD: first unit of each grid, -1 if unused.
        FREE: stack of unused labels; the last place holds its height.
        BEST: labels of the best partition met.
    grids : float64[n, 8]
        Sums and cost of each grid.
    """

    rows: Ints
    grids: Floats

    @property
    def label(self) -> Ints:
        """Grid of each unit: a view, to read and to set."""
        return self.rows[LABEL, : len(self.grids)]

    @property
    def sums(self) -> Floats:
        """Sums of each grid: a view."""
        return self.grids[:, :N_SUMS]

    @property
    def cost(self) -> Floats:
        """Cost of each grid: a view."""
        return self.grids[:, COST]


class Field(NamedTuple):
    """Where grids are looked for: a piece whose units with households come first.

    Parameters
    ----------
    graph : Graph
        Neighbours and sums.
    x, y : float64[n]
        Metres from the centre of the piece.
    lowest, highest : float64[anchors + 1]
        Fewest and most households of a set with each anchor, and last of one without any.
    anchors : int
        Units before it have grids of their own kind: no grid within the band holds them, and no grid two of them.
    firm, tolled : int
        Units before it have households; of the idle ones from it on, which link others, so many have priced borders and
        come first.
    """

    graph: Graph
    x: Floats
    y: Floats
    lowest: Floats
    highest: Floats
    anchors: int
    firm: int
    tolled: int


class Quest(NamedTuple):
    """What columns are asked of a piece; the same for every dual value.

    Parameters
    ----------
    kinds : int64[v]
        Kinds of sets: a compound, -1 for none, -2 for two or more.
    begin, order : int64[v + 1], int64
        Units that a set of each kind may hold, those of a compound together, those of none first.
    near : int64[n, words]
        Neighbours of each unit as bits; units without households are passed over.
    mass, error : int64[firm], float64[firm]
        Buckets of load of each unit, and what its load is more than these.
    ordinary : float64[2]
        Fewest and most households of a grid without an anchor.
    dense : float64[c + 2, 5]
        Between which numbers load lies by households (see `loads`): by compound, of units of none, and of all.
    lightest, uneven : float
        Least load a household of any unit; 0 where load and households are the same, and whole buckets, else 1.
    bucket, blur, top : float
        Load of a bucket, by how much the load of a set that is known may miss the nearest, and most load of any set.
    side : float
        Side of a cell, metres.
    tolls : float
        1 where borders have a price, else 0.
    """

    kinds: Ints
    begin: Ints
    order: Ints
    near: Ints
    mass: Ints
    error: Floats
    ordinary: Floats
    dense: Floats
    lightest: float
    uneven: float
    bucket: float
    blur: float
    top: float
    side: float
    tolls: float


class Cells(NamedTuple):
    """Scratch of the growing of sets: what is known in each of k frames.

    Parameters
    ----------
    lack, pays : float64[firm, k]
        What each unit lacks, and what it pays.
    ends : float64[b, k]
        What is left at the least for sets that hold so many buckets of load.
    rate, choice : float64[k], int64[k]
        Price of a unit of load, and the compounds as bits, -1 for any.
    bends : int64[b + 1]
        Buckets between which that is a straight line, and last how many they are.
    place, among : float64[2, k, 2], int64[2, k]
        Centre of the cell of each frame, metres, and the compounds as bits, -1 for any; twice, for cells to be split.
    total, alive : float64[firm + 2, k], int64[firm + 2, k]
        By units of the set, in the frames that it may come to lie in: what it comes to so far, and the frame.
    """

    lack: Floats
    pays: Floats
    ends: Floats
    rate: Floats
    choice: Ints
    bends: Ints
    place: Floats
    among: Ints
    total: Floats
    alive: Ints


class Bag(NamedTuple):
    """Scratch of the pricing.

    Parameters
    ----------
    whole, real : int64[11, n + 2], float64[5, n + 2]
        Rows by unit, item or depth.
    sets : int64[n + 2, words]
        By depth, the set under way, as bits.
    out, ends : float64[5], float64[buckets]
        What is known of a priced set; what a set of so many buckets gains at the end.
    table : float32[5, n + 2, buckets]
        What can still be gained, by groups entered, item, and buckets held.
    """

    whole: Ints
    real: Floats
    sets: Ints
    out: Floats
    ends: Floats
    table: NDArray[np.float32]


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
    width = max(2 * n, m, c, 3) | 1  # odd, so that equal places of the rows do not share a cache line
    return Work(rows=np.full((N_ROWS, width), -1, np.int64), tree=np.zeros((n + 2, N_COLUMNS)))


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
    rows = np.full((N_BOOKS, n + 1), -1, np.int64)
    return State(rows=rows, grids=np.zeros((n, N_SUMS + 1)))
