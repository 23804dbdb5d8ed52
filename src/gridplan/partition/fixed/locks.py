"""Locked units: groups that touch become one node, groups in pieces are joined by paths."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from gridplan.partition.fixed.net import FixedProblem
from gridplan.partition.kernels.arrays import Floats, Ints


def connected(n: int, ends: NDArray[np.int64]) -> Ints:
    """Tell the connected pieces of a graph apart.

    Parameters
    ----------
    n : int
        Nodes.
    ends : int64[m, 2]
        Edges.

    Returns
    -------
    int64[n]
        Piece of each node, by first node.
    """
    matrix = coo_array((np.ones(len(ends), np.int8), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return connected_components(matrix, directed=False)[1].astype(np.int64)


def lock_nodes(problem: FixedProblem) -> tuple[Ints, Ints]:
    """Group the units that share a part because of their locks.

    Parameters
    ----------
    problem : FixedProblem
        The community.

    Returns
    -------
    node : int64[n]
        Units locked together and connected among themselves have the same node, by first unit.
    group : int64[n]
        Units of the same lock, connected or not, have the same group; a free unit has its own.
    """
    n, locked = len(problem.weights), problem.locked
    a, b = problem.edges.T
    node = connected(n, problem.edges[(locked[a] >= 0) & (locked[a] == locked[b])])
    first = {int(lock): unit for unit, lock in reversed(list(enumerate(locked))) if lock >= 0}
    group = np.array([first[int(lock)] if lock >= 0 else unit for unit, lock in enumerate(locked)], np.int64)
    return node, np.unique(group, return_inverse=True)[1].astype(np.int64)


def join_groups(
    n: int, ends: NDArray[np.int64], together: list[list[int]], rng: np.random.Generator, toll: Floats | None = None
) -> Ints:
    """Join the nodes of every group by random short paths.

    Parameters
    ----------
    n : int
        Nodes of a graph in which the nodes of every group are connected.
    ends : int64[m, 2]
        Its edges.
    together : list of lists
        Groups of nodes that share a part but do not touch.
    rng : Generator
        Source of the lengths of the edges.
    toll : float64[n], optional
        Added to the length of every edge at a node.

    Returns
    -------
    int64[n]
        New node of each node; groups whose paths cross become one.
    """
    merged = [(group[0], other) for group in together for other in group[1:]]
    lock = np.full(n, -1, np.int64)
    for number, group in enumerate(together):
        lock[group] = number
    # a path through a node of another group would lock that one too, and inside its own group it is free
    length = rng.random(len(ends)) + 0.2 + 3.0 * (lock[ends] >= 0).any(axis=1)
    if toll is not None:
        length += toll[ends].sum(axis=1)
    length[(lock[ends[:, 0]] >= 0) & (lock[ends[:, 0]] == lock[ends[:, 1]])] = 1e-6
    matrix = coo_array((length, (ends[:, 0], ends[:, 1])), shape=(n, n)).tocsr()
    for group in together:
        _, before = dijkstra(matrix, directed=False, indices=int(group[0]), return_predecessors=True)  # type: ignore[call-overload]  # no stub for sparse arrays
        for node in group[1:]:
            merged += _path(before, node)
    return connected(n, np.array(merged, np.int64).reshape(-1, 2))


def _path(before: NDArray[np.int32], node: int) -> Iterator[tuple[int, int]]:
    """List the steps from a node back to the source of a search."""
    while before[node] >= 0:
        yield node, int(before[node])
        node = int(before[node])
