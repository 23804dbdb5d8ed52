"""The moves of the search: after each the books agree with the text of the rules and with networkx."""

import networkx as nx
import numpy as np
import pytest
from calling import from_python
from oracle_pieces import all_connected, as_networkx, lattice_piece, plain_cost, set_cost

from gridplan.partition.kernels.anneal import anneal, first_labels
from gridplan.partition.kernels.arrays import (
    AFTER,
    BEFORE,
    COST,
    END,
    FIRST,
    FREE,
    HEAD,
    LAST,
    MEMBER,
    NONE,
    OUTSIDE,
    PLACE,
    UNIT,
    ZERO,
    Floats,
    Graph,
    State,
    Work,
    make_state,
    make_work,
)
from gridplan.partition.kernels.grids import MET, load_labels
from gridplan.partition.kernels.moves import (
    accepts,
    cut_in_three,
    hand_over,
    neighbour_grid,
    recombine,
    stays_connected,
)
from gridplan.partition.kernels.tree import grow_tree, price_cuts, sum_subtrees

GO, STOP = np.zeros(1, np.int8), np.ones(1, np.int8)


def start(seed: int, side: int = 5) -> tuple[Graph, Floats, State, Work]:
    """Return a piece, prices, and a first plan with its books."""
    graph, price = lattice_piece(seed, side, (20, 140))
    state, work = make_state(side * side), make_work(graph)
    first_labels(np.random.default_rng(seed), price, graph, work, state.label)
    load_labels(price, graph, state, work)
    return graph, price, state, work


def check_books(graph: Graph, state: State, work: Work) -> None:
    """Check that lists, sums, costs, unused labels and scratch are what the labels say."""
    labels, used = state.label, np.unique(state.label)
    for label in used:
        units = np.flatnonzero(labels == label)
        listed, before, unit = [], -1, int(state.rows[HEAD, label])
        while unit >= 0:
            assert state.rows[BEFORE, unit] == before
            listed.append(unit)
            before, unit = unit, int(state.rows[AFTER, unit])
        assert sorted(listed) == units.tolist()
        assert np.allclose(state.grids[label, :5], graph.units[units].sum(axis=0))
        assert state.grids[label, COST] == pytest.approx(set_cost(graph, units))
    free = state.rows[FREE, : state.rows[FREE, -1]]
    assert sorted(free.tolist()) == sorted(set(range(len(labels))) - set(used.tolist()))
    assert (state.rows[HEAD, free] == -1).all()
    assert (work.rows[[PLACE, LAST]] == -1).all()
    assert (work.rows[FIRST] != MET).all()
    assert all_connected(graph, labels)


@pytest.mark.parametrize("seed", range(8))
def test_a_first_plan_and_its_books(seed: int) -> None:
    """A first plan has connected grids, few of them far from the band, and its books cost what the rules say."""
    graph, price, state, work = start(seed)
    check_books(graph, state, work)
    assert load_labels(price, graph, state, work) == pytest.approx(plain_cost(graph, state.label))
    sizes = np.bincount(state.label, graph.units[:, 0])
    assert (sizes[sizes > 0] <= 360 + 139).all()


@pytest.mark.parametrize("heat", [1e9, 20.0, 1e-9])
@pytest.mark.parametrize("seed", range(4))
def test_recombined_grids_keep_the_books(seed: int, heat: float) -> None:
    """Two, three or one grid cut anew: the change told is the change of the plan; without heat none is a rise."""
    graph, price, state, work = start(seed)
    rng, cost, move = np.random.default_rng(seed), plain_cost(graph, state.label), from_python(recombine)
    for step in range(12):
        unit = int(rng.integers(25))
        other = from_python(neighbour_grid)(rng, graph, state, unit, NONE) if step % 4 else NONE
        cost += move(rng, price, graph, state, work, state.label[unit], other, 0.5, heat)
        check_books(graph, state, work)
        assert cost == pytest.approx(plain_cost(graph, state.label))
    assert heat > 1 or cost <= plain_cost(graph, start(seed)[2].label) + 1e-6


@pytest.mark.parametrize("heat", [1e9, 20.0, 1e-9])
@pytest.mark.parametrize("seed", range(4))
def test_handing_over_keeps_the_books(seed: int, heat: float) -> None:
    """One unit after the other moves next door: the change told is the change of the plan, and no grid falls apart."""
    graph, price, state, work = start(seed)
    rng, cost, move = np.random.default_rng(seed), plain_cost(graph, state.label), from_python(hand_over)
    for _ in range(25):
        unit = int(rng.integers(25))
        to = from_python(neighbour_grid)(rng, graph, state, unit, NONE)
        if to >= 0:
            cost += move(rng, price, graph, state, work, unit, to, heat)
            check_books(graph, state, work)
            assert cost == pytest.approx(plain_cost(graph, state.label))


@pytest.mark.parametrize("seed", range(6))
def test_neighbours_and_connection(seed: int) -> None:
    """The grids next to a unit, and whether a grid can do without it, are as networkx says."""
    graph, _, state, work = start(seed)
    whole, rng, labels = as_networkx(graph), np.random.default_rng(seed), state.label
    for unit in range(25):
        rest = [u for u in np.flatnonzero(labels == labels[unit]).tolist() if u != unit]
        connected = not rest or nx.is_connected(whole.subgraph(rest))
        assert from_python(stays_connected)(graph, state, work, unit) == connected
        near = {int(labels[u]) for u in whole[unit]} - {int(labels[unit])}
        for without in [-1, *near]:
            found = {from_python(neighbour_grid)(rng, graph, state, unit, without) for _ in range(20)}
            assert found <= (near - {without} or {-1})
            assert found == (near - {without} or {-1}) or len(near) > 2
    assert (work.rows[PLACE] == -1).all()


@pytest.mark.parametrize("seed", range(8))
def test_a_tree_is_cut_in_three(seed: int) -> None:
    """The pair of cuts costs what its three grids cost, and one of them lies within the band."""
    graph, price = lattice_piece(seed, 5, (20, 60))
    work, size, rng = make_work(graph), 20, np.random.default_rng(seed)
    units = np.array(list(nx.bfs_tree(as_networkx(graph), seed))[:size])
    work.rows[MEMBER, :size], work.rows[PLACE, units] = units, np.arange(size)
    edges = from_python(grow_tree)(rng, graph, work, size, 0.5)
    from_python(sum_subtrees)(graph, work, edges, ZERO, size, NONE)
    from_python(price_cuts)(price, work, ZERO, size, NONE)
    cost, first, second = from_python(cut_in_three)(rng, price, graph, work, size, edges)
    if first < 0:
        assert cost == np.inf
        return
    unit, ends = work.rows[UNIT], work.rows[END]
    one, two = (set(range(i, ends[i])) for i in (first, second))
    one, two = (one - two, two) if second > first else (one, two - one)
    parts = [one, two, set(range(size)) - one - two]
    costs = [set_cost(graph, unit[list(part)]) for part in parts]
    assert all(parts)
    assert cost == pytest.approx(sum(costs))
    assert min(costs) < price[OUTSIDE]


def test_metropolis() -> None:
    """Falls are always accepted, rises as often as the rule says."""
    rng, rule = np.random.default_rng(0), from_python(accepts)
    assert all(rule(rng, rise, 1.0) for rise in (0.0, -1e-9, -5.0))
    share = np.mean([rule(rng, 3.0, 2.0) for _ in range(4000)])
    assert share == pytest.approx(np.exp(-1.5), abs=0.03)


@pytest.mark.parametrize("seed", range(4))
def test_annealing_hands_back_its_best_plan(seed: int) -> None:
    """No worse than its first plan, priced by the rules, with its books in order; stopped, it changes none."""
    graph, price, state, work = start(seed)
    first, labels = plain_cost(graph, state.label), state.label.copy()
    cost = anneal(np.random.default_rng(seed), price, graph, state, work, 300, np.array([1e4, 1.0]), GO)
    assert cost == pytest.approx(plain_cost(graph, state.label))
    assert cost <= first + 1e-6
    check_books(graph, state, work)
    state.label[:] = labels
    anneal(np.random.default_rng(seed), price, graph, state, work, 300, np.array([1e4, 1.0]), STOP)
    assert np.array_equal(state.label, labels)
