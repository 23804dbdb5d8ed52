"""Exhaustive search for the best plan of a small graph, as sets of bits."""

from typing import NamedTuple

import numpy as np

from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.compiling import door, inner, woven
from gridplan.partition.kernels.fixed_arrays import (
    CENTROID,
    COMPOUNDS,
    EDGE,
    FIRST_HALF,
    FIRST_HOME,
    FIRST_SPOT,
    LOWER,
    MEDOID,
    N_SUMS,
    NEXT,
    NODE,
    OTHER,
    UPPER,
    WEIGHT,
    WR2,
    WX,
    WY,
    Net,
)  # fmt: skip
from gridplan.partition.kernels.fixed_plan import part_cost

MAX_NODES = 62
"""Nodes that fit into a set of bits."""

DEAR = 50
"""What a set within the band counts, since it is priced, in sets that are only grown."""


N_LEVELS = 4
REST, CHOSEN, HEIGHT, BEST = range(N_LEVELS)
"""Rows of `Cover.levels`."""

GROWN, NEAR, BARRED, IS_NEW = range(4)
"""Places in `Cover.stack`."""


class Cover(NamedTuple):
    """State of an exhaustive search over plans of n nodes into k parts, so that it can pause.

    Parameters
    ----------
    near, together : int64[n], int64[g]
        Neighbours of each node; groups of nodes that share a part.
    levels : int64[4, k + 1]
        REST, CHOSEN: by level, nodes not in a part yet, and the part chosen. HEIGHT: sets on each stack; the last place
        holds the level, -1 when the search has ended. BEST: parts of the best plan met.
    spent : float64[k + 1]
        Cost of the parts chosen before each level; the last place holds a cost that a plan must stay below.
    stack, grown : int64[k, 2 * n + 2, 4], float64[k + 1, 2 * n + 2, 6]
        By level, sets still to be grown: set, its neighbours, nodes it must not take, whether it is new; its weight,
        nothing, and weighted x, y and x2 + y2. The last level is scratch for the sums of a part.
    """

    near: Ints
    together: Ints
    levels: Ints
    spent: Floats
    stack: Ints
    grown: Floats

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to look at."""
        return bool(self.levels[HEIGHT, -1] < 0)

    @property
    def best(self) -> Ints:
        """Parts of the best plan met."""
        return self.levels[BEST, :-1]

    @property
    def cost(self) -> float:
        """Cost of the best plan met, or the one to stay below."""
        return float(self.spent[-1])


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
    for a, b in net.ends.tolist():
        near[a] |= np.int64(1 << b)
        near[b] |= np.int64(1 << a)
    groups = np.array([sum(1 << i for i in group) for group in together], np.int64)
    cover = Cover(
        near, groups, np.zeros((N_LEVELS, parts + 1), np.int64), np.append(np.zeros(parts), cost),
        np.zeros((parts, 2 * n + 2, 4), np.int64), np.zeros((parts + 1, 2 * n + 2, N_SUMS)),
    )  # fmt: skip
    cover.levels[REST, 0], cover.levels[HEIGHT, 0] = (1 << n) - 1, 1
    cover.stack[0, 0] = (1, near[0], 0, 1)
    cover.grown[0, 0, :COMPOUNDS] = net.units[0]
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


@woven
def _price_set(price, net, cover, part, rest):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Price a part, and the tolls between it and the rest."""
    s = cover.grown[len(cover.stack), 0]
    toll = 0.0
    for k in range(N_SUMS):
        s[k] = 0.0
    left = part
    while left:
        node = _lowest(left)
        left &= left - 1
        for k in range(COMPOUNDS):
            s[k] += net.units[node, k]
        for half in range(net.starts[FIRST_HALF, node], net.starts[FIRST_HALF, node + 1]):
            if rest >> net.links[OTHER, half] & 1:
                toll += net.toll[net.links[EDGE, half]]
        for home in range(net.starts[FIRST_HOME, node], net.starts[FIRST_HOME, node + 1]):
            first = True
            other = net.homes[NEXT, home]
            while other != home:
                near = net.homes[NODE, other]
                if near < node and part >> near & 1:
                    first = False
                other = net.homes[NEXT, other]
            s[COMPOUNDS] += first
    x = 0.0
    y = 0.0
    if s[WEIGHT] > 0:
        x = s[WX] / s[WEIGHT]
        y = s[WY] / s[WEIGHT]
    best = 1e300
    at = 0
    left = part
    while left:
        node = _lowest(left)
        left &= left - 1
        for spot in range(net.starts[FIRST_SPOT, node], net.starts[FIRST_SPOT, node + 1]):
            dx = net.spots[spot, 0] - x
            dy = net.spots[spot, 1] - y
            far = dx * dx + dy * dy
            if far < best:
                best = far
                at = spot
    return toll + part_cost(price, s, net.spots[at, 0], net.spots[at, 1])


@woven
def _can_follow(price, net, cover, rest, parts):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Tell whether the weights of the pieces of the rest allow that many parts."""
    slack = 1e-9 * (max(1.0, price[UPPER]))
    upper = max(1e-300, price[UPPER])
    fewest = 0
    most = 0
    while rest:
        piece = rest & -rest
        front = piece
        weight = 0.0
        greatest = 0
        while front:
            node = _lowest(front)
            front &= front - 1
            weight += net.units[node, WEIGHT]
            greatest += 1
            more = cover.near[node] & rest & ~piece
            piece |= more
            front |= more
        least = int(np.ceil((weight - slack) / upper))
        least = max(least, 1)
        if price[LOWER] > 0 and (weight + slack) / price[LOWER] < greatest:
            greatest = int((weight + slack) / price[LOWER])
        if least > greatest:
            return False
        fewest += least
        most += greatest
        rest &= ~piece
    return fewest <= parts <= most


@door
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
    stack = cover.stack
    grown = cover.grown
    rests = cover.levels[REST]
    height = cover.levels[HEIGHT]
    spent = cover.spent
    parts = len(stack)
    level = height[parts]
    seen = 0
    slack = 1e-9 * (max(1.0, price[UPPER]))
    saved = 0.0
    for edge in range(len(net.toll)):
        if net.toll[edge] < 0:
            saved += net.toll[edge]
    while level >= 0 and seen < budget:
        if height[level] == 0:
            level -= 1
            continue
        seen += 1
        top = height[level] - 1
        part = stack[level, top, GROWN]
        near = stack[level, top, NEAR]
        barred = stack[level, top, BARRED]
        new = stack[level, top, IS_NEW]
        s = grown[level, top]
        weight = s[WEIGHT]
        can = near & rests[level] & ~part & ~barred
        if can and level < parts - 1:
            node = _lowest(can)
            bit = np.int64(1) << node
            stack[level, top, BARRED] = barred | bit
            stack[level, top, IS_NEW] = 0
            t = grown[level, top + 1]
            for k in range(COMPOUNDS):
                t[k] = s[k] + net.units[node, k]
            w = max(1e-300, t[WEIGHT])
            # the inertia of a set only rises when it grows
            least = (price[CENTROID] + price[MEDOID]) * (t[WR2] - (t[WX] * t[WX] + t[WY] * t[WY]) / w) * (1 - 1e-9)
            if t[WEIGHT] <= price[UPPER] + slack and spent[level] + least + saved < spent[parts]:
                top += 1
                stack[level, top, GROWN] = part | bit
                stack[level, top, NEAR] = near | cover.near[node]
                stack[level, top, BARRED] = barred
                stack[level, top, IS_NEW] = 1
        else:
            top -= 1
        height[level] = top + 1
        if level == parts - 1:
            part = rests[level]
        elif new == 0 or weight < price[LOWER] - slack:
            continue
        seen += DEAR
        split = False
        for k in range(len(cover.together)):
            split |= (part & cover.together[k]) != 0 and (part & cover.together[k]) != cover.together[k]
        rest = rests[level] & ~part
        if split or (level < parts - 1 and not _can_follow(price, net, cover, rest, parts - 1 - level)):
            continue
        cost = spent[level] + _price_set(price, net, cover, part, rest)
        if cost + (saved if level < parts - 1 else 0.0) >= spent[parts]:
            continue
        cover.levels[CHOSEN, level] = part
        if level == parts - 1:
            spent[parts] = cost
            for k in range(parts):
                cover.levels[BEST, k] = cover.levels[CHOSEN, k]
            continue
        level += 1
        node = _lowest(rest)
        rests[level] = rest
        spent[level] = cost
        height[level] = 1
        stack[level, 0, GROWN] = np.int64(1) << node
        stack[level, 0, NEAR] = cover.near[node]
        stack[level, 0, BARRED] = 0
        stack[level, 0, IS_NEW] = 1
        for k in range(COMPOUNDS):
            grown[level, 0, k] = net.units[node, k]
    height[parts] = level
    return seen
