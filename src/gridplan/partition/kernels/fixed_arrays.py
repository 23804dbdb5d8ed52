"""The bundles of arrays the kernels for a fixed number of parts work on."""

from collections.abc import Callable
from typing import NamedTuple, ParamSpec, TypeVar

import numpy as np
from numba import njit

from gridplan.partition.kernels.arrays import Floats, Ints

N_PRICES = 9
LOWER, UPPER, TARGET, LOAD, COMPOUND, MIXED, CENTROID, MEDOID, EXCESS = range(N_PRICES)
"""Places in the vector of prices. CENTROID prices weight * metre2 about the centroid of a part, MEDOID about the best
of its units, EXCESS a household outside the band; the last is a means of the search and no part of the cost."""

N_SUMS = 6
WEIGHT, LOADED, WX, WY, WR2, COMPOUNDS = range(N_SUMS)
"""Places in the sums of a part; the first five also in those of a node."""

P = ParamSpec("P")
R = TypeVar("R")


def inner(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a kernel that only kernels call; without an entry from Python it compiles in half the time.

    Parameters
    ----------
    function : callable
        The kernel.

    Returns
    -------
    callable
        The compiled kernel.
    """
    compiled: Callable[P, R] = njit(nogil=True, no_cpython_wrapper=True, _nrt=False)(function)  # type: ignore[call-overload]
    return compiled


class Net(NamedTuple):
    """One connected graph of n nodes; a node is a unit or a contracted group of them.

    Parameters
    ----------
    indptr, indices, edge : int64[n + 1], int64[2 * m], int64[2 * m]
        Neighbours of each node, and the edge that leads to them.
    ends, toll : int64[m, 2], float64[m]
        The edges, and the price of each when its ends lie in different parts.
    units : float64[n, 5]
        Weight, load, weight * x, weight * y, weight * (x2 + y2); metres from the centre of the graph.
    spots, spot_node, spot_start : float64[s, 2], int64[s], int64[n + 1]
        Places of the units, ordered by node: the candidates for the middle of a part.
    compounds, compound_start : int64[c], int64[n + 1]
        Compounds of each node.
    homes, home_start : int64[c], int64[...]
        Nodes of each compound.
    """

    indptr: Ints
    indices: Ints
    edge: Ints
    ends: Ints
    toll: Floats
    units: Floats
    spots: Floats
    spot_node: Ints
    spot_start: Ints
    compounds: Ints
    compound_start: Ints
    homes: Ints
    home_start: Ints


class Plan(NamedTuple):
    """A partition into k parts under way.

    Parameters
    ----------
    label, after, before : int64[n]
        Part of each node, and the doubly linked list of the nodes of a part.
    head, size, middle : int64[k]
        First node and number of nodes of each part, and the spot it is measured from.
    sums, cost : float64[k, 6], float64[k]
        Sums of each part and its cost, tolls left out.
    cut, cut_place : int64[m + 1], int64[m]
        Edges between parts, the last place holding their number; place of each edge among them, -1 if inside.
    tolls : float64[1]
        Sum of the tolls of the edges between parts.
    best : int64[n]
        Labels of the best plan met.
    record : float64[4]
        Its households outside the band, and its cost; sum of the changes of cost by moves of one node that were
        looked at, signs left out, and their number.
    """

    label: Ints
    after: Ints
    before: Ints
    head: Ints
    size: Ints
    middle: Ints
    sums: Floats
    cost: Floats
    cut: Ints
    cut_place: Ints
    tolls: Floats
    best: Ints
    record: Floats


class Scratch(NamedTuple):
    """Scratch of the kernels for up to n nodes and m edges.

    Parameters
    ----------
    mark, stamp : int64[n], int64[1]
        Marks of a walk, valid if equal to the stamp.
    queue, place, member, order, parent, root, link : int64[n]
        Queue of a walk; the union of two parts and its spanning tree: place of a node among the members (-1 outside),
        members, tree order by member, place in that order of the parent, union-find, first link of a member.
    link_to, link_next : int64[2 * n]
        Adjacency of the tree.
    pool : int64[m]
        Edges of the union.
    below : float64[n, 7]
        Sums below each place of the tree, the last being the toll of the cut above it.
    trial : float64[2, 6]
        Sums of the two parts that a move would change.
    """

    mark: Ints
    stamp: Ints
    queue: Ints
    place: Ints
    member: Ints
    order: Ints
    parent: Ints
    root: Ints
    link: Ints
    link_to: Ints
    link_next: Ints
    pool: Ints
    below: Floats
    trial: Floats


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
    n, m = len(net.units), len(net.ends)

    def ints(size: int) -> Ints:
        return np.full(size, -1, np.int64)

    return Plan(
        ints(n), ints(n), ints(n), ints(parts), ints(parts), ints(parts), np.zeros((parts, N_SUMS)), np.zeros(parts),
        ints(m + 1), ints(m), np.zeros(1), ints(n), np.array([np.inf, np.inf, 0.0, 0.0]),
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
    n, m = len(net.units), len(net.ends)

    def ints(size: int) -> Ints:
        return np.full(size, -1, np.int64)

    return Scratch(
        ints(n), np.zeros(1, np.int64), ints(n), ints(n), ints(n), ints(n), ints(n), ints(n), ints(n),
        ints(2 * n), ints(2 * n), ints(m),
        np.zeros((n, N_SUMS + 1)), np.zeros((2, N_SUMS)),
    )  # fmt: skip
