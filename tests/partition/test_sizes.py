"""Sizes of grids by unit: each stretch is planned as if it were alone, and grids drawn already may have no size."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from oracle_communities import KINDS, join_communities, make_community
from oracle_plans import optimum_by_mip

from gridplan import partition_graph
from gridplan.errors import ConfigError, GraphError
from gridplan.partition import value_grids

STANDARD, OLD, NONE = (300.0, 240.0, 360.0), (250.0, 200.0, 300.0), (np.nan,) * 3


def take(town: dict[str, Any], rows: NDArray[np.int64]) -> dict[str, Any]:
    """Cut a community down to some units."""
    place = np.full(len(town["weights"]), -1)
    place[rows] = np.arange(len(rows))
    edges = place[town["edges"]]
    inside = (edges >= 0).all(axis=1)
    known = {"weights", "xy", "compounds"} & set(town)
    return {"edges": edges[inside]} | {name: np.asarray(town[name])[rows] for name in known}


def halves(town: dict[str, Any]) -> NDArray[np.bool_]:
    """Tell the western units from the eastern ones."""
    x = np.asarray(town["xy"])[:, 0]
    return np.asarray(x < np.median(x))


@pytest.mark.parametrize("kind", list(KINDS)[::3])
def test_each_stretch_has_the_optimum_of_its_own_size(kind: str) -> None:
    """By an exact solver, each half for itself; bounds hold, proofs are true, and no grid has units of both."""
    town = make_community(kind, 1)
    west = halves(town)
    sizes = np.where(west[:, None], OLD, STANDARD)
    found = partition_graph(town["edges"], town["weights"], town["xy"], town["compounds"], sizes=sizes)
    assert not set(found.labels[west]) & set(found.labels[~west])
    least = 0.0
    for side, (target, lower, upper) in ((west, OLD), (~west, STANDARD)):
        rows = np.flatnonzero(side)
        part = take(town, rows) | {"target": target, "lower": lower, "upper": upper}
        alone = partition_graph(**part, effort="fast").labels
        least += optimum_by_mip(part, [np.unique(found.labels[rows], return_inverse=True)[1], alone])
    row = found.communities.iloc[0]
    assert row["bound"] <= least + 1e-6 <= row["cost"] + 2e-6
    if row["proven"]:
        assert row["cost"] == pytest.approx(least, abs=1e-5)


def test_one_size_for_all_changes_nothing() -> None:
    """To the last bit."""
    towns = join_communities([make_community(next(iter(KINDS)), seed) for seed in range(3)])
    sizes = np.tile(STANDARD, (len(towns["weights"]), 1))
    plain, same = partition_graph(**towns, effort="fast"), partition_graph(**towns, sizes=sizes, effort="fast")
    assert np.array_equal(plain.labels, same.labels)
    assert plain.grids.equals(same.grids)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), corner=st.integers(1, 6))
def test_what_has_no_size_costs_nothing_and_is_never_outside(seed: int, corner: int) -> None:
    """The rest costs as priced from outside, and everything has a grid."""
    rng = np.random.default_rng(seed)
    side = 6
    at = np.arange(side * side).reshape(side, side)
    across, along = ([a.ravel() for a in pair] for pair in ((at[:, :-1], at[:, 1:]), (at[:-1], at[1:])))
    edges = np.concatenate([np.stack(across, axis=1), np.stack(along, axis=1)])
    weights = rng.integers(0, 80, side * side)
    whole = np.full(side * side, -1)
    whole[at[0, :corner]] = 7
    sizes = np.where((whole >= 0)[:, None], NONE, STANDARD)
    found = partition_graph(edges, weights, whole=whole, sizes=sizes, effort="fast", rng=seed)
    apart = found.labels[0]
    assert set(np.flatnonzero(found.labels == apart)) == set(at[0, :corner])
    row = found.grids.iloc[int(apart)]
    assert (row["cost"], row["in_band"], row["cause"]) == (0.0, True, "")
    assert found.grids["households"].sum() == weights.sum()
    value = value_grids(edges, weights, found.labels.astype(np.int64), sizes=sizes)
    assert value.costs == pytest.approx(found.grids["cost"].to_numpy())
    assert value.bounds[0] <= found.communities["bound"].iloc[0] + 1e-9


def test_a_number_of_grids_leaves_drawn_ones_out() -> None:
    """Three grids beside the drawn one; units of two sizes are refused, and so are sizes out of order or missing."""
    edges = np.stack([np.arange(11), np.arange(1, 12)], axis=1)
    weights, whole = np.full(12, 100), np.where(np.arange(12) < 2, 0, -1)
    sizes = np.where((whole >= 0)[:, None], NONE, (330.0, 250.0, 420.0))
    found = partition_graph(edges, weights, whole=whole, sizes=sizes, parts=3, effort="fast")
    assert sorted(found.grids["households"]) == [200, 300, 300, 400]
    sizes[11] = STANDARD
    with pytest.raises(ConfigError, match="one size"):
        partition_graph(edges, weights, whole=whole, sizes=sizes, parts=3)
    with pytest.raises(GraphError, match="none at 0, 1"):
        partition_graph(edges, weights, sizes=sizes)
    with pytest.raises(GraphError, match="lower <= target"):
        partition_graph(edges, weights, sizes=np.tile((300.0, 310.0, 360.0), (12, 1)))
