"""Frames: a cell in which the centre of a set lies, and the compounds that it touches.

In a frame every unit has a gain of its own (see `pricing`), and what entering compounds and mixing costs is known. So
at the price of load at which the best mixture of its units fills a grid, a set falls short of that mixture by
what its units lack and by what it leaves out of those that pay; the mixture bounds all sets of the frame.
"""

import numpy as np

from gridplan.partition.kernels.arrays import COMPOUND, LOAD, LOADED, MIXED, TARGET, Bag, Cells, Field, Floats, Quest
from gridplan.partition.kernels.compiling import inner, plain, woven
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.kernels.knapsack import weigh_gains
from gridplan.partition.kernels.loads import BITS, load_limits
from gridplan.partition.kernels.sets import GAIN, ORDER, SCORE

N_SUMS = 4
POOL, LEAST, ENTERED, BESIDE = range(N_SUMS)
"""By compound, in the real scratch: what its units pay, what one of them lacks at least, and the price of entry less
what they pay, now and where compounds are chosen."""

N_GROWN = 11
WEIGHT_AT, LOAD_AT, X_AT, Y_AT, R2_AT, INSIDE_AT, GAIN_AT, FINED_AT, PULL, LACKS, SUM = range(N_GROWN)
"""Rows of the real scratch. By units of the set that is grown: its sums, its dual values, and the fines of its triples.
By unit in reach, households times distance from the centre, squared; by compound, what one of these lacks at least; and
what they come to, and their households."""

N_BOOKS = 10
TOUCHED_AT, ONLY_AT, ALIVE_AT, FREE_AT, HELD, IN_SET, ITEM, PLACE, REACHED, FITS = range(N_BOOKS)
"""Rows of the whole scratch. By units of the set: compounds so far, the last new one, frames left, and the first place
for a further one. Units of each compound in the set; whether a unit is in the set. Unit of each item, and item of each
unit or -1. Units in reach, and whether a frame has room for each."""

FRAMES, TRIES, MANY = 64, 1_000, 2_000
"""Frames of a cell, choices of compounds looked at for them, and frames in all, at most; one of a cell holds for all
choices where there are more."""

ROOM, FINEST = 200, 16.0
"""Frames from which on cells are not split; and side from which on they are not, metres."""


@inner
def filled(quest: Quest, load: float) -> int:
    """Tell the buckets that so much load fills at least."""
    return max(0, int((load - quest.blur) / quest.bucket + SLACK))


@inner
def extra_of(price: Floats, among: int) -> float:
    """Give the price of a household of a set that touches these compounds."""
    return price[MIXED] if among >= 0 and among & (among - 1) != 0 else 0.0


@inner
def rate_of(price: Floats, field: Field, quest: Quest, bag: Bag, anchor: int, among: int) -> float:
    """Tell at which price of load the best mixture of units, divided at will, has as much as it then asks for.

    Parameters
    ----------
    price, field, quest, bag : float64[9], Field, Quest, Bag
        Prices, piece, question; scratch with gains.
    anchor, among : int
        Anchor in it, -1 for none; compounds whose units it may hold, as bits, or -1 for all.

    Returns
    -------
    float
        The price; minus infinity where there is too little load.
    """
    upper, lower, held, last = price[LOAD], -price[LOAD], 0.0, np.inf
    if anchor >= 0:
        held = field.graph.units[anchor, LOADED]
    low, high = load_limits(field, quest, anchor, among)
    target, extra = min(max(price[TARGET], low), high), extra_of(price, among)
    for i in range(field.firm):
        unit = bag.whole[ORDER, i]
        own, more = field.graph.compound[unit], field.graph.units[unit, LOADED]
        if unit < field.anchors or more <= 0.0 or (own >= 0 and (among >> own) & 1 == 0):
            continue
        rate = bag.real[SCORE, unit] - extra * field.graph.units[unit, 0] / more
        if rate <= upper < last and held >= target:
            return upper
        if rate <= lower < last and held >= low:
            return lower
        held += more
        if held >= (high if rate > upper else target if rate > lower else low):
            return rate
        last = rate
    return min(last, lower) if held >= low - SLACK - quest.blur else -np.inf


@inner
def share_out(
    price: Floats, field: Field, dual: Floats, bag: Bag, grown: Floats, anchor: int, among: int, rate: float
) -> float:
    """Sum what the units of each compound pay at a price of load; tell what a set costs before any of them."""
    n, base, extra = field.graph.compound.size, 0.0, extra_of(price, among)
    c = (dual.size - 1 - n) // 2
    for k in range(c):
        grown[POOL, k], grown[LEAST, k] = 0.0, np.inf
    for unit in range(field.firm):
        own, pays = field.graph.compound[unit], bag.real[GAIN, unit] - rate * field.graph.units[unit, LOADED]
        pays -= extra * field.graph.units[unit, 0]
        if unit == anchor:
            base -= pays
            if own >= 0:
                grown[LEAST, own] = 0.0
        elif unit < field.anchors:
            continue
        elif own < 0:
            base -= max(0.0, pays)
        else:
            grown[POOL, own] += max(0.0, pays)
            grown[LEAST, own] = min(grown[LEAST, own], max(0.0, -pays))
    for k in range(c):  # one that is entered has one unit at least
        grown[ENTERED, k] = price[COMPOUND] - dual[n + 1 + c + k] + grown[LEAST, k] - grown[POOL, k]
    return base - dual[n]


@inner
def mark_bends(bag: Bag, cells: Cells, top: int) -> None:
    """List the numbers of buckets between which what a set gains at the end is a straight line."""
    many = 0
    for x in range(top + 1):
        before, after = bag.ends[x - 1] if x > 0 else -np.inf, bag.ends[x + 1] if x < top else -np.inf
        here = bag.ends[x]
        if here > -np.inf and (before == -np.inf or after == -np.inf or abs(before + after - here - here) > SLACK):
            cells.bends[many], many = x, many + 1
    cells.bends[-1] = many


@inner
def bucket_limits(field: Field, quest: Quest, anchor: int, among: int) -> tuple[int, int]:
    """Give the least and most buckets of a set with an anchor, -1 for none, and of some compounds."""
    least, most = load_limits(field, quest, anchor, among)
    return filled(quest, min(least, quest.top) - SLACK), int((most + quest.blur + SLACK) / quest.bucket)


@inner
def least_end(field: Field, quest: Quest, bag: Bag, cells: Cells, anchor: int, among: int, rate: float) -> float:
    """Tell what is left at the least of load and size rule at a price of load."""
    least, most = bucket_limits(field, quest, anchor, among)
    worst = min(-bag.ends[least] - rate * least * quest.bucket, -bag.ends[most] - rate * most * quest.bucket)
    for i in range(cells.bends[-1]):  # between bends it is a straight line
        x = cells.bends[i]
        if least < x < most:
            worst = min(worst, -bag.ends[x] - rate * x * quest.bucket)
    return worst - abs(rate) * quest.blur


@inner
def weigh_frame(
    price: Floats, field: Field, dual: Floats, bag: Bag, grown: Floats, anchor: int, among: int, rate: float
) -> float:  # fmt: skip
    """Tell what the best mixture of a frame costs, but for load and size rule."""
    n, home, alone = field.graph.compound.size, field.graph.compound[anchor] if anchor >= 0 else -1, 0.0
    c, total = (dual.size - 1 - n) // 2, share_out(price, field, dual, bag, grown, anchor, among, rate)
    for k in range(c):
        if among >= 0 and (among >> k) & 1 == 0:
            continue
        total += grown[ENTERED, k] if among >= 0 or k == home else min(0.0, grown[ENTERED, k])
        if among < 0 or among & (among - 1) == 0:
            alone = dual[n + 1 + k] if among >= 0 else max(alone, dual[n + 1 + k])
    return total - alone


@inner
def keeps(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, grown: Floats, cells: Cells, anchor: int,
    among: int, limit: float,
) -> bool:  # fmt: skip
    """Tell whether a set of small reduced cost may lie in the cell at hand and touch these compounds."""
    rate = rate_of(price, field, quest, bag, anchor, among)
    if rate == -np.inf:
        return False
    total = weigh_frame(price, field, dual, bag, grown, anchor, among, rate)
    return total + least_end(field, quest, bag, cells, anchor, among, rate) < limit


@inner
def lay_frame(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, grown: Floats, cells: Cells, at: int,
    anchor: int, among: int,
) -> None:  # fmt: skip
    """Set what units lack and pay in a frame, and what sets cost at least."""
    compound, units, worst = field.graph.compound, field.graph.units, np.inf
    rate, extra = rate_of(price, field, quest, bag, anchor, among), extra_of(price, among)
    cells.total[0, at] = weigh_frame(price, field, dual, bag, grown, anchor, among, rate)
    cells.rate[at], cells.choice[at] = rate, among
    fewest, most = bucket_limits(field, quest, anchor, among)
    for x in range(cells.ends.shape[0] - 1, -1, -1):
        if fewest <= x <= most:
            worst = min(worst, -bag.ends[x] - rate * x * quest.bucket - abs(rate) * quest.blur)
        cells.ends[x, at] = worst
    for unit in range(field.firm):
        own, pays = compound[unit], bag.real[GAIN, unit] - rate * units[unit, LOADED] - extra * units[unit, 0]
        lack, pays = max(0.0, -pays), max(0.0, pays)
        if unit == anchor:
            lack = pays = 0.0
        elif unit < field.anchors:
            pays = 0.0
        elif own >= 0 and among >= 0:
            if (among >> own) & 1 == 0:
                lack, pays = np.inf, 0.0
            else:
                lack -= grown[LEAST, own]
        elif own >= 0 and grown[POOL, own] > 0.0:  # what is left of that where the compound need not be entered
            pays *= min(1.0, max(0.0, -grown[ENTERED, own]) / grown[POOL, own])
        cells.lack[unit, at], cells.pays[unit, at] = lack, pays


@inner
def choose_compounds(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, grown: Floats, cells: Cells, begin: int,
    anchor: int, limit: float,
) -> int:  # fmt: skip
    """List the choices of compounds that a set of small reduced cost in the cell at hand may touch.

    Where there are too many of them, one that holds for all.
    """
    graph, n, m = field.graph, field.graph.compound.size, begin
    c, every, home = (dual.size - 1 - n) // 2, plain(-1), graph.compound[anchor] if anchor >= 0 else -1
    rate = rate_of(price, field, quest, bag, anchor, every)
    if rate == -np.inf:
        return begin
    base, alone = share_out(price, field, dual, bag, grown, anchor, every, rate), 0.0
    for k in range(c):
        grown[BESIDE, k], alone = grown[ENTERED, k], max(alone, dual[n + 1 + k])
    base += least_end(field, quest, bag, cells, anchor, every, rate) - alone - SLACK
    among, k, tries = plain(0), 0, 0
    while c <= BITS:
        least = base  # with those chosen so far, and of the others those that pay
        for i in range(c):
            least += grown[BESIDE, i] if (among >> i) & 1 else min(0.0, grown[BESIDE, i]) if i >= k else 0.0
        if least < limit and k < c:
            among |= 1 << k
            k += 1
            continue
        if least < limit:
            tries += 1
            if home < 0 or (among >> home) & 1:
                if m - begin == FRAMES or m >= MANY or tries == TRIES:
                    break
                if keeps(price, field, dual, quest, bag, grown, cells, anchor, among, limit):
                    cells.among[0, m], m = among, m + 1
        while k > 0 and (among >> (k - 1)) & 1 == 0:
            k -= 1
        if k == 0:
            return m
        among ^= 1 << (k - 1)
    cells.among[0, begin] = every
    return begin + int(keeps(price, field, dual, quest, bag, grown, cells, anchor, every, limit))


@inner
def split_frames(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, grown: Floats, cells: Cells, level: int,
    m: int, side: float, anchor: int, limit: float,
) -> int:  # fmt: skip
    """Split the cells of frames in four; return how many frames that makes, or -1 where there is no room for them."""
    i, made = 0, 0
    while i < m:
        end = i
        while (
            end < m
            and cells.place[level, end, 0] == cells.place[level, i, 0]
            and (cells.place[level, end, 1] == cells.place[level, i, 1])
        ):
            end += 1
        for k in range(4):
            x = cells.place[level, i, 0] + (0.25 if k % 2 else -0.25) * side
            y = cells.place[level, i, 1] + (0.25 if k > 1 else -0.25) * side
            weigh_gains(price, field, dual, x, y, 0.5 * side, 0.0, bag)
            for at in range(i, end):
                among = cells.among[level, at]
                if keeps(price, field, dual, quest, bag, grown, cells, anchor, among, limit):
                    if made == ROOM:
                        return -1
                    cells.place[1 - level, made, 0], cells.place[1 - level, made, 1] = x, y
                    cells.among[1 - level, made], made = among, made + 1
        i = end
    return made


@woven
def lay_frames(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, grown: Floats, cells: Cells, centres: Floats,
    anchor: int, limit: float,
) -> int:  # fmt: skip
    """Lay the frames of sets of small reduced cost, in cells as small as there is room for; return how many."""
    m, level, side = plain(0), plain(0), quest.side
    for cell in range(centres.shape[0]):
        weigh_gains(price, field, dual, centres[cell, 0], centres[cell, 1], side, 0.0, bag)
        begin = m
        m = choose_compounds(price, field, dual, quest, bag, grown, cells, m, anchor, limit)
        for at in range(begin, m):
            cells.place[0, at, 0], cells.place[0, at, 1] = centres[cell, 0], centres[cell, 1]
    while 0 < m < ROOM and side > FINEST:
        made = split_frames(price, field, dual, quest, bag, grown, cells, level, m, side, anchor, limit)
        if made < 0:
            break
        m, level, side = made, 1 - level, 0.5 * side
    for at in range(m):
        x, y = cells.place[level, at, 0], cells.place[level, at, 1]
        if at == 0 or x != cells.place[level, at - 1, 0] or y != cells.place[level, at - 1, 1]:
            weigh_gains(price, field, dual, x, y, side, 0.0, bag)
        lay_frame(price, field, dual, quest, bag, grown, cells, at, anchor, cells.among[level, at])
    return m
