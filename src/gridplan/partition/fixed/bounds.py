"""What no plan can go below."""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import laplacian

from gridplan.partition.clock import Clock
from gridplan.partition.fixed.locks import connected
from gridplan.partition.fixed.net import FixedProblem
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.fixed_arrays import COMPOUND, LOWER, UPPER
from gridplan.partition.kernels.fixed_hess import hess_values

DENSE = 800
"""Units up to which eigenvalues are computed."""

PATIENCE, TOLL_PACE = 8, 0.3
"""Steps without a better bound before the steps are shortened, and the length of the steps of the tolls."""


def cost_bound(
    problem: FixedProblem, price: Floats, labels: Ints, cost: float, objective: str, steps: int, clock: Clock
) -> float:
    """Bound the cost of every plan within the band from below.

    Parameters
    ----------
    problem : FixedProblem
        The community.
    price : float64[9]
        Vector of prices.
    labels : int64[n]
        A good plan.
    cost : float
        Its cost.
    objective : str
        What is minimised.
    steps : int
        Steps of the ascent, for "inertia".
    clock : Clock
        When to stop early.

    Returns
    -------
    float
        The bound; locks are not used.
    """
    if objective == "inertia":
        return hess_bound(problem, labels, cost, float(price[LOWER]), float(price[UPPER]), steps, clock)
    if objective == "cut_edges":
        parts, components = int(labels.max()) + 1, int(connected(len(labels), problem.edges).max()) + 1
        return max(float(parts - components), spectral_bound(problem, parts, float(price[LOWER])))
    used = np.unique(problem.compounds[(problem.compounds >= 0) & (problem.weights > 0)])
    return float(price[COMPOUND]) * len(used) + float(np.minimum(problem.toll, 0.0).sum())


def spectral_bound(problem: FixedProblem, parts: int, lower: float) -> float:
    """Bound the number of edges between parts by the smallest eigenvalues of the graph, weighted by households.

    Every part S has boundary x'Lx with x its indicator and x'Dx its households, at least `lower`; the indicators are
    orthogonal in D, so their ratios add up to at least the sum of the smallest eigenvalues of Lv = cDv.

    Parameters
    ----------
    problem : FixedProblem
        The community; its tolls are 1.
    parts : int
        Number of parts.
    lower : float
        Households of a part, at least.

    Returns
    -------
    float
        A whole number.

    References
    ----------
    .. [1] Donath and Hoffman (1973), IBM Journal of Research and Development 17(5), 420-425.
    """
    n, w = len(problem.weights), problem.weights
    if n > DENSE or not (w > 0).all() or lower <= 0:
        return 0.0
    a, b = problem.edges.T
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(n, n))
    root = 1.0 / np.sqrt(w)
    matrix = np.asarray(laplacian((graph + graph.T).toarray()), np.float64) * root[:, None] * root[None, :]
    values = np.linalg.eigvalsh(matrix)[:parts]
    return float(np.ceil(lower * values.clip(0.0).sum() / 2 - 1e-6))


def hess_bound(
    problem: FixedProblem, labels: Ints, cost: float, lower: float, upper: float, steps: int, clock: Clock
) -> float:
    """Bound the inertia about middles, connectivity left out, by the Lagrangian of the model of Hess.

    Parameters
    ----------
    problem : FixedProblem
        The community.
    labels : int64[n]
        A good plan, where the ascent starts.
    cost : float
        Its cost, which the bound aims at.
    lower, upper : float
        The band.
    steps : int
        Steps of the subgradient ascent.
    clock : Clock
        When to stop early.

    Returns
    -------
    float
        The best bound met.

    References
    ----------
    .. [1] Validi, Buchanan and Lykhovyd (2022), Operations Research 70(2), 867-892.
    """
    n, w, parts = len(labels), problem.weights, int(labels.max()) + 1
    xy = np.ascontiguousarray(problem.xy - problem.xy.mean(axis=0))
    size = np.maximum(np.bincount(labels, w), 1e-300)
    centres = np.stack([np.bincount(labels, w * c) / size for c in xy.T], axis=1)
    alpha = w * ((xy[:, None, :] - centres[None]) ** 2).sum(axis=2).min(axis=1)
    toll, value, load = np.zeros(n), np.zeros(n), np.zeros(n)
    spread, mean = cost / max(float(w.sum()), 1e-300), float(w.sum()) / parts
    best, pace, stale = 0.0, 1.0, 0
    for _ in range(steps):
        hess_values(xy, w, alpha, toll, lower, upper, value, load)
        chosen = np.argsort(value, kind="stable")[:parts]
        bound = float(alpha.sum() + value[chosen].sum())
        best, stale = (bound, 0) if bound > best else (best, stale + 1)
        pace, stale = (pace * 0.7, 0) if stale == PATIENCE else (pace, stale)
        if clock.over():
            break
        far = ((xy[:, None, :] - xy[None, chosen]) ** 2).sum(axis=2)
        slope = 1.0 - (w[:, None] * (far + toll[chosen]) < alpha[:, None]).sum(axis=1)
        steepness = float((slope**2 * w).sum())
        if steepness > 0:  # each unit moves by its weight, since what it pays is a price per household
            alpha = alpha + pace * max(cost - bound, 1e-6 * abs(cost)) / steepness * slope * w
        excess = np.where(toll > 0, load - upper, np.where(toll < 0, load - lower, 0.0))
        excess = np.where(toll == 0, np.where(load > upper, load - upper, np.minimum(load - lower, 0.0)), excess)
        moved = toll + TOLL_PACE * pace * spread * excess / mean
        toll = np.where(moved * toll < 0, 0.0, moved)
    return best
