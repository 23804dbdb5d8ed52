"""Trees of unions and the cuts of them, against networkx and the text of the rules."""

import networkx as nx
import numpy as np
import pytest
from calling import from_python
from oracle_pieces import as_networkx, lattice_piece, set_cost

from gridplan.partition.kernels.arrays import (
    BELOW,
    END,
    MEMBER,
    NONE,
    PARENT,
    PLACE,
    REST,
    SPOT,
    UNIT,
    ZERO,
    Floats,
    Graph,
    Ints,
    Work,
    make_work,
)
from gridplan.partition.kernels.tree import grow_tree, price_cuts, sum_subtrees

grow_tree, price_cuts, sum_subtrees = from_python(grow_tree), from_python(price_cuts), from_python(sum_subtrees)


def make_union(seed: int, size: int) -> tuple[Graph, Floats, Work, Ints]:
    """Return a piece, prices, and scratch with a connected union of some of its units."""
    graph, price = lattice_piece(seed, 5, (20, 140))
    units = np.array(list(nx.bfs_tree(as_networkx(graph), seed % 25))[:size])
    work = make_work(graph)
    work.rows[MEMBER, :size], work.rows[PLACE, units] = units, np.arange(size)
    return graph, price, work, units


@pytest.mark.parametrize("keep", [0.0, 1.0])
@pytest.mark.parametrize("seed", range(8))
def test_a_tree_spans_its_union_in_preorder(seed: int, keep: float) -> None:
    """Its edges are edges of the union, every subtree has no gap, and compounds are held together if asked."""
    graph, _, work, units = make_union(seed, 1 + 3 * seed)
    size, whole = len(units), as_networkx(graph).subgraph(units.tolist())
    edges = grow_tree(np.random.default_rng(seed), graph, work, size, keep)
    unit, parent = work.rows[UNIT, :size], work.rows[PARENT, :size]
    tree = nx.Graph()
    tree.add_nodes_from(unit.tolist())
    tree.add_edges_from((int(unit[i]), int(unit[parent[i]])) for i in range(1, size))
    assert edges == whole.number_of_edges()
    assert nx.is_tree(tree)
    assert set(tree) == set(whole)
    assert all(whole.has_edge(a, b) for a, b in tree.edges)
    assert np.array_equal(unit[work.rows[SPOT, :size]], units)
    directed = nx.bfs_tree(tree, int(unit[0]))
    for i in range(size):
        below = {int(unit[i]), *nx.descendants(directed, int(unit[i]))}
        assert below == set(unit[i : work.rows[END, i]].tolist())
    if keep:
        inside = [(a, b) for a, b in whole.edges if graph.compound[a] == graph.compound[b] >= 0]
        kept = sum(graph.compound[a] == graph.compound[b] >= 0 for a, b in tree.edges)
        assert kept == sum(len(part) - 1 for part in nx.connected_components(nx.Graph(inside)))


@pytest.mark.parametrize("part", ["all", "below", "without"])
@pytest.mark.parametrize("seed", range(8))
def test_every_cut_is_priced(seed: int, part: str) -> None:
    """Both sides of every cut cost what the rules say, also where a subtree is looked at alone or left out."""
    graph, price, work, units = make_union(seed, 18)
    edges = grow_tree(np.random.default_rng(seed), graph, work, 18, 0.5)
    unit, ends = work.rows[UNIT], work.rows[END]
    sum_subtrees(graph, work, edges, ZERO, 18, NONE)  # leaves its sums behind
    root = int(np.argmax(ends[1:18] - np.arange(1, 18))) + 1
    low, high, skip = {"all": (0, 18, -1), "below": (root, ends[root], -1), "without": (0, 18, root)}[part]
    taken = {i for i in range(low, high) if skip < 0 or not skip <= i < ends[skip]}
    sum_subtrees(graph, work, edges, low, high, skip)
    whole, best, at = price_cuts(price, work, low, high, skip)
    assert whole == pytest.approx(set_cost(graph, unit[list(taken)]))
    costs = {}
    for i in taken - {low}:
        below = taken & set(range(i, ends[i]))
        costs[i] = work.tree[i, BELOW] + work.tree[i, REST]
        assert work.tree[i, BELOW] == pytest.approx(set_cost(graph, unit[list(below)]))
        assert work.tree[i, REST] == pytest.approx(set_cost(graph, unit[list(taken - below)]))
    assert best == min(costs.values(), default=np.inf)
    assert at == min(costs, key=lambda i: (costs[i], i), default=-1)
    assert len(units) == 18
