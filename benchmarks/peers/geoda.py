"""pygeoda: the max-p heuristic with tabu search; a floor of households, no ceiling."""

import tempfile
from pathlib import Path

import numpy as np
import pygeoda

from peers.best import best_of
from peers.instance import Answer, Instance, Ints, Piece

FLOORS = (240.0, 260.0, 280.0)
"""Floors tried in turn; a higher one leaves fewer, larger grids."""


def maxp(instance: Instance, seed: int, seconds: float) -> Answer:
    """Regionalise every community by place, at least a floor of households each."""
    return best_of(instance, _draw, draws=6, seed=seed, seconds=0.8 * seconds)


def _draw(piece: Piece, _parts: int, turn: int, seed: int) -> Ints:
    if piece.weights.sum() < 2 * FLOORS[0]:
        return np.zeros(len(piece.units), np.int64)
    found = pygeoda.maxp_tabu(
        _weights(piece),
        piece.xy.T.tolist(),
        piece.weights.tolist(),
        FLOORS[turn % len(FLOORS)],
        iterations=20,
        scale_method="raw",
        random_seed=seed + 1,
        cpu_threads=1,
    )
    return np.array(found["Clusters"], np.int64)


def _weights(piece: Piece) -> pygeoda.weights.Weight:
    """Hand over the graph as a GAL file, the only door for one that is not drawn from polygons."""
    near = np.split(piece.matrix.indices, piece.matrix.indptr[1:-1])
    rows = (f"{i} {len(others)}\n{' '.join(map(str, others))}\n" for i, others in enumerate(near))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "piece.gal"
        path.write_text(f"0 {len(near)} piece id\n" + "".join(rows), "ascii")
        return pygeoda.weights.read_gal(str(path), [str(i) for i in range(len(near))])
