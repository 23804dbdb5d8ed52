"""GerryChain: recursive tree plans, and the ReCom optimiser on our cost from the best of them."""

import random
import time
import warnings
from functools import partial

import networkx as nx
import numpy as np
from gerrychain import Graph, Partition
from gerrychain.optimization import SingleMetricOptimizer
from gerrychain.partition import recursive_tree_part
from gerrychain.proposals import ReCom
from gerrychain.tree import bipartition_tree
from gerrychain.updaters import Tally

from peers.best import best_of, join
from peers.instance import Answer, Instance, Ints, Piece, split
from peers.score import LOWER, UPPER, full_cost, soft_costs

ATTEMPTS = 60
"""Trees drawn for one cut before the tolerance is widened."""

SURCHARGES = (0.5, 1.5, 0.0)
"""What a border of compounds adds to the random weights of a tree, tried in turn."""

STEPS = 150
"""ReCom steps for each grid at most."""


def tree(instance: Instance, seed: int, seconds: float) -> Answer:
    """Keep the best of several recursive tree plans."""
    return best_of(instance, _draw, draws=6, seed=seed, seconds=0.8 * seconds)


def recom(instance: Instance, seed: int, seconds: float) -> Answer:
    """Improve the best of a few tree plans by tilted ReCom runs, each community its share of the time."""
    begin = time.process_time()
    start = best_of(instance, _draw, draws=len(SURCHARGES), seed=seed, seconds=0.3 * seconds)
    left = 0.9 * seconds - (time.process_time() - begin)
    pieces, plans, steps = split(instance), [], 0
    for piece in pieces:
        labels = np.unique(start.labels[piece.units], return_inverse=True)[1].astype(np.int64)
        share = left * len(piece.units) / len(instance.weights)
        if labels.max() > 0:
            labels, taken = _improve(piece, labels, seed, share)
            steps += taken
        plans.append(labels)
    return Answer(labels=join(pieces, plans), notes={"steps": steps})


def _draw(piece: Piece, parts: int, turn: int, seed: int) -> Ints:
    """Draw at the tolerance of the band, and at a wider one as long as that fails."""
    graph, mean = _graph(piece), piece.weights.sum() / parts
    surcharge = {"compound": SURCHARGES[turn % len(SURCHARGES)]}
    cut = partial(bipartition_tree, region_surcharge=surcharge, max_attempts=ATTEMPTS, warn_attempts=10 * ATTEMPTS)
    band = min(UPPER / mean - 1, 1 - LOWER / mean)
    for tolerance in (max(band, 0.05), 0.3, 0.5, 0.8):
        try:
            plan = recursive_tree_part(
                graph, range(parts), mean, "households", tolerance, bipartition_tree_fn=cut, rng=seed
            )
        except Exception:  # noqa: BLE001, S112  it says in several ways that no balanced cut was found
            continue
        return np.array([plan[i] for i in range(len(piece.units))], np.int64)
    return np.zeros(len(piece.units), np.int64)


def _improve(piece: Piece, labels: Ints, seed: int, seconds: float) -> tuple[Ints, int]:
    """Walk by ReCom, taking better plans and one worse in a hundred, until the steps or the time are used up."""
    begin, steps = time.process_time(), 0
    mean = piece.weights.sum() / (int(labels.max()) + 1)
    sizes = np.bincount(labels, piece.weights)
    tolerance = max(UPPER / mean - 1, 1 - LOWER / mean, float(np.abs(sizes / mean - 1).max()) + 1e-6)
    first = Partition(_graph(piece), dict(enumerate(labels.tolist())), updaters={"households": Tally("households")})
    walk = SingleMetricOptimizer(
        ReCom.district_pairs_mst(
            "households",
            mean,
            min(tolerance, 0.95),
            region_surcharge={"compound": SURCHARGES[0]},
            allow_pair_reselection=True,
        ),
        [],
        first,
        partial(_cost, piece),
        maximize=False,
        rng=random.Random(seed),  # noqa: S311  no secret
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in walk.tilted_run(STEPS * len(sizes), 0.01):
            steps += 1
            if time.process_time() - begin > seconds:
                break
    return np.unique(_labels(piece, walk.best_part), return_inverse=True)[1].astype(np.int64), steps


def _labels(piece: Piece, plan: Partition) -> Ints:
    return np.array([plan.assignment.mapping[i] for i in range(len(piece.units))], np.int64)


def _cost(piece: Piece, plan: Partition) -> float:
    return full_cost(*soft_costs(_labels(piece, plan), piece.weights, piece.xy, piece.compounds))


def _graph(piece: Piece) -> Graph:
    graph = nx.Graph()
    for unit, (households, compound) in enumerate(zip(piece.weights.tolist(), piece.compounds.tolist(), strict=True)):
        graph.add_node(unit, households=households, compound=compound if compound >= 0 else None)
    graph.add_edges_from(piece.edges.tolist())
    return Graph.from_networkx(graph)
