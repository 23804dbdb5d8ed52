"""Locks without a given number of grids: kept always, as good as the best plan that keeps them where that is known."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
from oracle_locks import best_by_force

from gridplan import partition_graph
from gridplan.errors import GraphError, InfeasibleError

PATH = [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]


def random_graph(seed: int, n: int) -> dict[str, Any]:
    """Return a connected graph with idle units, compounds and locks of two or three units, touching or not."""
    rng = np.random.default_rng(seed)
    edges = {(int(rng.integers(i)), i) for i in range(1, n)} | set(nx.gnp_random_graph(n, 0.2, seed=seed).edges)
    locked = np.full(n, -1)
    chosen = rng.permutation(n)
    if seed % 2:
        locked[chosen[:3]] = 5
    else:
        locked[chosen[:2]], locked[chosen[2:4]] = 5, 9
    return {
        "edges": np.array(sorted(edges)), "xy": rng.uniform(0, 250, (n, 2)), "compounds": rng.integers(-1, 3, n),
        "weights": rng.choice([0, 36, 72, 110, 150, 264], n), "locked": locked,
    }  # fmt: skip


def best_with_locks(graph: dict[str, Any]) -> float:
    """Give the cost of the best plan that keeps the locks."""
    held = [set(np.flatnonzero(graph["locked"] == lock).tolist()) for lock in (5, 9)]
    return best_by_force(graph, lambda group: all(not lock & group or lock <= group for lock in held))


@pytest.mark.parametrize("seed", range(40))
def test_small_graphs(seed: int) -> None:
    """Locks are kept, no bound or proof errs, and nearly every plan is the best by force: none is far from it."""
    graph = random_graph(seed, 5 + seed % 4)
    best, result = best_with_locks(graph), partition_graph(**graph)
    for lock in (5, 9):
        assert len(set(result.labels[graph["locked"] == lock])) <= 1
    row = result.communities.iloc[0]
    assert row["bound"] <= best + 1e-6
    assert not row["proven"] or row["cost"] == pytest.approx(best, abs=1e-6)
    assert row["cost"] >= best - 1e-6
    assert row["cost"] <= best * 1.7 + 1e-6
    whole = nx.Graph(graph["edges"].tolist())
    assert all(nx.is_connected(whole.subgraph(np.flatnonzero(result.labels == k))) for k in result.grids["label"])


def test_most_small_graphs_reach_the_optimum() -> None:
    """Of 30 graphs at most two miss the best plan: locks that do not touch joined along another way."""
    graphs = [random_graph(seed, 7) for seed in range(100, 130)]
    costs = [float(partition_graph(**graph).communities["cost"].sum()) for graph in graphs]
    assert sum(cost > best_with_locks(graph) + 1e-6 for cost, graph in zip(costs, graphs, strict=True)) <= 2


def test_grids_pushed_out_of_the_band_say_so() -> None:
    """Four units of 100 under one lock are one grid of 400: the lock is the cause, not arithmetic."""
    result = partition_graph(PATH, [100] * 6, locked=[-1, 1, 1, 1, 1, -1], target=300)
    assert len(set(result.labels[1:5])) == 1
    assert set(result.grids.loc[~result.grids["in_band"], "cause"]) == {"locked"}
    free = partition_graph(PATH, [100] * 6, locked=[0, 1, 2, 3, 4, 5])
    assert free.grids["in_band"].all()


def test_plans_without_binding_locks_stay_as_they_are(district: Callable[..., dict[str, Any]]) -> None:
    """Locks of one unit each change nothing, and a lock changes nothing in other communities."""
    graph = district(6, 3)
    free = partition_graph(**graph, effort="fast")
    alone = partition_graph(**graph, effort="fast", locked=np.arange(len(graph["weights"])))
    assert np.array_equal(free.labels, alone.labels)
    locked = np.where(graph["communities"] == 2, -1, np.arange(len(graph["weights"])))
    a, b = next((a, b) for a, b in graph["edges"].tolist() if graph["communities"][a] == graph["communities"][b] == 2)
    locked[[a, b]] = 10**6
    one = partition_graph(**graph, effort="fast", locked=locked)
    others = graph["communities"] < 2
    assert np.array_equal(free.labels[others], one.labels[others])
    assert one.labels[a] == one.labels[b]


def test_own_grids_as_locks_cost_nothing(district: Callable[..., dict[str, Any]]) -> None:
    """Where every grid of a plan is locked, only merging is left: no plan gets dearer by its own locks."""
    graph = district(5, 8, villages=0.4)
    free = partition_graph(**graph, effort="fast")
    locked = partition_graph(**graph, locked=free.labels)
    assert locked.communities["cost"].sum() <= free.communities["cost"].sum() + 1e-6
    assert all(len(set(locked.labels[free.labels == k])) == 1 for k in free.grids["label"])


def test_far_locks_in_a_village_are_joined(district: Callable[..., dict[str, Any]]) -> None:
    """Among hundreds of units, some idle, locks that do not touch share a grid, for any number of jobs."""
    graph = district(1, 4, villages=1.0)
    graph["weights"] = np.where(np.arange(len(graph["weights"])) % 5, graph["weights"], 0)
    locked = np.full(len(graph["weights"]), -1)
    locked[[0, 9, 40]] = 3
    locked[[100, 105]] = 4
    one, two = (partition_graph(**graph, locked=locked, effort="fast", jobs=jobs) for jobs in (1, 2))
    assert np.array_equal(one.labels, two.labels)
    assert len(set(one.labels[locked == 3])) == len(set(one.labels[locked == 4])) == 1
    whole = nx.Graph(graph["edges"].tolist())
    assert all(nx.is_connected(whole.subgraph(np.flatnonzero(one.labels == k))) for k in one.grids["label"])


def test_locks_that_cannot_share_a_grid_are_named() -> None:
    """A lock across communities or components contradicts the graph."""
    for change in ({"communities": [0, 0, 0, 1, 1, 1]}, {"edges": [[0, 1], [2, 3], [3, 4], [4, 5]]}):
        given: dict[str, Any] = {"edges": PATH, **change}
        with pytest.raises(GraphError, match=r"locked: .* lock 8 \(unit 0\)"):
            partition_graph(weights=[100] * 6, locked=[8, -1, -1, 8, -1, -1], **given)


def test_locks_with_parts() -> None:
    """With a given number of grids locks are kept within the hard band, or proven to be in the way of it."""
    result = partition_graph([*PATH, [0, 5]], [100] * 6, locked=[-1, 1, 1, 1, -1, -1], parts=2)
    assert result.labels.tolist() == [0, 1, 1, 1, 0, 0]
    with pytest.raises(InfeasibleError, match="connected parts within"):
        partition_graph(PATH, [100] * 6, locked=[-1, 1, 1, 1, -1, -1], parts=2)
    with pytest.raises(InfeasibleError, match="locked group above 360 households, found 400"):
        partition_graph(PATH, [100] * 6, locked=[-1, 1, 1, 1, 1, -1], parts=2)
