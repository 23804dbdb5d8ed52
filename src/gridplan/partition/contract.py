"""Large pieces made small for the search: units without households go with the nearest one that has some."""

import numpy as np
from scipy.sparse import coo_array, csr_array

from gridplan.partition.kernels.arrays import WEIGHT, Graph, Ints


def nearest_filled(graph: Graph) -> Ints:
    """Assign every unit to the unit with households that is the fewest steps away.

    Parameters
    ----------
    graph : Graph
        Connected piece of n units, at least one with households.

    Returns
    -------
    int64[n]
        Place of that unit among the units with households; each set of units so joined is connected.
    """
    filled = graph.units[:, WEIGHT] > 0
    owner = np.where(filled, np.cumsum(filled) - 1, -1)
    ends = np.repeat(np.arange(len(owner)), np.diff(graph.indptr))
    while (owner < 0).any():
        joins = np.flatnonzero((owner[ends] < 0) & (owner[graph.indices] >= 0))[::-1]
        owner[ends[joins]] = owner[graph.indices[joins]]  # of several neighbours the first one counts
    return owner


def contract(graph: Graph, owner: Ints) -> Graph:
    """Merge units into one each; sums add up, and so do the prices of the borders between them.

    Parameters
    ----------
    graph : Graph
        Piece of n units.
    owner : int64[n]
        New unit of each, by `nearest_filled`.

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
    filled = graph.units[:, WEIGHT] > 0
    return Graph(
        indptr=both.indptr.astype(np.int64), indices=both.indices.astype(np.int64),
        border=np.maximum(both.data - count.data, 0.0), units=np.ascontiguousarray(graph.units[filled]),
        compound=np.ascontiguousarray(graph.compound[filled]),
    )  # fmt: skip
