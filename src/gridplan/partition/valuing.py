"""The value of grids that somebody drew: the cost of each, and what no lawful plan can cost less than."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gridplan.config import CostRules
from gridplan.partition.certificate import simple_bound
from gridplan.partition.kernels.arrays import (
    COMPOUNDS,
    INSIDE,
    LOADED,
    N_SUMS,
    UPPER,
    WEIGHT,
    WR2,
    WX,
    WY,
    Floats,
    Ints,
)  # fmt: skip
from gridplan.partition.kernels.cost import price_all
from gridplan.partition.problem import Problem, check_band, check_input, price_sizes, split_pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What grids cost.

    Parameters
    ----------
    costs : float64[k]
        Cost of each grid.
    communities : int64[c]
        Communities in ascending order.
    bounds : float64[c]
        Least cost of a lawful plan of each, by arithmetic alone.
    """

    costs: Floats
    communities: Ints
    bounds: Floats


def value_grids(
    edges: ArrayLike, weights: ArrayLike, labels: Ints, *, xy: ArrayLike | None = None,
    compounds: ArrayLike | None = None, communities: ArrayLike | None = None, border: ArrayLike | None = None,
    border_weight: float = 0.0, target: float = 300, lower: float = 240, upper: float = 360,
    cost: CostRules | None = None, load: ArrayLike | None = None, sizes: ArrayLike | None = None,
) -> Value:  # fmt: skip
    """Price grids whoever drew them, by the same formula as `partition_graph`.

    Parameters
    ----------
    edges, weights, xy, compounds, communities, border : array-like
        As of `partition_graph`.
    labels : int64[n]
        Grid of each unit, 0..k - 1, each used; a grid may lie in pieces, or in several communities.
    border_weight, target, lower, upper, cost : float, float, float, float, CostRules or None
        As of `partition_graph`.

    load : float[n], optional
        Load of each unit, taken as it stands: in households, as those of the whole district add up.
    sizes : float[n, 3], optional
        As of `partition_graph`; a grid of several has that of most of its households, and NaN means no size.

    Returns
    -------
    Value
        Costs and bounds. Time O(n + m + k).

    Raises
    ------
    GraphError
        If the arrays contradict one another.
    ConfigError
        If the sizes are not in order.
    """
    given: dict[str, Any] = {
        "xy": xy, "compounds": compounds, "border": border, "border_weight": border_weight, "target": target,
        "lower": lower, "upper": upper, "cost": cost, "load": load, "sizes": sizes,
    }  # fmt: skip
    labels = np.asarray(labels, np.int64)
    costs = price_grids(edges, weights, labels, **given)
    divided, kind, _ = _set_up(edges, weights, communities=communities, divide=True, **given)
    names = np.unique(divided.communities)
    bounds = np.zeros(len(names))
    mixed = np.unique(divided.communities[kind != main_kind(labels, divided.weights, kind)[labels]])
    for piece in split_pieces(divided):
        if np.isfinite(piece.price[UPPER]) and names[piece.community] not in mixed:
            bounds[piece.community] += simple_bound(piece.graph, piece.price)
    return Value(costs=costs, communities=names, bounds=bounds)


def price_grids(edges: ArrayLike, weights: ArrayLike, labels: Ints, **given: Any) -> Floats:  # noqa: ANN401
    """Price grids, and tell no bound.

    Parameters
    ----------
    edges, weights, labels : array-like
        As of `value_grids`.
    **given
        The others of its arguments; communities do not matter.

    Returns
    -------
    float64[k]
        Cost of each grid. Time O(n + m + k).

    Raises
    ------
    GraphError
        If the arrays contradict one another.
    ConfigError
        If the sizes are not in order.
    """
    whole, kind, prices = _set_up(edges, weights, **given | {"communities": None})
    labels = np.asarray(labels, np.int64)
    sums = _sum_up(whole, labels)
    size, costs = main_kind(labels, whole.weights, kind), np.zeros(len(sums))
    for k, price in enumerate(prices):
        rows = np.flatnonzero(size == k)
        found = np.zeros(len(rows))
        price_all(price, np.ascontiguousarray(sums[rows]), found)
        costs[rows] = found
    return costs


def main_kind(labels: Ints, weights: Floats, kind: Ints) -> Ints:
    """Tell which size a grid of several has: that of most of its households, then of most of its units.

    Parameters
    ----------
    labels, weights, kind : int64[n], float64[n], int64[n]
        Grid, households and size of each unit.

    Returns
    -------
    int64[k]
        Size of each grid; 0 for a label that is not used.
    """
    pairs, spot = np.unique(np.stack([labels, kind], axis=1), axis=0, return_inverse=True)
    spot = spot.ravel()
    order = np.lexsort((np.bincount(spot), np.bincount(spot, weights), pairs[:, 0]))
    main = np.zeros(int(labels.max(initial=-1)) + 1, np.int64)
    main[pairs[order, 0]] = pairs[order, 1]  # of several the last one counts
    return main


def _set_up(
    edges: ArrayLike, weights: ArrayLike, *, xy: ArrayLike | None = None, load: ArrayLike | None = None,
    cost: CostRules | None = None, target: float = 300, lower: float = 240, upper: float = 360,
    sizes: ArrayLike | None = None, divide: bool = False, **arrays: Any,  # noqa: ANN401
) -> tuple[Problem, Ints, Floats]:  # fmt: skip
    """Check the arguments and lay them out, as one or divided by size; also the size of each unit, and its prices."""
    check_band(target, lower, upper)
    n = len(np.asarray(weights))
    kind, prices = price_sizes(cost or CostRules(), sizes, (target, lower, upper), n, with_xy=xy is not None)
    apart = {
        "kind": kind, "price": prices, "whole": np.where(np.isinf(prices[kind, UPPER]), np.arange(n), -1)
    } if divide else {"price": np.ones(len(prices[0]))}  # fmt: skip
    arrays = {"compounds": None, "border": None, "border_weight": 0.0} | arrays | apart
    return _with_load(check_input(edges, weights, xy=xy, **arrays), load), kind, prices


def _with_load(problem: Problem, load: ArrayLike | None) -> Problem:
    return problem if load is None else replace(problem, loads=np.asarray(load, np.float64))


def _sum_up(problem: Problem, labels: Ints) -> Floats:
    """Sum each grid up, its places seen from its own centre so that large eastings lose no digits."""
    k, w = int(labels.max(initial=-1)) + 1, problem.weights
    total = np.bincount(labels, w, k)
    safe = np.where(total > 0, total, 1.0)
    centre = np.stack([np.bincount(labels, w * axis, k) / safe for axis in problem.xy.T], axis=1)
    x, y = (problem.xy - centre[labels]).T
    sums = np.zeros((k, N_SUMS))
    columns = {WEIGHT: w, LOADED: np.where(w > 0, problem.loads, 0.0), WX: w * x, WY: w * y, WR2: w * (x * x + y * y)}
    for column, values in columns.items():
        sums[:, column] = np.bincount(labels, values, k)
    named = (w > 0) & (problem.compounds >= 0)
    pairs = np.unique(np.stack([labels[named], problem.compounds[named]], axis=1), axis=0)
    sums[:, COMPOUNDS] = np.bincount(pairs[:, 0], minlength=k)
    a, b = labels[problem.edges].T
    sums[:, INSIDE] = np.bincount(a[a == b], problem.border[a == b], k)
    return sums
