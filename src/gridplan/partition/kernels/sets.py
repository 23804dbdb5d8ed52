"""Sets of units: what they leave, and what they cost less what they gain."""

import numpy as np

from gridplan.partition.kernels.arrays import Bag, Field, Flags, Floats, Ints
from gridplan.partition.kernels.compiling import door, inner
from gridplan.partition.kernels.cost import SLACK, grid_cost

WORD = 62
"""Units in one word of a set."""

PRIME = 67
PLACES = np.zeros(PRIME, np.int64)
PLACES[[2**k % PRIME for k in range(WORD)]] = np.arange(WORD)
"""Place of a single bit in its word, by what it leaves modulo a prime, where no two leave the same."""

ITEM, FRESH, MASS, STATE, TRIED, HELD, RANK, ORDER, PILE, SEEN, STACK = range(11)
"""Rows of the whole scratch: by item, unit, whether its group begins, buckets of load; by depth, groups entered,
branches tried, buckets held; by item, groups before; units by gain for their load; units of a set, seen, to go to."""

N_REAL = 5
GAIN, ENTRY, SPENT, SCORE, WORTH = range(N_REAL)
"""Rows of the real scratch: gain of each unit; by item, gain of entering its group; by depth, reduced cost so far;
gain of each unit by load; by item, gain beside what its buckets of load cost."""

N_PRICED = 5
COST, REDUCED, AT_X, AT_Y, TOUCHES = range(N_PRICED)
"""Places in what is known of a priced set: cost, reduced cost, centre, compounds."""

FOUND, STEPS, CUT = range(3)
"""Places in the state of a listing: sets listed, work left, and not 0 where that or the room for sets ran out."""


@inner
def place_of(bit: int) -> int:
    """Tell the place of a single bit in its word."""
    return PLACES[bit % PRIME]


@inner
def leaves_parts(field: Field, bag: Bag, size: int, low: float, high: float, parts: int) -> bool:
    """Tell whether what a set leaves can be divided, by arithmetic alone, into so many grids less one.

    Parameters
    ----------
    field, bag : Field, Bag
        Piece, and scratch with the units of the set.
    size : int
        Units of the set.
    low, high : float
        Fewest and most households of a grid without an anchor.
    parts : int
        Grids of the plan, 0 for any number.

    Returns
    -------
    bool
        Whether each connected rest can be divided at all, and all of them together into one grid less.
    """
    graph, whole, fewest, most, n = field.graph, bag.whole, 0, 0, field.graph.compound.size
    for unit in range(n):
        whole[SEEN, unit] = 0
    for k in range(size):
        whole[SEEN, whole[PILE, k]] = 1
    for begin in range(n):
        if whole[SEEN, begin]:
            continue
        whole[STACK, 0], whole[SEEN, begin], height = begin, 1, 1
        small, large, huge = 0.0, 0.0, 0
        while height > 0:
            height -= 1
            unit = whole[STACK, height]
            weight = graph.units[unit, 0]
            if unit < field.anchors:
                huge, large = huge + 1, large + field.highest[unit] - weight
            else:
                small += weight
            for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
                other = graph.indices[half]
                if not whole[SEEN, other]:
                    whole[SEEN, other], whole[STACK, height] = 1, other
                    height += 1
        if small <= 0.0 and huge == 0:
            continue  # units without households join the set
        at_most = huge + (int((small + SLACK) / low) if low > 0 else n)
        at_least = huge + int(np.ceil(max(0.0, small - large - SLACK) / high))
        if at_least > at_most or at_most == 0:
            return False
        fewest, most = fewest + max(1, at_least), most + at_most
    return parts == 0 or (fewest < parts and most >= parts - 1)


@inner
def price_set(price: Floats, field: Field, dual: Floats, bag: Bag, row: int, m: int, anchor: int, out: Floats) -> int:
    """Sum up a set: what it costs but for borders, what it gains, and where its centre lies.

    Parameters
    ----------
    price, field, dual : float64[9], Field, float64[n + 1 + 2 * c]
        Prices, piece, and dual values of units, of the number of grids, of those inside and touching each compound.
    bag : Bag
        Scratch with the items and the set, and a pile that takes its units.
    row, m, anchor : int
        Row of the set, number of items, and the anchor that it holds, -1 for none.
    out : float64[5]
        Takes cost, reduced cost, centre, and the compounds touched.

    Returns
    -------
    int
        Units of the set.
    """
    graph, whole, n = field.graph, bag.whole, field.graph.compound.size
    c = (dual.size - 1 - n) // 2
    w, load, x, y, r2, gained, size, touched, only = 0.0, 0.0, 0.0, 0.0, 0.0, dual[n], 0, 0, -1
    for j in range(m + 1):
        unit = anchor if j == m else whole[ITEM, j]
        if unit < 0 or (j < m and (bag.sets[row, unit // WORD] >> (unit % WORD)) & 1 == 0):
            continue
        w, load = w + graph.units[unit, 0], load + graph.units[unit, 1]
        x, y, r2 = x + graph.units[unit, 2], y + graph.units[unit, 3], r2 + graph.units[unit, 4]
        gained += dual[unit]
        own, again = graph.compound[unit], False
        for i in range(size):
            again |= graph.compound[whole[PILE, i]] == own
        if own >= 0 and not again:
            touched, only, gained = touched + 1, own, gained + dual[n + 1 + c + own]
        whole[PILE, size] = unit
        size += 1
    if touched == 1:
        gained += dual[n + 1 + only]
    if w <= 0.0:
        out[REDUCED] = np.inf  # no grid: the buckets of broken weights left that open
        return size
    out[COST] = grid_cost(price, w, load, x, y, r2, float(touched), 0.0)
    out[REDUCED], out[AT_X], out[AT_Y], out[TOUCHES] = out[COST] - gained, x / w, y / w, float(touched)
    return size


@door
def rate_sets(
    dual: Floats, compound: Ints, tie: Ints, pair: Ints, fine: Floats, members: Ints, start: Ints, cost: Floats,
    at: Ints, seen: Ints, reduced: Floats,
) -> None:  # fmt: skip
    """Take dual values and fines off the cost of sets.

    Parameters
    ----------
    dual : float64[firm + 1 + 2 * c]
        Dual values of units, of the number of grids, of those inside and touching each compound.
    compound : int64[n]
        Compound of each unit.
    tie, pair, fine : int64[firm + 1], int64[t, 2], float64[t]
        Triples with a fine, by unit.
    members, start, cost : int64, int64[m + 1], float64[m]
        The sets.
    at : int64[k]
        Those asked for.
    seen : int64[2, n]
        Scratch of zeros.
    reduced : float64[k]
        Takes the reduced costs.
    """
    firm = tie.size - 1
    c = (dual.size - 1 - firm) // 2
    for i in range(at.size):
        total, touched, only, stamp = cost[at[i]] - dual[firm], 0, -1, i + 1
        for j in range(start[at[i]], start[at[i] + 1]):
            unit = members[j]
            own = compound[unit]
            total -= dual[unit]
            for k in range(tie[unit], tie[unit + 1]):
                if (seen[0, pair[k, 0]] == stamp) != (seen[0, pair[k, 1]] == stamp):
                    total += fine[k]
            seen[0, unit] = stamp
            if own >= 0 and seen[1, own] != stamp:
                seen[1, own], touched, only = stamp, touched + 1, own
                total -= dual[firm + 1 + c + own]
        reduced[i] = total - (dual[firm + 1 + only] if touched == 1 else 0.0)


@door
def sort_out(
    field: Field, bag: Bag, low: float, high: float, members: Ints, start: Ints, asked: Ints, state: Flags
) -> None:
    """Mark the sets that leave what cannot be divided into grids, by arithmetic alone.

    Parameters
    ----------
    field, bag, low, high : Field, Bag, float
        Piece, scratch, and the fewest and most households of a grid without an anchor.
    members, start : int64, int64[m + 1]
        The sets.
    asked : int64[k]
        Those to look at.
    state : int8[m]
        Takes 1 for a set that leaves what can be divided, 2 for one that does not.
    """
    for i in range(asked.size):
        at = asked[i]
        for k in range(start[at], start[at + 1]):
            bag.whole[PILE, k - start[at]] = members[k]
        state[at] = 1 if leaves_parts(field, bag, start[at + 1] - start[at], low, high, 0) else 2
