"""Grids of small reduced cost, looked for cell by cell: a grid belongs to the cell that its centre lies in.

Around a fixed point b the inertia of a set is a plain sum, that of w * d(unit, b)^2, less W * |centre - b|^2; inside a
square cell of side h that last term is at most W * h^2 / 2. So in a cell every unit has a gain of its own, and a walk
over the sets meets only those that the table of `knapsack` finds worth it: exact but for connectivity and borders.
Where a walk does not come to its end the cell is split in four, so that the last term nearly vanishes where it matters.
"""

import numpy as np

from gridplan.partition.kernels.arrays import COMPOUND, LOADED, MIXED, Bag, Field, Flags, Floats, Ints, Quest
from gridplan.partition.kernels.compiling import door, inner, plain, woven
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.kernels.knapsack import (
    MIXED_IN,
    advance,
    join,
    lay_out,
    set_ends,
    skim,
    tabulate,
    weigh_gains,
)
from gridplan.partition.kernels.loads import OFF, bits_of, density, load_limits
from gridplan.partition.kernels.sets import (
    AT_X,
    AT_Y,
    COST,
    CUT,
    ENTRY,
    FOUND,
    FRESH,
    GAIN,
    HELD,
    ITEM,
    MASS,
    PILE,
    RANK,
    REDUCED,
    SPENT,
    STATE,
    STEPS,
    TOUCHES,
    TRIED,
    WORD,
    WORTH,
    price_set,
)

BLUR = 1e-4
"""By how much a sum of gains in single precision may be off, and more."""

HASTE, BLUNT, BLUNTLY = 300, 1e-3, 0.1
"""Moves in a cell that may still be split; what its bound may lack, at least and as a share of the worst set met."""

FILLED, MOVES = 7_200, 10
"""Numbers of a table, and moves of a walk, that take as long as a step."""

BEST, ANY_CENTRE = range(2)
"""What a scan lists: the best of each kind and cell, connected or not; the first to be met, wherever its centre lies,
so that no set costs less than the table says."""


@woven
def walk(
    price: Floats, field: Field, dual: Floats, bag: Bag, bx: float, by: float, side: float, kind: int, anchor: int,
    m: int, wide: int, counts: int, limit: float, mode: int, until: int, run: Ints,
    members: Ints, start: Ints, cost: Floats, stop: Flags,
) -> tuple[float, float]:  # fmt: skip
    """Go through the sets of one kind in one cell whose reduced cost may be below a limit.

    Parameters
    ----------
    price, field, dual, bag : float64[9], Field, float64, Bag
        Prices, piece, dual values; scratch with items, table and the state at the beginning.
    bx, by, side : float
        Centre and side of the cell, metres.
    kind, anchor, m, wide, counts : int
        Kind, anchor or -1, items, buckets, whether groups are counted.
    limit : float
        Reduced cost from which on sets are left out; only ever better ones are kept, connected or not.
    mode, until : int
        What is listed; steps left at which the walk is cut short.
    run : int64[3]
        State of the scan.
    members, start, cost : int64, int64[m + 1], float64[m]
        Take the sets.
    stop : int8[1]
        Looked at for each set; not 0: the walk is cut short.

    Returns
    -------
    float, float
        No set that was left out has a smaller reduced cost (infinite where none is below the limit); that of the best
        one met, or the limit.
    """
    whole, real, table, sets, out, half = bag.whole, bag.real, bag.table, bag.sets, bag.out, 0.5 * side
    j, best, floor, mine = 0, limit, np.inf, -1
    while j >= 0:
        if j == m:
            j -= 1
            size = price_set(price, field, dual, bag, m, m, anchor, out)
            dx, dy = out[AT_X] - bx, out[AT_Y] - by
            if out[REDUCED] >= best or (mode != ANY_CENTRE and not (-half <= dx < half and -half <= dy < half)):
                continue
            if (kind == MIXED_IN and out[TOUCHES] <= 1) or (kind >= 0 and out[TOUCHES] != 1):
                continue
            slot, best = mine if mine >= 0 else run[FOUND], out[REDUCED]
            if slot + 1 >= start.size or start[slot] + size > members.size:
                run[CUT] = 1
                continue
            for k in range(size):
                members[start[slot] + k] = whole[PILE, k]
            cost[slot], start[slot + 1], run[FOUND] = out[COST], start[slot] + size, slot + 1
            if mode == ANY_CENTRE:
                return real[SPENT, 0] - table[whole[STATE, 0], 0, 0] - BLUR, best
            mine = slot
            continue
        if whole[TRIED, j] > 1:
            j -= 1
            continue
        unit, state, held = whole[ITEM, j], whole[STATE, j], whole[HELD, j]
        rank, next_, further = whole[RANK, j], 1 if j + 1 < m and whole[FRESH, j + 1] else 0, held + whole[MASS, j]
        with_, without = advance(join(state, rank), next_, counts), advance(state, next_, counts)
        on = real[SPENT, j] - real[WORTH, j] - (0.0 if state % 2 == 1 else real[ENTRY, j])
        skip, take = real[SPENT, j] - table[without, j + 1, held] - BLUR, np.inf
        if further <= wide:
            take = on - table[with_, j + 1, further] - BLUR
        takes = (take <= skip) == (whole[TRIED, j] == 0)
        whole[TRIED, j] += 1
        hope = take if takes else skip
        if hope >= best:
            whole[TRIED, j] += 1
            continue
        if run[STEPS] <= until or stop[0] != 0:
            run[CUT], floor = 1, min(floor, hope)
            continue
        run[STEPS] -= 1
        for k in range(sets.shape[1]):
            sets[j + 1, k] = sets[j, k]
        if takes:
            sets[j + 1, unit // WORD] |= 1 << (unit % WORD)
        j += 1
        real[SPENT, j], whole[HELD, j], whole[STATE, j] = on, further, with_
        if not takes:
            real[SPENT, j], whole[HELD, j], whole[STATE, j] = real[SPENT, j - 1], held, without
        whole[TRIED, j] = 0
    return floor, best


@inner
def look_through(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, bx: float, by: float, side: float, at: int,
    anchor: int, bonus: float, count: int, limit: float, mode: int, patience: int, run: Ints,
    members: Ints, start: Ints, cost: Floats, stop: Flags,
) -> tuple[float, float, int]:  # fmt: skip
    """Go through the sets of one kind in one cell, if the best mixture and the table leave any.

    Parameters
    ----------
    price, field, dual, quest, bag, bx, by, side, anchor, limit, mode, run, members, start, cost, stop
        As of `walk`.
    at, patience : int
        Place of the kind, and moves at most.
    bonus, count : float, int
        What entering compounds pays at most, and whether those of mixed sets are counted.

    Returns
    -------
    float, float, int
        As of `walk`, and the items.
    """
    whole, out, kind, n = bag.whole, bag.out, quest.kinds[at], field.graph.compound.size
    c, first, fixed, begun, home = (dual.size - 1 - n) // 2, 0, -dual[n], 0.0, -1
    if anchor >= 0:
        begun, home = field.graph.units[anchor, LOADED], field.graph.compound[anchor]
        fixed -= bag.real[GAIN, anchor]
    if home >= 0:
        fixed += price[COMPOUND] - dual[n + 1 + c + home] - (dual[n + 1 + home] if kind >= 0 else 0.0)
        first = 2
    hope = fixed - (bonus if kind == MIXED_IN else 0.0)
    if kind >= 0 and home < 0:
        hope += price[COMPOUND] - dual[n + 1 + kind] - dual[n + 1 + c + kind]
    among = bits_of(kind)
    least, most = load_limits(field, quest, anchor, among)
    skim(price, field, bag, kind, anchor, least, most, out)
    run[STEPS] -= 1
    if hope + out[0] >= limit:
        return np.inf, limit, 0
    wide = int((most - begun + density(quest, among)[OFF] + SLACK) / quest.bucket)
    if quest.uneven > 0.0:
        set_ends(price, field, quest, anchor, among, begun, wide, out[2], bag.ends)
    m = lay_out(price, field, dual, quest, bag, at, anchor, wide, hope - out[1] - limit, out[2])
    counts = 1 if kind >= 0 or home >= 0 else count
    need = 1 if kind >= 0 else 3 if kind == MIXED_IN and counts else 0
    rows = tabulate(bag, m, wide, first, need, counts, bag.ends)
    run[STEPS] -= 1 + rows * (wide + 1) // FILLED
    if fixed - bag.table[first, 0, 0] - BLUR >= limit:
        return np.inf, limit, 0
    for k in range(bag.sets.shape[1]):
        bag.sets[0, k] = 1 << (anchor % WORD) if anchor >= 0 and anchor // WORD == k else 0
    whole[STATE, 0], whole[HELD, 0], bag.real[SPENT, 0], whole[TRIED, 0] = first, 0, fixed, 0
    before = run[STEPS]
    until = before if stop[0] != 0 else max(0, before - patience)
    floor, best = walk(
        price, field, dual, bag, bx, by, side, kind, anchor, m, wide, counts, limit, mode, until, run, members, start,
        cost, stop,
    )  # fmt: skip
    run[STEPS] += (before - run[STEPS]) * (MOVES - 1) // MOVES
    return floor, best, m


@door
def scan(
    price: Floats, field: Field, dual: Floats, quest: Quest, bag: Bag, centres: Floats, limit: float, mode: int,
    patience: int, finest: float, worst: float, nest: Floats, run: Ints, least: Floats, lift: Floats, members: Ints,
    start: Ints, cost: Floats, stop: Flags,
) -> float:  # fmt: skip
    """List the best sets of units of each kind and cell, connected or not, below a limit, and bound all of them.

    Parameters
    ----------
    price, field, dual : float64[9], Field, float64[n + 1 + 2 * c]
        Prices, piece, and dual values of units, of the number of grids, of those inside and touching each compound.
    quest, bag : Quest, Bag
        What is asked, and scratch.
    centres : float64[k, 2]
        Centres of the cells, metres.
    limit : float
        Reduced cost from which on sets are left out.
    mode : int
        What is listed: `BEST` or `ANY_CENTRE`.
    patience : int
        Moves for one kind in one cell at most.
    finest : float
        Side from which on cells are not split, metres.
    worst : float
        Reduced cost that some set is known to have, 0 if none is: cells that bound their sets by that are not split.
    nest : float64[3 * splits + 4, 3]
        Scratch.
    run : int64[3]
        Sets listed, steps left, and 1 where something was cut short.
    least, lift : float64[k], float64[firm]
        Take the least reduced cost in each cell, 0 at most, and by how much a household the dual value of each unit
        must fall so that none is below 0.
    members, start, cost : int64, int64[m + 1], float64[m]
        Take the units of each set, where they begin, and its cost; their sizes limit the list.
    stop : int8[1]
        Looked at for each cell; not 0: stop.

    Returns
    -------
    float
        Least reduced cost of a set that was met, or `worst`.
    """
    graph, whole, n = field.graph, bag.whole, field.graph.compound.size
    c, bonus, count = (dual.size - 1 - n) // 2, 0.0, plain(0)
    for k in range(c):
        bonus += max(0.0, dual[n + 1 + c + k] - price[COMPOUND])
        # a set of one compound passes for mixed: never too cheap unless its own row asks more than mixing costs
        count |= dual[n + 1 + k] < -price[MIXED] * quest.ordinary[0]
    for cell in range(centres.shape[0]):
        bx, by, side, extra = centres[cell, 0], centres[cell, 1], quest.side, 0.0
        weigh_gains(price, field, dual, bx, by, side, extra, bag)
        for anchor in range(-1, field.anchors):  # -1 for none, whose sizes come last
            low, begun, home = field.lowest[anchor], 0.0, -1
            if anchor >= 0:
                begun, home = graph.units[anchor, LOADED], graph.compound[anchor]
            if quest.uneven == 0.0 and (field.anchors > 0 or cell == 0):
                wide = int((load_limits(field, quest, anchor, plain(-1))[1] - begun + SLACK) / quest.bucket)
                set_ends(price, field, quest, anchor, plain(-1), begun, wide, 0.0, bag.ends)
            for v in range(quest.kinds.size):
                depth, mixing = 0, price[MIXED] if quest.kinds[v] == MIXED_IN else 0.0
                if home >= 0 and quest.kinds[v] not in (home, MIXED_IN):
                    continue
                nest[0, 0], nest[0, 1], nest[0, 2] = centres[cell, 0], centres[cell, 1], quest.side
                while depth >= 0:
                    if extra != mixing or side != nest[depth, 2] or bx != nest[depth, 0] or by != nest[depth, 1]:
                        bx, by, side, extra = nest[depth, 0], nest[depth, 1], nest[depth, 2], mixing
                        weigh_gains(price, field, dual, bx, by, side, extra, bag)
                    depth -= 1
                    splits = mode == BEST and side > finest and run[STEPS] > 0 and stop[0] == 0
                    found, cut = run[FOUND], run[CUT]
                    floor, best, m = look_through(
                        price, field, dual, quest, bag, bx, by, side, v, anchor, bonus, count, limit, mode,
                        min(patience, HASTE) if splits else patience, run, members, start, cost, stop,
                    )  # fmt: skip
                    worst = min(worst, best)
                    if splits and floor < worst + min(-BLUNT, BLUNTLY * worst):
                        run[FOUND], run[CUT] = found, cut
                        for k in range(4):
                            depth += 1
                            nest[depth, 0] = bx + (0.25 if k % 2 else -0.25) * side
                            nest[depth, 1] = by + (0.25 if k > 1 else -0.25) * side
                            nest[depth, 2] = 0.5 * side
                        continue
                    reached = min(floor, best if best < limit else np.inf)
                    least[cell] = min(least[cell], reached)
                    if reached < 0.0:
                        for k in range(m + 1):
                            unit = whole[ITEM, k] if k < m else anchor
                            if unit >= 0:
                                lift[unit] = max(lift[unit], -reached / max(low, SLACK))
        if stop[0] != 0:
            least[cell], run[CUT] = -np.inf, 1
            return worst
    return worst
