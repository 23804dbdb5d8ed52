"""The bundles of arrays the kernels for a fixed number of parts work on."""

from typing import NamedTuple

import numpy as np

from gridplan.partition.kernels.arrays import Floats, Ints

N_PRICES = 9
LOWER, UPPER, TARGET, LOAD, COMPOUND, MIXED, CENTROID, MEDOID, EXCESS = range(N_PRICES)
"""Places in the vector of prices. CENTROID prices weight * metre2 about the centroid of a part, MEDOID about the best
of its units, EXCESS a household outside the band; the last is a means of the search and no part of the cost."""

N_SUMS = 6
WEIGHT, LOADED, WX, WY, WR2, COMPOUNDS = range(N_SUMS)
"""Places in the sums of a part; the first five also in those of a node."""

FIRST_HALF, FIRST_SPOT, FIRST_HOME = range(3)
"""Rows of `Net.starts`."""

OTHER, EDGE, END_A, END_B = range(4)
"""Rows of `Net.links`."""

NAME, NODE, NEXT = range(3)
"""Rows of `Net.homes`."""

LABEL, AFTER, BEFORE, BEST, HEAD, SIZE, MIDDLE = range(7)
"""Rows of `Plan.rows`."""

COST = N_SUMS
"""Column of `Plan.parts` after the sums."""

CUT, CUT_PLACE = range(2)
"""Rows of `Plan.cuts`."""

LEAST_OUT, LEAST_COST, CHANGES, LOOKS, TOLLS = range(5)
"""Places in `Plan.record`."""

N_ROWS = 12
MARK, STAMP, QUEUE, PLACE, MEMBER, ORDER, PARENT, ROOT, LINK, LINK_TO, LINK_NEXT, POOL = range(N_ROWS)
"""Rows of `Scratch.rows`."""

TOLL = N_SUMS
"""Column of `Scratch.below` after the sums."""


class Net(NamedTuple):
    """One connected graph of n nodes and m edges; a node is a unit or a contracted group of them.

    Parameters
    ----------
    starts : int64[3, n + 1]
        Where the neighbours, spots and homes of each node begin: FIRST_HALF, FIRST_SPOT, FIRST_HOME.
    links : int64[4, 2 * m]
        OTHER, EDGE: neighbours of each node, and the edge that leads to them. END_A, END_B: ends of each edge.
    toll : float64[m]
        Price of each edge when its ends lie in different parts.
    units : float64[n, 5]
        Weight, load, weight * x, weight * y, weight * (x2 + y2); metres from the centre of the graph.
    spots, spot_node : float64[s, 2], int64[s]
        Places of the units, ordered by node: the candidates for the middle of a part.
    homes : int64[3, c]
        By node and compound that touch: NAME of the compound, the NODE, and the NEXT home of the compound, in a circle.
    """

    starts: Ints
    links: Ints
    toll: Floats
    units: Floats
    spots: Floats
    spot_node: Ints
    homes: Ints

    @property
    def ends(self) -> Ints:
        """Ends of each edge: int64[m, 2]."""
        return self.links[[END_A, END_B], : len(self.toll)].T


class Plan(NamedTuple):
    """A partition into k parts under way.

    Parameters
    ----------
    rows : int64[7, n]
        LABEL, AFTER, BEFORE: part of each node, and the doubly linked list of the nodes of a part. BEST: labels of the
        best plan met. HEAD, SIZE, MIDDLE: first node and number of nodes of each part, and the spot it is measured
        from.
    parts : float64[k, 7]
        Sums of each part, and its cost, tolls left out.
    cuts : int64[2, m + 1]
        CUT: edges between parts, the last place holding their number. CUT_PLACE: place of each edge among them, -1 if
        inside.
    record : float64[5]
        Households outside the band and cost of the best plan met; sum of the changes of cost by moves of one node that
        were looked at, signs left out, and their number; sum of the tolls of the edges between parts.
    """

    rows: Ints
    parts: Floats
    cuts: Ints
    record: Floats

    @property
    def label(self) -> Ints:
        """Part of each node: a view, to read and to set."""
        return self.rows[LABEL]

    @property
    def best(self) -> Ints:
        """Labels of the best plan met: a view."""
        return self.rows[BEST]

    @property
    def cost(self) -> Floats:
        """Cost of each part: a view."""
        return self.parts[:, COST]


class Scratch(NamedTuple):
    """Scratch of the kernels for up to n nodes and m edges.

    Parameters
    ----------
    rows : int64[12, ...]
        MARK, STAMP, QUEUE: marks of a walk, valid if equal to the stamp, and its queue.
        PLACE, MEMBER, ORDER, PARENT, ROOT, LINK: the union of two parts and its spanning tree: place of a node among
        the members (-1 outside), members, tree order by member, place in that order of the parent, union-find, first
        link of a member. LINK_TO, LINK_NEXT: adjacency of the tree. POOL: edges of the union.
    below : float64[n + 2, 7]
        Sums below each place of the tree, the last being the toll of the cut above it; then those of the two parts that
        a move would change.
    """

    rows: Ints
    below: Floats


def make_plan(net: Net, parts: int) -> Plan:
    """Allocate a partition.

    Parameters
    ----------
    net : Net
        Graph of n nodes.
    parts : int
        Number of parts.

    Returns
    -------
    Plan
        To be filled by `fixed.plans.load_plan` from `label`; nothing is recorded yet.
    """
    n, m = len(net.units), len(net.toll)
    return Plan(
        rows=np.full((MIDDLE + 1, n), -1, np.int64), parts=np.zeros((parts, N_SUMS + 1)),
        cuts=np.full((2, m + 1), -1, np.int64), record=np.array([np.inf, np.inf, 0.0, 0.0, 0.0]),
    )  # fmt: skip


def make_scratch(net: Net) -> Scratch:
    """Allocate the scratch for a graph.

    Parameters
    ----------
    net : Net
        Graph of n nodes and m edges.

    Returns
    -------
    Scratch
        No node is marked.
    """
    n, m = len(net.units), len(net.toll)
    rows = np.full((N_ROWS, max(2 * n, m) | 1), -1, np.int64)  # odd, so that equal places do not share a cache line
    rows[STAMP] = 0
    return Scratch(rows=rows, below=np.zeros((n + 2, N_SUMS + 1)))
