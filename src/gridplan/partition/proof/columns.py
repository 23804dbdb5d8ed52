"""Listed grids, and the list of all that a better plan may hold, where a piece has few enough."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.kernels.arrays import Bag, Field, Floats, Ints
from gridplan.partition.kernels.sets import CUT, FOUND, rate_sets, sort_out

Ties = tuple[Ints, NDArray[np.int64], Floats]
"""Triples with a fine, as of `Master.ties`."""

NEAR: Final = 1.0
"""Reduced cost up to which a grid that was looked at is looked at again first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Listed grids.

    Parameters
    ----------
    members, start : int64, int64[m + 1]
        Units of each.
    cost : float64[m]
        Cost of each.
    whole : bool
        Whether the list is complete.
    least : float
        No grid has a smaller reduced cost; 0 at most, minus infinity where that is not known.
    lift : float64[firm]
        By how much a household the dual value of each unit must fall so that none is below 0.
    """

    members: Ints
    start: Ints
    cost: Floats
    whole: bool
    least: float
    lift: Floats

    @classmethod
    def of(cls, members: Ints, start: Ints, cost: Floats, run: Ints, least: float, lift: Floats) -> Self:
        """Take what a kernel has listed, by the state it left."""
        m = int(run[FOUND])
        return cls(
            members=members[: start[m]].copy(), start=start[: m + 1].copy(), cost=cost[:m].copy(),
            whole=bool(run[CUT] == 0), least=least, lift=lift,
        )  # fmt: skip


def pick(members: Ints, start: Ints, cost: Floats, kept: NDArray[np.bool_]) -> tuple[Ints, Ints, Floats]:
    """Take some of the listed grids.

    Parameters
    ----------
    members, start, cost : int64, int64[m + 1], float64[m]
        Units, where those of each grid begin, and costs.
    kept : bool[m]
        Which of them.

    Returns
    -------
    members, start, cost : int64, int64[k + 1], float64[k]
        The same of those.
    """
    size = np.diff(start)
    return members[np.repeat(kept, size)], np.append(0, np.cumsum(size[kept])), cost[kept]


class Pool:
    """Every grid that a better plan may hold.

    Parameters
    ----------
    field, bag : Field, Bag
        The piece, and scratch.
    columns : Columns
        The grids, or more: those that leave what cannot be divided are sorted out when they are asked for.
    """

    def __init__(self, field: Field, bag: Bag, columns: Columns) -> None:
        self.columns, self._field, self._bag = columns, field, bag
        self._seen = np.zeros((2, len(field.graph.compound)), np.int64)
        self._state, self._near = np.zeros(len(columns.cost), np.int8), np.zeros(0, np.int64)

    def rate(self, dual: Floats, ties: Ties, at: Ints | None = None) -> Floats:
        """Give the reduced cost of all or some grids, fines on triples among them."""
        mine = self.columns
        at = np.arange(len(mine.cost)) if at is None else at
        reduced = np.zeros(len(at))
        self._seen[:] = 0
        rate_sets(
            dual, self._field.graph.compound, *ties, mine.members, mine.start, mine.cost, at, self._seen, reduced
        )  # fmt: skip
        return reduced

    def below(self, dual: Floats, ties: Ties, limit: float, most: int | None = None) -> Columns:
        """List the grids with a reduced cost below a limit, or the best of them.

        Parameters
        ----------
        dual, ties : float64[firm + 1 + 2 * c], tuple
            Dual values, and triples with fines as of `Master.ties`.
        limit : float
            The limit.
        most : int, optional
            Grids to list at most; then those that were near the limit before are looked at first, and the others only
            if there are none among them.

        Returns
        -------
        Columns
            The grids.
        """
        if most is not None and len(self._near):
            chosen, _ = self._choose(dual, ties, limit, most, self._near)
            if len(chosen):
                return self._list(chosen, -np.inf)
        chosen, reduced = self._choose(dual, ties, limit, most, None)
        self._near = np.flatnonzero(reduced < limit + NEAR)
        return self._list(chosen, min(0.0, float(reduced.min(initial=0.0))))

    def _choose(self, dual: Floats, ties: Ties, limit: float, most: int | None, at: Ints | None) -> tuple[Ints, Floats]:
        """Choose grids below a limit from all or some; sort out those that leave what cannot be divided."""
        reduced, mine, field = self.rate(dual, ties, at), self.columns, self._field
        at = np.arange(len(reduced)) if at is None else at
        asked = at[(reduced < limit) & (self._state[at] == 0)]
        sort_out(field, self._bag, field.lowest[-1], field.highest[-1], mine.members, mine.start, asked, self._state)
        reduced[self._state[at] > 1] = np.inf
        chosen = np.flatnonzero(reduced < limit)
        if most is not None and len(chosen) > most:
            chosen = np.sort(chosen[np.argpartition(reduced[chosen], most)[:most]])
        return at[chosen], reduced

    def _list(self, chosen: Ints, least: float) -> Columns:
        mine, kept = self.columns, np.zeros(len(self._state), np.bool_)
        kept[chosen] = True
        members, start, cost = pick(mine.members, mine.start, mine.cost, kept)
        return Columns(members=members, start=start, cost=cost, whole=True, least=least, lift=mine.lift)
