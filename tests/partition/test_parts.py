"""Given numbers of grids and the other objectives, through the public door of the core."""

import signal
import subprocess
import sys
import time
from typing import Any

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

from gridplan import partition_graph
from gridplan.errors import ConfigError, InfeasibleError
from gridplan.model import Partition
from gridplan.schema import CAUSES, CERTIFICATE_COLUMNS


def lattice(rows: int, columns: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the edges and places of a lattice of units 100 m apart."""
    i = np.arange(rows * columns).reshape(rows, columns)
    across = np.stack([i[:, :-1].ravel(), i[:, 1:].ravel()], axis=1)
    down = np.stack([i[:-1].ravel(), i[1:].ravel()], axis=1)
    return np.concatenate([across, down]), 100.0 * np.stack(np.divmod(np.arange(rows * columns), columns), axis=1)


def copies(count: int, rows: int, columns: int) -> dict[str, Any]:
    """Return so many communities, each a lattice with weights of its own."""
    edges, xy = lattice(rows, columns)
    n, rng = rows * columns, np.random.default_rng(5)
    return {
        "edges": np.concatenate([edges + n * k for k in range(count)]), "xy": np.concatenate([xy] * count),
        "weights": rng.integers(5, 20, n * count), "communities": np.repeat(np.arange(count) + 10, n),
    }  # fmt: skip


def small(seed: int, n: int) -> dict[str, Any]:
    """Return a random connected graph with some units without weight, compounds and borders."""
    rng = np.random.default_rng(seed)
    edges = {(int(rng.integers(i)), i) for i in range(1, n)} | set(nx.gnp_random_graph(n, 0.25, seed=seed).edges)
    return {
        "edges": np.array(sorted(edges)), "weights": rng.integers(0, 12, n), "xy": rng.uniform(0, 100, (n, 2)),
        "compounds": rng.integers(-1, 3, n), "border": rng.uniform(0, 5, len(edges)),
    }  # fmt: skip


def cost_of(graph: dict[str, Any], group: list[int], objective: str, mean: float) -> float:
    """Price one grid by the text of the design; half of every cut edge belongs to each of its grids."""
    w, xy = graph["weights"][group], graph["xy"][group]
    inside = np.isin(graph["edges"], group)
    if objective == "inertia":
        return min(float((w * ((xy - middle) ** 2).sum(axis=1)).sum()) for middle in xy)
    if objective == "cut_edges":
        return float((inside.sum(axis=1) == 1).sum()) / 2
    total = float(w.sum())
    touched = len(set(graph["compounds"][group][w > 0].tolist()) - {-1})
    cost = 5 * abs(total - mean) / mean + touched + 0.5 * (touched > 1) * total / mean
    if total > 0:
        cost += 0.5 * (w * ((xy - (w[:, None] * xy).sum(0) / total) ** 2).sum(1)).sum() / (mean * 2500)
    return float(cost + 0.1 * graph["border"][inside.all(axis=1)].sum())


def divisions(n: int, parts: int) -> list[list[list[int]]]:
    """List every division of 0..n - 1 into so many groups."""
    whole: list[list[list[int]]] = [[]]
    for unit in range(n):
        whole = [
            [*groups[:k], [*groups[k], unit], *groups[k + 1 :]] if k < len(groups) else [*groups, [unit]]
            for groups in whole
            for k in range(min(len(groups) + 1, parts))
        ]
    return [groups for groups in whole if len(groups) == parts]


def check(result: Partition, graph: dict[str, Any], parts: dict[int, int] | int) -> None:
    """So many grids, each connected and in one community; the frames are complete and agree with the labels."""
    weights, labels = np.asarray(graph["weights"]), result.labels
    home = np.asarray(graph.get("communities", np.zeros(len(weights), int)))
    whole = nx.Graph([(a, b) for a, b in np.asarray(graph["edges"]).tolist() if home[a] == home[b]])
    whole.add_nodes_from(range(len(weights)))
    for label, community in zip(result.grids["label"], result.grids["community"], strict=True):
        units = np.flatnonzero(labels == label)
        assert nx.is_connected(whole.subgraph(units.tolist()))
        assert set(home[units]) == {community}
    by_name = parts if isinstance(parts, dict) else dict.fromkeys(np.unique(home).tolist(), parts)
    made = dict(zip(result.communities["community"], result.communities["parts"], strict=True))
    assert {name: made[name] for name in by_name} == by_name
    assert list(dict.fromkeys(labels.tolist())) == list(range(len(result.grids)))
    assert np.allclose(np.bincount(labels, weights), result.grids["households"])
    assert list(result.communities) == list(CERTIFICATE_COLUMNS)
    assert ((result.grids["cause"] == "") == result.grids["in_band"]).all()
    assert set(result.grids["cause"]) <= {"", *CAUSES}
    by_community = result.grids.groupby("community")["cost"].sum().reindex(result.communities["community"])
    assert np.allclose(by_community, result.communities["cost"])
    assert (result.communities["bound"] <= result.communities["cost"] * (1 + 1e-9) + 1e-9).all()


@pytest.mark.parametrize("objective", ["inertia", "cut_edges", "article19"])
@pytest.mark.parametrize("seed", range(8))
def test_small_graphs_get_the_best_of_all_divisions(seed: int, objective: str) -> None:
    """Cost, grid by grid and in all, is that of the best division by force; where there is none, that is an error."""
    n, parts, graph = 6 + seed % 4, 2 + seed % 3, small(seed, 6 + seed % 4)
    mean = float(graph["weights"].sum()) / parts
    band, whole = (0.7 * mean, 1.4 * mean), nx.Graph(graph["edges"].tolist())
    prices = [
        sum(cost_of(graph, group, objective, mean) for group in groups)
        for groups in divisions(n, parts)
        if all(band[0] <= graph["weights"][g].sum() <= band[1] and nx.is_connected(whole.subgraph(g)) for g in groups)
    ]
    asked = {**graph, "parts": parts, "objective": objective, "lower": band[0], "upper": band[1], "border_weight": 0.1}
    if not prices:
        with pytest.raises(InfeasibleError, match="community 0"):
            partition_graph(**asked)
        return
    result = partition_graph(**asked)
    check(result, graph, parts)
    row = result.communities.iloc[0]
    assert row["proven"]
    assert row["cost"] == pytest.approx(min(prices), rel=1e-9, abs=1e-9)
    groups = [np.flatnonzero(result.labels == k).tolist() for k in result.grids["label"]]
    expected = [cost_of(graph, g, objective, mean) for g in groups]
    assert result.grids["cost"].tolist() == pytest.approx(expected, abs=1e-6)


def test_communities_left_out_are_planned_as_if_alone() -> None:
    """A number for one community leaves the plans of the others as they are, to the last unit."""
    graph, band = copies(3, 5, 5), {"target": 100, "lower": 80, "upper": 120}
    free = partition_graph(**graph, **band)
    some = partition_graph(**graph, **band, parts={11: 3})
    check(some, graph, {11: 3})
    for name in (10, 12):
        mine = graph["communities"] == name
        pairs = set(zip(free.labels[mine].tolist(), some.labels[mine].tolist(), strict=True))
        assert len(pairs) == len(set(free.labels[mine].tolist())) == len(set(some.labels[mine].tolist()))


@pytest.mark.parametrize("objective", ["inertia", "cut_edges", "article19"])
def test_threads_make_no_difference(objective: str) -> None:
    """One thread or three: the same plan and the same certificate."""
    graph = copies(4, 6, 6)
    asked = {"parts": {10: 3, 11: 4, 12: 3, 13: 2}, "lower": 80, "upper": 260, "effort": "fast"}
    one, three = (partition_graph(**graph, **asked, objective=objective, jobs=jobs, rng=3) for jobs in (1, 3))
    check(one, graph, {10: 3, 11: 4, 12: 3, 13: 2})
    assert one.reproducible
    assert np.array_equal(one.labels, three.labels)
    assert one.communities.drop(columns="seconds").equals(three.communities.drop(columns="seconds"))
    assert one.grids.equals(three.grids)


def test_target_is_not_read_where_parts_are_given() -> None:
    """The default target of 300 does not stand in the way of districts of thousands."""
    edges, xy = lattice(4, 4)
    result = partition_graph(edges, np.full(16, 1000), xy=xy, parts=4, lower=4000, upper=4000, objective="cut_edges")
    assert result.grids["households"].tolist() == [4000.0] * 4
    assert result.communities["cost"].tolist() == [8.0]


def test_weights_of_zero_and_components() -> None:
    """Idle units cost nothing, and no grid links two components."""
    edges, xy = lattice(4, 6)
    apart = edges[(edges % 6 < 3).all(axis=1) | (edges % 6 >= 3).all(axis=1)]
    weights = np.where(np.arange(24) % 2, 10, 0)
    graph = {"edges": apart, "weights": weights, "xy": xy}
    result = partition_graph(**graph, parts=4, lower=20, upper=40, objective="inertia")
    check(result, graph, 4)
    assert result.grids["in_band"].all()
    idle = partition_graph(edges, np.zeros(24), xy=xy, parts=3, lower=0, upper=10, objective="inertia")
    assert (len(idle.grids), idle.communities["cost"].tolist()) == (3, [0.0])


def test_one_unit_and_none() -> None:
    """One unit makes one grid; no units make none, and grids that are asked for all the same are an error."""
    one = partition_graph(np.zeros((0, 2), int), [300], parts=1, objective="cut_edges")
    assert (one.labels.tolist(), one.communities["proven"].tolist()) == ([0], [True])
    none = partition_graph(np.zeros((0, 2), int), [], parts={})
    assert len(none.labels) == len(none.grids) == len(none.communities) == 0
    with pytest.raises(InfeasibleError, match="no units, found 2"):
        partition_graph(np.zeros((0, 2), int), [], parts=2)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"parts": 3}, r"community 0: need 3 parts of 30 to 50 households, so 90 to 150 in all, found 80"),
        ({"parts": 9}, "1 to 8 parts"),
        ({"parts": 0}, "parts = 0"),
        ({"weights": [60, 5, 5, 2, 2, 2, 2, 2]}, r"above 50 households, found 60 \(unit 0\)"),
        ({"edges": [[0, 1], [2, 3], [3, 4], [4, 5], [5, 6], [6, 7]]}, "component"),
        ({"weights": [28, 28, 8, 8, 2, 2, 2, 2], "edges": [[0, i] for i in range(1, 8)]}, "connected parts within"),
    ],
)
def test_what_cannot_be_met_names_community_and_sizes(change: dict[str, Any], text: str) -> None:
    """Arithmetic and proof tell what is impossible."""
    asked: dict[str, Any] = {"edges": [[i, i + 1] for i in range(7)], "weights": [10] * 8, "parts": 2}
    with pytest.raises(InfeasibleError, match=text):
        partition_graph(**{**asked, "lower": 30, "upper": 50, "objective": "cut_edges", **change})


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"parts": 2}, "give a mapping"),
        ({"parts": {0: 1, 9: 1}}, "communities of the input, found 9"),
        ({"parts": {0: 1}, "objective": "inertia"}, "for community 1"),
        ({"parts": {0: 1, 1: 1}, "objective": "inertia"}, "need places"),
        ({"parts": {0: 1.0, 1: 1}}, "found 0: 1.0"),
        ({"objective": "cut_edges"}, "for community 0, 1"),
    ],
)
def test_questions_that_make_no_sense_are_told(change: dict[str, Any], text: str) -> None:
    """The message says what is missing."""
    with pytest.raises(ConfigError, match=text):
        partition_graph(np.zeros((0, 2), int), [300, 300], communities=[0, 1], **change)


def test_no_plan_within_the_band_is_the_best_so_far() -> None:
    """Weights that cannot be balanced end out of the band, with the cause and the reason, and without an error."""
    edges, xy = lattice(10, 10)
    weights = np.full(100, 10.0)
    weights[[0, 99]] = 17.0
    graph = {"edges": edges, "weights": weights, "xy": xy}
    result = partition_graph(**graph, parts=3, lower=337.9, upper=338.1, objective="inertia", effort="fast")
    check(result, graph, 3)
    assert not result.grids["in_band"].all()
    assert set(result.grids["cause"]) <= {"", "search limit"}
    assert "no plan within the band" in result.communities["reason"][0]


@pytest.mark.parametrize("limit", [0.0, 2.0])
def test_time_limit_is_kept(limit: float) -> None:
    """A large graph and many communities end within a second of the limit, on a machine that is not idle within two."""
    edges, xy = lattice(50, 60)
    weights = np.random.default_rng(0).integers(5, 20, 3000)
    mean = float(weights.sum()) / 60
    graph = {"edges": edges, "weights": weights, "xy": xy}
    many = copies(60, 6, 7)
    partition_graph(*lattice(6, 6)[:1], np.full(36, 10), parts=3, lower=90, upper=150, objective="cut_edges")
    for given, parts, lower, upper in (
        (graph, 60, 0.99 * mean, 1.01 * mean),
        (many, {10 + k: 4 for k in range(60)}, 80, 180),
    ):
        start = time.monotonic()
        result = partition_graph(
            **given, parts=parts, lower=lower, upper=upper, objective="cut_edges", effort="thorough", jobs=1,
            time_limit=limit,
        )  # fmt: skip
        assert time.monotonic() - start < limit + 2
        check(result, given, parts)
        assert not result.reproducible
        assert result.communities["reason"].str.contains("time limit").any()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_ends_a_long_run() -> None:
    """SIGINT in the midst of a thorough run raises KeyboardInterrupt within a second or, on a busy machine, three."""
    code = """
import time, numpy as np
from gridplan import partition_graph
i = np.arange(3600).reshape(60, 60)
edges = np.concatenate([np.stack([i[:, :-1].ravel(), i[:, 1:].ravel()], 1), np.stack([i[:-1].ravel(), i[1:].ravel()], 1)])
partition_graph([[k, k + 1] for k in range(79)], [10] * 80, parts=3, lower=250, upper=290, objective="cut_edges", effort="fast")
print("ready", flush=True)
try:
    partition_graph(edges, np.full(3600, 10), parts=12, lower=2990, upper=3010, objective="cut_edges", effort="thorough")
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""  # noqa: E501
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(1.5)
        start = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "interrupted\n"
        assert time.monotonic() - start < 3
        process.wait(timeout=5)
    assert process.returncode == 0
