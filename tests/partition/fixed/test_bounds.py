"""No bound lies above the cost of any plan within the band."""

import numpy as np
import pytest
from oracle_fixed import best_by_force, make_problem

from gridplan.config import CostRules
from gridplan.partition.clock import Clock
from gridplan.partition.fixed.bounds import cost_bound
from gridplan.partition.fixed.prices import objective_prices


@pytest.mark.parametrize("objective", ["inertia", "cut_edges", "article19"])
@pytest.mark.parametrize("seed", range(6))
def test_bound_lies_below_the_best_plan(seed: int, objective: str) -> None:
    """The bound, sought from the best plan by force, does not pass it."""
    parts, problem = 2 + seed % 2, make_problem(seed, 8, objective, whole=False)
    mean = float(problem.weights.sum()) / parts
    best = best_by_force(problem, parts, 0.7 * mean, 1.3 * mean, objective)
    if best is None:
        pytest.skip("no plan within the band")
    price = objective_prices(objective, CostRules(), parts * mean, parts, 0.7 * mean, 1.3 * mean, with_xy=True)
    bound = cost_bound(problem, price, np.array(best[1]), best[0], objective, 200, Clock())
    assert bound <= best[0] * (1 + 1e-9)
    if objective == "inertia":
        assert bound > 0
