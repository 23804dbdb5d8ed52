"""A plan that begins with an old one: households that leave their grid have a price, a term of the additive formula.

The grid that holds more than half of the households of an old grid continues it; households of other old grids have
left theirs. That is a function of one grid alone, so that costs of grids still add up to that of a plan::

    cost(S) + rate * (known households of S - households of S from the old grid that S continues, if any)

Since the term is never negative, a bound of the plan without it is a bound of the plan with it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.certificate import TOLERANCE, Solution, grid_causes, price_labels, renumber, simple_bound
from gridplan.partition.fixed.locks import connected
from gridplan.partition.kernels.arrays import LOAD, TARGET, WEIGHT, Flags, Floats, Graph, Ints
from gridplan.partition.locked import lock_groups
from gridplan.partition.problem import Piece, Problem
from gridplan.partition.proof import PROOFS, prove_piece
from gridplan.partition.regions import cut_out, grow_region
from gridplan.partition.search import SAME, Budget, run_starts

Solve = Callable[[Piece], Solution]

REGION: Final = 60
"""Units planned anew at once."""

PULL: Final = 0.3
"""Share of the price of leaving that an edge within an old grid is worth while a region is searched."""

FIRM: Final = 1e6
"""Price, in prices of a household of uneven load, at which nobody is moved: a larger one changes nothing more."""

BUDGETS: Final = {
    "fast": Budget(moves=25, few=300, agree=1, most=1, patience=1_000),
    "normal": Budget(moves=25, few=300, agree=1, most=1, patience=1_000),
    "thorough": Budget(moves=60, few=800, agree=3, most=6, patience=10_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """The old plan on the units of a piece, and what is asked of the new one beside its cost.

    Parameters
    ----------
    label : int64[n]
        Old grid of each unit, -1 for new ones.
    weight : float64[n]
        Households of each unit.
    home : float64[g]
        Households of each old grid, wherever they are.
    rate : float
        Price of a household that leaves.
    group : int64[n]
        Units that share a grid, -1 for free ones.
    apart : int64[k, 2]
        Pairs that share none.
    """

    label: Ints
    weight: Floats
    home: Floats
    rate: float
    group: Ints
    apart: NDArray[np.int64]

    def take(self, units: Ints) -> "Old":
        """Give the same for some units; locks and pairs are left to the whole."""
        free = np.full(len(units), -1, np.int64)
        return replace(self, label=self.label[units], weight=self.weight[units], group=free, apart=self.apart[:0])

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

    def broken(self, labels: Ints) -> int:
        """Count the locks and pairs that a plan does not keep."""
        held = self.group >= 0
        torn = len(np.unique(np.stack([self.group[held], labels[held]]), axis=1).T) - len(np.unique(self.group[held]))
        return torn + int((labels[self.apart[:, 0]] == labels[self.apart[:, 1]]).sum())


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

    New units join a grid beside them. Then the surroundings of one grid after the other are planned anew, and the old
    grids there are given up where that saves more than the households that leave them cost.

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
    graph, price, old = piece.graph, piece.price, old_plan(problem, piece)
    free = None if solve is None else solve(piece)
    starts = [begin(graph, old.label), *([] if free is None else [free.labels])]
    labels = min(starts, key=lambda plan: _worth(graph, price, old, plan))
    labels = improve(graph, price, old, labels, np.random.default_rng(seed), BUDGETS[effort], stop)
    bound = free.bound if free is not None else simple_bound(graph, price)
    if free is None and effort in PROOFS and not stop[0]:
        plain = float(price_labels(graph, price, labels)[1].sum())
        if plain - bound > TOLERANCE:
            proof = prove_piece(graph, price, [labels], plain, PROOFS[effort], stop)
            bound = max(bound, proof.bound)
            labels = min((labels, renumber(proof.labels)), key=lambda plan: _worth(graph, price, old, plan))
    return _certify(piece, old, labels, bound)


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
    home = np.bincount(spot, problem.weights[known], len(names)).astype(np.float64)
    label = np.full(len(problem.weights), -1, np.int64)
    label[known] = spot
    place = np.full(len(problem.weights), -1)
    place[piece.units] = np.arange(len(piece.units))
    pairs = place[problem.apart]
    price = piece.price
    most = FIRM * max(price[LOAD], 1.0 / price[TARGET])
    return Old(
        label=label[piece.units], weight=problem.weights[piece.units], home=home,
        rate=min(problem.change / price[TARGET], most), group=lock_groups(problem.locked[piece.units]),
        apart=pairs[(pairs >= 0).all(axis=1)],
    )  # fmt: skip


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


def improve(
    graph: Graph, price: Floats, old: Old, labels: Ints, rng: np.random.Generator, budget: Budget, stop: Flags
) -> Ints:
    """Plan the surroundings of one grid after the other anew, as long as that helps.

    Parameters
    ----------
    graph, price, old : Graph, float64[9], Old
        Piece, prices, and the old plan.
    labels : int64[n]
        Plan at hand.
    rng, budget, stop : Generator, Budget, int8[1]
        As in `search_piece`.

    Returns
    -------
    int64[n]
        A plan that costs no more and breaks no lock that the one at hand keeps.
    """
    labels = renumber(labels)
    members = {k: np.flatnonzero(labels == k) for k in range(int(labels.max()) + 1)}
    queue, fresh, left = deque(members), len(members), 4 * len(members)
    while queue and left and not stop[0]:
        grid, left = queue.popleft(), left - 1
        if grid not in members:
            continue
        grids = grow_region(graph, labels, members, grid, max(REGION, 2 * len(members[grid])))
        units = np.concatenate([members[k] for k in grids])
        found = _replan(graph, price, old, units, labels[units], rng, budget, stop)
        trial = labels.copy()
        trial[units] = fresh + found
        if (found == renumber(labels[units])).all() or old.broken(trial) > old.broken(labels):
            continue
        labels = trial
        for k in grids:
            del members[k]
        for k in range(int(found.max()) + 1):
            members[fresh + k] = units[found == k]
            queue.append(fresh + k)
        fresh += int(found.max()) + 1
    return renumber(labels)


def _replan(
    graph: Graph, price: Floats, old: Old, units: Ints, labels: Ints, rng: np.random.Generator, budget: Budget,
    stop: Flags,
) -> Ints:  # fmt: skip
    """Search a region for a plan that costs less with the term; the one at hand if there is none."""
    part, mine = cut_out(graph, units), old.take(units)
    best = renumber(labels)
    cost = _worth(part, price, mine, best)
    if not (part.units[:, WEIGHT] > 0).any() or cost - simple_bound(part, price) <= SAME:
        return best
    heads = np.repeat(np.arange(len(units)), np.diff(part.indptr))
    inside = (mine.label[heads] >= 0) & (mine.label[heads] == mine.label[part.indices])
    mean = mine.rate * (mine.weight[heads] + mine.weight[part.indices]) / 2
    pulled = part._replace(border=part.border - np.where(inside, PULL * mean, 0.0))
    for plan in run_starts(pulled, price, rng, budget, stop).plans:
        trial = renumber(plan)
        worth = _worth(part, price, mine, trial)
        if worth < cost - SAME:
            best, cost = trial, worth
    return best


def _worth(graph: Graph, price: Floats, old: Old, labels: Ints) -> float:
    """Price a plan with the term; a lock that is not kept costs more than anything else."""
    cost = float(price_labels(graph, price, labels)[1].sum() + old.price(labels).sum())
    return cost + 1e12 * old.broken(labels)


def _certify(piece: Piece, old: Old, labels: Ints, bound: float) -> Solution:
    graph, price = piece.graph, piece.price
    labels = renumber(labels)
    sums, costs = price_labels(graph, price, labels)
    costs = costs + old.price(labels)
    total = float(costs.sum())
    proven = total - bound <= TOLERANCE
    held = bool((old.group >= 0).any() or len(old.apart))
    causes = grid_causes(graph, price, labels, sums[:, WEIGHT], piece.of, proven=proven)
    return Solution(
        labels=labels, households=sums[:, WEIGHT], costs=costs, bound=min(bound, total), proven=proven,
        causes=["locked" if held and cause == "search limit" else cause for cause in causes],
        reason="bound without the price of change met" if proven else "price of change left out of the bound",
        cut_short=False, seconds=0.0,
    )  # fmt: skip
