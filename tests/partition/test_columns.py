"""The list of grids with a small reduced cost agrees with a plain walk over all subsets."""

from itertools import combinations

import networkx as nx
import numpy as np
import pytest

from gridplan.config import CostRules
from gridplan.partition.exact import ProofBudget, Prover, make_field
from gridplan.partition.kernels.arrays import Field, Floats, Graph
from gridplan.partition.problem import check_input, price_vector, split_pieces

BUDGET = ProofBudget(units=99, steps=10**9, columns=10**5, rounds=9)


def random_piece(seed: int, n: int, *, tolls: bool = False) -> tuple[Graph, Floats]:
    """Return a connected piece with idle units, compounds and some huge units, and the prices."""
    rng = np.random.default_rng(seed)
    graph = nx.gnp_random_graph(n, 0.25, seed=seed)
    edges = sorted({*graph.edges, *((int(rng.integers(i)), i) for i in range(1, n))})
    weights = rng.choice([0, 36, 72, 100, 150, 264], n)
    weights[0] = rng.choice([100, 380])
    price = price_vector(CostRules(), 300, 240, 360, with_xy=True)
    problem = check_input(
        np.array(edges), weights, xy=rng.uniform(0, 200, (n, 2)), compounds=rng.integers(-1, 3, n),
        communities=None, border=rng.uniform(0, 30, len(edges)) * tolls, border_weight=0.01, price=price,
    )  # fmt: skip
    return split_pieces(problem)[0].graph, price


def plain_cost(graph: Graph, chosen: tuple[int, ...]) -> float:
    """Price a set of units by the text of the rules."""
    w, load = graph.units[list(chosen), 0], graph.units[list(chosen), 1]
    total = w.sum()
    missing = max(0.0, 240 - total, total - 360)
    cost = 1000 / 60 * missing + (1000 if missing > 0 else 0) + abs(load.sum() - 300) / 60
    touched = {graph.compound[u] for u in chosen if graph.units[u, 0] > 0} - {-1}
    cost += len(touched) + (0.5 * total / 300 if len(touched) > 1 else 0)
    if total > 0:
        xy = graph.units[list(chosen), 2:4] / np.maximum(w, 1e-9)[:, None]
        centre = (w[:, None] * xy).sum(0) / total
        cost += 0.5 * (w * ((xy - centre) ** 2).sum(1)).sum() / (300 * 2500)
    for u in chosen:
        for h in range(graph.indptr[u], graph.indptr[u + 1]):
            cost += 0.5 * graph.border[h] * (graph.indices[h] in chosen)
    return float(cost)


def as_networkx(graph: Graph) -> nx.Graph:
    """Return the piece as a networkx graph."""
    n = len(graph.compound)
    heads = np.repeat(np.arange(n), np.diff(graph.indptr))
    result = nx.Graph(zip(heads.tolist(), graph.indices.tolist(), strict=True))
    result.add_nodes_from(range(n))
    return result


@pytest.mark.parametrize("seed", range(40))
def test_every_useful_grid_is_listed(seed: int) -> None:
    """Nothing below the limit is missing but sets with an idle unit too many, and nothing is listed twice."""
    rng = np.random.default_rng(seed)
    piece, price = random_piece(seed, 9, tolls=seed % 2 == 1)
    made = make_field(piece, price, cost=900.0 + 1500.0 * (seed % 3) + 2000.0)
    assert made is not None
    field, _ = made
    prover = Prover(field, price, np.zeros(9, np.int64), BUDGET, np.zeros(1, np.int8))
    dual = np.append(rng.uniform(0.0, 3.0, 9) * field.graph.units[:, 0] / 150, rng.uniform(-2, 2))
    dual[field.firm : 9] = -rng.uniform(0, 1, 9 - field.firm)
    prover.dual, limit = dual, float(rng.uniform(-1, 3))
    found = prover.list(limit, np.array([1, 9]), 10**5, 10**5, 10**9)
    listed = [frozenset(found.members[a:b].tolist()) for a, b in zip(found.start, found.start[1:], strict=False)]
    assert len(set(listed)) == len(listed)
    whole = as_networkx(field.graph)
    for size in range(1, 10):
        for chosen in combinations(range(9), size):
            if not nx.is_connected(whole.subgraph(chosen)):
                continue
            if any(
                u >= field.firm and (size == 1 or nx.is_connected(whole.subgraph(set(chosen) - {u}))) for u in chosen
            ):
                continue
            cost = plain_cost(field.graph, chosen)
            weight = field.graph.units[list(chosen), 0].sum()
            allowed = field.lowest[min(chosen)] <= weight <= field.highest[min(chosen)]
            reduced = cost - dual[list(chosen)].sum() - dual[9]
            if abs(reduced - limit) < 1e-9 or not allowed:
                continue
            if reduced < limit:
                assert frozenset(chosen) in listed or not _rest_divides(field, whole, chosen)
            else:
                assert frozenset(chosen) not in listed
    for chosen_set, cost in zip(listed, found.cost, strict=True):
        assert cost == pytest.approx(plain_cost(field.graph, tuple(chosen_set)))


def _rest_divides(field: Field, whole: nx.Graph, chosen: tuple[int, ...]) -> bool:
    low, high = field.lowest[-1], field.highest[-1]
    for part in nx.connected_components(whole.subgraph(set(range(9)) - set(chosen))):
        w = field.graph.units[list(part), 0]
        huge = field.highest[list(part)] > high
        total = w[~huge].sum()
        if w.sum() == 0:
            continue
        room = (field.highest[list(part)] - w)[huge].sum()
        most = huge.sum() + (int((total + 1e-9) / low) if low > 0 else 99)
        least = huge.sum() + int(np.ceil(max(0.0, total - room - 1e-9) / high))
        if least > most or most == 0:
            return False
    return True
