"""Pairs of units that must not share a grid: they are priced as if they touched across a border too dear to cross."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import breadth_first_order

from gridplan.partition.certificate import TOLERANCE, Solution, grid_causes, price_labels, renumber
from gridplan.partition.kernels.arrays import OUTSIDE, SURPLUS, TARGET, WEIGHT, Floats, Graph, Ints
from gridplan.partition.problem import Piece, Problem

Solve = Callable[[Piece], Solution]


def pairs_within(problem: Problem, piece: Piece) -> NDArray[np.int64]:
    """List the pairs to be kept apart whose units both lie in a piece, by their place in it.

    Parameters
    ----------
    problem, piece : Problem, Piece
        The whole input, and the piece.

    Returns
    -------
    int64[k, 2]
        Pairs; those of two pieces are apart as it is.
    """
    place = np.full(len(problem.weights), -1)
    place[piece.units] = np.arange(len(piece.units))
    local = place[problem.apart]
    return local[(local >= 0).all(axis=1)]


def solve_apart(piece: Piece, pairs: NDArray[np.int64], solve: Solve) -> Solution:
    """Plan a piece some pairs of which are kept apart.

    The piece is solved as if there were no such pairs: a bound for every plan, and the plan itself if they happen to be
    apart. Else they are joined by an edge whose border costs more than any grid does, so that no grid holds both ends.

    Parameters
    ----------
    piece : Piece
        The piece.
    pairs : int64[k, 2]
        Pairs, by place in the piece.
    solve : callable
        Solves a piece without such pairs.

    Returns
    -------
    Solution
        A plan in which no grid holds a pair.
    """
    relaxed = solve(piece)
    if not _together(relaxed.labels, pairs).any():
        return relaxed
    graph, price = piece.graph, piece.price
    toll = 4.0 * (price[OUTSIDE] + price[SURPLUS] * price[TARGET]) + float(relaxed.costs.sum())
    found = solve(replace(piece, graph=_join(graph, pairs, toll)))
    labels = renumber(_cut(graph, price, found.labels, pairs))
    sums, costs = price_labels(graph, price, labels)
    proven = float(costs.sum()) - relaxed.bound <= TOLERANCE
    causes = grid_causes(graph, price, labels, sums[:, WEIGHT], piece.of, proven=proven)
    return replace(
        relaxed, labels=labels, households=sums[:, WEIGHT], costs=costs, bound=min(relaxed.bound, float(costs.sum())),
        proven=proven, causes=["locked" if cause else "" for cause in causes],
        cut_short=relaxed.cut_short or found.cut_short,
        reason="arithmetic bound met" if proven else "pairs kept apart left out of the bound",
    )  # fmt: skip


def _together(labels: Ints, pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(labels[pairs[:, 0]] == labels[pairs[:, 1]])


def _join(graph: Graph, pairs: NDArray[np.int64], toll: float) -> Graph:
    """Add an edge with a dear border for each pair."""
    n = len(graph.compound)
    heads = np.repeat(np.arange(n), np.diff(graph.indptr))
    a, b = np.unique(np.sort(pairs, axis=1), axis=0).T
    # borders are raised by one, since a sparse matrix drops zeros; a pair that touches has two entries, summed up
    rows, columns = np.concatenate([heads, a, b]), np.concatenate([graph.indices, b, a])
    count = coo_array((np.ones(len(rows)), (rows, columns)), shape=(n, n)).tocsr()
    values = np.concatenate([graph.border, np.full(2 * len(a), toll)]) + 1.0
    matrix = coo_array((values, (rows, columns)), shape=(n, n)).tocsr()
    for each in (count, matrix):
        each.sort_indices()
    return graph._replace(
        indptr=matrix.indptr.astype(np.int64), indices=matrix.indices.astype(np.int64), border=matrix.data - count.data
    )


def _cut(graph: Graph, price: Floats, labels: Ints, pairs: NDArray[np.int64]) -> Ints:
    """Cut the grids that still hold a pair, each where it costs the least along a way between the two."""
    labels, n = labels.copy(), len(labels)
    heads = np.repeat(np.arange(n), np.diff(graph.indptr))
    for a, b in pairs:
        if labels[a] != labels[b]:
            continue
        inside = (labels[heads] == labels[a]) & (labels[graph.indices] == labels[a])
        matrix = csr_array((np.ones(inside.sum()), (heads[inside], graph.indices[inside])), shape=(n, n))
        order, before = breadth_first_order(matrix, int(a), directed=False)
        plans, top = [], int(b)
        while top != a:  # the side of b grows by the subtree of one unit after another, towards a
            side = _subtree(order, before, top)
            plans.append(np.where(side, n + 1, labels))
            top = int(before[top])
        labels = renumber(min(plans, key=lambda plan: float(price_labels(graph, price, renumber(plan))[1].sum())))
    return labels


def _subtree(order: NDArray[np.int32], before: NDArray[np.int32], top: int) -> NDArray[np.bool_]:
    inside = np.zeros(len(before), np.bool_)
    for unit in order:  # parents come first
        inside[unit] = unit == top or (before[unit] >= 0 and inside[before[unit]])
    return inside
