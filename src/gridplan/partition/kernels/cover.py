"""The best plan among listed grids: a depth-first exact cover bounded by reduced costs."""

import numpy as np
from numba import njit

from gridplan.partition.kernels.arrays import Flags, Floats, Ints


@njit(cache=True, nogil=True)
def best_cover(
    members: Ints, start: Ints, cost: Floats, reduced: Floats, first: Ints, columns: Ints, units: int,
    bound: float, room: float, work: Ints, stop: Flags,
) -> tuple[float, Ints]:  # fmt: skip
    """Cover every unit exactly once by so many sets at the least cost, if that is less than `room`.

    Parameters
    ----------
    members, start : int64, int64[m + 1]
        Units of each set.
    cost, reduced : float64[m], float64[m]
        Cost of each set, and its reduced cost, >= 0.
    first, columns : int64[n + 1], int64
        Sets that hold each unit, by ascending reduced cost; units are taken in ascending order.
    units : int
        Units in all; those beyond n need not be covered, but at most once.
    bound, room : float
        No cover of the sets asked for costs less than `bound` and its reduced costs (it may cost more, so that these
        alone do not tell which cover is cheaper); only covers below `room` count.
    work : int64[2]
        Steps that may still be done, lowered; the second place is set to 1 when they ran out.
    stop : int8[1]
        Looked at now and then; not 0: stop.

    Returns
    -------
    float, int64[k]
        Least cost found (`room` if none) and the sets.
    """
    n = first.size - 1
    covered = np.zeros(units, np.int64)
    at, chosen, spent, paid = np.zeros(n + 1, np.int64), np.zeros(n + 1, np.int64), np.zeros(n + 1), np.zeros(n + 1)
    unit_at = np.zeros(n + 1, np.int64)
    best, cover, depth = room, np.zeros(0, np.int64), 0
    at[0] = first[0]
    while depth >= 0:
        work[0] -= 1
        if work[0] <= 0 or (work[0] % 1024 == 0 and stop[0] != 0):
            work[1] = 1
            break
        unit, pick = unit_at[depth], -1
        while at[depth] < first[unit + 1]:
            column = columns[at[depth]]
            at[depth] += 1
            if bound + spent[depth] + reduced[column] >= best:
                at[depth] = first[unit + 1]
                break
            clash = False
            for k in range(start[column], start[column + 1]):
                if covered[members[k]]:
                    clash = True
                    break
            if not clash:
                pick = column
                break
        if pick < 0:
            depth -= 1
            if depth >= 0:
                for k in range(start[chosen[depth]], start[chosen[depth] + 1]):
                    covered[members[k]] = 0
            continue
        chosen[depth] = pick
        for k in range(start[pick], start[pick + 1]):
            covered[members[k]] = 1
        unit += 1
        while unit < n and covered[unit]:
            unit += 1
        spent[depth + 1] = spent[depth] + reduced[pick]
        paid[depth + 1] = paid[depth] + cost[pick]
        depth += 1
        if unit < n:
            unit_at[depth], at[depth] = unit, first[unit]
            continue
        if paid[depth] < best:
            best, cover = paid[depth], chosen[:depth].copy()
        depth -= 1
        for k in range(start[pick], start[pick + 1]):
            covered[members[k]] = 0
    return best, cover
