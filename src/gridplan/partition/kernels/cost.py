"""The cost of one grid, from its sums."""

from numba import njit

from gridplan.partition.kernels.arrays import (
    COMPOUND,
    INERTIA,
    LOAD,
    LOWER,
    MIXED,
    OUTSIDE,
    SURPLUS,
    TARGET,
    UPPER,
    Floats,
)  # fmt: skip

SLACK = 1e-9
"""Households by which a sum of fractional weights may miss the band and still count as inside."""


@njit(cache=True, nogil=True)
def grid_cost(
    price: Floats, weight: float, load: float, wx: float, wy: float, wr2: float, compounds: float, inside: float
) -> float:
    """Price one grid.

    Parameters
    ----------
    price : float64[9]
        Vector of prices.
    weight, load : float
        Households of the grid, and its load.
    wx, wy, wr2 : float
        Sums of weight * x, weight * y (metres) and weight * (x2 + y2).
    compounds : float
        Compounds the grid touches.
    inside : float
        Price of the border inside the grid.

    Returns
    -------
    float
        Size rule + uneven load + compounds + inertia + border inside.
    """
    cost = inside + price[LOAD] * abs(load - price[TARGET]) + price[COMPOUND] * compounds
    missing = max(price[LOWER] - weight, weight - price[UPPER])
    if missing > SLACK:
        cost += price[OUTSIDE] + price[SURPLUS] * missing
    if compounds > 1:
        cost += price[MIXED] * weight
    if weight > 0:
        cost += price[INERTIA] * max(0.0, wr2 - (wx * wx + wy * wy) / weight)
    return cost
