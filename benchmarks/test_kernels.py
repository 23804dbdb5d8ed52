"""Micro-benchmarks of the kernels: `pytest benchmarks/test_kernels.py`; with `--benchmark-disable` each runs once.

Each goes through the narrowest function that keeps its meaning when the kernels behind it change.
"""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from gridplan.config import CostRules
from gridplan.partition.certificate import price_labels
from gridplan.partition.clock import Clock
from gridplan.partition.fixed.effort import Budget
from gridplan.partition.fixed.net import FixedProblem, build_net
from gridplan.partition.fixed.prices import edge_tolls, objective_prices
from gridplan.partition.fixed.search import search_net
from gridplan.partition.kernels.anneal import anneal, first_labels
from gridplan.partition.kernels.arrays import Floats, Graph, Ints, make_state, make_work
from gridplan.partition.problem import check_input, price_vector, split_pieces
from gridplan.partition.proof import PROOFS, prove_piece
from gridplan.partition.search import BUDGETS, search_piece
from peers.instance import Instance
from peers.run import lattice

MOVES = 20_000
"""Moves of one run of annealing."""

GO_ON = np.zeros(1, np.int8)
"""The flag that stops a kernel, never set."""

Piece = tuple[Graph, Floats, Ints]


def estate(side: int) -> Instance:
    """Make a square estate of buildings of 24 to 72 households in compounds of 3 columns."""
    plain = lattice(side)
    weights = np.random.default_rng(side).integers(24, 73, len(plain.weights)).astype(float)
    return Instance(
        edges=plain.edges, weights=weights, xy=plain.xy, compounds=plain.compounds * 2 // 3,
        communities=plain.communities,
    )  # fmt: skip


@pytest.fixture(params=[8, 40], ids=["64 units", "1600 units"])
def piece(request: pytest.FixtureRequest) -> Piece:
    """Give a piece of an estate, the prices, and a first plan."""
    made, price = estate(request.param), price_vector(CostRules(), 300, 240, 360, with_xy=True)
    problem = check_input(
        made.edges, made.weights, xy=made.xy, compounds=made.compounds, communities=None, border=None,
        border_weight=0.0, price=price,
    )  # fmt: skip
    graph = split_pieces(problem)[0].graph
    labels = np.zeros(len(made.weights), np.int64)
    first_labels(np.random.default_rng(0), price, graph, make_work(graph), labels)
    return graph, price, np.unique(labels, return_inverse=True)[1].astype(np.int64)


def tell_rate(benchmark: BenchmarkFixture, name: str, count: int) -> None:
    """Add how much is done in a second; nothing is timed with `--benchmark-disable`."""
    if benchmark.enabled:
        benchmark.extra_info[f"{name} per second"] = round(count / benchmark.stats.stats.median)


def test_pricing_a_plan(benchmark: BenchmarkFixture, piece: Piece) -> None:
    """Load labels and price every grid."""
    _, costs = benchmark(price_labels, *piece)
    assert (costs > 0).all()


def test_moves_of_annealing(benchmark: BenchmarkFixture, piece: Piece) -> None:
    """Cut trees and hand units over from a first plan, at a constant temperature."""
    graph, price, labels = piece
    state, work = make_state(len(labels)), make_work(graph)

    def run() -> float:
        state.label[:] = labels
        return anneal(np.random.default_rng(0), price, graph, state, work, MOVES, np.array([5.0, 5.0]), GO_ON)

    cost = benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    assert cost <= price_labels(*piece)[1].sum()
    tell_rate(benchmark, "moves", MOVES)


def test_search_of_a_piece(benchmark: BenchmarkFixture, piece: Piece) -> None:
    """Search as the effort "fast" does."""
    graph, price, labels = piece

    def run() -> float:
        return search_piece(graph, price, np.random.default_rng(0), BUDGETS["fast"], GO_ON).cost

    assert benchmark.pedantic(run, rounds=3, warmup_rounds=1) <= price_labels(*piece)[1].sum()
    tell_rate(benchmark, "units", len(labels))


@pytest.mark.parametrize("piece", [6], indirect=True, ids=["36 units"])
def test_proof_of_a_piece(benchmark: BenchmarkFixture, piece: Piece) -> None:
    """List grids and cover the units with them until the plan of a search is proven."""
    graph, price, _ = piece
    labels = search_piece(graph, price, np.random.default_rng(0), BUDGETS["normal"], GO_ON).labels
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    cost = float(price_labels(graph, price, labels)[1].sum())

    def run() -> bool:
        return prove_piece(graph, price, [labels], cost, PROOFS["thorough"], GO_ON).proven

    assert benchmark.pedantic(run, rounds=3, warmup_rounds=1)


@pytest.mark.parametrize("objective", ["inertia", "cut_edges"])
def test_search_with_fixed_parts(benchmark: BenchmarkFixture, objective: str) -> None:
    """Divide 400 units into 7 parts within 2 % by two runs of annealing."""
    made, units = estate(20), np.arange(400)
    problem = FixedProblem(
        edges=made.edges, weights=made.weights, loads=made.weights, xy=made.xy, compounds=made.compounds,
        toll=edge_tolls(objective, np.zeros(len(made.edges))), locked=np.full(400, -1),
    )  # fmt: skip
    total = float(made.weights.sum())
    price = objective_prices(objective, CostRules(), total, 7, 0.98 * total / 7, 1.02 * total / 7, with_xy=True)
    net = build_net(problem, units, units)
    budget = Budget(rounds=2, moves=50, total=0, nodes=0, ways=0, steps=0)

    def run() -> int:
        found = search_net(net, price, 7, budget, np.random.default_rng(0), Clock())
        return len(np.unique(found.labels))

    assert benchmark.pedantic(run, rounds=3, warmup_rounds=1) == 7
    tell_rate(benchmark, "moves", budget.rounds * budget.moves * 400)
