"""The search: its books, its bounds and the regions it plans anew, against plain counts and every partition."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from oracle_communities import join_communities, make_community
from oracle_pieces import all_connected, as_networkx, lattice_piece, plain_cost

from gridplan import partition_graph
from gridplan.config import CostRules
from gridplan.partition import goes, search
from gridplan.partition.kernels.arrays import Flags, Floats, Graph
from gridplan.partition.problem import check_input, price_vector, split_pieces
from gridplan.partition.proof import PROOFS
from gridplan.partition.regions import cut_out, grow_region
from gridplan.partition.search import BUDGETS, Budget, Found, mend, run_starts, search_piece, size_cost, size_floor

GO = np.zeros(1, np.int8)


def check_plan(graph: Graph, found: Found) -> None:
    """Every grid is connected, and the books of the cost are right."""
    assert all(all_connected(graph, plan) for plan in found.plans)
    assert found.cost == pytest.approx(plain_cost(graph, found.labels))
    assert found.cost == pytest.approx(min(plain_cost(graph, plan) for plan in found.plans))
    assert len({tuple(search.renumber(plan).tolist()) for plan in found.plans}) == len(found.plans)


@pytest.mark.parametrize("seed", range(6))
def test_starts_end_at_lawful_distinct_plans(seed: int) -> None:
    """Whatever the piece, the best plan is among those handed back, and a second search finds the same."""
    graph, price = lattice_piece(seed, 5, (20, 140))
    one, two = (run_starts(graph, price, np.random.default_rng(seed), BUDGETS["fast"], GO) for _ in range(2))
    check_plan(graph, one)
    assert np.array_equal(one.labels, two.labels)
    assert len(one.plans) == len(two.plans)


@pytest.mark.parametrize("seed", range(20))
def test_the_size_rule_has_a_floor(seed: int) -> None:
    """The size rule costs what the text says, and in no partition of a path less than the floor."""
    rng = np.random.default_rng(seed)
    n = 8
    weights = rng.choice([60, 110, 180, 264, 420], n)
    price = price_vector(CostRules(), 300, 240, 360, with_xy=False)
    problem = check_input(
        np.stack([np.arange(n - 1), np.arange(1, n)], axis=1), weights, xy=None, compounds=None, communities=None,
        border=None, border_weight=0.0, price=price,
    )  # fmt: skip
    graph = split_pieces(problem)[0].graph
    costs = []
    for cuts in np.ndindex(*(2,) * (n - 1)):
        labels = np.concatenate([[0], np.cumsum(cuts)])
        sizes = np.bincount(labels, weights=weights)
        missing = np.maximum(np.maximum(240 - sizes, sizes - 360), 0.0)
        costs.append(1000.0 * (missing > 0).sum() + 1000 / 60 * missing.sum())
        assert size_cost(graph, price, labels) == pytest.approx(costs[-1])
    assert size_floor(graph, price) <= min(costs) + 1e-6
    lone = cut_out(graph, np.array([int(np.argmax(weights))]))
    assert size_floor(lone, price) == pytest.approx(size_cost(lone, price, np.zeros(1, np.int64)))


@pytest.mark.parametrize("seed", range(20))
def test_a_region_cut_out_is_the_induced_piece(seed: int) -> None:
    """Edges, borders, sums and compounds of a part are those networkx keeps."""
    rng = np.random.default_rng(seed)
    graph, _ = lattice_piece(seed, 6, (1, 9))
    units = rng.permutation(36)[: rng.integers(1, 30)]
    part, expected = cut_out(graph, units), as_networkx(graph).subgraph(units.tolist())
    names = dict(enumerate(units.tolist()))
    assert nx.utils.graphs_equal(nx.relabel_nodes(as_networkx(part), names), nx.Graph(expected))
    assert np.array_equal(part.units, graph.units[units])
    pairs = {*zip(part.compound.tolist(), graph.compound[units].tolist(), strict=True)}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})
    assert all((a < 0) == (b < 0) for a, b in pairs)
    assert {a for a, _ in pairs} - {-1} == set(range(part.compound.max() + 1))


@pytest.mark.parametrize("most", [1, 9, 14, 36])
def test_a_region_is_connected_and_small(most: int) -> None:
    """A region is the grid in the middle and whole grids around it, as many as fit."""
    graph, _ = lattice_piece(0, 6, (1, 9))
    labels = (np.arange(36) // 18) * 3 + np.arange(36) % 6 // 2
    members = {k: np.flatnonzero(labels == k) for k in range(6)}
    grids = grow_region(graph, labels, members, 4, most)
    units = np.concatenate([members[k] for k in grids])
    assert grids[0] == 4
    assert len(units) == max(6, most // 6 * 6)
    assert nx.is_connected(as_networkx(graph).subgraph(units.tolist()))


def test_a_flaw_is_mended() -> None:
    """A plan with one boundary misplaced is put right, and elsewhere nothing changes."""
    graph, price = lattice_piece(1, 12, (33, 34))
    rows, columns = np.divmod(np.arange(144), 12)
    sound = rows // 3 * 4 + columns // 3
    labels = sound.copy()
    labels[[12, 13, 14, 24, 25, 26]] = 4
    plan = Found(labels=labels, cost=plain_cost(graph, labels), plans=(labels,))
    mended = mend(graph, price, plan, np.random.default_rng(0), BUDGETS["fast"], GO)
    assert size_cost(graph, price, labels) > 0
    assert size_cost(graph, price, mended.labels) == 0
    check_plan(graph, mended)
    far = (rows >= 9) & (columns >= 9)
    assert len(np.unique(mended.labels[far])) == 1
    stopped = mend(graph, price, plan, np.random.default_rng(0), BUDGETS["fast"], np.ones(1, np.int8))
    assert stopped is plan


def test_a_large_piece_is_annealed_once_and_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large piece takes one long start; the plan is lawful, in the band, and the same again."""
    graph, price = lattice_piece(2, 16, (20, 90))
    asked: list[tuple[int, int]] = []

    def watch(graph: Graph, price: Floats, rng: np.random.Generator, budget: Budget, stop: Flags) -> Found:
        asked.append((len(graph.compound), budget.most))
        return run_starts(graph, price, rng, budget, stop)

    monkeypatch.setattr(search, "LARGE_PIECE", 200)
    monkeypatch.setattr(search, "run_starts", watch)
    one, two = (search_piece(graph, price, np.random.default_rng(3), BUDGETS["fast"], GO) for _ in range(2))
    assert asked[0] == (256, 1)
    check_plan(graph, one)
    assert np.array_equal(one.labels, two.labels)
    assert size_cost(graph, price, one.labels) == 0


def test_units_without_households_are_one_grid() -> None:
    """Where nobody lives there is nothing to search."""
    graph, price = lattice_piece(0, 3, (0, 1))
    found = search_piece(graph, price, np.random.default_rng(0), BUDGETS["fast"], GO)
    assert not found.labels.any()


def test_a_miss_that_no_proof_asks_for_is_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After hardly any search and a proof that finds nothing out, the stubborn search brings grids into the band."""
    towns = [make_community("midrise", seed) for seed in range(8)]
    district = join_communities(towns)
    hasty = {**BUDGETS, "normal": replace(BUDGETS["normal"], moves=1, few=1, patience=0, most=1)}
    monkeypatch.setattr(goes, "BUDGETS", hasty)
    monkeypatch.setattr(goes, "PROOFS", {"normal": replace(PROOFS["normal"], units=0)})
    again = partition_graph(**district)
    monkeypatch.setattr(goes, "GOES", {"normal": goes.GOES["normal"][:2]})
    once = partition_graph(**district)
    assert again.grids["in_band"].sum() > once.grids["in_band"].sum()
    assert again.communities["cost"].sum() < once.communities["cost"].sum() - 1000
    assert (again.communities["reason"] != "").all()
