"""The search on one piece: how many starts, how many moves."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from gridplan.partition.contract import contract, nearest_filled
from gridplan.partition.kernels.anneal import anneal, first_labels
from gridplan.partition.kernels.arrays import (
    LOAD,
    OUTSIDE,
    SURPLUS,
    TARGET,
    WEIGHT,
    Flags,
    Floats,
    Graph,
    Ints,
    make_state,
    make_work,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Work of one effort; counts, never seconds, so that a plan can be made again.

    Parameters
    ----------
    starts : int
        Starts from different random trees; the best end wins.
    moves : int
        Moves of one start for each unit of the piece.
    few : int
        Moves of one start at least.
    """

    starts: int
    moves: int
    few: int


BUDGETS: Final = MappingProxyType(
    {
        "fast": Budget(starts=2, moves=30, few=300),
        "normal": Budget(starts=8, moves=40, few=1500),
        "thorough": Budget(starts=40, moves=100, few=1000),
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
        Share of the price of the size rule that is asked; little at first, so that the number of grids can change.
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

STAGES: Final = (
    Stage(share=0.5, outside=0.001, surplus=0.004, hot=60.0, cold=20.0),
    Stage(share=0.5, outside=1.0, surplus=1.0, hot=20.0, cold=3.0),
)


def search_piece(
    graph: Graph, price: Floats, rng: np.random.Generator, budget: Budget, stop: Flags
) -> tuple[Ints, float]:
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
    int64[n], float
        Grid of each unit (any numbers), and its cost but for borders among units that stay together anyway.
    """
    if not graph.units[:, WEIGHT].any():
        return np.zeros(len(graph.compound), np.int64), np.inf
    if len(graph.compound) > SMALL_PIECE and (graph.units[:, WEIGHT] <= 0).any():
        owner = nearest_filled(graph)
        labels, cost = search_piece(contract(graph, owner), price, rng, budget, stop)
        return labels[owner], cost
    n = len(graph.compound)
    work, state = make_work(graph), make_state(n)
    unit = price[LOAD] * price[TARGET] / 300
    best, best_cost = np.zeros(n, np.int64), np.inf
    moves = max(budget.few, budget.moves * n)
    for _ in range(budget.starts):
        first_labels(rng, price, graph, work, state.label)
        cost = np.inf
        for stage in STAGES:
            asked = price.copy()
            asked[OUTSIDE] *= stage.outside
            asked[SURPLUS] *= stage.surplus
            heat = np.array([stage.hot, stage.cold]) * max(unit, 1e-9)
            cost = anneal(rng, asked, graph, state, work, int(moves * stage.share), heat, stop)
        if cost < best_cost - 1e-9:
            best, best_cost = state.label.copy(), cost
        if stop[0]:
            break
    return best, best_cost
