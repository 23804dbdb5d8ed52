"""Parts of a large piece that are planned anew for themselves: a grid and those around it."""

import numpy as np
from scipy.sparse import csr_array

from gridplan.partition.kernels.arrays import Graph, Ints


def grow_region(graph: Graph, labels: Ints, members: dict[int, Ints], grid: int, most: int) -> list[int]:
    """Collect the grids around a grid, nearest first, while they are not too many units.

    Parameters
    ----------
    graph : Graph
        Piece of n units.
    labels : int64[n]
        Grid of each unit.
    members : dict of int to int64[k]
        Units of each grid.
    grid, most : int
        Grid in the middle, and units of the region at most.

    Returns
    -------
    list of int
        The grids, which together are connected; the one in the middle always, whatever its size.
    """
    found, size = [grid], len(members[grid])
    for middle in found:  # grows under way
        units = members[middle]
        around = [labels[graph.indices[graph.indptr[unit] : graph.indptr[unit + 1]]] for unit in units.tolist()]
        for other in dict.fromkeys(np.concatenate(around).tolist()):
            if other not in found and size + len(members[other]) <= most:
                found.append(other)
                size += len(members[other])
    return found


def cut_out(graph: Graph, units: Ints) -> Graph:
    """Take some units of a piece as a piece of their own.

    Parameters
    ----------
    graph : Graph
        Piece.
    units : int64[k]
        Connected units of it.

    Returns
    -------
    Graph
        Piece of k units in the order given.
    """
    size = np.diff(graph.indptr)[units]
    starts = np.concatenate([[0], np.cumsum(size)])
    halves = np.arange(starts[-1]) + np.repeat(graph.indptr[units] - starts[:-1], size)
    order = np.argsort(units)
    spot = np.minimum(np.searchsorted(units[order], graph.indices[halves]), len(units) - 1)
    inner = order[spot]
    kept = units[inner] == graph.indices[halves]
    head = np.repeat(np.arange(len(units)), size)[kept]
    # edges are numbered from 1, since a sparse matrix drops zeros
    numbers = np.arange(1, len(head) + 1)
    rows: csr_array = csr_array((numbers, (head, inner[kept])), shape=(len(units), len(units)))
    names, compound = np.unique(graph.compound[units], return_inverse=True)
    return Graph(
        indptr=rows.indptr.astype(np.int64), indices=rows.indices.astype(np.int64),
        border=graph.border[halves][kept][rows.data - 1], units=np.ascontiguousarray(graph.units[units]),
        compound=(compound - int(names[0] < 0)).astype(np.int64),
    )  # fmt: skip
