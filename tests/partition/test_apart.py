"""Grids drawn already stay as they are, and pairs kept apart share no grid."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
from oracle_locks import best_by_force

from gridplan import partition_graph
from gridplan.errors import ConfigError, GraphError

PATH = [[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]]


def random_graph(seed: int, n: int) -> dict[str, Any]:
    """Return a connected graph with idle units and compounds."""
    rng = np.random.default_rng(seed)
    edges = {(int(rng.integers(i)), i) for i in range(1, n)} | set(nx.gnp_random_graph(n, 0.2, seed=seed).edges)
    return {
        "edges": np.array(sorted(edges)), "xy": rng.uniform(0, 250, (n, 2)), "compounds": rng.integers(-1, 3, n),
        "weights": rng.choice([0, 36, 72, 110, 150, 264], n),
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_pairs_are_kept_apart_on_small_graphs(seed: int) -> None:
    """No grid holds a pair; no bound or proof errs; nearly all plans are the best by force."""
    graph = random_graph(seed, 5 + seed % 4)
    rng = np.random.default_rng(seed + 1000)
    pairs = np.unique(np.sort([rng.choice(len(graph["weights"]), 2, replace=False) for _ in range(2)], axis=1), axis=0)
    result = partition_graph(**graph, apart=pairs)
    assert all(result.labels[a] != result.labels[b] for a, b in pairs)
    best = best_by_force(graph, lambda group: all(not {int(a), int(b)} <= group for a, b in pairs))
    row = result.communities.iloc[0]
    assert row["bound"] <= best + 1e-6
    assert not row["proven"] or row["cost"] == pytest.approx(best, abs=1e-6)
    assert best - 1e-6 <= row["cost"] <= best * 1.2 + 1e-6
    whole = nx.Graph(graph["edges"].tolist())
    assert all(nx.is_connected(whole.subgraph(np.flatnonzero(result.labels == k))) for k in result.grids["label"])


def test_pairs_and_locks_go_together(district: Callable[..., dict[str, Any]]) -> None:
    """Of each grid two far units are kept apart and two others locked: both hold, for any number of jobs."""
    graph = district(5, 4)
    free = partition_graph(**graph, effort="fast")
    locked, pairs = np.full(len(graph["weights"]), -1), []
    for k in free.grids["label"]:
        members = np.flatnonzero(free.labels == k)
        if len(members) > 3:
            pairs.append((int(members[0]), int(members[-1])))
            locked[members[1:3]] = k
    one, two = (partition_graph(**graph, locked=locked, apart=pairs, effort="fast", jobs=jobs) for jobs in (1, 2))
    assert np.array_equal(one.labels, two.labels)
    assert len(pairs) > 5
    assert all(one.labels[a] != one.labels[b] for a, b in pairs)
    assert all(len(set(one.labels[locked == k])) == 1 for k in np.unique(locked) if k >= 0)


def test_drawn_grids_stay_as_they_are(district: Callable[..., dict[str, Any]]) -> None:
    """Where half the grids are drawn already, they come out the same, and the rest is planned around them."""
    graph = district(5, 4)
    free = partition_graph(**graph, effort="fast", rng=3)
    drawn = np.where(free.labels % 2 == 0, free.labels, -1)
    result = partition_graph(**graph, whole=drawn)
    for k in np.unique(drawn[drawn >= 0]):
        mine = np.unique(result.labels[drawn == k])
        assert len(mine) == 1
        assert (result.labels == mine[0]).sum() == (drawn == k).sum()
    assert len(result.communities) == len(free.communities)
    assert (result.communities["cost"] - result.communities["bound"] >= -1e-9).all()
    assert result.grids["households"].sum() == graph["weights"].sum()
    assert set(result.grids["cause"][result.grids["label"].isin(result.labels[drawn >= 0])]) <= {"", "locked"}


def test_contradictions_are_named() -> None:
    """A drawn grid in two parts, a pair that is locked or drawn together, and a number of grids beside them."""
    with pytest.raises(GraphError, match=r"whole: .* grid 4"):
        partition_graph(PATH, [100] * 6, whole=[4, -1, 4, -1, -1, -1])
    for held in ({"locked": [1, 1, -1, -1, -1, -1]}, {"whole": [1, 1, -1, -1, -1, -1]}):
        with pytest.raises(GraphError, match=r"apart: .* 0-1"):
            partition_graph(PATH, [100] * 6, apart=[[1, 0]], **held)
    with pytest.raises(ConfigError, match=r"parts: .* found 0"):
        partition_graph(PATH, [100] * 6, parts=2, apart=[[0, 5]])
    with pytest.raises(GraphError, match=r"apart: need units 0\.\.5"):
        partition_graph(PATH, [100] * 6, apart=[[0, 6]])
