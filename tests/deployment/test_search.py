"""Capacities in households: lawful rosters, bounds that hold, and the optimum on small tasks."""

import numpy as np
import pytest
from test_flow import check_lawful

from conftest import make_task
from gridplan.deployment.bound import bound_cost
from gridplan.deployment.flow import relax
from gridplan.deployment.search import EFFORTS, make_field, solve_weighted
from gridplan.deployment.task import Task, load_prices, weigh
from gridplan.partition.highs import make_solver


def optimum(task: Task) -> float:
    """Best roster without a price of the load, as one integer programme."""
    n, m = task.price.shape
    solver = make_solver()
    pairs = np.argwhere(np.isfinite(task.price))
    for i in range(n):
        solver.addRow(float(task.need[i]), float(task.need[i]), 0, [], [])
    for p in range(m):
        solver.addRow(-np.inf, float(task.capacity[p]), 0, [], [])
    for i, p in pairs:
        solver.addCol(task.price[i, p], 0.0, 1.0, 2, [i, n + p], [1.0, task.size[i]])
    for i in range(n):
        solver.addCol(task.missing_m, 0.0, float(task.need[i]), 1, [i], [1.0])
    solver.changeColsIntegrality(len(pairs), np.arange(len(pairs), dtype=np.int32), np.ones(len(pairs), np.uint8))
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.run()
    return float(solver.getInfo().objective_function_value)


@pytest.mark.parametrize("seed", range(30))
def test_small_tasks_are_solved_near_the_optimum(seed: int) -> None:
    """Bound <= optimum <= roster; the roster lacks nobody the optimum has, and costs at most 2 % more."""
    task = make_task(np.random.default_rng(seed), 14, 5, counted=False, slack=1.3)
    found = solve_weighted(task, np.random.default_rng(0), EFFORTS["normal"])
    check_lawful(task, found.item, found.person)
    best, cost = optimum(task), weigh(task, found.item, found.person)
    assert found.bound <= best * (1 + 1e-7)
    assert cost >= best * (1 - 1e-7)
    lacking = int(best // task.missing_m)
    assert found.lacking <= task.need.sum() - len(found.item) == lacking
    assert cost - lacking * task.missing_m <= 1.02 * (best - lacking * task.missing_m)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("load_m", [0.0, 200.0])
def test_the_bound_never_exceeds_any_roster(seed: int, load_m: float) -> None:
    """For whatever values of the items, the knapsacks stay below random rosters."""
    rng = np.random.default_rng(seed)
    task = make_task(rng, 12, 4, counted=False, load_m=load_m, slack=2.0)
    field = make_field(task)
    low = bound_cost(task, field, rng.uniform(0, 4000, 12), 1e9, 1)
    for _ in range(50):
        pairs = [(i, p) for i in range(12) for p in rng.permutation(4)[: task.need[i]]]
        item, person = np.array(pairs).T
        load = np.bincount(person, task.size[item], 4)
        if np.isfinite(task.price[item, person]).all() and (load <= task.capacity).all():
            assert low <= task.price[item, person].sum() + load_prices(task, load).sum() + 1e-6


@pytest.mark.parametrize("seed", range(20))
def test_a_raised_bound_stays_between_the_relaxation_and_the_optimum(seed: int) -> None:
    """Not cut off at the cost of a roster, as `solve_weighted` does."""
    task = make_task(np.random.default_rng(seed), 14, 5, counted=False, slack=1.3)
    best, relaxed = optimum(task), relax(task)
    low = bound_cost(task, make_field(task), relaxed.item_dual, 1.1 * best, EFFORTS["normal"].steps)
    assert relaxed.cost * (1 - 1e-6) <= low <= best * (1 + 1e-6)


def test_the_gap_is_small_where_it_counts() -> None:
    """200 grids, 40 persons with 30 % to spare: within 2 % of the bound."""
    task = make_task(np.random.default_rng(1), 200, 40, counted=False, slack=1.4)
    found = solve_weighted(task, np.random.default_rng(0), EFFORTS["normal"])
    check_lawful(task, found.item, found.person)
    within = np.minimum(task.need, np.isfinite(task.price).sum(axis=1))
    assert len(found.item) == within.sum()
    cost = weigh(task, found.item, found.person)
    lacking = (task.need - within).sum() * task.missing_m
    assert 0 <= cost - found.bound <= 0.02 * (cost - lacking)


def test_the_same_seed_gives_the_same_roster() -> None:
    """Twice."""
    task = make_task(np.random.default_rng(3), 60, 12, counted=False, load_m=100.0)
    one, two = (solve_weighted(task, np.random.default_rng(7), EFFORTS["fast"]) for _ in range(2))
    assert np.array_equal(one.item, two.item)
    assert np.array_equal(one.person, two.person)
