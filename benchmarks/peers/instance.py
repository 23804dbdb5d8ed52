"""What every tool is given: a graph with households, places, compounds and communities; and its separate pieces."""

import hashlib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instance:
    """A district as arrays.

    Parameters
    ----------
    edges : int64[m, 2]
        Contiguity inside communities, each pair once.
    weights : float64[n]
        Households of each unit.
    xy : float64[n, 2]
        Metres.
    compounds : int64[n]
        Compound of each unit, -1 for none.
    communities : int64[n]
        Community of each unit.
    """

    edges: Ints
    weights: Floats
    xy: Floats
    compounds: Ints
    communities: Ints

    def save(self, path: Path) -> None:
        """Write the arrays to an npz file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path) as arrays:
            return cls(**{f.name: arrays[f.name] for f in fields(cls)})

    def digest(self) -> str:
        """Hash the arrays: results of different digests are not comparable."""
        parts = (np.ascontiguousarray(getattr(self, f.name)).tobytes() for f in fields(self))
        return hashlib.sha256(b"".join(parts)).hexdigest()[:12]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What a tool gives back: the grid of each unit (int64[n]), and numbers worth keeping."""

    labels: Ints
    notes: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """A connected piece of one community; no grid reaches beyond it.

    Parameters
    ----------
    units : int64[k]
        Its units in the instance.
    edges, weights, xy, compounds
        As of the instance, on the k units.
    matrix : csr_array of shape (k, k)
        Its edges, both ways; the values are 1 + [both ends in one compound].
    """

    units: Ints
    edges: Ints
    weights: Floats
    xy: Floats
    compounds: Ints
    matrix: csr_array


def split(instance: Instance) -> list[Piece]:
    """Cut an instance into the connected pieces of its communities."""
    n = len(instance.weights)
    a, b = instance.edges.T
    inside = instance.communities[a] == instance.communities[b]
    edges = instance.edges[inside]
    _, part = connected_components(coo_array((np.ones(len(edges)), edges.T), shape=(n, n)), directed=False)
    order = np.argsort(part, kind="stable")
    local = np.empty(n, np.int64)
    local[order] = np.arange(n) - np.searchsorted(part[order], part[order])
    of_edge = part[edges[:, 0]]
    by_part = np.argsort(of_edge, kind="stable")
    bounds = np.searchsorted(of_edge[by_part], np.arange(part.max() + 2))
    groups = np.split(order, np.flatnonzero(np.diff(part[order])) + 1)
    return [_piece(instance, units, local[edges[by_part[bounds[i] : bounds[i + 1]]]]) for i, units in enumerate(groups)]


def _piece(instance: Instance, units: Ints, edges: Ints) -> Piece:
    compounds = instance.compounds[units]
    a, b = edges.T
    value = 1 + ((compounds[a] == compounds[b]) & (compounds[a] >= 0))
    both = (np.concatenate([value, value]), (np.concatenate([a, b]), np.concatenate([b, a])))
    matrix = coo_array(both, shape=(len(units), len(units))).tocsr()
    matrix.sort_indices()
    return Piece(
        units=units,
        edges=edges,
        weights=instance.weights[units],
        xy=instance.xy[units] - instance.xy[units].mean(axis=0),
        compounds=compounds,
        matrix=matrix,
    )
