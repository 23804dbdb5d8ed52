"""Communities, subdistricts and counties: contiguous groups of faces cut out of random spanning trees."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

FEWEST: Final = 1_000
MOST: Final = 3_500
MEAN: Final = 2_720
"""Households of a community: fewest, most, and on average."""
WALL: Final = 3
"""Rank of the borders that a group crosses only if it would be too small without."""
TREES: Final = 24
MORE: Final = 8
"""Spanning trees drawn for one cut, and how many times as many while none keeps the limits."""
MANY: Final = 1_000
FEW_TREES: Final = 3
"""A set of more areas than this is cut with fewer trees: there is a good cut in every one."""
RETRIES: Final = ((4, 6), (16, 2))
"""Sets of up to so many groups are cut so many times, until all groups keep the limits; larger ones once."""
RAGGED_M: Final = 1_500.0
"""Metres of cut, per root of the number of areas, that weigh as much as a wholly uneven cut."""
MISSED: Final = 100.0
"""Weight of a cut that cannot keep the limits."""
SLACK: Final = 0.06
"""Share by which the limits are narrowed for a set that will be cut again."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which areas touch.

    Parameters
    ----------
    pairs : int64[n_pairs, 2]
        Areas that share a border, each pair once or more.
    length : float64[n_pairs]
        Metres of border.
    rank : int64[n_pairs]
        How much the border divides, 0 (a wall) to 3 (a river): cuts follow high ranks.
    """

    pairs: Ints
    length: Floats
    rank: Ints


@dataclass(frozen=True, slots=True)
class _Task:
    """What is grouped: sizes of the areas, their borders, fewest and most of a group, and the source of chance."""

    sizes: Ints
    neighbours: Neighbours
    fewest: int
    most: int
    rng: np.random.Generator


def group(sizes: Ints, neighbours: Neighbours, limits: tuple[int, int, int], rng: np.random.Generator) -> Ints:
    """Group areas into contiguous groups of like size.

    Parameters
    ----------
    sizes : int64[n_areas]
        Size of each area, 0 or more.
    neighbours : Neighbours
        Which areas touch; borders of rank 3 are crossed only by groups that would be too small without.
    limits : tuple of int
        Fewest, mean and most of a group.
    rng : Generator
        Source of all chance.

    Returns
    -------
    int64[n_areas]
        Group of each area, 0..n_groups - 1.
    """
    fewest, mean, most = limits
    task = _Task(sizes, neighbours, fewest, most, rng)
    sides = _sides(task)
    labels = np.full(len(sizes), -1, dtype=np.int64)
    for side in range(sides.max() + 1):
        members = np.flatnonzero(sides == side)
        total = int(sizes[members].sum())
        parts = max(1, round(total / mean), -(-total // int(0.95 * most)))
        groups, _ = _cut(task, members, min(parts, max(1, total // fewest)))
        for part in groups:
            labels[part] = labels.max() + 1
    return labels


def _sides(task: _Task) -> Ints:
    """Pieces between walls; small ones joined to the neighbour with the longest border."""
    pairs, n = task.neighbours.pairs, len(task.sizes)
    open_ = task.neighbours.rank < WALL
    while True:
        matrix = coo_array((np.ones(open_.sum()), pairs[open_].T), shape=(n, n))
        sides = connected_components(matrix, directed=False)[1].astype(np.int64)
        total = np.bincount(sides, weights=task.sizes)
        ends = sides[pairs]
        small = int(np.argmin(total))
        beside = np.flatnonzero((ends[:, 0] != ends[:, 1]) & (ends == small).any(1))
        if total[small] >= task.fewest or not beside.size:
            return sides
        other = np.where(ends[beside, 0] == small, ends[beside, 1], ends[beside, 0])
        longest = np.bincount(other, weights=task.neighbours.length[beside]).argmax()
        open_[beside[other == longest]] = True


def _cut(task: _Task, members: Ints, parts: int) -> tuple[list[Ints], int]:
    """Cut a contiguous set into groups; also how far they miss the limits in all, 0 unless every try failed."""
    if parts == 1:
        total = int(task.sizes[members].sum())
        return [members], max(task.fewest - total, total - task.most, 0)
    best: list[Ints] = []
    least = -1
    for _ in range(next((times for up_to, times in RETRIES if parts <= up_to), 1)):
        near = _split(task, members, parts)
        first, missed = _cut(task, members[near], parts // 2)
        second, more = _cut(task, members[~near], parts - parts // 2)
        if least < 0 or missed + more < least:
            best, least = first + second, missed + more
        if least == 0:
            break
    return best, least


def _split(task: _Task, members: Ints, parts: int) -> Bools:
    """Cut a contiguous set in two, the first with `parts // 2` groups; the best of several random trees."""
    place = np.full(len(task.sizes), -1, dtype=np.int64)
    place[members] = np.arange(len(members))
    ends = place[task.neighbours.pairs]
    inside = (ends >= 0).all(1)
    ends, rank, length = ends[inside], task.neighbours.rank[inside], task.neighbours.length[inside]
    cost = length / (1 + rank) / (RAGGED_M * np.sqrt(len(members)))
    share = task.rng.uniform(0.42, 0.58) if parts == 2 else parts // 2 / parts  # noqa: PLR2004 - two groups differ in size
    trees = TREES if len(members) < MANY else FEW_TREES
    best, chosen = np.inf, np.zeros(len(members), dtype=bool)
    for trial in range(TREES * MORE):
        if trial >= trees and best < MISSED:
            break
        order, parent = _tree(ends, rank, length, len(members), rng=task.rng)
        below = _below(order, parent, task.sizes[members])
        for part in (below, below[order[0]] - below):
            fault = _fault(task, part, int(below[order[0]]), parts, share)
            fault[order[0]] = np.inf
            at = int(np.argmin(fault))
            if fault[at] >= best:
                continue
            side = _subtree(order, parent, at)
            total = fault[at] + cost[side[ends[:, 0]] != side[ends[:, 1]]].sum()
            if total < best:
                best, chosen = total, side if part is below else ~side
    return chosen


def _fault(task: _Task, part: Ints, total: int, parts: int, share: float) -> Floats:
    """How bad it is to give the first side `part` of the total."""
    first, second = parts // 2, parts - parts // 2
    slack = SLACK if parts > 2 else 0.0  # noqa: PLR2004 - two groups are not cut again
    low, high = task.fewest * (1 + slack), task.most * (1 - slack)
    over = np.maximum(part - first * high, total - part - second * high)
    under = np.maximum(first * low - part, second * low - (total - part))
    missed = np.maximum(np.maximum(over, under), 0.0)
    fault: Floats = np.abs(part / total - share) + MISSED * (missed > 0) + 10 * missed / total
    return fault


def _tree(ends: Ints, rank: Ints, length: Floats, n: int, *, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Random spanning tree that shuns borders of high rank: order from the root, and parents."""
    weight = rng.uniform(1, 2, len(ends)) * 4.0**rank * (1 + 30 / np.maximum(length, 1.0))
    low, high = ends.min(1), ends.max(1)
    by_pair = np.lexsort((weight, high, low))
    once = by_pair[np.unique(low[by_pair] * n + high[by_pair], return_index=True)[1]]
    matrix = coo_array((weight[once], (low[once], high[once])), shape=(n, n)).tocsr()
    order, parent = breadth_first_order(minimum_spanning_tree(matrix), 0, directed=False)
    return order.astype(np.int64), parent.astype(np.int64)


def _below(order: Ints, parent: Ints, sizes: Ints) -> Ints:
    """Size of the subtree under each node."""
    below = sizes.tolist()
    up = parent.tolist()
    for node in order[:0:-1].tolist():
        below[up[node]] += below[node]
    return np.array(below, dtype=np.int64)


def _subtree(order: Ints, parent: Ints, top: int) -> Bools:
    """Nodes of the subtree under a node."""
    inside = [False] * len(parent)
    inside[top] = True
    up = parent.tolist()
    for node in order[1:].tolist():
        inside[node] = inside[node] or inside[up[node]]
    return np.array(inside)
