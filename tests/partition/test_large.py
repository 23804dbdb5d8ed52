"""Bounds by the large units alone, against every partition of the piece."""

from typing import Any

import numpy as np
import pytest
from oracle_plans import optimum_by_force

from gridplan.config import CostRules
from gridplan.partition.certificate import price_labels, simple_bound
from gridplan.partition.kernels.arrays import SURPLUS, WEIGHT, Floats, Graph
from gridplan.partition.problem import check_input, price_vector, split_pieces
from gridplan.partition.proof import PROOFS, prove_piece
from gridplan.partition.proof.large import large_alone


def make_piece(town: dict[str, Any]) -> tuple[Graph, Floats]:
    """Make the piece of a connected town, and its prices."""
    price = price_vector(CostRules(), 300, 240, 360, with_xy="xy" in town)
    plain = {"xy": None, "compounds": None, "border": None, "border_weight": 0.0}
    return split_pieces(check_input(**(plain | town), communities=None, price=price))[0].graph, price


def bound_large(graph: Graph, price: Floats) -> float | None:
    """Bound a piece by its large units."""
    alone, labels = large_alone(graph, price), np.zeros(len(graph.compound), np.int64)
    if alone is None:
        return None
    cost = float(price_labels(*alone, labels)[1].sum())
    return prove_piece(*alone, [labels], cost, PROOFS["normal"], np.zeros(1, np.int8)).bound


@pytest.mark.parametrize("seed", range(40))
def test_no_plan_costs_less_than_the_large_units(seed: int) -> None:
    """Whatever tiny units there are, and whatever units without households link, the bound holds."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 9))
    tree = {(int(rng.integers(i)), i) for i in range(1, n)}
    edges = sorted(tree | {(a, b) for a in range(n) for b in range(a + 1, n) if rng.random() < 0.2})
    town = {
        "edges": np.array(edges), "weights": np.append(rng.choice([0, 3, 8, 12, 100, 160, 190, 255], n - 2), [1, 150]),
        "xy": rng.uniform(0, 200, (n, 2)), "compounds": rng.integers(-1, 3, n),
        "border": rng.uniform(0, 30, len(edges)) * (seed % 2), "border_weight": 0.01,
    }  # fmt: skip
    bound = bound_large(*make_piece(town))
    assert bound is not None
    assert bound <= optimum_by_force(town) + 1e-6


def test_three_towers_cannot_be_paired() -> None:
    """Three towers of 160 in a row and 14 sheds of 1: by arithmetic two grids would do, but one tower is left alone."""
    links = [(0, 1), (1, 2), *((i % 3, 3 + i) for i in range(14))]
    weights = np.array([160, 160, 160] + [1] * 14)
    graph, price = make_piece({"edges": np.array(links), "weights": weights})
    assert simple_bound(graph, price) < 1000
    bound = bound_large(graph, price)
    assert bound is not None
    assert bound > 1000 + price[SURPLUS] * (240 - 14 - 160) - 1e-6


def test_pieces_without_tiny_units_are_left_alone() -> None:
    """There is nothing to take out; nor may tiny units make up a grid of their own."""
    links = np.array([(0, 1), (1, 2)])
    assert large_alone(*make_piece({"edges": links, "weights": np.array([160, 160, 160])})) is None
    many = np.stack([np.arange(30), np.arange(1, 31)], axis=1)
    graph, price = make_piece({"edges": many, "weights": np.array([160] + [12] * 30)})
    assert graph.units[:, WEIGHT].sum() == 520
    assert large_alone(graph, price) is None
