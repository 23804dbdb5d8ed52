"""From checked arrays to the graph the kernels work on: groups of units become nodes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.fixed_arrays import EDGE, END_A, END_B, OTHER, Net


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedProblem:
    """One community as plain arrays, checked by the caller.

    Parameters
    ----------
    edges : int64[m, 2]
        Neighbours, each pair once.
    weights, loads : float64[n]
        Households and load of each unit, >= 0.
    xy : float64[n, 2]
        Metres; zeros where no places were given.
    compounds : int64[n]
        Compound of each unit, below 0 for none.
    toll : float64[m]
        Price of each edge when its ends lie in different parts.
    locked : int64[n]
        Units of equal label share a part; below 0 is free.
    name : str
        The community, for messages.
    """

    edges: NDArray[np.int64]
    weights: Floats
    loads: Floats
    xy: Floats
    compounds: NDArray[np.int64]
    toll: Floats
    locked: NDArray[np.int64]
    name: str = "0"


def build_net(problem: FixedProblem, units: Ints, group: Ints) -> Net:
    """Contract groups of units and lay the graph between them out for the kernels.

    Parameters
    ----------
    problem : FixedProblem
        The community.
    units : int64[s]
        Units to take, ascending.
    group : int64[n]
        Node of each of these units, 0..nodes - 1; others are not read.

    Returns
    -------
    Net
        Parallel edges are one, their tolls added up; edges inside a node are left out.
    """
    n = int(group[units].max()) + 1
    node, w = group[units], problem.weights[units]
    xy = problem.xy[units]
    centre = np.average(xy, axis=0, weights=w) if w.sum() > 0 else xy.mean(axis=0)
    x, y = (xy - centre).T
    columns = [w, np.where(w > 0, problem.loads[units], 0.0), w * x, w * y, w * (x * x + y * y)]
    kept = np.zeros(len(problem.weights), np.bool_)
    kept[units] = True
    inside = kept[problem.edges].all(axis=1)
    order = np.argsort(node, kind="stable")
    with_compound = (problem.compounds[units] >= 0) & (w > 0)
    _names, compound = np.unique(problem.compounds[units][with_compound], return_inverse=True)
    return assemble_net(
        n, np.sort(group[problem.edges[inside]], axis=1), problem.toll[inside],
        np.stack([np.bincount(node, c, n) for c in columns], axis=1), np.stack([x, y], axis=1)[order], node[order],
        node[with_compound], compound.astype(np.int64),
    )  # fmt: skip


def assemble_net(
    n: int, pairs: NDArray[np.int64], toll: Floats, units: Floats, spots: Floats, spot_node: Ints, owner: Ints,
    compound: Ints,
) -> Net:  # fmt: skip
    """Lay out nodes, edges, places and compounds for the kernels.

    Parameters
    ----------
    n : int
        Nodes.
    pairs, toll : int64[m, 2], float64[m]
        Edges, the lower end first; parallel ones become one, their tolls added up, and loops are left out.
    units : float64[n, 5]
        Sums of each node.
    spots, spot_node : float64[s, 2], int64[s]
        Places, ordered by node, and their nodes.
    owner, compound : int64[c], int64[c]
        Nodes and the compounds they touch, 0..; pairs may repeat.

    Returns
    -------
    Net
        The graph.
    """
    between = pairs[:, 0] != pairs[:, 1]
    key, where = np.unique(pairs[between, 0] * n + pairs[between, 1], return_inverse=True)
    ends = np.ascontiguousarray(np.stack([key // n, key % n], axis=1))
    m = len(ends)
    indptr, indices, edge = _rows(ends, n)
    links = np.zeros((4, 2 * m), np.int64)
    links[[OTHER, EDGE]] = indices, edge
    links[[END_A, END_B], :m] = ends.T
    touches = np.unique(np.stack([owner, compound], axis=1), axis=0).astype(np.int64)
    return Net(
        starts=np.stack([indptr, _starts(spot_node, n), _starts(touches[:, 0], n)]), links=links,
        toll=np.bincount(where, toll[between], m).astype(np.float64), units=np.ascontiguousarray(units),
        spots=np.ascontiguousarray(spots), spot_node=spot_node,
        homes=np.stack([touches[:, 1], touches[:, 0], _next_homes(touches[:, 1])]),
    )  # fmt: skip


def _next_homes(names: Ints) -> Ints:
    """Return the next home of the same compound for each home, the first one after the last."""
    order = np.argsort(names, kind="stable")
    last = np.ones(len(names), np.bool_)
    last[:-1] = names[order[1:]] != names[order[:-1]]
    after = np.roll(order, -1)
    after[last] = order[np.roll(last, 1)]
    result = np.empty_like(order)
    result[order] = after
    return result


def _starts(owner: Ints, size: int) -> Ints:
    return np.concatenate([[0], np.cumsum(np.bincount(owner, minlength=size))]).astype(np.int64)


def _rows(ends: Ints, n: int) -> tuple[Ints, Ints, Ints]:
    """Return the neighbours of every node, ascending, and the edges to them."""
    m = len(ends)
    heads, tails = np.concatenate([ends[:, 0], ends[:, 1]]), np.concatenate([ends[:, 1], ends[:, 0]])
    # edges are numbered from 1, since a sparse matrix drops zeros
    matrix = coo_array((np.tile(np.arange(1, m + 1), 2), (heads, tails)), shape=(n, n)).tocsr()
    matrix.sort_indices()
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), matrix.data.astype(np.int64) - 1
