"""A plan that begins with an old one: households that leave their grid have a price, a term of the additive formula.

The grid that holds more than half of the households of an old grid continues it; households of other old grids have
left theirs. That is a function of one grid alone, so that costs of grids still add up to that of a plan::

    cost(S) + rate * (known households of S - households of S from the old grid that S continues, if any)

where a unit without households counts for a thousandth of one, so that it stays unless moving it is worth something.
Since the term is never negative, a bound of the plan without it is a bound of the plan with it. Since costs add up, two
plans can be mixed: wherever grids of the one cover the same units as grids of the other, the cheaper of the two counts.
So the old plan, repairs of it and plans made anew are weighed region by region.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gridplan.partition.certificate import TOLERANCE, Solution, grid_causes, price_labels, renumber, simple_bound
from gridplan.partition.fixed.locks import connected
from gridplan.partition.kernels.anneal import anneal
from gridplan.partition.kernels.arrays import (
    LOAD,
    TARGET,
    WEIGHT,
    Flags,
    Floats,
    Graph,
    Ints,
    make_state,
    make_work,
)
from gridplan.partition.locked import lock_groups
from gridplan.partition.problem import Piece, Problem
from gridplan.partition.proof import PROOFS, prove_piece
from gridplan.partition.search import SAME, Budget, search_piece

Solve = Callable[[Piece], Solution]

REPAIRS: Final = ((60.0, 1.0), (20.0, 1.0), (5.0, 0.5))
"""First and last temperature of each repair, as the price of so many households of uneven load at a target of 300: the
hotter, the farther from the old plan it looks."""

PULL: Final = 0.3
"""Share of the price of leaving that an edge within an old grid is worth while a plan is repaired."""

FIRM: Final = 1e6
"""Price, in prices of a household of uneven load, at which nobody is moved: a larger one changes nothing more."""

EMPTY: Final = 1e-3
"""Households for which a unit without any counts when it leaves its old grid."""

LAWLESS: Final = 1e12
"""Price of a lock or a pair that a plan does not keep: more than anything else costs."""

BUDGETS: Final = {
    "fast": Budget(moves=25, few=300, agree=1, most=1, patience=14_000),
    "normal": Budget(moves=25, few=300, agree=1, most=1, patience=20_000),
    "thorough": Budget(moves=80, few=1_000, agree=5, most=20, patience=300_000),
}
"""Work on the plan made anew: less than where there is no old plan to begin with."""

MOVES: Final = {"fast": 10, "normal": 10, "thorough": 80}
"""Moves of a repair for each unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """The old plan on the units of a piece, and what is asked of the new one beside its cost.

    Parameters
    ----------
    label : int64[n]
        Old grid of each unit, -1 for new ones.
    weight : float64[n]
        Households of each unit, `EMPTY` where there are none.
    home : float64[g]
        The same of each old grid, wherever its units are.
    rate : float
        Price of a household that leaves.
    pairs : int64[k, 2]
        Units that are locked together, or kept apart.
    together : bool[k]
        Which of the two.
    """

    label: Ints
    weight: Floats
    home: Floats
    rate: float
    pairs: NDArray[np.int64]
    together: NDArray[np.bool_]

    def price(self, labels: Ints) -> Floats:
        """Price what leaves in each grid.

        Parameters
        ----------
        labels : int64[n]
            Grid of each unit, 0..k - 1.

        Returns
        -------
        float64[k]
            Beside the cost of each grid.
        """
        return self.rate * leavers(self.label, self.weight, self.home, labels)

    def broken(self, labels: Ints) -> NDArray[np.bool_]:
        """Tell which pairs a plan does not keep."""
        shared = labels[self.pairs[:, 0]] == labels[self.pairs[:, 1]]
        return np.asarray(shared != self.together)


def leavers(old: Ints, weight: Floats, home: Floats, labels: Ints) -> Floats:
    """Count the households of each grid that have left their old one.

    Parameters
    ----------
    old : int64[n]
        Old grid of each unit, -1 for new ones.
    weight : float64[n]
        Households of each unit.
    home : float64[g]
        Households of each old grid.
    labels : int64[n]
        Grid of each unit, 0..k - 1.

    Returns
    -------
    float64[k]
        Households.
    """
    k, g = int(labels.max(initial=-1)) + 1, max(len(home), 1)
    known = old >= 0
    pairs, spot = np.unique(labels[known] * g + old[known], return_inverse=True)
    held = np.bincount(spot, weight[known], len(pairs))
    stays = np.zeros(k)
    np.maximum.at(stays, pairs // g, np.where(2.0 * held > home[pairs % g], held, 0.0))
    return np.maximum(np.bincount(labels[known], weight[known], k) - stays, 0.0)


def solve_kept(
    problem: Problem, piece: Piece, solve: Solve | None, effort: str, seed: np.random.SeedSequence, stop: Flags
) -> Solution:
    """Plan a piece beginning with its old plan.

    New units join a grid beside them; that plan is repaired, another is made anew, and the best of all is taken region
    by region.

    Parameters
    ----------
    problem, piece : Problem, Piece
        The whole input with an old plan, and the piece.
    solve : callable or None
        Solves the piece as if there were no old plan, keeping locks and pairs; None where there are neither.
    effort : str
        How much work to do.
    seed : SeedSequence
        Source of chance.
    stop : int8[1]
        Set to 1 by another thread to end the search early.

    Returns
    -------
    Solution
        The plan; its costs have the term, and its bound leaves it out.
    """
    graph, price, old, rng = piece.graph, piece.price, old_plan(problem, piece), np.random.default_rng(seed)
    plans = [begin(graph, old.label)]
    if (graph.units[:, WEIGHT] > 0).any():
        plans += repair(graph, price, old, plans[0], rng, MOVES[effort], stop)
    if solve is not None:
        free = solve(piece)
        return _certify(piece, old, mix(graph, price, old, [*plans, free.labels]), free.bound)
    plans += search_piece(graph, price, rng, BUDGETS[effort], stop).plans
    best, bound = mix(graph, price, old, plans), simple_bound(graph, price)
    free_first = sorted([best, *map(renumber, plans)], key=lambda plan: _plain(graph, price, plan))
    least = _plain(graph, price, free_first[0])
    if least - bound > TOLERANCE and effort in PROOFS and not stop[0]:
        proof = prove_piece(graph, price, free_first, least, PROOFS[effort], stop)
        bound, best = max(bound, proof.bound), mix(graph, price, old, [best, free_first[0], proof.labels])
    return _certify(piece, old, best, bound)


def keep_unchanged(problem: Problem, pieces: Sequence[Piece], bound: float) -> Solution:
    """Keep the old grids of a community in which nothing has changed, with the bound that is known of it.

    Parameters
    ----------
    problem, pieces : Problem, sequence of Piece
        The whole input with an old plan, and the pieces of the community.
    bound : float
        No plan of the community costs less.

    Returns
    -------
    Solution
        On the units of the pieces in ascending order.
    """
    units = np.concatenate([piece.units for piece in pieces])
    labels, parts, first = np.zeros(len(units), np.int64), [], 0
    for piece in pieces:
        mine = begin(piece.graph, old_plan(problem, piece).label)
        parts.append((piece, mine, *price_labels(piece.graph, piece.price, mine)))
        labels[np.isin(np.sort(units), piece.units)] = mine + first
        first += int(mine.max()) + 1
    total = float(sum(costs.sum() for *_, costs in parts))
    proven = total - bound <= TOLERANCE
    return Solution(
        labels=labels, households=np.concatenate([sums[:, WEIGHT] for _, _, sums, _ in parts]),
        costs=np.concatenate([costs for *_, costs in parts]), bound=min(bound, total), proven=proven,
        causes=[cause for piece, mine, sums, _ in parts for cause in
                grid_causes(piece.graph, piece.price, mine, sums[:, WEIGHT], piece.of, proven=proven)],
        reason="nothing has changed: as in the old plan", cut_short=False,
    )  # fmt: skip


def old_plan(problem: Problem, piece: Piece) -> Old:
    """Give the old plan of a piece.

    Parameters
    ----------
    problem, piece : Problem, Piece
        The whole input with an old plan, and the piece.

    Returns
    -------
    Old
        On the units of the piece.
    """
    known = problem.previous >= 0
    names, spot = np.unique(problem.previous[known], return_inverse=True)
    weight = np.maximum(problem.weights, EMPTY)
    home = np.bincount(spot, weight[known], len(names)).astype(np.float64)
    label = np.full(len(problem.weights), -1, np.int64)
    label[known] = spot
    place = np.full(len(problem.weights), -1)
    place[piece.units] = np.arange(len(piece.units))
    apart = place[problem.apart]
    apart = apart[(apart >= 0).all(axis=1)]
    locks = _lock_pairs(lock_groups(problem.locked[piece.units]))
    price = piece.price
    most = FIRM * max(price[LOAD], 1.0 / price[TARGET])
    return Old(
        label=label[piece.units], weight=weight[piece.units], home=home,
        rate=min(problem.change / price[TARGET], most), pairs=np.concatenate([locks, apart]),
        together=np.arange(len(locks) + len(apart)) < len(locks),
    )  # fmt: skip


def _lock_pairs(group: Ints) -> NDArray[np.int64]:
    """Pair the first unit of each group with the others."""
    held = np.flatnonzero(group >= 0)
    _, first, spot = np.unique(group[held], return_index=True, return_inverse=True)
    pairs = np.stack([held[first[spot]], held], axis=1)
    return np.asarray(pairs[pairs[:, 0] != pairs[:, 1]], np.int64)


def begin(graph: Graph, old: Ints) -> Ints:
    """Lay the old plan on a piece: torn grids are several, and new units join the grid beside them.

    Parameters
    ----------
    graph : Graph
        Piece of n units.
    old : int64[n]
        Old grid of each unit, -1 for new ones.

    Returns
    -------
    int64[n]
        Grid of each unit, 0..k - 1 by first unit.
    """
    heads = np.repeat(np.arange(len(old)), np.diff(graph.indptr))
    same = (old[heads] >= 0) & (old[heads] == old[graph.indices])
    part = connected(len(old), np.stack([heads[same], graph.indices[same]], axis=1))
    labels = np.where(old >= 0, part, -1)
    if (old < 0).all():
        return np.zeros(len(old), np.int64)
    while (labels < 0).any():
        joins = np.flatnonzero((labels[heads] < 0) & (labels[graph.indices] >= 0))[::-1]
        labels[heads[joins]] = labels[graph.indices[joins]]  # of several neighbours the first one counts
    return renumber(labels)


def repair(
    graph: Graph, price: Floats, old: Old, labels: Ints, rng: np.random.Generator, moves: int, stop: Flags
) -> list[Ints]:
    """Anneal a plan a little, while edges within old grids hold it back.

    Parameters
    ----------
    graph, price, old : Graph, float64[9], Old
        Piece, prices, and the old plan.
    labels : int64[n]
        Plan to begin with, not changed.
    rng : Generator
        Source of chance.
    moves : int
        Moves for each unit.
    stop : int8[1]
        Set to 1 by another thread to end the search early.

    Returns
    -------
    list of int64[n]
        A plan for each of `REPAIRS`.
    """
    heads = np.repeat(np.arange(len(labels)), np.diff(graph.indptr))
    inside = (old.label[heads] >= 0) & (old.label[heads] == old.label[graph.indices])
    mean = old.rate * (old.weight[heads] + old.weight[graph.indices]) / 2
    pulled = graph._replace(border=graph.border - np.where(inside, PULL * mean, 0.0))
    work, state, found = make_work(pulled), make_state(len(labels)), []
    for span in REPAIRS:
        state.label[:] = labels
        heat = np.array(span) * max(price[LOAD] * price[TARGET] / 300, 1e-9)
        anneal(rng, price, pulled, state, work, moves * len(labels), heat, stop)
        found.append(state.label.copy())
    return found


def mix(graph: Graph, price: Floats, old: Old, plans: Sequence[Ints]) -> Ints:
    """Take the best of several plans region by region.

    Parameters
    ----------
    graph, price, old : Graph, float64[9], Old
        Piece, prices, and the old plan.
    plans : sequence of int64[n]
        Plans, the one to stay with first.

    Returns
    -------
    int64[n]
        A plan that costs no more than any of them, price of change and of broken pairs included.
    """
    best = renumber(plans[0])
    for plan in plans[1:]:
        other = renumber(plan)
        k = int(best.max()) + 1
        ends = best[old.pairs]  # what is bound by a pair is weighed together
        a, b = np.concatenate([best, ends[:, 0]]), np.concatenate([k + other, ends[:, 1]])
        size = k + int(other.max()) + 1
        n, region = connected_components(coo_array((np.ones(len(a)), (a, b)), shape=(size, size)), directed=False)
        ours, theirs = (
            np.bincount(where, price_labels(graph, price, labels)[1] + old.price(labels), n)
            + LAWLESS * np.bincount(region[ends[:, 0]], old.broken(labels), n)
            for labels, where in ((best, region[:k]), (other, region[k:]))
        )
        best = renumber(np.where((theirs < ours - SAME)[region[best]], k + other, best))
    return best


def _plain(graph: Graph, price: Floats, labels: Ints) -> float:
    """Price a plan without the term."""
    return float(price_labels(graph, price, labels)[1].sum())


def _certify(piece: Piece, old: Old, labels: Ints, bound: float) -> Solution:
    graph, price = piece.graph, piece.price
    sums, costs = price_labels(graph, price, labels)
    costs = costs + old.price(labels)
    total = float(costs.sum())
    proven = total - bound <= TOLERANCE
    causes = grid_causes(graph, price, labels, sums[:, WEIGHT], piece.of, proven=proven)
    return Solution(
        labels=labels, households=sums[:, WEIGHT], costs=costs, bound=min(bound, total), proven=proven,
        causes=["locked" if len(old.pairs) and cause == "search limit" else cause for cause in causes],
        reason="bound without the price of change met" if proven else "price of change left out of the bound",
        cut_short=False,
    )  # fmt: skip
