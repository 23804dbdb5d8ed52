"""Slow, plain oracles for one piece: a lattice of buildings, its networkx graph, prices by the text of the rules."""

from collections.abc import Iterable

import networkx as nx
import numpy as np

from gridplan.config import CostRules
from gridplan.partition.kernels.arrays import Floats, Graph, Ints
from gridplan.partition.problem import check_input, price_vector, split_pieces


def lattice_piece(seed: int, side: int, households: tuple[int, int]) -> tuple[Graph, Floats]:
    """Return a lattice of buildings with compounds and borders, and the prices."""
    rng = np.random.default_rng(seed)
    whole = nx.convert_node_labels_to_integers(nx.grid_2d_graph(side, side), ordering="sorted")
    rows, columns = np.divmod(np.arange(side * side), side)
    price = price_vector(CostRules(), 300, 240, 360, with_xy=True)
    problem = check_input(
        np.array(whole.edges), rng.integers(*households, side * side), xy=np.stack([rows, columns], axis=1) * 30.0,
        compounds=columns // 3 - 1, communities=None, border=rng.integers(0, 3, whole.number_of_edges()) * 10.0,
        border_weight=0.01, price=price,
    )  # fmt: skip
    return split_pieces(problem)[0].graph, price


def as_networkx(graph: Graph) -> nx.Graph:
    """Return a piece as a networkx graph with borders."""
    n = len(graph.compound)
    heads = np.repeat(np.arange(n), np.diff(graph.indptr))
    result = nx.Graph()
    result.add_nodes_from(range(n))
    result.add_weighted_edges_from(zip(heads.tolist(), graph.indices.tolist(), graph.border.tolist(), strict=True))
    return result


def set_cost(graph: Graph, chosen: Iterable[int]) -> float:
    """Price a grid of these units by the text of the rules."""
    units = sorted(int(unit) for unit in chosen)
    w, load, wx, wy, wr2 = graph.units[units].sum(axis=0)
    missing = max(0.0, 240 - w, w - 360)
    touched = len(set(graph.compound[units].tolist()) - {-1})
    cost = (1000 + 1000 / 60 * missing) * (missing > 0) + abs(load - 300) / 60
    cost += touched + 0.5 * w / 300 * (touched > 1) + 0.5 * (wr2 - (wx**2 + wy**2) / w) / (300 * 2500)
    return float(cost + as_networkx(graph).subgraph(units).size(weight="weight"))


def plain_cost(graph: Graph, labels: Ints) -> float:
    """Price a plan by the text of the rules."""
    return sum(set_cost(graph, np.flatnonzero(labels == label)) for label in np.unique(labels))


def all_connected(graph: Graph, labels: Ints) -> bool:
    """Tell whether every grid is in one piece."""
    whole = as_networkx(graph)
    return all(nx.is_connected(whole.subgraph(np.flatnonzero(labels == k).tolist())) for k in np.unique(labels))
