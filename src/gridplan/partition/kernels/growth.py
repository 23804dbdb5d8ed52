"""Connected sets of units of a lawful size, each once: grown from their first unit by units that adjoin them.

A set belongs to the square cell that its centre lies in; there every unit has a gain of its own (see `pricing`). At the
price of a household that fills a grid by gain, a set falls short of the best mixture by what its units lack, by what
it leaves out of those that pay, and by compounds it enters for little: once that is too much, its centre cannot come to
lie in that cell. The cells that are left are kept for each set on the way, so that no set is met twice.
"""

import numpy as np

from gridplan.partition.kernels.arrays import (
    COMPOUND,
    MIXED,
    TARGET,
    Bag,
    Cells,
    Field,
    Flags,
    Floats,
    Ints,
    Quest,
)
from gridplan.partition.kernels.compiling import door, inner, woven
from gridplan.partition.kernels.cost import SLACK, grid_cost
from gridplan.partition.kernels.knapsack import set_ends, weigh_gains
from gridplan.partition.kernels.sets import (
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

N_GROWN = 10
WEIGHT_AT, LOAD_AT, X_AT, Y_AT, R2_AT, INSIDE_AT, GAIN_AT, POOL, ENTERED, SURE = range(N_GROWN)
"""Rows of the real scratch. By units of the set: its sums, and its dual values. By compound: what its units pay, the
price of entry, and what it pays for sure."""

N_BOOKS = 7
TOUCHED_AT, ONLY_AT, ALIVE_AT, HELD, IN_SET, ITEM, PLACE = range(N_BOOKS)
"""Rows of the whole scratch. By units of the set: compounds so far, the last new one, and cells left. Units of each
compound in the set; whether a unit is in the set. Unit of each item, and item of each unit or -1."""

N_GROUPS = 3
SHORT, GONE, ALONE = range(N_GROUPS)
"""Planes of the compounds: what entry costs beyond what the units pay, what closed units would have paid, and what a
set of no other compound falls short."""

CHEAP = 16
"""Cells that take as long to look at as a set."""


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
def weigh_cell(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, grown: Floats, cells: Cells, at: int,
    anchor: int, low: float, high: float,
) -> None:  # fmt: skip
    """Set what each unit lacks or pays in a cell, the bound of the best mixture, and what is to gain by households."""
    graph, n, top = field.graph, field.graph.compound.size, quest.ordinary[1]
    c, slack, held, whole = (dual.size - 1 - n) // 2, 0.5 * quest.bucket * quest.spread, 0.0, 0.0
    if anchor >= 0:
        held = graph.units[anchor, 0]
    rate = fill_up(field, bag, top, min(max(price[TARGET], low), high) - held)
    base = -dual[n]
    for k in range(c):
        grown[POOL, k] = 0.0
        grown[ENTERED, k] = price[COMPOUND] - dual[n + 1 + c + k]
    for unit in range(field.firm):
        pays = bag.real[GAIN, unit] - rate * graph.units[unit, 0]
        cells.lack[unit, at], cells.pays[unit, at] = max(0.0, -pays), max(0.0, pays)
        if unit == anchor:
            base -= pays
            cells.lack[unit, at] = cells.pays[unit, at] = 0.0
        elif field.highest[unit] > top:
            cells.pays[unit, at] = 0.0
        elif graph.compound[unit] >= 0:
            grown[POOL, graph.compound[unit]] += cells.pays[unit, at]
        else:
            base -= cells.pays[unit, at]
    for k in range(c):
        grown[SURE, k] = max(0.0, grown[POOL, k] - grown[ENTERED, k])
        whole += grown[SURE, k]
    for k in range(c):
        cells.groups[SHORT, k, at], cells.groups[GONE, k, at] = max(0.0, grown[ENTERED, k] - grown[POOL, k]), 0.0
        cells.groups[ALONE, k, at] = whole - grown[SURE, k] - dual[n + 1 + k]
    worst = np.inf
    for x in range(int(high / quest.bucket + 0.5 * quest.spread), -1, -1):
        worst = min(worst, -bag.ends[0, x] - rate * x * quest.bucket - abs(rate) * slack)
        cells.ends[x, at] = worst
    cells.total[0, at] = base - whole


@inner
def choose_items(field: Field, quest: Quest, cells: Cells, books: Ints, near: Ints, anchor: int, limit: float) -> int:
    """List the units that a set may hold, and their neighbours among these as bits."""
    m, firm, compound = 0, field.firm, field.graph.compound
    for unit in range(firm):
        books[PLACE, unit] = -1
    if anchor >= 0:
        books[ITEM, 0], books[PLACE, anchor], m = anchor, 0, 1
    for unit in range(firm):
        own, fits = compound[unit], False
        for i in range(books[ALIVE_AT, 0]):
            at = cells.alive[0, i]
            lack = cells.lack[unit, at] + (cells.groups[SHORT, own, at] if own >= 0 else 0.0)
            fits |= cells.total[0, i] + cells.ends[0, at] + lack < limit
        if fits and field.highest[unit] <= quest.ordinary[1]:
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
def filled(quest: Quest, weight: float) -> int:
    """Tell the buckets that so many households fill at least."""
    return max(0, int((weight - 0.5 * quest.bucket * quest.spread) / quest.bucket + SLACK))


@inner
def pass_over(quest: Quest, cells: Cells, books: Ints, row: int, unit: int, weight: float, limit: float) -> None:
    """Count what a set leaves out with a unit that it could have held and that would have paid; drop cells."""
    m, held = 0, filled(quest, weight)
    for i in range(books[ALIVE_AT, row]):
        at, total = cells.alive[row, i], cells.total[row, i] + cells.pays[unit, cells.alive[row, i]]
        if total + cells.ends[held, at] < limit:
            cells.alive[row, m], cells.total[row, m], m = at, total, m + 1
    books[ALIVE_AT, row] = m


@woven
def take_up(
    price: Floats, field: Field, dual: Floats, quest: Quest, cells: Cells, grown: Floats, books: Ints, depth: int,
    unit: int, low: float, limit: float,
) -> int:  # fmt: skip
    """Add a unit to the sums of a set, and tell in how many cells the sets that it grows to may cost little."""
    graph, n, own, inside = field.graph, field.graph.compound.size, field.graph.compound[unit], 0.0
    c, gain, only, touched, m = (dual.size - 1 - n) // 2, dual[unit], -1, 0, 0
    for i in range(5):
        grown[i, depth] = graph.units[unit, i] + (grown[i, depth - 1] if depth > 0 else 0.0)
    if depth > 0:
        inside, gain = grown[INSIDE_AT, depth - 1], gain + grown[GAIN_AT, depth - 1]
        touched, only = books[TOUCHED_AT, depth - 1], books[ONLY_AT, depth - 1]
    new = own >= 0 and books[HELD, own] == 0
    if new:
        gain, touched, only = gain + dual[n + 1 + c + own], touched + 1, own
    if quest.tolls > 0.0:
        for edge in range(graph.indptr[unit], graph.indptr[unit + 1]):
            inside += graph.border[edge] * books[IN_SET, graph.indices[edge]]
    grown[INSIDE_AT, depth], grown[GAIN_AT, depth] = inside, gain
    books[TOUCHED_AT, depth], books[ONLY_AT, depth] = touched, only
    weight = grown[WEIGHT_AT, depth]
    held, mixing = filled(quest, weight), price[MIXED] * max(low, weight)
    for i in range(books[ALIVE_AT, depth]):
        at = cells.alive[depth, i]
        total = cells.total[depth, i] + cells.lack[unit, at]
        if new:
            total += cells.groups[SHORT, own, at] + cells.groups[GONE, own, at]
        bound = total + cells.ends[held, at] + inside
        if touched > 1:
            bound += mixing
        elif touched == 1:
            bound += min(mixing, cells.groups[ALONE, only, at])
        if bound < limit:
            cells.alive[depth + 1, m], cells.total[depth + 1, m], m = at, total, m + 1
    books[ALIVE_AT, depth + 1] = m
    return m


@inner
def reduced_cost(
    price: Floats, field: Field, dual: Floats, grown: Floats, books: Ints, depth: int, out: Floats
) -> None:
    """Price the set at hand: its cost, and what is left of it after dual values."""
    n, touched, weight = field.graph.compound.size, books[TOUCHED_AT, depth], grown[WEIGHT_AT, depth]
    out[COST] = grid_cost(
        price, weight, grown[LOAD_AT, depth], grown[X_AT, depth], grown[Y_AT, depth], grown[R2_AT, depth],
        float(touched), grown[INSIDE_AT, depth],
    )  # fmt: skip
    out[REDUCED] = out[COST] - grown[GAIN_AT, depth] - dual[n]
    if touched == 1:
        out[REDUCED] -= dual[n + 1 + books[ONLY_AT, depth]]


@woven
def spread(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, cells: Cells, first: int, low: float,
    high: float, limit: float, parts: int, run: Ints, near: Ints, words: int, bits: Ints, grown: Floats, books: Ints,
    members: Ints, start: Ints, cost: Floats, stop: Flags,
) -> None:  # fmt: skip
    """List the sets that grow from a first unit.

    Parameters
    ----------
    price, field, dual, quest, bag, cells, limit, parts, run, near, bits, grown, books, members, start, cost, stop
        As of `grow`.
    first, words : int
        Item from which the sets grow, and words of its neighbours; items before it are closed.
    low, high : float
        Fewest and most households of a set.
    """
    out, priced, depth, item, compound = bag.out, limit < np.inf, 0, first, field.graph.compound
    for k in range(words):  # even rows: those that adjoin; odd rows: those that are closed
        bits[0, k] = bits[1, k] = 0
    for k in range(first + 1):
        bits[1, k // WORD] |= 1 << (k % WORD)
    while depth >= 0:
        if item < 0:  # take the next that adjoins
            k = 0
            while k < words and (bits[2 * depth, k] == 0 or books[ALIVE_AT, depth + 1] == 0):
                k += 1
            if k == words:
                gone = bag.whole[PILE, depth]
                books[IN_SET, gone], own = 0, compound[gone]
                if own >= 0:
                    books[HELD, own] -= 1
                depth -= 1
                if depth >= 0 and (own < 0 or books[HELD, own] > 0):
                    pass_over(quest, cells, books, depth + 1, gone, grown[WEIGHT_AT, depth], limit)
                continue
            bit, item = bits[2 * depth, k] & -bits[2 * depth, k], WORD * k
            bits[2 * depth, k] ^= bit
            while bit > 1:
                bit >>= 1
                item += 1
            depth += 1
        unit, j, item = books[ITEM, item], item, -1
        fits = field.graph.units[unit, 0] + (grown[WEIGHT_AT, depth - 1] if depth > 0 else 0.0) <= high + SLACK
        if fits:
            run[STEPS] -= 1 + books[ALIVE_AT, depth] // CHEAP
            if run[STEPS] <= 0 or stop[0] != 0:
                run[CUT] = 1
                return
            fits = take_up(price, field, dual, quest, cells, grown, books, depth, unit, low, limit) > 0
        if not fits:
            depth -= 1
            if depth >= 0 and (compound[unit] < 0 or books[HELD, compound[unit]] > 0):
                pass_over(quest, cells, books, depth + 1, unit, grown[WEIGHT_AT, depth], limit)
            continue
        for k in range(words):
            if depth > 0:
                bits[2 * depth, k], bits[2 * depth + 1, k] = bits[2 * depth - 2, k], bits[2 * depth - 1, k]
            bits[2 * depth, k] |= near[j, k] & ~bits[2 * depth + 1, k]
            bits[2 * depth + 1, k] |= near[j, k]
        if compound[unit] >= 0:
            books[HELD, compound[unit]] += 1
        books[IN_SET, unit], bag.whole[PILE, depth] = 1, unit
        if grown[WEIGHT_AT, depth] < low - SLACK or grown[WEIGHT_AT, depth] <= 0.0:
            continue
        reduced_cost(price, field, dual, grown, books, depth, out)
        size, slot = depth + 1, run[FOUND]
        if out[REDUCED] >= limit:
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
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, cells: Cells, centres: Floats, limit: float,
    run: Ints, near: Ints, bits: Ints, grown: Floats, books: Ints, members: Ints, start: Ints, cost: Floats,
    parts: int, stop: Flags,
) -> None:  # fmt: skip
    """List the connected sets of units of a lawful size whose reduced cost is below a limit.

    Parameters
    ----------
    price, field, dual : float64[9], Field, float64[n + 1 + 2 * c]
        Prices, piece, and dual values of units, of the number of grids, of those inside and touching each compound.
    quest, bag, cells : Quest, Bag, Cells
        What is asked, and scratch.
    centres : float64[k, 2]
        Centres of the cells, metres.
    limit : float
        Reduced cost from which on sets are left out; infinite: none is, and there should be but one cell.
    run : int64[3]
        Sets listed, sets that may still be looked at, and what fell short.
    near, bits, grown, books : int64[firm, words], int64[2 * firm + 2, words], float64[10, n + 2], int64[7, n + 2]
        Scratch of zeros.
    members, start, cost : int64, int64[m + 1], float64[m]
        Take the units of each set, where they begin, and its cost; their sizes limit the list.
    parts : int
        Grids of the plan, 0 for any number; below a finite limit, sets that leave what no plan of one less fits are
        left out.
    stop : int8[1]
        Looked at for each set; not 0: stop.
    """
    firm, huge, priced, compound = field.firm, 0, limit < np.inf, field.graph.compound
    while huge < firm and field.highest[huge] > quest.ordinary[1]:
        huge += 1
    for i in range(firm):
        if not priced:
            bag.whole[ORDER, i] = i
    for anchor in range(-1, huge):
        low, high, m = quest.ordinary[0], quest.ordinary[1], 0
        if anchor >= 0:
            low, high = field.lowest[anchor], field.highest[anchor]
        if priced and (huge > 0 or anchor < 0):
            set_ends(price, quest, 0.0, low, high, int(high / quest.bucket + 0.5 * quest.spread), bag.ends)
        for at in range(centres.shape[0]):
            if priced:
                weigh_gains(price, field, dual, centres[at, 0], centres[at, 1], quest.side, bag)
                weigh_cell(price, field, dual, quest, bag, grown, cells, at, anchor, low, high)
            if cells.total[0, at] + cells.ends[0, at] < limit:
                cells.alive[0, m], cells.total[0, m], m = at, cells.total[0, at], m + 1
        books[ALIVE_AT, 0] = m
        m = choose_items(field, quest, cells, books, near, anchor, limit)
        for first in range(min(m, 1) if anchor >= 0 else m):
            if first > 0:
                gone, left = books[ITEM, first - 1], 0
                for i in range(books[ALIVE_AT, 0]):
                    at, total = cells.alive[0, i], cells.total[0, i]
                    if compound[gone] >= 0:
                        cells.groups[GONE, compound[gone], at] += cells.pays[gone, at]
                    else:
                        total += cells.pays[gone, at]
                    if total + cells.ends[0, at] < limit:
                        cells.alive[0, left], cells.total[0, left], left = at, total, left + 1
                books[ALIVE_AT, 0] = left
            if books[ALIVE_AT, 0] == 0 or run[CUT] != 0:
                break
            spread(
                price, field, dual, quest, bag, cells, first, low, high, limit, parts, run, near,
                (m + WORD - 1) // WORD, bits, grown, books, members, start, cost, stop,
            )  # fmt: skip
