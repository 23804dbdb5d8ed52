"""Grouping of areas: contiguous, within the limits, walls kept."""

import networkx as nx
import numpy as np
import pytest

from gridplan.sample.communities import Neighbours, group
from gridplan.sample.names import FIRST, SECOND, compound_names, make_stems


def _lattice(side: int, rank: int = 0) -> tuple[nx.Graph, Neighbours]:
    graph = nx.convert_node_labels_to_integers(nx.grid_2d_graph(side, side), ordering="sorted")
    pairs = np.array(graph.edges, dtype=np.int64)
    return graph, Neighbours(pairs, np.full(len(pairs), 100.0), np.full(len(pairs), rank))


@pytest.mark.parametrize("seed", range(5))
def test_groups_are_contiguous_and_within_limits(seed: int) -> None:
    """Each group is one piece by networkx, and holds between the fewest and the most."""
    rng = np.random.default_rng(seed)
    graph, neighbours = _lattice(14)
    sizes = rng.integers(0, 900, 196)
    labels = group(sizes, neighbours, (1_000, 2_720, 3_500), rng)
    assert np.array_equal(np.unique(labels), np.arange(labels.max() + 1))
    for label in range(labels.max() + 1):
        assert nx.is_connected(graph.subgraph(np.flatnonzero(labels == label).tolist()))
    assert ((np.bincount(labels, sizes) >= 1_000) & (np.bincount(labels, sizes) <= 3_500)).all()


def test_walls_are_kept_where_both_sides_are_large_enough() -> None:
    """A column of borders of rank 3 parts the groups."""
    _, neighbours = _lattice(10)
    west = neighbours.pairs // 10 < 5
    rank = np.where(west[:, 0] != west[:, 1], 3, 0)
    labels = group(
        np.full(100, 100),
        Neighbours(neighbours.pairs, neighbours.length, rank),
        (1_000, 2_000, 3_000),
        np.random.default_rng(0),
    )
    assert not set(labels[:50]) & set(labels[50:])


def test_a_side_too_small_joins_its_neighbour() -> None:
    """A corner cut off by walls, with too few households, is grouped across them."""
    _, neighbours = _lattice(6)
    rank = np.where((neighbours.pairs == 0).any(1), 3, 0)
    labels = group(
        np.full(36, 60),
        Neighbours(neighbours.pairs, neighbours.length, rank),
        (1_000, 2_000, 3_000),
        np.random.default_rng(0),
    )
    assert (labels == 0).all()


@pytest.mark.parametrize("n", [1, 500, 6_000, 40_000])
def test_stems_are_distinct_and_in_gb2312(n: int) -> None:
    """Names differ, and every office PC can print them."""
    stems = make_stems(n, np.random.default_rng(0))
    assert len(set(stems)) == n
    "".join(stems).encode("gb2312")
    assert len(set(FIRST)) == len(FIRST)
    assert len(set(SECOND)) == len(SECOND)


def test_names_follow_the_kind() -> None:
    """Work-unit housing is named after the works, a village has a village's ending."""
    names = compound_names(["works", "village", "villa", "slab"], np.random.default_rng(0))
    assert names[0].endswith("家属院")
    assert names[2].endswith("别墅")
    assert len(set(names)) == 4
    "".join(names).encode("gb2312")
