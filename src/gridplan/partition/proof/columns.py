"""Listed grids, and the list of all that a better plan may hold, where a piece has few enough."""

from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from gridplan.partition.kernels.arrays import Bag, Field, Flags, Floats, Ints
from gridplan.partition.kernels.cover import LOOKS, N_LEVELS, N_MONEY, N_UNITS, SHORT, best_cover
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


def reorder(members: Ints, start: Ints, cost: Floats, order: Ints) -> tuple[Ints, Ints, Floats]:
    """Put listed grids in another order.

    Parameters
    ----------
    members, start, cost : int64, int64[m + 1], float64[m]
        Units, where those of each grid begin, and costs.
    order : int64[k]
        Grids to take, in their order.

    Returns
    -------
    members, start, cost : int64, int64[k + 1], float64[k]
        The same of those.
    """
    size = np.diff(start)[order]
    begin = np.append(0, np.cumsum(size))
    at = np.arange(begin[-1]) - np.repeat(begin[:-1], size) + np.repeat(start[:-1][order], size)
    return members[at], begin, cost[order]


def hold_alike(members: Ints, start: Ints, one: int, other: int, *, together: bool) -> NDArray[np.bool_]:
    """Tell which grids a plan may hold in which two units are in one grid, or in which they are not.

    Parameters
    ----------
    members, start : int64, int64[m + 1]
        Units of each grid.
    one, other : int
        The two units.
    together : bool
        Whether they are in one grid.

    Returns
    -------
    bool[m]
        Grids that hold both or none of them, or at most one.
    """
    held, of = np.zeros((2, len(start) - 1), np.int8), np.repeat(np.arange(len(start) - 1), np.diff(start))
    for row, unit in enumerate((one, other)):
        held[row, of[members == unit]] = 1
    count = held.sum(axis=0)
    return np.asarray(count != 1 if together else count <= 1)


def keep_apart(members: Ints, start: Ints, pairs: Ints, n: int) -> tuple[Ints, Ints]:
    """Give pairs of grids a unit each that both need, so that no plan holds both.

    Parameters
    ----------
    members, start : int64, int64[m + 1]
        Units of each grid.
    pairs : int64[k, 2]
        The pairs.
    n : int
        Number of the first such unit.

    Returns
    -------
    members, start : int64, int64[m + 1]
        The same with these.
    """
    unit = np.repeat(n + np.arange(len(pairs)), 2)
    more = np.bincount(pairs.ravel(), minlength=len(start) - 1)
    return np.insert(members, start[pairs.ravel() + 1], unit), start + np.append(0, np.cumsum(more))


def price_grids(
    compound: Ints, dual: Floats, ties: Ties, members: Ints, start: Ints, cost: Floats, at: Ints | None = None
) -> Floats:
    """Call `rate_sets`.

    Parameters
    ----------
    compound, dual, ties, members, start, cost, at
        As of the kernel; all grids where none are named.

    Returns
    -------
    float64[k]
        Reduced costs.
    """
    at = np.arange(len(cost)) if at is None else at
    reduced = np.zeros(len(at))
    rate_sets(dual, compound, *ties, members, start, cost, at, np.zeros((2, len(compound)), np.int64), reduced)
    return reduced


def find_cover(
    members: Ints, start: Ints, cost: Floats, reduced: Floats, firm: int, most: int, n: int, bound: float, room: float,
    looks: int, stop: Flags,
) -> tuple[float, Ints, int, bool]:  # fmt: skip
    """Call `best_cover`.

    Parameters
    ----------
    members, start, cost, reduced, firm, bound, room, stop
        As of the kernel.
    most, n, looks : int
        Most grids of a plan; units; grids to look at.

    Returns
    -------
    cost, chosen, looks, short : float, int64[k], int, bool
        Cost of the best cover and its grids, looks left, and whether they ran out.
    """
    deep, work = most + 2, np.array([looks, 0])
    best = np.zeros(deep, np.int64)
    paid = best_cover(
        members, start, cost, reduced, firm, bound, room, np.zeros((deep, len(cost)), np.int64),
        np.zeros((N_LEVELS, deep), np.int64), np.zeros((N_MONEY, deep)), np.zeros((N_UNITS, n), np.int64), np.zeros(n),
        work, best, stop,
    )  # fmt: skip
    return paid, best[: best[-1]], int(work[LOOKS]), bool(work[SHORT])


class Pool:
    """Every grid that a better plan may hold.

    Parameters
    ----------
    field, bag : Field, Bag
        The piece, and scratch.
    columns : Columns
        The grids, or more: those that leave what cannot be divided are sorted out when they are asked for.
    state : int8[m], optional
        1 for grids known not to leave that, 2 for those that do; 0 where that was not looked at.
    """

    def __init__(self, field: Field, bag: Bag, columns: Columns, state: Flags | None = None) -> None:
        self.columns, self._field, self._bag = columns, field, bag
        self._state = np.zeros(len(columns.cost), np.int8) if state is None else state
        self._near = np.zeros(0, np.int64)

    @classmethod
    def chosen(cls, field: Field, bag: Bag, columns: Columns) -> Self:
        """Make a list of grids of which none leaves what cannot be divided.

        Parameters
        ----------
        field, bag, columns : Field, Bag, Columns
            As of the class.

        Returns
        -------
        Pool
            The list.
        """
        return cls(field, bag, columns, np.ones(len(columns.cost), np.int8))

    def within(self, dual: Floats, ties: Ties, limit: float) -> Self:
        """Make a list of those grids alone that have a reduced cost below a limit.

        Parameters
        ----------
        dual, ties, limit : float64[firm + 1 + 2 * c], tuple, float
            As of `below`.

        Returns
        -------
        Pool
            The list.
        """
        return self._only((self.rate(dual, ties) < limit) & (self._state <= 1))

    def split(self, one: int, other: int, *, together: bool) -> Self:
        """Make a list of those grids alone that `hold_alike` allows."""
        return self._only(hold_alike(self.columns.members, self.columns.start, one, other, together=together))

    def _only(self, kept: NDArray[np.bool_]) -> Self:
        mine = self.columns
        members, start, cost = pick(mine.members, mine.start, mine.cost, kept)
        columns = replace(mine, members=members, start=start, cost=cost)
        return type(self)(self._field, self._bag, columns, self._state[kept])

    def rate(self, dual: Floats, ties: Ties, at: Ints | None = None) -> Floats:
        """Give the reduced cost of all or some grids, fines on triples among it."""
        mine = self.columns
        return price_grids(self._field.graph.compound, dual, ties, mine.members, mine.start, mine.cost, at)

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

    def forget(self) -> None:
        """Look at all grids the next time."""
        self._near = np.zeros(0, np.int64)

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
