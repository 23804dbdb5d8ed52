"""The kernels of the general engine against books made up afresh and against plain Python."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from calling import from_python
from numpy.typing import NDArray
from oracle_fixed import every_partition, is_lawful, make_problem, naive_cost

from gridplan.config import CostRules
from gridplan.partition.fixed.net import FixedProblem, build_net
from gridplan.partition.fixed.plans import cut_trees, load_plan
from gridplan.partition.fixed.prices import objective_prices
from gridplan.partition.kernels.arrays import Floats
from gridplan.partition.kernels.fixed_arrays import (
    AFTER,
    BEFORE,
    COST,
    CUT,
    CUT_PLACE,
    EXCESS,
    HEAD,
    LEAST_COST,
    LOWER,
    MEDOID,
    MEMBER,
    ORDER,
    PARENT,
    PLACE,
    SIZE,
    TOLLS,
    UPPER,
    Net,
    Plan,
    Scratch,
    make_plan,
    make_scratch,
)
from gridplan.partition.kernels.fixed_cover import make_cover, run_cover
from gridplan.partition.kernels.fixed_hess import hess_values
from gridplan.partition.kernels.fixed_moves import anneal_parts, weigh_move
from gridplan.partition.kernels.fixed_plan import stays_whole
from gridplan.partition.kernels.fixed_tree import best_cut, draw_tree

OBJECTIVES = ("inertia", "cut_edges", "article19")


def listed(plan: Plan, part: int) -> list[int]:
    """Walk the list of a part forwards and check its way back."""
    nodes, node = [], int(plan.rows[HEAD, part])
    before = -1
    while node >= 0:
        assert plan.rows[BEFORE, node] == before
        nodes.append(node)
        before, node = node, int(plan.rows[AFTER, node])
    return sorted(nodes)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("heat", [1e6, 1.0, 1e-3])
def test_annealing_keeps_its_books(objective: str, heat: float) -> None:
    """After thousands of moves lists, sums, cut edges, tolls and costs equal those made up afresh from the labels."""
    problem = make_problem(3, 40, objective)
    units = np.arange(40)
    net, mean = build_net(problem, units, units), float(problem.weights.sum()) / 5
    price = objective_prices(objective, CostRules(), 5 * mean, 5, 0.9 * mean, 1.1 * mean, with_xy=True)
    plan, scratch, rng = make_plan(net, 5), make_scratch(net), np.random.default_rng(1)
    plan.label[:] = cut_trees(rng, net, 5, 3)
    load_plan(price, net, plan)
    anneal_parts(rng, price, net, plan, scratch, 3000, np.array([heat, heat, 1.1, 0.8]), 0.1, mean / 8)
    fresh = make_plan(net, 5)
    fresh.label[:] = plan.label
    load_plan(price, net, fresh)
    assert is_lawful(problem, plan.label, 5)
    assert is_lawful(problem, plan.best, 5)
    assert np.allclose(plan.parts[:, :COST], fresh.parts[:, :COST])
    assert plan.record[TOLLS] == pytest.approx(fresh.record[TOLLS])
    cut = fresh.cuts[CUT, : fresh.cuts[CUT, -1]]
    assert set(plan.cuts[CUT, : plan.cuts[CUT, -1]]) == set(cut)
    assert all(plan.cuts[CUT, plan.cuts[CUT_PLACE, edge]] == edge for edge in cut)
    assert np.array_equal(plan.rows[SIZE, :5], fresh.rows[SIZE, :5])
    for part in range(5):
        assert listed(plan, part) == listed(fresh, part) == np.flatnonzero(plan.label == part).tolist()
    assert (plan.cost >= fresh.cost - 1e-6 * np.abs(fresh.cost)).all()  # a middle may be out of date, never too good
    if price[MEDOID] == 0:
        assert np.allclose(plan.cost, fresh.cost)
    best = make_plan(net, 5)
    best.label[:] = plan.best
    assert load_plan(price, net, best) <= plan.record[LEAST_COST] * (1 + 1e-9) + 1e-6


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_cold_annealing_only_falls(objective: str) -> None:
    """Without heat and without a band the best plan met never costs more than the first one."""
    problem = make_problem(5, 30, objective)
    units = np.arange(30)
    net, total = build_net(problem, units, units), float(problem.weights.sum())
    price = objective_prices(objective, CostRules(), total, 4, 0, total, with_xy=True)
    plan, rng = make_plan(net, 4), np.random.default_rng(2)
    plan.label[:] = cut_trees(rng, net, 4, 3)
    first = load_plan(price, net, plan)
    anneal_parts(rng, price, net, plan, make_scratch(net), 500, np.array([1e-300, 1e-300, 1.0, 1.0]), 0.0, 1.0)
    best = make_plan(net, 4)
    best.label[:] = plan.label
    assert load_plan(price, net, best) <= first + 1e-9 * abs(first)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_books_agree_with_the_definitions(objective: str) -> None:
    """The cost made up by arrays equals the sum of the definitions."""
    for seed in range(5):
        problem = make_problem(seed, 12, objective)
        net, mean = build_net(problem, np.arange(12), np.arange(12)), float(problem.weights.sum()) / 3
        plan = make_plan(net, 3)
        plan.label[:] = cut_trees(np.random.default_rng(seed), net, 3, 2)
        price = objective_prices(objective, CostRules(), 3 * mean, 3, 0, 9 * mean, with_xy=True)
        assert load_plan(price, net, plan) == pytest.approx(naive_cost(problem, plan.label, objective, mean))


@pytest.mark.parametrize("seed", range(4))
def test_cover_agrees_with_every_partition(seed: int) -> None:
    """The exhaustive search, paused after every few sets, ends with the best cost of all partitions."""
    problem = make_problem(seed, 8, "inertia")
    net, mean = build_net(problem, np.arange(8), np.arange(8)), float(problem.weights.sum()) / 3
    price = objective_prices("inertia", CostRules(), 3 * mean, 3, 0.6 * mean, 1.5 * mean, with_xy=True)
    cover = make_cover(net, 3, [[0, 5]], np.inf)
    while not cover.ended:
        run_cover(price, net, cover, 7)
    costs = [
        naive_cost(problem, labels, "inertia", mean)
        for labels in every_partition(8, 3)
        if labels[0] == labels[5] and is_lawful(problem, labels, 3)
        and np.bincount(labels, problem.weights).min() >= 0.6 * mean
        and np.bincount(labels, problem.weights).max() <= 1.5 * mean
    ]  # fmt: skip
    assert cover.cost == pytest.approx(min(costs, default=np.inf))


def test_hess_values_are_least_sums() -> None:
    """Each middle takes exactly the units that pay for themselves."""
    rng = np.random.default_rng(0)
    xy, w, alpha, toll = rng.uniform(0, 9, (12, 2)), rng.uniform(0, 5, 12), rng.uniform(0, 90, 12), rng.normal(size=12)
    value, load = np.zeros(12), np.zeros(12)
    hess_values(xy, w, alpha, toll, 3.0, 7.0, value, load)
    for j in range(12):
        gain = w * (((xy - xy[j]) ** 2).sum(axis=1) + toll[j]) - alpha
        assert value[j] == pytest.approx(gain[gain < 0].sum() - toll[j] * (7.0 if toll[j] > 0 else 3.0))
        assert load[j] == pytest.approx(w[gain < 0].sum())


def plan_of(seed: int, objective: str) -> tuple[FixedProblem, Net, Floats, Plan, Scratch]:
    """Return a graph of 16 units, and a plan of 4 parts with its books; the band is what one part in two keeps to."""
    problem = make_problem(seed, 16, objective)
    net, mean = build_net(problem, np.arange(16), np.arange(16)), float(problem.weights.sum()) / 4
    price = objective_prices(objective, CostRules(), 4 * mean, 4, 0.8 * mean, 1.2 * mean, with_xy=True)
    price[EXCESS] = 0.3
    plan = make_plan(net, 4)
    plan.label[:] = cut_trees(np.random.default_rng(seed), net, 4, 1)
    load_plan(price, net, plan)
    return problem, net, price, plan, make_scratch(net)


def missing(net: Net, price: Floats, labels: NDArray[np.int64]) -> float:
    """Return the households outside the band."""
    sizes = np.bincount(labels, net.units[:, 0], 4)
    return float(np.maximum(0.0, np.maximum(price[LOWER] - sizes, sizes - price[UPPER])).sum())


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(4))
def test_every_move_of_a_node_is_priced(seed: int, objective: str) -> None:
    """What a move is said to change is the change of the plan, or more where a middle may be out of date."""
    problem, net, price, plan, scratch = plan_of(seed, objective)
    mean, labels = float(problem.weights.sum()) / 4, plan.label.copy()
    before = naive_cost(problem, labels, objective, mean)
    whole = nx.Graph(problem.edges.tolist())
    for node in range(16):
        own = int(labels[node])
        rest = np.flatnonzero((labels == own) & (np.arange(16) != node)).tolist()
        connected = bool(rest) and nx.is_connected(whole.subgraph(rest))
        assert from_python(stays_whole)(net, plan, scratch, node) == connected
        for to in {int(labels[other]) for other in whole[node]} - {own} if rest else ():
            rise, more = from_python(weigh_move)(price, net, plan, scratch, node, to)
            moved = labels.copy()
            moved[node] = to
            change = naive_cost(problem, moved, objective, mean) - before
            assert more == pytest.approx(missing(net, price, moved) - missing(net, price, labels), abs=1e-9)
            assert rise >= change - 1e-9 * max(1.0, abs(before))
            if price[MEDOID] == 0:
                assert rise == pytest.approx(change)


@pytest.mark.parametrize("objective", ["cut_edges", "article19"])
@pytest.mark.parametrize("seed", range(6))
def test_the_best_cut_of_a_tree(seed: int, objective: str) -> None:
    """No other edge of a random spanning tree gives two parts that cost less, compounds left out."""
    problem, net, price, _, scratch = plan_of(seed, objective)
    rows, rng, mean = scratch.rows, np.random.default_rng(seed), float(problem.weights.sum()) / 4
    rows[MEMBER, :16] = rows[PLACE, :16] = np.arange(16)
    from_python(draw_tree)(rng, net, scratch, 16)
    order, parent = rows[ORDER, :16], rows[PARENT, :16]
    tree = nx.Graph([(int(order[i]), int(order[parent[i]])) for i in range(1, 16)])
    pairs = {tuple(sorted(pair)) for pair in problem.edges.tolist()}
    assert nx.is_tree(tree)
    assert len(tree) == 16
    assert all(tuple(sorted(edge)) in pairs for edge in tree.edges)
    free = replace(problem, compounds=np.full(16, -1))
    costs = []
    for i in range(1, 16):
        cut = tree.copy()
        cut.remove_edge(int(order[i]), int(order[parent[i]]))
        labels = np.zeros(16, np.int64)
        labels[list(nx.node_connected_component(cut, int(order[i])))] = 1
        out = missing(net, price, labels) - 2 * price[LOWER]  # two of the four parts are empty
        costs.append(naive_cost(free, labels, objective, mean) + price[EXCESS] * out)
    at = from_python(best_cut)(price, scratch, 16)
    assert costs[at - 1] == pytest.approx(min(costs))
