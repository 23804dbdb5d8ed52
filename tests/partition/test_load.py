"""A load of its own: optima and bounds against a MIP that knows the load, and nothing changes without one."""

import numpy as np
import pytest
from oracle_communities import KINDS, join_communities, make_community
from oracle_plans import optimum_by_mip
from test_optimum import check_certificate, check_plan

from gridplan import partition_graph
from gridplan.errors import GraphError

PER_KIND = 3


@pytest.mark.parametrize("kind", list(KINDS)[::3])
def test_bounds_hold_and_proofs_are_true_with_a_load(kind: str) -> None:
    """Some households weigh up to four times as much as others."""
    towns = [make_community(kind, seed) for seed in range(PER_KIND)]
    district = join_communities(towns)
    weights = np.asarray(district["weights"], float)
    load = weights * np.random.default_rng(1).uniform(0.5, 2.0, len(weights))
    district["load"] = load * (weights.sum() / load.sum())
    results = [partition_graph(**district, effort=effort) for effort in ("fast", "thorough")]
    optimum = []
    for k, town in enumerate(towns):
        home = district["communities"] == k
        optimum.append(optimum_by_mip({**town, "load": district["load"][home]}, [r.labels[home] for r in results]))
    for result in results:
        check_plan(district, result)
        check_certificate(result, np.array(optimum))


def test_households_as_load_change_nothing() -> None:
    """Neither the plan nor a figure of it, to the last bit, whatever the load is a multiple of."""
    towns = join_communities([make_community(next(iter(KINDS)), seed) for seed in range(3)])
    plain, same = partition_graph(**towns), partition_graph(**towns, load=np.asarray(towns["weights"]) * 2.0)
    assert np.array_equal(plain.labels, same.labels)
    assert plain.grids.equals(same.grids)
    assert plain.communities.drop(columns="seconds").equals(same.communities.drop(columns="seconds"))


def test_the_load_moves_the_border() -> None:
    """Ten buildings in a row, those of one end twice as much work: that end gets the fewer households."""
    edges = np.stack([np.arange(9), np.arange(1, 10)], axis=1)
    weights, load = np.full(10, 60), np.array([2.0] * 4 + [1.0] * 6)
    even = partition_graph(edges, weights)
    uneven = partition_graph(edges, weights, load=load)
    assert even.grids["households"].tolist() == [300, 300]
    assert uneven.grids["households"].tolist() == [240, 360]
    assert uneven.communities["proven"].all()


@pytest.mark.parametrize("load", [[1.0], [0.0, 0.0], [1.0, -1.0], [1.0, np.nan]])
def test_loads_that_are_none_are_refused(load: list[float]) -> None:
    """Too few, none above 0, below 0, no numbers."""
    with pytest.raises(GraphError, match="load"):
        partition_graph([[0, 1]], [100, 200], load=load)
