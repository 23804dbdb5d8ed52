"""The best plan among listed grids: an exact cover, unit by unit, of which every step narrows what is left."""

import numpy as np

from gridplan.partition.kernels.arrays import Flags, Floats, Ints
from gridplan.partition.kernels.compiling import door, inner

LOOKS, SHORT = range(2)
"""Places in the state of a cover: sets that may still be looked at, and whether they ran out."""

N_LEVELS = 5
KEPT, AT, UNIT, CHOSEN, LEFT = range(N_LEVELS)
"""Rows of the whole scratch: by level, sets kept, those tried, the unit to cover, the set chosen, units left."""

N_MONEY = 2
SPENT, PAID = range(N_MONEY)
"""Rows of the real scratch: by level, reduced cost and cost of the sets chosen."""

N_UNITS = 2
COVERED, COUNT = range(N_UNITS)
"""Rows of the whole scratch by unit: whether it is covered, and the sets kept that hold it."""

PASSES = 3
"""How often what is left is narrowed at once."""


@inner
def narrow(
    members: Ints, start: Ints, reduced: Floats, firm: int, room: float, lists: Ints, levels: Ints, units: Ints,
    share: Floats, work: Ints, level: int,
) -> bool:  # fmt: skip
    """Drop the sets that no cover below the room can hold, and choose the unit that fewest hold; tell if one is left.

    Each unit left costs the least share of a reduced cost at which a set holds it. What these come to in all bounds
    every cover, and a set is dropped if it and the units that it leaves cost too much.
    """
    for again in range(PASSES):
        kept, total, fewest = levels[KEPT, level], 0.0, 0
        for unit in range(firm):
            units[COUNT, unit], share[unit] = 0, np.inf
        work[LOOKS] -= kept
        for i in range(kept):
            column = lists[level, i]
            part = reduced[column] / (start[column + 1] - start[column])
            for k in range(start[column], start[column + 1]):
                unit = members[k]
                if unit < firm:
                    units[COUNT, unit] += 1
                    share[unit] = min(share[unit], part)
        for unit in range(firm):
            if units[COVERED, unit] != 0:
                continue
            if units[COUNT, unit] == 0:
                return False
            total += share[unit]
            if fewest == 0 or units[COUNT, unit] < fewest:
                fewest, levels[UNIT, level] = units[COUNT, unit], unit
        if total >= room:
            return False
        if again == PASSES - 1:
            break
        stay = 0
        for i in range(kept):
            column = lists[level, i]
            cost = reduced[column] + total
            for k in range(start[column], start[column + 1]):
                if members[k] < firm:
                    cost -= share[members[k]]
            if cost < room:
                lists[level, stay], stay = column, stay + 1
        levels[KEPT, level] = stay
        if stay == kept:
            break
    return True


@inner
def choose(
    members: Ints, start: Ints, cost: Floats, reduced: Floats, firm: int, lists: Ints, levels: Ints, money: Floats,
    units: Ints, work: Ints, level: int, column: int,
) -> None:  # fmt: skip
    """Put a set into the cover, and list what can still join it."""
    mine, below = 0, level + 1
    for k in range(start[column], start[column + 1]):
        units[COVERED, members[k]] = 1
        if members[k] < firm:
            mine += 1
    levels[CHOSEN, level], levels[LEFT, below] = column, levels[LEFT, level] - mine
    money[SPENT, below] = money[SPENT, level] + reduced[column]
    money[PAID, below] = money[PAID, level] + cost[column]
    stay = 0
    for i in range(levels[KEPT, level]):
        other, k = lists[level, i], start[lists[level, i]]
        while k < start[other + 1] and units[COVERED, members[k]] == 0:
            k += 1
        if k == start[other + 1]:
            lists[below, stay], stay = other, stay + 1
    work[LOOKS] -= levels[KEPT, level]
    levels[KEPT, below], levels[AT, below] = stay, 0


@inner
def drop(members: Ints, start: Ints, units: Ints, column: int) -> None:
    """Take a set out of the cover."""
    for k in range(start[column], start[column + 1]):
        units[COVERED, members[k]] = 0


@inner
def next_set(members: Ints, start: Ints, reduced: Floats, room: float, lists: Ints, levels: Ints, level: int) -> int:
    """Return the next set that holds the unit to cover, or -1."""
    while levels[AT, level] < levels[KEPT, level]:
        column = lists[level, levels[AT, level]]
        levels[AT, level] += 1
        if reduced[column] >= room:
            break
        for k in range(start[column], start[column + 1]):
            if members[k] == levels[UNIT, level]:
                return column
    return -1


@door
def best_cover(
    members: Ints, start: Ints, cost: Floats, reduced: Floats, firm: int, bound: float, room: float, lists: Ints,
    levels: Ints, money: Floats, units: Ints, share: Floats, work: Ints, best: Ints, stop: Flags,
) -> float:  # fmt: skip
    """Cover every unit exactly once by sets at the least cost, if that is less than `room`.

    Parameters
    ----------
    members, start : int64, int64[m + 1]
        Units of each set.
    cost, reduced : float64[m], float64[m]
        Cost of each set, and its reduced cost, >= 0 and ascending.
    firm : int
        Units that must be covered; others may be, once.
    bound, room : float
        No cover costs less than `bound` and its reduced costs (it may cost more, so that these alone do not tell which
        cover is cheaper); only covers below `room` count.
    lists, levels, money : int64[l, m], int64[5, l], float64[2, l]
        Scratch of zeros for covers of at most l - 2 sets.
    units, share : int64[2, n], float64[n]
        Scratch of zeros.
    work : int64[2]
        Sets that may still be looked at, lowered; the second place is set to 1 when they ran out.
    best : int64[l]
        Takes the sets of the best cover; the last place their number.
    stop : int8[1]
        Looked at now and then; not 0: stop.

    Returns
    -------
    float
        Least cost found, `room` if none.
    """
    level, deepest, least = 0, lists.shape[0] - 1, room
    for column in range(cost.size):
        lists[0, column] = column
    levels[KEPT, 0], levels[LEFT, 0] = cost.size, firm
    if not narrow(members, start, reduced, firm, least - bound, lists, levels, units, share, work, 0):
        return least
    while level >= 0:
        if work[LOOKS] <= 0 or stop[0] != 0:
            work[SHORT] = 1
            break
        left = least - bound - money[SPENT, level]
        column = next_set(members, start, reduced, left, lists, levels, level)
        if column < 0:
            level -= 1
            if level >= 0:
                drop(members, start, units, levels[CHOSEN, level])
            continue
        choose(members, start, cost, reduced, firm, lists, levels, money, units, work, level, column)
        if levels[LEFT, level + 1] == 0:
            if money[PAID, level + 1] < least:
                least, best[deepest] = money[PAID, level + 1], level + 1
                for i in range(level + 1):
                    best[i] = levels[CHOSEN, i]
        elif level + 1 < deepest and narrow(
            members, start, reduced, firm, left - reduced[column], lists, levels, units, share, work, level + 1
        ):
            level += 1
            continue
        drop(members, start, units, column)
    return least
