"""Communities, subdistricts and counties: contiguous groups of faces cut out of random spanning trees."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components, minimum_spanning_tree

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEWEST: Final = 1_000
MOST: Final = 3_500
MEAN: Final = 2_720
"""Households of a community: fewest, most, and on average."""
TREES: Final = 24
MORE: Final = 8
"""Spanning trees drawn for one cut, and how many times as many while none keeps the limits."""
RAGGED_M: Final = 1_500.0
"""Metres of cut, per root of the number of areas, that weigh as much as a wholly uneven cut."""
MISSED: Final = 100.0
"""Weight of a cut that cannot keep the limits."""


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
    sides = _sides(sizes, neighbours, fewest)
    labels = np.full(len(sizes), -1, dtype=np.int64)
    for side in range(sides.max() + 1):
        members = np.flatnonzero(sides == side)
        total = int(sizes[members].sum())
        parts = max(1, round(total / mean), -(-total // int(0.95 * most)))
        groups, _ = _cut(members, min(parts, max(1, total // fewest)), sizes, neighbours, (fewest, most), rng)
        for part in groups:
            labels[part] = labels.max() + 1
    return labels


def _sides(sizes: Ints, neighbours: Neighbours, fewest: int) -> Ints:
    """Pieces between rivers, railways and expressways; small ones joined to the neighbour with the longest border."""
    n = len(sizes)
    soft = neighbours.rank < 3
    while True:
        matrix = coo_array((np.ones(soft.sum()), neighbours.pairs[soft].T), shape=(n, n))
        _, sides = connected_components(matrix, directed=False)
        total = np.bincount(sides, weights=sizes)
        ends = sides[neighbours.pairs]
        apart = ends[:, 0] != ends[:, 1]
        small = int(np.argmin(total))
        beside = np.flatnonzero(apart & (ends == small).any(1))
        if total[small] >= fewest or not beside.size:
            return sides.astype(np.int64)
        other = np.where(ends[beside, 0] == small, ends[beside, 1], ends[beside, 0])
        best = np.bincount(other, weights=neighbours.length[beside]).argmax()
        soft[beside[other == best]] = True


def _cut(
    members: Ints, parts: int, sizes: Ints, neighbours: Neighbours, limits: tuple[int, int], rng: np.random.Generator
) -> tuple[list[Ints], int]:
    """Cut a contiguous set into groups; also how far they miss the limits in all, 0 unless every try failed."""
    if parts == 1:
        total = int(sizes[members].sum())
        return [members], max(limits[0] - total, total - limits[1], 0)
    best: list[Ints] = []
    least = -1
    for _ in range(6 if parts <= 4 else 2 if parts <= 16 else 1):  # noqa: PLR2004 - a small set is cheap to cut again
        near = _split(members, parts, sizes, neighbours, limits, rng)
        first, missed = _cut(members[near], parts // 2, sizes, neighbours, limits, rng)
        second, more = _cut(members[~near], parts - parts // 2, sizes, neighbours, limits, rng)
        if least < 0 or missed + more < least:
            best, least = first + second, missed + more
        if least == 0:
            break
    return best, least


def _split(
    members: Ints, parts: int, sizes: Ints, neighbours: Neighbours, limits: tuple[int, int], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Cut a contiguous set in two, the first with `parts // 2` groups; the best of several random trees."""
    place = np.full(len(sizes), -1, dtype=np.int64)
    place[members] = np.arange(len(members))
    ends = place[neighbours.pairs]
    inside = (ends >= 0).all(1)
    ends, rank, length = ends[inside], neighbours.rank[inside], neighbours.length[inside]
    first, second = parts // 2, parts - parts // 2
    total = sizes[members].sum()
    share = rng.uniform(0.42, 0.58) if parts == 2 else first / parts
    slack = 0.06 if parts > 2 else 0.0
    low, high = limits[0] * (1 + slack), limits[1] * (1 - slack)
    best, chosen = np.inf, np.zeros(len(members), dtype=bool)
    for trial in range(TREES * MORE):
        if trial >= (TREES if len(members) < 1_000 else 3) and best < MISSED:
            break
        order, parent = _tree(ends, rank, length, len(members), rng)
        below = _below(order, parent, sizes[members])
        for part in (below, total - below):
            room = np.maximum.reduce([
                first * low - part, part - first * high, second * low - (total - part),
                total - part - second * high, np.zeros(len(part)),
            ])  # fmt: skip
            fault = np.abs(part / total - share) + MISSED * (room > 0) + 10 * room / total
            fault[order[0]] = np.inf
            at = int(np.argmin(fault))
            if fault[at] >= best:
                continue
            side = _subtree(order, parent, at)
            crossing = side[ends[:, 0]] != side[ends[:, 1]]
            ragged = (length / (1 + rank))[crossing].sum() / (RAGGED_M * np.sqrt(len(members)))
            if fault[at] + ragged < best:
                best = fault[at] + ragged
                chosen = side if part is below else ~side
    return chosen


def _tree(ends: Ints, rank: Ints, length: Floats, n: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Random spanning tree that shuns borders of high rank: order from the root, and parents."""
    weight = rng.uniform(1, 2, len(ends)) * 4.0**rank * (1 + 30 / np.maximum(length, 1.0))
    low, high = ends.min(1), ends.max(1)
    order = np.lexsort((weight, high, low))
    once = order[np.unique(low[order] * n + high[order], return_index=True)[1]]
    matrix = coo_array((weight[once], (low[once], high[once])), shape=(n, n)).tocsr()
    tree = minimum_spanning_tree(matrix)
    order, parent = breadth_first_order(tree, 0, directed=False)
    return order.astype(np.int64), parent.astype(np.int64)


def _below(order: Ints, parent: Ints, sizes: Ints) -> Ints:
    """Size of the subtree under each node."""
    below = sizes.tolist()
    up = parent.tolist()
    for node in order[:0:-1].tolist():
        below[up[node]] += below[node]
    return np.array(below, dtype=np.int64)


def _subtree(order: Ints, parent: Ints, top: int) -> NDArray[np.bool_]:
    """Nodes of the subtree under a node."""
    inside = np.zeros(len(parent), dtype=bool)
    inside[top] = True
    for node in order[1:].tolist():
        inside[node] |= node != top and bool(inside[parent[node]])
    return inside
