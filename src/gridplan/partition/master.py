"""The linear programme over listed grids: which dual value each unit has."""

import numpy as np

from gridplan.partition.highs import make_solver
from gridplan.partition.kernels.arrays import Floats, Ints


class Master:
    """Least cost of covering every unit once by fractions of listed grids that sum to a given number.

    Parameters
    ----------
    firm, n_units : int
        Units to cover once, and units in all; those beyond `firm` are covered at most once.
    fine : float
        Price of each grid more or fewer than the number; so there is always a solution.
    """

    def __init__(self, firm: int, n_units: int, fine: float) -> None:
        self._solver = make_solver()
        self._n = n_units
        none = np.zeros(0, np.int32)
        for row in range(n_units + 1):
            self._solver.addRow(-np.inf if firm <= row < n_units else 1.0, 1.0, 0, none, np.zeros(0))
        last = np.full(2, n_units, np.int32)
        self._solver.addCols(
            2, np.full(2, fine), np.zeros(2), np.full(2, np.inf), 2, np.arange(2, dtype=np.int32), last,
            np.array([1.0, -1.0]),
        )  # fmt: skip

    def set_fine(self, fine: float) -> None:
        """Set the price of each grid more or fewer than the number.

        Parameters
        ----------
        fine : float
            Small enough for dual values of a natural size, large enough to exceed the cost of the plan at hand.
        """
        self._solver.changeColCost(0, fine)
        self._solver.changeColCost(1, fine)

    def ask_parts(self, parts: int) -> None:
        """Set the number of grids.

        Parameters
        ----------
        parts : int
            Grids of a plan.
        """
        self._solver.changeRowBounds(self._n, float(parts), float(parts))

    def add(self, members: Ints, start: Ints, cost: Floats) -> None:
        """Add grids to the list.

        Parameters
        ----------
        members, start : int64, int64[m + 1]
            Units of each grid.
        cost : float64[m]
            Cost of each grid.
        """
        m = len(cost)
        rows = np.insert(members, start[1:], self._n).astype(np.int32)
        begin = (start[:-1] + np.arange(m)).astype(np.int32)
        self._solver.addCols(
            m, cost, np.zeros(m), np.full(m, np.inf), len(rows), begin, rows, np.ones(len(rows)),
        )  # fmt: skip

    def duals(self) -> Floats:
        """Solve the programme.

        Returns
        -------
        float64[n_units + 1]
            Dual value of each unit, and of each grid.
        """
        self._solver.run()
        return np.array(self._solver.getSolution().row_dual)
