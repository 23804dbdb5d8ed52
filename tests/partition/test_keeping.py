"""A plan that begins with an old one: who may not move stays, locks hold, and the term is what it says."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan import partition_graph
from gridplan.config import CostRules
from gridplan.partition.keeping import EMPTY, leavers

FIRM = CostRules(change=1e12)


def lattice(seed: int, side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return edges, households and places of a square of buildings."""
    rng = np.random.default_rng(seed)
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(side, side), ordering="sorted")
    xy = np.stack(np.divmod(np.arange(side * side), side), axis=1) * 30.0
    return np.array(graph.edges), rng.integers(20, 90, side * side), xy


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 999), side=st.integers(3, 8), share=st.sampled_from([0.0, 0.1]))
def test_at_an_infinite_price_nobody_moves(seed: int, side: int, share: float) -> None:
    """Whatever is new, units that shared a grid share one, and others do not join them."""
    edges, weights, xy = lattice(seed, side)
    old = partition_graph(edges, weights, xy=xy, effort="fast", rng=seed).labels
    new = np.random.default_rng(seed).random(len(weights)) < share
    torn = [not nx.is_connected(nx.Graph(edges.tolist()).subgraph(np.flatnonzero((old == k) & ~new)))
            for k in np.unique(old[~new])]  # fmt: skip
    if any(torn) or new.all():
        return
    kept = partition_graph(edges, weights, xy=xy, effort="fast", previous=np.where(new, -1, old), cost=FIRM).labels
    pairs = {(a, b) for a, b in zip(old[~new].tolist(), kept[~new].tolist(), strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 999))
def test_locks_hold_and_pairs_stay_apart(seed: int) -> None:
    """Also where the old plan does not keep them, and whatever a move costs."""
    edges, weights, xy = lattice(seed, 6)
    old = partition_graph(edges, weights, xy=xy, effort="fast").labels
    rng = np.random.default_rng(seed)
    locked, pair = np.full(36, -1), edges[rng.integers(len(edges))]
    locked[pair] = 0
    far = [(int(a), int(b)) for a, b in edges if not {a, b} & set(pair.tolist())]
    apart = np.array([far[rng.integers(len(far))]])
    plan = partition_graph(
        edges, weights, xy=xy, effort="fast", previous=old, locked=locked, apart=apart, cost=CostRules(change=50.0)
    )
    assert plan.labels[pair[0]] == plan.labels[pair[1]]
    assert plan.labels[apart[0, 0]] != plan.labels[apart[0, 1]]


@given(seed=st.integers(0, 10_000))
def test_leavers_are_counted(seed: int) -> None:
    """As a plain loop counts them: all but those of the old grid more than half of which is here."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 30))
    old, labels = rng.integers(-1, 4, n), np.unique(rng.integers(0, 5, n), return_inverse=True)[1]
    weight = rng.integers(0, 9, n).astype(float)
    home = np.bincount(old[old >= 0], weight[old >= 0], 4)
    for k, found in enumerate(leavers(old, weight, home, labels)):
        here = [float(weight[(labels == k) & (old == g)].sum()) for g in range(4)]
        stays = max([h for h, all_ in zip(here, home, strict=True) if 2 * h > all_], default=0.0)
        assert found == sum(here) - stays


def test_costs_have_the_term_and_bounds_hold(district: Callable[..., dict[str, Any]]) -> None:
    """Cost = plain cost + price of change; the bound of a plan without the term is kept."""
    given_ = district(2, 7)
    old = partition_graph(**given_, effort="fast", rng=1).labels
    rules = CostRules(change=3.0)
    kept = partition_graph(**given_, effort="normal", previous=old, cost=rules)
    weight = np.maximum(given_["weights"].astype(float), EMPTY)
    left = leavers(old.astype(np.int64), weight, np.bincount(old, weight), kept.labels.astype(np.int64))
    again = partition_graph(**given_, whole=kept.labels)
    assert kept.grids["cost"].to_numpy() == pytest.approx(again.grids["cost"].to_numpy() + left * 3.0 / 300)
    assert (kept.communities["bound"] <= kept.communities["cost"] + 1e-9).all()
    assert kept.communities["cost"].sum() <= again.communities["cost"].sum() + 3.0 * left.sum() / 300 + 1e-6


def test_mixing_costs_no_more_than_any_plan(district: Callable[..., dict[str, Any]]) -> None:
    """Nor than the old one: whatever the price of change, the plan found costs at most what staying costs."""
    given_ = district(2, 7)
    old = partition_graph(**given_, effort="fast", rng=1)
    stays = old.grids["cost"].sum()
    free = partition_graph(**given_, effort="fast", rng=2).grids["cost"].sum()
    found = [
        partition_graph(**given_, effort="fast", previous=old.labels, cost=CostRules(change=c)) for c in (0.0, 3.0, 1e9)
    ]
    costs = [plan.grids["cost"].sum() for plan in found]
    assert costs == sorted(costs)
    assert costs[-1] <= stays + 1e-6
    assert costs[0] <= max(stays, free) + 1e-6
    assert (found[-1].labels == old.labels).all()


def test_unchanged_communities_keep_grids_and_bound(district: Callable[..., dict[str, Any]]) -> None:
    """Neither searched nor proven; the others are planned as if they stood alone."""
    given_ = district(3, 7)
    old = partition_graph(**given_, effort="fast", rng=1)
    names = np.unique(given_["communities"])
    bounds = {int(names[0]): 0.25 * float(old.communities["cost"].iloc[0]), int(names[2]): 1e9}
    kept = partition_graph(**given_, effort="fast", previous=old.labels, unchanged=bounds, cost=CostRules(change=0.0))
    stays = np.isin(given_["communities"], list(bounds))
    pairs = set(zip(kept.labels[stays].tolist(), old.labels[stays].tolist(), strict=True))
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert kept.communities["bound"].iloc[0] == pytest.approx(bounds[int(names[0])])
    assert kept.communities["proven"].tolist()[::2] == [False, True]
    assert kept.communities["cost"].to_numpy()[::2] == pytest.approx(old.communities["cost"].to_numpy()[::2])
