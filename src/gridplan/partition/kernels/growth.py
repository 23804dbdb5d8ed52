"""Connected sets of units of a lawful size, each once: grown from their first unit by units that adjoin them.

A set belongs to one of the frames (see `frames`): there it falls short of the best mixture by what its units lack and
by what it leaves out of those that pay; once that is too much, no set that it grows to can lie in that frame. The
frames that are left are kept for each set on the way, so that no set is met twice. Large units come first, since what
they lack or pay decides soonest; with tiny ones frames around the set's own centre take the place of these (`near`).
"""

import numpy as np

from gridplan.partition.kernels.arrays import Bag, Cells, Field, Flags, Floats, Ints, Quest
from gridplan.partition.kernels.compiling import door, inner, plain, woven
from gridplan.partition.kernels.cost import SLACK, grid_cost
from gridplan.partition.kernels.frames import (
    ALIVE_AT,
    FINED_AT,
    FREE_AT,
    GAIN_AT,
    HELD,
    IN_SET,
    INSIDE_AT,
    ITEM,
    LOAD_AT,
    ONLY_AT,
    PLACE,
    R2_AT,
    TOUCHED_AT,
    WEIGHT_AT,
    X_AT,
    Y_AT,
    bucket_limits,
    filled,
    lay_frames,
    mark_bends,
)
from gridplan.partition.kernels.knapsack import set_ends
from gridplan.partition.kernels.near import is_tiny, lay_near
from gridplan.partition.kernels.sets import (
    COST,
    CUT,
    FOUND,
    ORDER,
    PILE,
    REDUCED,
    SCORE,
    STEPS,
    WORD,
    leaves_parts,
    place_of,
)

CHEAP = 16
"""Frames that take as long to look at as a set."""


@inner
def choose_items(
    field: Field, quest: Quest, bag: Bag, cells: Cells, books: Ints, near: Ints, anchor: int, limit: float
) -> int:
    """List the units that a set may hold, and their neighbours among these as bits."""
    m, firm = 0, field.firm
    for unit in range(firm):
        books[PLACE, unit], i = -1, unit
        score = field.graph.units[unit, 0]
        while i > 0 and bag.real[SCORE, bag.whole[PILE, i - 1]] < score:
            bag.whole[PILE, i] = bag.whole[PILE, i - 1]
            i -= 1
        bag.real[SCORE, unit], bag.whole[PILE, i] = score, unit
    if anchor >= 0:
        books[ITEM, 0], books[PLACE, anchor], m = anchor, 0, 1
    for rank in range(firm):
        unit, fits = bag.whole[PILE, rank], False
        if unit < field.anchors:
            continue
        for i in range(books[ALIVE_AT, 0]):
            at = cells.alive[0, i]
            fits |= cells.total[0, i] + cells.ends[0, at] + cells.lack[unit, at] < limit
        if fits:
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
def pass_over(quest: Quest, cells: Cells, books: Ints, row: int, unit: int, load: float, limit: float) -> None:
    """Count what a set leaves out with a unit that it could have held and that would have paid; drop frames."""
    m, held = 0, filled(quest, load)
    for i in range(books[ALIVE_AT, row]):
        at, total = cells.alive[row, i], cells.total[row, i] + cells.pays[unit, cells.alive[row, i]]
        if total + cells.ends[held, at] < limit:
            cells.alive[row, m], cells.total[row, m], m = at, total, m + 1
    books[ALIVE_AT, row] = m


@inner
def borders_inside(field: Field, books: Ints, unit: int) -> float:
    """Price the borders that a unit brings into a set: its own, and those of idle units that the set now surrounds."""
    graph, inside = field.graph, 0.0
    for edge in range(graph.indptr[unit], graph.indptr[unit + 1]):
        other = graph.indices[edge]
        if other < field.firm:
            inside += graph.border[edge] * books[IN_SET, other]
            continue
        all_in, paid = True, 0.0
        for half in range(graph.indptr[other], graph.indptr[other + 1]):
            beside = graph.indices[half]
            all_in &= beside == unit or books[IN_SET, beside] == 1
            paid += graph.border[half]
        if all_in:
            inside += paid
    return inside


@woven
def take_up(
    field: Field, dual: Floats, quest: Quest, cells: Cells, tie: Ints, pair: Ints, fine: Floats, grown: Floats,
    books: Ints, depth: int, unit: int, limit: float,
) -> int:  # fmt: skip
    """Add a unit to the sums of a set, and tell in how many frames the sets that it grows to may cost little."""
    graph, n, own, inside, fined = field.graph, field.graph.compound.size, field.graph.compound[unit], 0.0, 0.0
    c, gain, only, touched, m = (dual.size - 1 - n) // 2, dual[unit], -1, 0, 0
    for i in range(5):
        grown[i, depth] = graph.units[unit, i] + (grown[i, depth - 1] if depth > 0 else 0.0)
    if depth > 0:
        inside, gain = grown[INSIDE_AT, depth - 1], gain + grown[GAIN_AT, depth - 1]
        fined = grown[FINED_AT, depth - 1]
        touched, only = books[TOUCHED_AT, depth - 1], books[ONLY_AT, depth - 1]
    new = own >= 0 and books[HELD, own] == 0
    if new:
        gain, touched, only = gain + dual[n + 1 + c + own], touched + 1, own
    if quest.tolls > 0.0:
        inside += borders_inside(field, books, unit)
    for k in range(tie[unit], tie[unit + 1]):
        if books[IN_SET, pair[k, 0]] != books[IN_SET, pair[k, 1]]:
            fined += fine[k]
    grown[INSIDE_AT, depth], grown[GAIN_AT, depth], grown[FINED_AT, depth] = inside, gain, fined
    books[TOUCHED_AT, depth], books[ONLY_AT, depth] = touched, only
    held = filled(quest, grown[LOAD_AT, depth])
    for i in range(books[ALIVE_AT, depth]):
        at = cells.alive[depth, i]
        total = cells.total[depth, i] + cells.lack[unit, at]
        bound = total + cells.ends[held, at] + inside + fined
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
    out[REDUCED] = out[COST] + grown[FINED_AT, depth] - grown[GAIN_AT, depth] - dual[n]
    if touched == 1:
        out[REDUCED] -= dual[n + 1 + books[ONLY_AT, depth]]


@inner
def put_down(bag: Bag, size: int, price: float, run: Ints, members: Ints, start: Ints, cost: Floats) -> bool:
    """List the set at hand; tell whether there was room for it."""
    slot = run[FOUND]
    if slot + 1 >= start.size or start[slot] + size > members.size:
        run[CUT] = 2
        return False
    for k in range(size):
        members[start[slot] + k] = bag.whole[PILE, k]
    cost[slot], start[slot + 1], run[FOUND] = price, start[slot] + size, slot + 1
    return True


@woven
def spread(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, cells: Cells, anchor: int, first: int,
    limit: float, parts: int, tie: Ints, pair: Ints, fine: Floats, run: Ints, near: Ints, items: int,
    bits: Ints, grown: Floats, books: Ints, members: Ints, start: Ints, cost: Floats, stop: Flags,
) -> None:  # fmt: skip
    """List the sets that grow from a first unit.

    Parameters
    ----------
    price, field, dual, quest, bag, cells, limit, parts, tie, pair, fine, run, near, bits, grown, books, members, start
        As of `grow`.
    cost, stop
        As of `grow`.
    anchor, first, items : int
        Anchor in the sets, -1 for none; item from which they grow, and how many there are; items before it are closed.
    """
    out, priced, depth, item, compound = bag.out, limit < np.inf, 0, first, field.graph.compound
    words, low, high = (items + WORD - 1) // WORD, field.lowest[anchor], field.highest[anchor]
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
                if depth >= 0:
                    pass_over(quest, cells, books, depth + 1, gone, grown[LOAD_AT, depth], limit)
                continue
            bit = bits[2 * depth, k] & -bits[2 * depth, k]
            bits[2 * depth, k], item, depth = bits[2 * depth, k] ^ bit, WORD * k + place_of(bit), depth + 1
        unit, j, item = books[ITEM, item], item, -1
        fits = field.graph.units[unit, 0] + (grown[WEIGHT_AT, depth - 1] if depth > 0 else 0.0) <= high + SLACK
        if fits:
            run[STEPS] -= 1 + books[ALIVE_AT, depth] // CHEAP
            if run[STEPS] <= 0 or stop[0] != 0:
                run[CUT] = 1
                return
            fits = take_up(field, dual, quest, cells, tie, pair, fine, grown, books, depth, unit, limit) > 0
        if not fits:
            depth -= 1
            if depth >= 0:
                pass_over(quest, cells, books, depth + 1, unit, grown[LOAD_AT, depth], limit)
            continue
        for k in range(words):
            if depth > 0:
                bits[2 * depth, k], bits[2 * depth + 1, k] = bits[2 * depth - 2, k], bits[2 * depth - 1, k]
            bits[2 * depth, k] |= near[j, k] & ~bits[2 * depth + 1, k]
            bits[2 * depth + 1, k] |= near[j, k]
        if compound[unit] >= 0:
            books[HELD, compound[unit]] += 1
        books[IN_SET, unit], bag.whole[PILE, depth] = 1, unit
        books[FREE_AT, depth + 1] = books[FREE_AT, depth]
        if priced and is_tiny(price, field.graph, unit):
            run[STEPS] -= lay_near(
                price, field, dual, quest, bag, cells, near, bits, grown, books, depth, words, anchor, high, limit
            )  # fmt: skip
            if books[ALIVE_AT, depth + 1] == 0:
                continue
        if grown[WEIGHT_AT, depth] < low - SLACK or grown[WEIGHT_AT, depth] <= 0.0:
            continue
        reduced_cost(price, field, dual, grown, books, depth, out)
        if out[REDUCED] >= limit:
            continue
        if priced and not leaves_parts(field, bag, depth + 1, quest.ordinary[0], quest.ordinary[1], parts):
            continue
        if not put_down(bag, depth + 1, out[COST], run, members, start, cost):
            return


@door
def grow(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, cells: Cells, centres: Floats, limit: float,
    run: Ints, near: Ints, bits: Ints, grown: Floats, books: Ints, members: Ints, start: Ints, cost: Floats,
    parts: int, tie: Ints, pair: Ints, fine: Floats, stop: Flags,
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
    near, bits, grown, books : int64[firm, words], int64[2 * firm + 2, words], float64[8, n + 2], int64[7, n + 2]
        Scratch of zeros.
    members, start, cost : int64, int64[m + 1], float64[m]
        Take the units of each set, where they begin, and its cost; their sizes limit the list.
    parts : int
        Grids of the plan, 0 for any number; below a finite limit, sets that leave what no plan of one less fits are
        left out.
    tie, pair, fine : int64[firm + 1], int64[t, 2], float64[t]
        Triples with a fine, by unit: where those of each begin, the other two units, and the fine.
    stop : int8[1]
        Looked at for each set; not 0: stop.
    """
    firm, priced = field.firm, limit < np.inf
    for i in range(firm):
        if not priced:
            bag.whole[ORDER, i] = i
    for anchor in range(-1, field.anchors):  # -1 for none, whose sizes come last
        if priced:
            top = bucket_limits(field, quest, anchor, plain(-1))[1]
            set_ends(price, field, quest, anchor, plain(-1), 0.0, top, 0.0, bag.ends)
            mark_bends(bag, cells, top)
        m = lay_frames(price, field, dual, quest, bag, grown, cells, centres, anchor, limit) if priced else 1
        for at in range(m):
            cells.alive[0, at] = at
        books[ALIVE_AT, 0], books[FREE_AT, 0] = m, m
        m = choose_items(field, quest, bag, cells, books, near, anchor, limit)
        for first in range(min(m, 1) if anchor >= 0 else m):
            if first > 0:
                pass_over(quest, cells, books, plain(0), books[ITEM, first - 1], 0.0, limit)
            if books[ALIVE_AT, 0] == 0 or run[CUT] != 0:
                break
            spread(
                price, field, dual, quest, bag, cells, anchor, first, limit, parts, tie, pair, fine, run, near,
                m, bits, grown, books, members, start, cost, stop,
            )  # fmt: skip
