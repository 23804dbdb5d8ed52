"""The scorer of every tool, independent of gridplan: plain numpy and scipy on the labels."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from peers.instance import Floats, Instance, Ints

TARGET: Final = 300.0
LOWER: Final = 240.0
UPPER: Final = 360.0
STEP: Final = 60.0
SPREAD_M: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The merits of a plan.

    Parameters
    ----------
    parts, out : int
        Grids, and grids outside the band of households.
    viol : float
        Households outside the band.
    soft, cost : float
        The soft terms of the cost (load, compounds, inertia), and all of it.
    pieces : int
        Pieces of compounds beyond what their size forces.
    within10 : float
        Share of grids within 10 % of the target.
    """

    parts: int
    out: int
    viol: float
    soft: float
    cost: float
    pieces: int
    within10: float


def fault(instance: Instance, labels: Ints) -> str:
    """Say why labels are no plan, or nothing when they are one.

    Parameters
    ----------
    instance : Instance
        District of n units.
    labels : int64[n]
        Grid of each unit.

    Returns
    -------
    str
        Empty when every unit has a grid and every grid is one connected piece of one community.
    """
    n = len(instance.weights)
    if labels.shape != (n,) or labels.min(initial=0) < 0:
        return "units without a grid"
    a, b = instance.edges.T
    kept = (labels[a] == labels[b]) & (instance.communities[a] == instance.communities[b])
    ones = np.ones(int(kept.sum()))
    found, _ = connected_components(coo_array((ones, (a[kept], b[kept])), shape=(n, n)), directed=False)
    grids = len(np.unique(labels))
    homes = len(np.unique(np.stack([labels, instance.communities]), axis=1).T)
    if homes > grids:
        return f"{homes - grids} grids too many reach into a second community"
    return f"{found - grids} loose pieces of grids" if found > grids else ""


def misses(sizes: Floats) -> Floats:
    """Households by which each size misses the band; 0 inside."""
    return np.maximum(np.maximum(LOWER - sizes, sizes - UPPER), 0.0)


def soft_costs(labels: Ints, weights: Floats, xy: Floats, compounds: Ints) -> tuple[Floats, Floats]:
    """Size and soft cost of every grid.

    Parameters
    ----------
    labels, weights, xy, compounds : arrays of n units
        Labels are 0..k-1.

    Returns
    -------
    float64[k], float64[k]
        Households, and load + compounds + inertia.
    """
    k = int(labels.max()) + 1
    size = np.bincount(labels, weights, k)
    safe = np.where(size > 0, size, 1.0)
    centre = np.stack([np.bincount(labels, weights * v, k) / safe for v in xy.T], axis=1)
    inertia = np.bincount(labels, weights * ((xy - centre[labels]) ** 2).sum(axis=1), k)
    lived = (weights > 0) & (compounds >= 0)
    pairs = np.unique(labels[lived] * (int(compounds.max(initial=0)) + 1) + compounds[lived])
    touched = np.bincount(pairs // (int(compounds.max(initial=0)) + 1), minlength=k)
    soft = np.abs(size - TARGET) / STEP + touched + 0.5 * (touched > 1) * size / TARGET
    return size, soft + 0.5 * inertia / (TARGET * SPREAD_M**2)


def full_cost(size: Floats, soft: Floats) -> float:
    """Whole cost of grids of these sizes and soft costs."""
    miss = misses(size)
    return float(1000.0 * (miss > 0).sum() + 1000.0 / STEP * miss.sum() + soft.sum())


def surplus_pieces(instance: Instance, labels: Ints) -> int:
    """Count pieces of compounds beyond what their households force; a compound ends at its community."""
    lived = (instance.weights > 0) & (instance.compounds >= 0)
    if not lived.any():
        return 0
    home = np.stack([instance.communities[lived], instance.compounds[lived]])
    names, rank = np.unique(home, axis=1, return_inverse=True)
    rank = rank.ravel()
    households = np.bincount(rank, instance.weights[lived], names.shape[1])
    seen = np.unique(np.stack([rank, labels[lived]]), axis=1)[0]
    pieces = np.bincount(seen, minlength=names.shape[1])
    return int(np.maximum(pieces - np.ceil(households / UPPER), 0).sum())


def score(instance: Instance, labels: Ints) -> Score:
    """Score a lawful plan.

    Parameters
    ----------
    instance : Instance
        District of n units.
    labels : int64[n]
        Grid of each unit; `fault` finds none.

    Returns
    -------
    Score
        Its merits.
    """
    _, ranked = np.unique(labels, return_inverse=True)
    size, soft = soft_costs(ranked, instance.weights, instance.xy, instance.compounds)
    miss = misses(size)
    return Score(
        parts=len(size),
        out=int((miss > 0).sum()),
        viol=float(miss.sum()),
        soft=float(soft.sum()),
        cost=full_cost(size, soft),
        pieces=surplus_pieces(instance, ranked),
        within10=float((np.abs(size - TARGET) <= 0.1 * TARGET).mean()),
    )
