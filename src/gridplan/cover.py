"""Bases and sites: the fewest that reach everybody, and the best of a given number; exact, by HiGHS."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.highs import make_solver

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NODES: Final = 20_000
"""Branches after which the best so far is taken, and said to be unproven."""

_OPTIMAL: Final = "kOptimal"


def fewest_bases(within: Flags) -> tuple[Ints, bool]:
    """Find the fewest bases that reach every grid which any base reaches: a set cover.

    Parameters
    ----------
    within : bool[n_grids, n_bases]
        Which base reaches which grid in time.

    Returns
    -------
    int64[k]
        The bases, ascending.
    bool
        Whether fewer are proven impossible.
    """
    rows = _distinct(within[within.any(axis=1)])
    if not len(rows):
        return np.zeros(0, np.int64), True
    solver = _columns(np.ones(within.shape[1]), within.shape[1])
    for row in rows:
        _demand(solver, row)
    return _solve(solver, within.shape[1])


def best_bases(within: Flags, weight: Floats, number: int) -> tuple[Ints, bool]:
    """Find the bases of a given number that reach the most households: a maximal cover.

    Parameters
    ----------
    within : bool[n_grids, n_bases]
        Which base reaches which grid in time.
    weight : float64[n_grids]
        Households of each grid.
    number : int
        Bases there may be.

    Returns
    -------
    int64[k]
        The bases, ascending.
    bool
        Whether no others are proven to reach more.
    """
    n_bases = within.shape[1]
    reachable = within.any(axis=1)
    rows, group = np.unique(within[reachable], axis=0, return_inverse=True)
    if not len(rows):
        return np.zeros(0, np.int64), True
    gain = np.bincount(group.ravel(), weight[reachable])
    solver = _columns(np.full(n_bases, 1e-6), n_bases)
    every = np.arange(n_bases, dtype=np.int32)
    solver.addRow(0.0, float(number), n_bases, every, np.ones(n_bases))
    for row, households in zip(rows, gain, strict=True):
        solver.addVar(0.0, 1.0)
        reached = solver.getNumCol() - 1
        solver.changeColCost(reached, -float(households))
        index = np.append(np.flatnonzero(row), reached).astype(np.int32)
        solver.addRow(0.0, np.inf, len(index), index, np.append(np.ones(len(index) - 1), -1.0))
    return _solve(solver, n_bases)


def _columns(cost: Floats, count: int) -> Any:  # noqa: ANN401 - HiGHS is untyped
    solver = make_solver()
    none = np.zeros(0, np.int32)
    solver.addCols(count, cost, np.zeros(count), np.ones(count), 0, np.zeros(count, np.int32), none, np.zeros(0))
    whole = np.arange(count, dtype=np.int32)
    solver.changeColsIntegrality(count, whole, np.ones(count, dtype=np.uint8))
    return solver


def _demand(solver: Any, row: Flags) -> None:  # noqa: ANN401 - HiGHS is untyped
    bases = np.flatnonzero(row).astype(np.int32)
    solver.addRow(1.0, np.inf, len(bases), bases, np.ones(len(bases)))


def _distinct(rows: Flags) -> Flags:
    """Grids that are not reached whenever another one is: only these bind."""
    rows = np.unique(rows, axis=0)
    rows = rows[np.argsort(rows.sum(axis=1), kind="stable")]
    sizes = rows.sum(axis=1)
    shared = rows.astype(np.float32) @ rows.T.astype(np.float32)
    smaller = np.tril(shared == sizes[None, :], -1)  # an earlier, smaller row lies wholly inside
    kept: Flags = rows[~smaller.any(axis=1)]
    return kept


def _solve(solver: Any, n_bases: int) -> tuple[Ints, bool]:  # noqa: ANN401 - HiGHS is untyped
    solver.setOptionValue("mip_max_nodes", NODES)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.run()
    used = np.array(solver.getSolution().col_value)[:n_bases] > 0.5  # noqa: PLR2004 - whole
    return np.flatnonzero(used).astype(np.int64), solver.getModelStatus().name == _OPTIMAL
