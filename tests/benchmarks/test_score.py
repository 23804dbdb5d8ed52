"""The scorer of the benchmark against plain loops, and the repair against its promises."""

import networkx as nx
import numpy as np
import pytest

from gridplan import partition_graph
from peers.best import best_of, part_counts, repair
from peers.instance import Instance, Ints, split
from peers.published import judge
from peers.score import fault, full_cost, score, soft_costs


def district(seed: int) -> Instance:
    """Make three communities of 12 units on random connected graphs."""
    rng = np.random.default_rng(seed)
    edges = []
    for community in range(3):
        tree = nx.random_labeled_tree(12, seed=seed + community)
        more = nx.gnp_random_graph(12, 0.15, seed=seed + community)
        edges += [(a + 12 * community, b + 12 * community) for a, b in nx.compose(tree, more).edges]
    return Instance(
        edges=np.array(edges, np.int64),
        weights=rng.integers(0, 150, 36).astype(float),
        xy=rng.uniform(0, 300, (36, 2)),
        compounds=rng.integers(-1, 4, 36),
        communities=np.repeat(np.arange(3), 12),
    )


def labels_of(instance: Instance, seed: int) -> Ints:
    """Cut every community into connected grids at random."""
    rng = np.random.default_rng(seed)
    pieces = split(instance)
    labels = np.empty(36, np.int64)
    for i, piece in enumerate(pieces):
        labels[piece.units] = 100 * i + repair(piece, rng.integers(0, 3, len(piece.units)))
    return labels


def slow_cost(instance: Instance, units: list[int]) -> tuple[float, float]:
    """Soft and hard cost of one grid, by the definition."""
    w = instance.weights[units]
    households = w.sum()
    compounds = {instance.compounds[u] for u in units if instance.weights[u] > 0} - {-1}
    soft = abs(households - 300) / 60 + len(compounds)
    if len(compounds) > 1:
        soft += 0.5 * households / 300
    if households > 0:
        centre = np.average(instance.xy[units], axis=0, weights=w)
        soft += 0.5 * sum(v * np.sum((instance.xy[u] - centre) ** 2) for u, v in zip(units, w, strict=True)) / 750_000
    miss = max(240 - households, households - 360, 0)
    return soft, (1000 + 1000 / 60 * miss) * (miss > 0)


@pytest.mark.parametrize("seed", range(10))
def test_score_agrees_with_plain_loops(seed: int) -> None:
    """Every figure of the score equals a slow count by its definition."""
    instance = district(seed)
    labels = labels_of(instance, seed)
    grids = [np.flatnonzero(labels == g).tolist() for g in np.unique(labels)]
    sizes = [instance.weights[g].sum() for g in grids]
    costs = [slow_cost(instance, g) for g in grids]
    pieces = 0
    for community in range(3):
        for compound in range(4):
            inside = (instance.compounds == compound) & (instance.communities == community) & (instance.weights > 0)
            forced = np.ceil(instance.weights[inside].sum() / 360)
            pieces += max(len(set(labels[inside])) - forced, 0)
    found = score(instance, labels)
    assert found.parts == len(grids)
    assert found.out == sum(not 240 <= s <= 360 for s in sizes)
    assert found.viol == pytest.approx(sum(max(240 - s, s - 360, 0) for s in sizes))
    assert found.soft == pytest.approx(sum(c[0] for c in costs))
    assert found.cost == pytest.approx(sum(sum(c) for c in costs))
    assert found.pieces == pieces
    assert found.within10 == pytest.approx(np.mean([270 <= s <= 330 for s in sizes]))


@pytest.mark.parametrize("seed", range(5))
def test_score_agrees_with_the_core(seed: int) -> None:
    """The cost the core reports is the one the scorer finds."""
    instance = district(seed)
    plan = partition_graph(
        instance.edges, instance.weights, instance.xy, instance.compounds, instance.communities, effort="fast", jobs=1
    )
    assert not fault(instance, plan.labels.astype(np.int64))
    assert score(instance, plan.labels.astype(np.int64)).cost == pytest.approx(plan.grids["cost"].sum())


@pytest.mark.parametrize("seed", range(10))
def test_fault_agrees_with_networkx(seed: int) -> None:
    """Labels have a fault exactly when some grid is no connected piece of one community."""
    instance = district(seed)
    rng = np.random.default_rng(seed)
    lawful = labels_of(instance, seed)
    for labels in (lawful, rng.integers(0, 30, 36), lawful // 100, lawful % 100):
        graph = nx.Graph(instance.edges.tolist())
        groups = [np.flatnonzero(labels == g) for g in np.unique(labels)]
        sound = all(
            nx.is_connected(graph.subgraph(g.tolist())) and len(set(instance.communities[g])) == 1 for g in groups
        )
        assert (fault(instance, labels) == "") == sound
    assert fault(instance, lawful - 1) == "units without a grid"


@pytest.mark.parametrize("seed", range(10))
def test_repair_keeps_or_lowers_the_cost(seed: int) -> None:
    """Repair gives connected grids, and merging never costs more than the loose pieces did."""
    instance = district(seed)
    for piece in split(instance):
        drawn = np.random.default_rng(seed).integers(0, 4, len(piece.units))
        graph = nx.Graph(piece.edges.tolist())
        graph.remove_edges_from([e for e in piece.edges.tolist() if drawn[e[0]] != drawn[e[1]]])
        loose = np.empty(len(drawn), np.int64)
        for i, group in enumerate(nx.connected_components(graph)):
            loose[list(group)] = i
        mended = repair(piece, drawn)
        whole = nx.Graph(piece.edges.tolist())
        assert all(nx.is_connected(whole.subgraph(np.flatnonzero(mended == g).tolist())) for g in set(mended.tolist()))
        costs = [full_cost(*soft_costs(x, piece.weights, piece.xy, piece.compounds)) for x in (mended, loose)]
        assert costs[0] <= costs[1] + 1e-9


def test_best_of_is_lawful_whatever_the_peer_says() -> None:
    """Random labels of a peer still end as a plan, no dearer than one grid for each community."""
    instance = district(1)
    answer = best_of(
        instance,
        lambda piece, k, _turn, seed: np.random.default_rng(seed).integers(0, k, len(piece.units)),
        draws=3,
        seed=0,
        seconds=5,
    )
    assert not fault(instance, answer.labels)
    assert score(instance, answer.labels).cost <= score(instance, instance.communities).cost
    assert all(k >= 1 for piece in split(instance) for k in part_counts(piece))


def test_published_objectives_by_hand() -> None:
    """Four units on a line, two districts: the inertia is about the better unit of each, in whole km."""
    arrays = {
        "edges": np.array([[0, 1], [1, 2], [2, 3]]),
        "weight": np.array([1.0, 3.0, 2.0, 2.0]),
        "x": np.array([0.0, 2_000.0, 5_000.0, 8_400.0]),
        "y": np.zeros(4),
    }
    found = judge(arrays, np.array([0, 0, 1, 1]), 2, 4, 4)
    assert found == {"moment_of_inertia": pytest.approx(1 * 0.002**2 + 2 * 0.003**2), "cut_edges": 1, "lawful": 1}
    assert judge(arrays, np.array([0, 1, 0, 1]), 2, 3, 5)["lawful"] == 0
