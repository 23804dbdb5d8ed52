"""The laws of a partition of any size, its door and its limits; the optimum of small ones stands in `test_optimum`."""

import time
from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gridplan
from gridplan import partition_graph
from gridplan.errors import ConfigError, GraphError
from gridplan.model import Partition
from gridplan.partition import goes
from gridplan.partition.kernels.arrays import Flags, Ints
from gridplan.partition.proof import Proof
from gridplan.schema import CAUSES, CERTIFICATE_COLUMNS


def check_laws(graph: dict[str, Any], result: Partition) -> None:
    """Every unit labelled, each grid connected and in one community, households conserved, labels by first unit."""
    labels, w = result.labels, np.asarray(graph["weights"])
    home = np.asarray(graph.get("communities", np.zeros(len(w), int)))
    whole = nx.Graph([(a, b) for a, b in np.asarray(graph["edges"]).tolist() if home[a] == home[b]])
    whole.add_nodes_from(range(len(w)))
    for label, community in zip(result.grids["label"], result.grids["community"], strict=True):
        units = np.flatnonzero(labels == label)
        assert nx.is_connected(whole.subgraph(units.tolist()))
        assert set(home[units]) == {community}
    assert np.allclose(np.bincount(labels, weights=w), result.grids["households"])
    assert list(dict.fromkeys(labels.tolist())) == list(range(len(result.grids)))
    assert result.communities["cost"].sum() == pytest.approx(result.grids["cost"].sum())
    assert (result.communities["bound"] <= result.communities["cost"] + 1e-6).all()
    assert ((result.grids["cause"] == "") == result.grids["in_band"]).all()
    assert set(result.grids["cause"]) <= {"", *CAUSES}
    assert list(result.communities) == list(CERTIFICATE_COLUMNS)


def prove_without_end(
    _graph: object, _price: object, plans: list[Ints], _cost: float, _budget: object, stop: Flags
) -> Proof:
    """Find out nothing until the time is over."""
    while not stop[0]:
        time.sleep(0.01)
    return Proof(labels=plans[0], bound=-np.inf, proven=False, reason="")


@given(st.integers(0, 10**6), st.integers(1, 40), st.integers(1, 3))
@settings(max_examples=25, deadline=None)
def test_laws_on_random_graphs(seed: int, n: int, communities: int) -> None:
    """The laws hold on any graph, and threads make no difference."""
    rng = np.random.default_rng(seed)
    edges = np.array(sorted(nx.gnp_random_graph(n, 0.15, seed=seed).edges)).reshape(-1, 2)
    graph = {
        "edges": edges, "weights": rng.integers(0, 200, n), "xy": rng.uniform(0, 500, (n, 2)),
        "compounds": rng.integers(-1, 5, n), "communities": rng.integers(0, communities, n),
    }  # fmt: skip
    one, two = (partition_graph(**graph, effort="fast", jobs=jobs, rng=seed) for jobs in (1, 2))
    check_laws(graph, one)
    assert np.array_equal(one.labels, two.labels)
    pd.testing.assert_frame_equal(one.grids, two.grids)


def test_a_district_keeps_the_laws(district: Callable[..., dict[str, Any]]) -> None:
    """Few grids of a made-up district miss the band, and the same seed gives the same plan for any threads."""
    graph = district(6, 3, villages=0.0, huge=0.0)
    one = partition_graph(**graph, effort="normal", jobs=1)
    two = partition_graph(**graph, effort="normal", jobs=2)
    check_laws(graph, one)
    assert np.array_equal(one.labels, two.labels)
    assert one.communities.drop(columns="seconds").equals(two.communities.drop(columns="seconds"))
    assert one.grids["in_band"].mean() > 0.95
    assert one.reproducible


def test_a_building_above_upper_is_named() -> None:
    """A tower of 480 is an exception of its own kind; 400 households in one place are arithmetic."""
    result = partition_graph([[0, 1], [1, 2]], [480, 150, 150], xy=[[0, 0], [10, 0], [20, 0]])
    assert result.grids["cause"].tolist() == ["building above upper", ""]
    assert result.communities["proven"].all()
    lone = partition_graph(np.zeros((0, 2), int), [100, 300], communities=[5, 7])
    assert lone.grids["cause"].tolist() == ["arithmetic", ""]
    assert lone.communities["community"].tolist() == [5, 7]


def test_a_piece_cut_off_is_a_barrier() -> None:
    """200 households that cannot reach the other 400 miss the band because of what lies between."""
    result = partition_graph([[0, 1]], [200, 200, 200])
    assert result.grids["cause"].tolist() == ["barrier", "barrier"]


def test_no_units_give_no_grids() -> None:
    """An empty input is lawful."""
    result = partition_graph(np.zeros((0, 2), int), [])
    assert len(result.labels) == len(result.grids) == len(result.communities) == 0


def test_time_limit_marks_the_plan(district: Callable[..., dict[str, Any]]) -> None:
    """When the clock ends the search, there is still a whole plan, marked as not to be made again."""
    graph = district(12, 1, villages=1.0)
    result = partition_graph(**graph, effort="thorough", time_limit=0.5)
    check_laws(graph, result)
    assert not result.reproducible
    assert (result.communities["reason"] == "time limit").any()


def test_no_community_takes_the_time_of_others(district: Callable[..., dict[str, Any]]) -> None:
    """One community whose proof has no end leaves the others their plans, hardly worse than those of a short search."""
    graph = district(5, 20, villages=0.25)
    short = partition_graph(**graph, effort="fast")
    limited = partition_graph(**graph, effort="thorough", time_limit=4.0, jobs=1)
    assert limited.communities["cost"].sum() <= 1.01 * short.communities["cost"].sum()
    assert (limited.communities["reason"] == "time limit").any()
    assert limited.communities["proven"].any()


@pytest.mark.parametrize("others", ["free", "locked"])
def test_a_time_that_is_too_short_costs_proofs_and_no_plans(
    others: str, district: Callable[..., dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first proof has no end, every community has the plan of its search, and those of others are not cut.

    Locked units are planned at once, search and proof; their communities leave the others their time too.
    """
    graph = district(6, 10)
    home, ends = np.asarray(graph["communities"]), np.asarray(graph["edges"])
    last = np.bincount(home).argmax()  # the smallest come first
    locks = np.full(len(home), -1)
    for community in np.setdiff1d(home, last) if others == "locked" else ():
        locks[ends[(home[ends] == community).all(axis=1)][0]] = community
    whole = partition_graph(**graph, locked=locks, jobs=1)
    monkeypatch.setattr(goes, "prove_piece", prove_without_end)
    limited = partition_graph(**graph, locked=locks, time_limit=4.0, jobs=1)
    check_laws(graph, limited)
    assert not limited.reproducible
    assert limited.communities["cost"].sum() <= 1.01 * whole.communities["cost"].sum()
    assert limited.communities.set_index("community")["reason"][last] == "time limit"


def test_progress_is_reported() -> None:
    """Units done go up to their number."""
    told: list[tuple[str, int, int]] = []
    partition_graph([[0, 1]], [200, 100], report=lambda *news: told.append(news))
    assert told[0] == ("partition", 0, 2)
    assert told[-1] == ("partition", 2, 2)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"edges": [[0, 0]]}, "self loops in rows 0"),
        ({"edges": [[0, 1], [1, 0]]}, "repeats in rows 1"),
        ({"edges": [[0, 3]]}, "units 0..2"),
        ({"edges": [[0, 1, 2]]}, "shape"),
        ({"weights": [1, -1, np.nan]}, "others at 1, 2"),
        ({"weights": [1, np.inf, 1]}, "others at 1"),
        ({"weights": "abc"}, "one number each"),
        ({"xy": [[0, 0]]}, "shape"),
        ({"xy": [[0, 0], [np.nan, 0], [0, 0]]}, "others at 1"),
        ({"compounds": [1]}, "compounds"),
        ({"compounds": [0.5, 1, 1]}, "whole numbers"),
        ({"communities": [1, 1]}, "communities"),
        ({"border": [1.0, 2.0]}, "border"),
    ],
)
def test_faulty_arrays_are_named(change: dict[str, Any], text: str) -> None:
    """What is wrong is said with the ids at fault."""
    with pytest.raises(GraphError, match=text):
        partition_graph(**{"edges": [[0, 1]], "weights": [1, 2, 3], **change})


@pytest.mark.parametrize(
    "change",
    [
        {"objective": "beauty"},
        {"effort": "lazy"},
        {"lower": 400},
        {"lower": 0},
        {"time_limit": -1},
        {"jobs": 0},
        {"parts": 1.5},
        {"parts": True},
        {"parts": {7: 1}},
        {"objective": "cut_edges"},
        {"target": 500},
        {"objective": "inertia", "parts": 1},
        {"parts": 1, "lower": -1},
    ],
)
def test_options_are_checked(change: dict[str, Any]) -> None:
    """Options that cannot be used are errors, never ignored."""
    with pytest.raises(ConfigError):
        partition_graph(**{"edges": np.zeros((0, 2), int), "weights": [300], **change})


def test_the_core_is_public() -> None:
    """The package offers the core by name."""
    assert gridplan.partition_graph is partition_graph
