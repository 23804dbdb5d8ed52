"""What every peer without a notion of grids is helped with: part counts, many draws, repair, choice by the cost."""

import time
from collections.abc import Callable

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from peers.instance import Answer, Instance, Ints, Piece, split
from peers.score import LOWER, SPREAD_M, STEP, TARGET, UPPER, full_cost, soft_costs

Draw = Callable[[Piece, int, int, int], Ints]
"""Piece, number of grids, number of the draw, seed -> label of each unit."""


def part_counts(piece: Piece) -> list[int]:
    """List the numbers of grids worth trying, the likeliest first."""
    households = piece.weights.sum()
    near = max(round(households / TARGET), 1)
    reach = 1 + near // 12
    few, many = max(int(-(-households // UPPER)), 1), max(int(households // LOWER), 1)
    tried = {k for k in range(near - reach, near + reach + 1) if min(few, near) <= k <= max(many, near)}
    return sorted({min(k, len(piece.units)) for k in tried}, key=lambda k: (abs(k - near), k))[:7]


def best_of(instance: Instance, draw: Draw, *, draws: int, seed: int, seconds: float) -> Answer:
    """Draw plans of every piece again and again, repair them and keep the cheapest.

    Parameters
    ----------
    instance : Instance
        District.
    draw : callable
        The peer.
    draws : int
        Draws for each number of grids.
    seed : int
        Seed of the first draw.
    seconds : float
        CPU seconds after which no further round is begun; the first round is always finished.

    Returns
    -------
    Answer
        Cheapest plan, with the number of rounds.
    """
    begin = time.process_time()
    pieces = split(instance)
    best = [np.zeros(len(p.units), np.int64) for p in pieces]
    costs = [_cost(p, b) for p, b in zip(pieces, best, strict=True)]
    counts = [part_counts(p) for p in pieces]
    rounds = draws * max(map(len, counts))
    for turn in range(rounds):
        for i, piece in enumerate(pieces):
            if turn >= draws * len(counts[i]) or len(piece.units) == 1:
                continue
            if turn and time.process_time() - begin > seconds:
                return Answer(labels=join(pieces, best), notes={"rounds": turn, "cut_short": 1})
            k = counts[i][turn % len(counts[i])]
            drawn = draw(piece, k, turn // len(counts[i]), seed * 100_003 + turn) if k > 1 else best[i] * 0
            labels = repair(piece, drawn)
            cost = _cost(piece, labels)
            if cost < costs[i]:
                best[i], costs[i] = labels, cost
    return Answer(labels=join(pieces, best), notes={"rounds": rounds})


def join(pieces: list[Piece], plans: list[Ints]) -> Ints:
    """Give the grids of all pieces numbers of their own."""
    labels = np.empty(sum(len(p.units) for p in pieces), np.int64)
    first = 0
    for piece, plan in zip(pieces, plans, strict=True):
        labels[piece.units] = plan + first
        first += int(plan.max()) + 1
    return labels


def repair(piece: Piece, labels: Ints) -> Ints:
    """Make broken grids several, and merge grids below the band where that lowers the cost.

    Parameters
    ----------
    piece : Piece
        Piece of k units.
    labels : int64[k]
        Any labels.

    Returns
    -------
    int64[k]
        Connected grids 0..g-1.
    """
    n = len(labels)
    a, b = piece.edges.T
    kept = labels[a] == labels[b]
    inner = coo_array((np.ones(int(kept.sum())), (a[kept], b[kept])), shape=(n, n))
    _, labels = connected_components(inner, directed=False)
    labels = labels.astype(np.int64)
    if np.bincount(labels, piece.weights).min() >= LOWER:
        return labels
    return _merge_small(piece, labels)


def _merge_small(piece: Piece, labels: Ints) -> Ints:
    """Merge the smallest grid with the neighbour that gains most, until no such merger gains."""
    grids = int(labels.max()) + 1
    w, (x, y) = piece.weights, piece.xy.T
    columns = (w, w * x, w * y, w * (x * x + y * y))
    sums = np.stack([np.bincount(labels, c, grids) for c in columns], axis=1).tolist()
    members: list[set[int]] = [set() for _ in range(grids)]
    for label, compound, weight in zip(labels.tolist(), piece.compounds.tolist(), w.tolist(), strict=True):
        if compound >= 0 and weight > 0:
            members[label].add(compound)
    ends = labels[piece.edges]
    near: list[set[int]] = [set() for _ in range(grids)]
    for a, b in ends[ends[:, 0] != ends[:, 1]].tolist():
        near[a].add(b)
        near[b].add(a)
    home = list(range(grids))
    small = {g for g in range(grids) if sums[g][0] < LOWER}
    while small:
        g = min(small, key=lambda s: (sums[s][0], s))
        small.discard(g)
        gains = [(_gain(sums[g], members[g], sums[o], members[o]), o) for o in sorted(near[g])]
        if not gains or min(gains)[0] >= 0:
            continue
        other = min(gains)[1]
        _absorb(g, other, sums, members, near)
        home[g] = other
        small.discard(other)
        if sums[other][0] < LOWER:
            small.add(other)
    for g in range(grids):
        while home[home[g]] != home[g]:
            home[g] = home[home[g]]
    return np.unique(np.array(home)[labels], return_inverse=True)[1]


def _absorb(gone: int, kept: int, sums: list[list[float]], members: list[set[int]], near: list[set[int]]) -> None:
    sums[kept] = [p + q for p, q in zip(sums[kept], sums[gone], strict=True)]
    members[kept] |= members[gone]
    for other in near[gone]:
        near[other].discard(gone)
        if other != kept:
            near[other].add(kept)
            near[kept].add(other)


def _gain(a: list[float], of_a: set[int], b: list[float], of_b: set[int]) -> float:
    both = [p + q for p, q in zip(a, b, strict=True)]
    return _price(both, len(of_a | of_b)) - _price(a, len(of_a)) - _price(b, len(of_b))


def _price(sums: list[float], compounds: int) -> float:
    w, wx, wy, wr2 = sums
    miss = max(LOWER - w, w - UPPER, 0.0)
    inertia = wr2 - (wx * wx + wy * wy) / w if w > 0 else 0.0
    soft = abs(w - TARGET) / STEP + compounds + 0.5 * (compounds > 1) * w / TARGET
    return 1000 * (miss > 0) + 1000 / STEP * miss + soft + 0.5 * inertia / (TARGET * SPREAD_M**2)


def _cost(piece: Piece, labels: Ints) -> float:
    return full_cost(*soft_costs(labels, piece.weights, piece.xy, piece.compounds))
