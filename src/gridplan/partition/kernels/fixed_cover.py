"""Exhaustive search for the best plan of a small graph, as sets of bits."""

from typing import NamedTuple

import numpy as np
from numba import njit

from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.fixed_arrays import (
    CENTROID,
    COMPOUNDS,
    LOWER,
    MEDOID,
    N_SUMS,
    UPPER,
    WEIGHT,
    WR2,
    WX,
    WY,
    Net,
    inner,
)  # fmt: skip
from gridplan.partition.kernels.fixed_plan import part_cost

MAX_NODES = 62
"""Nodes that fit into a set of bits."""

DEAR = 50
"""What a set within the band counts, since it is priced, in sets that are only grown."""


class Cover(NamedTuple):
    """State of an exhaustive search over plans of n nodes into k parts, so that it can pause.

    Parameters
    ----------
    near, together : int64[n], int64[g]
        Neighbours of each node; groups of nodes that share a part.
    rest, taken : int64[k + 1], int64[k + 1]
        By level: nodes not in a part yet, and the part chosen.
    partial : float64[k + 1]
        Cost of the parts chosen before each level.
    stack, grown : int64[k, 2 * n + 2, 4], float64[k, 2 * n + 2, 4]
        By level, sets still to be grown: set, its neighbours, nodes it must not take, whether it is new; its weight
        and weighted x, y and x2 + y2.
    height : int64[k + 1]
        Sets on each stack; the last place holds the level, -1 when the search has ended.
    best, cost : int64[k], float64[1]
        Parts of the best plan met, and a cost that a plan must stay below.
    sums : float64[6]
        Scratch.
    """

    near: Ints
    together: Ints
    rest: Ints
    taken: Ints
    partial: Floats
    stack: Ints
    grown: Floats
    height: Ints
    best: Ints
    cost: Floats
    sums: Floats


def make_cover(net: Net, parts: int, together: list[list[int]], cost: float) -> Cover:
    """Prepare an exhaustive search.

    Parameters
    ----------
    net : Net
        Connected graph of at most `MAX_NODES` nodes.
    parts : int
        Number of parts.
    together : list of lists
        Groups of nodes that share a part.
    cost : float
        Only plans below it are looked for.

    Returns
    -------
    Cover
        At its first step.
    """
    n = len(net.units)
    near = np.zeros(n, np.int64)
    for node in range(n):
        for other in net.indices[net.indptr[node] : net.indptr[node + 1]]:
            near[node] |= np.int64(1 << int(other))
    groups = np.array([sum(1 << i for i in group) for group in together], np.int64)
    cover = Cover(
        near, groups, np.zeros(parts + 1, np.int64), np.zeros(parts + 1, np.int64), np.zeros(parts + 1),
        np.zeros((parts, 2 * n + 2, 4), np.int64), np.zeros((parts, 2 * n + 2, 4)), np.zeros(parts + 1, np.int64),
        np.zeros(parts, np.int64), np.array([cost]), np.zeros(N_SUMS),
    )  # fmt: skip
    cover.rest[0] = (1 << n) - 1
    cover.stack[0, 0], cover.height[0] = (1, near[0], 0, 1), 1
    cover.grown[0, 0] = net.units[0][[WEIGHT, WX, WY, WR2]]
    return cover


@inner
def _lowest(bits):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the number of the lowest bit."""
    place = 0
    for step in (32, 16, 8, 4, 2, 1):
        if bits & ((1 << step) - 1) == 0:
            bits >>= step
            place += step
    return place


@inner
def _price_set(price, net, cover, part, rest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Price a part, and the tolls between it and the rest."""
    s, toll = cover.sums, 0.0
    for k in range(N_SUMS):
        s[k] = 0.0
    left = part
    while left:
        node = _lowest(left)
        left &= left - 1
        for k in range(COMPOUNDS):
            s[k] += net.units[node, k]
        for half in range(net.indptr[node], net.indptr[node + 1]):
            if rest >> net.indices[half] & 1:
                toll += net.toll[net.edge[half]]
        for k in range(net.compound_start[node], net.compound_start[node + 1]):
            c, first = net.compounds[k], True
            for h in range(net.home_start[c], net.home_start[c + 1]):
                if net.homes[h] < node and part >> net.homes[h] & 1:
                    first = False
            s[COMPOUNDS] += first
    x, y, best, at = 0.0, 0.0, 1e300, 0
    if s[WEIGHT] > 0:
        x, y = s[WX] / s[WEIGHT], s[WY] / s[WEIGHT]
    left = part
    while left:
        node = _lowest(left)
        left &= left - 1
        for spot in range(net.spot_start[node], net.spot_start[node + 1]):
            far = (net.spots[spot, 0] - x) ** 2 + (net.spots[spot, 1] - y) ** 2
            if far < best:
                best, at = far, spot
    return toll + part_cost(price, s, net.spots[at, 0], net.spots[at, 1])


@inner
def _can_follow(price, net, cover, rest, parts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Tell whether the weights of the pieces of the rest allow that many parts."""
    slack = 1e-9 * max(1.0, price[UPPER])
    fewest, most = 0, 0
    while rest:
        piece = rest & -rest
        front, weight, count = piece, 0.0, 0
        while front:
            node = _lowest(front)
            front &= front - 1
            weight += net.units[node, WEIGHT]
            count += 1
            grown = cover.near[node] & rest & ~piece
            piece |= grown
            front |= grown
        least = max(1, int(np.ceil((weight - slack) / max(price[UPPER], 1e-300))))
        greatest = count
        if price[LOWER] > 0:
            greatest = min(count, int(np.floor((weight + slack) / price[LOWER])))
        if least > greatest:
            return False
        fewest, most = fewest + least, most + greatest
        rest &= ~piece
    return fewest <= parts <= most


@njit(cache=True, nogil=True)
def run_cover(price: Floats, net: Net, cover: Cover, budget: int) -> int:
    """Go on with an exhaustive search: grow the part of the lowest node left, each connected set once.

    Parameters
    ----------
    price, net, cover : float64[9], Net, Cover
        Prices, graph, and state of the search.
    budget : int
        Sets to look at before it pauses; those within the band count several times.

    Returns
    -------
    int
        Sets looked at; less than `budget` when the search has ended.
    """
    parts = cover.best.size
    level, seen = cover.height[parts], 0
    slack, saved = 1e-9 * max(1.0, price[UPPER]), 0.0
    for edge in range(net.toll.size):
        saved += min(0.0, net.toll[edge])
    while level >= 0 and seen < budget:
        if cover.height[level] == 0:
            level -= 1
            continue
        seen += 1
        top = cover.height[level] - 1
        part, near, barred, new = cover.stack[level, top]
        s = cover.grown[level, top]
        weight = s[0]
        can = near & cover.rest[level] & ~part & ~barred
        if can and level < parts - 1:
            node = _lowest(can)
            bit = np.int64(1) << node
            cover.stack[level, top, 2], cover.stack[level, top, 3] = barred | bit, 0
            u = net.units[node]
            w, x, y, r2 = weight + u[WEIGHT], s[1] + u[WX], s[2] + u[WY], s[3] + u[WR2]
            # the inertia of a set only rises when it grows
            least = (price[CENTROID] + price[MEDOID]) * (r2 - (x * x + y * y) / max(w, 1e-300)) * (1 - 1e-9)
            if w <= price[UPPER] + slack and cover.partial[level] + least + saved < cover.cost[0]:
                top += 1
                cover.stack[level, top, 0], cover.stack[level, top, 1] = part | bit, near | cover.near[node]
                cover.stack[level, top, 2], cover.stack[level, top, 3] = barred, 1
                t = cover.grown[level, top]
                t[0], t[1], t[2], t[3] = w, x, y, r2
        else:
            top -= 1
        cover.height[level] = top + 1
        if level == parts - 1:
            part = cover.rest[level]
        elif new == 0 or weight < price[LOWER] - slack:
            continue
        seen += DEAR
        split = False
        for group in cover.together:
            split |= (part & group) != 0 and (part & group) != group
        rest = cover.rest[level] & ~part
        if split or (level < parts - 1 and not _can_follow(price, net, cover, rest, parts - 1 - level)):
            continue
        cost = cover.partial[level] + _price_set(price, net, cover, part, rest)
        if cost + (saved if level < parts - 1 else 0.0) >= cover.cost[0]:
            continue
        cover.taken[level] = part
        if level == parts - 1:
            cover.cost[0] = cost
            for k in range(parts):
                cover.best[k] = cover.taken[k]
            continue
        level += 1
        node = _lowest(rest)
        cover.rest[level], cover.partial[level], cover.height[level] = rest, cost, 1
        cover.stack[level, 0, 0], cover.stack[level, 0, 1] = np.int64(1) << node, cover.near[node]
        cover.stack[level, 0, 2], cover.stack[level, 0, 3] = 0, 1
        t, u = cover.grown[level, 0], net.units[node]
        t[0], t[1], t[2], t[3] = u[WEIGHT], u[WX], u[WY], u[WR2]
    cover.height[parts] = level
    return seen
