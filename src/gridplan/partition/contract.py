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
    heads = np.repeat(np.arange(len(owner)), np.diff(graph.indptr))
    for usable in ([] if before is None else [before]) + [np.ones(len(heads), np.bool_)]:
        ends, others = heads[usable], graph.indices[usable]
        joins = np.flatnonzero((owner[ends] < 0) & (owner[others] >= 0))[::-1]
        while joins.size:
            owner[ends[joins]] = owner[others[joins]]  # of several neighbours the first one counts
            joins = np.flatnonzero((owner[ends] < 0) & (owner[others] >= 0))[::-1]
    return owner


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
