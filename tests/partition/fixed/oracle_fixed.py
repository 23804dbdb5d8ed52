"""Slow, plain oracles for the general engine: graphs, every partition, every price."""

from collections.abc import Iterator

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from gridplan.config import CostRules
from gridplan.partition.fixed.net import FixedProblem
from gridplan.partition.fixed.prices import edge_tolls

Labels = tuple[int, ...]


def make_problem(seed: int, n: int, objective: str, *, whole: bool = True, locks: bool = False) -> FixedProblem:
    """Make a random connected graph of n units with places, compounds and border prices."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0, 1000, (n, 2))
    far = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) + rng.uniform(0, 300, (n, n))
    graph = nx.minimum_spanning_tree(nx.from_numpy_array(far + far.T + 1))
    for a, b in rng.integers(0, n, (n // 2, 2)).tolist():
        if a != b:
            graph.add_edge(a, b)
    edges = np.array(sorted(map(sorted, graph.edges)), np.int64).reshape(-1, 2)
    weights = rng.integers(0, 20, n).astype(float) if whole else rng.uniform(0, 20, n)
    locked = np.full(n, -1)
    if locks:
        locked[rng.choice(n, 4, replace=False)] = [7, 7, 3, 3]
    return FixedProblem(
        edges=edges, weights=weights, loads=weights * rng.uniform(0.5, 1.5, n), xy=xy,
        compounds=rng.integers(-1, 3, n), toll=edge_tolls(objective, rng.uniform(0, 1, len(edges))), locked=locked,
        name="seven",
    )  # fmt: skip


def naive_cost(problem: FixedProblem, labels: NDArray[np.int64] | Labels, objective: str, mean: float) -> float:
    """Price a plan from the definitions."""
    label, total = np.asarray(labels), 0.0
    for a, b in problem.edges:
        total += problem.toll[list(map(tuple, problem.edges)).index((a, b))] if label[a] != label[b] else 0.0
    for part in np.unique(label):
        at = np.flatnonzero(label == part)
        w, xy = problem.weights[at], problem.xy[at]
        if objective == "inertia":
            total += min(float((w * ((xy - middle) ** 2).sum(axis=1)).sum()) for middle in xy)
        if objective == "article19":
            rules = CostRules()
            compounds = len({int(problem.compounds[i]) for i in at if problem.compounds[i] >= 0 and problem.weights[i]})
            load = problem.loads[at][w > 0].sum()
            total += rules.load * 5 * abs(load - mean) / mean + rules.compound * compounds
            total += rules.mixed * (compounds > 1) * w.sum() / mean
            if w.sum() > 0:
                centre = (w[:, None] * xy).sum(axis=0) / w.sum()
                spread = (w * ((xy - centre) ** 2).sum(axis=1)).sum()
                total += rules.inertia * spread / (mean * rules.spread_m**2)
    return float(total)


def is_lawful(problem: FixedProblem, labels: NDArray[np.int64] | Labels, parts: int) -> bool:
    """Tell whether a plan has so many parts, each connected, and keeps the locks."""
    label = np.asarray(labels)
    graph = nx.Graph(problem.edges.tolist())
    graph.add_nodes_from(range(len(label)))
    pieces = all(nx.is_connected(graph.subgraph(np.flatnonzero(label == p).tolist())) for p in np.unique(label))
    locks = all(len(set(label[problem.locked == lock])) == 1 for lock in set(problem.locked) if lock >= 0)
    return len(np.unique(label)) == parts and pieces and locks


def every_partition(n: int, parts: int) -> Iterator[Labels]:
    """List every division of n units into so many parts once, by restricted growth."""

    def grow(head: Labels, used: int) -> Iterator[Labels]:
        if len(head) == n:
            if used == parts:
                yield head
            return
        if used + n - len(head) < parts:
            return
        for label in range(min(used + 1, parts)):
            yield from grow((*head, label), max(used, label + 1))

    yield from grow((), 0)


def best_by_force(
    problem: FixedProblem, parts: int, lower: float, upper: float, objective: str
) -> tuple[float, Labels] | None:
    """Find the best lawful plan within the band among all partitions."""
    mean, best = float(problem.weights.sum()) / parts, None
    for labels in every_partition(len(problem.weights), parts):
        sizes = np.bincount(labels, problem.weights, parts)
        if sizes.min() < lower or sizes.max() > upper or not is_lawful(problem, labels, parts):
            continue
        cost = naive_cost(problem, labels, objective, mean)
        if best is None or cost < best[0]:
            best = (cost, labels)
    return best
