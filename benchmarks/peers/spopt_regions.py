"""spopt: max-p, SKATER and Ward; sizes only through the floor of max-p."""

import warnings

import numpy as np
import pandas as pd
from libpysal.weights import W
from spopt.region import MaxPHeuristic, Skater, WardSpatial

from peers.best import best_of
from peers.instance import Answer, Instance, Ints, Piece
from peers.score import LOWER

PLACES = ["x", "y"]


def maxp(instance: Instance, seed: int, seconds: float) -> Answer:
    """Regionalise every community by place, at least 240 households each."""
    return best_of(instance, _maxp, draws=1, seed=seed, seconds=0.8 * seconds)


def skater(instance: Instance, seed: int, seconds: float) -> Answer:
    """Cut a minimum spanning tree; every number of grids once, since there is no chance in it."""
    return best_of(instance, _skater, draws=1, seed=seed, seconds=0.8 * seconds)


def ward(instance: Instance, seed: int, seconds: float) -> Answer:
    """Merge neighbours by Ward's rule; every number of grids once, since there is no chance in it."""
    return best_of(instance, _ward, draws=1, seed=seed, seconds=0.8 * seconds)


def _maxp(piece: Piece, _parts: int, _turn: int, seed: int) -> Ints:
    if piece.weights.sum() < 2 * LOWER:
        return np.zeros(len(piece.units), np.int64)
    np.random.seed(seed % 2**32)  # noqa: NPY002  spopt draws from the global state
    model = MaxPHeuristic(
        _frame(piece), _weights(piece), PLACES, "households", LOWER, max_iterations_construction=10, max_iterations_sa=1
    )
    model.solve()
    return np.asarray(model.labels_, np.int64)


def _skater(piece: Piece, parts: int, _turn: int, _seed: int) -> Ints:
    model = Skater(_frame(piece), _weights(piece), PLACES, n_clusters=parts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.solve()
    return np.asarray(model.labels_, np.int64)


def _ward(piece: Piece, parts: int, _turn: int, _seed: int) -> Ints:
    model = WardSpatial(_frame(piece), _weights(piece), PLACES, n_clusters=parts)
    model.solve()
    return np.asarray(model.labels_, np.int64)


def _frame(piece: Piece) -> pd.DataFrame:
    return pd.DataFrame({"x": piece.xy[:, 0], "y": piece.xy[:, 1], "households": piece.weights})


def _weights(piece: Piece) -> W:
    near = np.split(piece.matrix.indices, piece.matrix.indptr[1:-1])
    return W({i: others.tolist() for i, others in enumerate(near)}, silence_warnings=True)
