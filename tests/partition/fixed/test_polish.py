"""The exact polish: parts divided anew get the best division there is, and plans never get worse."""

import numpy as np
import pytest
from oracle_fixed import best_by_force, is_lawful, make_problem

from gridplan.config import CostRules
from gridplan.partition.clock import Clock
from gridplan.partition.fixed.effort import Found
from gridplan.partition.fixed.net import build_net
from gridplan.partition.fixed.plans import cut_trees, price_labels
from gridplan.partition.fixed.polish import Polish, sub_net
from gridplan.partition.fixed.prices import objective_prices
from gridplan.partition.kernels.fixed_arrays import NAME, NEXT, NODE

OBJECTIVES = ("inertia", "cut_edges", "article19")


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(3))
def test_all_parts_together_give_the_best_plan(seed: int, objective: str) -> None:
    """With three parts the polish divides the whole graph anew, so it ends at the best plan by force."""
    problem = make_problem(seed, 8, objective)
    mean = float(problem.weights.sum()) / 3
    best = best_by_force(problem, 3, 0.5 * mean, 1.5 * mean, objective)
    if best is None:
        pytest.skip("no plan within the band")
    net, rng = build_net(problem, np.arange(8), np.arange(8)), np.random.default_rng(seed)
    price = objective_prices(objective, CostRules(), 3 * mean, 3, 0.5 * mean, 1.5 * mean, with_xy=True)
    start = price_labels(net, price, cut_trees(rng, net, 3, 1), 3)
    found = Polish(net, price, 10**6, Clock()).improve(start)
    assert found.missing == 0
    assert found.cost == pytest.approx(best[0], rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_polish_never_makes_a_plan_worse(objective: str) -> None:
    """On 40 units the plan stays lawful and is at least as good, and polishing it again changes nothing."""
    problem = make_problem(11, 40, objective)
    mean = float(problem.weights.sum()) / 6
    net = build_net(problem, np.arange(40), np.arange(40))
    price = objective_prices(objective, CostRules(), 6 * mean, 6, 0.8 * mean, 1.2 * mean, with_xy=True)
    start = price_labels(net, price, cut_trees(np.random.default_rng(4), net, 6, 2), 6)
    found = Polish(net, price, 20_000, Clock()).improve(start)
    assert found <= start
    assert is_lawful(problem, found.labels, 6)
    assert Polish(net, price, 20_000, Clock()).improve(found) == Found(found.missing, found.cost, found.labels)


def test_sub_net_keeps_what_lies_inside() -> None:
    """Nodes, edges, places and compounds of a part of a graph are those of the whole."""
    problem = make_problem(2, 20, "article19")
    net = build_net(problem, np.arange(20), np.arange(20))
    nodes = np.array([1, 2, 5, 7, 8, 13, 19])
    part = sub_net(net, nodes)
    inside = np.isin(net.ends, nodes).all(axis=1)
    assert np.array_equal(nodes[part.ends], net.ends[inside])
    assert np.array_equal(part.toll, net.toll[inside])
    assert np.array_equal(part.units, net.units[nodes])
    assert np.array_equal(part.spots, net.spots[nodes])
    names, old = part.homes[NAME], net.homes[:, np.isin(net.homes[NODE], nodes)]
    assert np.array_equal(nodes[part.homes[NODE]], old[NODE])
    assert len(set(zip(names.tolist(), old[NAME].tolist(), strict=True))) == len(set(names.tolist()))
    for home, name in enumerate(names):
        circle = [home]
        while part.homes[NEXT, circle[-1]] != home:
            circle.append(int(part.homes[NEXT, circle[-1]]))
        assert sorted(circle) == np.flatnonzero(names == name).tolist()
