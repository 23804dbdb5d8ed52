"""The cost of one grid, from its sums."""

from gridplan.partition.kernels.arrays import (
    COMPOUND,
    COMPOUNDS,
    INERTIA,
    INSIDE,
    LOAD,
    LOADED,
    LOWER,
    MIXED,
    OUTSIDE,
    SURPLUS,
    TARGET,
    UPPER,
    WEIGHT,
    WR2,
    WX,
    WY,
    Floats,
)  # fmt: skip
from gridplan.partition.kernels.compiling import door, inner

SLACK = 1e-9
"""Households by which a sum of fractional weights may miss the band and still count as inside."""


@inner
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
    missing = price[LOWER] - weight if weight < price[LOWER] else weight - price[UPPER]
    if missing > SLACK:
        cost += price[OUTSIDE] + price[SURPLUS] * missing
    if compounds > 1:
        cost += price[MIXED] * weight
    if weight > 0:
        spread = wr2 - (wx * wx + wy * wy) / weight
        if spread > 0:
            cost += price[INERTIA] * spread
    return cost


@inner
def price_sums(price: Floats, s: Floats) -> float:
    """Price one grid from its sums.

    Parameters
    ----------
    price, s : float64[9], float64[...]
        Prices, and the sums of the grid in their places.

    Returns
    -------
    float
        As `grid_cost`.
    """
    return grid_cost(price, s[WEIGHT], s[LOADED], s[WX], s[WY], s[WR2], s[COMPOUNDS], s[INSIDE])


@door
def price_all(price: Floats, sums: Floats, costs: Floats) -> None:
    """Price grids from their sums.

    Parameters
    ----------
    price : float64[9]
        Prices.
    sums : float64[k, 7]
        Sums of each grid in their places.
    costs : float64[k]
        Takes the cost of each.
    """
    for grid in range(len(costs)):
        costs[grid] = price_sums(price, sums[grid])
