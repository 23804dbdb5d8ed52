"""What a proof prepares in whole matrices, against the plain way."""

from itertools import chain, combinations, pairwise

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from oracle_pieces import as_networkx, lattice_piece, set_cost

from gridplan.partition.kernels.arrays import Graph
from gridplan.partition.kernels.sets import WORD, place_of
from gridplan.partition.proof.columns import Columns
from gridplan.partition.proof.field import make_field
from gridplan.partition.proof.master import Master
from gridplan.partition.proof.quest import near_bits
from gridplan.partition.proof.tolled import add_tolled


def test_bits_know_their_place() -> None:
    """Every bit of a word is told from the others."""
    assert [place_of.py_func(1 << k) for k in range(WORD)] == list(range(WORD))


@pytest.mark.parametrize("seed", range(40))
def test_neighbours_are_those_beside_and_those_beyond_idle_units(seed: int) -> None:
    """Units are neighbours where an edge joins them, or a path through idle units alone; also where none is idle."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 80))
    firm = n if seed % 4 == 0 else int(rng.integers(1, n + 1))
    graph = nx.gnp_random_graph(n, 3.0 / n, seed=seed)
    matrix = sp.csr_array(nx.to_scipy_sparse_array(graph, nodelist=range(n), format="csr"))
    piece = Graph(
        indptr=matrix.indptr.astype(np.int64), indices=matrix.indices.astype(np.int64), border=np.zeros(matrix.nnz),
        units=np.zeros((n, 5)), compound=np.full(n, -1),
    )  # fmt: skip
    bits = near_bits(piece, firm)
    for unit in range(firm):
        through = graph.subgraph([unit, *range(firm, n)])
        inner = nx.node_connected_component(through, unit)
        asked = {other for node in inner for other in graph[node] if other < firm} - {unit}
        found = {other for other in range(firm) if bits[unit, other // WORD] >> (other % WORD) & 1}
        assert found - {unit} == asked


@pytest.mark.parametrize("seed", range(20))
def test_grids_get_the_units_without_households_that_have_priced_borders(seed: int) -> None:
    """Once for each choice that is connected and leaves none that it surrounds, at its cost, unless it is dear."""
    rng = np.random.default_rng(seed)
    graph, price = lattice_piece(seed, 3, (60, 150))
    gone = rng.random(9) < 0.5
    gone[0], graph.units[gone], graph.compound[gone] = False, 0.0, -1
    made = make_field(graph, price, 1e5)
    assert made is not None
    field, _ = made
    own = tuple(sorted(rng.choice(field.firm, int(rng.integers(1, field.firm + 1)), replace=False).tolist()))
    others = range(field.firm, field.firm + field.tolled)
    whole, free = as_networkx(field.graph), range(field.firm + field.tolled, 9)
    base = set_cost(field.graph, {*own, *(u for u in others if set(whole[u]) <= set(own))})
    room, expected = float(rng.uniform(0, 1.5)), {}
    for chosen in chain.from_iterable(combinations(others, k) for k in range(field.tolled + 1)):
        held, cost = {*own, *chosen}, set_cost(field.graph, {*own, *chosen})
        reached = nx.node_connected_component(whole.subgraph({*held, *free}), own[0])
        shut_in = any(set(whole[u]) <= held for u in set(others) - held)
        if held <= reached and not shut_in and cost - base < room:
            expected[tuple(sorted(held))] = cost
    grids = Columns(
        members=np.array(own), start=np.array([0, len(own)]), cost=np.array([base]), whole=True, least=0.0,
        lift=np.zeros(0),
    )  # fmt: skip
    found = add_tolled(field, grids, np.array([room]))
    assert found is not None
    listed = [tuple(sorted(found.members[a:b].tolist())) for a, b in pairwise(found.start)]
    assert dict(zip(listed, found.cost.tolist(), strict=True)) == pytest.approx(expected)
    assert len(listed) == len(expected)


def test_the_doubtful_pair_is_held_together_by_half_of_the_solution() -> None:
    """Three units of which any two make a cheap grid: each pair is together in half of the solution."""
    compound, low, high = np.full(3, -1), np.array([1.0]), np.array([3.0])
    master = Master(compound, low, high, 3.0, 100.0)
    master.add(np.array([0, 1, 1, 2, 0, 2, 0, 1, 2]), np.array([0, 2, 4, 6, 7, 8, 9]), np.array([1.0] * 3 + [5.0] * 3))
    master.solve()
    one, other = master.doubtful_pair()
    assert master.objective == pytest.approx(1.5)
    assert one < other
    master.replace(np.array([0, 1, 2]), np.array([0, 2, 3]), np.array([1.0, 5.0]))
    master.solve()
    assert master.doubtful_pair() == (0, 0)
