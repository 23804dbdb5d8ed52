"""Parts combined anew: the best plan of the parts kept, and swaps that are every lawful one."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from oracle_fixed import is_lawful, make_problem

from gridplan.config import CostRules
from gridplan.partition.clock import Clock
from gridplan.partition.fixed.net import build_net
from gridplan.partition.fixed.plans import cut_trees, price_labels
from gridplan.partition.fixed.pool import Pool, _swaps
from gridplan.partition.fixed.prices import objective_prices
from gridplan.partition.kernels.fixed_arrays import WEIGHT


@pytest.mark.parametrize("objective", ["inertia", "cut_edges", "article19"])
@pytest.mark.parametrize("seed", range(4))
def test_the_best_plan_of_the_parts_is_found(seed: int, objective: str) -> None:
    """Every choice of parts of thirty random plans, looked through by force, is no better."""
    problem, parts = make_problem(seed, 12, objective), 3
    mean = float(problem.weights.sum()) / parts
    lower, upper = 0.6 * mean, 1.4 * mean
    net, rng = build_net(problem, np.arange(12), np.arange(12)), np.random.default_rng(seed)
    price = objective_prices(objective, CostRules(), parts * mean, parts, lower, upper, with_xy=True)
    plans = [price_labels(net, price, cut_trees(rng, net, parts, 1), parts) for _ in range(30)]
    pool, sets = Pool(net, price, parts), set[frozenset[int]]()
    for plan in plans:
        pool.add(plan.labels)
        sets |= {frozenset(np.flatnonzero(plan.labels == part).tolist()) for part in range(parts)}
    found = pool.combine(min(plans), Clock())
    best = min(plans).cost if min(plans).missing == 0 else np.inf
    for chosen in combinations(sets, parts):
        if sum(map(len, chosen)) == 12 and len(frozenset().union(*chosen)) == 12:
            labels = np.array([next(k for k, s in enumerate(chosen) if u in s) for u in range(12)])
            plan = price_labels(net, price, labels, parts)
            best = min(best, plan.cost) if plan.missing == 0 else best
    if found is None:
        assert best == pytest.approx(min(plans).cost) or best == np.inf
    else:
        assert found.missing == 0
        assert found.cost == pytest.approx(best, rel=1e-9, abs=1e-9)
        assert is_lawful(problem, found.labels, parts)
    assert pool.combine(found or min(plans), Clock()) is None


def test_swaps_are_all_lawful_ones() -> None:
    """Up to two nodes given and two taken, connected and within the band: as by force over all sets."""
    problem = make_problem(5, 12, "inertia")
    net = build_net(problem, np.arange(12), np.arange(12))
    graph = nx.Graph(net.ends.tolist())
    weight = net.units[:, WEIGHT]
    held = np.zeros(12, dtype=bool)
    held[list(nx.bfs_tree(graph, 0, depth_limit=1))] = True
    inside, total = set(np.flatnonzero(held).tolist()), float(weight[held].sum())
    rim = {v for u in inside for v in graph[u]} - inside
    lower, upper = 0.4 * total, 1.6 * total
    wanted = set()
    for size in range(1, 12):
        for nodes in combinations(range(12), size):
            given, taken = inside - set(nodes), set(nodes) - inside
            if len(given) <= 2 and len(taken) <= 2 and taken <= rim and lower <= weight[list(nodes)].sum() <= upper:
                wanted |= {frozenset(nodes)} if nx.is_connected(graph.subgraph(nodes)) else set()
    found = [frozenset(np.flatnonzero(other).tolist()) for other in _swaps(net, held, lower, upper)]
    assert len(found) == len(set(found))
    assert set(found) == wanted - {frozenset(inside)}
    assert len(found) > 5
