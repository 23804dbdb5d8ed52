"""A community with a given number of grids: from the checked input to a plan with its certificate."""

import numpy as np

from gridplan.config import CostRules
from gridplan.partition.certificate import Solution
from gridplan.partition.clock import Clock
from gridplan.partition.fixed.net import FixedProblem
from gridplan.partition.fixed.prices import edge_tolls
from gridplan.partition.fixed.solve import solve_fixed
from gridplan.partition.kernels.arrays import INERTIA, LOWER, UPPER, Ints
from gridplan.partition.problem import Problem


def solve_community(
    problem: Problem, units: Ints, parts: int, objective: str, cost: CostRules, effort: str,
    seed: np.random.SeedSequence, clock: Clock,
) -> Solution:  # fmt: skip
    """Plan a community with a given number of grids.

    Parameters
    ----------
    problem : Problem
        The whole input.
    units : int64[k]
        Units of the community, ascending.
    parts : int
        Number of grids.
    objective, effort : str
        As in `partition_graph`.
    cost : CostRules
        Prices of "article19".
    seed : SeedSequence
        Source of chance.
    clock : Clock
        When to stop early.

    Returns
    -------
    Solution
        Grids outside the band have the cause "locked" if a lock is torn there, else "search limit".
    """
    price = problem.prices[problem.kind[units[0]]]
    place = np.full(len(problem.weights), -1)
    place[units] = np.arange(len(units))
    inside = place[problem.edges[:, 0]] >= 0  # an edge never leaves its community
    edges, border = place[problem.edges[inside]], problem.border[inside]
    community = FixedProblem(
        edges=edges, weights=problem.weights[units], loads=problem.loads[units], xy=problem.xy[units],
        compounds=problem.compounds[units], toll=edge_tolls(objective, border), locked=problem.locked[units],
        name=str(problem.communities[units[0]]),
    )  # fmt: skip
    result = solve_fixed(
        community, parts=parts, lower=float(price[LOWER]), upper=float(price[UPPER]),
        objective=objective, effort=effort, rng=np.random.default_rng(seed), clock=clock, cost=cost,
        with_xy=bool(price[INERTIA] > 0),
    )  # fmt: skip
    labels = result.labels.astype(np.int64)
    # article19 pays for the edges inside grids: all are paid in advance, and those between grids are given back
    paid = border if objective == "article19" else np.zeros(len(border))
    halves = np.bincount(labels[edges].ravel(), np.repeat(paid, 2) / 2, parts)
    return Solution(
        labels=labels, households=result.households, costs=result.costs + halves,
        causes=["locked" if t else "" if f else "search limit" for t, f in zip(result.torn, result.fits, strict=True)],
        bound=result.bound + float(paid.sum()), proven=result.proven, reason=result.reason,
        cut_short=result.cut_short,
    )  # fmt: skip
