"""Idle units that link the grids of a plan, against every way to share them."""

from itertools import combinations, pairwise, product

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp

from gridplan.partition.kernels.arrays import Graph, Ints
from gridplan.partition.proof.columns import keep_apart
from gridplan.partition.proof.links import Links


def make_piece(seed: int) -> tuple[nx.Graph, Links, list[Ints]]:
    """Return a graph with up to six idle units, its links, and a plan of the others whose grids may fall apart."""
    rng = np.random.default_rng(seed)
    firm, idle = int(rng.integers(4, 8)), int(rng.integers(0, 6))
    graph = nx.gnp_random_graph(firm + idle, 0.35, seed=seed)
    matrix = sp.csr_array(nx.to_scipy_sparse_array(graph, nodelist=range(firm + idle), format="csr"))
    piece = Graph(
        indptr=matrix.indptr.astype(np.int64), indices=matrix.indices.astype(np.int64), border=np.zeros(matrix.nnz),
        units=np.zeros((firm + idle, 5)), compound=np.full(firm + idle, -1),
    )  # fmt: skip
    labels = rng.permutation(np.arange(firm) % 3)
    return graph, Links(piece, firm), [np.flatnonzero(labels == k) for k in range(3)]


def ways(graph: nx.Graph, grids: list[Ints]) -> bool:
    """Tell whether idle units can be shared so that each grid is connected."""
    firm = 1 + max(int(grid.max()) for grid in grids)
    idle = [unit for unit in graph if unit >= firm]
    return any(
        all(
            nx.is_connected(graph.subgraph([*grid, *(u for u, k in zip(idle, held, strict=True) if k == at)]))
            for at, grid in enumerate(grids)
        )
        for held in product(range(-1, len(grids)), repeat=len(idle))
    )


@pytest.mark.parametrize("seed", range(150))
def test_idle_units_are_shared_where_that_is_possible(seed: int) -> None:
    """Grids are linked by units that no other has; where they do not suffice, clashes are pairs that never go."""
    graph, links, grids = make_piece(seed)
    firm = sum(map(len, grids))
    found, clashes = links.fit(grids)
    assert (found is not None) == ways(graph, grids)
    if found is not None:
        held = [unit for units in found for unit in units]
        assert len(held) == len(set(held))
        assert all(unit >= firm for unit in held)
        assert all(nx.is_connected(graph.subgraph([*g, *units])) for g, units in zip(grids, found, strict=True))
        assert not clashes
        return
    loose = [k for k, grid in enumerate(grids) if not nx.is_connected(graph.subgraph(grid))]

    def apart(a: int, b: int) -> bool:
        pair = graph.subgraph([*grids[a], *grids[b], *range(firm, len(graph))])
        order = {unit: k for k, unit in enumerate([*grids[a], *grids[b], *range(firm, len(graph))])}
        own = [np.array([order[unit] for unit in grids[k].tolist()]) for k in (a, b)]
        return not ways(nx.relabel_nodes(pair, order), own)

    assert clashes == [pair for pair in combinations(loose, 2) if apart(*pair)]


@pytest.mark.parametrize("seed", range(60))
def test_a_grid_needs_the_idle_units_that_no_way_does_without(seed: int) -> None:
    """Those that are in every set of idle units that links it; a grid that none links is given any."""
    graph, links, grids = make_piece(seed)
    firm = sum(map(len, grids))
    idle = range(firm, len(graph))
    members, start = links.add_needed(np.concatenate(grids), np.append(0, np.cumsum([len(grid) for grid in grids])))
    for grid, (a, b) in zip(grids, pairwise(start), strict=True):
        assert members[a : a + len(grid)].tolist() == grid.tolist()
        linking = [
            set(units)
            for k in range(len(idle) + 1)
            for units in combinations(idle, k)
            if nx.is_connected(graph.subgraph([*grid, *units]))
        ]
        if linking:
            assert set(members[a + len(grid) : b].tolist()) == set.intersection(*linking)


def test_grids_that_are_kept_apart_share_a_unit_of_their_own() -> None:
    """Each pair has one, and a grid may be in several."""
    pairs = np.array([[0, 2], [1, 2]])
    members, start = keep_apart(np.array([0, 1, 2, 3]), np.array([0, 2, 3, 4]), pairs, 4)
    assert [members[a:b].tolist() for a, b in pairwise(start)] == [[0, 1, 4], [2, 5], [3, 4, 5]]
    members, start = keep_apart(np.array([0, 1]), np.array([0, 1, 2]), np.zeros((0, 2), np.int64), 4)
    assert (members.tolist(), start.tolist()) == ([0, 1], [0, 1, 2])
