"""METIS through pymetis: multilevel k-way and recursive cuts, heavier edges inside compounds."""

import numpy as np
import pymetis

from peers.best import best_of
from peers.instance import Answer, Instance, Ints, Piece
from peers.score import UPPER

STIFFNESS = (1, 4, 16)
"""Weights of an edge inside a compound, tried in turn; other edges weigh 1."""


def best(instance: Instance, seed: int, seconds: float) -> Answer:
    """Keep the best of many seeds, part counts, edge weights and both schemes."""
    return best_of(instance, _draw, draws=36, seed=seed, seconds=0.8 * seconds)


def _draw(piece: Piece, parts: int, turn: int, seed: int) -> Ints:
    recursive = turn % 2 == 1
    slack = max(UPPER * parts / piece.weights.sum() - 1, 0.01)
    options = pymetis.Options(seed=seed, ufactor=max(int(1000 * min(slack, 0.2)), 1), contig=int(not recursive))
    stiff = STIFFNESS[turn // 2 % len(STIFFNESS)]
    _, labels = pymetis.part_graph(
        parts,
        pymetis.CSRAdjacency(piece.matrix.indptr, piece.matrix.indices),
        vweights=piece.weights.astype(np.int64),
        eweights=np.where(piece.matrix.data > 1, stiff, 1),
        options=options,
        recursive=recursive,
    )
    return np.asarray(labels, np.int64)
