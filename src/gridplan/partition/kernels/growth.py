"""Connected sets of units of a lawful size, each once: grown from their first unit by units that adjoin them.

A set belongs to the square cell that its centre lies in; there every unit has a gain of its own (see `pricing`). At the
price of a household that fills a grid by gain, a set falls short of the best mixture by what its units lack, by what
it leaves out of those that pay, and by compounds it enters for little: once that is too much, it grows no further.
"""

import numpy as np

from gridplan.partition.kernels.arrays import COMPOUND, MIXED, TARGET, Bag, Field, Flags, Floats, Ints, Quest
from gridplan.partition.kernels.compiling import door, inner, woven
from gridplan.partition.kernels.cost import SLACK, grid_cost
from gridplan.partition.kernels.knapsack import set_ends, weigh_gains
from gridplan.partition.kernels.sets import (
    AT_X,
    AT_Y,
    COST,
    CUT,
    FOUND,
    GAIN,
    ORDER,
    PILE,
    REDUCED,
    SCORE,
    STEPS,
    WORD,
    leaves_parts,
)

N_GROWN = 16
(
    WEIGHT_AT, LOAD_AT, X_AT, Y_AT, R2_AT, INSIDE_AT, GAIN_AT, LACK_AT, LEFT_AT,
    LACK, PAYS, POOL, GONE, ENTERED, SURE, ALONE,
) = range(N_GROWN)  # fmt: skip
"""Rows of the real scratch. By units of the set: its sums, its dual values, what its units lack, what it leaves out. By
unit: what it lacks, and what it pays. By compound: what its units pay, those of them that are closed, the price of
entry, what it pays for sure, and what a set of no other compound falls short."""

N_BOOKS = 6
TOUCHED_AT, ONLY_AT, HELD, IN_SET, ITEM, PLACE = range(N_BOOKS)
"""Rows of the whole scratch. By units of the set: compounds so far, and the last new one. Units of each compound in the
set; whether a unit is in the set. Unit of each item, and item of each unit or -1."""


@inner
def fill_up(field: Field, bag: Bag, top: float, room: float) -> float:
    """Tell the gain a household of the unit that fills a grid when units are taken by that gain."""
    rate = 0.0
    for i in range(field.firm):
        unit = bag.whole[ORDER, i]
        if field.highest[unit] > top or field.graph.units[unit, 0] <= 0.0:
            continue
        rate = bag.real[SCORE, unit]
        room -= field.graph.units[unit, 0]
        if room <= 0.0:
            break
    return rate


@inner
def weigh_items(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, grown: Floats, anchor: int, low: float,
    high: float,
) -> float:  # fmt: skip
    """Set what each unit lacks or pays, and what is still to gain by households held; return the bound of the best."""
    graph, n, top = field.graph, field.graph.compound.size, quest.ordinary[1]
    c, slack, held, whole = (dual.size - 1 - n) // 2, 0.5 * quest.bucket * quest.spread, 0.0, 0.0
    if anchor >= 0:
        held = graph.units[anchor, 0]
    rate = fill_up(field, bag, top, min(max(price[TARGET], low), high) - held)
    base = -dual[n]
    for k in range(c):
        grown[POOL, k] = grown[GONE, k] = 0.0
        grown[ENTERED, k] = price[COMPOUND] - dual[n + 1 + c + k]
    for unit in range(field.firm):
        pays = bag.real[GAIN, unit] - rate * graph.units[unit, 0]
        grown[LACK, unit], grown[PAYS, unit] = max(0.0, -pays), max(0.0, pays)
        if unit == anchor:
            base -= pays
            grown[LACK, unit] = grown[PAYS, unit] = 0.0
        elif field.highest[unit] > top:
            grown[PAYS, unit] = 0.0
        elif graph.compound[unit] >= 0:
            grown[POOL, graph.compound[unit]] += grown[PAYS, unit]
        else:
            base -= grown[PAYS, unit]
    for k in range(c):
        grown[SURE, k] = max(0.0, grown[POOL, k] - grown[ENTERED, k])
        whole += grown[SURE, k]
    for k in range(c):
        grown[ALONE, k] = whole - grown[SURE, k] - dual[n + 1 + k]
    wide, worst = int(high / quest.bucket + 0.5 * quest.spread), np.inf
    for x in range(wide, -1, -1):
        worst = min(worst, -bag.ends[0, x] - rate * x * quest.bucket - abs(rate) * slack)
        bag.ends[1, x] = worst
    return base - whole


@inner
def choose_items(
    field: Field, quest: Quest, bag: Bag, grown: Floats, books: Ints, near: Ints, anchor: int, room: float
) -> int:
    """List the units that a set may hold, the best first, and their neighbours among these as bits."""
    m, firm, compound = 0, field.firm, field.graph.compound
    for unit in range(firm):
        books[PLACE, unit] = -1
    if anchor >= 0:
        books[ITEM, 0], books[PLACE, anchor], m = anchor, 0, 1
    for i in range(firm):
        unit = bag.whole[ORDER, i]
        lack, own = grown[LACK, unit], compound[unit]
        if own >= 0:
            lack += max(0.0, grown[ENTERED, own] - grown[POOL, own])
        if field.highest[unit] > quest.ordinary[1] or lack >= room:
            continue
        books[ITEM, m], books[PLACE, unit], m = unit, m, m + 1
    words = (m + WORD - 1) // WORD
    for j in range(m):
        for k in range(words):
            near[j, k] = 0
        for k in range(quest.near.shape[1]):
            left, unit = quest.near[books[ITEM, j], k], WORD * k
            while left != 0:
                if left & 1 and books[PLACE, unit] >= 0:
                    at = books[PLACE, unit]
                    near[j, at // WORD] |= 1 << (at % WORD)
                left >>= 1
                unit += 1
    return m


@inner
def pass_over(field: Field, books: Ints, grown: Floats, depth: int, unit: int) -> None:
    """Count what a set leaves out with a unit that it could have held and that would have paid."""
    own = field.graph.compound[unit]
    if depth >= 0 and (own < 0 or books[HELD, own] > 0):
        grown[LEFT_AT, depth] += grown[PAYS, unit]


@woven
def take_up(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, grown: Floats, books: Ints, depth: int,
    unit: int, low: float, base: float, left: float,
) -> float:  # fmt: skip
    """Add a unit to the sums of a set, and bound the reduced cost of the sets that it grows to."""
    graph, n, own, inside = field.graph, field.graph.compound.size, field.graph.compound[unit], 0.0
    c, gain, lack, only, touched = (dual.size - 1 - n) // 2, dual[unit], grown[LACK, unit], -1, 0
    for i in range(5):
        grown[i, depth] = graph.units[unit, i] + (grown[i, depth - 1] if depth > 0 else 0.0)
    if depth > 0:
        inside, gain, lack = (
            grown[INSIDE_AT, depth - 1],
            gain + grown[GAIN_AT, depth - 1],
            lack + grown[LACK_AT, depth - 1],
        )
        touched, only, left = books[TOUCHED_AT, depth - 1], books[ONLY_AT, depth - 1], grown[LEFT_AT, depth - 1]
    if own >= 0 and books[HELD, own] == 0:
        gain, touched, only = gain + dual[n + 1 + c + own], touched + 1, own
        lack += max(0.0, grown[ENTERED, own] - grown[POOL, own]) + grown[GONE, own]
    if quest.tolls > 0.0:
        for edge in range(graph.indptr[unit], graph.indptr[unit + 1]):
            inside += graph.border[edge] * books[IN_SET, graph.indices[edge]]
    for k in range(quest.tie[unit], quest.tie[unit + 1]):
        if books[IN_SET, quest.pair[k, 0]] != books[IN_SET, quest.pair[k, 1]]:
            lack, gain = lack + quest.fine[k], gain - quest.fine[k]
    grown[INSIDE_AT, depth], grown[GAIN_AT, depth] = inside, gain
    grown[LACK_AT, depth], grown[LEFT_AT, depth] = lack, left
    books[TOUCHED_AT, depth], books[ONLY_AT, depth] = touched, only
    weight, mixing = grown[WEIGHT_AT, depth], 0.0
    if touched > 0:
        mixing = price[MIXED] * max(low, weight)
        if touched == 1:
            mixing = min(mixing, grown[ALONE, only])
    held = int((weight - 0.5 * quest.bucket * quest.spread) / quest.bucket + SLACK)
    return base + lack + left + inside + mixing + bag.ends[1, max(0, held)]


@inner
def reduced_cost(
    price: Floats, field: Field, dual: Floats, grown: Floats, books: Ints, depth: int, out: Floats
) -> None:
    """Price the set at hand: its cost, what is left of it after dual values, and its centre."""
    n, touched, weight = field.graph.compound.size, books[TOUCHED_AT, depth], grown[WEIGHT_AT, depth]
    out[COST] = grid_cost(
        price, weight, grown[LOAD_AT, depth], grown[X_AT, depth], grown[Y_AT, depth], grown[R2_AT, depth],
        float(touched), grown[INSIDE_AT, depth],
    )  # fmt: skip
    out[REDUCED] = out[COST] - grown[GAIN_AT, depth] - dual[n]
    if touched == 1:
        out[REDUCED] -= dual[n + 1 + books[ONLY_AT, depth]]
    out[AT_X], out[AT_Y] = grown[X_AT, depth] / weight, grown[Y_AT, depth] / weight


@woven
def spread(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, bx: float, by: float, first: int, low: float,
    high: float, base: float, left: float, limit: float, parts: int, run: Ints, near: Ints, words: int, bits: Ints,
    grown: Floats, books: Ints, members: Ints, start: Ints, cost: Floats,
) -> None:  # fmt: skip
    """List the sets that grow from a first unit, in one cell.

    Parameters
    ----------
    price, field, dual, quest, bag, limit, parts, run, near, bits, grown, books, members, start, cost
        As of `grow`.
    bx, by : float
        Centre of the cell, metres.
    first, words : int
        Item from which the sets grow, and words of its neighbours; items before it are closed.
    low, high : float
        Fewest and most households of a set.
    base, left : float
        Bound of the best mixture, and what the closed items would have paid.
    """
    out, half, priced, depth, item = bag.out, 0.5 * quest.side, limit < np.inf, 0, first
    for k in range(words):  # even rows: those that adjoin; odd rows: those that are closed
        bits[0, k] = bits[1, k] = 0
    for k in range(first + 1):
        bits[1, k // WORD] |= 1 << (k % WORD)
    while depth >= 0:
        if item < 0:  # take the next that adjoins
            k = 0
            while k < words and bits[2 * depth, k] == 0:
                k += 1
            if k == words:
                gone = bag.whole[PILE, depth]
                books[IN_SET, gone] = 0
                if field.graph.compound[gone] >= 0:
                    books[HELD, field.graph.compound[gone]] -= 1
                depth -= 1
                pass_over(field, books, grown, depth, gone)
                continue
            bit, item = bits[2 * depth, k] & -bits[2 * depth, k], WORD * k
            bits[2 * depth, k] ^= bit
            while bit > 1:
                bit >>= 1
                item += 1
            depth += 1
        unit, j, item = books[ITEM, item], item, -1
        if field.graph.units[unit, 0] + (grown[WEIGHT_AT, depth - 1] if depth > 0 else 0.0) > high + SLACK:
            depth -= 1
            pass_over(field, books, grown, depth, unit)
            continue
        run[STEPS] -= 1
        if run[STEPS] <= 0:
            run[CUT] = 1
            return
        bound = take_up(price, field, dual, quest, bag, grown, books, depth, unit, low, base, left)
        if bound >= limit:
            depth -= 1
            pass_over(field, books, grown, depth, unit)
            continue
        for k in range(words):
            if depth > 0:
                bits[2 * depth, k], bits[2 * depth + 1, k] = bits[2 * depth - 2, k], bits[2 * depth - 1, k]
            bits[2 * depth, k] |= near[j, k] & ~bits[2 * depth + 1, k]
            bits[2 * depth + 1, k] |= near[j, k]
        if field.graph.compound[unit] >= 0:
            books[HELD, field.graph.compound[unit]] += 1
        books[IN_SET, unit], bag.whole[PILE, depth] = 1, unit
        if grown[WEIGHT_AT, depth] < low - SLACK or grown[WEIGHT_AT, depth] <= 0.0:
            continue
        reduced_cost(price, field, dual, grown, books, depth, out)
        dx, dy, size, slot = out[AT_X] - bx, out[AT_Y] - by, depth + 1, run[FOUND]
        if out[REDUCED] >= limit or (priced and not (-half <= dx < half and -half <= dy < half)):
            continue
        if priced and not leaves_parts(field, bag, size, quest.ordinary[0], quest.ordinary[1], parts):
            continue
        if slot + 1 >= start.size or start[slot] + size > members.size:
            run[CUT] = 2
            return
        for k in range(size):
            members[start[slot] + k] = bag.whole[PILE, k]
        cost[slot], start[slot + 1], run[FOUND] = out[COST], start[slot] + size, slot + 1


@door
def grow(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, centres: Floats, limit: float, run: Ints,
    near: Ints, bits: Ints, grown: Floats, books: Ints, members: Ints, start: Ints, cost: Floats, parts: int,
    stop: Flags,
) -> None:  # fmt: skip
    """List the connected sets of units of a lawful size whose reduced cost is below a limit.

    Parameters
    ----------
    price, field, dual : float64[9], Field, float64[n + 1 + 2 * c]
        Prices, piece, and dual values of units, of the number of grids, of those inside and touching each compound.
    quest, bag : Quest, Bag
        What is asked, triples with fines among it, and scratch.
    centres : float64[k, 2]
        Centres of the cells, metres.
    limit : float
        Reduced cost from which on sets are left out; infinite: none is, and cells do not matter.
    run : int64[3]
        Sets listed, sets that may still be looked at, and what fell short.
    near, bits, grown, books : int64[firm, words], int64[2 * firm + 2, words], float64[16, n + 2], int64[6, n + 2]
        Scratch of zeros.
    members, start, cost : int64, int64[m + 1], float64[m]
        Take the units of each set, where they begin, and its cost; their sizes limit the list.
    parts : int
        Grids of the plan, 0 for any number; below a finite limit, sets that leave what no plan of one less fits are
        left out.
    stop : int8[1]
        Looked at for each cell; not 0: stop.
    """
    firm, huge, priced, compound = field.firm, 0, limit < np.inf, field.graph.compound
    while huge < firm and field.highest[huge] > quest.ordinary[1]:
        huge += 1
    for i in range(firm):
        if not priced:
            bag.whole[ORDER, i] = i
    for cell in range(centres.shape[0] if priced else 1):
        if stop[0] != 0:
            run[CUT] = 1
        if priced:
            weigh_gains(price, field, dual, centres[cell, 0], centres[cell, 1], quest.side, bag)
        for anchor in range(-1, huge):
            low, high, base, room, left = quest.ordinary[0], quest.ordinary[1], -np.inf, np.inf, 0.0
            if anchor >= 0:
                low, high = field.lowest[anchor], field.highest[anchor]
            if priced:
                if huge > 0 or cell == 0:
                    set_ends(price, quest, 0.0, low, high, int(high / quest.bucket + 0.5 * quest.spread), bag.ends)
                base = weigh_items(price, field, dual, quest, bag, grown, anchor, low, high)
                room = limit - base - bag.ends[1, 0]
            if room <= 0.0 or run[CUT] != 0:
                continue
            m = choose_items(field, quest, bag, grown, books, near, anchor, room)
            for first in range(1 if anchor >= 0 else m):
                if first > 0:
                    gone = books[ITEM, first - 1]
                    if compound[gone] >= 0:
                        grown[GONE, compound[gone]] += grown[PAYS, gone]
                    else:
                        left += grown[PAYS, gone]
                if left >= room or run[CUT] != 0:
                    break
                spread(
                    price, field, dual, quest, bag, centres[cell, 0], centres[cell, 1], first, low, high, base, left,
                    limit, parts, run, near, (m + WORD - 1) // WORD, bits, grown, books, members, start, cost,
                )  # fmt: skip
