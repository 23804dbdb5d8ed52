"""METIS through pymetis: multilevel k-way and recursive cuts, heavier edges inside compounds."""

import numpy as np
import pymetis

from peers.best import best_of
from peers.instance import Answer, Instance, Ints, Piece
from peers.score import UPPER

STIFFNESS = (1, 4, 16)
"""Weights of an edge inside a compound, tried in turn; other edges weigh 1."""

SLACKS = (0.2, 0.1, 0.03)
"""Imbalance allowed, tried in turn."""


def best(instance: Instance, seed: int, seconds: float) -> Answer:
    """Keep the best of many seeds, part counts, edge weights and both schemes."""
    return best_of(instance, _draw, draws=144, seed=seed, seconds=0.8 * seconds)


def _draw(piece: Piece, parts: int, turn: int, seed: int) -> Ints:
    slack = min(max(UPPER * parts / piece.weights.sum() - 1, 0.01), SLACKS[turn % len(SLACKS)])
    stiff = STIFFNESS[turn // len(SLACKS) % len(STIFFNESS)]
    recursive = turn // (len(SLACKS) * len(STIFFNESS)) % 2 == 1
    options = pymetis.Options(seed=seed, ufactor=int(1000 * slack), contig=int(not recursive))
    _, labels = pymetis.part_graph(
        parts,
        pymetis.CSRAdjacency(piece.matrix.indptr, piece.matrix.indices),
        vweights=piece.weights.astype(np.int64),
        eweights=np.where(piece.matrix.data > 1, stiff, 1),
        options=options,
        recursive=recursive,
    )
    return np.asarray(labels, np.int64)
