"""The knapsacks behind the bound of a roster."""

import numpy as np
from numpy.typing import NDArray

from gridplan.deployment.ground import Floats, Ints
from gridplan.deployment.kernels.state import Field
from gridplan.partition.kernels.compiling import door

Bits = NDArray[np.bool_]


@door
def relax_knapsacks(
    price: Floats, dual: Floats, size: Ints, room: Ints, slack: Floats, field: Field, unit: float, used: Ints,
    chosen: Ints, value: Floats, keep: Bits,
) -> float:  # fmt: skip
    """Choose for every person the items that pay best against their dual values, load included.

    Parameters
    ----------
    price : float64[m, n]
        Metres, by person.
    dual : float64[n]
        Value of serving each item.
    size, room : int64[n], int64[m]
        Sizes and capacities, rounded down to whole units.
    slack : float64[n]
        What rounding took from each size, in capacity.
    field : Field
        Fair shares and steepness.
    unit : float
        Capacity per whole unit.
    used : int64[n]
        Takes how many persons chose each item.
    chosen, value, keep : int64[n], float64[most], bool[n, most]
        Scratch, with most = the largest room + 1.

    Returns
    -------
    float
        Sum of the least costs: a part of a lower bound.
    """
    total = 0.0
    n, m = len(dual), len(room)
    for item in range(n):
        used[item] = 0
    for person in range(m):
        count, lost = 0, 0.0
        eager = 2.0 * field.steep[person] * field.fair[person]
        for item in range(n):
            if price[person, item] < dual[item] + eager * field.size[item] and size[item] <= room[person]:
                chosen[count] = item
                count += 1
                lost += slack[item]
        top = room[person]
        for level in range(top + 1):
            value[level] = -np.inf
        value[0] = 0.0
        reach = 0
        for rank in range(count):
            item = chosen[rank]
            weight, gain = size[item], dual[item] - price[person, item]
            reach = min(top, reach + weight)
            for level in range(reach, weight - 1, -1):
                keep[rank, level] = value[level - weight] + gain > value[level]
                if keep[rank, level]:
                    value[level] = value[level - weight] + gain
            for level in range(min(weight, reach + 1)):
                keep[rank, level] = False
        best, at = np.inf, 0
        for level in range(reach + 1):
            load = min(max(field.fair[person], level * unit), level * unit + lost)
            cost = field.steep[person] * (load - field.fair[person]) ** 2 - value[level]
            if cost < best:
                best, at = cost, level
        total += best
        for rank in range(count - 1, -1, -1):
            if keep[rank, at]:
                used[chosen[rank]] += 1
                at -= size[chosen[rank]]
    return total
