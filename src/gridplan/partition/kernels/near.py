"""Frames around the own centre of a set that is grown, in the place of those that cells make.

Where a unit is tiny, the side of a cell blurs what it lacks or pays by more than that is. Around the centre of a set at
hand of W households the inertia of a set of W' that it grows to is W / W' of what each further unit adds, or more: next
to all of it where little is still to come. So there are frames for little, for more, and for much, each at the price of
load that bounds it best.
"""

import numpy as np

from gridplan.partition.kernels.arrays import (
    COMPOUND,
    INERTIA,
    LOAD,
    LOADED,
    TARGET,
    Bag,
    Cells,
    Field,
    Floats,
    Graph,
    Ints,
    Quest,
)
from gridplan.partition.kernels.compiling import inner, plain, woven
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.kernels.frames import (
    ALIVE_AT,
    FINED_AT,
    FITS,
    FREE_AT,
    GAIN_AT,
    HELD,
    INSIDE_AT,
    ITEM,
    LACKS,
    LOAD_AT,
    PULL,
    R2_AT,
    REACHED,
    SUM,
    TOUCHED_AT,
    WEIGHT_AT,
    X_AT,
    Y_AT,
    extra_of,
    filled,
)
from gridplan.partition.kernels.loads import load_limits
from gridplan.partition.kernels.sets import WORD, place_of

TINY = 0.04
"""Households, as a share of the target, below which a unit is tiny."""

PARTS, STEP, NEAR = 3, 4.0, 400
"""Frames for each choice of compounds; how much more each leaves room for; and how many there are at most at once."""

TURNS = 4
"""Prices of load tried for a frame."""

AHEAD = 12
"""Units looked at for frames that take as long as a set."""


@inner
def is_tiny(price: Floats, graph: Graph, unit: int) -> bool:
    """Tell whether a unit is so small that frames of cells do not tell it from others."""
    return 0.0 < graph.units[unit, 0] < TINY * price[TARGET]


@inner
def reach(near: Ints, bits: Ints, books: Ints, depth: int, words: int) -> int:
    """List the units that a set can still come to hold, those that open ones link to it; tell how many they are."""
    m, busy, open_, free = 0, True, bits[-1], bits[-2]
    for k in range(words):
        open_[k], free[k] = bits[2 * depth, k], ~bits[2 * depth + 1, k]
    while busy:
        busy = False
        for k in range(words):
            while open_[k] != 0:
                bit = open_[k] & -open_[k]
                open_[k], j = open_[k] ^ bit, WORD * k + place_of(bit)
                books[REACHED, m], m, busy = books[ITEM, j], m + 1, True
                for i in range(words):
                    fresh = near[j, i] & free[i]
                    open_[i] |= fresh
                    free[i] ^= fresh
    return m


@inner
def sum_up(
    price: Floats, field: Field, dual: Floats, grown: Floats, books: Ints, many: int, among: int, share: float,
    rate: float, room: float,
) -> None:  # fmt: skip
    """Sum what the units in reach lack and pay at a price of load; `SUM` takes the sum and the load."""
    grown[SUM, 0] = grown[SUM, 1] = 0.0
    extra = extra_of(price, among)
    c = (dual.size - 1 - field.graph.compound.size) // 2
    for k in range(c):
        grown[LACKS, k] = np.inf if (among >> k) & 1 and books[HELD, k] == 0 else 0.0
    for j in range(many):
        unit = books[REACHED, j]
        own, load = field.graph.compound[unit], field.graph.units[unit, LOADED]
        if load > room + SLACK or books[FITS, j] == 0:
            continue
        pays = dual[unit] - share * grown[PULL, j] - rate * load - extra * field.graph.units[unit, 0]
        if pays > 0.0:
            grown[SUM, 0], grown[SUM, 1] = grown[SUM, 0] - pays, grown[SUM, 1] + load
        if own >= 0:
            grown[LACKS, own] = min(grown[LACKS, own], max(0.0, -pays))
    for k in range(c):
        grown[SUM, 0] += grown[LACKS, k]


@woven
def best_rate(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, cells: Cells, grown: Floats,
    books: Ints, many: int, among: int, share: float, load: float, room: float, fewest: int, most: int, rate: float,
    enough: float, out: Floats,
) -> None:  # fmt: skip
    """Seek the price of load at which the sets of a frame are bounded best; `out` takes the bound and it."""
    down, up = -np.inf, price[LOAD]
    out[0], out[1] = -np.inf, rate
    for turn in range(TURNS):
        sum_up(price, field, dual, grown, books, many, among, share, rate, room)
        end, full = np.inf, 0.0
        for i in range(cells.bends[-1] + 2):  # between bends it is a straight line
            b = fewest if i == 0 else most if i == 1 else cells.bends[i - 2]
            value = -bag.ends[b] - rate * b * quest.bucket
            if fewest <= b <= most and value < end:
                end, full = value, b * quest.bucket
        bound = grown[SUM, 0] + rate * load + end - abs(rate) * quest.blur
        if bound > out[0]:
            out[0], out[1] = bound, rate
        lacking = full - load - grown[SUM, 1]
        if out[0] >= enough or abs(lacking) < quest.bucket:
            return
        if lacking > 0.0:
            up = rate
        else:
            down = rate
        rate = 0.5 * (up + down) if down > -np.inf else rate - (1 << turn) * price[LOAD]


@inner
def lay_one(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, cells: Cells, grown: Floats, books: Ints,
    many: int, among: int, share: float, load: float, room: float, fewest: int, most: int, begin: int, rate: float,
    at: int,
) -> float:  # fmt: skip
    """Set what units lack and pay in a frame, and what sets cost at least; return what the set at hand comes to."""
    sum_up(price, field, dual, grown, books, many, among, share, rate, room)
    extra = extra_of(price, among)
    for j in range(many):
        unit = books[REACHED, j]
        own, more = field.graph.compound[unit], field.graph.units[unit, LOADED]
        pays = dual[unit] - share * grown[PULL, j] - rate * more - extra * field.graph.units[unit, 0]
        cells.lack[unit, at], cells.pays[unit, at] = max(0.0, -pays), max(0.0, pays)
        if more > room + SLACK or books[FITS, j] == 0:
            cells.lack[unit, at], cells.pays[unit, at] = np.inf, 0.0
        elif own >= 0:
            cells.lack[unit, at] -= grown[LACKS, own]
    end = np.inf
    for b in range(bag.ends.size - 1, begin - 1, -1):
        if fewest <= b <= most:
            end = min(end, -bag.ends[b] - rate * b * quest.bucket - abs(rate) * quest.blur)
        cells.ends[b, at] = end
    cells.rate[at], cells.choice[at] = rate, among
    return grown[SUM, 0] + rate * load


@inner
def find_room(
    field: Field, cells: Cells, books: Ints, many: int, row: int, begin: int, end: int, among: int, filled: int,
    limit: float, out: Floats,
) -> None:  # fmt: skip
    """Mark the units in reach that a frame of these compounds has room for; `out` takes their sum and the least."""
    out[0], out[1] = 0.0, np.inf
    for j in range(many):
        unit, fits = books[REACHED, j], False
        for i in range(begin, end):
            at = cells.alive[row, i]
            if cells.choice[at] == among:
                fits |= cells.total[row, i] + cells.ends[filled, at] + cells.lack[unit, at] < limit
        books[FITS, j] = 1 if fits else 0
        if fits:
            out[0], out[1] = out[0] + field.graph.units[unit, LOADED], min(out[1], field.graph.units[unit, LOADED])


@woven
def lay_near(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, cells: Cells, near: Ints, bits: Ints,
    grown: Floats, books: Ints, depth: int, words: int, anchor: int, high: float, limit: float,
) -> int:  # fmt: skip
    """Put frames around the centre of the set at hand in the place of those that it may come to lie in.

    Parameters
    ----------
    price, field, dual, quest, bag, cells, near, bits, grown, books, limit
        As of `growth.grow`; frames around centres stand behind those of cells.
    depth, words : int
        Units of the set less one, and words of its neighbours.
    anchor, high : int, float
        Anchor in the set, -1 for none, and most households of a set.

    Returns
    -------
    int
        Sets that take as long.
    """
    units, n, row, m, out = field.graph.units, field.graph.compound.size, depth + 1, plain(0), bag.out
    c, weight, many = (dual.size - 1 - n) // 2, grown[WEIGHT_AT, depth], reach(near, bits, books, depth, words)
    x, y, load, looks = grown[X_AT, depth] / weight, grown[Y_AT, depth] / weight, grown[LOAD_AT, depth], many
    held = filled(quest, load)
    spent = price[COMPOUND] * books[TOUCHED_AT, depth] - grown[GAIN_AT, depth] - dual[n]
    spent += price[INERTIA] * max(0.0, grown[R2_AT, depth] - weight * (x * x + y * y))
    limit -= grown[INSIDE_AT, depth] + grown[FINED_AT, depth]  # they are counted where units are taken up
    for j in range(many):
        unit = books[REACHED, j]
        dx, dy = field.x[unit] - x, field.y[unit] - y
        grown[PULL, j] = units[unit, 0] * (dx * dx + dy * dy)
    free, alive = books[FREE_AT, depth], books[ALIVE_AT, row]
    for i in range(alive):
        at, again = cells.alive[row, i], False
        among = cells.choice[at]
        for j in range(i):
            again |= cells.choice[cells.alive[row, j]] == among
        if again:
            continue
        if among < 0 or free + PARTS > cells.rate.size:
            return looks // AHEAD
        total = spent + extra_of(price, among) * weight
        for k in range(c):
            if (among >> k) & 1:
                total += price[COMPOUND] - dual[n + 1 + c + k] if books[HELD, k] == 0 else 0.0
                total -= dual[n + 1 + k] if among & (among - 1) == 0 else 0.0
        find_room(field, cells, books, many, row, i, alive, among, held, limit, out)
        limits = load_limits(field, quest, anchor, among)
        most, least, fewest = min(load + out[0], limits[1]), out[1], held
        top = min(bag.ends.size - 1, int((limits[1] + quest.blur + SLACK) / quest.bucket))
        for part in range(1, PARTS + 1):
            room = (most - load) * STEP ** (part - PARTS)
            if room < least and part < PARTS:
                continue
            further = high - weight if quest.lightest <= 0.0 else min(high - weight, room / quest.lightest)
            share, looks = price[INERTIA] * weight / (weight + further), looks + many
            full = min(top, int((load + room + quest.blur + SLACK) / quest.bucket))
            best_rate(
                price, field, dual, quest, bag, cells, grown, books, many, among, share, load, room, fewest, full,
                cells.rate[at], limit - total, out,
            )  # fmt: skip
            if total + out[0] < limit:
                cells.place[0, m, 0] = total + lay_one(
                    price, field, dual, quest, bag, cells, grown, books, many, among, share, load, room, fewest, full,
                    held, out[1], free,
                )  # fmt: skip
                cells.among[0, m], m, free = free, m + 1, free + 1
            fewest = max(held, full - (1 if quest.blur > 0.0 else 0))
    for i in range(m):
        cells.alive[row, i], cells.total[row, i] = cells.among[0, i], cells.place[0, i, 0]
    books[ALIVE_AT, row], books[FREE_AT, row] = m, free
    return looks // AHEAD
