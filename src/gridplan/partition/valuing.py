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
    WEIGHT,
    WR2,
    WX,
    WY,
    Floats,
    Ints,
)  # fmt: skip
from gridplan.partition.kernels.cost import price_all
from gridplan.partition.problem import Problem, check_band, check_input, price_vector, split_pieces


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
    cost: CostRules | None = None, load: ArrayLike | None = None,
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
        "lower": lower, "upper": upper, "cost": cost, "load": load,
    }  # fmt: skip
    costs = price_grids(edges, weights, labels, **given)
    divided, price = _set_up(edges, weights, communities=communities, **given)
    names = np.unique(divided.communities)
    bounds = np.zeros(len(names))
    for piece in split_pieces(divided):
        bounds[piece.community] += simple_bound(piece.graph, price)
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
    whole, price = _set_up(edges, weights, **given | {"communities": None})
    sums = _sum_up(whole, np.asarray(labels, np.int64))
    costs = np.zeros(len(sums))
    price_all(price, sums, costs)
    return costs


def _set_up(
    edges: ArrayLike, weights: ArrayLike, *, xy: ArrayLike | None = None, load: ArrayLike | None = None,
    cost: CostRules | None = None, target: float = 300, lower: float = 240, upper: float = 360,
    **arrays: Any,  # noqa: ANN401
) -> tuple[Problem, Floats]:  # fmt: skip
    """Check the arguments and lay them out."""
    check_band(target, lower, upper)
    price = price_vector(cost or CostRules(), target, lower, upper, with_xy=xy is not None)
    arrays = {"compounds": None, "border": None, "border_weight": 0.0} | arrays
    return _with_load(check_input(edges, weights, xy=xy, price=price, **arrays), load), price


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
