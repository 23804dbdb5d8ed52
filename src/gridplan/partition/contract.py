"""Pieces made small: units that stay together become one."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from gridplan.partition.kernels.arrays import WEIGHT, Graph, Ints


def nearest_filled(graph: Graph, before: NDArray[np.bool_] | None = None) -> Ints:
    """Assign every unit to the unit with households that is the fewest steps away.

    Parameters
    ----------
    graph : Graph
        Connected piece of n units, at least one with households.
    before : bool[2 * m], optional
        Edges along which units are assigned before the others count.

    Returns
    -------
    int64[n]
        Place of that unit among the units with households; each set of units so joined is connected.
    """
    filled = graph.units[:, WEIGHT] > 0
    owner = np.where(filled, np.cumsum(filled) - 1, -1)
    return join_nearest(graph, owner if before is None else join_nearest(graph, owner, before))


def join_nearest(graph: Graph, labels: Ints, usable: NDArray[np.bool_] | None = None) -> Ints:
    """Give every unit without a label that of the unit with one that is the fewest steps away.

    Parameters
    ----------
    graph : Graph
        Piece of n units.
    labels : int64[n]
        Label of each unit, below 0 for none.
    usable : bool[2 * m], optional
        Edges that count; all of them by default.

    Returns
    -------
    int64[n]
        Labels of all that can be reached; what was added to each is connected with what it was before.
    """
    labels, heads, others = labels.copy(), np.repeat(np.arange(len(labels)), np.diff(graph.indptr)), graph.indices
    if usable is not None:
        heads, others = heads[usable], others[usable]
    joins = np.flatnonzero((labels[heads] < 0) & (labels[others] >= 0))[::-1]
    while joins.size:
        labels[heads[joins]] = labels[others[joins]]  # of several neighbours the first one counts
        joins = np.flatnonzero((labels[heads] < 0) & (labels[others] >= 0))[::-1]
    return labels


def contract(graph: Graph, owner: Ints) -> Graph:
    """Merge units into one each; sums add up, and so do the prices of the borders between them.

    Parameters
    ----------
    graph : Graph
        Piece of n units.
    owner : int64[n]
        New unit of each, 0..k - 1; those with households that become one have one compound, or none.

    Returns
    -------
    Graph
        Piece of the new units; borders inside them, which every plan pays, are left out.
    """
    k = int(owner.max()) + 1
    ends = np.repeat(owner, np.diff(graph.indptr))
    others = owner[graph.indices]
    apart = ends != others
    # one more on each border, so that free ones are not dropped; the count takes it off again
    both = coo_array((graph.border[apart] + 1.0, (ends[apart], others[apart])), shape=(k, k)).tocsr()
    count = csr_array(coo_array((np.ones(apart.sum()), (ends[apart], others[apart])), shape=(k, k)))
    both.sort_indices()
    count.sort_indices()
    units, compound = np.zeros((k, graph.units.shape[1])), np.full(k, -1, np.int64)
    np.add.at(units, owner, graph.units)
    np.maximum.at(compound, owner, graph.compound)
    return Graph(
        indptr=both.indptr.astype(np.int64), indices=both.indices.astype(np.int64),
        border=np.maximum(both.data - count.data, 0.0), units=units, compound=compound,
    )  # fmt: skip
