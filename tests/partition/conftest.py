"""Made-up districts for the tests of the core: street blocks of slabs, mid-rises, towers, and villages."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import Delaunay

sys.path.insert(0, str(Path(__file__).parent))  # the oracles of this folder can be imported

BLOCK_M = 150.0
KINDS = {  # kind of block -> spacing along x and y in metres, households of a building from and to
    "slabs": (50.0, 25.0, 36, 36),
    "workers": (50.0, 25.0, 24, 48),
    "midrise": (50.0, 50.0, 44, 110),
    "towers": (75.0, 75.0, 264, 264),
    "villas": (25.0, 37.5, 1, 1),
}


def _block(rng: np.random.Generator, kind: str) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    dx, dy, low, high = KINDS[kind]
    x, y = np.meshgrid(np.arange(dx / 2, BLOCK_M, dx), np.arange(dy / 2, BLOCK_M, dy))
    xy = np.stack([x.ravel(), y.ravel()], axis=1)
    xy = xy[rng.random(len(xy)) < 0.9]
    return xy + rng.uniform(-4, 4, xy.shape), np.full(len(xy), rng.integers(low, high + 1))


def _community(rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return places, households and compounds of one community of 1,000 to 3,500 households."""
    while True:
        shape = rng.integers(2, 4, 2)
        places, weights, compounds = [], [], []
        for k, (i, j) in enumerate(np.ndindex(*shape)):
            kind = rng.choice(list(KINDS), p=[0.4, 0.1, 0.3, 0.15, 0.05])
            xy, w = _block(rng, kind)
            places.append(xy + np.array([i, j]) * (BLOCK_M + 20))
            weights.append(w)
            compounds.append(np.full(len(w), -1 if kind == "workers" else k))
        w = np.concatenate(weights)
        if 1000 <= w.sum() <= 3500:
            return np.concatenate(places), w, np.concatenate(compounds)


def _village(rng: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    n = int(rng.integers(250, 500))
    side = int(np.ceil(np.sqrt(n)))
    xy = np.stack(np.divmod(np.arange(n), side), axis=1) * 16.0
    return xy + rng.uniform(-3, 3, xy.shape), rng.integers(1, 9, n), np.full(n, -1)


def touching(xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the edges of the Delaunay triangulation, each once; a path for fewer than four points."""
    n = len(xy)
    if n < 4:
        return np.stack([np.arange(n - 1), np.arange(1, n)], axis=1)
    t = Delaunay(xy).simplices
    return np.unique(np.sort(np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [0, 2]]]), axis=1), axis=0)


def make_district(communities: int, seed: int, *, villages: float = 0.06, huge: float = 0.05) -> dict[str, Any]:
    """Make the arrays of a district of so many communities for `partition_graph`."""
    rng = np.random.default_rng(seed)
    parts: dict[str, list[NDArray[Any]]] = {k: [] for k in ("edges", "weights", "xy", "compounds", "communities")}
    units = compounds_so_far = 0
    columns = int(np.ceil(np.sqrt(communities)))
    for k in range(communities):
        xy, w, c = _village(rng) if rng.random() < villages else _community(rng)
        if rng.random() < huge:
            w[rng.integers(len(w))] = 480
        parts["edges"].append(touching(xy) + units)
        parts["weights"].append(w)
        parts["xy"].append(xy + np.array(divmod(k, columns)) * 600.0)
        parts["compounds"].append(np.where(c < 0, -1, c + compounds_so_far))
        parts["communities"].append(np.full(len(w), k))
        units, compounds_so_far = units + len(w), compounds_so_far + int(c.max()) + 1
    return {name: np.concatenate(arrays) for name, arrays in parts.items()}


@pytest.fixture(scope="session")
def district() -> Callable[..., dict[str, Any]]:
    """Give the maker of districts to a test."""
    return make_district
