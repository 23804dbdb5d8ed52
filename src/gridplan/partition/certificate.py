"""What is said about a finished partition: bounds, proofs, and why a grid is outside the band."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gridplan.partition.clock import Clock
from gridplan.partition.kernels.arrays import (
    COMPOUND,
    LOAD,
    LOWER,
    N_SUMS,
    OUTSIDE,
    SURPLUS,
    TARGET,
    UPPER,
    WEIGHT,
    Floats,
    Graph,
    Ints,
    make_state,
    make_work,
)  # fmt: skip
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.kernels.grids import load_labels
from gridplan.partition.misfits import find_misfits

TOLERANCE = 1e-6
"""Cost by which a plan may exceed its bound and still count as proven."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The plan of one piece.

    Parameters
    ----------
    labels : int64[n]
        Grid of each unit, 0..k - 1 by first unit.
    households, costs : float64[k], float64[k]
        Households and cost of each grid.
    causes : list of str
        One of `schema.CAUSES` for each grid outside the band, else empty.
    bound : float
        No plan of the piece costs less.
    proven : bool
        Whether the plan is proven to be the best.
    reason : str
        How it was proven, or why not.
    seconds : float
        CPU seconds spent, as the crew counts them.
    cut_short : bool
        Whether its own share of the time limit ended the search.
    more : Go, optional
        Goes on, and gives a plan that costs no more.
    """

    labels: Ints
    households: Floats
    costs: Floats
    causes: list[str]
    bound: float
    proven: bool
    reason: str
    cut_short: bool = False
    seconds: float = 0.0
    more: "Go | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """A stretch of planning, between which and the next others get their turn.

    Parameters
    ----------
    run : callable
        Plans until a clock stops it.
    part : float, optional
        What it gets of its share of a time limit; where there is none of it, it is let come to its end.
    """

    run: Callable[[Clock], Solution]
    part: float | None = None


def renumber(labels: Ints) -> Ints:
    """Give grids the numbers 0..k - 1 by their first unit.

    Parameters
    ----------
    labels : int[n]
        Grid of each unit, any numbers.

    Returns
    -------
    int64[n]
        The same grids.
    """
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first), dtype=np.int64)
    return rank[inverse]


def price_labels(graph: Graph, price: Floats, labels: Ints) -> tuple[Floats, Floats]:
    """Sum up and price the grids of a plan.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece and prices.
    labels : int64[n]
        Grid of each unit, 0..k - 1.

    Returns
    -------
    float64[k, 7], float64[k]
        Sums and cost of each grid.
    """
    state = make_state(len(labels))
    state.label[:] = labels
    load_labels(price, graph, state, make_work(graph))
    k = int(labels.max(initial=-1)) + 1
    return state.sums[:k].reshape(k, N_SUMS), state.cost[:k]


def size_penalty(price: Floats, weight: float, parts: Floats) -> Floats:
    """Bound the size rule from below by arithmetic alone.

    Parameters
    ----------
    price : float64[9]
        Vector of prices.
    weight : float
        Households to divide.
    parts : float64[k]
        Numbers of grids.

    Returns
    -------
    float64[k]
        The least price of the size rule for each number of grids.
    """
    missing = np.maximum(parts * price[LOWER] - weight, weight - parts * price[UPPER])
    return np.where(missing > SLACK, price[OUTSIDE] + price[SURPLUS] * missing, 0.0)


def divides(price: Floats, weight: float) -> bool:
    """Tell whether so many households can be divided into grids within the band at all.

    Parameters
    ----------
    price : float64[9]
        Vector of prices.
    weight : float
        Households to divide.

    Returns
    -------
    bool
        Whether a whole number k has k * lower <= weight <= k * upper.
    """
    most = np.floor((weight + SLACK) / price[LOWER])
    return bool(most >= 1 and most * price[UPPER] >= weight - SLACK)


def simple_bound(graph: Graph, price: Floats) -> float:
    """Bound the cost of a piece from below by arithmetic: sizes, load, compounds, units that fit no grid in the band.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece and prices.

    Returns
    -------
    float
        No plan costs less. Time O(n + grids).
    """
    most = min(len(graph.compound), int(graph.units[:, WEIGHT].sum() / price[LOWER]) + 2)
    return float(simple_bounds(graph, price, most).min())


def simple_bounds(graph: Graph, price: Floats, most: int) -> Floats:
    """Bound the cost of a piece by arithmetic for each number of grids.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece and prices.
    most : int
        Most grids.

    Returns
    -------
    float64[most]
        No plan of 1, 2, ... grids costs less.
    """
    weights = graph.units[:, WEIGHT]
    total, load = float(weights.sum()), float(graph.units[:, 1].sum())
    parts = np.arange(1, most + 1, dtype=float)
    sizes = np.maximum(size_penalty(price, total, parts), find_misfits(graph, price).price)
    touched = np.full(most, graph.compound.max(initial=-1) + 1.0)
    whole = bool((graph.compound[weights > 0] >= 0).all())
    if whole and price[OUTSIDE] >= price[COMPOUND]:  # a grid without households costs more than a compound
        touched = np.where(sizes == 0, np.maximum(touched, parts), touched)
    return np.asarray(sizes + price[LOAD] * np.abs(load - parts * price[TARGET]) + price[COMPOUND] * touched)


def grid_causes(
    graph: Graph, price: Floats, labels: Ints, households: Floats, community_weight: float, *, proven: bool
) -> list[str]:
    """Say of each grid of a piece why it is outside the band.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece and prices.
    labels, households : int64[n], float64[k]
        Its plan, and the households of each grid.
    community_weight : float
        Households of the whole community.
    proven : bool
        Whether the plan is proven to be the best.

    Returns
    -------
    list of str
        One of `schema.CAUSES` each, empty inside the band.
    """
    weights, k = graph.units[:, WEIGHT], len(households)
    huge, misfit = weights > price[UPPER] + SLACK, np.zeros(len(labels))
    misfit[find_misfits(graph, price).units] = 1.0
    holds_huge, holds_misfit = (np.bincount(labels, weights=of, minlength=k) > 0 for of in (huge, misfit))
    general = "coarse buildings" if proven else "search limit"
    if not divides(price, float(weights[~huge].sum())):
        general = "barrier" if weights.sum() < community_weight and divides(price, community_weight) else "arithmetic"
    inside = (households >= price[LOWER] - SLACK) & (households <= price[UPPER] + SLACK)
    return [
        "" if fits
        else "building above upper" if above
        else "coarse buildings" if stuck and general == "search limit"
        else general
        for fits, above, stuck in zip(inside, holds_huge, holds_misfit, strict=True)
    ]  # fmt: skip


def community_frame(names: Ints, pieces: list[tuple[int, Solution]]) -> pd.DataFrame:
    """Sum up the certificates of the pieces by community.

    Parameters
    ----------
    names : int[c]
        Communities in ascending order.
    pieces : list of (int, Solution)
        Rank of the community and plan of each piece.

    Returns
    -------
    DataFrame
        `schema.CERTIFICATE_COLUMNS`, one row per community.
    """
    rows = []
    for rank, name in enumerate(names.tolist()):
        mine = [s for r, s in pieces if r == rank]
        cost, bound = sum(float(s.costs.sum()) for s in mine), sum(s.bound for s in mine)
        proven = all(s.proven for s in mine)
        bound = cost if proven else bound
        open_ = [s.reason for s in mine if not s.proven]
        rows.append(
            {
                "community": name,
                "units": sum(len(s.labels) for s in mine),
                "households": sum(float(s.households.sum()) for s in mine),
                "parts": sum(len(s.costs) for s in mine),
                "cost": cost,
                "bound": bound,
                "gap": (cost - bound) / cost if cost > 0 else 0.0,
                "proven": proven,
                "reason": (open_ or [s.reason for s in mine])[0],
                "seconds": sum(s.seconds for s in mine),
            }
        )
    return pd.DataFrame(rows, columns=list(_TYPES)).astype(_TYPES)


_TYPES = {
    "community": "int64", "units": "int64", "households": "float64", "parts": "int64", "cost": "float64",
    "bound": "float64", "gap": "float64", "proven": "bool", "reason": "str", "seconds": "float64",
}  # fmt: skip
