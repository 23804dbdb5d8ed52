"""What a set can still gain around a point: read off the table of a knapsack problem over load.

The units of a compound are a group, entered at a price. The states say whether a set has entered none, one, or more,
and whether the last one is still open: so the price of a further compound, and of mixing, is counted exactly.
"""

import numpy as np

from gridplan.partition.kernels.arrays import (
    COMPOUND,
    INERTIA,
    LOAD,
    LOADED,
    LOWER,
    OUTSIDE,
    SURPLUS,
    TARGET,
    UPPER,
    Bag,
    Field,
    Floats,
    Quest,
)
from gridplan.partition.kernels.compiling import inner, plain, woven
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.kernels.loads import OFF, density, household_limits, load_limits
from gridplan.partition.kernels.sets import ENTRY, FRESH, GAIN, ITEM, MASS, ORDER, RANK, SCORE, WORTH

NONE_IN, MIXED_IN = -1, -2
"""Kinds of sets beside those of one compound: without any, and of two or more."""

FREE = 1e300
"""Gain by load of a unit without any."""

STATES = 5
"""No group entered, one and still open, one and left, two or more and still open, two or more and left."""


@inner
def weigh_gains(
    price: Floats, field: Field, dual: Floats, bx: float, by: float, side: float, extra: float, bag: Bag
) -> None:
    """Set the gain of each unit around a point, and order them by gain for their load.

    Parameters
    ----------
    price, field, dual : float64[9], Field, float64
        Prices, piece, and dual values, those of the units first.
    bx, by, side : float
        Centre and side of the cell, metres.
    extra : float
        Price of a household beside, where sets are mixed.
    bag : Bag
        Takes the gains.
    """
    whole, real, units = bag.whole, bag.real, field.graph.units
    for i in range(field.firm):  # the order of the last cell is nearly that of this one
        unit = whole[ORDER, i]
        w, load, dx, dy = units[unit, 0], units[unit, LOADED], field.x[unit] - bx, field.y[unit] - by
        gain = dual[unit]
        if w > 0.0:
            gain = (gain / w - extra - price[INERTIA] * (dx * dx + dy * dy - 0.5 * side * side)) * w
        score = gain / load if load > 0.0 else FREE if gain > 0.0 else -FREE
        real[SCORE, unit], real[GAIN, unit], j = score, gain, i
        while j > 0 and real[SCORE, whole[ORDER, j - 1]] < score:
            whole[ORDER, j] = whole[ORDER, j - 1]
            j -= 1
        whole[ORDER, j] = unit


@woven
def skim(price: Floats, field: Field, bag: Bag, kind: int, anchor: int, low: float, high: float, out: Floats) -> None:
    """Bound what the sets of a kind cost less gains, were units divisible, and what they gain in all.

    Parameters
    ----------
    price, field, bag : float64[9], Field, Bag
        Prices, piece, and scratch with gains.
    kind : int
        Kind of the sets.
    anchor, low, high : int, float
        Anchor in the set, -1 for none, and the least and most load of the set.
    out : float64[3]
        Takes load less gains, at least, the gains, at most, and the price of load where it is the least.
    """
    compound, units = field.graph.compound, field.graph.units
    load, w, gained = price[LOAD], units[anchor, LOADED] if anchor >= 0 else 0.0, 0.0
    out[0], out[1], out[2] = np.inf, 0.0, load
    if w >= low - SLACK:
        out[0] = load * abs(w - price[TARGET])
    for i in range(field.firm):
        unit = bag.whole[ORDER, i]
        own = compound[unit]
        if (kind != MIXED_IN and own >= 0 and own != kind) or unit < field.anchors:
            continue
        mass, rate = units[unit, LOADED], bag.real[SCORE, unit]
        if mass <= 0.0:
            gained, out[1] = gained + max(0.0, bag.real[GAIN, unit]), out[1] + max(0.0, bag.real[GAIN, unit])
        elif rate > 0.0:
            out[1] += rate * min(mass, high - w)
        elif w >= low - SLACK and rate <= -load:
            return
        while mass > 0.0 and w < high - SLACK:
            step = min(mass, high - w)
            if w < low - SLACK:
                step = min(step, low - w)
            elif w < price[TARGET] - SLACK:
                step = min(step, price[TARGET] - w)
            w, gained, mass = w + step, gained + rate * step, mass - step
            if w >= low - SLACK:
                value = load * abs(w - price[TARGET]) - gained
                if value < out[0]:
                    out[0], out[2] = value, max(-load, min(load, rate)) if w >= price[TARGET] - SLACK else -load
        if w >= high - SLACK:
            return


@woven
def lay_out(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, at: int, anchor: int, wide: int, floor: float,
    rate: float,
) -> int:  # fmt: skip
    """List the units that a set of one kind may hold, those of a compound together.

    Parameters
    ----------
    price, field, dual, quest : float64[9], Field, float64, Quest
        Prices, piece, dual values, question.
    bag : Bag
        Takes the items.
    at, anchor : int
        Place of the kind, and the anchor in the set, -1 for none.
    wide : int
        Buckets of load that the set has room for.
    floor : float
        Gain below which a unit is in no set that is asked for.
    rate : float
        Price at which load beside the buckets is counted.

    Returns
    -------
    int
        Items.
    """
    compound, whole, n, m, before, rank = field.graph.compound, bag.whole, field.graph.compound.size, plain(0), -1, 0
    c, single = (dual.size - 1 - n) // 2, 1.0 if quest.kinds[at] >= 0 else 0.0
    home = compound[anchor] if anchor >= 0 else -1
    for k in range(quest.begin[at], quest.begin[at + 1]):
        unit = quest.order[k]
        own, mass = compound[unit], quest.mass[unit]
        if mass > wide or unit < field.anchors or bag.real[GAIN, unit] < floor:
            continue
        whole[ITEM, m], whole[MASS, m], whole[FRESH, m], whole[RANK, m] = unit, mass, 1, -1 - rank
        bag.real[ENTRY, m], bag.real[WORTH, m] = 0.0, bag.real[GAIN, unit] - rate * quest.error[unit]
        if own >= 0 and own != home:
            whole[FRESH, m] = 1 if own != before else 0
            rank += whole[FRESH, m]
            bag.real[ENTRY, m] = dual[n + 1 + c + own] - price[COMPOUND] + single * dual[n + 1 + own]
            whole[RANK, m] = rank - 1
        before = own
        m += 1
    return m


@inner
def advance(state: int, fresh: int, counts: int) -> int:
    """Tell the state at an item from that after the one before: a group that ends is left, and counted or not."""
    if not fresh or state % 2 == 0:
        return state
    return state + 1 if counts else 0


@inner
def join(state: int, rank: int) -> int:
    """Tell the state after a unit is taken; those of no compound, or of one entered at first, change nothing."""
    return state if rank < 0 or state % 2 == 1 else min(state + 1, 3)


@inner
def set_ends(
    price: Floats,
    field: Field,
    quest: Quest,
    anchor: int,
    among: int,
    begun: float,
    wide: int,
    rate: float,
    ends: Floats,
) -> None:
    """Set what a set of so many buckets gains at the end: less load and size rule.

    Its households are known between two numbers only, where some of them weigh more than others.

    Parameters
    ----------
    price, field, quest : float64[9], Field, Quest
        Prices, piece, question.
    anchor, among, begun : int, float
        Anchor in the set, -1 for none; compounds it touches as bits, -1 for any; and the load not in the buckets.
    wide : int
        Buckets beside that, at most.
    rate : float
        Price at which load beside the buckets is counted, that of load at most.
    ends : float64[wide + 1]
        Takes the gains.
    """
    off, limits = density(quest, among)[OFF], load_limits(field, quest, anchor, among)
    for x in range(wide + 1):
        middle = begun + x * quest.bucket
        beyond = middle - price[TARGET]
        value = rate * min(max(beyond, -off), off) + price[LOAD] * max(0.0, abs(beyond) - off)
        fewest, most = household_limits(field, quest, anchor, among, middle)
        missing = max(price[LOWER] - most, fewest - price[UPPER])
        if missing > SLACK:
            value += price[OUTSIDE] + price[SURPLUS] * missing
        ends[x] = -np.inf
        if limits[0] - SLACK <= middle + off and middle - off <= limits[1] + SLACK and most > 0:
            ends[x] = -value


@woven
def tabulate(bag: Bag, m: int, wide: int, first: int, need: int, counts: int, ends: Floats) -> int:
    """Fill in what can still be gained, by state, item and buckets held.

    Parameters
    ----------
    bag : Bag
        Scratch with the items; takes the table.
    m, wide : int
        Items, and buckets they have room for.
    first, need, counts : int
        State at the beginning, the least at the end, and whether groups are counted.
    ends : float64[wide + 1]
        What is gained at the end.

    Returns
    -------
    int
        Rows filled. Time O(rows * wide).
    """
    table, whole, rows = bag.table, bag.whole, 0
    for state in range(first, STATES):
        for x in range(wide + 1):
            table[state, m, x] = ends[x] if state >= need else -np.inf
    for j in range(m - 1, -1, -1):
        w, rank = whole[MASS, j], whole[RANK, j]
        gain = bag.real[WORTH, j]
        fits, fresh = max(0, wide + 1 - w), whole[FRESH, j]
        next_ = 1 if j + 1 < m and whole[FRESH, j + 1] else 0
        before = counts * (rank if rank >= 0 else -1 - rank)
        for state in range(first, STATES):
            open_ = state % 2 == 1
            if (open_ and fresh) or state > first + 2 * before + (0 if fresh else 1):
                continue  # cannot be reached
            skip, take = advance(state, next_, counts), advance(join(state, rank), next_, counts)
            add = np.float32(gain + (0.0 if open_ else bag.real[ENTRY, j]))
            shift = np.uint64(w)  # unsigned, so that the loop is done several buckets at a time
            for x in range(np.uint64(fits)):
                table[state, j, x] = max(table[skip, j + 1, x], add + table[take, j + 1, x + shift])
            for x in range(np.uint64(fits), np.uint64(wide + 1)):
                table[state, j, x] = table[skip, j + 1, x]
            rows += 1
    return rows
