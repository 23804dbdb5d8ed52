"""The search on one piece: many short starts, as many as the piece is hard."""

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np

from gridplan.partition.certificate import price_labels, renumber, size_penalty
from gridplan.partition.contract import contract, nearest_filled
from gridplan.partition.kernels.anneal import anneal, first_labels
from gridplan.partition.kernels.arrays import (
    LOAD,
    LOWER,
    OUTSIDE,
    SURPLUS,
    TARGET,
    UPPER,
    WEIGHT,
    Flags,
    Floats,
    Graph,
    Ints,
    State,
    Work,
    make_state,
    make_work,
)
from gridplan.partition.kernels.cost import SLACK
from gridplan.partition.misfits import find_misfits
from gridplan.partition.regions import cut_out, grow_region


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Work of one effort; counts, never seconds, so that a plan can be made again.

    Parameters
    ----------
    moves, few : int
        Moves of one start for each unit of the piece, and at least.
    agree : int
        Starts that must end at the best cost before it is believed.
    most : int
        Starts of a piece whose grids miss the band no more than arithmetic asks.
    patience : int
        Moves without a gain before grids that miss the band by more are put up with.
    """

    moves: int
    few: int
    agree: int
    most: int
    patience: int


BUDGETS: Final = MappingProxyType(
    {
        "fast": Budget(moves=25, few=300, agree=2, most=2, patience=14_000),
        "normal": Budget(moves=30, few=400, agree=3, most=4, patience=30_000),
        "stubborn": Budget(moves=30, few=400, agree=3, most=6, patience=100_000),
        "thorough": Budget(moves=80, few=1_000, agree=10, most=40, patience=600_000),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stretch of one start.

    Parameters
    ----------
    share : float
        Part of the moves.
    outside, surplus : float
        Share of the price of the size rule that is asked.
    hot, cold : float
        First and last temperature, as the price of so many households of uneven load at a target of 300.
    """

    share: float
    outside: float
    surplus: float
    hot: float
    cold: float


SMALL_PIECE: Final = 200
"""Units up to which those without households are searched over too."""

LARGE_PIECE: Final = 600
"""Units beyond which one long start stands for many, since chance evens out; its flaws are mended where they are."""

REGIONS: Final = (30, 60, 90)
"""Units planned anew at once around a flaw, round by round."""

SCHEDULES: Final = (
    (
        Stage(share=0.4, outside=1.0, surplus=1.0, hot=60_000.0, cold=60.0),
        Stage(share=0.6, outside=1.0, surplus=1.0, hot=30.0, cold=1.0),
    ),
    (
        Stage(share=0.5, outside=0.001, surplus=0.004, hot=60.0, cold=20.0),
        Stage(share=0.5, outside=1.0, surplus=1.0, hot=20.0, cold=3.0),
    ),
)
"""The first, so hot that grids leave the band freely, finds the sizes that fit where few do; once they are found, it
takes turns with the second, which hardly asks for the band at first and finds even and compact grids."""

REFINED: Final = 20
"""Moves for each unit of a plan that is refined."""

REFINING: Final = Stage(share=1.0, outside=1.0, surplus=1.0, hot=30.0, cold=1.0)
"""Cold enough to keep what a plan is about."""

SAME: Final = 1e-6
"""Cost by which the ends of two starts may differ and still agree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search came to.

    Parameters
    ----------
    labels : int64[n]
        Grid of each unit in the best plan, any numbers.
    cost : float
        Its cost but for borders among units that stay together anyway.
    plans : tuple of int64[n]
        Distinct plans the starts ended at, in the order in which they were met.
    """

    labels: Ints
    cost: float
    plans: tuple[Ints, ...]


def size_floor(graph: Graph, price: Floats) -> float:
    """Bound what the size rule costs in any plan, by arithmetic.

    Parameters
    ----------
    graph, price : Graph, float64[9]
        Piece and prices.

    Returns
    -------
    float
        Least price for dividing the sum of households, or for the units that no grid within the band holds.
    """
    total = float(graph.units[:, WEIGHT].sum())
    parts = np.arange(1.0, total / price[LOWER] + 2.0)
    return max(float(size_penalty(price, total, parts).min()), find_misfits(graph, price).price)


def size_cost(graph: Graph, price: Floats, labels: Ints) -> float:
    """Price the size rule alone.

    Parameters
    ----------
    graph, price, labels : Graph, float64[9], int64[n]
        Piece, prices and grid of each unit, numbers below n.

    Returns
    -------
    float
        Sum over the grids.
    """
    size = np.bincount(labels, weights=graph.units[:, WEIGHT])
    missing = np.maximum(price[LOWER] - size, size - price[UPPER])[np.bincount(labels) > 0]
    missing = missing[missing > SLACK]
    return float(price[OUTSIDE] * len(missing) + price[SURPLUS] * missing.sum())


def search_piece(graph: Graph, price: Floats, rng: np.random.Generator, budget: Budget, stop: Flags) -> Found:
    """Look for a plan of one piece with low cost.

    Parameters
    ----------
    graph : Graph
        Piece of n units.
    price : float64[9]
        Vector of prices.
    rng : Generator
        Source of chance.
    budget : Budget
        How much work to do.
    stop : int8[1]
        Set to 1 by another thread to end the search early; the best so far is returned.

    Returns
    -------
    Found
        The best plan met, and the others.
    """
    n = len(graph.compound)
    filled = graph.units[:, WEIGHT] > 0
    if not filled.any():
        labels = np.zeros(n, np.int64)
        return Found(labels=labels, cost=np.inf, plans=(labels,))
    if n > SMALL_PIECE and not filled.all():
        owner = nearest_filled(graph)
        found = search_piece(contract(graph, owner), price, rng, budget, stop)
        return Found(labels=found.labels[owner], cost=found.cost, plans=tuple(plan[owner] for plan in found.plans))
    starts = budget if n <= LARGE_PIECE else replace(budget, moves=2 * budget.moves, most=1, patience=0)
    found = run_starts(graph, price, rng, starts, stop)
    if n <= REGIONS[-1]:
        return found
    return mend(graph, price, found, rng, replace(budget, patience=budget.patience // 2), stop)


def run_starts(graph: Graph, price: Floats, rng: np.random.Generator, budget: Budget, stop: Flags) -> Found:
    """Anneal a piece from one random tree after the other, as often as it takes.

    Parameters
    ----------
    graph, price, rng, budget, stop : Graph, float64[9], Generator, Budget, int8[1]
        As in `search_piece`; the piece may not be empty of households.

    Returns
    -------
    Found
        The best plan met, and the others.
    """
    n = len(graph.compound)
    work, state = make_work(graph), make_state(n)
    moves, floor = max(budget.few, budget.moves * n), size_floor(graph, price) + SAME
    best, best_cost, best_size = np.zeros(n, np.int64), np.inf, np.inf
    plans: dict[float, Ints] = {}
    starts, agreed, quiet = 0, 0, 0
    while True:
        first_labels(rng, price, graph, work, state.label)
        cost = np.inf
        for stage in SCHEDULES[0 if best_size > floor else starts % len(SCHEDULES)]:
            cost = _run_stage(rng, price, graph, state, work, moves, stage, stop)
        starts, quiet = starts + 1, quiet + moves
        plans.setdefault(round(cost, 6), state.label.copy())
        agreed = 1 if cost < best_cost - SAME else agreed + (cost < best_cost + SAME)
        if cost < best_cost:
            best, best_cost = state.label.copy(), cost
            size = size_cost(graph, price, best)
            quiet, best_size = 0 if size < best_size - SAME else quiet, size
        enough = quiet >= budget.patience if best_size > floor else agreed >= budget.agree or starts >= budget.most
        if enough or stop[0]:
            return Found(labels=best, cost=best_cost, plans=tuple(plans.values()))


def _run_stage(
    rng: np.random.Generator, price: Floats, graph: Graph, state: State, work: Work, moves: int, stage: Stage,
    stop: Flags,
) -> float:  # fmt: skip
    """Anneal from the labels at hand for one stretch of a start; return what they come to cost."""
    asked = price.copy()
    asked[OUTSIDE] *= stage.outside
    asked[SURPLUS] *= stage.surplus
    heat = np.array([stage.hot, stage.cold]) * max(price[LOAD] * price[TARGET] / 300, 1e-9)
    return anneal(rng, asked, graph, state, work, int(moves * stage.share), heat, stop)


def refine(graph: Graph, price: Floats, labels: Ints, stop: Flags) -> Ints:
    """Improve a plan from where it is; its number of grids hardly changes.

    Parameters
    ----------
    graph, price, stop : Graph, float64[9], int8[1]
        As in `search_piece`.
    labels : int64[n]
        Grid of each unit, each connected, numbers below n.

    Returns
    -------
    int64[n]
        The best plan met, grids 0..k - 1.
    """
    n = len(labels)
    work, state = make_work(graph), make_state(n)
    state.label[:] = labels
    _run_stage(np.random.default_rng(0), price, graph, state, work, REFINED * n, REFINING, stop)
    return renumber(state.label)


def mend(graph: Graph, price: Floats, plan: Found, rng: np.random.Generator, budget: Budget, stop: Flags) -> Found:
    """Plan the surroundings of every grid anew that misses the band by more than arithmetic asks.

    Parameters
    ----------
    graph, price, rng, budget, stop : Graph, float64[9], Generator, Budget, int8[1]
        As in `search_piece`.
    plan : Found
        Plan at hand.

    Returns
    -------
    Found
        A plan that costs no more.
    """
    labels, cost = renumber(plan.labels), plan.cost
    cuts = np.flatnonzero(np.diff(np.sort(labels))) + 1
    members = dict(enumerate(np.split(np.argsort(labels, kind="stable"), cuts)))
    fresh = len(members)
    for most in REGIONS:
        size = np.array([graph.units[units, WEIGHT].sum() for units in members.values()])
        missing = np.maximum(price[LOWER] - size, size - price[UPPER]) > SLACK
        for grid in np.array(list(members))[missing].tolist():
            if stop[0] or grid not in members:
                continue
            grids = grow_region(graph, labels, members, grid, most)
            units = np.concatenate([members[k] for k in grids])
            old = np.repeat(np.arange(len(grids), dtype=np.int64), [len(members[k]) for k in grids])
            part = cut_out(graph, units)
            if size_cost(part, price, old) <= size_floor(part, price) + SAME:
                continue
            gain = float(price_labels(part, price, old)[1].sum())
            found = run_starts(part, price, rng, budget, stop)
            gain -= found.cost
            if gain <= SAME:
                continue
            cost -= gain
            for k in grids:
                del members[k]
            for k in np.unique(found.labels):
                members[fresh] = units[found.labels == k]
                labels[members[fresh]] = fresh
                fresh += 1
    if cost >= plan.cost - SAME:
        return plan
    labels = renumber(labels)
    return Found(labels=labels, cost=cost, plans=(*plan.plans, labels))
