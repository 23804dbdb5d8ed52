"""Every grid that could be part of a better plan: connected sets of units with a small reduced cost."""

import numpy as np
from numba import njit

from gridplan.partition.kernels.arrays import (
    COMPOUND,
    INERTIA,
    LOAD,
    MIXED,
    OUTSIDE,
    SURPLUS,
    TARGET,
    UPPER,
    Draft,
    Field,
    Flags,
    Floats,
    Graph,
    Ints,
)
from gridplan.partition.kernels.cost import SLACK, grid_cost

FREE, TAKEN, SKIPPED, SEEN = 0, 1, 2, 3


@njit(cache=True, nogil=True)
def put(graph: Graph, draft: Draft, dual: Floats, unit: int, sign: int) -> None:
    """Take a unit into the set or out of it.

    Parameters
    ----------
    graph, draft, dual : Graph, Draft, float64[n]
        Piece, set, and dual value of each unit.
    unit, sign : int
        Unit; 1 to take it in, -1 to put it out.
    """
    s = draft.sums
    for k in range(5):
        s[k] += sign * graph.units[unit, k]
    c = graph.compound[unit]
    if c >= 0:
        draft.met[c] += sign
        if draft.met[c] == (1 if sign > 0 else 0):
            s[5] += sign
    for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
        if draft.status[graph.indices[half]] == TAKEN:
            s[6] += sign * graph.border[half]
    s[7] += sign * dual[unit]


@njit(cache=True, nogil=True)
def _list_gains(price, field, draft, dual, root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """List the units that could still be worth taking in, the most for each household first.

    Below the target a unit saves uneven load, so that it may be worth its place with a small loss.
    """
    s, found = draft.sums, 0
    s[8] = 0.0
    weight = max(s[0], 1e-12)
    cx, cy = s[2] / weight, s[3] / weight
    pull = price[INERTIA] * s[0] / field.highest[root]
    for unit in range(root + 1, draft.status.size):
        if draft.status[unit] in (TAKEN, SKIPPED):
            continue
        weight = field.graph.units[unit, 0]
        if weight <= 0.0:
            s[8] += max(0.0, dual[unit])
            continue
        dx, dy = field.x[unit] - cx, field.y[unit] - cy
        density = dual[unit] / weight - pull * (dx * dx + dy * dy)
        if density <= -price[LOAD] or s[0] + weight > field.highest[root] + SLACK:
            continue
        c, i = field.graph.compound[unit], found
        while i > 0 and draft.density[i - 1] < density:
            draft.density[i], draft.mass[i] = draft.density[i - 1], draft.mass[i - 1]
            draft.fresh[i] = draft.fresh[i - 1]
            i -= 1
        draft.density[i], draft.mass[i], draft.fresh[i] = density, weight, c >= 0 and draft.met[c] == 0
        found += 1
    return found


@njit(cache=True, nogil=True)
def _fill_up(price, draft, found, most, with_fresh, by_load):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Least of load and size rule minus gains, were units divisible; convex, so walk until it rises."""
    weight, step = draft.sums[0], price[LOAD] * by_load
    value = step * abs(weight - price[TARGET])
    if weight > price[UPPER] + SLACK:
        value += price[OUTSIDE] + price[SURPLUS] * (weight - price[UPPER])
    for i in range(found):
        if draft.fresh[i] and not with_fresh:
            continue
        room, density = min(draft.mass[i], most - weight), draft.density[i]
        if density <= -step:
            break
        below = min(room, max(0.0, price[TARGET] - weight))
        value -= below * (density + step)
        weight, room = weight + below, room - below
        if room > 0.0:
            if density <= step:
                break
            value -= room * (density - step)
            weight += room
        if weight >= most:
            break
    return value


@njit(cache=True, nogil=True)
def reach(price: Floats, field: Field, draft: Draft, dual: Floats, root: int, by_load: float) -> float:
    """Bound the reduced cost of every set that can still grow from the one under way.

    Parameters
    ----------
    price, field, draft, dual : float64[9], Field, Draft, float64[n]
        Prices, piece, set, and dual value of each unit.
    root : int
        First unit of the set.
    by_load : float
        1 where load and households are the same, else 0: then load is left out.

    Returns
    -------
    float
        No such set has less. What a unit adds to the inertia is at least its weighted squared distance to the
        centre of the set, times the share of the set in the largest lawful grid; connectivity is left out.
    """
    s = draft.sums
    found = _list_gains(price, field, draft, dual, root)
    least = max(s[0], field.lowest[root])
    fixed = price[COMPOUND] * s[5] + s[6] - s[7] - s[8]
    if s[0] > 0.0:
        fixed += price[INERTIA] * max(0.0, s[4] - (s[2] * s[2] + s[3] * s[3]) / s[0])
    if s[5] > 1:
        fixed += price[MIXED] * least
    most = field.highest[root]
    best = fixed + _fill_up(price, draft, found, most, False, by_load)  # noqa: FBT003
    entry = price[COMPOUND] + (price[MIXED] * least if s[5] == 1 else 0.0)
    return min(best, fixed + entry + _fill_up(price, draft, found, most, True, by_load))  # noqa: FBT003


@njit(cache=True, nogil=True)
def _grow_line(graph, draft, unit, root, size):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
        other = graph.indices[half]
        if other > root and draft.status[other] == FREE:
            draft.status[other], draft.line[size] = SEEN, other
            size += 1
    return size


@njit(cache=True, nogil=True)
def _opens(graph, draft, unit, root):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Tell whether a unit leads to others the set does not touch; an idle one that does not is of no use."""
    for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
        other = graph.indices[half]
        if other > root and draft.status[other] == FREE:
            return True
    return False


@njit(cache=True, nogil=True)
def leaves_parts(field: Field, draft: Draft, ordinary: Floats, parts: Ints) -> bool:
    """Tell whether what a set leaves can be divided, by arithmetic alone, into so many grids.

    Parameters
    ----------
    field, draft : Field, Draft
        Piece and set.
    ordinary : float64[2]
        Fewest and most households of a grid without a unit above the band.
    parts : int64[2]
        Fewest and most grids of the plan.

    Returns
    -------
    bool
        Whether each connected rest can be divided at all, and all of them together into one grid less.
    """
    graph, fewest, most = field.graph, 0, 0
    low, high = ordinary[0], ordinary[1]
    draft.seen[:] = 0
    for begin in range(draft.seen.size):
        if draft.seen[begin] or draft.status[begin] == TAKEN:
            continue
        draft.stack[0], draft.seen[begin], height = begin, 1, 1
        small, large, huge = 0.0, 0.0, 0
        while height > 0:
            height -= 1
            unit = draft.stack[height]
            weight = graph.units[unit, 0]
            if field.highest[unit] > high:
                huge, large = huge + 1, large + field.highest[unit] - weight
            else:
                small += weight
            for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
                other = graph.indices[half]
                if not draft.seen[other] and draft.status[other] != TAKEN:
                    draft.seen[other], draft.stack[height] = 1, other
                    height += 1
        if small <= 0.0 and huge == 0:
            continue  # units without households join the set
        at_most = huge + (int((small + SLACK) / low) if low > 0 else draft.seen.size)
        at_least = huge + int(np.ceil(max(0.0, small - large - SLACK) / high))
        if at_least > at_most or at_most == 0:
            return False
        fewest, most = fewest + max(1, at_least), most + at_most
    return fewest < parts[1] and most >= parts[0] - 1


@njit(cache=True, nogil=True)
def needs_idle(field: Field, draft: Draft, root: int, depth: int) -> bool:
    """Tell whether a set would fall apart without any one of its idle units.

    Parameters
    ----------
    field, draft : Field, Draft
        Piece and set.
    root, depth : int
        First unit of the set, never an idle one unless alone, and number of its other units.

    Returns
    -------
    bool
        False where an idle unit could be left out: the smaller set is as good.
    """
    graph = field.graph
    for at in range(depth):
        idle = draft.line[draft.picked[at]]
        if idle < field.firm:
            continue
        draft.seen[:] = 0
        draft.stack[0], draft.seen[root], draft.seen[idle], height, met = root, 1, 1, 1, 1
        while height > 0:
            height -= 1
            unit = draft.stack[height]
            for half in range(graph.indptr[unit], graph.indptr[unit + 1]):
                other = graph.indices[half]
                if not draft.seen[other] and draft.status[other] == TAKEN:
                    draft.seen[other], draft.stack[height] = 1, other
                    height, met = height + 1, met + 1
        if met == depth:
            return False
    return True


@njit(cache=True, nogil=True)
def list_columns(
    price: Floats, field: Field, draft: Draft, dual: Floats, limit: float, each: int, patience: int, work: Ints,
    members: Ints, start: Ints, cost: Floats, by_load: float, ordinary: Floats, parts: Ints, stop: Flags,
) -> int:  # fmt: skip
    """List the connected sets of units whose reduced cost is below a limit, each once.

    Parameters
    ----------
    price, field, draft, dual : float64[9], Field, Draft, float64[n]
        Prices, piece, scratch, and dual value of each unit.
    limit : float
        Reduced cost (cost minus dual values) above which a set is left out.
    each : int
        Sets listed for one root at most.
    patience : int
        Steps for one root at most.
    work : int64[2]
        Steps that may still be done, lowered; the second place is set to 1 when something was cut short.
    members, start, cost : int64, int64[m + 1], float64[m]
        Take the units of each set, where they begin, and its cost; their sizes limit the list.
    by_load : float
        1 where load and households are the same, else 0.
    ordinary : float64[2]
        Fewest and most households of a grid without a unit above the band.
    parts : int64[2]
        Fewest and most grids of the plan; sets that leave what cannot be divided into one less are left out.
    stop : int8[1]
        Looked at now and then; not 0: stop.

    Returns
    -------
    int
        Sets listed.
    """
    graph, s, found = field.graph, draft.sums, 0
    start[0] = 0
    for root in range(field.firm):
        if graph.units[root, 0] <= 0.0 and field.lowest[root] > 0.0:
            break  # from here on there are no households
        draft.status[:], draft.met[:], s[:] = FREE, 0, 0.0
        draft.status[root] = TAKEN
        put(graph, draft, dual, root, 1)
        size, place, depth, here, fresh = _grow_line(graph, draft, root, root, 0), 0, 0, 0, True
        least_work = work[0] - patience
        while True:
            if fresh:
                work[0] -= 1
                if work[0] <= 0 or (work[0] % 1024 == 0 and stop[0] != 0):
                    work[1] = 1
                    return found
                if work[0] < least_work:
                    work[1] = 1
                    break
                if s[0] >= field.lowest[root] - SLACK and s[0] <= field.highest[root] + SLACK:
                    value = grid_cost(price, s[0], s[1], s[2], s[3], s[4], s[5], s[6])
                    good = value - s[7] < limit and needs_idle(field, draft, root, depth)
                    if good and leaves_parts(field, draft, ordinary, parts):
                        if here >= each or found + 1 >= start.size or start[found] + depth >= members.size:
                            work[1] = 1
                            break
                        members[start[found]] = root
                        for k in range(depth):
                            members[start[found] + k + 1] = draft.line[draft.picked[k]]
                        cost[found], start[found + 1] = value, start[found] + depth + 1
                        found, here = found + 1, here + 1
            if place < size and reach(price, field, draft, dual, root, by_load) >= limit:
                place = size
            if place < size:
                unit = draft.line[place]
                fresh = s[0] + graph.units[unit, 0] <= field.highest[root] + SLACK
                if unit >= field.firm:
                    fresh = _opens(graph, draft, unit, root)
                if fresh:
                    put(graph, draft, dual, unit, 1)
                    draft.status[unit] = TAKEN
                    draft.picked[depth], draft.length[depth] = place, size
                    size, depth = _grow_line(graph, draft, unit, root, size), depth + 1
                else:
                    draft.status[unit] = SKIPPED
                place += 1
                continue
            if depth == 0:
                break
            depth -= 1
            place = draft.picked[depth]
            for k in range(place + 1, size):
                draft.status[draft.line[k]] = SEEN if k < draft.length[depth] else FREE
            size, unit, fresh = draft.length[depth], draft.line[place], False
            draft.status[unit] = SKIPPED
            put(graph, draft, dual, unit, -1)
            place += 1
    return found
