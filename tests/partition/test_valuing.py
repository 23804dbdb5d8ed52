"""The value of grids is that of the search, whoever drew them."""

import numpy as np
import pytest

from gridplan import partition_graph
from gridplan.errors import GraphError
from gridplan.partition import value_grids


def lattice(seed: int) -> dict[str, object]:
    """Sixty units in two communities, some compounds, some soft barriers."""
    rng = np.random.default_rng(seed)
    at = np.arange(60).reshape(6, 10)
    edges = np.concatenate([np.stack([at[:, :-1], at[:, 1:]], -1).reshape(-1, 2),
                            np.stack([at[:-1], at[1:]], -1).reshape(-1, 2)])  # fmt: skip
    y, x = np.divmod(np.arange(60), 10)
    return {
        "edges": edges, "weights": rng.integers(0, 90, 60), "communities": (x >= 5).astype(int),
        "xy": np.stack([x * 60.0 + 4e5, y * 50.0 + 4e6], 1), "compounds": rng.integers(-1, 8, 60),
        "border": rng.random(len(edges)) * 40, "border_weight": 0.01,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_grids_are_priced_as_the_search_prices_them(seed: int) -> None:
    """Grid by grid, and the arithmetic bound is no higher than the plan."""
    arrays = lattice(seed)
    found = partition_graph(**arrays, effort="fast")  # type: ignore[arg-type]
    value = value_grids(labels=found.labels, **arrays)  # type: ignore[arg-type]
    np.testing.assert_allclose(value.costs, found.grids["cost"], rtol=1e-9)
    assert (value.bounds <= found.communities["cost"] + 1e-9).all()


def test_a_worse_plan_costs_more() -> None:
    """One grid for everything is far outside the band; edges across communities count inside it."""
    arrays = lattice(0)
    value = value_grids(labels=np.zeros(60, np.int64), **arrays)  # type: ignore[arg-type]
    assert value.costs.shape == (1,)
    assert value.costs[0] > 1000 + float(np.asarray(arrays["border"]).sum()) * 0.01
    with pytest.raises(GraphError, match="weights"):
        value_grids(arrays["edges"], [-1.0] * 60, np.zeros(60, np.int64))  # type: ignore[arg-type]
