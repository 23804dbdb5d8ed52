"""Locks without a given number of grids: what is locked together becomes one unit, or is priced to stay together."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.certificate import TOLERANCE, Solution, grid_causes, price_labels, renumber
from gridplan.partition.contract import contract, nearest_filled
from gridplan.partition.fixed.locks import connected, join_groups
from gridplan.partition.kernels.arrays import TARGET, UPPER, WEIGHT, Flags, Floats, Graph, Ints
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.problem import Piece, Problem
from gridplan.partition.search import BUDGETS, SMALL_PIECE, search_piece

JOINS = 8
"""Ways to join locked units that do not touch."""

Solve = Callable[[Piece], Solution]


def lock_groups(locked: Ints) -> Ints:
    """Give the locks that bind, those of at least two units, a number each.

    Parameters
    ----------
    locked : int64[n]
        Lock of each unit, below 0 for none.

    Returns
    -------
    int64[n]
        0..g - 1, or -1 where a unit is free.
    """
    names, inverse, count = np.unique(locked, return_inverse=True, return_counts=True)
    binds = (names >= 0) & (count > 1)
    return np.where(binds, np.cumsum(binds) - 1, -1)[inverse].astype(np.int64)


def solve_locked(
    problem: Problem, piece: Piece, solve: Solve, effort: str, seed: np.random.SeedSequence, stop: Flags
) -> Solution:
    """Plan a piece some units of which are locked together.

    Locked units that touch and have one compound become one unit, and the piece is solved like any other: the bound
    stays valid if that leaves locks open, and so does the proof if not. Locks left open are met by a search in which
    the edges inside a lock are worth more than anything else.

    Parameters
    ----------
    problem : Problem
        The whole input.
    piece : Piece
        The piece.
    solve : callable
        Solves a piece without locks.
    effort : str
        How much work the search does.
    seed : SeedSequence
        Source of chance.
    stop : int8[1]
        Set to 1 by another thread to end the search early.

    Returns
    -------
    Solution
        A plan that keeps every lock.
    """
    graph, price, group = piece.graph, piece.price, lock_groups(problem.locked[piece.units])
    ends = _edges(graph)
    node = connected(len(group), ends[_same(group, ends) & (graph.compound[ends[:, 0]] == graph.compound[ends[:, 1]])])
    small = contract(graph, node)
    relaxed = solve(replace(piece, graph=small))
    labels, kept = relaxed.labels[node], True
    if not _keeps(labels, group):
        rng, kept = np.random.default_rng(seed), False
        tolls = [way % 2 * graph.units[:, WEIGHT] / price[TARGET] for way in range(_ways(ends, group))]
        plans: list[Ints] = []
        for toll, chance in zip(tolls, rng.spawn(len(tolls)), strict=True):  # each way has a chance of its own
            if not (plans and stop[0]):
                plans.append(_join_and_search(small, price, node, group, effort, chance, stop, toll))
        labels = min(plans, key=lambda plan: float(price_labels(graph, price, renumber(plan))[1].sum()))
    labels = renumber(labels)
    sums, costs = price_labels(graph, price, labels)
    inner = float(graph.border[_halves_inside(graph, node)].sum()) / 2
    bound = min(relaxed.bound + inner, float(costs.sum()))
    proven = (relaxed.proven and kept) or float(costs.sum()) - bound <= TOLERANCE
    reason = relaxed.reason if kept else "arithmetic bound met" if proven else "locks left out of the bound"
    causes = _causes(piece, labels, sums[:, WEIGHT], group, seed, stop, proven=proven)
    return replace(
        relaxed, labels=labels, households=sums[:, WEIGHT], costs=costs, causes=causes, bound=bound, proven=proven,
        reason="time limit" if stop[0] and not proven else reason,
    )  # fmt: skip


def _edges(graph: Graph) -> NDArray[np.int64]:
    """List the edges of a piece, each once."""
    heads = np.repeat(np.arange(len(graph.compound)), np.diff(graph.indptr))
    return np.stack([heads, graph.indices], axis=1)[heads < graph.indices]


def _same(group: Ints, ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of pairs of units whether one lock holds both."""
    return np.asarray((group[ends[:, 0]] >= 0) & (group[ends[:, 0]] == group[ends[:, 1]]))


def _halves_inside(graph: Graph, group: Ints) -> NDArray[np.bool_]:
    """Tell of every edge, each way, whether both ends are of one group."""
    heads = np.repeat(np.arange(len(graph.compound)), np.diff(graph.indptr))
    return np.asarray((group[heads] >= 0) & (group[heads] == group[graph.indices]))


def _keeps(labels: Ints, group: Ints) -> bool:
    held = group >= 0
    return len(np.unique(np.stack([group[held], labels[held]]), axis=1).T) == int(group.max(initial=-1)) + 1


def _ways(ends: NDArray[np.int64], group: Ints) -> int:
    """Count the ways to join that are worth a look: one if every lock is connected as it stands."""
    pieces = connected(len(group), ends[_same(group, ends)])
    return 1 if _keeps(pieces, group) else JOINS


def _join_and_search(
    small: Graph,
    price: Floats,
    node: Ints,
    group: Ints,
    effort: str,
    rng: np.random.Generator,
    stop: Flags,
    toll: Floats,
) -> Ints:
    """Join what is locked but does not touch by short paths, and search with a gain on every edge inside a lock."""
    n, ends = len(small.compound), _edges(small)
    lock = np.full(n, -1, np.int64)
    lock[node] = group  # a node holds units of one lock, or one free unit
    together = [np.flatnonzero(lock == g).tolist() for g in range(int(group.max()) + 1)]
    joined = join_groups(n, ends, together, rng, np.bincount(node, toll, n).astype(np.float64))
    bound_up = np.bincount(joined)[joined] > 1
    lock = np.where(bound_up, joined, -1)
    owner = np.arange(n)
    if n > SMALL_PIECE and (small.units[:, WEIGHT] > 0).any():
        owner = nearest_filled(small, _halves_inside(small, lock))
        lock = lock[small.units[:, WEIGHT] > 0]
    tiny = contract(small, owner)
    pull = 2.0 * (1.0 + float(price_labels(tiny, price, np.zeros(len(lock), np.int64))[1].sum()))
    pulled = tiny._replace(border=tiny.border - pull * _halves_inside(tiny, lock))
    labels = search_piece(pulled, price, rng, BUDGETS[effort], stop).labels
    return _merge(labels[owner], joined)[node]


def _merge(labels: Ints, joined: Ints) -> Ints:
    """Make one grid of those that share a connected lock: a search that was stopped may leave some torn."""
    pairs = np.stack([labels, joined + int(labels.max()) + 1], axis=1)
    return connected(int(pairs.max()) + 1, pairs)[labels]


def _causes(
    piece: Piece, labels: Ints, households: Floats, group: Ints, seed: np.random.SeedSequence,
    stop: Flags, *, proven: bool,
) -> list[str]:  # fmt: skip
    """Say why grids are outside the band; the locks are the cause where a plan without them does better."""
    graph, price = piece.graph, piece.price
    causes = grid_causes(graph, price, labels, households, piece.of, proven=proven)
    open_ = [k for k, cause in enumerate(causes) if cause in ("coarse buildings", "search limit")]
    if not open_:
        return causes
    free = renumber(search_piece(graph, price, np.random.default_rng(seed), BUDGETS["fast"], stop).labels)
    size = price_labels(graph, price, free)[0][:, WEIGHT]
    better = sum(c != "" for c in grid_causes(graph, price, free, size, piece.of, proven=False)) < sum(
        map(bool, causes)
    )
    held = np.bincount(group + 1, graph.units[:, WEIGHT])[1:]
    heavy = np.unique(labels[np.isin(group, np.flatnonzero(held > price[UPPER] + SLACK))])
    return ["locked" if k in open_ and (better or k in heavy) else cause for k, cause in enumerate(causes)]
