"""Plans from the fractions of a programme: they tell where grids lie that no search from chance came upon.

Above all the programme is asked for plans of one number of grids after the other, while a search is caught in one: from
eight grids of 280 households to seven of 320 all have to change at once.
"""

from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from gridplan.partition.certificate import renumber
from gridplan.partition.contract import join_nearest
from gridplan.partition.kernels.arrays import WEIGHT, Floats, Graph, Ints
from gridplan.partition.proof.master import NOTHING

OVERLAPS: Final = (0.0, 0.2, 0.5, 0.9)
"""Share of the households of a grid that may be in grids taken before it, ever more of it while grids are wanting."""


def round_off(graph: Graph, members: Ints, start: Ints, share: Floats, parts: int) -> Ints:
    """Make a plan of the grids that a programme takes the largest shares of.

    Parameters
    ----------
    graph : Graph
        Piece of n units.
    members, start : int64, int64[m + 1]
        Units of each grid, connected or not.
    share : float64[m]
        Share of each grid; some are above 0.
    parts : int
        Grids of the plan.

    Returns
    -------
    int64[n]
        Plan of so many connected grids or fewer, 0..k - 1; it need not be good, but is where a good one may be.
    """
    weight, labels, taken = graph.units[:, WEIGHT], np.full(len(graph.compound), -1), 0
    used = np.argsort(-share, kind="stable")[: np.count_nonzero(share > NOTHING)]
    for overlap in OVERLAPS:
        for at in used.tolist():
            own = members[start[at] : start[at + 1]]
            free = own[labels[own] < 0]
            whole, left = weight[own].sum(), weight[free].sum()
            if taken < parts and left > 0.0 and whole - left <= overlap * whole:
                labels[free], taken = taken, taken + 1
    return renumber(join_nearest(graph, _largest_parts(graph, labels)))


def _largest_parts(graph: Graph, labels: Ints) -> Ints:
    """Keep the labels of that connected part of each grid alone that has the most households."""
    n = len(labels)
    heads = np.repeat(np.arange(n), np.diff(graph.indptr))
    inner = (labels[heads] >= 0) & (labels[heads] == labels[graph.indices])
    joins = csr_array((np.ones(inner.sum()), (heads[inner], graph.indices[inner])), shape=(n, n))
    _, part = connected_components(joins, directed=False)
    held, of = np.bincount(part, graph.units[:, WEIGHT]), np.zeros(part.max() + 1, np.int64)
    of[part] = labels
    order = np.argsort(-held, kind="stable")
    _, first = np.unique(of[order], return_index=True)
    return np.where(np.isin(part, order[first]), labels, -1)
