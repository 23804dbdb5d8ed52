"""The linear programme over listed grids: which dual value each unit, each compound and each grid has."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from gridplan.partition.highs import make_solver
from gridplan.partition.kernels.arrays import Floats, Ints
from gridplan.partition.kernels.triples import broken_triples

NOTHING: Final = 1e-7
"""Share of a grid, or fine, that counts as none."""

IDLE: Final = 30
"""Triples without a fine that are left in a programme."""


class Master:
    """Least cost of covering every unit once by fractions of listed grids, within bounds on the number of some grids.

    Rows are the units, the number of grids, for each compound the grids that hold units of no other compound, for each
    the grids that touch it, and triples of units: of three units at most one grid holds two or more.

    Parameters
    ----------
    compound : int64[n]
        Compound of each unit, -1 for none.
    low, high : float64[1 + 2 * c]
        Fewest and most grids in all, inside each compound, and touching each compound.
    fine : float
        Price of each grid more or fewer than these allow.
    most : float
        Price of leaving out a unit, which no grid is worth; so there is always a solution.
    """

    def __init__(self, compound: Ints, low: Floats, high: Floats, fine: float, most: float) -> None:
        self._solver, self._compound = make_solver(), compound
        self._solver.setOptionValue("presolve", "off")
        self._solver.setOptionValue("simplex_scale_strategy", 0)  # all entries are ones
        # costs moved at random take a fifth more pivots, and grids added again and again leave no room for cycles
        self._solver.setOptionValue("dual_simplex_cost_perturbation_multiplier", 0.0)
        self.n, self.c = len(compound), len(low) // 2
        self.low, self.high = np.append(np.ones(self.n), low), np.append(np.ones(self.n), high)
        self.rows, none = len(self.low), np.zeros(0, np.int32)
        self._solver.addRows(self.rows, self.low, self.high, 0, np.zeros(self.rows, np.int32), none, np.zeros(0))
        bounded = np.arange(self.n, self.rows, dtype=np.int32)
        k = 2 * len(bounded)
        self._solver.addCols(
            k, np.full(k, fine), np.zeros(k), np.full(k, np.inf), k, np.arange(k, dtype=np.int32),
            np.repeat(bounded, 2), np.tile([1.0, -1.0], len(bounded)),
        )  # fmt: skip
        # one more of a unit, or one less; cheap only where a box is set around dual values
        b = self.n + 1
        self._box = np.arange(k, k + 2 * b, dtype=np.int32)
        self._solver.addCols(
            2 * b, np.zeros(2 * b), np.zeros(2 * b), np.zeros(2 * b), 2 * b, np.arange(2 * b, dtype=np.int32),
            np.tile(np.arange(b, dtype=np.int32), 2), np.repeat([1.0, -1.0], b),
        )  # fmt: skip
        self._spare = k + 2 * b
        self._most = most
        self.unbox()
        self.members, self.start, self.cost = np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0)
        self._three: NDArray[np.int64] = np.zeros((0, 3), np.int64)

    def ask(self, parts: int, low: Floats, high: Floats) -> None:
        """Set the number of grids, 0 for any, and those inside and touching each compound, as of the class."""
        rows = np.arange(self.n, self.rows)
        self.low[rows], self.high[rows] = low, high
        self.low[self.n], self.high[self.n] = (parts, parts) if parts else (1.0, self.n)
        for row in rows.tolist():
            self._solver.changeRowBounds(row, self.low[row], self.high[row])

    def most_broken(self) -> tuple[int, float]:
        """Give the row of a compound whose number of grids in the last solution is the farthest from a whole one.

        Returns
        -------
        int, float
            Its place among the grids in all, inside and touching compounds; and that number.
        """
        counts = np.array(self._solver.getSolution().row_value)[self.n : self.rows]
        broken = np.abs(counts - np.round(counts))
        broken[0] = 0.0
        at = int(np.argmax(broken))
        return at, float(counts[at])

    def box(self, centre: Floats, wide: Floats) -> None:
        """Keep the dual values of the units and of the number of grids near given ones.

        Parameters
        ----------
        centre : float64[rows]
            The dual values.
        wide : float64[n + 1]
            How far each may move.
        """
        b, mid = self.n + 1, centre[: self.n + 1]
        self._solver.changeColsBounds(2 * b, self._box, np.zeros(2 * b), np.full(2 * b, np.inf))
        self._solver.changeColsCost(2 * b, self._box, np.concatenate([mid + wide, wide - mid]))

    def unbox(self) -> None:
        """Free the dual values."""
        b = self.n + 1
        self._solver.changeColsBounds(2 * b, self._box, np.zeros(2 * b), np.repeat([np.inf, 0.0], b))
        self._solver.changeColsCost(2 * b, self._box, np.repeat([self._most, 0.0], b))

    def at_wall(self) -> bool:
        """Tell whether the last solution is held back by the box."""
        value = np.array(self._solver.getSolution().col_value)
        return bool(value[self._box].sum() > NOTHING)

    @property
    def shares(self) -> Floats:
        """Share of each grid in the last solution, float64[m]; grids added since have none."""
        return np.array(self._solver.getSolution().col_value)[self._spare :]

    @property
    def objective(self) -> float:
        """Cost of the last solution."""
        return float(self._solver.getInfo().objective_function_value)

    @property
    def pivots(self) -> int:
        """Pivots of the last solution."""
        return int(self._solver.getInfo().simplex_iteration_count)

    def rows_of(self, members: Ints, start: Ints) -> tuple[Ints, Ints]:
        """List the rows of grids beyond those of their units.

        Parameters
        ----------
        members, start : int64, int64[m + 1]
            Units of each grid.

        Returns
        -------
        column, row : int64, int64
            Grid and row; a grid stands in the row of all, in those of the compounds it touches, of its only one, and
            of the triples it holds two of.
        """
        m = len(start) - 1
        column, compound = np.repeat(np.arange(m), np.diff(start)), self._compound[members]
        pairs = np.unique((column * (self.c + 1) + compound)[compound >= 0])
        column, compound = pairs // (self.c + 1), pairs % (self.c + 1)
        only = np.bincount(column, minlength=m)[column] == 1
        held, two = np.nonzero(self._twice(members, start, self._three))
        first = self.n + 1
        rows = [np.full(m, self.n), first + compound[only], first + self.c + compound, first + 2 * self.c + two]
        return np.concatenate([np.arange(m), column[only], column, held]), np.concatenate(rows)

    def _twice(self, members: Ints, start: Ints, three: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which grids hold two units of which triples, as bool[m, q]."""
        within = np.zeros((len(start) - 1, self.n), np.int8)
        within[np.repeat(np.arange(len(start) - 1), np.diff(start)), members] = 1
        return np.asarray(within[:, three].sum(axis=2) > 1)

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
        if m == 0:
            return
        column, row = self.rows_of(members, start)
        column = np.concatenate([np.repeat(np.arange(m), np.diff(start)), column])
        order = np.argsort(column, kind="stable")
        begin = np.searchsorted(column[order], np.arange(m)).astype(np.int32)
        rows = np.concatenate([members, row])[order].astype(np.int32)
        self._solver.addCols(m, cost, np.zeros(m), np.full(m, np.inf), len(rows), begin, rows, np.ones(len(rows)))
        self.members, self.cost = np.append(self.members, members), np.append(self.cost, cost)
        self.start = np.append(self.start, self.start[-1] + start[1:])

    def fine_triples(self, most: int) -> int:
        """Ask that of three units at most one grid holds two, where the solution breaks that.

        Parameters
        ----------
        most : int
            Triples to add at most.

        Returns
        -------
        int
            Triples added.
        """
        share = self.shares
        used = np.flatnonzero(share > NOTHING)
        place = np.full(len(share), -1)
        place[used] = np.arange(len(used))
        column = place[np.repeat(np.arange(len(share)), np.diff(self.start))]
        within = np.zeros((len(used), self.n), np.int8)
        within[column[column >= 0], self.members[column >= 0]] = 1
        three = np.zeros((most, 3), np.int64)
        found = broken_triples(within, share[used], three, np.zeros(most))
        if found:
            rows, columns = np.nonzero(self._twice(self.members, self.start, three[:found]).T)
            begin = np.searchsorted(rows, np.arange(found)).astype(np.int32)
            at = (columns + self._spare).astype(np.int32)
            self._solver.addRows(found, np.zeros(found), np.ones(found), len(at), begin, at, np.ones(len(at)))
            self._three = np.concatenate([self._three, three[:found]])
            self.low, self.high = np.append(self.low, np.zeros(found)), np.append(self.high, np.ones(found))
        return int(found)

    def doubtful_pair(self) -> tuple[int, int]:
        """Give the two units of which the last solution says the least whether one grid holds both.

        Returns
        -------
        int, int
            The units, the same one twice where the solution says it of all.
        """
        share = self.shares
        within: Any = csr_array((np.ones(len(self.members)), self.members, self.start), shape=(len(share), self.n))
        # sparse, as products of dense matrices wake threads of their library that go on spinning
        pair = np.triu((within.T.multiply(share) @ within).toarray(), 1)
        one, other = np.unravel_index(np.argmin(np.abs(pair - 0.5)), pair.shape)
        return (int(one), int(other)) if NOTHING < pair[one, other] < 1.0 - NOTHING else (0, 0)

    def replace(self, members: Ints, start: Ints, cost: Floats) -> None:
        """Put other grids in place of all."""
        m = len(self.cost)
        self._solver.deleteCols(m, np.arange(self._spare, self._spare + m, dtype=np.int32))
        self.members, self.start, self.cost = np.zeros(0, np.int64), np.zeros(1, np.int64), np.zeros(0)
        self.add(members, start, cost)

    def prune(self, reduced: Floats, limit: float, duals: Floats) -> Floats:
        """Drop the grids from some reduced cost on, and the triples without a fine where these are many.

        Parameters
        ----------
        reduced : float64[m]
            Reduced costs.
        limit : float
            The limit.
        duals : float64[k, rows]
            Dual values, of which any may fine a triple.

        Returns
        -------
        float64[k, rows]
            The dual values of the rows that are left.
        """
        gone = np.flatnonzero(reduced >= limit)
        if len(gone):
            self._solver.deleteCols(len(gone), (gone + self._spare).astype(np.int32))
            kept = reduced < limit
            size = np.diff(self.start)
            self.members, self.cost = self.members[np.repeat(kept, size)], self.cost[kept]
            self.start = np.append(0, np.cumsum(size[kept]))
        slack = np.flatnonzero((duals[:, self.rows :] >= -NOTHING).all(axis=0))
        if len(slack) > IDLE:
            rows = slack + self.rows
            self._solver.deleteRows(len(rows), rows.astype(np.int32))
            self._three = np.delete(self._three, slack, axis=0)
            self.low, self.high = np.delete(self.low, rows), np.delete(self.high, rows)
            duals = np.delete(duals, rows, axis=1)
        return duals

    def solve(self) -> Floats:
        """Solve the programme.

        Returns
        -------
        float64[rows]
            Dual value of each row, 0 where it has no bound that allows the sign.
        """
        self._solver.run()
        return self.lawful(np.array(self._solver.getSolution().row_dual))

    def lawful(self, dual: Floats) -> Floats:
        """Put dual values to 0 where their row has no such bound."""
        free = ((dual > 0) & (self.low <= 0)) | ((dual < 0) & np.isinf(self.high))
        return np.where(free, 0.0, dual)

    def value(self, dual: Floats) -> float:
        """Sum up what lawful dual values promise to every plan whose grids have no reduced cost below 0."""
        return float(np.where(dual > 0, dual * self.low, dual * np.where(dual < 0, self.high, 0.0)).sum())

    def ties(self, dual: Floats) -> tuple[Ints, NDArray[np.int64], Floats]:
        """Give the triples with a fine by unit.

        Returns
        -------
        tie, pair, fine : int64[n + 1], int64[t, 2], float64[t]
            Where the triples of each unit begin; the other two units, and the fine.
        """
        fine = np.maximum(-dual[self.rows :], 0.0)
        three, fine = self._three[: len(fine)][fine > 0], fine[fine > 0]
        unit = three.T.ravel()
        pair = np.concatenate([three[:, [1, 2]], three[:, [0, 2]], three[:, [0, 1]]])
        order = np.argsort(unit, kind="stable")
        return (
            np.searchsorted(unit[order], np.arange(self.n + 1)), np.ascontiguousarray(pair[order]),
            np.tile(fine, 3)[order],
        )  # fmt: skip
